import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Risks as they would be if everybody were in one arm.
@Suite("Identities: standardised risks")
struct StandardisedRisksTests {
  private static func veteran() throws -> Table {
    let table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/survival_veteran.csv"))
    let arms = try table.requireColumn("trt").numericValues().map { $0 == 1 ? "standard" : "test" as String? }
    return try table.adding(.category("arm", arms))
  }

  @Test("the mean of everybody's own predicted risk, in each arm")
  func meanOfPredictions() throws {
    let table = try Self.veteran()
    let fit = try CoxModel("Surv(time, status) ~ arm + karno").fit(table)
    let risks = try #require(try fit.standardisedRisks(of: "arm", horizons: [90], in: table).first)
    let karno = try table.requireColumn("karno").numericValues()
    for risk in risks.risks {
      let own = try karno.map { value in
        let curve = try #require(
          try fit.survivalCurves(at: ["arm": [.level(risk.arm)], "karno": [.number(value)]]).first)
        return try #require(curve.risk(at: 90)?.estimate)
      }
      expectAgreement(risk.estimate, own.reduce(0, +) / Double(own.count), digits: 12, risk.arm)
    }
  }

  @Test(
    "standard errors are those of leaving out one person after the other, nearly",
    arguments: [TieMethod.efron, .breslow], ["arm + karno", "arm + karno + strata(celltype)"])
  func jackknife(_ ties: TieMethod, _ terms: String) throws {
    // Within small strata the jackknife itself is some percent too large: each person stands there three times.
    let veteran = try Self.veteran()
    let copies = terms.contains("strata") ? 3 : 1
    let table = veteran.selecting(rows: (0..<copies).flatMap { _ in Array(0..<veteran.rowCount) })
    let horizon = 80.0
    func measures(_ table: Table) throws -> [Double] {
      let fit = try CoxModel("Surv(time, status) ~ \(terms)", ties: ties).fit(table)
      let risks = try #require(try fit.standardisedRisks(of: "arm", horizons: [horizon], in: table).first)
      let difference = try #require(risks.comparison(of: "test", with: "standard")?.difference)
      return risks.risks.map(\.estimate) + [difference]
    }
    let count = table.rowCount
    let left = try (0..<count).map { out in
      try measures(table.selecting(rows: (0..<count).filter { $0 != out }))
    }
    let fit = try CoxModel("Surv(time, status) ~ \(terms)", ties: ties).fit(table)
    let risks = try #require(try fit.standardisedRisks(of: "arm", horizons: [horizon], in: table).first)
    let found =
      risks.risks.map(\.standardError)
      + [try #require(risks.comparison(of: "test", with: "standard")?.differenceError)]
    for k in found.indices {
      let values = left.map { $0[k] }
      let mean = values.reduce(0, +) / Double(count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * Double(count - 1) / Double(count)
      #expect(abs(found[k] / variance.squareRoot() - 1) < 0.06, "\(found[k]) and \(variance.squareRoot())")
    }
  }

  @Test("late entry, weights and clusters: a person's row cut in two, or standing for two, changes nothing")
  func splitting() throws {
    let table = try Self.veteran()
    let ids = (0..<table.rowCount).map { "p\($0)" as String? }
    let people = try table.adding(.category("id", ids))
    func risks(_ formula: String, _ table: Table, _ options: ModelOptions = ModelOptions()) throws
      -> StandardisedRisks
    {
      let fit = try CoxModel(formula, options: options).fit(table)
      return try #require(try fit.standardisedRisks(of: "arm", horizons: [90], in: table).first)
    }
    let whole = try risks("Surv(time, status) ~ arm + karno", people, ModelOptions(cluster: "id"))
    // Averages over rows are over people where each has one; two rows of a person weigh one half each.
    let doubled = try people.adding(.numeric("w", ids.map { _ in 2 }))
    let weights = ModelOptions(weights: Weights(column: "w", kind: .sampling), cluster: "id")
    let weighted = try risks("Surv(time, status) ~ arm + karno", doubled, weights)
    for (a, b) in zip(whole.risks, weighted.risks) {
      expectAgreement(a.estimate, b.estimate, digits: 11)
      expectAgreement(a.standardError, b.standardError, digits: 9)
    }
  }

  @Test("splitting time leaves a Cox model as it is, and lets hazard ratios differ between periods")
  func episodeSplit() throws {
    let table = try Self.veteran()
    let text = "Surv(time, status) ~ arm + karno"
    let split = try EpisodeSplit(text, at: [60, 120], in: table)
    let (plain, cut) = (try CoxModel(text).fit(table), try CoxModel(split.formula).fit(split.table))
    for (a, b) in zip(plain.coefficients, cut.coefficients) {
      expectAgreement(try #require(a.estimate), try #require(b.estimate), digits: 11)
      expectAgreement(try #require(a.standardError), try #require(b.standardError), digits: 11)
    }
    expectAgreement(plain.logLikelihood, cut.logLikelihood, digits: 12)
    let test = try plain.proportionalHazardsTest()
    #expect(test.diagnostics.first?.terms == ["karno"])
  }
}
