import Figures
import Testing

/// Figures of people's changes: what they draw, and what the disclosure gate leaves of them.
@Suite("ByHand: figures of change")
struct ChangeFigureTests {
  private static func scatter(_ pairs: [(Double, Double)]) -> ChangeScatterFigure {
    ChangeScatterFigure(
      title: "t", xLabel: "First", yLabel: "Last",
      series: [.init(name: "a", marks: pairs.map { .init(first: $0.0, last: $0.1) })], reliableChange: 6)
  }

  @Test("people with the same two scores are one mark, and words count both sides of the lines")
  func marks() {
    let figure = Self.scatter([(20, 10), (20, 10), (20, 16), (10, 16), (10, 10)])
    #expect(figure.series[0].marks.map(\.count) == [1, 1, 2, 1])
    #expect(figure.dataSummary == "Last by First. a: n = 5, 2 lower by 6.0 or more, 1 higher by 6.0 or more.")
    for layout in FigureLayout.allCases {
      let svg = figure.svg(idPrefix: "f", layout: layout, ink: .page)
      #expect(svg.hasPrefix("<svg") && svg.contains("n = 2") && !svg.contains("nan"))
    }
  }

  @Test("no mark of fewer people is drawn behind the gate")
  func gate() {
    let pairs = (0..<40).flatMap { place in [(Double(place % 8), 20.0 - Double(place % 5))] }
    let hidden = Self.scatter(pairs).hidingCounts(below: 5)
    #expect(hidden.series[0].marks.allSatisfy { $0.count >= 5 } && !hidden.series[0].marks.isEmpty)
    #expect(hidden.hidingCounts(below: 5) == hidden)
    #expect(Self.scatter([(1, 2), (9, 1)]).hidingCounts(below: 5).series[0].marks.isEmpty)
  }

  @Test("bars rise; behind the gate each is the mean of enough people, and the mean of all stays")
  func waterfall() {
    let changes = [3, -7, 0, -2, 5, -11, 1, -4, -4, -6, 2].map(Double.init)
    let figure = WaterfallFigure(title: "t", yLabel: "Change", series: [.init(name: "a", changes: changes)])
    #expect(figure.series[0].bars.map(\.change) == changes.sorted())
    let hidden = figure.hidingCounts(below: 5)
    #expect(hidden.series[0].bars.map(\.count) == [5, 6])
    let sum = hidden.series[0].bars.reduce(0) { $0 + $1.change * Double($1.count) }
    #expect(abs(sum - changes.reduce(0, +)) < 1e-12)
    #expect(figure.hidingCounts(below: 12).series[0].bars.isEmpty)
    let many = WaterfallFigure.Series(name: "b", changes: (0..<1000).map(Double.init))
    #expect(many.bars.count <= 300 && many.bars.reduce(0) { $0 + $1.count } == 1000)
    for layout in FigureLayout.allCases {
      #expect(!hidden.svg(idPrefix: "f", layout: layout, ink: .page).contains("nan"))
      #expect(
        figure.hidingCounts(below: 12).svg(idPrefix: "f", layout: layout, ink: .page).contains("No data"))
    }
  }

  @Test("courses: no single person behind the gate, and no quantile of few")
  func courses() {
    let line = CourseFigure.Line(points: [.init(x: 0, mean: 12), .init(x: 4, mean: 19)], isFlagged: true)
    let figure = CourseFigure(
      title: "t", xLabel: "Weeks", yLabel: "Score", lines: [line],
      spread: [
        .init(x: 0, median: 12, half: 10...14, most: 8...17, count: 100),
        .init(x: 4, median: 10, half: 8...12, most: 6...15, count: 24),
        .init(x: 8, median: 9, half: 7...11, most: nil, count: 9),
      ], flaggedLabel: "not on track")
    #expect(figure.svg(idPrefix: "f", layout: .wide, ink: .page).contains("not on track"))
    let hidden = figure.hidingCounts(below: 5)
    #expect(hidden.lines.isEmpty && hidden.spread.map(\.count) == [100, 24])
    #expect(
      hidden.spread.map { $0.most != nil } == [true, false]
        && hidden.spread.map { $0.half != nil } == [true, true])
    #expect(!hidden.svg(idPrefix: "f", layout: .narrow, ink: .page).contains("not on track"))
  }
}
