/// Text made fit for a page: what it says stays, what could break the markup does not.
enum PageText {
  /// Text that survives the template engine's escaping whole.
  ///
  /// The engine escapes by character, so a bracket or quotation mark that carries a combining mark is
  /// another character to it and would pass unescaped; word joiners part the two. Control characters, which
  /// HTML does not allow, become U+FFFD.
  static func clean(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for character in text {
      let scalars = character.unicodeScalars
      let mustPart = scalars.count > 1 && scalars.contains(where: isMarkup)
      for (index, scalar) in scalars.enumerated() {
        if mustPart, index > 0 { result.append("\u{2060}") }
        result.append(scalar == "\r" ? " " : isAllowed(scalar) ? scalar : "\u{FFFD}")
      }
    }
    return String(result)
  }

  /// Text, or nothing when it is blank.
  static func unlessBlank(_ text: String) -> String? {
    text.allSatisfy(\.isWhitespace) ? nil : clean(text)
  }

  /// A part of an identifier or of a link: lower-case ASCII letters and digits with single hyphens.
  static func slug(_ text: String) -> String {
    var result = ""
    for scalar in text.lowercased().unicodeScalars {
      if isWord(scalar) {
        result.unicodeScalars.append(scalar)
      } else if !result.isEmpty, !result.hasSuffix("-") {
        result += "-"
      }
    }
    while result.hasSuffix("-") { result.removeLast() }
    return result
  }

  /// A link to a file beside the page; nil for what is not a relative path.
  ///
  /// Every byte but letters, digits, `.`, `_`, `-` and `/` is percent-encoded, so that no path can name
  /// a scheme or another host.
  static func relativeLink(_ path: String) -> String? {
    guard let first = path.utf8.first, first != UInt8(ascii: "/") else { return nil }
    let digits = Array("0123456789ABCDEF")
    return path.utf8.reduce(into: "") { link, byte in
      let scalar = Unicode.Scalar(byte)
      if isWord(scalar) || (0x41...0x5A).contains(byte) || "._-/".unicodeScalars.contains(scalar) {
        link.unicodeScalars.append(scalar)
      } else {
        link += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }

  /// "1 row", "2 rows", "12,345 rows".
  static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(grouped(number)) \(number == 1 ? one : many)"
  }

  /// A whole number with commas between thousands.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "\u{2212}" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  private static func isMarkup(_ scalar: Unicode.Scalar) -> Bool {
    "<>&\"'".unicodeScalars.contains(scalar)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: true
    case 0..<0x20, 0x7F..<0xA0: false
    default: scalar.value & 0xFFFE != 0xFFFE && !(0xFDD0...0xFDEF).contains(scalar.value)
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value)
  }
}
