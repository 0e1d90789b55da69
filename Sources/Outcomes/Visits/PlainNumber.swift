import CohortTables

/// Numbers as they stand in sentences.
enum PlainNumber {
  /// A number with fixed decimals, and without a sign on zero.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "?" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let units = (abs(value) * scale).rounded()
    guard units < 1e15 else { return NumberText.shortest(value) }
    let whole = Int(units)
    let sign = value < 0 && whole > 0 ? "\u{2212}" : ""
    guard decimals > 0 else { return sign + String(whole) }
    let digits = String(whole)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }

  /// A share in whole per cent; a small one is not rounded to none.
  static func percent(_ share: Double) -> String {
    share > 0 && share < 0.005 ? "under 1%" : fixed(100 * share, decimals: 0) + "%"
  }

  /// A confidence level, such as 95%.
  static func level(_ level: Double) -> String { NumberText.shortest((level * 1000).rounded() / 10) + "%" }
}

extension String {
  /// The text with its first character in upper case.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// The name of a difference with a real minus sign between its parts.
  var replacingMinus: String {
    guard let range = firstRange(of: " - ") else { return self }
    return self[..<range.lowerBound] + " \u{2212} " + self[range.upperBound...]
  }
}
