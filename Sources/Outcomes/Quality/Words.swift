import CohortTables

/// Parts of the sentences in which findings are told.
enum Words {
  /// "1 row has", "12,345 rows have".
  static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(grouped(number)) \(number == 1 ? one : many)"
  }

  /// A count with commas between thousands.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// "a", "a and b", "a, b and c".
  static func series(_ texts: [String]) -> String {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return "\(texts.dropLast().joined(separator: ", ")) and \(last)"
  }

  /// A number in shortest form, also when it is not finite.
  static func number(_ value: Double) -> String {
    value.isFinite ? NumberText.shortest(value) : "\(value)"
  }

  /// Texts in quotation marks, at most so many and the number of the rest.
  static func list(_ texts: some Collection<String>, most: Int = 6) -> String {
    let shown = texts.prefix(most).map { "'\(excerpt($0))'" }.joined(separator: ", ")
    return texts.count > most ? "\(shown) and \(texts.count - most) more" : shown
  }

  /// Text from a file as it may stand in a sentence: one line, not too long, identifiers masked.
  static func excerpt(_ text: String) -> String {
    let line = IdentifierScreen.masked(text).map { $0.isNewline ? " " : $0 }
    return line.count > 40 ? String(line.prefix(40)) + "..." : String(line)
  }
}
