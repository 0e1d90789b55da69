import ArgumentParser
import Tandem

/// What is fitted and what is computed from it: the options of `fit`, which are also the keys of a plan's fits.
struct FitQuestion: ParsableArguments {
  @OptionGroup var model: ModelOptionsGroup
  @OptionGroup var generalized: GeneralizedOptions
  @OptionGroup var variances: VarianceOptions
  @OptionGroup var estimating: EstimatingOptions
  @OptionGroup var groupTest: GroupTestOptions
  @OptionGroup var curves: CurveOptions
  @OptionGroup var dates: FitTimeOptions
  @OptionGroup var inference: InferenceOptions
  @OptionGroup var effects: EffectOptions
  @OptionGroup var survival: SurvivalOptions
  @OptionGroup var unbuilt: UnbuiltOptions

  func validate() throws {
    try model.check(hasOwnErrors: estimating.isWanted || variances.isRepeated || model.vcov == "robust")
    try generalized.check()
    try variances.check(visit: estimating.visit)
    try estimating.check(model: model, generalized: generalized, isRepeated: variances.isRepeated)
    try groupTest.check()
    try survival.check()
    try curves.check()
    try unbuilt.refuse()
    try dates.check()
    try effects.check()
  }
}

/// A formula with what is asked of it: one model, fitted in one way by the command and by a batch.
struct FitAnalysis {
  let text: String
  let formula: Formula
  let kind: ModelKind
  let question: FitQuestion

  /// Checks what can be checked without data.
  ///
  /// - Throws: `FormulaError`, `ValidationError`.
  init(_ text: String, _ question: FitQuestion) throws {
    self.text = text
    self.question = question
    formula = try Formula(text)
    kind = try ModelKind(formula, question)
    try question.model.checkClusters(kind)
    try question.model.checkReferences(
      in: formula, responseToo: kind.takesCategoricalResponse || kind == .curves)
    try kind.check(question, formula)
  }

  /// The table with a derived time, and the library's options; people and arms are counted where their columns
  /// are recognised.
  func prepare(_ read: Table, _ status: StatusLine?) throws -> (Table, ModelOptions, TimeAxis?) {
    let options = try question.model.options(read, status, weightsAre: kind.usualWeights)
    let (table, axis) = try question.dates.derive(read, subject: options.subject, status)
    return (table, options, axis)
  }

  /// The result; survival curves are told in steps that pass the gate.
  ///
  /// Predicted effects of single people are part of it where they are asked for.
  func document(
    _ table: Table, _ options: ModelOptions, gate: DisclosureGate, executor: ThreadedExecutor,
    tellsPeople: Bool = false
  ) throws -> ResultDocument {
    let work = Work(
      table: table, options: options, executor: executor, tellsPeople: tellsPeople,
      provenance: Provenance(version: tandemVersion, inputs: [table.source]))
    return try table.naming {
      switch kind {
      case .linear: try linear(work)
      case .generalized: try generalized(work)
      case .multinomial: try multinomial(work)
      case .estimating: try estimating(work)
      case .mixed: try mixed(work)
      case .generalizedMixed: try generalizedMixed(work)
      case .repeated: try repeated(work)
      case .cox: try cox(work, gate)
      case .failureTime: try failureTime(work)
      case .subdistribution: try subdistribution(work, gate)
      case .curves: try curves(work, gate)
      case .groupTest: try groupTest(work)
      }
    }
  }

  struct Work {
    var table: Table
    let options: ModelOptions
    let executor: ThreadedExecutor
    let tellsPeople: Bool
    let provenance: Provenance
  }

  /// The document of a fit with everything that was asked of it.
  private func inferred<Fit: FittedModel & DocumentedFit>(
    _ fit: Fit, _ work: Work, likelihoodRatio: (() throws -> [JointTest])? = nil
  ) throws -> ResultDocument {
    let (means, contrasts) = try question.inference.apply(to: fit, in: work.table)
    let further = try question.effects.apply(
      to: fit, in: work.table, means, contrasts, likelihoodRatio: likelihoodRatio)
    return ResultDocument(fit, means: means, contrasts: contrasts, provenance: work.provenance)
      .adding(further, of: fit)
  }

  private func linear(_ work: Work) throws -> ResultDocument {
    if let weighting = question.model.robust {
      return try inferred(
        try RobustLinearModel(text, weighting: weighting, options: work.options).fit(
          work.table, executor: work.executor), work)
    }
    let fit = try LinearModel(text, options: work.options, robust: try question.model.errors()).fit(
      work.table, executor: work.executor)
    return try inferred(fit, work) { try fit.likelihoodRatioTests(in: work.table, executor: work.executor) }
  }

  private func generalized(_ work: Work) throws -> ResultDocument {
    let fit = try question.generalized.model(
      text, options: work.options, robust: try question.model.errors(),
      usesSatterthwaite: question.model.df == "satterthwaite"
    ).fit(work.table, executor: work.executor)
    return try inferred(fit, work) { try fit.likelihoodRatioTests(in: work.table, executor: work.executor) }
  }

  private func multinomial(_ work: Work) throws -> ResultDocument {
    let fit = try MultinomialModel(text, options: work.options, robust: try question.model.errors()).fit(
      work.table, executor: work.executor)
    return ResultDocument(fit, provenance: work.provenance)
  }

