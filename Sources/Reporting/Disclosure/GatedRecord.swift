/// What of one row, or of one JSON object, must be hidden.
struct GatedRecord {
  /// Names of hidden counts that are small.
  private(set) var counts: Set<String> = []
  /// Names of hidden values: what rests on few people, and counts that give a small one by subtraction.
  private(set) var values: Set<String> = []
  /// Names of counts that are hidden because another count of the row is close to them.
  private(set) var nested: Set<String> = []
  /// Whether what is computed from the record's people is hidden.
  private(set) var hidesStatistics: Bool

  /// Judges the numbers of a record.
  ///
  /// - Parameters:
  ///   - numbers: The numbers by name.
  ///   - people: How many people the record is about, where that is known but not among the numbers.
  ///   - gate: The gate.
  ///   - totals: Counts of the whole result that would give a hidden one.
  init(
    _ numbers: [String: Double], people: Int?, gate: DisclosureGate, totals: HiddenTotals = HiddenTotals()
  ) {
    let isAboutFew = people.map { gate.hides($0) } ?? false
    hidesStatistics = isAboutFew
    for (name, value) in numbers {
      switch DisclosureCatalog.kind(name) {
      case .base:
        if gate.hides(value) { hidesStatistics = true }
        count(name, value, gate, totals, isAboutFew)
      case .count: count(name, value, gate, totals, isAboutFew)
      case .share(let base):
        // Without its base a share cannot be judged, and is hidden.
        guard let people = numbers[base], !gate.hides(share: value, of: people) else {
          values.insert(name)
          continue
        }
      case nil: if value == value.rounded() { count(name, value, gate, totals, false) }
      case .plain:
        if Self.isDegrees(name), totals.tells(degreesOfFreedom: value) { values.insert(name) }
      case .statistic, .verbatim: break
      }
    }
    hideComplements(numbers, gate)
    hideNested(numbers, gate)
    // The time of all less that of the arms that are shown is the hidden arm's.
    if numbers["used"] != nil, !values.union(counts).isDisjoint(with: ["used", "subjects", "events"]) {
      values.insert("time_at_risk")
    }
    guard hidesStatistics else { return }
    for name in numbers.keys where DisclosureCatalog.kind(name) == .statistic { values.insert(name) }
    for name in numbers.keys { if case .share = DisclosureCatalog.kind(name) { values.insert(name) } }
  }

  private mutating func count(
    _ name: String, _ value: Double, _ gate: DisclosureGate, _ totals: HiddenTotals, _ isAboutFew: Bool
  ) {
    if gate.hides(value) {
      counts.insert(name)
    } else if value > 0, isAboutFew || totals.holds(value, name: name) {
      values.insert(name)
    }
  }

  /// All but a few of a row's people had the event: the events tell how many had not.
  private mutating func hideComplements(_ numbers: [String: Double], _ gate: DisclosureGate) {
    for (name, part) in numbers where Self.events.contains(name.lowercased()) && !counts.contains(name) {
      let wholes = numbers.filter { Self.wholes.contains($0.key.lowercased()) }
      if wholes.contains(where: { gate.hides($0.value - part) }) { values.insert(name) }
    }
  }

  /// People with and without something in one row; a share whose base goes would tell it.
  private mutating func hideNested(_ numbers: [String: Double], _ gate: DisclosureGate) {
    let names = numbers.keys.filter { Self.nestedNames.contains($0) && !values.contains($0) }
      .sorted()
    nested = Set(NestedCounts.hidden(names.map { numbers[$0] ?? 0 }, gate: gate).map { names[$0] })
      .subtracting(counts)
    values.formUnion(nested)
    for name in numbers.keys {
      if case .share(let base) = DisclosureCatalog.kind(name), values.contains(base) { values.insert(name) }
    }
  }

  private static func isDegrees(_ name: String) -> Bool { name == "df" || name.hasPrefix("df_") }

  private static let events: Set<String> = ["events", "observed"]
  private static let nestedNames: Set<String> = [
    "people", "followed_up", "with_slope", "response_base", "remission_base", "reliable_base",
  ]
  private static let wholes: Set<String> = ["n", "rows", "used"]
}
