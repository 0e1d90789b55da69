import Foundation
import Outcomes
import Testing

/// Reading, writing and refusing settings.
@Suite("Laws: settings of simulated cohorts")
struct SimulationSettingsTests {
  private func decode(_ json: String) throws -> CohortSettings {
    try JSONDecoder().decode(CohortSettings.self, from: Data(json.utf8))
  }

  @Test("settings survive encoding and decoding")
  func roundTrip() throws {
    var settings = CohortSettings(people: 42, seed: .max)
    settings.arms.therapy.acuteShare = 0.123
    settings.conditions = [.init(name: "depression", share: 3)]
    settings.relapse.shape = 1.25
    settings.choice.combined.perBaselinePoint = -0.5
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(CohortSettings.self, from: data) == settings)
  }

  @Test("what is not given takes its default, also within a group")
  func partial() throws {
    #expect(try decode("{}") == CohortSettings())
    let settings = try decode(
      """
      {"seed": 9, "arms": {"therapy": {"acute_share": 0.4}}, "choice": {"combined": {"intercept": 1}},
       "conditions": [{"name": "OCD", "share": 2}]}
      """)
    var expected = CohortSettings(seed: 9)
    expected.arms.therapy.acuteShare = 0.4
    expected.choice.combined.intercept = 1
    expected.conditions = [.init(name: "OCD", share: 2)]
    #expect(settings == expected)
  }

  @Test(
    "an unknown setting is refused by name",
    arguments: [
      (#"{"persons": 5}"#, "persons"),
      (#"{"severity": {"meen": 5}}"#, "severity.meen"),
      (#"{"arms": {"therapy": {"effect": 1}}}"#, "arms.therapy.effect"),
      (#"{"conditions": [{"name": "a"}, {"name": "b", "weight": 1}]}"#, "conditions[1].weight"),
    ])
  func unknown(_ json: String, _ path: String) throws {
    let error = #expect(throws: CohortSettingsError.self) { try decode(json) }
    #expect(error?.code == .unknownSetting)
    #expect(error?.setting.hasSuffix(path) == true, "\(error?.setting ?? "")")
    #expect(error?.description.contains("there is no setting") == true)
  }

  @Test("a wrong type is refused")
  func wrongType() throws {
    #expect(throws: DecodingError.self) { try decode(#"{"people": "many"}"#) }
  }

  struct Invalid: Sendable, CustomTestStringConvertible {
    let setting: String
    let change: @Sendable (inout CohortSettings) -> Void
    var testDescription: String { setting }
  }

  static let invalid = [
    Invalid(setting: "people") { $0.people = 0 },
    Invalid(setting: "demography.female_share") { $0.demography.femaleShare = 1.2 },
    Invalid(setting: "demography.age_maximum") { $0.demography.ageMaximum = 18 },
    Invalid(setting: "demography.age_mean") { $0.demography.ageMean = 95 },
    Invalid(setting: "sites.count") { $0.sites.count = 0 },
    Invalid(setting: "conditions") { $0.conditions = [] },
    Invalid(setting: "conditions[1].name") { $0.conditions[1].name = "a,b" },
    Invalid(setting: "conditions[1].name") { $0.conditions[1].name = "depression" },
    Invalid(setting: "conditions[2].share") { $0.conditions[2].share = -1 },
    Invalid(setting: "conditions[0].share") {
      for index in $0.conditions.indices { $0.conditions[index].share = 0 }
    },
    Invalid(setting: "severity.mean") { $0.severity.mean = 0.1 },
    Invalid(setting: "severity.caseness") { $0.severity.caseness = 28 },
    Invalid(setting: "measurement.noise_sd") { $0.measurement.noiseStandardDeviation = .nan },
    Invalid(setting: "response.largest_share") { $0.response.largestShare = 1.1 },
    Invalid(setting: "response.durable_week") { $0.response.durableWeek = 12 },
    Invalid(setting: "arms.therapy.acute_share") { $0.arms.therapy.acuteShare = 0.8 },
    Invalid(setting: "arms.combined.acute_dropout") { $0.arms.combined.acuteDropout = 1 },
    Invalid(setting: "arms.medication.time_constant_weeks") { $0.arms.medication.timeConstantWeeks = 0 },
    Invalid(setting: "choice.combined.per_age_decade") { $0.choice.combined.perAgeDecade = .infinity },
    Invalid(setting: "visits.weeks") { $0.visits.weeks = [1, 2] },
    Invalid(setting: "visits.weeks") { $0.visits.weeks = [] },
    Invalid(setting: "visits.weeks[2]") { $0.visits.weeks = [0, 2, 2] },
    Invalid(setting: "visits.weeks[2]") { $0.visits.weeks = [0, 1040, 1041] },
    Invalid(setting: "visits.weeks[1]") { $0.visits.weeks = [0, .nan] },
    Invalid(setting: "severity.mean") {
      $0.severity.standardDeviation = 0
      $0.measurement.noiseStandardDeviation = 0
      $0.severity.mean = 10
    },
    Invalid(setting: "severity.mean") {
      $0.severity.mean = 9
      $0.conditions[3].severityShift = -10
    },
    Invalid(setting: "visits.missed_share") { $0.visits.missedShare = 1 },
    Invalid(setting: "dropout.per_last_point") { $0.dropout.perLastPoint = 2 },
    Invalid(setting: "relapse.remission_below") { $0.relapse.remissionBelow = 11 },
    Invalid(setting: "relapse.one_year_risk") { $0.relapse.oneYearRisk = 1 },
    Invalid(setting: "relapse.follow_up_minimum") { $0.relapse.followUpMinimum = 52 },
    Invalid(setting: "relapse.follow_up_maximum") { $0.relapse.followUpMaximum = 59 },
  ]

  @Test("a value out of range is refused by the setting's name", arguments: invalid)
  func outOfRange(_ example: Invalid) {
    var settings = CohortSettings()
    example.change(&settings)
    let error = #expect(throws: CohortSettingsError.self) { try CohortSimulator(settings: settings) }
    #expect(error?.setting == example.setting)
    #expect(error?.code == .invalidValue)
    #expect(error?.description.hasPrefix("setting \(example.setting) is ") == true)
  }

  @Test("a choice as good as certain sends everybody to one arm")
  func certainChoice() throws {
    var settings = CohortSettings(people: 300, seed: 2)
    settings.choice.strength = 10
    settings.choice.combined.perPriorEpisode = 5
    settings.choice.combined.perBaselinePoint = 5
    let simulator = try CohortSimulator(settings: settings)
    for person in (0..<300).map(simulator.person) where person.baselineScore > 15 && person.priorEpisodes > 1
    {
      #expect(person.arm == .combined)
    }
  }

  @Test("unusual but valid settings work: one visit, no spread, certain leaving")
  func extremes() throws {
    var settings = CohortSettings(people: 50, seed: 1)
    settings.visits.weeks = [0]
    settings.sites.count = 1
    settings.measurement.noiseStandardDeviation = 0
    settings.response.spread = 0
    settings.arms.medication.acuteDropout = 0.99
    settings.dropout.followUpFactor = 0
    let simulator = try CohortSimulator(settings: settings)
    let people = (0..<50).map(simulator.person)
    #expect(people.allSatisfy { $0.visits.count == 1 && $0.episode == nil && $0.site == 1 })
  }
}
