#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The central multivariate t distribution T = Z / S: normal Z with the given correlations, df S^2 chi-squared on df.
///
/// It is the joint law of the t statistics of several contrasts that share one variance estimate, so its maximum gives
/// Dunnett's test and single-step adjustment of any family. All probabilities are deterministic: given S the problem is
/// a multivariate normal box, integrated as follows, and the scale is integrated outside.
///
/// - one distinct variable: Student's t itself;
/// - correlations lambda_i lambda_j (all pairs; Dunnett's; equal correlations), any number: one integral;
/// - otherwise up to six variables, by nested conditioning down to bivariate normals. Up to three variables may be
///   singular (all pairwise differences of three means); variables that repeat others, up to sign, are merged first.
///
/// Absolute error below 1e-10; the upper tails of maxima have a relative error below 1e-9 down to 1e-10.
///
/// - Complexity: a probability takes about a millisecond for two or three variables, or any number with product
///   structure; ten for four, a tenth of a second for five and two seconds for six. A critical value takes about six
///   of them.
///
/// ## References
/// Genz and Bretz 2009, Computation of Multivariate Normal and t Probabilities, chapters 2 and 4.
/// Dunnett 1955, JASA 50, 1096-1121.
public struct MultivariateT: Sendable {
  /// The largest number of distinct variables without product structure.
  public static let dimensionLimit = 6

  /// The degrees of freedom: any positive real, or infinity.
  public let degreesOfFreedom: Double
  /// The number of variables as given.
  public let dimension: Int

  /// Variables whose correlation is this close to 1 in size are one: a maximum's tail moves with the square root of
  /// the gap, so anything wider than rounding would show.
  private static let repetition = 1 - 2e-15

  /// How a normal box is integrated.
  private enum Method: Sendable {
    case single
    case product(ProductStructure)
    case nested(NestedConditioning)
  }

  /// A variable as given: plus or minus one of the distinct ones.
  private struct Membership: Sendable {
    let representative: Int
    let sign: Double
  }

  private let members: [Membership]
  private let distinctCount: Int
  private let method: Method
  private let mixture: ScaleMixture

  /// Creates the distribution and plans its integrals.
  ///
  /// - Parameters:
  ///   - rows: The rows of the correlation matrix.
  ///   - degreesOfFreedom: Those of the shared variance; infinity gives the multivariate normal.
  /// - Throws: `MultivariateTError` if the matrix is none of correlations, or is beyond the method's limits.
  /// - Precondition: The rows are as long as there are rows, at least one; the degrees of freedom are positive.
  public init(correlation rows: [[Double]], degreesOfFreedom: Double) throws(MultivariateTError) {
    precondition(!rows.isEmpty && rows.allSatisfy { $0.count == rows.count }, "the matrix must be square")
    precondition(degreesOfFreedom > 0, "degrees of freedom must be positive")
    try Self.checkCorrelations(rows)
    self.degreesOfFreedom = degreesOfFreedom
    dimension = rows.count
    mixture = ScaleMixture(degreesOfFreedom: degreesOfFreedom)
    let full = CorrelationMatrix(rows)
    var distinct: [Int] = []
    var members: [Membership] = []
    for i in rows.indices {
      if let k = distinct.firstIndex(where: { abs(rows[i][$0]) >= Self.repetition }) {
        members.append(Membership(representative: k, sign: rows[i][distinct[k]] < 0 ? -1 : 1))
      } else {
        members.append(Membership(representative: distinct.count, sign: 1))
        distinct.append(i)
      }
    }
    self.members = members
    distinctCount = distinct.count
    method = try Self.method(full.selecting(distinct))
  }

  /// The probability of the box lower_i < T_i <= upper_i; limits may be infinite.
  ///
  /// It is one minus the probability of leaving the box, so its accuracy is absolute.
  ///
  /// - Precondition: There are as many limits as variables.
  public func probability(lower: [Double], upper: [Double]) -> Double {
    precondition(lower.count == dimension && upper.count == dimension, "one limit a variable")
    return 1 - probabilityOutside(lower: lower, upper: upper)
  }

  /// The probability that some variable lies outside its limits.
  ///
  /// - Precondition: There are as many limits as variables.
  public func probabilityOutside(lower: [Double], upper: [Double]) -> Double {
    precondition(lower.count == dimension && upper.count == dimension, "one limit a variable")
    guard !(lower + upper).contains(where: \.isNaN) else { return .nan }
    var a = [Double](repeating: -.infinity, count: distinctCount)
    var b = [Double](repeating: .infinity, count: distinctCount)
    for (i, member) in members.enumerated() {
      let (low, high) = member.sign > 0 ? (lower[i], upper[i]) : (-upper[i], -lower[i])
      a[member.representative] = max(a[member.representative], low)
      b[member.representative] = min(b[member.representative], high)
    }
    guard zip(a, b).allSatisfy({ $0 < $1 }) else { return 1 }
    return outside(a, b)
  }

  /// The probability that the largest absolute value exceeds a point: the two-sided adjusted p-value.
  public func upperTailOfMaximumAbsolute(_ c: Double) -> Double {
    guard !c.isNaN else { return .nan }
    guard c > 0 else { return 1 }
    return probabilityOutside(
      lower: [Double](repeating: -c, count: dimension), upper: [Double](repeating: c, count: dimension))
  }

