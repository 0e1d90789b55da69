internal import Distributions
internal import LinearAlgebra

/// Score tests of coefficients that change with time: `beta(t) = beta + theta g(t)`, theta = 0.
///
/// ## References
/// Grambsch and Therneau (1994), Biometrika 81:515-526; Therneau and Grambsch (2000), section 6.2; the score test itself, not its
/// approximation, as R's `cox.zph` from survival 3.0 on.
public struct ProportionalHazardsTest: Sendable, Equatable {
  /// The function g of time.
  public enum Transform: String, Sendable, CaseIterable, Codable {
    /// One less the Kaplan-Meier survival just before: each event counts about the same.
    case kaplanMeier = "km"
    /// Time itself.
    case identity
    /// The logarithm of time.
    case log
    /// The rank of the time among all times, ties averaged.
    case rank
  }

  /// The test of one term, or of all.
  public struct Test: Sendable, Equatable {
    /// The term; nil for all at once.
    public let term: String?
    /// The chi-squared statistic.
    public let statistic: Double
    /// Degrees of freedom.
    public let df: Int
    /// The upper tail probability.
    public let pValue: Double
  }

  /// The function of time.
  public let transform: Transform
  /// A test for each term in formula order, then the global one.
  public let tests: [Test]

  /// What a reader must know: the terms whose hazard ratio changes with time, and what can be done.
  public var diagnostics: [Diagnostic] {
    let changing = tests.filter { $0.term != nil && $0.pValue < 0.05 }
    guard !changing.isEmpty else { return [] }
    let names = changing.compactMap(\.term)
    return [
      Diagnostic(
        .nonProportionalHazards, .caution, terms: names,
        "the hazard ratio of \(names.joined(separator: ", ")) changes with time (p < 0.05 by the score test with time transformed "
          + "by \(transform.rawValue)): the coefficient is an average over the events; split time (--split) and let it differ "
          + "between periods, stratify by it, or compare risks at a horizon or restricted means")
    ]
  }
}

extension CoxFit {
  /// Tests whether hazards are proportional, term by term and all at once.
  ///
  /// Score and information of theta are those of beta with the events of each time counted `g(t)` and `g(t)^2` times.
  ///
  /// - Throws: `EstimationError` for discrete ties, for coefficients without finite estimates, and for the logarithm of an
  ///   event time of 0.
  /// - Complexity: O(rows x columns^2).
  public func proportionalHazardsTest(
    _ transform: ProportionalHazardsTest.Transform = .kaplanMeier,
    executor: some FoldExecutor = SerialExecutor()
  ) throws -> ProportionalHazardsTest {
    guard !coefficients.contains(where: { $0.estimate == nil && !$0.isAliased }) else {
      throw EstimationError(
        .notEstimable,
        "proportional hazards are not tested where a coefficient has no finite estimate: leave the term out first"
      )
    }
    let likelihood = try likelihood(executor)
    let times = try transformedTimes(transform, likelihood.rows)
    let plain = likelihood.derivatives(executor)
    let once = likelihood.derivatives(times: times, executor)
    let twice = likelihood.derivatives(times: times.map { $0 * $0 }, executor)
    let score = plain.score + once.score
    let count = beta.count
    func test(_ term: String?, _ columns: [Int]) throws -> ProportionalHazardsTest.Test {
      let chosen = Array(0..<count) + columns.map { $0 + count }
      var information = Matrix(rowCount: chosen.count, columnCount: chosen.count)
      for (i, a) in chosen.enumerated() {
        for (j, b) in chosen.enumerated() {
          let (row, column) = (a % count, b % count)
          information[i, j] =
            a < count && b < count
            ? plain.information[row, column]
            : a >= count && b >= count ? twice.information[row, column] : once.information[row, column]
        }
      }
      let own = chosen.map { score[$0] }
      guard let factor = try? CholeskyFactor(information) else {
        throw EstimationError(
          .notEstimable,
          "proportional hazards cannot be tested: there are too few distinct event times for a trend in \(columns.count) "
            + "coefficient\(columns.count == 1 ? "" : "s")")
      }
      let statistic = dotProduct(own, factor.solve(own))
      return ProportionalHazardsTest.Test(
        term: term, statistic: statistic, df: columns.count,
        pValue: ChiSquared(degreesOfFreedom: Double(columns.count)).upperTail(max(statistic, 0)))
    }
    let places = Dictionary(uniqueKeysWithValues: estimated.enumerated().map { ($1, $0) })
    var tests: [ProportionalHazardsTest.Test] = []
    for (term, columns) in zip(formula.terms, plan.terms.map(\.columns)) {
      let own = columns.compactMap { places[$0] }
      if !own.isEmpty { tests.append(try test(term.label, own)) }
    }
    tests.append(try test(nil, Array(0..<count)))
    return ProportionalHazardsTest(transform: transform, tests: tests)
  }

  /// `g(t)` of each key, less its mean over the events.
  private func transformedTimes(
    _ transform: ProportionalHazardsTest.Transform, _ rows: RiskRows
  ) throws -> [Double] {
    let raw: [Double]
    switch transform {
    case .identity: raw = rows.times
    case .log:
      raw = try rows.times.enumerated().map { key, time in
        guard time > 0 || rows.eventCounts[key] == 0 else {
          throw EstimationError(
            .unsupported,
            "an event at time \(Expression.text(of: time)) has no logarithm: test another transform")
        }
        return time > 0 ? logarithm(time) : 0
      }
    case .rank, .kaplanMeier: raw = TimeScale(rows, isRank: transform == .rank).values
    }
    var (sum, count) = (0.0, 0.0)
    for key in raw.indices {
      sum += raw[key] * Double(rows.eventCounts[key])
      count += Double(rows.eventCounts[key])
    }
    let mean = sum / count
    return raw.map { $0 - mean }
  }
}

/// Ranks of the times, or one less the Kaplan-Meier survival just before them, over all strata together.
private struct TimeScale {
  let values: [Double]

  init(_ rows: RiskRows, isRank: Bool) {
    let order = RadixOrder(rows.times).order
    var values = [Double](repeating: 0, count: rows.keyCount)
    // Over all strata, unlike the risk sets: entries count from their own time.
    let entryTimes = rows.entryTimes ?? []
    let entryOrder = RadixOrder(entryTimes).order
    var entered = 0
    var (survival, gone) = (1.0, 0.0)
    var start = 0
    while start < order.count {
      let time = rows.times[Int(order[start])]
      var end = start
      var (leaving, events) = (0.0, 0.0)
      while end < order.count, rows.times[Int(order[end])] == time {
        leaving += Double(rows.rows(ofKey: Int(order[end])).count)
        events += Double(rows.eventCounts[Int(order[end])])
        end += 1
      }
      for place in start..<end {
        values[Int(order[place])] = isRank ? gone + (leaving + 1) / 2 : 1 - survival
      }
      gone += leaving
      while entered < entryOrder.count, entryTimes[Int(entryOrder[entered])] < time { entered += 1 }
      let present = entryTimes.isEmpty ? rows.rowCount : entered
      if events > 0 { survival *= 1 - events / (Double(present) - (gone - leaving)) }
      start = end
    }
    self.values = values
  }
}
