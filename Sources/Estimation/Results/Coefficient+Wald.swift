import Distributions

#if canImport(Glibc)
  import Glibc
#endif

extension Coefficient {
  /// A term that depends on earlier ones: no estimate.
  static func aliased(term: String) -> Coefficient {
    Coefficient(
      term: term, estimate: nil, standardError: nil, statistic: nil, degreesOfFreedom: nil, pValue: nil,
      lower: nil, upper: nil, isAliased: true, modelStandardError: nil, ratio: nil)
  }

  /// A coefficient without a finite estimate.
  static func unbounded(term: String) -> Coefficient {
    Coefficient(
      term: term, estimate: nil, standardError: nil, statistic: nil, degreesOfFreedom: nil, pValue: nil,
      lower: nil, upper: nil, isAliased: false, modelStandardError: nil, ratio: nil)
  }

  /// All named coefficients: those left out, those without finite estimate, and of each other one what is made of its
  /// index and its place among the estimated.
  static func all(
    _ names: [String], estimated: [Int], unbounded: [String] = [],
    _ make: (_ index: Int, _ place: Int) throws -> Coefficient
  ) rethrows -> [Coefficient] {
    let places = Dictionary(uniqueKeysWithValues: estimated.enumerated().map { ($1, $0) })
    let unbounded = Set(unbounded)
    return try names.indices.map { index in
      if unbounded.contains(names[index]) { return .unbounded(term: names[index]) }
      return try places[index].map { try make(index, $0) } ?? .aliased(term: names[index])
    }
  }

  /// Estimate, standard error, test of 0 and limits; t with degrees of freedom, otherwise z.
  static func wald(
    term: String, estimate: Double, variance: Double, degreesOfFreedom: Double?, level: Double,
    modelVariance: Double? = nil, ratioKind: String? = nil
  ) -> Coefficient {
    let wald = WaldInference(
      estimate: estimate, variance: variance, degreesOfFreedom: degreesOfFreedom, level: level)
    let ratio = ratioKind.flatMap { kind -> Ratio? in
      guard let lower = wald.lower, let upper = wald.upper else { return nil }
      return Ratio(kind: kind, value: exp(estimate), lower: exp(lower), upper: exp(upper))
    }
    return Coefficient(
      term: term, estimate: estimate, standardError: wald.standardError, statistic: wald.statistic,
      degreesOfFreedom: degreesOfFreedom.flatMap { $0.isNaN ? nil : $0 }, pValue: wald.pValue,
      lower: wald.lower, upper: wald.upper, isAliased: false,
      modelStandardError: modelVariance.flatMap { $0 >= 0 ? $0.squareRoot() : nil },
      ratio: ratio)
  }
}

/// The test of one number and its limits.
///
/// What cannot be computed is nil.
struct WaldInference {
  let standardError: Double?
  let statistic: Double?
  let pValue: Double?
  let lower: Double?
  let upper: Double?

  init(estimate: Double, variance: Double, degreesOfFreedom: Double?, level: Double, null: Double = 0) {
    guard variance.isFinite, variance >= 0, estimate.isFinite, degreesOfFreedom.map({ $0 > 0 }) ?? true else {
      (standardError, statistic, pValue, lower, upper) = (nil, nil, nil, nil, nil)
      return
    }
    let error = variance.squareRoot()
    let distribution = StudentT(degreesOfFreedom: degreesOfFreedom ?? .infinity)
    let critical = distribution.criticalValue(confidenceLevel: level)
    standardError = error
    lower = estimate - critical * error
    upper = estimate + critical * error
    guard error > 0 else {
      (statistic, pValue) = (nil, nil)
      return
    }
    let ratio = (estimate - null) / error
    statistic = ratio
    pValue = distribution.twoSidedPValue(statistic: ratio)
  }
}
