/// The courses of single people over a fan of everyone's quantiles, some of them highlighted.
public struct CourseFigure: Figure, Hashable {
  /// One person's scores.
  public struct Line: Sendable, Hashable {
    /// Times and scores, by time.
    public var points: [TrajectoryFigure.Point]
    /// Whether the person is highlighted.
    public var isFlagged: Bool

    /// Creates a line.
    public init(points: [TrajectoryFigure.Point], isFlagged: Bool) {
      (self.points, self.isFlagged) = (points, isFlagged)
    }
  }

  /// How scores are spread at a time.
  public struct Spread: Sendable, Hashable {
    /// The time.
    public var x: Double
    /// The median.
    public var median: Double
    /// The middle half.
    public var half: ClosedRange<Double>?
    /// The middle four fifths.
    public var most: ClosedRange<Double>?
    /// How many scores.
    public var count: Int

    /// Creates a spread.
    public init(x: Double, median: Double, half: ClosedRange<Double>?, most: ClosedRange<Double>?, count: Int)
    {
      (self.x, self.median, self.half, self.most, self.count) = (x, median, half, most, count)
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the time axis.
  public var xLabel: String
  /// The label of the score axis.
  public var yLabel: String
  /// Single people.
  public var lines: [Line]
  /// Everyone's quantiles, by time.
  public var spread: [Spread]
  /// What highlighted people are called.
  public var flaggedLabel: String
  /// Horizontal lines, such as a threshold of remission.
  public var referenceLines: [ReferenceLine]
  /// The unit of the time axis.
  public var xUnit: AxisUnit
  /// The sizes of the two renditions.
  public var sizes: FigureSizes

  /// Creates a figure of courses.
  public init(
    title: String, description: String = "", xLabel: String, yLabel: String, lines: [Line], spread: [Spread],
    flaggedLabel: String, referenceLines: [ReferenceLine] = [], xUnit: AxisUnit = .number,
    sizes: FigureSizes = .standard
  ) {
    self.title = title
    self.description = description
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.lines = lines
    self.spread = spread
    self.flaggedLabel = flaggedLabel
    self.referenceLines = referenceLines
    self.xUnit = xUnit
    self.sizes = sizes
  }

  /// Without single people, and without quantiles beyond which there are fewer than so many scores.
  public func hidingCounts(below least: Int) -> CourseFigure {
    guard least > 1 else { return self }
    var figure = self
    figure.lines = []
    figure.spread = spread.filter { $0.count >= 2 * least }
    for index in figure.spread.indices {
      let count = figure.spread[index].count
      if count / 10 < least { figure.spread[index].most = nil }
      if count / 4 < least { figure.spread[index].half = nil }
    }
    return figure
  }
}

extension CourseFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard let drawing = CourseDrawing(self, layout: layout, canvas: canvas) else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: the median at the start and at the end.
  public var dataSummary: String {
    guard let first = spread.first, let last = spread.last else { return "No data." }
    var text =
      "\(yLabel) by \(xLabel). Median \(NumberText.brief(first.median)) at \(NumberText.brief(first.x)), "
    text += "\(NumberText.brief(last.median)) at \(NumberText.brief(last.x))."
    if !lines.isEmpty {
      text +=
        " \(NumberText.count(lines.count)) people are drawn, \(NumberText.count(lines.count { $0.isFlagged })) \(flaggedLabel)."
    }
    return text
  }
}

/// The geometry of a figure of courses.
private struct CourseDrawing {
  private let figure: CourseFigure
  private let size: FigureSize
  private let heading: [String]
  private let xLabel: [String]
  private let frame: PlotFrame
  private let xTicks: Ticks
  private let yTicks: Ticks
  private let xScale: AxisScale
  private let yScale: AxisScale
  private let legendHeight: Double

  private static let flagged = 1
  private static let everyone = 0

