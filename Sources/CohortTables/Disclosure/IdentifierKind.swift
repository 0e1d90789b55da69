/// What a column may hold that tells who someone is.
public enum IdentifierKind: String, Sendable, CaseIterable, Codable {
  /// Names of people, whole or in part.
  case personName = "person_name"
  /// E-mail addresses.
  case email
  /// Telephone numbers.
  case phone
  /// Postal addresses or full postcodes.
  case address
  /// Numbers by which a state knows its citizens or its patients.
  case nationalNumber = "national_number"
  /// Numbers by which a hospital knows its patients.
  case medicalRecordNumber = "medical_record_number"
  /// Dates of birth.
  case birthDate = "birth_date"
  /// Numbers of bank accounts.
  case bankAccount = "bank_account"
  /// Addresses of computers and devices.
  case networkAddress = "network_address"
  /// Free text, which may name anyone.
  case freeText = "free_text"

  /// The kind in words, after "holds".
  public var noun: String {
    switch self {
    case .personName: "names of people"
    case .email: "e-mail addresses"
    case .phone: "telephone numbers"
    case .address: "postal addresses"
    case .nationalNumber: "national or health-service numbers"
    case .medicalRecordNumber: "medical record numbers"
    case .birthDate: "dates of birth"
    case .bankAccount: "bank account numbers"
    case .networkAddress: "network addresses"
    case .freeText: "free text"
    }
  }
}

/// A column that may tell who someone is, and why it is taken to.
public struct IdentifierFinding: Sendable, Equatable {
  /// What the column seems to hold.
  public let kind: IdentifierKind
  /// The column's name.
  public let column: String
  /// The 1-based line of the first such value; 1, the header, for a column that was not read; nil in memory.
  public let line: Int?
  /// Why, in words: the name of the column, or how many of its values look like it.
  public let reason: String
  /// The first such value, masked; nil for a column that was not read.
  public let maskedExample: String?

  /// The first character stays, every other letter and digit becomes a star, and 24 characters are shown.
  static func masked(_ text: String) -> String {
    var shown = ""
    for (index, character) in text.enumerated() {
      guard index < 24 else { return shown + "..." }
      let isHidden = index > 0 && (character.isLetter || character.isNumber)
      shown.append(isHidden ? "*" : character.isNewline || character == "\t" ? " " : character)
    }
    return shown
  }
}
