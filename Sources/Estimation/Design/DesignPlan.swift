/// The columns of a design matrix: what they are called and how they are made.
///
/// A plan is made once from a formula and a table's used rows; it can then be bound to any table
/// that has the columns, such as a reference grid.
public struct DesignPlan: Sendable {
  /// A variable whose kind is known.
  struct Variable: Sendable {
    enum Kind: Sendable {
      case numeric
      case basis(ColumnBasis)
      /// Levels in coding order, the reference first.
      case categorical(levels: [String])
    }

    let source: FormulaVariable
    let kind: Kind

    var levels: [String]? {
      if case .categorical(let levels) = kind { return levels }
      return nil
    }
  }

  /// A variable's part in a term.
  struct Factor: Sendable {
    /// Index into the plan's variables.
    let variable: Int
    /// Whether all levels get a column, because no lower term carries their mean.
    let isFull: Bool
    /// How many columns the variable has here.
    let width: Int
    /// What is appended to a term's name for each column: `[combined]`, or nothing.
    let suffixes: [String]
  }

  /// A term and its columns.
  struct Term: Sendable {
    let label: String
    let factors: [Factor]
    let columns: Range<Int>
  }

  let variables: [Variable]
  let terms: [Term]
  /// Whether the first column is the constant 1.
  public let hasIntercept: Bool
  /// The coding of categorical variables.
  public let coding: ContrastCoding
  /// The name of each column, such as `week:modality[combined]`.
  public let columnNames: [String]

  /// How many columns there are.
  public var columnCount: Int { columnNames.count }

  /// The reference level of each categorical column.
  public var referenceLevels: [String: String] {
    var result: [String: String] = [:]
    for variable in variables {
      if let first = variable.levels?.first { result[variable.source.columns[0]] = first }
    }
    return result
  }

  /// The levels of the categorical variable that is made from a column, the reference first.
  public func levels(of column: String) -> [String]? {
    variables.first { $0.levels != nil && $0.source.columns[0] == column }?.levels
  }

  /// Lays out the columns of a formula's terms.
  ///
  /// A categorical variable in a term is coded by contrasts when the term without it is in the
  /// model (the empty term counts as present), otherwise by one column a level. Without intercept
  /// the first categorical variable of the first term that has one gets all its levels. This is
  /// R's rule (`terms.formula` and `model.matrix`), so that the columns are the same.
  ///
  /// Models whose baseline takes the constant's place (`absorbsIntercept`) code their terms as if
  /// there were an intercept, but have no column for it.
  init(formula: Formula, variables: [Variable], coding: ContrastCoding, absorbsIntercept: Bool = false) {
    self.variables = variables
    self.coding = coding
    hasIntercept = formula.hasIntercept && !absorbsIntercept
    var names = hasIntercept ? ["(Intercept)"] : []
    var terms: [Term] = []
    var needsFull = !formula.hasIntercept && !absorbsIntercept
    for term in formula.terms {
      var factors: [Factor] = []
      for variable in term.variables {
        // Every variable of a term is among the formula's variables, from which `variables` was made.
        guard let index = variables.firstIndex(where: { $0.source == variable }) else { continue }
        let margin = term.variables.filter { $0 != variable }
        let hasMargin =
          margin.isEmpty
          || formula.terms.contains { $0.isSame(as: Formula.Term(variables: margin, offset: 0)) }
        var isFull = !hasMargin
        if needsFull, variables[index].levels != nil {
          isFull = true
          needsFull = false
        }
        factors.append(Self.factor(variables[index], index: index, isFull: isFull, coding: coding))
      }
      let start = names.count
      names += Self.names(of: factors, variables: variables)
      terms.append(Term(label: term.label, factors: factors, columns: start..<names.count))
    }
    columnNames = names
    self.terms = terms
  }

  private static func factor(
    _ variable: Variable, index: Int, isFull: Bool, coding: ContrastCoding
  ) -> Factor {
    switch variable.kind {
    case .numeric:
      return Factor(variable: index, isFull: false, width: 1, suffixes: [""])
    case .basis(let basis):
      return Factor(
        variable: index, isFull: false, width: basis.width,
        suffixes: (1...basis.width).map { "[\($0)]" })
    case .categorical(let levels):
      let width = coding.width(levels: levels.count, full: isFull)
      let suffixes = (0..<width).map { "[\(levels[coding.namingLevel(column: $0, full: isFull)])]" }
      return Factor(variable: index, isFull: isFull, width: width, suffixes: suffixes)
    }
  }

  /// The names of a term's columns: the first variable's levels vary fastest, as in R.
  private static func names(of factors: [Factor], variables: [Variable]) -> [String] {
    var names = [""]
    for (position, factor) in factors.enumerated() {
      let label = variables[factor.variable].source.label
      names = factor.suffixes.flatMap { suffix in
        names.map { position == 0 ? label + suffix : "\($0):\(label)\(suffix)" }
      }
    }
    return names
  }
}