  private func estimating(_ work: Work) throws -> ResultDocument {
    let fit = try question.estimating.model(
      text, options: work.options, model: question.model, generalized: question.generalized
    ).fit(work.table, executor: work.executor)
    return try inferred(fit, work) {
      throw ValidationError(
        "--tests lr needs a likelihood, and estimating equations have none: II and III are")
    }
  }

  private func mixed(_ work: Work) throws -> ResultDocument {
    let fit = try question.variances.mixedModel(text, options: work.options, model: question.model).fit(
      work.table, executor: work.executor)
    let document = try inferred(fit, work) {
      try fit.likelihoodRatioTests(in: work.table, executor: work.executor)
    }.adding(question.refittedNote(fit.method))
    return try tellingPeople(document, work) { try fit.randomEffects(executor: work.executor) }
  }

  private func generalizedMixed(_ work: Work) throws -> ResultDocument {
    let fit = try question.variances.generalizedModel(text, options: work.options, question.generalized).fit(
      work.table, executor: work.executor)
    let (means, contrasts) = try question.inference.apply(to: fit, in: work.table)
    let further = try question.effects.apply(to: fit, in: work.table, means, contrasts) {
      try fit.likelihoodRatioTests(in: work.table, executor: work.executor)
    }
    let isOfPopulation = means?.quantity == .mean && fit.hasPopulationMeans
    let description = fit.description(
      limits: try fit.varianceLimits(question.generalized.limits ?? .wald, executor: work.executor),
      randomTerms: try fit.randomTermsTest(executor: work.executor))
    let document = ResultDocument(
      fit, means: means, contrasts: contrasts,
      population: isOfPopulation ? try means.map(fit.populationMeans) : nil, description: description,
      provenance: work.provenance
    ).adding(further, of: fit)
    var notes: [Diagnostic] = []
    if means?.quantity == .mean, !isOfPopulation {
      notes.append(
        Diagnostic(
          .assumption, .note,
          "means are of a person whose random effects are 0; means of the population are given where only constants vary"
        ))
    }
    return try tellingPeople(document.adding(notes), work) { try fit.randomEffects(executor: work.executor) }
  }

  /// The document with predicted effects of single people, where they are asked for.
  private func tellingPeople(
    _ document: ResultDocument, _ work: Work, _ effects: () throws -> [RandomEffects]
  ) throws -> ResultDocument {
    guard work.tellsPeople else { return document }
    return document.adding(try effects(), confidenceLevel: work.options.confidenceLevel)
  }

  private func repeated(_ work: Work) throws -> ResultDocument {
    let fit = try question.variances.repeatedModel(
      text, options: work.options, visit: question.estimating.visit ?? "", model: question.model
    ).fit(work.table, executor: work.executor)
    return try inferred(fit, work) {
      try fit.likelihoodRatioTests(in: work.table, executor: work.executor)
    }.adding(question.refittedNote(fit.method))
  }

  private func cox(_ given: Work, _ gate: DisclosureGate) throws -> ResultDocument {
    let cuts = try question.survival.cuts()
    var (work, text) = (given, text)
    if !cuts.isEmpty {
      let split = try EpisodeSplit(text, at: cuts, in: given.table)
      work.table = split.table
      text = split.formula
    }
    let fit = try CoxModel(
      text, ties: try question.model.tieMethod(), errors: try question.model.coxErrors(),
      options: work.options
    ).fit(work.table, executor: work.executor)
    let (means, contrasts) = try question.inference.apply(to: fit, in: work.table)
    let further = try question.effects.apply(to: fit, in: work.table, means, contrasts) {
      try fit.likelihoodRatioTests(in: work.table, executor: work.executor)
    }
    let (description, notes) = try question.survival.description(of: fit, gate: gate, executor: work.executor)
    return ResultDocument(
      fit, means: means, contrasts: contrasts, description: description, notes: notes,
      provenance: work.provenance
    ).adding(further, of: fit)
  }

  private func failureTime(_ work: Work) throws -> ResultDocument {
    let fit = try AcceleratedFailureTimeModel(
      text, distribution: question.survival.distribution ?? .weibull, errors: try question.model.coxErrors(),
      options: work.options
    ).fit(work.table, executor: work.executor)
    let (means, contrasts) = try question.inference.apply(to: fit, in: work.table)
    let further = try question.effects.apply(to: fit, in: work.table, means, contrasts)
    let description = try question.survival.description(of: fit)
    return ResultDocument(
      fit, means: means, contrasts: contrasts, description: description, provenance: work.provenance
    ).adding(further, of: fit)
  }

  private func subdistribution(_ work: Work, _ gate: DisclosureGate) throws -> ResultDocument {
    let fit = try FineGrayModel(
      text, cause: question.survival.fineGray ?? "", censoring: question.survival.censoring,
      ties: try question.model.tieMethod(), options: work.options
    ).fit(work.table, executor: work.executor)
    let (means, contrasts) = try question.inference.apply(to: fit, in: work.table)
    let further = try question.effects.apply(to: fit, in: work.table, means, contrasts)
    let (description, notes) = try question.survival.description(of: fit, gate: gate)
    return ResultDocument(
      fit, means: means, contrasts: contrasts, description: description, notes: notes,
      provenance: work.provenance
    ).adding(further, of: fit)
  }

  private func groupTest(_ work: Work) throws -> ResultDocument {
    ResultDocument(
      try question.groupTest.comparison(text, options: work.options).compare(work.table),
      provenance: work.provenance)
  }
}
