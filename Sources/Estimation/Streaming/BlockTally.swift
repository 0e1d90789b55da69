import CohortTables

/// What one block of a long file says about its rows: counts by reason and arm, levels in use, means.
struct BlockTally: Sendable {
  /// Rows read.
  var read = 0
  /// Rows used.
  var used = 0
  /// Excluded rows: reasons x arms, the missing arm first.
  var excluded: [Int]
  /// Used rows by arm, the missing arm first.
  var usedByArm: [Int]
  /// Used rows with weight 0 taken out, their copies counted for frequency weights.
  var copies = 0.0
  /// For each person of the block -1 if a row is used, else the reason of the first row.
  var people: [(person: Int32, verdict: Int16)] = []
  /// The people with a used row, by arm.
  var peopleOfArm: [(arm: Int32, person: Int32)] = []
  /// For each categorical variable which levels used rows have.
  var isPresent: [[Bool]]
  /// The mean of each numeric column over the used rows.
  var means: [Double]
  /// People in the cells of the terms.
  var support: SupportTally?

  init(reasons: Int, arms: Int, levelCounts: [Int], numericColumns: Int) {
    excluded = [Int](repeating: 0, count: reasons * (arms + 1))
    usedByArm = [Int](repeating: 0, count: arms + 1)
    isPresent = levelCounts.map { [Bool](repeating: false, count: $0) }
    means = [Double](repeating: 0, count: numericColumns)
  }

  /// Counts a block's rows.
  mutating func count(_ screen: RowScreen, subject: [Int32]?, arm: [Int32]?) {
    let armCount = usedByArm.count
    read = screen.rowCount
    used = screen.usedRows.count
    var latest: Int32 = -1
    var placeOfPerson: [Int32: Int] = [:]
    for (row, verdict) in screen.verdicts.enumerated() {
      let armCode = Int((arm?[row] ?? -1) + 1)
      if verdict < 0 {
        usedByArm[armCode] += 1
      } else {
        excluded[Int(verdict) * armCount + armCode] += 1
      }
      guard let person = subject?[row], person >= 0 else { continue }
      if person != latest || people.isEmpty {
        latest = person
        if placeOfPerson[person] == nil {
          placeOfPerson[person] = people.count
          people.append((person, verdict))
        }
      }
      if verdict < 0, let place = placeOfPerson[person] { people[place].verdict = -1 }
      if verdict < 0, arm != nil {
        let pair = (arm: Int32(armCode), person: person)
        if peopleOfArm.last.map({ $0 == pair }) != true { peopleOfArm.append(pair) }
      }
    }
  }
}

extension RowAccounting {
  /// Puts the blocks' counts together.
  init(
    _ tallies: [BlockTally], reasons: [String], subject: LevelList?, arm: LevelList?
  ) {
    self.init()
    read = tallies.reduce(0) { $0 + $1.read }
    used = tallies.reduce(0) { $0 + $1.used }
    let people = subject.map { PeopleOfBlocks(tallies, people: $0.count, arms: arm?.count ?? 0) }
    subjectsRead = people?.read
    subjects = people?.used
    let armCount = (arm?.count ?? 0) + 1
    func name(_ code: Int) -> String { code == 0 ? "(missing)" : arm?[code - 1] ?? "" }
    excluded = reasons.indices.compactMap { reason in
      let counts = (0..<armCount).map { code in
        tallies.reduce(0) { $0 + $1.excluded[reason * armCount + code] }
      }
      let total = counts.reduce(0, +)
      guard total > 0 else { return nil }
      let byArm =
        arm == nil
        ? nil : counts.indices.filter { counts[$0] > 0 }.map { ArmCount(arm: name($0), rows: counts[$0]) }
      return Exclusion(
        reason: reasons[reason], rows: total, subjects: people?.excluded[reason, default: 0], byArm: byArm)
    }
    guard arm != nil else { return }
    byArm = (0..<armCount).compactMap { code in
      let rows = tallies.reduce(0) { $0 + $1.usedByArm[code] }
      return rows == 0 ? nil : Arm(arm: name(code), rows: rows, subjects: people?.ofArm[code])
    }
  }
}

/// The people of all blocks, by what became of their rows.
private struct PeopleOfBlocks {
  private(set) var read = 0
  private(set) var used = 0
  private(set) var excluded: [Int: Int] = [:]
  private(set) var ofArm: [Int]

  init(_ tallies: [BlockTally], people: Int, arms: Int) {
    // -2 = no row seen, -1 = some row is used, otherwise the reason of the first row.
    var first = [Int16](repeating: -2, count: people)
    for tally in tallies {
      for (person, verdict) in tally.people where verdict < 0 || first[Int(person)] == -2 {
        first[Int(person)] = verdict
      }
    }
    for verdict in first {
      if verdict > -2 { read += 1 }
      if verdict == -1 { used += 1 }
      if verdict >= 0 { excluded[Int(verdict), default: 0] += 1 }
    }
    ofArm = [Int](repeating: 0, count: arms + 1)
    for arm in ofArm.indices {
      var isSeen = [Bool](repeating: false, count: people)
      for tally in tallies {
        for pair in tally.peopleOfArm where Int(pair.arm) == arm && !isSeen[Int(pair.person)] {
          isSeen[Int(pair.person)] = true
          ofArm[arm] += 1
        }
      }
    }
  }
}
