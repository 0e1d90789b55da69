public import CohortTables

extension MixedFit {
  /// Likelihood ratio tests of each term, by maximum likelihood whatever the fit's own method: restricted likelihoods of
  /// models with different terms are of different data.
  ///
  /// The random terms stay in every model. The statistic is referred to the chi-squared distribution, which with few
  /// groups makes p too small: Kenward and Roger's F tests do not.
  ///
  /// - Throws: `EstimationError` where a smaller model cannot be fitted.
  /// - Complexity: Up to two fits a term.
  public func likelihoodRatioTests(
    in table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [JointTest] {
    try NestedComparison(formula: formula, plan: plan, rowsUsed: rows.used).tests { text in
      let fit = try LinearMixedModel(
        text, method: .ml, degreesOfFreedom: .residual, covariance: context.model.covariance,
        options: NestedComparison.options(self)
      ).fit(table, executor: executor)
      return NestedComparison.Maximum(
        logLikelihood: fit.logLikelihood, parameters: fit.parameterCount, rowsUsed: fit.rows.used,
        isConverged: fit.convergence.isConverged)
    }
  }
}

extension RepeatedMeasuresFit {
  /// Likelihood ratio tests of each term, by maximum likelihood whatever the fit's own method, with the covariance
  /// structure that was fitted.
  ///
  /// - Throws: `EstimationError` for robust errors, on which the likelihood does not rest, and where a smaller model
  ///   cannot be fitted.
  /// - Complexity: Up to two fits a term.
  public func likelihoodRatioTests(
    in table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [JointTest] {
    try LinearFit.refuse(robust)
    return try NestedComparison(formula: formula, plan: plan, rowsUsed: rows.used).tests { text in
      let fit = try RepeatedMeasuresModel(
        text, subject: subject, visit: visit, covariance: structure, covarianceBy: covarianceBy, method: .ml,
        degreesOfFreedom: .residual, unobservedVisits: unobservedVisits,
        constrainedBaseline: constrainedBaseline,
        options: NestedComparison.options(self)
      ).fit(table, executor: executor)
      return NestedComparison.Maximum(
        logLikelihood: fit.logLikelihood, parameters: fit.parameterCount, rowsUsed: fit.rows.used,
        isConverged: fit.convergence.isConverged)
    }
  }
}
