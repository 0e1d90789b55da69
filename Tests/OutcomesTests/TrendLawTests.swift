import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// Laws of the fold over people's visits, and of what is made of it.
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

  static func blocks(of source: TrendSource) -> [TrendBlock] {
    var blocks: [TrendBlock] = []
    for leaf in 0..<source.leafCount { source.forEachBlock(ofLeaf: leaf) { blocks.append($0) } }
    return blocks
  }

  static func numbers(_ moments: TrendMoments) -> [Double] {
    [
      Double(moments.count), moments.meanTime, moments.meanScore, moments.timeSquares, moments.scoreSquares,
      moments.products, moments.first.time, moments.first.score, moments.last.time, moments.last.score,
    ]
  }

  static func distance(_ a: [TrendMoments], _ b: [TrendMoments]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).map { x, y in
      zip(numbers(x), numbers(y)).map { abs($0 - $1) / max(abs($0), abs($1), 1) }.max() ?? 0
    }.max() ?? 0
  }

  static func haveSameBits(_ a: [TrendMoments], _ b: [TrendMoments]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { x, y in
        zip(numbers(x), numbers(y)).allSatisfy { $0.bitPattern == $1.bitPattern }
      }
  }

  @Test("the fold keeps its laws, with people split over leaves", arguments: [1, 2, 3, 7, 64])
  func foldLaws(leafRows: Int) throws {
    let visits = try Self.cohort(people: leafRows < 64 ? 12 : 80)
    let blocks = Self.blocks(of: TrendSource(visits, leafRows: leafRows))
    try checkFoldLaws(
      TrendFold(), blocks: blocks, tolerance: 1e-13, distance: Self.distance, identical: Self.haveSameBits)
  }

  @Test("wherever leaves cut, the moments are those of whole people")
  func splitInvariance() throws {
    let visits = try Self.cohort(people: 40)
    let whole = try SerialExecutor().run(TrendFold(), over: TrendSource(visits))
    #expect(whole.count == visits.people.count)
    for leafRows in 1...23 {
      let parts = try SerialExecutor().run(TrendFold(), over: TrendSource(visits, leafRows: leafRows))
      #expect(Self.distance(whole, parts) <= 1e-13, "leaves of \(leafRows) visits")
    }
  }

  @Test("any number of threads gives the same bits", arguments: [1, 2, 3, 8])
  func threads(_ count: Int) throws {
    let visits = try Self.cohort(people: 9000)
    #expect(TrendSource(visits).leafCount >= 3)
    let serial = try PersonTrends(visits)
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
