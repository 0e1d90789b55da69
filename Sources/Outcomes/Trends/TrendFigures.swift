import Distributions

/// What is computed of one person's visits.
struct TrendFigures: Sendable, Equatable {
  var visits: Int
  var span: Double
  var first: Double
  var last: Double
  var status: TrendStatus
  var slope: Double?
  var standardError: Double?
  var statistic: Double?
  var degreesOfFreedom: Double?
  var pValue: Double?
  var lower: Double?
  var upper: Double?
  var rSquared: Double?
  var residualStandardDeviation: Double?
  var percentageChange: Double?
  var response: Bool?
  var remission: Bool?
  var reliableChange: ReliableChange?

  /// Turns moments into a trend with its test, or into the reason why there is none.
  init(_ moments: TrendMoments, _ rules: TrendRules) {
    visits = moments.count
    span = moments.last.time - moments.first.time
    first = moments.first.score
    last = moments.last.score
    status = .fitted
    fit(moments, rules)
    if let criteria = rules.criteria { judge(moments, rules, criteria) }
  }

  private mutating func fit(_ moments: TrendMoments, _ rules: TrendRules) {
    guard moments.count > 1 else {
      status = .oneVisit
      return
    }
    guard moments.timeSquares > 0 else {
      status = .noTimeSpread
      return
    }
    let perUnit = moments.products / moments.timeSquares
    let slope = perUnit / rules.weeksPerUnit
    self.slope = slope
    guard moments.scoreSquares > 0 else {
      status = .constantScores
      return
    }
    guard moments.count > 2 else {
      status = .twoVisits
      return
    }
    let residual = moments.residualSquares
    rSquared = max(0, 1 - residual / moments.scoreSquares)
    // No farther from the line than rounding takes points: its error is not known to be small, it is unknown.
    guard residual > moments.roundingSquares else {
      status = .exactLine
      return
    }
    let df = Double(moments.count - 2)
    let sigma = (residual / df).squareRoot()
    let error = sigma / moments.timeSquares.squareRoot() / rules.weeksPerUnit
    let margin = rules.critical[moments.count] * error
    residualStandardDeviation = sigma
    standardError = error
    degreesOfFreedom = df
    statistic = slope / error
    pValue = StudentT(degreesOfFreedom: df).twoSidedPValue(statistic: slope / error)
    lower = slope - margin
    upper = slope + margin
  }

  private mutating func judge(_ moments: TrendMoments, _ rules: TrendRules, _ criteria: ClinicalCriteria) {
    let ends = [moments.first, moments.last].prefix(moments.count).map {
      ScoredVisit(week: ($0.time - moments.first.time) * rules.weeksPerUnit, score: $0.score)
    }
    let judged = ClinicalChange(ends, criteria)
    percentageChange = judged.percentageChange.value
    response = judged.response.value
    remission = judged.remission.value
    reliableChange = judged.reliableChange.value
  }
}

/// What all people's trends have in common.
struct TrendRules: Sendable {
  /// The length of the file's unit of time.
  let weeksPerUnit: Double
  /// The clinical rules of the instrument, where they are asked for.
  let criteria: ClinicalCriteria?
  let critical: CriticalValues

  /// The same without clinical rules.
  var withoutCriteria: TrendRules {
    TrendRules(weeksPerUnit: weeksPerUnit, criteria: nil, critical: critical)
  }
}

/// Critical values of t for people with given numbers of visits.
///
/// People share few numbers of visits, and a quantile costs more than the rest of a person's fit: each
/// is computed once.
struct CriticalValues: Sendable {
  private let byVisits: [Double]

  init(_ people: VisitPeople, level: Double) {
    var occurs: [Bool] = []
    for person in people.indices {
      let visits = people.visits(of: person).count
      if visits >= occurs.count {
        occurs += [Bool](repeating: false, count: visits + 1 - occurs.count)
      }
      occurs[visits] = true
    }
    byVisits = occurs.enumerated().map { visits, occurs in
      guard occurs, visits > 2 else { return .nan }
      return StudentT(degreesOfFreedom: Double(visits - 2)).criticalValue(confidenceLevel: level)
    }
  }

  subscript(visits: Int) -> Double { byVisits[visits] }
}
