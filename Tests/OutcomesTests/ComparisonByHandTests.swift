import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// Which score stands for a person, and what is said of arms, on cohorts of a few people.
@Suite("ByHand: comparison of arms")
struct ComparisonByHandTests {
  static func column(
    _ name: String, of rows: [(String, Double, Double)], _ question: ComparisonQuestion
  ) throws -> [Double] {
    try PersonOutcomes(visits(rows), question).table.requireColumn(name).numericValues()
  }

  @Test("at a horizon the nearest visit within the window counts, the earlier of two equally near")
  func nearestVisit() throws {
    let rows: [(String, Double, Double)] = [
      ("A", 0, 20), ("A", 10, 1), ("A", 13, 2),  // 13 is nearer
      ("B", 0, 20), ("B", 11, 3), ("B", 13, 4),  // equally near: 11
      ("C", 0, 20), ("C", 9, 5), ("C", 16, 6),  // 9 is nearer, at the window's edge
      ("D", 0, 20), ("D", 8.9, 7), ("D", 15.1, 8),  // both outside
    ]
    let question = ComparisonQuestion(focus: "x", horizons: [12], window: 3)
    let scores = try Self.column("score at 12", of: rows, question)
    #expect(scores[0] == 2 && scores[1] == 3 && scores[2] == 5 && scores[3].isNaN)
  }

  @Test("decimal times are as near as they read", arguments: [(4.0, 0.1), (26, 0.3), (12, 0.7), (0.5, 0.1)])
  func decimalTimes(horizon: Double, step: Double) throws {
    // Written as decimals: 3.9 and 4.1 are equally near to 4, and both within 0.1 of it.
    func decimal(_ value: Double) -> Double { (value * 10).rounded() / 10 }
    let rows = [
      ("A", decimal(horizon - step), 1.0), ("A", decimal(horizon + step), 2),
      ("B", decimal(horizon + step), 3),
    ]
    let question = ComparisonQuestion(focus: "x", horizons: [horizon], window: step)
    #expect(try Self.column(PersonOutcomes.columnName(horizon), of: rows, question) == [1, 3])
  }

  @Test("without a window only a visit at the horizon counts, and never the baseline visit")
  func noWindow() throws {
    let rows: [(String, Double, Double)] = [
      ("A", 0, 20), ("A", 12, 5), ("B", 0, 18), ("B", 12.1, 4), ("C", -1, 9), ("C", 0.5, 8),
    ]
    let exact = ComparisonQuestion(focus: "x", horizons: [12])
    let scores = try Self.column("score at 12", of: rows, exact)
    #expect(scores[0] == 5 && scores[1].isNaN && scores[2].isNaN)
    let wide = ComparisonQuestion(focus: "x", horizons: [0], window: 1)
    let near = try Self.column("score at 0", of: rows, wide)
    #expect(near[0].isNaN && near[1].isNaN && near[2] == 8)
  }

  @Test("the follow-up mean is that of all visits after the baseline")
  func followUpMean() throws {
    let rows: [(String, Double, Double)] = [
      ("A", -2, 30), ("A", 0, 20), ("A", 4, 10), ("A", 8, 7), ("A", 8, 4), ("B", 0, 18), ("C", 5, 9),
    ]
    let means = try Self.column("mean follow-up score", of: rows, ComparisonQuestion(focus: "x"))
    #expect(means[0] == 7 && means[1].isNaN && means[2] == 9)
    let first = try Self.column(
      "mean follow-up score", of: rows, ComparisonQuestion(focus: "x", baseline: .firstVisit))
    #expect(first[0] == 10.25 && first[1].isNaN && first[2].isNaN)
  }

  @Test("the baseline follows its rule")
  func baselines() throws {
    let rows: [(String, Double, Double)] = [
      ("A", -2, 30), ("A", 0, 20), ("A", 4, 10), ("B", 3, 18), ("C", -1, 9), ("C", 1, 8),
    ]
    func baseline(_ rule: BaselineRule) throws -> [Double] {
      try Self.column("baseline", of: rows, ComparisonQuestion(focus: "x", baseline: rule))
    }
    let upToZero = try baseline(.lastVisitUpToZero)
    #expect(upToZero[0] == 20 && upToZero[1].isNaN && upToZero[2] == 9)
    #expect(try baseline(.firstVisit) == [30, 18, 9])
    let table = try csvTable("id,week,score,intake\nA,0,20,\nA,4,10,25\nB,3,18,17\n")
    let outcomes = try PersonOutcomes(
      VisitTable(table, roles: ColumnRoles()), ComparisonQuestion(focus: "x", baseline: .column("intake")))
    #expect(try outcomes.table.requireColumn("baseline").numericValues() == [25, 17])
    #expect(try outcomes.table.requireColumn("mean follow-up score").numericValues() == [10, 18])
  }

