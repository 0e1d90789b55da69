import CohortTables
import Estimation
import Figures
import Outcomes
import Reporting
import Testing

/// What the gate keeps to for every table and threshold.
@Suite("Laws: disclosure gate") struct DisclosureLawTests {
  static let thresholds = [0, 1, 2, 5, 6, 7, 10, 11, 20]

  /// Counts of every size in columns that are known and in one that is not.
  private var table: TidyTable {
    TidyTable(
      name: "by_arm", title: "T",
      columns: ["arm", "people", "with_slope", "mean_slope", "falling_share", "time", "novel", "novel_mean"],
      rows: (0...24).map { size in
        [
          .text("a\(size)"), .integer(size + 3), .integer(size), .number(-0.125), .number(size > 0 ? 0.5 : 0),
          .number(Double(size)), .integer(size), .number(2.5),
        ]
      })
  }

  @Test func offIsTheIdentity() throws {
    for gate in [DisclosureGate.off, DisclosureGate(threshold: 1)] {
      #expect(gate.pass(table) == table)
      #expect(gate.pass("3 of 4 people") == "3 of 4 people")
      let document = try DisclosureExamples.trends(gate: gate)
      #expect(gate.pass(document).text == document.text)
      #expect(gate.pass(document).json == document.json)
    }
  }

  @Test(arguments: thresholds) func twiceIsOnce(_ threshold: Int) throws {
    let gate = DisclosureGate(threshold: threshold)
    let once = gate.pass(table)
    #expect(gate.pass(once) == once)
    #expect(gate.pass(gate.pass("3 of 400 people, 2%")) == gate.pass("3 of 400 people, 2%"))
    let document = gate.pass(try DisclosureExamples.trends(gate: gate))
    let again = gate.pass(document)
    #expect(again.text == document.text && again.json == document.json)
    let report = Report(title: "", introduction: "", cohorts: [], provenance: ["x: 3 rows"])
    #expect(gate.pass(gate.pass(report)).provenance == gate.pass(report).provenance)
  }

  /// The places of hidden cells.
  private func hidden(_ table: TidyTable) -> Set<[Int]> {
    Set(
      table.rows.enumerated().flatMap { index, row in
        row.enumerated().compactMap { column, cell in
          switch cell {
          case .below, .withheld: [index, column]
          default: nil
          }
        }
      })
  }

