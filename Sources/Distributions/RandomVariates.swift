#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Random numbers of common distributions, each by inversion of one uniform number.
///
/// Inversion spends the same number of draws whatever comes out. Two scenarios that start the same
/// stream therefore stay in step, which is what makes potential outcomes comparable person by
/// person (common random numbers).
extension RandomStream {
  /// A uniform number strictly between 0 and 1.
  ///
  /// It is one of the 2^52 midpoints (k + 1/2) / 2^52, each exact in 53 bits. Both ends are open,
  /// and u and 1 - u are equally likely, so no quantile function is asked for an infinite value.
  public mutating func uniform() -> Double {
    (Double(next() >> 12) + 0.5) * 0x1p-52
  }

  /// A standard normal number.
  ///
  /// ## References
  /// Wichura (1988), algorithm AS 241, Applied Statistics 37:477-484.
  public mutating func normal() -> Double {
    NormalQuantileAS241.value(at: uniform())
  }

  /// Two standard normal numbers with a given correlation.
  ///
  /// - Parameter correlation: Their correlation, from -1 to 1.
  /// - Returns: The pair.
  /// - Precondition: The correlation lies in -1...1.
  public mutating func correlatedNormals(_ correlation: Double) -> (first: Double, second: Double) {
    precondition(abs(correlation) <= 1, "a correlation lies between -1 and 1")
    let first = normal()
    let second = normal()
    return (first, correlation * first + (1 - correlation * correlation).squareRoot() * second)
  }

  /// An exponential number with mean 1 / rate.
  ///
  /// - Parameter rate: Events per unit of time.
  /// - Returns: The waiting time to the first event.
  /// - Precondition: The rate is positive.
  public mutating func exponential(rate: Double = 1) -> Double {
    precondition(rate > 0, "an exponential rate is positive")
    return -log(uniform()) / rate
  }

  /// Whether an event of the given probability happens.
  ///
  /// - Parameter probability: From 0 (never) to 1 (always).
  /// - Returns: Whether it happens.
  /// - Precondition: The probability lies in 0...1.
  public mutating func bernoulli(_ probability: Double) -> Bool {
    precondition(probability >= 0 && probability <= 1, "a probability lies between 0 and 1")
    return uniform() < probability
  }

  /// A Poisson count, for small means.
  ///
  /// The cumulative probability is summed from 0 until it passes the uniform number.
  /// - Complexity: O(mean).
  /// - Parameter mean: The expected count.
  /// - Returns: The count.
  /// - Precondition: The mean lies in 0...500, beyond which exp(-mean) loses its digits.
  public mutating func poisson(mean: Double) -> Int {
    precondition(mean >= 0 && mean <= 500, "inversion serves Poisson means up to 500")
    let target = uniform()
    var count = 0
    var probability = exp(-mean)
    var cumulative = probability
    // The sum may stop growing just below the target: then the tail is beyond double precision.
    while cumulative < target && probability > 0 {
      count += 1
      probability *= mean / Double(count)
      let next = cumulative + probability
      if next == cumulative && Double(count) > mean { break }
      cumulative = next
    }
    return count
  }

  /// The index of a category, drawn with probability proportional to its weight.
  ///
  /// - Complexity: O(categories).
  /// - Parameter weights: One weight for each category, in any unit.
  /// - Returns: The index, never that of a weight of 0.
  /// - Precondition: The weights are finite and not negative, and one of them is positive.
  public mutating func categorical(_ weights: [Double]) -> Int {
    var total = 0.0
    for weight in weights {
      precondition(weight >= 0 && weight.isFinite, "a weight is finite and not negative")
      total += weight
    }
    precondition(total > 0, "one weight at least is positive")
    let target = uniform() * total
    var cumulative = 0.0
    var chosen = 0
    for (index, weight) in weights.enumerated() where weight > 0 {
      chosen = index
      cumulative += weight
      if target < cumulative { break }
    }
    return chosen
  }
}

