import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Beat the Blues, ANCOVA at each follow-up, against R 4.2.2's `lm` and emmeans 1.8.4-1.
///
/// Calls, versions and dates stand in `Fixtures/btheb_ancova.json`; `btheb_ancova.R` made it. Dunnett's
/// p-values and critical values there come from a quadrature of its own that was checked against a
/// second method (orthants of the trivariate normal, mvtnorm's TVPACK).
@Suite("Reference: ANCOVA of Beat the Blues")
struct AncovaReferenceTests {
  static let months = [2, 3, 5, 8]
  static let models = [
    "treatment_drug": "bdi ~ bdi_pre + treatment * drug",
    "treatment_drug_length": "bdi ~ bdi_pre + length + treatment * drug",
    "modality": "bdi ~ bdi_pre + modality",
    "modality_length": "bdi ~ bdi_pre + length + modality",
  ]
  private static let visits = Result { try Table(csv: ProjectFiles.path("Data/btheb/visits.csv")) }

  static func fit(_ model: String, month: Int) throws -> (fit: LinearFit, values: Fixture) {
    let visits = try visits.get()
    let months = try visits.requireColumn("month").numericValues()
    let rows = months.indices.filter { months[$0] == Double(month) }
    let options = ModelOptions(subject: "subject_id", arm: "modality", references: ["treatment": "TAU"])
    let used = model.hasPrefix("treatment") ? options : ModelOptions(subject: "subject_id", arm: "modality")
    let fit = try LinearModel(try #require(models[model]), options: used).fit(visits.selecting(rows: rows))
    return (fit, try ReferenceData.ancova.get()["cases"]["month_\(month)_\(model)"]["values"])
  }

  @Test("models agree with lm", arguments: months, models.keys.sorted())
  func coefficients(_ month: Int, _ model: String) throws {
    let (fit, values) = try Self.fit(model, month: month)
    #expect(Double(fit.rows.used) == values["n"].number)
    #expect(fit.rows.read == 100 && fit.rows.subjectsRead == 100 && fit.rows.isReconciled)
    #expect(fit.rows.excluded.map(\.reason) == ["missing bdi"])
    #expect(fit.coefficients.count == values["coefficients"].list.count)
    var digits = DigitsReached()
    for (k, coefficient) in fit.coefficients.enumerated() {
      let row = values["coefficients"][k]
      let term = coefficient.term
      digits.expect(coefficient.estimate, row["estimate"], digits: 11, "estimate", term)
      digits.expect(coefficient.standardError, row["std_err"], digits: 11, "se", term)
      digits.expect(coefficient.degreesOfFreedom, row["df"], digits: 15, "df", term)
      digits.expect(coefficient.statistic, row["t"], digits: 11, "t", term)
      digits.expect(coefficient.pValue, row["p"], digits: 10, "p", term)
      digits.expect(coefficient.lower, row["lower"], digits: 10, "limits", term)
      digits.expect(coefficient.upper, row["upper"], digits: 10, "limits", term)
      for j in fit.coefficients.indices {
        digits.expect(fit.covariance[k, j], values["vcov"][k][j], digits: 10, "vcov", term)
      }
    }
    digits.expect(fit.sigma, values["sigma"], digits: 12, "sigma")
    digits.expect(fit.rSquared, values["r_squared"], digits: 11, "R2")
    digits.expect(fit.adjustedRSquared, values["adjusted_r_squared"], digits: 11, "R2")
    digits.expect(fit.overallTest?.statistic, values["f"]["statistic"], digits: 11, "F")
    digits.expect(fit.overallTest?.df, values["f"]["df1"], digits: 15, "df")
    digits.expect(fit.overallTest?.dfDenominator, values["f"]["df2"], digits: 15, "df")
    digits.printRow("btheb month \(month), \(model)")
  }

  @Test("marginal means agree with emmeans", arguments: months, ["modality", "modality_length"])
  func means(_ month: Int, _ model: String) throws {
    let (fit, values) = try Self.fit(model, month: month)
    let means = try fit.marginalMeans(of: "modality")
    var digits = DigitsReached()
    digits.expect(means.held.first?.value.numberForTest, values["at_bdi_pre"], digits: 14, "held")
    #expect(means.means.count == values["means"].list.count)
    for (mean, row) in zip(means.means, values["means"].list) {
      #expect(mean.at.map(\.value.text) == [row["modality"].text])
      digits.expect(mean.estimate, row["estimate"], digits: 12, "mean")
      digits.expect(mean.standardError, row["std_err"], digits: 11, "se")
      digits.expect(mean.degreesOfFreedom, row["df"], digits: 15, "df")
      digits.expect(mean.lower, row["lower"], digits: 11, "limits")
      digits.expect(mean.upper, row["upper"], digits: 11, "limits")
    }
    digits.printRow("btheb month \(month), means of \(model)")
  }

  @Test("contrasts with combined treatment agree", arguments: months, ["modality", "modality_length"])
  func contrasts(_ month: Int, _ model: String) throws {
    let (fit, values) = try Self.fit(model, month: month)
    let means = try fit.marginalMeans(of: "modality")
    let rows = values["versus_combined"].list
    let exact = values["dunnett"]
    let dunnett = try means.contrasts(.reference("combined"))
    let holm = try means.contrasts(.reference("combined"), adjustment: .holm).contrasts
    #expect(dunnett.adjustment == .dunnett && dunnett.familySize == 3)
    #expect(dunnett.contrasts.map(\.name) == rows.map { $0["contrast"].text })
    var digits = DigitsReached()
    for (k, contrast) in dunnett.contrasts.enumerated() {
      digits.expectContrast(contrast, rows[k])
      digits.expect(holm[k].adjustedPValue, rows[k]["p_holm"], digits: 10, "p Holm")
      digits.expect(contrast.adjustedPValue, exact["p"][k], digits: 9, absolute: 1e-12, "p Dunnett")
      digits.expect(contrast.adjustedLower, exact["lower"][k], digits: 9, "simultaneous limits")
      digits.expect(contrast.adjustedUpper, exact["upper"][k], digits: 9, "simultaneous limits")
      let half = try #require(contrast.adjustedUpper) - (try #require(contrast.estimate))
      digits.expect(
        half / (try #require(contrast.standardError)), exact["critical_value"], digits: 10, "critical value")
    }
    digits.printRow("btheb month \(month), contrasts of \(model)")
  }

  @Test("combined less the others is the same with the sign turned", arguments: months)
  func versus(_ month: Int) throws {
    let means = try Self.fit("modality", month: month).fit.marginalMeans(of: "modality")
    let ours = try means.contrasts(.versus("combined")).contrasts
    let theirs = try means.contrasts(.reference("combined")).contrasts
    #expect(ours.map(\.name) == ["medication", "neither", "therapy"].map { "combined - \($0)" })
    for (a, b) in zip(ours, theirs) {
      #expect(a.estimate == b.estimate.map { -$0 })
      #expect(a.standardError == b.standardError)
      #expect(a.pValue == b.pValue)
      #expect(a.lower == b.upper.map { -$0 } && a.adjustedLower == b.adjustedUpper.map { -$0 })
      expectAgreement(try #require(a.adjustedPValue), try #require(b.adjustedPValue), digits: 13)
    }
  }

  @Test("all pairs agree with Tukey's adjustment", arguments: months, ["modality", "modality_length"])
  func pairs(_ month: Int, _ model: String) throws {
    let (fit, values) = try Self.fit(model, month: month)
    let means = try fit.marginalMeans(of: "modality")
    let rows = values["pairwise"].list
    let tukey = try means.contrasts(.pairwise)
    let holm = try means.contrasts(.pairwise, adjustment: .holm).contrasts
    #expect(tukey.adjustment == .tukey && tukey.contrasts.map(\.name) == rows.map { $0["contrast"].text })
    var digits = DigitsReached()
    for (k, contrast) in tukey.contrasts.enumerated() {
      digits.expectContrast(contrast, rows[k])
      digits.expect(holm[k].adjustedPValue, rows[k]["p_holm"], digits: 10, "p Holm")
      digits.expect(contrast.adjustedPValue, rows[k]["p_tukey"], digits: 9, absolute: 1e-12, "p Tukey")
    }
    digits.printRow("btheb month \(month), pairs of \(model)")
  }
}

extension DigitsReached {
  /// Checks what a contrast has of its own, without regard to its family.
  mutating func expectContrast(_ contrast: Contrasts.Contrast, _ row: Fixture) {
    expect(contrast.estimate, row["estimate"], digits: 10, "difference", contrast.name)
    expect(contrast.standardError, row["std_err"], digits: 11, "se", contrast.name)
    expect(contrast.degreesOfFreedom, row["df"], digits: 15, "df", contrast.name)
    expect(contrast.statistic, row["t"], digits: 10, "t", contrast.name)
    expect(contrast.pValue, row["p"], digits: 10, "p", contrast.name)
    expect(contrast.lower, row["lower"], digits: 9, "limits", contrast.name)
    expect(contrast.upper, row["upper"], digits: 9, "limits", contrast.name)
  }
}

extension GridValue {
  /// The number, for comparison.
  var numberForTest: Double? {
    if case .number(let value) = self { return value }
    return nil
  }
}
