public import CohortTables
internal import Distributions
internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

extension GeneralizedMixedFit {
  /// How much of the variance on the link's scale the mean and the random effects explain.
  ///
  /// ``ExplainedVariance/residual`` is the variance that the distribution itself has on this scale: pi^2 / 3 for the logit,
  /// 1 for the probit and pi^2 / 6 for the complementary log-log link, of a single trial; for counts with the log link
  /// `log(1 + 1 / m)` with m their mean over the used rows. The variance of an effect that each row has of its own is part
  /// of it. Offsets explain nothing.
  ///
  /// Frequency weights count rows; precision weights do not.
  ///
  /// - Complexity: O(rows x columns).
  ///
  /// ## References
  /// Nakagawa, Johnson and Schielzeth (2017), J. R. Soc. Interface 14:20170213, table 2 and section 4; Johnson (2014),
  /// Methods Ecol. Evol. 5:944-946, for random slopes.
  public func explainedVariance() -> ExplainedVariance { context.explainedVariance() }
}

extension GeneralizedMixedContext {
  fileprivate func explainedVariance() -> ExplainedVariance {
    let (beta, factors) = (objective.beta(point.parameters), factors)
    let rowCount = data.grouped.order.count
    let isRows = groupings.map { $0.groups.count == rowCount }
    var moments = Moments()
    for block in objective.rows.blocks {
      let means = beta.isEmpty ? [Double](repeating: 0, count: block.rowCount) : block.design * beta
      let variances = zip(block.random, factors).map { random, factor in
        let loadings = random * factor
        return (0..<block.rowCount).map { row in
          let own = loadings.row(row)
          return dotProduct(own, own)
        }
      }
      for group in 0..<block.groupCount {
        let copies = block.copies.isEmpty ? 1 : block.copies[group]
        for j in block.starts[group]..<block.starts[group + 1] {
          moments.add(means[j], copies)
          moments.response += copies * block.response[j]
          for k in variances.indices {
            if isRows[k] {
              moments.own += copies * variances[k][j]
            } else {
              moments.random += copies * variances[k][j]
            }
          }
        }
      }
    }
    let n = moments.weight
    return ExplainedVariance(
      fixed: n > 1 ? moments.squares / (n - 1) : .nan, random: moments.random / n,
      residual: distributionVariance(meanCount: moments.response / n) + moments.own / n)
  }

  /// What the distribution of the response varies by on the link's scale.
  private func distributionVariance(meanCount: Double) -> Double {
    switch model.link {
    case .probit: 1
    case .complementaryLogLog: Double.pi * Double.pi / 6
    case .log: log1p(1 / meanCount)
    default: Double.pi * Double.pi / 3
    }
  }

  /// Sums over rows; squares are about the running mean.
  private struct Moments {
    var weight = 0.0
    private var mean = 0.0
    private(set) var squares = 0.0
    var response = 0.0
    var random = 0.0
    var own = 0.0

    mutating func add(_ value: Double, _ copies: Double) {
      weight += copies
      let distance = value - mean
      mean += copies * distance / weight
      squares += copies * distance * (value - mean)
    }
  }
}

extension GeneralizedMixedFit {
  /// The likelihood ratio test of all random terms together.
  public struct RandomTermsTest: Sendable, Equatable {
    /// Twice the difference to the log-likelihood without random effects.
    public let statistic: Double
    /// Variances and covariances.
    public let df: Double
    /// The upper tail probability, or a bound above it.
    public let pValue: Double
    /// Whether the probability is that of an even mixture of chi-squared on 0 and on 1 df, as of a single variance.
    ///
    /// Otherwise it is of chi-squared on as many df as there are parameters, which is too large.
    public let isMixture: Bool

    /// The reference in words.
    public var reference: String {
      isMixture
        ? "no random effects: even mixture of chi-squared on 0 and 1 df"
        : "no random effects: chi-squared, a bound from above as variances are tested at their boundary"
    }
  }

  /// Tests the model against that without random effects, whose log-likelihood was known from the start.
  ///
  /// Variances are tested at the boundary of what they can be: for a single one the reference is an even mixture of
  /// chi-squared on 0 and on 1 degree of freedom (Self and Liang 1987, case 5). For more the mixture depends on the design,
  /// and the p value is a bound from above. Nil without convergence.
  ///
  /// ## References
  /// Self and Liang (1987), J. American Statistical Association 82:605-610; Stram and Lee (1994), Biometrics 50:1171-1177.
  public func randomTermsTest(executor: some FoldExecutor = SerialExecutor()) throws -> RandomTermsTest? {
    guard convergence.isConverged else { return nil }
    let count = parameterCount - estimated.count
    let start = context.data.fixed.beta + [Double](repeating: 0, count: count)
    guard let plain = try context.objective.point(start, from: [], executor) else { return nil }
    let statistic = max(2 * (logLikelihood - plain.logLikelihood), 0)
    let tail = statistic > 0 ? ChiSquared(degreesOfFreedom: Double(count)).upperTail(statistic) : 1
    let isMixture = count == 1
    return RandomTermsTest(
      statistic: statistic, df: Double(count),
      pValue: isMixture && statistic > 0 ? tail / 2 : tail, isMixture: isMixture)
  }

  /// Likelihood ratio tests of each term, random terms kept.
  ///
  /// - Throws: `EstimationError` where a smaller model cannot be fitted.
  /// - Complexity: Up to two fits a term.
  public func likelihoodRatioTests(
    in table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [JointTest] {
    try NestedComparison(formula: formula, plan: plan, rowsUsed: rows.used).tests { text in
      let fit = try GeneralizedMixedModel(
        text, family: family, link: link, integration: integration, covariance: context.model.covariance,
        options: NestedComparison.options(self)
      ).fit(table, executor: executor)
      return NestedComparison.Maximum(
        logLikelihood: fit.logLikelihood, parameters: fit.parameterCount, rowsUsed: fit.rows.used,
        isConverged: fit.convergence.isConverged)
    }
  }
}
