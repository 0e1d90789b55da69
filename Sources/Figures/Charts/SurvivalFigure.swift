/// Step curves of survival or incidence, with bands, censoring marks and numbers at risk.
public struct SurvivalFigure: Figure, Hashable {
  /// The value of a curve from one time until the next step.
  public struct Step: Sendable, Hashable {
    /// The time at which the curve steps.
    public var time: Double
    /// The value from this time on, a fraction from 0 to 1.
    public var survival: Double
    /// The lower limit from this time on, if there is one.
    public var low: Double?
    /// The upper limit from this time on, if there is one.
    public var high: Double?
    /// How many events the step rests on, for the disclosure gate.
    public var events: Double

    /// Creates a step; where its events are not said it counts as one.
    public init(
      time: Double, survival: Double, low: Double? = nil, high: Double? = nil, events: Double = 1
    ) {
      self.time = time
      self.survival = survival
      self.low = low
      self.high = high
      self.events = events
    }
  }

  /// Where someone was censored on a curve.
  public struct CensorMark: Sendable, Hashable {
    /// The time of censoring.
    public var time: Double
    /// The value of the curve there.
    public var survival: Double

    /// Creates a censoring mark.
    public init(time: Double, survival: Double) {
      self.time = time
      self.survival = survival
    }
  }

  /// How many were at risk just before a time.
  public struct RiskCount: Sendable, Hashable {
    /// The time.
    public var time: Double
    /// The number at risk just before it.
    public var count: Int

    /// Creates a count.
    public init(time: Double, count: Int) {
      self.time = time
      self.count = count
    }
  }

  /// The curve of one group.
  public struct Curve: Sendable, Hashable {
    /// The group's name, as in the legend.
    public var name: String
    /// The steps in any order; steps whose time or value is not finite are left out.
    public var steps: [Step]
    /// The censoring marks.
    public var censorings: [CensorMark]
    /// Numbers at risk, at all distinct times of the curve or just at those wanted.
    ///
    /// A tick at time t shows the count of the first entry at or after t, and 0 after the last entry.
    public var numbersAtRisk: [RiskCount]
    /// The value before the first step: 1 for survival, 0 for cumulative incidence.
    public var start: Double
    /// Position in the palette; by default the curve's place in the figure.
    public var style: Int?

    /// Creates a curve.
    public init(
      name: String, steps: [Step], censorings: [CensorMark] = [], numbersAtRisk: [RiskCount] = [],
      start: Double = 1, style: Int? = nil
    ) {
      self.name = name
      self.steps = steps
      self.censorings = censorings
      self.numbersAtRisk = numbersAtRisk
      self.start = start
      self.style = style
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the time axis.
  public var xLabel: String
  /// The label of the curve's axis, such as "Free of relapse".
  public var yLabel: String
  /// The curves, in the order of the legend.
  public var curves: [Curve]
  /// The unit of the time axis.
  public var xUnit: AxisUnit
  /// Where the time axis ends; by default at the last time of any curve.
  public var horizon: Double?
  /// The heading of the table of numbers at risk.
  public var countsTitle: String
  /// The sizes of the two renditions.
  public var sizes: FigureSizes
  /// Counts below it, but above 0, are written as `<5`; 0 writes all.
  public internal(set) var leastCount = 0

  /// Creates a figure of step curves.
  ///
  /// - Parameters:
  ///   - title: What the figure shows, in one line.
  ///   - description: The text alternative; when empty, a summary of the data stands in its place.
  ///   - xLabel: The label of the time axis.
  ///   - yLabel: The label of the curve's axis.
  ///   - curves: The curves, in the order of the legend.
  ///   - xUnit: The unit of the time axis.
  ///   - horizon: Where the time axis ends.
  ///   - countsTitle: The heading of the table of numbers at risk.
  ///   - sizes: The sizes of the two renditions.
  public init(
    title: String, description: String, xLabel: String, yLabel: String, curves: [Curve],
    xUnit: AxisUnit = .number, horizon: Double? = nil, countsTitle: String = "Number at risk",
    sizes: FigureSizes = .standard
  ) {
    self.title = title
    self.description = description
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.curves = curves
    self.xUnit = xUnit
    self.horizon = horizon
    self.countsTitle = countsTitle
    self.sizes = sizes
  }
}
