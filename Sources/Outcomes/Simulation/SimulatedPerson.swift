/// One person of a simulated cohort: what the two files say about them.
public struct SimulatedPerson: Sendable, Equatable {
  /// Position in the cohort, from 0; the subject's identifier is `P` and this number plus 1.
  public let index: Int
  /// Site, from 1.
  public let site: Int
  /// The condition's name.
  public let condition: String
  /// The treatment they got.
  public let arm: CohortSettings.Arm
  /// Whether the person is a woman.
  public let isFemale: Bool
  /// Age in whole years.
  public let age: Int
  /// Number of episodes before this one.
  public let priorEpisodes: Int
  /// Visits attended, in order of time; the first is day 0.
  public let visits: [SimulatedVisit]
  /// The time after remission, for those who remit.
  public let episode: SimulatedEpisode?
  /// The day from which the person is seen no more, if they leave before the record closes.
  public let dropoutDay: Int?

  /// The identifier in the column `subject_id`.
  public var subjectID: String { "P\(index + 1)" }
  /// The first observed score.
  public var baselineScore: Int { visits[0].score }
}

/// One visit of a simulated person.
public struct SimulatedVisit: Sendable, Equatable {
  /// Days since treatment started.
  public let day: Int
  /// PHQ-9, 0 to 27.
  public let score: Int
}

/// The time after a simulated person's remission.
public struct SimulatedEpisode: Sendable, Equatable {
  /// The day on which remission was satisfied, counted from the start of treatment: time zero.
  public let remissionDay: Int
  /// Days from time zero to relapse, or to the end of the person's record.
  public let days: Int
  /// Whether they relapsed; otherwise the time is censored.
  public let isRelapse: Bool
}
