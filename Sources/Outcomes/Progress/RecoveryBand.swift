/// The score that is expected of a person at a visit, and the limit beyond which they are not on track.
public struct RecoveryBand: Sendable, Equatable {
  /// The expected score.
  public let expected: Double
  /// The worst score that is still on track.
  public let limit: Double

  /// A band.
  public init(expected: Double, limit: Double) {
    self.expected = expected
    self.limit = limit
  }

  /// Whether a score is worse than the limit.
  public func isOffTrack(_ score: Double, _ direction: ScoreDirection) -> Bool {
    direction.sign * (score - limit) > 0
  }
}

/// How a person's visits after the first compare with the course that is expected after such a start.
public struct PersonProgress: Sendable, Equatable {
  /// One visit after the first.
  public struct Visit: Sendable, Equatable {
    /// Weeks since the first visit, or the time in visits where these are counted.
    public let week: Double
    /// The score.
    public let score: Double
    /// The band of the visit; nil where nothing is known of so late a visit.
    public let band: RecoveryBand?
    /// Whether the score is worse than the band's limit; nil without a band.
    public let isOffTrack: Bool?
  }

  /// The visits after the first, by time.
  public let visits: [Visit]

  /// Judges each visit by the first score and the time since then: nothing that comes later is used.
  init(
    times: Span<Double>, scores: Span<Double>, weeksPerUnit: Double, direction: ScoreDirection,
    bands: PersonBands
  ) {
    visits = times.indices.dropFirst().map { visit in
      let (week, score) = ((times[visit] - times[0]) * weeksPerUnit, scores[visit])
      let band = bands.band(week: week, baseline: scores[0])
      return Visit(
        week: week, score: score, band: band, isOffTrack: band.map { $0.isOffTrack(score, direction) })
    }
  }

  /// The visits that could be judged.
  public var judged: Int { visits.count { $0.isOffTrack != nil } }
  /// The visits that were not on track.
  public var offTrack: Int { visits.count { $0.isOffTrack == true } }
  /// The week of the first visit that was not on track.
  public var firstOffTrackWeek: Double? { visits.first { $0.isOffTrack == true }?.week }
}
