// The phrases that the fits' verdicts are put together from.

extension ModelOptions {
  /// Which weights were given, to follow other words; empty without.
  var weightsPhrase: String { weights.map { ", \($0.kind.rawValue) weights '\($0.column)'" } ?? "" }
}

extension RowAccounting {
  /// By what errors are clustered, to follow other words; empty where they are not.
  var clustersPhrase: String { clusters.map { " by '\($0.column)' (\($0.count) clusters)" } ?? "" }
}

extension RobustCovariance {
  /// The estimator's usual name.
  var name: String { rawValue.uppercased() }
  /// The name, and against what it is robust.
  var label: String { "\(name) \(isClustered ? "cluster-robust" : "robust")" }
}

extension StepSolver {
  /// How steps were solved where not as usual, to follow other words.
  var phrase: String { self == .orthogonal ? ", steps by QR" : "" }
}

extension [Diagnostic] {
  /// Whether there is something to heed, and where it stands.
  var closing: String {
    switch count(where: { $0.severity > .note }) {
    case 0: "no cautions"
    case 1: "see the note below"
    case let count: "see the \(count) notes below"
    }
  }
}
