/// Every person's change, sorted from the worst to the best, one panel a group.
///
/// A bar is a person; where there are more than 300 in a group, a bar is the mean of some who follow each other.
public struct WaterfallFigure: Figure, Hashable {
  /// People who follow each other in the order of their changes.
  public struct Bar: Sendable, Hashable {
    /// Their mean change.
    public var change: Double
    /// How many they are.
    public var count: Int
  }

  /// The people of one group.
  public struct Series: Sendable, Hashable {
    /// The group's name, at the head of its panel.
    public var name: String
    /// The bars, rising.
    public var bars: [Bar]
    /// Position in the palette; by default the series' place in the figure.
    public var style: Int?

    /// Creates a series from people's changes.
    ///
    /// - Complexity: O(n log n).
    public init(name: String, changes: [Double], style: Int? = nil) {
      self.name = name
      self.style = style
      let sorted = changes.filter(AxisScale.isDrawable).sorted()
      let size = max(1, (sorted.count + 299) / 300)
      bars = stride(from: 0, to: sorted.count, by: size).map { first in
        let part = sorted[first..<min(first + size, sorted.count)]
        return Bar(change: part.reduce(0, +) / Double(part.count), count: part.count)
      }
    }

    /// Bars that stand for at least so many people; none where all are fewer.
    func coarser(_ least: Int) -> [Bar] {
      var result: [Bar] = []
      var open = Bar(change: 0, count: 0)
      func joined(_ a: Bar, _ b: Bar) -> Bar {
        let count = a.count + b.count
        return Bar(
          change: (a.change * Double(a.count) + b.change * Double(b.count)) / Double(count), count: count)
      }
      for bar in bars {
        open = joined(open, bar)
        guard open.count >= least else { continue }
        result.append(open)
        open = Bar(change: 0, count: 0)
      }
      if open.count > 0, let last = result.popLast() { result.append(joined(last, open)) }
      return result
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the axis of changes.
  public var yLabel: String
  /// The groups, from the top.
  public var series: [Series]
  /// Lines across the panels, such as change beyond measurement error.
  public var referenceLines: [ReferenceLine]
  /// The widths of the two renditions; their heights are not used.
  public var sizes: FigureSizes

  /// Creates a figure of sorted changes.
  public init(
    title: String, description: String = "", yLabel: String, series: [Series],
    referenceLines: [ReferenceLine] = [],
    sizes: FigureSizes = .standard
  ) {
    self.title = title
    self.description = description
    self.yLabel = yLabel
    self.series = series
    self.referenceLines = referenceLines
    self.sizes = sizes
  }

  /// With bars that are the means of at least so many people.
  public func hidingCounts(below least: Int) -> WaterfallFigure {
    guard least > 1 else { return self }
    var figure = self
    for index in series.indices { figure.series[index].bars = series[index].coarser(least) }
    return figure
  }
}

extension WaterfallFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard let drawing = WaterfallDrawing(self, layout: layout, canvas: canvas) else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: how many people of each group fell and rose.
  public var dataSummary: String {
    let parts = series.compactMap { series -> String? in
      let total = series.bars.reduce(0) { $0 + $1.count }
      guard total > 0 else { return nil }
      let fallen = series.bars.reduce(0) { $0 + ($1.change < 0 ? $1.count : 0) }
      return "\(series.name): n = \(NumberText.count(total)), \(NumberText.count(fallen)) with a lower score."
    }
    return parts.isEmpty ? "No data." : "\(yLabel). " + parts.joined(separator: " ")
  }
}

/// The geometry of a figure of sorted changes.
private struct WaterfallDrawing {
  private let figure: WaterfallFigure
  private let width: Double
  private let ticks: Ticks
  private let heading: [String]
  private let panels: [PlotFrame]

  init?(_ figure: WaterfallFigure, layout: FigureLayout, canvas: Canvas) {
    let changes = figure.series.flatMap(\.bars).map(\.change)
    guard !changes.isEmpty, let range = AxisScale.range(of: changes + [0]) else { return nil }
    self.figure = figure
    width = figure.sizes[layout].width
    ticks = Ticks.enclosing(range, most: layout == .wide ? 6 : 5)
    heading = TextMetrics.wrap(figure.yLabel, width: width, size: canvas.fontSize, lines: 2)
    let left = canvas.labelRoom(ticks).rounded(.up)
    let height = layout == .wide ? 150.0 : 120
    var top = canvas.headingHeight(heading) + 4
    var panels: [PlotFrame] = []
    for _ in figure.series {
      top += canvas.lineHeight + 8
      panels.append(PlotFrame(left: left, right: width - 14, top: top, bottom: top + height))
      top += height + 10
    }
    self.panels = panels
  }

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    canvas.heading(heading, top: 0, full: figure.yLabel)
    for (index, series) in figure.series.enumerated() {
      drawPanel(series, style: series.style ?? index, frame: panels[index], on: &canvas)
    }
    let bottom = panels.last?.bottom ?? 0
    let most = figure.series.flatMap(\.bars).map(\.count).max() ?? 1
    let note =
      most > 1 ? "from the lowest to the highest; a bar is a mean" : "a bar is a person, from the lowest up"
    let left = panels.first?.left ?? 0
    canvas.text(
      TextMetrics.truncate(note, width: width - left, size: canvas.smallSize),
      at: Position(left, bottom + canvas.lineHeight), .muted, size: canvas.smallSize, full: note)
    return canvas.finish(
      width: width, height: bottom + canvas.lineHeight + 8, title: title, description: description)
  }

  private func drawPanel(
    _ series: WaterfallFigure.Series, style: Int, frame: PlotFrame, on canvas: inout Canvas
  ) {
    let scale = AxisScale(
      (ticks.values.first ?? 0)...(ticks.values.last ?? 1), from: frame.bottom, to: frame.top)
    canvas.verticalAxis(ticks, scale, in: frame)
    let total = series.bars.reduce(0) { $0 + $1.count }
    let unit = (frame.width - 12) / Double(max(1, total))
    var x = frame.left + 6
    for bar in series.bars {
      let right = x + unit * Double(bar.count)
      let gap = min(0.5, (right - x) * 0.1)
      canvas.path(
        PathText.polygon([
          Position(x + gap, scale.place(0)), Position(x + gap, scale.place(bar.change)),
          Position(right - gap, scale.place(bar.change)), Position(right - gap, scale.place(0)),
        ]), fill: .series(style), fillOpacity: 0.8,
        tooltip: "\(series.name): \(NumberText.brief(bar.change))"
          + (bar.count > 1 ? " (mean of \(NumberText.count(bar.count)))" : ""))
      x = right
    }
    canvas.line(
      from: Position(frame.left, scale.place(0)), to: Position(frame.right, scale.place(0)), .text, width: 1.2
    )
    for reference in figure.referenceLines where scale.domain.contains(reference.value) {
      canvas.horizontalReference(reference, scale, in: frame)
    }
    let note = " (n = \(NumberText.count(total)))"
    let baseline = frame.top - 8
    let room = frame.width - 20 - TextMetrics.width(note, size: canvas.fontSize)
    let name = TextMetrics.truncate(series.name, width: room, size: canvas.fontSize)
    canvas.marker(style, at: Position(frame.left + 6, baseline - canvas.fontSize * 0.36), radius: 5)
    canvas.text(
      name + (total == 0 ? " (hidden: few people)" : note), at: Position(frame.left + 18, baseline),
      halo: true,
      full: name == series.name ? nil : series.name)
  }
}
