import Figures
import TestSupport
import Testing

/// Known data at known places, worked out from the layout's constants: in the narrow rendition body
/// text has 14 units, small text 13, and a line 19 (1.35 x 14, rounded).
@Suite struct GeometryByHandTests {
  private let canvas = Canvas(idPrefix: "p", layout: .narrow, ink: .page)

  // Three events and a censoring; the horizon makes one unit of time one unit of width.
  private var threeEvents: SurvivalFigure {
    let curve = SurvivalFigure.Curve(
      name: "All",
      steps: [
        .init(time: 10, survival: 0.75, low: 0.5, high: 1),
        .init(time: 20, survival: 0.5, low: 0.25, high: 0.75),
        .init(time: 40, survival: 0.25),
      ], censorings: [.init(time: 100, survival: 0.25)])
    return SurvivalFigure(
      title: "T", description: "D", xLabel: "Days", yLabel: "Free of relapse", curves: [curve], horizon: 316)
  }

  @Test func survivalFrame() throws {
    let drawing = try #require(SurvivalDrawing(threeEvents, layout: .narrow, canvas: canvas))
    // Left: "100%" is 3 x 0.63 + 0.96 = 2.85 em of 13, plus 10, rounded up. Right: 380 - 16.
    #expect(drawing.frame.left == 48 && drawing.frame.right == 364)
    // Top: a row of legend 1.6 x 14 + 6, a line of heading 19, and 10.
    expectAgreement(drawing.frame.top, 57.4, digits: 14)
    // Bottom: 340 below, less the axis 6 + 14 + 4 + 19 + 4 and 30.
    expectAgreement(drawing.frame.bottom, 320.4, digits: 14)
  }

  @Test func stepPathOfThreeEvents() throws {
    let figure = threeEvents
    let drawing = try #require(SurvivalDrawing(figure, layout: .narrow, canvas: canvas))
    // A quarter of the height of 263 is 65.75.
    #expect(drawing.path(of: figure.curves[0]) == "M48 57.4H58V123.15H68V188.9H88V254.65H148")
    #expect(drawing.censorMarks(of: figure.curves[0]) == "M148 250.15v9")
  }

  @Test func bandEndsWhereItsLimitsEnd() throws {
    let figure = threeEvents
    let drawing = try #require(SurvivalDrawing(figure, layout: .narrow, canvas: canvas))
    let band =
      "M48 57.4L58 57.4L68 57.4L68 123.15L88 123.15L88 254.65L68 254.65L68 188.9L58 188.9L58 57.4L48 57.4Z"
    #expect(drawing.bands(of: figure.curves[0]) == [band])
  }

  @Test func numbersAtRiskStandUnderTheirTicks() throws {
    for layout in FigureLayout.allCases {
      let figure = Examples.survival(curves: 3)
      let canvas = Canvas(idPrefix: "p", layout: layout, ink: .page)
      let drawing = try #require(SurvivalDrawing(figure, layout: layout, canvas: canvas))
      let places = drawing.xTicks.values.map { Markup.coordinate(drawing.xScale.place($0)) }
      let texts = try #require(ParsedDrawing(figure.svg(idPrefix: "p", layout: layout))).all("text")
      for value in drawing.xTicks.values {
        let x = Markup.coordinate(drawing.xScale.place(value))
        let column = texts.filter { $0.attributes["x"] == x && $0.attributes["text-anchor"] == "middle" }
        let count = "\(1307 - 100 * Int(value / 30))"
        #expect(column.filter { $0.text == count }.count == 3, "\(layout) \(value)")
        #expect(column.contains { $0.text == "\(Int(value))" })
      }
      #expect(places.count >= 5)
    }
  }

  @Test func numberAtRiskIsThatOfTheNextTime() {
    let curve = SurvivalFigure.Curve(
      name: "A", steps: [],
      numbersAtRisk: [.init(time: 5, count: 10), .init(time: 8, count: 7), .init(time: 12, count: 2)])
    #expect([0, 5, 5.1, 8, 12, 12.1].map { curve.atRisk($0) } == [10, 10, 7, 7, 2, 0])
    #expect(SurvivalFigure.Curve(name: "B", steps: []).atRisk(0) == nil)
  }

  @Test func trajectoryPoints() throws {
    let figure = TrajectoryFigure(
      title: "T", description: "D", xLabel: "Week", yLabel: "Score",
      series: [
        .init(
          name: "A",
          points: [.init(x: 8, mean: 5), .init(x: 0, mean: 15, low: 10, high: 20), .init(x: 4, mean: 10)])
      ], xUnit: .weeks, yRange: 0...25)
    let drawing = try #require(TrajectoryDrawing(figure, layout: .narrow, canvas: canvas))
    // "25" is 2 x 0.63 em of 13, plus 10: 26.38, rounded up; the right margin is 12, the inset 14.
    #expect(drawing.frame.left == 27 && drawing.frame.right == 368)
    #expect(drawing.xScale.place(0) == 41 && drawing.xScale.place(8) == 354)
    // Five steps of 5 over the height of 263: 15 stands at 320.4 - 157.8, 10 at 215.2, 5 at 267.8.
    let svg = figure.svg(idPrefix: "p", layout: .narrow)
    #expect(svg.contains("d=\"M41 162.6L197.5 215.2L354 267.8\""))
  }

