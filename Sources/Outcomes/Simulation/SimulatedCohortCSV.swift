/// The two files of a simulated cohort as CSV.
///
/// Rows are appended to a buffer of bytes, so a writer holds as much as it wants between writes.
/// Weeks are whole or have one decimal: a tenth of a week names its day without doubt.
extension CohortSimulator {
  /// The header line of `visits.csv`, with its line end.
  public var visitsHeader: [UInt8] {
    Array("subject_id,site,condition,modality,sex,age,week,phq9\n".utf8)
  }

  /// The header line of `episodes.csv`, with its line end.
  public var episodesHeader: [UInt8] {
    Array(
      ("subject_id,site,condition,modality,sex,age,prior_episodes,baseline_phq9,remission_week,"
        + "days,relapse\n").utf8)
  }

  /// Appends one row a visit.
  ///
  /// - Complexity: O(rows), about 30 to 50 bytes each.
  public func appendVisits(of person: SimulatedPerson, to buffer: inout [UInt8]) {
    // Its own array: a slice of the buffer would make every append copy the whole buffer.
    var identity: [UInt8] = []
    identity.reserveCapacity(64)
    identity.appendIdentity(of: person)
    for visit in person.visits {
      buffer.append(contentsOf: identity)
      buffer.appendWeek(ofDay: visit.day)
      buffer.append(UInt8(ascii: ","))
      buffer.appendDecimal(visit.score)
      buffer.append(UInt8(ascii: "\n"))
    }
  }

  /// Appends the person's row of `episodes.csv`, or nothing for a person who did not remit.
  public func appendEpisode(of person: SimulatedPerson, to buffer: inout [UInt8]) {
    guard let episode = person.episode else { return }
    buffer.appendIdentity(of: person)
    buffer.appendDecimal(person.priorEpisodes)
    buffer.append(UInt8(ascii: ","))
    buffer.appendDecimal(person.baselineScore)
    buffer.append(UInt8(ascii: ","))
    buffer.appendWeek(ofDay: episode.remissionDay)
    buffer.append(UInt8(ascii: ","))
    buffer.appendDecimal(episode.days)
    buffer.append(UInt8(ascii: ","))
    buffer.append(episode.isRelapse ? UInt8(ascii: "1") : UInt8(ascii: "0"))
    buffer.append(UInt8(ascii: "\n"))
  }
}

/// A whole simulated cohort in memory, for cohorts of moderate size.
public struct SimulatedCohort: Sendable {
  /// The people, in order.
  public let people: [SimulatedPerson]
  /// What an analysis should find.
  public let truth: CohortTruth
  /// The bytes of `visits.csv`: one row a visit.
  public let visitsCSV: [UInt8]
  /// The bytes of `episodes.csv`: one row a person who remitted.
  public let episodesCSV: [UInt8]
}

extension CohortSimulator {
  /// Makes the whole cohort and its truth.
  ///
  /// - Parameter truthPopulation: Number of people from whom the truth is computed.
  /// - Returns: The people, the two files' bytes and the truth.
  /// - Complexity: O(people + truthPopulation) times the planned visits.
  public func cohort(truthPopulation: Int = 200_000) -> SimulatedCohort {
    let people = (0..<settings.people).map(person)
    var visits = visitsHeader
    var episodes = episodesHeader
    for person in people {
      appendVisits(of: person, to: &visits)
      appendEpisode(of: person, to: &episodes)
    }
    return SimulatedCohort(
      people: people, truth: truth(populationSize: truthPopulation), visitsCSV: visits,
      episodesCSV: episodes)
  }
}

// MARK: - Bytes

extension [UInt8] {
  /// Appends `P1,S1,depression,medication,F,40,`.
  fileprivate mutating func appendIdentity(of person: SimulatedPerson) {
    append(UInt8(ascii: "P"))
    appendDecimal(person.index + 1)
    append(UInt8(ascii: ","))
    append(UInt8(ascii: "S"))
    appendDecimal(person.site)
    append(UInt8(ascii: ","))
    append(contentsOf: person.condition.utf8)
    append(UInt8(ascii: ","))
    append(contentsOf: person.arm.rawValue.utf8)
    append(UInt8(ascii: ","))
    append(person.isFemale ? UInt8(ascii: "F") : UInt8(ascii: "M"))
    append(UInt8(ascii: ","))
    appendDecimal(person.age)
    append(UInt8(ascii: ","))
  }

  /// Appends a day as weeks, with one decimal unless it is 0.
  fileprivate mutating func appendWeek(ofDay day: Int) {
    let tenths = (20 * day + 7) / 14
    appendDecimal(tenths / 10)
    if tenths % 10 > 0 {
      append(UInt8(ascii: "."))
      append(UInt8(ascii: "0") + UInt8(tenths % 10))
    }
  }

  /// Appends a number that is not negative, in decimal digits.
  fileprivate mutating func appendDecimal(_ value: Int) {
    precondition(value >= 0, "the columns hold no negative numbers")
    if value >= 10 { appendDecimal(value / 10) }
    append(UInt8(ascii: "0") + UInt8(value % 10))
  }
}
