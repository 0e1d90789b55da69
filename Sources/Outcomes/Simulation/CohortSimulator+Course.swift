import Distributions

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A person's year: severity over time, scores, remission, relapse, leaving.
extension CohortSimulator {
  static let largestScore = 27.0
  static let daysOfYear = 365.0

  /// Chance of a person's year, the same under every arm.
  struct VisitPlan {
    /// Days of the visits that the person would attend if they stayed, the first being 0.
    var days: [Int] = []
    /// Measurement errors at those visits, points.
    var errors: [Double] = []
    /// Unit exponential number that the cumulative hazard of relapse has to reach.
    var relapseThreshold = 0.0
    /// Unit exponential number that the cumulative rate of leaving has to reach.
    var leavingThreshold = 0.0
    /// The day on which the record closes.
    var closingDay = 0
  }

  /// A person's year under one arm, were they to stay.
  struct Course {
    var scores: [Int] = []
    var remissionDay: Int?
    var relapseDay: Int?
  }

  func visitPlan(of index: Int, _ traits: Traits) -> VisitPlan {
    var random = Self.stream(settings.seed, .course, index)
    var plan = VisitPlan()
    plan.relapseThreshold = random.exponential()
    plan.leavingThreshold = random.exponential()
    let relapse = settings.relapse
    let closing =
      relapse.followUpMinimum + (relapse.followUpMaximum - relapse.followUpMinimum) * random.uniform()
    plan.closingDay = Int((7 * closing).rounded())
    plan.days.reserveCapacity(plannedVisits.count)
    plan.errors.reserveCapacity(plannedVisits.count)
    plan.days.append(0)
    plan.errors.append(traits.baselineError)
    let memory = settings.measurement.autocorrelationWeeks
    for visit in plannedVisits.dropFirst() {
      let day = visit.day - visit.jitter + Int(random.uniform() * Double(2 * visit.jitter + 1))
      let isMissed = random.bernoulli(settings.visits.missedShare)
      let fresh = settings.measurement.noiseStandardDeviation * random.normal()
      if isMissed { continue }
      var error = fresh
      if memory > 0 {
        // Stationary continuous-time autoregression from one attended visit to the next.
        let previous = plan.days.count - 1
        let kept = exp(-Double(day - plan.days[previous]) / (7 * memory))
        error = kept * plan.errors[previous] + (1 - kept * kept).squareRoot() * fresh
      }
      plan.days.append(day)
      plan.errors.append(error)
    }
    return plan
  }

  /// The scores, the remission by the rule and the relapse by the hazard, under one arm.
  func course(of traits: Traits, _ plan: VisitPlan, _ arm: CohortSettings.Arm) -> Course {
    let gain = GainCurve(settings, traits, arm)
    let rule = settings.relapse
    var course = Course()
    course.scores.reserveCapacity(plan.days.count)
    var lowSince: Int?
    for (day, error) in zip(plan.days, plan.errors) {
      let severity = severity(traits, gain, onDay: Double(day), relapseDay: course.relapseDay)
      let score = Self.score(severity + error)
      course.scores.append(score)
      guard course.remissionDay == nil else { continue }
      if score >= rule.remissionBelow {
        lowSince = nil
        continue
      }
      let start = lowSince ?? day
      lowSince = start
      if Double(day - start) >= 7 * rule.remissionWeeks {
        course.remissionDay = day
        course.relapseDay = relapseDay(after: day, yearlyHazard(traits, arm), plan)
      }
    }
    return course
  }

  /// True severity on a day, in points.
  func severity(_ traits: Traits, _ gain: GainCurve, onDay day: Double, relapseDay: Int?) -> Double {
    var share = gain.share(atWeek: day / 7)
    if let relapseDay {
      let since = day - Double(relapseDay)
      if since >= 0 && since < 7 * settings.relapse.durationWeeks {
        share *= 1 - settings.relapse.returnedShare
      }
    }
    return traits.severity * (1 - share)
  }

  /// A value as the questionnaire shows it.
  static func score(_ value: Double) -> Int {
    Int(min(max(value.rounded(), 0), largestScore))
  }

  /// The day of relapse by inversion of the Weibull survival function, or nil when it lies beyond
  /// any record.
  private func relapseDay(after start: Int, _ hazard: Double, _ plan: VisitPlan) -> Int? {
    let years = pow(plan.relapseThreshold / hazard, 1 / settings.relapse.shape)
    let days = Self.daysOfYear * years
    guard days < 1e6 else { return nil }
    return start + max(1, Int(days.rounded(.up)))
  }

  /// The day from which a person is seen no more, or nil when they stay until the record closes.
  ///
  /// The rate is constant between two visits and depends on the score of the first (and, where
  /// asked for, on the score that the second would show).
  func leavingDay(_ course: Course, _ plan: VisitPlan, _ arm: CohortSettings.Arm) -> Int? {
    let dropout = settings.dropout
    let acuteDays = 7 * settings.response.acuteWeeks
    let acuteRate = -log(1 - settings.arms[arm].acuteDropout) / acuteDays
    guard acuteRate > 0 else { return nil }
    var remaining = plan.leavingThreshold
    for (visit, day) in plan.days.enumerated() {
      let next = visit + 1 < plan.days.count ? plan.days[visit + 1] : plan.closingDay
      var logRatio = dropout.perLastPoint * (Double(course.scores[visit]) - dropout.referenceScore)
      if visit + 1 < plan.days.count {
        logRatio += dropout.perCurrentPoint * (Double(course.scores[visit + 1]) - dropout.referenceScore)
      }
      let phase = Double(day) < acuteDays ? 1 : dropout.followUpFactor
      let rate = acuteRate * phase * exp(logRatio)
      let hazard = rate * Double(next - day)
      if hazard >= remaining { return day + max(1, Int((remaining / rate).rounded(.up))) }
      remaining -= hazard
    }
    return nil
  }
}

/// The share of severity that a person has lost by a week, under one arm and out of relapse.
struct GainCurve {
  private let largest: Double
  private let acuteLevel: Double
  private let durableLevel: Double
  private let timeConstant: Double
  private let fullSpeed: Double
  private let acuteWeeks: Double
  private let durableWeek: Double

  init(_ settings: CohortSettings, _ traits: CohortSimulator.Traits, _ arm: CohortSettings.Arm) {
    let treatment = settings.arms[arm]
    let response = settings.response
    func level(_ share: Double) -> Double {
      log(share / (response.largestShare - share)) + traits.response
    }
    largest = response.largestShare
    acuteLevel = level(treatment.acuteShare)
    durableLevel = level(treatment.durableShare)
    timeConstant = treatment.timeConstantWeeks * traits.slowness
    acuteWeeks = response.acuteWeeks
    durableWeek = response.durableWeek
    fullSpeed = 1 - exp(-acuteWeeks / timeConstant)
  }

  func share(atWeek week: Double) -> Double {
    let speed = week < acuteWeeks ? (1 - exp(-week / timeConstant)) / fullSpeed : 1
    let late = min(max((week - acuteWeeks) / (durableWeek - acuteWeeks), 0), 1)
    let level = acuteLevel + late * (durableLevel - acuteLevel)
    return largest / (1 + exp(-level)) * speed
  }
}
