import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// What findings say that analyses do, held against what the analyses do.
@Suite("Identities: consequences of findings") struct CheckConsequenceTests {
  private func visitTable(_ cohort: CohortText, _ options: CSVOptions = CSVOptions()) throws -> VisitTable {
    try VisitTable(try cohort.table(options), roles: ColumnRoles())
  }

  private func trend(_ cohort: CohortText, of id: String) throws -> PersonTrend {
    let trends = try PersonTrends(visitTable(cohort))
    return try #require(trends.people.first { $0.id == id })
  }

  private func outcomes(_ cohort: CohortText, _ question: ComparisonQuestion) throws -> Table {
    try PersonOutcomes(visitTable(cohort), question).table
  }

  private func relapse(_ cohort: CohortText) throws -> RelapseAnalysis {
    try RelapseAnalysis(
      try cohort.table(),
      RelapseAnalysis.Question(
        time: "days", event: "relapse", arm: "modality", options: ModelOptions(subject: "subject_id")))
  }

  // MARK: - Visits

  @Test func duplicateTimesCountAsVisitsInFileOrder() throws {
    // Person 1 at weeks 0 and 8 once more, further down in the file.
    let cohort = CohortText.visits.appending("P1,therapy,F,8,3", "P1,therapy,F,0,25")
    let person = try trend(cohort, of: "P1")
    let clean = try trend(CohortText.visits, of: "P1")
    #expect(person.visits == 5)
    #expect(person.first == clean.first, "the upper row is the first score")
    #expect(person.last == 3, "the lowest row is the last score")
    var question = ComparisonQuestion(focus: "combined", horizons: [4, 8], window: 0)
    func value(_ column: String) throws -> Double {
      try outcomes(cohort, question).requireColumn(column).numericValues()[0]
    }
    #expect(try value("baseline") == 25, "the lowest row at time 0")
    #expect(try value("score at 8") == clean.last, "the uppermost row at a horizon")
    question.baseline = .firstVisit
    #expect(try value("baseline") == clean.first, "the uppermost row")
    question.horizons = []
    let sum = try trend(CohortText.visits, of: "P1")
    let middle = try #require(Double(CohortText.visits.lines[2].split(separator: ",")[4]))
    expectAgreement(
      try value(PersonOutcomes.followUpColumn), (middle + sum.last + 3) / 3, digits: 14,
      "a mean over all scores counts each")
  }

  @Test func theOrderOfRowsMakesNoDifference() throws {
    var cohort = CohortText.visits
    cohort.lines = [cohort.lines[0]] + cohort.lines.dropFirst().reversed()
    let (straight, reversed) = (try trend(.visits, of: "P3"), try trend(cohort, of: "P3"))
    #expect(straight == reversed)
    #expect(try findings(cohort).map(\.kind) == [.unsortedTimes])
  }

  @Test func visitsBeforeTheStartAreBaselines() throws {
    let cohort = CohortText.visits.setting(3, of: [2], to: "-2")
    #expect(try trend(cohort, of: "P1").span == 10)
    let table = try outcomes(cohort, ComparisonQuestion(focus: "combined"))
    let score = try #require(Double(CohortText.visits.lines[1].split(separator: ",")[4]))
    #expect(try table.requireColumn("baseline").numericValues()[0] == score)
  }

  @Test func peopleWithoutBaselineAreLeftOutOfComparisons() throws {
    let cohort = CohortText.visits.setting(3, of: [2], to: "1")
    let comparison = try TreatmentComparison(visitTable(cohort), ComparisonQuestion(focus: "combined"))
    #expect(comparison.analyses.allSatisfy { $0.fit.rows.used == 7 && $0.fit.rows.read == 8 })
    let first = ComparisonQuestion(focus: "combined", baseline: .firstVisit)
    #expect(try TreatmentComparison(visitTable(cohort), first).analyses[0].fit.rows.used == 8)
  }

