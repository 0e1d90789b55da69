import Foundation
import Outcomes
import TestSupport
import Testing

/// Laws of the simulator that hold whatever the settings.
@Suite("Laws: simulated cohorts")
struct SimulationLawTests {
  static let settings = CohortSettings(people: 3000, seed: 7)

  static func people(_ settings: CohortSettings) throws -> [SimulatedPerson] {
    let simulator = try CohortSimulator(settings: settings)
    return (0..<settings.people).map(simulator.person)
  }

  @Test("the same settings and seed give the same people, another seed others")
  func determinism() throws {
    var settings = Self.settings
    settings.people = 200
    let people = try Self.people(settings)
    #expect(try Self.people(settings) == people)
    settings.seed = 8
    #expect(try Self.people(settings) != people)
  }

  @Test("a person does not depend on the cohort's size, the order or the thread")
  func personAlone() async throws {
    var settings = Self.settings
    settings.people = 200
    let simulator = try CohortSimulator(settings: settings)
    let people = (0..<200).map(simulator.person)
    settings.people = 10
    let smaller = try CohortSimulator(settings: settings)
    #expect(smaller.person(150) == people[150])
    let parallel = await withTaskGroup(of: SimulatedPerson.self) { group in
      for index in (0..<200).reversed() { group.addTask { simulator.person(index) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(parallel.sorted { $0.index < $1.index } == people)
  }

  @Test("every person starts at week 0, in range, with visits in order")
  func ranges() throws {
    let settings = Self.settings
    for person in try Self.people(settings) {
      #expect(person.visits.first?.day == 0)
      #expect(person.visits.count <= settings.visits.weeks.count)
      #expect(zip(person.visits, person.visits.dropFirst()).allSatisfy { $0.day < $1.day })
      #expect(person.visits.allSatisfy { (0...27).contains($0.score) })
      #expect((settings.severity.caseness...27).contains(person.baselineScore))
      #expect((settings.demography.ageMinimum...settings.demography.ageMaximum).contains(person.age))
      #expect((1...settings.sites.count).contains(person.site))
      #expect(settings.conditions.contains { $0.name == person.condition })
      #expect(person.priorEpisodes >= 0)
      if let leaving = person.dropoutDay { #expect(person.visits.allSatisfy { $0.day < leaving }) }
    }
  }

  @Test("remission follows the rule, at a visit, and time runs on from there")
  func episodesFollowTheRule() throws {
    let settings = Self.settings
    for person in try Self.people(settings) {
      var lowSince: Int?
      var satisfied: Int?
      for visit in person.visits where satisfied == nil {
        lowSince = visit.score < settings.relapse.remissionBelow ? lowSince ?? visit.day : nil
        if let start = lowSince, visit.day - start >= 21 { satisfied = visit.day }
      }
      #expect(person.episode?.remissionDay == satisfied)
      guard let episode = person.episode else { continue }
      #expect(episode.days >= 1)
      let lastDay = Int((7 * settings.relapse.followUpMaximum).rounded(.up))
      #expect(episode.remissionDay + episode.days <= min(person.dropoutDay ?? lastDay, lastDay))
      if let leaving = person.dropoutDay, !episode.isRelapse {
        #expect(episode.remissionDay + episode.days == leaving)
      }
    }
  }

  @Test("after a relapse scores rise, and only after it")
  func relapseShowsInScores() throws {
    var before: [Double] = []
    var during: [Double] = []
    for person in try Self.people(Self.settings) {
      guard let episode = person.episode, episode.isRelapse else { continue }
      let relapse = episode.remissionDay + episode.days
      before += person.visits.filter { (episode.remissionDay..<relapse).contains($0.day) }.map {
        Double($0.score)
      }
      during += person.visits.filter { (relapse..<relapse + 91).contains($0.day) }.map { Double($0.score) }
    }
    #expect(before.count > 100 && during.count > 100)
    #expect(mean(during) > mean(before) + 4)
  }

  @Test("confounding: the more severe get combined treatment; strength 0 randomises")
  func confoundingByIndication() throws {
    var settings = Self.settings
    func means() throws -> [CohortSettings.Arm: Double] {
      let people = try Self.people(settings)
      return Dictionary(grouping: people, by: \.arm).mapValues { mean($0.map { Double($0.baselineScore) }) }
    }
    let confounded = try means()
    let combined = try #require(confounded[.combined])
    #expect(combined > (confounded[.medication] ?? .infinity) + 1)
    #expect(combined > (confounded[.therapy] ?? .infinity) + 1)
    settings.choice.strength = 0
    let randomised = try means()
    // Standard error of a difference of two means of about 1000 people: 3.5 sqrt(2 / 1000) = 0.16.
    for arm in CohortSettings.Arm.allCases {
      #expect(abs((randomised[arm] ?? .infinity) - (randomised[.medication] ?? 0)) < 4 * 0.16)
    }
  }

  @Test("leaving depends on the score seen last")
  func dropoutAtRandom() throws {
    // Among those still there at week 4, who leaves before week 12?
    let settings = CohortSettings(people: 20_000, seed: 11)
    var leaving: [Bool: [Double]] = [:]
    for person in try Self.people(settings) {
      guard person.dropoutDay ?? .max > 28, let last = person.visits.last(where: { $0.day <= 28 }) else {
        continue
      }
      leaving[last.score >= 12, default: []].append(person.dropoutDay ?? .max <= 84 ? 1 : 0)
    }
    #expect(mean(leaving[true] ?? []) > mean(leaving[false] ?? []) + 0.02)
  }

  @Test("with missing not at random, those who stay look better than all would")
  func dropoutNotAtRandom() throws {
    var settings = CohortSettings(people: 20_000, seed: 12)
    settings.dropout.perLastPoint = 0
    func stayers(_ slope: Double) throws -> Double {
      settings.dropout.perCurrentPoint = slope
      return mean(
        try Self.people(settings).flatMap { $0.visits.filter { $0.day > 70 && $0.day < 98 } }
          .map { Double($0.score) })
    }
    #expect(try stayers(0.15) < stayers(0) - 0.2)
  }

  @Test("autocorrelated errors make neighbouring scores alike")
  func autocorrelation() throws {
    var settings = CohortSettings(people: 4000, seed: 13)
    func roughness() throws -> Double {
      let steps = try Self.people(settings).flatMap { person in
        zip(person.visits, person.visits.dropFirst()).filter { $0.day > 60 && $1.day < 120 }
          .map { Double(($1.score - $0.score) * ($1.score - $0.score)) }
      }
      return mean(steps)
    }
    let independent = try roughness()
    settings.measurement.autocorrelationWeeks = 6
    #expect(try roughness() < 0.8 * independent)
  }
}

/// Settings so simple that the answer is known in closed form.
@Suite("ByHand: simulated cohorts")
struct SimulationByHandTests {
  /// Everybody alike but for severity and treatment; no error, no misses, no jitter, nobody leaves.
  static var plain: CohortSettings {
    var settings = CohortSettings(people: 2000, seed: 3)
    settings.conditions = [.init(name: "depression")]
    settings.sites.severityStandardDeviation = 0
    settings.sites.responseStandardDeviation = 0
    settings.measurement.noiseStandardDeviation = 0
    settings.response.spread = 0
    settings.response.speedSpread = 0
    settings.response.perPriorEpisode = 0
    settings.response.perAgeDecade = 0
    settings.response.perBaselinePoint = 0
    settings.visits.jitterDays = 0
    settings.visits.missedShare = 0
    settings.arms.medication.acuteDropout = 0
    settings.arms.therapy.acuteDropout = 0
    settings.arms.combined.acuteDropout = 0
    settings.relapse.oneYearRisk = 0.001
    settings.relapse.perPriorEpisode = 0
    settings.relapse.perBaselinePoint = 0
    return settings
  }

  @Test("without deviations a score is severity times the share that the curve leaves")
  func trajectory() throws {
    let settings = Self.plain
    let simulator = try CohortSimulator(settings: settings)
    for person in (0..<300).map(simulator.person) where !(person.episode?.isRelapse ?? false) {
      let treatment = settings.arms[person.arm]
      func left(_ week: Double) -> Double {
        if week >= 26 { return 1 - treatment.durableShare }
        let tau = treatment.timeConstantWeeks
        return 1 - treatment.acuteShare * (1 - exp(-week / tau)) / (1 - exp(-12 / tau))
      }
      #expect(person.visits.count == settings.visits.weeks.count)
      for visit in person.visits where visit.day <= 84 || visit.day >= 182 {
        let share = left(Double(visit.day) / 7)
        // The first score is the severity rounded, and this one is rounded again.
        #expect(abs(Double(visit.score) - share * Double(person.baselineScore)) <= 0.5 + 0.5 * share + 1e-9)
      }
    }
  }

  @Test("with shape 1 and no covariates the hazards are those set")
  func relapseHazard() throws {
    var settings = Self.plain
    settings.people = 20_000
    settings.relapse.oneYearRisk = 0.4
    settings.relapse.shape = 1
    settings.response.largestShare = 0.95
    settings.arms.medication.durableShare = 0.9
    settings.arms.therapy.durableShare = 0.9
    settings.arms.combined.durableShare = 0.9
    let simulator = try CohortSimulator(settings: settings)
    var events: [CohortSettings.Arm: Double] = [:]
    var days: [CohortSettings.Arm: Double] = [:]
    for index in 0..<settings.people {
      let person = simulator.person(index)
      guard let episode = person.episode else { continue }
      events[person.arm, default: 0] += episode.isRelapse ? 1 : 0
      // A relapse counts the day on which it falls in full: half a day more than it took, on average.
      days[person.arm, default: 0] += Double(episode.days) - (episode.isRelapse ? 0.5 : 0)
    }
    for arm in CohortSettings.Arm.allCases {
      let count = try #require(events[arm])
      let rate = count / (days[arm] ?? 0)
      let expected = -log(0.6) / 365 * settings.arms[arm].relapseHazardRatio
      #expect(abs(log(rate / expected)) < 4 / count.squareRoot(), "\(arm): \(rate) v \(expected)")
    }
  }

  @Test("without dependence on scores the share that leaves is the share set")
  func dropoutShare() throws {
    var settings = CohortSettings(people: 30_000, seed: 5)
    settings.dropout.perLastPoint = 0
    settings.arms.therapy.acuteDropout = 0.5
    // A visit on the last day of acute treatment, so that every interval lies in one phase.
    settings.visits.jitterDays = 0
    settings.visits.missedShare = 0
    let simulator = try CohortSimulator(settings: settings)
    var left: [CohortSettings.Arm: [Double]] = [:]
    for person in (0..<settings.people).map(simulator.person) {
      left[person.arm, default: []].append(person.dropoutDay ?? .max <= 84 ? 1 : 0)
    }
    for arm in CohortSettings.Arm.allCases {
      let shares = try #require(left[arm])
      let expected = settings.arms[arm].acuteDropout
      let error = (expected * (1 - expected) / Double(shares.count)).squareRoot()
      #expect(abs(mean(shares) - expected) < 4 * error, "\(arm)")
    }
  }

  @Test("under equal arms every causal contrast is exactly 0")
  func equalArms() throws {
    var settings = CohortSettings(people: 10, seed: 6)
    settings.arms.therapy = settings.arms.medication
    settings.arms.combined = settings.arms.medication
    let truth = try CohortSimulator(settings: settings).truth(populationSize: 2000)
    #expect(truth.contrasts.allSatisfy { $0.difference == 0 && $0.standardError == 0 })
    #expect(truth.responseRatios.allSatisfy { $0.ratio == 1 })
    #expect(truth.relapse.riskRatios.allSatisfy { $0.ratio == 1 })
    // Confounding alone makes the crude differences.
    let crude = truth.contrasts.filter { $0.contrast.hasPrefix("combined") }
    #expect(crude.allSatisfy { $0.crudeDifference > 0.3 })
  }

  @Test("without confounding the crude difference is the causal one")
  func randomised() throws {
    var settings = CohortSettings(people: 10, seed: 6)
    settings.choice.strength = 0
    let truth = try CohortSimulator(settings: settings).truth(populationSize: 30_000)
    // Standard error of a crude difference: 4.7 sqrt(2 / 10,000) = 0.066.
    #expect(truth.contrasts.allSatisfy { abs($0.crudeDifference - $0.difference) < 4 * 0.066 })
  }
}

private func mean(_ values: [Double]) -> Double {
  values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
}
