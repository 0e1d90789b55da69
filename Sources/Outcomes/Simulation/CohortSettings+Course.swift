// MARK: - Who gets what

extension CohortSettings {
  /// Who gets which treatment: confounding by indication.
  ///
  /// A multinomial logit with medication as reference. The more severe, and those with more episodes
  /// before, get combined treatment more often, and they also do worse: a crude comparison is biased
  /// against combined treatment.
  public struct Choice: Codable, Sendable, Equatable {
    /// Multiplies every coefficient but the intercepts, the conditions' too; 0 randomises.
    public var strength = 1.0
    /// Log odds of therapy rather than medication.
    public var therapy = Preference(
      intercept: -0.15, perBaselinePoint: -0.06, perPriorEpisode: -0.10, perAgeDecade: -0.15)
    /// Log odds of combined treatment rather than medication.
    public var combined = Preference(
      intercept: -0.10, perBaselinePoint: 0.16, perPriorEpisode: 0.15, perAgeDecade: -0.05)

    /// The default choice.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.strength, into: &strength)
      try therapy.update(from: reader.nested(.therapy))
      try combined.update(from: reader.nested(.combined))
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case strength, therapy, combined }
  }

  /// The log odds of one treatment rather than medication (all values chosen).
  public struct Preference: Codable, Sendable, Equatable {
    /// At a starting score of 15, 1.5 episodes before, age 40 and a condition without preference.
    public var intercept: Double
    /// For each point of the starting score.
    public var perBaselinePoint: Double
    /// For each episode before this one.
    public var perPriorEpisode: Double
    /// For each ten years of age.
    public var perAgeDecade: Double

    mutating func update(from decoder: (any Decoder)?) throws {
      guard let decoder else { return }
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.intercept, into: &intercept)
      try reader.read(.perBaselinePoint, into: &perBaselinePoint)
      try reader.read(.perPriorEpisode, into: &perPriorEpisode)
      try reader.read(.perAgeDecade, into: &perAgeDecade)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case intercept
      case perBaselinePoint = "per_baseline_point"
      case perPriorEpisode = "per_prior_episode"
      case perAgeDecade = "per_age_decade"
    }
  }
}

// MARK: - Visits and leaving

extension CohortSettings {
  /// When people are seen.
  public struct Visits: Codable, Sendable, Equatable {
    /// Weeks for which visits are planned, rising from 0.
    public var weeks = [0.0, 1, 2, 4, 6, 8, 10, 12, 16, 20, 26, 32, 39, 46, 52]
    /// Most days by which a visit comes early or late, all equally likely; less where planned
    /// visits are close, so that visits keep their order.
    public var jitterDays = 5
    /// Share of planned visits, but the first, that a person who stays misses (chosen).
    public var missedShare = 0.12

    /// The default visits.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.weeks, into: &weeks)
      try reader.read(.jitterDays, into: &jitterDays)
      try reader.read(.missedShare, into: &missedShare)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case weeks
      case jitterDays = "jitter_days"
      case missedShare = "missed_share"
    }
  }

  /// How people leave for good.
  ///
  /// The rate of leaving depends on the score seen last, so data are missing at random given the
  /// scores observed; with `per_current_point` they are not.
  public struct Dropout: Codable, Sendable, Equatable {
    /// Score at which the treatments' `acute_dropout` holds, points.
    public var referenceScore = 9.0
    /// Log rate for each point of the last observed score (chosen).
    public var perLastPoint = 0.05
    /// Log rate for each point of the score that the next visit would have shown.
    ///
    /// It makes data missing not at random. 0 by default; for sensitivity analyses.
    public var perCurrentPoint = 0.0
    /// The rate after acute treatment, as a share of the acute rate (chosen).
    public var followUpFactor = 0.3

    /// The default dropout.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.referenceScore, into: &referenceScore)
      try reader.read(.perLastPoint, into: &perLastPoint)
      try reader.read(.perCurrentPoint, into: &perCurrentPoint)
      try reader.read(.followUpFactor, into: &followUpFactor)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case referenceScore = "reference_score"
      case perLastPoint = "per_last_point"
      case perCurrentPoint = "per_current_point"
      case followUpFactor = "follow_up_factor"
    }
  }

  /// Remission and relapse.
  public struct Relapse: Codable, Sendable, Equatable {
    /// Remission needs scores below this (5: Kroenke 2001; HEDIS).
    public var remissionBelow = 5
    /// Weeks over which every visit's score has to be that low (3: ACNP 2006).
    ///
    /// Remission is satisfied at the visit that completes them; that day is time zero.
    public var remissionWeeks = 3.0
    /// Risk of relapse within a year on medication, for a condition with hazard ratio 1,
    /// 1.5 episodes before and a starting score of 15 (about 40% after remission: STAR*D, Rush
    /// 2006; 41% after the drug is stopped: Geddes 2003).
    public var oneYearRisk = 0.40
    /// Weibull shape of the time to relapse; below 1 the hazard falls with time (chosen).
    public var shape = 0.85
    /// Log hazard for each episode before this one (chosen).
    public var perPriorEpisode = 0.12
    /// Log hazard for each point of the starting score (chosen).
    public var perBaselinePoint = 0.03
    /// Share of the severity lost that a relapse brings back (chosen).
    public var returnedShare = 0.8
    /// Weeks that a relapse lasts, after which the person is as before (13: Solomon 2010).
    public var durationWeeks = 13.0
    /// Earliest week, counted from the start, at which the record closes (chosen).
    public var followUpMinimum = 60.0
    /// Latest such week; all times between the two are equally likely (chosen).
    public var followUpMaximum = 104.0

    /// The default relapse.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.remissionBelow, into: &remissionBelow)
      try reader.read(.remissionWeeks, into: &remissionWeeks)
      try reader.read(.oneYearRisk, into: &oneYearRisk)
      try reader.read(.shape, into: &shape)
      try reader.read(.perPriorEpisode, into: &perPriorEpisode)
      try reader.read(.perBaselinePoint, into: &perBaselinePoint)
      try reader.read(.returnedShare, into: &returnedShare)
      try reader.read(.durationWeeks, into: &durationWeeks)
      try reader.read(.followUpMinimum, into: &followUpMinimum)
      try reader.read(.followUpMaximum, into: &followUpMaximum)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case remissionBelow = "remission_below"
      case remissionWeeks = "remission_weeks"
      case oneYearRisk = "one_year_risk"
      case shape
      case perPriorEpisode = "per_prior_episode"
      case perBaselinePoint = "per_baseline_point"
      case returnedShare = "returned_share"
      case durationWeeks = "duration_weeks"
      case followUpMinimum = "follow_up_minimum"
      case followUpMaximum = "follow_up_maximum"
    }
  }
}
