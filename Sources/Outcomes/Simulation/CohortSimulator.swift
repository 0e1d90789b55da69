import Distributions

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Makes the people of a simulated cohort, one at a time.
///
/// Person i is a function of (settings, seed, i) alone: any person can be made without the others,
/// so a cohort of millions streams in bounded memory and on any number of threads with the same
/// bytes. For arm a, with y0 the starting score, n prior episodes and z standard normal numbers:
/// ```
/// severity   s  = mean + condition + site + sd z1,   y0 = round(s + e0) >= caseness
/// score      y(t) = round(s (1 - G(t)) + e(t)), limited to the questionnaire's 0...27
/// gain       G(t) = largest * logistic(level_a(t) + u) * S(t) * (1 - returned in relapse)
/// deviation  u  = spread z2 + condition + site + per_prior_episode (n - 1.5) + ...
/// speed      S(t) = (1 - exp(-t / tau)) / (1 - exp(-acute_weeks / tau)) until acute_weeks, then 1
/// relapse    P(T > t) = exp(-H (t / 365 days)^shape),  H = -log(1 - one_year_risk) * HR_a * HR(x)
/// leaving    rate = rate_a * exp(per_last_point (last score - reference_score) + ...)
/// ```
/// Errors at the limits 0 and 27 are cut as the questionnaire cuts them; gains are shares, so a
/// true severity never falls below 0. All arms of a person share their random numbers, so the
/// potential outcomes of one person can be compared.
public struct CohortSimulator: Sendable {
  /// The settings, checked.
  public let settings: CohortSettings
  let plannedVisits: [PlannedVisit]
  private let siteEffects: [SiteEffect]
  private let conditionShares: [Double]

  /// A planned visit: its day, and how many days it may come early or late.
  struct PlannedVisit: Sendable {
    let day: Int
    let jitter: Int
  }

  private struct SiteEffect: Sendable {
    let severity: Double
    let response: Double
  }

  /// What the numbers of a stream are for; streams of different purpose never meet.
  enum Purpose: UInt64 {
    case traits = 0
    case choice = 1
    case course = 2
    case truth = 3
    case site = 4
  }

  /// Prepares a simulator.
  ///
  /// - Parameter settings: The cohort's settings.
  /// - Throws: ``CohortSettingsError`` that names the first setting out of range.
  /// - Complexity: O(sites * conditions + planned visits).
  public init(settings: CohortSettings) throws {
    try settings.validate()
    self.settings = settings
    plannedVisits = Self.plan(settings.visits)
    conditionShares = settings.conditions.map(\.share)
    siteEffects = (0..<settings.sites.count).map { site in
      var random = Self.stream(settings.seed, .site, site)
      return SiteEffect(
        severity: settings.sites.severityStandardDeviation * random.normal(),
        response: settings.sites.responseStandardDeviation * random.normal())
    }
    try checkScreening()
  }

  /// Refuses settings under which hardly anybody of some condition and site would ever enter:
  /// screening repeats until someone does.
  private func checkScreening() throws {
    let severity = settings.severity
    let noise = settings.measurement.noiseStandardDeviation
    let spread = (severity.standardDeviation * severity.standardDeviation + noise * noise).squareRoot()
    let lowest = Double(severity.caseness) - 0.5
    for condition in settings.conditions {
      for (site, effect) in siteEffects.enumerated() {
        let mean = severity.mean + condition.severityShift + effect.severity
        // The share of a normal law within the scores that enter; without spread, all or none.
        func below(_ score: Double) -> Double { erfc((mean - score) / (spread * 2.0.squareRoot())) / 2 }
        let share =
          spread > 0
          ? below(Self.largestScore + 0.5) - below(lowest)
          : (mean > lowest && mean < Self.largestScore + 0.5 ? 1 : 0)
        guard share >= 0.001 && mean > 0 else {
          throw CohortSettings.invalid(
            "severity.mean", "\(severity.mean) (\(mean) for \(condition.name) at site S\(site + 1))",
            "one that lets 0.1% of those screened enter at \(severity.caseness) to 27, and above 0")
        }
      }
    }
  }

  /// One person of the cohort.
  ///
  /// - Parameter index: The person's position, from 0; the cohort's size does not matter.
  /// - Returns: The person, as the two files show them.
  /// - Precondition: The index is not negative.
  /// - Complexity: O(planned visits).
  public func person(_ index: Int) -> SimulatedPerson {
    precondition(index >= 0, "people are counted from 0")
    let traits = traits(of: index)
    let plan = visitPlan(of: index, traits)
    let arm = chosenArm(of: index, traits)
    let course = course(of: traits, plan, arm)
    let leaving = leavingDay(course, plan, arm)
    let end = min(leaving ?? plan.closingDay, plan.closingDay)
    var visits: [SimulatedVisit] = []
    visits.reserveCapacity(plan.days.count)
    for (day, score) in zip(plan.days, course.scores) where day < end {
      visits.append(SimulatedVisit(day: day, score: score))
    }
    var episode: SimulatedEpisode?
    if let start = course.remissionDay, start < end {
      let relapse = course.relapseDay.flatMap { $0 <= end ? $0 : nil }
      episode = SimulatedEpisode(
        remissionDay: start, days: (relapse ?? end) - start, isRelapse: relapse != nil)
    }
    return SimulatedPerson(
      index: index, site: traits.site + 1, condition: settings.conditions[traits.condition].name, arm: arm,
      isFemale: traits.isFemale, age: traits.age, priorEpisodes: traits.priorEpisodes, visits: visits,
      episode: episode, dropoutDay: leaving)
  }

  static func stream(_ seed: UInt64, _ purpose: Purpose, _ index: Int) -> RandomStream {
    RandomStream(seed: seed, stream: purpose.rawValue << 56 | UInt64(index))
  }

