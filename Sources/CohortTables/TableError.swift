/// What is wrong with a table or its file, where it stands and what was expected instead.
///
/// The description is one line, `FILE:LINE: column 'NAME': what was found; expected what`, with
/// the parts that do not exist left out. Catch by code:
/// `catch let error as TableError where error.code == .raggedRow`.
public struct TableError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of trouble; an open set, so that kinds can be added without breaking clients.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    enum Kind: String, Sendable {
      case noSuchFile, isDirectory, permissionDenied, readFailed, writeFailed
      case emptyFile, compressed, damagedCompression, wrongEncoding, notText, invalidUTF8
      case blankHeaderName, duplicateColumn, raggedRow, loneCarriageReturn
      case unclosedQuote, textAfterQuote, quoteInUnquotedField, recordTooLong, sameFileTwice
      case missingColumn, notANumber, unequalLengths, invalidValue, identifyingColumn
      case notADate, unknownLevel, missingValue, duplicateKey, undeclaredColumn
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    /// The code's name, as it is spelt in Swift.
    public var description: String { kind.rawValue }

    /// No file stands at the path.
    public static let noSuchFile = Code(.noSuchFile)
    /// The path names a directory.
    public static let isDirectory = Code(.isDirectory)
    /// The file exists, but this user may not read or write it.
    public static let permissionDenied = Code(.permissionDenied)
    /// The system could not read the file.
    public static let readFailed = Code(.readFailed)
    /// The system could not write the file.
    public static let writeFailed = Code(.writeFailed)
    /// The file holds nothing, not even a header.
    public static let emptyFile = Code(.emptyFile)
    /// The file is compressed in a way that is not read.
    public static let compressed = Code(.compressed)
    /// The file's gzip or zstd compression is cut short or damaged.
    public static let damagedCompression = Code(.damagedCompression)
    /// The file is in UTF-16 or UTF-32.
    public static let wrongEncoding = Code(.wrongEncoding)
    /// The file is binary: a workbook, an archive, another program's data file.
    public static let notText = Code(.notText)
    /// A byte sequence is not UTF-8.
    public static let invalidUTF8 = Code(.invalidUTF8)
    /// A column has no name in the header.
    public static let blankHeaderName = Code(.blankHeaderName)
    /// Two columns have the same name.
    public static let duplicateColumn = Code(.duplicateColumn)
    /// A row has more or fewer fields than the header.
    public static let raggedRow = Code(.raggedRow)
    /// A carriage return outside quotes has no line feed after it.
    public static let loneCarriageReturn = Code(.loneCarriageReturn)
    /// A quoted field is still open when the file ends.
    public static let unclosedQuote = Code(.unclosedQuote)
    /// Text follows the closing quote of a field.
    public static let textAfterQuote = Code(.textAfterQuote)
    /// A quote stands inside a field that does not begin with one.
    public static let quoteInUnquotedField = Code(.quoteInUnquotedField)
    /// Two files that are to be one table hold the same bytes.
    public static let sameFileTwice = Code(.sameFileTwice)
    /// A record is longer than any that is read.
    public static let recordTooLong = Code(.recordTooLong)
    /// The table has no column of that name.
    public static let missingColumn = Code(.missingColumn)
    /// A number was needed where there is other text.
    public static let notANumber = Code(.notANumber)
    /// Columns of one table differ in length.
    public static let unequalLengths = Code(.unequalLengths)
    /// A value is readable but not allowed where it stands.
    public static let invalidValue = Code(.invalidValue)
    /// A date was needed where there is other text.
    public static let notADate = Code(.notADate)
    /// A category has a level that its schema does not list.
    public static let unknownLevel = Code(.unknownLevel)
    /// A value is missing where its schema does not allow it.
    public static let missingValue = Code(.missingValue)
    /// Two rows have the same values in the columns that are the schema's key.
    public static let duplicateKey = Code(.duplicateKey)
    /// The file has a column that its schema does not declare.
    public static let undeclaredColumn = Code(.undeclaredColumn)
    /// A column tells, or may tell, who someone is.
    public static let identifyingColumn = Code(.identifyingColumn)
  }

  /// The kind of trouble.
  public let code: Code
  /// The file's name as it was given, "standard input", or an in-memory table's name.
  public let file: String
  /// The 1-based line of the file, where one can be named.
  public let line: Int?
  /// The column's name, or its 1-based number where the name is not known.
  public let column: String?
  /// What stands in the file, cut to 40 characters, control characters escaped.
  public let offendingText: String?
  /// What was expected instead.
  public let expected: String
  /// One line with the file, the line, the column, what was found and what was expected.
  public let description: String

  /// Where a column stands: by name, or by number in the header itself.
  enum Place {
    case name(String)
    case number(Int)
  }

  /// Makes an error; `found` is the middle of the sentence and may quote the offending text.
  init(
    _ code: Code, file: String, line: Int? = nil, column: Place? = nil, text: String? = nil,
    found: String, expected: String
  ) {
    // A cell of a column whose name speaks of people is shown to no one, whatever it looks like.
    var (text, found) = (text, found)
    if code != .identifyingColumn, case .name(let name) = column, IdentifierNames.kind(of: name) != nil,
      let whole = text, !whole.isEmpty, whole != name
    {
      let stars = IdentifierFinding.masked(whole)
      (text, found) = (stars, found.replacing(whole, with: stars))
    }
    self.code = code
    self.file = file
    self.line = line
    self.offendingText = text
    self.expected = expected
    var lead = file
    if let line { lead += ":\(line)" }
    switch column {
    case .name(let name):
      self.column = name
      lead += ": column '\(TableError.excerpt(name))'"
    case .number(let number):
      self.column = String(number)
      lead += ": column \(number)"
    case nil:
      self.column = nil
    }
    self.description = "\(lead): \(found); expected \(expected)"
  }

  /// The error for a file that is not what it was when it was opened first.
  static func changed(_ file: String) -> TableError {
    TableError(
      .readFailed, file: file, found: "the file changed while it was read",
      expected: "a file that nothing writes to meanwhile")
  }

  /// Text as it may stand in a one-line message: at most 40 characters, controls escaped, identifiers masked.
  static func excerpt(_ text: some StringProtocol) -> String {
    var shown = ""
    var count = 0
    // Enough of it that what is cut off cannot change what the rest looks like.
    for character in IdentifierScreen.masked(String(text.prefix(200))) {
      guard count < 40 else { return shown + "..." }
      count += 1
      // A letter may carry any number of marks.
      for scalar in character.unicodeScalars.prefix(16) { shown += escaped(scalar) }
    }
    return shown
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let category = scalar.properties.generalCategory
      let isHidden =
        category == .control || category == .format || category == .lineSeparator
        || category == .paragraphSeparator || (category == .spaceSeparator && scalar != " ")
      return isHidden ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : String(scalar)
    }
  }
}
