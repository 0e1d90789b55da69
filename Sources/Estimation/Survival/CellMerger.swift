/// Takes points of a curve together until each of their counts is 0 or large enough.
///
/// Points are taken from the left; what is left over at the end joins as many of the last steps as it takes. The times
/// of the steps are then those at which every count since the step before can be told.
enum CellMerger {
  /// The merged points; none where even all together have a count that is too small.
  static func merged(
    _ points: [SurvivalCurve.Point], least: Int, cells: (SurvivalCurve.Point) -> [Double]
  ) -> [SurvivalCurve.Point] {
    let steps = steps(points.map(cells), least: least)
    return steps.map { merged(points[$0]) }
  }

  /// Ranges of consecutive items whose counts can be told; none where not even those of all together can.
  static func steps(_ cells: [[Double]], least: Int) -> [Range<Int>] {
    func isTold(_ sums: [Double]) -> Bool { sums.allSatisfy { $0 == 0 || $0 >= Double(least) } }
    var steps: [(range: Range<Int>, sums: [Double])] = []
    var (start, open) = (0, [Double]())
    for (place, counts) in cells.enumerated() {
      open = open.isEmpty ? counts : zip(open, counts).map { $0 + $1 }
      guard isTold(open) else { continue }
      steps.append((start..<place + 1, open))
      (start, open) = (place + 1, [])
    }
    while !open.isEmpty {
      guard let last = steps.popLast() else { return [] }
      start = last.range.lowerBound
      open = zip(open, last.sums).map { $0 + $1 }
      if isTold(open) {
        steps.append((start..<cells.count, open))
        open = []
      }
    }
    return steps.map(\.range)
  }

  static func merged(_ points: ArraySlice<SurvivalCurve.Point>) -> SurvivalCurve.Point {
    let (first, last) = (points[points.startIndex], points[points.endIndex - 1])
    return SurvivalCurve.Point(
      time: last.time, atRisk: first.atRisk, events: points.reduce(0) { $0 + $1.events },
      censored: points.reduce(0) { $0 + $1.censored },
      entered: first.entered == nil ? nil : points.reduce(0) { $0 + ($1.entered ?? 0) },
      estimate: last.estimate, standardError: last.standardError, lower: last.lower, upper: last.upper)
  }
}
