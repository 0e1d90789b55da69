public import CohortTables
public import Estimation

#if canImport(Glibc)
  import Glibc
#endif

/// Risk of relapse over time and by arm: curves, log-rank test, hazard ratios crude and adjusted.
public struct RelapseAnalysis: Sendable {
  /// The risk of relapse up to a horizon.
  public struct Risk: Sendable, Equatable {
    /// The arm, or "all".
    public let group: String
    /// The horizon, in the file's unit of time.
    public let horizon: Double
    /// How many are still at risk at the horizon; nil where the curve is not told.
    public let atRisk: Double?
    /// One less the survival; nil beyond the last observed time.
    public let estimate: Double?
    /// Its standard error.
    public let standardError: Double?
    /// Lower limit.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
  }

  /// What is asked of an episode table.
  public struct Question: Sendable, Equatable {
    /// The column with the time to relapse or censoring.
    public var time: String
    /// The column that says whether it was a relapse.
    public var event: String
    /// The column with the arm; without one there is a single curve.
    public var arm: String?
    /// The arm whose hazard is compared with each other arm's; without one, with the reference level's.
    public var focus: String?
    /// Columns that the adjusted hazard ratios hold equal.
    public var covariates: [String]
    /// Times at which risks are given; quarters of the longest observed time where there are none.
    public var horizons: [Double]
    /// Options shared by all models.
    public var options: ModelOptions

    /// A question.
    public init(
      time: String, event: String, arm: String? = nil, focus: String? = nil, covariates: [String] = [],
      horizons: [Double] = [], options: ModelOptions = ModelOptions()
    ) {
      self.time = time
      self.event = event
      self.arm = arm
      self.focus = focus
      self.covariates = covariates
      self.horizons = horizons
      self.options = options
    }
  }

  /// What was asked.
  public let question: Question
  /// Curves by arm.
  public internal(set) var curves: SurvivalCurves
  /// The log-rank test between arms; nil without arms.
  public let logRank: LogRankTest?
  /// Hazard ratios between arms alone; nil without arms.
  public let crude: CoxFit?
  /// Hazard ratios between arms with covariates held equal; nil without arms or covariates.
  public let adjusted: CoxFit?
  /// Log hazard ratios of the focus with each other arm, adjusted where there are covariates, with
  /// Dunnett's limits; nil without a focus.
  public let hazardContrasts: Contrasts?
  /// Risks at the horizons.
  public internal(set) var risks: [Risk]
  /// Risks at the horizons as they would be if everybody were in one arm, from the adjusted model or, without covariates, the
  /// crude one; empty without arms.
  public internal(set) var standardised: [StandardisedRisks]
  /// Mean times free of relapse up to the last horizon, by arm and compared; nil without arms.
  public internal(set) var restrictedMeans: RestrictedMeans?
  /// Tests whether the hazard ratios of the model change with time; nil without a model.
  public let proportionalHazards: ProportionalHazardsTest?
  /// What a reader must know.
  public let diagnostics: [Diagnostic]

  /// Names that are recognised for the time, in order of preference.
  public static let timeNames = ["days", "time", "weeks", "months", "days_to_relapse", "daysanysub"]
  /// Names that are recognised for the event.
  public static let eventNames = ["relapse", "event", "status", "relapsed", "recurrence"]

  /// Answers a question about a table of episodes, one row a person.
  ///
  /// - Throws: `TableError`, `EstimationError`; `OutcomesError` when no one has the focus as arm.
  public init(_ table: Table, _ question: Question, executor: some FoldExecutor = SerialExecutor()) throws {
    try Self.check(question, table)
    self.question = question
    var options = question.options
    options.arm = question.arm
    let response = "Surv(\(Self.quoted(question.time)), \(Self.quoted(question.event)))"
    let arm = question.arm.map(Self.quoted)
    let curves = try KaplanMeier("\(response) ~ \(arm ?? "1")", options: options).fit(
      table, executor: executor)
    guard let events = curves.rows.events, events > 0 else {
      throw EstimationError(
        .noEvents,
        "\(table.source.displayName): none of the \(curves.rows.used) used rows has the event: "
          + "there is no risk to estimate")
    }
    self.curves = curves
    risks = Self.risks(curves, horizons: question.horizons)
    guard let arm else {
      (logRank, crude, adjusted, hazardContrasts) = (nil, nil, nil, nil)
      (standardised, restrictedMeans, proportionalHazards) = ([], nil, nil)
      diagnostics = curves.diagnostics + Self.missingNotes(curves.rows)
      return
    }
    var notes = curves.diagnostics + Self.missingNotes(curves.rows)
    logRank = try Self.attempt(&notes) {
      try LogRankTest("\(response) ~ \(arm)", table, options: options, executor: executor)
    }
    let crude = try Self.attempt(&notes) {
      try CoxModel("\(response) ~ \(Self.factor(arm, question.arm, table))", options: options).fit(
        table, executor: executor)
    }
    self.crude = crude
    let covariates = question.covariates.map(Self.quoted)
    let adjusted =
      covariates.isEmpty
      ? nil
      : try Self.attempt(&notes) {
        try CoxModel(
          "\(response) ~ \(([Self.factor(arm, question.arm, table)] + covariates).joined(separator: " + "))",
          options: options
        ).fit(table, executor: executor)
      }
    self.adjusted = adjusted
    hazardContrasts = try (adjusted ?? crude).flatMap { fit in
      guard let focus = question.focus, let column = question.arm else { return nil }
      return try Self.attempt(&notes) { try fit.marginalMeans(of: column).contrasts(.versus(focus)) }
    }
    let model = adjusted ?? crude
    let horizons = Array(Set(risks.map(\.horizon))).sorted()
    standardised =
      try model.flatMap { fit in
        try Self.attempt(&notes) {
          try fit.standardisedRisks(of: question.arm ?? "", horizons: horizons, in: table, executor: executor)
        }
      } ?? []
    proportionalHazards = try model.flatMap { fit in
      try Self.attempt(&notes) { try fit.proportionalHazardsTest(executor: executor) }
    }
    notes += proportionalHazards?.diagnostics ?? []
    restrictedMeans = horizons.last.map(curves.restrictedMeans)
    diagnostics = notes
  }

