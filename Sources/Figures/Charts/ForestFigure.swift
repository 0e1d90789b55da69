/// Estimates with their intervals, one a row, against the value of no effect.
///
/// The height follows from the rows. In the narrow rendition the interval stands below its label.
public struct ForestFigure: Figure, Hashable {
  /// One estimate.
  public struct Row: Sendable, Hashable {
    /// What is estimated.
    public var label: String
    /// The heading under which the row stands; a heading is drawn where it changes.
    public var group: String?
    /// The estimate; `nil` or not finite when there is none, and then only the texts are drawn.
    public var estimate: Double?
    /// The lower limit; an infinite or missing one ends in an arrow or is left out.
    public var low: Double?
    /// The upper limit.
    public var high: Double?
    /// The numbers as text, in the column at the right.
    public var text: String
    /// Whether the row sums up others and is drawn as a diamond.
    public var isSummary: Bool
    /// How many people the smaller of the groups has that the row is about, if known; for the disclosure gate.
    public var people: Int?

    /// Creates a row.
    public init(
      label: String, group: String? = nil, estimate: Double?, low: Double? = nil, high: Double? = nil,
      text: String, isSummary: Bool = false, people: Int? = nil
    ) {
      self.label = label
      self.group = group
      self.estimate = estimate
      self.low = low
      self.high = high
      self.text = text
      self.isSummary = isSummary
      self.people = people
    }
  }

  /// The scale of the estimates.
  public enum Scale: Sendable, Hashable {
    /// For differences.
    case linear
    /// For ratios; estimates at or below 0 cannot be drawn.
    case logarithmic
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the axis, such as "Difference in PHQ-9".
  public var xLabel: String
  /// The rows, from the top.
  public var rows: [Row]
  /// The value of no effect: 0 for differences, 1 for ratios.
  public var nullValue: Double
  /// The scale of the axis.
  public var scale: Scale
  /// What values left of the null favour, such as "favours combined".
  public var leftDirection: String?
  /// What values right of the null favour.
  public var rightDirection: String?
  /// The heading of the labels.
  public var labelHeader: String
  /// The heading of the column of numbers.
  public var textHeader: String
  /// Most that the axis shows; limits beyond it end in an arrow.
  public var range: ClosedRange<Double>?
  /// The widths of the two renditions; their heights are not used.
  public var sizes: FigureSizes

  /// Creates a forest plot.
  ///
  /// - Parameters:
  ///   - title: What the figure shows, in one line.
  ///   - description: The text alternative; when empty, a summary of the data stands in its place.
  ///   - xLabel: The label of the axis.
  ///   - rows: The rows, from the top.
  ///   - nullValue: The value of no effect.
  ///   - scale: The scale of the axis.
  ///   - leftDirection: What values left of the null favour.
  ///   - rightDirection: What values right of the null favour.
  ///   - labelHeader: The heading of the labels.
  ///   - textHeader: The heading of the column of numbers.
  ///   - range: Most that the axis shows.
  ///   - sizes: The widths of the two renditions.
  /// - Precondition: On a logarithmic scale `nullValue` and `range` are positive.
  public init(
    title: String, description: String, xLabel: String, rows: [Row], nullValue: Double,
    scale: Scale = .linear, leftDirection: String? = nil, rightDirection: String? = nil,
    labelHeader: String = "", textHeader: String = "Estimate (95% CI)",
    range: ClosedRange<Double>? = nil, sizes: FigureSizes = .standard
  ) {
    precondition(nullValue.isFinite, "the value of no effect must be finite")
    if scale == .logarithmic {
      precondition(nullValue > 0 && (range?.lowerBound ?? 1) > 0, "a logarithmic axis is positive")
    }
    self.title = title
    self.description = description
    self.xLabel = xLabel
    self.rows = rows
    self.nullValue = nullValue
    self.scale = scale
    self.leftDirection = leftDirection
    self.rightDirection = rightDirection
    self.labelHeader = labelHeader
    self.textHeader = textHeader
    self.range = range
    self.sizes = sizes
  }
}
