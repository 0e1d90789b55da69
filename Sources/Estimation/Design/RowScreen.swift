import CohortTables

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

    /// Gives the rows that fail, and have not failed before, the check's index.
    func mark(_ verdicts: inout [Int16], index: Int16) {
      switch test {
      // Most columns have nothing to mark, which is found without looking at the verdicts.
      case .missingNumber(let values):
        if !Self.areFinite(values) { Self.mark(&verdicts, index, values) { $0.isNaN } }
      case .missingCategory(let codes):
        if (codes.min() ?? 0) < 0 { Self.mark(&verdicts, index, codes) { $0 < 0 } }
      case .zero(let values): Self.mark(&verdicts, index, values) { $0 == 0 }
      case .notFinite(let expression):
        for row in verdicts.indices where verdicts[row] < 0 && !expression.value(at: row).isFinite {
          verdicts[row] = index
        }
      }
    }

    /// Whether no number is missing or infinite: a difference of such a one and itself is not 0.
    private static func areFinite(_ values: [Double]) -> Bool {
      let values = values.span
      var differences = SIMD8<Double>()
      let even = values.count & ~7
      for start in stride(from: 0, to: even, by: 8) {
        var eight = SIMD8<Double>()
        for lane in 0..<8 { eight[lane] = values[start + lane] }
        differences += eight - eight
      }
      for row in even..<values.count { differences[0] += values[row] - values[row] }
      return differences.sum() == 0
    }

    @inline(__always)
    private static func mark<Value>(
      _ verdicts: inout [Int16], _ index: Int16, _ values: [Value], _ fails: (Value) -> Bool
    ) {
      for row in verdicts.indices where verdicts[row] < 0 && fails(values[row]) { verdicts[row] = index }
    }
  }

  /// The index of the check that a row fails, or -1 for a row that is used.
  let verdicts: [Int16]
  /// The reasons, by index.
  let reasons: [String]
  /// The used rows, in table order.
  let usedRows: [Int]

  init(rowCount: Int, checks: [Check]) {
    var verdicts = [Int16](repeating: -1, count: rowCount)
    for (index, check) in checks.enumerated() {
      check.mark(&verdicts, index: Int16(index))
    }
    self.verdicts = verdicts
    reasons = checks.map(\.reason)
    var usedRows: [Int] = []
    usedRows.reserveCapacity(rowCount)
    for row in 0..<rowCount where verdicts[row] < 0 { usedRows.append(row) }
    self.usedRows = usedRows
  }

  /// Counts rows and people by reason and arm.
  func accounting(subject: CategoryValues?, arm: CategoryValues?) -> RowAccounting {
    RowAccounting(verdicts: verdicts.map(Int.init), reasons: reasons, subject: subject, arm: arm)
  }
}