  init?(_ figure: CourseFigure, layout: FigureLayout, canvas: Canvas) {
    let points = figure.lines.flatMap(\.points).filter {
      AxisScale.isDrawable($0.x) && AxisScale.isDrawable($0.mean)
    }
    let fan = figure.spread.flatMap {
      [$0.median, $0.most?.lowerBound, $0.most?.upperBound].compactMap(\.self)
    }
    guard let xRange = AxisScale.range(of: points.map(\.x) + figure.spread.map(\.x)),
      let yRange = AxisScale.range(of: points.map(\.mean) + fan + figure.referenceLines.map(\.value))
    else { return nil }
    self.figure = figure
    size = figure.sizes[layout]
    yTicks = Ticks.enclosing(yRange, most: layout == .wide ? 9 : 7)
    heading = TextMetrics.wrap(figure.yLabel, width: size.width, size: canvas.fontSize, lines: 2)
    legendHeight = canvas.lineHeight + 8
    let left = canvas.labelRoom(yTicks)
    xLabel = TextMetrics.wrap(figure.xLabel, width: size.width - left, size: canvas.fontSize, lines: 2)
    frame = canvas.frame(
      size: size, left: left, rightMargin: 14, top: legendHeight + canvas.headingHeight(heading) + 10,
      xLabel: xLabel)
    yScale = AxisScale(
      (yTicks.values.first ?? 0)...(yTicks.values.last ?? 1), from: frame.bottom, to: frame.top)
    let scale = AxisScale(xRange, from: frame.left + 10, to: frame.right - 10)
    xScale = scale
    xTicks = Ticks.fitting(scale, most: layout == .wide ? 12 : 7, size: canvas.smallSize) {
      Ticks.inside(xRange, most: $0, unit: figure.xUnit)
    }
  }

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    drawLegend(on: &canvas)
    canvas.heading(heading, top: legendHeight, full: figure.yLabel)
    canvas.verticalAxis(yTicks, yScale, in: frame)
    drawBand(\.most, opacity: 0.12, on: &canvas)
    drawBand(\.half, opacity: 0.22, on: &canvas)
    for line in figure.lines where !line.isFlagged { drawLine(line, .muted, width: 0.8, on: &canvas) }
    for line in figure.lines where line.isFlagged {
      drawLine(line, .series(Self.flagged), width: 1.5, on: &canvas)
    }
    let median = figure.spread.map { Position(xScale.place($0.x), yScale.place($0.median)) }
    if median.count > 1 {
      canvas.path(PathText.polyline(median), stroke: .ground, width: 5)
      canvas.path(PathText.polyline(median), stroke: .series(Self.everyone), width: 2.6)
    }
    for reference in figure.referenceLines where yScale.domain.contains(reference.value) {
      canvas.horizontalReference(reference, yScale, in: frame)
    }
    canvas.horizontalAxis(xTicks, xScale, in: frame, label: xLabel)
    let height = frame.bottom + canvas.axisHeight(label: xLabel)
    return canvas.finish(width: size.width, height: height, title: title, description: description)
  }

  private func drawLegend(on canvas: inout Canvas) {
    var x = 0.0
    func entry(_ name: String, _ paint: Paint, width: Double) {
      let middle = canvas.lineHeight / 2
      canvas.line(from: Position(x, middle), to: Position(x + 24, middle), paint, width: width)
      canvas.text(name, at: Position(x + 30, middle + canvas.fontSize * 0.36))
      x += 30 + TextMetrics.width(name, size: canvas.fontSize) + 18
    }
    if !figure.spread.isEmpty { entry("median", .series(Self.everyone), width: 2.6) }
    if figure.lines.contains(where: { $0.isFlagged }) {
      entry(figure.flaggedLabel, .series(Self.flagged), width: 1.5)
    }
    if figure.lines.contains(where: { !$0.isFlagged }) { entry("others", .muted, width: 0.8) }
  }

  private func drawBand(
    _ range: (CourseFigure.Spread) -> ClosedRange<Double>?, opacity: Double, on canvas: inout Canvas
  ) {
    for run in figure.spread.split(whereSeparator: { range($0) == nil }) where run.count > 1 {
      let upper = run.map { Position(xScale.place($0.x), yScale.place(range($0)?.upperBound ?? 0)) }
      let lower = run.map { Position(xScale.place($0.x), yScale.place(range($0)?.lowerBound ?? 0)) }
      canvas.path(
        PathText.polygon(upper + lower.reversed()), fill: .series(Self.everyone), fillOpacity: opacity)
    }
  }

  private func drawLine(_ line: CourseFigure.Line, _ paint: Paint, width: Double, on canvas: inout Canvas) {
    let places = line.points.filter { AxisScale.isDrawable($0.x) && AxisScale.isDrawable($0.mean) }
      .map { Position(xScale.place($0.x), yScale.place($0.mean)) }
    if places.count > 1 { canvas.path(PathText.polyline(places), stroke: paint, width: width) }
  }
}
