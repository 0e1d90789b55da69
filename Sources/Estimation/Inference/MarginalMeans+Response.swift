internal import LinearAlgebra

extension MarginalMeans {
  /// The means on the scale of the response: the link undone, errors by the delta method.
  ///
  /// ```
  /// m = g^-1(l'beta),   se(m) = |dm/deta| se(l'beta),   limits = g^-1(limits of l'beta)
  /// ```
  /// Nuisance factors were averaged on the link's scale, as emmeans does with `type = "response"`.
  ///
  /// - Returns: The means in the same order; limits in ascending order.
  public func onResponseScale(_ link: Link) -> [Mean] {
    means.map { mean in
      guard let estimate = mean.estimate else { return mean }
      let ends = [mean.lower, mean.upper].map { $0.map(link.mean(atPredictor:)) }
      let isFalling = link == .inverse
      return Mean(
        at: mean.at, estimate: link.mean(atPredictor: estimate),
        standardError: mean.standardError.map { abs(link.slope(atPredictor: estimate)) * $0 },
        degreesOfFreedom: mean.degreesOfFreedom, lower: isFalling ? ends[1] : ends[0],
        upper: isFalling ? ends[0] : ends[1], support: mean.support)
    }
  }
}
