import CohortTables

/// Counts of people and events in the cells of a formula's terms, in one table or block of a file.
///
/// Cells are told apart by one coordinate for each variable of the term: the code of a category's level, the value of
/// a numeric variable that has two values, and 0 for one that has more.
struct SupportTally: Sendable {
  /// The used rows of one cell, counted up to ``Support/most``.
  struct Cell: Sendable {
    var rows = 0
    var events = Events()
    var nonEvents = Events()
    var people: Set<Int32> = []

    mutating func add(_ row: Int, of rows: Rows) {
      if self.rows < Support.most { self.rows += 1 }
      let person = rows.subject?[row]
      let owner = rows.countsEventsOnce ? person : nil
      if let count = rows.event?[row] { events.add(count, person: owner) }
      if let counts = rows.binary?.counts(row) {
        events.add(counts.events, person: owner)
        nonEvents.add(counts.nonEvents, person: owner)
      }
      if let person, people.count < Support.most { people.insert(person) }
    }

    mutating func add(_ other: Cell) {
      rows = min(Support.most, rows + other.rows)
      events.add(other.events)
      nonEvents.add(other.nonEvents)
      for person in other.people where people.count < Support.most { people.insert(person) }
    }

    func isFull(_ tally: SupportTally) -> Bool {
      (tally.countsPeople ? people.count : rows) >= Support.most
        && (!tally.countsEvents || events.count >= Support.most)
        && (!tally.countsNonEvents || nonEvents.count >= Support.most)
    }

    func support(_ tally: SupportTally) -> Support {
      Support(
        people: tally.countsPeople ? people.count : rows, events: tally.countsEvents ? events.count : nil,
        nonEvents: tally.countsNonEvents ? nonEvents.count : nil)
    }
  }

  /// Events of one cell, counted up to ``Support/most``.
  struct Events: Sendable {
    private(set) var count = 0
    /// Who has one, where people and not their events are counted.
    private var people: Set<Int32> = []

    /// Takes in a row's events; those of a person that is given count once.
    mutating func add(_ more: Double, person: Int32?) {
      guard more > 0, count < Support.most else { return }
      guard let person else {
        count += Int(min(more, Double(Support.most - count)).rounded(.up))
        return
      }
      if people.insert(person).inserted { count += 1 }
    }

    mutating func add(_ other: Events) {
      let known = other.people.count { !people.insert($0).inserted }
      count = min(Support.most, count + other.count - known)
    }
  }

  /// What is counted of the rows.
  struct Rows {
    var used: RowSelection
    /// Who each row of the table belongs to.
    var subject: [Int32]?
    /// How many events a row of the table has: of most models 1 or 0.
    var event: [Double]?
    /// A yes-or-no response, whose trials without the event count too.
    var binary: ResponseColumns.BinaryEvents?
    /// Whether a person's events in a cell count once.
    var countsEventsOnce = false
  }

  /// All used rows.
  private(set) var total = Cell()
  /// The cells of each term.
  private(set) var cells: [[[Int64]: Cell]]
  /// The strata of a stratified model.
  private(set) var strata: [[Int64]: Cell] = [:]
  let countsPeople: Bool
  let countsEvents: Bool
  let countsNonEvents: Bool
  private var axes: [Axis]
  private let terms: [[Int]]

  /// One variable's coordinates.
  private enum Axis: Sendable {
    case levels([String: Int64])
    case values([Int64])
    case open
  }

  /// Counts the rows of a table.
  ///
  /// - Complexity: O(rows x terms), less where every cell is soon full.
  init(_ formula: Formula, _ table: Table, _ rows: Rows) throws {
    countsPeople = rows.subject != nil
    countsEvents = rows.event != nil || rows.binary != nil
    countsNonEvents = rows.binary != nil
    let variables = formula.variables
    let columns = try variables.map { try CodedVariable($0, table, rows: rows.used) }
    axes = columns.map(\.axis)
    terms = formula.terms.map { term in term.variables.compactMap(variables.firstIndex) }
    cells = []
    for row in rows.used {
      if total.isFull(self) { break }
      total.add(row, of: rows)
    }
    cells = terms.map { count($0.map { columns[$0] }, rows) }
    let byStratum = try formula.strata.map { try CodedVariable(.factor($0), table, rows: rows.used) }
    if !byStratum.isEmpty { strata = count(byStratum, rows) }
  }

  /// What all of a model rests on: all used rows or, of a stratified model, the smallest stratum.
  var whole: Support {
    let own = total.support(self)
    return Support.fewest(of: [own] + strata.values.map { $0.support(self) }) ?? own
  }

