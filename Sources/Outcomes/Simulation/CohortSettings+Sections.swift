// MARK: - People

extension CohortSettings {
  /// Age and sex of the people.
  public struct Demography: Codable, Sendable, Equatable {
    /// Share of women; about two thirds of trial participants (chosen).
    public var femaleShare = 0.66
    /// Mean of the normal law from which ages are drawn, years (chosen).
    public var ageMean = 41.0
    /// Standard deviation of that law, years (chosen).
    public var ageStandardDeviation = 13.0
    /// Youngest age, whole years; younger draws are repeated.
    public var ageMinimum = 18
    /// Oldest age, whole years.
    public var ageMaximum = 80

    /// The default people.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.femaleShare, into: &femaleShare)
      try reader.read(.ageMean, into: &ageMean)
      try reader.read(.ageStandardDeviation, into: &ageStandardDeviation)
      try reader.read(.ageMinimum, into: &ageMinimum)
      try reader.read(.ageMaximum, into: &ageMaximum)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case femaleShare = "female_share"
      case ageMean = "age_mean"
      case ageStandardDeviation = "age_sd"
      case ageMinimum = "age_minimum"
      case ageMaximum = "age_maximum"
    }
  }

  /// Treatment sites, all of one size on average.
  public struct Sites: Codable, Sendable, Equatable {
    /// Number of sites, named S1, S2, ...
    public var count = 8
    /// Standard deviation between sites of starting severity, PHQ-9 points (chosen).
    public var severityStandardDeviation = 0.5
    /// Standard deviation between sites of the log odds of response (chosen).
    public var responseStandardDeviation = 0.15

    /// The default sites.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.count, into: &count)
      try reader.read(.severityStandardDeviation, into: &severityStandardDeviation)
      try reader.read(.responseStandardDeviation, into: &responseStandardDeviation)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case count
      case severityStandardDeviation = "severity_sd"
      case responseStandardDeviation = "response_sd"
    }
  }

  /// A diagnosis and how its people differ from the others.
  ///
  /// A list of conditions replaces the default list as a whole; what an entry leaves out is 0
  /// difference, share 1 and 1.5 prior episodes.
  public struct Condition: Codable, Sendable, Equatable {
    /// The name in the column `condition`: ASCII letters, digits, `_` or `-`.
    public var name: String
    /// Share of the people, relative to the other conditions' shares.
    public var share = 1.0
    /// Mean number of episodes before this one (Poisson).
    public var priorEpisodesMean = 1.5
    /// Difference in starting severity, PHQ-9 points.
    public var severityShift = 0.0
    /// Difference in the log odds of response.
    public var responseLogOdds = 0.0
    /// Hazard of relapse relative to a condition with 1.
    public var relapseHazardRatio = 1.0
    /// Difference in the log odds of getting therapy rather than medication.
    public var therapyLogOdds = 0.0
    /// Difference in the log odds of getting combined treatment rather than medication.
    public var combinedLogOdds = 0.0

    /// A condition that differs from the others in nothing yet.
    public init(name: String, share: Double = 1) {
      self.name = name
      self.share = share
    }

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      self.init(name: "")
      try reader.read(.name, into: &name)
      try reader.read(.share, into: &share)
      try reader.read(.priorEpisodesMean, into: &priorEpisodesMean)
      try reader.read(.severityShift, into: &severityShift)
      try reader.read(.responseLogOdds, into: &responseLogOdds)
      try reader.read(.relapseHazardRatio, into: &relapseHazardRatio)
      try reader.read(.therapyLogOdds, into: &therapyLogOdds)
      try reader.read(.combinedLogOdds, into: &combinedLogOdds)
    }

    /// Depression, anxiety, PTSD and bipolar disorder; sizes chosen, bipolar relapsing more often
    /// (48.5% within 24 months although treated, STEP-BD: Perlis 2006).
    public static let defaults: [Condition] = {
      var anxiety = Condition(name: "anxiety", share: 0.25)
      anxiety.priorEpisodesMean = 1
      anxiety.severityShift = -1
      anxiety.relapseHazardRatio = 0.9
      anxiety.therapyLogOdds = 0.4
      var ptsd = Condition(name: "PTSD", share: 0.15)
      ptsd.priorEpisodesMean = 1.2
      ptsd.severityShift = 0.5
      ptsd.responseLogOdds = -0.3
      ptsd.relapseHazardRatio = 1.1
      ptsd.therapyLogOdds = 0.5
      ptsd.combinedLogOdds = 0.2
      var bipolar = Condition(name: "bipolar", share: 0.10)
      bipolar.priorEpisodesMean = 3
      bipolar.severityShift = 0.5
      bipolar.responseLogOdds = -0.2
      bipolar.relapseHazardRatio = 1.5
      bipolar.therapyLogOdds = -1.2
      bipolar.combinedLogOdds = 0.4
      return [Condition(name: "depression", share: 0.50), anxiety, ptsd, bipolar]
    }()

    enum CodingKeys: String, CodingKey, CaseIterable {
      case name, share
      case priorEpisodesMean = "prior_episodes_mean"
      case severityShift = "severity_shift"
      case responseLogOdds = "response_log_odds"
      case relapseHazardRatio = "relapse_hazard_ratio"
      case therapyLogOdds = "therapy_log_odds"
      case combinedLogOdds = "combined_log_odds"
    }
  }
}

