import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Formulas, refusals and cohorts that make mixed models hard.
@Suite("Mixed: formulas and hard cases") struct MixedHardCaseTests {
  @Test("Random terms are taken apart as lme4 does") func formulas() throws {
    func terms(_ text: String) throws -> [String] {
      try Formula("y ~ x + \(text)").randomTerms.map { term in
        let columns = (term.hasIntercept ? ["1"] : ["0"]) + term.terms.map(\.label)
        return "\(columns.joined(separator: " + ")) | \(term.group)"
      }
    }
    #expect(try terms("(1 | id)") == ["1 | id"])
    #expect(try terms("(week | id)") == ["1 + week | id"])
    #expect(try terms("(0 + week | id)") == ["0 + week | id"])
    #expect(try terms("(week - 1 | id)") == ["0 + week | id"])
    #expect(
      try terms("(week * arm || id)") == ["1 | id", "0 + week | id", "0 + arm | id", "0 + week:arm | id"])
    #expect(try terms("(1 | site/id)") == ["1 | site", "1 | site:id"])
    #expect(try terms("(week | a/b/c)") == ["1 + week | a", "1 + week | a:b", "1 + week | a:b:c"])
    #expect(try terms("(1 | recipe:replicate)") == ["1 | recipe:replicate"])
    #expect(try terms("(1 | id) + (0 + therapy | therapist)") == ["1 | id", "0 + therapy | therapist"])
    let formula = try Formula("y ~ x + (week | site/`my id`)")
    #expect(formula.columns == ["y", "x", "week", "site", "my id"])
    #expect(formula.hasIntercept && formula.terms.map(\.label) == ["x"])
    // A random term without a constant leaves the mean's as it is.
    #expect(try Formula("y ~ (0 + x | g)").hasIntercept)
    #expect(try Formula("y ~ 0 + (x | g)").hasIntercept == false)
  }

  @Test(
    "Formulas that mean nothing point at the place",
    arguments: [
      ("y ~ (0 | id)", 4, "nothing varies"), ("y ~ (1 | )", 9, "the column that names the groups"),
      ("y ~ (1 | id + site)", 12, "groups are a column"), ("y ~ (1 | id", 4, "not closed"),
      ("y ~ (1 | site/site)", 14, "twice"), ("y ~ (offset(x) | id)", 4, "cannot stand inside"),
      ("y ~ ((1 | a) | b)", 4, "cannot stand inside"), ("y ~ x - (1 | id)", 8, "cannot be taken out"),
      ("y ~ x:(1 | id)", 6, "added, not multiplied"), ("y ~ (2 | id)", 5, "only 0 and 1"),
    ] as [(String, Int, String)])
  func formulaErrors(_ text: String, _ offset: Int, _ message: String) throws {
    let error = try #require(throws: FormulaError.self) { try Formula(text) }
    #expect(error.message.contains(message), "\(error)")
    #expect(error.offset == offset, "\(error)")
  }

  @Test("Models without random effects refuse random terms, all in the same words") func refusals() throws {
    let table = try MixedLawTests.cohort()
    let text = "y ~ week + (1 | id)"
    let tries: [() throws -> Void] = [
      { _ = try LinearModel(text).fit(table) },
      { _ = try GeneralizedLinearModel(text, family: .gaussian).fit(table) },
      { _ = try GeneralizedEstimatingEquations(text, subject: "id").fit(table) },
    ]
    for attempt in tries {
      let error = try #require(throws: FormulaError.self) { try attempt() }
      #expect(error.message.contains("(1 | id) belongs to a mixed model"))
      #expect(error.offset == 11)
    }
  }

  @Test("What cannot be fitted is refused with a reason")
  func unusable() throws {
    let table = try MixedLawTests.cohort()
    func message(_ formula: String, _ change: (inout LinearMixedModel) throws -> Void = { _ in }) throws
      -> String
    {
      do {
        var model = try LinearMixedModel(formula)
        try change(&model)
        _ = try model.fit(table)
        return ""
      } catch { return "\(error)" }
    }
    #expect(try message("y ~ week").contains("needs a random term"))
    #expect(
      try message("y ~ week + (1 | id) + (week | id)").contains(
        "varies between the groups of id in another term"))
    #expect(try message("y ~ week + (factor(week) | id)").contains("cannot be told from the residuals"))
    #expect(
      try message("y ~ week + (1 | id)") { $0.options.weights = Weights(column: "copies", kind: .sampling) }
        .contains("sampling weights"))
    #expect(
      try message("y ~ week + (1 | id) + (1 | site)") {
        $0.options.weights = Weights(column: "copies", kind: .frequency)
      }.contains("count whole groups"))
    #expect(
      try message("y ~ week + (1 | id)") { $0.options.weights = Weights(column: "copies", kind: .frequency) }
        == "")
    #expect(
      try message("y ~ week + (1 | id)") {
        $0.method = .ml
        $0.degreesOfFreedom = .kenwardRoger
      }.contains("use REML"))
  }

  @Test("Small cohorts end at an optimum that no other start betters", arguments: 0..<40) func starts(
    _ seed: Int
  ) throws {
    let few = try MixedLawTests.cohort(
      people: 8 + seed % 9, seed: UInt64(100 + seed),
      sd: seed % 3 == 0 ? (0, 0) : (1.5, seed % 3 == 1 ? 0 : 0.3))
    let fit = try LinearMixedModel("y ~ week + (week | id)").fit(few)
    #expect(fit.convergence.isConverged, "\(fit.verdict)")
    // The simpler models are points of this one.
    for random in ["(1 | id)", "(week || id)", "(0 + week | id)"] {
      let inner = try LinearMixedModel("y ~ week + \(random)").fit(few)
      #expect(
        fit.criterion <= inner.criterion + 1e-7, "\(random): \(inner.criterion) against \(fit.criterion)")
    }
    let general = try LinearMixedModel("y ~ week + (week | id)").fit(
      few, executor: SerialExecutor(), usesGeneralSums: true)
    expectAgreement(general.criterion, fit.criterion, digits: 10, "criterion")
    #expect(general.boundaryTerms == fit.boundaryTerms)
    #expect(fit.coefficients.allSatisfy { ($0.degreesOfFreedom ?? 0) > 0 })
  }

  @Test("Contrasts, means and tests follow from the fit") func postEstimation() throws {
    let table = try MixedLawTests.cohort()
    let fit = try LinearMixedModel("y ~ week * arm + (week | id)", degreesOfFreedom: .kenwardRoger).fit(table)
    let tests = fit.termTests(.typeIII)
    #expect(tests.count == 3)
    for test in tests {
      #expect(test.statisticKind == .f)
      #expect((test.pValue ?? -1) >= 0)
      #expect((test.dfDenominator ?? 0) > 0)
    }
    #expect(fit.rows.isReconciled)
    #expect(fit.rows.subjects == 60)
    #expect(fit.rows.clusters?.count == 60)
    #expect(fit.support.total.people == 60)
    #expect(fit.verdict.contains("REML") && fit.verdict.contains("Kenward"))
  }

  @Test("Missing groups leave rows out, and are counted") func missing() throws {
    var (y, x) = ([Double](), [Double]())
    var id: [String?] = []
    var random = TestRandom(seed: 5)
    for person in 0..<20 {
      for visit in 0..<4 {
        y.append(person == 3 && visit == 1 ? .nan : 5 + random.normal() + Double(person % 5))
        x.append(Double(visit))
        id.append(person == 7 ? nil : "p\(person)")
      }
    }
    let table = try Table(
      columns: [.numeric("y", y), .numeric("x", x), .category("id", id)], name: "missing")
    let fit = try LinearMixedModel("y ~ x + (1 | id)").fit(table)
    #expect(fit.rows.used == 75)
    #expect(fit.rows.excluded.map(\.reason) == ["missing y", "missing id"])
    #expect(fit.groupCounts[0].count == 19)
  }

  @Test("A column that depends on others is aliased, and the rest is the fit without it") func aliased()
    throws
  {
    let table = try MixedLawTests.cohort()
    let fit = try LinearMixedModel("y ~ week + I(2 * week + 1) + arm + (1 | id)").fit(table)
    let plain = try LinearMixedModel("y ~ week + arm + (1 | id)").fit(table)
    #expect(fit.coefficients[2].isAliased)
    expectAgreement(fit.criterion, plain.criterion, digits: 12, "criterion")
    expectAgreement(
      fit.coefficients[1].estimate ?? .nan, plain.coefficients[1].estimate ?? .nan, digits: 10, "estimate")
  }
}
