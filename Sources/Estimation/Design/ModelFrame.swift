public import CohortTables

/// A formula and a table brought together: which rows are used, what the columns are.
///
/// This is the stage between reading a formula and passing over the data; every estimator starts
/// from it, so that all of them leave out rows by the same rules and count them the same way.
public struct ModelFrame: Sendable {
  /// The formula.
  public let formula: Formula
  /// The options.
  public let options: ModelOptions
  /// The columns of the design.
  public let plan: DesignPlan
  /// The design bound to the table.
  public let design: BoundDesign
  /// The used rows, in table order.
  public let usedRows: RowSelection
  /// What was read, used and left out.
  public let accounting: RowAccounting
  /// The mean over the used rows of each numeric column that the model reads; copies that frequency
  /// weights stand for are counted.
  public let columnMeans: [String: Double]
  /// What a reader must know about how columns were read.
  public let diagnostics: [Diagnostic]
  /// What the columns of the design rest on.
  public let support: DesignSupport

  /// What a model makes of the right-hand side.
  public enum DesignKind: Sendable {
    /// Columns of a design matrix.
    case columns
    /// Columns without the constant, which the model's baseline replaces.
    case columnsWithoutIntercept
    /// Groups of rows: no columns.
    case groups
  }

  let response: ResponseColumns
  let weights: [Double]?
  let strata: CategoryValues?
  /// The code of each row's cluster, where clusters are asked for.
  let clusters: [Int32]?

  /// What a fit keeps of a frame: everything but the rows.
  struct Summary: Sendable {
    let formula: Formula
    let options: ModelOptions
    let plan: DesignPlan
    let accounting: RowAccounting
    let columnMeans: [String: Double]
    let diagnostics: [Diagnostic]
    let support: DesignSupport
  }

  var summary: Summary {
    Summary(
      formula: formula, options: options, plan: plan, accounting: accounting, columnMeans: columnMeans,
      diagnostics: diagnostics, support: support)
  }

  /// Brings a formula and a table together.
  ///
  /// - Throws: `TableError` for missing columns and cells of the wrong type, `EstimationError` when no
  ///   row can be used, for unusable weights and for models that this version does not have.
  /// - Complexity: O(rows x columns of the formula).
  public init(
    _ formula: Formula, table: Table, options: ModelOptions = ModelOptions(),
    design kind: DesignKind = .columns, executor: some FoldExecutor = SerialExecutor()
  ) throws {
    try self.init(formula, table: table, options: options, design: kind, response: nil, executor: executor)
  }

  /// A frame whose response the model may have read itself.
  init(
    _ formula: Formula, table: Table, options: ModelOptions, design kind: DesignKind = .columns,
    response prepared: ResponseColumns?, allowsRandomTerms: Bool = false,
    executor: some FoldExecutor = SerialExecutor()
  ) throws {
    self.formula = formula
    self.options = options
    if !allowsRandomTerms { try formula.refuseRandomTerms() }
    try Self.refuseDates(in: formula, table)
    // Each of the stages below asks for the columns again.
    let table = try table.unpacking(formula.columns.filter { table.column($0) != nil }) {
      executor.forEach($0, $1)
    }
    response = try prepared ?? ResponseColumns(formula.response, in: table)
    weights = try options.weights.map { try Self.weights($0, in: table) }
    strata = try Self.strata(formula.strata, in: table)
    clusters = try options.cluster.map { try table.requireColumn($0).asCategories().codes.array() }

    let screen = try RowScreen(
      rowCount: table.rowCount,
      checks: try Self.checks(
        formula: formula, response: response, weights: weights, strata: strata, options: options, in: table),
      averaging: try Self.averaged(formula, kind, in: table),
      copies: options.countsCopies ? weights : nil, executor: executor)
    usedRows = screen.usedRows
    var accounting = screen.accounting(
      subject: try options.subject.map { try table.requireColumn($0).asCategories() },
      arm: try options.arm.map { try table.requireColumn($0).asCategories() })
    if weights != nil {
      accounting.zeroWeight = accounting.excluded.first { $0.reason.hasPrefix("zero weight") }?.rows ?? 0
    }
    guard !usedRows.isEmpty else { throw Self.noRows(accounting, table) }
    self.accounting = response.counted(accounting, frameRows: usedRows, arm: options.arm, table: table)

    let copies = options.countsCopies ? weights : nil
    let variables =
      kind == .groups
      ? []
      : try formula.variables.map {
        try Self.plan(
          $0, table: table, usedRows: screen.usedRows, options: options, copies: copies)
      }
    if kind != .groups {
      try Self.checkReferences(options.references, formula: formula, variables: variables)
      try DesignLimit.check(formula, variables, in: table)
    }
    plan = DesignPlan(
      formula: kind == .groups ? formula.withoutTerms : formula, variables: variables, coding: options.coding,
      absorbsIntercept: kind == .columnsWithoutIntercept)
    design = try BoundDesign(plan, offsets: formula.offsets, in: table)
    columnMeans = screen.means
    diagnostics = response.diagnostics
    support = try Self.support(
      kind == .groups ? formula.withoutTerms : formula, plan, response, rows: usedRows, options, in: table)
  }

