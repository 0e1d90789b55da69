import Estimation
import TestSupport
import Testing

/// Lines and trend tests of single series against R, scipy and 50-digit arithmetic.
///
/// Calls, versions and dates stand in `Fixtures/series.json`.
@Suite("Reference: single series")
struct SeriesReferenceTests {
  static let names = [
    "sleepstudy 308", "sleepstudy 309", "sleepstudy 335", "sleepstudy 371", "btheb 4", "diary",
    "diary, whole days", "diary, in order", "negative",
  ]

  static func series(_ name: String) throws -> (case: Fixture, times: [Double], values: [Double]) {
    let own = try Fixture("Tests/EstimationTests/Fixtures/series.json")["cases"][name]
    return (own, own["times"].numbers.compactMap { $0 }, own["values"].numbers.compactMap { $0 })
  }

  @Test("Kendall's tau and p are those of cor.test", arguments: names)
  func kendall(_ name: String) throws {
    let (own, times, values) = try Self.series(name)
    let test = mannKendall(times, values)
    expectAgreement(test.tau, own["kendall"]["tau"], digits: 13, absolute: 1e-14, "tau")
    expectAgreement(test.pValue, own["kendall"]["p"], digits: 11, "p")
    #expect(test.isExact == own["kendall"]["exact"].flag)
  }

  @Test("Theil-Sen lines are scipy's, and exact limits those by counting", arguments: names)
  func medianSlopes(_ name: String) throws {
    let (own, times, values) = try Self.series(name)
    let expected = own["theil_sen"]
    let normal = try #require(theilSen(times, values, limits: .normal))
    expectAgreement(normal.slope, expected["slope"], digits: 13, absolute: 1e-14, "slope")
    expectAgreement(normal.intercept, expected["intercept"], digits: 13, "intercept")
    expectAgreement(normal.lower, expected["low"], digits: 13, absolute: 1e-14, "lower")
    expectAgreement(normal.upper, expected["high"], digits: 13, absolute: 1e-14, "upper")
    let line = try #require(theilSen(times, values))
    #expect(line.hasExactLimits == (own["kendall"]["exact"].flag == true))
    if line.hasExactLimits {
      expectAgreement(line.lower, expected["exact_low"], digits: 13, "exact lower")
      expectAgreement(line.upper, expected["exact_high"], digits: 13, "exact upper")
    }
  }

  @Test("robust lines are rlm's", arguments: names, [RobustWeighting.huber, .bisquare])
  func robustLines(_ name: String, _ weighting: RobustWeighting) throws {
    let (own, times, values) = try Self.series(name)
    let expected = own[weighting.rawValue]
    let line = try #require(robustLine(times, values, weighting))
    #expect(line.isConverged)
    expectAgreement(line.slope, expected["slope"], digits: 8, "slope")
    expectAgreement(line.intercept, expected["intercept"], digits: 8, "intercept")
    expectAgreement(line.scale, expected["scale"], digits: 8, "scale")
    expectAgreement(line.standardError, expected["std_err"], digits: 7, "error")
  }

  /// nlme's optimum is good to 4 digits; that of long arithmetic is the truth.
  @Test(
    "autoregressive lines are gls's, and have 6 digits of the exact optimum",
    arguments: [
      "sleepstudy 308", "sleepstudy 335", "diary", "diary, whole days", "diary, in order", "negative",
    ])
  func autoregressiveLines(_ name: String) throws {
    let (own, times, values) = try Self.series(name)
    let line = try #require(autoregressiveLine(times, values))
    let optimum = own["optimum"]
    expectAgreement(line.correlation, optimum["phi"], digits: 8, "phi")
    expectAgreement(line.gap, optimum["gap"], digits: 13, "gap")
    expectAgreement(line.slope, optimum["slope"], digits: 8, "slope")
    expectAgreement(line.standardError, optimum["std_err"], digits: 8, "error")
    expectAgreement(line.residualStandardDeviation, optimum["sigma"], digits: 8, "sigma")
    expectAgreement(line.criterion, optimum["criterion"], digits: 12, "criterion")
    let gls = own["autoregressive"]
    #expect(line.isContinuous != gls["regular"].flag)
    expectAgreement(line.slope, gls["slope"], digits: 4, "slope by gls")
    expectAgreement(line.standardError, gls["std_err"], digits: 4, "error by gls")
    expectAgreement(line.pValue, gls["p"], digits: 3, "p by gls")
    expectAgreement(line.criterion, -2 * gls["log_lik"].number(), digits: 8, "criterion by gls")
  }

  @Test(
    "where the likelihood rises towards a correlation of 1 there is no line",
    arguments: ["sleepstudy 309", "sleepstudy 371"])
  func noMaximum(_ name: String) throws {
    let (own, times, values) = try Self.series(name)
    #expect(own["autoregressive"]["phi"].number() > 0.9999)
    #expect(autoregressiveLine(times, values) == nil)
  }
}
