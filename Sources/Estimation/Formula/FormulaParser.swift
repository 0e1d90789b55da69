/// Recursive descent over the tokens of a formula.
///
/// The right-hand side is an algebra of term sets: `+` joins, `:` multiplies, `a*b` is
/// `a + b + a:b`, `-` removes. Operators bind as in R: `:` tighter than `*`, `*` tighter than `+`.
struct FormulaParser {
  typealias Term = Formula.Term

  let text: String
  var tokens: [FormulaLexer.Positioned]
  var position = 0
  var hasIntercept = true
  var offsets: [Expression] = []
  var strata: [String] = []
  var randomTerms: [Formula.RandomTerm] = []

  init(_ text: String) throws {
    self.text = text
    tokens = try FormulaLexer(text: text).tokens()
  }

  var current: FormulaLexer.Token { tokens[position].token }
  var offset: Int { tokens[position].offset }

  func failure(_ message: String, at place: Int? = nil) -> FormulaError {
    FormulaError(formula: text, offset: place ?? offset, message: message)
  }

  mutating func accept(_ symbol: String) -> Bool {
    guard current == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ symbol: String, _ what: String) throws {
    guard accept(symbol) else { throw failure("expected '\(symbol)' \(what)") }
  }

  mutating func expectName(_ what: String) throws -> String {
    guard case .name(let name) = current else { throw failure("expected \(what)") }
    position += 1
    return name
  }

  mutating func formula() throws -> Formula {
    let response = try parseResponse()
    try expect("~", "between the response and the terms")
    var terms = try parseSum()
    guard current == .end else { throw failure("unexpected text after the terms") }
    terms = ordered(terms)
    return Formula(
      text: text, response: response, terms: terms, hasIntercept: hasIntercept, offsets: offsets,
      strata: strata, randomTerms: randomTerms)
  }

  /// R's order: by the number of variables, otherwise as written (sorting must be stable).
  func ordered(_ terms: [Term]) -> [Term] {
    withVariablesInOrderOfAppearance(terms).enumerated()
      .sorted { ($0.element.variables.count, $0.offset) < ($1.element.variables.count, $1.offset) }
      .map(\.element)
  }

  // MARK: - Response

  private mutating func parseResponse() throws -> Formula.Response {
    guard current != .symbol("~") else {
      throw failure("a response is missing before '~'")
    }
    if current == .name("Surv"), tokens[position + 1].token == .symbol("(") {
      position += 2
      return try parseSurvivalResponse()
    }
    return .value(try parseArithmetic())
  }

  private mutating func parseSurvivalResponse() throws -> Formula.Response {
    let first = try expectName("the column that holds the time")
    try expect(",", "and the event status after the time")
    let second = try parseStatus()
    if accept(",") {
      guard second.event == nil else { throw failure("expected Surv(start, stop, status)") }
      let status = try parseStatus()
      try expect(")", "after the status")
      return .countingProcess(start: first, stop: second.column, status: status)
    }
    try expect(")", "after the status")
    return .survival(time: first, status: second)
  }

  private mutating func parseStatus() throws -> Formula.Status {
    let column = try expectName("the column that holds the event status")
    guard accept("==") else { return Formula.Status(column: column, event: nil) }
    defer { position += 1 }
    switch current {
    case .number(let value): return Formula.Status(column: column, event: Expression.text(of: value))
    case .string(let value): return Formula.Status(column: column, event: value)
    default: throw failure("expected the value of '\(column)' that means an event, a number or a quoted text")
    }
  }

  // MARK: - Terms

  /// `product (('+' | '-') product)*`, where `0`, `1`, `- 1` speak of the intercept.
  mutating func parseSum(inGroup: Bool = false) throws -> [Term] {
    var terms: [Term] = []
    var removes = false
    if accept("-") { removes = true } else { _ = accept("+") }
    while true {
      if case .number(let value) = current {
        guard !inGroup else {
          throw failure("0 and 1 (no intercept, intercept) stand outside parentheses")
        }
        guard value == 0 || value == 1 else {
          throw failure("only 0 and 1 (no intercept, intercept) can stand alone as a term")
        }
        position += 1
        hasIntercept = (value == 1) != removes
      } else {
        let place = offset
        let found = try parseProduct()
        if removes {
          guard !found.isEmpty else {
            throw failure(
              "offset( ), strata( ) and random terms cannot be taken out: leave them out", at: place)
          }
          terms.removeAll { term in found.contains { $0.isSame(as: term) } }
        } else {
          terms = union(terms, found)
        }
      }
      if accept("+") { removes = false } else if accept("-") { removes = true } else { return terms }
    }
  }

  /// `interaction ('*' interaction)*`.
  private mutating func parseProduct() throws -> [Term] {
    let place = offset
    var terms = try parseInteraction()
    while accept("*") {
      try requireTerms(terms, at: place)
      let rightPlace = offset
      let right = try parseInteraction()
      try requireTerms(right, at: rightPlace)
      terms = union(union(terms, right), products(terms, right))
    }
    return terms
  }

