import CohortTables
import Estimation
import Figures
import Foundation
import Outcomes

/// Figures of the clinical results.
enum OutcomeFigures {
  static func axisUnit(_ unit: TimeUnit) -> AxisUnit {
    switch unit {
    case .day: .days
    case .week: .weeks
    case .month: .months
    case .year: .years
    case .visit: .number
    }
  }

  static func axisLabel(_ unit: TimeUnit) -> String {
    unit == .visit ? "Visit" : unit.rawValue.capitalized + "s since the start"
  }

  /// An arm keeps its colour, dash and marker in every figure of a cohort.
  static func style(_ arm: String?, _ arms: [String]) -> Int? { arm.flatMap { arms.firstIndex(of: $0) } }

  static func trajectories(_ trajectories: [MeanTrajectory], _ visits: VisitTable, arms: [String])
    -> TrajectoryFigure
  {
    let scale = visits.instrument?.name ?? visits.roles.outcome ?? "Score"
    let lines =
      visits.instrument?.remission.map { [ReferenceLine(label: "remission: \($0)", value: $0.limit)] } ?? []
    return TrajectoryFigure(
      title: "Mean \(scale) by arm", description: "", xLabel: axisLabel(visits.unit), yLabel: "Mean \(scale)",
      series: trajectories.map { trajectory in
        TrajectoryFigure.Series(
          name: trajectory.arm ?? "all",
          points: trajectory.points.map {
            TrajectoryFigure.Point(x: $0.time, mean: $0.mean, low: $0.lower, high: $0.upper, count: $0.people)
          }, style: style(trajectory.arm, arms))
      },
      referenceLines: lines, xUnit: axisUnit(visits.unit),
      direction: visits.instrument.map { $0.direction == .lowerIsBetter ? .lowerIsBetter : .higherIsBetter })
  }

  static func survival(_ curves: SurvivalCurves, unit: TimeUnit, eventName: String, arms: [String])
    -> SurvivalFigure
  {
    SurvivalFigure(
      title: "Free of \(eventName), by arm", description: "", xLabel: axisLabel(unit),
      yLabel: "Free of \(eventName)",
      curves: curves.curves.map { curve in
        SurvivalFigure.Curve(
          name: curve.name,
          steps: curve.points.filter { $0.events > 0 }.map {
            SurvivalFigure.Step(
              time: $0.time, survival: $0.estimate, low: $0.lower, high: $0.upper, events: $0.events)
          },
          censorings: curve.points.filter { $0.censored > 0 }.map {
            SurvivalFigure.CensorMark(time: $0.time, survival: $0.estimate)
          },
          numbersAtRisk: curve.points.map { SurvivalFigure.RiskCount(time: $0.time, count: Int($0.atRisk)) },
          style: style(curve.name, arms))
      },
      xUnit: axisUnit(unit))
  }

  static func contrasts(_ comparison: TreatmentComparison) -> ForestFigure {
    let unit = comparison.visits.unit
    let rows = comparison.analyses.flatMap { analysis in
      analysis.contrasts.contrasts.map { contrast in
        ForestFigure.Row(
          label: contrast.name.replacingOccurrences(of: " - ", with: " \u{2212} "),
          group: group(analysis, unit),
          estimate: contrast.estimate, low: contrast.adjustedLower, high: contrast.adjustedUpper,
          text: interval(contrast.estimate, contrast.adjustedLower, contrast.adjustedUpper, decimals: 1),
          isSummary: analysis.horizon == nil && analysis.isAdjusted,
          people: ArmPeople(analysis.fit.rows).fewest(contrast))
      }
    }
    let scale = comparison.visits.instrument?.name ?? comparison.visits.roles.outcome ?? "score"
    return ForestFigure(
      title: "Differences in \(scale) with \(comparison.question.focus)", description: "",
      xLabel: "Difference in points, simultaneous \(level(comparison.question.confidenceLevel)) limits",
      rows: rows, nullValue: 0,
      leftDirection: comparison.question.isHigherBetter
        ? "other arm better" : "\(comparison.question.focus) better",
      rightDirection: comparison.question.isHigherBetter
        ? "\(comparison.question.focus) better" : "other arm better",
      textHeader: "Difference (limits)")
  }

  private static func group(_ analysis: TreatmentComparison.Analysis, _ unit: TimeUnit) -> String {
    let what =
      analysis.horizon.map { "\(unit.rawValue.capitalized) \(NumberText.shortest($0)), complete cases" }
      ?? "Mean over follow-up"
    return "\(what), \(analysis.isAdjusted ? "adjusted" : "crude")"
  }

  static func hazardRatios(
    _ contrasts: Contrasts, focus: String, isAdjusted: Bool, arms: ArmPeople
  ) -> ForestFigure {
    ForestFigure(
      title: "Hazard ratios with \(focus)", description: "",
      xLabel: "Hazard ratio, simultaneous \(level(contrasts.confidenceLevel)) limits",
      rows: contrasts.contrasts.map { contrast in
        ForestFigure.Row(
          label: contrast.name.replacingOccurrences(of: " - ", with: " / "),
          group: isAdjusted ? "Adjusted" : "Crude",
          estimate: contrast.estimate.map(exp), low: contrast.adjustedLower.map(exp),
          high: contrast.adjustedUpper.map(exp),
          text: interval(
            contrast.estimate.map(exp), contrast.adjustedLower.map(exp), contrast.adjustedUpper.map(exp),
            decimals: 2),
          people: arms.fewest(contrast))
      },
      nullValue: 1, scale: .logarithmic, leftDirection: "less with \(focus)",
      rightDirection: "more with \(focus)",
      textHeader: "Ratio (limits)")
  }

  static func slopes(_ trends: PersonTrends, arms: [String]) -> HistogramFigure {
    let groups: [String?] = arms.isEmpty ? [nil] : arms
    // Two visits make a line through noise: their slopes would stretch the axis and show nothing.
    let drawn = trends.people.filter { $0.visits > 2 }
    let values = groups.map { arm in drawn.filter { arm == nil || $0.arm == arm }.compactMap(\.slope) }
    let bins = HistogramBins(values: values)
    return HistogramFigure(
      title: "Slopes of individual people", description: "",
      xLabel: "Change of the score per \(trends.slopeUnit.rawValue)", edges: bins.edges,
      series: groups.enumerated().map { index, arm in
        HistogramFigure.Series(
          name: arm ?? "all", counts: bins.counts[index],
          marked: values[index].isEmpty ? nil : values[index].reduce(0, +) / Double(values[index].count),
          style: style(arm, arms))
      },
      referenceLines: [ReferenceLine(label: "no change", value: 0)])
  }

  static func level(_ level: Double) -> String { NumberText.shortest((level * 1000).rounded() / 10) + "%" }

  static func interval(_ estimate: Double?, _ lower: Double?, _ upper: Double?, decimals: Int) -> String {
    guard let estimate, let lower, let upper else { return "not estimable" }
    func text(_ value: Double) -> String {
      let text = CellText.fixed(value, decimals)
      return text.hasPrefix("-") && Double(text) == 0 ? String(text.dropFirst()) : text
    }
    return "\(text(estimate)) (\(text(lower)) to \(text(upper)))"
  }
}
