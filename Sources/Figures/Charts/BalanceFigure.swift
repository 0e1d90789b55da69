/// How alike two groups are in each covariate before and after adjustment: a love plot.
///
/// Each row is a covariate, each series a set of standardised mean differences, such as crude and
/// weighted. The height follows from the rows.
public struct BalanceFigure: Figure, Hashable {
  /// The differences of one covariate.
  public struct Row: Sendable, Hashable {
    /// The covariate, with its level if it has several.
    public var label: String
    /// The difference in each series, in their order; `nil` or not finite where there is none.
    public var values: [Double?]

    /// Creates a row.
    public init(label: String, values: [Double?]) {
      self.label = label
      self.values = values
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the axis.
  public var xLabel: String
  /// The names of the series, such as "Crude" and "Weighted".
  public var series: [String]
  /// The covariates, from the top.
  public var rows: [Row]
  /// The size of difference up to which groups count as alike, drawn as dashed lines on both sides of 0.
  public var limit: Double
  /// The widths of the two renditions; their heights are not used.
  public var sizes: FigureSizes

  /// Creates a love plot.
  ///
  /// - Parameters:
  ///   - title: What the figure shows, in one line.
  ///   - description: The text alternative; when empty, a summary of the data stands in its place.
  ///   - xLabel: The label of the axis.
  ///   - series: The names of the series.
  ///   - rows: The covariates, from the top.
  ///   - limit: The size of difference up to which groups count as alike.
  ///   - sizes: The widths of the two renditions.
  /// - Precondition: Every row has one value a series; `limit` is positive and finite.
  public init(
    title: String, description: String, xLabel: String = "Standardised mean difference", series: [String],
    rows: [Row], limit: Double = 0.1, sizes: FigureSizes = .standard
  ) {
    precondition(rows.allSatisfy { $0.values.count == series.count }, "every row needs one value a series")
    precondition(limit > 0 && limit.isFinite, "the limit must be positive")
    self.title = title
    self.description = description
    self.xLabel = xLabel
    self.series = series
    self.rows = rows
    self.limit = limit
    self.sizes = sizes
  }
}
