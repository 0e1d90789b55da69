import Foundation
import TestSupport
import Testing

/// What `fit` computes besides coefficients: tests of terms, slopes, effects, ratios, margins.
@Suite struct InferenceCommandTests {
  private func fit(_ arguments: [String]) throws -> JSON {
    let outcome = try Tandem.run(["fit"] + arguments + ["--format", "json", "--quiet"])
    #expect(outcome.code == 0, "\(outcome.error)")
    return try #require(outcome.json)
  }

  @Test func termsAndFamilies() throws {
    let json = try fit([
      "bdi ~ bdi_pre + modality*factor(month)", "Data/btheb/visits.csv", "--cluster", "subject_id", "--means",
      "modality", "--means-weights", "proportional", "--contrast", "versus=combined", "--tests", "III",
      "--non-inferiority", "3",
    ])
    let tests = try #require(json["tests"]).list
    let modality = try #require(tests.first { $0["term"]?.text == "modality" })
    #expect(modality["method"] == .text("hotelling") && modality["statistic_kind"] == .text("F"))
    #expect(modality["name"] == .text("term type III") && modality["df"] == .number(3))
    #expect(modality["hypothesis"]?.text?.contains("equal weights over the levels of factor(month)") == true)
    #expect(tests.contains { $0["name"]?.text == "contrasts" })
    #expect(json["means"]?.list.first?["weights"] == .text("proportional"))
    let margins = try #require(json["margins"]).list
    #expect(margins.count == 3 && margins[0]["alpha"] == .number(0.025))
    #expect(margins[0]["margin_verdict"]?.text?.hasPrefix("combined - ") == true)
  }

  @Test func slopesAndRatios() throws {
    let json = try fit([
      "bdi ~ bdi_pre + modality*month", "Data/btheb/visits.csv", "--cluster", "subject_id", "--means",
      "modality", "--slopes", "month", "--contrast", "pairwise", "--ratio", "combined/therapy",
    ])
    let slopes = try #require(json["means"]).list
    #expect(slopes.count == 4 && slopes.allSatisfy { $0["slope_of"] == .text("month") })
    let ratio = try #require(json["ratios"]?.list.first)
    #expect(ratio["kind"] == .text("ratio of slopes") && ratio["fieller_set"] == .text("interval"))
    let changes = try fit([
      "bdi ~ bdi_pre + modality*factor(month)", "Data/btheb/visits.csv", "--means", "modality + month",
      "--ratio", "combined/therapy", "--ratio-change", "0,8",
    ])
    #expect(changes["ratios"]?.list.first?["kind"] == .text("ratio of mean changes"))
  }

  @Test func averageEffects() throws {
    let json = try fit([
      "relapse ~ treatment*age", "Data/help/episodes.csv", "--family", "binomial", "--effects", "treatment",
      "--effects", "age", "--effects-variance", "sampling", "--tests", "lr", "--ratio",
      "HELP clinic/usual care",
    ])
    let effects = try #require(json["effects"]).list
    #expect(
      effects.compactMap { $0["measure"]?.text } == [
        "mean", "mean", "difference", "ratio", "odds_ratio", "number_needed_to_treat", "slope",
      ])
    #expect(effects.allSatisfy { $0["variance"] == .text("sampling") })
    #expect(json["ratios"]?.list.first?["kind"] == .text("ratio of response rates"))
    #expect(json["tests"]?.list.compactMap { $0["method"]?.text } == ["lr", "lr", "lr"])
  }

  @Test func ratiosOfHazards() throws {
    let json = try fit([
      "Surv(days, relapse) ~ treatment*sex + age", "Data/help/episodes.csv", "--means", "treatment + sex",
      "--contrast", "pairwise:pairwise",
    ])
    let contrast = try #require(json["contrasts"]?.list.first)
    #expect(contrast["contrast"] == .text("(HELP clinic - usual care) : (female - male)"))
    #expect(contrast["ratio_kind"] == .text("hazard"))
    #expect(json["means"] == nil)
    let slopes = try fit([
      "Surv(days, relapse) ~ treatment*age", "Data/help/episodes.csv", "--means", "treatment", "--slopes",
      "age",
    ])
    #expect(slopes["means"]?.list.map { $0["scale"]?.text } == ["log_hazard", "log_hazard"])
  }
}