  @Test("a covariate with the name of a made column is refused")
  func nameClash() throws {
    let table = try csvTable("id,week,score,arm,baseline\nA,0,20,x,1\nA,4,10,x,1\n")
    let visits = try VisitTable(table, roles: ColumnRoles())
    let text = message {
      _ = try PersonOutcomes(visits, ComparisonQuestion(focus: "x", covariates: ["baseline"]))
    }
    #expect(text?.contains("'baseline'") == true && text?.contains("rename it in the file") == true)
  }

  /// Two people an arm, one apart from their mean: the error of the difference is root 2 with 2 degrees
  /// of freedom, the margin 4.302652729749464 root 2 = 6.0848698...
  static func twoArms(difference: Double) throws -> TreatmentComparison {
    let rows: [(String, String, Double, Double)] = [
      ("A", "x", 9, 29 + difference), ("B", "x", 11, 31 + difference), ("C", "y", 9, 29), ("D", "y", 12, 31),
    ]
    let table = try Table(columns: [
      .category("id", rows.flatMap { [$0.0, $0.0] }), .category("arm", rows.flatMap { [$0.1, $0.1] }),
      .numeric("week", rows.flatMap { _ in [0.0, 6] }), .numeric("score", rows.flatMap { [$0.2, $0.3] }),
    ])
    return try TreatmentComparison(
      VisitTable(table, roles: ColumnRoles()), ComparisonQuestion(focus: "x", horizons: [6]))
  }

