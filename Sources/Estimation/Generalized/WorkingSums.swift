internal import CRowKernels
package import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// One pass of Fisher scoring: information, score and deviance at given coefficients.
///
/// ```
/// I = X'WX,   U = X'r,   W = w (dmu/deta)^2 / V(mu),   r = w (y - mu) (dmu/deta) / V(mu)
/// ```
/// Without coefficients the sums are those of R's first iteration: `mu` near the response, and for U the
/// right-hand side `X'W z` of the working response less the offset.
///
/// ## References
/// McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed., section 2.5.
package struct WorkingSums: Fold {
  let family: FittedFamily
  /// The coefficients of the blocks' columns; nil for the start.
  let beta: [Double]?
  let columnCount: Int

  package struct State: Sendable, Equatable {
    package var information: Matrix
    package var score: [Double]
    package var deviance = 0.0
    /// `sum w (y - mu)^2 / V(mu)`.
    package var pearson = 0.0
    /// The largest distance of a predictor from 0, which tells when probabilities reach 0 or 1.
    package var farthest = 0.0
    package var weight = 0.0
  }

  init(family: FittedFamily, beta: [Double]?, columnCount: Int) {
    self.family = family
    self.beta = beta
    self.columnCount = columnCount
  }

  /// The sums of a family at some coefficients.
  package init(_ family: ResponseFamily, _ link: Link, beta: [Double]) {
    self.init(family: FittedFamily(family, link), beta: beta, columnCount: beta.count)
  }

  package var initialState: State {
    State(
      information: Matrix(rowCount: columnCount, columnCount: columnCount),
      score: [Double](repeating: 0, count: columnCount))
  }

  package func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    var work = WorkingRows(count: block.rowCount)
    if let beta {
      work.evaluate(block, eta: block.predictor(beta), family)
    } else {
      work.start(block, family)
    }
    state.information = state.information + block.design.crossProduct(weights: work.weights)
    let score = block.design.transposeTimes(work.residuals)
    for j in score.indices { state.score[j] += score[j] }
    state.deviance += work.deviance
    state.pearson += work.pearson
    state.farthest = max(state.farthest, work.farthest)
    state.weight += block.weights?.reduce(0, +) ?? Double(block.rowCount)
  }

  package func merge(_ later: consuming State, into earlier: inout State) {
    earlier.information = earlier.information + later.information
    for j in earlier.score.indices { earlier.score[j] += later.score[j] }
    earlier.deviance += later.deviance
    earlier.pearson += later.pearson
    earlier.farthest = max(earlier.farthest, later.farthest)
    earlier.weight += later.weight
  }

  package func finalize(_ state: consuming State) -> State { state }
}

/// The rows of a block at given predictors: working weights, residuals and the deviance.
struct WorkingRows {
  var weights: [Double]
  var residuals: [Double]
  var deviance = 0.0
  var pearson = 0.0
  var farthest = 0.0

  init(count: Int) {
    weights = []
    residuals = []
    rowCount = count
  }

  private let rowCount: Int

  private mutating func makeRoom() {
    weights = [Double](repeating: 0, count: rowCount)
    residuals = weights
  }

  mutating func evaluate(_ block: GeneralizedBlock, eta: [Double], _ family: FittedFamily) {
    let prior = block.weights
    if family.family == .binomial, family.link == .logit, prior == nil, block.isBinary {
      return evaluateBinaryLogit(block.response, eta)
    }
    if family.family == .poisson, family.link == .log, prior == nil, evaluatePoisson(block.response, eta) {
      return
    }
    makeRoom()
    for i in eta.indices {
      let weight = prior?[i] ?? 1
      let point = family.evaluate(block.response[i], eta[i])
      weights[i] = weight * point.information
      residuals[i] = weight * point.score
      deviance += weight * point.deviance
      if point.information > 0 { pearson += weight * point.score * point.score / point.information }
      farthest = max(farthest, abs(eta[i]))
    }
    // A predictor without a mean leaves NaN behind: such coefficients are outside as well.
    if deviance.isNaN { deviance = .infinity }
  }

  /// Responses 0 and 1 of unit weight.
  private mutating func evaluateBinaryLogit(_ response: [Double], _ eta: [Double]) {
    makeRoom()
    var sums = tandem_logistic_sums()
    // SAFETY: all four arrays have as many elements as there are rows.
    unsafe tandem_logistic_rows(
      RowKernels.level, response.count, response, eta, &weights, &residuals, &sums)
    deviance = 2 * sums.half_deviance
    pearson = sums.pearson
    farthest = sums.farthest
    // A predictor that is not a number has neither side.
    if sums.half_deviance.isNaN { deviance = .infinity }
  }

  /// Counts of unit weight; false, and nothing done, where a predictor is too far from 0.
  private mutating func evaluatePoisson(_ response: [Double], _ eta: [Double]) -> Bool {
    makeRoom()
    var sums = tandem_poisson_sums()
    // SAFETY: all four arrays have as many elements as there are rows.
    unsafe tandem_poisson_rows(
      RowKernels.level, response.count, response, eta, &weights, &residuals, &sums)
    // A predictor that is not a number is not the farthest, but has no deviance.
    guard sums.farthest <= 700, sums.half_deviance.isFinite else { return false }
    deviance = 2 * sums.half_deviance
    pearson = sums.pearson
    farthest = sums.farthest
    return true
  }

  mutating func start(_ block: GeneralizedBlock, _ family: FittedFamily) {
    let prior = block.weights
    makeRoom()
    deviance = .infinity
    if prior == nil, block.isBinary { return startBinary(block, family) }
    var known = RepeatedCounts<(eta: Double, point: FamilyPoint)>()
    for i in block.response.indices {
      let weight = prior?[i] ?? 1
      let y = block.response[i]
      let trials = prior == nil ? 1 : weight
      func start() -> (eta: Double, point: FamilyPoint) {
        let eta = family.link.predictor(ofMean: family.startingMean(y, weight: trials))
        return (eta, family.evaluate(y, eta))
      }
      let (eta, point) = prior == nil ? known.value(of: y, start) : start()
      weights[i] = weight * point.information
      let working = eta - (block.offset?[i] ?? 0)
      residuals[i] = weight * (point.information * working + point.score)
    }
  }

  /// Of responses 0 and 1 there are two predictors to start from.
  private mutating func startBinary(_ block: GeneralizedBlock, _ family: FittedFamily) {
    let etas = [0.0, 1].map { family.link.predictor(ofMean: family.startingMean($0, weight: 1)) }
    let points = [family.evaluate(0, etas[0]), family.evaluate(1, etas[1])]
    for i in block.response.indices {
      let side = block.response[i] == 1 ? 1 : 0
      let working = etas[side] - (block.offset?[i] ?? 0)
      weights[i] = points[side].information
      residuals[i] = points[side].information * working + points[side].score
    }
  }
}
