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

  /// The names of all columns that the file has, those that were not read included.
  public let columnNames: [String]
  /// The single files of a table that was read from several; empty for one file.
  public let parts: [TableSource]

  init(
    fileName: String, sha256: String?, byteCount: Int?, delimiter: CSVOptions.Delimiter?, rowCount: Int,
    skippedBlankLines: Int, columnNames: [String]
  ) {
    self.fileName = fileName
    self.sha256 = sha256
    self.byteCount = byteCount
    self.delimiter = delimiter
    self.rowCount = rowCount
    self.skippedBlankLines = skippedBlankLines
    self.columnNames = columnNames
    parts = []
  }

  /// Joins the sources of files that were read as one table.
  init(_ parts: [TableSource]) {
    let rest = parts.count - 1
    fileName = parts[0].displayName + " and \(rest) more file" + (rest == 1 ? "" : "s")
    sha256 = nil
    byteCount = parts.reduce(0) { $0 + ($1.byteCount ?? 0) }
    delimiter = parts[0].delimiter
    rowCount = parts.reduce(0) { $0 + $1.rowCount }
    skippedBlankLines = parts.reduce(0) { $0 + $1.skippedBlankLines }
    columnNames = parts[0].columnNames
    self.parts = parts
  }

  /// The single files: the source itself if it is one.
  public var files: [TableSource] { parts.isEmpty ? [self] : parts }

  /// The name that messages give to the source.
  public var displayName: String { fileName == "-" ? "standard input" : fileName }
}
