import CohortTables
import LinearAlgebra

/// Which rows a model can use, and why the others cannot.
///
/// The checks have an order; a row falls under the first one it fails.
struct RowScreen: Sendable {
  /// One reason for leaving a row out.
  struct Check: Sendable {
    enum Test: Sendable {
      case missingNumber([Double])
      case missingCategory([Int32])
      case notFinite(BoundExpression)
      case zero([Double])
    }

    let reason: String
    let test: Test

    /// Gives the rows of a stretch that fail, and have not failed before, the check's index.
    func mark(_ verdicts: inout [Int16], of rows: Range<Int>, index: Int16) {
      switch test {
      // Most columns have nothing to mark, which is found without looking at the verdicts.
      case .missingNumber(let values):
        if !Self.areFinite(values, rows) { Self.mark(&verdicts, index, rows) { values[$0].isNaN } }
      case .missingCategory(let codes):
        if (codes[rows].min() ?? 0) < 0 { Self.mark(&verdicts, index, rows) { codes[$0] < 0 } }
      case .zero(let values): Self.mark(&verdicts, index, rows) { values[$0] == 0 }
      case .notFinite(.values(let values)):
        if !Self.areFinite(values, rows) { Self.mark(&verdicts, index, rows) { !values[$0].isFinite } }
      case .notFinite(let expression):
        Self.mark(&verdicts, index, rows) { !expression.value(at: $0).isFinite }
      }
    }

    /// Whether the sum of some numbers tells that none is missing or infinite.
    private static func areFinite(_ values: [Double], _ rows: Range<Int>) -> Bool {
      RowKernels.sum(values, rows, less: 0).isFinite
    }

    @inline(__always)
    private static func mark(
      _ verdicts: inout [Int16], _ index: Int16, _ rows: Range<Int>, _ fails: (Int) -> Bool
    ) {
      if verdicts.isEmpty { verdicts = [Int16](repeating: -1, count: rows.count) }
      for row in rows where verdicts[row - rows.lowerBound] < 0 && fails(row) {
        verdicts[row - rows.lowerBound] = index
      }
    }
  }

  /// How many rows there are.
  let rowCount: Int
  /// The stretches of rows that hold one which fails, with the index of the check for each row.
  private let marked: [(rows: Range<Int>, marks: [Int16])]
  /// The reasons, by index.
  let reasons: [String]
  /// The used rows, in table order.
  let usedRows: RowSelection
  /// The mean over the used rows of each column that was asked for.
  let means: [String: Double]

  /// Applies the checks to all rows, and averages columns, by name, over those that are used; rows may stand for
  /// `copies` of themselves.
  init(
    rowCount: Int, checks: [Check], averaging averaged: [String: [Double]] = [:], copies: [Double]? = nil,
    executor: some FoldExecutor = SerialExecutor()
  ) throws {
    let names = averaged.keys.sorted()
    let fold = RowScreening(
      checks: checks, averaged: names.compactMap { averaged[$0] }, copies: copies)
    let result = try executor.run(fold, over: RowStretches(cut: LeafCut(rowCount: rowCount)))
    reasons = checks.map(\.reason)
    self.rowCount = rowCount
    marked = result.marked
    means = Dictionary(uniqueKeysWithValues: zip(names, fold.means(result)))
    guard !marked.isEmpty else {
      usedRows = RowSelection(first: rowCount)
      return
    }
    var usedRows: [Int] = []
    usedRows.reserveCapacity(rowCount)
    var next = 0
    for (rows, marks) in marked {
      usedRows.append(contentsOf: next..<rows.lowerBound)
      for (place, mark) in marks.enumerated() where mark < 0 { usedRows.append(rows.lowerBound + place) }
      next = rows.upperBound
    }
    usedRows.append(contentsOf: next..<rowCount)
    self.usedRows = RowSelection(usedRows)
  }

  /// The index of the check that a row fails, or -1 for a row that is used.
  var verdicts: [Int16] {
    var verdicts = [Int16](repeating: -1, count: rowCount)
    for (rows, marks) in marked { verdicts.replaceSubrange(rows, with: marks) }
    return verdicts
  }

  /// Counts rows and people by reason and arm.
  func accounting(subject: CategoryValues?, arm: CategoryValues?) -> RowAccounting {
    if marked.isEmpty, subject == nil, arm == nil { return RowAccounting(allUsed: rowCount) }
    return RowAccounting(marks: verdicts, reasons: reasons, subject: subject, arm: arm)
  }
}

/// The rows of a table, cut into stretches.
private struct RowStretches: BlockSource {
  let cut: LeafCut

  var leafCount: Int { cut.leafCount }

  func forEachBlock(ofLeaf leaf: Int, _ body: (Range<Int>) -> Void) { body(cut.rows(ofLeaf: leaf)) }
}

/// Checks and sums of stretches of rows.
private struct RowScreening: Fold {
  let checks: [RowScreen.Check]
  let averaged: [[Double]]
  let copies: [Double]?
  /// Taken from each column before it is summed, so that one far from 0 costs no digits.
  private let shifts: [Double]

  init(checks: [RowScreen.Check], averaged: [[Double]], copies: [Double]?) {
    self.checks = checks
    self.averaged = averaged
    self.copies = copies
    shifts = averaged.map { $0.first(where: \.isFinite) ?? 0 }
  }

  struct State: Sendable {
    /// The stretches that have a row which fails, with the index of the check for each row.
    var marked: [(rows: Range<Int>, marks: [Int16])] = []
    var sums: [Double]
    var count = 0.0
  }

  var initialState: State { State(sums: [Double](repeating: 0, count: averaged.count)) }

  func accumulate(_ rows: Range<Int>, into state: inout State) {
    var marks: [Int16] = []
    for (index, check) in checks.enumerated() { check.mark(&marks, of: rows, index: Int16(index)) }
    let isWhole = marks.allSatisfy { $0 < 0 }
    if !isWhole { state.marked.append((rows, marks)) }
    if isWhole, copies == nil {
      state.count += Double(rows.count)
      for (column, values) in averaged.enumerated() {
        state.sums[column] += RowKernels.sum(values, rows, less: shifts[column])
      }
    } else {
      for row in rows where isWhole || marks[row - rows.lowerBound] < 0 {
        let weight = copies?[row] ?? 1
        state.count += weight
        for column in averaged.indices {
          state.sums[column] += weight * (averaged[column][row] - shifts[column])
        }
      }
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.marked.append(contentsOf: later.marked)
    for column in averaged.indices { earlier.sums[column] += later.sums[column] }
    earlier.count += later.count
  }

  func finalize(_ state: consuming State) -> State { state }

  func means(_ state: State) -> [Double] {
    averaged.indices.map { shifts[$0] + state.sums[$0] / state.count }
  }
}
