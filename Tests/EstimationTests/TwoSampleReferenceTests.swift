import CohortTables
import Estimation
import TestSupport
import Testing

/// Two-sample tests against R 4.2.2; the numbers and calls stand in `Fixtures/generalized.json`.
@Suite("Reference: two-sample tests")
struct TwoSampleReferenceTests {
  private static func values() throws -> Fixture {
    try GeneralizedReferenceTests.fixture.get()["cases"]["two_sample"]["values"]
  }

  private static func groups(_ dataset: String, _ name: String, by: String) throws -> [[Double]] {
    let table = try GeneralizedReferenceTests.table(dataset)
    let numbers = try table.requireColumn(name).numericValues()
    let groups = try table.requireColumn(by).asCategories()
    let codes = groups.codes.array()
    return groups.levels.indices.map { level in
      numbers.indices.filter { Int(codes[$0]) == level && !numbers[$0].isNaN }.map { numbers[$0] }
    }
  }

  private static func counts(_ first: String, _ second: String) throws -> [[Double]] {
    let table = try GeneralizedReferenceTests.table("help_rct")
    let a = try table.requireColumn(first).asCategories()
    let b = try table.requireColumn(second).asCategories()
    var counts = [[Double]](repeating: [Double](repeating: 0, count: b.levels.count), count: a.levels.count)
    for (i, j) in zip(a.codes.array(), b.codes.array()) { counts[Int(i)][Int(j)] += 1 }
    return counts
  }

  @Test("Welch's test agrees with t.test")
  func welch() throws {
    let expected = try Self.values()["welch"]
    let groups = try Self.groups("help_rct", "cesd", by: "sex")
    let test = try WelchTest(groups[0], groups[1])
    expectAgreement(test.firstMean, expected["first"], digits: 13)
    expectAgreement(test.statistic, expected["t"], digits: 11)
    expectAgreement(test.degreesOfFreedom, expected["df"], digits: 11)
    expectAgreement(test.pValue, expected["p"], digits: 10)
    expectAgreement(test.lower, expected["lower"], digits: 10)
    expectAgreement(test.upper, expected["upper"], digits: 10)
  }

  @Test("Wilcoxon's test agrees with wilcox.test, with ties and exact")
  func wilcoxon() throws {
    let tied = try Self.groups("help_rct", "cesd", by: "sex")
    let test = try WilcoxonTest(tied[0], tied[1])
    #expect(!test.isExact)
    expectAgreement(test.statistic, try Self.values()["wilcoxon"]["w"], digits: 15)
    expectAgreement(test.pValue, try Self.values()["wilcoxon"]["p"], digits: 11)
    let few = try Self.groups("survival_ovarian", "age", by: "rx")
    let exact = try WilcoxonTest(few[0], few[1])
    #expect(exact.isExact)
    expectAgreement(exact.statistic, try Self.values()["wilcoxon_exact"]["w"], digits: 15)
    expectAgreement(exact.pValue, try Self.values()["wilcoxon_exact"]["p"], digits: 11)
  }

  @Test("chi-squared, Fisher and McNemar agree with R")
  func tables() throws {
    let expected = try Self.values()
    let plain = try ChiSquaredTest(try Self.counts("substance", "homeless"))
    expectAgreement(plain.statistic, expected["chi_squared"]["x"], digits: 12)
    expectAgreement(plain.pValue, expected["chi_squared"]["p"], digits: 11)
    let two = try Self.counts("sex", "homeless")
    let corrected = try ChiSquaredTest(two, corrected: true)
    expectAgreement(corrected.statistic, expected["chi_squared_corrected"]["x"], digits: 12)
    expectAgreement(corrected.pValue, expected["chi_squared_corrected"]["p"], digits: 11)
    let cells = two.flatMap { $0 }.map { Int($0) }
    let fisher = try FisherTest(cells[0], cells[1], cells[2], cells[3])
    expectAgreement(fisher.pValue, expected["fisher"]["p"], digits: 9)
    // fisher.test finds its odds ratio and limits by uniroot to about 4 digits.
    expectAgreement(fisher.oddsRatio, expected["fisher"]["odds"], digits: 3.5)
    expectAgreement(fisher.lower, expected["fisher"]["lower"], digits: 3.5)
    expectAgreement(fisher.upper, expected["fisher"]["upper"], digits: 3.5)
    let pairs = try Self.counts("homeless", "satreat")
    let test = try McNemarTest(firstOnly: Int(pairs[0][1]), secondOnly: Int(pairs[1][0]))
    expectAgreement(test.statistic, expected["mcnemar"]["x"], digits: 12)
    expectAgreement(test.pValue, expected["mcnemar"]["p"], digits: 11)
  }

  @Test("by hand: the smallest exact tables")
  func byHand() throws {
    // 3 and 3 values, all of one group above: 2 of 20 orders are as extreme.
    expectAgreement(try WilcoxonTest([4, 5, 6], [1, 2, 3]).pValue, 0.1, digits: 14)
    // The lady tasting tea: 3 of 4 right, p = 34 / 70.
    expectAgreement(try FisherTest(3, 1, 1, 3).pValue, 34.0 / 70, digits: 12)
    #expect(try FisherTest(4, 0, 0, 4).oddsRatio == .infinity)
    expectAgreement(try McNemarTest(firstOnly: 5, secondOnly: 0).exactPValue, 2.0 / 32, digits: 13)
  }
}