  /// What enters the model in another way than as columns has nothing to multiply.
  private func requireTerms(_ terms: [Term], at place: Int) throws {
    guard terms.isEmpty else { return }
    throw failure("offset( ), strata( ) and random terms are added, not multiplied", at: place)
  }

  /// `atom (':' atom)*`.
  private mutating func parseInteraction() throws -> [Term] {
    let place = offset
    var terms = try parseAtom()
    while accept(":") {
      try requireTerms(terms, at: place)
      let rightPlace = offset
      let right = try parseAtom()
      try requireTerms(right, at: rightPlace)
      terms = products(terms, right)
    }
    if current == .symbol("/") || current == .symbol("^") {
      throw failure("'/' and '^' between terms are not supported: write a + a:b, or I( ) for arithmetic")
    }
    return terms
  }

  private mutating func parseAtom() throws -> [Term] {
    let place = offset
    if accept("(") { return try parseGroup(from: place) }
    guard case .name(let name) = current else {
      throw failure(current == .end ? "a term is missing here" : "expected a term: a column or a function")
    }
    position += 1
    guard current == .symbol("(") else { return [Term(variables: [.column(name)], offset: place)] }
    position += 1
    return try parseCall(name, from: place)
  }

  /// A parenthesis: a group of terms, or a random term when a bar stands in it.
  private mutating func parseGroup(from place: Int) throws -> [Term] {
    var depth = 1
    var index = position
    while depth > 0, tokens[index].token != .end {
      if tokens[index].token == .symbol("(") { depth += 1 }
      if tokens[index].token == .symbol(")") { depth -= 1 }
      let isBar = tokens[index].token == .symbol("|") || tokens[index].token == .symbol("||")
      if isBar, depth == 1 { return try parseRandomTerm(from: place) }
      index += 1
    }
    let terms = try parseSum(inGroup: true)
    try expect(")", "to close the group that opens at character \(place + 1)")
    return terms
  }

  private mutating func parseCall(_ function: String, from place: Int) throws -> [Term] {
    func term(_ variable: FormulaVariable) -> [Term] { [Term(variables: [variable], offset: place)] }
    switch function {
    case "factor":
      let column = try expectName("a column inside factor( )")
      try expect(")", "after the column of factor( )")
      return term(.factor(column))
    case "poly":
      return term(try parsePolynomial())
    case "I":
      let expression = try parseArithmetic()
      try expect(")", "to close I( )")
      if case .column(let name) = expression { return term(.column(name)) }
      return term(.expression(expression))
    case "offset":
      offsets.append(try parseArithmetic())
      try expect(")", "to close offset( )")
      return []
    case "strata":
      repeat { strata.append(try expectName("a column inside strata( )")) } while accept(",")
      try expect(")", "to close strata( )")
      return []
    case "ns":
      let (column, df) = try parseSplineArguments("ns", least: 1)
      return term(.naturalSpline(column, df: df))
    case "bs":
      let (column, df) = try parseSplineArguments("bs", least: 3)
      return term(.bSpline(column, df: df))
    case "pw":
      return term(try parsePiecewise())
    default:
      guard let known = Expression.ElementaryFunction(rawValue: function) else {
        throw failure(
          "unknown function '\(function)'; known are factor, poly, ns, bs, pw, I, offset, strata, "
            + Expression.functionNames, at: place)
      }
      let inner = try parseArithmetic()
      try expect(")", "to close \(function)( )")
      return term(.expression(.call(known, inner)))
    }
  }

  private mutating func parsePolynomial() throws -> FormulaVariable {
    let column = try expectName("a column inside poly( )")
    try expect(",", "and the degree after the column of poly( )")
    guard case .number(let value) = current, let degree = Int(exactly: value), (1...12).contains(degree)
    else {
      throw failure("expected the degree of poly( ), a whole number from 1 to 12")
    }
    position += 1
    try expect(")", "to close poly( )")
    return .polynomial(column, degree: degree)
  }

  /// `homeless + substance:homeless` names the second term `homeless:substance`, as R does.
  func withVariablesInOrderOfAppearance(_ terms: [Term]) -> [Term] {
    var order: [FormulaVariable] = []
    for variable in terms.flatMap(\.variables) where !order.contains(variable) { order.append(variable) }
    return terms.map { term in
      Term(variables: order.filter(term.variables.contains), offset: term.offset)
    }
  }

  // MARK: - The algebra of term sets

  private func union(_ left: [Term], _ right: [Term]) -> [Term] {
    var result = left
    for term in right where !result.contains(where: { $0.isSame(as: term) }) { result.append(term) }
    return result
  }

  private func products(_ left: [Term], _ right: [Term]) -> [Term] {
    var result: [Term] = []
    for a in left {
      for b in right {
        let fresh = b.variables.filter { !a.variables.contains($0) }
        result = union(result, [Term(variables: a.variables + fresh, offset: a.offset)])
      }
    }
    return result
  }
}
