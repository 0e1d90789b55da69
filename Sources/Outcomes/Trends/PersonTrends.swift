import CohortTables
public import Estimation

/// What can be said of a person's trend.
public enum TrendStatus: String, Sendable, CaseIterable, Codable {
  /// Slope with standard error.
  case fitted
  /// Two visits: a slope, but nothing to judge its error by.
  case twoVisits = "two_visits"
  /// One visit: no slope.
  case oneVisit = "one_visit"
  /// All visits at the same time: no slope.
  case noTimeSpread = "no_time_spread"
  /// The same score at every visit: slope 0, no test.
  case constantScores = "constant_scores"
  /// Scores exactly on a line: a slope, but no deviation to judge its error by.
  case exactLine = "exact_line"
}

/// One person's trend by ordinary least squares, and what it means clinically.
///
/// The slope is per week where the unit of time is known, otherwise per visit. Raw slopes of few
/// visits are imprecise and extreme ones mostly noise: read them with their limits.
public struct PersonTrend: Sendable, Equatable {
  /// The person's identifier.
  public let id: String
  /// The person's arm, if there are arms.
  public let arm: String?
  let figures: TrendFigures

  /// Usable visits.
  public var visits: Int { figures.visits }
  /// From the first to the last visit, in the file's unit of time.
  public var span: Double { figures.span }
  /// The first score.
  public var first: Double { figures.first }
  /// The last score.
  public var last: Double { figures.last }
  /// The last score less the first.
  public var change: Double { figures.last - figures.first }
  /// What can be said of the trend.
  public var status: TrendStatus { figures.status }
  /// Change of the score per week (or per visit).
  public var slope: Double? { figures.slope }
  /// Its standard error.
  public var standardError: Double? { figures.standardError }
  /// Slope over standard error.
  public var statistic: Double? { figures.statistic }
  /// Visits less 2.
  public var degreesOfFreedom: Double? { figures.degreesOfFreedom }
  /// Two-sided.
  public var pValue: Double? { figures.pValue }
  /// Lower confidence limit.
  public var lower: Double? { figures.lower }
  /// Upper confidence limit.
  public var upper: Double? { figures.upper }
  /// Explained share of the scores' variation.
  public var rSquared: Double? { figures.rSquared }
  /// The standard deviation about the line.
  public var residualStandardDeviation: Double? { figures.residualStandardDeviation }
  /// Improvement from first to last in per cent of the distance to the lowest score.
  public var percentageChange: Double? { figures.percentageChange }
  /// Whether the drop from first to last is a response by the instrument's rule.
  public var response: Bool? { figures.response }
  /// Whether the last score is remission by the instrument's rule.
  public var remission: Bool? { figures.remission }
  /// Change beyond measurement error by the instrument's rule.
  public var reliableChange: ReliableChange? { figures.reliableChange }
}

/// The trends of all people of a visit table.
///
/// A person's trend is computed when it is asked for, from their visits alone, and so are the summaries: a table of
/// millions of people is written without ever being held.
public struct PersonTrends: Sendable {
  /// One row a person, in order of their first row in the file.
  public let people: TrendList
  /// The unit in which slopes are given: week, or visit.
  public let slopeUnit: TimeUnit
  /// The questionnaire, if it is known.
  public let instrument: Instrument?
  /// Which columns were used.
  public let roles: ColumnRoles
  /// How the times were derived from dates; nil where the file gives times.
  public let timeAxis: TimeAxis?
  /// What was read, used and left out.
  public var rows: RowAccounting { visits.rows }
  private let visits: VisitTable
  /// The level of confidence limits.
  public let confidenceLevel: Double
  private let totals: Deferred<TrendTotals>
  private let shrinkage: Deferred<Result<TrendPopulation, any Error>>
  private let discoveries: Deferred<FalseDiscovery>
  private let recovery: Deferred<Result<RecoveryBands, any Error>>
  private let calibrations: Deferred<BandCalibration?>

