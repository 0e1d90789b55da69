import Distributions

extension CohortSimulator {
  /// The population's truth, by simulating everybody's outcome under every arm.
  ///
  /// The three arms of a person share their random numbers, so contrasts are far more precise than
  /// the means they are taken from.
  /// - Parameters:
  ///   - populationSize: Number of people, of whom the cohort's own are the first; 2 or more.
  ///   - weeks: Weeks at which the means are taken.
  /// - Returns: The truth, with Monte Carlo standard errors.
  /// - Precondition: Two people at least.
  /// - Complexity: O(populationSize * (planned visits + weeks)) time, O(weeks) memory; about 6
  ///   microseconds a person.
  public func truth(populationSize: Int = 200_000, weeks: [Double] = [12, 26, 52]) -> CohortTruth {
    precondition(populationSize >= 2, "a population has two people at least")
    var tally = TruthTally(weeks: weeks)
    for index in 0..<populationSize { add(index, to: &tally) }
    return tally.truth(settings)
  }

  private func add(_ index: Int, to tally: inout TruthTally) {
    let traits = traits(of: index)
    let plan = visitPlan(of: index, traits)
    let chosen = chosenArm(of: index, traits)
    var random = Self.stream(settings.seed, .truth, index)
    let noise = settings.measurement.noiseStandardDeviation
    let errors = tally.weeks.map { _ in noise * random.normal() }
    let responseError = noise * random.normal()
    tally.baseline.add(Double(traits.baselineScore))
    tally.chosenBaseline[chosen.position].add(Double(traits.baselineScore))
    for arm in CohortSettings.Arm.allCases {
      let course = course(of: traits, plan, arm)
      let gain = GainCurve(settings, traits, arm)
      func score(atWeek week: Double, _ error: Double) -> Double {
        let value = severity(traits, gain, onDay: 7 * week, relapseDay: course.relapseDay)
        return Double(Self.score(value + error))
      }
      for (week, error) in errors.enumerated() {
        tally.scores[week][arm.position] = score(atWeek: tally.weeks[week], error)
      }
      let end = score(atWeek: settings.response.acuteWeeks, responseError)
      let leaving = leavingDay(course, plan, arm).map(Double.init) ?? .infinity
      tally.response[arm.position].add(2 * end <= Double(traits.baselineScore) ? 1 : 0)
      tally.remission[arm.position].add(course.remissionDay != nil ? 1 : 0)
      tally.acuteDropout[arm.position].add(leaving <= 7 * settings.response.acuteWeeks ? 1 : 0)
      tally.totalDropout[arm.position].add(leaving <= Double(plannedVisits.last?.day ?? 0) ? 1 : 0)
      if arm == chosen && course.remissionDay != nil { addRisks(traits, to: &tally) }
    }
    tally.closePerson(chosen)
  }

  private func addRisks(_ traits: Traits, to tally: inout TruthTally) {
    for arm in CohortSettings.Arm.allCases {
      tally.risk[arm.position].add(oneYearRisk(traits, arm))
    }
  }
}

extension CohortSettings.Arm {
  /// The arm's place in `allCases`.
  var position: Int {
    switch self {
    case .medication: 0
    case .therapy: 1
    case .combined: 2
    }
  }
}

/// Sums over the population from which the truth is read.
struct TruthTally {
  let weeks: [Double]
  var baseline = TruthMoments()
  var chosenBaseline = Self.perArm
  var means: [[TruthMoments]]
  var chosenMeans: [[TruthMoments]]
  var differences: [[TruthMoments]]
  var response = Self.perArm
  var remission = Self.perArm
  var acuteDropout = Self.perArm
  var totalDropout = Self.perArm
  var risk = Self.perArm
  /// Scores of the person at hand, by week and arm.
  var scores: [[Double]]

  private typealias Pair = (first: CohortSettings.Arm, second: CohortSettings.Arm)
  private static let pairs: [Pair] = [
    (.combined, .medication), (.combined, .therapy), (.therapy, .medication),
  ]
  private static var perArm: [TruthMoments] { Array(repeating: TruthMoments(), count: 3) }

  init(weeks: [Double]) {
    self.weeks = weeks
    means = weeks.map { _ in Self.perArm }
    chosenMeans = means
    differences = means
    scores = weeks.map { _ in [0, 0, 0] }
  }