  @Test func missingPartsAreLeftOutAndCounted() throws {
    let cohort = CohortText.visits.setting(0, of: [2], to: "").setting(3, of: [8], to: "")
      .setting(4, of: [11], to: "")
    let rows = try PersonTrends(visitTable(cohort)).rows
    #expect(rows.excluded.map(\.reason) == ["missing subject_id", "missing week", "missing phq9"])
    #expect(rows.used == 21)
    let fit = try LinearModel("phq9 ~ sex", options: ModelOptions(subject: "subject_id")).fit(cohort.table())
    #expect(fit.rows.excluded.map(\.reason) == ["missing phq9", "missing subject_id"], "not by week")
  }

  @Test func aMissingArmIsTakenFromOtherVisits() throws {
    let one = CohortText.visits.setting(1, of: [2], to: "")
    #expect(try trend(one, of: "P1").arm == "therapy")
    let all = CohortText.visits.setting(1, of: [2, 3, 4], to: "")
    #expect(try trend(all, of: "P1").arm == nil)
    let comparison = try TreatmentComparison(visitTable(all), ComparisonQuestion(focus: "combined"))
    #expect(comparison.analyses[0].fit.rows.used == 7)
  }

  @Test func spellingsAreArmsOfTheirOwn() throws {
    let cohort = CohortText.visits.setting(1, of: [5, 6, 7], to: "Combined")
    let trends = try PersonTrends(visitTable(cohort))
    #expect(trends.summaries.compactMap(\.arm) == ["Combined", "combined", "therapy"])
  }

  @Test func aMissingCodeIsANumberUntilItIsNamed() throws {
    let cohort = CohortText.visits.adding("weight") { $0 == 4 ? "-99" : "\(60 + $0)" }
    let options = ModelOptions(subject: "subject_id")
    let used = try LinearModel("phq9 ~ weight", options: options).fit(cohort.table())
    #expect(used.rows.used == 24)
    let named = CSVOptions(missingCodes: ["NA", "-99"])
    #expect(try LinearModel("phq9 ~ weight", options: options).fit(cohort.table(named)).rows.used == 23)
    #expect(try findings(cohort).map(\.kind) == [.likelyMissingCode])
  }

  @Test func aSlipMakesAColumnAFactor() throws {
    let cohort = CohortText.visits.adding("age") { $0 == 9 ? "4o" : "\(30 + $0 / 10)" }
    let fit = try LinearModel("phq9 ~ age").fit(cohort.table())
    #expect(fit.coefficients.map(\.term) == ["(Intercept)", "age[31]", "age[32]", "age[4o]"])
    #expect(throws: TableError.self) { _ = try LinearModel("age ~ week").fit(cohort.table()) }
  }

  @Test func constantColumnsAreAliasedOrRefused() throws {
    let cohort = CohortText.visits.adding("site") { _ in "A" }.adding("version") { _ in "2" }
    #expect(throws: EstimationError.self) { _ = try LinearModel("phq9 ~ site").fit(cohort.table()) }
    let fit = try LinearModel("phq9 ~ version").fit(cohort.table())
    #expect(fit.coefficients.last?.isAliased == true)
    var question = ComparisonQuestion(focus: "combined", covariates: ["site"])
    let refused = try TreatmentComparison(visitTable(cohort), question)
    #expect(refused.analyses.allSatisfy { !$0.isAdjusted }, "the adjusted part is not computed")
    #expect(refused.diagnostics.contains { $0.kind == .notComputed })
    question.covariates = ["version"]
    #expect(try TreatmentComparison(visitTable(cohort), question).analyses.contains(where: \.isAdjusted))
  }

