import CohortTables

/// Which rows a model can use, and why the others cannot.
///
/// The checks have an order; a row falls under the first one it fails.
struct RowScreen: Sendable {
  /// One reason for leaving a row out.
  struct Check: Sendable {
    enum Test: Sendable {
      case missingNumber([Double])
      case missingCategory([Int32])
      case notFinite(BoundExpression)
      case zero([Double])
    }

    let reason: String
    let test: Test

    func fails(_ row: Int) -> Bool {
      switch test {
      case .missingNumber(let values): values[row].isNaN
      case .missingCategory(let codes): codes[row] < 0
      case .notFinite(let expression): !expression.value(at: row).isFinite
      case .zero(let values): values[row] == 0
      }
    }
  }

  /// The index of the check that a row fails, or -1 for a row that is used.
  let verdicts: [Int16]
  /// The reasons, by index.
  let reasons: [String]
  /// The used rows, in table order.
  let usedRows: [Int]

  init(rowCount: Int, checks: [Check]) {
    var verdicts = [Int16](repeating: -1, count: rowCount)
    for (index, check) in checks.enumerated() {
      for row in 0..<rowCount where verdicts[row] < 0 && check.fails(row) { verdicts[row] = Int16(index) }
    }
    self.verdicts = verdicts
    reasons = checks.map(\.reason)
    usedRows = verdicts.indices.filter { verdicts[$0] < 0 }
  }

  /// Counts rows and people by reason and arm.
  func accounting(subject: CategoryValues?, arm: CategoryValues?) -> RowAccounting {
    var result = RowAccounting()
    result.read = verdicts.count
    result.used = usedRows.count
    let people = subject.map { PeopleCount(codes: $0.codes, levels: $0.levels.count, verdicts: verdicts) }
    result.subjectsRead = people?.read
    result.subjects = people?.used
    result.excluded = exclusions(people: people, arm: arm)
    if let arm { result.byArm = arms(arm, subject: subject) }
    return result
  }

  private func exclusions(people: PeopleCount?, arm: CategoryValues?) -> [RowAccounting.Exclusion] {
    let armCount = (arm?.levels.count ?? 0) + 1
    var rows = [Int](repeating: 0, count: reasons.count * armCount)
    for (row, verdict) in verdicts.enumerated() where verdict >= 0 {
      rows[Int(verdict) * armCount + Int((arm?.codes[row] ?? -1) + 1)] += 1
    }
    return reasons.indices.compactMap { reason in
      let counts = Array(rows[reason * armCount..<(reason + 1) * armCount])
      let total = counts.reduce(0, +)
      guard total > 0 else { return nil }
      let byArm = arm.map { arm in
        counts.indices.filter { counts[$0] > 0 }.map {
          RowAccounting.ArmCount(arm: Self.armName($0 - 1, arm), rows: counts[$0])
        }
      }
      return RowAccounting.Exclusion(
        reason: reasons[reason], rows: total, subjects: people?.excluded(for: Int16(reason)), byArm: byArm)
    }
  }

  private func arms(_ arm: CategoryValues, subject: CategoryValues?) -> [RowAccounting.Arm] {
    var rows = [Int](repeating: 0, count: arm.levels.count + 1)
    var people = [Set<Int32>](repeating: [], count: arm.levels.count + 1)
    for row in usedRows {
      let index = Int(arm.codes[row] + 1)
      rows[index] += 1
      if let subject { people[index].insert(subject.codes[row]) }
    }
    return rows.indices.filter { rows[$0] > 0 }.map {
      RowAccounting.Arm(
        arm: Self.armName($0 - 1, arm), rows: rows[$0], subjects: subject == nil ? nil : people[$0].count)
    }
  }

  private static func armName(_ code: Int, _ arm: CategoryValues) -> String {
    code < 0 ? "(missing)" : arm.levels[code]
  }
}

/// People, read and used, by the reason of their first row.
private struct PeopleCount {
  let read: Int
  let used: Int
  private let excludedByReason: [Int16: Int]

  init(codes: [Int32], levels: Int, verdicts: [Int16]) {
    // -2 = no row seen, -1 = some row is used, otherwise the reason of the first row.
    var first = [Int16](repeating: -2, count: levels)
    for (row, code) in codes.enumerated() where code >= 0 {
      let person = Int(code)
      if verdicts[row] < 0 {
        first[person] = -1
      } else if first[person] == -2 {
        first[person] = verdicts[row]
      }
    }
    read = first.count { $0 > -2 }
    used = first.count { $0 == -1 }
    excludedByReason = first.reduce(into: [:]) { counts, reason in
      if reason >= 0 { counts[reason, default: 0] += 1 }
    }
  }

  func excluded(for reason: Int16) -> Int { excludedByReason[reason] ?? 0 }
}
