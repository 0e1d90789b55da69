import Distributions
import TestSupport
import Testing

@Suite("Laws of every distribution")
struct LawTests {
  static let laws: [any ContinuousDistribution] = [
    NormalDistribution(mean: -1, standardDeviation: 3), StudentT(degreesOfFreedom: 6.5),
    StudentT(degreesOfFreedom: .infinity), FDistribution(numerator: 3, denominator: 17),
    ChiSquared(degreesOfFreedom: 4), BetaDistribution(alpha: 0.7, beta: 3),
    GammaDistribution(shape: 2.2, scale: 5), NoncentralT(degreesOfFreedom: 9, noncentrality: 1.4),
  ]

  @Test("the two tails sum to 1 and the cumulative side rises", arguments: laws.indices)
  func tails(index: Int) {
    let law = Self.laws[index]
    var previous = -1.0
    for x in [-1e9, -30, -3, -0.5, 0, 0.1, 0.4, 0.9, 1.5, 6, 40, 1e9] {
      let (lower, upper) = (law.cumulative(x), law.upperTail(x))
      expectAgreement(lower + upper, 1, digits: 13, "\(law) at \(x)")
      #expect(lower >= previous && lower >= 0 && upper >= 0 && law.density(x) >= 0, "\(law) at \(x)")
      previous = lower
    }
  }

  @Test(
    "outside 0...1 and for NaN the answer is NaN; the ends are those of the support", arguments: laws.indices)
  func domains(index: Int) {
    let law = Self.laws[index]
    for p in [-0.1, 1.1, Double.nan, -.infinity] {
      #expect(law.quantile(p).isNaN && law.upperQuantile(p).isNaN)
    }
    #expect(law.density(.nan).isNaN && law.cumulative(.nan).isNaN && law.upperTail(.nan).isNaN)
    #expect(law.quantile(0) == law.upperQuantile(1))
    #expect(law.quantile(1) == law.upperQuantile(0))
    #expect(law.quantile(0) < law.quantile(1))
    #expect(law.cumulative(.infinity) == 1 && law.upperTail(.infinity) == 0)
    #expect(law.cumulative(-.infinity) == 0 && law.upperTail(-.infinity) == 1)
    #expect(law.density(.infinity) == 0 && law.density(-.infinity) == 0)
  }

  @Test("quantiles invert both sides", arguments: laws.indices)
  func quantiles(index: Int) {
    let law = Self.laws[index]
    for p in [1e-30, 1e-4, 0.025, 0.5, 0.8, 0.999] {
      let (left, right) = (law.quantile(p), law.upperQuantile(p))
      // The double nearest a quantile x misses p by x f(x) / p roundings.
      let (leftCost, rightCost) = (abs(left) * law.density(left) / p, abs(right) * law.density(right) / p)
      let (leftDigits, rightDigits) = (12 - conditionDigits(leftCost), 12 - conditionDigits(rightCost))
      expectAgreement(law.cumulative(left), p, digits: min(12, leftDigits), "\(law) \(p)")
      expectAgreement(law.upperTail(right), p, digits: min(12, rightDigits), "\(law) \(p)")
    }
  }

  @Test("the order of the variables does not matter", arguments: [[3, 0, 2, 1], [4, 2, 0, 3, 1]])
  func permutation(order: [Int]) throws {
    let full: [[Double]] = [
      [1, 0.3, -0.2, 0.5, 0.1], [0.3, 1, 0.4, 0.25, -0.3], [-0.2, 0.4, 1, 0.15, 0.2],
      [0.5, 0.25, 0.15, 1, 0.35], [0.1, -0.3, 0.2, 0.35, 1],
    ]
    let given = try MultivariateT(
      correlation: order.indices.map { i in order.indices.map { full[i][$0] } }, degreesOfFreedom: 22)
    let permuted = try MultivariateT(
      correlation: order.map { i in order.map { full[i][$0] } }, degreesOfFreedom: 22)
    let lower: [Double] = [-1.5, -.infinity, -2.5, -3, -1]
    let upper: [Double] = [2.1, 1.7, .infinity, 2.5, 3.3]
    expectAgreement(
      permuted.probability(lower: order.map { lower[$0] }, upper: order.map { upper[$0] }),
      given.probability(lower: Array(lower.prefix(order.count)), upper: Array(upper.prefix(order.count))),
      digits: 9.5)
    for c in [2.6, 6.5] {
      expectAgreement(
        permuted.upperTailOfMaximumAbsolute(c), given.upperTailOfMaximumAbsolute(c), digits: 9.5, "\(c)")
    }
  }

