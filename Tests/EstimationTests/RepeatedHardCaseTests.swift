import CohortTables
import Estimation
import TestSupport
import Testing

/// Cohorts that are hard to fit: every fit ends at a maximum, or says that it did not.
@Suite("Hard cases: repeated measures")
struct RepeatedHardCaseTests {
  /// How a cohort is hard.
  enum Hardship: String, CaseIterable, Sendable {
    case tiny, dropout, collinear, scaled, flat, wide
  }

  private func table(_ hardship: Hardship, _ seed: UInt64) throws -> Table {
    switch hardship {
    case .tiny: return try RepeatedCohort.table(people: 6, visits: 4, seed: seed)
    case .dropout: return try RepeatedCohort.table(people: 60, visits: 5, seed: seed, dropout: 0.33)
    case .scaled:
      return try RepeatedCohort.table(people: 30, visits: 4, seed: seed, dropout: 0.1) {
        19_000 + 30.4 * Double($0)
      }
    case .wide: return try RepeatedCohort.table(people: 200, visits: 10, seed: seed, dropout: 0.165)
    case .flat: return try RepeatedCohort.table(people: 25, visits: 4, seed: seed, noise: 0.01)
    case .collinear:
      let table = try RepeatedCohort.table(people: 30, visits: 4, seed: seed, dropout: 0.1)
      let base = try table.requireColumn("base").numericValues()
      var random = TestRandom(seed: seed)
      return try table.adding(.numeric("near", base.map { $0 + 1e-6 * random.normal() }))
    }
  }

  @Test("converged at a maximum, or said", arguments: Hardship.allCases)
  func ends(_ hardship: Hardship) throws {
    var (converged, marked, refused) = (0, 0, 0)
    for seed in 1...8 as ClosedRange<UInt64> {
      let table = try table(hardship, seed)
      let formula = hardship == .collinear ? "y ~ base + near + arm * visit" : "y ~ time + base + arm"
      var best: [RepeatedCovariance: Double] = [:]
      for structure in RepeatedCovariance.allCases {
        do {
          let fit = try RepeatedCohort.fit(table, structure, formula: formula, visit: "time")
          if fit.convergence.isConverged {
            converged += 1
            best[structure] = fit.logLikelihood
            #expect(
              fit.convergence.value <= 1e-5
                && fit.coefficients.allSatisfy { $0.isAliased || $0.standardError != nil })
          } else {
            marked += 1
            #expect(fit.diagnostics.contains { $0.kind == .notConverged && $0.severity == .serious })
            #expect(fit.verdict.contains("not converged"))
          }
        } catch let error as EstimationError {
          refused += 1
          #expect(error.code == .notEstimable, "\(error)")
        }
      }
      // A structure that holds another one cannot end below it.
      if let free = best[.unstructured] {
        for (structure, value) in best { #expect(value <= free + 1e-7, "\(hardship) \(seed) \(structure)") }
      }
      if let toeplitz = best[.heterogeneousToeplitz], let same = best[.toeplitz] {
        #expect(same <= toeplitz + 1e-7)
      }
      if let ante = best[.heterogeneousAnteDependence], let lagged = best[.heterogeneousAutoregressive] {
        #expect(lagged <= ante + 1e-7)
      }
    }
    print("hard cases: \(hardship.rawValue): \(converged) converged, \(marked) marked, \(refused) refused")
    #expect(converged > 40)
  }
}
