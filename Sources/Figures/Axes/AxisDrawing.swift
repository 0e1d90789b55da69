extension Canvas {
  /// The height under a plot for tick labels and the lines of an axis label.
  package func axisHeight(label: [String]) -> Double {
    6 + fontSize + 4 + (label == [""] ? 0 : Double(label.count) * lineHeight) + 4
  }

  /// The frame of a plot with axes in a drawing of a size, below what stands above it.
  package func frame(
    size: FigureSize, left: Double, rightMargin: Double, top: Double, xLabel: [String]
  ) -> PlotFrame {
    PlotFrame(
      left: left.rounded(.up), right: size.width - rightMargin, top: top,
      bottom: top + size.height - axisHeight(label: xLabel) - 30)
  }

  /// The height of lines of heading.
  package func headingHeight(_ lines: [String]) -> Double {
    lines == [""] ? 0 : Double(lines.count) * lineHeight
  }

  /// The room that labels of a vertical axis need left of the plot.
  package func labelRoom(_ ticks: Ticks) -> Double {
    (ticks.labels.map { TextMetrics.width($0, size: smallSize) }.max() ?? 0) + 10
  }

  /// Grid lines and labels of a vertical axis.
  package mutating func verticalAxis(_ ticks: Ticks, _ scale: AxisScale, in frame: PlotFrame) {
    for (value, label) in zip(ticks.values, ticks.labels) {
      let y = scale.place(value)
      line(from: Position(frame.left, y), to: Position(frame.right, y), .grid)
      text(label, at: Position(frame.left - 7, y + smallSize * 0.36), anchor: .end, size: smallSize)
    }
  }

  /// The line, marks and labels of a horizontal axis, with its name below.
  package mutating func horizontalAxis(
    _ ticks: Ticks, _ scale: AxisScale, in frame: PlotFrame, label: [String]
  ) {
    line(from: Position(frame.left, frame.bottom), to: Position(frame.right, frame.bottom), .text, width: 1.2)
    for (value, label) in zip(ticks.values, ticks.labels) {
      let x = scale.place(value)
      line(from: Position(x, frame.bottom), to: Position(x, frame.bottom + 5), .text, width: 1.2)
      text(label, at: Position(x, frame.bottom + 7 + smallSize), anchor: .middle, size: smallSize)
    }
    for (index, part) in label.enumerated() where !part.isEmpty {
      let y = frame.bottom + 10 + fontSize + lineHeight * Double(index + 1) - 2
      text(part, at: Position((frame.left + frame.right) / 2, y), anchor: .middle)
    }
  }

  /// Lines of text from the left edge, such as the name of a vertical axis.
  package mutating func heading(_ lines: [String], top: Double, full: String) {
    for (index, part) in lines.enumerated() where !part.isEmpty {
      let cut = part.hasSuffix("…") ? full : nil
      text(part, at: Position(0, top + fontSize + Double(index) * lineHeight), full: cut)
    }
  }

  /// A dashed line across the plot at a value, with its label above it at the right.
  package mutating func horizontalReference(
    _ reference: ReferenceLine, _ scale: AxisScale, in frame: PlotFrame
  ) {
    let y = scale.place(reference.value)
    line(from: Position(frame.left, y), to: Position(frame.right, y), .text, width: 1.1, dashes: "2 3")
    let label = TextMetrics.truncate(reference.label, width: frame.width - 8, size: smallSize)
    text(
      label, at: Position(frame.right - 3, y - 5), anchor: .end, size: smallSize, halo: true,
      full: reference.label)
  }

  /// A drawing that says that there is nothing to draw.
  package func empty(width: Double, title: String, description: String) -> String {
    var canvas = self
    let height = 120.0
    canvas.path(
      PathText.polygon([
        Position(0.5, 0.5), Position(width - 0.5, 0.5), Position(width - 0.5, height - 0.5),
        Position(0.5, height - 0.5),
      ]), stroke: .grid, dashes: "4 4")
    canvas.text("No data", at: Position(width / 2, height / 2 + fontSize * 0.36), anchor: .middle, .muted)
    let alternative = description.isEmpty ? "No data." : "No data. \(description)"
    return canvas.finish(width: width, height: height, title: title, description: alternative)
  }
}
