import Distributions
public import LinearAlgebra

/// Intraclass correlations of complete ratings: people in rows, raters (or times) in columns.
///
/// From the mean squares of people (R), raters (C), the rest (E) and all within people (W), with n people and k raters:
///
/// | form | names | coefficient |
/// |---|---|---|
/// | one-way | ICC(1,1), ICC(1) | `(R - W) / (R + (k - 1) W)` |
/// | two-way, agreement | ICC(2,1), ICC(A,1) | `(R - E) / (R + (k - 1) E + k (C - E) / n)` |
/// | two-way, consistency | ICC(3,1), ICC(C,1) | `(R - E) / (R + (k - 1) E)` |
/// | of the mean of k | ICC(1,k), ICC(2,k), ICC(3,k) | `k r / (1 + (k - 1) r)` |
///
/// Limits rest on F; those of agreement on Satterthwaite's degrees of freedom.
///
/// ## References
/// Shrout and Fleiss (1979), Psychological Bulletin 86:420. McGraw and Wong (1996), Psychological Methods 1:30.
public struct IntraclassCorrelation: Sendable, Equatable {
  /// What the coefficient speaks of.
  public enum Form: String, Sendable, CaseIterable, Codable {
    /// Each person has raters of their own.
    case oneWay = "one_way"
    /// The same raters, a sample of many; how far they agree.
    case agreement
    /// The same raters, and no others are meant; how far they rank alike.
    case consistency
  }

  /// One coefficient with its test and limits.
  public struct Estimate: Sendable, Equatable {
    /// What the coefficient speaks of.
    public let form: Form
    /// Whether it is that of the mean of all raters; otherwise that of one.
    public let isOfMean: Bool
    /// The coefficient; negative where people differ less than chance would have it.
    public let value: Double
    /// The F statistic of no differences between people; nil where raters never differ.
    public let statistic: Double?
    /// Its degrees of freedom.
    public let degreesOfFreedom: (numerator: Double, denominator: Double)
    /// The p-value of F.
    public let pValue: Double?
    /// Lower limit; nil where raters never differ.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?

    /// Compares all parts.
    public static func == (a: Estimate, b: Estimate) -> Bool {
      a.form == b.form && a.isOfMean == b.isOfMean && a.value == b.value && a.statistic == b.statistic
        && a.degreesOfFreedom == b.degreesOfFreedom && a.pValue == b.pValue && a.lower == b.lower
        && a.upper == b.upper
    }
  }

  /// The mean squares of the two-way table.
  public struct MeanSquares: Sendable, Equatable {
    /// Between people.
    public let people: Double
    /// Between raters.
    public let raters: Double
    /// The rest.
    public let residual: Double
    /// All within people.
    public let within: Double
  }

  /// People.
  public let people: Int
  /// Raters.
  public let raters: Int
  /// The mean squares.
  public let meanSquares: MeanSquares
  /// The level of the limits.
  public let confidenceLevel: Double

  /// Arranges complete ratings.
  ///
  /// - Throws: `OutcomesError` with fewer than two people or raters, or where all ratings are the same.
  /// - Complexity: O(people raters).
  public init(_ ratings: Matrix, confidenceLevel: Double = 0.95) throws {
    precondition(confidenceLevel > 0 && confidenceLevel < 1, "A confidence level lies between 0 and 1")
    (people, raters) = (ratings.rowCount, ratings.columnCount)
    self.confidenceLevel = confidenceLevel
    guard people > 1, raters > 1 else {
      throw OutcomesError(
        "an intraclass correlation needs two people and two raters; there are \(people) and \(raters)")
    }
    meanSquares = MeanSquares(ratings)
    guard meanSquares.people > 0 || meanSquares.within > 0 else {
      throw OutcomesError("an intraclass correlation is not defined: all ratings are the same")
    }
  }

