/// Shares by row and column as a table of shaded cells, such as missing values by arm and visit.
///
/// Every share is written in its cell, so that nothing rests on the shade. Rows stand in groups that may have a
/// heading. A narrow place or many columns get the columns in several blocks, one below the other.
public struct ShareTableFigure: Figure, Hashable {
  /// One line of cells.
  public struct Row: Sendable, Hashable {
    /// The row's name.
    public var label: String
    /// The share in each column, in their order; `nil` or not finite where there is none.
    public var shares: [Double?]
    /// What stands in the tooltip of each cell, such as the counts; empty for none.
    public var notes: [String]

    /// Creates a row.
    public init(label: String, shares: [Double?], notes: [String] = []) {
      self.label = label
      self.shares = shares
      self.notes = notes
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// What the columns are, such as "Week"; above them.
  public var columnLabel: String
  /// The columns' names.
  public var columns: [String]
  /// The rows, from the top.
  public var rows: [Row]
  /// Position in the palette.
  public var style: Int
  /// The widths of the two renditions; their heights are not used.
  public var sizes: FigureSizes

  /// Creates a table of shares.
  ///
  /// - Parameters:
  ///   - title: What the figure shows, in one line.
  ///   - description: The text alternative; when empty, a summary of the data stands in its place.
  ///   - columnLabel: What the columns are.
  ///   - columns: The columns' names.
  ///   - rows: The rows, from the top.
  ///   - style: Position in the palette.
  ///   - sizes: The widths of the two renditions.
  /// - Precondition: Every row has one share a column, and one note a column or none.
  public init(
    title: String, description: String, columnLabel: String, columns: [String], rows: [Row], style: Int = 0,
    sizes: FigureSizes = .standard
  ) {
    precondition(
      rows.allSatisfy { $0.shares.count == columns.count }, "every row needs one share a column")
    precondition(
      rows.allSatisfy { $0.notes.isEmpty || $0.notes.count == columns.count },
      "every row needs one note a column, or none")
    precondition(style >= 0, "a style's position starts at 0")
    self.title = title
    self.description = description
    self.columnLabel = columnLabel
    self.columns = columns
    self.rows = rows
    self.style = style
    self.sizes = sizes
  }
}
