internal import LinearAlgebra

/// A direction in which the likelihood grows for ever, found by linear programming.
///
/// Maximum-likelihood estimates exist unless a direction d loses on no row and gains on some. The linear
/// program of the largest total gain with `|d_j| <= 1` has the optimum 0 exactly when there is none. Its
/// constraints are taken in as rows turn out to lose (cutting planes), so that the program stays small; when
/// no row loses the direction is certain, and when the optimum is 0 over some rows it is over all. Rows that
/// are separated leave the objective, and the search goes on until nothing more is gained: the sum of the
/// directions then separates every row that can be, and names every coefficient without finite estimate.
///
/// ## References
/// Albert and Anderson (1984), Biometrika 71:1-10; Konis (2007), DPhil thesis, Oxford, section 4.2; Geyer
/// (2009), Electronic J. Statistics 3:259-289.
struct Separation: Sendable {
  /// The direction, in the rows' shifted columns.
  let direction: [Double]
  /// For each column what an element of the direction as large as the largest would be.
  let largest: [Double]
  /// Whether every row is separated.
  let isComplete: Bool

  private static let gain = 1e-7

  /// Looks for separation where the search leaves the existence of estimates open.
  ///
  /// A maximum at finite coefficients whose fitted means stay away from the ends of their range is itself
  /// the proof that nothing separates: the likelihood of these links is strictly concave.
  static func suspected(
    _ rows: GeneralizedRows, family: FittedFamily, search: ScoringSearch, executor: some FoldExecutor
  ) throws -> Separation? {
    let far: Double
    switch (family.family, family.link) {
    case (.binomial, .logit), (.binomial, .log), (.poisson, .log), (.negativeBinomial, .log): far = 12
    case (.binomial, .probit): far = 5
    case (.binomial, .complementaryLogLog): far = 3
    default: return nil
    }
    let isSettled = search.convergence.isConverged && search.end.farthest < far && search.factor != nil
    guard !isSettled, !rows.columns.isEmpty else { return nil }
    return try Separation(rows, family: family, executor: executor)
  }

  /// The separating direction; nil when there is none.
  init?(_ rows: GeneralizedRows, family: FittedFamily, executor: some FoldExecutor) throws {
    let count = rows.columns.count
    let scales = try executor.run(ColumnScales(columnCount: count), over: rows).map { $0 > 0 ? $0 : 1 }
    var settled = [Double](repeating: 0, count: count)
    var constraints: [[Double]] = []
    var overlapping = 0
    for _ in 0...count {
      let start = try executor.run(
        SeparationScan(
          family, scales: scales, settled: settled, trial: [Double](repeating: 0, count: count)), over: rows)
      overlapping = start.overlapping
      guard
        let found = try Self.direction(
          start.objective, &constraints, rows, family, scales: scales, settled: settled, executor)
      else { break }
      for j in settled.indices { settled[j] += found[j] }
    }
    guard settled.contains(where: { abs($0) > Self.gain }) else { return nil }
    direction = zip(settled, scales).map { $0 / $1 }
    let size = settled.reduce(0) { max($0, abs($1)) }
    largest = scales.map { size / $0 }
    isComplete = overlapping == 0
  }

  /// A direction that loses on no row and gains for the objective; nil when there is none.
  private static func direction(
    _ objective: [Double], _ constraints: inout [[Double]], _ rows: GeneralizedRows,
    _ family: FittedFamily, scales: [Double], settled: [Double], _ executor: some FoldExecutor
  ) throws -> [Double]? {
    let size = objective.reduce(0) { max($0, abs($1)) }
    guard size > 0 else { return nil }
    let unit = objective.map { $0 / size }
    for _ in 0..<500 {
      let program = SmallSimplex(objective: unit, constraints: constraints)
      guard program.isSolved, program.value > gain else { return nil }
      let scan = try executor.run(
        SeparationScan(family, scales: scales, settled: settled, trial: program.direction), over: rows
      )
      let fresh = scan.losses.map(\.constraint).filter { !constraints.contains($0) }
      // What is left is the rounding of constraints that the program already has.
      guard !fresh.isEmpty else { return program.direction }
      constraints += fresh
    }
    return nil
  }
}

/// Separation in the terms of the model.
public struct SeparationReport: Sendable, Equatable {
  /// A coefficient without finite estimate.
  public struct Direction: Sendable, Equatable {
    /// The coefficient's name.
    public let term: String
    /// Whether it goes to plus infinity; otherwise to minus infinity.
    public let isIncreasing: Bool
  }

  /// Whether the terms tell every row's response; otherwise only some rows' (quasi-complete).
  public let isComplete: Bool
  /// The coefficients that have no finite estimate, in the plan's order.
  public let unbounded: [Direction]

  init(isComplete: Bool, unbounded: [Direction]) {
    (self.isComplete, self.unbounded) = (isComplete, unbounded)
  }

  init(_ separation: Separation, plan: DesignPlan, rows: GeneralizedRows) {
    let back = rows.unshifting
    let direction = back * separation.direction
    isComplete = separation.isComplete
    unbounded = rows.columns.indices.compactMap { k in
      // What an element would be if nothing in its sum cancelled.
      let size = separation.direction.indices.reduce(0) { $0 + abs(back[k, $1] * separation.direction[$1]) }
      // Beside the largest element, what the linear program's rounding leaves of one that is 0 is nothing.
      guard abs(direction[k]) > 1e-7 * max(size, separation.largest[k]) else { return nil }
      return Direction(term: plan.columnNames[rows.columns[k]], isIncreasing: direction[k] > 0)
    }
  }
}

extension SeparationReport {
  /// The names of the coefficients without finite estimate.
  var terms: [String] { unbounded.map(\.term) }

  /// The kind of separation in words.
  var kind: String { "\(isComplete ? "complete" : "quasi-complete") separation" }

  /// Where the coefficients go, in words.
  var directions: String {
    unbounded.map { "\($0.term) to \($0.isIncreasing ? "plus" : "minus") infinity" }.joined(
      separator: " and ")
  }

  /// What a reader of a likelihood without maximum must know.
  func diagnostic(remedy: String, _ severity: Diagnostic.Severity = .serious) -> Diagnostic {
    Diagnostic(
      .monotoneLikelihood, severity, terms: terms,
      "\(kind): the likelihood grows for ever as \(directions); \(remedy)")
  }
}
