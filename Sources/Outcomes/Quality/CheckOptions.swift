public import CohortTables

/// When a change between two visits is too large to be believed.
///
/// A change is implausible when it is at least `reliableChangeMultiple` times the instrument's reliable
/// change, or where none is known at least `rangeShare` of the scale's range, between visits at most
/// `withinWeeks` apart. With the defaults these are 15 points of the PHQ-9 within a week.
///
/// A reliable change is 1.96 standard errors of a difference (Jacobson and Truax 1991), so 2.5 of them are
/// about 5 standard errors: measurement error alone does that less than once in a million pairs of visits. The
/// time limit leaves room for real sudden gains, which build up over more than a few days.
///
/// ## References
/// Jacobson and Truax (1991), Journal of Consulting and Clinical Psychology 59:12-19.
public struct JumpRule: Sendable, Equatable {
  /// Multiples of the instrument's reliable change.
  public var reliableChangeMultiple: Double
  /// Share of the scale's range, for instruments without a known reliable change.
  public var rangeShare: Double
  /// How far apart the two visits may be, in weeks.
  public var withinWeeks: Double

  /// A rule.
  ///
  /// - Precondition: All three are positive.
  public init(reliableChangeMultiple: Double = 2.5, rangeShare: Double = 0.55, withinWeeks: Double = 1) {
    precondition(
      reliableChangeMultiple > 0 && rangeShare > 0 && withinWeeks > 0, "a rule needs positive limits")
    self.reliableChangeMultiple = reliableChangeMultiple
    self.rangeShare = rangeShare
    self.withinWeeks = withinWeeks
  }

  /// The least implausible change of a scale.
  func limit(_ scale: Instrument) -> Double {
    scale.reliableChange.map { $0 * reliableChangeMultiple } ?? rangeShare * (scale.maximum - scale.minimum)
  }

  /// The rule in words.
  public var statement: String {
    "implausible jump: a change of at least \(NumberText.shortest(reliableChangeMultiple)) reliable changes "
      + "(where none is known \(PlainNumber.percent(rangeShare)) of the scale's range) between consecutive visits "
      + "at most \(NumberText.shortest(withinWeeks)) weeks apart"
  }
}

/// What a check takes for granted and where its limits lie.
public struct CheckOptions: Sendable, Equatable {
  /// Columns of visits in place of recognition; a name counts in the files that have it.
  public var roles: ColumnRoles
  /// The unit of the times of visits; nil to tell it by the column's name.
  public var timeUnit: TimeUnit?
  /// The questionnaire of the score; nil to tell it by the column's name.
  public var instrument: Instrument?
  /// The column with the time to an event, in place of recognition.
  public var duration: String?
  /// The column that says whether it was an event, in place of recognition.
  public var event: String?
  /// The column with the start of an episode, in place of recognition.
  public var start: String?
  /// The column with the date of an episode's end; together with `start` in place of a duration.
  public var end: String?
  /// When a change is too large to be believed.
  public var jump: JumpRule
  /// Below this p-value, and with at least a quarter more than expected, digit preference is a finding.
  public var digitPreferenceLevel: Double
  /// The codes that were taken as missing when the files were read; advice on further codes keeps them.
  public var missingCodes: Set<String>
  /// From this share on, missing values are a caution.
  public var missingShare: Double

  /// Options.
  public init(
    roles: ColumnRoles = ColumnRoles(), timeUnit: TimeUnit? = nil, instrument: Instrument? = nil,
    duration: String? = nil, event: String? = nil, start: String? = nil,
    end: String? = nil, missingCodes: Set<String> = CSVOptions.defaultMissingCodes,
    jump: JumpRule = JumpRule(), digitPreferenceLevel: Double = 0.001, missingShare: Double = 0.2
  ) {
    self.roles = roles
    self.timeUnit = timeUnit
    self.instrument = instrument
    self.duration = duration
    self.event = event
    self.start = start
    self.end = end
    self.missingCodes = missingCodes
    self.jump = jump
    self.digitPreferenceLevel = digitPreferenceLevel
    self.missingShare = missingShare
  }
}
