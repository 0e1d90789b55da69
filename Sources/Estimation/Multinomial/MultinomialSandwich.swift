internal import LinearAlgebra

/// The middle of the sandwich of a multinomial model over independent rows: the sum of the squared scores.
///
/// Precision and sampling weights multiply a row's score; a frequency weight counts copies of it.
struct MultinomialSandwich: Fold {
  let beta: Matrix
  let countsCopies: Bool

  var initialState: Matrix {
    let order = beta.rowCount * beta.columnCount
    return Matrix(rowCount: order, columnCount: order)
  }

  func accumulate(_ block: GeneralizedBlock, into state: inout Matrix) {
    let rows = MultinomialRows(block, beta: beta)
    let width = beta.rowCount
    let copies = countsCopies ? block.given : nil
    let residuals = (0..<beta.columnCount).map {
      rows.residuals($0, weights: countsCopies ? nil : block.given)
    }
    for j in residuals.indices {
      for k in 0...j {
        let products = residuals[j].indices.map {
          residuals[j][$0] * residuals[k][$0] * (copies?[$0] ?? 1)
        }
        let block = block.design.crossProduct(weights: products)
        for b in 0..<width {
          for a in 0..<width {
            state[j * width + a, k * width + b] += block[a, b]
            if j != k { state[k * width + b, j * width + a] += block[a, b] }
          }
        }
      }
    }
  }

  func merge(_ later: consuming Matrix, into earlier: inout Matrix) { earlier += later }

  func finalize(_ state: consuming Matrix) -> Matrix { state }
}

/// The scores of a multinomial model summed by cluster, with the clusters' rows in front.
struct MultinomialClusterSums: Fold {
  let beta: Matrix

  private var order: Int { beta.rowCount * beta.columnCount }

  var initialState: KeyedSums { KeyedSums(width: order + 1) }

  func accumulate(_ block: GeneralizedBlock, into state: inout KeyedSums) {
    guard let clusters = block.clusters else { preconditionFailure("the rows must have clusters") }
    let rows = MultinomialRows(block, beta: beta)
    let width = beta.rowCount
    let residuals = (0..<beta.columnCount).map { rows.residuals($0, weights: block.given) }
    for i in clusters.indices {
      state.update(Int(clusters[i])) { values, place in
        values[place] += 1
        for j in residuals.indices {
          for a in 0..<width { values[place + 1 + j * width + a] += residuals[j][i] * block.design[i, a] }
        }
      }
    }
  }

  func merge(_ later: consuming KeyedSums, into earlier: inout KeyedSums) { earlier.add(later) }

  func finalize(_ state: consuming KeyedSums) -> MultinomialClusters { MultinomialClusters(state) }
}

/// The middle of the sandwich over clusters, without a correction.
struct MultinomialClusters: Sendable {
  let meat: Matrix
  /// How many rows each cluster has.
  let rows: [Int]

  init(_ sums: KeyedSums) {
    let order = sums.width - 1
    let keys = sums.keys.filter { sums.value($0, 0) > 0 }
    var scores = Matrix(rowCount: keys.count, columnCount: order)
    for (g, key) in keys.enumerated() {
      for a in 0..<order { scores[g, a] = sums.value(key, a + 1) }
    }
    meat = scores.crossProduct()
    rows = keys.map { Int(sums.value($0, 0)) }
  }
}
