/// How the levels of a category become columns.
///
/// With levels `l_1 ... l_k` (the reference first):
/// - treatment: column j is 1 at `l_(j+1)`, so a coefficient is a difference from the reference;
/// - sum: column j is 1 at `l_j` and -1 at `l_k`, so a coefficient is a deviation from the mean of
///   the levels;
/// - Helmert: column j compares `l_(j+1)` with the mean of the levels before it.
///
/// ## References
/// R's `contr.treatment`, `contr.sum`, `contr.helmert`: the same columns.
public enum ContrastCoding: String, Sendable, CaseIterable, Codable {
  /// Differences from the reference level.
  case treatment
  /// Deviations from the unweighted mean.
  case sum
  /// Each level against the mean of those before.
  case helmert

  /// How many columns a term with `levels` levels has.
  func width(levels: Int, full: Bool) -> Int { full ? levels : levels - 1 }

  /// The entry of a column at a level.
  func entry(level: Int, column: Int, levels: Int, full: Bool) -> Double {
    if full { return level == column ? 1 : 0 }
    switch self {
    case .treatment: return level == column + 1 ? 1 : 0
    case .sum: return level == column ? 1 : (level == levels - 1 ? -1 : 0)
    case .helmert: return level <= column ? -1 : (level == column + 1 ? Double(column + 1) : 0)
    }
  }

  /// The level after which a column is named.
  func namingLevel(column: Int, full: Bool) -> Int {
    if full { return column }
    return self == .sum ? column : column + 1
  }
}
