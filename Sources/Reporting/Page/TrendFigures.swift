import CohortTables
import Estimation
import Figures
import Outcomes

/// Figures of people's changes.
enum TrendFigures {
  /// First score against last.
  static func reliableChange(_ trends: PersonTrends, arms: [String]) -> ChangeScatterFigure {
    let scale = trends.instrument?.name ?? "score"
    let criteria = trends.instrument.map { ClinicalCriteria($0) }
    let groups: [String?] = arms.isEmpty ? [nil] : arms
    var marks = [[ChangeScatterFigure.Mark]](repeating: [], count: groups.count)
    for person in trends.people where person.visits > 1 {
      guard let group = arms.isEmpty ? 0 : person.arm.flatMap({ arms.firstIndex(of: $0) }) else { continue }
      marks[group].append(ChangeScatterFigure.Mark(first: person.first, last: person.last))
    }
    return ChangeScatterFigure(
      title: "First and last \(scale) of each person", xLabel: "First \(scale)", yLabel: "Last \(scale)",
      series: groups.indices.map { group in
        ChangeScatterFigure.Series(
          name: groups[group] ?? "all", marks: marks[group], style: OutcomeFigures.style(groups[group], arms))
      }, reliableChange: points(criteria?.reliableChange),
      cutoffs: (criteria?.functional).map { [ReferenceLine(label: "cut-off: \($0)", value: $0.limit)] } ?? [])
  }

  /// People's changes from first to last score, sorted.
  static func waterfall(_ trends: PersonTrends, arms: [String]) -> WaterfallFigure {
    let groups: [String?] = arms.isEmpty ? [nil] : arms
    let reliable = points(trends.instrument.flatMap { ClinicalCriteria($0).reliableChange })
    return WaterfallFigure(
      title: "Change of each person from first to last visit",
      yLabel: "Change of the \(trends.instrument?.name ?? "score"), last less first",
      series: groups.map { arm in
        WaterfallFigure.Series(
          name: arm ?? "all",
          changes: trends.people.filter { $0.visits > 1 && (arm == nil || $0.arm == arm) }.map(\.change),
          style: OutcomeFigures.style(arm, arms))
      },
      referenceLines: reliable.map {
        [
          ReferenceLine(label: "reliable change", value: $0),
          ReferenceLine(label: "reliable change", value: -$0),
        ]
      } ?? [])
  }

  private static func points(_ rule: ReliableChangeRule?) -> Double? {
    if case .points(let points) = rule { points } else { nil }
  }

  /// Raw slopes beside those that are drawn towards the mean; nil without a mixed model.
  static func shrinkage(_ trends: PersonTrends) -> HistogramFigure? {
    let people = trends.people.indices
    guard trends.populationFit != nil,
      let columns = Optional(trends.columns([.visits, .slope, .shrunkenSlope], of: people)),
      let visits = try? columns[0].numericValues(), let raw = try? columns[1].numericValues(),
      let shrunken = try? columns[2].numericValues()
    else { return nil }
    // Two visits make a line through noise: their slopes would stretch the axis and show nothing.
    let drawn = visits.indices.filter { visits[$0] > 2 }
    let sorted = drawn.map { raw[$0] }.filter(\.isFinite).sorted()
    guard let lowest = sorted.first, let highest = sorted.last else { return nil }
    let outer = sorted.count / 50
    // A few people seen for days would stretch the axis over slopes that say nothing.
    let range = sorted.count < 200 ? lowest...highest : sorted[outer]...sorted[sorted.count - 1 - outer]
    let values = [raw, shrunken].map { slopes in drawn.map { slopes[$0] }.filter { range.contains($0) } }
    let bins = HistogramBins(values: values)
    return HistogramFigure(
      title: "Slopes of individual people, raw and shrunken", description: "",
      xLabel: "Change of the score per \(trends.slopeUnit.rawValue)", edges: bins.edges,
      series: zip(["raw", "shrunken"], bins.counts).enumerated().map { index, pair in
        HistogramFigure.Series(
          name: pair.0, counts: pair.1,
          marked: values[index].isEmpty ? nil : values[index].reduce(0, +) / Double(values[index].count))
      },
      referenceLines: [ReferenceLine(label: "no change", value: 0)])
  }

  /// Some people's courses over everyone's quantiles; those not on track, or reliably worse, stand out.
  static func courses(_ trends: PersonTrends, _ visits: VisitTable, tracked: Bool) -> CourseFigure {
    let scale = visits.instrument?.name ?? visits.roles.outcome ?? "Score"
    let flags = tracked ? trends.flags : nil
    // Evenly through the file: as many as can be told apart.
    let stride = max(1, visits.people.count / 60)
    let drawn = Swift.stride(from: 0, to: visits.people.count, by: stride).filter {
      visits.people[$0].rows.count > 1
    }
    let lines = drawn.map { person in
      CourseFigure.Line(
        points: visits.people[person].rows.map {
          TrajectoryFigure.Point(x: visits.times[$0], mean: visits.scores[$0])
        }, isFlagged: flags?[person] ?? (trends.people[person].reliableChange == .deteriorated))
    }
    let remission =
      visits.instrument?.remission.map { [ReferenceLine(label: "remission: \($0)", value: $0.limit)] } ?? []
    return CourseFigure(
      title: "Course of the scores", xLabel: OutcomeFigures.axisLabel(visits.unit), yLabel: scale,
      lines: lines,
      spread: spread(visits), flaggedLabel: flags == nil ? "reliably worse" : "not on track",
      referenceLines: remission, xUnit: OutcomeFigures.axisUnit(visits.unit))
  }

  /// Quantiles at the times that occur, or in windows where these are many.
  private static func spread(_ visits: VisitTable) -> [CourseFigure.Spread] {
    let step = max(1, visits.people.count / 20_000)
    var scores: [Double: [Double]] = [:]
    for person in Swift.stride(from: 0, to: visits.people.count, by: step) {
      for row in visits.people[person].rows {
        scores[visits.times[row], default: []].append(visits.scores[row])
      }
    }
    let times = scores.keys.sorted()
    guard let first = times.first, let last = times.last else { return [] }
    if times.count > 24 {
      let width = (last - first) / 12
      var windows: [Double: [Double]] = [:]
      for (time, values) in scores {
        let window = min(11, ((time - first) / width).rounded(.down))
        windows[first + (window + 0.5) * width, default: []] += values
      }
      scores = windows
    }
    return scores.keys.sorted().map { time in
      let sorted = (scores[time] ?? []).sorted()
      func quantile(_ share: Double) -> Double { sorted[Int((share * Double(sorted.count - 1)).rounded())] }
      return CourseFigure.Spread(
        x: time, median: quantile(0.5), half: quantile(0.25)...quantile(0.75),
        most: quantile(0.1)...quantile(0.9),
        count: sorted.count)
    }
  }
}

extension PersonTrends {
  /// Whether each person's last visit is not on track; nil without bands.
  fileprivate var flags: [Bool]? {
    guard bands != nil, let column = columns([.notOnTrack], of: people.indices).first,
      case .category(let values) = column.values
    else { return nil }
    return values.codes.array().map { $0 == 1 }
  }
}
