import CohortTables
import Estimation
import Figures
import Outcomes
import Reporting

/// Reports of every kind, from empty to hostile.
enum SampleReports {
  static let all: [(name: String, report: Report)] = [
    ("full", full(text: { $0 })), ("hostile", full(text: { "\($0)\(hostile)" })), ("empty", empty),
    ("bare", bare), ("same names", sameNames), ("check", check(text: { $0 })),
    ("hostile check", check(text: { "\($0)\(hostile)" })),
  ]

  /// Text that breaks markup wherever it is not escaped; some of its markup is one character with a mark
  /// that stands before or after it.
  static let hostile =
    "</title></style></script><script>alert('1')</script>&amp;& \" onload=\"x\" <b>"
    + "\"\u{301} onclick=x <\u{301}i> &\u{301}amp; \u{600}\" onfocus=x \u{600}<u> {{title}} {{{style}}}"

  static let empty = Report(title: "", introduction: " ", cohorts: [], provenance: [], gate: .off)

  static let bare = Report(
    title: "Bare", introduction: "", cohorts: [Report.Cohort(name: "", title: "No figures")],
    provenance: ["Tandem"], gate: .off)

  static let sameNames = Report(
    title: "Names", introduction: "",
    cohorts: ["a", "A!", "a 2", "a--figure", "\u{E9}"].map { name in
      Report.Cohort(
        name: name, title: name, figures: [.init(figure(text: { $0 }), caption: "")],
        tables: [.init(TidyTable(name: "empty", title: "", columns: ["term"]))])
    }, provenance: [])

  /// A report with something in every part, all its text passed through a function.
  static func full(text: (String) -> String) -> Report {
    let cohort = Report.Cohort(
      name: text("btheb"), title: text("Beat the Blues"), description: text("A trial."),
      assignment: [text("therapy programme (Beat the Blues): randomised"), text("drug: not randomised")],
      answers: [
        .init(
          question: text("Is it better?"), statements: [text("Scores fell."), text("More.")],
          caveat: text("Few people."))
      ],
      figures: [.init(figure(text: text), caption: text("Means fall."))],
      tables: [
        .init(
          coefficients(text: text), note: text("Complete cases."), file: "a b/c.csv", confidenceLevel: 0.9),
        .init(long),
      ],
      accounting: [.init(text("Comparison"), rows(text: text))],
      notes: [
        .init(.coding, .note, text("Read as numbers.")),
        .init(.missingData, .serious, terms: [text("bdi")], text("Half are missing.")),
        .init(.notRandomised, .caution, text("By choice.")),
      ],
      methods: [text("Linear model.")], failures: [text("No episodes.")])
    var second = cohort
    second.name = "second"
    return Report(
      title: text("Did it last?"), introduction: text("Two cohorts."), cohorts: [cohort, second],
      provenance: [text("Tandem 0.1.0")], gate: .off)
  }

  /// The page of a data check with a finding, all its text passed through a function.
  static func check(text: (String) -> String) -> Report {
    let finding = Finding(
      FindingKind(text("duplicate_times")), .caution, file: text("visits.csv"), column: text("week"), rows: 2,
      people: 1, lines: [4, 9], message: text("2 rows repeat a visit"),
      consequences: [
        Consequence(.trends, .used, text("counts each")), Consequence(.compare, .used, text("counts each")),
        Consequence(.fit, .used, text("uses every row")),
      ])
    return Report(
      CheckReport(files: [], findings: [finding], rules: [text("a rule")]),
      provenance: Provenance(version: text("1"), inputs: []))
  }

  static func figure(text: (String) -> String) -> TrajectoryFigure {
    TrajectoryFigure(
      title: text("Mean BDI"), description: text("Means fall."), xLabel: text("Months"), yLabel: text("BDI"),
      series: [.init(name: text("all"), points: [.init(x: 0, mean: 20), .init(x: 8, mean: 12)])])
  }

  static func coefficients(text: (String) -> String) -> TidyTable {
    TidyTable(
      name: "coefficients", title: text("Coefficients"),
      columns: ["term", "estimate", "std_error", "df", "p_value", "conf_low", "conf_high", text("n_used")],
      rows: [
        [
          .text(text("week")), .number(-12.3456), .number(0.25), .missing, .number(0.00002), .number(-13.5),
          .number(-0.5), .integer(12345),
        ],
        [.text("arm"), .number(0), .number(1.5), .missing, .number(0.5), .number(-1), .missing, .integer(2)],
        [.text(""), .number(.nan), .missing, .missing, .missing, .missing, .missing, .missing],
      ])
  }

  static let long = TidyTable(
    name: "long", title: "Long", columns: ["group", "slope"],
    rows: (0..<41).map { [.text("G\($0)"), .number(Double($0) / 8)] })

  /// Eight rows of four people: five used, two without a score, one without a week.
  static func rows(text: (String) -> String) -> RowAccounting {
    RowAccounting(
      verdicts: [-1, -1, -1, 0, -1, -1, 0, 1], reasons: [text("missing bdi"), text("missing week")],
      subject: CategoryValues(strings: ["1", "1", "2", "2", "3", "3", "4", "4"]),
      arm: CategoryValues(strings: ["low", "low", "high", "high", "low", "low", nil, "high"]))
  }
}
