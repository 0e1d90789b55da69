import Figures

/// Figures of every kind, from plain to awkward.
enum Examples {
  static let all: [(name: String, figure: any Figure)] = [
    ("trajectory", trajectory(series: 3)), ("one series", trajectory(series: 1)),
    ("eight series", trajectory(series: 8)), ("ten series", trajectory(series: 10)),
    ("one point", onePoint), ("no series", trajectory(series: 0)), ("awkward trajectory", awkwardTrajectory),
    ("survival", survival(curves: 3)), ("eight curves", survival(curves: 8)),
    ("no curves", survival(curves: 0)), ("awkward survival", awkwardSurvival),
    ("forest", forest), ("forest of ratios", ratios), ("no rows", ForestFigure(noRows: true)),
    ("histogram", histogram), ("no bins", noBins), ("balance", balance), ("no balance", noBalance),
    ("flow", flow), ("no stages", noStages), ("shares", shares), ("no shares", noShares),
    ("shares of many columns", manyShares),
  ]

  static let names = [
    "Combined", "Medication", "Therapy", "Waiting list", "A very long name of an arm that is cut somewhere",
    "F", "G & <H>", "Lithium", "Ninth", "Tenth",
  ]

  static func trajectory(series count: Int) -> TrajectoryFigure {
    let weeks: [Double] = [0, 2, 4, 6, 8, 12, 16, 20, 24]
    let series = (0..<count).map { index in
      TrajectoryFigure.Series(
        name: names[index],
        points: weeks.map { week in
          let mean = 18 - 9 * week / (week + 6) + 0.4 * Double(index)
          return TrajectoryFigure.Point(
            x: week, mean: mean, low: mean - 1.2, high: mean + 1.2, count: 12_345 - Int(week) * 9)
        })
    }
    return TrajectoryFigure(
      title: "Mean PHQ-9 by arm", description: "Means fall in all arms.", xLabel: "Weeks since start",
      yLabel: "PHQ-9 score", series: series, referenceLines: [ReferenceLine(label: "Remission", value: 5)],
      xUnit: .weeks, direction: .lowerIsBetter)
  }

  static let onePoint = TrajectoryFigure(
    title: "One", description: "", xLabel: "Month", yLabel: "BDI",
    series: [.init(name: "All", points: [.init(x: 3, mean: 12)])])

  static let awkwardTrajectory = TrajectoryFigure(
    title: "Awkward \"<&>\"", description: "Values that cannot be drawn \u{1}", xLabel: "", yLabel: "",
    series: [
      .init(name: "", points: [.init(x: .nan, mean: 1), .init(x: 1, mean: .infinity)]),
      .init(
        name: "B",
        points: [
          .init(x: 2, mean: 1e9, low: -.infinity, high: 2e9), .init(x: 1, mean: -1e9, low: .nan, high: 0),
          .init(x: 1, mean: 0, low: 5, high: 4, count: 0), .init(x: 3, mean: 1e300),
        ]),
    ], referenceLines: [ReferenceLine(label: "none", value: .nan)])

  static func survival(curves count: Int) -> SurvivalFigure {
    let curves = (0..<count).map { index in
      let steps = (1...12).map { month in
        let value = 1 - Double(month * (index + 1)) / 120
        return SurvivalFigure.Step(
          time: Double(month * 30), survival: value, low: value - 0.05, high: month == 12 ? nil : value + 0.05
        )
      }
      return SurvivalFigure.Curve(
        name: names[index], steps: steps, censorings: [.init(time: 45, survival: steps[0].survival)],
        numbersAtRisk: (0...12).map { .init(time: Double($0 * 30), count: 1307 - 100 * $0) })
    }
    return SurvivalFigure(
      title: "Free of relapse", description: "Fewest relapses in the first arm.",
      xLabel: "Days since remission", yLabel: "Free of relapse", curves: curves, xUnit: .days)
  }

