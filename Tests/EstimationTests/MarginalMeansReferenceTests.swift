import CohortTables
import Estimation
import TestSupport
import Testing

/// Marginal means and contrasts on the HELP cohort against R 4.2.2's emmeans 1.8.4-1.
///
/// Calls, versions and dates stand in `Fixtures/emmeans_basic.json`; `emmeans_basic.R` made it.
@Suite("Reference: marginal means")
struct MarginalMeansReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let formula: String
    let factors: [String]
    var at: [String: [GridValue]] = [:]
    var weights = "equal"
    var slopeOf: String?

    var testDescription: String { name }
  }

  static let additive = "cesd ~ treat + substance + homeless + sex + age + i1"
  static let crossed = "cesd ~ treat * substance + sex + age"
  static let slopes = "cesd ~ substance * age + sex"
  static let cases = [
    Case(name: "substance_equal", formula: additive, factors: ["substance"]),
    Case(name: "treat_equal", formula: additive, factors: ["treat"]),
    Case(
      name: "substance_at_age_30", formula: additive, factors: ["substance"],
      at: ["age": [30], "i1": [0]]),
    Case(name: "crossed_substance", formula: crossed, factors: ["substance"]),
    Case(name: "crossed_cells", formula: crossed, factors: ["treat", "substance"]),
    Case(name: "slopes_substance", formula: slopes, factors: ["substance"]),
    Case(name: "slopes_substance_at_50", formula: slopes, factors: ["substance"], at: ["age": [50]]),
    Case(
      name: "substance_proportional", formula: additive, factors: ["substance"], weights: "proportional"),
    Case(name: "substance_cells", formula: additive, factors: ["substance"], weights: "cells"),
    Case(name: "slopes_trends", formula: slopes, factors: ["substance"], slopeOf: "age"),
  ]

  @Test("agrees with emmeans", arguments: cases)
  func agreement(_ test: Case) throws {
    let values = try ReferenceData.marginalMeans.get()["cases"][test.name]["values"]
    let fit = try LinearModel(test.formula).fit(ReferenceData.table("help_rct"))
    let means = try means(test, fit)
    var digits = DigitsReached()
    digits.expect(fit.sigma, values["sigma"], digits: 12, "sigma")
    for (column, mean) in fit.columnMeans.sorted(by: { $0.key < $1.key }) where test.slopeOf == nil {
      digits.expect(mean, values["covariate_means"][column], digits: 14, "covariate means", column)
    }
    #expect(means.means.count == values["means"].list.count)
    for (mean, row) in zip(means.means, values["means"].list) {
      #expect(mean.at.map(\.value.text) == test.factors.map { row[$0].text })
      digits.expect(mean.estimate, row["estimate"], digits: 11, "mean")
      digits.expect(mean.standardError, row["std_err"], digits: 11, "se")
      digits.expect(mean.lower, row["lower"], digits: 11, "limits")
      digits.expect(mean.upper, row["upper"], digits: 11, "limits")
    }
    try expectContrasts(means, values, &digits)
    digits.printRow("emmeans \(test.name)")
  }

  private func means(_ test: Case, _ fit: LinearFit) throws -> MarginalMeans {
    let frequencies = try fit.cellFrequencies(in: ReferenceData.table("help_rct"))
    let weights: MarginWeights =
      switch test.weights {
      case "proportional": .proportional(frequencies)
      case "cells": .cells(frequencies)
      default: .equal
      }
    if let column = test.slopeOf {
      return try fit.slopes(of: column, within: test.factors, at: test.at, weights: weights)
    }
    return try fit.marginalMeans(of: test.factors, at: test.at, weights: weights)
  }

  private func expectContrasts(
    _ means: MarginalMeans, _ values: Fixture, _ digits: inout DigitsReached
  ) throws {
    let holm = try means.contrasts(.pairwise, adjustment: .holm).contrasts
    let bonferroni = try means.contrasts(.pairwise, adjustment: .bonferroni).contrasts
    let tukey = try means.contrasts(.pairwise).contrasts
    let rows = values["pairwise"].list
    #expect(holm.map(\.name) == rows.map { $0["contrast"].text })
    for (k, row) in rows.enumerated() {
      digits.expectContrast(holm[k], row)
      digits.expect(holm[k].adjustedPValue, row["p_holm"], digits: 9, "p Holm")
      digits.expect(bonferroni[k].adjustedPValue, row["p_bonferroni"], digits: 9, "p Bonferroni")
      // Of two means the only pair needs no adjustment, and the fixture has no Tukey p.
      let wanted = row["p_tukey"].isNull ? row["p"] : row["p_tukey"]
      digits.expect(tukey[k].adjustedPValue, wanted, digits: 8, absolute: 1e-12, "p Tukey")
    }
    let versus = values["trt_vs_ctrl"].list
    guard !versus.isEmpty, let first = means.means.first?.at.first?.value.text else { return }
    let reference = try means.contrasts(.reference(first), adjustment: .holm).contrasts
    #expect(reference.map(\.name) == versus.map { $0["contrast"].text })
    for (k, row) in versus.enumerated() {
      digits.expectContrast(reference[k], row)
      digits.expect(reference[k].adjustedPValue, row["p_holm"], digits: 9, "p Holm")
    }
  }

  /// emmeans' `by` splits the table into families: within each the differences are those of the
  /// crossed means, adjusted among themselves.
  @Test("with by columns each of their values is a family")
  func byGroups() throws {
    let fit = try LinearModel(Self.crossed).fit(ReferenceData.table("help_rct"))
    let cells = try ReferenceData.marginalMeans.get()["cases"]["crossed_cells"]["values"]["pairwise"].list
    let means = try fit.marginalMeans(of: ["substance"], by: ["treat"])
    let found = try means.contrasts(.pairwise, adjustment: .bonferroni)
    #expect(found.familySize == 3 && found.contrasts.count == 6)
    var digits = DigitsReached()
    for contrast in found.contrasts {
      let arm = try #require(contrast.by.first?.value.text)
      let name = contrast.name.split(separator: " - ").map { "\(arm) \($0)" }.joined(separator: " - ")
      let row = try #require(cells.first { $0["contrast"].text == name }, "\(name)")
      digits.expectContrast(contrast, row)
      expectAgreement(
        try #require(contrast.adjustedPValue), min(1, 3 * row["p"].number()), digits: 10, contrast.name)
    }
    digits.printRow("emmeans by groups")
  }
}
