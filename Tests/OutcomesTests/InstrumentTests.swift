import Outcomes
import TestSupport
import Testing

@Suite("ByHand: instruments")
struct InstrumentTests {
  @Test("every shipped instrument is well defined: bands cover the range, every number has its citation")
  func shippedAreSound() {
    #expect(Instrument.known.count > 30)
    for instrument in Instrument.known { #expect(instrument.problems.isEmpty, "\(instrument.problems)") }
    // A citation names a year, or a document that has none.
    let undatedDocuments = ["manual", "CORE IMS", "HEDIS", "Metapsy", "McDowell", "the form itself"]
    for source in Instrument.known.flatMap(Self.citations) {
      let isDated = source.firstRange(of: #/(19|20)[0-9][0-9]/#) != nil
      #expect(isDated || undatedDocuments.contains { source.contains($0) }, "\(source)")
    }
  }

  private static func citations(_ instrument: Instrument) -> [String] {
    var sources = [instrument.range.source]
    sources += instrument.bandings.map(\.source)
    sources += instrument.reliabilities.map(\.source)
    sources += instrument.norms.map(\.source)
    sources += instrument.rules.map(\.source)
    if let items = instrument.items {
      sources += [items.source] + [items.prorating?.source].compactMap { $0 }
    }
    return sources
  }

  @Test(
    "severity changes at the band's lowest score",
    arguments: [
      ("PHQ-9", 4.0, "none or minimal"), ("PHQ-9", 5, "mild"), ("PHQ-9", 14, "moderate"),
      ("PHQ-9", 19, "moderately severe"), ("PHQ-9", 27, "severe"), ("GAD-7", 15, "severe"),
      ("MADRS", 34, "moderate"), ("MADRS", 35, "severe"), ("BDI-II", 13, "minimal"), ("BDI-II", 29, "severe"),
      ("QIDS-SR16", 20, "severe"), ("QIDS-SR16", 21, "very severe"),
      ("ISI", 7, "no clinically significant insomnia"),
      ("WSAS", 20, "significant impairment"), ("WSAS", 21, "moderately severe or worse"),
      ("PANSS", 30, "less than mildly ill"), ("HAM-D17", 7, "none"),
    ])
  func severity(name: String, score: Double, label: String) throws {
    #expect(try #require(Instrument.named(name)).severity(of: score) == label)
  }

  @Test("of rules that several sources give, the first one's hold, each with that source's cases")
  func firstRulesHold() throws {
    let phq9 = try #require(Instrument.named("phq_9"))
    let criteria = ClinicalCriteria(phq9)
    #expect(criteria.response == .init(share: 0.5, caseness: .above(9)))
    #expect(criteria.remission == .init(scores: .below(5), caseness: .above(9)))
    #expect(criteria.reliableChange == .points(6) && criteria.functional == .below(10))
    let hedis = try ClinicalCriteria(phq9, rules: "HEDIS")
    #expect(hedis.reliableChange == nil && hedis.functional == nil, "the source does not define them")
    #expect(
      message { _ = try ClinicalCriteria(phq9, rules: "hedis") }
        == "PHQ-9 has no rules 'hedis'; it has 'HEDIS', 'NHS Talking Therapies'")
  }

  @Test("an instrument of one's own joins the registry, or takes the place of one")
  func ownInstruments() throws {
    let mood = Instrument(
      "Mood", columnNames: ["Mood score"], range: ScoreRange(1, 10, source: "our form 2024"))
    let mine = Instrument("phq 9", columnNames: ["phq9"], range: ScoreRange(0, 27, source: "our form 2024"))
    let registry = try InstrumentRegistry.shipped.adding([mood, mine])
    #expect(registry.recognised(from: "mood_score") == mood && registry.named("MOOD") == mood)
    #expect(registry.named("PHQ-9") == mine)
    #expect(registry.instruments.count == Instrument.known.count + 1)
    let twin = Instrument("Other", columnNames: ["gad-7"], range: ScoreRange(0, 1, source: "x"))
    #expect(
      message { _ = try InstrumentRegistry.shipped.adding([twin]) }
        == "instruments 'GAD-7' and 'Other' share the column name 'gad7'")
  }

  @Test("a bad definition is told by part", arguments: Bad.all)
  func badDefinitions(_ bad: Bad) {
    #expect(bad.instrument.problems.map(\.description) == [bad.problem])
  }

  struct Bad: CustomTestStringConvertible, Sendable {
    let instrument: Instrument
    let problem: String
    var testDescription: String { problem }

    init(
      _ problem: String, range: ScoreRange = ScoreRange(0, 10, source: "s"), items: ItemLayout? = nil,
      bands: [SeverityBand]? = nil, reliability: Reliability? = nil, norm: ScoreNorm? = nil,
      rules: ChangeRules? = nil
    ) {
      instrument = Instrument(
        "X", range: range, items: items, bandings: bands.map { [SeverityBanding($0, source: "s")] } ?? [],
        reliabilities: reliability.map { [$0] } ?? [], norms: norm.map { [$0] } ?? [],
        rules: rules.map { [$0] } ?? [])
      self.problem = problem
    }

