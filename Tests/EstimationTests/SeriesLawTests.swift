import Estimation
import Foundation
import TestSupport
import Testing

/// Laws of what is computed of single series, and by hand.
@Suite("Laws: single series")
struct SeriesLawTests {
  /// Values about a line with a period that repeats late, made without random numbers.
  static func series(_ count: Int, ties: Bool = false) -> (times: [Double], values: [Double]) {
    let times = (0..<count).map { (place: Int) -> Double in Double(place) + Double(place * 37 % 11) / 20 }
    let values = (0..<count).map { (place: Int) -> Double in
      let wave = Double((place * place * 13 + place * 7) % 97) / 9.7
      return 20 - 0.01 * times[place] + wave
    }
    return (ties ? times.map { ($0 / 2).rounded(.down) } : times, ties ? values.map { $0.rounded() } : values)
  }

  @Test("counting by merging is counting pairs", arguments: [false, true], [33, 64, 150])
  func pairs(_ ties: Bool, _ count: Int) {
    let (times, values) = Self.series(count, ties: ties)
    var s = 0
    for i in times.indices {
      for j in i + 1..<max(count, i + 1) where times[j] > times[i] {
        s += (values[j] > values[i] ? 1 : 0) - (values[j] < values[i] ? 1 : 0)
      }
    }
    #expect(mannKendall(times, values).s == s)
  }

  @Test("slopes of long series, found without listing them, are those of the list", arguments: [false, true])
  func longSeries(_ ties: Bool) throws {
    let (times, values) = Self.series(1101, ties: ties)
    var slopes: [Double] = []
    for i in times.indices {
      for j in i + 1..<max(1101, i + 1) where times[j] > times[i] {
        slopes.append((values[j] - values[i]) / (times[j] - times[i]))
      }
    }
    slopes.sort()
    let line = try #require(theilSen(times, values))
    let middle = (slopes[(slopes.count - 1) / 2] + slopes[slopes.count / 2]) / 2
    expectAgreement(line.slope, middle, digits: 11, absolute: 1e-13, "slope")
    let lower = try #require(line.lower)
    let upper = try #require(line.upper)
    #expect(lower < line.slope && line.slope < upper || ties)
    #expect(slopes.contains { abs($0 - lower) < 1e-12 } && slopes.contains { abs($0 - upper) < 1e-12 })
  }

  @Test("three values by hand")
  func byHand() throws {
    let (times, values): ([Double], [Double]) = ([0, 1, 3], [10, 8, 5])
    let test = mannKendall(times, values)
    // All orders of three are equally likely: the probability of one as extreme is 2 of 6.
    #expect(test.s == -3 && test.tau == -1 && test.isExact)
    expectAgreement(try #require(test.pValue), 1 / 3.0, digits: 15)
    let line = try #require(theilSen(times, values))
    // Slopes -2, -3/2, -5/3; no limits of 95% exist.
    expectAgreement(line.slope, -5 / 3.0, digits: 15)
    expectAgreement(line.intercept, 8 + 5 / 3.0, digits: 15)
    #expect(line.lower == nil && line.upper == nil)
    let spread = try #require(variability(values))
    expectAgreement(
      try #require(spread.rootMeanSquareSuccessiveDifference), (13.0 / 2).squareRoot(), digits: 15)
    expectAgreement(try #require(spread.standardDeviation), (19.0 / 3).squareRoot(), digits: 14)
  }

  @Test("equal times, equal values and few observations have no line or no test")
  func degenerate() {
    let (same, values): ([Double], [Double]) = ([2, 2, 2], [1, 5, 3])
    #expect(theilSen(same, values) == nil)
    #expect(robustLine(same, values, .huber) == nil)
    let test = mannKendall(same, values)
    #expect(test.tau == nil && test.pValue == nil && test.s == 0)
    let (times, constant) = ([0.0, 1, 2, 3, 4, 5], [Double](repeating: 7, count: 6))
    #expect(mannKendall(times, constant).pValue == nil)
    #expect(autoregressiveLine(times, constant) == nil)
    #expect(autoregressiveLine(same, values) == nil)
    let robust = robustLine(times, constant, .bisquare)
    #expect(robust?.slope == 0 && robust?.standardError == nil)
    #expect(earlyWarning(constant) == nil)
    let none: [Double] = []
    #expect(mannKendall(none, none).tau == nil && theilSen(none, none) == nil)
    #expect(robustLine(none, none, .huber) == nil && autoregressiveLine(none, none) == nil)
    #expect(variability(none) == nil)
  }

  @Test("a variance that grows is an early warning")
  func warning() throws {
    let values = (0..<80).map { sin(Double($0 * $0) * 1.7) * Double($0) }
    let warning = try #require(earlyWarning(values))
    let tau = try #require(warning.varianceTau)
    #expect(tau > 0.9)
    let level = (0..<80).map { sin(Double($0 * $0) * 1.7) }
    let flat = try #require(earlyWarning(level)?.varianceTau)
    #expect(abs(flat) < 0.9)
  }

  @Test("moving and stretching times and values changes autoregressive lines as it must")
  func affine() throws {
    let (times, values) = Self.series(60)
    let plain = try #require(autoregressiveLine(times, values))
    let (later, other) = (times.map { 20_000 + 7 * $0 }, values.map { 1e6 - 2 * $0 })
    let moved = try #require(autoregressiveLine(later, other))
    expectAgreement(moved.slope, -plain.slope * 2 / 7, digits: 8, "slope")
    expectAgreement(moved.standardError, plain.standardError * 2 / 7, digits: 7, "error")
    expectAgreement(moved.correlation, plain.correlation, digits: 6, absolute: 1e-7, "phi")
  }
}