  private static func plan(_ visits: CohortSettings.Visits) -> [PlannedVisit] {
    let days = visits.weeks.map { Int((7 * $0).rounded()) }
    return days.enumerated().map { index, day in
      guard index > 0 else { return PlannedVisit(day: 0, jitter: 0) }
      // Less than half the way to either neighbour keeps the order; day 0 itself does not move.
      var jitter = min(visits.jitterDays, (day - days[index - 1] - 1) / 2)
      if index + 1 < days.count { jitter = min(jitter, (days[index + 1] - day - 1) / 2) }
      return PlannedVisit(day: day, jitter: jitter)
    }
  }
}

// MARK: - Who a person is

extension CohortSimulator {
  /// What a person brings, before any treatment.
  struct Traits {
    var site = 0
    var condition = 0
    var isFemale = false
    var age = 0
    var priorEpisodes = 0
    /// True severity, points.
    var severity = 0.0
    /// Error of the first score, points.
    var baselineError = 0.0
    var baselineScore = 0
    /// Deviation of the log odds of response.
    var response = 0.0
    /// Factor of the time constant.
    var slowness = 1.0
  }

  // The values at which intercepts and reference risks hold; documented with the settings.
  private static let referenceScore = 15.0
  private static let referenceEpisodes = 1.5
  private static let referenceAge = 40.0

  func traits(of index: Int) -> Traits {
    var random = Self.stream(settings.seed, .traits, index)
    var traits = Traits()
    traits.condition = random.categorical(conditionShares)
    let condition = settings.conditions[traits.condition]
    traits.site = Int(random.uniform() * Double(settings.sites.count))
    traits.isFemale = random.bernoulli(settings.demography.femaleShare)
    traits.priorEpisodes = random.poisson(mean: condition.priorEpisodesMean)
    let deviation = settings.response.spread * random.normal()
    traits.slowness = exp(settings.response.speedSpread * random.normal())
    // The two that repeat come last, so that no other draw depends on how often they did.
    traits.age = drawAge(&random)
    screen(&traits, condition, &random)
    let response = settings.response
    traits.response =
      deviation + condition.responseLogOdds + siteEffects[traits.site].response
      + response.perPriorEpisode * (Double(traits.priorEpisodes) - Self.referenceEpisodes)
      + response.perAgeDecade * (Double(traits.age) - Self.referenceAge) / 10
      + response.perBaselinePoint * (Double(traits.baselineScore) - Self.referenceScore)
    return traits
  }

  private func drawAge(_ random: inout RandomStream) -> Int {
    let demography = settings.demography
    let ages = Double(demography.ageMinimum)...Double(demography.ageMaximum)
    while true {
      let age = demography.ageMean + demography.ageStandardDeviation * random.normal()
      if ages.contains(age.rounded()) { return Int(age.rounded()) }
    }
  }

  /// Screens until a score reaches caseness: those who enter did so partly by chance, hence
  /// their later scores regress to the mean, as in any cohort with an entry threshold.
  private func screen(
    _ traits: inout Traits, _ condition: CohortSettings.Condition, _ random: inout RandomStream
  ) {
    let severity = settings.severity
    let mean = severity.mean + condition.severityShift + siteEffects[traits.site].severity
    while true {
      traits.severity = mean + severity.standardDeviation * random.normal()
      traits.baselineError = settings.measurement.noiseStandardDeviation * random.normal()
      let score = (traits.severity + traits.baselineError).rounded()
      if traits.severity > 0 && score >= Double(severity.caseness) && score <= Self.largestScore {
        traits.baselineScore = Int(score)
        return
      }
    }
  }

  /// The treatment that a person gets, by the multinomial logit of the settings.
  func chosenArm(of index: Int, _ traits: Traits) -> CohortSettings.Arm {
    let choice = settings.choice
    let condition = settings.conditions[traits.condition]
    func logOdds(_ preference: CohortSettings.Preference, _ conditionLogOdds: Double) -> Double {
      let confounding =
        preference.perBaselinePoint * (Double(traits.baselineScore) - Self.referenceScore)
        + preference.perPriorEpisode * (Double(traits.priorEpisodes) - Self.referenceEpisodes)
        + preference.perAgeDecade * (Double(traits.age) - Self.referenceAge) / 10 + conditionLogOdds
      return preference.intercept + choice.strength * confounding
    }
    var random = Self.stream(settings.seed, .choice, index)
    let therapy = logOdds(choice.therapy, condition.therapyLogOdds)
    let combined = logOdds(choice.combined, condition.combinedLogOdds)
    // Relative to the largest, so that no exponential overflows.
    let largest = max(0, therapy, combined)
    let weights = [exp(-largest), exp(therapy - largest), exp(combined - largest)]
    return CohortSettings.Arm.allCases[random.categorical(weights)]
  }

  /// The cumulative hazard of relapse one year after remission.
  func yearlyHazard(_ traits: Traits, _ arm: CohortSettings.Arm) -> Double {
    let relapse = settings.relapse
    let logRatio =
      relapse.perPriorEpisode * (Double(traits.priorEpisodes) - Self.referenceEpisodes)
      + relapse.perBaselinePoint * (Double(traits.baselineScore) - Self.referenceScore)
    return -log(1 - relapse.oneYearRisk) * settings.arms[arm].relapseHazardRatio
      * settings.conditions[traits.condition].relapseHazardRatio * exp(logRatio)
  }

  /// The risk of relapse within a year of remission.
  func oneYearRisk(_ traits: Traits, _ arm: CohortSettings.Arm) -> Double {
    -expm1(-yearlyHazard(traits, arm))
  }
}
