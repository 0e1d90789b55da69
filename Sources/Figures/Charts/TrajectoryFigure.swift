/// Means over time by group, with their intervals and the numbers observed.
///
/// Ticks stand at the visits where those fit, else at round values.
public struct TrajectoryFigure: Figure, Hashable {
  /// One mean of a series.
  public struct Point: Sendable, Hashable {
    /// The time, in the units of the axis.
    public var x: Double
    /// The mean; a point whose mean or time is not finite is left out.
    public var mean: Double
    /// The lower limit, if there is one.
    public var low: Double?
    /// The upper limit, if there is one.
    public var high: Double?
    /// How many were observed, if known.
    public var count: Int?

    /// Creates a point.
    public init(x: Double, mean: Double, low: Double? = nil, high: Double? = nil, count: Int? = nil) {
      self.x = x
      self.mean = mean
      self.low = low
      self.high = high
      self.count = count
    }
  }

  /// The means of one group.
  public struct Series: Sendable, Hashable {
    /// The group's name, as in the legend.
    public var name: String
    /// The means in any order; they are drawn by time.
    public var points: [Point]
    /// Position in the palette, so that a group looks alike in all figures; by default its place in the figure.
    public var style: Int?

    /// Creates a series.
    public init(name: String, points: [Point], style: Int? = nil) {
      self.name = name
      self.points = points
      self.style = style
    }
  }

  /// How the limits of the means are drawn.
  public enum IntervalMark: Sendable, Hashable {
    /// A shaded band.
    case band
    /// Bars, set a little apart between the series.
    case bars
    /// Bands for up to three series, else bars.
    case automatic
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the time axis.
  public var xLabel: String
  /// The label of the score axis.
  public var yLabel: String
  /// The groups, in the order of the legend.
  public var series: [Series]
  /// Horizontal lines, such as a threshold of remission.
  public var referenceLines: [ReferenceLine]
  /// The unit of the time axis.
  public var xUnit: AxisUnit
  /// Which way is better; noted beside the axis label.
  public var direction: ScoreDirection?
  /// Least range of the score axis; it is widened to what is drawn.
  public var yRange: ClosedRange<Double>?
  /// How limits are drawn.
  public var intervals: IntervalMark
  /// The heading of the table of counts.
  public var countsTitle: String
  /// The sizes of the two renditions.
  public var sizes: FigureSizes
  /// Counts below it, but above 0, are written as `<5`; 0 writes all.
  public internal(set) var leastCount = 0

  /// Creates a figure of means over time.
  ///
  /// - Parameters:
  ///   - title: What the figure shows, in one line.
  ///   - description: The text alternative; when empty, a summary of the data stands in its place.
  ///   - xLabel: The label of the time axis.
  ///   - yLabel: The label of the score axis.
  ///   - series: The groups, in the order of the legend.
  ///   - referenceLines: Horizontal lines with their labels.
  ///   - xUnit: The unit of the time axis.
  ///   - direction: Which way of the score is better.
  ///   - yRange: Least range of the score axis.
  ///   - intervals: How limits are drawn.
  ///   - countsTitle: The heading of the table of counts, drawn when any point has a count.
  ///   - sizes: The sizes of the two renditions.
  public init(
    title: String, description: String, xLabel: String, yLabel: String, series: [Series],
    referenceLines: [ReferenceLine] = [], xUnit: AxisUnit = .number, direction: ScoreDirection? = nil,
    yRange: ClosedRange<Double>? = nil, intervals: IntervalMark = .automatic,
    countsTitle: String = "Number observed", sizes: FigureSizes = .standard
  ) {
    self.title = title
    self.description = description
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
    self.referenceLines = referenceLines
    self.xUnit = xUnit
    self.direction = direction
    self.yRange = yRange
    self.intervals = intervals
    self.countsTitle = countsTitle
    self.sizes = sizes
  }
}
