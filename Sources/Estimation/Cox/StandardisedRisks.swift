public import CohortTables
internal import Distributions
internal import LinearAlgebra

/// Risks by a horizon as they would be if everybody were in one arm, the other covariates as they are (g-computation).
///
/// ```
/// R_a(t) = sum_i w_i [1 - exp(-H(t) exp(x_i(a)'beta))] / W
/// ```
/// Standard errors are the root of the sum of squared influences of rows (or clusters, people with several events): on the
/// coefficients, on the baseline hazard, and that covariates of other people would have been others. They do not need the
/// hazards to be proportional, only the model to be a useful description.
///
/// ## References
/// Makuch (1982), J. Chron. Dis. 35:437-443; Zhang, Loberiza, Klein and Zhang (2007), Comput. Methods Programs Biomed. 88:95-101; Sjolander
/// (2016), Eur. J. Epidemiol. 31:563-574.
public struct StandardisedRisks: Sendable, Equatable {
  /// The risk of one arm.
  public struct Risk: Sendable, Equatable {
    /// The arm.
    public let arm: String
    /// The risk.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double
    /// Lower limit, on the complementary log-log scale.
    public let lower: Double
    /// Upper limit.
    public let upper: Double
  }

  /// One arm compared with another.
  public struct Comparison: Sendable, Equatable {
    /// The arm compared.
    public let first: String
    /// The arm it is compared with.
    public let second: String
    /// The risk of the first less that of the second.
    public let difference: Double
    /// Its standard error.
    public let differenceError: Double
    /// Lower limit.
    public let differenceLower: Double
    /// Upper limit.
    public let differenceUpper: Double
    /// The risk of the first over that of the second; nil where the latter is 0.
    public let ratio: Double?
    /// Lower limit, symmetric on the log scale.
    public let ratioLower: Double?
    /// Upper limit.
    public let ratioUpper: Double?

    /// How many must be given the first arm for one event fewer; negative for one more.
    public var numberNeeded: Double? { difference == 0 ? nil : -1 / difference }
    /// The inverted limits of the difference, nearest to none needed first; nil where these hold 0.
    public var numberNeededLimits: (Double, Double)? {
      guard differenceLower * differenceUpper > 0 else { return nil }
      let ends = [-1 / differenceLower, -1 / differenceUpper]
      return (min(ends[0], ends[1]), max(ends[0], ends[1]))
    }
  }

  /// The horizon.
  public let horizon: Double
  /// The risk of each arm.
  public let risks: [Risk]
  /// Each later arm compared with each earlier one, and the other way round.
  public let comparisons: [Comparison]

  /// The risks and comparisons of some arms alone.
  public func keeping(_ arms: Set<String>) -> StandardisedRisks {
    StandardisedRisks(
      horizon: horizon, risks: risks.filter { arms.contains($0.arm) },
      comparisons: comparisons.filter { arms.contains($0.first) && arms.contains($0.second) })
  }

  /// One arm compared with another.
  public func comparison(of first: String, with second: String) -> Comparison? {
    comparisons.first { $0.first == first && $0.second == second }
  }
}

