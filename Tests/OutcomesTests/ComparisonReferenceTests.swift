import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// Arms of Beat the Blues compared as R's `lm` and emmeans compare them.
///
/// Calls, versions and dates stand in the JSON files beside the scripts that made them.
@Suite("Reference: comparison of arms")
struct ComparisonReferenceTests {
  static func comparison(covariates: [String] = [], threads: Int = 1) throws -> TreatmentComparison {
    let visits = try VisitTable(
      try projectTable("Data/btheb/visits.csv"),
      roles: ColumnRoles(time: "month", outcome: "bdi", arm: "modality"))
    let question = ComparisonQuestion(focus: "combined", horizons: [2, 3, 5, 8], covariates: covariates)
    return try TreatmentComparison(visits, question, executor: ThreadedExecutor(threads: threads))
  }

  /// R's contrasts are other - combined, ours combined - other.
  @Test("each month agrees with lm and emmeans", arguments: [2.0, 3, 5, 8], [[], ["length"]])
  func months(_ month: Double, _ covariates: [String]) throws {
    let analysis = try #require(
      Self.comparison(covariates: covariates).analyses.first { $0.horizon == month && $0.isAdjusted })
    let name = "month_\(Int(month))_modality" + (covariates.isEmpty ? "" : "_length")
    let values = try Fixture("Tests/EstimationTests/Fixtures/btheb_ancova.json")["cases"][name]["values"]
    #expect(analysis.fit.rows.used == Int(values["n"].number()))
    expectAgreement(analysis.fit.sigma, values["sigma"], digits: 12, "sigma")
    for (mean, row) in zip(analysis.means.means, values["means"].list) {
      #expect(mean.at.map(\.value.text) == [row["modality"].text])
      expectAgreement(mean.estimate, row["estimate"], digits: 11, "mean")
      expectAgreement(mean.standardError, row["std_err"], digits: 11, "error of the mean")
    }
    let contrasts = analysis.contrasts.contrasts
    #expect(contrasts.count == 3 && analysis.contrasts.adjustment == .dunnett)
    for (index, row) in values["versus_combined"].list.enumerated() {
      let (ours, holm) = (contrasts[index], analysis.holm.contrasts[index])
      let other = try #require(row["contrast"].text).replacing(" - combined", with: "")
      #expect(ours.name == "combined - \(other)")
      expectAgreement(ours.estimate.map { -$0 }, row["estimate"], digits: 10, ours.name)
      expectAgreement(ours.standardError, row["std_err"], digits: 11, "error of \(ours.name)")
      expectAgreement(ours.degreesOfFreedom, row["df"], digits: 15, "df of \(ours.name)")
      expectAgreement(ours.pValue, row["p"], digits: 10, "p of \(ours.name)")
      expectAgreement(ours.lower.map { -$0 }, row["upper"], digits: 10, "lower of \(ours.name)")
      expectAgreement(ours.upper.map { -$0 }, row["lower"], digits: 10, "upper of \(ours.name)")
      expectAgreement(holm.adjustedPValue, row["p_holm"], digits: 10, "Holm's p of \(ours.name)")
      let dunnett = values["dunnett"]
      expectAgreement(ours.adjustedPValue, dunnett["p"][index], digits: 9, "Dunnett's p of \(ours.name)")
      expectAgreement(
        ours.adjustedLower.map { -$0 }, dunnett["upper"][index], digits: 9, "Dunnett's lower limit")
      expectAgreement(
        ours.adjustedUpper.map { -$0 }, dunnett["lower"][index], digits: 9, "Dunnett's upper limit")
    }
  }

  @Test(
    "the mean over follow-up agrees with lm and emmeans", arguments: ["adjusted", "adjusted_length", "crude"])
  func followUpMean(_ name: String) throws {
    let comparison = try Self.comparison(covariates: name == "adjusted_length" ? ["length"] : [])
    let analysis = try #require(
      comparison.analyses.first { $0.horizon == nil && $0.isAdjusted == (name != "crude") })
    let values = try Fixture("Tests/OutcomesTests/Fixtures/follow_up_mean.json")["cases"][name]["values"]
    #expect(analysis.fit.rows.used == Int(values["n"].number()))
    expectAgreement(analysis.fit.sigma, values["sigma"], digits: 12, "sigma")
    for (mean, row) in zip(analysis.means.means, values["means"].list) {
      #expect(mean.at.map(\.value.text) == [row["modality"].text])
      expectAgreement(mean.estimate, row["estimate"], digits: 11, "mean")
      expectAgreement(mean.standardError, row["std_err"], digits: 11, "error of the mean")
      expectAgreement(mean.lower, row["lower"], digits: 11, "lower of the mean")
      expectAgreement(mean.upper, row["upper"], digits: 11, "upper of the mean")
    }
    for (index, row) in values["contrasts"].list.enumerated() {
      let (ours, holm) = (analysis.contrasts.contrasts[index], analysis.holm.contrasts[index])
      #expect(ours.name == row["contrast"].text)
      expectAgreement(ours.estimate, row["estimate"], digits: 10, ours.name)
      expectAgreement(ours.standardError, row["std_err"], digits: 11, "error of \(ours.name)")
      expectAgreement(ours.statistic, row["t"], digits: 10, "t of \(ours.name)")
      expectAgreement(ours.pValue, row["p"], digits: 10, "p of \(ours.name)")
      expectAgreement(ours.lower, row["lower"], digits: 10, "lower of \(ours.name)")
      expectAgreement(ours.upper, row["upper"], digits: 10, "upper of \(ours.name)")
      expectAgreement(holm.adjustedPValue, row["p_holm"], digits: 10, "Holm's p of \(ours.name)")
      expectAgreement(ours.adjustedPValue, row["p_dunnett"], digits: 9, "Dunnett's p of \(ours.name)")
      expectAgreement(ours.adjustedLower, row["lower_dunnett"], digits: 9, "Dunnett's lower limit")
      expectAgreement(ours.adjustedUpper, row["upper_dunnett"], digits: 9, "Dunnett's upper limit")
    }
  }

  @Test("any number of threads gives the same bits", arguments: [2, 3, 8])
  func threads(_ count: Int) throws {
    let (serial, threaded) = (try Self.comparison(), try Self.comparison(threads: count))
    for (a, b) in zip(serial.analyses, threaded.analyses) {
      #expect(a.contrasts.contrasts == b.contrasts.contrasts)
      #expect(a.means.means == b.means.means)
    }
  }
}
