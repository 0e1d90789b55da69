import Foundation
import Outcomes
import TestSupport
import Testing

/// The bundled demonstration cohort, which the default settings make again byte for byte.
@Suite("Golden: the demonstration cohort")
struct SimulationGoldenTests {
  private func bundled(_ name: String) throws -> [UInt8] {
    Array(try ProjectFiles.data("Data/demo/" + name))
  }

  private func cells(_ bytes: [UInt8]) -> [[Substring]] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }

  @Test("the default settings make both files again, byte for byte")
  func bytes() throws {
    let cohort = try CohortSimulator(settings: CohortSettings()).cohort(truthPopulation: 2)
    #expect(try cohort.visitsCSV == bundled("visits.csv"))
    #expect(try cohort.episodesCSV == bundled("episodes.csv"))
  }

  @Test("the columns are those of the codebook, every cell in range")
  func columns() throws {
    let visits = cells(try bundled("visits.csv"))
    #expect(visits[0] == ["subject_id", "site", "condition", "modality", "sex", "age", "week", "phq9"])
    for row in visits.dropFirst() {
      #expect(row.count == 8)
      #expect(row[0].hasPrefix("P") && row[1].hasPrefix("S"))
      #expect(["depression", "anxiety", "PTSD", "bipolar"].contains(row[2]))
      #expect(["medication", "therapy", "combined"].contains(row[3]))
      #expect(["F", "M"].contains(row[4]))
      #expect((18...80).contains(try #require(Int(row[5]))))
      let week = try #require(Double(row[6]))
      #expect((0...53).contains(week) && row[6].count <= 4)
      #expect((0...27).contains(try #require(Int(row[7]))))
    }
    #expect(Set(visits.dropFirst().map { $0[0] }).count == 600)
    let episodes = cells(try bundled("episodes.csv"))
    let names =
      "subject_id,site,condition,modality,sex,age,prior_episodes,baseline_phq9,remission_week,days,relapse"
    #expect(episodes[0].map(String.init) == names.split(separator: ",").map(String.init))
    for row in episodes.dropFirst() {
      #expect(row.count == 11)
      #expect(try #require(Int(row[9])) >= 1)
      #expect(["0", "1"].contains(row[10]))
    }
  }

  @Test("a tenth of a week names its day, and the two files agree on people")
  func filesAgree() throws {
    let visits = cells(try bundled("visits.csv")).dropFirst()
    let days = visits.map { row in Int((7 * (Double(row[6]) ?? .nan)).rounded()) }
    for (day, row) in zip(days, visits) {
      let tenths = Int((Double(10 * day) / 7).rounded())
      #expect(row[6] == (tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"))
    }
    let starts = Dictionary(
      visits.filter { $0[6] == "0" }.map { ($0[0], $0) }, uniquingKeysWith: { first, _ in first })
    let times = Set(visits.map { "\($0[0]) \($0[6])" })
    for row in cells(try bundled("episodes.csv")).dropFirst() {
      let start = try #require(starts[row[0]])
      #expect(row[1...5] == start[1...5])
      #expect(row[7] == start[7])
      #expect(times.contains("\(row[0]) \(row[8])"))
    }
  }

  @Test("the truth file is that of the default settings")
  func truth() throws {
    let written = try JSONDecoder().decode(CohortTruth.self, from: Data(try bundled("truth.json")))
    #expect(try Array(bundled("truth.json")) == written.json())
    #expect(written.populationSize == 200_000 && written.seed == CohortSettings().seed)
    // A tenth of the population: agreement within 4 of its standard errors.
    let again = try CohortSimulator(settings: CohortSettings()).truth(populationSize: 20_000)
    #expect(written.means.count == 9 && written.contrasts.count == 9)
    for (small, large) in zip(again.means, written.means) {
      #expect(abs(small.mean - large.mean) < 4 * small.standardError)
    }
    for (small, large) in zip(again.contrasts, written.contrasts) {
      #expect(abs(small.difference - large.difference) < 4 * small.standardError)
    }
    for (small, large) in zip(again.outcomes, written.outcomes) {
      #expect(abs(small.response - large.response) < 4 * small.standardError)
    }
  }
}
