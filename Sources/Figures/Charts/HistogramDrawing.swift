extension HistogramFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard let drawing = HistogramDrawing(self, layout: layout, canvas: canvas) else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: the size of each group and its fullest bin.
  public var dataSummary: String {
    let parts = series.compactMap { series -> String? in
      let total = series.counts.reduce(0, +)
      if series.hasHidden { return "\(series.name): hidden, few people." }
      guard total > 0, let most = series.counts.max(), let bin = series.counts.firstIndex(of: most) else {
        return nil
      }
      var text = "\(series.name): n = \(NumberText.count(total)), most from \(NumberText.brief(edges[bin]))"
      text += " to \(NumberText.brief(edges[bin + 1]))"
      if let marked = series.marked { text += ", \(markedLabel) \(NumberText.brief(marked))" }
      return text + "."
    }
    guard !parts.isEmpty else { return "No data." }
    return "\(xLabel). " + parts.joined(separator: " ")
  }

  /// Height of each bar: share of the group, or share per unit where bins differ in width.
  package func heights(_ series: Series) -> [Double] {
    let total = series.counts.reduce(0, +)
    guard total > 0 else { return series.counts.map { _ in 0 } }
    return series.counts.indices.map { bin in
      let share = Double(series.counts[bin]) / Double(total)
      return hasEqualBins ? share : share / (edges[bin + 1] - edges[bin])
    }
  }

  fileprivate var hasEqualBins: Bool {
    let widths = zip(edges, edges.dropFirst()).map { $1 - $0 }
    guard let first = widths.first else { return true }
    return widths.allSatisfy { abs($0 - first) <= 1e-9 * max(first, abs(edges.last ?? 0)) }
  }
}