// MARK: - Symptoms

extension CohortSettings {
  /// True severity at the start, before measurement error, in PHQ-9 points.
  ///
  /// People enter with an observed score of `caseness` or more, so the cohort's mean lies above
  /// the mean of those screened. The defaults give about 14.3, as in 164 trial arms (Metapsy), with
  /// a smaller standard deviation than the trials' 4.3, many of which admit people below 10.
  public struct Severity: Codable, Sendable, Equatable {
    /// Mean among those screened, points.
    public var mean = 11.2
    /// Standard deviation among those screened, points.
    public var standardDeviation = 4.8
    /// Smallest observed score at which a person enters (10: Kroenke 2001).
    public var caseness = 10

    /// The default severity.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.mean, into: &mean)
      try reader.read(.standardDeviation, into: &standardDeviation)
      try reader.read(.caseness, into: &caseness)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case mean, caseness
      case standardDeviation = "sd"
    }
  }

  /// How a score differs from the severity behind it.
  public struct Measurement: Codable, Sendable, Equatable {
    /// Standard deviation of the measurement error, points.
    ///
    /// 2.3 gives a reliability of about 0.81
    /// among those screened (retest 0.737: Sun 2020; 0.84: Kroenke 2001).
    public var noiseStandardDeviation = 2.3
    /// Weeks in which the correlation of two errors falls to 37%; 0 makes errors independent.
    public var autocorrelationWeeks = 0.0

    /// The default measurement.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.noiseStandardDeviation, into: &noiseStandardDeviation)
      try reader.read(.autocorrelationWeeks, into: &autocorrelationWeeks)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case noiseStandardDeviation = "noise_sd"
      case autocorrelationWeeks = "autocorrelation_weeks"
    }
  }

  /// How people differ in their response, whatever the treatment.
  public struct Response: Codable, Sendable, Equatable {
    /// Largest share of severity that treatment can take away; the rest are residual symptoms.
    public var largestShare = 0.80
    /// Standard deviation between people of the log odds of response.
    ///
    /// 2.3 brings both the
    /// share of responders (59%) and the mean and spread of PHQ-9 after therapy (8.0, SD 5.3;
    /// Metapsy) within reach: some people lose most of their symptoms, others few.
    public var spread = 2.3
    /// Log odds for each episode before this one, counted from 1.5 (chosen).
    public var perPriorEpisode = -0.12
    /// Log odds for each ten years of age, counted from 40 (chosen).
    public var perAgeDecade = -0.10
    /// Log odds for each point of the starting score, counted from 15 (chosen).
    public var perBaselinePoint = -0.03
    /// Standard deviation between people of the logarithm of the time constant (chosen).
    public var speedSpread = 0.3
    /// Week at which acute treatment ends.
    public var acuteWeeks = 12.0
    /// Week from which the durable shares hold; between the two the log odds move in a line.
    public var durableWeek = 26.0

    /// The default response.
    public init() {}

    /// Reads the settings given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.largestShare, into: &largestShare)
      try reader.read(.spread, into: &spread)
      try reader.read(.perPriorEpisode, into: &perPriorEpisode)
      try reader.read(.perAgeDecade, into: &perAgeDecade)
      try reader.read(.perBaselinePoint, into: &perBaselinePoint)
      try reader.read(.speedSpread, into: &speedSpread)
      try reader.read(.acuteWeeks, into: &acuteWeeks)
      try reader.read(.durableWeek, into: &durableWeek)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case largestShare = "largest_share"
      case spread
      case perPriorEpisode = "per_prior_episode"
      case perAgeDecade = "per_age_decade"
      case perBaselinePoint = "per_baseline_point"
      case speedSpread = "speed_spread"
      case acuteWeeks = "acute_weeks"
      case durableWeek = "durable_week"
    }
  }
}
