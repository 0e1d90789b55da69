import LinearAlgebra

/// How events at the same time enter the partial likelihood.
public enum TieMethod: String, Sendable, CaseIterable, Codable {
  /// Efron's: each of d tied events sees the risk set less a share of the others. R's default.
  case efron
  /// Breslow's: each tied event sees the whole risk set. SAS's default.
  case breslow

  /// The author's name.
  public var name: String { self == .efron ? "Efron" : "Breslow" }
}

/// Sums by time of what leaves the risk set, at given coefficients.
///
/// For each key: `sum w r`, over events `sum w r` and `sum w`, and the same two with x; r is
/// `exp(eta - shift)`, where the shift is the largest eta at risk at the key (see
/// `CoxRows.largestAtRisk`): it cancels from the likelihood, and no risk set vanishes in rounding.
package struct RiskSetSums: Fold {
  let rows: CoxRows
  /// The linear predictor, less the shift of the row's own key.
  let predictor: [Double]

  package init(rows: CoxRows, predictor: [Double]) {
    self.rows = rows
    self.predictor = predictor
  }

  package struct State: Sendable {
    package var byTime: KeyedSums
    /// `sum w eta` over events.
    package var eventPredictor = 0.0
    /// `sum w x` over events.
    package var eventCovariates: [Double]
  }

  /// The numbers of a key: risk, event risk, event weight, then risk x, then event risk x.
  static func width(_ columns: Int) -> Int { 3 + 2 * columns }

  package var initialState: State {
    State(
      byTime: KeyedSums(width: Self.width(rows.columnCount)),
      eventCovariates: [Double](repeating: 0, count: rows.columnCount))
  }

  package func accumulate(_ block: Range<Int>, into state: inout State) {
    let columns = rows.columnCount
    for i in block {
      let weight = rows.survival.weights?[i] ?? 1
      let risk = weight * exponential(predictor[i])
      let isEvent = rows.survival.events[i] == 1
      state.byTime.update(Int(rows.survival.keys[i])) { values, start in
        values[start] += risk
        for j in 0..<columns { values[start + 3 + j] += risk * rows.covariates[i, j] }
        guard isEvent else { return }
        values[start + 1] += risk
        values[start + 2] += weight
        for j in 0..<columns { values[start + 3 + columns + j] += risk * rows.covariates[i, j] }
      }
      if isEvent {
        state.eventPredictor += weight * predictor[i]
        for j in 0..<columns { state.eventCovariates[j] += weight * rows.covariates[i, j] }
      }
    }
  }

  package func merge(_ later: consuming State, into earlier: inout State) {
    earlier.byTime.add(later.byTime)
    earlier.eventPredictor += later.eventPredictor
    for j in earlier.eventCovariates.indices { earlier.eventCovariates[j] += later.eventCovariates[j] }
  }

  package func finalize(_ state: consuming State) -> State { state }
}

/// The log partial likelihood and its gradient, and what the information needs of the rows.
struct PartialLikelihood: Sendable {
  var logLikelihood: Double
  var score: [Double]
  /// `sum over events of m m'`, m the mean covariate of the risk set as Efron sees it.
  var meanProducts: Matrix
  /// For each key, the cumulative `sum 1 / S0` up to it, in units of the key's shift: what each row at
  /// risk contributes with.
  var hazard: [Double]
  /// For each key, what Efron takes off the rows that have the event there.
  var eventReduction: [Double]

  /// Goes through each stratum from the last time to the first, as the risk set grows.
  ///
  /// Sums over later times are brought to the units of an earlier one, whose shift is never smaller;
  /// the hazard goes the other way. Either factor is at most 1.
  init(_ sums: RiskSetSums.State, rows: SurvivalRows, shifts: [Double], columns: Int, ties: TieMethod) {
    logLikelihood = sums.eventPredictor
    score = sums.eventCovariates
    meanProducts = Matrix(rowCount: columns, columnCount: columns)
    hazard = [Double](repeating: 0, count: rows.keyCount)
    eventReduction = hazard
    for stratum in rows.strata.indices {
      let keys = stratum * rows.times.count..<(stratum + 1) * rows.times.count
      var risk = 0.0
      var riskCovariates = [Double](repeating: 0, count: columns)
      // Keys after the stratum's last time have nobody at risk, and no shift.
      for key in keys.reversed() where shifts[key] > -.infinity {
        let fading = risk > 0 ? exponential(shifts[key + 1] - shifts[key]) : 0
        risk = risk * fading + sums.byTime.value(key, 0)
        for j in 0..<columns {
          riskCovariates[j] = riskCovariates[j] * fading + sums.byTime.value(key, 3 + j)
        }
        addEvents(at: key, sums.byTime, risk, riskCovariates, ties)
      }
      for key in keys.dropFirst() where shifts[key] > -.infinity {
        hazard[key] += hazard[key - 1] * exponential(shifts[key] - shifts[key - 1])
      }
    }
  }

  private mutating func addEvents(
    at key: Int, _ sums: KeyedSums, _ risk: Double, _ riskCovariates: [Double], _ ties: TieMethod
  ) {
    let events = sums.value(key, 2)
    guard events > 0 else { return }
    let columns = score.count
    var mean = [Double](repeating: 0, count: columns)
    // Breslow's events see the same risk set: one step for all of them.
    let (steps, copies) = ties == .efron ? (Int(events), 1.0) : (1, events)
    for l in 0..<steps {
      let share = Double(l) / events
      let denominator = risk - share * sums.value(key, 1)
      logLikelihood -= copies * logarithm(denominator)
      hazard[key] += copies / denominator
      eventReduction[key] += share / denominator
      for j in 0..<columns {
        mean[j] = (riskCovariates[j] - share * sums.value(key, 3 + columns + j)) / denominator
        score[j] -= copies * mean[j]
      }
      for j in 0..<columns {
        for k in 0..<columns { meanProducts[j, k] += copies * mean[j] * mean[k] }
      }
    }
  }
}

/// The first part of the information: one weighted cross-product over all rows.
///
/// A row with risk r is in the risk set of every event up to its own time, so that
/// `sum over events of S2 / S0 = sum over rows of r H(T) x x'`, H the cumulative `sum 1 / S0`.
struct InformationSum: Fold {
  let rows: CoxRows
  let predictor: [Double]
  let likelihood: PartialLikelihood

  var initialState: Matrix { Matrix(rowCount: rows.columnCount, columnCount: rows.columnCount) }

  func accumulate(_ block: Range<Int>, into state: inout Matrix) {
    let weights = block.map { i -> Double in
      let key = Int(rows.survival.keys[i])
      let reduction = rows.survival.events[i] == 1 ? likelihood.eventReduction[key] : 0
      return (rows.survival.weights?[i] ?? 1) * exponential(predictor[i])
        * (likelihood.hazard[key] - reduction)
    }
    state += rows.covariates.selecting(rows: Array(block)).crossProduct(weights: weights)
  }

  func merge(_ later: consuming Matrix, into earlier: inout Matrix) { earlier += later }

  func finalize(_ state: consuming Matrix) -> Matrix { state - likelihood.meanProducts }
}
