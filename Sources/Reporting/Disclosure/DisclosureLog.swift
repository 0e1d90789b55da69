/// What a gate hid, by table.
struct DisclosureLog: Equatable {
  struct Entry: Equatable {
    var table: String
    /// Counts that were hidden.
    var counts = 0
    /// Values that were computed from them.
    var values = 0
  }

  private(set) var entries: [Entry] = []

  mutating func add(_ table: String, counts: Int, values: Int) {
    guard counts + values > 0 else { return }
    entries.append(Entry(table: table, counts: counts, values: values))
  }

  /// How much was hidden, in words.
  var text: String {
    guard !entries.isEmpty else { return "Nothing had to be hidden in the tables." }
    let counts = entries.reduce(0) { $0 + $1.counts }
    let values = entries.reduce(0) { $0 + $1.values }
    let tables = entries.map { $0.table.hasPrefix("rows of ") ? "the row accounting" : $0.table }
      .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return "Hidden here: counts \(counts), values \(values), in \(tables.joined(separator: ", "))."

  }

  /// The `disclosure` member of a result.
  func json(_ gate: DisclosureGate) -> JSONValue {
    .object([
      "threshold": .integer(gate.threshold), "rule": .string(gate.rule),
      "suppression": .string("primary"),
      "hidden": .array(
        entries.map {
          .object([
            "table": .string($0.table), "counts": .integer($0.counts), "values": .integer($0.values),
          ])
        }),
    ])
  }
}
