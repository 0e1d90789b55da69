import CohortTables
import Distributions
import Estimation
import Foundation
import Outcomes
import TestSupport
import Testing

/// Who is not on track.
@Suite("Outcomes: expected-recovery bands")
struct RecoveryBandTests {
  /// People whose scores follow a known course: `a + b first - c week` with a constant of their own and noise.
  static func cohort(people: Int, weeks: [Double] = [0, 2, 4, 8, 12], late: Double = 0, seed: UInt64 = 3)
    throws -> VisitTable
  {
    var noise = RandomStream(seed: seed, stream: 0)
    var (ids, times, scores): ([String], [Double], [Double]) = ([], [], [])
    for person in 0..<people {
      let first = 15 + 3 * noise.normal()
      let own = 2 * noise.normal()
      for week in weeks {
        ids.append("p\(person)")
        times.append(week)
        let change = week == 0 ? 0 : -0.3 * week - 0.1 * (first - 15) + own + noise.normal()
        scores.append(first + change + (week == weeks.last ? late : 0))
      }
    }
    let table = try Table(columns: [.category("id", ids), .numeric("week", times), .numeric("score", scores)])
    return try VisitTable(table, roles: ColumnRoles(subject: "id", time: "week", outcome: "score"))
  }

  @Test("bands find the course that scores were made by")
  func truth() throws {
    let bands = try RecoveryBands(Self.cohort(people: 1500))
    // Mean 15 - 0.3 week - 0.1 (first - 15) + first - 15, standard deviation sqrt(4 + 1).
    for (week, first) in [(2.0, 12.0), (6, 15), (12, 18)] {
      let band = try #require(bands.band(of: "p7", week: week, baseline: first))
      let expected = first - 0.3 * week - 0.1 * (first - 15)
      #expect(abs(band.expected - expected) < 0.25, "\(week) \(first)")
      #expect(abs(band.limit - expected - 1.2816 * 5.0.squareRoot()) < 0.35, "\(week) \(first)")
      #expect(
        band.isOffTrack(band.limit + 0.1, .lowerIsBetter) && !band.isOffTrack(band.limit, .lowerIsBetter))
      #expect(band.isOffTrack(band.limit - 0.1, .higherIsBetter))
    }
    #expect(bands.band(of: "p7", week: 12.5, baseline: 15) == nil, "later than anyone was seen")
    #expect(bands.band(of: "p7", week: 4, baseline: 60) == nil, "a start that nobody had")
  }

  @Test("about a tenth of visits is not on track, in every third")
  func calibration() throws {
    let trends = try PersonTrends(Self.cohort(people: 1500))
    let calibration = try #require(trends.calibration)
    #expect(
      calibration.groups.map(\.by) == ["all"] + Array(repeating: "baseline", count: 3)
        + Array(repeating: "week", count: 3))
    for group in calibration.groups {
      let (low, high, share) = (
        try #require(group.lower), try #require(group.upper), try #require(group.observed)
      )
      expectAgreement(try #require(group.nominal), 0.1, digits: 14)
      #expect(low < share && share < high && abs(share - 0.1) < 0.035, "\(group.by) \(group.part) \(share)")
    }
    // The most extreme starts have no equal among the other groups' people, and so no band.
    let all = calibration.groups[0].visits
    #expect(calibration.groups[0].people >= 1490 && all >= 5960)
    #expect(calibration.groups[1...3].reduce(0) { $0 + $1.visits } == all)
    #expect(calibration.groups[4...6].reduce(0) { $0 + $1.visits } == all)
  }

  @Test("a flag does not change with what comes later")
  func onlyThePast() throws {
    // The same norm from elsewhere: only the last visit differs.
    let (visits, others) = (try Self.cohort(people: 60), try Self.cohort(people: 60, late: 30))
    let norm = try Table(columns: [
      .numeric("baseline_from", [0, 0]), .numeric("baseline_to", [40, 40]), .numeric("week", [0, 12]),
      .numeric("expected", [15, 12]), .numeric("limit", [18, 15]),
    ])
    func flags(_ visits: VisitTable) throws -> [String?] {
      let trends = try PersonTrends(visits, bands: RecoveryBands(norm: norm, for: visits))
      let columns = try #require(trends.trackedVisits(of: trends.people.indices))
      let (weeks, flags) = (try columns[1].numericValues(), columns[5].asCategories())
      return weeks.indices.filter { weeks[$0] < 12 }.map { flags.text(row: $0) }
    }
    let (one, two) = (try flags(visits), try flags(others))
    #expect(one == two && one.contains("yes") && one.contains("no"))
    let trends = try PersonTrends(others, bands: RecoveryBands(norm: norm, for: others))
    let last = trends.columns([.notOnTrack, .notOnTrackVisits, .notOnTrackLimit], of: 0..<1)
    #expect(try last[0].asCategories().text(row: 0) == "yes" && last[1].numericValues()[0] >= 1)
    expectAgreement(try last[2].numericValues()[0], 15, digits: 14)
  }

  @Test("a person's own scores do not shape the band they are judged by")
  func crossFitted() throws {
    let visits = try Self.cohort(people: 200)
    var scores = visits.scores.array()
    let own = visits.people[11].rows.map { $0 }
    for row in own { scores[row] = row == own[0] ? scores[row] : 27 }
    let ids = try visits.table.requireColumn("id")
    let changed = try VisitTable(
      Table(columns: [ids, .numeric("week", visits.times.array()), .numeric("score", scores)]),
      roles: ColumnRoles(subject: "id", time: "week", outcome: "score"))
    let (before, after) = (try RecoveryBands(visits), try RecoveryBands(changed))
    #expect(before.band(of: "p11", week: 4, baseline: 15) == after.band(of: "p11", week: 4, baseline: 15))
    let others = (0..<200).filter {
      before.band(of: "p\($0)", week: 4, baseline: 15) != after.band(of: "p\($0)", week: 4, baseline: 15)
    }
    #expect(!others.isEmpty && !others.contains(11), "but those of people in other groups")
  }

  @Test("the order of rows does not matter, nor threads")
  func order() throws {
    let visits = try Self.cohort(people: 80)
    let ids = try visits.table.requireColumn("id").asCategories()
    let rows = Array((0..<visits.times.count).reversed())
    let turned = try VisitTable(
      Table(columns: [
        .category("id", rows.map { ids.text(row: $0) }), .numeric("week", rows.map { visits.times[$0] }),
        .numeric("score", rows.map { visits.scores[$0] }),
      ]), roles: ColumnRoles(subject: "id", time: "week", outcome: "score"))
    let (one, two) = (try RecoveryBands(visits), try RecoveryBands(turned))
    let band = try #require(one.band(of: "p3", week: 4, baseline: 15))
    let other = try #require(two.band(of: "p3", week: 4, baseline: 15))
    expectAgreement(band.expected, other.expected, digits: 7)
    expectAgreement(band.limit, other.limit, digits: 7)
    let threaded = try RecoveryBands(visits, executor: ThreadedExecutor(threads: 3))
    #expect(threaded.band(of: "p3", week: 4, baseline: 15) == band)
  }

  @Test("supplied norms: lines between weeks, nothing outside, and refusals")
  func norms() throws {
    func table(_ rows: [(Double, Double, Double, Double, Double)]) throws -> Table {
      try Table(columns: [
        .numeric("baseline_from", rows.map(\.0)), .numeric("baseline_to", rows.map(\.1)),
        .numeric("week", rows.map(\.2)),
        .numeric("expected", rows.map(\.3)), .numeric("limit", rows.map(\.4)),
      ])
    }
    let visits = try Self.cohort(people: 12)
    let bands = try RecoveryBands(
      norm: table([(0, 9, 0, 8, 12), (0, 9, 10, 4, 8), (10, 27, 0, 16, 22), (10, 27, 10, 8, 18)]), for: visits
    )
    #expect(bands.band(of: "x", week: 5, baseline: 9) == RecoveryBand(expected: 6, limit: 10))
    #expect(bands.band(of: "x", week: 2.5, baseline: 10) == RecoveryBand(expected: 14, limit: 21))
    #expect(bands.band(of: "x", week: 10, baseline: 10) == RecoveryBand(expected: 8, limit: 18))
    #expect(
      bands.band(of: "x", week: 10.5, baseline: 10) == nil
        && bands.band(of: "x", week: 5, baseline: 9.5) == nil)
    #expect(throws: (any Error).self) {
      try RecoveryBands(norm: table([(0, 9, 5, 8, 12), (0, 9, 5, 4, 8)]), for: visits)
    }
    #expect(throws: (any Error).self) {
      try RecoveryBands(norm: table([(0, 9, 5, 8, 12), (9, 12, 5, 4, 8)]), for: visits)
    }
    #expect(throws: (any Error).self) { try RecoveryBands(norm: table([(9, 0, 5, 8, 12)]), for: visits) }
    #expect(throws: (any Error).self) { try RecoveryBands(norm: table([(0, 9, .nan, 8, 12)]), for: visits) }
  }

  @Test("a norm that is written and read again gives the bands it was made of")
  func roundTrip() throws {
    let visits = try Self.cohort(people: 300)
    let norm = try RecoveryNorm(visits)
    let table = try Table(columns: [
      .numeric("baseline_from", norm.rows.map(\.baselineFrom)),
      .numeric("baseline_to", norm.rows.map(\.baselineTo)),
      .numeric("week", norm.rows.map(\.week)), .numeric("expected", norm.rows.map(\.band.expected)),
      .numeric("limit", norm.rows.map(\.band.limit)),
    ])
    let bands = try RecoveryBands(norm: table, for: visits)
    let row = norm.rows[norm.rows.count / 2]
    #expect(bands.band(of: "x", week: row.week, baseline: row.baselineFrom) == row.band)
  }

  @Test("too few people say so")
  func few() throws {
    let trends = try PersonTrends(Self.cohort(people: 8))
    #expect(trends.bands == nil && trends.calibration == nil)
    #expect(trends.progressNotes.first?.message.contains("at least 10 people") == true)
    #expect(try trends.columns([.expectedLast], of: 0..<1)[0].numericValues()[0].isNaN)
  }
}
