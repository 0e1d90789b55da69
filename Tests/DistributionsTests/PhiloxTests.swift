import Distributions
import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Published known-answer vectors.
@Suite("Reference: Philox and AS 241")
struct PhiloxReferenceTests {
  struct KnownAnswer: Sendable {
    let counter: SIMD4<UInt32>
    let key: SIMD2<UInt32>
    let words: SIMD4<UInt32>
  }

  // The three lines "philox4x32 10" of tests/kat_vectors in Random123 1.14.0 (D. E. Shaw Research).
  static let knownAnswers = [
    KnownAnswer(
      counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
      words: SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    KnownAnswer(
      counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max),
      words: SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
    KnownAnswer(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: SIMD2(0xa409_3822, 0x299f_31d0),
      words: SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)),
  ]

  @Test("a block equals the published one", arguments: knownAnswers)
  func knownAnswer(_ vector: KnownAnswer) {
    #expect(Philox4x32.block(counter: vector.counter, key: vector.key) == vector.words)
  }

  @Test("a stream reads its blocks in order: counter below, stream above, seed as key")
  func streamLayout() {
    var random = RandomStream(seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e)
    for number in 0..<3 {
      let words = Philox4x32.block(
        counter: SIMD4(UInt32(number), 0, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
      #expect(random.next() == UInt64(words[1]) << 32 | UInt64(words[0]))
      #expect(random.next() == UInt64(words[3]) << 32 | UInt64(words[2]))
    }
  }

  // mpmath 1.3, 40 digits: findroot of log(erfc(-z / sqrt 2) / 2) = log(p) at the double nearest p.
  static let quantiles: [(probability: Double, quantile: Double)] = [
    (1e-300, -37.047096299361199237), (1e-100, -21.273453560965324294),
    (1e-20, -9.2623400897984075796), (1.1102230246251565e-16, -8.2095361516013868556),
    (1e-10, -6.3613409024040561991), (1e-5, -4.2648907939228246102),
    (0.001, -3.0902323061678135354), (0.0749, -1.4402382675279636631),
    (0.075, -1.4395314709384559349), (0.0751, -1.4388253927525399824),
    (0.2, -0.84162123357291416552), (0.3, -0.52440051270804081597),
    (0.45, -0.12566134685507400616), (0.4999, -0.00025066283008800749239),
    (0.6, 0.25334710313579974132), (0.9, 1.2815515655446005935),
    (0.95, 1.6448536269514722843), (0.975, 1.9599639845400538556),
    (0.9999, 3.7190164854557083867),
  ]

  @Test("the normal quantile agrees with mpmath", arguments: quantiles)
  func quantile(_ point: (probability: Double, quantile: Double)) {
    expectAgreement(
      NormalQuantileAS241.value(at: point.probability), point.quantile, digits: 14.8,
      "quantile at \(point.probability)")
  }
}

@Suite("Laws: random streams")
struct RandomStreamLawTests {
  @Test("the same seed and stream give the same numbers, others do not")
  func determinism() {
    func numbers(seed: UInt64, stream: UInt64) -> [UInt64] {
      var random = RandomStream(seed: seed, stream: stream)
      return (0..<50).map { _ in random.next() }
    }
    #expect(numbers(seed: 7, stream: 3) == numbers(seed: 7, stream: 3))
    #expect(Set(numbers(seed: 7, stream: 3)).isDisjoint(with: numbers(seed: 7, stream: 4)))
    #expect(Set(numbers(seed: 7, stream: 3)).isDisjoint(with: numbers(seed: 8, stream: 3)))
    // The two words of seed and stream both matter.
    #expect(numbers(seed: 7, stream: 3) != numbers(seed: 7 | 1 << 40, stream: 3))
    #expect(numbers(seed: 7, stream: 3) != numbers(seed: 7, stream: 3 | 1 << 40))
  }

  @Test("a copied stream goes on alone")
  func valueSemantics() {
    var original = RandomStream(seed: 1, stream: 1)
    _ = original.next()
    var copy = original
    let ahead = copy.next()
    #expect(original.next() == ahead)
  }

  @Test("a variate of any kind but the pair spends one number")
  func oneDrawEach() {
    let draws: [@Sendable (inout RandomStream) -> Void] = [
      { _ = $0.uniform() }, { _ = $0.normal() }, { _ = $0.exponential() }, { _ = $0.bernoulli(0.4) },
      { _ = $0.poisson(mean: 3) }, { _ = $0.categorical([1, 2, 3]) },
    ]
    for draw in draws {
      var one = RandomStream(seed: 5, stream: 9)
      var other = one
      draw(&one)
      _ = other.next()
      #expect(one.next() == other.next())
    }
  }

  @Test("first numbers of neighbouring streams are uncorrelated and uniform")
  func streamsAreIndependent() {
    let count = 100_000
    var previous = 0.0
    var firsts: [Double] = []
    var lagged = 0.0
    for stream in 0..<count {
      var random = RandomStream(seed: 20_260_101, stream: UInt64(stream))
      let value = random.uniform()
      lagged += (value - 0.5) * (previous - 0.5)
      previous = value
      firsts.append(value)
    }
    // Correlation of neighbours: standard error 1 / sqrt(n).
    #expect(abs(lagged / Double(count) * 12) < 4 / Double(count).squareRoot())
    #expect(kolmogorovSmirnov(firsts) { $0 } < 1.95)
  }

  @Test("1 bit of the counter changes half the bits of the block")
  func avalanche() {
    var changed = 0
    for bit in 0..<32 {
      let one = Philox4x32.block(counter: SIMD4(1 << UInt32(bit), 0, 0, 0), key: SIMD2(1, 2))
      let other = Philox4x32.block(counter: SIMD4(repeating: 0), key: SIMD2(1, 2))
      let difference = one ^ other
      for lane in 0..<4 { changed += difference[lane].nonzeroBitCount }
    }
    // 4096 bits: 2048 expected, standard deviation 32.
    #expect(abs(changed - 2048) < 4 * 32)
  }
}

/// Distributions of variates; limits are 4 standard errors or the 0.1% point of Kolmogorov's law.
@Suite("Laws: random variates")
struct RandomVariateTests {
  let count = 100_000

  private func sample(_ stream: UInt64, _ draw: (inout RandomStream) -> Double) -> [Double] {
    var random = RandomStream(seed: 20_260_101, stream: stream)
    return (0..<count).map { _ in draw(&random) }
  }

  private func expectMoments(
    _ values: [Double], mean: Double, variance: Double, kurtosis: Double, _ label: String
  ) {
    let n = Double(values.count)
    let average = values.reduce(0, +) / n
    let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / (n - 1)
    #expect(abs(average - mean) < 4 * (variance / n).squareRoot(), "\(label) mean \(average)")
    // The variance of a sample variance is about variance^2 (kurtosis - 1) / n.
    let error = variance * ((kurtosis - 1) / n).squareRoot()
    #expect(abs(spread - variance) < 4 * error, "\(label) variance \(spread)")
  }

  @Test("uniform numbers are open at both ends, with the right law")
  func uniform() {
    let values = sample(1) { $0.uniform() }
    #expect(values.allSatisfy { $0 > 0 && $0 < 1 })
    expectMoments(values, mean: 0.5, variance: 1 / 12, kurtosis: 1.8, "uniform")
    #expect(kolmogorovSmirnov(values) { $0 } < 1.95)
    // The smallest and largest possible values, by construction.
    #expect(0.5 * 0x1p-52 > 0)
    #expect((Double(UInt64.max >> 12) + 0.5) * 0x1p-52 < 1)
  }

  @Test func normal() {
    let values = sample(2) { $0.normal() }
    expectMoments(values, mean: 0, variance: 1, kurtosis: 3, "normal")
    #expect(kolmogorovSmirnov(values) { erfc(-$0 / 2.0.squareRoot()) / 2 } < 1.95)
  }

  @Test func exponential() {
    let values = sample(3) { $0.exponential(rate: 0.5) }
    expectMoments(values, mean: 2, variance: 4, kurtosis: 9, "exponential")
    #expect(kolmogorovSmirnov(values) { 1 - exp(-$0 / 2) } < 1.95)
  }

  @Test("Poisson counts have their mean, variance and probabilities", arguments: [0.0, 0.3, 1.6, 12])
  func poisson(mean: Double) {
    let values = sample(4) { Double($0.poisson(mean: mean)) }
    if mean == 0 {
      #expect(values.allSatisfy { $0 == 0 })
      return
    }
    expectMoments(values, mean: mean, variance: mean, kurtosis: 3 + 1 / mean, "Poisson \(mean)")
    let zeros = Double(values.count { $0 == 0 }) / Double(count)
    let chance = exp(-mean)
    #expect(abs(zeros - chance) < 4 * (chance * (1 - chance) / Double(count)).squareRoot())
  }

  @Test func bernoulli() {
    let share = sample(5) { $0.bernoulli(0.2) ? 1 : 0 }.reduce(0, +) / Double(count)
    #expect(abs(share - 0.2) < 4 * (0.16 / Double(count)).squareRoot())
    var random = RandomStream(seed: 1, stream: 1)
    #expect((0..<1000).allSatisfy { _ in !random.bernoulli(0) && random.bernoulli(1) })
  }

  @Test("categories come in proportion to their weights; weight 0 never comes")
  func categorical() {
    let weights = [2.0, 0, 5, 3, 0]
    let values = sample(6) { Double($0.categorical(weights)) }
    var chiSquared = 0.0
    for (index, weight) in weights.enumerated() {
      let seen = Double(values.count { $0 == Double(index) })
      if weight == 0 {
        #expect(seen == 0)
      } else {
        let expected = Double(count) * weight / 10
        chiSquared += (seen - expected) * (seen - expected) / expected
      }
    }
    #expect(chiSquared < 13.816)  // the 99.9% point of chi-squared with 2 df: 2 log(1000)
  }

  @Test("a pair has unit variances and its correlation", arguments: [-1.0, -0.4, 0, 0.8, 1])
  func correlatedPair(correlation: Double) {
    var random = RandomStream(seed: 20_260_101, stream: 7)
    var products = 0.0
    var squares = 0.0
    for _ in 0..<count {
      let pair = random.correlatedNormals(correlation)
      products += pair.first * pair.second
      squares += pair.second * pair.second
    }
    let n = Double(count)
    // Var(xy) = 1 + rho^2, Var(y^2) = 2.
    #expect(abs(products / n - correlation) < 4 * ((1 + correlation * correlation) / n).squareRoot())
    #expect(abs(squares / n - 1) < 4 * (2 / n).squareRoot())
  }

  @Test("arguments outside their range trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomStream(seed: 1, stream: 1)
      _ = random.categorical([0, 0])
    }
    await #expect(processExitsWith: .failure) {
      var random = RandomStream(seed: 1, stream: 1)
      _ = random.bernoulli(1.5)
    }
  }
}

/// Kolmogorov's statistic sqrt(n) D; its 99.9% point is 1.95.
private func kolmogorovSmirnov(_ values: [Double], cumulative: (Double) -> Double) -> Double {
  let n = Double(values.count)
  var distance = 0.0
  for (index, value) in values.sorted().enumerated() {
    let probability = cumulative(value)
    distance = max(distance, Double(index + 1) / n - probability, probability - Double(index) / n)
  }
  return distance * n.squareRoot()
}