  /// The probability that the largest value exceeds a point: the one-sided adjusted p-value.
  public func upperTailOfMaximum(_ c: Double) -> Double {
    guard !c.isNaN else { return .nan }
    return probabilityOutside(
      lower: [Double](repeating: -.infinity, count: dimension),
      upper: [Double](repeating: c, count: dimension))
  }

  /// The point that the largest absolute value stays below with a probability: two-sided simultaneous limits.
  public func criticalValueOfMaximumAbsolute(confidenceLevel: Double) -> Double {
    guard isProbability(confidenceLevel) else { return .nan }
    guard confidenceLevel > 0, confidenceLevel < 1 else { return confidenceLevel == 0 ? 0 : .infinity }
    return criticalValue(1 - confidenceLevel, sides: 2, upperTailOfMaximumAbsolute)
  }

  /// The point that the largest value stays below with a probability: one-sided simultaneous limits.
  public func criticalValueOfMaximum(confidenceLevel: Double) -> Double {
    guard isProbability(confidenceLevel) else { return .nan }
    guard confidenceLevel > 0, confidenceLevel < 1 else {
      return confidenceLevel == 0 ? -.infinity : .infinity
    }
    return criticalValue(1 - confidenceLevel, sides: 1, upperTailOfMaximum)
  }
}

extension MultivariateT {
  // MARK: - Kernels

  /// The root of the log tail between one variable's own critical value and Bonferroni's.
  private func criticalValue(_ alpha: Double, sides: Double, _ tail: (Double) -> Double) -> Double {
    let marginal = StudentT(degreesOfFreedom: degreesOfFreedom)
    let low = marginal.upperQuantile(alpha / sides)
    guard distinctCount > 1 || (sides == 1 && members.contains { $0.sign < 0 }) else { return low }
    let high = marginal.upperQuantile(alpha / (sides * Double(dimension)))
    let margin = 1e-7 * (1 + abs(high))
    return monotoneRoot(from: low - margin, to: high + margin, valueTolerance: 1e-11) {
      log(tail($0) / alpha)
    }
  }

  private func outside(_ a: [Double], _ b: [Double]) -> Double {
    if case .single = method {
      let marginal = StudentT(degreesOfFreedom: degreesOfFreedom)
      return marginal.upperTail(b[0]) + marginal.cumulative(a[0])
    }
    let nearest = zip(a, b).map { min(-$0, $1) }.min() ?? .infinity
    guard nearest.isFinite else { return nearest > 0 ? 0 : 1 }
    var effort = ScaleMixture.Effort.full
    if case .nested = method, distinctCount > 4 { effort = .costly }
    let value = mixture.expectation(
      nearest > 0 ? .decreasing : .peaked(at: 1), effort: effort,
      logShape: { nearest > 0 ? NormalKernels.logUpperTail(nearest * $0) : 0 },
      of: { normalOutside($0, a, b) })
    return min(value, 1)
  }

  private static func checkCorrelations(_ rows: [[Double]]) throws(MultivariateTError) {
    for i in rows.indices {
      guard abs(rows[i][i] - 1) < 1e-10 else {
        throw MultivariateTError(.notACorrelationMatrix, "diagonal element \(i) is \(rows[i][i]), not 1")
      }
      for j in 0..<i {
        guard abs(rows[i][j]) <= 1 + 1e-12, abs(rows[i][j] - rows[j][i]) < 1e-10 else {
          throw MultivariateTError(
            .notACorrelationMatrix, "elements (\(i), \(j)) are \(rows[i][j]) and \(rows[j][i])")
        }
      }
    }
    if let pivot = CorrelationMatrix(rows).pivots.min(), pivot < 0 {
      throw MultivariateTError(.notACorrelationMatrix, "not positive semidefinite: pivot \(pivot)")
    }
  }

  private static func method(_ correlation: CorrelationMatrix) throws(MultivariateTError) -> Method {
    let count = correlation.order
    if count == 1 { return .single }
    if let product = ProductStructure(correlation) { return .product(product) }
    guard count <= dimensionLimit else {
      throw MultivariateTError(
        .dimensionTooLarge,
        "\(count) variables without product structure; the limit is \(dimensionLimit)")
    }
    guard let nested = NestedConditioning(correlation) else {
      throw MultivariateTError(
        .nearlySingular,
        "some of \(count) variables are nearly determined by the others; up to 3 may be")
    }
    return .nested(nested)
  }

  private func normalOutside(_ s: Double, _ a: [Double], _ b: [Double]) -> Double {
    // An infinite limit stays infinite at a scale that underflowed to 0.
    let lower = a.map { $0.isFinite ? $0 * s : $0 }
    let upper = b.map { $0.isFinite ? $0 * s : $0 }
    switch method {
    case .single: return NormalKernels.upperTail(upper[0]) + NormalKernels.cumulative(lower[0])
    case .product(let product): return product.probabilityOutside(lower, upper)
    case .nested(let nested): return nested.probabilityOutside(lower, upper)
    }
  }
}
