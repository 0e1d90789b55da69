#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

extension ForestFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard !rows.isEmpty else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    let drawing = ForestDrawing(self, layout: layout, canvas: canvas)
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: the label and the numbers of each row.
  public var dataSummary: String {
    guard !rows.isEmpty else { return "No data." }
    return "\(xLabel). " + rows.map { "\($0.label): \($0.text)." }.joined(separator: " ")
  }

  /// Whether the axis can show a value.
  fileprivate func isDrawable(_ value: Double) -> Bool {
    AxisScale.isDrawable(value) && (scale == .linear || value >= 1e-100)
  }

  /// The values at the ends of the axis: all that is drawn and the null, within the range asked for.
  package var domain: ClosedRange<Double> {
    let isLogarithmic = scale == .logarithmic
    let values = rows.flatMap { [$0.estimate, $0.low, $0.high].compactMap { $0 }.filter { !$0.isNaN } }
    let kept = values.map { value in range.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value }
    let positions = (kept.filter(isDrawable) + [nullValue]).map { isLogarithmic ? log($0) : $0 }
    guard let span = AxisScale.range(of: positions) else { return isLogarithmic ? 0.5...2 : -1...1 }
    // A side on which an interval has no end gets more room, so that its arrow is seen to go on.
    let unbounded = kept.filter { !isDrawable($0) }
    let margin = span.upperBound - span.lowerBound
    let low = span.lowerBound - margin * (unbounded.contains { $0 < nullValue } ? 0.2 : 0.04)
    let high = span.upperBound + margin * (unbounded.contains { $0 > nullValue } ? 0.2 : 0.04)
    return isLogarithmic ? exp(low)...exp(high) : low...high
  }
}

