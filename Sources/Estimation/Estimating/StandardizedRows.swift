internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// A row of estimating equations in units of its standard deviation, at unit weight and scale.
struct StandardizedPoint {
  /// `(dmu/deta) / sqrt(V(mu))`: what multiplies the row of the design.
  let scale: Double
  /// `(y - mu) / sqrt(V(mu))`: Pearson's residual.
  let residual: Double
}

extension FittedFamily {
  /// The row at a predictor; nil where the mean is out of the family's range.
  @inline(__always)
  func standardized(_ y: Double, _ eta: Double) -> StandardizedPoint? {
    if family == .binomial, link == .logit {
      // With h = exp(-|eta| / 2) nothing cancels: sqrt(mu (1 - mu)) = h / (1 + h^2), and the odds are h^-2 or h^2.
      let half = exponential(-abs(eta) / 2)
      guard half > 0 else { return StandardizedPoint(scale: 0, residual: 0) }
      let (less, more) = eta >= 0 ? (half, 1 / half) : (1 / half, half)
      return StandardizedPoint(scale: half / (1 + half * half), residual: y * less - (1 - y) * more)
    }
    let point = link.point(eta)
    switch family {
    case .gaussian: return StandardizedPoint(scale: point.slope, residual: y - point.mean)
    case .binomial:
      guard point.complement >= 0 else { return nil }
      let variance = point.mean * point.complement
      // Far out the slope vanishes with the variance: the row then says nothing more.
      guard variance > 0 else { return StandardizedPoint(scale: 0, residual: 0) }
      let root = variance.squareRoot()
      let residual = y * point.complement - (1 - y) * point.mean
      return StandardizedPoint(scale: point.slope / root, residual: residual / root)
    case .poisson:
      guard point.mean > 0, link != .squareRoot || eta > 0 else { return nil }
      let root = point.mean.squareRoot()
      return StandardizedPoint(scale: point.slope / root, residual: (y - point.mean) / root)
    case .gamma:
      guard point.mean > 0, y > 0 else { return nil }
      return StandardizedPoint(scale: point.slope / point.mean, residual: (y - point.mean) / point.mean)
    case .negativeBinomial:
      guard point.mean > 0, link != .squareRoot || eta > 0 else { return nil }
      let root = (point.mean + point.mean * point.mean / theta).squareRoot()
      return StandardizedPoint(scale: point.slope / root, residual: (y - point.mean) / root)
    }
  }
}

/// The rows of a block in units of their standard deviations.
struct StandardizedRows {
  /// Rows x (columns + 1), column by column: the weighted, scaled design and in the last column the residual.
  var elements: [Double]
  /// The residuals, each times the root of the weight that it has in a product of two.
  var factors: [Double]
  /// `sum w e^2`.
  var squares = 0.0
  let rowCount: Int
  let columnCount: Int

  /// Nil when a mean is out of the family's range.
  init?(_ block: GeneralizedBlock, beta: [Double], family: FittedFamily, pairing: PairWeights) {
    let eta = block.predictor(beta)
    let weights = block.weights
    let count = block.rowCount
    (rowCount, columnCount) = (count, beta.count)
    elements = [Double](repeating: 0, count: count * (beta.count + 1))
    factors = [Double](repeating: 0, count: count)
    var scales = [Double](repeating: 0, count: count)
    let last = count * beta.count
    for i in 0..<count {
      guard let point = family.standardized(block.response[i], eta[i]) else { return nil }
      guard let weights else {
        scales[i] = point.scale
        elements[last + i] = point.residual
        factors[i] = point.residual
        squares += point.residual * point.residual
        continue
      }
      let root = weights[i].squareRoot()
      scales[i] = root * point.scale
      elements[last + i] = root * point.residual
      factors[i] = pairing.factor(i, block) * point.residual
      squares += weights[i] * point.residual * point.residual
    }
    block.design.withElements { design in
      for column in 0..<beta.count {
        let start = column * count
        for i in 0..<count { elements[start + i] = scales[i] * design[start + i] }
      }
    }
  }
}

/// What a product of two rows of a person counts when correlations are estimated.
enum PairWeights: Sendable {
  /// The product of their weights: precisions, as geepack has it.
  case product
  /// The root of the product: for the person's sampling weight or frequency, that weight itself. Trials
  /// multiply as they are.
  case root

  init(_ kind: WeightKind?) { self = kind == .sampling || kind == .frequency ? .root : .product }

  /// What one row brings to a pair's weight, its trials included.
  @inline(__always)
  func factor(_ row: Int, _ block: GeneralizedBlock) -> Double {
    let given = block.given?[row] ?? 1
    return (block.trials?[row] ?? 1) * (self == .product ? given : given.squareRoot())
  }
}
