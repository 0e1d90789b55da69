public import ArgumentParser
public import Tandem

/// Options of mixed models and of mixed models for repeated measures.
struct VarianceOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "A mixed model for repeated measures with this covariance of a person's visits: us, csh, cs, ar1, ar1h, toep, toeph, ad, adh or sp_exp; needs --subject and --visit."
  )
  var mmrm: String?

  @Option(
    name: .long,
    help: "Structures that --mmrm tries in turn where the one before cannot be fitted, such as toeph,ar1h,cs."
  )
  var mmrmFallback: String?

  @Option(
    name: .long,
    help: "A column, such as the arm, whose levels have a covariance of their own each in --mmrm.")
  var covarianceBy: String?

  @Option(
    name: .long,
    help:
      "Visits of --mmrm at which no row is used: dropped (those around them are neighbours; default) or kept."
  )
  var mmrmVisits: UnobservedVisits?

  @Option(
    name: .long,
    help:
      "VISIT: the baseline visit of --mmrm at which randomised arms share one mean (constrained longitudinal data analysis); the arm is that of --arm."
  )
  var constrainedBaseline: String?

  @Option(
    name: .long,
    help:
      "Points of adaptive Gauss-Hermite quadrature for each random effect of a generalised mixed model (default: 1, Laplace's approximation)."
  )
  var quadrature: Int?

  @Option(
    name: .long,
    help: "Of mixed models and --mmrm: reml or ml (default: reml; of generalised mixed models ml).")
  var method: String?

  @Option(
    name: .long,
    help:
      "Information on the variances that --df rests on: expected or observed (default: observed, for Kenward and Roger's in mixed models expected)."
  )
  var dfInformation: VarianceInformation?

  @Option(
    name: .long,
    help: "Covariance of the effects of a random term with several columns: us, diag or cs (default: us).")
  var randomCovariance: RandomCovariance?

  var isRepeated: Bool { mmrm != nil }

  // MARK: - What is wrong without data

  func check(visit: String?) throws {
    _ = try structure()
    _ = try fallback()
    _ = try likelihood()
    guard mmrm != nil else {
      for (name, isGiven) in [
        ("--mmrm-fallback", mmrmFallback != nil), ("--covariance-by", covarianceBy != nil),
        ("--mmrm-visits", mmrmVisits != nil), ("--constrained-baseline", constrainedBaseline != nil),
      ] where isGiven { throw ValidationError("\(name) goes with --mmrm") }
      return
    }
    guard visit != nil else {
      throw ValidationError("--mmrm needs --visit COL, the column that says which visit a row is of")
    }
  }

  /// Refuses what a formula with random terms cannot be fitted with.
  func checkMixed(_ random: Formula.RandomTerm, _ formula: Formula, _ question: FitQuestion) throws {
    guard case .value = formula.response else {
      throw formula.error(
        at: random.offset, "random terms of survival models (frailties) are not built yet; strata( ) is")
    }
    try checkFamily(random, formula, question)
    let given: [(String, Bool, String)] = [
      ("--firth", question.generalized.firth, "generalised linear models"),
      ("--mmrm", isRepeated, "models whose residuals are correlated, in place of random terms"),
      (
        "--gee", question.estimating.isWanted,
        "models whose working correlation takes the place of random terms"
      ),
      ("--test", question.groupTest.isWanted, "a comparison of groups without a model"),
      ("--curve", question.model.curve, "Surv(time, status)"),
      ("--ties", question.model.ties != nil, "Cox models"),
      ("--robust", question.model.robust != nil, "linear models"),
    ]
    if let (name, _, what) = given.first(where: \.1) {
      throw ValidationError("\(name) goes with \(what), not with the random term \(random.text)")
    }
    guard question.hasOtherFamily else { return try checkRobust(question.model) }
    guard question.model.cluster == nil else {
      throw ValidationError(
        "--cluster: cluster-robust errors of generalised mixed models are not built yet; random effects allow for clusters, "
          + "and estimating equations (--gee) have robust errors")
    }
    if let vcov = question.model.vcov, vcov.lowercased() != "model" {
      throw ValidationError("--vcov \(vcov) is not built for generalised mixed models; model is")
    }
  }

  /// Refuses what goes with the other kind of mixed model.
  private func checkFamily(
    _ random: Formula.RandomTerm, _ formula: Formula, _ question: FitQuestion
  ) throws {
    let generalized = question.generalized
    if question.hasOtherFamily {
      try checkGeneralized(random, formula, question)
    } else {
      guard quadrature == nil else {
        throw ValidationError(
          "--quadrature is for generalised mixed models: name a --family with the random term \(random.text)")
      }
      guard generalized.link == nil || generalized.link == .identity, generalized.limits != .profile else {
        throw ValidationError(
          "\(generalized.limits == .profile ? "--limits profile" : "--link") goes with generalised models: name a --family with "
            + "the random term \(random.text)")
      }
    }
  }

  /// Refuses families, links and integrations that generalised mixed models do not have.
  private func checkGeneralized(
    _ random: Formula.RandomTerm, _ formula: Formula, _ question: FitQuestion
  ) throws {
    let generalized = question.generalized
    guard !generalized.isModifiedPoisson, !generalized.isMultinomial else {
      throw formula.error(
        at: random.offset,
        "the random term \(random.text) does not go with --family \(generalized.family ?? ""), but with binomial and poisson"
      )
    }
    guard (quadrature ?? 1) >= 1 else {
      throw ValidationError("--quadrature \(quadrature ?? 0): expected 1 or more points for each effect")
    }
    do {
      _ = try generalizedModel(formula.text, options: ModelOptions(), generalized)
    } catch let error as EstimationError {
      throw ValidationError("\(error.message)")
    }
  }

  /// Refuses what repeated measures cannot be fitted with.
  func checkRepeated(_ question: FitQuestion) throws {
    let (model, generalized) = (question.model, question.generalized)
    if let family = generalized.family, family.lowercased() != "gaussian" {
      throw ValidationError(
        "--family \(family): --mmrm is for gaussian responses; --gee takes other families")
    }
    let given: [(String, Bool)] = [
      ("--link", generalized.link != nil && generalized.link != .identity), ("--firth", generalized.firth),
      ("--limits profile", generalized.limits == .profile), ("--gee", question.estimating.isWanted),
      ("--test", question.groupTest.isWanted), ("--robust", model.robust != nil),
    ]
    if let name = given.first(where: \.1)?.0 { throw ValidationError("\(name) does not go with --mmrm") }
    guard model.cluster == nil else {
      throw ValidationError(
        "--cluster does not go with --mmrm: the people of --subject are its clusters, and --vcov cr0 to cr3 sum over "
          + "them")
    }
    try checkRobust(model)
  }

  /// Refuses what does not go with errors that are summed over people or clusters.
  private func checkRobust(_ model: ModelOptionsGroup) throws {
    let name = model.vcov.flatMap { $0.lowercased() == "model" ? nil : $0 }
    guard name != nil || model.cluster != nil else { return }
    let option = name.map { "--vcov \($0)" } ?? "--cluster"
    if let name {
      guard try model.errors()?.isClustered == true else {
        throw ValidationError(
          "--vcov \(name) takes rows as independent; with \(isRepeated ? "--mmrm" : "random terms"), cr0 to cr3 do not"
        )
      }
    }
    if let df = model.df {
      guard try degreesOfFreedom(df) == .satterthwaite else {
        throw ValidationError("--df \(df): with \(option) degrees of freedom are Satterthwaite's")
      }
    }
    guard dfInformation == nil else {
      throw ValidationError("--df-information has no effect with \(option)")
    }
    guard model.weightsKind != .frequency else {
      throw ValidationError("\(option) needs people themselves, not frequency weights")
    }
  }

  /// Refuses options of variances where there are none, and those that exclude each other.
  func check(_ kind: ModelKind, _ model: ModelOptionsGroup) throws {
    guard kind != .generalizedMixed else { return try checkGeneralized(model) }
    guard kind == .mixed || kind == .repeated else {
      guard quadrature == nil else {
        throw ValidationError(
          "--quadrature goes with random terms such as (1 | id) and a --family: it integrates over their effects"
        )
      }
      for (name, isGiven) in [
        ("--method", method != nil), ("--df-information", dfInformation != nil),
        ("--random-covariance", randomCovariance != nil),
      ] where isGiven {
        throw ValidationError(
          "\(name) goes with random terms such as (week | id)"
            + (name == "--random-covariance" ? "" : ", or with --mmrm"))
      }
      return
    }
    guard quadrature == nil else {
      throw ValidationError("--quadrature is for generalised mixed models, not for --mmrm")
    }
    guard kind == .mixed || randomCovariance == nil else {
      throw ValidationError("--random-covariance goes with random terms such as (week | id), not with --mmrm")
    }
    guard model.weightsKind != .sampling else {
      throw ValidationError(
        "--weights-kind sampling is not built for \(kind == .mixed ? "mixed models" : "--mmrm"); estimating equations "
          + "(--gee) take sampling weights")
    }
    let (df, likelihood) = (try degreesOfFreedom(model.df), try likelihood())
    guard !df.isKenwardRoger || kind == .repeated || likelihood == .reml else {
      throw ValidationError("--df \(model.df ?? ""): Kenward and Roger's adjustment goes with --method reml")
    }
    guard dfInformation == nil || df == .satterthwaite || df.isKenwardRoger else {
      throw ValidationError("--df-information has no effect with --df \(model.df ?? "")")
    }
  }

  /// Refuses options of variances that generalised mixed models do not have.
  private func checkGeneralized(_ model: ModelOptionsGroup) throws {
    guard try method == nil || likelihood() == .ml else {
      throw ValidationError("--method reml: generalised mixed models are fitted by maximum likelihood")
    }
    guard dfInformation == nil else {
      throw ValidationError(
        "--df-information has no effect with z tests, which generalised mixed models have")
    }
    guard model.weightsKind != .sampling else {
      throw ValidationError(
        "--weights-kind sampling is not built for generalised mixed models; estimating equations (--gee) take "
          + "sampling weights")
    }
  }

  // MARK: - What they say

  private func structure() throws -> RepeatedCovariance {
    try mmrm.map { try Self.structure($0, "--mmrm") } ?? .unstructured
  }

  private func fallback() throws -> [RepeatedCovariance] {
    try mmrmFallback.map { try ListOption.texts($0).map { try Self.structure($0, "--mmrm-fallback") } } ?? []
  }

  private static func structure(_ name: String, _ option: String) throws -> RepeatedCovariance {
    guard let known = RepeatedCovariance(rawValue: name.lowercased().replacing("-", with: "_")) else {
      throw ValidationError(
        "\(option) \(name) is not known; \(RepeatedCovariance.allCases.map(\.rawValue).joined(separator: ", ")) are"
      )
    }
    return known
  }

  private func likelihood() throws -> LikelihoodMethod {
    guard let method else { return .reml }
    guard let known = LikelihoodMethod(rawValue: method.uppercased()) else {
      throw ValidationError("--method \(method) is not known; reml and ml are")
    }
    return known
  }

  private func degreesOfFreedom(_ df: String?) throws -> VarianceDegreesOfFreedom {
    guard let df else { return .satterthwaite }
    guard let known = VarianceDegreesOfFreedom(rawValue: df.lowercased().replacing("-", with: "_")) else {
      let names = VarianceDegreesOfFreedom.allCases.map { $0.rawValue.replacing("_", with: "-") }
      throw ValidationError("--df \(df) is not built for this model; it has \(names.joined(separator: ", "))")
    }
    return known
  }

  func mixedModel(
    _ formula: String, options: ModelOptions, model: ModelOptionsGroup
  ) throws -> LinearMixedModel {
    try LinearMixedModel(
      formula, method: try likelihood(), degreesOfFreedom: try degreesOfFreedom(model.df),
      information: dfInformation, covariance: randomCovariance ?? .unstructured, robust: try model.errors(),
      options: options)
  }

  func generalizedModel(_ formula: String, options: ModelOptions, _ generalized: GeneralizedOptions) throws
    -> GeneralizedMixedModel
  {
    try GeneralizedMixedModel(
      formula, family: try generalized.parsedFamily(), link: generalized.link,
      integration: quadrature.map { .quadrature(points: $0) } ?? .laplace,
      covariance: randomCovariance ?? .unstructured, options: options)
  }

  /// Arms with one mean at the baseline visit.
  private func baseline(_ formula: String, _ options: ModelOptions) throws -> ConstrainedBaseline? {
    guard let constrainedBaseline else { return nil }
    guard let arm = options.arm else {
      throw ValidationError("--constrained-baseline needs --arm COL, the column with the randomised arm")
    }
    guard try Formula(formula).variables.contains(where: { $0.columns.contains(arm) }) else {
      throw ValidationError(
        "--constrained-baseline is about the arm, and '\(arm)' is not in the formula: name its column with --arm"
      )
    }
    return ConstrainedBaseline(arm: arm, visit: constrainedBaseline)
  }

  func repeatedModel(
    _ formula: String, options: ModelOptions, visit: String, model: ModelOptionsGroup
  ) throws -> RepeatedMeasuresModel {
    guard let subject = options.subject else {
      throw ValidationError("--mmrm needs --subject COL, the column that identifies people")
    }
    return try RepeatedMeasuresModel(
      formula, subject: subject, visit: visit, covariance: try structure(), fallback: try fallback(),
      covarianceBy: covarianceBy, method: try likelihood(), degreesOfFreedom: try degreesOfFreedom(model.df),
      information: dfInformation ?? .observed, robust: try model.errors(),
      unobservedVisits: mmrmVisits ?? .dropped, constrainedBaseline: try baseline(formula, options),
      options: options)
  }
}

extension FitQuestion {
  /// Whether a family other than the gaussian one is named.
  var hasOtherFamily: Bool { generalized.hasOtherFamily }

  /// That tests of terms come from fits other than the one that is shown.
  func refittedNote(_ method: LikelihoodMethod) -> [Diagnostic] {
    guard effects.tests == .likelihoodRatio, method == .reml else { return [] }
    return [
      Diagnostic(
        .assumption, .note,
        "likelihood ratio tests are of fits by ML: restricted likelihoods of models with different terms do not compare"
      )
    ]
  }
}

extension VarianceInformation: ExpressibleByArgument {}
extension RandomCovariance: ExpressibleByArgument {}
extension UnobservedVisits: ExpressibleByArgument {}
