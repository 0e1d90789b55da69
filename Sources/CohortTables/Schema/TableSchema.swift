/// What a file is declared to hold: its columns with their types, ranges, levels and missing codes, and its
/// key.
///
/// A schema turns surprises into errors. Reading by a schema fixes each column's type; ``check(_:)`` then
/// throws the first violation in file order and ``violations(in:)`` counts them all.
///
/// ```swift
/// let visits = try Table(csv: "visits.csv", schema: .declared(schema))
/// ```
public struct TableSchema: Sendable, Equatable {
  /// What the values of a column are.
  public enum ColumnKind: String, Sendable, CaseIterable {
    /// Numbers.
    case number
    /// Whole numbers.
    case integer
    /// Texts of which there are few: arms, sites, sexes.
    case category
    /// ISO 8601 dates or date-times: see ``DateText``.
    case date
    /// Texts that name people or things; digits are kept as they stand.
    case identifier
  }

  /// Limits, both included.
  public enum Limits: Sendable, Equatable {
    /// Limits of a number; nil is no limit.
    case numbers(from: Double?, to: Double?)
    /// Limits of a date; nil is no limit.
    case dates(from: CalendarDay?, to: CalendarDay?)
  }

  /// What one column is declared to hold.
  public struct ColumnRule: Sendable, Equatable {
    /// The name in the header.
    public var name: String
    /// What its values are.
    public var kind: ColumnKind
    /// The levels that a category may have; nil allows any.
    public var levels: [String]?
    /// The limits of a number, an integer or a date.
    public var limits: Limits?
    /// The unit, for people.
    public var unit: String?
    /// The missing codes of this column, in place of the file's; nil takes the file's.
    public var missingCodes: [String]?
    /// Whether values may be missing.
    public var allowsMissing: Bool

    /// A rule.
    ///
    /// - Precondition: Levels are for categories; limits are numbers for numbers and integers, dates for
    ///   dates.
    public init(
      _ name: String, _ kind: ColumnKind, levels: [String]? = nil, limits: Limits? = nil, unit: String? = nil,
      missingCodes: [String]? = nil, allowsMissing: Bool = true
    ) {
      precondition(levels == nil || kind == .category, "levels are for categories")
      switch limits {
      case nil: break
      case .numbers:
        precondition(kind == .number || kind == .integer, "limits that are numbers are for numbers")
      case .dates: precondition(kind == .date, "limits that are dates are for dates")
      }
      self.name = name
      self.kind = kind
      self.levels = levels
      self.limits = limits
      self.unit = unit
      self.missingCodes = missingCodes
      self.allowsMissing = allowsMissing
    }
  }

  /// The columns, in any order; the file must have them all.
  public var columns: [ColumnRule]
  /// The columns that together differ between any two rows and are never missing; none for no key.
  public var key: [String]
  /// The file's missing codes in place of the usual ones, besides the empty field; nil for the usual ones.
  public var missingCodes: [String]?
  /// Whether the file may have columns that are not declared.
  public var allowsExtraColumns: Bool

  /// A schema.
  ///
  /// - Precondition: Column names are distinct, and the key consists of declared columns.
  public init(
    columns: [ColumnRule], key: [String] = [], missingCodes: [String]? = nil, allowsExtraColumns: Bool = false
  ) {
    let names = Set(columns.map(\.name))
    precondition(names.count == columns.count, "columns are declared once")
    precondition(key.allSatisfy(names.contains), "the key consists of declared columns")
    self.columns = columns
    self.key = key
    self.missingCodes = missingCodes
    self.allowsExtraColumns = allowsExtraColumns
  }

  /// The rule of a column, if it is declared.
  public func rule(for column: String) -> ColumnRule? { columns.first { $0.name == column } }
}

/// Whether a file is read by what its cells look like, or by what they are declared to be.
public enum SchemaChoice: Sendable, Equatable {
  /// Types are found from the whole file.
  case inferred
  /// Types, levels, limits, missing codes and key are declared; what differs is refused.
  case declared(TableSchema)
}
