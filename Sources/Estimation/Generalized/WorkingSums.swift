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
  ///
  /// The deviance `2 sum log(1 + exp(-|eta|))` is the logarithm of products of a few hundred terms
  /// between 1 and 2, which costs one logarithm for all of them.
  private mutating func evaluateBinaryLogit(_ response: [Double], _ eta: [Double]) {
    let (y, predictor) = (response.span, eta.span)
    var (weights, residuals) = (
      [Double](repeating: 0, count: eta.count), [Double](repeating: 0, count: eta.count)
    )
    var weight = weights.mutableSpan
    var residual = residuals.mutableSpan
    var (product, wrong, logs, squares, far) = (1.0, 0.0, 0.0, 0.0, 0.0)
    for i in 0..<y.count {
      let distance = abs(predictor[i])
      let small = exponential(-distance)
      let (more, less) = (1 / (1 + small), small / (1 + small))
      // The probability of the other response.
      let isRight = (predictor[i] >= 0) == (y[i] > 0.5)
      let miss = isRight ? less : more
      weight[i] = more * less
      residual[i] = y[i] > 0.5 ? miss : -miss
      squares += isRight ? small : 1 / small
      wrong += isRight ? 0 : distance
      product *= 1 + small
      far = max(far, distance)
      if i & 511 == 511 {
        logs += logarithm(product)
        product = 1
      }
    }
    self.weights = weights
    self.residuals = residuals
    deviance = 2 * (logs + logarithm(product) + wrong)
    pearson = squares
    farthest = far
  }

  mutating func start(_ block: GeneralizedBlock, _ family: FittedFamily) {
    let prior = block.weights
    makeRoom()
    deviance = .infinity
    for i in block.response.indices {
      let weight = prior?[i] ?? 1
      let y = block.response[i]
      let trials = prior == nil ? 1 : weight
      let eta = family.link.predictor(ofMean: family.startingMean(y, weight: trials))
      let point = family.evaluate(y, eta)
      weights[i] = weight * point.information
      let working = eta - (block.offset?[i] ?? 0)
      residuals[i] = weight * (point.information * working + point.score)
    }
  }
}

extension GeneralizedBlock {
  /// Whether every response is 0 or 1.
  var isBinary: Bool { response.allSatisfy { $0 == 0 || $0 == 1 } }
}
