extension TrajectoryFigure {
  /// Without the means of fewer people, whose places show `<5` in the table of counts.
  public func hidingCounts(below least: Int) -> TrajectoryFigure {
    guard least > 1 else { return self }
    var figure = self
    figure.leastCount = max(least, leastCount)
    for index in figure.series.indices {
      for place in figure.series[index].points.indices {
        guard let count = figure.series[index].points[place].count, count > 0, count < least else { continue }
        // A mean that is not finite is not drawn; its count still marks the place.
        figure.series[index].points[place].mean = .nan
        figure.series[index].points[place].low = nil
        figure.series[index].points[place].high = nil
        figure.series[index].points[place].count = 1
      }
    }
    return figure
  }
}

extension SurvivalFigure {
  /// With steps that hold at least so many events, without the marks of single censorings, with `<5` for small
  /// numbers at risk, and with numbers at risk that are equal or apart by as many.
  ///
  /// A step whose events are not said counts as one event.
  public func hidingCounts(below least: Int) -> SurvivalFigure {
    guard least > 1 else { return self }
    var figure = self
    figure.leastCount = max(least, leastCount)
    for index in figure.curves.indices {
      figure.curves[index].censorings = []
      figure.curves[index].steps = figure.curves[index].coarserSteps(least)
      figure.curves[index].numbersAtRisk = figure.curves[index].coarserNumbersAtRisk(least)
    }
    // A group with some events, but too few for a step, would be drawn as if it had none.
    figure.curves.removeAll { curve in
      curve.steps.isEmpty && curves.contains { $0.name == curve.name && !$0.steps.isEmpty }
    }
    return figure
  }
}

extension SurvivalFigure.Curve {
  /// Steps taken together from the left; what is left over joins the last one.
  fileprivate func coarserSteps(_ least: Int) -> [SurvivalFigure.Step] {
    var result: [SurvivalFigure.Step] = []
    var open = 0.0
    for step in steps.sorted(by: { $0.time < $1.time }) {
      open += step.events
      var merged = step
      merged.events = open
      guard open < Double(least) else {
        result.append(merged)
        open = 0
        continue
      }
      guard step == steps.max(by: { $0.time < $1.time }), let last = result.popLast() else { continue }
      merged.events += last.events
      result.append(merged)
    }
    return result
  }
}

extension SurvivalFigure.Curve {
  /// Numbers at risk that stay as they were until so many have left.
  fileprivate func coarserNumbersAtRisk(_ least: Int) -> [SurvivalFigure.RiskCount] {
    var last: Int?
    return numbersAtRisk.sorted { $0.time < $1.time }.map { entry in
      var entry = entry
      if let last, entry.count > last - least, entry.count > 0 { entry.count = last }
      last = entry.count
      if entry.count > 0, entry.count < least { entry.count = 1 }
      return entry
    }
  }
}

extension HistogramFigure {
  /// Without bars of fewer people and without the marked value of a small group; outer bins that are empty then go.
  ///
  /// Bins are first made twice as wide as long as more than a tenth of the people would not be drawn and there are more
  /// than eleven.
  public func hidingCounts(below least: Int) -> HistogramFigure {
    guard least > 1 else { return self }
    var figure = self
    for index in series.indices where series[index].counts.contains(where: { $0 > 0 }) {
      figure.series[index].hasHidden = true
    }
    while figure.edges.count > 12, figure.hiddenShare(least) > 0.1 { figure = figure.withWiderBins }
    return figure.withoutSmallBars(least)
  }

  /// The share of people in bars that would be hidden.
  private func hiddenShare(_ least: Int) -> Double {
    let counts = series.flatMap(\.counts)
    let hidden = counts.reduce(0) { $0 + ($1 < least ? $1 : 0) }
    return Double(hidden) / Double(max(1, counts.reduce(0, +)))
  }

  /// Two bins taken together, the last with an empty one where their number is odd.
  private var withWiderBins: HistogramFigure {
    var figure = self
    let count = edges.count - 1
    var all = edges
    if !count.isMultiple(of: 2) { all.append(2 * edges[count] - edges[count - 1]) }
    figure.edges = stride(from: 0, to: all.count, by: 2).map { all[$0] }
    for index in series.indices {
      let counts = series[index].counts
      figure.series[index].counts = stride(from: 0, to: count, by: 2).map { bin in
        counts[bin] + (bin + 1 < count ? counts[bin + 1] : 0)
      }
    }
    return figure
  }

  private func withoutSmallBars(_ least: Int) -> HistogramFigure {
    var figure = self
    for index in figure.series.indices {
      if figure.series[index].counts.reduce(0, +) < least { figure.series[index].marked = nil }
      figure.series[index].counts = figure.series[index].counts.map { $0 < least ? 0 : $0 }
      let isDrawn = figure.series[index].counts.contains { $0 > 0 }
      figure.series[index].hasHidden = figure.series[index].hasHidden && !isDrawn
    }
    func isEmpty(_ bin: Int) -> Bool { figure.series.allSatisfy { $0.counts[bin] == 0 } }
    let bins = 0..<max(0, edges.count - 1)
    guard let first = bins.first(where: { !isEmpty($0) }), let last = bins.last(where: { !isEmpty($0) })
    else {
      return figure
    }
    figure.edges = Array(edges[first...last + 1])
    for index in figure.series.indices {
      figure.series[index].counts = Array(figure.series[index].counts[first...last])
    }
    return figure
  }
}

extension ForestFigure {
  /// Without the estimates of rows that are about fewer people.
  public func hidingCounts(below least: Int) -> ForestFigure {
    guard least > 1 else { return self }
    var figure = self
    for index in figure.rows.indices {
      guard let people = figure.rows[index].people, people > 0, people < least else { continue }
      figure.rows[index].estimate = nil
      figure.rows[index].low = nil
      figure.rows[index].high = nil
      figure.rows[index].text = "fewer than \(least) people"
      figure.rows[index].people = 1
    }
    return figure
  }
}

extension FlowFigure {
  /// With `<5` in place of every small number of its boxes.
  public func hidingCounts(below least: Int) -> FlowFigure {
    guard least > 1 else { return self }
    func hidden(_ box: Box) -> Box { Box(label: box.label, detail: Self.hiding(box.detail, least)) }
    var figure = self
    figure.stages = stages.map { Stage(hidden($0.box), excluded: $0.excluded.map(hidden)) }
    figure.arms = arms.map(hidden)
    return figure
  }

  /// The whole numbers of a text that are small, each replaced by the mark, unless the mark's sign stands before it.
  private static func hiding(_ text: String, _ least: Int) -> String {
    var result = ""
    var digits = ""
    func flush() {
      let bare = digits.filter(\.isNumber)
      if let count = Int(bare), count > 0, count < least, result.last != "<", result.last != "." {
        result += "<\(least)"
      } else {
        result += digits
      }
      digits = ""
    }
    for character in text {
      if character.isASCII, character.isNumber || (character == "," && !digits.isEmpty) {
        digits.append(character)
      } else {
        flush()
        result.append(character)
      }
    }
    flush()
    return result
  }
}

extension BalanceFigure {
  /// As it is: standardised differences are not counts.
  public func hidingCounts(below least: Int) -> BalanceFigure { self }
}

extension ShareTableFigure {
  /// Without shares and notes: of how many people a share is taken is not known here.
  public func hidingCounts(below least: Int) -> ShareTableFigure {
    guard least > 1 else { return self }
    var figure = self
    for index in figure.rows.indices {
      figure.rows[index].shares = figure.rows[index].shares.map { _ in nil }
      figure.rows[index].notes = []
    }
    return figure
  }
}
