public import ArgumentParser
public import Tandem

/// Options of survival curves.
struct CurveOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "What a curve shows: survival, cumulative_hazard, cumulative_incidence (a status with several levels) or mean_cumulative_function (recurrent events; needs --subject)."
  )
  var curveKind: CurveKind?

  @Option(
    name: .long,
    help:
      "The variance of a curve: greenwood or infinitesimal_jackknife for survival, aalen or infinitesimal_jackknife for the others (default: robust with --cluster and sampling weights)."
  )
  var curveVariance: CurveVariance?

  @Option(name: .long, help: "Tied events of a cumulative hazard: nelson-aalen (d/n) or fleming-harrington.")
  var hazardTies: CumulativeHazard.Ties?

  @Option(name: .long, help: "The cause whose cumulative incidence is shown (default: all).")
  var cause: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The mean time free of the event up to a horizon, by group and compared.", valueName: "tau"))
  var rmst: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The risk by a time, by group and compared; the mean number of events with recurrent ones.",
      valueName: "time"))
  var riskAt: Double?

  @Flag(
    name: .long, help: "The test of groups in their order against a trend, beside that of any difference.")
  var trend = false

  /// Those that are given, by name.
  var given: [String] {
    [
      ("--curve-kind", curveKind != nil), ("--curve-variance", curveVariance != nil),
      ("--hazard-ties", hazardTies != nil), ("--cause", cause != nil), ("--rmst", rmst != nil),
      ("--risk-at", riskAt != nil), ("--trend", trend),
    ].filter(\.1).map(\.0)
  }

  func check() throws {
    for (name, value) in [("--rmst", rmst), ("--risk-at", riskAt)] {
      guard let value, !(value > 0 && value.isFinite) else { continue }
      throw ValidationError("\(name) \(NumberText.shortest(value)): expected a time after 0")
    }
    guard hazardTies == nil || curveKind == .cumulativeHazard else {
      throw ValidationError("--hazard-ties goes with --curve-kind cumulative_hazard")
    }
    guard rmst == nil || curveKind == nil || curveKind == .survival else {
      throw ValidationError("--rmst is the area under a survival curve: it goes with --curve-kind survival")
    }
    guard cause == nil || curveKind == nil || curveKind == .cumulativeIncidence else {
      throw ValidationError("--cause goes with --curve-kind cumulative_incidence")
    }
  }
}

/// What a curve shows.
enum CurveKind: String, CaseIterable, ExpressibleByArgument {
  case survival
  case cumulativeHazard = "cumulative_hazard"
  case cumulativeIncidence = "cumulative_incidence"
  case meanCumulativeFunction = "mean_cumulative_function"

  init?(argument: String) { self.init(rawValue: argument.split(separator: "-").joined(separator: "_")) }
}

extension CurveVariance: ExpressibleByArgument {}
extension CumulativeHazard.Ties: ExpressibleByArgument {}

extension FitAnalysis {
  /// Curves with their tests; steps are told where they pass the gate.
  func curves(_ work: Work, _ gate: DisclosureGate) throws -> ResultDocument {
    let wanted = question.curves
    let isCompeting = try wanted.cause != nil || AalenJohansen.isNeeded(for: formula, in: work.table)
    switch wanted.curveKind ?? (isCompeting ? .cumulativeIncidence : .survival) {
    case .survival: return try survival(work, gate)
    case .cumulativeHazard: return try hazards(work, gate)
    case .cumulativeIncidence: return try incidences(work, gate)
    case .meanCumulativeFunction: return try means(work, gate)
    }
  }

  private var transform: BandTransform { question.model.transform ?? .log }

  /// Rank tests take counts, so they are left out with sampling weights.
  private func rankTest(_ work: Work, _ groupCount: Int) throws -> LogRankTest? {
    guard groupCount > 1, work.options.weights?.kind != .sampling else { return nil }
    var options = work.options
    options.cluster = nil
    return try LogRankTest(
      text, work.table, weights: question.groupTest.rank ?? .logRank, options: options,
      executor: work.executor)
  }

