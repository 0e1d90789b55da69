extension SurvivalFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard let drawing = SurvivalDrawing(self, layout: layout, canvas: canvas) else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return drawing.draw(on: canvas, title: title, description: alternative)
  }

  /// The data in words: where each curve ends.
  public var dataSummary: String {
    let parts = curves.compactMap { curve -> String? in
      guard let end = curve.end else { return nil }
      let last = curve.drawable.last?.survival ?? curve.start
      return "\(curve.name): \(NumberText.fixed(last * 100, decimals: 0))% at \(NumberText.brief(end))."
    }
    guard !parts.isEmpty else { return "No data." }
    return "\(yLabel) by \(xLabel). " + parts.joined(separator: " ")
  }
}

extension SurvivalFigure.Curve {
  /// The steps that can be drawn, by time.
  fileprivate var drawable: [SurvivalFigure.Step] {
    let kept = steps.filter { AxisScale.isDrawable($0.time) && AxisScale.isDrawable($0.survival) }
    return kept.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(
      \.element)
  }

  /// The last time that anything is known of; `nil` without data.
  fileprivate var end: Double? {
    let times =
      steps.map(\.time) + censorings.map(\.time) + numbersAtRisk.filter { $0.count > 0 }.map(\.time)
    return times.filter(AxisScale.isDrawable).max()
  }

  /// The number at risk just before a time: that of the first entry at or after it; after the last nobody, or nothing
  /// where those who are left are not told.
  package func atRisk(_ time: Double, isTold: Bool = true) -> Int? {
    guard !numbersAtRisk.isEmpty else { return nil }
    return numbersAtRisk.filter { $0.time >= time }.min { $0.time < $1.time }?.count ?? (isTold ? 0 : nil)
  }
}

