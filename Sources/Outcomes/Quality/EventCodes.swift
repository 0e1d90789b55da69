import CohortTables

/// What the event column of a file of episodes says, read as `Surv( )` reads it.
struct EventCodes: Sendable {
  /// Whether each row has an event; nil where the status is missing or its code is unknown.
  let isEvent: [Bool?]
  /// Rows whose code is neither event nor censoring.
  let unknown: [Int32]

  init(_ column: Column) {
    let values = column.asCategories()
    let meaning = Self.meaning(values)
    var isEvent: [Bool?] = []
    isEvent.reserveCapacity(column.count)
    var unknown: [Int32] = []
    for (row, code) in values.codes.enumerated() {
      let event = code < 0 ? nil : meaning[Int(code)]
      if code >= 0, event == nil { unknown.append(Int32(row)) }
      isEvent.append(event)
    }
    self.isEvent = isEvent
    self.unknown = unknown
  }

  /// Whether most values of a column are usual codes, so that it can be a status at all.
  static func areUsual(_ column: Column) -> Bool {
    let values = column.asCategories()
    // Dozens of levels are no status; looking at them one by one would be slow.
    guard (1...20).contains(values.levels.count) else { return false }
    let counts = CodedColumn(column).levelCounts
    let known = zip(counts, meaning(values)).reduce(0) { $0 + ($1.1 == nil ? 0 : $1.0) }
    return 2 * known > counts.reduce(0, +)
  }

  /// What each level means: 0 and 1; 1 (censored) and 2 (event), as R takes them; or yes and no in words.
  private static func meaning(_ values: CategoryValues) -> [Bool?] {
    let levels = Array(values.levels)
    if Set(levels).isSubset(of: ["1", "2"]), levels.contains("2") { return levels.map { $0 == "2" } }
    return levels.map { level in
      switch level.lowercased() {
      case "1", "true", "yes": true
      case "0", "false", "no": false
      default: nil
      }
    }
  }
}
