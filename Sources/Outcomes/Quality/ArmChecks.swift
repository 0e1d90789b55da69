import CohortTables
import Estimation

/// Checks of arms: whether they stay the same within a person, and levels spelt in several ways.
enum ArmChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    [changes(file)].compactMap { $0 } + spellings(file)
  }

  // MARK: - Changes

  private static func changes(_ file: CheckedFile) -> Finding? {
    guard let arm = file.arm, let people = file.people else { return nil }
    var rows: [Int32] = []
    var (isSeenByTrends, isSeenByCompare) = (false, false)
    for person in 0..<people.count {
      let own = people[person]
      rows += changed(own, arm)
      guard let time = file.time, let score = file.score else { continue }
      // Trends and comparisons look at the rows that they use, a comparison also at people without any.
      let usable = own.filter { !time[Int($0)].isNaN && !score[Int($0)].isNaN }
      isSeenByTrends = isSeenByTrends || !changed(usable[...], arm).isEmpty
      isSeenByCompare =
        isSeenByCompare || !changed(usable.isEmpty ? own : usable[...], arm).isEmpty
    }
    let refuses =
      "refuses the file: an arm that changes cannot be compared as if it had been chosen at the start"
    let unseen = "does not see it: rows that it leaves out hold the other arm"
    func consequence(_ analysis: Consequence.Analysis, _ isSeen: Bool) -> Consequence {
      isSeen
        ? Consequence(analysis, .refused, refuses) : Consequence(analysis, .notAffected, unseen)
    }
    let count = file.peopleCount(rows) ?? 0
    return file.finding(
      .armChanges, isSeenByTrends || isSeenByCompare ? .serious : .caution, column: arm.name, rows: rows,
      "\(Words.count(count, "person has", "people have")) another '\(arm.name)' than on their first row",
      [
        consequence(.trends, isSeenByTrends), consequence(.compare, isSeenByCompare),
        Consequence(.relapse, .used, "takes the arm of each row, as if rows were other people"),
        Consequence(.fit, .used, "takes the level of each row"),
      ])
  }

  /// The rows whose arm is not that of the first row that has one.
  private static func changed(_ rows: ArraySlice<Int32>, _ arm: CodedColumn) -> [Int32] {
    guard let first = rows.lazy.map({ arm.codes[Int($0)] }).first(where: { $0 >= 0 }) else { return [] }
    return rows.filter { arm.codes[Int($0)] >= 0 && arm.codes[Int($0)] != first }
  }

  // MARK: - Spellings

  /// Columns with more levels than this are free text or identifiers, where spelling says nothing.
  private static let mostLevels = 10_000

  private static func spellings(_ file: CheckedFile) -> [Finding] {
    file.table.columns.compactMap { column in
      guard !column.isNumeric else { return nil }
      let isSubject = column.name == file.parts.subject
      guard isSubject || column.asCategories().levels.count <= mostLevels else { return nil }
      return spelling(file, CodedColumn(column), isSubject: isSubject)
    }
  }

  private static func spelling(_ file: CheckedFile, _ column: CodedColumn, isSubject: Bool) -> Finding? {
    var first: [String: Int] = [:]
    var variants: [Int: [Int]] = [:]
    for (code, level) in column.values.levels.enumerated() {
      let key = key(of: level, keepingSeparators: isSubject)
      if let other = first[key] {
        variants[other, default: []].append(code)
      } else {
        first[key] = code
      }
    }
    guard !variants.isEmpty else { return nil }
    let counts = column.levelCounts
    var isVariant = [Bool](repeating: false, count: column.levelCount)
    var groups: [String] = []
    for (code, others) in variants.sorted(by: { $0.key < $1.key }) {
      // The commonest spelling is the one that the others vary.
      let all = ([code] + others).sorted { (counts[$1], $0) < (counts[$0], $1) }
      for other in all.dropFirst() { isVariant[other] = true }
      groups.append(all.map { "'\(Words.excerpt(column.values.levels[$0]))'" }.joined(separator: " and "))
    }
    let rows = column.codes.indices.filter { column.codes[$0] >= 0 && isVariant[Int(column.codes[$0])] }
    return file.finding(
      .spellingVariants, .caution, column: column.name, rows: rows.map { Int32($0) },
      "spelt in several ways: \(groups.prefix(4).joined(separator: "; "))"
        + (groups.count > 4 ? " and \(groups.count - 4) more" : ""),
      consequences(file, column.name, isSubject: isSubject))
  }

  private static func consequences(_ file: CheckedFile, _ column: String, isSubject: Bool) -> [Consequence] {
    let what =
      isSubject
      ? "a person of its own" : column == file.parts.arm ? "an arm of its own" : "a level of its own"
    return file.analyses.compactMap { analysis in
      // Trends read persons and arms only.
      if analysis == .trends, !isSubject, column != file.parts.arm { return nil }
      return Consequence(analysis, .used, "takes each spelling as \(what)")
    }
  }

  /// What two spellings of one thing share: no case, no outer and only single inner spaces; underscores and hyphens
  /// count as spaces, but not in identifiers.
  private static func key(of level: String, keepingSeparators: Bool) -> String {
    level.lowercased()
      .split { $0.isWhitespace || (!keepingSeparators && ($0 == "_" || $0 == "-")) }
      .joined(separator: " ")
  }
}