  /// What the columns of a plan rest on, among the used rows.
  static func support(
    _ formula: Formula, _ plan: DesignPlan, _ response: ResponseColumns, rows: RowSelection,
    _ options: ModelOptions,
    in table: Table
  ) throws -> DesignSupport {
    var counted = SupportTally.Rows(used: rows)
    counted.subject = try options.subject.map { try table.requireColumn($0).asCategories().codes.array() }
    switch response {
    case .survival(_, let event, _): counted.event = event
    case .prepared(_, _, let binary?):
      counted.binary = binary
      // Of a person with several rows it is the person that can be found.
      counted.countsEventsOnce = true
    case .prepared, .value: break
    }
    return DesignSupport(plan, try SupportTally(formula, table, counted))
  }

  // MARK: - Rows

  static func checks(
    formula: Formula, response: ResponseColumns, weights: [Double]?, strata: CategoryValues?,
    options: ModelOptions, in table: Table
  ) throws -> [RowScreen.Check] {
    var checks = response.checks
    var seen = Set(checks.map(\.reason))
    func add(_ check: RowScreen.Check) { if seen.insert(check.reason).inserted { checks.append(check) } }
    func addMissing(_ name: String) throws { add(try missing(name, in: table)) }
    for variable in formula.variables {
      for name in variable.columns { try addMissing(name) }
      if case .expression(let expression) = variable {
        let bound = try BoundExpression(expression, in: table)
        add(RowScreen.Check(reason: "\(variable.label) is not finite", test: .notFinite(bound)))
      }
    }
    for offset in formula.offsets {
      for name in offset.columns { try addMissing(name) }
      let bound = try BoundExpression(offset, in: table)
      add(RowScreen.Check(reason: "offset(\(offset)) is not finite", test: .notFinite(bound)))
    }
    for name in formula.randomTerms.flatMap(\.columns) { try addMissing(name) }
    for variable in formula.randomTerms.flatMap(\.terms).flatMap(\.variables) {
      guard case .expression(let expression) = variable else { continue }
      let bound = try BoundExpression(expression, in: table)
      add(RowScreen.Check(reason: "\(variable.label) is not finite", test: .notFinite(bound)))
    }
    for name in formula.strata + options.required { try addMissing(name) }
    if let weights, let column = options.weights?.column {
      add(RowScreen.Check(reason: "missing weight \(column)", test: .missingNumber(weights)))
      add(RowScreen.Check(reason: "zero weight \(column)", test: .zero(weights)))
    }
    if let subject = options.subject { try addMissing(subject) }
    if let cluster = options.cluster { try addMissing(cluster) }
    return checks
  }

  static func missing(_ name: String, in table: Table) throws -> RowScreen.Check {
    switch try table.requireColumn(name).values {
    case .numeric(let values):
      return RowScreen.Check(reason: "missing \(name)", test: .missingNumber(values.array()))
    case .category(let values):
      return RowScreen.Check(reason: "missing \(name)", test: .missingCategory(values.codes.array()))
    }
  }

  static func noRows(_ accounting: RowAccounting, _ table: Table) -> EstimationError {
    let reasons = accounting.excluded.map { "\($0.rows) \($0.reason)" }.joined(separator: ", ")
    let why =
      accounting.read == 0 ? "the table has no rows" : "all \(accounting.read) rows are left out: \(reasons)"
    return EstimationError(.noRows, "\(table.source.displayName): no row can be used: \(why)")
  }

  static func weights(_ weights: Weights, in table: Table) throws -> [Double] {
    let values = try table.requireColumn(weights.column).numericValues()
    for (row, value) in values.enumerated() {
      let fractional = weights.kind == .frequency && value != value.rounded()
      guard value < 0 || fractional || value.isInfinite else { continue }
      let place = table.lineNumber(ofRow: row).map { ":\($0)" } ?? ""
      let wanted = fractional ? "a whole number, as frequencies are" : "a finite number of at least 0"
      throw EstimationError(
        .unusableWeights,
        "\(table.source.displayName)\(place): column '\(weights.column)': weight \(value), expected \(wanted)"
      )
    }
    return values
  }

