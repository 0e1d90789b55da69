/// Distributions of one quantity by group, such as each person's slope, one panel a group.
///
/// Bars show the density of a group's people on a scale that all panels share, so that groups of
/// different size compare; with equal bins the height is the share of people in the bin.
public struct HistogramFigure: Figure, Hashable {
  /// The distribution of one group.
  public struct Series: Sendable, Hashable {
    /// The group's name, at the head of its panel.
    public var name: String
    /// How many fall in each bin.
    public var counts: [Int]
    /// A value to mark on the axis, such as the group's mean, if any.
    public var marked: Double?
    /// Position in the palette; by default the series' place in the figure.
    public var style: Int?
    /// Whether the group has people, none of whom is drawn because every bar is small.
    public internal(set) var hasHidden = false

    /// Creates a series.
    public init(name: String, counts: [Int], marked: Double? = nil, style: Int? = nil) {
      self.name = name
      self.counts = counts
      self.marked = marked
      self.style = style
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the shared axis.
  public var xLabel: String
  /// The edges of the bins, rising, one more than there are bins; a value on an edge is in the bin above it.
  public var edges: [Double]
  /// The groups, from the top.
  public var series: [Series]
  /// Vertical lines through all panels, such as no change.
  public var referenceLines: [ReferenceLine]
  /// What a marked value is called, such as "mean".
  public var markedLabel: String
  /// The unit of the axis.
  public var xUnit: AxisUnit
  /// The widths of the two renditions; their heights are not used.
  public var sizes: FigureSizes

  /// Creates a figure of distributions.
  ///
  /// - Parameters:
  ///   - title: What the figure shows, in one line.
  ///   - description: The text alternative; when empty, a summary of the data stands in its place.
  ///   - xLabel: The label of the shared axis.
  ///   - edges: The edges of the bins, rising and finite.
  ///   - series: The groups, from the top.
  ///   - referenceLines: Vertical lines with their labels.
  ///   - markedLabel: What a marked value is called.
  ///   - xUnit: The unit of the axis.
  ///   - sizes: The widths of the two renditions.
  /// - Precondition: Edges rise strictly and are finite; every series has one count a bin, none negative.
  public init(
    title: String, description: String, xLabel: String, edges: [Double], series: [Series],
    referenceLines: [ReferenceLine] = [], markedLabel: String = "mean", xUnit: AxisUnit = .number,
    sizes: FigureSizes = .standard
  ) {
    precondition(edges.allSatisfy(\.isFinite), "edges must be finite")
    precondition(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }, "edges must rise")
    precondition(
      series.allSatisfy { $0.counts.count == max(0, edges.count - 1) && $0.counts.allSatisfy { $0 >= 0 } },
      "every series needs one count a bin")
    self.title = title
    self.description = description
    self.xLabel = xLabel
    self.edges = edges
    self.series = series
    self.referenceLines = referenceLines
    self.markedLabel = markedLabel
    self.xUnit = xUnit
    self.sizes = sizes
  }
}
