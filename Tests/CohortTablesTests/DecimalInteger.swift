/// A non-negative integer in limbs of nine decimal digits, for spelling doubles exactly.
struct DecimalInteger {
  private static let base: UInt64 = 1_000_000_000
  /// The limbs, the lowest first.
  private var limbs: [UInt32] = []

  init(_ value: UInt64) {
    var rest = value
    repeat {
      limbs.append(UInt32(rest % DecimalInteger.base))
      rest /= DecimalInteger.base
    } while rest > 0
  }

  /// Multiplies by `factor` so many times, several at once as long as the factor fits.
  mutating func multiply(by factor: UInt32, times: Int) {
    var rest = times
    while rest > 0 {
      var product: UInt64 = 1
      while rest > 0, product * UInt64(factor) < 1 << 31 {
        product *= UInt64(factor)
        rest -= 1
      }
      multiply(by: product)
    }
  }

  private mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = UInt64(limbs[index]) * factor + carry
      limbs[index] = UInt32(product % DecimalInteger.base)
      carry = product / DecimalInteger.base
    }
    while carry > 0 {
      limbs.append(UInt32(carry % DecimalInteger.base))
      carry /= DecimalInteger.base
    }
  }

  /// The decimal digits, without leading zeros.
  var digits: [UInt8] {
    var digits: [UInt8] = []
    for limb in limbs {
      var rest = limb
      for _ in 0..<9 {
        digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
        rest /= 10
      }
    }
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits.reversed()
  }
}

/// Exactly spelt decimals: digits x 10^power.
struct ExactDecimal {
  private var digits: [UInt8]
  private var power: Int

  /// The value numerator x 2^exponent, which a decimal always holds: 2^-1 = 5 x 10^-1.
  init(_ numerator: UInt64, timesTwoTo exponent: Int) {
    var integer = DecimalInteger(numerator)
    integer.multiply(by: exponent < 0 ? 5 : 2, times: abs(exponent))
    digits = integer.digits
    power = min(exponent, 0)
  }

  /// The same with a digit 1 behind: a hair above.
  func aHairAbove() -> ExactDecimal {
    var other = self
    other.digits.append(UInt8(ascii: "1"))
    other.power -= 1
    return other
  }

  /// One less in the last place, and a digit 9 behind: a hair below.
  ///
  /// The value must not be 0.
  func aHairBelow() -> ExactDecimal {
    var other = self
    for index in digits.indices.reversed() {
      guard digits[index] == UInt8(ascii: "0") else {
        other.digits[index] -= 1
        break
      }
      other.digits[index] = UInt8(ascii: "9")
    }
    other.digits.append(UInt8(ascii: "9"))
    other.power -= 1
    return other
  }

  /// In exponent form, with the point after so many digits; 0 puts it before the first.
  func text(pointAfter place: Int) -> String {
    let place = min(place, digits.count)
    let whole = String(decoding: digits[..<place], as: UTF8.self)
    let fraction = String(decoding: digits[place...], as: UTF8.self)
    let exponent = power + digits.count - place
    return "\(whole).\(fraction)" + (exponent == 0 ? "" : "e\(exponent)")
  }

  /// Without an exponent.
  var plainText: String {
    guard power < 0 else {
      return String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: power)
    }
    let padded = Array(repeating: UInt8(ascii: "0"), count: max(0, 1 - power - digits.count)) + digits
    let whole = String(decoding: padded[..<(padded.count + power)], as: UTF8.self)
    return "\(whole).\(String(decoding: padded[(padded.count + power)...], as: UTF8.self))"
  }
}
