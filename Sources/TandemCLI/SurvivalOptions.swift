public import ArgumentParser
public import Tandem

/// Options of Cox models beside those that all models share.
struct SurvivalOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "Tests of proportional hazards against time transformed by km (default), identity, log or rank, or none; of Cox models."
  )
  var zph: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Predicted survival of a Cox model where columns have these values: 'modality=combined,therapy'; may be repeated. Others are held at their means or reference levels.",
      valueName: "col=values"))
  var predict: [String] = []

  @Option(name: .long, help: "Times at which predicted risks are given, such as 90,180,365; needs --predict.")
  var horizons: String?

  @Option(
    name: .long,
    help:
      "Times at which episodes are cut, such as 90,180: the column 'period' can then stand in the formula ('modality + modality:period'), so that hazard ratios differ between periods; of Cox models."
  )
  var split: String?

  @Option(
    name: .long,
    help: "An accelerated failure time model: weibull, exponential, lognormal or loglogistic.")
  var distribution: SurvivalDistribution?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A subdistribution hazard model (Fine and Gray) of this value of the status column, other values being competing events.",
      valueName: "cause"))
  var fineGray: String?

  @Option(
    name: .long,
    help:
      "With --fine-gray the value of the status column that means censoring (default: the first in sorted order)."
  )
  var censoring: String?

  func cuts() throws -> [Double] {
    guard let split else { return [] }
    let cuts = try ListOption.texts(split).map {
      guard let time = NumberText.parse($0) else {
        throw ValidationError("--split '\(split)': '\($0)' is not a time")
      }
      return time
    }
    guard !cuts.isEmpty, zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw ValidationError("--split '\(split)': expected ascending times, such as 90,180")
    }
    return cuts
  }

  /// The test that is made; nil for none.
  func transform() throws -> ProportionalHazardsTest.Transform? {
    guard let zph else { return .kaplanMeier }
    guard zph != "none" else { return nil }
    guard let known = ProportionalHazardsTest.Transform(rawValue: zph) else {
      throw ValidationError("--zph \(zph) is not known; km, identity, log, rank and none are")
    }
    return known
  }

  func times() throws -> [Double] {
    guard let horizons else { return [] }
    return try ListOption.texts(horizons).map {
      guard let time = NumberText.parse($0), time >= 0 else {
        throw ValidationError("--horizons '\(horizons)': '\($0)' is not a time of at least 0")
      }
      return time
    }
  }

  func check() throws {
    _ = try transform()
    _ = try times()
    _ = try cuts()
    guard horizons == nil || !predict.isEmpty else {
      throw ValidationError(
        "--horizons needs --predict COL=VALUE, such as --predict modality=combined,therapy")
    }
  }

  /// Refuses options that no other model has.
  func check(_ kind: ModelKind) throws {
    guard censoring == nil || kind == .subdistribution else {
      throw ValidationError("--censoring goes with --fine-gray")
    }
    guard kind != .cox else { return }
    let predicts = kind == .failureTime || kind == .subdistribution
    for (name, isGiven) in [
      ("--zph", zph != nil), ("--predict", !predict.isEmpty && !predicts), ("--split", split != nil),
    ] where isGiven {
      throw ValidationError("\(name) goes with a Cox model: Surv(time, status) as response, without --curve")
    }
  }

  /// The fit as it is told, with tests and predictions.
  func description(
    of fit: CoxFit, gate: DisclosureGate, executor: ThreadedExecutor
  ) throws -> (FitDescription, [Diagnostic]) {
    var notes: [Diagnostic] = []
    var test: ProportionalHazardsTest?
    if fit.ties != .discrete, let transform = try transform() {
      do {
        test = try fit.proportionalHazardsTest(transform, executor: executor)
        notes += test?.diagnostics ?? []
      } catch let error as EstimationError {
        notes.append(Diagnostic(.notComputed, .note, "not computed: \(error)"))
      }
    }
    var curves: [PredictedCurve] = []
    if !predict.isEmpty {
      curves = try fit.survivalCurves(
        at: try GridOption.values(predict, option: "--predict", of: fit), executor: executor)
    }
    let risksOnly = gate.threshold > 1
    if risksOnly, !curves.isEmpty {
      notes.append(
        Diagnostic(
          .assumption, .note,
          "predicted curves are not told, since their steps are the times of single events: --horizons gives their risks"
        ))
    }
    return (
      fit.description(
        proportionalHazards: test, curves: curves, horizons: try times(), risksOnly: risksOnly), notes
    )
  }
}

extension SurvivalOptions {
  /// An accelerated failure time model as it is told, with predicted risks.
  func description(of fit: AcceleratedFailureTimeFit) throws -> FitDescription {
    guard !predict.isEmpty else { return fit.description }
    let times = try times()
    guard !times.isEmpty else {
      throw ValidationError("--predict needs --horizons with --distribution, such as --horizons 90,180")
    }
    let values = try GridOption.values(predict, option: "--predict", of: fit)
    return fit.description(survival: try fit.survival(at: values, times: times))
  }

  /// A subdistribution hazard model as it is told, with predicted risks.
  func description(
    of fit: FineGrayFit, gate: DisclosureGate
  ) throws -> (FitDescription, [Diagnostic]) {
    guard !predict.isEmpty else { return (fit.description, []) }
    let values = try GridOption.values(predict, option: "--predict", of: fit)
    let risksOnly = gate.threshold > 1
    return (
      fit.description(
        incidence: try fit.cumulativeIncidence(at: values), horizons: try times(), risksOnly: risksOnly),
      risksOnly
        ? [
          Diagnostic(
            .assumption, .note,
            "predicted curves are not told, since their steps are the times of single events: --horizons gives their risks"
          )
        ] : []
    )
  }
}

extension SurvivalDistribution: ExpressibleByArgument {}

/// COL=VALUE,VALUE texts as values of a model's columns.
enum GridOption {
  static func values(
    _ texts: [String], option: String, of fit: some FittedModel
  ) throws -> [String: [GridValue]] {
    var result: [String: [GridValue]] = [:]
    for text in texts {
      guard let split = text.firstIndex(of: "="), split != text.startIndex else {
        throw ValidationError("\(option) '\(text)': expected COL=VALUE, such as week=12")
      }
      let column = String(text[..<split])
      let isCategorical = fit.plan.levels(of: column) != nil
      result[column] = ListOption.texts(String(text[text.index(after: split)...])).map { part in
        if !isCategorical, let number = NumberText.parse(part) { return .number(number) }
        return .level(part)
      }
    }
    return result
  }
}
