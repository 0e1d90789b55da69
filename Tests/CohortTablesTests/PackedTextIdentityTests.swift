import CohortTables
import Testing

/// A packed file against the same text unpacked: every cell, line, type, count and message.
@Suite("Packed text reads as the text itself")
struct PackedTextIdentityTests {
  private func difference(_ packed: [UInt8], _ text: [UInt8], chunkBytes: Int?, threads: Int) -> String? {
    var options = CSVOptions(delimiter: nil)
    let plain = ReaderComparison.reference(text, options)
    options.chunkBytes = chunkBytes
    options.threads = threads
    return ReaderComparison.difference(ReaderOutcome(packed, options), plain, comparesFiles: false)
  }

  @Test("Stored files, in one piece and in members of 7 bytes")
  func storedFiles() throws {
    let files = try CorpusFile.all.filter { !$0.isGenerated }.map { try $0.bytes() }
    let marks: [[UInt8]] = [[0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0x50, 0x2A, 0x4D, 0x18]]
    let plain =
      files.filter { file in !marks.contains { file.starts(with: $0) } } + DialectFile.all.map(\.bytes)
    var problems: [String] = []
    for (number, text) in plain.enumerated() {
      let packed = [
        PackedText.gzip(text), PackedText.gzip(text, memberBytes: 7), PackedText.zstandard(text),
        PackedText.zstandard(text, frameBytes: 7),
      ]
      let chunkBytes = [nil, 16, 61, 1000][number % 4]
      for (form, packed) in packed.enumerated() {
        if let difference = difference(packed, text, chunkBytes: chunkBytes, threads: 1 + number % 3) {
          problems.append(
            "form \(form), \(String(decoding: text, as: UTF8.self).debugDescription): \(difference)")
        }
      }
    }
    #expect(plain.count > 300)
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }

  /// Longer than a block, than what is unpacked with the header, and than what is read at once.
  private static let long: [UInt8] = {
    var text = "id,note\n"
    for row in 0..<60_000 { text += "P\(row),\(row % 7 == 0 ? "\"two\nlines\"" : "x\(row % 300)")\n" }
    return Array(text.utf8)
  }()

  @Test("A long file, at every number of threads", arguments: [1, 2, 3, 8])
  func longFile(_ threads: Int) {
    let text = PackedTextIdentityTests.long
    #expect(text.count > 1 << 19)
    let packed = [
      PackedText.gzip(text), PackedText.gzip(text, memberBytes: 99_991), PackedText.zstandard(text),
      PackedText.zstandard(text, frameBytes: 99_991),
    ]
    for chunkBytes in [nil, 4096, 70_001] {
      for packed in packed {
        #expect(difference(packed, text, chunkBytes: chunkBytes, threads: threads) == nil)
      }
    }
  }

  @Test("A long file that is cut anywhere, or one of whose bytes is wrong, is refused")
  func damage() {
    let text = PackedTextIdentityTests.long
    let (gzip, zstandard) = (PackedText.gzip(text), PackedText.zstandard(text))
    for kept in [10, 11, 100, 65_000, 65_546, 262_144, 262_145, 400_000, gzip.count - 8, gzip.count - 1] {
      let error = failure(Array(gzip.prefix(kept)))
      #expect(
        error?.code == .damagedCompression && error?.line == nil, "\(kept): \(String(describing: error))")
      #expect(error?.description.contains("ends in the middle") == true)
    }
    for kept in [5, 12, 100, 65_546, 262_144, 400_000, zstandard.count - 1] {
      let error = failure(Array(zstandard.prefix(kept)))
      #expect(
        error?.code == .damagedCompression && error?.line == nil, "\(kept): \(String(describing: error))")
    }
    // One letter for another leaves a table that only the checksum tells from the right one.
    for place in [200, 70_000, 300_000] {
      var wrong = gzip
      wrong[place] = wrong[place] == 0x78 ? 0x79 : 0x78
      #expect(failure(wrong) != nil, "byte \(place)")
    }
  }
}
