import Figures
import Testing

/// Figures without small counts.
@Suite("Laws: hiding counts in figures") struct HidingCountsLawTests {
  private let survival = SurvivalFigure(
    title: "t", description: "", xLabel: "Days", yLabel: "Free",
    curves: [
      .init(
        name: "a",
        steps: (1...12).map { .init(time: Double($0), survival: 1 - Double($0) / 20, events: 1) },
        censorings: [.init(time: 3, survival: 0.85)],
        numbersAtRisk: (0...12).map { .init(time: Double($0), count: 14 - $0) }),
      .init(name: "b", steps: [.init(time: 4, survival: 0.9)], numbersAtRisk: [.init(time: 4, count: 30)]),
    ])
  private let trajectory = TrajectoryFigure(
    title: "t", description: "", xLabel: "Weeks", yLabel: "Score",
    series: [
      .init(name: "a", points: [.init(x: 0, mean: 20, count: 9), .init(x: 4, mean: 17.25, count: 3)])
    ])
  private let histogram = HistogramFigure(
    title: "t", description: "", xLabel: "Slope", edges: [0, 1, 2, 3, 4],
    series: [
      .init(name: "a", counts: [1, 9, 12, 2], marked: 1.5),
      .init(name: "b", counts: [0, 2, 1, 0], marked: 1),
    ])
  private let forest = ForestFigure(
    title: "t", description: "", xLabel: "Difference",
    rows: [
      .init(label: "a - b", estimate: -1.375, low: -2, high: 0, text: "-1.375", people: 3),
      .init(label: "a - c", estimate: -2, low: -3, high: 0, text: "-2", people: 30),
    ], nullValue: 0)
  private let flow = FlowFigure(
    title: "t", description: "",
    stages: [
      .init(
        .init(label: "Read", detail: "1,203 rows, 40 people"),
        excluded: [.init(label: "x", detail: "3 rows, 0 people")])
    ], arms: [.init(label: "a", detail: "4 people")])
  private let balance = BalanceFigure(
    title: "t", description: "", series: ["Crude"], rows: [.init(label: "age", values: [2])])

  private var all: [any Figure] { [survival, trajectory, histogram, forest, flow, balance] }

  private func drawing(_ figure: any Figure) -> String { figure.html(idPrefix: "f") }

  @Test func noThresholdChangesNothing() {
    for figure in all {
      for least in [0, 1] { #expect(drawing(figure.hidingCounts(below: least)) == drawing(figure)) }
    }
  }

  @Test func twiceIsOnce() {
    for figure in all {
      let once = figure.hidingCounts(below: 5)
      #expect(drawing(once.hidingCounts(below: 5)) == drawing(once))
    }
  }

  @Test func stepsHoldTheLeast() throws {
    let hidden = survival.hidingCounts(below: 5)
    #expect(hidden.curves.map(\.name) == ["a"], "one event makes no step")
    let curve = try #require(hidden.curves.first)
    #expect(curve.steps.map(\.time) == [5, 12] && curve.steps.map(\.events) == [5, 7])
    #expect(curve.steps.last?.survival == survival.curves[0].steps.last?.survival)
    #expect(curve.censorings.isEmpty)
    let text = drawing(hidden)
    #expect(text.contains("&lt;5"))
    for count in 1...4 { #expect(!curve.numbersAtRisk.contains { $0.count == count && count > 1 }) }
  }

  @Test func meansOfFewAreNotDrawn() {
    let text = drawing(trajectory.hidingCounts(below: 5))
    #expect(!text.contains("17.25") && !text.contains("n = 3"))
    #expect(drawing(trajectory).contains("n = 3"))
  }

  @Test func barsOfFewAreNotDrawn() {
    let hidden = histogram.hidingCounts(below: 5)
    #expect(hidden.edges == [1, 2, 3])
    #expect(hidden.series.map(\.counts) == [[9, 12], [0, 0]])
    #expect(hidden.series.map(\.marked) == [1.5, nil])
  }

  @Test func widerBinsKeepPeopleInTheFigure() {
    let fine = HistogramFigure(
      title: "t", description: "", xLabel: "Slope", edges: (0...12).map(Double.init),
      series: [.init(name: "a", counts: [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3])])
    let hidden = fine.hidingCounts(below: 5)
    #expect(hidden.edges == [0, 2, 4, 6, 8, 10, 12] && hidden.series[0].counts == [6, 6, 6, 6, 6, 6])
  }

  @Test func rowsAboutFewAreWithheld() {
    let text = drawing(forest.hidingCounts(below: 5))
    #expect(!text.contains("1.375") && text.contains("fewer than 5 people"))
  }

  @Test func boxesShowTheMark() {
    let hidden = flow.hidingCounts(below: 5)
    #expect(hidden.stages.first?.box.detail == "1,203 rows, 40 people")
    #expect(hidden.stages.first?.excluded.first?.detail == "<5 rows, 0 people")
    #expect(hidden.arms.first?.detail == "<5 people")
  }
}
