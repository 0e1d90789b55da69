internal import LinearAlgebra

/// The model that separated data tend to: the rows that nothing separates, without the columns that only the
/// separated rows tell apart.
///
/// Along a direction of recession d the likelihood rises to that of the rows with `x'd = 0`, the others being
/// fitted perfectly: its supremum, and with it every finite function of the coefficients, theta, and their
/// errors, are those of a fit to these rows alone. The directions of recession span the null space of these rows,
/// so that `l'beta` is finite exactly where l lies in their row space; columns are left out by the rule for
/// aliased ones.
///
/// ## References
/// Geyer (2009), Electronic J. Statistics 3:259-289, sections 3.4 and 3.9; Correia, Guimaraes and Zylkin (2019),
/// "Verifying the existence of maximum likelihood estimates for generalized linear models", arXiv:1903.01633.
struct SeparationLimit: Sendable {
  /// The rows that nothing separates, with the columns that they determine.
  let start: GeneralizedLinearModel.StartingPoint
  /// How many rows, or their frequencies, nothing separates.
  let observationCount: Double
  /// How many rows are fitted perfectly.
  let perfectRows: Int
  /// The plan's columns whose coefficients have no finite value, each as its place among the plan's.
  let unbounded: [Int]
  /// Which way the predictors of the separated rows go.
  let ends: PredictorEnds

  /// Nil where every row is separated, so that nothing is left.
  init?(
    _ separation: Separation, model: GeneralizedLinearModel, frame: ModelFrame,
    all: GeneralizedLinearModel.StartingPoint, executor: some FoldExecutor
  ) throws {
    guard !separation.isComplete else { return nil }
    let sides = try executor.run(
      SeparatedSides(
        scan: SeparationScan(FittedFamily(model.family, model.link), direction: separation.direction)),
      over: all.rows)
    let kept = sides.indices.filter { sides[$0] == 0 }.map { frame.usedRows[$0] }
    let rows = try all.rows.keeping(rows: kept, executor: executor)
    start = try model.startingPoint(frame, rows, executor)
    observationCount =
      frame.options.countsCopies
      ? kept.reduce(0) { $0 + (frame.weights?[$1] ?? 1) } : Double(kept.count)
    perfectRows = sides.count - kept.count
    unbounded = try Self.unbounded(start.columns, rows: rows, among: all.columns.kept, executor)
    ends = PredictorEnds(start.columns, sides: sides, frame: frame)
  }

  /// The columns that were left out for separation, and those whose coefficients are finite only together with
  /// theirs.
  private static func unbounded(
    _ columns: IndependentColumns, rows: GeneralizedRows, among all: [Int], _ executor: some FoldExecutor
  ) throws -> [Int] {
    let kept = Set(columns.kept)
    let left = (0..<rows.columns.count).filter { !kept.contains($0) }
    let largest = try executor.run(ColumnScales(columnCount: rows.columns.count), over: rows)
    // Beside these a share that is left of a sum is rounding.
    let sizes = zip(largest, rows.shifts).map { $0 + abs($1) }
    var result = all.filter { !kept.contains($0) }
    for (index, column) in left.enumerated() where all.contains(column) {
      let parts = columns.kept.indices.map { abs(columns.aliasing[$0, index]) * sizes[columns.kept[$0]] }
      let most = parts.reduce(sizes[column], max)
      for (k, part) in parts.enumerated() where part > 1e-7 * most { result.append(columns.kept[k]) }
    }
    return Set(result).sorted()
  }
}

/// Where the predictors go of rows that the data determine only in the limit.
struct PredictorEnds: Sendable {
  /// What a row lacks of being determined, of unit length, and whether its predictor goes to plus infinity.
  private var directions: [(gap: [Double], isRising: Bool)] = []

  private static let most = 256

  /// Collects the different directions of the separated rows, whose sides are 1, -1 or 0 where not separated.
  init(_ columns: IndependentColumns, sides: [Int8], frame: ModelFrame) {
    let columnCount = frame.plan.columnCount
    let estimability = Estimability(
      estimated: columns.kept, columnCount: columnCount, aliasing: columns.aliasing)
    let separated = sides.indices.filter { sides[$0] != 0 }
    for start in stride(from: 0, to: separated.count, by: 4096) {
      let places = separated[start..<min(start + 4096, separated.count)]
      let design = frame.design.matrix(rows: places.map { frame.usedRows[$0] })
      for (i, place) in places.enumerated() {
        guard let gap = Self.unit(estimability.gaps(of: design.row(i))), end(ofGap: gap) == nil
        else { continue }
        guard directions.count < Self.most else { return }
        directions.append((gap, sides[place] > 0))
      }
    }
  }

  /// Plus or minus infinity where a row goes the way of separated ones; nil where the data do not tell.
  func end(of gap: [Double]) -> Double? { Self.unit(gap).flatMap { end(ofGap: $0) } }

  private func end(ofGap unit: [Double]) -> Double? {
    directions.first { zip($0.gap, unit).allSatisfy { abs($0 - $1) <= 1e-7 } }
      .map { $0.isRising ? .infinity : -.infinity }
  }

  private static func unit(_ gap: [Double]) -> [Double]? {
    let length = euclideanNorm(gap)
    return length > 0 && length.isFinite ? gap.map { $0 / length } : nil
  }
}

/// The side to which each row is separated: 1, -1, or 0 where it is not.
private struct SeparatedSides: Fold {
  let scan: SeparationScan

  var initialState: [Int8] { [] }

  func accumulate(_ block: GeneralizedBlock, into state: inout [Int8]) { state += scan.sides(of: block) }

  func merge(_ later: consuming [Int8], into earlier: inout [Int8]) { earlier += later }

  func finalize(_ state: consuming [Int8]) -> [Int8] { state }
}
