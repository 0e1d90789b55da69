import CohortTables

/// Which differences of marginal means are taken together.
public enum ContrastFamily: Sendable, Equatable {
  /// Every mean less every later one.
  case pairwise
  /// The named level less each other one: `combined - therapy`.
  case versus(String)
  /// Each other level less the named one: `therapy - TAU`.
  case reference(String)
  /// Each mean less the one before it: `8 - 4`.
  case consecutive
  /// The least-squares slope of the means on the levels' numbers, or on their ranks where they are not numbers.
  case trend
  /// Orthogonal polynomials over the levels' numbers or ranks, up to a degree.
  ///
  /// Over equally spaced levels with the usual whole-number weights, otherwise of length 1.
  case polynomial(degree: Int)
  /// Each mean less the mean of all.
  case effects
  /// Weights on the means, with a name.
  case custom([(name: String, weights: [Double])])
  /// Weights by level, with a name; levels that are not named have none.
  case weighted([(name: String, levels: [String: Double])])

  /// Equal kinds with equal contents.
  public static func == (a: ContrastFamily, b: ContrastFamily) -> Bool {
    switch (a, b) {
    case (.pairwise, .pairwise), (.consecutive, .consecutive), (.trend, .trend), (.effects, .effects): true
    case (.polynomial(let x), .polynomial(let y)): x == y
    case (.versus(let x), .versus(let y)), (.reference(let x), .reference(let y)): x == y
    case (.custom(let x), .custom(let y)):
      x.count == y.count && zip(x, y).allSatisfy { $0.name == $1.name && $0.weights == $1.weights }
    case (.weighted(let x), .weighted(let y)):
      x.count == y.count && zip(x, y).allSatisfy { $0.name == $1.name && $0.levels == $1.levels }
    default: false
    }
  }

  /// A contrast over named means.
  struct Member: Sendable, Equatable {
    let name: String
    /// Its name where it is exponentiated.
    let ratioName: String
    let weights: [Double]

    init(_ name: String, ratioName: String? = nil, _ weights: [Double]) {
      self.name = name
      self.ratioName = ratioName ?? "exp(\(name))"
      self.weights = weights
    }
  }

  /// The contrasts over named means.
  func contrasts(of labels: [String]) throws -> [Member] {
    func difference(_ i: Int, _ j: Int) -> Member {
      var weights = [Double](repeating: 0, count: labels.count)
      weights[i] = 1
      weights[j] = -1
      return Member("\(labels[i]) - \(labels[j])", ratioName: "\(labels[i]) / \(labels[j])", weights)
    }
    switch self {
    case .pairwise:
      return labels.indices.flatMap { i in (i + 1..<max(labels.count, i + 1)).map { difference(i, $0) } }
    case .versus(let level):
      let i = try Self.index(level, labels)
      return labels.indices.filter { $0 != i }.map { difference(i, $0) }
    case .reference(let level):
      let i = try Self.index(level, labels)
      return labels.indices.filter { $0 != i }.map { difference($0, i) }
    case .consecutive:
      return labels.indices.dropFirst().map { difference($0, $0 - 1) }
    case .trend:
      return try Self.trend(labels)
    case .polynomial(let degree):
      return try Self.polynomials(labels, degree: degree)
    case .effects:
      return Self.effects(labels)
    case .custom(let list):
      for entry in list where entry.weights.count != labels.count {
        throw EstimationError(
          .unsupported,
          "contrast '\(entry.name)' has \(entry.weights.count) weights for \(labels.count) means")
      }
      return list.map { Member($0.name, $0.weights) }
    case .weighted(let list):
      return try list.map { entry in
        var weights = [Double](repeating: 0, count: labels.count)
        for (level, weight) in entry.levels { weights[try Self.index(level, labels)] = weight }
        return Member(entry.name, weights)
      }
    }
  }

  private static func index(_ level: String, _ labels: [String]) throws -> Int {
    guard let found = labels.firstIndex(of: level) else {
      throw EstimationError(
        .unknownLevel,
        "there is no mean '\(level)' to compare with; there are \(labels.joined(separator: ", "))")
    }
    return found
  }

  /// Where the means stand: their labels' numbers if all are, otherwise 1, 2, 3 ...
  private static func positions(_ labels: [String]) throws -> (values: [Double], areNumbers: Bool) {
    let numbers = labels.compactMap(NumberText.parse)
    guard numbers.count == labels.count else { return (labels.indices.map { Double($0 + 1) }, false) }
    guard Set(numbers).count == numbers.count else {
      throw EstimationError(.unsupported, "two means stand at the same number: there is no trend over them")
    }
    return (numbers, true)
  }

  private static func effects(_ labels: [String]) -> [Member] {
    guard labels.count > 1 else { return [] }
    let share = 1 / Double(labels.count)
    return labels.indices.map { i in
      Member("\(labels[i]) effect", labels.indices.map { ($0 == i ? 1 : 0) - share })
    }
  }

  private static func trend(_ labels: [String]) throws -> [Member] {
    guard labels.count > 1 else { return [] }
    let (x, areNumbers) = try positions(labels)
    let mean = x.reduce(0, +) / Double(x.count)
    let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return [
      Member(areNumbers ? "trend per unit" : "trend per level", x.map { ($0 - mean) / spread })
    ]
  }

  private static func polynomials(_ labels: [String], degree: Int) throws -> [Member] {
    let x = try positions(labels).values
    guard degree >= 1, let basis = PolynomialBasis(values: x, degree: degree) else {
      throw EstimationError(
        .unsupported,
        "\(labels.count) means have polynomials of degree 1 to \(labels.count - 1), not \(degree)")
    }
    let names = ["linear", "quadratic", "cubic", "quartic"]
    return basis.columns(at: x).enumerated().map { k, column in
      Member(k < names.count ? names[k] : "degree \(k + 1)", wholeNumbers(column) ?? column)
    }
  }

  /// The weights times the smallest factor that makes all of them whole numbers; nil where none up to 1000 does.
  private static func wholeNumbers(_ weights: [Double]) -> [Double]? {
    let sizes = weights.map(abs).filter { $0 > 1e-10 }
    guard let smallest = sizes.min() else { return nil }
    for factor in 1...1000 {
      let scaled = weights.map { $0 / smallest * Double(factor) }
      if scaled.allSatisfy({ abs($0 - $0.rounded()) < 1e-9 * Double(factor) }) {
        return scaled.map { $0.rounded() }
      }
    }
    return nil
  }

  /// The adjustment that the field uses for this family.
  public var usualAdjustment: MultiplicityAdjustment {
    switch self {
    case .pairwise: .tukey
    case .versus, .reference: .dunnett
    case .consecutive, .effects, .custom, .weighted: .holm
    case .trend, .polynomial: .none
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