  private func survival(_ work: Work, _ gate: DisclosureGate) throws -> ResultDocument {
    let wanted = question.curves
    let curves = try KaplanMeier(
      text, transform: transform, variance: wanted.curveVariance, options: work.options
    ).fit(work.table, executor: work.executor)
    let test = try rankTest(work, curves.curves.count)
    let told = curves.coarsened(least: gate.threshold, horizons: [wanted.riskAt].compactMap { $0 })
    let readable = told.withheld.map(\.isEmpty)
    return ResultDocument(
      told.curves, logRank: test, trend: wanted.trend ? test?.trend() : nil,
      restrictedMeans: wanted.rmst.map(curves.restrictedMeans),
      risks: wanted.riskAt.map { curves.risks(at: $0, where: readable) }, provenance: work.provenance)
  }

  private func hazards(_ work: Work, _ gate: DisclosureGate) throws -> ResultDocument {
    let wanted = question.curves
    try refuse(["--rmst", "--risk-at", "--cause"], "a cumulative hazard")
    let curves = try CumulativeHazard(
      text, ties: wanted.hazardTies ?? .nelsonAalen, transform: transform, variance: wanted.curveVariance,
      options: work.options
    ).fit(work.table, executor: work.executor)
    let test = try rankTest(work, curves.curves.count)
    return ResultDocument(
      curves.coarsened(least: gate.threshold), tests: .rank(test, wanted.trend ? test?.trend() : nil),
      provenance: work.provenance)
  }

  private func incidences(_ work: Work, _ gate: DisclosureGate) throws -> ResultDocument {
    let wanted = question.curves
    try refuse(["--rmst", "--trend"], "a cumulative incidence")
    guard question.groupTest.rank == nil else {
      throw ValidationError("--test compares survival; cumulative incidences are compared by Gray's test")
    }
    let curves = try AalenJohansen(
      text, transform: transform, variance: wanted.curveVariance, options: work.options
    ).fit(work.table, executor: work.executor)
    let isTested =
      !formula.terms.isEmpty && work.options.weights?.kind != .sampling && !formula.hasDelayedEntry
      && Set(curves.curves.map(\.name)).count > 1
    var options = work.options
    options.cluster = nil
    let tests =
      isTested ? try GrayTest.tests(text, work.table, options: options, executor: work.executor) : []
    let causes = Set(curves.curves.compactMap(\.cause))
    if let cause = wanted.cause, !causes.contains(cause) {
      throw ValidationError("--cause \(cause): the causes are \(causes.sorted().joined(separator: ", "))")
    }
    let told = curves.coarsened(least: gate.threshold).of(cause: wanted.cause)
    return ResultDocument(
      told, tests: .gray(tests.filter { wanted.cause == nil || $0.cause == wanted.cause }),
      comparisons: wanted.riskAt.map { (time: $0, rows: told.comparisons(at: $0)) },
      provenance: work.provenance)
  }

  private func means(_ work: Work, _ gate: DisclosureGate) throws -> ResultDocument {
    let wanted = question.curves
    try refuse(["--rmst", "--trend", "--cause", "--curve-variance"], "a mean cumulative function")
    guard question.groupTest.rank == nil else {
      throw ValidationError("--test compares survival; mean numbers of events have their own test")
    }
    let curves = try MeanCumulativeFunction(text, transform: transform, options: work.options).fit(
      work.table, executor: work.executor)
    let test =
      curves.curves.count > 1
      ? try RecurrentEventsTest(text, work.table, options: work.options, executor: work.executor) : nil
    let told = curves.coarsened(least: gate.threshold)
    return ResultDocument(
      told, tests: .recurrent(test),
      comparisons: wanted.riskAt.map { (time: $0, rows: told.comparisons(at: $0)) },
      provenance: work.provenance)
  }

  private func refuse(_ names: [String], _ what: String) throws {
    guard let name = names.first(where: question.curves.given.contains) else { return }
    throw ValidationError("\(name) does not go with \(what)")
  }
}
