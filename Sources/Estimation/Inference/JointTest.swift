internal import Distributions
internal import LinearAlgebra

/// A test that several linear functions of the coefficients are all 0.
///
/// ```
/// Q = (L b)' (L V L')^-1 (L b)
/// ```
/// over independent rows of L, with as many degrees of freedom as there are; referred to the chi-squared
/// distribution, to F as Q / q, or with cluster-robust errors to Hotelling's T-squared with the degrees of
/// freedom of Pustejovsky and Tipton (2018), J. Bus. Econ. Stat. 36:672-683, eqs. 12-15.
public struct JointTest: Sendable, Equatable {
  /// The kind of statistic.
  public enum StatisticKind: String, Sendable {
    /// Chi-squared.
    case chiSquared = "chi_squared"
    /// F.
    case f = "F"
  }

  /// What is tested: a term or a family.
  public let name: String
  /// The values of the `by` columns, for families of contrasts.
  public let by: [GridCoordinate]
  /// The hypothesis in words.
  public let hypothesis: String
  /// wald, hotelling or lr.
  public let method: String
  /// What the statistic is.
  public let statisticKind: StatisticKind
  /// The statistic; nil when it cannot be computed.
  public let statistic: Double?
  /// Numerator degrees of freedom: independent functions.
  public let df: Double
  /// Denominator degrees of freedom; nil for chi-squared.
  public let dfDenominator: Double?
  /// The upper tail probability.
  public let pValue: Double?

  /// A statistic and its reference distribution.
  init(
    _ name: String, by: [GridCoordinate] = [], hypothesis: String, method: String, chiSquared: Double?,
    rank: Int, reference: JointReference
  ) {
    self.name = name
    self.by = by
    self.hypothesis = hypothesis
    let q = Double(rank)
    df = q
    let usable = rank > 0 ? chiSquared.flatMap { $0.isFinite ? max($0, 0) : nil } : nil
    func f(_ value: Double?, _ denominator: Double) -> Double? {
      guard let value, denominator > 0 else { return nil }
      return FDistribution(numerator: q, denominator: denominator).upperTail(value)
    }
    switch reference {
    case .chiSquared:
      (self.method, statisticKind, statistic, dfDenominator) = (method, .chiSquared, usable, nil)
      pValue = usable.map { ChiSquared(degreesOfFreedom: q).upperTail($0) }
    case .f(let denominator):
      (self.method, statisticKind, statistic, dfDenominator) = (
        method, .f, usable.map { $0 / q }, denominator
      )
      pValue = f(statistic, denominator)
    case .scaledF(let denominator, let scale):
      (self.method, statisticKind, dfDenominator) = (method, .f, denominator)
      statistic = usable.map { scale * $0 / q }
      pValue = f(statistic, denominator)
    case .hotelling(let eta):
      let denominator = eta - q + 1
      (self.method, statisticKind, dfDenominator) = ("hotelling", .f, denominator)
      statistic = denominator > 0 ? usable.map { denominator / (eta * q) * $0 } : nil
      pValue = f(statistic, denominator)
    }
  }

  /// One line on how the statistic is referred.
  public var rule: String {
    switch (statisticKind, method) {
    case (.chiSquared, "lr"): "likelihood ratio, chi-squared"
    case (.chiSquared, _): "Wald, chi-squared"
    case (.f, "hotelling"):
      "cluster-robust Wald as Hotelling's T-squared with approximate df (HTZ, Pustejovsky and Tipton 2018)"
    case (.f, _): "Wald F with the model's denominator df"
    }
  }
}

/// Independent linear functions and their Wald statistic.
struct WaldStatistic {
  /// The independent rows.
  let functions: Matrix
  /// The statistic; nil where the covariance of the functions is singular beyond their dependence.
  let chiSquared: Double?

  var rank: Int { functions.rowCount }

  /// Drops rows that depend on the others, by the rows themselves, never by the covariance.
  ///
  /// The functions are given one a row, over the estimated coefficients, with their values less what these are
  /// tested against.
  init(_ functions: Matrix, values: [Double], covariance: Matrix) {
    let norms = (0..<functions.rowCount).map { euclideanNorm(functions.row($0)) }
    let nonzero = norms.indices.filter { norms[$0] > 0 }
    let unit = functions.selecting(rows: nonzero).scalingRows(by: nonzero.map { 1 / norms[$0] })
    let kept = Self.independentRows(unit)
    let rows = kept.map { nonzero[$0] }
    self.functions = functions.selecting(rows: rows)
    guard !rows.isEmpty else {
      chiSquared = nil
      return
    }
    let l = unit.selecting(rows: kept)
    let y = rows.map { values[$0] / norms[$0] }
    let spread = l * covariance * l.transposed()
    guard let factor = Self.cholesky(spread) else {
      chiSquared = nil
      return
    }
    chiSquared = dotProduct(y, factor.solve(y))
  }

  private static func cholesky(_ spread: Matrix) -> CholeskyFactor? {
    let diagonal = spread.diagonal
    guard diagonal.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    return try? CholeskyFactor(spread)
  }

  /// The first rows that do not depend on earlier ones.
  static func independentRows(_ rows: Matrix) -> [Int] {
    guard rows.rowCount > 0 else { return [] }
    guard let qr = try? LimitedPivotQR(rows.transposed(), tolerance: 1e-7) else { return [] }
    return qr.kept
  }
}

extension ContrastEstimates {
  /// All contrasts at once.
  func jointTest(by: [GridCoordinate], _ means: MarginalMeans) -> JointTest {
    let usable = values.indices.filter { isEstimable[$0] }
    let wald = WaldStatistic(
      functions.selecting(rows: usable), values: usable.map { values[$0] }, covariance: means.covariance)
    return JointTest(
      "contrasts", by: by,
      hypothesis: usable.count == 1
        ? "the contrast is 0"
        : wald.rank == usable.count
          ? "all \(usable.count) contrasts are 0"
          : "all \(usable.count) contrasts are 0 (\(wald.rank) of them are independent)", method: "wald",
      chiSquared: wald.chiSquared, rank: wald.rank, reference: means.jointReference(wald.functions))
  }
}
