import CohortTables
import Estimation
import TestSupport
import Testing

/// Generalised linear models on real cohorts against R 4.2.2's `glm`, MASS's `glm.nb`, sandwich and brglm2.
///
/// Calls, versions and dates stand in `Fixtures/generalized.json`; `generalized.R` made it.
@Suite("Reference: generalised linear models")
struct GeneralizedReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let formula: String
    let family: ResponseFamily
    var link: Link?
    var weights: String?
    var isModified = false
    var references: [String: String] = [:]
    var dataset: String?

    var testDescription: String { name }

    func model(robust: RobustCovariance? = nil) throws -> GeneralizedLinearModel {
      var options = ModelOptions(references: references)
      if let weights { options.weights = Weights(column: weights, kind: .precision) }
      if isModified {
        return try .modifiedPoisson(formula, options: options, robust: robust ?? .hc0)
      }
      return try GeneralizedLinearModel(
        formula, family: family, link: link, options: options, robust: robust, penalty: .never)
    }
  }

  static let cases: [Case] = [
    Case(name: "help_logit", formula: "female ~ age + substance * homeless + cesd", family: .binomial),
    Case(name: "help_probit", formula: "female ~ age + substance + cesd", family: .binomial, link: .probit),
    Case(
      name: "help_cloglog", formula: "female ~ age + substance + cesd", family: .binomial,
      link: .complementaryLogLog),
    Case(name: "help_log_binomial", formula: "female ~ cesd + homeless", family: .binomial, link: .log),
    Case(
      name: "help_two_levels", formula: "homeless ~ age + sex + i1", family: .binomial),
    Case(
      name: "help_grouped", formula: "good / all ~ substance + sex + racegrp", family: .binomial),
    Case(
      name: "help_aliased", formula: "female ~ mcs + age + I(2 * mcs - 3 * age) + cesd", family: .binomial),
    Case(
      name: "help_poisson", formula: "hospitalizations ~ age + substance + homeless + cesd", family: .poisson),
    Case(
      name: "help_poisson_offset", formula: "hospitalizations ~ substance + cesd + offset(log(age))",
      family: .poisson),
    Case(
      name: "help_poisson_weights", formula: "hospitalizations ~ substance + age", family: .poisson,
      weights: "precision"),
    Case(
      name: "help_poisson_identity", formula: "hospitalizations ~ substance + homeless", family: .poisson,
      link: .identity),
    Case(name: "help_gaussian", formula: "cesd ~ age + substance", family: .gaussian, weights: "precision"),
    Case(
      name: "uis_logit", formula: "censor ~ age + beck + ndt + iv3 + treat * site + race", family: .binomial),
    Case(
      name: "uis_modified_poisson", formula: "censor ~ age + treat + site", family: .poisson,
      isModified: true),
    Case(name: "lung_logit", formula: "dead ~ age + factor(sex) + ph_karno + wt_loss", family: .binomial),
    Case(name: "veteran_gamma_inverse", formula: "time ~ karno + celltype", family: .gamma),
    Case(
      name: "veteran_gamma_log", formula: "time ~ karno + celltype + factor(trt)", family: .gamma, link: .log),
    Case(name: "sleep_gamma_identity", formula: "reaction ~ days", family: .gamma, link: .identity),
    Case(name: "sleep_gaussian_log", formula: "reaction ~ days", family: .gaussian, link: .log),
    Case(name: "btheb_logit", formula: "better ~ treatment + drug + length + bdi_pre", family: .binomial),
    Case(name: "ovarian_logit", formula: "fustat ~ age + factor(rx)", family: .binomial),
    Case(name: "help_no_intercept", formula: "female ~ 0 + substance + age", family: .binomial),
    Case(
      name: "help_negative_binomial", formula: "hospitalizations ~ age + substance + homeless + cesd",
      family: .negativeBinomial()),
    Case(
      name: "help_negative_binomial_drinks", formula: "i1 ~ age + substance + female",
      family: .negativeBinomial()),
    Case(
      name: "uis_negative_binomial", formula: "ndt ~ age + treat + site", family: .negativeBinomial()),
  ]

  static let fixture = Result { try Fixture("Tests/EstimationTests/Fixtures/generalized.json") }

  static func table(_ dataset: String) throws -> Table {
    let table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(dataset).csv"))
    switch dataset {
    case "survival_lung":
      let status = try table.requireColumn("status").numericValues()
      return try table.adding(.numeric("dead", status.map { $0 - 1 }))
    case "btheb_wide":
      let before = try table.requireColumn("bdi_pre").numericValues()
      let after = try table.requireColumn("bdi_2m").numericValues()
      return try table.adding(
        .numeric("better", zip(before, after).map { $1.isNaN ? .nan : ($1 < $0 / 2 ? 1 : 0) }))
    case "help_rct":
      let support = try table.requireColumn("pss_fr").numericValues()
      return try table.adding(.numeric("precision", support.map { $0 + 1 }))
    case "survival_ovarian":
      let age = try table.requireColumn("age").numericValues()
      return try table.adding(.numeric("late", age.map { $0 > 65 ? 1 : 0 }))
    default: return table
    }
  }

  @Test("agrees with glm and glm.nb", arguments: cases)
  func agreement(_ test: Case) throws {
    let fixture = try Self.fixture.get()["cases"][test.name]
    let values = fixture["values"]
    let table = try Self.table(fixture["dataset"].text ?? "")
    let fit = try test.model().fit(table)
    let isCount = fit.theta != nil
    let wanted = isCount ? 6.0 : 7.0
    var reached = DigitsReached()
    #expect(fit.convergence.isConverged, "\(fit.convergence.message)")
    #expect(fit.rows.isReconciled)

    // Factors that R codes as text or numbers have other names; the order is the same. R's two-level test
    // models the probability of 'housed', the second level here.
    let rows = values["coefficients"].list
    #expect(fit.coefficients.count == rows.count)
    for (coefficient, row) in zip(fit.coefficients, rows) {
      #expect(coefficient.isAliased == row["estimate"].isNull, "\(coefficient.term)")
      reached.expect(
        coefficient.estimate, row["estimate"], digits: wanted, absolute: 1e-12, "b", coefficient.term)
      let error = test.isModified ? coefficient.modelStandardError : coefficient.standardError
      reached.expect(error, row["std_err"], digits: wanted, "se", coefficient.term)
      guard !test.isModified else { continue }
      reached.expect(
        coefficient.statistic, row["statistic"], digits: wanted, absolute: 1e-10, "z", coefficient.term)
      reached.expect(coefficient.pValue, row["p"], digits: isCount ? 5.5 : 6.5, "p", coefficient.term)
    }
    reached.expect(fit.deviance, values["deviance"], digits: wanted, "deviance")
    if !values["null_deviance"].isNull {
      reached.expect(fit.nullDeviance, values["null_deviance"], digits: wanted, "null")
    }
    #expect(fit.devianceDegreesOfFreedom == values["df_residual"].number())
    reached.expect(fit.dispersion, values["dispersion"], digits: wanted, "phi")
    reached.expect(fit.logLikelihood, values["log_likelihood"], digits: wanted, "logLik")
    reached.expect(fit.aic, values["aic"], digits: wanted, "aic")
    reached.expect(fit.bic, values["bic"], digits: wanted, "bic")
    if let theta = fit.theta {
      reached.expect(theta, values["theta"], digits: 6, "theta")
      reached.expect(fit.thetaStandardError, values["theta_std_err"], digits: 6, "se theta")
    }
    reached.printRow(test.name)
  }

  @Test("robust errors agree with sandwich", arguments: cases, RobustCovariance.allCases)
  func robustErrors(_ test: Case, _ kind: RobustCovariance) throws {
    let fixture = try Self.fixture.get()["cases"][test.name]
    let expected = fixture["values"]["robust_std_err"][kind.rawValue.uppercased()]
    guard !expected.isNull else { return }
    let fit = try test.model(robust: kind).fit(try Self.table(fixture["dataset"].text ?? ""))
    let errors = fit.coefficients.filter { !$0.isAliased }.map(\.standardError)
    #expect(errors.count == expected.list.count)
    for (error, value) in zip(errors, expected.list) { expectAgreement(error, value, digits: 7, "\(kind)") }
  }

  @Test(
    "Firth's estimates agree with brglm2",
    arguments: [
      ("firth_ovarian", "fustat ~ age + rx", ResponseFamily.binomial, "survival_ovarian"),
      ("firth_ovarian_separated", "fustat ~ late + rx", .binomial, "survival_ovarian"),
      ("firth_uis", "censor ~ age + beck + ndt", .binomial, "uis_drug_relapse"),
      ("firth_help_poisson", "hospitalizations ~ age + cesd", .poisson, "help_rct"),
    ])
  func firth(_ name: String, _ formula: String, _ family: ResponseFamily, _ dataset: String) throws {
    let values = try Self.fixture.get()["cases"][name]["values"]
    let fit = try GeneralizedLinearModel(formula, family: family, penalty: .always).fit(
      try Self.table(dataset))
    #expect(fit.isPenalised && fit.convergence.isConverged)
    var reached = DigitsReached()
    for (k, coefficient) in fit.coefficients.enumerated() {
      reached.expect(coefficient.estimate, values["estimate"][k], digits: 6, "b", coefficient.term)
      reached.expect(coefficient.standardError, values["std_err"][k], digits: 6, "se", coefficient.term)
    }
    reached.expect(fit.deviance, values["deviance"], digits: 6, "deviance")
    reached.printRow(name)
  }

  @Test(
    "profile limits agree with roots of glm's deviance",
    arguments: [
      ("uis_age", "censor ~ age + beck + ndt", "age", ResponseFamily.binomial, "uis_drug_relapse"),
      ("uis_ndt", "censor ~ age + beck + ndt", "ndt", .binomial, "uis_drug_relapse"),
      ("ovarian_age", "fustat ~ age + rx", "age", .binomial, "survival_ovarian"),
      ("help_poisson_age", "hospitalizations ~ age + cesd", "age", .poisson, "help_rct"),
    ])
  func profiles(
    _ name: String, _ formula: String, _ term: String, _ family: ResponseFamily, _ dataset: String
  ) throws {
    let expected = try Self.fixture.get()["cases"]["profiles"]["values"][name]
    let fit = try GeneralizedLinearModel(formula, family: family, limits: .profile)
      .fit(try Self.table(dataset))
    let coefficient = try #require(fit.coefficients.first { $0.term == term })
    var reached = DigitsReached()
    reached.expect(coefficient.lower, expected[0], digits: 7, "lower")
    reached.expect(coefficient.upper, expected[1], digits: 7, "upper")
    #expect(coefficient.intervalMethod == .profile)
    reached.printRow("profile \(name)")
  }
}
