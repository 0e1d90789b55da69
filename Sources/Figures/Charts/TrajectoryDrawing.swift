extension TrajectoryFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard let drawing = TrajectoryDrawing(self, layout: layout, canvas: canvas) else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: where each series starts and ends.
  public var dataSummary: String {
    let parts = series.compactMap { series -> String? in
      let points = series.drawable
      guard let first = points.first, let last = points.last else { return nil }
      let start = "\(series.name): \(NumberText.brief(first.mean)) at \(NumberText.brief(first.x))"
      guard points.count > 1 else { return start + "." }
      return start + ", \(NumberText.brief(last.mean)) at \(NumberText.brief(last.x))."
    }
    guard !parts.isEmpty else { return "No data." }
    return "\(yLabel) by \(xLabel). " + parts.joined(separator: " ")
  }
}

extension TrajectoryFigure.Series {
  /// The points that can be drawn, by time.
  fileprivate var drawable: [TrajectoryFigure.Point] {
    let kept = points.filter { AxisScale.isDrawable($0.x) && AxisScale.isDrawable($0.mean) }
    // Ties keep their order, so that drawing does not depend on the sort's stability.
    return kept.enumerated().sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(\.element)
  }
}

extension TrajectoryFigure.Point {
  /// The limits, if both can be drawn.
  fileprivate var limits: ClosedRange<Double>? {
    guard let low, let high, AxisScale.isDrawable(low), AxisScale.isDrawable(high), low <= high else {
      return nil
    }
    return low...high
  }
}

