import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Repeated-measures models against full matrices of all rows, brought to the exact optimum.
///
/// Calls, versions and dates stand in `Fixtures/repeated.json`; `repeated.R` made it, and nlme's gls and
/// clubSandwich were compared in the same run.
@Suite("Reference: repeated measures")
struct RepeatedReferenceTests {
  static let fixture = Result { try Fixture("Tests/EstimationTests/Fixtures/repeated.json") }

  static func table(_ name: String) throws -> Table {
    try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(name).csv"))
  }

  static let btheb = Result {
    let table = try Self.table("btheb_long")
    let pre = try table.requireColumn("bdi_pre").numericValues()
    let month = try table.requireColumn("month").numericValues()
    return try table.adding(
      .numeric("w", zip(pre, month).map { 1 + $0.truncatingRemainder(dividingBy: 4) / 2 + $1 / 8 }))
  }
  static let orthodont = Result { try Self.table("orthodont") }
  static let sleepstudy = Result { try Self.table("sleepstudy") }

  static let bthebOptions = ModelOptions(references: ["treatment": "TAU", "length": "<6m"])

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let structure: RepeatedCovariance
    var method = LikelihoodMethod.reml
    var by: String?
    var weights: Weights?

    var testDescription: String { name }
    var dataset: Substring { name.prefix { $0 != "_" } }

    func fit(
      _ df: VarianceDegreesOfFreedom, _ information: VarianceInformation, robust: RobustCovariance? = nil
    ) throws -> RepeatedMeasuresFit {
      func model(
        _ formula: String, _ subject: String, _ visit: String, _ options: ModelOptions
      ) throws -> RepeatedMeasuresModel {
        try RepeatedMeasuresModel(
          formula, subject: subject, visit: visit, covariance: structure, covarianceBy: by, method: method,
          degreesOfFreedom: df, information: information, robust: robust, options: options)
      }
      switch dataset {
      case "btheb":
        var options = bthebOptions
        options.weights = weights
        return try model(
          "bdi ~ bdi_pre + drug + length + treatment * factor(month)", "subject", "month", options
        ).fit(btheb.get())
      case "orthodont":
        return try model("distance ~ age * sex", "subject", "age", ModelOptions()).fit(orthodont.get())
      default: return try model("reaction ~ days", "subject", "days", ModelOptions()).fit(sleepstudy.get())
      }
    }

