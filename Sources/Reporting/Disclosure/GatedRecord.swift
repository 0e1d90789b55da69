/// What of one row, or of one JSON object, must be hidden.
struct GatedRecord {
  /// Names of hidden counts.
  private(set) var counts: Set<String> = []
  /// Names of hidden values.
  private(set) var values: Set<String> = []
  /// Whether what is computed from the record's people is hidden.
  private(set) var hidesStatistics: Bool

  /// Judges the numbers of a record.
  ///
  /// - Parameters:
  ///   - numbers: The numbers by name.
  ///   - people: How many people the record is about, where that is known but not among the numbers.
  ///   - gate: The gate.
  init(_ numbers: [String: Double], people: Int?, gate: DisclosureGate) {
    hidesStatistics = people.map { gate.hides($0) } ?? false
    for (name, value) in numbers {
      switch DisclosureCatalog.kind(name) {
      case .base:
        guard gate.hides(value) else { continue }
        counts.insert(name)
        hidesStatistics = true
      case .count:
        if gate.hides(value) { counts.insert(name) }
      case .share(let base):
        // Without its base a share cannot be judged, and is hidden.
        guard let people = numbers[base], !gate.hides(share: value, of: people) else {
          values.insert(name)
          continue
        }
      case nil:
        if value == value.rounded(), gate.hides(value) { counts.insert(name) }
      case .statistic, .plain, .verbatim: break
      }
    }
    guard hidesStatistics else { return }
    for name in numbers.keys where DisclosureCatalog.kind(name) == .statistic { values.insert(name) }
    for name in numbers.keys { if case .share = DisclosureCatalog.kind(name) { values.insert(name) } }
  }
}
