import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Kaplan-Meier, log-rank and Cox on real cohorts against R 4.2.2's survival 3.5-3.
///
/// Calls, versions and dates stand in `Fixtures/survival.json`; `survival.R` made it. Formulas are
/// read from the calls, rows are selected as `prepare` says.
@Suite("Reference: survival")
struct SurvivalReferenceTests {
  /// A call of the fixture: the formula in it, and its rows.
  struct Case {
    let formula: String
    let table: Table
    let values: Fixture
    let name: String

    init(_ name: String) throws {
      let fixture = try ReferenceData.survival.get()["cases"][name]
      let call = try #require(fixture["call"].text, "there is no case '\(name)'")
      let inner = call.drop { $0 != "(" }.dropFirst().dropLast()
      formula = inner.components(before: ", ties")
      table = try Self.prepared(
        try ReferenceData.table(fixture["dataset"].text ?? ""), fixture["prepare"].text ?? "")
      values = fixture["values"]
      self.name = name
    }

    /// "drop rows missing any of a, b (leaves 244 of 453)": selects the complete rows.
    private static func prepared(_ table: Table, _ instruction: String) throws -> Table {
      guard !instruction.isEmpty else { return table }
      var text = instruction.components(before: " (leaves")
      for lead in ["drop rows missing ", "any of "] where text.hasPrefix(lead) {
        text = String(text.dropFirst(lead.count))
      }
      let columns = try text.split(separator: ",").map {
        try table.requireColumn(String($0.drop { $0 == " " }))
      }
      let rows = (0..<table.rowCount).filter { row in columns.allSatisfy { !$0.isMissing(row: row) } }
      #expect(instruction.contains("(leaves \(rows.count) of \(table.rowCount))"))
      return table.selecting(rows: rows)
    }
  }

  // MARK: - Kaplan-Meier

  static let curves = ["km_lung_sex", "km_help_treat", "km_uis_treat", "km_aml_x", "km_veteran_trt"]