  private func count(_ columns: [CodedVariable], _ rows: Rows) -> [[Int64]: Cell] {
    guard columns.contains(where: { $0.count > 1 }) else {
      return [columns.map { $0.coordinates.first ?? 0 }: total]
    }
    // The first column varies fastest in a cell's number.
    let size = columns.reduce(1.0) { $0 * Double($1.count) }
    guard size <= 100_000 else { return countSparsely(columns, rows) }
    var all = [Cell](repeating: Cell(), count: Int(size))
    var isFull = [Bool](repeating: false, count: Int(size))
    var open = all.count
    for row in rows.used {
      var number = 0
      for column in columns.reversed() { number = number * column.count + column.code(row) }
      if isFull[number] { continue }
      all[number].add(row, of: rows)
      guard all[number].isFull(self) else { continue }
      isFull[number] = true
      open -= 1
      if open == 0 { break }
    }
    var result: [[Int64]: Cell] = [:]
    for number in all.indices where all[number].rows > 0 {
      var rest = number
      let key = columns.map { column in
        defer { rest /= column.count }
        return column.coordinates[rest % column.count]
      }
      result[key] = all[number]
    }
    return result
  }

  private func countSparsely(_ columns: [CodedVariable], _ rows: Rows) -> [[Int64]: Cell] {
    var result: [[Int64]: Cell] = [:]
    for row in rows.used {
      result[columns.map { $0.coordinates[$0.code(row)] }, default: Cell()].add(row, of: rows)
    }
    return result
  }

  // MARK: - Coordinates

  static func coordinate(of value: Double) -> Int64 {
    // Both zeros are one value.
    Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
  }

  /// The coordinate of a level; -1 for one that the table does not know.
  func coordinate(ofLevel level: String, variable: Int) -> Int64 {
    if case .levels(let codes) = axes[variable] { codes[level] ?? -1 } else { -1 }
  }

  /// The two values of a numeric variable; nil where it has more, or one.
  func twoValues(ofVariable variable: Int) -> [Int64]? {
    if case .values(let values) = axes[variable], values.count == 2 { values } else { nil }
  }

  // MARK: - Blocks

  /// Takes in the counts of another block of the same file.
  mutating func add(_ other: SupportTally) {
    total.add(other.total)
    var isOpen = [Bool](repeating: false, count: axes.count)
    for index in axes.indices {
      switch (axes[index], other.axes[index]) {
      case (.levels, _): continue
      case (.values(let own), .values(let more)) where Set(own + more).count <= 2:
        axes[index] = .values(Array(Set(own + more)).sorted())
      default:
        axes[index] = .open
        isOpen[index] = true
      }
    }
    for term in terms.indices {
      var sum: [[Int64]: Cell] = [:]
      for (key, cell) in Array(cells[term]) + Array(other.cells[term]) {
        let plain = zip(key, terms[term]).map { isOpen[$1] ? 0 : $0 }
        sum[plain, default: Cell()].add(cell)
      }
      cells[term] = sum
    }
    for (key, cell) in other.strata { strata[key, default: Cell()].add(cell) }
  }

  /// One variable's codes.
  private struct CodedVariable {
    let axis: Axis
    /// The coordinate of each code.
    let coordinates: [Int64]
    private let codes: [Int32]?
    private let values: [Double]?

    var count: Int { coordinates.count }

    init(_ variable: FormulaVariable, _ table: Table, rows: RowSelection) throws {
      switch variable {
      case .column(let name), .factor(let name):
        let column = try table.requireColumn(name)
        var isCategorical = !column.isNumeric
        if case .factor = variable { isCategorical = true }
        if isCategorical {
          let categories = column.asCategories()
          let levels = Array(categories.levels)
          let places = levels.enumerated().map { ($1, Int64($0)) }
          self.init(
            axis: .levels(Dictionary(places, uniquingKeysWith: { first, _ in first })),
            coordinates: levels.indices.map(Int64.init), codes: categories.codes.array(), values: nil)
        } else {
          self.init(values: try column.numericValues(), rows: rows)
        }
      case .expression(let expression):
        let bound = try BoundExpression(expression, in: table)
        var all = [Double](repeating: .nan, count: table.rowCount)
        for (row, value) in zip(rows, bound.values(at: rows.run(0..<rows.count))) { all[row] = value }
        self.init(values: all, rows: rows)
      case .polynomial, .naturalSpline, .bSpline, .piecewise:
        self.init(values: [], rows: RowSelection([]))
      }
    }

    private init(axis: Axis, coordinates: [Int64], codes: [Int32]?, values: [Double]?) {
      self.axis = axis
      self.coordinates = coordinates
      self.codes = codes
      self.values = values
    }

    private init(values: [Double], rows: RowSelection) {
      var found: [Double] = []
      for row in rows where !found.contains(values[row]) {
        found.append(values[row])
        if found.count > 2 { break }
      }
      if found.count == 1 || found.count == 2 {
        let coordinates = found.map(SupportTally.coordinate)
        self.init(axis: .values(coordinates), coordinates: coordinates, codes: nil, values: values)
      } else {
        self.init(axis: .open, coordinates: [0], codes: nil, values: nil)
      }
    }

    func code(_ row: Int) -> Int {
      if let codes { return Int(codes[row]) }
      guard let values, coordinates.count == 2 else { return 0 }
      return SupportTally.coordinate(of: values[row]) == coordinates[0] ? 0 : 1
    }
  }
}