  static let awkwardSurvival = SurvivalFigure(
    title: "Awkward", description: "", xLabel: "Years", yLabel: "S",
    curves: [
      .init(name: "no events", steps: []), .init(name: "at 0", steps: [.init(time: 0, survival: 0.5)]),
      .init(name: "nan", steps: [.init(time: .nan, survival: 1), .init(time: 2, survival: .nan)]),
    ])

  static let forest = ForestFigure(
    title: "Contrasts", description: "Combined is better.", xLabel: "Difference in PHQ-9 at week 12",
    rows: [
      .init(
        label: names[4] + " " + names[4], group: "Adjusted", estimate: -2.1, low: -3.4, high: -0.8,
        text: "−2.1"),
      .init(label: "Combined − Therapy", group: "Weighted", estimate: nil, text: "not estimable"),
      .init(label: "Not a number", estimate: .nan, low: .nan, high: 2, text: "NaN"),
      .init(label: "No limits", estimate: 0.4, text: "0.4"),
      .init(
        label: "Overall", estimate: -1.7, low: -2.4, high: -1, text: "−1.7 (−2.4 to −1.0)", isSummary: true),
    ], nullValue: 0, leftDirection: "favours combined", rightDirection: "favours single",
    labelHeader: "Contrast")

  static let ratios = ForestFigure(
    title: "Hazard ratios", description: "", xLabel: "Hazard ratio",
    rows: [
      .init(label: "Therapy", estimate: 1.5, low: 0.9, high: 2.5, text: "1.50 (0.90 to 2.50)"),
      .init(label: "Few events", estimate: 3, low: 0, high: .infinity, text: "3.00 (0 to ∞)"),
      .init(label: "Impossible", estimate: -1, text: "−1"),
    ], nullValue: 1, scale: .logarithmic, range: 0.2...8)

  static let histogram = HistogramFigure(
    title: "Slopes", description: "", xLabel: "Change per week", edges: [-2, -1, 0, 1, 2],
    series: [
      .init(name: "Combined", counts: [1, 5, 3, 1], marked: -0.4),
      .init(name: names[4], counts: [0, 0, 0, 0]),
    ], referenceLines: [ReferenceLine(label: "no change", value: 0)])

  static let noBins = HistogramFigure(title: "None", description: "", xLabel: "x", edges: [], series: [])

  static let flow = FlowFigure(
    title: "People", description: "",
    stages: [
      .init(
        .init(label: "Read", detail: "640 people"),
        excluded: [
          .init(label: "Missing PHQ-9", detail: "12 people"), .init(label: "Too young", detail: "8"),
        ]),
      .init(.init(label: "Used", detail: "620 people")),
    ], arms: names.prefix(5).map { .init(label: $0, detail: "124 people") })

  static let balance = BalanceFigure(
    title: "Balance", description: "", series: ["Crude", "Weighted"],
    rows: [
      .init(label: "Age", values: [0.4, 0.02]),
      .init(label: "Previous episodes, three or more", values: [-0.31, nil]),
      .init(label: names[4] + " " + names[4], values: [.nan, 0.05]),
    ])

  static let noBalance = BalanceFigure(title: "None", description: "", series: ["Crude"], rows: [])

  static let shares = ShareTableFigure(
    title: "Missing", description: "", columnLabel: "Week", columns: ["0", "4", "12"],
    rows: [
      .init(label: "All", shares: [0, 0.25, 0.5], notes: ["0 of 8", "2 of 8", "4 of 8"]),
      .init(label: names[4] + " " + names[4], shares: [0.001, 1, nil]),
      .init(label: "G & <H>", shares: [.nan, 0.999, 2]),
    ])

  static let manyShares = ShareTableFigure(
    title: "Missing by arm", description: "", columnLabel: "", columns: names + names,
    rows: [.init(label: "phq9", shares: Array(repeating: 0.3, count: 20))], style: 9)

  static let noShares = ShareTableFigure(
    title: "None", description: "", columnLabel: "", columns: [], rows: [])

  static let noStages = FlowFigure(title: "None", description: "", stages: [])
}

extension ForestFigure {
  fileprivate init(noRows: Bool) {
    self.init(title: "None", description: "", xLabel: "x", rows: [], nullValue: 0)
  }
}
