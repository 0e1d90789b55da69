public import CohortTables

/// Which test compares groups.
public enum GroupTestKind: String, Sendable, CaseIterable {
  /// Means of two groups, variances unequal: ``WelchTest``.
  case welch
  /// Ranks of two groups: ``WilcoxonTest``.
  case wilcoxon
  /// Levels of the response in any number of groups: ``ChiSquaredTest``.
  case chiSquared = "chi-squared"
  /// A yes-or-no response in two groups: ``FisherTest``.
  case fisher
  /// A yes-or-no response of the same people twice: ``McNemarTest``.
  case mcnemar

  /// Whether the response is a number, and not a level.
  var isOfNumbers: Bool { self == .welch || self == .wilcoxon }
}

/// A test of groups from a formula and a table: `score ~ arm`.
///
/// Two groups are compared, the first with the second: the two of `groups`, in its order, or where the column has two
/// levels the other one with the reference level (`options.references`, otherwise the first in sorted order). Pearson's
/// test takes all levels unless two are named. A yes-or-no response holds 0 and 1 or two levels, of which the reference
/// is the no. McNemar's test pairs the rows of each person (`options.subject`): the two groups are two occasions, and
/// people without a row at both are left out.
///
/// - Complexity: O(rows log rows); the exact tests as their types say.
public struct GroupComparison: Sendable {
  /// The formula: a response and one column of groups.
  public let formula: Formula
  /// The test.
  public let test: GroupTestKind
  /// The two levels that are compared; nil for those there are.
  public let groups: [String]?
  /// People, arm, reference levels and the level of confidence limits.
  public var options: ModelOptions

  /// A comparison.
  ///
  /// - Throws: `FormulaError`; `EstimationError` for a formula or options that the test cannot take.
  public init(
    _ formula: String, test: GroupTestKind, groups: [String]? = nil, options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.test = test
    self.groups = groups
    self.options = options
    _ = try column()
    if let groups, groups.count != 2 || groups[0] == groups[1] {
      throw EstimationError(.unsupported, "a test of groups compares two levels, such as 'combined,therapy'")
    }
    guard options.weights == nil, options.cluster == nil else {
      throw EstimationError(.unsupported, "tests of groups take neither weights nor clusters")
    }
    guard test != .mcnemar || options.subject != nil else {
      throw EstimationError(
        .unsupported, "McNemar's test pairs the rows of a person: name the column that identifies people")
    }
  }

  /// The column of the groups.
  private func column() throws -> String {
    let variables = formula.variables
    guard formula.terms.count == 1, variables.count == 1, formula.offsets.isEmpty, formula.strata.isEmpty,
      case .value = formula.response
    else {
      throw EstimationError(
        .unsupported, "a test of groups takes a response and one column of groups, such as 'phq9 ~ modality'")
    }
    switch variables[0] {
    case .column(let name), .factor(let name): return name
    default:
      throw EstimationError(
        .unsupported, "'\(variables[0].label)' is arithmetic, and a test of groups takes a column of groups")
    }
  }

  /// Compares the groups of a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `EstimationError` when there is nothing to compare.
  public func compare(_ table: Table) throws -> GroupComparisonFit {
    let name = try column()
    let values = try table.requireColumn(name).asCategories()
    let response = try GroupResponse(self, in: table)
    var checks = response.checks + [try ModelFrame.missing(name, in: table)]
    if let subject = options.subject { checks.append(try ModelFrame.missing(subject, in: table)) }
    let levels = try chosen(name, values, checks, in: table)
    let codes = values.codes.map { code in
      code < 0 ? -1 : levels.firstIndex(of: values.levels[Int(code)]).map(Int32.init) ?? -1
    }
    if levels.count < values.levels.count {
      let wanted = levels.joined(separator: " or ")
      checks.append(RowScreen.Check(reason: "\(name) is not \(wanted)", test: .missingCategory(codes)))
    }
    var pairs: [(first: Int, second: Int)] = []
    if test == .mcnemar {
      let found = try PairedRows(codes, checks, options, column: name, levels: levels, in: table)
      checks.append(RowScreen.Check(reason: "no pair", test: .missingCategory(found.marks)))
      pairs = found.pairs
    }
    var options = options
    // The levels are chosen already, and the response's reference is no column of the right-hand side.
    options.references = [:]
    let frame = try ModelFrame(
      formula, table: table, options: options, design: .groups,
      response: .prepared(checks: checks, diagnostics: response.diagnostics))
    let rows = GroupRows(
      column: name, levels: levels, codes: codes, used: Array(frame.usedRows), pairs: pairs,
      response: response,
      subjects: try options.subject.map { try table.requireColumn($0).asCategories().codes.array() })
    return try GroupComparisonFit(self, rows, frame)
  }

  /// The levels that are compared, the first with the second.
  private func chosen(
    _ name: String, _ values: CategoryValues, _ checks: [RowScreen.Check], in table: Table
  ) throws -> [String] {
    let codes = values.codes.array()
    var present = [Bool](repeating: false, count: values.levels.count)
    for row in try RowScreen(rowCount: table.rowCount, checks: checks).usedRows {
      present[Int(codes[row])] = true
    }
    var levels = present.indices.filter { present[$0] }.map { values.levels[$0] }
    func unknown(_ level: String) -> EstimationError {
      EstimationError(
        .unknownLevel,
        "column '\(name)' has no used row at '\(level)'; there are \(levels.prefix(8).joined(separator: ", "))"
      )
    }
    if let groups {
      for level in groups where !levels.contains(level) { throw unknown(level) }
      return groups
    }
    if let reference = options.references[name] {
      guard let place = levels.firstIndex(of: reference) else { throw unknown(reference) }
      levels.insert(levels.remove(at: place), at: 0)
    }
    guard levels.count > 1 else {
      throw EstimationError(
        .unusableColumn,
        "column '\(name)' has \(levels.isEmpty ? "no level" : "the single level '\(levels[0])'") among the used rows: "
          + "there is nothing to compare")
    }
    guard levels.count == 2 || test == .chiSquared else {
      throw EstimationError(
        .unsupported,
        "column '\(name)' has \(levels.count) levels (\(levels.prefix(8).joined(separator: ", "))), and "
          + "\(test.rawValue) compares two: name them with --groups, such as --groups '\(levels[1]),\(levels[0])'"
      )
    }
    return test == .chiSquared && levels.count > 2 ? levels : levels.reversed()
  }
}

