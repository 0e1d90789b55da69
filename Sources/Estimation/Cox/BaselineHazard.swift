internal import Distributions
internal import LinearAlgebra

/// The cumulative hazard of a person with mean covariates, by stratum, and what its error needs.
///
/// With increments `dH` (Efron's or Breslow's), a person whose covariates differ from the means by d has the cumulative
/// hazard `exp(d'beta) H(t)` with variance
/// ```
/// exp(2 d'beta) [ sum dH / S0 + (A - H d)' V (A - H d) ],   A = sum m dH
/// ```
/// m the risk sets' mean covariates, less the overall means. V is the covariance of the estimates, robust where theirs is.
///
/// ## References
/// Tsiatis (1981), Ann. Statist. 9:93-108; Link (1984), Biometrics 40:601-610; Therneau and Grambsch (2000), section 10.2.
struct BaselineHazard: Sendable {
  struct Stratum: Sendable {
    let name: String
    var times: [Double] = []
    var atRisk: [Double] = []
    var events: [Double] = []
    var censored: [Double] = []
    var entered: [Double] = []
    var hazard: [Double] = []
    var variance: [Double] = []
    /// Times x columns.
    var means: [[Double]] = []
  }

  let strata: [Stratum]

  init(_ likelihood: PartialLikelihood, _ executor: some FoldExecutor) {
    let rows = likelihood.rows
    let hazards = CumulativeHazards(likelihood, nil, executor)
    let means = CumulativeMeans(likelihood, executor)
    var strata: [Stratum] = []
    var event = 0
    var variance = 0.0
    for (leaf, own) in rows.leaves.enumerated() {
      event = 0
      let unit = exponential(-own.unit)
      for (place, key) in own.keys.enumerated() {
        if rows.isStratumStart(key) {
          strata.append(Stratum(name: rows.strata[strata.count]))
          variance = 0
        }
        func total(_ range: Range<Int>) -> Double {
          rows.weights.map { all in range.reduce(0.0) { $0 + all[$1] } } ?? Double(range.count)
        }
        let (all, events) = (total(rows.rows(ofKey: key)), total(rows.events(ofKey: key)))
        if rows.eventCounts[key] > 0 {
          variance += likelihood.events[leaf][event].squares * unit * unit
          event += 1
        }
        let entered = rows.entries.map { entries in
          entries.entries(ofKey: key).reduce(0.0) { $0 + (rows.weights?[Int(entries.rows[$1])] ?? 1) }
        }
        let last = strata.count - 1
        strata[last].times.append(rows.times[key])
        strata[last].events.append(events)
        strata[last].censored.append(all - events)
        strata[last].entered.append(entered ?? 0)
        strata[last].hazard.append(hazards.byLeaf[leaf][place] * unit)
        strata[last].variance.append(variance)
        strata[last].means.append((0..<rows.columnCount).map { means.cumulative[leaf][place, $0] * unit })
      }
    }
    for index in strata.indices {
      var atRisk = 0.0
      strata[index].atRisk = strata[index].times.indices.reversed().map { key in
        atRisk += strata[index].events[key] + strata[index].censored[key] - strata[index].entered[key]
        return atRisk
      }.reversed()
    }
    self.strata = strata
  }
}

/// The survival that a proportional-hazards model predicts for given covariates.
public struct PredictedCurve: Sendable, Equatable {
  /// A time of the stratum's data.
  public struct Point: Sendable, Equatable {
    /// The time.
    public let time: Double
    /// How many of the stratum are at risk.
    public let atRisk: Double
    /// How many have the event.
    public let events: Double
    /// How many are censored.
    public let censored: Double
    /// The survival, `exp(-cumulative hazard)`.
    public let survival: Double
    /// The cumulative hazard.
    public let cumulativeHazard: Double
    /// The standard error of the cumulative hazard; that of the survival is this times the survival.
    public let standardError: Double
    /// Lower limit of the survival, on the log scale.
    public let lower: Double
    /// Upper limit.
    public let upper: Double
  }

  /// The stratum; empty without `strata( )`.
  public let stratum: String
  /// The columns that were set.
  public let covariates: [GridCoordinate]
  /// The steps, ascending in time.
  public let points: [Point]

  /// The risk of the event up to a horizon.
  public struct Risk: Sendable, Equatable {
    /// One less the survival.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double
    /// Lower limit.
    public let lower: Double
    /// Upper limit.
    public let upper: Double
  }

