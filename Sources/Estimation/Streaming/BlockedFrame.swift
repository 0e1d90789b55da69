import CohortTables
import Synchronization

/// A formula and a file that is passed over block by block: what ``ModelFrame`` is for a table.
///
/// One pass over the blocks screens the rows and finds the levels in use; nothing a row long is kept.
/// The rows are left out for the same reasons, in the same order, as from a table in memory.
struct BlockedFrame: Sendable {
  let summary: ModelFrame.Summary
  let blocks: TableBlocks

  /// - Throws: As ``ModelFrame``; also for `poly( )`, whose basis needs all values at once.
  init(
    _ formula: Formula, _ blocks: TableBlocks, options: ModelOptions, diagnostics: [Diagnostic],
    executor: some FoldExecutor
  ) throws {
    self.blocks = blocks
    let shape = blocks.shape
    try Self.refuse(formula, shape)
    let factors = try formula.variables.filter { try Self.isCategorical($0, in: shape) }
    let levels = try factors.map { try shape.requireColumn($0.columns[0]).asCategories().levels }
    let numeric = try Self.numericColumns(formula, shape)
    let arm = try options.arm.map { try Self.categories($0, in: shape) }
    let subject = try options.subject.map { try Self.categories($0, in: shape) }
    if let cluster = options.cluster { _ = try Self.categories(cluster, in: shape) }
    let reasons = try Self.reasons(formula, shape, options)

    let tallies = try Self.forEachBlock(blocks, executor) { table in
      var tally = BlockTally(
        reasons: reasons.count, arms: arm?.count ?? 0, levelCounts: levels.map(\.count),
        numericColumns: numeric.count)
      let screen = try Self.screen(formula, table, options)
      let people = try options.subject.map { try table.requireColumn($0).asCategories().codes.array() }
      tally.support = try SupportTally(
        formula, table, SupportTally.Rows(used: screen.usedRows, subject: people))
      tally.count(
        screen, subject: people,
        arm: try options.arm.map { try table.requireColumn($0).asCategories().codes.array() })
      for (number, factor) in factors.enumerated() {
        let codes = try table.requireColumn(factor.columns[0]).asCategories().codes.array()
        for row in screen.usedRows { tally.isPresent[number][Int(codes[row])] = true }
      }
      let weights = try options.weights.map { try table.requireColumn($0.column).numericValues() }
      let copies = options.countsCopies ? weights : nil
      tally.copies = screen.usedRows.reduce(0) { $0 + (copies?[$1] ?? 1) }
      tally.means = try numeric.map { name in
        let values = try table.requireColumn(name).numericValues()
        return screen.usedRows.reduce(0) { $0 + (copies?[$1] ?? 1) * values[$1] } / max(tally.copies, 1)
      }
      return tally
    }
    var accounting = RowAccounting(tallies, reasons: reasons, subject: subject, arm: arm)
    if options.weights != nil {
      accounting.zeroWeight = accounting.excluded.first { $0.reason.hasPrefix("zero weight") }?.rows ?? 0
    }
    guard accounting.used > 0 else { throw ModelFrame.noRows(accounting, shape) }

    var isPresent: [String: [Bool]] = [:]
    for (number, factor) in factors.enumerated() {
      isPresent[factor.columns[0]] = levels[number].indices.map { level in
        tallies.contains { $0.isPresent[number][level] }
      }
    }
    let variables = try formula.variables.map { variable in
      guard let present = isPresent[variable.columns[0]], try Self.isCategorical(variable, in: shape) else {
        if let basis = ColumnBasis(variable, values: []) {
          return DesignPlan.Variable(source: variable, kind: .basis(basis))
        }
        return DesignPlan.Variable(source: variable, kind: .numeric)
      }
      let all = try shape.requireColumn(variable.columns[0]).asCategories().levels
      return try ModelFrame.categorical(
        variable, levels: all.indices.filter { present[$0] }.map { all[$0] }, options: options, in: shape)
    }
    try ModelFrame.checkReferences(options.references, formula: formula, variables: variables)
    try DesignLimit.check(formula, variables, in: shape)
    let plan = DesignPlan(
      formula: formula, variables: variables, coding: options.coding, absorbsIntercept: false)
    summary = ModelFrame.Summary(
      formula: formula, options: options, plan: plan, accounting: accounting,
      columnMeans: Self.means(tallies, numeric), diagnostics: diagnostics,
      support: try Self.support(formula, plan, tallies, shape))
  }

