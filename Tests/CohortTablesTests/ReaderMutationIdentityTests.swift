import CohortTables
import Testing

/// The reader against the naive one, on mutations of the stored files.
@Suite("The reader equals a naive reader: mutations")
struct ReaderMutationIdentityTests {
  /// Whether the naive reader can judge a file: it knows neither encodings nor other kinds of files.
  private func isPlainText(_ bytes: [UInt8]) -> Bool {
    let marks = [
      "PK\u{3}\u{4}", "%PDF-", "BZh", "PAR1", "$FL2", "<stata_dta>", "RDX", "FEA1", "HEADER RECORD*******",
      "ARROW1", "SQLite format 3",
    ]
    return !bytes.contains(0) && !marks.contains { bytes.starts(with: Array($0.utf8)) }
  }

  /// Whether the text begins as a web page, XML, JSON or a line for a spreadsheet do.
  private func isOtherText(_ text: String) -> Bool {
    let start = text.drop { $0 == "\u{FEFF}" || $0.isWhitespace }.prefix(200).lowercased()
    let afterBrace = start.dropFirst().drop { $0.isWhitespace }.first
    return ["<!doctype html", "<html", "<?xml", "sep=", "\"sep="].contains { start.hasPrefix($0) }
      || start.first == "{" && afterBrace == "\"" || start.first == "[" && afterBrace == "{"
  }

  /// Whether a name may have spaces within its quotes, which the comparison of names does not know.
  private func hasSpacedName(_ text: String, _ delimiter: CSVOptions.Delimiter) -> Bool {
    let header = text.prefix { !$0.isNewline }
    let isTab = delimiter == .tab
    return header.contains("\" ") || header.contains(" \"") || !isTab && header.contains("\t")
  }

  @Test("Mutations and tables built cell by cell: the same are refused, the same cells read")
  func mutations() throws {
    let sources =
      try CorpusFile.all.filter { !$0.isGenerated }.map { try $0.bytes() } + DialectFile.all.map(\.bytes)
    var mutator = FileMutator(sources: sources, seed: 14)
    var problems: [String] = []
    var accepted = 0
    var judged = 0
    for count in 0..<8000 {
      let bytes = count.isMultiple(of: 2) ? mutator.mutation() : mutator.table()
      guard isPlainText(bytes), let text = String(validating: bytes, as: UTF8.self) else { continue }
      let delimiter = CSVOptions.Delimiter.allCases[[0, 0, 0, 1, 2][count % 5]]
      guard !hasSpacedName(text, delimiter), !isOtherText(text) else { continue }
      judged += 1
      if let problem = ReaderIdentityTests().difference(text, delimiter) {
        problems.append("\(text.debugDescription): \(problem)")
      }
      if (try? Table(csvBytes: bytes, name: "t.csv", options: CSVOptions(delimiter: delimiter))) != nil {
        accepted += 1
      }
    }
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
    #expect(judged > 4000 && accepted > 1000)
  }
}
