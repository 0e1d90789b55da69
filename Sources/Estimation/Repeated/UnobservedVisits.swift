/// What becomes of visits at which no row is used.
public enum UnobservedVisits: String, Sendable, CaseIterable, Codable {
  /// They do not count: the visits before and after them are neighbours.
  case dropped
  /// They keep their place in the order: structures with lags see the gap.
  case kept
}
