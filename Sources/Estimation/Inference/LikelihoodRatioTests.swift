public import CohortTables

#if canImport(Glibc)
  import Glibc
#endif

/// Twice the difference of two log-likelihoods, one model containing the other.
///
/// Terms are tested as type II: the model of all terms that do not contain the term, with and without it, on the
/// rows of the full model. The statistic is referred to the chi-squared distribution (Wilks 1938).
struct NestedComparison {
  /// What a refit gives.
  struct Maximum {
    let logLikelihood: Double
    let parameters: Int
    let rowsUsed: Int
    let isConverged: Bool
  }

  let formula: Formula
  let plan: DesignPlan
  let rowsUsed: Int

  func tests(_ refit: (_ formula: String) throws -> Maximum) throws -> [JointTest] {
    var known: [String: Maximum] = [:]
    func maximum(of kept: [Int]) throws -> Maximum {
      let text = formula.keeping(kept)
      if let found = known[text] { return found }
      let result = try refit(text)
      known[text] = result
      return result
    }
    return try formula.terms.indices.map { index in
      let relatives = plan.relatives(ofTerm: index)
      let rest = formula.terms.indices.filter { $0 != index && !relatives.contains($0) }
      let larger = try maximum(of: (rest + [index]).sorted())
      let smaller = try maximum(of: rest)
      let isUsable =
        larger.isConverged && smaller.isConverged && larger.rowsUsed == rowsUsed
        && smaller.rowsUsed == rowsUsed
      return JointTest(
        formula.terms[index].label, hypothesis: plan.typeIIWords(index, relatives: relatives), method: "lr",
        chiSquared: isUsable ? 2 * (larger.logLikelihood - smaller.logLikelihood) : nil,
        rank: larger.parameters - smaller.parameters, reference: .chiSquared)
    }
  }

  /// Options under which smaller models are fitted to the same rows.
  static func options(_ fit: some FittedModel) -> ModelOptions {
    var options = fit.options
    let columns = fit.formula.variables.flatMap(\.columns) + fit.formula.offsets.flatMap(\.columns)
    for column in columns where !options.required.contains(column) { options.required.append(column) }
    return options
  }
}

extension Formula {
  /// The formula with some of its terms, with offsets and strata.
  func keeping(_ kept: [Int]) -> String {
    let response = text.prefix(upTo: text.firstIndex(of: "~") ?? text.endIndex)
    var parts = [hasIntercept ? "1" : "0"]
    parts += kept.map { index in
      terms[index].variables.map { variable in
        if case .column(let name) = variable { return FormulaText.quoted(name) }
        return variable.label
      }.joined(separator: ":")
    }
    parts += offsets.map { "offset(\($0))" }
    parts += randomTexts
    if !strata.isEmpty { parts.append("strata(\(strata.map(FormulaText.quoted).joined(separator: ", ")))") }
    return "\(response)~ \(parts.joined(separator: " + "))"
  }
}

extension LinearFit {
  /// Likelihood ratio tests of each term, by maximum likelihood with the variance free.
  ///
  /// - Throws: `EstimationError` for robust errors, on which the likelihood does not rest.
  /// - Complexity: Up to two fits a term.
  public func likelihoodRatioTests(
    in table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [JointTest] {
    try Self.refuse(robust)
    return try NestedComparison(formula: formula, plan: plan, rowsUsed: rows.used).tests { text in
      let fit = try LinearModel(text, options: NestedComparison.options(self)).fit(table, executor: executor)
      return NestedComparison.Maximum(
        logLikelihood: fit.logLikelihood, parameters: fit.parameterCount, rowsUsed: fit.rows.used,
        isConverged: true)
    }
  }

  static func refuse(_ robust: RobustCovariance?) throws {
    guard let robust else { return }
    throw EstimationError(
      .unsupported,
      "likelihood ratio tests rest on the model, not on \(robust.name) errors: use Wald tests"
    )
  }
}

extension GeneralizedFit {
  /// Likelihood ratio tests of each term; a negative binomial's shape is estimated in every model.
  ///
  /// - Throws: `EstimationError` for robust errors and penalised likelihoods.
  /// - Complexity: Up to two fits a term.
  public func likelihoodRatioTests(
    in table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [JointTest] {
    try LinearFit.refuse(robust)
    guard !isPenalised else {
      throw EstimationError(.unsupported, "likelihood ratio tests of penalised likelihoods are not built yet")
    }
    let shape: ResponseFamily =
      family.name == "negative_binomial" && thetaStandardError != nil ? .negativeBinomial() : family
    return try NestedComparison(formula: formula, plan: plan, rowsUsed: rows.used).tests { text in
      let fit = try GeneralizedLinearModel(
        text, family: shape, link: link, options: NestedComparison.options(self), penalty: .never
      ).fit(table, executor: executor)
      return NestedComparison.Maximum(
        logLikelihood: fit.logLikelihood, parameters: fit.parameterCount, rowsUsed: fit.rows.used,
        isConverged: fit.convergence.isConverged)
    }
  }
}

extension CoxFit {
  /// Partial likelihood ratio tests of each term.
  ///
  /// - Complexity: Up to two fits a term.
  public func likelihoodRatioTests(
    in table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [JointTest] {
    try NestedComparison(formula: formula, plan: plan, rowsUsed: rows.used).tests { text in
      let fit = try CoxModel(text, ties: ties, options: NestedComparison.options(self)).fit(
        table, executor: executor)
      return NestedComparison.Maximum(
        logLikelihood: fit.logLikelihood, parameters: fit.parameterCount, rowsUsed: fit.rows.used,
        isConverged: fit.convergence.isConverged)
    }
  }
}