/// The geometry of a survival figure.
package struct SurvivalDrawing {
  private let figure: SurvivalFigure
  private let layout: FigureLayout
  private let legend: Legend
  private let heading: [String]
  private let xLabel: [String]
  private let size: FigureSize
  private let yTicks: Ticks
  package let xTicks: Ticks
  package let rows: [CountTable.Row]
  package let frame: PlotFrame
  package let xScale: AxisScale
  package let yScale: AxisScale

  /// Lays the figure out; `nil` if no curve has data.
  package init?(_ figure: SurvivalFigure, layout: FigureLayout, canvas: Canvas) {
    guard let last = figure.curves.compactMap(\.end).max() else { return nil }
    self.figure = figure
    self.layout = layout
    size = figure.sizes[layout]
    let asked = figure.horizon.flatMap { AxisScale.isDrawable($0) && $0 > 0 ? $0 : nil }
    let horizon = asked ?? (last > 0 ? last : 1)

    yTicks = Ticks.enclosing(0...1, most: 6, unit: .percent)
    heading = TextMetrics.wrap(figure.yLabel, width: size.width, size: canvas.fontSize, lines: 2)
    legend = Legend(
      figure.curves.enumerated().map { Legend.Entry(name: $1.name, style: $1.style ?? $0) },
      width: size.width, canvas: canvas)
    let counts = figure.curves.flatMap { $0.numbersAtRisk.map(\.count) }
    let cell = counts.max().map { CountTable.cellWidth($0, canvas: canvas) } ?? 0
    let names = counts.isEmpty ? [] : figure.curves.map(\.name)
    let left = max(
      canvas.labelRoom(yTicks), cell / 2,
      CountTable.nameRoom(names, cellWidth: cell, width: size.width, layout: layout, canvas: canvas))
    let top = legend.height + canvas.headingHeight(heading) + 10
    xLabel = TextMetrics.wrap(figure.xLabel, width: size.width - left, size: canvas.fontSize, lines: 2)
    frame = canvas.frame(size: size, left: left, rightMargin: max(16, cell / 2 + 1), top: top, xLabel: xLabel)
    xScale = AxisScale(0...horizon, from: frame.left, to: frame.right)
    yScale = AxisScale(0...1, from: frame.bottom, to: frame.top)
    let ticks = Ticks.fitting(xScale, most: layout == .wide ? 11 : 7, size: canvas.smallSize, cellWidth: cell)
    {
      Ticks.inside(0...horizon, most: $0, unit: figure.xUnit)
    }
    xTicks = ticks
    rows =
      counts.isEmpty
      ? []
      : figure.curves.enumerated().map { index, curve in
        CountTable.Row(
          name: curve.name, style: curve.style ?? index,
          counts: ticks.values.map { curve.atRisk($0, isTold: figure.leastCount < 2) })
      }
  }

  // MARK: - Drawing

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    legend.draw(on: &canvas, top: 0, sample: .line)
    canvas.heading(heading, top: legend.height, full: figure.yLabel)
    canvas.clip(
      "plot", left: frame.left, top: frame.top - 3, width: frame.width + 2, height: frame.height + 4)
    canvas.verticalAxis(yTicks, yScale, in: frame)
    for (index, curve) in figure.curves.enumerated() {
      for band in bands(of: curve) {
        canvas.path(band, fill: .series(curve.style ?? index), fillOpacity: 0.15, clip: "plot")
      }
    }
    for (index, curve) in figure.curves.enumerated() {
      let style = curve.style ?? index
      canvas.path(
        path(of: curve), stroke: .series(style), width: 2.2, dashes: SeriesStyle(style).dashes, clip: "plot")
      canvas.path(censorMarks(of: curve), stroke: .series(style), width: 1.3, clip: "plot")
    }
    canvas.horizontalAxis(xTicks, xScale, in: frame, label: xLabel)
    let tableTop = frame.bottom + canvas.axisHeight(label: xLabel)
    CountTable.draw(
      rows, title: figure.countsTitle, ticks: xTicks, scale: xScale, top: tableTop, width: size.width,
      layout: layout, leastCount: figure.leastCount, on: &canvas)
    let height = tableTop + CountTable.height(rowCount: rows.count, layout: layout, canvas: canvas)
    return canvas.finish(width: size.width, height: height, title: title, description: description)
  }

  /// The steps as places, with the start of the curve before and its end behind.
  ///
  /// Of steps that fall within a fifth of a unit only the last is kept: no screen shows more, and a
  /// cohort of a million would make a drawing of a million corners.
  private func visibleSteps(of curve: SurvivalFigure.Curve) -> [SurvivalFigure.Step] {
    guard let end = curve.end else { return [] }
    let start = min(0, curve.drawable.first?.time ?? 0)
    var kept = [SurvivalFigure.Step(time: start, survival: curve.start, low: curve.start, high: curve.start)]
    for step in curve.drawable {
      if kept.count > 1, let last = kept.last, xScale.place(step.time) - xScale.place(last.time) < 0.2 {
        kept.removeLast()
      }
      kept.append(step)
    }
    if let last = kept.last, last.time < end {
      kept.append(SurvivalFigure.Step(time: end, survival: last.survival, low: last.low, high: last.high))
    }
    return kept
  }

  /// The step line of a curve.
  package func path(of curve: SurvivalFigure.Curve) -> String {
    PathText.steps(
      visibleSteps(of: curve).map { Position(xScale.place($0.time), yScale.place($0.survival)) })
  }

  /// The outlines of a curve's band, one for each run of steps that have both limits.
  package func bands(of curve: SurvivalFigure.Curve) -> [String] {
    let steps = visibleSteps(of: curve)
    guard steps.dropFirst().contains(where: { $0.limits != nil }) else { return [] }
    var runs: [[(x: Double, limits: ClosedRange<Double>)]] = [[]]
    for step in steps {
      let x = xScale.place(step.time)
      if let limits = step.limits {
        runs[runs.count - 1].append((x, limits))
      } else if let last = runs.last?.last {
        // The last limits hold until this step.
        runs[runs.count - 1].append((x, last.limits))
        runs.append([])
      }
    }
    return runs.filter { $0.count > 1 }.map { run in
      let upper = PathText.stepCorners(run.map { Position($0.x, yScale.place($0.limits.upperBound)) })
      let lower = PathText.stepCorners(run.map { Position($0.x, yScale.place($0.limits.lowerBound)) })
      return PathText.polygon(upper + lower.reversed())
    }
  }

  /// Short strokes across the curve, one where several would lie on one another.
  ///
  /// A curve with more than a hundred of them has none: they would hide its line, and the numbers at
  /// risk show the loss.
  package func censorMarks(of curve: SurvivalFigure.Curve) -> String {
    let places = curve.censorings
      .filter { AxisScale.isDrawable($0.time) && AxisScale.isDrawable($0.survival) }
      .map { Position(xScale.place($0.time), yScale.place($0.survival)) }
      .sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    var marks: [Position] = []
    for place in places {
      if let last = marks.last, place.x - last.x < 1, abs(place.y - last.y) < 1 { continue }
      marks.append(place)
    }
    guard marks.count <= 100 else { return "" }
    return marks.map { "M\(Markup.coordinate($0.x)) \(Markup.coordinate($0.y - 4.5))v9" }.joined()
  }
}

extension SurvivalFigure.Step {
  /// The limits, if both can be drawn.
  fileprivate var limits: ClosedRange<Double>? {
    guard let low, let high, AxisScale.isDrawable(low), AxisScale.isDrawable(high), low <= high else {
      return nil
    }
    return low...high
  }
}
