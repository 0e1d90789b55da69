import CohortTables
import Testing

/// Awkward places of a file at every offset from a chunk's end, for every size of chunk.
@Suite("Chunk seams: the fast scanner equals the scalar reference")
struct ChunkSeamIdentityTests {
  /// Two cells and a line ending each, or what is wrong in their place.
  static let places: [[UInt8]] =
    [
      "\"two\nlines\",1\n", "\"\n\",1\n", "\"\n\n\n\",1\n", "\"cr\r\nlf\",1\r\n", "\"\r\n\",1\r\n",
      "\"a\"\"b\",1\n",
      "\"\"\"\",1\n", "\"\"\"\n\"\"\",1\n", "\"\",1\n", "\"a,b\",\"1\"\n", "\",\n,\",1\n", "x,1\r\n\r\n\r\n",
      "\n\n\n", "é日😀,1\n",
      "e\u{301},1\n", "x,0.1234567890123456789\n", "x,12345678\n", "x,-0.5\n", " NA ,  \n", "NA,NA\n", ",\n",
      "\"multi\nline\",\"and\nagain\"\n", "x,007\n", "x,1234567890123456\n", "x,word\n",
      // What must be refused, with the same line, column and text.
      "x\n", "x,1,2\n", "x,1\r", "x\ry,1\n", "\"open,1\nx,2\n", "\"x\"y,1\n", "x\"y,1\n", "\"x\" ,1\n",
      "x,\"1\n", "a\u{0}b,1\n",
      "\"x\"\"\n", "   \n", "x,1\r\r\n", "\"two\nlines\"y,1\n", "\"two\nlines\"\n",
    ].map { Array($0.utf8) } + [
      [0xC3, 0x2C, 0x31, 0x0A], [0xE2, 0x82, 0x0A], [0x22, 0x0A, 0xFF, 0x22, 0x2C, 0x31, 0x0A],
      [0xED, 0xA0, 0x80, 0x2C, 0x31, 0x0A],
    ]

  @Test("Every place, every offset, every chunk size from 1 to 80", arguments: places.indices)
  func seams(_ index: Int) {
    let place = ChunkSeamIdentityTests.places[index]
    var problems: [String] = []
    for offset in 0..<6 {
      // One row of changing length moves what follows; the rows behind show whether all is well again.
      let before = "name,value\n\(String(repeating: "n", count: offset + 1)),1\n"
      let behind = "tail,2\n\"t\nail\",3\n"
      for bytes in [Array(before.utf8) + place + behind.utf8, Array(before.utf8) + place] {
        let options = CSVOptions()
        let reference = ReaderComparison.reference(bytes, options)
        for size in 1...80 {
          let difference = ReaderComparison.difference(bytes, options, chunkBytes: size, reference)
          problems += difference.map { [$0] } ?? []
        }
      }
    }
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }

  @Test("Two quoted cells of many lines: whether a chunk begins within quotes depends on all before it")
  func parity() {
    var problems: [String] = []
    for lines in 1...12 {
      let cell = "\"" + String(repeating: "a,\"\"b\"\"\n", count: lines) + "\""
      let text = "name,note\nx,\(cell)\ny,\(cell)\nz,plain\n"
      let stray = "name,note\nx,\(cell)\ny,\(cell)\"\nz,plain\n"
      for file in [text, stray] {
        let bytes = Array(file.utf8)
        let reference = ReaderComparison.reference(bytes, CSVOptions())
        for size in 1...80 {
          let difference = ReaderComparison.difference(bytes, CSVOptions(), chunkBytes: size, reference)
          problems += difference.map { [$0] } ?? []
        }
      }
    }
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }

  @Test("Headers longer than a chunk, and of several lines")
  func headers() {
    let files = [
      "\"a\nb\",\"c\n\nd\"\n1,2\n", "\u{FEFF}\"a\"\"b\",c\r\n1,2\r\n", "a,b", "a,b\r\n", "a", "\"a\"",
      "a,\"b", "a,a\n", ",a\n", "a,b\n\n\n",
      (0..<40).map { "column\($0)" }.joined(separator: ";") + "\n"
        + (0..<40).map(String.init).joined(separator: ";"),
    ]
    var problems: [String] = []
    for file in files {
      for size in 1...80 {
        let difference = ReaderComparison.difference(
          Array(file.utf8), CSVOptions(delimiter: nil), chunkBytes: size)
        problems += difference.map { [$0] } ?? []
      }
    }
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }
}
