import CohortTables
import Estimation

/// The trends of people, each computed from their visits when it is asked for.
public struct TrendList: RandomAccessCollection, Sendable {
  private let visits: VisitTable
  private let rules: TrendRules
  /// The arm of each person, or -1; nil where there are no arms.
  private let armCodes: [Int32]?
  /// Consecutive people whose visits are worked on together.
  package let chunks: [Range<Int>]

  init(_ visits: VisitTable, confidenceLevel: Double, executor: some FoldExecutor) throws {
    self.visits = visits
    chunks = visits.people.chunks
    armCodes = try visits.armCodes(executor: executor)
    rules = TrendRules(
      weeksPerUnit: visits.unit.weeks ?? 1, criteria: visits.instrument.map { ClinicalCriteria($0) },
      critical: CriticalValues(visits.people, level: confidenceLevel))
  }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of people.
  public var endIndex: Int { visits.people.count }

  /// One person's trend.
  ///
  /// - Complexity: O(visits of the person).
  public subscript(person: Int) -> PersonTrend {
    PersonTrend(
      id: visits.people[person].id, arm: armCode(of: person).flatMap { arms?.levels[$0] },
      figures: figures(of: person..<person + 1)[0])
  }

  /// The arms.
  var arms: CategoryValues? { visits.arms }

  func armCode(of person: Int) -> Int? { armCodes.flatMap { $0[person] < 0 ? nil : Int($0[person]) } }

  /// The identifiers of consecutive people.
  func identifiers(of people: Range<Int>) -> CategoryValues {
    CategoryValues(codes: Array(visits.people.codes[people]), levels: visits.people.levels)
  }

  /// The arms of consecutive people; nil where there are none.
  func arms(of people: Range<Int>) -> CategoryValues? {
    guard let armCodes, let arms else { return nil }
    return CategoryValues(codes: Array(armCodes[people]), levels: arms.levels)
  }

  /// The length of the file's unit of time.
  var weeksPerUnit: Double { rules.weeksPerUnit }

  /// The least-squares lines of consecutive people; without the clinical rules where they are not asked for.
  func figures(of people: Range<Int>, judged: Bool = true) -> [TrendFigures] {
    let rules = judged ? self.rules : self.rules.withoutCriteria
    return visits(of: people) { TrendFigures(TrendMoments(times: $0, scores: $1), rules) }
  }

  /// What is computed of consecutive people.
  func rows(
    of people: Range<Int>, _ needs: TrendNeeds, population: TrendPopulation?, level: Double
  ) -> [TrendRow] {
    let rules = needs.contains(.clinical) ? self.rules : self.rules.withoutCriteria
    return visits(of: people) { times, scores in
      let moments = TrendMoments(times: times, scores: scores)
      return TrendRow(
        figures: TrendFigures(moments, rules), shrunken: population?.line(of: moments),
        series: needs.isDisjoint(with: .series)
          ? nil : SeriesFigures(times: times, scores: scores, needs, level: level))
    }
  }

  /// What is made of the times and scores of each of some consecutive people.
  private func visits<Made>(of people: Range<Int>, _ make: (Span<Double>, Span<Double>) -> Made) -> [Made] {
    let starts = visits.people.starts
    let places = starts[people.lowerBound]..<starts[people.upperBound]
    let times = visits.people.values(visits.times, at: places)
    let scores = visits.people.values(visits.scores, at: places)
    return people.map { person in
      let range = starts[person] - places.lowerBound..<starts[person + 1] - places.lowerBound
      return make(times.span.extracting(range), scores.span.extracting(range))
    }
  }
}

extension TrendList: Equatable {
  /// Whether the people and their trends are the same, in the same order.
  public static func == (left: TrendList, right: TrendList) -> Bool { left.elementsEqual(right) }
}

extension VisitPeople {
  /// Consecutive people with together some thousands of visits, or one person with more.
  var chunks: [Range<Int>] {
    var chunks: [Range<Int>] = []
    var first = 0
    for person in indices where starts[person + 1] - starts[first] >= 4096 {
      chunks.append(first..<person + 1)
      first = person + 1
    }
    if first < endIndex { chunks.append(first..<endIndex) }
    return chunks
  }
}
