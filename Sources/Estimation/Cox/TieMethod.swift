/// How events at the same time enter the partial likelihood.
public enum TieMethod: String, Sendable, CaseIterable, Codable {
  /// Efron's: each of d tied events sees the risk set less a share of the others. R's default.
  case efron
  /// Breslow's: each tied event sees the whole risk set. SAS's default.
  case breslow
  /// The conditional likelihood of which d of those at risk have the event, for times that are truly discrete.
  ///
  /// R calls it exact; SAS's EXACT is another likelihood.
  case discrete

  /// The author's name, or what is done.
  public var name: String {
    switch self {
    case .efron: "Efron"
    case .breslow: "Breslow"
    case .discrete: "discrete (conditional logistic)"
    }
  }
}
