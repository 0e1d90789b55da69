/// What single values look like.
extension IdentifierContent {
  /// Something, an at sign, a domain with a dot and a top level of two letters or more.
  @Sendable static func isEmail(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.contains(UInt8(ascii: "@")) else { return false }
    return text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ";" || $0 == "<" || $0 == ">" })
      .contains {
        word in
        let parts = word.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return false }
        let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let top = labels.last, labels.allSatisfy({ !$0.isEmpty }) else {
          return false
        }
        return top.count >= 2 && top.allSatisfy(isLetter)
      }
  }

  /// Nine to fifteen digits in one of the ways in which only telephone numbers are written.
  ///
  /// These are `+` or `00` with separators, the North American `(212) 555-0123` or `212-555-0123`, and a leading 0 with
  /// spaces or as a British mobile. Other runs of digits may be codes.
  @Sendable static func isPhone(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let digits = bytes.filter(isDigit)
    let separators = bytes.filter { !isDigit($0) }
    guard (9...15).contains(digits.count), separators.allSatisfy({ " +()-./".utf8.contains($0) }),
      separators.count <= 6
    else { return false }
    if bytes.first == UInt8(ascii: "+") { return true }
    let hasSpace = bytes.contains(UInt8(ascii: " "))
    if digits.count == 10, separators.count >= 2, bytes.count <= 14 {
      let groups = text.split { !$0.isNumber }.map(\.count)
      // Neither area nor exchange begins with 0 or 1.
      if groups == [3, 3, 4], digits[0] >= 0x32, digits[3] >= 0x32 { return true }
    }
    guard digits[0] == 0x30 else { return false }
    if digits[1] == 0x30 { return hasSpace }
    if hasSpace { return (9...11).contains(digits.count) }
    return separators.isEmpty && digits.count == 11 && digits[1] == 0x37
  }

  /// A word that names a street and a number beside it.
  @Sendable static func isStreet(_ text: String) -> Bool {
    guard text.utf8.contains(where: isDigit), text.utf8.contains(UInt8(ascii: " ")) else { return false }
    let words = ColumnWords(text).words
    guard words.count >= 2 else { return false }
    let hasNumber = words.contains { word in
      (1...6).contains(word.utf8.count) && word.utf8.first.map(isDigit) == true
        && word.utf8.count(where: isDigit) <= 5
    }
    return hasNumber
      && words.contains { word in streets.contains(word) || endings.contains(where: word.hasSuffix) }
  }

  /// A British postcode in full, with its space.
  @Sendable static func isBritishPostcode(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, (2...4).contains(parts[0].count), parts[1].count == 3 else { return false }
    let outward = Array(parts[0])
    let inward = Array(parts[1])
    return isLetter(outward[0]) && outward.contains(where: isDigit) && isDigit(inward[0])
      && isLetter(inward[1]) && isLetter(inward[2]) && !"CIKMOVcikmov".utf8.contains(inward[1])
      && !"CIKMOVcikmov".utf8.contains(inward[2])
  }

  /// Two to four capitalised words, or a surname, a comma and given names.
  @Sendable static func isFullName(_ text: String) -> Bool {
    guard text.utf8.count <= 60 else { return false }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return false }
    let words = parts.flatMap { $0.split(separator: " ") }
    guard (2...5).contains(words.count) else { return false }
    let capitalised = words.count(where: isNameWord)
    return capitalised >= 2 && words.allSatisfy { isNameWord($0) || particles.contains(String($0)) }
  }

  /// Whether the first word, or the first after the comma, is a common given name.
  @Sendable static func hasGivenName(_ text: String) -> Bool {
    let afterComma = text.split(separator: ",").last.map(String.init) ?? text
    return ColumnWords(afterComma).words.first.map(GivenNames.contains) ?? false
  }

  /// Whether the last word, or the first before a comma, is a common surname.
  @Sendable static func hasSurname(_ text: String) -> Bool {
    let parts = text.split(separator: ",")
    let words = ColumnWords(parts.count > 1 ? String(parts[0]) : text).words
    return words.last.map(Surnames.contains) ?? false
  }

  /// One capitalised word that is a common surname.
  @Sendable static func isSurname(_ text: String) -> Bool {
    guard text.first?.isUppercase == true, text.utf8.count <= 30 else { return false }
    return Surnames.contains(ColumnWords(text.lowercased()).joined)
  }

  /// One capitalised word that is a common surname or given name.
  @Sendable static func isKnownName(_ text: String) -> Bool {
    isSurname(text)
      || text.first?.isUppercase == true && GivenNames.contains(ColumnWords(text.lowercased()).joined)
  }

  /// Two letters of a country, two digits and up to 30 letters and digits, whose remainder of 97 is 1 (ISO 13616).
  @Sendable static func isIBAN(_ text: String) -> Bool {
    let bytes = text.utf8.filter { $0 != UInt8(ascii: " ") }
    guard (15...34).contains(bytes.count), bytes.prefix(2).allSatisfy({ (0x41...0x5A).contains($0) }),
      isDigit(bytes[2]), isDigit(bytes[3]),
      bytes.allSatisfy({ isDigit($0) || (0x41...0x5A).contains($0) })
    else { return false }
    var remainder = 0
    for byte in bytes[4...] + bytes[..<4] {
      // A letter is a number of two digits, from 10 for A.
      remainder =
        isDigit(byte) ? (remainder * 10 + Int(byte) - 0x30) % 97 : (remainder * 100 + Int(byte) - 55) % 97
    }
    return remainder == 1
  }

  /// Four numbers up to 255 with dots between, eight groups of hexadecimal digits, or a device's six pairs.
  @Sendable static func isNetworkAddress(_ text: String) -> Bool {
    guard text.utf8.count <= 39 else { return false }
    let quads = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if quads.count == 4 {
      return quads.allSatisfy { part in
        (1...3).contains(part.count) && part.allSatisfy(isDigit)
          && part.reduce(0) { $0 * 10 + Int($1) - 0x30 } <= 255
      }
    }
    let isHex: (UInt8) -> Bool = { isDigit($0) || (0x61...0x66).contains($0 | 0x20) }
    let groups = text.utf8.split(omittingEmptySubsequences: false) { ":-".utf8.contains($0) }
    if groups.count == 6, groups.allSatisfy({ $0.count == 2 && $0.allSatisfy(isHex) }) { return true }
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    return (colons == 7 || (colons >= 2 && text.contains("::")))
      && groups.allSatisfy { $0.count <= 4 && $0.allSatisfy(isHex) }
  }

  /// So many words and characters, of which at least some are in lower case.
  @Sendable static func isText(_ text: String, words: Int, characters: Int) -> Bool {
    guard text.utf8.count >= characters else { return false }
    let parts = text.split(whereSeparator: \.isWhitespace)
    return parts.count >= words && parts.count { $0.contains(where: \.isLetter) } >= words - 1
  }

  // MARK: - Kernels

  /// A capital and then letters, hyphens and apostrophes; or an initial.
  private static func isNameWord(_ word: Substring) -> Bool {
    guard let first = word.first, first.isUppercase else { return false }
    let rest = word.dropFirst()
    if rest.isEmpty || rest == "." { return true }
    return rest.contains(where: \.isLetter)
      && rest.allSatisfy { $0.isLetter || $0 == "-" || $0 == "'" || $0 == "\u{2019}" }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private static let particles: Set<String> = [
    "de", "der", "den", "del", "da", "do", "dos", "di", "du", "la", "le", "van", "von", "zu", "ten", "ter",
    "bin", "ibn",
    "al", "el", "y", "e",
  ]
  private static let streets: Set<String> = [
    "street", "road", "avenue", "lane", "boulevard", "terrace", "crescent", "rd", "ave",
    "blvd",
    "strasse", "gasse", "allee", "platz", "weg", "rue", "calle", "avenida", "viale", "piazza", "vej",
    "gade",
    "gata", "gatan", "vagen", "vei", "veien", "straat", "laan", "katu", "rua",
  ]
  private static let endings = [
    "weg", "allee", "platz", "strasse", "gasse", "straat", "gatan", "vagen", "gade", "veien", "katu",
  ]
}
