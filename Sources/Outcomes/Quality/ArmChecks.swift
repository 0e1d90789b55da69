import CohortTables
import Estimation

/// Checks of arms: whether they stay the same within a person, and levels spelt in several ways.
enum ArmChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    let bySpelling = file.arm.map { spelledAlike($0) }
    let real = bySpelling.map { Changes(file, $0) }
    let all = file.arm.map { Changes(file, $0.codes) }
    return [all.flatMap { changes(file, $0, real) }].compactMap { $0 }
      + spellings(file, makesChanges: all.map { Changes.Seen($0, without: real) } ?? Changes.Seen())
  }

  // MARK: - Changes

  /// Rows whose arm is not that of the person's first row that has one.
  private struct Changes {
    var rows: [Int32] = []
    /// How many of them trends and comparisons see.
    var (seenByTrends, seenByCompare) = (0, 0)
    var isSeen: Bool { seenByTrends + seenByCompare > 0 }

    init(_ file: CheckedFile, _ codes: [Int32]) {
      guard let people = file.people else { return }
      for person in 0..<people.count {
        let own = people[person]
        rows += Self.changed(own, codes)
        guard let time = file.time, let score = file.score else { continue }
        // Trends and comparisons look at the rows that they use, a comparison also at people without any.
        let usable = own.filter { !time[Int($0)].isNaN && !score[Int($0)].isNaN }
        seenByTrends += Self.changed(usable[...], codes).count
        seenByCompare += Self.changed(usable.isEmpty ? own : usable[...], codes).count
      }
    }

    private static func changed(_ rows: ArraySlice<Int32>, _ codes: [Int32]) -> [Int32] {
      guard let first = rows.lazy.map({ codes[Int($0)] }).first(where: { $0 >= 0 }) else { return [] }
      return rows.filter { codes[Int($0)] >= 0 && codes[Int($0)] != first }
    }

    /// Which analyses see changes that are nothing but spellings, and so refuse the file for these alone.
    struct Seen {
      var (byTrends, byCompare) = (false, false)
      var isAny: Bool { byTrends || byCompare }

      init() {}

      init(_ all: Changes, without real: Changes?) {
        byTrends = all.seenByTrends > (real?.seenByTrends ?? 0)
        byCompare = all.seenByCompare > (real?.seenByCompare ?? 0)
      }
    }
  }

  /// The finding of changes; where they are nothing but spellings these are the cause, and this finding refers to it.
  private static func changes(_ file: CheckedFile, _ all: Changes, _ real: Changes?) -> Finding? {
    guard let arm = file.arm, let real, !all.rows.isEmpty else { return nil }
    let rowTexts = [
      Consequence(.relapse, .used, "takes the arm of each row, as if rows were other people"),
      Consequence(.fit, .used, "takes the level of each row"),
    ]
    let spelt = (file.peopleCount(all.rows) ?? 0) - (file.peopleCount(real.rows) ?? 0)
    let further =
      "\(Words.count(spelt, "person has", "people have")) another spelling only: see \(FindingKind.spellingVariants)"
    guard !real.rows.isEmpty else {
      let refers = "see \(FindingKind.spellingVariants) of '\(arm.name)'"
      return file.finding(
        .armChanges, .note, column: arm.name, rows: all.rows,
        "the arm changes in its spelling alone: \(further)",
        [Consequence(.trends, .used, refers), Consequence(.compare, .used, refers)] + rowTexts)
    }
    let refuses =
      "refuses the file: an arm that changes cannot be compared as if it had been chosen at the start"
    let unseen = "does not see it: rows that it leaves out hold the other arm"
    func consequence(_ analysis: Consequence.Analysis, _ isSeen: Bool) -> Consequence {
      isSeen
        ? Consequence(analysis, .refused, refuses) : Consequence(analysis, .notAffected, unseen)
    }
    let count = file.peopleCount(real.rows) ?? 0
    return file.finding(
      .armChanges, real.isSeen ? .serious : .caution, column: arm.name,
      rows: real.rows,
      "\(Words.count(count, "person has", "people have")) another '\(arm.name)' than on their first row"
        + (spelt > 0 ? "; \(further)" : ""),
      [
        consequence(.trends, real.seenByTrends > 0), consequence(.compare, real.seenByCompare > 0),
      ] + rowTexts)
  }

  /// The codes of a column with all spellings of a level as one.
  private static func spelledAlike(_ column: CodedColumn) -> [Int32] {
    var first: [String: Int32] = [:]
    guard column.levelCount <= mostLevels else { return column.codes }
    let joined = column.values.levels.enumerated().map { code, level -> Int32 in
      let key = key(of: level, keepingSeparators: false)
      if let known = first[key] { return known }
      first[key] = Int32(code)
      return Int32(code)
    }
    return column.codes.map { $0 < 0 ? $0 : joined[Int($0)] }
  }

  // MARK: - Spellings

  /// Columns with more levels than this are free text or identifiers, where spelling says nothing.
  private static let mostLevels = 10_000

  private static func spellings(_ file: CheckedFile, makesChanges seen: Changes.Seen) -> [Finding] {
    file.table.columns.compactMap { column in
      guard !column.isNumeric else { return nil }
      let isSubject = column.name == file.parts.subject
      guard isSubject || column.asCategories().levels.count <= mostLevels else { return nil }
      let isArm = column.name == file.parts.arm
      return spelling(
        file, CodedColumn(column), isSubject: isSubject, makesChanges: isArm ? seen : Changes.Seen())
    }
  }

  private static func spelling(
    _ file: CheckedFile, _ column: CodedColumn, isSubject: Bool, makesChanges seen: Changes.Seen
  ) -> Finding? {
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
      .spellingVariants, seen.isAny ? .serious : .caution, column: column.name, rows: rows.map { Int32($0) },
      "spelt in several ways: \(groups.prefix(4).joined(separator: "; "))"
        + (groups.count > 4 ? " and \(groups.count - 4) more" : ""),
      consequences(file, column.name, isSubject: isSubject, makesChanges: seen))
  }

  private static func consequences(
    _ file: CheckedFile, _ column: String, isSubject: Bool, makesChanges seen: Changes.Seen
  ) -> [Consequence] {
    let what =
      isSubject
      ? "a person of its own" : column == file.parts.arm ? "an arm of its own" : "a level of its own"
    return file.analyses.compactMap { analysis in
      // Trends read persons and arms only.
      if analysis == .trends, !isSubject, column != file.parts.arm { return nil }
      if analysis == .trends ? seen.byTrends : analysis == .compare && seen.byCompare {
        return Consequence(
          analysis, .refused,
          "takes each spelling as \(what), and refuses the file because people change between them")
      }
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
