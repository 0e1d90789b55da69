/// The covariance of the effects of one random term.
public enum RandomCovariance: String, Sendable, CaseIterable, Codable {
  /// Variances and covariances are free: what `(x | g)` means.
  case unstructured = "us"
  /// Variances are free, covariances 0: `(x || g)` also for categories, whose effects `||` leaves correlated.
  case diagonal = "diag"
  /// One variance and one covariance for all effects of a term, as for the levels of a category: `(0 + arm | g)`.
  case compoundSymmetry = "cs"

  /// In words.
  var label: String {
    switch self {
    case .unstructured: "unstructured"
    case .diagonal: "diagonal"
    case .compoundSymmetry: "compound symmetry"
    }
  }
}
