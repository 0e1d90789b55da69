import CohortTables
public import Estimation

/// Is one treatment better than the others: scores compared between arms, crude and adjusted.
///
/// Two kinds of comparison are made. The first takes each person's mean over the scores at the
/// horizons, so that everyone who was seen at one of them counts: it is the headline. The others
/// compare the scores at each horizon among those who were seen then: complete cases, which leaving
/// can bias, and are marked so. The adjusted comparisons are analyses of covariance: a linear model
/// of the score on arm, baseline and covariates, with marginal means at the covariates' means.
///
/// ## References
/// Frison and Pocock (1992), Statistics in Medicine 11:1685-1704 (summary measures with the baseline
/// as covariate); Senn (2006), Statistics in Medicine 25:4334-4344 (change versus covariance).
public struct TreatmentComparison: Sendable {
  /// One comparison of all arms with the focus.
  public struct Analysis: Sendable {
    /// The horizon; nil for the mean over follow-up.
    public let horizon: Double?
    /// Whether baseline and covariates are held equal.
    public let isAdjusted: Bool
    /// The linear model.
    public let fit: LinearFit
    /// Marginal means by arm.
    public let means: MarginalMeans
    /// The focus less each other arm.
    public let contrasts: Contrasts
    /// The same contrasts with Holm's p-values.
    public let holm: Contrasts

    /// How many people of each arm the model used.
    public var peopleByArm: [String: Int] {
      Dictionary((fit.rows.byArm ?? []).map { ($0.arm, $0.subjects ?? $0.rows) }) { first, _ in first }
    }

    /// The people of the smaller of the arms that a contrast `a - b` names, or of a smaller level behind it.
    func fewestPeople(in contrast: Contrasts.Contrast) -> Int {
      let arms = peopleByArm.filter {
        contrast.name.hasPrefix("\($0.key) - ") || contrast.name.hasSuffix(" - \($0.key)")
      }
      return min(arms.values.min() ?? 0, contrast.support.fewest)
    }

    /// A short name, such as `week 12, adjusted`.
    public func name(unit: TimeUnit) -> String {
      let what = horizon.map { "\(unit.rawValue) \(NumberText.shortest($0))" } ?? "mean over follow-up"
      return "\(what), \(isAdjusted ? "adjusted" : "crude")"
    }
  }

  /// What was asked.
  public let question: ComparisonQuestion
  /// The visits.
  public let visits: VisitTable
  /// One row a person.
  public let outcomes: PersonOutcomes
  /// The mean over follow-up first, then each horizon; adjusted before crude.
  public let analyses: [Analysis]
  /// What a reader must know.
  public let diagnostics: [Diagnostic]

  /// The adjusted comparison of the mean over follow-up.
  public var headline: Analysis? { analyses.first { $0.horizon == nil && $0.isAdjusted } }

  /// Compares the arms.
  ///
  /// - Throws: `TableError`, `OutcomesError`, `EstimationError`.
  public init(
    _ visits: VisitTable, _ question: ComparisonQuestion, executor: some FoldExecutor = SerialExecutor()
  ) throws {
    guard let arms = visits.arms, let armColumn = visits.roles.arm else {
      throw OutcomesError("\(visits.table.source.displayName):1: no column holds the arm; name it with --arm")
    }
    guard arms.levels.contains(question.focus) else {
      throw OutcomesError(
        "\(visits.table.source.displayName): column '\(armColumn)' has no arm '\(question.focus)'; it has "
          + arms.levels.joined(separator: ", "))
    }
    guard arms.levels.count > 1 else {
      throw OutcomesError(
        "\(visits.table.source.displayName): column '\(armColumn)' has the single arm '\(question.focus)'; a comparison needs "
          + "at least two")
    }
    for name in question.covariates { try visits.table.requireFormulaColumn(name) }
    self.visits = visits
    let question = try question.directed(by: visits.instrument)
    self.question = question
    let outcomes = try PersonOutcomes(visits, question)
    self.outcomes = outcomes
    var analyses: [Analysis] = []
    var notes: [Diagnostic] = []
    let responses: [(Double?, String)] =
      [(nil, PersonOutcomes.followUpColumn)] + question.horizons.map { ($0, PersonOutcomes.columnName($0)) }
    for (horizon, column) in responses {
      for isAdjusted in [true, false] {
        do {
          analyses.append(
            try Self.analysis(
              outcomes.table, horizon: horizon, column: column, isAdjusted: isAdjusted,
              question, executor))
        } catch let error as EstimationError {
          let when =
            horizon.map { "\(visits.unit.rawValue) \(NumberText.shortest($0))" } ?? "mean over follow-up"
          notes.append(
            Diagnostic(
              .notComputed, .caution, "\(when), \(isAdjusted ? "adjusted" : "crude"): not computed: \(error)")
          )
        }
      }
    }
    guard !analyses.isEmpty else {
      // The same cause stops every part: it is said once.
      let causes = notes.map(\.message).reduce(into: [String]()) { causes, message in
        let cause = message.split(separator: "not computed: ").last.map(String.init) ?? message
        if !causes.contains(cause) { causes.append(cause) }
      }
      let hint =
        question.baseline == .lastVisitUpToZero
          && outcomes.table.column("baseline")?.missingCount == outcomes.table.rowCount
        ? "; no one has a score at time 0 or before: choose the first score or a column as baseline" : ""
      throw OutcomesError(
        "\(visits.table.source.displayName): no comparison could be computed: \(causes.joined(separator: "; "))\(hint)"
      )
    }
    self.analyses = analyses
    diagnostics =
      Self.directionNotes(question, visits) + Self.assignmentNotes(question)
      + Self.dropoutNotes(analyses, unit: visits.unit)
      + Self.emptyArmNotes(analyses, arms: Array(arms.levels), unit: visits.unit) + notes
  }

