/// What a simulated three-arm cohort looks like, with effects calibrated to published evidence.
///
/// People with a diagnosis start medication, therapy or both; their PHQ-9 is recorded at irregular
/// visits for about a year; some leave, some remit, some of those relapse. Every setting has a
/// default, so `CohortSettings()` is the demonstration cohort and a YAML or JSON file states only
/// what differs. An unknown or misspelt setting is refused, by name.
///
/// In the comments "chosen" marks a value without one published source: a plausible size, picked
/// for the demonstration. The model's equations stand at ``CohortSimulator``.
public struct CohortSettings: Codable, Sendable, Equatable {
  /// Number of people; people 0 to `people - 1` make the cohort.
  public var people = 600
  /// The key of the random numbers; any number, not a tuned one.
  public var seed: UInt64 = 20_260_101
  /// Age and sex.
  public var demography = Demography()
  /// Treatment sites and how much they differ.
  public var sites = Sites()
  /// The diagnoses and how they differ.
  public var conditions = Condition.defaults
  /// Severity at the start.
  public var severity = Severity()
  /// How the questionnaire measures severity.
  public var measurement = Measurement()
  /// What the three treatments do.
  public var arms = Arms()
  /// How people differ in their response to any treatment.
  public var response = Response()
  /// Who gets which treatment.
  public var choice = Choice()
  /// When people are seen.
  public var visits = Visits()
  /// How people leave.
  public var dropout = Dropout()
  /// Remission and relapse.
  public var relapse = Relapse()

  /// The demonstration cohort.
  public init() {}

  /// The demonstration cohort with another seed or size.
  public init(people: Int = 600, seed: UInt64) {
    self.people = people
    self.seed = seed
  }

  /// Reads the settings given and takes the defaults of the others.
  ///
  /// - Throws: ``CohortSettingsError`` for an unknown setting, a `DecodingError` for a wrong type.
  public init(from decoder: any Decoder) throws {
    let reader = try SimulationSettingsReader<CodingKeys>(decoder)
    try reader.read(.people, into: &people)
    try reader.read(.seed, into: &seed)
    try reader.read(.demography, into: &demography)
    try reader.read(.sites, into: &sites)
    try reader.read(.conditions, into: &conditions)
    try reader.read(.severity, into: &severity)
    try reader.read(.measurement, into: &measurement)
    try reader.read(.arms, into: &arms)
    try reader.read(.response, into: &response)
    try reader.read(.choice, into: &choice)
    try reader.read(.visits, into: &visits)
    try reader.read(.dropout, into: &dropout)
    try reader.read(.relapse, into: &relapse)
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case people, seed, demography, sites, conditions, severity, measurement, arms, response, choice
    case visits, dropout, relapse
  }
}

// MARK: - Treatments

extension CohortSettings {
  /// A treatment, under the name that the column `modality` carries.
  public enum Arm: String, Codable, Sendable, CaseIterable {
    /// Medication alone.
    case medication
    /// Psychotherapy alone.
    case therapy
    /// Medication and psychotherapy together, both from the start.
    case combined
  }

  /// The three treatments.
  ///
  /// The defaults reproduce, at the end of acute treatment (week 12), combined over medication by
  /// g about 0.43 (Cuijpers 2014), combined over therapy by d about 0.35 (Cuijpers 2009), therapy
  /// equal to medication (g 0.02, Cuijpers 2013) and a response to therapy of about 59% (Metapsy);
  /// from week 26 combined and therapy are equal and both better than medication (Karyotaki 2016).
  public struct Arms: Codable, Sendable, Equatable {
    /// Medication: fast, then level.
    public var medication = Treatment(
      acuteShare: 0.56, durableShare: 0.52, timeConstantWeeks: 2.9, acuteDropout: 0.22,
      relapseHazardRatio: 1)
    /// Therapy: slower, and still gaining after the acute phase.
    public var therapy = Treatment(
      acuteShare: 0.57, durableShare: 0.69, timeConstantWeeks: 5, acuteDropout: 0.19,
      relapseHazardRatio: 0.72)
    /// Both: as fast as medication, and further.
    public var combined = Treatment(
      acuteShare: 0.715, durableShare: 0.69, timeConstantWeeks: 3.2, acuteDropout: 0.18,
      relapseHazardRatio: 0.58)

    /// The default treatments.
    public init() {}

    /// Reads the treatments given and takes the defaults of the others.
    public init(from decoder: any Decoder) throws {
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      // A treatment that states one setting keeps its own defaults for the rest.
      try medication.update(from: reader.nested(.medication))
      try therapy.update(from: reader.nested(.therapy))
      try combined.update(from: reader.nested(.combined))
    }

    /// The settings of one treatment.
    public subscript(arm: Arm) -> Treatment {
      switch arm {
      case .medication: medication
      case .therapy: therapy
      case .combined: combined
      }
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case medication, therapy, combined }
  }

  /// What one treatment does.
  public struct Treatment: Codable, Sendable, Equatable {
    /// Share of the starting severity that a typical person has lost at the end of acute treatment.
    public var acuteShare: Double
    /// Share lost by a typical person from `response.durable_week` on, while not in relapse.
    public var durableShare: Double
    /// Weeks in which the remaining acute improvement falls to 37%.
    ///
    /// Improvement decelerates from the first day, without a step; 2.9 puts a third of the 6-week
    /// gain into week 1 (Taylor 2006).
    public var timeConstantWeeks: Double
    /// Share of people who leave before the end of acute treatment, at the reference score.
    ///
    /// About 0.20 for therapy (Swift & Greenberg 2012); medication over combined 1.23 and over
    /// therapy 1.17 (Cuijpers 2020).
    public var acuteDropout: Double
    /// Hazard of relapse, relative to that which the one-year risk of the settings defines.
    ///
    /// 0.58 gives a risk ratio of about 0.65 at one year (0.60, 0.37 to 0.97: Frontiers in
    /// Psychiatry 2024).
    public var relapseHazardRatio: Double

    mutating func update(from decoder: (any Decoder)?) throws {
      guard let decoder else { return }
      let reader = try SimulationSettingsReader<CodingKeys>(decoder)
      try reader.read(.acuteShare, into: &acuteShare)
      try reader.read(.durableShare, into: &durableShare)
      try reader.read(.timeConstantWeeks, into: &timeConstantWeeks)
      try reader.read(.acuteDropout, into: &acuteDropout)
      try reader.read(.relapseHazardRatio, into: &relapseHazardRatio)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case acuteShare = "acute_share"
      case durableShare = "durable_share"
      case timeConstantWeeks = "time_constant_weeks"
      case acuteDropout = "acute_dropout"
      case relapseHazardRatio = "relapse_hazard_ratio"
    }
  }
}
