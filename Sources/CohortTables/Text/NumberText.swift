/// Numbers as text, the same in every locale: parsing to the nearest double, shortest printing.
public enum NumberText {
  /// The shortest text that reads back as the same double; integers are written without ".0".
  ///
  /// Integers of more than 15 digits keep their ".0" (or are in exponent form), because a reader
  /// takes a longer run of bare digits for an identifier. The value must be finite.
  public static func shortest(_ value: Double) -> String {
    precondition(value.isFinite, "only finite numbers have a text")
    let text = value.description
    if text.hasSuffix(".0"), abs(value) < 1e15 { return String(text.dropLast(2)) }
    return text
  }

  /// The double nearest to a decimal number, or nil if the text is not one.
  ///
  /// A number is an optional sign, digits with at most one decimal point among them, and an
  /// optional exponent: `12`, `-0.5`, `.5`, `5.`, `1e-3`. Hexadecimal, infinities, NaN, group
  /// separators, decimal commas, surrounding spaces, and magnitudes beyond the range of a double
  /// are not numbers. What is nearer to 0 than the smallest subnormal is 0.
  ///
  /// - Complexity: O(length).
  public static func parse(_ text: some StringProtocol) -> Double? {
    let bytes = Array(text.utf8)
    return NumberParser.parse(bytes.span, bytes.indices)?.value
  }
}

/// A number read from bytes, with what its spelling says about its being an identifier.
struct ParsedNumber {
  var value: Double
  /// An integer such as `007`: digits only, more than one, the first of them 0.
  var hasLeadingZeros: Bool
  /// An integer of more than 15 digits, which a double might not hold exactly.
  var isLongInteger: Bool
}

/// Reads decimal numbers from bytes.
///
/// A mantissa below 2^53 and a power of ten up to 10^22 are exact doubles, so that their product or
/// quotient is the correctly rounded value (Clinger 1990, "How to read floating point numbers
/// accurately", section 3). Other spellings go to the standard library, which rounds correctly.
enum NumberParser {
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The parts of a decimal number; the value is mantissa x 10^exponent unless digits were cut.
  private struct Decimal {
    var isNegative = false
    var mantissa: UInt64 = 0
    var significantDigits = 0
    var integerDigits = 0
    var fractionDigits = 0
    var exponent = 0
    var isInteger = true
    var beginsWithZero = false

    /// Takes one more digit into the mantissa; beyond 19 digits it is only counted.
    mutating func append(_ digit: UInt8) {
      guard significantDigits > 0 || digit > 0 else { return }
      significantDigits += 1
      if significantDigits <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
    }
  }

  /// The number that fills the range, or nil.
  static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> ParsedNumber? {
    guard let decimal = scan(bytes, range) else { return nil }
    let value: Double
    let power = decimal.exponent - decimal.fractionDigits
    if decimal.mantissa == 0 && decimal.significantDigits == 0 {
      value = 0
    } else if decimal.significantDigits <= 19, decimal.mantissa <= 1 << 53, abs(power) <= 22 {
      let mantissa = Double(decimal.mantissa)
      value = power < 0 ? mantissa / powersOfTen[-power] : mantissa * powersOfTen[power]
    } else {
      guard let magnitude = slowMagnitude(bytes, range), magnitude.isFinite else { return nil }
      value = magnitude
    }
    return ParsedNumber(
      value: decimal.isNegative ? -value : value,
      hasLeadingZeros: decimal.isInteger && decimal.beginsWithZero && decimal.integerDigits > 1,
      isLongInteger: decimal.isInteger && decimal.integerDigits > 15)
  }

  /// The standard library's correctly rounded value of a spelling already known to be a number.
  private static func slowMagnitude(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    let first = bytes[range.lowerBound]
    let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    for index in range.dropFirst(isSigned ? 1 : 0) { text.append(bytes[index]) }
    return Double(String(decoding: text, as: UTF8.self))
  }

  private static func scan(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Decimal? {
    var decimal = Decimal()
    var position = range.lowerBound
    let end = range.upperBound
    guard position < end else { return nil }
    if bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
      decimal.isNegative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    decimal.beginsWithZero = position < end && bytes[position] == UInt8(ascii: "0")
    while position < end, let digit = digit(bytes[position]) {
      decimal.append(digit)
      decimal.integerDigits += 1
      position += 1
    }
    if position < end, bytes[position] == UInt8(ascii: ".") {
      decimal.isInteger = false
      position += 1
      while position < end, let digit = digit(bytes[position]) {
        decimal.append(digit)
        decimal.fractionDigits += 1
        position += 1
      }
    }
    guard decimal.integerDigits + decimal.fractionDigits > 0 else { return nil }
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
      decimal.isInteger = false
      guard let exponent = scanExponent(bytes, position + 1..<end) else { return nil }
      decimal.exponent = exponent
      return decimal
    }
    return position == end ? decimal : nil
  }

  /// The signed integer that fills the range; magnitudes beyond a million stay there.
  private static func scanExponent(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var position = range.lowerBound
    guard position < range.upperBound else { return nil }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    guard position < range.upperBound else { return nil }
    var exponent = 0
    while position < range.upperBound {
      guard let digit = digit(bytes[position]) else { return nil }
      exponent = min(exponent * 10 + Int(digit), 1_000_000)
      position += 1
    }
    return isNegative ? -exponent : exponent
  }

  @inline(__always)
  private static func digit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit <= 9 ? digit : nil
  }
}