/// The geometry of a trajectory figure.
package struct TrajectoryDrawing {
  private struct Line {
    let name: String
    let style: Int
    let points: [TrajectoryFigure.Point]
  }

  private let figure: TrajectoryFigure
  private let layout: FigureLayout
  private let lines: [Line]
  private let legend: Legend
  private let heading: [String]
  private let headingText: String
  private let xLabel: [String]
  private let size: FigureSize
  private let xTicks: Ticks
  private let yTicks: Ticks
  private let rows: [CountTable.Row]
  package let frame: PlotFrame
  package let xScale: AxisScale
  package let yScale: AxisScale

  /// Lays the figure out; `nil` if no point can be drawn.
  package init?(_ figure: TrajectoryFigure, layout: FigureLayout, canvas: Canvas) {
    let lines = figure.series.enumerated().map { index, series in
      Line(name: series.name, style: series.style ?? index, points: series.drawable)
    }
    let points = lines.flatMap(\.points)
    guard let xRange = AxisScale.range(of: points.map(\.x)) else { return nil }
    self.figure = figure
    self.layout = layout
    self.lines = lines
    size = figure.sizes[layout]

    guard let yRange = Self.yRange(figure, points: points) else { return nil }
    yTicks = Ticks.enclosing(yRange, most: layout == .wide ? 9 : 7)
    let direction = figure.direction.map {
      $0 == .lowerIsBetter ? " (↓ lower is better)" : " (↑ higher is better)"
    }
    headingText = figure.yLabel + (direction ?? "")
    heading = TextMetrics.wrap(headingText, width: size.width, size: canvas.fontSize, lines: 2)
    legend = Legend(
      lines.map { Legend.Entry(name: $0.name, style: $0.style) }, width: size.width, canvas: canvas)

    // Horizontal axis, with room for the counts under its ticks.
    let counts = points.compactMap(\.count)
    let cell = counts.max().map { CountTable.cellWidth($0, canvas: canvas) } ?? 0
    let names = counts.isEmpty ? [] : lines.map(\.name)
    let left = max(
      canvas.labelRoom(yTicks),
      CountTable.nameRoom(names, cellWidth: cell, width: size.width, layout: layout, canvas: canvas))
    let top = legend.height + canvas.headingHeight(heading) + 10
    xLabel = TextMetrics.wrap(figure.xLabel, width: size.width - left, size: canvas.fontSize, lines: 2)
    frame = canvas.frame(size: size, left: left, rightMargin: max(12, cell / 2 + 1), top: top, xLabel: xLabel)
    yScale = AxisScale(
      (yTicks.values.first ?? 0)...(yTicks.values.last ?? 1), from: frame.bottom, to: frame.top)
    let inset = 14.0
    xScale = AxisScale(xRange, from: frame.left + inset, to: frame.right - inset)
    xTicks = Self.ticks(
      points.map(\.x), range: xRange, scale: xScale, unit: figure.xUnit, cell: cell, layout: layout,
      size: canvas.smallSize)
    rows = counts.isEmpty ? [] : Self.countRows(lines, ticks: xTicks)
  }

  /// All that is drawn, with a little room so that marks do not lie on the axis; no room below 0.
  private static func yRange(
    _ figure: TrajectoryFigure, points: [TrajectoryFigure.Point]
  ) -> ClosedRange<Double>? {
    let drawn = points.flatMap { point in
      [point.mean] + (point.limits.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }
    guard let range = AxisScale.range(of: drawn + figure.referenceLines.map(\.value)) else { return nil }
    let margin = (range.upperBound - range.lowerBound) * 0.02
    let low = range.lowerBound >= 0 ? max(0, range.lowerBound - margin) : range.lowerBound - margin
    let asked = figure.yRange.map { [$0.lowerBound, $0.upperBound] } ?? []
    return AxisScale.range(of: [low, range.upperBound + margin] + asked)
  }

  private static func ticks(
    _ times: [Double], range: ClosedRange<Double>, scale: AxisScale, unit: AxisUnit, cell: Double,
    layout: FigureLayout, size: Double
  ) -> Ticks {
    let visits = Ticks.at(Set(times).sorted(), unit: unit)
    if visits.values.count <= 16, visits.fits(scale, size: size, cellWidth: cell) { return visits }
    return Ticks.fitting(scale, most: layout == .wide ? 12 : 7, size: size, cellWidth: cell) {
      Ticks.inside(range, most: $0, unit: unit)
    }
  }

  private static func countRows(_ lines: [Line], ticks: Ticks) -> [CountTable.Row] {
    let rows = lines.map { line in
      let counts = Dictionary(
        line.points.compactMap { point in point.count.map { (point.x, $0) } },
        uniquingKeysWith: { first, _ in first })
      return CountTable.Row(name: line.name, style: line.style, counts: ticks.values.map { counts[$0] })
    }
    return rows.contains { $0.counts.contains { $0 != nil } } ? rows : []
  }

  // MARK: - Drawing

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    legend.draw(on: &canvas, top: 0, sample: .markedLine)
    canvas.heading(heading, top: legend.height, full: headingText)
    canvas.verticalAxis(yTicks, yScale, in: frame)
    for reference in figure.referenceLines where AxisScale.isDrawable(reference.value) {
      canvas.horizontalReference(reference, yScale, in: frame)
    }
    let asBands = figure.intervals == .band || (figure.intervals == .automatic && lines.count <= 3)
    for line in lines where asBands { drawBand(line, on: &canvas) }
    let spread = asBands ? 0 : barSpread
    for (index, line) in lines.enumerated() {
      let shift = (Double(index) - Double(lines.count - 1) / 2) * spread
      drawLine(line, shift: shift, withBars: !asBands, on: &canvas)
    }
    canvas.horizontalAxis(xTicks, xScale, in: frame, label: xLabel)
    let tableTop = frame.bottom + canvas.axisHeight(label: xLabel)
    CountTable.draw(
      rows, title: figure.countsTitle, ticks: xTicks, scale: xScale, top: tableTop, width: size.width,
      layout: layout, leastCount: figure.leastCount, on: &canvas)
    let height = tableTop + CountTable.height(rowCount: rows.count, layout: layout, canvas: canvas)
    return canvas.finish(width: size.width, height: height, title: title, description: description)
  }

  /// The distance between the bars of a visit, so that all take no more than half the way to the next.
  private var barSpread: Double {
    let places = Set(lines.flatMap(\.points).map(\.x)).sorted().map(xScale.place)
    let nearest = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? frame.width
    return min(6, min(24, nearest / 2) / Double(max(1, lines.count)))
  }

  private func drawBand(_ line: Line, on canvas: inout Canvas) {
    // A point without limits parts the band.
    for run in line.points.split(whereSeparator: { $0.limits == nil }) {
      let limits = run.compactMap { point in point.limits.map { (xScale.place(point.x), $0) } }
      guard limits.count > 1 else {
        for (x, range) in limits { drawBar(range, x: x, style: line.style, on: &canvas) }
        continue
      }
      let upper = limits.map { Position($0.0, yScale.place($0.1.upperBound)) }
      let lower = limits.map { Position($0.0, yScale.place($0.1.lowerBound)) }
      canvas.path(PathText.polygon(upper + lower.reversed()), fill: .series(line.style), fillOpacity: 0.16)
    }
  }

  private func drawBar(_ range: ClosedRange<Double>, x: Double, style: Int, on canvas: inout Canvas) {
    let (top, bottom) = (yScale.place(range.upperBound), yScale.place(range.lowerBound))
    // Caps help to read a few bars, and only clutter many.
    let isCrowded = lines.count > 4
    canvas.line(from: Position(x, top), to: Position(x, bottom), .series(style), width: isCrowded ? 1 : 1.4)
    for y in [top, bottom] where !isCrowded {
      canvas.line(from: Position(x - 3, y), to: Position(x + 3, y), .series(style), width: 1.4)
    }
  }

  private func drawLine(_ line: Line, shift: Double, withBars: Bool, on canvas: inout Canvas) {
    let places = line.points.map { Position(xScale.place($0.x) + shift, yScale.place($0.mean)) }
    if withBars {
      for (place, point) in zip(places, line.points) {
        guard let limits = point.limits else { continue }
        drawBar(limits, x: place.x, style: line.style, on: &canvas)
      }
    }
    if places.count > 1 {
      canvas.path(
        PathText.polyline(places), stroke: .series(line.style), width: 2.2,
        dashes: SeriesStyle(line.style).dashes)
    }
    for (place, point) in zip(places, line.points) {
      canvas.marker(line.style, at: place, tooltip: tooltip(line, point))
    }
  }

  private func tooltip(_ line: Line, _ point: TrajectoryFigure.Point) -> String {
    var text = "\(line.name), \(NumberText.brief(point.x)): \(NumberText.brief(point.mean))"
    if let limits = point.limits {
      text += " (\(NumberText.brief(limits.lowerBound)) to \(NumberText.brief(limits.upperBound)))"
    }
    if let count = point.count { text += ", n = \(NumberText.count(count))" }
    return text
  }
}
