import CohortTables
import Estimation
import LinearAlgebra
import Outcomes
import Reporting
import TestSupport
import Testing

extension JSONValue {
  /// The member of an object; nil when it is absent.
  fileprivate subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The element of a list.
  fileprivate subscript(index: Int) -> JSONValue? {
    if case .array(let list) = self, list.indices.contains(index) { list[index] } else { nil }
  }

  fileprivate var keys: Set<String> {
    if case .object(let members) = self { Set(members.keys) } else { [] }
  }

  fileprivate var count: Int {
    if case .array(let list) = self { list.count } else { 0 }
  }

  fileprivate var list: [JSONValue] {
    if case .array(let list) = self { list } else { [] }
  }
}

/// What documents of results hold, and how they print.
@Suite("ByHand: documents")
struct DocumentTests {
  static let provenance = Provenance(version: "0.0.0", inputs: [])

  static func table() throws -> Table {
    try Table(
      csvBytes: Array(
        """
        id,score,age,age2,arm
        1,10,40,80,both
        2,12,41,82,drug
        3,9,50,100,both
        4,14,39,78,drug
        5,8,33,66,talk
        6,11,45,90,talk
        7,,45,90,talk
        8,13,,60,drug

        """.utf8), name: "clinic.csv")
  }

  static func linear() throws -> (document: ResultDocument, fit: LinearFit) {
    let fit = try LinearModel(
      "score ~ age + age2 + arm",
      options: ModelOptions(subject: "id", arm: "arm", references: ["arm": "talk"])
    ).fit(table())
    let means = try fit.marginalMeans(of: ["arm"])
    let document = ResultDocument(
      fit, means: means, contrasts: try means.contrasts(.versus("both")), provenance: provenance)
    return (document, fit)
  }

  static let coefficientKeys: Set<String> = [
    "term", "component", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high",
    "aliased",
    "interval_method",
  ]

