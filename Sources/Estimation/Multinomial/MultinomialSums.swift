package import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// Information, score and log-likelihood of a multinomial model at given coefficients, in one pass.
///
/// Coefficients are stacked by level, those of the first level that is not the reference in front.
package struct MultinomialSums: Fold {
  /// Coefficients: columns of the design x levels but for the reference.
  let beta: Matrix

  package struct State: Sendable, Equatable {
    package var information: Matrix
    package var score: [Double]
    package var logLikelihood = 0.0
    /// The largest distance of two levels' predictors, which tells when probabilities reach 0 or 1.
    package var farthest = 0.0
  }

  /// The sums at some coefficients, columns of the design x levels but for the reference.
  package init(beta: Matrix) { self.beta = beta }

  private var order: Int { beta.rowCount * beta.columnCount }

  package var initialState: State {
    State(
      information: Matrix(rowCount: order, columnCount: order), score: [Double](repeating: 0, count: order))
  }

  package func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    let rows = MultinomialRows(block, beta: beta)
    let (width, count) = (beta.rowCount, block.rowCount)
    let given = block.given
    var weights = [Double](repeating: 0, count: count)
    for j in 0..<beta.columnCount {
      for k in 0...j {
        for i in 0..<count {
          let p = rows.probabilities[i, j]
          // The rest of a probability near 1 is summed from the others, not taken from 1.
          weights[i] = (given?[i] ?? 1) * p * (j == k ? rows.rest(i, j) : rows.probabilities[i, k])
        }
        let block = block.design.crossProduct(weights: weights)
        for b in 0..<width {
          for a in 0..<width {
            let value = j == k ? block[a, b] : -block[a, b]
            state.information[j * width + a, k * width + b] += value
            if j != k { state.information[k * width + b, j * width + a] += value }
          }
        }
      }
      let score = block.design.transposeTimes(rows.residuals(j, weights: given))
      for a in 0..<width { state.score[j * width + a] += score[a] }
    }
    for i in 0..<count { state.logLikelihood += (given?[i] ?? 1) * rows.logLikelihoods[i] }
    state.farthest = max(state.farthest, rows.farthest)
  }

  package func merge(_ later: consuming State, into earlier: inout State) {
    earlier.information += later.information
    for j in earlier.score.indices { earlier.score[j] += later.score[j] }
    earlier.logLikelihood += later.logLikelihood
    earlier.farthest = max(earlier.farthest, later.farthest)
  }

  package func finalize(_ state: consuming State) -> State { state }
}

/// The rows of a block at given coefficients: the levels' probabilities and what the response tells of them.
struct MultinomialRows {
  /// Rows x levels but for the reference.
  let probabilities: Matrix
  /// The reference level's probability of each row.
  let reference: [Double]
  /// Each row's level; 0 for the reference.
  private let levels: [Int]
  let logLikelihoods: [Double]
  let farthest: Double

  init(_ block: GeneralizedBlock, beta: Matrix) {
    let eta = block.design * beta
    var probabilities = eta
    var reference = [Double](repeating: 0, count: block.rowCount)
    var likelihoods = reference
    var farthest = 0.0
    levels = block.response.map { Int($0) }
    for i in levels.indices {
      var (highest, lowest) = (0.0, 0.0)
      for j in 0..<beta.columnCount {
        highest = max(highest, eta[i, j])
        lowest = min(lowest, eta[i, j])
      }
      farthest = max(farthest, highest - lowest)
      reference[i] = exp(-highest)
      var sum = reference[i]
      for j in 0..<beta.columnCount {
        probabilities[i, j] = exp(eta[i, j] - highest)
        sum += probabilities[i, j]
      }
      let own = levels[i] == 0 ? 0 : eta[i, levels[i] - 1]
      likelihoods[i] = own - highest - Self.logOfSum(eta, i, highest)
      reference[i] /= sum
      for j in 0..<beta.columnCount { probabilities[i, j] /= sum }
    }
    self.probabilities = probabilities
    self.reference = reference
    logLikelihoods = likelihoods
    self.farthest = farthest
  }

  /// `log(sum exp(eta - highest))`, exact where all but the highest vanish.
  private static func logOfSum(_ eta: Matrix, _ row: Int, _ highest: Double) -> Double {
    var (rest, isTaken) = (0.0, highest == 0)
    if highest != 0 { rest = exp(-highest) }
    for j in 0..<eta.columnCount {
      if !isTaken, eta[row, j] == highest {
        isTaken = true
      } else {
        rest += exp(eta[row, j] - highest)
      }
    }
    return log1p(rest)
  }

  /// `1 - p_j`, from the other probabilities.
  func rest(_ row: Int, _ level: Int) -> Double {
    var sum = reference[row]
    for k in 0..<probabilities.columnCount where k != level { sum += probabilities[row, k] }
    return sum
  }

  /// `w (1[y = j] - p_j)` of each row.
  func residuals(_ level: Int, weights: [Double]?) -> [Double] {
    levels.indices.map { i in
      (weights?[i] ?? 1) * (levels[i] == level + 1 ? rest(i, level) : -probabilities[i, level])
    }
  }
}

/// The triangular factor of the information's rows, by TSQR, for designs whose cross-product would lose digits.
///
/// With e_0 = 0 for the reference, `diag(p) - p p' = sum_k p_k (e_k - p)(e_k - p)'` over all levels: each row of the
/// data stands for as many rows as there are levels, without a difference of large numbers.
struct MultinomialTriangle: Fold {
  let beta: Matrix

  var initialState: UpperTriangle { UpperTriangle(order: beta.rowCount * beta.columnCount) }

  func accumulate(_ block: GeneralizedBlock, into state: inout UpperTriangle) {
    let rows = MultinomialRows(block, beta: beta)
    let (width, equations) = (beta.rowCount, beta.columnCount)
    for level in 0...equations {
      var stacked = Matrix(rowCount: block.rowCount, columnCount: width * equations)
      for i in 0..<block.rowCount {
        let own = level == 0 ? rows.reference[i] : rows.probabilities[i, level - 1]
        let root = ((block.given?[i] ?? 1) * own).squareRoot()
        for j in 0..<equations {
          let side = j + 1 == level ? rows.rest(i, j) : -rows.probabilities[i, j]
          for a in 0..<width { stacked[i, j * width + a] = root * side * block.design[i, a] }
        }
      }
      state.absorb(stacked)
    }
  }

  func merge(_ later: consuming UpperTriangle, into earlier: inout UpperTriangle) { earlier.stack(later) }

  func finalize(_ state: consuming UpperTriangle) -> UpperTriangle { state }
}