    static let all: [Bad] = [
      Bad("range.maximum: must be above the minimum", range: ScoreRange(3, 3, source: "s")),
      Bad("range.source: every number needs its citation", range: ScoreRange(0, 3, source: " ")),
      Bad(
        "bandings[1].bands[1].from: the first band must begin at the lowest score, 0",
        bands: [SeverityBand("a", from: 1), SeverityBand("b", from: 5)]),
      Bad(
        "bandings[1].bands[3].from: must be above 5, where 'b' begins",
        bands: [SeverityBand("a", from: 0), SeverityBand("b", from: 5), SeverityBand("c", from: 5)]),
      Bad(
        "bandings[1].bands[2].from: 11 lies outside the range, 0 to 10",
        bands: [SeverityBand("a", from: 0), SeverityBand("b", from: 11)]),
      Bad(
        "reliabilities[1].value: must lie between 0 and 1",
        reliability: Reliability(89, .alpha, sample: "s", source: "s")),
      Bad(
        "norms[1].source: every number needs its citation",
        norm: ScoreNorm(.clinical, mean: 5, standardDeviation: 1, sample: "s", source: "")),
      Bad(
        "norms[1].sd: must be positive",
        norm: ScoreNorm(.clinical, mean: 5, standardDeviation: 0, sample: "s", source: "s")),
      Bad("rules[1]: no rule is given", rules: ChangeRules("r", source: "s")),
      Bad(
        "rules[1].remission_weeks: needs remission",
        rules: ChangeRules("r", response: 0.5, remissionWeeks: 2, source: "s")),
      Bad(
        "rules[1].remission: 12 lies outside the range, 0 to 10",
        rules: ChangeRules("r", remission: .atMost(12), source: "s")),
      Bad(
        "rules[1].response: must lie between 0 and 1", rules: ChangeRules("r", response: 50, source: "s")),
      Bad(
        "items.answers: answers from 0 to 3 give scores from 0 to 12, but the range is 0 to 10",
        items: ItemLayout(4, answers: 0...3, source: "s")),
      Bad(
        "items.reversed[1]: there is no item 6; there are 5",
        items: ItemLayout(5, answers: 0...2, reversed: [6], source: "s")),
      Bad(
        "items.prorating.fewest_answered: must lie between 1 and 5",
        items: ItemLayout(
          5, answers: 0...2, prorating: Prorating(fewestAnswered: 6, source: "s"), source: "s")),
    ]
  }

  @Test("missing answers leave no score without a rule, and are prorated with one")
  func missingItems() throws {
    let layout = ItemLayout(4, answers: 0...3, reversed: [4], source: "s")
    #expect(try layout.score([1, 2, 3, 0]).value == 9, "the last is turned: 3 - 0")
    let missing = try layout.score([1, 2, .nan, 0])
    #expect(missing.value == nil && missing.reason == .missingItems && missing.answered == 3)
    let half = Prorating(fewestAnswered: 3, source: "s")
    let filled = try layout.score([1, 2, .nan, 0], prorating: half)
    #expect(filled.value == 8 && filled.isProrated, "4 times the mean of 1, 2 and 3")
    #expect(try layout.score([1, .nan, .nan, 0], prorating: half).reason == .tooFewItems)
    #expect(message { _ = try layout.score([1, 2, 3]) } == "3 answers were given, expected 4")
    #expect(
      message { _ = try layout.score([1, 2, 4, 0]) } == "item 3: 4 is not allowed, expected 0 to 3")
  }

  @Test("the CORE-OM's score is ten times the mean of the answers given")
  func coreOM() throws {
    let items = try #require(Instrument.named("CORE-OM")?.items)
    var answers = Array(repeating: 1.0, count: 34)
    answers[0] = 4
    expectAgreement(try #require(try items.score(answers).value), 10 * 37 / 34, digits: 15)
    answers[1] = .nan
    let filled = try items.score(answers)
    expectAgreement(try #require(filled.value), 10 * 36 / 33, digits: 15)
    #expect(filled.isProrated && filled.answered == 33)
    #expect(try items.score(Array(repeating: .nan, count: 34)).reason == .tooFewItems)
    #expect(try #require(Instrument.named("WHO-5")?.items).score([5, 5, 5, 5, 4]).value == 96)
  }

  @Test("percentage change counts from the lowest score and is signed by the direction")
  func percentageChange() throws {
    let panss = try #require(Instrument.named("PANSS"))
    #expect(panss.percentageChange(from: 90, to: 60) == 50, "30 of the 60 points above 30")
    #expect(panss.percentageChange(from: 30, to: 40) == nil)
    let wellBeing = try #require(Instrument.named("WHO-5"))
    #expect(wellBeing.percentageChange(from: 40, to: 60) == 50)
    #expect(wellBeing.percentageChange(from: 40, to: 20) == -50)
    #expect(wellBeing.percentageChange(from: 0, to: 20) == nil)
  }
}
