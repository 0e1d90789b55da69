extension FlowFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    guard !stages.isEmpty else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    let alternative = description.isEmpty ? dataSummary : description
    var drawing = FlowDrawing(canvas: canvas, layout: layout, width: sizes[layout].width)
    return drawing.draw(self, description: alternative)
  }

  /// The data in words: every box in order.
  public var dataSummary: String {
    var parts: [String] = []
    for stage in stages {
      parts.append("\(stage.box.label): \(stage.box.detail).")
      parts += stage.excluded.map { "\(excludedTitle), \($0.label): \($0.detail)." }
    }
    parts += arms.map { "\($0.label): \($0.detail)." }
    return parts.isEmpty ? "No data." : parts.joined(separator: " ")
  }
}

/// The drawing of a flow diagram, from the top down.
struct FlowDrawing {
  private struct Line {
    let text: String
    let isBold: Bool
    let full: String
  }

  private var canvas: Canvas
  private let layout: FigureLayout
  private let width: Double
  private let mainWidth: Double
  private let gap = 22.0

  init(canvas: Canvas, layout: FigureLayout, width: Double) {
    self.canvas = canvas
    self.layout = layout
    self.width = width
    mainWidth = layout == .wide ? (width * 0.46).rounded() : width - 1
  }

  mutating func draw(_ figure: FlowFigure, description: String) -> String {
    var y = 1.0
    for (index, stage) in figure.stages.enumerated() {
      let bottom = box(lines([stage.box], width: mainWidth), left: 1, top: y, width: mainWidth)
      let isLast = index == figure.stages.count - 1
      var below = bottom
      if !stage.excluded.isEmpty {
        below = exclusions(stage.excluded, title: figure.excludedTitle, from: bottom)
      }
      let next = below + gap
      if !isLast { arrow(from: Position(spine, bottom), to: Position(spine, next)) }
      // Exclusions of the last stage still part it from the arms.
      y = isLast ? below : next
      if isLast, !figure.arms.isEmpty {
        y = arms(figure.arms, from: Position(spine, bottom), top: below + 2 * gap)
      }
    }
    return canvas.finish(width: width, height: y + 2, title: figure.title, description: description)
  }

  /// Where the line from stage to stage runs.
  private var spine: Double { layout == .wide ? 1 + mainWidth / 2 : 17 }

  // MARK: - Parts

  private mutating func exclusions(_ reasons: [FlowFigure.Box], title: String, from top: Double) -> Double {
    let left = layout == .wide ? mainWidth + 40 : 42
    let boxWidth = width - left - 1
    var content = [Line(text: title, isBold: true, full: title)]
    for reason in reasons {
      let text = "\(reason.label): \(reason.detail)"
      let parts = TextMetrics.wrap(text, width: boxWidth - 20, size: canvas.fontSize, lines: 3)
      content += parts.map { Line(text: $0, isBold: false, full: text) }
    }
    let boxTop = top + gap * 0.7
    let bottom = box(content, left: left, top: boxTop, width: boxWidth)
    arrow(from: Position(spine, (boxTop + bottom) / 2), to: Position(left, (boxTop + bottom) / 2))
    return bottom
  }

  private mutating func arms(_ arms: [FlowFigure.Box], from start: Position, top: Double) -> Double {
    layout == .wide ? armsInRow(arms, from: start, top: top) : armsInColumn(arms, from: start, top: top)
  }

  private mutating func armsInRow(_ arms: [FlowFigure.Box], from start: Position, top: Double) -> Double {
    let perRow = min(arms.count, 4)
    let space = 16.0
    let boxWidth = (width - 2 - space * Double(perRow - 1)) / Double(perRow)
    var (rowTop, bottom) = (top, top)
    for rowStart in stride(from: 0, to: arms.count, by: perRow) {
      let row = arms[rowStart..<min(rowStart + perRow, arms.count)]
      let contents = row.map { lines([$0], width: boxWidth) }
      let tallest = contents.map(\.count).max() ?? 1
      let centres = row.indices.map { 1 + Double($0 - rowStart) * (boxWidth + space) + boxWidth / 2 }
      if rowStart == 0, let first = centres.first, let last = centres.last {
        let bus = rowTop - gap
        canvas.line(from: start, to: Position(start.x, bus), .muted, width: 1.4)
        canvas.line(
          from: Position(min(first, start.x), bus), to: Position(max(last, start.x), bus), .muted, width: 1.4)
        for centre in centres { arrow(from: Position(centre, bus), to: Position(centre, rowTop)) }
      }
      for (centre, content) in zip(centres, contents) {
        bottom = box(content, left: centre - boxWidth / 2, top: rowTop, width: boxWidth, lineCount: tallest)
      }
      rowTop = bottom + space
    }
    return bottom
  }

  private mutating func armsInColumn(_ arms: [FlowFigure.Box], from start: Position, top: Double) -> Double {
    let left = 42.0
    var (y, bottom, last) = (top - gap, top, start.y)
    for arm in arms {
      bottom = box(lines([arm], width: width - left - 1), left: left, top: y, width: width - left - 1)
      last = (y + bottom) / 2
      arrow(from: Position(start.x, last), to: Position(left, last))
      y = bottom + 10
    }
    canvas.line(from: start, to: Position(start.x, last), .muted, width: 1.4)
    return bottom
  }

  // MARK: - Boxes and arrows

  private func lines(_ boxes: [FlowFigure.Box], width: Double) -> [Line] {
    boxes.flatMap { box in
      let label = TextMetrics.wrap(box.label, width: (width - 20) * 0.94, size: canvas.fontSize, lines: 2)
      let detail = TextMetrics.wrap(box.detail, width: width - 20, size: canvas.fontSize, lines: 3)
      return label.map { Line(text: $0, isBold: true, full: box.label) }
        + detail.filter { !$0.isEmpty }.map { Line(text: $0, isBold: false, full: box.detail) }
    }
  }

  /// Draws a box and returns its lower edge.
  private mutating func box(
    _ content: [Line], left: Double, top: Double, width: Double, lineCount: Int? = nil
  ) -> Double {
    let bottom = top + Double(lineCount ?? content.count) * canvas.lineHeight + 14
    let corners = [
      Position(left, top), Position(left + width, top), Position(left + width, bottom),
      Position(left, bottom),
    ]
    canvas.path(PathText.polygon(corners), stroke: .muted, fill: .ground, width: 1.2)
    for (index, line) in content.enumerated() {
      let y = top + 7 + canvas.fontSize + Double(index) * canvas.lineHeight
      canvas.text(
        line.text, at: Position(left + 10, y), isBold: line.isBold,
        full: line.text.hasSuffix("…") ? line.full : nil)
    }
    return bottom
  }

  private mutating func arrow(from start: Position, to end: Position) {
    canvas.line(from: start, to: end, .muted, width: 1.4)
    let isDown = start.x == end.x
    let head =
      isDown
      ? [end, Position(end.x - 4.5, end.y - 8), Position(end.x + 4.5, end.y - 8)]
      : [end, Position(end.x - 8, end.y - 4.5), Position(end.x - 8, end.y + 4.5)]
    canvas.path(PathText.polygon(head), fill: .muted)
  }
}
