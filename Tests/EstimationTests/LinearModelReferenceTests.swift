import CohortTables
import Estimation
import TestSupport
import Testing

/// Linear models on real cohorts against R 4.2.2's `lm` and sandwich 3.0-2.
///
/// Calls, versions and dates stand in `Fixtures/linear_models.json`; `linear_models.R` made it.
@Suite("Reference: linear models")
struct LinearModelReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let formula: String
    var options = ModelOptions()
    var dropWhere: (String, Double)?

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "sleepstudy_days", formula: "reaction ~ days"),
    Case(name: "sleepstudy_subject", formula: "reaction ~ days + factor(subject)"),
    Case(name: "lung_factor", formula: "wt_loss ~ age + factor(ph_ecog) + sex"),
    Case(
      name: "lung_factor_no_single", formula: "wt_loss ~ age + factor(ph_ecog) + sex",
      dropWhere: ("ph_ecog", 3)),
    Case(name: "lung_log_square", formula: "log(time) ~ age + I(age^2) + log(ph_karno) + sex"),
    Case(name: "help_main", formula: "cesd ~ age*female + substance + homeless + poly(i1, 2)"),
    Case(
      name: "help_raw_powers",
      formula: "cesd ~ age + I(i1^2) + i1 + log(i1 + 1) + sqrt(age) + exp(-i1/50)"),
    Case(
      name: "help_precision_weights", formula: "cesd ~ age + female + substance + homeless",
      options: ModelOptions(weights: Weights(column: "pss_fr_plus_1", kind: .precision))),
    Case(
      name: "help_zero_weights", formula: "cesd ~ age + female + substance",
      options: ModelOptions(weights: Weights(column: "pss_fr", kind: .precision))),
    Case(
      name: "help_repeated_rows", formula: "cesd ~ age + female + substance + homeless",
      options: ModelOptions(weights: Weights(column: "times", kind: .frequency))),
    Case(
      name: "help_sum_contrasts", formula: "cesd ~ substance + homeless + age",
      options: ModelOptions(coding: .sum)),
    Case(
      name: "help_helmert_contrasts", formula: "cesd ~ substance + homeless + age",
      options: ModelOptions(coding: .helmert)),
    Case(
      name: "help_sum_interaction", formula: "cesd ~ substance * homeless",
      options: ModelOptions(coding: .sum)),
    Case(name: "help_no_intercept", formula: "cesd ~ 0 + substance + age + homeless"),
    Case(name: "help_no_intercept_numeric", formula: "cesd ~ age + female - 1"),
    Case(name: "help_intercept_only", formula: "cesd ~ 1"),
    Case(name: "help_two_factors", formula: "cesd ~ substance * homeless"),
    Case(name: "help_three_way", formula: "cesd ~ substance * homeless * age"),
    Case(name: "help_interaction_only", formula: "cesd ~ substance:homeless"),
    Case(name: "help_interaction_only_no_intercept", formula: "cesd ~ 0 + substance:homeless"),
    Case(name: "help_one_margin", formula: "cesd ~ substance + substance:homeless"),
    Case(name: "help_other_margin", formula: "cesd ~ homeless + substance:homeless"),
    Case(name: "help_factor_numeric_interaction", formula: "cesd ~ substance:age"),
    Case(name: "help_factor_then_numeric_interaction", formula: "cesd ~ substance + substance:age"),
    Case(name: "help_numeric_then_interaction", formula: "cesd ~ age + substance:age"),
    Case(name: "help_numeric_interaction", formula: "cesd ~ age:female"),
    Case(name: "help_removed_term", formula: "cesd ~ age * female * homeless - age:female:homeless"),
    Case(name: "help_aliased_factor", formula: "cesd ~ age + female + sex + homeless"),
    Case(name: "help_aliased_numeric", formula: "cesd ~ mcs + age + I(2 * mcs - 3 * age) + female"),
    Case(name: "uis_empty_cell", formula: "log(time) ~ factor(hc) * factor(site) + age"),
  ]

  static func table(_ dataset: String) throws -> Table {
    var table = try ReferenceData.table(dataset)
    if dataset == "help_rct" {
      let support = try table.requireColumn("pss_fr").numericValues()
      table = try table.adding(.numeric("pss_fr_plus_1", support.map { $0 + 1 }))
      table = try table.adding(.numeric("times", (0..<table.rowCount).map { Double(1 + $0 % 3) }))
    }
    return table
  }

  static func table(of test: Case, _ dataset: String) throws -> Table {
    let table = try table(dataset)
    if test.name == "uis_empty_cell" {
      let hc = try table.requireColumn("hc").numericValues()
      let site = try table.requireColumn("site").numericValues()
      return table.selecting(rows: hc.indices.filter { !(hc[$0] == 4 && site[$0] == 1) })
    }
    guard let (column, value) = test.dropWhere else { return table }
    let values = try table.requireColumn(column).numericValues()
    return table.selecting(rows: values.indices.filter { values[$0] != value })
  }

  @Test("agrees with lm", arguments: cases)
  func agreement(_ test: Case) throws {
    let fixture = try ReferenceData.linearModels.get()["cases"][test.name]
    let values = fixture["values"]
    let table = try Self.table(of: test, fixture["dataset"].text ?? "")
    let fit = try LinearModel(test.formula, options: test.options).fit(table)

    let expected = values["coefficients"].list
    #expect(fit.coefficients.count == expected.count)
    for (coefficient, row) in zip(fit.coefficients, expected) {
      #expect(coefficient.isAliased == row["estimate"].isNull, "\(coefficient.term)")
      expectAgreement(coefficient.estimate, row["estimate"], digits: 9, coefficient.term)
      expectAgreement(coefficient.standardError, row["std_err"], digits: 9, "se \(coefficient.term)")
      expectAgreement(coefficient.statistic, row["t"], digits: 9, "t \(coefficient.term)")
      expectAgreement(coefficient.pValue, row["p"], digits: 8, "p \(coefficient.term)")
      expectAgreement(coefficient.lower, row["lower"], digits: 8, absolute: 1e-9, "lower \(coefficient.term)")
      expectAgreement(coefficient.upper, row["upper"], digits: 8, absolute: 1e-9, "upper \(coefficient.term)")
    }
    expectAgreement(fit.residualDegreesOfFreedom, values["df_residual"], digits: 15, "df")
    expectAgreement(fit.sigma, values["sigma"], digits: 11, "sigma")
    expectAgreement(fit.residualSumOfSquares, values["residual_sum_of_squares"], digits: 11, "rss")
    #expect(fit.rows.isReconciled)
    expectAgreement(fit.rSquared, values["r_squared"], digits: 10, absolute: 1e-13, "R2")
    expectAgreement(fit.adjustedRSquared, values["adjusted_r_squared"], digits: 9, absolute: 1e-13, "adj R2")
    expectAgreement(fit.logLikelihood, values["log_likelihood"], digits: 12, "log likelihood")
    expectAgreement(fit.aic, values["aic"], digits: 12, "aic")
    expectAgreement(fit.bic, values["bic"], digits: 12, "bic")
    expectAgreement(fit.overallTest?.statistic, values["f"]["statistic"], digits: 9, "F")
  }

  @Test("robust errors agree with sandwich", arguments: cases, RobustCovariance.allCases)
  func robustErrors(_ test: Case, _ kind: RobustCovariance) throws {
    let fixture = try ReferenceData.linearModels.get()["cases"][test.name]
    let robust = fixture["values"]["robust_std_err"]
    let expected = robust[kind.rawValue.uppercased()]
    guard !robust.isNull, !expected.isNull, test.options.weights?.kind != .frequency else { return }
    let table = try Self.table(of: test, fixture["dataset"].text ?? "")
    let fit = try LinearModel(test.formula, options: test.options, robust: kind).fit(table)
    let estimated = fit.coefficients.filter { !$0.isAliased }
    #expect(estimated.count == expected.list.count)
    // What one row determines has an error in R's HC0 and HC1, without the part of that row, and none in ours.
    let alone = Set(fit.diagnostics.filter { $0.kind == .robust && $0.severity == .caution }.flatMap(\.terms))
    #expect(alone == (test.name == "lung_factor" ? ["factor(ph_ecog)[3]"] : []))
    for (coefficient, value) in zip(estimated, expected.list) {
      guard !alone.contains(coefficient.term) else {
        #expect(coefficient.standardError == nil)
        continue
      }
      expectAgreement(coefficient.standardError, value, digits: 9, "\(kind)")
    }
  }

  @Test("a person with leverage 1 has no HC3 error, and that is not hidden")
  func leverageOne() throws {
    let table = try Self.table("survival_lung")
    let fit = try LinearModel("wt_loss ~ age + factor(ph_ecog) + sex", robust: .hc3).fit(table)
    let alone = try #require(fit.coefficients.first { $0.term == "factor(ph_ecog)[3]" })
    #expect(alone.estimate != nil)
    #expect(alone.standardError == nil)
    #expect(fit.coefficients.allSatisfy { $0.term == alone.term || $0.standardError != nil })
    #expect(fit.diagnostics.contains { $0.kind == .robust && $0.terms == [alone.term] })
  }

  /// With an offset our F test is not R's.
  ///
  /// R's `summary.lm` (4.2.2) takes the variation of the fitted values *with* the
  /// offset as explained, so its F is not the test that the coefficients are 0. Ours is: it equals the
  /// comparison with the model that has the offset alone. Estimates and errors agree with R.
  @Test("with an offset the F test compares with the offset alone")
  func offset() throws {
    let values = try ReferenceData.linearModels.get()["cases"]["help_offset"]["values"]
    let table = try Self.table("help_rct")
    let fit = try LinearModel("cesd ~ age + female + offset(mcs)").fit(table)
    for (coefficient, row) in zip(fit.coefficients, values["coefficients"].list) {
      expectAgreement(coefficient.estimate, row["estimate"], digits: 10)
      expectAgreement(coefficient.standardError, row["std_err"], digits: 10)
    }
    let alone = try LinearModel("cesd ~ 1 + offset(mcs)").fit(table)
    let explained = alone.residualSumOfSquares - fit.residualSumOfSquares
    let f = explained / 2 / (fit.residualSumOfSquares / (fit.residualDegreesOfFreedom ?? .nan))
    expectAgreement(try #require(fit.overallTest).statistic, f, digits: 10)
  }

  @Test("names follow the contract")
  func names() throws {
    let table = try Self.table("help_rct")
    let fit = try LinearModel("cesd ~ age*substance + poly(i1, 2) + factor(d1)").fit(table)
    let names = fit.coefficients.map(\.term)
    #expect(names.prefix(4) == ["(Intercept)", "age", "substance[cocaine]", "substance[heroin]"])
    #expect(names.contains("poly(i1, 2)[2]"))
    #expect(names.contains("factor(d1)[1]"))
    #expect(names.suffix(2) == ["age:substance[cocaine]", "age:substance[heroin]"])
  }
}