  @Test("crude is the difference of the means of two samples")
  func crude() throws {
    let comparison = try Self.twoArms(difference: -5)
    let crude = try #require(comparison.analyses.first { $0.horizon == 6 && !$0.isAdjusted })
    let contrast = try #require(crude.contrasts.contrasts.first)
    #expect(crude.contrasts.contrasts.count == 1 && contrast.name == "x - y")
    expectAgreement(try #require(contrast.estimate), -5, digits: 14)
    expectAgreement(try #require(contrast.standardError), 2.0.squareRoot(), digits: 14)
    expectAgreement(try #require(contrast.upper), -5 + 4.302652729749464 * 2.0.squareRoot(), digits: 13)
    // A family of one needs no adjustment.
    expectAgreement(try #require(contrast.adjustedUpper), try #require(contrast.upper), digits: 9)
  }

  @Test(
    "better and worse need limits on one side of 0",
    arguments: [
      (-6.09, ComparisonAnswer.Finding.better), (-6.08, .inconclusive), (0, .inconclusive),
      (6.08, .inconclusive), (6.09, .worse),
    ])
  func findings(difference: Double, finding: ComparisonAnswer.Finding) throws {
    let comparison = try Self.twoArms(difference: difference)
    let crude = try #require(comparison.analyses.first { !$0.isAdjusted })
    let answer = ComparisonAnswer(crude, comparison)
    #expect(answer.parts.map(\.finding) == [finding])
    #expect(answer.parts.map(\.comparator) == ["y"])
    #expect(answer.parts[0].sentence.contains("do not settle") == (finding == .inconclusive))
  }

  @Test("a covariate that tells the arm leaves no difference to estimate")
  func unavailable() throws {
    let table = try csvTable(
      """
      id,week,score,arm,clinic
      A,0,9,x,north
      A,6,3,x,north
      B,0,8,x,north
      B,6,5,x,north
      C,0,7,y,south
      C,6,4,y,south
      D,0,9,y,south
      D,6,6,y,south
      E,0,5,y,south
      E,6,1,y,south

      """)
    let comparison = try TreatmentComparison(
      VisitTable(table, roles: ColumnRoles()), ComparisonQuestion(focus: "x", covariates: ["clinic"]))
    let headline = try #require(comparison.headline)
    #expect(headline.contrasts.contrasts.first?.estimate == nil)
    #expect(ComparisonAnswer(headline, comparison).parts.map(\.finding) == [.unavailable])
  }

  static let leaky = """
    id,week,score,arm
    A,0,9,x
    A,6,3,x
    B,0,8,x
    B,6,5,x
    C,0,7,y
    C,6,4,y
    D,0,9,y
    D,6,7,y
    E,0,5,
    E,6,1,
    F,2,5,y
    F,6,4,y
    G,0,12,x

    """

  @Test("people without arm, baseline or follow-up are counted as such")
  func missing() throws {
    let comparison = try TreatmentComparison(
      VisitTable(csvTable(Self.leaky), roles: ColumnRoles()), ComparisonQuestion(focus: "x", horizons: [6]))
    for analysis in comparison.analyses {
      let rows = analysis.fit.rows
      #expect(rows.isReconciled && rows.read == 7)
      let reasons = rows.excluded.map { "\($0.reason): \($0.rows)" }
      let score = analysis.horizon == nil ? "mean follow-up score" : "score at 6"
      // Crude and adjusted leave out the same people, whatever they hold equal.
      #expect(
        reasons
          == (analysis.isAdjusted
            ? ["missing \(score): 1", "missing baseline: 1", "missing arm: 1"]
            : ["missing \(score): 1", "missing arm: 1", "missing baseline: 1"]))
    }
  }

  @Test("the mean over follow-up is the headline, complete cases never are")
  func headline() throws {
    let comparison = try TreatmentComparison(
      VisitTable(csvTable(Self.leaky), roles: ColumnRoles()), ComparisonQuestion(focus: "x", horizons: [6]))
    let headline = try #require(comparison.headline)
    #expect(headline.horizon == nil && headline.isAdjusted)
    #expect(comparison.analyses.map(\.horizon) == [nil, nil, 6, 6])
    #expect(comparison.analyses.map(\.isAdjusted) == [true, false, true, false])
    #expect(comparison.analyses[2].name(unit: .week) == "week 6, adjusted")
    // Without anyone's baseline nothing is compared: crude and adjusted rest on the same people.
    let late = try csvTable("id,week,score,arm\nA,2,9,x\nB,2,8,x\nC,2,7,y\nD,2,9,y\n")
    let visits = try VisitTable(late, roles: ColumnRoles())
    let error = try #require(
      throws: OutcomesError.self,
      performing: { _ = try TreatmentComparison(visits, ComparisonQuestion(focus: "x", horizons: [2])) })
    #expect(error.message.contains("4 missing baseline"))
  }

  @Test("who is left out is said for the headline and for each horizon")
  func dropoutNotes() throws {
    let comparison = try TreatmentComparison(
      VisitTable(csvTable(Self.leaky), roles: ColumnRoles()), ComparisonQuestion(focus: "x", horizons: [6]))
    let notes = comparison.diagnostics.filter { $0.kind == .missingData }
    #expect(notes.map(\.severity) == [.caution, .caution])
    #expect(notes[0].message.hasPrefix("mean over follow-up: 4 of 7 people (43% left out"))
    #expect(notes[1].message.hasPrefix("week 6: complete cases only, 4 of 7 people (43% missing)"))
  }

  @Test("treatment that was not drawn by lot is said; one that is not stated counts as chosen")
  func assignmentNotes() throws {
    func notes(_ assignment: [TreatmentAssignment]) throws -> [Diagnostic] {
      let question = ComparisonQuestion(focus: "x", assignment: assignment)
      return try TreatmentComparison(VisitTable(csvTable(Self.leaky), roles: ColumnRoles()), question)
        .diagnostics.filter { $0.kind == .notRandomised }
    }
    let lot = TreatmentAssignment(treatment: "programme", isRandomised: true)
    let choice = TreatmentAssignment(treatment: "drug", isRandomised: false)
    #expect(try notes([lot]).isEmpty)
    #expect(try notes([lot, choice]).map(\.terms) == [["drug"]])
    #expect(try notes([]).map(\.severity) == [.caution])
    #expect(
      !ComparisonQuestion(focus: "x").isRandomised
        && ComparisonQuestion(focus: "x", assignment: [lot]).isRandomised)
  }

  @Test("a focus that no one has is an error that names what there is")
  func unknownFocus() throws {
    let table = try VisitTable(csvTable(Self.leaky, name: "clinic.csv"), roles: ColumnRoles())
    let text = message { _ = try TreatmentComparison(table, ComparisonQuestion(focus: "combined")) }
    #expect(text == "clinic.csv: column 'arm' has no arm 'combined'; it has x, y")
    let noArm = try VisitTable(csvTable("id,week,score\nA,0,1\n", name: "clinic.csv"), roles: ColumnRoles())
    let other = message { _ = try TreatmentComparison(noArm, ComparisonQuestion(focus: "x")) }
    #expect(other == "clinic.csv:1: no column holds the arm; name it with --arm")
  }

  @Test("an arm that no one is seen in at a horizon is named")
  func emptyArm() throws {
    let table = try csvTable(
      """
      id,week,score,arm
      A,0,9,x
      A,6,3,x
      B,0,8,x
      B,6,5,x
      C,0,7,y
      C,6,4,y
      D,0,9,y
      D,6,7,y
      E,0,5,z
      E,3,1,z

      """)
    let comparison = try TreatmentComparison(
      VisitTable(table, roles: ColumnRoles()), ComparisonQuestion(focus: "x", horizons: [6]))
    #expect(
      comparison.analyses.map { $0.contrasts.contrasts.map(\.name) } == [
        ["x - y", "x - z"], ["x - y", "x - z"], ["x - y"], ["x - y"],
      ])
    let notes = comparison.diagnostics.filter { $0.terms == ["z"] }.map(\.message)
    #expect(
      notes == [
        "week 6, adjusted: no one of z could be used, so that arm is not compared",
        "week 6, crude: no one of z could be used, so that arm is not compared",
      ])
  }
}
