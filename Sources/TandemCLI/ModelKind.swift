import ArgumentParser
import Tandem

/// Which model a formula and the options ask for.
enum ModelKind {
  case linear
  case generalized
  case multinomial
  case estimating
  case mixed
  case generalizedMixed
  case repeated
  case cox
  case failureTime
  case subdistribution
  case curves
  case groupTest

  /// What weights mean where nothing is said.
  var usualWeights: WeightKind {
    switch self {
    case .cox, .curves, .failureTime, .subdistribution: .frequency
    default: .precision
    }
  }

  /// Whether the response may be a column of levels, so that it has a reference level.
  var takesCategoricalResponse: Bool {
    switch self {
    case .generalized, .estimating, .multinomial, .groupTest, .generalizedMixed: true
    case .linear, .mixed, .repeated, .cox, .curves, .failureTime, .subdistribution: false
    }
  }

  init(_ formula: Formula, _ question: FitQuestion) throws {
    if let random = formula.randomTerms.first {
      try question.variances.checkMixed(random, formula, question)
      self = question.hasOtherFamily ? .generalizedMixed : .mixed
      return
    }
    switch formula.response {
    case .value: self = try Self.ofValue(question)
    case .survival, .countingProcess: self = try Self.ofSurvival(question)
    }
  }

  private static func ofValue(_ question: FitQuestion) throws -> ModelKind {
    let model = question.model
    guard !model.curve else { throw ValidationError("--curve needs Surv(time, status) as response") }
    guard model.ties == nil else { throw ValidationError("--ties needs Surv(time, status) as response") }
    if question.variances.isRepeated {
      try question.variances.checkRepeated(question)
      return .repeated
    }
    if question.groupTest.rank != nil {
      throw ValidationError("--test logrank and its relatives go with Surv(time, status) and --curve")
    }
    if question.groupTest.isWanted { return .groupTest }
    if question.estimating.isWanted { return .estimating }
    if question.generalized.isMultinomial { return .multinomial }
    return question.generalized.isWanted ? .generalized : .linear
  }

  private static func ofSurvival(_ question: FitQuestion) throws -> ModelKind {
    let model = question.model
    guard question.groupTest.comparison == nil else {
      throw ValidationError(
        "--test goes with a column as response; --curve compares survival by the log-rank test")
    }
    guard !question.variances.isRepeated else {
      throw ValidationError("--mmrm needs a number as response, not Surv( )")
    }
    guard !question.estimating.isWanted else {
      throw ValidationError("--gee needs a number as response, not Surv( )")
    }
    guard !question.generalized.isWanted else {
      throw ValidationError(
        "--family, --link, --firth and --limits go with a number as response, not Surv( )")
    }
    guard question.groupTest.rank == nil || model.curve else {
      throw ValidationError("--test of survival goes with --curve")
    }
    if model.curve {
      guard model.vcov == nil || model.vcov == "model" else {
        throw ValidationError(
          "--vcov \(model.vcov ?? "") is not built for survival curves; model is, and with --cluster robust")
      }
    }
    if !model.curve { _ = try model.coxErrors() }
    let parametric = question.survival.distribution != nil
    let fineGray = question.survival.fineGray != nil
    guard [model.curve, parametric, fineGray].count(where: { $0 }) <= 1 else {
      throw ValidationError(
        "--curve, --distribution and --fine-gray are three different models: name one of them")
    }
    if parametric {
      guard model.ties == nil else {
        throw ValidationError("--ties is for Cox models; --distribution has none")
      }
      return .failureTime
    }
    if fineGray {
      guard model.cluster == nil, model.vcov == nil, model.weights == nil else {
        throw ValidationError(
          "--fine-gray has sandwich errors of its own, over rows: neither --cluster, --vcov nor --weights go with it"
        )
      }
      return .subdistribution
    }
    guard !model.curve || model.ties == nil else {
      throw ValidationError("--ties is for Cox models; --curve asks for Kaplan-Meier curves")
    }
    return model.curve ? .curves : .cox
  }

  /// What is fitted with random effects or correlated residuals has no influence of single rows.
  private func checkEffects(_ question: FitQuestion) throws {
    switch self {
    case .mixed, .generalizedMixed, .repeated:
      guard question.effects.effectsVariance != .sampling else {
        throw ValidationError(
          "--effects-variance sampling needs each row's influence on the coefficients, which "
            + "\(self == .repeated ? "repeated measures" : "mixed models") do not have; conditional errors (the default) are there, and "
            + "estimating equations (--gee) have both")
      }
      guard question.variances.constrainedBaseline == nil || question.effects.effects.isEmpty else {
        throw ValidationError(
          "--effects sets every row to each arm, and with --constrained-baseline no row of the baseline has one: ask for "
            + "--means 'ARM | VISIT' and --contrast")
      }
    default: break
    }
  }

  /// Whether effects of single groups are predicted.
  var predictsEffects: Bool { self == .mixed || self == .generalizedMixed }

  /// Refuses options that the model does not have.
  func check(_ question: FitQuestion, _ formula: Formula) throws {
    let asksMore = !question.inference.isEmpty || !question.effects.isEmpty
    switch self {
    case .curves where asksMore:
      throw ValidationError(
        "--means, --contrast, --adjust and --at need a model with coefficients; --curve has none")
    case .multinomial:
      try question.generalized.checkMultinomial(question, formula, asksMore: asksMore)
    case .groupTest:
      try question.groupTest.check(question, asksMore: asksMore)
    default: break
    }
    let model = question.model
    try question.survival.check(self)
    try question.variances.check(self, model)
    if self != .curves, model.transform != nil {
      throw ValidationError("--transform is the scale of a curve's band: it goes with --curve")
    }
    if self != .curves, let name = question.curves.given.first {
      throw ValidationError("\(name) goes with Surv(time, status) as response and --curve")
    }
    if self == .curves || self == .groupTest {
      let what = self == .curves ? "--curve" : "--test"
      for (name, isGiven) in [
        ("--coding", model.coding != nil), ("--rank-tolerance", model.rankTolerance != nil),
      ]
      where isGiven {
        throw ValidationError("\(name) is for models with coefficients; \(what) has none")
      }
    }
    try question.model.checkDegreesOfFreedom(self)
    try checkEffects(question)
    if self != .linear, question.model.robust != nil {
      throw ValidationError("--robust is for linear models")
    }
  }
}
