public import CohortTables
public import LinearAlgebra

/// The answers of people to the items of a questionnaire: complete rows, and how many were not.
public struct ItemResponses: Sendable, Equatable {
  /// The items' columns, in order.
  public let items: [String]
  /// One row a complete row of the file, one column an item, all turned the way of the score.
  public let complete: Matrix
  /// The rows of the file.
  public let rowsRead: Int
  /// The rows left out because an answer is missing.
  public let rowsIncomplete: Int

  /// Takes columns of a table as items.
  ///
  /// - Parameters:
  ///   - table: One row a person (and time).
  ///   - items: The columns.
  ///   - reversed: Those that run against the score.
  ///   - answers: The lowest and highest answer that is possible; reversed answers become their sum less the answer.
  ///   - rows: Which rows are taken; all where nil.
  /// - Throws: `TableError` when a column is missing, holds no numbers, or an answer is outside the possible ones;
  ///   `OutcomesError` when a reversed item is not among the items.
  public init(
    _ table: Table, items: [String], reversed: Set<String> = [], answers: ClosedRange<Double>,
    rows: [Int]? = nil
  ) throws {
    if let stray = reversed.subtracting(items).min() {
      throw OutcomesError(
        "\(table.source.displayName): '\(stray)' is to be reversed but is not among the items")
    }
    let columns = try items.map { name in
      let values = try table.requireColumn(name).numericValues()
      for (row, answer) in values.enumerated() where !answer.isNaN && !answers.contains(answer) {
        throw table.invalidValue(
          row: row, column: name,
          expected:
            "an answer from \(NumberText.shortest(answers.lowerBound)) to \(NumberText.shortest(answers.upperBound))"
        )
      }
      return values
    }
    let taken = rows ?? Array(0..<table.rowCount)
    let whole = taken.filter { row in columns.allSatisfy { !$0[row].isNaN } }
    self.items = items
    rowsRead = taken.count
    rowsIncomplete = taken.count - whole.count
    let turn = answers.lowerBound + answers.upperBound
    complete = Matrix(
      rowCount: whole.count, columnCount: items.count,
      columnMajor: zip(items, columns).flatMap { name, column in
        whole.map { reversed.contains(name) ? turn - column[$0] : column[$0] }
      })
  }
}