  @Test func aHigherThresholdHidesMore() {
    let all = Self.thresholds.map { hidden(DisclosureGate(threshold: $0).pass(table)) }
    for (lower, higher) in zip(all, all.dropFirst()) { #expect(lower.isSubset(of: higher)) }
    #expect(all.first?.isEmpty == true && all.last?.isEmpty == false)
  }

  @Test(arguments: thresholds) func noCountBelowIsLeft(_ threshold: Int) {
    let gate = DisclosureGate(threshold: threshold)
    let passed = gate.pass(table)
    for row in passed.rows {
      for column in [1, 2, 6] {
        if case .integer(let count) = row[column] { #expect(!gate.hides(count)) }
      }
      // What rests on few people goes with them; times stay.
      if case .below = row[2] { #expect(row[3] == .withheld && row[4] == .withheld) }
      if case .number = row[5] {} else { Issue.record("a time was hidden") }
      #expect(row[7] == .number(2.5))
    }
    #expect(passed.rows.first?[2] == .integer(0), "no one is no one's secret")
  }

  @Test func sharesTellTwoCounts() {
    let gate = DisclosureGate(threshold: 5)
    #expect(gate.hides(share: 0.1, of: 40), "four have it")
    #expect(gate.hides(share: 0.9, of: 40), "four do not")
    #expect(!gate.hides(share: 0.125, of: 40))
    #expect(!gate.hides(share: 0, of: 40) && !gate.hides(share: 1, of: 40))
    #expect(gate.hides(share: 0, of: 4))
    let orphan = TidyTable(name: "t", title: "", columns: ["falling_share"], rows: [[.number(0.5)]])
    #expect(gate.pass(orphan).rows == [[.withheld]], "without its base a share cannot be judged")
  }

  @Test func hiddenCellsInEveryFormat() {
    let table = TidyTable(
      name: "t", title: "", columns: ["arm", "people", "mean"],
      rows: [[.text("a"), .integer(3), .number(1.5)]])
    let passed = DisclosureGate.standard.pass(table)
    #expect(String(decoding: passed.csv, as: UTF8.self) == "arm,people,mean\na,,\n")
    #expect(passed.text == "arm  people  mean\na        <5     *\n")
    #expect(passed.json == .array([.object(["arm": .string("a"), "people": .null, "mean": .null])]))
  }

  @Test func rowsOfPersonsPass() {
    let persons = TidyTable(
      name: "t", title: "", columns: ["subject", "visits"], rows: [[.text("1"), .integer(3)]],
      holdsPersons: true)
    #expect(DisclosureGate.standard.pass(persons) == persons)
  }

  @Test(arguments: [
    ("3 of 20 people had it (15%).", "<5 of * people had it (*%)."),
    ("18 of 20 people had it (90%).", "18 of * people had it (*%)."),
    ("97 of 100 people (3% left out) and 2 rows", "97 of * people (*% left out) and <5 rows"),
    ("73 of 100 people (27% left out) and 2 rows", "73 of 100 people (27% left out) and <5 rows"),
    ("73 of 100 people (27% left out)", "73 of 100 people (27% left out)"),
    ("244 rows, 4 events.", "244 rows, <5 events."), ("1 row", "<5 row"),
    ("12 with a standard error; 3 with too few visits", "12 with a standard error; <5 with too few visits"),
    ("month 2: complete cases only, 97 of 100 people", "month 2: complete cases only, 97 of * people"),
    (
      "\u{2212}0.9 (\u{2212}6.9 to 5.1) at visit 2 among 3.",
      "\u{2212}0.9 (\u{2212}6.9 to 5.1) at visit 2 among <5."
    ),
    ("none of the 3 used rows has the event", "none of the <5 used rows has the event"),
    ("2 events: 95% limits", "<5 events: 95% limits"),
    ("t tests with visits - 2 df", "t tests with visits - 2 df"),
    ("'x' holds 1 and 2: 1 was read as censored", "'x' holds 1 and 2: 1 was read as censored"),
    ("fell by 3.5 points on average in 30 people", "fell by 3.5 points on average in 30 people"),
    ("1,203 rows of 400 people", "1,203 rows of 400 people"),
    ("visits.csv: 3 rows, SHA-256 2f", "visits.csv: <5 rows, SHA-256 2f"),
    ("2 scores", "<5 scores"), ("3 visits of them", "<5 visits of them"),
    ("4 values are missing", "<5 values are missing"),
    ("2 patients and 4 cells", "<5 patients and <5 cells"), ("3 levels", "3 levels"),
    ("1 relapse", "<5 relapse"),
    ("3 had relapsed", "<5 had relapsed"), ("4 unheard-of things", "<5 unheard-of things"),
    ("two people and eleven patients", "<5 people and eleven patients"), ("Three episodes", "<5 episodes"),
    ("rows of one person are taken as independent", "rows of one person are taken as independent"),
    ("people with 3 visits or more", "people with 3 visits or more"),
    ("at months 2, 3, 5 and 8 that are there", "at months 2, 3, 5 and 8 that are there"),
    ("converged after 4 Newton steps", "converged after 4 Newton steps"),
    ("limits over 3 contrasts with 'a'", "limits over 3 contrasts with 'a'"),
    ("100 people, 97 with a standard error", "* people, 97 with a standard error"),
    ("24 rows, 22 events.", "* rows, 22 events."),
    ("100 people, 80 with a standard error", "100 people, 80 with a standard error"),
  ])
  func sentences(_ text: String, _ gated: String) {
    #expect(DisclosureGate.standard.pass(text) == gated)
  }
}

/// Results of a cohort with small arms.
enum DisclosureExamples {
  /// Arm a has nine people, arm b three; each has three visits.
  static func visits() throws -> VisitTable {
    var lines = ["id,week,phq9,arm"]
    for person in 0..<12 {
      for visit in 0..<3 {
        lines.append(
          "P\(person),\(4 * visit),\(20 - 3 * visit - (person * 5 + visit * 7) % 4),\(person < 9 ? "a" : "b")"
        )
      }
    }
    let table = try Table(csvBytes: Array((lines.joined(separator: "\n") + "\n").utf8), name: "small.csv")
    return try VisitTable(table, roles: ColumnRoles().recognised(in: table).0)
  }

  static let provenance = Provenance(version: "0", inputs: [])

  static func trends(gate: DisclosureGate) throws -> ResultDocument {
    ResultDocument(try PersonTrends(visits()), provenance: provenance, gate: gate)
  }

  static func comparison() throws -> TreatmentComparison {
    try TreatmentComparison(visits(), ComparisonQuestion(focus: "a", horizons: [4, 8]))
  }
}

/// What the gate makes of whole results.
@Suite("ByHand: disclosure gate") struct DisclosureByHandTests {
  @Test func anArmOfThreeIsNotDescribed() throws {
    let gate = DisclosureGate(threshold: 5)
    let document = gate.pass(try DisclosureExamples.trends(gate: gate))
    let table = try #require(document.tables.first { $0.name == "by_arm" })
    let small = try #require(table.rows.first { $0.first == .text("b") })
    #expect(small[1] == .below(5))
    for (cell, column) in zip(small, table.columns)
    where column.hasPrefix("mean") || column.hasSuffix("share") {
      #expect(cell == .withheld || cell == .missing, "\(column)")
    }
    let sentences = "\(document.json)"
    #expect(!sentences.contains("in arm b") && sentences.contains("of 9 people in arm a"))
    #expect(document.text.contains("Disclosure gate: Counts from 1 to 4 are hidden (<5)"))
    guard case .object(let members) = document.json, case .object(let told) = members["disclosure"] else {
      Issue.record("no disclosure in the JSON")
      return
    }
    #expect(told["threshold"] == .integer(5))
    #expect(told["suppression"] == .string("primary"))
    guard case .array(let list) = told["hidden"] else { return }
    #expect(
      list.contains { if case .object(let own) = $0 { own["table"] == .string("by_arm") } else { false } })
  }

  @Test func aSmallArmIsNotCompared() throws {
    let comparison = try DisclosureExamples.comparison()
    let gate = DisclosureGate(threshold: 5)
    let document = gate.pass(
      ResultDocument(
        comparison, answer: ComparisonAnswer(comparison, least: 5), provenance: DisclosureExamples.provenance)
    )
    let contrasts = try #require(document.tables.first { $0.name == "contrasts" })
    let estimate = try #require(contrasts.columns.firstIndex(of: "estimate"))
    #expect(contrasts.rows.allSatisfy { $0[estimate] == .withheld })
    let means = try #require(document.tables.first { $0.name == "means" })
    let arm = try #require(means.columns.firstIndex(of: "arm"))
    let mean = try #require(means.columns.firstIndex(of: "estimate"))
    for row in means.rows { #expect((row[mean] == .withheld) == (row[arm] == .text("b"))) }
    #expect(
      document.statements.first == "a and b are not compared here: one of them has fewer than 5 people.")
    // The JSON says no more than the tables.
    #expect(Self.numbers(in: document.json, under: ["contrasts", "contrasts_holm"]).isEmpty)
    for covariance in Self.covariances(in: document.json) {
      for (row, element) in covariance where row == "arm[b]" { #expect(element == .null) }
      #expect(covariance.contains { $0.row == "arm[b]" })
    }
  }

  /// Estimates and standard errors, or elements of matrices, below members of these names.
  private static func numbers(in json: JSONValue, under names: Set<String>, inside: Bool = false) -> [Double]
  {
    switch json.bare {
    case .object(let members):
      return members.flatMap { name, value -> [Double] in
        if inside, name == "estimate" || name == "std_error" || name == "matrix" {
          return numbers(in: value, under: names, inside: true) + [value.bare].compactMap(Self.number)
        }
        return numbers(in: value, under: names, inside: inside || names.contains(name))
      }
    case .array(let list):
      return list.flatMap {
        numbers(in: $0, under: names, inside: inside) + (inside ? [$0.bare].compactMap(Self.number) : [])
      }
    default: return []
    }
  }

  /// The elements of each covariance matrix with the names of their row and, once more, of their column.
  private static func covariances(in json: JSONValue) -> [[(row: String, element: JSONValue)]] {
    switch json {
    case .array(let list): return list.flatMap(covariances)
    case .object(let members):
      guard case .array(let terms)? = members["terms"], case .array(let rows)? = members["matrix"] else {
        return members.values.flatMap(covariances)
      }
      let names = terms.map { if case .string(let name) = $0 { name } else { "" } }
      var elements: [(row: String, element: JSONValue)] = []
      for (name, row) in zip(names, rows) {
        guard case .array(let cells) = row else { continue }
        for (other, cell) in zip(names, cells) { elements += [(name, cell), (other, cell)] }
      }
      return [elements]
    default: return []
    }
  }

  private static func number(_ json: JSONValue) -> Double? {
    switch json {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  @Test func aReportIsGatedUnlessItSaysOtherwise() throws {
    let trends = try PersonTrends(DisclosureExamples.visits())
    func page(_ gate: DisclosureGate?) throws -> String {
      var section = Report.Cohort(name: "c", title: "C")
      section.add(
        trends, visits: try DisclosureExamples.visits(),
        trajectories: try MeanTrajectory.byArm(DisclosureExamples.visits()), file: nil,
        gate: gate ?? .standard)
      let report =
        gate.map { Report(title: "R", introduction: "", cohorts: [section], provenance: [], gate: $0) }
        ?? Report(title: "R", introduction: "", cohorts: [section], provenance: [])
      return try ReportPage(report).html()
    }
    let open = try page(.off)
    #expect(open.contains("3 people in arm b") && !open.contains("&lt;5"))
    let gated = try page(nil)
    #expect(!gated.contains("in arm b") && gated.contains("&lt;5"))
    #expect(gated.contains("Disclosure gate: Counts from 1 to 4 are hidden (&lt;5)"))
    #expect(!gated.contains("n = 3"))
    #expect(try page(.standard) == gated)
  }

  @Test func rawCurvesLoseTheirSmallSteps() {
    // A table of curves that nobody made coarser: its small steps have no estimate.
    let raw = TidyTable(
      name: "curves", title: "", columns: ["group", "time", "n_risk", "n_event", "n_censor", "estimate"],
      rows: [
        [.text("a"), .number(3), .number(40), .number(1), .number(0), .number(0.975)],
        [.text("a"), .number(9), .number(39), .number(6), .number(2), .number(0.825)],
      ])
    #expect(
      DisclosureGate.standard.pass(raw).rows == [
        [.text("a"), .number(3), .withheld, .below(5), .number(0), .withheld],
        [.text("a"), .number(9), .withheld, .number(6), .below(5), .number(0.825)],
      ])
  }
}