/// The geometry of a forest plot.
package struct ForestDrawing {
  private struct Line {
    let row: ForestFigure.Row
    let heading: [String]
    let label: [String]
    let text: String
    /// Upper edge.
    let top: Double
    /// Height of the interval's middle.
    let middle: Double
    /// Lower edge.
    let bottom: Double
  }

  private let figure: ForestFigure
  private let layout: FigureLayout
  private let width: Double
  private let lines: [Line]
  private let ticks: Ticks
  private let xLabel: [String]
  package let frame: PlotFrame
  package let xScale: AxisScale
  /// The heights at which intervals are drawn.
  package var middles: [Double] { lines.map(\.middle) }

  /// Lays the figure out.
  package init(_ figure: ForestFigure, layout: FigureLayout, canvas: Canvas) {
    self.figure = figure
    self.layout = layout
    width = figure.sizes[layout].width
    let columns = Columns(figure, layout: layout, width: width, canvas: canvas)
    lines = Self.lines(figure.rows, columns: columns, canvas: canvas)
    let bottom = lines.last?.bottom ?? columns.top
    frame = PlotFrame(
      left: columns.left, right: columns.right, top: columns.top - 4, bottom: bottom + 4)
    let scale = AxisScale(
      figure.domain, from: columns.left, to: columns.right, isLogarithmic: figure.scale == .logarithmic)
    xScale = scale
    ticks = Ticks.fitting(scale, most: 8, size: canvas.smallSize) { most in
      figure.scale == .logarithmic
        ? Ticks.logarithmic(figure.domain, most: most) : Ticks.inside(figure.domain, most: most)
    }
    xLabel = TextMetrics.wrap(
      figure.xLabel, width: columns.right - columns.left, size: canvas.fontSize, lines: 2)
  }

  // Labels, plot and numbers side by side; in the narrow rendition the plot has the whole width.
  private struct Columns {
    let isWide: Bool
    let width: Double
    let labelRoom: Double
    let textRoom: Double
    let left: Double
    let right: Double
    let top: Double

    init(_ figure: ForestFigure, layout: FigureLayout, width: Double, canvas: Canvas) {
      isWide = layout == .wide
      self.width = width
      // Bold text of headers and summaries is about a tenth wider.
      func widest(_ texts: [(String, isBold: Bool, indent: Double)]) -> Double {
        texts.map { TextMetrics.width($0.0, size: canvas.fontSize) * ($0.isBold ? 1.1 : 1) + $0.indent }.max()
          ?? 0
      }
      let labels = figure.rows.map { ($0.label, $0.isSummary, $0.group == nil ? 0 : ForestDrawing.indent) }
      let texts = figure.rows.map { ($0.text, $0.isSummary, 0.0) }
      labelRoom = min(widest(labels + [(figure.labelHeader, true, 0)]), width * 0.34)
      textRoom = min(widest(texts + [(figure.textHeader, true, 0)]), width * 0.34)
      left = isWide ? labelRoom + 24 : 10
      right = isWide ? width - textRoom - 24 : width - 10
      top = figure.labelHeader.isEmpty && figure.textHeader.isEmpty ? 8 : canvas.lineHeight + 10
    }
  }

  private static let indent = 12.0

  private static func lines(_ rows: [ForestFigure.Row], columns: Columns, canvas: Canvas) -> [Line] {
    let (isWide, size) = (columns.isWide, canvas.fontSize)
    var lines: [Line] = []
    var y = columns.top
    var group: String?
    for row in rows {
      var heading: [String] = []
      if let name = row.group, name != group {
        heading = TextMetrics.wrap(name, width: columns.width * 0.92, size: size, lines: 2)
      }
      y += lines.isEmpty || group == row.group ? 0 : 6
      group = row.group
      let room = (isWide ? columns.labelRoom + 1 : columns.width) - (row.group == nil ? 0 : indent)
      let top = y
      y += Double(heading.count) * canvas.lineHeight
      var label = TextMetrics.wrap(row.label, width: room, size: size, lines: 3)
      let text = TextMetrics.truncate(
        row.text, width: isWide ? columns.textRoom + 1 : columns.width, size: size)
      if !isWide {
        // The numbers end the label's last line, or have a line of their own.
        let used = TextMetrics.width(label.last ?? "", size: size) + TextMetrics.width(text, size: size)
        if used + 18 > room { label.append("") }
      }
      let height = Double(label.count) * canvas.lineHeight
      let middle = isWide ? y + height / 2 + 4 : y + height + 11
      y += height + (isWide ? 8 : row.estimate == nil ? 8 : 28)
      lines.append(
        Line(row: row, heading: heading, label: label, text: text, top: top, middle: middle, bottom: y))
    }
    return lines
  }

  // MARK: - Drawing

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    drawHeader(on: &canvas)
    for value in ticks.values { drawVertical(xScale.place(value), .grid, width: 1, on: &canvas) }
    drawVertical(xScale.place(figure.nullValue), .text, width: 1.2, on: &canvas)
    for line in lines { draw(line, on: &canvas) }
    canvas.horizontalAxis(ticks, xScale, in: frame, label: xLabel)
    let below = frame.bottom + canvas.axisHeight(label: xLabel)
    let height = below + drawDirections(top: below, on: &canvas)
    return canvas.finish(width: width, height: height, title: title, description: description)
  }

  /// A vertical line, which in the narrow rendition leaves the text out.
  private func drawVertical(_ x: Double, _ paint: Paint, width: Double, on canvas: inout Canvas) {
    guard layout == .narrow else {
      canvas.line(from: Position(x, frame.top), to: Position(x, frame.bottom), paint, width: width)
      return
    }
    for line in lines where line.row.estimate != nil {
      let bottom = line.row == lines.last?.row ? frame.bottom : line.middle + 11
      canvas.line(from: Position(x, line.middle - 9), to: Position(x, bottom), paint, width: width)
    }
  }

  private func drawHeader(on canvas: inout Canvas) {
    let room = layout == .wide ? frame.left - 24 : width * 0.48
    // Bold text is about a tenth wider than its estimate.
    let label = TextMetrics.truncate(figure.labelHeader, width: room / 1.1, size: canvas.fontSize)
    let text = TextMetrics.truncate(figure.textHeader, width: width * 0.48, size: canvas.fontSize)
    let places = [
      (label, figure.labelHeader, Canvas.Anchor.start, 0), (text, figure.textHeader, .end, width),
    ]
    for (shown, full, anchor, x) in places where !shown.isEmpty {
      canvas.text(shown, at: Position(x, canvas.fontSize), anchor: anchor, isBold: true, full: full)
    }
  }

  private func draw(_ line: Line, on canvas: inout Canvas) {
    var baseline = line.top + canvas.fontSize + (layout == .wide ? 4 : 0)
    for part in line.heading {
      canvas.text(part, at: Position(0, baseline), isBold: true, full: line.row.group)
      baseline += canvas.lineHeight
    }
    let indent = line.row.group == nil ? 0 : Self.indent
    let first = baseline
    for (index, part) in line.label.enumerated() where !part.isEmpty {
      let y = first + Double(index) * canvas.lineHeight
      let full = part.hasSuffix("…") ? line.row.label : nil
      canvas.text(part, at: Position(indent, y), isBold: line.row.isSummary, full: full)
    }
    let rise = layout == .wide ? 0.5 : 1.0
    let textBaseline = first + Double(line.label.count - 1) * canvas.lineHeight * rise
    canvas.text(
      line.text, at: Position(width, textBaseline), anchor: .end, isBold: line.row.isSummary,
      full: line.row.text)
    drawInterval(line, on: &canvas)
  }

  private func drawInterval(_ line: Line, on canvas: inout Canvas) {
    let row = line.row
    guard let estimate = row.estimate, figure.isDrawable(estimate) else { return }
    let paint: Paint = row.isSummary ? .text : .series(0)
    let tooltip = "\(row.label): \(row.text)"
    let x = xScale.place(estimate)
    let low = row.low.flatMap { $0.isNaN ? nil : end(of: $0) } ?? x
    let high = row.high.flatMap { $0.isNaN ? nil : end(of: $0) } ?? x
    let y = line.middle
    if row.isSummary, low < high, low > frame.left, high < frame.right {
      let diamond = [Position(low, y), Position(x, y - 7), Position(high, y), Position(x, y + 7)]
      canvas.path(PathText.polygon(diamond), fill: paint, tooltip: tooltip)
      return
    }
    if low < high {
      canvas.line(from: Position(low, y), to: Position(high, y), paint, width: 2)
    }
    for (place, sign) in [(low, -1.0), (high, 1.0)] where place != x {
      let isCut = sign < 0 ? place <= frame.left : place >= frame.right
      if isCut {
        let arrow = [
          Position(place + sign * 2, y), Position(place - sign * 7, y - 5), Position(place - sign * 7, y + 5),
        ]
        canvas.path(PathText.polygon(arrow), fill: paint)
      } else {
        canvas.line(from: Position(place, y - 4), to: Position(place, y + 4), paint, width: 2)
      }
    }
    // An estimate beyond the axis has only its arrow.
    guard x >= frame.left, x <= frame.right else { return }
    canvas.path(
      Marker.square.path(x: x, y: y, radius: 5.5), stroke: .ground, fill: paint, tooltip: tooltip)
  }

  /// The place of a limit, at the frame's edge if it is beyond.
  private func end(of limit: Double) -> Double {
    guard figure.isDrawable(limit) else { return limit > figure.nullValue ? frame.right : frame.left }
    return min(max(xScale.place(limit), frame.left), frame.right)
  }

  /// Draws what each side of the null favours and returns the height taken.
  private func drawDirections(top: Double, on canvas: inout Canvas) -> Double {
    let size = canvas.smallSize
    let (left, right) = layout == .wide ? (max(0, frame.left - 70), min(width, frame.right + 70)) : (0, width)
    func lines(_ text: String?) -> [String] {
      text.map { TextMetrics.wrap($0, width: (right - left) / 2 - 8, size: size, lines: 2) } ?? []
    }
    let before = lines(figure.leftDirection.map { "←\u{A0}" + $0 })
    let after = lines(figure.rightDirection.map { $0 + "\u{A0}→" })
    for (index, part) in before.enumerated() {
      let y = top + size + Double(index) * canvas.lineHeight
      canvas.text(
        part, at: Position(left, y), .muted, size: size, full: "←\u{A0}\(figure.leftDirection ?? "")")
    }
    for (index, part) in after.enumerated() {
      let y = top + size + Double(index) * canvas.lineHeight
      canvas.text(
        part, at: Position(right, y), anchor: .end, .muted, size: size,
        full: "\(figure.rightDirection ?? "")\u{A0}→")
    }
    return Double(max(before.count, after.count)) * canvas.lineHeight
  }
}
