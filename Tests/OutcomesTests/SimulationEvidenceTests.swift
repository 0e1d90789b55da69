import Foundation
import Outcomes
import TestSupport
import Testing

/// The default settings against the published effects to which they were calibrated.
///
/// Limits are the published 95% limits where there are any. The population is smaller than that of
/// `Data/demo/truth.json`, and its Monte Carlo errors are far below the limits' widths.
@Suite("Reference: the demonstration cohort's truth lies within the published evidence")
struct SimulationEvidenceTests {
  static let truth = Result {
    try CohortSimulator(settings: CohortSettings()).truth(
      populationSize: 20_000, weeks: [0, 1, 2, 6, 12, 26, 52])
  }

  private func standardized(_ contrast: String, _ week: Double) throws -> Double {
    let truth = try Self.truth.get()
    return try #require(truth.contrasts.first { $0.contrast == contrast && $0.week == week }).standardized
  }

  private func outcomes(_ arm: CohortSettings.Arm) throws -> CohortTruth.Outcomes {
    try #require(try Self.truth.get().outcomes.first { $0.arm == arm })
  }

  private func average(_ arm: CohortSettings.Arm, _ week: Double) throws -> CohortTruth.Mean {
    try #require(try Self.truth.get().means.first { $0.arm == arm && $0.week == week })
  }

  @Test("end of acute treatment: combined is better than either, and these are equal")
  func acute() throws {
    // Cuijpers 2014, World Psychiatry 13:56-67: g 0.43 (0.31 to 0.56).
    #expect((-0.56 ... -0.31).contains(try standardized("combined - medication", 12)))
    // Cuijpers 2009, Depress Anxiety 26:279-288: d 0.35 (0.24 to 0.45).
    #expect((-0.45 ... -0.24).contains(try standardized("combined - therapy", 12)))
    // Cuijpers 2013, World Psychiatry: g 0.02 (-0.07 to 0.10) for therapy.
    #expect((-0.10...0.07).contains(try standardized("therapy - medication", 12)))
  }

  @Test("response ratios")
  func response() throws {
    // Cuijpers 2020, World Psychiatry 19:92-107.
    let ratios = try Self.truth.get().responseRatios
    let limits = [
      "combined / medication": 1.14...1.37, "combined / therapy": 1.14...1.39,
      "therapy / medication": 0.92...1.08,
    ]
    #expect(ratios.count == limits.count)
    for ratio in ratios { #expect(try #require(limits[ratio.contrast]).contains(ratio.ratio), "\(ratio)") }
    // 59.2% of people in therapy arms (59 comparisons, Metapsy), which has no limits: within 4 points.
    #expect(abs(try outcomes(.therapy).response - 0.592) < 0.04)
  }

  @Test("6 and 12 months: therapy has caught up with combined, medication has not", arguments: [26.0, 52])
  func durable(week: Double) throws {
    // Karyotaki 2016, J Affect Disord 194:144-152: no difference from therapy at 6 months or later.
    #expect(abs(try standardized("combined - therapy", week)) < 0.03)
    // Cuijpers 2014: the effect over medication lasts up to 24 months.
    #expect((-0.56 ... -0.31).contains(try standardized("combined - medication", week)))
  }

  @Test("scores: before and after therapy")
  func scores() throws {
    // 164 trial arms, n-weighted (Metapsy): baseline 14.30 (SD 4.29), after therapy 7.99 (SD 5.31). A
    // cohort that starts at 10 or more has a smaller SD, and 59% responders a somewhat lower mean.
    let baseline = try Self.truth.get().baseline
    #expect(abs(baseline.mean - 14.30) < 0.25)
    #expect((3.0...4.3).contains(baseline.standardDeviation))
    let after = try average(.therapy, 12)
    #expect(abs(after.mean - 7.99) < 1.1)
    #expect(abs(after.standardDeviation - 5.31) < 0.8)
  }

  @Test("onset: a third of the gain of medication in week 1, most of the rest by week 2")
  func onset() throws {
    let start = try average(.medication, 0).mean
    let gained = try [1.0, 2, 6].map { start - (try average(.medication, $0).mean) }
    // Taylor 2006, Arch Gen Psychiatry 63:1217: about 1/3 of the 6-week benefit in week 1.
    #expect(abs(gained[0] / gained[2] - 1.0 / 3) < 0.04)
    // Posternak & Zimmerman 2005: 60% of the total in the first two weeks.
    #expect(abs(gained[1] / gained[2] - 0.60) < 0.05)
    // Decelerating, no step: each interval gains less a week than the one before.
    #expect(gained[0] > gained[1] - gained[0])
    #expect(gained[1] - gained[0] > (gained[2] - gained[1]) / 4)
  }

  @Test("leaving: a fifth of those in therapy, more on medication, fewer on both")
  func dropout() throws {
    let shares = try CohortSettings.Arm.allCases.map { try outcomes($0).acuteDropout }
    // Swift & Greenberg 2012: 0.197 (0.187 to 0.207); Metapsy 20.1%.
    #expect(abs(shares[1] - 0.20) < 0.015)
    // Cuijpers 2020, acceptability: 1.23 (1.05 to 1.45) and 1.17 (1.02 to 1.32).
    #expect((1.05...1.45).contains(shares[0] / shares[2]))
    #expect((1.02...1.32).contains(shares[0] / shares[1]))
  }

  @Test("relapse within a year")
  func relapse() throws {
    let relapse = try Self.truth.get().relapse
    let risks = relapse.oneYearRisks.map(\.risk)
    // STAR*D, Rush 2006 (first step): 40.1%; drug stopped, Geddes 2003: 41%.
    #expect(abs(risks[0] - 0.40) < 0.02)
    // Frontiers in Psychiatry 2024 (10.3389/fpsyt.2024.1415905): 0.60 (0.37 to 0.97).
    #expect((0.6...0.7).contains(risks[2] / risks[0]))
    #expect(risks[2] < risks[1] && risks[1] < risks[0])
    #expect(relapse.hazardRatios.map(\.ratio) == [0.58, 0.58 / 0.72, 0.72])
  }

  @Test("a crude comparison is biased against combined treatment")
  func confounding() throws {
    for contrast in try Self.truth.get().contrasts
    where contrast.contrast.hasPrefix("combined") && contrast.week > 2 {
      #expect(contrast.crudeDifference > contrast.difference + 0.5, "\(contrast)")
    }
  }

  @Test("the arms are of similar size")
  func armShares() throws {
    #expect(try Self.truth.get().armShares.allSatisfy { (0.28...0.40).contains($0.share) })
  }
}