  static func exponential(_ x: Double) -> Double { exp(x) }

  /// Says when many people have no outcome, and how unequally the arms are hit.
  private static func missingNotes(_ rows: RowAccounting) -> [Diagnostic] {
    let lost = rows.read - rows.used
    guard lost > 0, rows.read > 0 else { return [] }
    var lostByArm: [String: Int] = [:]
    for exclusion in rows.excluded {
      for arm in exclusion.byArm ?? [] { lostByArm[arm.arm, default: 0] += arm.rows }
    }
    let usedByArm = Dictionary((rows.byArm ?? []).map { ($0.arm, $0.rows) }) { first, _ in first }
    let shares = Set(lostByArm.keys).union(usedByArm.keys).sorted().map { arm in
      let (gone, kept) = (lostByArm[arm] ?? 0, usedByArm[arm] ?? 0)
      return "\(arm) \(PlainNumber.percent(Double(gone) / Double(max(gone + kept, 1))))"
    }
    let share = Double(lost) / Double(rows.read)
    let byArm = shares.isEmpty ? "" : ", by arm: \(shares.joined(separator: ", "))"
    return [
      Diagnostic(
        .missingData, share >= 0.2 ? .caution : .note,
        "\(lost) of \(rows.read) rows (\(PlainNumber.percent(share))) have no usable time and event\(byArm); those who are left may "
          + "differ from those who are not, also between arms that were drawn by lot")
    ]
  }

  /// Refuses columns and arms that the table does not have.
  private static func check(_ question: Question, _ table: Table) throws {
    for name in [question.time, question.event] + [question.arm].compactMap({ $0 }) + question.covariates {
      try table.requireFormulaColumn(name)
    }
    guard let focus = question.focus else { return }
    guard let arm = question.arm else {
      throw OutcomesError("\(table.source.displayName):1: no column holds the arm; name it with --arm")
    }
    let levels = try table.requireColumn(arm).asCategories().levels
    guard levels.contains(focus) else {
      throw OutcomesError(
        "\(table.source.displayName): column '\(arm)' has no arm '\(focus)'; it has \(levels.joined(separator: ", "))"
      )
    }
  }

  /// A part that cannot be computed becomes a note; the rest of the analysis stands.
  ///
  /// - Throws: `TableError`: data that cannot be read are refused, not noted.
  private static func attempt<T>(_ notes: inout [Diagnostic], _ body: () throws -> T) throws -> T? {
    do {
      return try body()
    } catch let error as EstimationError {
      notes.append(Diagnostic(.notComputed, .caution, "not computed: \(error)"))
      return nil
    }
  }

  /// Arms coded as numbers are categories all the same.
  private static func factor(_ quoted: String, _ name: String?, _ table: Table) -> String {
    guard let name, let column = table.column(name), column.isNumeric else { return quoted }
    return "factor(\(quoted))"
  }

  private static func quoted(_ name: String) -> String { "`\(name)`" }

  private static func risks(_ curves: SurvivalCurves, horizons: [Double]) -> [Risk] {
    let last = curves.curves.compactMap { $0.points.last?.time }.max() ?? 0
    // Whole units read best, where the range is long enough for them: not in years.
    let quarters = [0.25, 0.5, 0.75].map { last < 20 ? $0 * last : ($0 * last).rounded() }
    let chosen = horizons.isEmpty ? quarters : horizons
    return curves.curves.flatMap { curve in
      chosen.map { horizon in
        let point = curve.point(at: horizon)
        return Risk(
          group: curve.name, horizon: horizon, atRisk: curve.atRisk(before: horizon),
          estimate: point.map { 1 - $0.estimate }, standardError: point?.standardError,
          lower: point?.upper.map { 1 - $0 }, upper: point?.lower.map { 1 - $0 })
      }
    }
  }

  /// One line on how the analysis was made.
  public var verdict: String {
    var parts = [curves.verdict]
    if let adjusted {
      parts.append(adjusted.verdict)
    } else if let crude {
      parts.append(crude.verdict)
    }
    return parts.joined(separator: " ")
  }
}
