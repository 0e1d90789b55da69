import CohortTables
import Estimation
import TestSupport
import Testing

/// Tests of groups from a formula and a table.
@Suite("ByHand: tests of groups from a table") struct GroupComparisonByHandTests {
  /// Three arms of six, five and three people; one score is missing.
  private func table() throws -> Table {
    try Table(columns: [
      .category("id", (1...14).map(String.init)),
      .category("arm", Array(repeating: "a", count: 6) + Array(repeating: "b", count: 5) + ["c", "c", "c"]),
      .numeric("score", [3, 5, 7, 9, 11, 13, 4, 6, 8, 10, .nan, 5, 9, 2]),
      .category("ill", ["y", "y", "n", "n", "n", "n", "y", "y", "y", "n", "n", "y", "n", "n"]),
    ])
  }

  private let options = ModelOptions(subject: "id", arm: "arm")

  @Test func rowsOfOtherGroupsAreLeftOutWithTheirReason() throws {
    let fit = try GroupComparison("score ~ arm", test: .welch, groups: ["b", "a"], options: options).compare(
      table())
    let own = try WelchTest([4, 6, 8, 10], [3, 5, 7, 9, 11, 13])
    #expect(fit.effect?.estimate == own.difference && fit.effect?.lower == own.lower)
    #expect(fit.tests.map(\.pValue) == [own.pValue] && fit.contrast == "b - a")
    #expect(fit.groups.map(\.rows) == [4, 6] && fit.groups.map(\.median) == [7, 8])
    #expect(fit.groups.map(\.mean) == [7, 8])
    #expect(
      fit.rows.excluded.map { [$0.reason, "\($0.rows)"] } == [
        ["missing score", "1"], ["arm is not b or a", "3"],
      ])
    #expect(fit.rows.isReconciled && fit.support == Support(people: 4))
  }

  @Test func theOtherLevelIsComparedWithTheReference() throws {
    let two = try table().selecting(rows: Array(0..<11))
    let first = try GroupComparison("score ~ arm", test: .wilcoxon).compare(two)
    #expect(first.groups.map(\.level) == ["b", "a"])
    let named = try GroupComparison(
      "score ~ arm", test: .wilcoxon, options: ModelOptions(references: ["arm": "b"])
    ).compare(two)
    #expect(named.groups.map(\.level) == ["a", "b"])
    let (u, v) = (try #require(first.tests[0].statistic), try #require(named.tests[0].statistic))
    #expect(u + v == 24 && first.effect?.estimate == u / 24)
  }

  @Test func yesIsTheLevelThatIsNotTheReference() throws {
    // Of arm b three of five are ill, of arm a two of six.
    let two = try table().selecting(rows: Array(0..<11))
    let fit = try GroupComparison("ill ~ arm", test: .fisher, options: options).compare(two)
    let own = try FisherTest(3, 2, 2, 4)
    #expect(fit.responseLevels == ["n", "y"] && fit.effect?.estimate == own.oddsRatio)
    #expect(fit.effect?.lower == own.lower && fit.tests[0].pValue == own.pValue)
    #expect(fit.support == Support(people: 2), "the smallest cell")
    let turned = try GroupComparison(
      "ill ~ arm", test: .fisher, options: ModelOptions(references: ["ill": "y"])
    ).compare(two)
    expectAgreement(
      try #require(turned.effect?.estimate), 1 / own.oddsRatio, digits: 10, "the odds of not being ill")
  }

  @Test func pearsonsTestTakesAllLevels() throws {
    let fit = try GroupComparison("ill ~ arm", test: .chiSquared, options: options).compare(table())
    let own = try ChiSquaredTest([[4, 2], [2, 3], [2, 1]])
    #expect(fit.tests.map(\.statistic) == [own.statistic] && fit.tests[0].df == 2)
    #expect(fit.effect == nil && fit.groups.map(\.level) == ["a", "b", "c"])
    #expect(fit.diagnostics.contains { $0.kind == .smallSample })
  }

  /// Newcombe (1998), Statistics in Medicine 17:873-890, table II: 56/70 against 48/80, method 10.
  @Test func newcombesLimits() throws {
    func rows(_ group: String, _ yes: Int, _ all: Int) -> [(String, Double)] {
      (0..<all).map { (group, $0 < yes ? 1 : 0) }
    }
    let all = rows("treated", 56, 70) + rows("control", 48, 80)
    let table = try Table(columns: [.category("g", all.map(\.0)), .numeric("y", all.map(\.1))])
    let fit = try GroupComparison("y ~ g", test: .chiSquared).compare(table)
    #expect(fit.contrast == "treated - control" && fit.tests.count == 2)
    let effect = try #require(fit.effect)
    expectAgreement(effect.estimate, 0.2, digits: 12, "difference")
    #expect(abs((effect.lower ?? 0) - 0.0524) < 5e-5 && abs((effect.upper ?? 0) - 0.3339) < 5e-5)
  }

  @Test func mcNemarPairsTheRowsOfAPerson() throws {
    // Person 5 has no second row; pairs: two ill at 0 alone, one at 1 alone, one at both.
    let table = try Table(columns: [
      .category("id", ["1", "1", "2", "2", "3", "3", "4", "4", "5"]),
      .numeric("visit", [0, 1, 0, 1, 1, 0, 0, 1, 0]), .numeric("ill", [1, 0, 1, 1, 0, 1, 0, 1, 1]),
    ])
    let fit = try GroupComparison("ill ~ visit", test: .mcnemar, options: ModelOptions(subject: "id"))
      .compare(table)
    let own = try McNemarTest(firstOnly: 1, secondOnly: 2)
    #expect(fit.discordantPairs?.firstOnly == 1 && fit.discordantPairs?.secondOnly == 2)
    #expect(fit.tests.map(\.pValue)[0] == own.pValue && fit.tests.map(\.pValue)[2] == own.exactPValue)
    #expect(fit.rows.excluded.map(\.reason) == ["no pair"] && fit.rows.isReconciled)
    #expect(fit.rows.subjects == 4 && fit.effect?.estimate == -0.25)
    // (b + c - (b - c)^2 / n) / n^2 with b = 1, c = 2, n = 4.
    expectAgreement(try #require(fit.effect?.standardError), 2.75.squareRoot() / 4, digits: 12, "error")
    #expect(fit.support.fewest == 1, "the discordant pairs are the test")
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    let table = try table()
    func refusal(_ formula: String, _ test: GroupTestKind, _ options: ModelOptions = ModelOptions()) -> String
    {
      do {
        _ = try GroupComparison(formula, test: test, options: options).compare(table)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(refusal("score ~ arm", .welch).contains("has 3 levels (a, b, c), and welch compares two"))
    #expect(refusal("score ~ arm + ill", .welch).contains("one column of groups"))
    #expect(refusal("score ~ ill", .fisher).contains("'score' has 11 levels"))
    #expect(refusal("ill ~ arm", .mcnemar).contains("name the column that identifies people"))
    #expect(
      refusal("score ~ arm", .welch, ModelOptions(references: ["arm": "d"])).contains("no used row at 'd'"))
  }
}
