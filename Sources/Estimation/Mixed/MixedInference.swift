internal import LinearAlgebra

/// Covariances and degrees of freedom of a fitted mixed model.
struct MixedInference: Sendable {
  let method: VarianceDegreesOfFreedom
  /// In the columns' own scale.
  let covariance: Matrix
  let modelCovariance: Matrix
  let diagnostics: [Diagnostic]
  private let sensitivity: VarianceSensitivity?
  /// From coefficients of the sums to those of the columns.
  private let back: Matrix
  private let residual: Double
  private let betweenWithin: BetweenWithin?

  init(_ context: MixedContext, _ executor: some FoldExecutor) throws {
    back = context.back
    residual = context.objective.sums.rows - Double(context.objective.sums.columnCount)
    let own = MixedSensitivity(context.objective, context.value, context.slope)
    let mapped = context.back * own.covariance * context.back.transposed()
    modelCovariance = mapped
    var covariance = mapped
    var method = context.model.degreesOfFreedom
    var sensitivity: VarianceSensitivity?
    var diagnostics: [Diagnostic] = []
    var betweenWithin: BetweenWithin?
    switch method {
    case .satterthwaite:
      sensitivity = own.satterthwaite(context.model.usedInformation)
    case .kenwardRoger, .kenwardRogerLinear:
      if let found = try own.kenwardRoger(context.model.usedInformation, executor) {
        sensitivity = found
        covariance = context.back * found.kenwardRogerCovariance() * context.back.transposed()
      } else {
        method = .satterthwaite
        sensitivity = own.satterthwaite(.observed)
        diagnostics.append(
          Diagnostic(
            .notComputed, .caution,
            "Kenward and Roger's adjustment cannot be computed: the \(context.model.usedInformation.rawValue) information of the "
              + "variances is not positive definite; Satterthwaite's df are used"))
      }
    case .residual: break
    case .betweenWithin:
      betweenWithin = try BetweenWithin(context)
    }
    self.method = method
    self.covariance = covariance
    self.sensitivity = sensitivity
    self.diagnostics = diagnostics
    self.betweenWithin = betweenWithin
  }

  /// Nil where the function has no variance.
  func degreesOfFreedom(of weights: [Double]) -> Double? {
    if let betweenWithin { return betweenWithin.degreesOfFreedom(of: weights) }
    guard let sensitivity else { return residual }
    // Of coefficients far from the rows, such as an intercept at day 0, the digits are in the sums' coordinates.
    return sensitivity.satterthwaite(of: back.transposeTimes(weights))
  }

  func jointReference(of functions: Matrix) -> JointReference {
    if let betweenWithin {
      let own = (0..<functions.rowCount).map { betweenWithin.degreesOfFreedom(of: functions.row($0)) }
      return .f(denominator: own.min() ?? .nan)
    }
    guard let sensitivity else { return .f(denominator: residual) }
    let mapped = functions * back
    if method.isKenwardRoger {
      return sensitivity.kenwardRoger(jointly: mapped) ?? .scaledF(denominator: .nan, scale: 1)
    }
    return .f(denominator: sensitivity.satterthwaite(jointly: mapped) ?? .nan)
  }
}

/// Degrees of freedom between and within the groups of one grouping.
///
/// A column that is constant within every group is of the groups: these less such columns; the others have the rows
/// less the groups less the columns that vary within groups. A function of coefficients of both kinds is taken as within
/// groups. Schluchter and Elashoff (1990), J. Stat. Comput. Simul. 37:69-87.
struct BetweenWithin: Sendable {
  let isWithin: [Bool]
  let between: Double
  let within: Double

  init(_ context: MixedContext) throws {
    var rows = context.rows
    rows.combination = nil
    guard rows.random.groupings.count == 1 else {
      throw EstimationError(
        .unsupported,
        "between-within df are for one set of groups: use Satterthwaite's or Kenward and Roger's")
    }
    var isWithin = [Bool](repeating: false, count: rows.kept.count)
    for leaf in 0..<rows.leafCount {
      rows.forEachBlock(ofLeaf: leaf) { block in
        for j in isWithin.indices where !isWithin[j] {
          let values = block.mean.column(j)
          for group in 0..<block.groupCount {
            let own = values[block.starts[group]..<block.starts[group + 1]]
            if own.contains(where: { $0 != own.first }) { isWithin[j] = true }
          }
        }
      }
    }
    self.isWithin = isWithin
    let withinCount = Double(isWithin.count { $0 })
    let isCounted = context.objective.sums.rows
    let groups = rows.copies.isEmpty ? Double(rows.starts.count - 1) : rows.copies.reduce(0, +)
    between = groups - (Double(isWithin.count) - withinCount)
    within = isCounted - groups - withinCount
  }

  func degreesOfFreedom(of weights: [Double]) -> Double {
    zip(weights, isWithin).contains { $0 != 0 && $1 } ? within : between
  }
}
