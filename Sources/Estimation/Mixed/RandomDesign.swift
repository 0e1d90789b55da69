internal import CohortTables
internal import LinearAlgebra

/// The random terms of a model brought together with a table: groups, and the columns whose effects vary.
///
/// Terms over the same groups stand side by side in one grouping. Groupings come with the most groups first, which is
/// the order in which they are eliminated.
struct RandomDesign: Sendable {
  /// One term's columns.
  struct Part: Sendable {
    let term: Formula.RandomTerm
    let plan: DesignPlan
    let design: BoundDesign
    /// The term's columns among those of its grouping.
    let columns: Range<Int>
    let covariance: RandomCovariance
    /// What the effects of each column rest on.
    let support: DesignSupport
  }

  /// All terms over the same groups.
  struct Grouping: Sendable {
    let name: String
    let groups: GroupCodes
    var parts: [Part]

    var width: Int { parts.last?.columns.upperBound ?? 0 }
    var columnNames: [String] { parts.flatMap(\.plan.columnNames) }
    /// The column that is the constant, if one is.
    var constant: Int? { parts.first { $0.plan.hasIntercept }?.columns.lowerBound }
  }

  let groupings: [Grouping]

  /// The most columns that may vary between the groups of one grouping.
  static let mostColumns = 20

  /// Effects must be told from what varies between rows where there are residuals; counts may have one for each row.
  init(
    _ formula: Formula, frame: ModelFrame, covariance: RandomCovariance, hasResiduals: Bool = true,
    in table: Table
  ) throws {
    var found: [Grouping] = []
    for term in formula.randomTerms {
      let varying = formula.varying(in: term)
      let variables = try varying.variables.map {
        try ModelFrame.plan(
          $0, table: table, usedRows: frame.usedRows, options: frame.options,
          copies: frame.options.countsCopies ? frame.weights : nil)
      }
      let plan = DesignPlan(formula: varying, variables: variables, coding: frame.options.coding)
      let index = found.firstIndex { Set($0.groups.columns) == Set(term.groups) }
      let start = index.map { found[$0].width } ?? 0
      let part = Part(
        term: term, plan: plan, design: try BoundDesign(plan, in: table),
        columns: start..<start + plan.columnCount,
        covariance: plan.columnCount == 1 ? .unstructured : covariance,
        support: try ModelFrame.support(
          varying, plan, frame.response, rows: frame.usedRows, frame.options, in: table))
      if let index {
        try Self.checkRepeats(part, found[index], formula)
        found[index].parts.append(part)
      } else {
        let groups = try GroupCodes(term.groups, usedRows: frame.usedRows, in: table)
        found.append(Grouping(name: term.group, groups: groups, parts: [part]))
      }
    }
    let rows = hasResiduals ? frame.usedRows.count : nil
    for grouping in found { try Self.check(grouping, formula, rows: rows) }
    groupings = found.enumerated()
      .sorted { ($1.element.groups.count, $0.offset) < ($0.element.groups.count, $1.offset) }.map(\.element)
  }

  private static func checkRepeats(_ part: Part, _ grouping: Grouping, _ formula: Formula) throws {
    let known = Set(grouping.columnNames)
    guard let twice = part.plan.columnNames.first(where: known.contains) else { return }
    throw formula.error(
      at: part.term.offset,
      "\(twice == "(Intercept)" ? "the constant" : twice) varies between the groups of \(grouping.name) in another term "
        + "already: in (x | g) the constant is implied, (0 + x | g) leaves it out")
  }

  private static func check(_ grouping: Grouping, _ formula: Formula, rows: Int?) throws {
    let count = grouping.groups.count
    guard count > 1 else {
      throw formula.error(
        at: grouping.parts[0].term.offset,
        "all used rows are of one group of \(grouping.name): a variance between groups needs several")
    }
    guard grouping.width <= mostColumns else {
      throw EstimationError(
        .designTooLarge,
        "\(grouping.width) columns vary between the groups of \(grouping.name), and a model takes at most \(mostColumns)"
      )
    }
    guard let rows else { return }
    for part in grouping.parts where part.columns.count * count >= rows {
      let effects = part.columns.count * count
      throw formula.error(
        at: part.term.offset,
        "\(effects) random effects (\(count) groups x \(part.columns.count)) cannot be told from the residuals of \(rows) rows: "
          + "each group needs more rows than effects; use fewer")
    }
  }
}

/// Which group each row is of.
struct GroupCodes: Sendable {
  let columns: [String]
  /// For each row of the table the place of its group; -1 for rows that are not used.
  let codes: [Int32]
  /// For each group its first row.
  let firstRows: [Int]
  private let categories: [CategoryValues]

  /// How many groups there are among the used rows.
  var count: Int { firstRows.count }

  /// Numbers the combinations of some columns in the order in which the used rows have them.
  init(_ columns: [String], usedRows: RowSelection, in table: Table) throws {
    self.columns = columns
    categories = try columns.map { try table.requireColumn($0).asCategories() }
    var codes = [Int32](repeating: -1, count: table.rowCount)
    var firstRows: [Int] = []
    var own = categories[0].codes.array()
    var size = categories[0].levels.count
    for category in categories.dropFirst() {
      // Combinations are numbered densely, pair by pair.
      var places: [Int64: Int32] = [:]
      let more = category.codes.array()
      for row in usedRows {
        let key = Int64(own[row]) << 32 | Int64(more[row])
        let place = places[key] ?? Int32(places.count)
        places[key] = place
        own[row] = place
      }
      size = places.count
    }
    var place = [Int32](repeating: -1, count: size)
    for row in usedRows {
      let code = Int(own[row])
      if place[code] < 0 {
        place[code] = Int32(firstRows.count)
        firstRows.append(row)
      }
      codes[row] = place[code]
    }
    self.codes = codes
    self.firstRows = firstRows
  }

  /// A group's name: the values of its columns, joined by a colon.
  func label(_ group: Int) -> String {
    categories.map { $0.levels[Int($0.codes[firstRows[group]])] }.joined(separator: ":")
  }
}
