import CohortTables

/// The response of a generalised linear model, read and checked.
struct GeneralizedResponse: Sendable {
  /// One number a row of the table; NaN where missing.
  let values: [Double]
  /// Trials, for a response of successes out of trials.
  let trials: [Double]?
  let checks: [RowScreen.Check]
  let diagnostics: [Diagnostic]

  init(_ formula: Formula, family: ResponseFamily, options: ModelOptions, in table: Table) throws {
    guard case .value(let expression) = formula.response else {
      throw EstimationError(
        .unsupported, "a generalised linear model needs a number as response, not Surv( )")
    }
    if family == .binomial, case .binary(.over, .column(let a), .column(let b)) = expression {
      try self.init(successes: a, trials: b, in: table)
    } else if family == .binomial, case .column(let name) = expression,
      case .category(let values) = try table.requireColumn(name).values
    {
      try self.init(twoLevels: name, values, reference: options.references[name])
    } else {
      try self.init(expression, in: table)
    }
  }

  private init(_ expression: Expression, in table: Table) throws {
    let bound = try BoundExpression(expression, in: table)
    values = bound.allValues(rowCount: table.rowCount)
    trials = nil
    diagnostics = []
    let columns = expression.columns.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    checks =
      try columns.map { try ModelFrame.missing($0, in: table) } + [
        RowScreen.Check(reason: "\(expression) is not finite", test: .notFinite(bound))
      ]
  }

  private init(successes: String, trials: String, in table: Table) throws {
    let good = try table.requireColumn(successes).numericValues()
    let all = try table.requireColumn(trials).numericValues()
    for row in good.indices where !good[row].isNaN && !all[row].isNaN {
      let isCount = good[row] >= 0 && good[row] <= all[row] && good[row] == good[row].rounded()
      guard !isCount || all[row] != all[row].rounded() || all[row].isInfinite else { continue }
      throw EstimationError(
        .unusableColumn,
        "\(table.place(row)): \(Expression.text(of: good[row])) successes of \(Expression.text(of: all[row])) "
          + "trials in '\(successes) / \(trials)', expected whole numbers from 0 to the trials")
    }
    values = zip(good, all).map { $0 / $1 }
    self.trials = all
    diagnostics = []
    checks = [
      RowScreen.Check(reason: "missing \(successes)", test: .missingNumber(good)),
      RowScreen.Check(reason: "missing \(trials)", test: .missingNumber(all)),
      RowScreen.Check(reason: "no trials in \(trials)", test: .zero(all)),
    ]
  }

  private init(twoLevels name: String, _ category: CategoryValues, reference: String?) throws {
    let codes = category.codes.array()
    var present = Set<Int32>()
    for code in codes where code >= 0 { present.insert(code) }
    let levels = present.sorted().map { category.levels[Int($0)] }
    guard levels.count == 2 else {
      throw EstimationError(
        .unusableColumn,
        "column '\(name)' has \(levels.count) levels (\(levels.prefix(8).joined(separator: ", "))); the binomial "
          + "family needs two, or 0 and 1")
    }
    let failure = reference ?? levels[0]
    guard let success = levels.first(where: { $0 != failure }), levels.contains(failure) else {
      throw EstimationError(
        .unknownLevel, "column '\(name)' has no level '\(failure)'; it has \(levels.joined(separator: ", "))")
    }
    let code = Int32(category.levels.firstIndex(of: success) ?? 0)
    values = codes.map { $0 < 0 ? .nan : ($0 == code ? 1 : 0) }
    trials = nil
    checks = [RowScreen.Check(reason: "missing \(name)", test: .missingCategory(codes))]
    diagnostics = [
      Diagnostic(
        .coding, .note, terms: [name],
        "the model is of the probability that '\(name)' is '\(success)' rather than '\(failure)'")
    ]
  }

  /// How many of each row's trials have the event and how many have not: of the binomial family, and of a Poisson
  /// model of a response of 0 and 1; nil for others.
  func events(_ family: ResponseFamily) -> ResponseColumns.BinaryEvents? {
    func isBinary() -> Bool { values.allSatisfy { $0.isNaN || $0 == 0 || $0 == 1 } }
    guard family == .binomial || (family == .poisson && isBinary()) else { return nil }
    return ResponseColumns.BinaryEvents(shares: values, trials: trials)
  }

  /// Refuses values of used rows that the family cannot have.
  func checkRange(
    _ family: ResponseFamily, rows: RowSelection, name: String, in table: Table,
    executor: some FoldExecutor = SerialExecutor()
  ) throws {
    let wanted: String
    let isAllowed: @Sendable (Double) -> Bool
    switch family {
    case .gaussian: return
    case .binomial: (wanted, isAllowed) = ("0 or 1 (or a share between them)", { $0 >= 0 && $0 <= 1 })
    case .poisson: (wanted, isAllowed) = ("a number of at least 0", { $0 >= 0 })
    case .negativeBinomial: (wanted, isAllowed) = ("a count", { $0 >= 0 && $0 == $0.rounded() })
    case .gamma: (wanted, isAllowed) = ("a positive number", { $0 > 0 })
    }
    let values = values
    let areAllowed = try executor.run(AllRows { isAllowed(values[$0]) }, over: UsedRows(rows: rows))
    guard !areAllowed, let row = rows.first(where: { !isAllowed(values[$0]) }) else { return }
    throw EstimationError(
      .unusableColumn,
      "\(table.place(row)): response \(name) is \(Expression.text(of: values[row])), and the \(family.name) family "
        + "expects \(wanted)")
  }
}

extension Table {
  /// The file and line of a row.
  func place(_ row: Int) -> String {
    source.displayName + (lineNumber(ofRow: row).map { ":\($0)" } ?? "")
  }
}
