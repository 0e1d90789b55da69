extension IdentifierScreen {
  /// Text of a file as a message may show it: what looks like an identifier is masked.
  ///
  /// A message about a cell may come before the columns are judged: a file whose quotes are broken has no columns yet.
  /// E-mail addresses, telephone and bank account numbers, network addresses, national numbers, streets and full
  /// names with a common given name or surname keep their first character, and every other letter or digit becomes a star. Single
  /// surnames and dates stay: they look like levels and visits.
  ///
  /// - Complexity: O(characters).
  public static func masked(_ text: String) -> String {
    guard text.utf8.count > 4 else { return text }
    var result = ""
    var piece = ""
    for character in text {
      // A fragment of a record holds several cells.
      if ",;\t|\"\n".contains(character) {
        result += maskedPiece(piece)
        result.append(character)
        piece = ""
      } else {
        piece.append(character)
      }
    }
    return result + maskedPiece(piece)
  }

  private static func maskedPiece(_ piece: String) -> String {
    guard piece.utf8.count > 4 else { return piece }
    let bare = String(piece.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    if looksIdentifying(bare) { return stars(piece) }
    guard piece.utf8.contains(UInt8(ascii: "@")) else { return piece }
    return piece.split(separator: " ", omittingEmptySubsequences: false).map { word in
      IdentifierContent.isEmail(String(word)) ? stars(String(word)) : String(word)
    }.joined(separator: " ")
  }

  private static func looksIdentifying(_ text: String) -> Bool {
    if IdentifierContent.isPhone(text) || IdentifierContent.isIBAN(text) { return true }
    if IdentifierContent.isNetworkAddress(text) || IdentifierContent.isStreet(text) { return true }
    if IdentifierContent.isFullName(text) {
      return IdentifierContent.hasGivenName(text) || IdentifierContent.hasSurname(text)
    }
    // Bare digits pass a check by chance; numbers written with their separators do not.
    let isWritten = text.utf8.contains { !(0x30...0x39).contains($0) }
    return isWritten && NationalNumber.allCases.contains { $0.matches(text) }
  }

  private static func stars(_ text: String) -> String {
    var isFirst = true
    return String(
      text.map { character in
        guard character.isLetter || character.isNumber else { return character }
        defer { isFirst = false }
        return isFirst ? character : "*"
      })
  }
}
