import CohortTables
import LinearAlgebra

/// The independent units of robust standard errors: clusters, people, or rows.
struct RobustUnits: Sendable {
  /// The unit of each sorted row.
  let codes: [Int32]
  let count: Int
  let smallest: Int
  let largest: Int
  /// The column that tells them; nil where each row stands alone.
  let column: String?
  /// Why errors are robust though nobody asked for it; nil where somebody did.
  let reason: String?

  /// The units; nil where the model's own errors are wanted.
  ///
  /// - Throws: `EstimationError` when there is one cluster alone.
  init?(_ model: CoxModel, _ frame: ModelFrame, _ rows: RiskRows, in table: Table) throws {
    guard model.errors != .model else { return nil }
    let events = rows
    if let column = frame.options.cluster, let clusters = frame.clusters {
      self.init(column, rows.rows.map { clusters[$0] }, reason: nil)
    } else {
      let people = try frame.options.subject.map { name in
        (name, try table.requireColumn(name).asCategories().codes.array())
      }
      let repeated = people.map { Self.hasSeveralEvents($0.1, events) } ?? false
      let isSampled = frame.options.weights?.kind == .sampling
      guard model.errors == .robust || repeated || isSampled else { return nil }
      let reason =
        model.errors == .robust
        ? nil
        : repeated ? "people have several events" : "sampling weights stand for people who were not seen"
      if let (name, codes) = people {
        self.init(name, rows.rows.map { codes[$0] }, reason: reason)
      } else {
        self.init(nil, (0..<Int32(rows.rowCount)).map { $0 }, reason: reason)
      }
    }
    guard count > 1 else {
      throw EstimationError(
        .tooFewRows,
        "all used rows belong to one cluster of '\(column ?? "")': its error cannot be told from the coefficients"
      )
    }
  }

  private init(_ column: String?, _ codes: [Int32], reason: String?) {
    self.column = column
    self.reason = reason
    // Codes of clusters that have used rows, renumbered.
    let most = Int(codes.max() ?? -1) + 1
    var sizes = [Int](repeating: 0, count: most)
    for code in codes { sizes[Int(code)] += 1 }
    var number = [Int32](repeating: -1, count: most)
    var next: Int32 = 0
    for code in sizes.indices where sizes[code] > 0 {
      number[code] = next
      next += 1
    }
    self.codes = codes.map { number[Int($0)] }
    count = Int(next)
    let present = sizes.filter { $0 > 0 }
    smallest = present.min() ?? 0
    largest = present.max() ?? 0
  }

  private static func hasSeveralEvents(_ people: [Int32], _ rows: RiskRows) -> Bool {
    var seen = Set<Int32>()
    for key in 0..<rows.keyCount {
      for row in rows.events(ofKey: key) where !seen.insert(people[rows.rows[row]]).inserted { return true }
    }
    return false
  }
}
