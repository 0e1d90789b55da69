import CohortTables
import Estimation
import TestSupport
import Testing

/// Estimating equations on real cohorts against R's geepack, and against full matrices of each person.
///
/// Calls, versions and dates stand in `Fixtures/estimating.json`; `estimating.R` made it.
@Suite("Reference: estimating equations")
struct EstimatingReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let formula: String
    let family: ResponseFamily
    let correlation: WorkingCorrelation
    let subject: String
    let visit: String
    var link: Link?
    var weights: String?
    var divisor = MomentDivisor.count

    var testDescription: String { name }

    /// R sorts levels without regard to case.
    private var reference: String { dataset == "btheb" ? "BtheB" : "placebo" }
    private var dataset: Substring { name.prefix { $0 != "_" } }

    func model(_ covariance: EstimatingCovariance) throws -> GeneralizedEstimatingEquations {
      try GeneralizedEstimatingEquations(
        formula, subject: subject, visit: visit, correlation: correlation, family: family, link: link,
        options: ModelOptions(
          weights: weights.map { Weights(column: $0, kind: .precision) },
          references: formula.contains("treatment") ? ["treatment": reference] : [:]),
        covariance: covariance, divisor: divisor)
    }
  }

  /// A model fitted with several correlations.
  private static func group(
    _ name: String, _ formula: String, _ family: ResponseFamily, _ subject: String, _ visit: String,
    link: Link? = nil, weights: String? = nil, divisor: MomentDivisor = .count,
    _ correlations: [WorkingCorrelation] = [.independence, .exchangeable, .autoregressive]
  ) -> [Case] {
    correlations.map {
      Case(
        name: "\(name)_\($0.rawValue)", formula: formula, family: family, correlation: $0,
        subject: subject, visit: visit, link: link, weights: weights, divisor: divisor)
    }
  }

  static let cases: [Case] =
    group(
      "respiratory", "good ~ treatment + gender + age + factor(centre)", .binomial, "subject", "month",
      WorkingCorrelation.allCases)
    + group(
      "epilepsy", "seizure_rate ~ treatment + base + age + factor(period)", .poisson, "subject", "period",
      WorkingCorrelation.allCases)
    + group("ohio", "resp ~ age * smoke", .binomial, "id", "age", WorkingCorrelation.allCases)
    + group("sleepstudy", "reaction ~ days", .gaussian, "subject", "days")
    + group("dietox", "weight ~ evit + cu + time + I(time^2)", .gaussian, "pig", "time")
    + group(
      "btheb", "bdi ~ bdi_pre + treatment + drug + length + month", .gaussian, "subject", "wave")
    + group(
      "epilepsy_gaps", "seizure_rate ~ treatment + base + age", .poisson, "subject", "period",
      WorkingCorrelation.allCases)
    + group(
      "epilepsy_gamma", "positive ~ treatment + base + age", .gamma, "subject", "period", link: .log)
    + group(
      "epilepsy_weights", "seizure_rate ~ treatment + base + age", .poisson, "subject", "period",
      weights: "precision")
    + group(
      "respiratory_less_p", "good ~ treatment + gender + age", .binomial, "subject", "month",
      divisor: .countLessCoefficients, [.exchangeable, .autoregressive, .unstructured])
    + [
      Case(
        name: "epilepsy_offset", formula: "seizure_rate ~ treatment + age + offset(log(base))",
        family: .poisson, correlation: .exchangeable, subject: "subject", visit: "period"),
      Case(
        name: "ohio_probit", formula: "resp ~ age + smoke", family: .binomial, correlation: .exchangeable,
        subject: "id", visit: "age", link: .probit),
      Case(
        name: "ohio_cloglog", formula: "resp ~ age + smoke", family: .binomial, correlation: .exchangeable,
        subject: "id", visit: "age", link: .complementaryLogLog),
      Case(
        name: "btheb_months_ar1", formula: "bdi ~ bdi_pre + treatment + drug + length + month",
        family: .gaussian, correlation: .autoregressive, subject: "subject", visit: "month"),
    ]

  static let fixture = Result { try Fixture("Tests/EstimationTests/Fixtures/estimating.json") }

  private static let tables = Result {
    try Dictionary(
      uniqueKeysWithValues: [
        "dietox", "ohio", "respiratory", "epilepsy", "epilepsy_gaps", "btheb_long", "sleepstudy",
      ].map { ($0, try prepared($0)) })
  }

  static func table(_ name: String) throws -> Table { try #require(try tables.get()[name]) }

  private static func prepared(_ name: String) throws -> Table {
    let file = name == "epilepsy_gaps" ? "epilepsy" : name
    let table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(file).csv"))
    func numbers(_ column: String) throws -> [Double] { try table.requireColumn(column).numericValues() }
    switch name {
    case "respiratory":
      let status = try table.requireColumn("status").asCategories()
      let good = status.codes.array().map { status.levels[Int($0)] == "good" ? 1.0 : 0 }
      let months = try numbers("month")
      return try table.adding(.numeric("good", good)).selecting(
        rows: months.indices.filter { months[$0] > 0 })
    case "btheb_long":
      return try table.adding(
        .numeric("wave", try numbers("month").map { Double([2, 3, 5, 8].firstIndex(of: $0) ?? 9) }))
    case "epilepsy", "epilepsy_gaps":
      let (subject, period) = (try numbers("subject"), try numbers("period"))
      let age = try numbers("age")
      let precision = zip(age, period).map { 1 + $0.truncatingRemainder(dividingBy: 3) / 2 + $1 / 4 }
      let all = try table.adding(.numeric("precision", precision)).adding(
        .numeric("positive", try numbers("seizure_rate").map { $0 + 1 }))
      guard name == "epilepsy_gaps" else { return all }
      let kept = subject.indices.filter { (Int(subject[$0]) * 7 + Int(period[$0]) * 3) % 11 != 0 }
      return all.selecting(rows: kept)
    default: return table
    }
  }

  private func fitted(_ test: Case, _ covariance: EstimatingCovariance) throws -> (
    EstimatingEquationsFit, Fixture
  ) {
    let fixture = try Self.fixture.get()["cases"][test.name]
    let fit = try test.model(covariance).fit(try Self.table(fixture["dataset"].text ?? ""))
    return (fit, fixture["values"])
  }

  @Test("agrees with geeglm", arguments: cases)
  func agreement(_ test: Case) throws {
    let (fit, values) = try fitted(test, .sandwich)
    var reached = DigitsReached()
    #expect(fit.convergence.isConverged && fit.correlation == test.correlation)
    #expect(fit.rows.isReconciled && fit.rows.used == Int(values["rows"].number()))
    #expect(fit.rows.clusters?.count == Int(values["people"].number()))
    #expect(fit.coefficients.count == values["estimate"].list.count)
    for (k, coefficient) in fit.coefficients.enumerated() {
      let term = coefficient.term
      reached.expect(coefficient.estimate, values["estimate"][k], digits: 7, "b", term)
      reached.expect(coefficient.standardError, values["sandwich"][k], digits: 7, "se", term)
      reached.expect(coefficient.modelStandardError, values["model"][k], digits: 7, "model se", term)
      guard !values["p"].isNull else { continue }
      reached.expect(coefficient.standardError, values["geepack_se"][k], digits: 7, "se", term)
      reached.expect(
        coefficient.modelStandardError, values["geepack_model_se"][k], digits: 7, "model se", term)
      reached.expect(coefficient.pValue, values["p"][k], digits: 6, absolute: 1e-13, "p", term)
    }
    reached.expect(fit.scale, values["scale"], digits: 7, "phi")
    #expect(fit.correlations.count == values["correlations"].list.count)
    for (own, expected) in zip(fit.correlations, values["correlations"].list) {
      reached.expect(own.estimate, expected, digits: 7, "alpha", own.name)
    }
    if !values["qic"].isNull {
      reached.expect(fit.qic, values["qic"], digits: 7, "qic")
      reached.expect(fit.qicu, values["qicu"], digits: 7, "qicu")
      reached.expect(fit.correlationInformation, values["cic"], digits: 7, "cic")
      reached.expect(fit.quasiLikelihood, values["quasi"], digits: 7, "Q")
    }
    reached.printRow(test.name)
  }

  @Test(
    "small-sample corrections agree with full matrices", arguments: cases,
    [EstimatingCovariance.manclDeRouen, .kauermannCarroll, .fayGraubard])
  func corrections(_ test: Case, _ covariance: EstimatingCovariance) throws {
    let (fit, values) = try fitted(test, covariance)
    var reached = DigitsReached()
    let people = values["people"].number()
    for (k, coefficient) in fit.coefficients.enumerated() {
      reached.expect(
        coefficient.standardError, values[covariance.rawValue][k], digits: 7, "se", coefficient.term)
      if covariance != .fayGraubard {
        #expect(coefficient.degreesOfFreedom == people - Double(fit.coefficients.count))
      } else if !values["fay_graubard_df"].isNull {
        reached.expect(
          coefficient.degreesOfFreedom, values["fay_graubard_df"][k], digits: 6, "df", coefficient.term)
      }
    }
    reached.printRow("\(test.name) \(covariance.rawValue)")
  }
}
