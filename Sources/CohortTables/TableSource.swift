/// Where a table came from.
public struct TableSource: Sendable, Equatable {
  /// The file's name as it was given ("-" for standard input), or an in-memory table's name.
  public let fileName: String
  /// SHA-256 of the file's bytes in lower-case hexadecimal; nil for an in-memory table.
  public let sha256: String?
  /// The number of bytes in the file; nil for an in-memory table.
  public let byteCount: Int?
  /// The delimiter that the file was read with; nil for an in-memory table.
  public let delimiter: CSVOptions.Delimiter?
  /// The number of rows that were read, before any selection.
  public let rowCount: Int
  /// The number of wholly empty lines that were skipped.
  public let skippedBlankLines: Int

  /// The name that messages give to the source.
  public var displayName: String { fileName == "-" ? "standard input" : fileName }
}
