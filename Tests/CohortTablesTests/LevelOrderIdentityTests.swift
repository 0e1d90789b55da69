import CohortTables
import Testing

/// The levels that several threads find in several blocks, against sorting them all at once.
@Suite("Levels: one sorted list, whatever the threads and blocks")
struct LevelOrderIdentityTests {
  /// A level's bytes: strings compare as equal when only their spelling differs.
  private func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }

  /// The levels by definition: distinct as Swift compares strings, spelt as they first occur; by value
  /// if all are numbers (spellings of one value by their scalars), otherwise by Unicode scalars.
  private func levels(of cells: [String]) -> [String] {
    var seen: Set<String> = []
    let distinct = cells.filter { seen.insert($0).inserted }
    func precede(_ a: String, _ b: String) -> Bool {
      a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
    }
    let values = distinct.map { Double($0) }
    guard values.allSatisfy({ $0 != nil }) else { return distinct.sorted(by: precede) }
    return zip(distinct, values).sorted {
      guard let first = $0.1, let second = $1.1, first != second else { return precede($0.0, $1.0) }
      return first < second
    }.map(\.0)
  }

  private func expectLevels(_ cells: [String], threads: Int, chunkBytes: Int?, _ label: String) throws {
    var options = CSVOptions(missingCodes: [], columnTypes: ["x": .category])
    options.threads = threads
    options.chunkBytes = chunkBytes
    let text = "x,y\n" + cells.map { "\($0),1\n" }.joined()
    let values = try read(text, options).requireColumn("x").asCategories()
    let wanted = levels(of: cells)
    let place = "\(label), \(threads) threads, blocks of \(chunkBytes ?? 0)"
    #expect(values.levels.map { bytes($0) } == wanted.map { bytes($0) }, "\(place)")
    let code = Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, Int32($0)) })
    #expect(Array(values.codes) == cells.map { code[$0] ?? -1 }, "\(place)")
  }

  private static let pools: [(label: String, levels: [String])] = [
    ("numbers", ["10", "9", "1", "1.0", "01", "-5", "1e1", ".5", "0", "-0", "100", "+9", "-50", "2.25"]),
    ("numbers and a word", ["10", "9", "1", "1.0", "word"]),
    ("words", ["b", "a", "B", "ab", "a b", "a ", " a", "A", "zz", "_", "~", "a1", "a10", "a2"]),
    ("beyond ASCII", ["é", "e", "f", "日本", "日", "\u{FF5E}", "\u{1F600}", "ß", "ss", "Z", "\u{E000}"]),
    (
      "accents in two spellings",
      ["caf\u{E9}", "cafe\u{301}", "cafe", "caff", "\u{212B}", "\u{C5}", "A\u{30A}", "A"]
    ),
    (
      "signs whose marks change places",
      ["a\u{323}\u{307}", "a\u{307}\u{323}", "\u{1E0D}\u{307}", "d\u{323}\u{307}", "d\u{307}\u{323}", "d"]
    ),
    ("long", (0..<12).map { String(repeating: "the same beginning ", count: 3) + "\($0)" }),
  ]

  @Test("Few levels", arguments: 1...8)
  func fewLevels(_ threads: Int) throws {
    var generator = SeededGenerator(seed: UInt64(threads))
    for (label, pool) in LevelOrderIdentityTests.pools {
      for chunkBytes in [9, 40, 333, nil] {
        let cells = (0..<200).map { _ in pool.randomElement(using: &generator) ?? "" }
        try expectLevels(cells, threads: threads, chunkBytes: chunkBytes, label)
      }
    }
  }

  @Test("Many levels, most of them late", arguments: 1...8)
  func manyLevels(_ threads: Int) throws {
    var generator = SeededGenerator(seed: 100 + UInt64(threads))
    let kinds: [(String, (Int) -> String)] = [
      ("identifiers", { "P\($0)" }), ("numbers", { "\($0 - 500)" }),
      ("numbers in two spellings", { "\($0 / 2).\($0 % 2 == 0 ? "" : "0")" }),
      ("letters", { "é\($0)" }),
      ("two spellings", { $0 % 2 == 0 ? "caf\u{E9} \($0 / 2)" : "cafe\u{301} \($0 / 2)" }),
      ("long", { "a text that is longer than a word of sixteen bytes \($0)" }),
    ]
    for (label, level) in kinds {
      let early = (0..<500).map { _ in level(Int.random(in: 0..<5, using: &generator)) }
      let late = (0..<1500).map { _ in level(Int.random(in: 0..<900, using: &generator)) }
      for chunkBytes in [64, 1021, nil] {
        try expectLevels(early + late, threads: threads, chunkBytes: chunkBytes, label)
      }
    }
  }

  @Test("Two spellings of one word in different blocks: the first in the file is kept", arguments: 1...8)
  func spellings(_ threads: Int) throws {
    let (composed, apart) = ("caf\u{E9}", "cafe\u{301}")
    for (first, second) in [(composed, apart), (apart, composed)] {
      for between in [0, 1, 10, 300, 700] {
        let filling = (0..<between).map { "w\($0 % 290)" }
        for chunkBytes in [8, 50, 1000] {
          let cells = ["b"] + filling + [first] + filling + [second, "x"] + filling + [first, second]
          try expectLevels(cells, threads: threads, chunkBytes: chunkBytes, "\(between) between")
        }
      }
    }
    // The first is quoted, or has been left over by the block before.
    let table = try read("x,y\n\"\(apart)\",1\n\(composed),1\n")
    #expect(bytes(table.column("x")?.text(row: 1)) == bytes(apart))
  }

  @Test("The reader's levels are those of strings in memory", arguments: 1...8)
  func inMemory(_ threads: Int) throws {
    var options = CSVOptions(columnTypes: ["x": .category])
    options.threads = threads
    options.chunkBytes = 30
    let pool = LevelOrderIdentityTests.pools.flatMap(\.levels)
    var generator = SeededGenerator(seed: 7)
    let cells = (0..<1000).map { _ in pool.randomElement(using: &generator) ?? "" }
    let table = try read("x,y\n" + cells.map { "\($0),1\n" }.joined(), options)
    let values = try table.requireColumn("x").asCategories()
    let memory = CategoryValues(strings: cells)
    #expect(values == memory)
    #expect(values.levels.map { bytes($0) } == memory.levels.map { bytes($0) })
  }
}