  /// The coefficient of a form, of one rating or of the mean of all raters.
  public func estimate(_ form: Form, ofMean isOfMean: Bool = false) -> Estimate {
    let (n, k) = (Double(people), Double(raters))
    let ms = meanSquares
    let error = form == .oneWay ? ms.within : ms.residual
    let df = (numerator: n - 1, denominator: form == .oneWay ? n * (k - 1) : (n - 1) * (k - 1))
    let one =
      (ms.people - error)
      / (ms.people + (k - 1) * error + (form == .agreement ? k * (ms.raters - error) / n : 0))
    func averaged(_ r: Double) -> Double { isOfMean ? k * r / (1 + (k - 1) * r) : r }
    guard error > 0 else {
      return Estimate(
        form: form, isOfMean: isOfMean, value: averaged(one), statistic: nil, degreesOfFreedom: df,
        pValue: nil, lower: nil, upper: nil)
    }
    let f = ms.people / error
    let limits = form == .agreement ? agreementLimits(one) : ratioLimits(f, df)
    return Estimate(
      form: form, isOfMean: isOfMean, value: averaged(one), statistic: f, degreesOfFreedom: df,
      pValue: FDistribution(numerator: df.numerator, denominator: df.denominator).upperTail(f),
      lower: averaged(limits.lower), upper: averaged(limits.upper))
  }

  /// All six coefficients.
  public var estimates: [Estimate] {
    [false, true].flatMap { isOfMean in Form.allCases.map { estimate($0, ofMean: isOfMean) } }
  }

  /// The standard error of measurement of one rating: the root of the error that the form counts.
  public func errorOfMeasurement(_ form: Form) -> Double {
    switch form {
    case .oneWay: meanSquares.within.squareRoot()
    case .consistency: meanSquares.residual.squareRoot()
    case .agreement:
      (meanSquares.residual + max(0, meanSquares.raters - meanSquares.residual) / Double(people)).squareRoot()
    }
  }

  // MARK: - Limits

  private func ratioLimits(_ f: Double, _ df: (numerator: Double, denominator: Double)) -> (
    lower: Double, upper: Double
  ) {
    let k = Double(raters)
    let tail = (1 - confidenceLevel) / 2
    let low = f / FDistribution(numerator: df.numerator, denominator: df.denominator).quantile(1 - tail)
    let high = f * FDistribution(numerator: df.denominator, denominator: df.numerator).quantile(1 - tail)
    return ((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))
  }

  /// Shrout and Fleiss (1979), page 424; McGraw and Wong (1996), table 7.
  private func agreementLimits(_ r: Double) -> (lower: Double, upper: Double) {
    let (n, k) = (Double(people), Double(raters))
    let ms = meanSquares
    let a = k * r * ms.raters
    let b = (n * (1 + (k - 1) * r) - k * r) * ms.residual
    let df = (a + b) * (a + b) * (n - 1) * (k - 1) / (a * a * (n - 1) + b * b)
    let tail = (1 - confidenceLevel) / 2
    let above = FDistribution(numerator: n - 1, denominator: df).quantile(1 - tail)
    let below = FDistribution(numerator: df, denominator: n - 1).quantile(1 - tail)
    let rest = k * ms.raters + (k * n - k - n) * ms.residual
    return (
      n * (ms.people - above * ms.residual) / (above * rest + n * ms.people),
      n * (below * ms.people - ms.residual) / (rest + n * below * ms.people)
    )
  }
}

extension IntraclassCorrelation.MeanSquares {
  /// The mean squares of complete ratings, from centred ones.
  init(_ ratings: Matrix) {
    let (n, k) = (ratings.rowCount, ratings.columnCount)
    let values = ratings.columnMajor
    let grand = values.reduce(0, +) / Double(n * k)
    var rows = Array(repeating: 0.0, count: n)
    var columns = Array(repeating: 0.0, count: k)
    for (index, value) in values.enumerated() {
      rows[index % n] += (value - grand) / Double(k)
      columns[index / n] += (value - grand) / Double(n)
    }
    var (rest, within) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let row = value - grand - rows[index % n]
      within += row * row
      rest += (row - columns[index / n]) * (row - columns[index / n])
    }
    people = Double(k) * rows.reduce(0) { $0 + $1 * $1 } / Double(n - 1)
    raters = Double(n) * columns.reduce(0) { $0 + $1 * $1 } / Double(k - 1)
    residual = rest / Double((n - 1) * (k - 1))
    self.within = within / Double(n * (k - 1))
  }
}