  @Test func forestRowsAreDrawnToScale() throws {
    let figure = ForestFigure(
      title: "T", description: "D", xLabel: "Ratio",
      rows: [.init(label: "A", estimate: 2, low: 1, high: 4, text: "2 (1 to 4)")], nullValue: 1,
      scale: .logarithmic)
    let drawing = ForestDrawing(figure, layout: .narrow, canvas: canvas)
    #expect(drawing.frame.left == 10 && drawing.frame.right == 370)
    // The axis holds 1 to 4 with 4% of its length more at each end: 360 units are 1.08 of log 4.
    expectAgreement(drawing.xScale.place(1), 10 + 360 * 0.04 / 1.08, digits: 12)
    expectAgreement(drawing.xScale.place(2), 190, digits: 12)
    expectAgreement(drawing.xScale.place(4), 370 - 360 * 0.04 / 1.08, digits: 12)
    let lines = try #require(ParsedDrawing(figure.svg(idPrefix: "p", layout: .narrow))).all("line")
    let middle = Markup.coordinate(drawing.middles[0])
    let interval = lines.first { $0.attributes["y1"] == middle && $0.attributes["y2"] == middle }
    #expect(interval?.attributes["x1"] == "23.33" && interval?.attributes["x2"] == "356.67")
  }

  @Test func limitsBeyondTheAxisEndInArrows() throws {
    let figure = ForestFigure(
      title: "T", description: "D", xLabel: "Ratio",
      rows: [.init(label: "A", estimate: 2, low: 0, high: .infinity, text: "2")], nullValue: 1,
      scale: .logarithmic)
    let drawing = ForestDrawing(figure, layout: .narrow, canvas: canvas)
    let y = Markup.coordinate(drawing.middles[0])
    let paths = try #require(ParsedDrawing(figure.svg(idPrefix: "p", layout: .narrow))).all("path")
    #expect(paths.contains { $0.attributes["d"]?.hasPrefix("M8 \(y)L17 ") == true })
    #expect(paths.contains { $0.attributes["d"]?.hasPrefix("M372 \(y)L363 ") == true })
  }
}

@Suite struct BalanceByHandTests {
  @Test func differencesAreDrawnToScale() throws {
    let figure = BalanceFigure(
      title: "T", description: "D", series: ["Crude", "Weighted"],
      rows: [.init(label: "Age", values: [0.37, -0.13])])
    let drawing = try #require(
      BalanceDrawing(figure, layout: .narrow, canvas: Canvas(idPrefix: "p", layout: .narrow, ink: .page)))
    // The axis holds -0.13 (1.3 times the limit on the empty side) to 0.37, and 4% of 0.5 at each end.
    let unit = drawing.frame.width / 0.54
    expectAgreement(drawing.xScale.place(0.37), drawing.frame.right - 0.02 * unit, digits: 12)
    expectAgreement(drawing.xScale.place(0), drawing.frame.left + 0.15 * unit, digits: 12)
    // A legend of one row is 28.4 high; the row has a line of 19 and 7 between rows.
    expectAgreement(drawing.middles[0], 28.4 + 6 + 13, digits: 12)
  }
}

@Suite struct HistogramByHandTests {
  @Test func valuesOnAnEdgeAreInTheBinAbove() {
    let bins = HistogramBins(values: [[0, 1, 1, 2, 3], [3.5, .nan, 4]], most: 4)
    #expect(bins.edges.first == 0)
    // Quartiles of 0 1 1 2 3 3.5 4 (ranks 1 and 4, from 0) are 1 and 3: 2 x 2 / cbrt 7 = 2.09, so 5.
    #expect(bins.edges == [0, 5])
    #expect(bins.counts == [[5], [2]] && bins.notFinite == [0, 1])
    let finer = HistogramBins(values: [(0..<1000).map { Double($0) / 100 }])
    // 2 x 4.99 / 10 = 0.998, so 1: ten bins of a hundred, 9.99 in the last.
    #expect(finer.edges == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    #expect(finer.counts == [[Int](repeating: 100, count: 10)])
  }

  @Test func binsOfEqualOrNoValues() {
    let same = HistogramBins(values: [[5, 5, 5]])
    #expect(same.counts[0].reduce(0, +) == 3 && same.counts[0].contains(3))
    let none = HistogramBins(values: [[], [.nan]])
    #expect(none.edges.isEmpty && none.counts == [[], []] && none.notFinite == [0, 1])
  }

  @Test func heightsAreSharesOrDensities() {
    let equal = HistogramFigure(
      title: "", description: "", xLabel: "", edges: [0, 1, 2], series: [.init(name: "A", counts: [1, 3])])
    #expect(equal.heights(equal.series[0]) == [0.25, 0.75])
    let unequal = HistogramFigure(
      title: "", description: "", xLabel: "", edges: [0, 1, 3], series: [.init(name: "A", counts: [1, 3])])
    #expect(unequal.heights(unequal.series[0]) == [0.25, 0.375])
  }
}
