import CohortTables

/// What is missing in one file: by column and arm, and where there are visits by visit and arm.
public struct Missingness: Sendable, Equatable {
  /// The rows of a column in one arm.
  public struct ArmCount: Sendable, Equatable {
    /// The arm; nil for rows without one.
    public let arm: String?
    /// Rows.
    public let rows: Int
    /// Rows without a value.
    public let missing: Int
  }

  /// The missing values of a column.
  public struct ColumnCount: Sendable, Equatable {
    /// The column.
    public let column: String
    /// Rows.
    public let rows: Int
    /// Rows without a value.
    public let missing: Int
    /// The same by arm; empty without arms.
    public let byArm: [ArmCount]

    /// The share of rows without a value.
    public var share: Double { rows > 0 ? Double(missing) / Double(rows) : 0 }
  }

  /// The people of an arm at one visit.
  public struct VisitCount: Sendable, Equatable {
    /// The arm; nil for all people together.
    public let arm: String?
    /// The visit's time, or the window's first one.
    public let from: Double
    /// The window's last time; the same for a planned visit.
    public let to: Double
    /// People of the arm in the file.
    public let people: Int
    /// People with a row at the visit.
    public let seen: Int
    /// People with a score at the visit.
    public let scored: Int

    /// The share of people without a score.
    public var share: Double { people > 0 ? 1 - Double(scored) / Double(people) : 0 }
  }

  /// The file.
  public let file: String
  /// Every column, in the file's order.
  public let columns: [ColumnCount]
  /// All people and then each arm, by visit; empty for files without visits or scores.
  public let visits: [VisitCount]

  init(_ file: CheckedFile) {
    self.file = file.name
    columns = file.table.columns.map { Self.count($0, file) }
    visits = VisitCounts(file)?.counts ?? []
  }

  private static func count(_ column: Column, _ file: CheckedFile) -> ColumnCount {
    let isMissing = Self.missing(column)
    let total = isMissing.count { $0 }
    guard let arm = file.arm, arm.levelCount <= mostArms else {
      return ColumnCount(column: column.name, rows: column.count, missing: total, byArm: [])
    }
    var rows = [Int](repeating: 0, count: arm.levelCount + 1)
    var missing = rows
    for row in isMissing.indices {
      rows[Int(arm.codes[row]) + 1] += 1
      if isMissing[row] { missing[Int(arm.codes[row]) + 1] += 1 }
    }
    let byArm = rows.indices.filter { rows[$0] > 0 }.map {
      ArmCount(arm: $0 == 0 ? nil : arm.level(Int32($0 - 1)), rows: rows[$0], missing: missing[$0])
    }
    return ColumnCount(column: column.name, rows: column.count, missing: total, byArm: byArm)
  }

  static let mostArms = 20

  /// Which rows of a column have no value.
  static func missing(_ column: Column) -> [Bool] {
    if column.isNumeric, let numbers = try? column.numericValues() { return numbers.map(\.isNaN) }
    return CodedColumn(column).codes.map { $0 < 0 }
  }
}

/// Counts people with a row and with a score by visit and arm.
private struct VisitCounts {
  let counts: [Missingness.VisitCount]

  private static let mostVisits = 14

  init?(_ file: CheckedFile) {
    guard file.kind == .visits, let time = file.time, let score = file.score, let visits = file.visits,
      let people = file.people,
      let bins = VisitBins(time, mostVisits: Self.mostVisits)
    else { return nil }
    let arms = file.arm.flatMap { $0.levelCount <= Missingness.mostArms ? $0 : nil }
    // Place 0 is everyone, then come the arms.
    let places = 1 + (arms?.levelCount ?? 0)
    var total = [Int](repeating: 0, count: places)
    var seen = [Int](repeating: 0, count: places * bins.count)
    var scored = seen
    for person in 0..<people.count where people.size(person) > 0 {
      let own = arms.flatMap { arm in people[person].lazy.map { arm.codes[Int($0)] }.first { $0 >= 0 } }
      let places = [0] + (own.map { [Int($0) + 1] } ?? [])
      var (lastSeen, lastScored) = (-1, -1)
      for place in places { total[place] += 1 }
      for row in visits[person] {
        let bin = bins.index(of: time[Int(row)])
        if bin != lastSeen { for place in places { seen[place * bins.count + bin] += 1 } }
        lastSeen = bin
        guard bin != lastScored, !score[Int(row)].isNaN else { continue }
        for place in places { scored[place * bins.count + bin] += 1 }
        lastScored = bin
      }
    }
    var counts: [Missingness.VisitCount] = []
    for place in 0..<places where total[place] > 0 {
      for bin in 0..<bins.count {
        let (range, index) = (bins.ranges[bin], place * bins.count + bin)
        counts.append(
          Missingness.VisitCount(
            arm: place == 0 ? nil : arms?.level(Int32(place - 1)), from: range.lowerBound,
            to: range.upperBound,
            people: total[place], seen: seen[index], scored: scored[index]))
      }
    }
    self.counts = counts
  }
}

/// Times of visits as they are planned, or in windows where there are too many different ones.
struct VisitBins: Sendable {
  /// The times that each visit or window spans, ascending.
  let ranges: [ClosedRange<Double>]

  /// How many there are.
  var count: Int { ranges.count }

  /// The visits of a column of times; nil where no time is present.
  ///
  /// - Complexity: O(times).
  init?(_ times: [Double], mostVisits: Int) {
    var distinct: Set<Double> = []
    var (low, high) = (Double.infinity, -Double.infinity)
    for time in times where time.isFinite {
      if distinct.count <= mostVisits { distinct.insert(time) }
      (low, high) = (min(low, time), max(high, time))
    }
    guard low <= high else { return nil }
    guard distinct.count > mostVisits else {
      ranges = distinct.sorted().map { $0...$0 }
      return
    }
    // Time 0 and before is one window, so that the start stands apart; the rest is cut into round widths.
    let rough = (high - max(low, 0)) / Double(mostVisits - 1)
    let width = [0.25, 0.5, 1, 2, 4, 6, 8, 13, 26, 52, 104, 208].first { $0 >= rough } ?? rough
    let start = max(low, 0)
    var ranges: [ClosedRange<Double>] = low <= 0 ? [low...0] : []
    var edge = start
    while edge < high || ranges.isEmpty {
      ranges.append(edge...(edge + width))
      edge += width
    }
    self.ranges = ranges
  }

  /// The visit of a time that lies within the range of all; a time on an edge belongs to the earlier window.
  func index(of time: Double) -> Int {
    var (low, high) = (0, ranges.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound >= time { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
