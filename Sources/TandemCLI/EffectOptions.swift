public import ArgumentParser
public import Tandem

/// Tests of terms, average effects, ratios of improvements and margins.
struct EffectOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Tests of each term: II, III (Wald; neither depends on the coding) or lr (likelihood ratio).")
  var tests: TermTestKind?

  @Option(
    name: .long,
    help:
      "Average effects of a column on the mean of the response (g-computation): 'modality', 'dose=0,10', or a numeric column for its average slope; may be repeated."
  )
  var effects: [String] = []

  @Option(
    name: .long,
    help: "Errors of average effects: conditional on the covariates, or sampling (they are a sample too).")
  var effectsVariance: EffectVariance?

  @Option(name: .long, help: "Average over the rows at this level of the column, such as the treated.")
  var effectsIn: String?

  @Option(
    name: .long,
    help:
      "LEVEL/LEVEL: how many times as large one level's improvement is as another's, with Fieller's set: of slopes or means of --means, or of response rates of --effects."
  )
  var ratio: String?

  @Option(
    name: .long,
    help: "FROM,TO: --ratio compares changes between these values of the second factor of --means.")
  var ratioChange: String?

  @Option(name: .long, parsing: .unconditional, help: "LOW,HIGH: margins of equivalence of the contrasts.")
  var equivalence: String?

  @Option(name: .long, help: "A margin of non-inferiority of the contrasts; lower scores are better.")
  var nonInferiority: Double?

  @Flag(name: .long, help: "For --non-inferiority: higher is better.")
  var higherIsBetter = false

  @Flag(name: .long, help: "Margins are of the exponentiated contrasts: odds, rate or hazard ratios.")
  var marginRatio = false

  /// Whether anything is asked for.
  var isEmpty: Bool {
    tests == nil && effects.isEmpty && ratio == nil && equivalence == nil && nonInferiority == nil
  }

  func check() throws {
    guard !effects.isEmpty || (effectsVariance == nil && effectsIn == nil) else {
      throw ValidationError(
        "\(effectsVariance == nil ? "--effects-in" : "--effects-variance") needs --effects COL")
    }
    guard ratio != nil || ratioChange == nil else {
      throw ValidationError("--ratio-change needs --ratio LEVEL/LEVEL")
    }
    guard nonInferiority != nil || !higherIsBetter else {
      throw ValidationError("--higher-is-better needs --non-inferiority MARGIN")
    }
    guard !marginRatio || equivalence != nil || nonInferiority != nil else {
      throw ValidationError("--margin-ratio needs --equivalence LOW,HIGH or --non-inferiority MARGIN")
    }
    _ = try margin()
  }

  /// What was asked for; without a table no average effects.
  func apply(
    to fit: some FittedModel, in table: Table?, _ means: MarginalMeans?, _ contrasts: Contrasts?,
    likelihoodRatio: (() throws -> [JointTest])? = nil
  ) throws -> FurtherInference {
    var result = FurtherInference()
    if let tests { result.terms = (tests.rawValue, try terms(tests, fit, likelihoodRatio)) }
    // Of a single contrast the joint test says nothing new.
    if let contrasts, contrasts.familySize > 1 { result.families = contrasts.jointTests }
    for text in effects { result.effects.append(try effect(text, fit, table)) }
    result.ratios = try ratios(means, result.effects)
    if let margin = try margin() {
      guard let contrasts else { throw ValidationError("a margin needs --means FACTOR and --contrast") }
      result.margins = try contrasts.tested(against: margin, asRatio: marginRatio)
    }
    return result
  }

  private func terms(
    _ kind: TermTestKind, _ fit: some FittedModel, _ likelihoodRatio: (() throws -> [JointTest])?
  ) throws -> [JointTest] {
    switch kind {
    case .two: return fit.termTests(.typeII)
    case .three: return fit.termTests(.typeIII)
    case .likelihoodRatio:
      guard let likelihoodRatio else {
        throw ValidationError(
          "--tests lr: this model has no likelihood ratio tests here; II and III are Wald tests")
      }
      return try likelihoodRatio()
    }
  }

  private func effect(_ text: String, _ fit: some FittedModel, _ table: Table?) throws -> AverageEffects {
    guard let table else {
      throw ValidationError("--effects needs all rows at once, and the files are read in blocks")
    }
    let split = text.firstIndex(of: "=")
    let column = split.map { String(text[..<$0]) } ?? text
    let variance = effectsVariance ?? .conditional
    let isCategorical = fit.plan.levels(of: column) != nil
    if split == nil, !isCategorical, effectsIn == nil {
      return try fit.averageSlope(of: column, variance: variance, in: table)
    }
    let values = try split.map { place in
      try ListOption.texts(String(text[text.index(after: place)...])).map { part in
        if isCategorical { return GridValue.level(part) }
        guard let number = NumberText.parse(part) else {
          throw ValidationError("--effects \(text): '\(column)' is numeric and '\(part)' is not a number")
        }
        return GridValue.number(number)
      }
    }
    return try fit.averageEffects(
      of: column, values: values, variance: variance, population: effectsIn.map { .level($0) } ?? .all,
      in: table)
  }

  private func ratios(_ means: MarginalMeans?, _ effects: [AverageEffects]) throws -> [RatioOfImprovements] {
    guard let ratio else { return [] }
    let levels = ratio.split(separator: "/").map(String.init)
    guard levels.count == 2 else { throw ValidationError("--ratio \(ratio): expected LEVEL/LEVEL") }
    if let first = effects.first { return [try first.ratio(levels[0], over: levels[1])] }
    guard let means, !means.factors.isEmpty else {
      throw ValidationError(
        "--ratio compares levels: name their factor with --means (with --slopes for slopes) or --effects")
    }
    guard let ratioChange else { return try means.ratio(levels[0], over: levels[1]) }
    let ends = ListOption.texts(ratioChange)
    guard ends.count == 2 else { throw ValidationError("--ratio-change \(ratioChange): expected FROM,TO") }
    return try means.ratioOfChanges(levels[0], over: levels[1], from: ends[0], to: ends[1])
  }

  private func margin() throws -> Margin? {
    guard equivalence == nil || nonInferiority == nil else {
      throw ValidationError("--equivalence and --non-inferiority are two questions: ask one at a time")
    }
    if let nonInferiority { return .nonInferiority(nonInferiority, higherIsBetter: higherIsBetter) }
    guard let equivalence else { return nil }
    let ends = ListOption.texts(equivalence).compactMap { NumberText.parse($0) }
    guard ends.count == 2 else { throw ValidationError("--equivalence \(equivalence): expected LOW,HIGH") }
    return .equivalence(lower: ends[0], upper: ends[1])
  }
}

/// What `--tests` may be.
enum TermTestKind: String, CaseIterable, ExpressibleByArgument {
  case two = "II"
  case three = "III"
  case likelihoodRatio = "lr"
}

extension EffectVariance: ExpressibleByArgument {}