    var values: Fixture {
      get throws { try fixture.get()["cases"][name]["values"] }
    }
  }

  static let cases: [Case] =
    RepeatedCovariance.allCases.flatMap { structure in
      ["btheb", "orthodont"].map { Case(name: "\($0)_\(structure.rawValue)", structure: structure) }
    }
    + [
      RepeatedCovariance.compoundSymmetry, .heterogeneousCompoundSymmetry, .autoregressive,
      .heterogeneousAutoregressive, .toeplitz, .anteDependence,
    ].map { Case(name: "sleepstudy_\($0.rawValue)", structure: $0) }
    + [RepeatedCovariance.unstructured, .heterogeneousAutoregressive, .compoundSymmetry].map {
      Case(name: "btheb_ml_\($0.rawValue)", structure: $0, method: .ml)
    }
    + [RepeatedCovariance.unstructured, .autoregressive, .heterogeneousAnteDependence].flatMap {
      [
        Case(name: "btheb_by_\($0.rawValue)", structure: $0, by: "treatment"),
        Case(
          name: "btheb_weights_\($0.rawValue)", structure: $0,
          weights: Weights(column: "w", kind: .precision)),
      ]
    }

  @Test("estimates, covariance, degrees of freedom, Kenward and Roger", arguments: cases)
  func model(_ own: Case) throws {
    let values = try own.values
    var digits = DigitsReached()
    let fit = try own.fit(.satterthwaite, .observed)
    #expect(fit.convergence.isConverged)
    digits.expect(fit.logLikelihood, values["log_lik"], digits: 10, "log_lik")
    let theta = fit.residualCovariances.flatMap(\.parameters)
    for (k, parameter) in theta.enumerated() {
      digits.expect(parameter.estimate, values["theta"][k], digits: 7, "theta", parameter.name)
      digits.expect(
        parameter.standardError, values["observed"]["se_theta"][k], digits: 6, "se_theta", parameter.name)
    }
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(coefficient.estimate, values["beta"][k], digits: 7, "beta", coefficient.term)
      digits.expect(coefficient.standardError, values["se"][k], digits: 7, "se", coefficient.term)
      digits.expect(
        coefficient.degreesOfFreedom, values["observed"]["df"][k], digits: 6, "df", coefficient.term)
    }
    for information in VarianceInformation.allCases {
      let expected = values[information.rawValue]
      let satterthwaite = try own.fit(.satterthwaite, information)
      let full = try own.fit(.kenwardRoger, information)
      let linear = try own.fit(.kenwardRogerLinear, information)
      for k in full.coefficients.indices {
        digits.expect(full.coefficients[k].degreesOfFreedom, expected["df"][k], digits: 6, "kr df")
        digits.expect(full.coefficients[k].standardError, expected["se_kr"][k], digits: 6, "kr se")
        digits.expect(full.coefficients[k].modelStandardError, values["se"][k], digits: 7, "kr model se")
        digits.expect(
          linear.coefficients[k].standardError, expected["se_kr_linear"][k], digits: 6, "kr linear")
      }
      let count = full.coefficients.count
      let last = (count - min(3, count - 1)..<count).map { k in (0..<count).map { $0 == k ? 1.0 : 0 } }
      let (joint, plain) = (full.jointTest(of: last, name: ""), satterthwaite.jointTest(of: last, name: ""))
      digits.expect(joint.dfDenominator, expected["joint"]["kr_df"], digits: 6, "kr joint df")
      digits.expect(joint.statistic, expected["joint"]["kr_f"], digits: 6, "kr F")
      digits.expect(plain.dfDenominator, expected["joint"]["satterthwaite_df"], digits: 6, "joint df")
      digits.expect(plain.statistic, expected["joint"]["satterthwaite_f"], digits: 6, "F")
    }
    digits.printRow(own.name)
  }

  @Test(
    "sandwiches over people", arguments: cases.filter { $0.dataset != "sleepstudy" },
    [RobustCovariance.cr0, .cr1, .cr2, .cr3])
  func sandwich(_ own: Case, _ kind: RobustCovariance) throws {
    let values = try own.values["robust"][kind.rawValue]
    var digits = DigitsReached()
    let fit = try own.fit(.satterthwaite, .observed, robust: kind)
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(coefficient.standardError, values["se"][k], digits: 7, "se", coefficient.term)
      digits.expect(coefficient.degreesOfFreedom, values["df"][k], digits: 6, "df", coefficient.term)
      let model = try own.values["se"][k]
      digits.expect(coefficient.modelStandardError, model, digits: 7, "model se", coefficient.term)
    }
    digits.printRow("\(own.name) \(kind.rawValue)")
  }

  @Test("clubSandwich on nlme's gls, to that fit's accuracy")
  func clubSandwich() throws {
    let own = try #require(Self.cases.first { $0.name == "btheb_us" })
    let fit = try own.fit(.satterthwaite, .observed, robust: .cr2)
    for (k, coefficient) in fit.coefficients.enumerated() {
      expectAgreement(
        coefficient.standardError, try own.values["club_cr2"][k], digits: 3.5, coefficient.term)
    }
  }

  @Test("nlme's gls ends no higher", arguments: ["us", "csh", "ar1", "ar1h", "sp_exp"])
  func peers(_ structure: String) throws {
    let own = try #require(Self.cases.first { $0.name == "btheb_\(structure)" })
    let peer = try own.values["gls_log_lik"].number()
    let fit = try own.fit(.residual, .observed)
    #expect(fit.logLikelihood >= peer - 1e-9 * abs(peer))
    expectAgreement(fit.logLikelihood, peer, digits: 6, structure)
  }

  @Test("verdict and names")
  func words() throws {
    let own = try #require(Self.cases.first { $0.name == "btheb_us" })
    let fit = try own.fit(.satterthwaite, .observed)
    #expect(
      fit.verdict
        == "Mixed model for repeated measures by REML, unstructured covariance over 4 visits; converged; t and F tests with "
        + "Satterthwaite df (observed information), model-based standard errors; no cautions.")
    #expect(fit.visits == ["2", "3", "5", "8"])
    #expect(fit.residualCovariances[0].parameters[1].name == "covariance(2, 3)")
    #expect(fit.rows.subjects == 97 && fit.rows.used == 280 && fit.rows.isReconciled)
    #expect(fit.convergence.value < 1e-6)
    #expect(fit.record.count < 15)
    expectAgreement(fit.aic, -2 * fit.logLikelihood + 20, digits: 14, "aic")
    #expect(fit.subjectCount == 97)
    #expect(!fit.support.columns.isEmpty)
  }
}
