import Outcomes
import TandemCLI
import TestSupport
import Testing

/// Instruments as YAML.
@Suite("Laws: instruments as YAML")
struct InstrumentTextTests {
  @Test("the shipped instruments, written, read back as the same")
  func roundTrip() throws {
    let yaml = try InstrumentText.yaml(Instrument.known, comment: "one\ntwo")
    #expect(yaml.hasPrefix("# one\n# two\nschema: tandem.instruments/1\n"))
    #expect(try InstrumentText.parse(yaml, file: "i.yaml") == Instrument.known)
  }

  private static let whole = """
    schema: tandem.instruments/1
    instruments:
    - name: Mood form
      columns: [mood]
      range: {minimum: 0, maximum: 30, source: Form (2024)}
      items:
        count: 10
        answers: [0, 3]
        reversed: [4]
        prorating: {fewest_answered: 8, source: Form (2024)}
        source: Form (2024)
      bandings:
      - bands:
        - {label: none, from: 0}
        - {label: some, from: 10}
        source: Form (2024)
      reliabilities:
      - {value: 0.9, kind: alpha, sample: patients, people: 100, source: Us (2025)}
      rules:
      - name: ours
        caseness: {at_least: 10}
        remission: {below: 5}
        remission_weeks: 3
        source: Us (2025)
    """

  @Test("a file of one's own")
  func own() throws {
    let mood = try #require(try InstrumentText.parse(Self.whole, file: "own.yaml").first)
    #expect(mood.direction == .lowerIsBetter && mood.severity(of: 9.5) == "none")
    #expect(mood.rules.first?.caseness == .atLeast(10) && mood.rules.first?.remissionWeeks == 3)
    #expect(mood.items?.reversed == [4] && mood.items?.prorating?.fewestAnswered == 8)
    #expect(mood.reliabilities.first?.people == 100)
    #expect(try InstrumentRegistry.shipped.adding([mood]).recognised(from: "Mood") == mood)
  }

  @Test(
    "what is wrong is told with file, line and column",
    arguments: [
      ("maximum: 30", "maximum: 0", "own.yaml:5:32: instruments[1].range.maximum: must be above the minimum"),
      (
        "from: 0}", "from: 1}",
        "own.yaml:14:27: instruments[1].bandings[1].bands[1].from: the first band must begin at the lowest score, 0"
      ),
      (
        "from: 10}", "from: 40}",
        "own.yaml:15:27: instruments[1].bandings[1].bands[2].from: 40 lies outside the range, 0 to 30"
      ),
      (
        ", source: Us (2025)}", "}",
        "own.yaml:18:5: instruments[1].reliabilities[1]: 'source' is missing: every number needs its citation"
      ),
      (
        "source: Us (2025)}", "source: ''}",
        "own.yaml:18:70: instruments[1].reliabilities[1].source: every number needs its citation"
      ),
      (
        "kind: alpha", "kind: omega",
        "own.yaml:18:24: instruments[1].reliabilities[1].kind: 'omega' is not one of alpha, test_retest, inter_rater"
      ),
      (
        "value: 0.9", "value: high",
        "own.yaml:18:13: instruments[1].reliabilities[1].value: expected a number"
      ),
      (
        "people: 100", "people: 10.5",
        "own.yaml:18:57: instruments[1].reliabilities[1].people: expected a whole number"
      ),
      (
        "{below: 5}", "{below: 5, above: 1}",
        "own.yaml:22:16: instruments[1].rules[1].remission: expected one limit, such as {below: 5}"
      ),
      (
        "remission_weeks", "remision_weeks",
        "own.yaml:23:5: instruments[1].rules[1]: unknown key 'remision_weeks'; known are name, caseness, response, remission, remission_weeks, reliable_change, functional, source; did you mean 'remission_weeks'?"
      ),
      (
        "answers: [0, 3]", "answers: [0, 4]",
        "own.yaml:8:14: instruments[1].items.answers: answers from 0 to 4 give scores from 0 to 40, but the range is 0 to 30"
      ),
      ("answers: [0, 3]", "answers: 3", "own.yaml:8:14: instruments[1].items.answers: expected a list"),
      (
        "- name: Mood form\n", "- title: Mood form\n",
        "own.yaml:3:3: instruments[1]: unknown key 'title'; known are name, columns, range, direction, items, bandings, reliabilities, norms, rules"
      ),
      (
        "instruments/1", "instruments/2",
        "own.yaml:1:9: schema: 'tandem.instruments/2' is not known; expected tandem.instruments/1"
      ),
      ("columns: [mood]", "columns: [mood", "own.yaml:5:8: not YAML: did not find expected ',' or ']'"),
    ])
  func messages(_ from: String, _ to: String, _ message: String) throws {
    let text = Self.whole.replacing(from, with: to)
    #expect(text != Self.whole)
    #expect(said { _ = try InstrumentText.parse(text, file: "own.yaml") } == message)
  }

  @Test("two instruments that cannot be told apart are refused")
  func twins() throws {
    let text =
      Self.whole + """

        - name: Other
          columns: [MOOD]
          range: {minimum: 0, maximum: 1, source: x}
        """
    #expect(
      said { _ = try InstrumentText.parse(text, file: "own.yaml") }
        == "own.yaml:25:3: instruments[2]: instruments 'Mood form' and 'Other' share the column name 'mood'")
    #expect(
      said { _ = try InstrumentText.parse("", file: "own.yaml") } == "own.yaml:1: there are no instruments")
    #expect(
      said { _ = try InstrumentText.read("nowhere.yaml") }
        == "nowhere.yaml: no such file; expected a YAML file")
  }

  private func said(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }
}
