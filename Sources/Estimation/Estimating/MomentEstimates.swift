#if canImport(Glibc)
  import Glibc
#endif

/// Scale and correlations from the moments of Pearson's residuals.
///
/// With weights w, `e` Pearson's residuals and pair weights `w_jk`,
/// ```
/// phi = sum w e^2 / sum w
/// exchangeable:  alpha = sum w_jk e_j e_k / (phi sum w_jk)          over all pairs of rows of a person
/// unstructured:  alpha_jk the same over the people who have both visits
/// AR(1):         alpha minimises sum_d W_d (r_d - alpha^d)^2,  r_d the same over all pairs at distance d, W_d their weight
/// ```
/// With `MomentDivisor.countLessCoefficients` each divisor is times `(m - p) / m` for m rows or pairs and p
/// coefficients, and AR(1) takes the pairs at distance 1 alone.
///
/// ## References
/// Liang and Zeger (1986), Biometrika 73:13-22, section 4; Hojsgaard, Halekoh and Yan (2006), J. Statistical
/// Software 15(2), section 3 (geepack).
struct MomentEstimates: Sendable, Equatable {
  let scale: Double
  /// None, one, or one a pair of visits in the order of `CorrelationMoments.place`.
  let correlations: [Double]

  init(
    squares: Double, products: [Double], totals: MomentTotals.State, moments: CorrelationMoments,
    divisor: MomentDivisor, columnCount: Int
  ) {
    let p = Double(columnCount)
    func total(_ weight: Double, _ count: Double) -> Double {
      divisor == .count ? weight : count > p ? weight * (count - p) / count : .nan
    }
    let phi = squares / total(totals.weight, totals.rows)
    scale = phi
    switch moments {
    case .none: correlations = []
    case .all, .byPair:
      correlations = products.indices.map {
        products[$0] / (phi * total(totals.products[$0], totals.pairs[$0]))
      }
    case .byDistance where divisor == .countLessCoefficients:
      let isThere = products.count > 1 && totals.products[1] > 0
      correlations = [
        isThere ? products[1] / (phi * total(totals.products[1], totals.pairs[1])) : .nan
      ]
    case .byDistance:
      correlations = [
        Self.power(
          products.indices.filter { $0 > 0 && totals.products[$0] > 0 }.map {
            (distance: $0, mean: products[$0] / (phi * totals.products[$0]), weight: totals.products[$0])
          })
      ]
    }
  }

  typealias Lag = (distance: Int, mean: Double, weight: Double)

  /// The base of the powers that come nearest to the mean products by distance.
  ///
  /// The nearest of a grid over -1 to 1 is refined by bisection of the derivative.
  static func power(_ lags: [Lag]) -> Double {
    guard !lags.isEmpty, lags.allSatisfy(\.mean.isFinite) else { return .nan }
    func loss(_ alpha: Double) -> Double {
      lags.reduce(0) { sum, lag in
        let miss = lag.mean - pow(alpha, Double(lag.distance))
        return sum + lag.weight * miss * miss
      }
    }
    func slope(_ alpha: Double) -> Double {
      lags.reduce(0) { sum, lag in
        let d = Double(lag.distance)
        return sum - lag.weight * d * pow(alpha, d - 1) * (lag.mean - pow(alpha, d))
      }
    }
    // Where only even distances occur the sign is free: the positive one is taken.
    let grid = (0...200).map { 1 - Double($0) / 100 }
    var best = 0
    for k in grid.indices where loss(grid[k]) < loss(grid[best]) { best = k }
    var (low, high) = (grid[min(best + 1, 200)], grid[max(best - 1, 0)])
    // At an end of the range no correlation fits better than 1 or -1.
    guard slope(low) < 0, slope(high) > 0 else { return slope(low) >= 0 ? low : high }
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return middle }
      if slope(middle) < 0 { low = middle } else { high = middle }
    }
  }
}
