extension BalanceFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard !rows.isEmpty, let drawing = BalanceDrawing(self, layout: layout, canvas: canvas) else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: for each series its largest difference and how many exceed the limit.
  public var dataSummary: String {
    let parts = series.indices.compactMap { index -> String? in
      let values = rows.compactMap { row in row.values[index].map { (row.label, abs($0)) } }
        .filter { AxisScale.isDrawable($0.1) }
      guard let largest = values.max(by: { $0.1 < $1.1 }) else { return nil }
      let above = values.count { $0.1 > limit }
      return "\(series[index]): largest difference \(NumberText.brief(largest.1)) (\(largest.0)), "
        + "\(above) of \(values.count) above \(NumberText.brief(limit))."
    }
    guard !parts.isEmpty else { return "No data." }
    return "\(xLabel). " + parts.joined(separator: " ")
  }
}

/// The geometry of a love plot.
package struct BalanceDrawing {
  private struct Line {
    let row: BalanceFigure.Row
    let label: [String]
    let top: Double
    let middle: Double
  }

  private let figure: BalanceFigure
  private let width: Double
  private let legend: Legend
  private let lines: [Line]
  private let ticks: Ticks
  private let xLabel: [String]
  package let frame: PlotFrame
  package let xScale: AxisScale
  /// The heights of the rows' marks.
  package var middles: [Double] { lines.map(\.middle) }

  /// Lays the figure out; `nil` if no value can be drawn.
  package init?(_ figure: BalanceFigure, layout: FigureLayout, canvas: Canvas) {
    let values = figure.rows.flatMap { $0.values.compactMap { $0 } }.filter(AxisScale.isDrawable)
    guard !values.isEmpty,
      let range = AxisScale.range(of: values + [-figure.limit, figure.limit].map { $0 * 1.3 })
    else { return nil }
    self.figure = figure
    width = figure.sizes[layout].width
    legend = Legend(
      figure.series.enumerated().map { Legend.Entry(name: $1, style: $0) }, width: width, canvas: canvas)
    let widest = figure.rows.map { TextMetrics.width($0.label, size: canvas.fontSize) }.max() ?? 0
    let room = min(widest, width * 0.42)
    var lines: [Line] = []
    let top = legend.height + 6
    var y = top
    for row in figure.rows {
      let label = TextMetrics.wrap(row.label, width: room + 1, size: canvas.fontSize, lines: 3)
      let height = Double(label.count) * canvas.lineHeight + 7
      lines.append(Line(row: row, label: label, top: y + 3.5, middle: y + height / 2))
      y += height
    }
    self.lines = lines
    frame = PlotFrame(left: room + 16, right: width - 12, top: top, bottom: y + 4)
    let margin = (range.upperBound - range.lowerBound) * 0.04
    let domain = (range.lowerBound - margin)...(range.upperBound + margin)
    xScale = AxisScale(domain, from: frame.left, to: frame.right)
    ticks = Ticks.fitting(xScale, most: 9, size: canvas.smallSize) { Ticks.inside(domain, most: $0) }
    xLabel = TextMetrics.wrap(figure.xLabel, width: frame.width, size: canvas.fontSize, lines: 2)
  }

  // MARK: - Drawing

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    legend.draw(on: &canvas, top: 0, sample: .marker)
    for line in lines {
      canvas.line(from: Position(frame.left, line.middle), to: Position(frame.right, line.middle), .grid)
    }
    for (value, dashes) in [(-figure.limit, "4 3"), (0, ""), (figure.limit, "4 3")] {
      let x = xScale.place(value)
      canvas.line(
        from: Position(x, frame.top), to: Position(x, frame.bottom), .text, width: 1.1, dashes: dashes)
    }
    for line in lines { draw(line, on: &canvas) }
    canvas.horizontalAxis(ticks, xScale, in: frame, label: xLabel)
    let height = frame.bottom + canvas.axisHeight(label: xLabel)
    return canvas.finish(width: width, height: height, title: title, description: description)
  }

  private func draw(_ line: Line, on canvas: inout Canvas) {
    for (index, part) in line.label.enumerated() where !part.isEmpty {
      let y = line.top + canvas.fontSize + Double(index) * canvas.lineHeight
      canvas.text(part, at: Position(0, y), full: part.hasSuffix("…") ? line.row.label : nil)
    }
    for (index, value) in line.row.values.enumerated() {
      guard let value, AxisScale.isDrawable(value) else { continue }
      canvas.marker(
        index, at: Position(xScale.place(value), line.middle), radius: 5,
        tooltip: "\(line.row.label), \(figure.series[index]): \(NumberText.fixed(value, decimals: 3))")
    }
  }
}