extension CoxFit {
  /// Risks by horizons as they would be if everybody were in one arm.
  ///
  /// - Parameters:
  ///   - column: A categorical column of the model.
  ///   - horizons: Times; those beyond the last observed time of a stratum are left out.
  ///   - table: The table of the fit.
  ///   - executor: Runs the sums.
  /// - Returns: The risks at each horizon.
  /// - Throws: `EstimationError` for a column that is not in the model, discrete ties, or coefficients without finite estimates.
  /// - Complexity: O(rows x columns x arms x horizons).
  public func standardisedRisks(
    of column: String, horizons: [Double], in table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [StandardisedRisks] {
    guard let levels = plan.levels(of: column) else {
      throw EstimationError(.unknownColumn, "'\(column)' is no categorical column of the model")
    }
    guard estimated.allSatisfy({ coefficients[$0].estimate != nil }) else {
      throw EstimationError(
        .notEstimable, "a coefficient has no finite estimate, so that risks have no standard error")
    }
    let influence = try RiskInfluence(self, executor)
    let predictors = try levels.map { level in
      let text = [String?](repeating: level, count: table.rowCount)
      let set = try table.removing(column).adding(.category(column, text))
      let design = try BoundDesign(plan, offsets: formula.offsets, in: set)
      var matrix = design.matrix(rows: riskRows.rows).selecting(columns: estimated)
      for j in 0..<matrix.columnCount {
        for i in 0..<matrix.rowCount { matrix[i, j] -= riskRows.means[j] }
      }
      var eta = matrix * beta
      if let offset = riskRows.offset { for i in eta.indices { eta[i] += offset[i] } }
      return (matrix, eta)
    }
    let critical = NormalDistribution().criticalValue(confidenceLevel: options.confidenceLevel)
    return horizons.filter(influence.isReached).map { horizon in
      let arms = predictors.map { influence.risk($0.0, $0.1, horizon) }
      return Self.compared(levels, arms, horizon, critical)
    }
  }

  private static func compared(
    _ levels: [String], _ arms: [(estimate: Double, influence: [Double])], _ horizon: Double,
    _ critical: Double
  ) -> StandardisedRisks {
    func root(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let risks = zip(levels, arms).map { level, arm in
      let error = root(arm.influence)
      // Of log(-log(1 - risk)).
      let hazard = -logarithm(1 - arm.estimate)
      let spread = hazard > 0 ? error / ((1 - arm.estimate) * hazard) : 0
      return StandardisedRisks.Risk(
        arm: level, estimate: arm.estimate, standardError: error,
        lower: 1 - exponential(-hazard * exponential(-critical * spread)),
        upper: 1 - exponential(-hazard * exponential(critical * spread)))
    }
    var comparisons: [StandardisedRisks.Comparison] = []
    for (i, a) in arms.enumerated() {
      for (j, b) in arms.enumerated() where i != j {
        let difference = a.estimate - b.estimate
        let error = root(zip(a.influence, b.influence).map { $0 - $1 })
        let isRatio = a.estimate > 0 && b.estimate > 0
        let logError =
          isRatio ? root(zip(a.influence, b.influence).map { $0 / a.estimate - $1 / b.estimate }) : 0
        let logRatio = isRatio ? logarithm(a.estimate / b.estimate) : 0
        comparisons.append(
          StandardisedRisks.Comparison(
            first: levels[i], second: levels[j], difference: difference, differenceError: error,
            differenceLower: difference - critical * error, differenceUpper: difference + critical * error,
            ratio: isRatio ? exponential(logRatio) : nil,
            ratioLower: isRatio ? exponential(logRatio - critical * logError) : nil,
            ratioUpper: isRatio ? exponential(logRatio + critical * logError) : nil))
      }
    }
    return StandardisedRisks(horizon: horizon, risks: risks, comparisons: comparisons)
  }
}

/// What each unit moves the baseline hazards, the coefficients and averages by.
private struct RiskInfluence {
  private let fit: CoxFit
  private let baseline: BaselineHazard
  /// Each sorted row's influence on the coefficients, weighted.
  private let coefficients: Matrix
  /// The risk of each sorted row, and its own key.
  private let relative: [Double]
  private let keys: [Int32]
  private let isEvent: [Bool]
  /// For each key with events, `hazard / weight` and Efron's share in the squares.
  private let ownHazard: [Double]
  private let ownSquares: [Double]
  /// The first key of each row's stratum, and its number.
  private let stratum: [Int32]
  private let units: [Int32]?
  private let unitCount: Int

  init(_ fit: CoxFit, _ executor: some FoldExecutor) throws {
    self.fit = fit
    let likelihood = try fit.likelihood(executor)
    let rows = likelihood.rows
    baseline = BaselineHazard(likelihood, executor)
    var scores = Matrix.stacking(ScoreResiduals(likelihood, executor).byLeaf)
    if let weights = rows.weights {
      for j in 0..<scores.columnCount { for i in weights.indices { scores[i, j] *= weights[i] } }
    }
    coefficients = scores * fit.modelCovariance
    relative = rows.predictor(fit.beta, executor).map { exponential($0) }
    var keys = [Int32](repeating: 0, count: rows.rowCount)
    var isEvent = [Bool](repeating: false, count: rows.rowCount)
    var stratum = keys
    var (ownHazard, ownSquares) = (
      [Double](repeating: 0, count: rows.keyCount), [Double](repeating: 0, count: rows.keyCount)
    )
    var own = 0
    for (leaf, cut) in rows.leaves.enumerated() {
      let unit = exponential(-cut.unit)
      var place = 0
      for key in cut.keys {
        while key >= rows.stratumStarts[own + 1] { own += 1 }
        for row in rows.rows(ofKey: key) {
          keys[row] = Int32(key)
          stratum[row] = Int32(own)
        }
        for row in rows.events(ofKey: key) { isEvent[row] = true }
        guard rows.eventCounts[key] > 0 else { continue }
        let step = likelihood.events[leaf][place]
        ownHazard[key] = step.mean * unit
        ownSquares[key] = step.mixed * unit * unit
        place += 1
      }
    }
    (self.keys, self.isEvent, self.stratum, self.ownHazard, self.ownSquares) = (
      keys, isEvent, stratum, ownHazard, ownSquares
    )
    units = fit.units?.codes
    unitCount = fit.units?.count ?? rows.rowCount
  }

  /// Whether every stratum was observed up to a horizon.
  func isReached(_ horizon: Double) -> Bool { baseline.strata.allSatisfy { ($0.times.last ?? 0) >= horizon } }

  /// The mean risk at given covariates, and each unit's influence on it.
  func risk(_ design: Matrix, _ predictor: [Double], _ horizon: Double) -> (
    estimate: Double, influence: [Double]
  ) {
    let rows = fit.riskRows
    let columns = fit.beta.count
    let places = baseline.strata.map { stratum in stratum.times.lastIndex { $0 <= horizon } }
    let hazards = zip(baseline.strata, places).map { stratum, place in place.map { stratum.hazard[$0] } ?? 0 }
    let weights = rows.weights
    let total = weights?.reduce(0, +) ?? Double(rows.rowCount)
    var estimate = 0.0
    var own = [Double](repeating: 0, count: rows.rowCount)
    var byHazard = [Double](repeating: 0, count: baseline.strata.count)
    var gradient = [Double](repeating: 0, count: columns)
    for i in own.indices {
      let weight = (weights?[i] ?? 1) / total
      let hazard = hazards[Int(stratum[i])] * exponential(predictor[i])
      let survival = exponential(-hazard)
      own[i] = 1 - survival
      estimate += weight * (1 - survival)
      byHazard[Int(stratum[i])] += weight * survival * exponential(predictor[i])
      for j in 0..<columns { gradient[j] += weight * survival * hazard * design[i, j] }
    }
    // The coefficients act through the risks and through the baseline.
    for (s, place) in places.enumerated() {
      guard let place else { continue }
      for j in 0..<columns { gradient[j] -= byHazard[s] * baseline.strata[s].means[place][j] }
    }
    var influence = [Double](repeating: 0, count: unitCount)
    for i in own.indices {
      let weight = weights?[i] ?? 1
      var value =
        weight * (own[i] - estimate) / total + weight * byHazard[Int(stratum[i])] * hazardPart(i, places)
      for j in 0..<columns { value += gradient[j] * coefficients[i, j] }
      if units == nil, rows.weightsAreCopies { value /= weight.squareRoot() }
      influence[units.map { Int($0[i]) } ?? i] += value
    }
    return (estimate, influence)
  }

  /// A row's `int dM / S` up to a horizon.
  private func hazardPart(_ i: Int, _ places: [Int?]) -> Double {
    let s = Int(stratum[i])
    guard let place = places[s] else { return 0 }
    let rows = fit.riskRows
    let (first, key) = (rows.stratumStarts[s], Int(keys[i]))
    let squares = baseline.strata[s].variance
    let last = min(key - first, place)
    let entry = rows.entries.map { Int($0.keys[i]) } ?? -1
    var passed = squares[last]
    if entry >= 0 {
      guard entry - first < last else { return 0 }
      passed -= squares[entry - first]
    }
    var value = 0.0
    if isEvent[i], key - first <= place {
      value += ownHazard[key]
      passed -= ownSquares[key]
    }
    return value - relative[i] * passed
  }
}
