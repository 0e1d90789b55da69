import Distributions
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// Comparisons of averages by the delta method.
struct EffectScale {
  let values: [Double]
  let covariance: Matrix
  let level: Double
  let family: ResponseFamily
  let degreesOfFreedom: (_ gradient: [Double]) -> Double?

  func level(_ k: Int, _ value: GridValue) -> AverageEffects.Level {
    let wald = inference(values[k], unit(k))
    return AverageEffects.Level(
      value: value, estimate: values[k], standardError: wald.standardError, lower: wald.lower,
      upper: wald.upper)
  }

  func slope(_ column: String) -> AverageEffects.Effect {
    effect("slope of \(column)", .slope, "average slope", values[0], unit(0))
  }

  /// The comparisons of one value with the first, those that exist.
  func effects(_ k: Int, _ names: [GridValue]) -> [AverageEffects.Effect] {
    let (a, b) = (values[k], values[0])
    let minus = "\(names[k].text) - \(names[0].text)"
    let over = "\(names[k].text) / \(names[0].text)"
    var difference = [Double](repeating: 0, count: values.count)
    difference[k] = 1
    difference[0] = -1
    var result = [effect(minus, .difference, word + " difference", a - b, difference)]
    if a > 0, b > 0 {
      var gradient = difference
      gradient[k] = 1 / a
      gradient[0] = -1 / b
      result.append(
        exponentiated(over, .ratio, word == "mean" ? "ratio of means" : word + " ratio", log(a / b), gradient)
      )
    }
    guard family == .binomial else { return result }
    if a > 0, a < 1, b > 0, b < 1 {
      var gradient = difference
      gradient[k] = 1 / (a * (1 - a))
      gradient[0] = -1 / (b * (1 - b))
      let logOdds = log(a) - log1p(-a) - log(b) + log1p(-b)
      result.append(exponentiated(over, .oddsRatio, "marginal odds ratio", logOdds, gradient))
    }
    if let needed = numberNeeded(result[0]) { result.append(needed) }
    return result
  }

  /// What a mean is called.
  private var word: String {
    switch family {
    case .binomial: "risk"
    case .poisson, .negativeBinomial: "rate"
    default: "mean"
    }
  }

  private func unit(_ k: Int) -> [Double] { values.indices.map { $0 == k ? 1 : 0 } }

  private func inference(_ estimate: Double, _ gradient: [Double]) -> WaldInference {
    // An average that has no error says nothing against those of the others.
    let places = gradient.indices.filter { gradient[$0] != 0 }
    return WaldInference(
      estimate: estimate,
      variance: covariance.selecting(rows: places, columns: places)
        .quadraticForm(places.map { gradient[$0] }),
      degreesOfFreedom: degreesOfFreedom(gradient), level: level)
  }

  private func effect(
    _ name: String, _ measure: AverageEffects.Measure, _ label: String, _ estimate: Double,
    _ gradient: [Double]
  ) -> AverageEffects.Effect {
    let wald = inference(estimate, gradient)
    return AverageEffects.Effect(
      name: name, measure: measure, label: label, estimate: estimate, standardError: wald.standardError,
      statistic: wald.statistic, degreesOfFreedom: degreesOfFreedom(gradient), pValue: wald.pValue,
      lower: wald.lower, upper: wald.upper, set: nil)
  }

  private func exponentiated(
    _ name: String, _ measure: AverageEffects.Measure, _ label: String, _ logarithm: Double,
    _ gradient: [Double]
  ) -> AverageEffects.Effect {
    let wald = inference(logarithm, gradient)
    let ratio = exp(logarithm)
    return AverageEffects.Effect(
      name: name, measure: measure, label: label, estimate: ratio,
      standardError: wald.standardError.map { $0 * ratio }, statistic: wald.statistic,
      degreesOfFreedom: degreesOfFreedom(gradient), pValue: wald.pValue, lower: wald.lower.map { exp($0) },
      upper: wald.upper.map { exp($0) }, set: nil)
  }

  /// One over a difference; its limits are one over the difference's, and where these have unlike signs the set
  /// runs through infinity (Altman 1998).
  private func numberNeeded(_ difference: AverageEffects.Effect) -> AverageEffects.Effect? {
    guard difference.estimate != 0, let lower = difference.lower, let upper = difference.upper else {
      return nil
    }
    let set: ConfidenceSet =
      lower > 0 || upper < 0
      ? .interval(lower: 1 / upper, upper: 1 / lower)
      : .complement(
        below: lower == 0 ? -.infinity : 1 / lower, above: upper == 0 ? .infinity : 1 / upper)
    return AverageEffects.Effect(
      name: difference.name, measure: .numberNeeded, label: "number needed to treat",
      estimate: 1 / difference.estimate, standardError: nil, statistic: nil,
      degreesOfFreedom: difference.degreesOfFreedom, pValue: difference.pValue, lower: nil, upper: nil,
      set: set)
  }
}
