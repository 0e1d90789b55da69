import Distributions

extension PersonTrend {
  /// Turns moments into a trend.
  init(
    id: String, arm: String?, moments: TrendMoments, weeksPerUnit: Double, criteria: ClinicalCriteria?,
    critical: CriticalValues
  ) {
    self.id = id
    self.arm = arm
    visits = moments.count
    span = moments.last.time - moments.first.time
    first = moments.first.score
    last = moments.last.score
    change = moments.last.score - moments.first.score
    let line = FittedLine(moments, weeksPerUnit: weeksPerUnit, critical: critical)
    status = line.status
    slope = line.slope
    standardError = line.standardError
    statistic = line.statistic
    degreesOfFreedom = line.degreesOfFreedom
    pValue = line.pValue
    lower = line.lower
    upper = line.upper
    rSquared = line.rSquared
    residualStandardDeviation = line.residualStandardDeviation
    let ends = [moments.first, moments.last].prefix(moments.count).map {
      ScoredVisit(week: ($0.time - moments.first.time) * weeksPerUnit, score: $0.score)
    }
    let judged = criteria.map { ClinicalChange(ends, $0) }
    percentageChange = judged?.percentageChange.value
    response = judged?.response.value
    remission = judged?.remission.value
    reliableChange = judged?.reliableChange.value
  }
}

/// A least-squares line with its test, or the reason why there is none.
private struct FittedLine {
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

  init(_ moments: TrendMoments, weeksPerUnit: Double, critical: CriticalValues) {
    guard moments.count > 1 else {
      status = .oneVisit
      return
    }
    guard moments.timeSquares > 0 else {
      status = .noTimeSpread
      return
    }
    let perUnit = moments.products / moments.timeSquares
    slope = perUnit / weeksPerUnit
    guard moments.scoreSquares > 0 else {
      status = .constantScores
      return
    }
    guard moments.count > 2 else {
      status = .twoVisits
      return
    }
    let explained = min(perUnit * moments.products, moments.scoreSquares)
    let residual = moments.scoreSquares - explained
    rSquared = explained / moments.scoreSquares
    // Below the rounding of the sums the line is exact: its error is not known to be small, it is unknown.
    guard residual > 1e-14 * moments.scoreSquares else {
      status = .exactLine
      return
    }
    status = .fitted
    let df = Double(moments.count - 2)
    let sigma = (residual / df).squareRoot()
    let error = sigma / moments.timeSquares.squareRoot() / weeksPerUnit
    let t = StudentT(degreesOfFreedom: df)
    let margin = critical[moments.count] * error
    let value = perUnit / weeksPerUnit
    residualStandardDeviation = sigma
    standardError = error
    degreesOfFreedom = df
    statistic = value / error
    pValue = t.twoSidedPValue(statistic: value / error)
    lower = value - margin
    upper = value + margin
  }
}

/// Critical values of t for people with given numbers of visits.
///
/// People share few numbers of visits, and a quantile costs more than the rest of a person's fit: each
/// is computed once.
struct CriticalValues: Sendable {
  private let byVisits: [Int: Double]

  init(visits: Set<Int>, level: Double) {
    byVisits = Dictionary(
      uniqueKeysWithValues: visits.filter { $0 > 2 }.map {
        ($0, StudentT(degreesOfFreedom: Double($0 - 2)).criticalValue(confidenceLevel: level))
      })
  }

  subscript(visits: Int) -> Double { byVisits[visits] ?? .nan }
}
