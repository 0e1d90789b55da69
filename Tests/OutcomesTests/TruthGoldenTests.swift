import CohortTables
import Estimation
import Foundation
import Outcomes
import TestSupport
import Testing

/// What the demonstration cohort gives beside the truth it was simulated with.
///
/// One cohort of 600 is one draw: that the limits cover is a statement about this file and its seed,
/// not about coverage.
@Suite("Golden: the demonstration cohort and its truth")
struct TruthGoldenTests {
  static func comparison() throws -> TreatmentComparison {
    let visits = try VisitTable(
      try projectTable("Data/demo/visits.csv"),
      roles: ColumnRoles(time: "week", outcome: "phq9", arm: "modality"))
    return try TreatmentComparison(
      visits,
      ComparisonQuestion(
        focus: "combined", horizons: [12, 26, 52], window: 4, covariates: ["age", "sex", "condition"]))
  }

  static func truth(_ contrast: String, week: Double) throws -> (causal: Double, crude: Double) {
    let rows = try Fixture("Data/demo/truth.json")["contrasts"].list
    let row = try #require(rows.first { $0["contrast"].text == contrast && $0["week"].number == week })
    return (row["difference"].number(), row["crude_difference"].number())
  }

  @Test("adjusted limits cover the causal difference", arguments: [12.0, 26, 52])
  func coverage(week: Double) throws {
    let analysis = try #require(Self.comparison().analyses.first { $0.horizon == week && $0.isAdjusted })
    #expect(analysis.contrasts.contrasts.count == 2)
    for contrast in analysis.contrasts.contrasts {
      let truth = try Self.truth(contrast.name, week: week)
      let (lower, upper) = (try #require(contrast.lower), try #require(contrast.upper))
      #expect(
        lower < truth.causal && truth.causal < upper, "week \(week), \(contrast.name): \(lower) to \(upper)")
    }
  }

  @Test(
    "crude differences are biased against the combination, as in the population", arguments: [12.0, 26, 52])
  func bias(week: Double) throws {
    let analyses = try Self.comparison().analyses.filter { $0.horizon == week }
    let adjusted = try #require(analyses.first { $0.isAdjusted })
    let crude = try #require(analyses.first { !$0.isAdjusted })
    for (a, c) in zip(adjusted.contrasts.contrasts, crude.contrasts.contrasts) {
      let truth = try Self.truth(a.name, week: week)
      #expect(truth.crude > truth.causal)
      #expect(try #require(c.estimate) > #require(a.estimate), "week \(week), \(a.name)")
    }
  }

  @Test("hazard limits cover the ratios that relapses were drawn with")
  func hazards() throws {
    let analysis = try RelapseAnalysis(
      try projectTable("Data/demo/episodes.csv"),
      RelapseAnalysis.Question(
        time: "days", event: "relapse", arm: "modality", focus: "combined",
        covariates: ["age", "sex", "condition", "prior_episodes", "baseline_phq9"], horizons: [365]))
    let ratios = try Fixture("Data/demo/truth.json")["relapse"]["hazard_ratios"].list
    for ratio in ratios.prefix(2) {
      let name = try #require(ratio["contrast"].text).replacing(" / ", with: " - ")
      let contrast = try #require(analysis.hazardContrasts?.contrasts.first { $0.name == name })
      let truth = ratio["ratio"].number()
      #expect(Self.exponential(try #require(contrast.lower)) < truth)
      #expect(truth < Self.exponential(try #require(contrast.upper)))
    }
  }

  private static func exponential(_ x: Double) -> Double { Foundation.exp(x) }
}
