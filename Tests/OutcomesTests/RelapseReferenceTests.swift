import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// Relapse analyses against R's survival 3.5-3 (calls and date in `survival.json`).
@Suite("Reference: relapse")
struct RelapseReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let data: String
    let time: String
    let event: String
    let arm: String
    let focus: String
    let covariates: [String]
    let curves: String?
    let logRank: String
    let cox: String
    /// R's names of the arm's coefficients by level; the level without one is R's reference.
    let terms: [String: String]

    var testDescription: String { "\(data) by \(arm)" }
  }

  static let cases = [
    Case(
      data: "survival_lung", time: "time", event: "status", arm: "sex", focus: "2",
      covariates: ["age", "ph_ecog"],
      curves: "km_lung_sex", logRank: "logrank_lung_sex", cox: "cox_lung", terms: ["2": "sex"]),
    Case(
      data: "help_rct", time: "daysanysub", event: "anysubstatus", arm: "treat", focus: "yes",
      covariates: ["cesd", "age", "female", "homeless", "substance"], curves: "km_help_treat",
      logRank: "logrank_help_treat", cox: "cox_help", terms: ["yes": "treatyes"]),
    Case(
      data: "survival_veteran", time: "time", event: "status", arm: "celltype", focus: "large",
      covariates: ["trt", "karno", "age"], curves: nil, logRank: "logrank_veteran_celltype",
      cox: "cox_veteran",
      terms: ["large": "celltypelarge", "smallcell": "celltypesmallcell", "squamous": "celltypesquamous"]),
  ]

  static func analysis(_ test: Case, threads: Int = 1) throws -> RelapseAnalysis {
    var table = try projectTable("Tests/EstimationTests/Fixtures/data/\(test.data).csv")
    if test.data == "help_rct" {
      let columns = try ([test.time, test.event, test.arm] + test.covariates).map {
        try table.requireColumn($0)
      }
      let complete = (0..<table.rowCount).filter { row in columns.allSatisfy { !$0.isMissing(row: row) } }
      table = table.selecting(rows: complete)
    }
    return try RelapseAnalysis(
      table,
      RelapseAnalysis.Question(
        time: test.time, event: test.event, arm: test.arm, focus: test.focus, covariates: test.covariates),
      executor: ThreadedExecutor(threads: threads))
  }

  static func values(_ name: String) throws -> Fixture {
    try Fixture("Tests/EstimationTests/Fixtures/survival.json")["cases"][name]["values"]
  }

  @Test("risks are one less survfit's curve, at and between its times", arguments: cases)
  func risks(_ test: Case) throws {
    guard let name = test.curves else { return }
    var checked = 0
    let groups = try Self.values(name)["groups"].list
    let analysis = try Self.analysis(test)
    #expect(analysis.curves.curves.count == groups.count)
    for (curve, group) in zip(analysis.curves.curves, groups) {
      #expect(group["group"].text == "\(test.arm)=\(curve.name)")
      let times = group["time"].numbers
      for (index, time) in times.enumerated() {
        guard let time else { continue }
        let point = try #require(curve.point(at: time))
        expectAgreement(point.estimate, group["survival"][index], digits: 12, "survival at \(time)")
        expectAgreement(point.standardError, group["std_err"][index], digits: 11, "error at \(time)")
        expectAgreement(point.lower, group["limits"]["log"]["lower"][index], digits: 11, "lower at \(time)")
        expectAgreement(point.upper, group["limits"]["log"]["upper"][index], digits: 11, "upper at \(time)")
        expectAgreement(curve.atRisk(before: time), group["n_risk"][index], digits: 15, "at risk at \(time)")
        checked += 1
        guard index + 1 < times.count, let next = times[index + 1] else { continue }
        #expect(curve.point(at: (time + next) / 2)?.estimate == point.estimate)
        expectAgreement(
          curve.atRisk(before: (time + next) / 2), group["n_risk"][index + 1], digits: 15, "between")
      }
    }
    #expect(checked > 100)
    for risk in analysis.risks {
      let curve = try #require(analysis.curves.curves.first { $0.name == risk.group })
      #expect(risk.estimate == curve.point(at: risk.horizon).map { 1 - $0.estimate })
      #expect(risk.lower == curve.point(at: risk.horizon)?.upper.map { 1 - $0 })
    }
  }

  @Test("the log-rank test agrees with survdiff", arguments: cases)
  func logRank(_ test: Case) throws {
    let expected = try Self.values(test.logRank)
    let found = try #require(Self.analysis(test).logRank)
    expectAgreement(found.statistic, expected["chi_squared"], digits: 10, "chi squared")
    expectAgreement(found.pValue, expected["p"], digits: 9, "p")
    for (group, observed) in zip(found.groups, expected["observed"].numbers) {
      #expect(group.observed == observed)
    }
  }

  @Test("hazard contrasts are differences of coxph's coefficients", arguments: cases)
  func hazards(_ test: Case) throws {
    let expected = try Self.values(test.cox)
    let rows = expected["coefficients"].list
    let analysis = try Self.analysis(test)
    let adjusted = try #require(analysis.adjusted)
    expectAgreement(adjusted.logLikelihood, expected["log_likelihood"], digits: 11, "log likelihood")
    func coefficient(_ level: String) -> (index: Int?, value: Double) {
      guard let name = test.terms[level], let index = rows.firstIndex(where: { $0["term"].text == name })
      else {
        return (nil, 0)
      }
      return (index, rows[index]["estimate"].number())
    }
    func covariance(_ a: Int?, _ b: Int?) -> Double {
      guard let a, let b else { return 0 }
      return expected["vcov"][a][b].number()
    }
    let contrasts = try #require(analysis.hazardContrasts)
    #expect(contrasts.adjustment == .dunnett && contrasts.familySize == analysis.curves.curves.count - 1)
    let focus = coefficient(test.focus)
    for contrast in contrasts.contrasts {
      #expect(contrast.name.hasPrefix("\(test.focus) - "))
      let other = coefficient(String(contrast.name.dropFirst(test.focus.count + 3)))
      let variance =
        covariance(focus.index, focus.index) + covariance(other.index, other.index)
        - 2 * covariance(focus.index, other.index)
      expectAgreement(try #require(contrast.estimate), focus.value - other.value, digits: 9, contrast.name)
      expectAgreement(
        try #require(contrast.standardError), variance.squareRoot(), digits: 9, "error of \(contrast.name)")
      #expect(contrast.degreesOfFreedom == nil)
    }
  }

  @Test("a crude hazard ratio agrees with coxph")
  func crude() throws {
    let table = try projectTable("Tests/EstimationTests/Fixtures/data/survival_aml.csv")
    let analysis = try RelapseAnalysis(
      table, RelapseAnalysis.Question(time: "time", event: "status", arm: "x", focus: "Maintained"))
    let row = try Self.values("cox_aml_x")["coefficients"][0]
    let contrast = try #require(analysis.hazardContrasts?.contrasts.first)
    #expect(analysis.adjusted == nil && contrast.name == "Maintained - Nonmaintained")
    expectAgreement(contrast.estimate.map { -$0 }, row["estimate"], digits: 10, "log hazard ratio")
    expectAgreement(contrast.standardError, row["std_err"], digits: 10, "its error")
    expectAgreement(contrast.pValue, row["p"], digits: 9, "p")
  }

  @Test("any number of threads gives the same bits", arguments: [2, 3, 8])
  func threads(_ count: Int) throws {
    for test in Self.cases {
      let (serial, threaded) = (try Self.analysis(test), try Self.analysis(test, threads: count))
      #expect(serial.risks == threaded.risks)
      #expect(serial.hazardContrasts?.contrasts == threaded.hazardContrasts?.contrasts)
    }
  }
}
