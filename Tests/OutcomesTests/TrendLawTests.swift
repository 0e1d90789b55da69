import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// Laws of the trends of people.
@Suite("Laws: individual trends")
struct TrendLawTests {
  /// People with 1 to 9 visits at uneven times, made without random numbers.
  static func cohort(people: Int) throws -> VisitTable {
    var rows: [(String, Double, Double)] = []
    for person in 0..<people {
      for visit in 0...(person * 7 % 9) {
        let time = Double(visit) * 1.3 + Double((person * 31 + visit * 17) % 10) / 10
        rows.append(("P\(person)", time, Double((person * 13 + visit * visit * 5 + visit * person) % 28)))
      }
    }
    return try visits(rows)
  }

  @Test("any number of threads gives the same bits", arguments: [1, 2, 3, 8])
  func threads(_ count: Int) throws {
    let visits = try Self.cohort(people: 9000)
    let serial = try PersonTrends(visits)
    #expect(serial.chunks.count >= 3)
    let threaded = try PersonTrends(visits, executor: ThreadedExecutor(threads: count))
    #expect(serial.people == threaded.people)
    #expect(serial.summaries == threaded.summaries)
  }

  @Test("unsorted visits give the rows of sorted ones")
  func unsorted() throws {
    let sorted = try Self.cohort(people: 60)
    let count = sorted.table.rowCount
    // A step that shares no factor with the count visits every row once.
    let step = try #require((count / 3..<count).first { Self.greatestCommonDivisor($0, count) == 1 })
    let shuffled = sorted.table.selecting(rows: (0..<count).map { $0 * step % count })
    let expected = Dictionary(uniqueKeysWithValues: try PersonTrends(sorted).people.map { ($0.id, $0) })
    let found = try PersonTrends(VisitTable(shuffled, roles: ColumnRoles(), unit: .week)).people
    #expect(found.count == expected.count)
    #expect(found.map(\.id) != sorted.people.map(\.id), "the rows were shuffled")
    for person in found { #expect(person == expected[person.id]) }
  }

  @Test("shifting times and scores and stretching time change slopes as they must")
  func affine() throws {
    let plain = try PersonTrends(Self.cohort(people: 30)).people
    let table = try Self.cohort(people: 30)
    let moved = try PersonTrends(
      visits(
        table.people.flatMap { person in
          person.rows.map { (person.id, table.times[$0] * 4 + 1024, table.scores[$0] * 2 - 64) }
        })
    ).people
    for (a, b) in zip(plain, moved) {
      #expect(a.status == b.status)
      guard let slope = a.slope, let other = b.slope else { continue }
      expectAgreement(other, slope / 2, digits: 11, absolute: 1e-13, "slope of \(a.id)")
      guard let p = a.pValue, let q = b.pValue else { continue }
      expectAgreement(q, p, digits: 10, "p of \(a.id)")
    }
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
