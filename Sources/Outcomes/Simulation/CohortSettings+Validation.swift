extension CohortSettings {
  /// Checks every setting and the relations between them.
  ///
  /// - Throws: ``CohortSettingsError`` that names the first setting out of range.
  public func validate() throws {
    try Self.check("people", people, in: 1...1_000_000_000)
    try validatePeople()
    try validateSymptoms()
    try validateTreatments()
    try validateVisits()
    try validateRelapse()
  }

  private func validatePeople() throws {
    try Self.check("demography.female_share", demography.femaleShare, in: 0...1)
    try Self.check("demography.age_minimum", demography.ageMinimum, in: 0...119)
    try Self.check("demography.age_maximum", demography.ageMaximum, in: demography.ageMinimum + 1...120)
    // Draws outside the range of ages are repeated, so the range has to hold a fair share of them.
    let ages = Double(demography.ageMinimum)...Double(demography.ageMaximum)
    try Self.check("demography.age_mean", demography.ageMean, in: ages)
    try Self.check("demography.age_sd", demography.ageStandardDeviation, in: 0...100)
    try Self.check("sites.count", sites.count, in: 1...100_000)
    try Self.check("sites.severity_sd", sites.severityStandardDeviation, in: 0...5)
    try Self.check("sites.response_sd", sites.responseStandardDeviation, in: 0...5)
    guard !conditions.isEmpty else {
      throw Self.invalid("conditions", "empty", "one condition at least")
    }
    for (index, condition) in conditions.enumerated() {
      try validate(condition, at: "conditions[\(index)]")
      if conditions[..<index].contains(where: { $0.name == condition.name }) {
        throw Self.invalid("conditions[\(index)].name", condition.name, "a name used once")
      }
    }
    guard conditions.contains(where: { $0.share > 0 }) else {
      throw Self.invalid("conditions[0].share", "0", "one positive share at least")
    }
  }

  private func validate(_ condition: Condition, at path: String) throws {
    let isPlain = condition.name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isPlain, !condition.name.isEmpty else {
      throw Self.invalid(path + ".name", "'\(condition.name)'", "ASCII letters, digits, _ or -")
    }
    try Self.check(path + ".share", condition.share, in: 0...1e9)
    try Self.check(path + ".prior_episodes_mean", condition.priorEpisodesMean, in: 0...50)
    try Self.check(path + ".severity_shift", condition.severityShift, in: -10...10)
    try Self.check(path + ".response_log_odds", condition.responseLogOdds, in: -10...10)
    try Self.check(path + ".relapse_hazard_ratio", condition.relapseHazardRatio, in: 0.01...100)
    try Self.check(path + ".therapy_log_odds", condition.therapyLogOdds, in: -10...10)
    try Self.check(path + ".combined_log_odds", condition.combinedLogOdds, in: -10...10)
  }

  private func validateSymptoms() throws {
    try Self.check("severity.caseness", severity.caseness, in: 1...26)
    try Self.check("severity.sd", severity.standardDeviation, in: 0...10)
    try Self.check("severity.mean", severity.mean, in: 0...27)
    try Self.check("measurement.noise_sd", measurement.noiseStandardDeviation, in: 0...10)
    try Self.check("measurement.autocorrelation_weeks", measurement.autocorrelationWeeks, in: 0...520)
    try Self.check("response.largest_share", response.largestShare, in: 0.01...1)
    try Self.check("response.spread", response.spread, in: 0...10)
    try Self.check("response.per_prior_episode", response.perPriorEpisode, in: -5...5)
    try Self.check("response.per_age_decade", response.perAgeDecade, in: -5...5)
    try Self.check("response.per_baseline_point", response.perBaselinePoint, in: -5...5)
    try Self.check("response.speed_spread", response.speedSpread, in: 0...3)
    try Self.check("response.acute_weeks", response.acuteWeeks, in: 1...520)
    try Self.check("response.durable_week", response.durableWeek, in: response.acuteWeeks + 0.1...1040)
  }

  private func validateTreatments() throws {
    for arm in Arm.allCases {
      let treatment = arms[arm]
      let path = "arms." + arm.rawValue
      let shares = 0.001...response.largestShare - 0.001
      try Self.check(path + ".acute_share", treatment.acuteShare, in: shares)
      try Self.check(path + ".durable_share", treatment.durableShare, in: shares)
      try Self.check(path + ".time_constant_weeks", treatment.timeConstantWeeks, in: 0.1...520)
      try Self.check(path + ".acute_dropout", treatment.acuteDropout, in: 0...0.99)
      try Self.check(path + ".relapse_hazard_ratio", treatment.relapseHazardRatio, in: 0.01...100)
    }
    try Self.check("choice.strength", choice.strength, in: -10...10)
    for (path, preference) in [("choice.therapy", choice.therapy), ("choice.combined", choice.combined)] {
      try Self.check(path + ".intercept", preference.intercept, in: -10...10)
      try Self.check(path + ".per_baseline_point", preference.perBaselinePoint, in: -5...5)
      try Self.check(path + ".per_prior_episode", preference.perPriorEpisode, in: -5...5)
      try Self.check(path + ".per_age_decade", preference.perAgeDecade, in: -5...5)
    }
  }

  private func validateVisits() throws {
    guard visits.weeks.first == 0 else {
      throw Self.invalid("visits.weeks", "\(visits.weeks)", "a list that starts at 0")
    }
    for (index, week) in visits.weeks.enumerated().dropFirst() {
      // Half a week apart or more, so that each visit has a day of its own.
      let earliest = visits.weeks[index - 1] + 0.5
      guard week >= earliest && week <= 1040 else {
        throw Self.invalid("visits.weeks[\(index)]", "\(week)", "\(earliest) or later, and 1040 at most")
      }
    }
    try Self.check("visits.jitter_days", visits.jitterDays, in: 0...60)
    try Self.check("visits.missed_share", visits.missedShare, in: 0...0.95)
    try Self.check("dropout.reference_score", dropout.referenceScore, in: 0...27)
    try Self.check("dropout.per_last_point", dropout.perLastPoint, in: -1...1)
    try Self.check("dropout.per_current_point", dropout.perCurrentPoint, in: -1...1)
    try Self.check("dropout.follow_up_factor", dropout.followUpFactor, in: 0...100)
  }

  private func validateRelapse() throws {
    try Self.check("relapse.remission_below", relapse.remissionBelow, in: 1...severity.caseness)
    try Self.check("relapse.remission_weeks", relapse.remissionWeeks, in: 0...104)
    try Self.check("relapse.one_year_risk", relapse.oneYearRisk, in: 0.001...0.999)
    try Self.check("relapse.shape", relapse.shape, in: 0.1...10)
    try Self.check("relapse.per_prior_episode", relapse.perPriorEpisode, in: -5...5)
    try Self.check("relapse.per_baseline_point", relapse.perBaselinePoint, in: -5...5)
    try Self.check("relapse.returned_share", relapse.returnedShare, in: 0...1)
    try Self.check("relapse.duration_weeks", relapse.durationWeeks, in: 0...1040)
    // The record closes after the last visit, however late that one comes.
    let lastVisit = (visits.weeks.last ?? 0) + Double(visits.jitterDays + 1) / 7
    try Self.check("relapse.follow_up_minimum", relapse.followUpMinimum, in: lastVisit...2080)
    try Self.check(
      "relapse.follow_up_maximum", relapse.followUpMaximum, in: relapse.followUpMinimum...2080)
  }

  private static func check<Value: Comparable>(
    _ setting: String, _ value: Value, in range: ClosedRange<Value>
  ) throws {
    // A NaN lies in no range, so it is refused here too.
    guard range.contains(value) else {
      throw invalid(setting, "\(value)", "\(range.lowerBound) to \(range.upperBound)")
    }
  }

  static func invalid(_ setting: String, _ value: String, _ expected: String) -> CohortSettingsError {
    CohortSettingsError(code: .invalidValue, setting: setting, value: value, expected: expected)
  }
}
