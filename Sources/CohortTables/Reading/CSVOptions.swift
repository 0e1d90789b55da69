/// How a CSV file is to be read: its delimiter, its codes for missing values, fixed column types.
public struct CSVOptions: Sendable, Equatable {
  /// The character between two fields.
  public enum Delimiter: String, Sendable, CaseIterable {
    /// A comma, as RFC 4180 has it.
    case comma = ","
    /// A semicolon, as spreadsheets write it where the comma is the decimal sign.
    case semicolon = ";"
    /// A tab.
    case tab = "\t"

    /// The delimiter's name in messages.
    var spelledOut: String {
      switch self {
      case .comma: "commas"
      case .semicolon: "semicolons"
      case .tab: "tabs"
      }
    }

    var byte: UInt8 {
      switch self {
      case .comma: UInt8(ascii: ",")
      case .semicolon: UInt8(ascii: ";")
      case .tab: UInt8(ascii: "\t")
      }
    }
  }

  /// The type that a column is read as, whatever its cells look like.
  public enum ColumnType: Sendable {
    /// Numbers; a cell that is neither a number nor missing is an error.
    case numeric
    /// Categories; the cells' text is kept as it stands.
    case category
  }

  /// The codes that stand for a missing value unless others are given, besides the empty field.
  public static let defaultMissingCodes: Set<String> = ["NA", "NaN", "null", "."]

  /// The delimiter, or nil to take the one that occurs most often in the header line.
  public var delimiter: Delimiter?

  /// The texts that stand for a missing value, compared exactly and case-sensitively.
  ///
  /// The empty field is always missing, whatever this set holds. Setting the property replaces
  /// the default codes; ``addingMissingCodes(_:)`` adds to them. A code is compared as text: the
  /// code `-99` does not match the cell `-99.0`.
  public var missingCodes: Set<String>

  /// Missing codes of single columns, by name, in place of ``missingCodes`` there.
  ///
  /// A name that the file does not have is ignored.
  public var missingCodesByColumn: [String: Set<String>] = [:]

  /// Columns whose type is fixed rather than inferred, by name.
  public var columnTypes: [String: ColumnType]

  /// The columns to read, or nil for all; the cells of others are not looked at.
  ///
  /// A name that the file does not have is no error here: ``Table/requireColumn(_:)`` says so.
  public var columns: Set<String>?

  /// How many threads read at once, or nil for one a processor; the table is the same for any number.
  public var threads: Int?

  /// Which code splits the bytes into cells and reads them.
  public var scanner = Scanner.automatic

  /// Whether SHA-256 of the file's bytes is computed while reading.
  public var computesDigest = true

  /// The bytes that a worker takes at once, or nil for the usual number; only tests have a reason to
  /// change it.
  package var chunkBytes: Int?

  /// A block and what is made of it fit a core's cache.
  static let usualChunkBytes = 1 << 18

  /// The bytes that a worker takes at once.
  var blockBytes: Int { chunkBytes ?? CSVOptions.usualChunkBytes }

  /// Which code splits the bytes into cells and reads them.
  public enum Scanner: Sendable {
    /// The fastest that this processor can run; the environment variable `TANDEM_SCANNER=scalar`
    /// makes it the plain one.
    case automatic
    /// The plain one, byte by byte, which the fast one is tested against.
    case scalar
  }

  /// Options for a comma-separated file with the default missing codes.
  public init(
    delimiter: Delimiter? = .comma,
    missingCodes: Set<String> = CSVOptions.defaultMissingCodes,
    columnTypes: [String: ColumnType] = [:]
  ) {
    self.delimiter = delimiter
    self.missingCodes = missingCodes
    self.columnTypes = columnTypes
  }

  /// Whether the plain scanner is to be used, by the option or by the environment.
  var usesScalarScanner: Bool { scanner == .scalar || Environment.asksForScalarScanner }

  /// The codes that stand for a missing value in a column.
  func missingCodes(of column: String) -> MissingCodeMatcher {
    MissingCodeMatcher(missingCodesByColumn[column] ?? missingCodes)
  }

  /// The same options with further codes for missing values.
  public func addingMissingCodes(_ codes: some Sequence<String>) -> CSVOptions {
    var options = self
    options.missingCodes.formUnion(codes)
    return options
  }
}

/// Missing codes prepared for comparing with bytes.
struct MissingCodeMatcher: Sendable {
  private let codes: [[UInt8]]
  /// Whether any code begins with the byte: decides most cells without a comparison.
  private let mayBegin: [Bool]
  /// Whether a code is a number as well, so that numbers must be compared before they are taken.
  let holdsNumbers: Bool

  init(_ codes: Set<String>) {
    self.codes = codes.filter { !$0.isEmpty }.map { Array($0.utf8) }
    var mayBegin = [Bool](repeating: false, count: 256)
    for code in self.codes { mayBegin[Int(code[0])] = true }
    self.mayBegin = mayBegin
    holdsNumbers = codes.contains { NumberText.parse($0) != nil }
  }

  /// Whether the cell's text is empty or one of the codes.
  func matches(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> Bool {
    guard let first = cell.first else { return true }
    guard mayBegin[Int(bytes[first])] else { return false }
    for code in codes where code.count == cell.count {
      var isEqual = true
      for offset in code.indices where code[offset] != bytes[first + offset] {
        isEqual = false
        break
      }
      if isEqual { return true }
    }
    return false
  }
}