  @Test("a linear model's JSON has the contract's keys, and none that it does not have")
  func linearKeys() throws {
    let json = try Self.linear().document.json
    #expect(
      json.keys == [
        "schema", "model", "rows", "coefficients", "covariance", "statistics", "tests", "means", "contrasts",
        "diagnostics",
        "provenance", "verdict",
      ])
    #expect(json["schema"] == .string("tandem.fit/1"))
    let model = try #require(json["model"])
    #expect(
      model["kind"] == .string("linear_model") && model["formula"] == .string("score ~ age + age2 + arm"))
    #expect(
      model["reference_levels"] == .object(["arm": .string("talk")]) && model["conf_level"] == .number(0.95))
    #expect(
      model["vcov"] == .string("model") && model["vcov_cluster"] == .null
        && model["df_method"] == .string("residual"))
    #expect(model["weights"] == nil && model["ties"] == nil)
    #expect(
      json["statistics"]?.keys == [
        "log_lik", "aic", "bic", "bic_n", "parameters", "sigma", "r_squared", "adj_r_squared", "df_residual",
        "deviance",
      ])
    #expect(json["means"]?.count == 3)
    #expect(
      json["means"]?[0]?.keys == [
        "at", "held", "weights", "scale", "estimate", "std_error", "df", "conf_low", "conf_high",
      ])
    #expect(
      json["contrasts"]?[0]?.keys == [
        "contrast", "at", "by", "scale", "null", "side", "estimate", "std_error", "statistic", "df",
        "p_value", "conf_low",
        "conf_high", "adjustment", "family_size", "p_adjusted", "conf_low_adjusted", "conf_high_adjusted",
      ])
    #expect(
      json["contrasts"]?.list.compactMap { $0["contrast"] } == [
        .string("both - talk"), .string("both - drug"),
      ])
    #expect(
      json["tests"]?[0]?.keys == [
        "name", "term", "method", "statistic_kind", "statistic", "df", "df_denominator", "p_value",
      ])
  }

  @Test("rows are accounted for by reason and arm")
  func rows() throws {
    let rows = try #require(Self.linear().document.json["rows"])
    #expect(rows["read"] == .integer(8) && rows["used"] == .integer(6) && rows["zero_weight"] == .integer(0))
    #expect(rows["subjects_read"] == .integer(8) && rows["subjects"] == .integer(6))
    #expect(rows["events"] == nil && rows["time_at_risk"] == nil)
    #expect(
      rows["excluded"]
        == .array([
          .object([
            "reason": .string("missing score"), "rows": .integer(1), "subjects": .integer(1),
            "by_arm": .object(["talk": .integer(1)]),
          ]),
          .object([
            "reason": .string("missing age"), "rows": .integer(1), "subjects": .integer(1),
            "by_arm": .object(["drug": .integer(1)]),
          ]),
        ]))
    #expect(
      rows["by_arm"]?.list.compactMap { $0["arm"] } == [.string("both"), .string("drug"), .string("talk")])
  }

  @Test("an arm that is called (missing) is counted with those whose arm is missing")
  func armCalledMissing() throws {
    let text = "id,week,score,arm\nA,0,1,x\nA,1,2,x\nB,0,,(missing)\nC,0,,\n"
    let visits = try VisitTable(Table(csvBytes: Array(text.utf8), name: "v"), roles: ColumnRoles())
    let document = ResultDocument(try PersonTrends(visits), provenance: Self.provenance)
    #expect(document.json["rows"]?["excluded"]?[0]?["by_arm"] == .object(["(missing)": .integer(2)]))
  }

  @Test("an aliased coefficient is null and marked, and not in the covariance")
  func aliased() throws {
    let (document, fit) = try Self.linear()
    let coefficients = try #require(document.json["coefficients"])
    #expect(coefficients.count == 5 && coefficients.list.allSatisfy { $0.keys == Self.coefficientKeys })
    let aliased = try #require(coefficients[2])
    #expect(aliased["term"] == .string("age2") && aliased["aliased"] == .bool(true))
    for key in ["estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"] {
      #expect(aliased[key] == .null, "\(key)")
    }
    let covariance = try #require(document.json["covariance"])
    #expect(covariance["terms"]?.list.contains(.string("age2")) == false)
    #expect(
      covariance["terms"]?.count == 4 && covariance["matrix"]?.count == 4
        && covariance["matrix"]?[3]?.count == 4)
    #expect(covariance["matrix"]?[1]?[1] == .optional(fit.covariance[1, 1]))
    #expect(document.diagnostics.contains { $0.kind == .aliased })
    let csv = String(decoding: try document.bytes(.csv), as: UTF8.self)
    #expect(csv.hasPrefix("term,estimate,std_error,statistic,df,p_value,conf_low,conf_high\n"))
    #expect(csv.contains("\nage2,,,,,,,\n"))
  }

  @Test("a Cox model's JSON has ratios, ties, convergence and three global tests")
  func cox() throws {
    let table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/survival_aml.csv"))
    let json = ResultDocument(try CoxModel("Surv(time, status) ~ x").fit(table), provenance: Self.provenance)
      .json
    #expect(json["model"]?["kind"] == .string("cox_model") && json["model"]?["ties"] == .string("efron"))
    #expect(json["model"]?["strata"] == nil && json["contrasts"] == nil && json["means"] == nil)
    let coefficient = try #require(json["coefficients"]?[0])
    #expect(
      coefficient.keys == Self.coefficientKeys.union(["ratio", "ratio_low", "ratio_high", "ratio_kind"]))
    #expect(coefficient["ratio_kind"] == .string("hazard") && coefficient["df"] == .null)
    #expect(json["convergence"]?.keys == ["converged", "iterations", "criterion", "value", "message"])
    #expect(json["rows"]?["events"] == .integer(18) && json["rows"]?["time_at_risk"] != nil)
    #expect(json["tests"]?.list.compactMap { $0["method"] }.count == 3)
    #expect(json["statistics"]?["null_log_lik"] != nil)
  }

  @Test("curves hold every time, quartiles and the log-rank test")
  func curves() throws {
    let table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/survival_aml.csv"))
    let document = ResultDocument(
      try KaplanMeier("Surv(time, status) ~ x").fit(table),
      logRank: try LogRankTest("Surv(time, status) ~ x", table),
      provenance: Self.provenance)
    let curve = try #require(document.json["curves"]?[0])
    #expect(curve.keys == ["kind", "group", "cause", "transform", "variance", "points", "quantiles"])
    #expect(curve["group"] == .object(["x": .string("Maintained")]) && curve["cause"] == .null)
    #expect(
      curve["quantiles"]?.list.compactMap { $0["probability"] } == [
        .number(0.25), .number(0.5), .number(0.75),
      ])
    #expect(document.json["tests"]?[0]?["name"] == .string("log-rank"))
    // Of the maintained the last is censored, of the others the curve ends at 0: no error, no limits there.
    let last = try #require(document.json["curves"]?[1]?["points"]?.list.last)
    #expect(last["estimate"] == .integer(0) && last["std_error"] == .null && last["conf_low"] == .null)
    #expect(document.tables.map(\.name) == ["curves", "quantiles", "log_rank"])
  }

  @Test("the comparison's document marks complete cases and one headline")
  func comparison() throws {
    let table = try Table(csv: ProjectFiles.path("Data/btheb/visits.csv"))
    let visits = try VisitTable(table, roles: ColumnRoles(time: "month", outcome: "bdi", arm: "modality"))
    let comparison = try TreatmentComparison(visits, ComparisonQuestion(focus: "combined", horizons: [2, 8]))
    let headline = try #require(comparison.headline)
    let answer = ComparisonAnswer(headline, comparison)
    let document = ResultDocument(comparison, answer: answer, provenance: Self.provenance)
    let analyses = try #require(document.json["analyses"]?.list)
    #expect(analyses.count == 6)
    #expect(analyses.filter { $0["headline"] == .bool(true) }.count == 1)
    for analysis in analyses {
      #expect((analysis["horizon"] == .null) == (analysis["complete_case"] == .bool(false)))
      if analysis["complete_case"] == .bool(true) { #expect(analysis["headline"] == .bool(false)) }
    }
    #expect(document.json["findings"]?.list.compactMap { $0["comparator"] }.count == 3)
    #expect(document.tables.map(\.name) == ["contrasts", "means"])
    #expect(document.tables[0].rows.count == 18 && document.tables[0].columns.last == "p_holm")
    #expect(
      document.accounting.map(\.name) == [
        "visits", "mean over follow-up, adjusted", "month 2, adjusted", "month 8, adjusted",
      ])
    #expect(document.statements.count == 7 && document.statements[0] == answer.parts[0].sentence)
  }

  @Test("the relapse document holds the contrasts that its sentences give")
  func relapse() throws {
    let table = try Table(csv: ProjectFiles.path("Data/demo/episodes.csv"))
    let analysis = try RelapseAnalysis(
      table,
      RelapseAnalysis.Question(
        time: "days", event: "relapse", arm: "modality", focus: "combined", covariates: ["age"],
        horizons: [365]))
    let document = ResultDocument(analysis, statements: ["So it is."], provenance: Self.provenance)
    #expect(document.json["schema"] == .string("tandem.relapse/1"))
    #expect(
      document.json["contrasts"]?.list.compactMap { $0["contrast"] } == [
        .string("combined - medication"), .string("combined - therapy"),
      ])
    #expect(document.json["contrasts"]?[0]?["scale"] == .string("log_hazard"))
    #expect(document.json["risks"]?.count == 3)
    #expect(document.tables.first?.name == "risks" && document.tables[1].name == "hazard_contrasts")
    #expect(document.json["cox_adjusted"]?["schema"] == .string("tandem.fit/1"))
    let alone = ResultDocument(
      try RelapseAnalysis(table, RelapseAnalysis.Question(time: "days", event: "relapse")), statements: [],
      provenance: Self.provenance)
    #expect(
      alone.json["contrasts"] == nil && alone.json["cox_crude"] == nil && alone.json["tests"] == .array([]))
  }

  @Test("the trends document holds people only when asked")
  func trends() throws {
    let table = try Table(csv: ProjectFiles.path("Data/btheb/visits.csv"))
    let trends = try PersonTrends(
      VisitTable(table, roles: ColumnRoles(time: "month", outcome: "bdi", arm: "modality")))
    let summary = ResultDocument(trends, provenance: Self.provenance)
    #expect(summary.json["people"] == nil && summary.tables.map(\.name) == ["by_arm"])
    #expect(!summary.text.contains("subject"))
    let people = ResultDocument(trends, people: TidyTable(trends), provenance: Self.provenance)
    #expect(people.json["people"]?.count == 100 && people.json["summary"]?.count == 5)
    #expect(people.text.contains("... 40 more rows; --format csv gives all"))
    #expect(people.json["model"]?["slope_unit"] == .string("week"))
  }

  @Test("a document's text shows notes with the gravest first, and its severity")
  func notes() throws {
    let document = ResultDocument(
      title: "T", verdict: "V.", statements: ["One."],
      tables: [TidyTable(name: "t", title: "Main", columns: ["a"])],
      diagnostics: [
        Diagnostic(.coding, .note, "first"), Diagnostic(.missingData, .serious, "second"),
        Diagnostic(.robust, .caution, "third"), Diagnostic(.coding, .note, "fourth"),
      ], accounting: [("model", RowAccounting(verdicts: [], reasons: [], subject: nil, arm: nil))],
      json: .null)
    #expect(document.severity == .serious)
    #expect(
      document.text
        == """
        T
        V.

        One.

        Main
        a

        Rows (model)
              rows  people
        read     0
        used     0

        Notes
        serious: second
        caution: third
        note: first
        note: fourth

        """)
    #expect(document.markdown.hasPrefix("## T\n\nV.\n\n- One.\n\n### Main\n\n| a |\n|---|\n"))
    #expect(
      document.markdown.hasSuffix(
        "### Notes\n\n- serious: second\n- caution: third\n- note: first\n- note: fourth\n"))
    #expect(String(decoding: try document.bytes(.json), as: UTF8.self) == "null\n")
  }

  @Test("provenance names version, inputs and seed")
  func provenance() throws {
    let table = try Self.table()
    let json = Provenance(version: "1.2.3", inputs: [table.source], seed: 7).json
    #expect(json["tandem"] == .string("1.2.3") && json["seed"] == .integer(7))
    let input = try #require(json["inputs"]?[0])
    #expect(input["file"] == .string("clinic.csv") && input["rows"] == .integer(8))
    #expect(input["sha256"] == .optional(table.source.sha256) && table.source.sha256?.count == 64)
    #expect(Self.provenance.json["seed"] == .null)
  }
}