/// The response of a test of groups.
struct GroupResponse: Sendable {
  let label: String
  /// One number a row of the table: the value, or the index of its level.
  let values: [Double]
  /// The levels, of a yes-or-no response the no first; nil for numbers.
  let levels: [String]?
  let checks: [RowScreen.Check]
  let diagnostics: [Diagnostic]

  /// Whether the response is yes or no.
  var isBinary: Bool { levels?.count == 2 }

  init(_ comparison: GroupComparison, in table: Table) throws {
    guard case .value(let expression) = comparison.formula.response else {
      throw EstimationError(.unsupported, "a test of groups takes a column as response, not Surv( )")
    }
    label = "\(expression)"
    guard !comparison.test.isOfNumbers else {
      let read = try ResponseColumns(comparison.formula.response, in: table)
      let bound = try BoundExpression(expression, in: table)
      (checks, diagnostics, levels) = (read.checks, read.diagnostics, nil)
      values = bound.values(at: Array(0..<table.rowCount))
      return
    }
    guard case .column(let name) = expression else {
      throw EstimationError(
        .unsupported, "\(comparison.test.rawValue) takes a column of levels as response, not '\(expression)'")
    }
    let column = try table.requireColumn(name).asCategories()
    let codes = column.codes.array()
    let order = try Self.order(codes, column, name, reference: comparison.options.references[name])
    guard comparison.test == .chiSquared ? order.count > 1 : order.count == 2 else {
      throw EstimationError(
        .unusableColumn,
        "column '\(name)' has \(order.count) levels (\(order.prefix(8).map { column.levels[Int($0)] }.joined(separator: ", ")))"
          + "; \(comparison.test.rawValue) needs \(comparison.test == .chiSquared ? "two or more" : "two")")
    }
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, Double($0)) })
    values = codes.map { places[$0] ?? .nan }
    let names = order.map { column.levels[Int($0)] }
    levels = names
    checks = [try ModelFrame.missing(name, in: table)]
    diagnostics =
      names.count == 2
      ? [
        Diagnostic(
          .coding, .note, terms: [name],
          "events are rows at which '\(name)' is '\(names[1])' rather than '\(names[0])'")
      ] : []
  }

  /// The codes that rows have, sorted, with the reference in front.
  private static func order(
    _ codes: [Int32], _ column: CategoryValues, _ name: String, reference: String?
  ) throws -> [Int32] {
    var order = Set(codes.filter { $0 >= 0 }).sorted()
    guard let reference else { return order }
    guard let place = order.firstIndex(where: { column.levels[Int($0)] == reference }) else {
      throw EstimationError(.unknownLevel, "column '\(name)' has no level '\(reference)'")
    }
    order.insert(order.remove(at: place), at: 0)
    return order
  }
}

/// The rows of people that have one at both of two occasions.
struct PairedRows {
  /// -1 where a row of the table has no partner.
  let marks: [Int32]
  let pairs: [(first: Int, second: Int)]

  init(
    _ codes: [Int32], _ checks: [RowScreen.Check], _ options: ModelOptions, column: String, levels: [String],
    in table: Table
  ) throws {
    let people = try table.requireColumn(options.subject ?? "").asCategories()
    let owners = people.codes.array()
    var rows = [[Int?]](repeating: [nil, nil], count: people.levels.count)
    for row in try RowScreen(rowCount: table.rowCount, checks: checks).usedRows {
      let (owner, side) = (Int(owners[row]), Int(codes[row]))
      guard rows[owner][side] == nil else {
        throw EstimationError(
          .unusableColumn,
          "\(table.place(row)): column '\(column)': a second row of the same person at '\(levels[side])', expected one"
        )
      }
      rows[owner][side] = row
    }
    var marks = [Int32](repeating: -1, count: table.rowCount)
    var pairs: [(first: Int, second: Int)] = []
    for both in rows {
      guard let first = both[0], let second = both[1] else { continue }
      (marks[first], marks[second]) = (0, 0)
      pairs.append((first, second))
    }
    (self.marks, self.pairs) = (marks, pairs)
  }
}

/// The used rows of a comparison.
struct GroupRows {
  let column: String
  let levels: [String]
  /// For each row of the table its level's index.
  let codes: [Int32]
  let used: [Int]
  let pairs: [(first: Int, second: Int)]
  let response: GroupResponse
  let subjects: [Int32]?

  /// The values of a group.
  func values(of group: Int) -> [Double] {
    used.filter { codes[$0] == group }.map { response.values[$0] }
  }

  /// How many people, or rows where no column says who they belong to, are among some rows.
  func people(_ rows: [Int]) -> Int {
    guard let subjects else { return rows.count }
    return Set(rows.map { subjects[$0] }).count
  }

  /// Rows of each group at each level of the response.
  var counts: [[Double]] {
    var result = levels.map { _ in [Double](repeating: 0, count: response.levels?.count ?? 0) }
    for row in used { result[Int(codes[row])][Int(response.values[row])] += 1 }
    return result
  }
}