  /// Adds the scores of the person at hand, who got the arm given.
  mutating func closePerson(_ chosen: CohortSettings.Arm) {
    for week in weeks.indices {
      for arm in CohortSettings.Arm.allCases { means[week][arm.position].add(scores[week][arm.position]) }
      chosenMeans[week][chosen.position].add(scores[week][chosen.position])
      for (index, pair) in Self.pairs.enumerated() {
        differences[week][index].add(scores[week][pair.first.position] - scores[week][pair.second.position])
      }
    }
  }

  func truth(_ settings: CohortSettings) -> CohortTruth {
    let arms = CohortSettings.Arm.allCases
    return CohortTruth(
      seed: settings.seed, populationSize: baseline.count,
      baseline: .init(mean: baseline.mean, standardDeviation: baseline.standardDeviation),
      armShares: arms.map {
        let chosen = chosenBaseline[$0.position]
        return .init(
          arm: $0, share: Double(chosen.count) / Double(baseline.count), baselineMean: chosen.mean)
      },
      means: weeks.indices.flatMap { week in
        arms.map {
          let moments = means[week][$0.position]
          return .init(
            arm: $0, week: weeks[week], mean: moments.mean, standardError: moments.standardError,
            standardDeviation: moments.standardDeviation)
        }
      },
      contrasts: weeks.indices.flatMap(contrasts),
      outcomes: arms.map(outcomes),
      responseRatios: ratios { response[$0.position].mean },
      relapse: relapse(settings))
  }

  private func contrasts(_ week: Int) -> [CohortTruth.Contrast] {
    Self.pairs.enumerated().map { index, pair in
      let difference = differences[week][index]
      let (first, second) = (means[week][pair.first.position], means[week][pair.second.position])
      let pooled = ((first.variance + second.variance) / 2).squareRoot()
      return CohortTruth.Contrast(
        contrast: "\(pair.first.rawValue) - \(pair.second.rawValue)", week: weeks[week],
        difference: difference.mean, standardError: difference.standardError,
        standardized: difference.mean / pooled,
        crudeDifference: chosenMeans[week][pair.first.position].mean
          - chosenMeans[week][pair.second.position].mean)
    }
  }

  private func outcomes(_ arm: CohortSettings.Arm) -> CohortTruth.Outcomes {
    let shares = [response, remission, acuteDropout, totalDropout].map { $0[arm.position] }
    return CohortTruth.Outcomes(
      arm: arm, response: shares[0].mean, remission: shares[1].mean, acuteDropout: shares[2].mean,
      totalDropout: shares[3].mean, standardError: shares.map(\.standardError).reduce(0, max))
  }

  private func relapse(_ settings: CohortSettings) -> CohortTruth.Relapse {
    let conditions = settings.conditions
    return CohortTruth.Relapse(
      hazardRatios: ratios { settings.arms[$0].relapseHazardRatio },
      perPriorEpisode: settings.relapse.perPriorEpisode,
      perBaselinePoint: settings.relapse.perBaselinePoint,
      conditions: conditions.dropFirst().map {
        .init(
          contrast: "\($0.name) / \(conditions[0].name)",
          ratio: $0.relapseHazardRatio / conditions[0].relapseHazardRatio)
      },
      oneYearRisks: CohortSettings.Arm.allCases.map {
        let moments = risk[$0.position]
        return .init(arm: $0, risk: moments.mean, standardError: moments.standardError)
      },
      riskRatios: ratios { risk[$0.position].mean })
  }

  private func ratios(_ value: (CohortSettings.Arm) -> Double) -> [CohortTruth.Ratio] {
    Self.pairs.map {
      .init(
        contrast: "\($0.first.rawValue) / \($0.second.rawValue)", ratio: value($0.first) / value($0.second))
    }
  }
}

/// Mean and variance of numbers that come one at a time (Welford 1962): no sum that cancels.
struct TruthMoments {
  private(set) var count = 0
  private(set) var mean = 0.0
  private var centredSquares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    let difference = value - mean
    mean += difference / Double(count)
    centredSquares += difference * (value - mean)
  }

  var variance: Double { count > 1 ? centredSquares / Double(count - 1) : .nan }
  var standardDeviation: Double { variance.squareRoot() }
  var standardError: Double { (variance / Double(count)).squareRoot() }
}