  @Test("nearly equal variables approach equal ones", arguments: [1e-3, 1e-6, 1e-9, 1e-12])
  func nearSingular(gap: Double) throws {
    let rho = 1 - gap
    let close = try MultivariateT(correlation: [[1, rho], [rho, 1]], degreesOfFreedom: 20)
    let single = StudentT(degreesOfFreedom: 20).twoSidedPValue(statistic: 2.4)
    // P(max > c) grows like the square root of the gap.
    let excess = close.upperTailOfMaximumAbsolute(2.4) - single
    #expect(excess > 0 && excess < 0.1 * gap.squareRoot(), "\(excess)")
    let other = try MultivariateT(
      correlation: [[1, rho, 0.3], [rho, 1, 0.3 + 0.1 * gap], [0.3, 0.3 + 0.1 * gap, 1]], degreesOfFreedom: 20
    )
    let two = try MultivariateT(correlation: [[1, 0.3], [0.3, 1]], degreesOfFreedom: 20)
    let more = other.upperTailOfMaximumAbsolute(2.4) - two.upperTailOfMaximumAbsolute(2.4)
    #expect(more > 0 && more < 0.1 * gap.squareRoot(), "\(more)")
  }

  @Test("critical values invert the maxima's tails", arguments: [0.5, 0.9, 0.99])
  func criticalValues(level: Double) throws {
    let law = try MultivariateT(
      correlation: [[1, 0.2, 0.6], [0.2, 1, -0.4], [0.6, -0.4, 1]], degreesOfFreedom: 7)
    let (two, one) = (
      law.criticalValueOfMaximumAbsolute(confidenceLevel: level),
      law.criticalValueOfMaximum(confidenceLevel: level)
    )
    expectAgreement(law.upperTailOfMaximumAbsolute(two), 1 - level, digits: 10)
    expectAgreement(law.upperTailOfMaximum(one), 1 - level, digits: 10)
    #expect(one < two)
  }

  @Test("what cannot be integrated is refused by name")
  func refusals() throws {
    func code(_ rows: [[Double]]) -> MultivariateTError.Code? {
      do {
        _ = try MultivariateT(correlation: rows, degreesOfFreedom: 10)
        return nil
      } catch {
        return error.code
      }
    }
    func chain(_ k: Int, _ rho: Double) -> [[Double]] {
      (0..<k).map { i in (0..<k).map { j in (0..<abs(i - j)).reduce(1) { value, _ in value * rho } } }
    }
    #expect(code(chain(6, 0.4)) == nil)
    #expect(code(chain(7, 0.4)) == .dimensionTooLarge)
    #expect(code([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]) == .notACorrelationMatrix)
    #expect(code([[1, 0.2], [0.3, 1]]) == .notACorrelationMatrix)
    #expect(code([[2, 0.2], [0.2, 1]]) == .notACorrelationMatrix)
    // The six pairwise differences of four means have rank 3.
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    let signs = pairs.map { pair in (0..<4).map { $0 == pair.0 ? 1.0 : $0 == pair.1 ? -1 : 0 } }
    let tukey = signs.map { a in signs.map { b in zip(a, b).map(*).reduce(0, +) / 2 } }
    #expect(code(tukey) == .nearlySingular)
  }

  @Test("invalid parameters trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = StudentT(degreesOfFreedom: 0) }
    await #expect(processExitsWith: .failure) { _ = NormalDistribution(mean: 0, standardDeviation: -1) }
    await #expect(processExitsWith: .failure) { _ = BinomialDistribution(trials: 3, probability: 1.5) }
    await #expect(processExitsWith: .failure) { _ = StudentizedRange(groups: 1, degreesOfFreedom: 5) }
  }
}
