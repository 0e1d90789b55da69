import CohortTables
import Estimation
import LinearAlgebra

/// The course of scores after a start of a given severity, by a mixed model of the visits after the first.
///
/// The mean is linear in the first score, with a constant and a slope that follow time in straight pieces between knots at
/// quartiles of the visits' weeks; people vary about it by a line of their own, and visits about that:
/// ```
/// score = a(week) + c(week) (first - mean first) + u + v week + e
/// ```
/// A new person's score has that mean and the variance `x'Mx + z'Dz + sigma^2`, with M the covariance of the estimated
/// coefficients and D that of people's lines. How far a score may be on the worse side is the quantile of the standardised
/// deviations of the people the model was fitted to, not the normal distribution's: scores near the end of a scale are skewed.
struct CourseModel: Sendable {
  private let knots: [Double]
  private let lastWeek: Double
  private let starts: ClosedRange<Double>
  private let centre: Double
  /// The coefficients that could be estimated, and their places in the row of the design.
  private let beta: [Double]
  private let kept: [Int]
  private let covariance: Matrix
  private let people: (constant: Double, mixed: Double, slope: Double)
  private let residual: Double
  private let sign: Double
  private var quantile = 0.0

  /// Fits the model.
  ///
  /// - Parameters:
  ///   - visits: Visits after the first.
  ///   - level: The share of scores that is on track.
  ///   - direction: Which way the score runs.
  ///   - executor: What the fit runs on.
  /// - Throws: `OutcomesError` where too few people come back, and what the mixed model throws.
  init(_ visits: FollowUps, level: Double, direction: ScoreDirection, executor: some FoldExecutor) throws {
    guard visits.having[1] >= 10 else {
      throw OutcomesError(
        "an expected course takes at least 10 people with two visits after the first; there are \(visits.having[1])"
      )
    }
    let weeks = SortedValues(visits.weeks)
    let (earliest, latest) = (weeks.quantile(0), weeks.quantile(1))
    knots = [0.25, 0.5, 0.75].map(weeks.quantile).reduce(into: [Double]()) { knots, knot in
      if knot > (knots.last ?? earliest), knot < latest { knots.append(knot) }
    }
    lastWeek = latest
    centre = visits.starts.reduce(0, +) / Double(visits.starts.count)
    let severity = SortedValues(visits.starts)
    starts = severity.quantile(0)...severity.quantile(1)
    sign = direction.sign
    let fit = try Self.fit(visits, knots: knots, centre: centre, executor)
    kept = fit.coefficients.indices.filter { fit.coefficients[$0].estimate != nil }
    beta = fit.coefficients.compactMap(\.estimate)
    covariance = fit.modelCovariance
    let parts = fit.varianceComponents
    people =
      parts.count > 2 ? (parts[0].value, parts[2].value, parts[1].value) : (parts[0].value, 0, 0)
    residual = fit.sigma * fit.sigma
    quantile = SortedValues(
      visits.weeks.indices.map { visit in
        let (mean, deviation) = moments(week: visits.weeks[visit], start: visits.baselines[visit])
        return sign * (visits.scores[visit] - mean) / deviation
      }
    ).quantile(level)
  }

  /// The band of a visit; nil later than any visit that the model was fitted to, or for a start that none of them had.
  func band(week: Double, baseline: Double) -> RecoveryBand? {
    guard week <= lastWeek, week >= 0, starts.contains(baseline) else { return nil }
    let (mean, deviation) = moments(week: week, start: baseline)
    return RecoveryBand(expected: mean, limit: mean + sign * quantile * deviation)
  }

  /// The first scores and weeks that bands are given for.
  var range: (starts: ClosedRange<Double>, lastWeek: Double) { (starts, lastWeek) }

  private static func fit(
    _ visits: FollowUps, knots: [Double], centre: Double, _ executor: some FoldExecutor
  ) throws -> MixedFit {
    let width = 2 * (knots.count + 2) - 1
    var columns = [[Double]](repeating: [], count: width)
    for column in columns.indices { columns[column].reserveCapacity(visits.weeks.count) }
    for visit in visits.weeks.indices {
      let row = Self.row(week: visits.weeks[visit], start: visits.baselines[visit] - centre, knots: knots)
      for column in columns.indices { columns[column].append(row[column + 1]) }
    }
    let names = (1...width).map { "x\($0)" }
    let table = try Table(
      columns: [
        .numeric("score", visits.scores), .numeric("week", visits.weeks),
        Column(
          name: "person",
          values: .category(
            CategoryValues(codes: visits.people, levels: visits.starts.indices.map { "p\($0)" }))),
      ] + zip(names, columns).map { Column.numeric($0, $1) }, name: "visits after the first")
    // A line of their own takes three visits of a person; otherwise people differ by a constant.
    let random = visits.having[2] >= 10 ? "(week | person)" : "(1 | person)"
    return try LinearMixedModel("score ~ \(names.joined(separator: " + ")) + \(random)").fit(
      table, executor: executor)
  }

  private static func row(week: Double, start: Double, knots: [Double]) -> [Double] {
    let time = [1, week] + knots.map { max(week - $0, 0) }
    return time + time.map { $0 * start }
  }

  /// The mean and the standard deviation of a new person's score.
  private func moments(week: Double, start: Double) -> (mean: Double, deviation: Double) {
    let row = Self.row(week: week, start: start - centre, knots: knots)
    var (mean, uncertainty) = (0.0, 0.0)
    for (i, place) in kept.enumerated() {
      mean += row[place] * beta[i]
      for (j, other) in kept.enumerated() { uncertainty += row[place] * row[other] * covariance[i, j] }
    }
    let variance =
      uncertainty + people.constant + 2 * week * people.mixed + week * week * people.slope + residual
    return (mean, variance.squareRoot())
  }
}