  /// Fits every person's trend.
  ///
  /// - Parameters:
  ///   - visits: The visits.
  ///   - confidenceLevel: The level of confidence limits.
  ///   - bands: The bands that tell who is not on track; the cohort's own, cross-fitted, where none are given.
  ///   - executor: What the work runs on; results do not depend on it.
  /// - Throws: `OutcomesError` when a person's arm changes over time.
  /// - Complexity: O(rows) for the arms; a person's trend takes O(visits) whenever it is asked for.
  public init(
    _ visits: VisitTable, confidenceLevel: Double = 0.95, bands: RecoveryBands? = nil,
    executor: some FoldExecutor = SerialExecutor()
  ) throws {
    slopeUnit = visits.unit.weeks == nil ? .visit : .week
    instrument = visits.instrument
    roles = visits.roles
    timeAxis = visits.timeAxis
    self.visits = visits
    self.confidenceLevel = confidenceLevel
    let people = try TrendList(visits, confidenceLevel: confidenceLevel, executor: executor)
    self.people = people
    totals = Deferred { TrendTotals(people, level: confidenceLevel, executor: executor) }
    shrinkage = Deferred { Result { try TrendPopulation(visits, executor: executor) } }
    let recovery = Deferred {
      Result { try bands ?? RecoveryBands(visits, executor: executor) }
    }
    self.recovery = recovery
    calibrations = Deferred {
      (try? recovery.value.get()).map {
        BandCalibration(people, $0, level: confidenceLevel, executor: executor)
      }
    }
    discoveries = Deferred {
      let chunks = people.chunks
      let pValues = executor.gather(chunks.count) { chunk in
        people.figures(of: chunks[chunk], judged: false).compactMap(\.pValue)
      }
      return FalseDiscovery(pValues.flatMap { $0 })
    }
  }

  /// The mixed model of all visits towards which people's slopes are drawn; nil where it cannot be fitted.
  public var populationFit: MixedFit? { population?.fit }

  /// The population towards which people are drawn; nil where the model cannot be fitted.
  var population: TrendPopulation? { try? shrinkage.value.get() }

  var falseDiscovery: FalseDiscovery { discoveries.value }

  /// The bands that tell who is not on track; nil where they cannot be estimated.
  ///
  /// - Complexity: That of ``RecoveryBands`` when they are first asked for.
  public var bands: RecoveryBands? { try? recovery.value.get() }

  /// How often visits are not on track, beside how often they should be; nil without bands.
  public var calibration: BandCalibration? { calibrations.value }

  /// What a reader must know of the bands.
  public var progressNotes: [Diagnostic] {
    switch recovery.value {
    case .failure(let error): [Diagnostic(.missingData, .note, "nobody is flagged as not on track: \(error)")]
    case .success(let bands):
      [Diagnostic(.assumption, .note, bands.note)]
        + (instrument == nil
          ? [
            Diagnostic(
              .assumption, .caution, "the questionnaire is not known: lower scores are taken as better")
          ]
          : [])
    }
  }

  /// What a reader must know of the shrunken slopes, and why they stand beside the raw ones.
  public var shrinkageNotes: [Diagnostic] {
    switch shrinkage.value {
    case .failure(let error):
      return [Diagnostic(.missingData, .note, "there are no shrunken slopes: \(error)")]
    case .success(let population):
      let raw = Diagnostic(
        .smallSample, .note,
        "raw slopes of few visits mislead: the most extreme are mostly noise; shrunken_slope draws each towards the mean of all people by "
          + "as much as its visits leave open")
      return [raw] + population.fit.diagnostics.filter { $0.severity > .note }
    }
  }

  /// By arm (or all together), in sorted order.
  ///
  /// - Complexity: O(rows) when they are first asked for.
  public var summaries: [TrendSummary] { totals.value.summaries }

  /// One line on how the trends were made.
  public var verdict: String {
    let fitted = totals.value.fitted
    let rest = people.count - fitted
    let others =
      rest == 0
      ? ""
      : "; \(rest) with too few visits, a single time, constant scores or an exact line have a status instead of "
        + "a test"
    return "Least-squares slope per \(slopeUnit.rawValue) of each person, t tests with visits - 2 df: "
      + "\(people.count) people, \(fitted) with a standard error\(others)."
  }
}
