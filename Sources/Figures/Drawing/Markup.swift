/// Text and numbers as they stand in SVG.
package enum Markup {
  /// Escapes text for element content and for attribute values in double quotes.
  ///
  /// Characters that XML 1.0 does not allow at all (section 2.2) become U+FFFD.
  package static func escape(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        result.unicodeScalars.append(isAllowed ? scalar : "\u{FFFD}")
      }
    }
    return result
  }

  /// A coordinate, rounded to two decimals without trailing zeros.
  package static func coordinate(_ value: Double) -> String {
    var text = NumberText.fixed(value, decimals: 2, minus: "-")
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
