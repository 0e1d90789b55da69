internal import LinearAlgebra

/// What estimating equations came to, in the rows' shifted columns.
struct EstimatingSolution: Sendable {
  let pass: EstimatingPass
  let columns: IndependentColumns
  let search: EstimatingSearch
  /// The generalised linear model of the same rows: coefficients and sums of working independence.
  let independent: (beta: [Double], sums: EstimatingSums.State)
  /// What was asked for could not be used.
  let refusal: Whitening.Refusal?
  let separation: Separation?

  init(
    _ model: GeneralizedEstimatingEquations, frame: ModelFrame, people: PersonOrder,
    start: GeneralizedLinearModel.StartingPoint, executor: some FoldExecutor
  ) throws {
    let family = FittedFamily(model.family, model.link)
    let first = try ScoringSearch(
      start.rows, family: family, from: start.first, intercept: frame.plan.hasIntercept, executor: executor)
    separation = try Separation.suspected(start.rows, family: family, search: first, executor: executor)
    let rows = PersonRows(rows: start.rows, people: people.people)
    let pairing = PairWeights(frame.options.weights?.kind)
    func pass(_ correlation: WorkingCorrelation) throws -> EstimatingPass {
      let moments = CorrelationMoments(correlation, people)
      return EstimatingPass(
        rows: rows, people: people, family: family, correlation: correlation, divisor: model.divisor,
        pairing: pairing,
        totals: try executor.run(MomentTotals(moments: moments, pairing: pairing), over: rows))
    }
    // Where the response separates there is no solution to look for.
    let wanted = separation == nil ? model.correlation : .independence
    var own = try pass(wanted)
    var sums = try own.sums(at: first.beta, .none, executor)
    var search = try EstimatingSearch(own, from: first.beta, sums, executor: executor)
    refusal = search.refusal
    if refusal != nil {
      own = try pass(.independence)
      sums.products = []
      search = try EstimatingSearch(own, from: first.beta, sums, executor: executor)
    }
    independent = (first.beta, sums)
    columns = start.columns
    self.pass = own
    self.search = search
  }

  /// Rows, or how many they stand for.
  var observationCount: Double { pass.totals.rows }

  /// People less coefficients.
  var degreesOfFreedom: Double { pass.people.copyCount - Double(columns.kept.count) }

  /// The covariances of the coefficients in the plan's columns.
  struct Covariances: Sendable {
    let model: Matrix
    let sandwich: Matrix
    /// What the standard errors come from.
    let chosen: Matrix
    let fayGraubard: FayGraubard?
    /// How many people determine a coefficient alone.
    let determining: Int
    /// The directions that single people determine, and the root whose transpose leads to their coordinates.
    let sole: SoleDirections
    let root: Matrix
    /// Pan's trace of the independence information times the sandwich.
    let trace: Double

    /// Whether robust errors leave out part of a function's variance.
    func loses(_ weights: [Double]) -> Bool { sole.loses(root.transposeTimes(weights)) }
  }

  func covariances(_ kind: EstimatingCovariance, _ executor: some FoldExecutor) throws -> Covariances {
    guard let factor = search.factor else {
      let unknown = Matrix(
        rowCount: columns.kept.count, columnCount: columns.kept.count, repeating: .nan)
      return Covariances(
        model: unknown, sandwich: unknown, chosen: unknown, fayGraubard: nil, determining: 0,
        sole: SoleDirections(), root: unknown, trace: .nan)
    }
    let unshifting = pass.rows.rows.unshifting
    let root = unshifting * factor.inverseRoot
    let scores = try executor.run(
      PersonScores(
        sums: pass.fold(at: search.beta, search.whitening), inverseRoot: factor.inverseRoot,
        covariance: kind),
      over: pass.rows)
    let model = (root * root.transposed()).scaled(by: search.moments.scale)
    let sandwich = root * scores.plain * root.transposed()
    var fayGraubard: FayGraubard?
    let chosen: Matrix
    switch kind {
    case .model: chosen = model
    case .sandwich: chosen = sandwich
    case .manclDeRouen, .kauermannCarroll:
      chosen =
        scores.failed
        ? model.scaled(by: .nan) : root * scores.adjusted * root.transposed()
    case .fayGraubard:
      let found = FayGraubard(scores.people, root: root, inverse: Self.transposedInverse(factor, unshifting))
      chosen = found.covariance
      fayGraubard = found
    }
    // tr(M_I V) with V = G B G' in the rows' own columns.
    let halved = independent.sums.information * factor.inverseRoot * scores.plain
    var trace = 0.0
    for j in 0..<halved.columnCount {
      for i in 0..<halved.rowCount { trace += halved[i, j] * factor.inverseRoot[i, j] }
    }
    return Covariances(
      model: model, sandwich: sandwich, chosen: chosen, fayGraubard: fayGraubard,
      determining: scores.determining, sole: try scores.soleDirections(), root: root,
      trace: trace / pass.estimates(independent.sums).scale)
  }

  /// The inverse of the transposed root in the plan's columns: `T^-T G^-T`.
  private static func transposedInverse(_ factor: InformationFactor, _ unshifting: Matrix) -> Matrix {
    let order = unshifting.rowCount
    let inner = TriangularSystem.solve(
      factor.inverseRoot.transposed(), .lower, isTransposed: false, Matrix.identity(order: order))
    // The shifts are taken in again with the opposite sign.
    var back = unshifting
    for j in 1..<max(order, 1) { back[0, j] = -unshifting[0, j] }
    return back.transposed() * inner
  }
}
