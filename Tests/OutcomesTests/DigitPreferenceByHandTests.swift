import Outcomes
import TestSupport
import Testing

/// The test of multiples of 5 against their neighbours.
@Suite("ByHand: digit preference") struct DigitPreferenceByHandTests {
  private func test(_ values: [Double]) -> DigitPreference {
    DigitPreference(values, file: "f", column: "c")
  }

  /// Values 0 to 44, each `counts(value)` times.
  private func values(_ counts: (Int) -> Int) -> [Double] {
    (0...44).flatMap { Array(repeating: Double($0), count: counts($0)) }
  }

  @Test func equalCountsGiveAFifth() {
    let result = test(values { _ in 4 })
    // Windows around 5, 10, ..., 40; that around 0 is cut off by the range.
    #expect(result.count == 8 * 5 * 4)
    #expect(result.atMultiples == 8 * 4)
    #expect(result.share == 0.2)
    #expect(result.statistic == 0)
    #expect(result.pValue == 1)
  }

  @Test func aStraightSlopeIsNoPreference() {
    // 90, 88, ..., 2: last digits are far from equally likely, the windows stay at a fifth.
    let result = test(values { 2 * (45 - $0) })
    #expect(result.statistic == 0)
  }

  @Test func anExcessIsFound() throws {
    let result = test(values { $0.isMultiple(of: 5) ? 8 : 4 })
    // N = 8 (8 + 16) = 192, H = 64: (64 - 38.4)^2 / (0.16 * 192) = 655.36 / 30.72.
    #expect(result.count == 192 && result.atMultiples == 64)
    expectAgreement(try #require(result.statistic), 655.36 / 30.72, digits: 14, "chi-squared")
    // R 4.2.2: pchisq(655.36/30.72, 1, lower.tail = FALSE).
    expectAgreement(try #require(result.pValue), 3.86e-06, digits: 2, "p")
  }

  @Test func valuesInStepsAreCountedInSteps() {
    let result = test(values { _ in 4 }.map { 10 * $0 })
    #expect(result.period == 50)
    #expect(result.count == 160 && result.statistic == 0)
  }

  @Test func shortScalesFractionsAndFewValuesAreNotTested() {
    let short = test((0..<1000).map { Double($0 % 28) })
    #expect(short.statistic == nil && short.reason == "the values span fewer than 40 steps")
    let fractions = test((0..<1000).map { Double($0 % 50) + 0.5 })
    #expect(fractions.statistic == nil && fractions.reason == "the values are not whole numbers")
    let few = test((0..<99).map { Double($0) })
    #expect(few.statistic == nil && few.reason == "fewer than 100 values")
    #expect(test([.nan, .nan]).reason == "fewer than 100 values")
  }
}