  @Test func oneArmCannotBeCompared() throws {
    let cohort = CohortText.visits.setting(1, of: 2...25, to: "therapy")
    #expect(try findings(cohort).map(\.kind) == [.constantColumn])
    #expect(try refusals(cohort) == [.compare])
    #expect(
      try findings(cohort)[0].consequences.map { "\($0.analysis.rawValue) \($0.effect.rawValue)" }.sorted()
        == ["compare refused", "fit refused", "trends used"])
  }

  // MARK: - Episodes

  @Test func eventsAtTimeZeroStartTheCurve() throws {
    let cohort = CohortText.episodes.setting(4, of: [2], to: "0")
    let curve = try #require(try relapse(cohort).curves.curves.first { $0.name == "therapy" })
    let first = try #require(curve.points.first)
    #expect(first.time == 0 && first.atRisk == 4 && first.events == 1 && first.estimate == 0.75)
  }

  @Test func censoredRowsAtTimeZeroAddNothing() throws {
    let zero = try relapse(CohortText.episodes.setting(4, of: [4], to: "0"))
    var without = CohortText.episodes
    without.lines.remove(at: 3)
    let absent = try relapse(without)
    func estimates(_ analysis: RelapseAnalysis) -> [[Double]] {
      analysis.curves.curves.map { $0.points.filter { $0.events > 0 }.map(\.estimate) }
    }
    #expect(estimates(zero) == estimates(absent))
    let ratios = (zero.crude?.coefficients[0].estimate, absent.crude?.coefficients[0].estimate)
    expectAgreement(try #require(ratios.0), try #require(ratios.1), digits: 12, "log hazard ratio")
  }

  @Test func furtherEpisodesAreTakenAsIndependent() throws {
    // The second one overlaps the first: nothing in the analysis looks at its start.
    let analysis = try relapse(CohortText.episodes.appending("P1,therapy,33,12,50,1"))
    #expect(analysis.curves.rows.used == 9)
    #expect(analysis.diagnostics.contains { $0.kind == .dependence })
  }

  @Test func unusableCovariatesAreNotComputedOrRefused() throws {
    func adjusted(_ covariate: String, _ cohort: CohortText) throws -> RelapseAnalysis {
      try RelapseAnalysis(
        try cohort.table(),
        RelapseAnalysis.Question(
          time: "days", event: "relapse", arm: "modality", covariates: [covariate],
          options: ModelOptions(subject: "subject_id")))
    }
    let cohort = CohortText.episodes.adding("site") { _ in "A" }.adding("version") { _ in "2" }
      .adding("notes") { _ in "" }
    #expect(try findings(cohort).map(\.kind) == [.constantColumn, .constantColumn, .emptyColumn])
    for name in ["site", "notes"] {
      let analysis = try adjusted(name, cohort)
      #expect(analysis.adjusted == nil && analysis.crude != nil)
      #expect(analysis.diagnostics.contains { $0.kind == .notComputed })
    }
    #expect(try adjusted("version", cohort).adjusted?.coefficients.last?.isAliased == true)
    let visits = CohortText.visits.adding("notes") { _ in "" }
    #expect(throws: OutcomesError.self) {
      _ = try TreatmentComparison(
        visitTable(visits), ComparisonQuestion(focus: "combined", covariates: ["notes"]))
    }
  }

  @Test func constantScoresGiveNoSlopesAndNoDifference() throws {
    let cohort = CohortText.visits.setting(4, of: 2...25, to: "12")
    #expect(try findings(cohort).map(\.kind) == [.constantColumn])
    #expect(
      try PersonTrends(visitTable(cohort)).people.allSatisfy { $0.status == .constantScores && $0.slope == 0 }
    )
    let comparison = try TreatmentComparison(visitTable(cohort), ComparisonQuestion(focus: "combined"))
    #expect(
      comparison.analyses.flatMap(\.contrasts.contrasts).allSatisfy { abs($0.estimate ?? .nan) < 1e-12 })
  }

  @Test func oneTimeGivesNoSlopesAndNoComparison() throws {
    let cohort = CohortText.visits.setting(3, of: 2...25, to: "0")
    #expect(try PersonTrends(visitTable(cohort)).people.allSatisfy { $0.slope == nil })
    #expect(try refusals(cohort) == [.compare])
    let constant = try #require(try findings(cohort).first { $0.kind == .constantColumn })
    #expect(constant.consequences.first { $0.analysis == .compare }?.effect == .refused)
  }

  @Test func oneArmOfEpisodesHasACurveAndNoTest() throws {
    let analysis = try relapse(CohortText.episodes.setting(1, of: 2...9, to: "therapy"))
    #expect(analysis.curves.curves.count == 1 && analysis.logRank == nil && analysis.crude == nil)
    #expect(analysis.diagnostics.contains { $0.kind == .notComputed })
  }
}
