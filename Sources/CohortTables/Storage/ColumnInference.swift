/// Why a column read from a file has the type it has.
public struct ColumnInference: Sendable, Equatable {
  /// What decided the type.
  public enum Reason: Sendable, Equatable {
    /// Every cell that is not missing is a number.
    case numbers
    /// Every cell is missing, which is read as numeric.
    case allMissing
    /// At least one cell is neither a number nor missing.
    case text
    /// All are numbers up to an integer with leading zeros, which is an identifier.
    case leadingZeros
    /// All are numbers up to an integer of more than 15 digits, which is an identifier.
    case longInteger
    /// ``CSVOptions/columnTypes`` fixed the type.
    case requested
  }

  /// The first cell that kept a column from being numeric.
  public struct Offender: Sendable, Equatable {
    /// The 0-based row of the table as it was read.
    public let row: Int
    /// The 1-based line of the file on which the row starts.
    public let line: Int
    /// The file, as messages name it.
    public let file: String
    /// The cell's text, cut to 40 characters, control characters escaped.
    public let text: String
  }

  /// What decided the type.
  public let reason: Reason
  /// The number of cells that are not missing.
  public let presentCount: Int
  /// How many of these are numbers, not counting spaces around them; nil for a category column that is read in
  /// blocks, whose cells are not held to be counted.
  public let numberCount: Int?
  /// The first cell that kept a category column from being numeric.
  public let firstOffender: Offender?

  /// Whether a category column looks like numbers with a few slips: at least 90% are numbers.
  public var isNearlyNumeric: Bool {
    guard let numberCount, firstOffender != nil else { return false }
    return numberCount < presentCount && numberCount * 10 >= presentCount * 9
  }

  /// Why a column that could have been numbers is text, if it is: the first cell that is no number.
  ///
  /// It comes with its place. Nil for columns of which less than half is numbers.
  public var textAmongNumbers: String? {
    guard reason == .text, let offender = firstOffender else { return nil }
    guard let numberCount else {
      return "'\(offender.text)' in line \(offender.line) of \(offender.file) is not a number"
    }
    guard numberCount * 2 >= presentCount else { return nil }
    return
      "'\(offender.text)' in line \(offender.line) of \(offender.file) is not a number, and \(numberCount) of "
      + "\(presentCount) values are"
  }

  /// What a cell should have been; one with a comma probably has the wrong decimal sign.
  static func numberExpected(for text: String) -> String {
    text.contains(",") ? "a number with a decimal point or a missing code" : "a number or a missing code"
  }

  /// The error for using a category column as numbers.
  func notNumericError(_ offender: Offender, column: String) -> TableError {
    let found: String
    let expected: String
    switch reason {
    case .leadingZeros:
      found = "'\(offender.text)' has leading zeros, so the column was read as identifiers"
      expected = "a number, or the column's type given as numeric"
    case .longInteger:
      found = "'\(offender.text)' has more than 15 digits, so the column was read as identifiers"
      expected = "a number, or the column's type given as numeric"
    case .numbers, .allMissing, .text, .requested:
      found = "'\(offender.text)' is not a number"
      expected =
        ColumnInference.numberExpected(for: offender.text)
        + (numberCount.map { " (\($0) of \(presentCount) values are numbers)" } ?? "")
    }
    return TableError(
      .notANumber, file: offender.file, line: offender.line, column: .name(column), text: offender.text,
      found: found, expected: expected)
  }
}
