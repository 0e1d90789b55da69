/// A model formula in Wilkinson's notation, as R writes it.
///
/// `y ~ a + b*c + a:b - 1`, with `factor(x)`, `I(x^2)`, `log(x)`, `poly(x, 2)`, `offset(log(t))`,
/// and the responses `y`, `log(y)`, `Surv(time, status)` and `Surv(time, status == 2)`. Names that
/// are not identifiers stand in backticks.
///
/// Terms are kept in R's order: main effects first, then two-way interactions, and so on; within an
/// order as they were written.
///
/// ## References
/// Wilkinson and Rogers (1973), Applied Statistics 22:392-399; Chambers and Hastie (1992), ch. 2.
public struct Formula: Sendable, Equatable, CustomStringConvertible {
  /// The formula as it was given.
  public let text: String
  /// What is modelled.
  public let response: Response
  /// The fixed terms without the intercept.
  public let terms: [Term]
  /// Whether there is an intercept.
  public let hasIntercept: Bool
  /// Expressions that enter with coefficient 1.
  public let offsets: [Expression]
  /// Columns named in `strata( )`.
  public let strata: [String]
  /// Terms such as `(week | id)`; those that stand for several, such as `(1 | site/id)`, are taken apart.
  public let randomTerms: [RandomTerm]

  /// The left-hand side.
  public enum Response: Sendable, Equatable {
    /// A number.
    case value(Expression)
    /// A right-censored time.
    case survival(time: String, status: Status)
    /// A time at risk from `start` to `stop`.
    case countingProcess(start: String, stop: String, status: Status)
  }

  /// Which rows have the event.
  public struct Status: Sendable, Equatable {
    /// The status column.
    public let column: String
    /// The value that means an event; without one, 1 (or `true`) does.
    public let event: String?
  }

  /// A product of variables.
  public struct Term: Sendable, Equatable {
    /// The variables, in formula order.
    public let variables: [FormulaVariable]
    /// Where the term stands in the formula, for messages.
    public let offset: Int

    /// The label: the variables' labels joined by `:`.
    public var label: String { variables.map(\.label).joined(separator: ":") }

    /// Terms are the same when they hold the same variables in any order.
    func isSame(as other: Term) -> Bool {
      variables.count == other.variables.count && variables.allSatisfy(other.variables.contains)
    }
  }

  /// Reads a formula.
  ///
  /// - Throws: `FormulaError` with the place of what is not understood.
  public init(_ text: String) throws {
    var parser = try FormulaParser(text)
    self = try parser.formula()
  }

  init(
    text: String, response: Response, terms: [Term], hasIntercept: Bool, offsets: [Expression],
    strata: [String], randomTerms: [RandomTerm]
  ) {
    self.text = text
    self.response = response
    self.terms = terms
    self.hasIntercept = hasIntercept
    self.offsets = offsets
    self.strata = strata
    self.randomTerms = randomTerms
  }

  /// The formula as it was given.
  public var description: String { text }

  /// An error at a place in this formula.
  public func error(at offset: Int, _ message: String) -> FormulaError {
    FormulaError(formula: text, offset: offset, message: message)
  }

  /// The same response without terms.
  var withoutTerms: Formula {
    Formula(
      text: text, response: response, terms: [], hasIntercept: true, offsets: [], strata: strata,
      randomTerms: [])
  }

  /// The variables of all terms, each once, in formula order.
  public var variables: [FormulaVariable] {
    var result: [FormulaVariable] = []
    for variable in terms.flatMap(\.variables) where !result.contains(variable) { result.append(variable) }
    return result
  }
}

/// One factor of a term: what turns columns of the table into numbers or categories.
public enum FormulaVariable: Sendable, Equatable, Hashable {
  /// A column: numeric or categorical, as the table says.
  case column(String)
  /// A column taken as categorical: `factor(x)`.
  case factor(String)
  /// Arithmetic: `I(x^2)`, `log(x)`.
  case expression(Expression)
  /// Orthogonal polynomials of a column up to a degree: `poly(x, 2)`.
  case polynomial(String, degree: Int)
  /// Natural cubic splines of a column with knots at quantiles: `ns(x, 3)`.
  case naturalSpline(String, df: Int)
  /// Cubic B-splines of a column with knots at quantiles: `bs(x, 4)`.
  case bSpline(String, df: Int)
  /// Straight pieces of a column between declared knots: `pw(x, 4, 12)`.
  case piecewise(String, knots: [Double])

  /// The name in tables, as R prints it.
  public var label: String {
    switch self {
    case .column(let name): name
    case .factor(let name): "factor(\(FormulaText.quoted(name)))"
    case .expression(let expression):
      if case .call = expression { expression.description } else { "I(\(expression))" }
    case .polynomial(let name, let degree): "poly(\(FormulaText.quoted(name)), \(degree))"
    case .naturalSpline(let name, let df): "ns(\(FormulaText.quoted(name)), \(df))"
    case .bSpline(let name, let df): "bs(\(FormulaText.quoted(name)), \(df))"
    case .piecewise(let name, let knots):
      "pw(\(([FormulaText.quoted(name)] + knots.map(Expression.text(of:))).joined(separator: ", ")))"
    }
  }

  /// The columns of the table that are read.
  public var columns: [String] {
    switch self {
    case .column(let name), .factor(let name), .polynomial(let name, _), .naturalSpline(let name, _),
      .bSpline(let name, _), .piecewise(let name, _):
      [name]
    case .expression(let expression): expression.columns
    }
  }

  /// For messages: how many distinct values the term needs.
  var minimumDistinctValues: String {
    switch self {
    case .polynomial(_, let degree): ", \(degree + 1) are needed"
    case .naturalSpline, .bSpline:
      ": its knots, at equally spaced quantiles, would coincide; use fewer, or pw( ) with declared knots"
    case .column, .factor, .expression, .piecewise: ""
    }
  }
}
