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

    func fails(_ row: Int) -> Bool {
      switch test {
      case .missingNumber(let values): values[row].isNaN
      case .missingCategory(let codes): codes[row] < 0
      case .notFinite(let expression): !expression.value(at: row).isFinite
      case .zero(let values): values[row] == 0
      }
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
      for row in 0..<rowCount where verdicts[row] < 0 && check.fails(row) { verdicts[row] = Int16(index) }
    }
    self.verdicts = verdicts
    reasons = checks.map(\.reason)
    usedRows = verdicts.indices.filter { verdicts[$0] < 0 }
  }

  /// Counts rows and people by reason and arm.
  func accounting(subject: CategoryValues?, arm: CategoryValues?) -> RowAccounting {
    RowAccounting(verdicts: verdicts.map(Int.init), reasons: reasons, subject: subject, arm: arm)
  }
}
