import ArgumentParser
import Tandem

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
    guard kind != .cox else { return }
    for (name, isGiven) in [
      ("--zph", zph != nil), ("--predict", !predict.isEmpty), ("--split", split != nil),
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
