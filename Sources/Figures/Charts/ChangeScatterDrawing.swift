extension ChangeScatterFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard let drawing = ChangeScatterDrawing(self, layout: layout, canvas: canvas) else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: how many people of each group lie on either side of the lines.
  public var dataSummary: String {
    let parts = series.compactMap { series -> String? in
      let total = series.marks.reduce(0) { $0 + $1.count }
      guard total > 0 else { return nil }
      let margin = reliableChange ?? 0
      let lower = series.marks.reduce(0) {
        $0 + ($1.last - $1.first <= -margin && $1.last < $1.first ? $1.count : 0)
      }
      let higher = series.marks.reduce(0) {
        $0 + ($1.last - $1.first >= margin && $1.last > $1.first ? $1.count : 0)
      }
      let amount = margin > 0 ? " by \(NumberText.brief(margin)) or more" : ""
      return "\(series.name): n = \(NumberText.count(total)), \(NumberText.count(lower)) lower\(amount), "
        + "\(NumberText.count(higher)) higher\(amount)."
    }
    return parts.isEmpty ? "No data." : "\(yLabel) by \(xLabel). " + parts.joined(separator: " ")
  }
}

/// The geometry of a figure of first and last scores.
struct ChangeScatterDrawing {
  private let figure: ChangeScatterFigure
  private let size: FigureSize
  private let legend: Legend
  private let heading: [String]
  private let xLabel: [String]
  private let frame: PlotFrame
  private let ticks: Ticks
  private let xTicks: Ticks
  private let xScale: AxisScale
  private let yScale: AxisScale

  /// Lays the figure out; `nil` if there is no mark.
  init?(_ figure: ChangeScatterFigure, layout: FigureLayout, canvas: Canvas) {
    let values = figure.series.flatMap(\.marks).flatMap { [$0.first, $0.last] }
    guard let range = AxisScale.range(of: values), !values.isEmpty else { return nil }
    self.figure = figure
    size = FigureSize(
      width: figure.sizes[layout].width, height: figure.sizes[layout].width * (layout == .wide ? 0.72 : 1.05))
    legend = Legend(
      figure.series.enumerated().map { Legend.Entry(name: $1.name, style: $1.style ?? $0) },
      width: size.width,
      canvas: canvas)
    heading = TextMetrics.wrap(figure.yLabel, width: size.width, size: canvas.fontSize, lines: 2)
    ticks = Ticks.enclosing(range, most: layout == .wide ? 9 : 7)
    let left = canvas.labelRoom(ticks)
    xLabel = TextMetrics.wrap(figure.xLabel, width: size.width - left, size: canvas.fontSize, lines: 2)
    let top = legend.height + canvas.headingHeight(heading) + 10
    frame = canvas.frame(size: size, left: left, rightMargin: 14, top: top, xLabel: xLabel)
    let (low, high) = (ticks.values.first ?? 0, ticks.values.last ?? 1)
    let inset = 10.0
    yScale = AxisScale(low...high, from: frame.bottom - inset, to: frame.top + inset)
    let scale = AxisScale(low...high, from: frame.left + inset, to: frame.right - inset)
    xScale = scale
    xTicks = Ticks.fitting(scale, most: layout == .wide ? 9 : 7, size: canvas.smallSize) {
      Ticks.inside(low...high, most: $0)
    }
  }

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    legend.draw(on: &canvas, top: 0, sample: .marker)
    canvas.heading(heading, top: legend.height, full: figure.yLabel)
    canvas.clip("plot", left: frame.left, top: frame.top, width: frame.width, height: frame.height)
    canvas.verticalAxis(ticks, yScale, in: frame)
    for cutoff in figure.cutoffs where AxisScale.isDrawable(cutoff.value) {
      guard xScale.domain.contains(cutoff.value) else { continue }
      canvas.horizontalReference(cutoff, yScale, in: frame)
      let x = xScale.place(cutoff.value)
      canvas.line(
        from: Position(x, frame.top), to: Position(x, frame.bottom), .text, width: 1.1, dashes: "2 3")
    }
    drawDiagonals(on: &canvas)
    drawMarks(on: &canvas)
    canvas.horizontalAxis(xTicks, xScale, in: frame, label: xLabel)
    let height = frame.bottom + canvas.axisHeight(label: xLabel)
    return canvas.finish(width: size.width, height: height, title: title, description: description)
  }

  /// No change, and on either side of it change beyond measurement error.
  private func drawDiagonals(on canvas: inout Canvas) {
    let domain = xScale.domain
    let margin = figure.reliableChange ?? 0
    for offset in margin > 0 ? [0, -margin, margin] : [0] {
      let path = PathText.polyline([
        Position(xScale.place(domain.lowerBound), yScale.place(domain.lowerBound + offset)),
        Position(xScale.place(domain.upperBound), yScale.place(domain.upperBound + offset)),
      ])
      canvas.path(
        path, stroke: .muted, width: offset == 0 ? 1.6 : 1.2, dashes: offset == 0 ? "" : "6 4", clip: "plot")
    }
  }

  /// The most frequent first, so that others lie upon them.
  private func drawMarks(on canvas: inout Canvas) {
    let most = Double(figure.series.flatMap(\.marks).map(\.count).max() ?? 1)
    let largest = most > 1 ? 8.0 : 3.6
    let marks = figure.series.enumerated().flatMap { index, series in
      series.marks.map { (mark: $0, name: series.name, style: series.style ?? index) }
    }
    // Groups stand apart, so that none hides another; in a square there is room.
    let room = figure.square.map { (xScale.place($0) - xScale.place(0)) / Double(figure.series.count + 1) }
    let spread = room ?? 2.6
    for (mark, name, style) in marks.sorted(by: { $0.mark.count > $1.mark.count }) {
      let shift = (Double(style) - Double(figure.series.count - 1) / 2) * spread
      let radius = max(2, largest * (Double(mark.count) / most).squareRoot())
      canvas.marker(
        style, at: Position(xScale.place(mark.first) + shift, yScale.place(mark.last)), radius: radius,
        tooltip:
          "\(name), \(NumberText.brief(mark.first)) to \(NumberText.brief(mark.last)): n = \(NumberText.count(mark.count))"
      )
    }
  }
}
