/// Which differences of marginal means are taken together.
public enum ContrastFamily: Sendable, Equatable {
  /// Every mean less every later one.
  case pairwise
  /// The named level less each other one: `combined - therapy`.
  case versus(String)
  /// Each other level less the named one: `therapy - TAU`.
  case reference(String)
  /// Weights on the means, with a name.
  case custom([(name: String, weights: [Double])])

  /// Equal kinds with equal contents.
  public static func == (a: ContrastFamily, b: ContrastFamily) -> Bool {
    switch (a, b) {
    case (.pairwise, .pairwise): true
    case (.versus(let x), .versus(let y)), (.reference(let x), .reference(let y)): x == y
    case (.custom(let x), .custom(let y)):
      x.count == y.count && zip(x, y).allSatisfy { $0.name == $1.name && $0.weights == $1.weights }
    default: false
    }
  }

  /// The contrasts over named means.
  func contrasts(of labels: [String]) throws -> [(name: String, weights: [Double])] {
    func difference(_ i: Int, _ j: Int) -> (name: String, weights: [Double]) {
      var weights = [Double](repeating: 0, count: labels.count)
      weights[i] = 1
      weights[j] = -1
      return ("\(labels[i]) - \(labels[j])", weights)
    }
    func index(_ level: String) throws -> Int {
      guard let found = labels.firstIndex(of: level) else {
        throw EstimationError(
          .unknownLevel,
          "there is no mean '\(level)' to compare with; there are \(labels.joined(separator: ", "))")
      }
      return found
    }
    switch self {
    case .pairwise:
      return labels.indices.flatMap { i in (i + 1..<max(labels.count, i + 1)).map { difference(i, $0) } }
    case .versus(let level):
      let i = try index(level)
      return labels.indices.filter { $0 != i }.map { difference(i, $0) }
    case .reference(let level):
      let i = try index(level)
      return labels.indices.filter { $0 != i }.map { difference($0, i) }
    case .custom(let list):
      for entry in list where entry.weights.count != labels.count {
        throw EstimationError(
          .unsupported,
          "contrast '\(entry.name)' has \(entry.weights.count) weights for \(labels.count) means")
      }
      return list
    }
  }

  /// The adjustment that the field uses for this family.
  public var usualAdjustment: MultiplicityAdjustment {
    switch self {
    case .pairwise: .tukey
    case .versus, .reference: .dunnett
    case .custom: .holm
    }
  }
}

/// How p-values and limits allow for the number of contrasts in a family.
public enum MultiplicityAdjustment: String, Sendable, CaseIterable, Codable {
  /// Each contrast on its own.
  case none
  /// All pairs: studentised range (Tukey-Kramer).
  case tukey
  /// The family's own multivariate t distribution: exact for comparisons with one level.
  case dunnett
  /// `1 - (1 - p)^k`.
  case sidak
  /// `k p`.
  case bonferroni
  /// Step-down Bonferroni; limits are Bonferroni's.
  case holm
  /// Step-up Bonferroni; limits are Bonferroni's.
  case hochberg
  /// False discovery rate (Benjamini-Hochberg); limits are not adjusted.
  case bh
}