  private static func strata(_ names: [String], in table: Table) throws -> CategoryValues? {
    guard let first = names.first else { return nil }
    guard names.count > 1 else { return CategoryValues(strings: try text(of: first, in: table)) }
    // With the columns' names, levels that hold a comma do not run into each other.
    var labels = [String?](repeating: "", count: table.rowCount)
    for name in names {
      let more = try text(of: name, in: table)
      labels = zip(labels, more).map { pair in
        guard let a = pair.0, let b = pair.1 else { return nil }
        return "\(a)\(a.isEmpty ? "" : ", ")\(name)=\(b)"
      }
    }
    return CategoryValues(strings: labels)
  }

  private static func text(of name: String, in table: Table) throws -> [String?] {
    let values = try table.requireColumn(name).asCategories()
    return values.codes.map { $0 < 0 ? nil : values.levels[Int($0)] }
  }

  // MARK: - Columns

  static func plan(
    _ variable: FormulaVariable, table: Table, usedRows: RowSelection, options: ModelOptions,
    copies: [Double]?
  ) throws -> DesignPlan.Variable {
    switch variable {
    case .expression:
      return DesignPlan.Variable(source: variable, kind: .numeric)
    case .polynomial(let name, _), .naturalSpline(let name, _), .bSpline(let name, _),
      .piecewise(let name, _):
      let values = try table.requireColumn(name).numericValues()
      guard let basis = ColumnBasis(variable, values: values, copies: copies) else {
        throw EstimationError(
          .unusableColumn,
          "\(variable.label): '\(name)' has too few distinct values\(variable.minimumDistinctValues)")
      }
      return DesignPlan.Variable(source: variable, kind: .basis(basis))
    case .column(let name):
      let column = try table.requireColumn(name)
      if case .numeric = column.values { return DesignPlan.Variable(source: variable, kind: .numeric) }
    case .factor:
      break
    }
    let name = variable.columns[0]
    let values = try table.requireColumn(name).asCategories()
    let codes = values.codes.array()
    var present = [Bool](repeating: false, count: values.levels.count)
    for row in usedRows { present[Int(codes[row])] = true }
    return try categorical(
      variable, levels: values.levels.indices.filter { present[$0] }.map { values.levels[$0] },
      options: options, in: table)
  }

  /// A categorical variable with the levels that used rows have, the reference first.
  static func categorical(
    _ variable: FormulaVariable, levels present: [String], options: ModelOptions, in table: Table
  ) throws -> DesignPlan.Variable {
    let name = variable.columns[0]
    try DesignLimit.check(name, levelCount: present.count, in: table)
    var levels = present
    if let reference = options.references[name] {
      guard let index = levels.firstIndex(of: reference) else {
        throw EstimationError(
          .unknownLevel,
          "column '\(name)' has no used row at the reference level '\(reference)'; "
            + "there are \(levels.joined(separator: ", "))")
      }
      levels.insert(levels.remove(at: index), at: 0)
    }
    guard levels.count > 1 else {
      throw EstimationError(
        .unusableColumn,
        "column '\(name)' has the single level '\(levels[0])' among the used rows: take it out of the formula"
      )
    }
    return DesignPlan.Variable(source: variable, kind: .categorical(levels: levels))
  }

  static func checkReferences(
    _ references: [String: String], formula: Formula, variables: [DesignPlan.Variable]
  ) throws {
    for name in references.keys.sorted() {
      let isCategorical = variables.contains { $0.levels != nil && $0.source.columns[0] == name }
      let isInFormula = variables.contains { $0.source.columns.contains(name) }
      guard isInFormula, !isCategorical else { continue }
      throw EstimationError(
        .unusableColumn,
        "a reference level was named for '\(name)', which is numeric here: write factor(\(name))")
    }
  }

  /// The numeric columns that the model reads.
  private static func averaged(
    _ formula: Formula, _ kind: DesignKind, in table: Table
  ) throws -> [String: [Double]] {
    var names = formula.offsets.flatMap(\.columns)
    for variable in formula.variables where kind != .groups {
      if case .factor = variable { continue }
      names += variable.columns
    }
    var result: [String: [Double]] = [:]
    for name in names where result[name] == nil {
      // A text column is categorical where it stands alone, and refused elsewhere.
      guard case .numeric(let values) = try table.requireColumn(name).values else { continue }
      result[name] = values.array()
    }
    return result
  }
}