/// The standard normal quantile by Wichura's rational approximations.
///
/// With q = p - 1/2 the quantile is q R(0.180625 - q^2) in the middle (|q| <= 0.425); in the tails it
/// is a rational function of r = sqrt(-log(min(p, 1 - p))), in two pieces that meet at r = 5.
/// The relative error is about 1e-16 by the paper. The random variates use it because it is a fixed
/// sequence of operations: a stream gives the same bits wherever `log` does.
/// ## References
/// Wichura (1988), algorithm AS 241 (PPND16), Applied Statistics 37:477-484.
package enum NormalQuantileAS241 {
  // Coefficients from the constant term upwards: numerators a, c, e and denominators b, d, f of
  // the paper.
  private static let middleNumerator = Coefficients(
    3.387_132_872_796_366_608, 133.141_667_891_784_377_45, 1971.590_950_306_551_442_7,
    13_731.693_765_509_461_125, 45_921.953_931_549_871_457, 67_265.770_927_008_700_853,
    33_430.575_583_588_128_105, 2509.080_928_730_122_672_7)
  private static let middleDenominator = Coefficients(
    1, 42.313_330_701_600_911_252, 687.187_007_492_057_908_3, 5394.196_021_424_751_107_7,
    21_213.794_301_586_595_867, 39_307.895_800_092_710_61, 28_729.085_735_721_942_674,
    5226.495_278_852_854_561)
  private static let nearNumerator = Coefficients(
    1.423_437_110_749_683_577_34, 4.630_337_846_156_545_295_9, 5.769_497_221_460_691_405_5,
    3.647_848_324_763_204_605_04, 1.270_458_252_452_368_382_58, 0.241_780_725_177_450_611_77,
    0.022_723_844_989_269_184_583_3, 7.745_450_142_783_414_076_4e-4)
  private static let nearDenominator = Coefficients(
    1, 2.053_191_626_637_758_821_87, 1.676_384_830_183_803_849_4, 0.689_767_334_985_100_004_55,
    0.148_103_976_427_480_074_59, 0.015_198_666_563_616_457_196_6, 5.475_938_084_995_344_946e-4,
    1.050_750_071_644_416_843_24e-9)
  private static let farNumerator = Coefficients(
    6.657_904_643_501_103_777_2, 5.463_784_911_164_114_369_9, 1.784_826_539_917_291_335_8,
    0.296_560_571_828_504_891_23, 0.026_532_189_526_576_123_093, 1.242_660_947_388_078_438_6e-3,
    2.711_555_568_743_487_578_15e-5, 2.010_334_399_292_288_132_65e-7)
  private static let farDenominator = Coefficients(
    1, 0.599_832_206_555_887_937_69, 0.136_929_880_922_735_805_31, 0.014_875_361_290_850_614_852_5,
    7.868_691_311_456_132_591e-4, 1.846_318_317_510_054_681_8e-5, 1.421_511_758_316_445_888_7e-7,
    2.044_263_103_389_939_785_64e-15)

  /// The standard normal quantile at a probability strictly between 0 and 1.
  package static func value(at probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile is finite for 0 < p < 1")
    let centred = probability - 0.5
    if abs(centred) <= 0.425 {
      let r = 0.180625 - centred * centred
      return centred * middleNumerator.polynomial(r) / middleDenominator.polynomial(r)
    }
    let tail = centred < 0 ? probability : 1 - probability
    let r = (-log(tail)).squareRoot()
    let size =
      r <= 5
      ? nearNumerator.polynomial(r - 1.6) / nearDenominator.polynomial(r - 1.6)
      : farNumerator.polynomial(r - 5) / farDenominator.polynomial(r - 5)
    return centred < 0 ? -size : size
  }

  private struct Coefficients: Sendable {
    let c0, c1, c2, c3, c4, c5, c6, c7: Double

    init(
      _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double, _ c6: Double,
      _ c7: Double
    ) {
      (self.c0, self.c1, self.c2, self.c3) = (c0, c1, c2, c3)
      (self.c4, self.c5, self.c6, self.c7) = (c4, c5, c6, c7)
    }

    func polynomial(_ x: Double) -> Double {
      let upper = ((c7 * x + c6) * x + c5) * x + c4
      return (((upper * x + c3) * x + c2) * x + c1) * x + c0
    }
  }
}
