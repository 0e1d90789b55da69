/// One way in which a column differs from its declaration, with how often it does.
public struct SchemaViolation: Sendable, Equatable {
  /// What differs.
  public enum Kind: String, Sendable, CaseIterable {
    /// The file lacks a declared column.
    case missingColumn = "missing_column"
    /// The file has a column that is not declared.
    case undeclaredColumn = "undeclared_column"
    /// A value is missing where it may not be.
    case missingValue = "missing_value"
    /// A value is not a number.
    case notANumber = "not_a_number"
    /// A number is not whole.
    case notAnInteger = "not_an_integer"
    /// A value is not an ISO date.
    case notADate = "not_a_date"
    /// A level is not among the declared ones.
    case unknownLevel = "unknown_level"
    /// A value lies outside its limits.
    case outOfRange = "out_of_range"
    /// Another row has the same key.
    case duplicateKey = "duplicate_key"
  }

  /// What differs.
  public let kind: Kind
  /// The column; the key's columns joined by commas for a duplicate key.
  public let column: String
  /// In how many rows; 1 for columns that are missing or undeclared.
  public let count: Int
  /// The first of these rows, at most five, in file order; none for columns that are missing or undeclared.
  public let rows: [Int]
  /// The error for the first of them, with file, line, column, text and what was expected.
  public let error: TableError
}

/// Notes the rows that violate one rule: how many they are, and the first ones.
struct ViolatingRows {
  private(set) var count = 0
  private(set) var first: [Int] = []

  mutating func append(_ row: Int) {
    count += 1
    if first.count < 5 { first.append(row) }
  }

  /// The violation, if there is any.
  func violation(
    _ kind: SchemaViolation.Kind, _ column: String, error: (_ firstRow: Int) -> TableError
  ) -> SchemaViolation? {
    first.first.map {
      SchemaViolation(kind: kind, column: column, count: count, rows: first, error: error($0))
    }
  }
}