  @Test("curves, bands and quantiles agree with survfit", arguments: curves, BandTransform.allCases)
  func kaplanMeier(_ name: String, _ transform: BandTransform) throws {
    let test = try Case(name)
    let fit = try KaplanMeier(test.formula, transform: transform).fit(test.table)
    let groups = test.values["groups"].list
    #expect(fit.curves.count == groups.count)
    #expect(fit.rows.isReconciled)
    var digits = DigitsReached()
    for (curve, group) in zip(fit.curves, groups) {
      #expect(curve.group.map { "\($0.column)=\($0.value.text)" } == [group["group"].text])
      #expect(curve.count == group["n"].number)
      #expect(curve.points.map(\.time) == group["time"].numbers)
      #expect(curve.points.map(\.atRisk) == group["n_risk"].numbers)
      #expect(curve.points.map(\.events) == group["n_event"].numbers)
      #expect(curve.points.map(\.censored) == group["n_censor"].numbers)
      let limits = group["limits"][transform.rawValue]
      for (k, point) in curve.points.enumerated() {
        let at = "at \(point.time)"
        digits.expect(point.estimate, group["survival"][k], digits: 13, "survival", at)
        digits.expect(point.standardError, group["std_err"][k], digits: 12, "se", at)
        digits.expect(point.lower, limits["lower"][k], digits: 12, absolute: 1e-15, "lower", at)
        digits.expect(point.upper, limits["upper"][k], digits: 12, "upper", at)
      }
      let quantiles = group["quantiles"][transform.rawValue]
      for (k, probability) in quantiles["probability"].numbers.enumerated() {
        let found = curve.quantile(try #require(probability))
        digits.expect(found.time, quantiles["time"][k], digits: 15, "quantile", "\(found)")
        digits.expect(found.lower, quantiles["lower"][k], digits: 15, "quantile", "\(found)")
        digits.expect(found.upper, quantiles["upper"][k], digits: 15, "quantile", "\(found)")
      }
    }
    digits.printRow("\(name), \(transform.rawValue) band")
  }

  // MARK: - Log-rank

  static let tests = [
    "logrank_lung_sex", "logrank_lung_ph_ecog", "logrank_help_treat", "logrank_help_substance",
    "logrank_uis_treat", "logrank_uis_hc", "logrank_aml_x", "logrank_veteran_trt",
    "logrank_veteran_celltype", "logrank_veteran_trt_strata_celltype", "logrank_uis_treat_strata_site",
    "logrank_lung_ph_ecog_strata_sex",
  ]

  @Test("tests agree with survdiff", arguments: tests)
  func logRank(_ name: String) throws {
    let test = try Case(name)
    let result = try LogRankTest(test.formula, test.table)
    let values = test.values
    #expect(result.groups.map { $0.group.map(\.value.text).joined() } == values["groups"].list.map(\.text))
    #expect(result.groups.map(\.count) == values["n"].numbers)
    #expect(result.groups.map(\.observed) == values["observed"].numbers)
    #expect(result.rows.isReconciled)
    var digits = DigitsReached()
    for (g, group) in result.groups.enumerated() {
      digits.expect(group.expected, values["expected"][g], digits: 12, "expected")
      for h in result.groups.indices {
        digits.expect(result.covariance[g][h], values["variance"][g][h], digits: 11, "variance")
      }
    }
    digits.expect(result.statistic, values["chi_squared"], digits: 11, "chi-squared")
    #expect(result.df == values["df"].number)
    digits.expect(result.pValue, values["p"], digits: 10, "p")
    digits.printRow(name)
  }

  // MARK: - Cox

  static let models = [
    "cox_lung", "cox_lung_factor", "cox_lung_breslow", "cox_help", "cox_uis", "cox_uis_breslow",
    "cox_uis_factor_interaction", "cox_aml_x", "cox_veteran", "cox_veteran_strata_celltype",
    "cox_veteran_strata_celltype_breslow",
  ]

  @Test("models agree with coxph", arguments: models)
  func cox(_ name: String) throws {
    let test = try Case(name)
    let fit = try CoxModel(test.formula, ties: Self.ties(of: test)).fit(test.table)
    #expect(Double(fit.rows.used) == test.values["n"].number)
    #expect(fit.rows.events.map { Double($0) } == test.values["events"].number)
    Self.expectAgreement(of: fit, with: test)
  }

  /// A frequency weight is so many copies of the row, and Efron's correction counts the copies.
  @Test("frequency weights agree with coxph on repeated rows", arguments: ["efron", "breslow"])
  func coxOfRepeatedRows(_ ties: String) throws {
    let test = try Case(ties == "efron" ? "cox_lung_repeated" : "cox_lung_repeated_breslow")
    let weighted = try CoxModel(test.formula, ties: Self.ties(of: test), options: Self.frequency)
      .fit(Self.weighted(test.table))
    Self.expectAgreement(of: weighted, with: test)
    let copies = (0..<test.table.rowCount).flatMap { [Int](repeating: $0, count: 1 + $0 % 3) }
    let repeated = try CoxModel(test.formula, ties: Self.ties(of: test))
      .fit(test.table.selecting(rows: copies))
    Self.expectAgreement(of: repeated, with: test)
  }

  /// R's `weights` in `coxph` are case weights, ours are frequencies.
  ///
  /// With Breslow ties the same as copies, but with Efron
  /// ties each tied event is taken out at the mean weight, as if the copies of a row were one person.
  /// Ours are frequencies, so that a weight of 2 is two people; with Efron the two differ.
  @Test("coxph's own weights agree for Breslow ties, and differ by design for Efron's")
  func coxCaseWeights() throws {
    let breslow = try Case("cox_lung_case_weights_breslow")
    let ours = try CoxModel(breslow.formula, ties: .breslow, options: Self.frequency)
      .fit(Self.weighted(breslow.table))
    Self.expectAgreement(of: ours, with: breslow)

    let efron = try Case("cox_lung_case_weights_efron")
    let fit = try CoxModel(efron.formula, ties: .efron, options: Self.frequency)
      .fit(Self.weighted(efron.table))
    for (coefficient, row) in zip(fit.coefficients, efron.values["coefficients"].list) {
      let theirs = row["estimate"].number()
      let estimate = try #require(coefficient.estimate)
      let error = try #require(coefficient.standardError)
      #expect(abs(estimate - theirs) > 1e-4 * error, "\(coefficient.term) differs from case weights")
      #expect(abs(estimate - theirs) < 0.1 * error, "\(coefficient.term) differs by little")
    }
  }

  private static let frequency = ModelOptions(weights: Weights(column: "w", kind: .frequency))

  private static func weighted(_ table: Table) throws -> Table {
    try table.adding(.numeric("w", (0..<table.rowCount).map { Double(1 + $0 % 3) }))
  }

  private static func ties(of test: Case) -> TieMethod {
    test.values["ties"].text == "breslow" ? .breslow : .efron
  }

  private static func expectAgreement(of fit: CoxFit, with test: Case) {
    let values = test.values
    var digits = DigitsReached()
    #expect(fit.coefficients.count == values["coefficients"].list.count)
    #expect(fit.convergence.isConverged)
    for (k, coefficient) in fit.coefficients.enumerated() {
      let row = values["coefficients"][k]
      let term = coefficient.term
      digits.expect(coefficient.estimate, row["estimate"], digits: 10, "estimate", term)
      digits.expect(coefficient.standardError, row["std_err"], digits: 11, "se", term)
      digits.expect(coefficient.statistic, row["z"], digits: 10, "z", term)
      digits.expect(coefficient.pValue, row["p"], digits: 9, "p", term)
      for j in fit.coefficients.indices {
        // An off-diagonal element may be near 0; its error is judged by the standard errors.
        let scale = (fit.covariance[k, k] * fit.covariance[j, j]).squareRoot()
        digits.expect(
          fit.covariance[k, j], values["vcov"][k][j], digits: 10, absolute: 1e-12 * scale, "vcov", term)
      }
    }
    digits.expect(fit.nullLogLikelihood, values["log_likelihood_null"], digits: 13, "null logLik")
    digits.expect(fit.logLikelihood, values["log_likelihood"], digits: 13, "logLik")
    for (method, key) in [("lr", "likelihood_ratio_test"), ("score", "score_test"), ("wald", "wald_test")] {
      let found = fit.globalTests.first { $0.method == method }
      digits.expect(found?.statistic, values[key]["statistic"], digits: 10, "tests", method)
      digits.expect(found?.df, values[key]["df"], digits: 15, "df", method)
      digits.expect(found?.pValue, values[key]["p"], digits: 9, "p of tests", method)
    }
    digits.printRow(test.name)
  }
}

extension StringProtocol {
  /// What stands before the first occurrence of a text, or everything.
  fileprivate func components(before text: String) -> String {
    guard let range = self.firstRange(of: text) else { return String(self) }
    return String(self[..<range.lowerBound])
  }
}
