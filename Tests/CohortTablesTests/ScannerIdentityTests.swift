import CohortTables
import Foundation
import Testing

/// The fast scanner against the scalar reference: every name, cell, line, type, count and message.
///
/// With `TANDEM_SCANNER=scalar` in the environment both are the reference. `TANDEM_LONG_TESTS` makes
/// fifty times as many files.
@Suite("The fast scanner equals the scalar reference")
struct ScannerIdentityTests {
  private static let isLong = ProcessInfo.processInfo.environment["TANDEM_LONG_TESTS"] != nil
  private static let rounds = isLong ? 500_000 : 10_000

  private static func options(_ count: Int) -> CSVOptions {
    var options = CSVOptions(delimiter: [nil, .comma, .semicolon, .tab][[0, 0, 0, 1, 1, 2, 3][count % 7]])
    switch count % 11 {
    case 0: options.missingCodes = []
    case 1: options = options.addingMissingCodes(["-99", "a\"b", "é"])
    default: break
    }
    switch count % 13 {
    case 0: options.columnTypes["c0"] = .numeric
    case 1: options.columnTypes["c0"] = .category
    default: break
    }
    if count % 17 == 0 { options.missingCodesByColumn["c0"] = ["-99", "007"] }
    if count % 19 == 0 { options.columns = ["c0", "c2", "week"] }
    options.threads = 1 + count % 3
    return options
  }

  @Test("Stored files, malformed and well-formed, in chunks of 1 to 80 bytes")
  func storedFiles() throws {
    let corpus = try CorpusFile.all.filter { !$0.isGenerated }.map { try $0.bytes() }
    var problems: [String] = []
    for bytes in corpus + DialectFile.all.map(\.bytes) {
      // A larger file has seams enough with fewer sizes.
      let sizes = bytes.count > 200 ? Array(stride(from: 4, through: 80, by: 4)) : Array(1...80)
      let reference = ReaderComparison.reference(bytes, CSVOptions(delimiter: nil))
      for size in sizes {
        let options = CSVOptions(delimiter: nil)
        problems +=
          ReaderComparison.difference(bytes, options, chunkBytes: size, reference).map { [$0] } ?? []
      }
    }
    #expect(corpus.count > 100)
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }

  @Test("Long files in chunks of many sizes", arguments: CorpusFile.all.filter(\.isGenerated))
  func longFiles(_ file: CorpusFile) throws {
    let bytes = try file.bytes()
    let options = CSVOptions(delimiter: nil)
    let reference = ReaderComparison.reference(bytes, options)
    for size in [4096, 65_521, 1_000_003, nil] {
      let difference = ReaderComparison.difference(bytes, options, chunkBytes: size, reference)
      #expect(difference == nil, "\(difference?.prefix(400) ?? "")")
    }
  }

  @Test("Mutations of stored files")
  func mutations() throws {
    let sources =
      try CorpusFile.all.filter { !$0.isGenerated }.map { try $0.bytes() } + DialectFile.all.map(\.bytes)
    var mutator = FileMutator(sources: sources, seed: 11)
    try expectAgreement { mutator.mutation() }
  }

  @Test("Tables built cell by cell")
  func tables() throws {
    var mutator = FileMutator(sources: [], seed: 12)
    try expectAgreement { mutator.table() }
  }

  private func expectAgreement(_ file: () -> [UInt8]) throws {
    var generator = SeededGenerator(seed: 13)
    var problems: [String] = []
    var accepted = 0
    for count in 0..<ScannerIdentityTests.rounds {
      let bytes = file()
      let options = ScannerIdentityTests.options(count)
      let reference = ReaderComparison.reference(bytes, options)
      if case .table = reference { accepted += 1 }
      let size = count.isMultiple(of: 8) ? nil : Int.random(in: 1...80, using: &generator)
      // The plain scanner must not depend on the chunks either.
      problems +=
        ReaderComparison.difference(
          bytes, options, chunkBytes: size, reference, scanner: count % 5 == 0 ? .scalar : .automatic
        ).map { [$0] } ?? []
    }
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
    // The files are worth something only if both outcomes are common.
    #expect(accepted > ScannerIdentityTests.rounds / 10 && accepted < ScannerIdentityTests.rounds * 95 / 100)
  }

  @Test("The comparison sees every kind of difference")
  func comparison() {
    func outcome(_ text: String, _ options: CSVOptions = CSVOptions()) -> ReaderOutcome {
      ReaderOutcome(Array(text.utf8), options)
    }
    let base = outcome("a,b\n1,x\n2,y\n")
    #expect(ReaderComparison.difference(base, outcome("a,b\n1,x\n2,y\n")) == nil)
    let others = [
      "a,c\n1,x\n2,y\n", "a,b\n1,x\n", "a,b\n1,x\n2,z\n", "a,b\n1,x\n3,y\n", "a,b\n1,x\n\n2,y\n",
      "a,b\n1,x\n2,\n",
      "a,b\n1,x\n,y\n", "a,b\n1,1\n2,2\n", "a,b\n1,x\n2\n", "",
    ]
    for other in others {
      #expect(ReaderComparison.difference(base, outcome(other)) != nil, "\(other.debugDescription)")
      #expect(ReaderComparison.difference(outcome(other), base) != nil, "\(other.debugDescription)")
    }
    #expect(ReaderComparison.difference(outcome("a,b\n1\n"), outcome("a,b\n2\n")) != nil)
    #expect(ReaderComparison.difference(outcome("a,b\n1\n"), outcome("a,b\n1\n")) == nil)
  }
}