  /// Runs a computation over every block, side by side, and returns the results in order.
  static func forEachBlock<Result: Sendable>(
    _ blocks: TableBlocks, _ executor: some FoldExecutor, _ body: @Sendable (Table) throws -> Result
  ) throws -> [Result] {
    let results = Mutex<[Int: Result]>([:])
    let failure = BlockFailure()
    executor.forEach(blocks.blockCount) { block in
      guard failure.mayGoOn(block) else { return }
      do {
        let result = try body(try blocks.table(ofBlock: block))
        results.withLock { $0[block] = result }
      } catch {
        failure.note(block, error)
      }
    }
    try failure.rethrow()
    let all = results.withLock { $0 }
    return (0..<blocks.blockCount).compactMap { all[$0] }
  }

  private static func support(
    _ formula: Formula, _ plan: DesignPlan, _ tallies: [BlockTally], _ shape: Table
  ) throws -> DesignSupport {
    var sum: SupportTally?
    for case let own? in tallies.map(\.support) {
      if sum == nil { sum = own } else { sum?.add(own) }
    }
    return DesignSupport(
      plan, try sum ?? SupportTally(formula, shape, SupportTally.Rows(used: RowSelection([]))))
  }

  // MARK: - What the formula reads

  private static func refuse(_ formula: Formula, _ shape: Table) throws {
    try formula.refuseRandomTerms()
    guard case .value = formula.response else {
      throw EstimationError(.unsupported, "a linear model needs a number as response, not Surv( )")
    }
    for case .polynomial(let name, let degree) in formula.variables {
      throw EstimationError(
        .unsupported,
        "poly(\(name), \(degree)) needs all values at once, and the file is read in blocks: write \(name) + I(\(name)^2)"
      )
    }
    for variable in formula.variables {
      switch variable {
      case .naturalSpline(let name, _), .bSpline(let name, _):
        throw EstimationError(
          .unsupported,
          "\(variable.label) needs all values at once, and the file is read in blocks: declare the knots, as in pw(\(name), 4, 12)"
        )
      case .column, .factor, .expression, .polynomial, .piecewise: continue
      }
    }
    for case .factor(let name) in formula.variables where try shape.requireColumn(name).isNumeric {
      throw EstimationError(
        .unsupported,
        "factor(\(name)) of a number needs all values at once, and the file is read in blocks; "
          + "store '\(name)' as text")
    }
  }

  private static func isCategorical(_ variable: FormulaVariable, in shape: Table) throws -> Bool {
    switch variable {
    case .column(let name), .factor(let name): try !shape.requireColumn(name).isNumeric
    case .expression, .polynomial, .naturalSpline, .bSpline, .piecewise: false
    }
  }

  private static func categories(_ name: String, in shape: Table) throws -> LevelList {
    let column = try shape.requireColumn(name)
    guard !column.isNumeric else {
      throw EstimationError(
        .unsupported,
        "column '\(name)' holds numbers, and the file is read in blocks: counting people, arms or clusters needs "
          + "it as text")
    }
    return column.asCategories().levels
  }

  private static func numericColumns(_ formula: Formula, _ shape: Table) throws -> [String] {
    let names =
      try formula.variables.filter { try !isCategorical($0, in: shape) }.flatMap(\.columns)
      + formula.offsets.flatMap(\.columns)
    return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private static func reasons(
    _ formula: Formula, _ shape: Table, _ options: ModelOptions
  ) throws -> [String] { try screen(formula, shape, options).reasons }

  /// The rows of a block that can be used.
  static func screen(_ formula: Formula, _ table: Table, _ options: ModelOptions) throws -> RowScreen {
    let response = try ResponseColumns(formula.response, in: table)
    let weights = try options.weights.map { try ModelFrame.weights($0, in: table) }
    return try RowScreen(
      rowCount: table.rowCount,
      checks: try ModelFrame.checks(
        formula: formula, response: response, weights: weights, strata: nil, options: options, in: table))
  }

  /// The means of the blocks' means, each block with the weight of its rows.
  private static func means(_ tallies: [BlockTally], _ names: [String]) -> [String: Double] {
    var result: [String: Double] = [:]
    for (number, name) in names.enumerated() {
      var (mean, total) = (0.0, 0.0)
      for tally in tallies where tally.copies > 0 {
        total += tally.copies
        mean += (tally.means[number] - mean) * (tally.copies / total)
      }
      result[name] = mean
    }
    return result
  }
}