/// The geometry of a figure of distributions.
package struct HistogramDrawing {
  private let figure: HistogramFigure
  private let width: Double
  private let xTicks: Ticks
  private let yTicks: Ticks
  private let heading: [String]
  private let headingText: String
  private let xLabel: [String]
  private let referenceHeight: Double
  package let panels: [PlotFrame]
  package let xScale: AxisScale

  /// Lays the figure out; `nil` if no group has counts.
  package init?(_ figure: HistogramFigure, layout: FigureLayout, canvas: Canvas) {
    guard let first = figure.edges.first, let last = figure.edges.last, first < last,
      let tallest = figure.series.flatMap(figure.heights).max(), tallest > 0
    else { return nil }
    self.figure = figure
    width = figure.sizes[layout].width
    yTicks = Ticks.enclosing(0...tallest, most: 4, unit: figure.hasEqualBins ? .percent : .number)
    headingText = figure.hasEqualBins ? "Share of the group" : "Share of the group per unit"
    heading = TextMetrics.wrap(headingText, width: width, size: canvas.fontSize, lines: 2)
    let left = canvas.labelRoom(yTicks).rounded(.up)
    let right = width - 14
    let shown = figure.referenceLines.map(\.value) + figure.series.compactMap(\.marked)
    guard let range = AxisScale.range(of: shown + [first, last]) else { return nil }
    xScale = AxisScale(range, from: left + 6, to: right - 6)
    let scale = xScale
    xTicks = Ticks.fitting(scale, most: layout == .wide ? 11 : 7, size: canvas.smallSize) {
      Ticks.inside(range, most: $0, unit: figure.xUnit)
    }
    referenceHeight = figure.referenceLines.isEmpty ? 0 : canvas.lineHeight
    var top = canvas.headingHeight(heading) + referenceHeight + 4
    let height = layout == .wide ? 104.0 : 84
    var panels: [PlotFrame] = []
    for _ in figure.series {
      top += canvas.lineHeight + 8
      panels.append(PlotFrame(left: left, right: right, top: top, bottom: top + height))
      top += height + 10
    }
    self.panels = panels
    xLabel = TextMetrics.wrap(figure.xLabel, width: right - left, size: canvas.fontSize, lines: 2)
  }

  // MARK: - Drawing

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    canvas.heading(heading, top: 0, full: headingText)
    guard let top = panels.first, let bottom = panels.last else { return "" }
    for (index, series) in figure.series.enumerated() {
      drawPanel(
        series, style: series.style ?? index, frame: panels[index], isLast: index == panels.count - 1,
        on: &canvas)
    }
    for reference in figure.referenceLines where AxisScale.isDrawable(reference.value) {
      let x = xScale.place(reference.value)
      let above = top.top - canvas.lineHeight - 8
      canvas.line(
        from: Position(x, above), to: Position(x, bottom.bottom), .text, width: 1.1, dashes: "2 3")
      drawReferenceLabel(reference, x: x, baseline: above - 4, on: &canvas)
    }
    for (index, series) in figure.series.enumerated() {
      drawName(series, style: series.style ?? index, frame: panels[index], on: &canvas)
    }
    canvas.horizontalAxis(xTicks, xScale, in: bottom, label: xLabel)
    let height = bottom.bottom + canvas.axisHeight(label: xLabel)
    return canvas.finish(width: width, height: height, title: title, description: description)
  }

  private func drawReferenceLabel(
    _ reference: ReferenceLine, x: Double, baseline: Double, on canvas: inout Canvas
  ) {
    let label = TextMetrics.truncate(reference.label, width: width * 0.45, size: canvas.smallSize)
    let half = TextMetrics.width(label, size: canvas.smallSize) / 2
    let middle = min(max(x, half), width - half)
    canvas.text(
      label, at: Position(middle, baseline), anchor: .middle, size: canvas.smallSize, halo: true,
      full: reference.label)
  }

  private func drawPanel(
    _ series: HistogramFigure.Series, style: Int, frame: PlotFrame, isLast: Bool, on canvas: inout Canvas
  ) {
    let yScale = AxisScale(0...(yTicks.values.last ?? 1), from: frame.bottom, to: frame.top)
    canvas.verticalAxis(yTicks, yScale, in: frame)
    for (bin, height) in figure.heights(series).enumerated() where height > 0 {
      let (left, right) = (xScale.place(figure.edges[bin]), xScale.place(figure.edges[bin + 1]))
      let y = yScale.place(height)
      let bar = [
        Position(left + 0.5, frame.bottom), Position(left + 0.5, y), Position(right - 0.5, y),
        Position(right - 0.5, frame.bottom),
      ]
      let range = "\(NumberText.brief(figure.edges[bin])) to \(NumberText.brief(figure.edges[bin + 1]))"
      canvas.path(
        PathText.polygon(bar), fill: .series(style), fillOpacity: 0.75,
        tooltip: "\(series.name), \(range): \(NumberText.count(series.counts[bin]))")
    }
    if !isLast {
      canvas.line(
        from: Position(frame.left, frame.bottom), to: Position(frame.right, frame.bottom), .text, width: 1.2)
    }
  }

  private func drawName(
    _ series: HistogramFigure.Series, style: Int, frame: PlotFrame, on canvas: inout Canvas
  ) {
    let baseline = frame.top - 8
    let total = series.counts.reduce(0, +)
    var note = " (n = \(NumberText.count(total))"
    let marked = series.marked.flatMap { AxisScale.isDrawable($0) ? $0 : nil }
    if let marked { note += ", \(figure.markedLabel) \(NumberText.brief(marked))" }
    note += ")"
    if series.hasHidden { note = " (hidden: few people)" }
    let room = frame.width - 20 - TextMetrics.width(note, size: canvas.fontSize)
    let name = TextMetrics.truncate(series.name, width: room, size: canvas.fontSize)
    canvas.marker(style, at: Position(frame.left + 6, baseline - canvas.fontSize * 0.36), radius: 5)
    canvas.text(
      name + note, at: Position(frame.left + 18, baseline), halo: true,
      full: name == series.name ? nil : series.name + note)
    if let marked {
      let x = xScale.place(marked)
      canvas.line(from: Position(x, frame.top), to: Position(x, frame.bottom), .ground, width: 4)
      canvas.line(from: Position(x, frame.top), to: Position(x, frame.bottom), .text, width: 2)
      canvas.path(Marker.wedge.path(x: x, y: frame.top, radius: 4.5), fill: .text)
    }
  }
}
