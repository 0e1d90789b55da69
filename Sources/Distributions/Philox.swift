/// The counter-based generator Philox4x32 with 10 rounds.
///
/// A counter-based generator has no state to advance: the n-th block is a keyed bijection of the
/// number n, so any block can be made alone, in any order and on any thread, with the same bits.
/// ```
/// (hi0, lo0) = M0 * x0,  (hi1, lo1) = M1 * x2           32 x 32 -> 64 bits
/// x <- (hi1 ^ x1 ^ k0, lo1, hi0 ^ x3 ^ k1, lo0)         one round
/// k <- k + (W0, W1)  mod 2^32                           between rounds
/// ```
/// It is a statistical generator (it passes BigCrush) and not a cryptographic one.
/// ## References
/// Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. SC'11;
/// multipliers and key steps are those the paper recommends for Philox4x32.
public struct Philox4x32: Sendable {
  private static let multiplier0: UInt32 = 0xD251_1F53
  private static let multiplier1: UInt32 = 0xCD9E_8D57
  private static let keyStep = SIMD2<UInt32>(0x9E37_79B9, 0xBB67_AE85)
  private static let rounds = 10

  /// The four random words that belong to a counter under a key.
  ///
  /// - Complexity: 20 multiplications, no memory.
  /// - Parameters:
  ///   - counter: The block's number, 128 bits, least significant word first.
  ///   - key: The key, 64 bits, least significant word first.
  /// - Returns: 128 random bits.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var words = counter
    var roundKey = key
    for round in 0..<rounds {
      if round > 0 { roundKey &+= keyStep }
      let first = multiplier0.multipliedFullWidth(by: words[0])
      let second = multiplier1.multipliedFullWidth(by: words[2])
      words = SIMD4(
        second.high ^ words[1] ^ roundKey[0], second.low,
        first.high ^ words[3] ^ roundKey[1], first.low)
    }
    return words
  }
}

/// A reproducible sequence of random numbers, one of 2^64 that share a seed.
///
/// The seed is Philox's key and the stream's number is the upper half of its counter; the lower
/// half counts blocks. So streams of one seed never overlap (each holds 2^65 numbers of 64 bits),
/// and what a person, a replicate or an imputation draws depends on its own number alone: not on
/// the number of threads, the order of work, or how many others there are.
/// ```swift
/// var random = RandomStream(seed: 20_260_101, stream: UInt64(person))
/// let height = 170 + 9 * random.normal()
/// ```
/// ## References
/// Salmon, Moraes, Dror & Shaw (2011), SC'11.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private let stream: SIMD2<UInt32>
  private var blockNumber: UInt64 = 0
  private var pending: UInt64 = 0
  private var hasPending = false

  /// Begins a stream at its first number.
  ///
  /// - Parameters:
  ///   - seed: Chooses the family of streams.
  ///   - stream: The stream's number within the family, such as a person's index.
  public init(seed: UInt64, stream: UInt64) {
    self.key = Self.words(of: seed)
    self.stream = Self.words(of: stream)
  }

  /// The next 64 random bits, each pattern equally likely.
  public mutating func next() -> UInt64 {
    if hasPending {
      hasPending = false
      return pending
    }
    let low = Self.words(of: blockNumber)
    let words = Philox4x32.block(counter: SIMD4(lowHalf: low, highHalf: stream), key: key)
    blockNumber &+= 1
    pending = UInt64(words[2]) | UInt64(words[3]) << 32
    hasPending = true
    return UInt64(words[0]) | UInt64(words[1]) << 32
  }

  private static func words(of value: UInt64) -> SIMD2<UInt32> {
    SIMD2(UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32))
  }
}
