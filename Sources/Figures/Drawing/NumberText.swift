/// Numbers as a reader sees them, independent of any locale.
package enum NumberText {
  /// A finite value with a fixed number of decimals, rounded half away from zero.
  ///
  /// Values beyond 2^53 in units of the last decimal are given in their shortest exact form.
  package static func fixed(_ value: Double, decimals: Int, minus: String = "\u{2212}") -> String {
    precondition(value.isFinite && (0...15).contains(decimals), "only finite values have decimals")
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let scaled = (abs(value) * power).rounded()
    guard scaled < 9_007_199_254_740_992 else { return "\(value)" }
    let units = UInt64(scaled)
    let divisor = UInt64(power)
    var text = String(units / divisor)
    if decimals > 0 {
      let fraction = String(units % divisor)
      text += "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
    return value < 0 && units > 0 ? minus + text : text
  }

  /// A value with as few decimals as say it to about three significant digits.
  package static func brief(_ value: Double) -> String {
    guard value.isFinite else {
      return value.isNaN ? "not estimable" : value < 0 ? "\u{2212}\u{221E}" : "\u{221E}"
    }
    let size = abs(value)
    let decimals = size >= 100 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3
    let text = fixed(value, decimals: decimals)
    return size == 0 ? "0" : text
  }

  /// A whole number with narrow spaces between thousands from five digits on (ISO 80000-1, 7.3).
  package static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    let sign = value < 0 ? "\u{2212}" : ""
    guard digits.count > 4 else { return sign + String(digits) }
    var text = sign
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += "\u{202F}" }
      text.append(digit)
    }
    return text
  }
}
