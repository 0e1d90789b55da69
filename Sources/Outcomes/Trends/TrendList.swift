import CohortTables
import Estimation

/// The trends of people, each computed from their visits when it is asked for.
public struct TrendList: RandomAccessCollection, Sendable {
  private let visits: VisitTable
  private let rules: TrendRules
  /// The rules of the course: without a duration where visits are only counted.
  private let courseCriteria: ClinicalCriteria?
  /// The arm of each person, or -1; nil where there are no arms.
  private let armCodes: [Int32]?
  /// Consecutive people whose visits are worked on together.
  package let chunks: [Range<Int>]

  init(_ visits: VisitTable, confidenceLevel: Double, executor: some FoldExecutor) throws {
    self.visits = visits
    chunks = visits.people.chunks
    armCodes = try visits.armCodes(executor: executor)
    var criteria = visits.instrument.map { ClinicalCriteria($0) }
    if visits.unit.weeks == nil { criteria?.remission?.weeks = nil }
    courseCriteria = criteria
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
    return visits(of: people) { TrendFigures(TrendMoments(times: $1, scores: $2), rules) }
  }

  /// What is computed of consecutive people.
  func rows(
    of people: Range<Int>, _ needs: TrendNeeds, population: TrendPopulation?, bands: RecoveryBands?,
    level: Double
  ) -> [TrendRow] {
    let rules = needs.contains(.clinical) ? self.rules : self.rules.withoutCriteria
    return visits(of: people) { person, times, scores in
      let moments = TrendMoments(times: times, scores: scores)
      return TrendRow(
        figures: TrendFigures(moments, rules), shrunken: population?.line(of: moments),
        series: needs.isDisjoint(with: .series)
          ? nil : SeriesFigures(times: times, scores: scores, needs, level: level),
        course: needs.contains(.course) ? course(times: times, scores: scores) : nil,
        progress: bands.map { progress(of: person, times: times, scores: scores, $0) })
    }
  }

  /// The clinical course of one person, in weeks from the first visit.
  private func course(times: Span<Double>, scores: Span<Double>) -> ClinicalChange? {
    guard let criteria = courseCriteria, !times.isEmpty else { return nil }
    return ClinicalChange(
      times.indices.map {
        ScoredVisit(week: (times[$0] - times[0]) * rules.weeksPerUnit, score: scores[$0])
      }, criteria)
  }

  /// One person's visits beside the bands.
  private func progress(
    of person: Int, times: Span<Double>, scores: Span<Double>, _ bands: RecoveryBands
  ) -> PersonProgress {
    PersonProgress(
      times: times, scores: scores, weeksPerUnit: rules.weeksPerUnit, direction: bands.direction,
      bands: bands.bands(of: visits.people[person].id))
  }

  /// The visits of consecutive people beside the bands, with their first scores.
  func progress(of people: Range<Int>, _ bands: RecoveryBands) -> [BandCalibration.Progress] {
    visits(of: people) { person, times, scores in
      BandCalibration.Progress(
        start: scores[0], visits: progress(of: person, times: times, scores: scores, bands).visits)
    }
  }

  /// What is made of the times and scores of each of some consecutive people.
  private func visits<Made>(of people: Range<Int>, _ make: (Int, Span<Double>, Span<Double>) -> Made)
    -> [Made]
  {
    let starts = visits.people.starts
    let places = starts[people.lowerBound]..<starts[people.upperBound]
    let times = visits.people.values(visits.times, at: places)
    let scores = visits.people.values(visits.scores, at: places)
    return people.map { person in
      let range = starts[person] - places.lowerBound..<starts[person + 1] - places.lowerBound
      return make(person, times.span.extracting(range), scores.span.extracting(range))
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