  private static func analysis(
    _ table: Table, horizon: Double?, column: String, isAdjusted: Bool, _ question: ComparisonQuestion,
    _ executor: some FoldExecutor
  ) throws -> Analysis {
    let covariates = ["baseline"] + question.covariates
    let terms = ((isAdjusted ? covariates : []) + ["arm"]).map { "`\($0)`" }.joined(separator: " + ")
    let options = ModelOptions(
      subject: "person", arm: "arm", required: covariates, references: ["arm": question.focus],
      confidenceLevel: question.confidenceLevel)
    let fit = try LinearModel("`\(column)` ~ \(terms)", options: options).fit(table, executor: executor)
    let means = try fit.marginalMeans(of: ["arm"])
    return Analysis(
      horizon: horizon, isAdjusted: isAdjusted, fit: fit, means: means,
      contrasts: try means.contrasts(.versus(question.focus), adjustment: question.adjustment),
      holm: try means.contrasts(.versus(question.focus), adjustment: .holm))
  }

  /// Says which way is better where no instrument tells.
  private static func directionNotes(_ question: ComparisonQuestion, _ visits: VisitTable) -> [Diagnostic] {
    guard visits.instrument == nil, !question.isHigherBetter else { return [] }
    return [
      Diagnostic(
        .assumption, .note,
        "lower scores of '\(visits.roles.outcome ?? "")' are taken as better; say so where higher ones are")
    ]
  }

  private static func assignmentNotes(_ question: ComparisonQuestion) -> [Diagnostic] {
    let chosen = question.assignment.filter { !$0.isRandomised }.map(\.treatment)
    if question.assignment.isEmpty {
      return [
        Diagnostic(
          .notRandomised, .caution,
          "how treatment was assigned is not stated: it is taken as chosen, so differences between arms may be differences "
            + "between the people who got them")
      ]
    }
    guard !chosen.isEmpty else { return [] }
    return [
      Diagnostic(
        .notRandomised, .caution, terms: chosen,
        "\(chosen.joined(separator: ", ")): not assigned at random, so differences between arms may be differences between the "
          + "people who got them; adjustment removes only what the covariates measure")
    ]
  }

  /// Names the arms that no used person is in: they are missing from the contrasts.
  private static func emptyArmNotes(_ analyses: [Analysis], arms: [String], unit: TimeUnit) -> [Diagnostic] {
    analyses.compactMap { analysis in
      let present = Set(analysis.means.means.flatMap { $0.at.map(\.value.text) })
      let absent = arms.filter { !present.contains($0) }
      guard !absent.isEmpty else { return nil }
      return Diagnostic(
        .missingData, .caution, terms: absent,
        "\(analysis.name(unit: unit)): no one of \(absent.joined(separator: ", ")) could be used, "
          + "so that arm is not compared")
    }
  }

  /// Says how many people an analysis leaves out.
  private static func dropoutNotes(_ analyses: [Analysis], unit: TimeUnit) -> [Diagnostic] {
    analyses.compactMap { analysis in
      guard analysis.isAdjusted else { return nil }
      let rows = analysis.fit.rows
      let lost = rows.read - rows.used
      guard lost > 0 else { return nil }
      let percent = Int((100 * Double(lost) / Double(max(rows.read, 1))).rounded())
      guard let horizon = analysis.horizon else {
        return Diagnostic(
          .missingData, percent >= 20 ? .caution : .note,
          "mean over follow-up: \(rows.used) of \(rows.read) people (\(percent)% left out, without a later score or "
            + "a value that is held equal); whoever left early counts with early scores alone")
      }
      return Diagnostic(
        .missingData, percent >= 20 ? .caution : .note,
        "\(unit.rawValue) \(NumberText.shortest(horizon)): complete cases only, \(rows.used) of \(rows.read) people "
          + "(\(percent)% missing); who is missing may depend on how they were")
    }
  }
}

extension TreatmentComparison {
  /// One line on how the comparison was made.
  public var verdict: String {
    let covariates = (["baseline (\(question.baseline.name))"] + question.covariates).joined(separator: ", ")
    return
      "Headline: \(question.followUpRule(unit: visits.unit)). Analysis of covariance by linear models: arms with \(covariates) held equal, and crude in the same people beside it; "
      + "marginal means with equal weights; \(question.adjustment.rawValue) limits and p-values over "
      + "\(headline?.contrasts.familySize ?? analyses[0].contrasts.familySize) contrasts with '\(question.focus)'; t tests."
  }
}
