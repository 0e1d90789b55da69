/// National and health-service numbers that carry their own proof: a check digit or a date.
///
/// Each rule is the issuer's published one. A random number of the right length passes a check of modulus
/// 11 once in eleven times, so a rule counts only when nearly all of a column's values pass it.
///
/// ## References
/// NHS Data Dictionary, "NHS NUMBER" (modulus 11); Social Security Administration, "SSN randomization" (areas
/// never issued); CPR-kontoret, "Personnummeret i CPR-systemet" (modulus 11, not kept since 2007);
/// Skatteverket, SKV 704 (Luhn); Digital and Population Data Services Agency, "The personal identity code"
/// (modulus 31); Skatteetaten, "Fodselsnummer" (two checks of modulus 11); Bundeszentralamt fuer Steuern,
/// identification number (ISO 7064, modulus 11,10); RvIG, BSN ("elfproef"); INSEE, NIR (key of modulus 97);
/// Ministerio del Interior, NIF/NIE (modulus 23).
package enum NationalNumber: String, CaseIterable {
  case nhs = "NHS number"
  case socialSecurity = "US social security number"
  case cpr = "Danish CPR number"
  case personnummer = "Swedish personnummer"
  case hetu = "Finnish personal identity code"
  case fodselsnummer = "Norwegian fodselsnummer"
  case steuerID = "German tax identification number"
  case bsn = "Dutch BSN"
  case nir = "French NIR"
  case dni = "Spanish DNI or NIE"

  /// How many different values must pass before a column is taken to hold the numbers.
  ///
  /// More where chance alone passes one number in ten or eleven.
  package var fewest: Int {
    switch self {
    case .nhs, .steuerID, .bsn: 6
    default: 3
    }
  }

  /// Whether a text is such a number.
  package func matches(_ text: String) -> Bool {
    let characters = Array(text.utf8)
    switch self {
    case .nhs: return Self.isNHS(characters)
    case .socialSecurity: return Self.isSocialSecurity(characters)
    case .cpr: return Self.isCPR(characters)
    case .personnummer: return Self.isPersonnummer(characters)
    case .hetu: return Self.isHETU(characters)
    case .fodselsnummer: return Self.isFodselsnummer(characters)
    case .steuerID: return Self.isSteuerID(characters)
    case .bsn: return Self.digits(characters, count: 9).map(Self.isBSN) ?? false
    case .nir: return Self.isNIR(characters)
    case .dni: return Self.isDNI(characters)
    }
  }

  // MARK: - Rules

  /// Ten digits, bare or as 3-3-4.
  ///
  /// The sum of the first nine times 10 to 2 has the check digit as its complement to a multiple of 11; a
  /// complement of 10 is never issued.
  private static func isNHS(_ text: [UInt8]) -> Bool {
    guard let digits = digits(text, groups: [3, 3, 4], separators: " -") else { return false }
    let sum = zip(digits, stride(from: 10, through: 2, by: -1)).reduce(0) { $0 + $1.0 * $1.1 }
    let check = (11 - sum % 11) % 11
    return check < 10 && check == digits[9] && Set(digits).count > 1
  }

  /// Written with hyphens as 3-2-4; bare digits carry no proof.
  ///
  /// Areas 000, 666 and 900-999, group 00 and
  /// serial 0000 are never issued.
  private static func isSocialSecurity(_ text: [UInt8]) -> Bool {
    guard text.count == 11, let digits = digits(text, groups: [3, 2, 4], separators: "-") else {
      return false
    }
    let area = value(digits[0..<3])
    return area != 0 && area != 666 && area < 900 && value(digits[3..<5]) != 0 && value(digits[5..<9]) != 0
  }

  /// `DDMMYY-SSSS`, a date and a sum of modulus 11 with weights 4 3 2 7 6 5 4 3 2 1.
  private static func isCPR(_ text: [UInt8]) -> Bool {
    guard let digits = digits(text, groups: [6, 4], separators: "-"),
      isDate(day: value(digits[0..<2]), month: value(digits[2..<4]))
    else { return false }
    return weighted(digits, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).isMultiple(of: 11)
  }

  /// `YYMMDD-NNNC` or `YYYYMMDD-NNNC`, a date (day + 60 for co-ordination numbers) and Luhn's sum over
  /// the last ten digits.
  private static func isPersonnummer(_ text: [UInt8]) -> Bool {
    var all = self.digits(text, groups: [6, 4], separators: "-+")
    if all == nil, let long = self.digits(text, groups: [8, 4], separators: "-+") {
      guard (18...20).contains(value(long[0..<2])) else { return false }
      all = Array(long[2...])
    }
    guard let digits = all else { return false }
    let day = value(digits[4..<6])
    guard isDate(day: day > 60 ? day - 60 : day, month: value(digits[2..<4])) else { return false }
    let sum = digits.enumerated().reduce(0) { sum, entry in
      let doubled = entry.element * (entry.offset.isMultiple(of: 2) ? 2 : 1)
      return sum + doubled / 10 + doubled % 10
    }
    return sum.isMultiple(of: 10)
  }

  /// `DDMMYY`, a sign of the century, three digits and a check character of modulus 31.
  private static func isHETU(_ text: [UInt8]) -> Bool {
    guard text.count == 11, "+-YXWVUABCDEF".utf8.contains(text[6]),
      let date = digits(Array(text[0..<6]), count: 6), let serial = digits(Array(text[7..<10]), count: 3),
      isDate(day: value(date[0..<2]), month: value(date[2..<4]))
    else { return false }
    let letters = Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)
    return letters[value((date + serial)[...]) % 31] == text[10]
  }

  /// `DDMMYYNNNCC`, a date (day + 40 for D-numbers) and two sums of modulus 11.
  private static func isFodselsnummer(_ text: [UInt8]) -> Bool {
    guard let digits = digits(text, groups: [6, 5], separators: " -") else { return false }
    let day = value(digits[0..<2])
    guard isDate(day: day > 40 ? day - 40 : day, month: value(digits[2..<4])) else { return false }
    return weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0]).isMultiple(of: 11)
      && weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).isMultiple(of: 11)
  }

  /// Eleven digits; among the first ten exactly one digit occurs twice or three times; ISO 7064 modulus 11,10.
  private static func isSteuerID(_ text: [UInt8]) -> Bool {
    guard let digits = digits(text, count: 11), digits[0] != 0 else { return false }
    var occurrences = [Int](repeating: 0, count: 10)
    for digit in digits[0..<10] { occurrences[digit] += 1 }
    guard occurrences.count(where: { $0 > 1 }) == 1, occurrences.allSatisfy({ $0 <= 3 }) else { return false }
    var product = 10
    for digit in digits[0..<10] {
      let sum = (digit + product) % 10
      product = 2 * (sum == 0 ? 10 : sum) % 11
    }
    return (11 - product) % 10 == digits[10]
  }

  /// Nine digits whose sum with weights 9 to 2 and -1 is a multiple of 11.
  private static func isBSN(_ digits: [Int]) -> Bool {
    value(digits[...]) > 0 && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]).isMultiple(of: 11)
  }

  /// Thirteen digits (sex, year, month, place, order) and a key: 97 less their remainder of 97.
  private static func isNIR(_ text: [UInt8]) -> Bool {
    let bare = text.filter { $0 != UInt8(ascii: " ") }
    guard let digits = digits(bare, count: 15), digits[0] == 1 || digits[0] == 2,
      (1...12).contains(value(digits[3..<5]))
    else { return false }
    return 97 - value(digits[0..<13]) % 97 == value(digits[13..<15])
  }

  /// Eight digits (or X, Y, Z and seven) and the letter that their remainder of 23 chooses.
  private static func isDNI(_ text: [UInt8]) -> Bool {
    var bare = text.filter { $0 != UInt8(ascii: "-") }
    guard bare.count == 9, let first = bare.first else { return false }
    if let lead = Array("XYZ".utf8).firstIndex(of: first) { bare[0] = UInt8(ascii: "0") + UInt8(lead) }
    guard let digits = digits(Array(bare[0..<8]), count: 8) else { return false }
    return Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)[value(digits[...]) % 23] == bare[8]
  }

  // MARK: - Kernels

  private static func weighted(_ digits: [Int], _ weights: [Int]) -> Int {
    zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func value(_ digits: ArraySlice<Int>) -> Int { digits.reduce(0) { $0 * 10 + $1 } }

  private static func isDate(day: Int, month: Int) -> Bool {
    (1...31).contains(day) && (1...12).contains(month)
  }

  private static func digits(_ text: [UInt8], count: Int) -> [Int]? {
    guard text.count == count, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return text.map { Int($0) - 0x30 }
  }

  /// Digits that stand bare, or in groups with one separator between each two.
  private static func digits(_ text: [UInt8], groups: [Int], separators: String) -> [Int]? {
    let total = groups.reduce(0, +)
    if text.count == total { return digits(text, count: total) }
    guard text.count == total + groups.count - 1 else { return nil }
    var bare: [UInt8] = []
    var start = 0
    for (index, size) in groups.enumerated() {
      if index > 0 {
        guard separators.utf8.contains(text[start]) else { return nil }
        start += 1
      }
      bare += text[start..<start + size]
      start += size
    }
    return digits(bare, count: total)
  }
}
