/// Estimated widths of text in a common sans-serif face.
///
/// The real face is the page's, so the estimate leans to the wide side (DejaVu Sans) and layouts
/// that follow it do not overlap in narrower faces.
package enum TextMetrics {
  /// The width of a line of text at a font size, in the same units.
  package static func width(_ text: String, size: Double) -> Double {
    text.reduce(0) { $0 + advance(of: $1) } * size
  }

  /// Breaks text into lines no wider than given, at spaces; what is left over in the last allowed
  /// line is cut and ends in an ellipsis.
  package static func wrap(_ text: String, width: Double, size: Double, lines: Int) -> [String] {
    precondition(lines >= 1, "text needs a line")
    var result: [String] = []
    var words = text.split(separator: " ").map(String.init)[...]
    while let first = words.first, result.count < lines {
      if result.count == lines - 1 {
        result.append(truncate(words.joined(separator: " "), width: width, size: size))
        break
      }
      words = words.dropFirst()
      var line = first
      while let next = words.first, Self.width(line + " " + next, size: size) <= width {
        line += " " + next
        words = words.dropFirst()
      }
      result.append(truncate(line, width: width, size: size))
    }
    return result.isEmpty ? [""] : result
  }

  /// Text cut to a width, ending in an ellipsis if anything was cut.
  package static func truncate(_ text: String, width: Double, size: Double) -> String {
    guard Self.width(text, size: size) > width else { return text }
    let room = width - advance(of: "…") * size
    var used = 0.0
    var kept = ""
    for character in text {
      used += advance(of: character) * size
      if used > room { break }
      kept.append(character)
    }
    while kept.last == " " { kept.removeLast() }
    return kept + "…"
  }

  // Advances in em, after DejaVu Sans, in classes.
  private static func advance(of character: Character) -> Double {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch character {
    case "i", "j", "l", "'", "\u{202F}": return 0.28
    case "I", " ", ".", ",", ":", ";", "|", "\u{A0}": return 0.34
    case "f", "t", "r", "(", ")", "[", "]", "-", "/", "!": return 0.41
    case "m", "w", "M", "W", "@", "%", "…": return 0.96
    case "0"..."9", "a"..."z": return 0.63
    case "A"..."Z": return 0.71
    case "<", ">", "=", "+", "\u{2212}", "±", "×", "~": return 0.84
    default: return scalar.value >= 0x2E80 ? 1.1 : scalar.value >= 0x2000 ? 0.84 : 0.66
    }
  }
}
