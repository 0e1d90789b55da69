public import CohortTables

extension RowAccounting {
  /// All rows are used, and there is nothing to count them by.
  init(allUsed rows: Int) {
    self.init()
    read = rows
    used = rows
  }

  /// Counts rows and people by reason and arm.
  ///
  /// - Parameters:
  ///   - verdicts: For each row the index of its reason, or -1 for a used row.
  ///   - reasons: The reasons, in the order in which they apply.
  ///   - subject: Who each row belongs to, if people are to be counted.
  ///   - arm: The arm of each row, if arms are to be counted.
  /// - Complexity: O(rows).
  public init(verdicts: [Int8], reasons: [String], subject: CategoryValues?, arm: CategoryValues?) {
    self.init(marks: verdicts, reasons: reasons, subject: subject, arm: arm)
  }

  /// Counts people and arms where all rows are used.
  ///
  /// - Complexity: O(rows).
  public init(allUsedBy subject: CategoryValues, arm: CategoryValues?) {
    self.init(allUsed: subject.count)
    subjectsRead = subject.levelCounts().count { $0 > 0 }
    subjects = subjectsRead
    if let arm { byArm = Self.arms([Int8]?.none, arm, subject: subject) }
  }

  /// Counts rows and people by reason and arm, from indices of any width.
  init(
    marks verdicts: [some SignedInteger], reasons: [String], subject: CategoryValues?, arm: CategoryValues?
  ) {
    self.init()
    read = verdicts.count
    used = verdicts.count { $0 < 0 }
    let people = subject.map {
      PeopleCount(codes: $0.codes.array(), levels: $0.levels.count, verdicts: verdicts)
    }
    subjectsRead = people?.read
    subjects = people?.used
    excluded = used == read ? [] : Self.exclusions(verdicts, reasons, people: people, arm: arm)
    if let arm { byArm = Self.arms(verdicts, arm, subject: subject) }
  }

  private static func exclusions(
    _ verdicts: [some SignedInteger], _ reasons: [String], people: PeopleCount?, arm: CategoryValues?
  ) -> [Exclusion] {
    let armCount = (arm?.levels.count ?? 0) + 1
    let codes = arm?.codes.array()
    var rows = [Int](repeating: 0, count: reasons.count * armCount)
    for (row, verdict) in verdicts.enumerated() where verdict >= 0 {
      rows[Int(verdict) * armCount + Int((codes?[row] ?? -1) + 1)] += 1
    }
    return reasons.indices.compactMap { reason in
      let counts = Array(rows[reason * armCount..<(reason + 1) * armCount])
      let total = counts.reduce(0, +)
      guard total > 0 else { return nil }
      let byArm = arm.map { arm in
        counts.indices.filter { counts[$0] > 0 }.map {
          ArmCount(arm: Self.armName($0 - 1, arm), rows: counts[$0])
        }
      }
      return Exclusion(
        reason: reasons[reason], rows: total, subjects: people?.excluded(for: reason), byArm: byArm)
    }
  }

  /// Used rows and their people by arm; all rows are used where there are no verdicts.
  private static func arms(
    _ verdicts: [some SignedInteger]?, _ arm: CategoryValues, subject: CategoryValues?
  ) -> [Arm] {
    let armCount = arm.levels.count + 1
    var rows = [Int](repeating: 0, count: armCount)
    var people = [Int](repeating: 0, count: armCount)
    // One flag for each person, the missing one first, and arm.
    var isSeen = [Bool](repeating: false, count: ((subject?.levels.count ?? 0) + 1) * armCount)
    var lastPlace = -1
    for first in stride(from: 0, to: arm.count, by: 8192) {
      let block = first..<min(first + 8192, arm.count)
      let (codes, subjectCodes) = (arm.codes.array(of: block), subject?.codes.array(of: block))
      for place in codes.indices where verdicts.map({ $0[first + place] < 0 }) ?? true {
        let index = Int(codes[place] + 1)
        rows[index] += 1
        guard let person = subjectCodes?[place] else { continue }
        let pair = Int(person + 1) * armCount + index
        // Rows of one person and arm mostly follow each other.
        guard pair != lastPlace else { continue }
        lastPlace = pair
        if !isSeen[pair] {
          isSeen[pair] = true
          people[index] += 1
        }
      }
    }
    return rows.indices.filter { rows[$0] > 0 }.map {
      Arm(arm: Self.armName($0 - 1, arm), rows: rows[$0], subjects: subject == nil ? nil : people[$0])
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
  private let excludedByReason: [Int: Int]

  init(codes: [Int32], levels: Int, verdicts: [some SignedInteger]) {
    // -2 = no row seen, -1 = some row is used, otherwise the reason of the first row.
    var first = [Int](repeating: -2, count: levels)
    for (row, code) in codes.enumerated() where code >= 0 {
      let person = Int(code)
      if verdicts[row] < 0 {
        first[person] = -1
      } else if first[person] == -2 {
        first[person] = Int(verdicts[row])
      }
    }
    read = first.count { $0 > -2 }
    used = first.count { $0 == -1 }
    excludedByReason = first.reduce(into: [:]) { counts, reason in
      if reason >= 0 { counts[reason, default: 0] += 1 }
    }
  }

  func excluded(for reason: Int) -> Int { excludedByReason[reason] ?? 0 }
}
