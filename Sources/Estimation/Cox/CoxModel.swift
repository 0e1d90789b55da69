public import CohortTables
import LinearAlgebra

/// Which standard errors a proportional-hazards model has.
public enum CoxErrors: String, Sendable, CaseIterable, Codable {
  /// Robust with clusters, sampling weights or a person with several events; otherwise the model's.
  case automatic
  /// From the information: right when rows are independent and hazards proportional.
  case model
  /// The infinitesimal jackknife: the sum of squares of what each row, or each cluster's rows, move the estimates by.
  case robust
}

/// The proportional-hazards model `h(t | x) = h_0(t) exp(x'beta)`, by partial likelihood.
///
/// Rows are at risk from 0 or, with `Surv(start, stop, status)`, from their start: late entry, covariates that change in
/// time and several events a person (Andersen and Gill) are rows of that form. Each stratum has a baseline of its own.
///
/// Newton's method from 0, with steps halved where they lower the likelihood. An iteration takes two passes over the
/// rows, whatever the number of times (``PartialLikelihood``). It ends when the squared Newton decrement `U' I^-1 U` is at most
/// 1e-12; the step that belongs to it is still taken.
///
/// - Complexity: O(rows) once, for the sort; O(rows x columns^2) an iteration; discrete ties take
///   O(events x rows at risk x columns^2).
///
/// ## References
/// Cox (1972), JRSS B 34:187-220; Efron (1977), JASA 72:557-565; Andersen and Gill (1982), Ann. Statist. 10:1100-1120; Lin
/// and Wei (1989), JASA 84:1074-1078; Therneau and Grambsch (2000), chs. 3, 7 and 8.
public struct CoxModel: Sendable {
  /// The formula: `Surv(time, status) ~ terms [+ strata(x)]` or `Surv(start, stop, status) ~ ...`.
  public let formula: Formula
  /// How tied events enter.
  public var ties: TieMethod
  /// Which standard errors.
  public var errors: CoxErrors
  /// Options shared by all models; weights are frequency or sampling weights.
  public var options: ModelOptions

  static let mostIterations = 60
  static let decrementTolerance = 1e-12

  /// A proportional-hazards model.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, ties: TieMethod = .efron, errors: CoxErrors = .automatic,
    options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.ties = ties
    self.errors = errors
    self.options = options
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError`, `EstimationError` when there are no events or nothing to estimate.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> CoxFit {
    let frame = try ModelFrame(
      formula, table: table, options: options, design: .columnsWithoutIntercept, response: nil,
      executor: executor)
    guard frame.plan.columnCount > 0 else {
      throw EstimationError(
        .unsupported,
        "a Cox model needs at least one term; for a curve without terms use the Kaplan-Meier estimator")
    }
    let all = try RiskRows(frame, executor: executor)
    guard all.eventRows > 0 else {
      throw EstimationError(
        .noEvents, "\(table.source.displayName): none of the \(frame.usedRows.count) used rows has the event")
    }
    let units = try RobustUnits(self, frame, all, in: table)
    guard units == nil || ties != .discrete else {
      throw EstimationError(
        .unsupported, "robust standard errors do not go with discrete ties; Efron's and Breslow's have them")
    }
    let (independent, start) = try independentColumns(all, frame, in: table, executor)
    let rows = all.keeping(independent.kept)
    let search = try CoxSearch(
      rows, ties: ties, from: ties == .discrete || rows.columnCount < all.columnCount ? nil : start,
      executor: executor)
    return try CoxFit(
      frame: frame, model: self, independent: independent, search: search, units: units, executor: executor)
  }

  /// The columns that vary within the risk sets and do not depend on earlier ones.
  private func independentColumns(
    _ all: RiskRows, _ frame: ModelFrame, in table: Table, _ executor: some FoldExecutor
  ) throws -> (OrderedCholesky, CoxPoint) {
    let zero = [Double](repeating: 0, count: all.columnCount)
    // Which columns vary does not depend on how ties are taken.
    guard let atZero = PartialLikelihood(all, zero, ties == .efron ? .efron : .breslow, executor) else {
      throw Self.tooLarge(frame, all, in: table)
    }
    let found = atZero.derivatives(executor)
    // The information is a difference of sums: where a column is constant within the risk sets only
    // their rounding error is left, which is judged by the sums' own size.
    let rounding = zero.indices.map {
      1e-12 * (found.information[$0, $0] + found.meanProducts[$0, $0])
    }
    for (column, name) in frame.plan.columnNames.enumerated() where !rounding[column].isFinite {
      throw EstimationError.tooLarge(name, in: table)
    }
    let independent = try OrderedCholesky(
      found.information, tolerance: max(options.rankTolerance * options.rankTolerance, 1e-12),
      rounding: rounding)
    guard !independent.kept.isEmpty else {
      throw EstimationError(
        .notEstimable, "no term varies within the risk sets: there is nothing to estimate")
    }
    return (
      independent,
      CoxPoint(
        beta: zero, logLikelihood: atZero.logLikelihood, score: found.score, information: found.information)
    )
  }

  private static func tooLarge(_ frame: ModelFrame, _ rows: RiskRows, in table: Table) -> EstimationError {
    let names = frame.plan.columnNames
    for column in 0..<rows.columnCount
    where rows.blocks.contains(where: { $0.column(column).contains { !$0.isFinite } }) {
      return EstimationError.tooLarge(names[column], in: table)
    }
    return EstimationError(
      .unusableColumn, "\(table.source.displayName): the offset spans too wide a range to be exponentiated")
  }
}
