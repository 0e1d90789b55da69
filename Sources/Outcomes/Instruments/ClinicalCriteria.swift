/// The rules by which a person's change is judged: an instrument's, or one's own.
public struct ClinicalCriteria: Sendable, Equatable {
  /// A rule of response.
  public struct Response: Sendable, Equatable {
    /// The relative improvement.
    public var share: Double
    /// First scores for which the rule is defined; nil for all.
    public var caseness: ScoreThreshold?

    /// A rule.
    public init(share: Double, caseness: ScoreThreshold? = nil) {
      self.share = share
      self.caseness = caseness
    }
  }

  /// A rule of remission.
  public struct Remission: Sendable, Equatable {
    /// Scores that are remission.
    public var scores: ScoreThreshold
    /// How long remission must last to be sustained, in weeks.
    public var weeks: Double?
    /// First scores for which the rule is defined; nil for all.
    public var caseness: ScoreThreshold?

    /// A rule.
    public init(scores: ScoreThreshold, weeks: Double? = nil, caseness: ScoreThreshold? = nil) {
      self.scores = scores
      self.weeks = weeks
      self.caseness = caseness
    }
  }

  /// The lowest score of the scale.
  public let minimum: Double
  /// Which way the score runs.
  public let direction: ScoreDirection
  /// When change is a response.
  public var response: Response?
  /// When a score is remission.
  public var remission: Remission?
  /// When change is more than measurement error.
  public var reliableChange: ReliableChangeRule?
  /// Scores on the functional side.
  public var functional: ScoreThreshold?

  /// One's own rules.
  public init(
    minimum: Double, direction: ScoreDirection, response: Response? = nil, remission: Remission? = nil,
    reliableChange: ReliableChangeRule? = nil, functional: ScoreThreshold? = nil
  ) {
    self.minimum = minimum
    self.direction = direction
    self.response = response
    self.remission = remission
    self.reliableChange = reliableChange
    self.functional = functional
  }

  /// An instrument's rules: each by the first source that defines it, with that source's condition on the first score.
  public init(_ instrument: Instrument) { self.init(instrument, instrument.rules) }

  /// The rules of one source of an instrument: what it does not define stays undefined.
  ///
  /// - Throws: `OutcomesError` when the instrument has no rules of that name.
  public init(_ instrument: Instrument, rules name: String) throws {
    guard let rules = instrument.rules.first(where: { $0.name == name }) else {
      let names = instrument.rules.map { "'\($0.name)'" }.joined(separator: ", ")
      throw OutcomesError(
        "\(instrument.name) has no rules '\(name)'; " + (names.isEmpty ? "it has none" : "it has \(names)"))
    }
    self.init(instrument, [rules])
  }

  private init(_ instrument: Instrument, _ rules: [ChangeRules]) {
    minimum = instrument.minimum
    direction = instrument.direction
    response =
      rules.lazy.compactMap { rules in
        rules.response.map { Response(share: $0, caseness: rules.caseness) }
      }.first
    remission =
      rules.lazy.compactMap { rules in
        rules.remission.map {
          Remission(scores: $0, weeks: rules.remissionWeeks, caseness: rules.caseness)
        }
      }.first
    reliableChange = rules.lazy.compactMap(\.reliableChange).first.map { .points($0) }
    functional = rules.lazy.compactMap(\.functional).first
  }

  /// The improvement in per cent: `100 (first - last) / (first - minimum)`, with the opposite sign where higher is better.
  ///
  /// Positive is improvement; nil when the first score is the lowest.
  public func percentageChange(from first: Double, to last: Double) -> Double? {
    first > minimum ? direction.sign * (100 * (first - last) / (first - minimum)) : nil
  }
}
