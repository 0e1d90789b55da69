import CohortTables
import Estimation

/// How many people, or events where these are fewer, each arm has in an analysis: for telling which rows speak of a
/// small arm.
struct ArmPeople {
  var people: [String: Int] = [:]
  /// The reference level, which every other level's coefficient is compared with.
  var reference: String?
  /// The people, or rows, of the whole analysis.
  var total: Int?

  init(_ people: [String: Int] = [:], reference: String? = nil) {
    self.people = people
    self.reference = reference
  }

  init(_ rows: RowAccounting, references: [String: String] = [:]) {
    people = Dictionary(
      (rows.byArm ?? []).map {
        ($0.arm, Support(people: $0.subjects ?? $0.rows, events: $0.events).fewest)
      }
    ) { first, _ in first }
    reference = references.values.first { people[$0] != nil }
    total = Support(people: rows.subjects ?? rows.used, events: rows.events).fewest
  }

  /// The arm with the fewest.
  var smallest: Int? { people.values.filter { $0 > 0 }.min() }

  /// The arms of a JSON object with `rows` in it, or in its `fit`.
  init?(of members: [String: JSONValue]) {
    if case .object(let fit) = members["fit"], members["rows"] == nil {
      self.init(of: fit)
      return
    }
    guard case .object(let rows) = members["rows"] else { return nil }
    self.init()
    func fewest(_ members: [String: JSONValue], _ whole: String) -> Int? {
      guard case .integer(let people) = members["subjects"] ?? members[whole] else { return nil }
      guard case .integer(let events) = members["events"] else { return people }
      return Support(people: people, events: events).fewest
    }
    total = fewest(rows, "used")
    guard case .array(let arms) = rows["by_arm"] else { return }
    for arm in arms {
      guard case .object(let own) = arm, case .string(let name) = own["arm"] else { continue }
      people[name] = fewest(own, "rows")
    }
    guard case .object(let model) = members["model"], case .object(let levels) = model["reference_levels"]
    else { return }
    for value in levels.values {
      if case .string(let level) = value, people[level] != nil { reference = level }
    }
  }

  /// Columns whose texts compare arms: `combined - therapy`, `(a - b) : (c - d)`, `combined / therapy`.
  private static let comparisons: Set<String> = ["contrast", "effect", "ratio_of"]

  /// Whether a comparison names an arm between its signs and brackets.
  private static func compares(_ text: String, _ arm: String) -> Bool {
    guard !arm.isEmpty else { return false }
    var rest = text[...]
    while let place = rest.firstRange(of: arm) {
      let before = text[..<place.lowerBound]
      let after = text[place.upperBound...]
      let begins = before.isEmpty || ["(", " "].contains { before.hasSuffix($0) }
      let ends = after.isEmpty || [")", " ", ","].contains { after.hasPrefix($0) }
      if begins, ends { return true }
      rest = after
    }
    return false
  }

  /// The fewest people of the arms that a record speaks of; nil if it speaks of none.
  func fewest(in texts: [String: String]) -> Int? {
    var named = [total].compactMap { $0 }
    for (column, text) in texts {
      if let own = people[text] { named.append(own) }
      if Self.comparisons.contains(column) {
        named += people.filter { Self.compares(text, $0.key) }.values
      }
      if column == "term" {
        let levels = people.filter { text.contains("[\($0.key)]") }.values
        named += levels
        if let reference, let own = people[reference], !levels.isEmpty || text == "(Intercept)" {
          named.append(own)
        }
      }
    }
    return named.filter { $0 > 0 }.min()
  }
}

extension ArmPeople {
  /// The fewest people or events that a contrast rests on.
  func fewest(_ contrast: Contrasts.Contrast) -> Int? {
    [fewest(in: ["contrast": contrast.name]), contrast.support.fewest].compactMap(\.self).filter { $0 > 0 }
      .min()
  }
}

extension TidyTable {
  /// The table whose rows know how many people the arms have that they speak of.
  func knowing(_ arms: ArmPeople) -> TidyTable {
    guard !arms.people.isEmpty || arms.total != nil else { return self }
    var result = empty
    for (index, row) in rows.enumerated() {
      var texts: [String: String] = [:]
      for (cell, column) in zip(row, columns) {
        if case .text(let text) = cell { texts[column] = text }
      }
      let own = [people[index], arms.fewest(in: texts)].compactMap { $0 }.filter { $0 > 0 }.min()
      result.append(row, people: own)
    }
    return result
  }

  /// The table whose rows know what they rest on, one support a row.
  func resting(on supports: [Support]) -> TidyTable {
    precondition(supports.count == rows.count, "every row has a support")
    return resting(onAtLeast: supports.map(\.fewest))
  }

  /// The table all of whose rows rest on so many people.
  func resting(on fewest: Int) -> TidyTable { resting(onAtLeast: rows.map { _ in fewest }) }

  private func resting(onAtLeast counts: [Int]) -> TidyTable {
    var result = empty
    for (index, row) in rows.enumerated() {
      let own = [people[index], counts[index]].compactMap { $0 }.filter { $0 > 0 }.min()
      result.append(row, people: own)
    }
    return result
  }
}