  /// The risk of the event up to a horizon; nil beyond the last time, where nothing is known.
  public func risk(at horizon: Double) -> Risk? {
    guard let last = points.last, horizon <= last.time else { return nil }
    guard let point = points.last(where: { $0.time <= horizon }) else {
      return Risk(estimate: 0, standardError: 0, lower: 0, upper: 0)
    }
    return Risk(
      estimate: 1 - point.survival, standardError: point.standardError * point.survival,
      lower: 1 - point.upper,
      upper: 1 - point.lower)
  }
}

extension CoxFit {
  /// Predicted survival curves at given covariates, one for each stratum; columns not named are held at their means, factors
  /// at their reference levels.
  ///
  /// - Parameters:
  ///   - values: Columns and the values at which they are held.
  ///   - executor: Runs the sums.
  /// - Returns: For each combination of values, a curve for each stratum.
  /// - Throws: `EstimationError` for columns that are not in the model, and for discrete ties.
  /// - Complexity: O(rows x columns) once, O(times x columns^2) a curve.
  public func survivalCurves(
    at values: [String: [GridValue]] = [:], executor: some FoldExecutor = SerialExecutor()
  ) throws -> [PredictedCurve] {
    let likelihood = try likelihood(executor)
    let baseline = BaselineHazard(likelihood, executor)
    let grid = try CovariatePoints(self, values)
    let critical = NormalDistribution().criticalValue(confidenceLevel: options.confidenceLevel)
    return grid.points.flatMap { point in
      baseline.strata.map { stratum in
        PredictedCurve(
          stratum: stratum.name, covariates: point.coordinates,
          points: stratum.times.indices.map { index in
            let prediction = HazardPrediction(
              stratum, index, difference: point.difference, relative: exponential(point.predictor), covariance
            )
            let (hazard, error) = (prediction.hazard, prediction.variance.squareRoot())
            return PredictedCurve.Point(
              time: stratum.times[index], atRisk: stratum.atRisk[index], events: stratum.events[index],
              censored: stratum.censored[index], survival: exponential(-hazard), cumulativeHazard: hazard,
              standardError: error, lower: exponential(-hazard - critical * error),
              upper: min(1, exponential(-hazard + critical * error)))
          })
      }
    }
  }
}

/// The cumulative hazard of one person at one time.
struct HazardPrediction: Sendable {
  let hazard: Double
  let variance: Double

  init(
    _ stratum: BaselineHazard.Stratum, _ index: Int, difference: [Double], relative: Double,
    _ covariance: Matrix
  ) {
    let base = stratum.hazard[index]
    hazard = relative * base
    let direction = difference.indices.map { stratum.means[index][$0] - base * difference[$0] }
    variance = relative * relative * (stratum.variance[index] + covariance.quadraticForm(direction))
  }
}

/// Points of covariates, told from the means of the model's rows.
struct CovariatePoints: Sendable {
  struct Point: Sendable {
    let coordinates: [GridCoordinate]
    /// The estimated columns less their means.
    let difference: [Double]
    /// Their linear predictor.
    let predictor: Double
  }

  let points: [Point]

  init(_ fit: CoxFit, _ values: [String: [GridValue]]) throws {
    try self.init(fit, values, middles: fit.riskRows.means, beta: fit.beta)
  }

  /// Points of a model whose columns are told from some middles.
  init(_ fit: some FittedModel, _ values: [String: [GridValue]], middles: [Double], beta: [Double]) throws {
    var held = values
    for variable in fit.formula.variables {
      for column in variable.columns where held[column] == nil {
        if let level = fit.plan.levels(of: column)?.first { held[column] = [.level(level)] }
      }
    }
    let grid = try ReferenceGrid(fit, at: held)
    let assignments = try grid.combinations(of: Array(grid.axes.indices))
    let (rows, offsets) = try GridRows(grid).rows(assignments)
    points = assignments.indices.map { index in
      let coordinates = grid.axes.indices.compactMap { axis -> GridCoordinate? in
        guard values[grid.axes[axis].column] != nil, let place = assignments[index][axis] else { return nil }
        return GridCoordinate(column: grid.axes[axis].column, value: grid.axes[axis].values[place])
      }
      let difference = fit.estimated.enumerated().map { rows[index, $1] - middles[$0] }
      return Point(
        coordinates: coordinates, difference: difference,
        predictor: dotProduct(difference, beta) + offsets[index])
    }
  }
}
