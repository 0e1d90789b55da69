import CohortTables
import Estimation
import LinearAlgebra
import Testing

/// Formulas: what they mean, how they print, and how they fail.
@Suite("ByHand: formulas")
struct FormulaTests {
  private static func labels(_ text: String) throws -> [String] {
    try Formula("y ~ " + text).terms.map(\.label)
  }

  // MARK: - Meaning

  @Test(
    "terms stand in R's order: main effects, then two-way interactions, each as written",
    arguments: [
      ("a", ["a"]), ("a + b + a", ["a", "b"]), ("a*b", ["a", "b", "a:b"]),
      ("a:b + a", ["a", "a:b"]), ("b:a + a + b", ["a", "b", "b:a"]),
      ("a*b*c", ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]),
      ("a*b*c - a:b:c", ["a", "b", "c", "a:b", "a:c", "b:c"]),
      ("a*b - b:a", ["a", "b"]), ("(a + b):c", ["a:c", "b:c"]), ("(a + b)*c", ["a", "b", "c", "a:c", "b:c"]),
      ("a + b:c*d", ["a", "d", "b:c", "b:c:d"]), ("a:a", ["a"]), ("a*a", ["a"]),
      ("a + (b - a)", ["a", "b"]), ("a - a", []), ("1", []), ("0 + a", ["a"]), ("+a", ["a"]),
    ])
  func terms(_ text: String, _ expected: [String]) throws {
    // Variables are named in order of their first appearance in the formula.
    let found = try Self.labels(text)
    let canonical = { (label: String) in label.split(separator: ":").sorted().joined(separator: ":") }
    #expect(found.map(canonical) == expected.map(canonical))
  }

  @Test("variables of an interaction stand in order of their first appearance")
  func variableOrder() throws {
    #expect(try Self.labels("homeless + substance:homeless") == ["homeless", "homeless:substance"])
    #expect(try Self.labels("b:a") == ["b:a"])
  }

  @Test(
    "the intercept is there unless it is taken out",
    arguments: ["a", "1 + a", "a - 0", "0 + a + 1", "- 1 + 1"])
  func intercept(_ text: String) throws { #expect(try Formula("y ~ " + text).hasIntercept) }

  @Test(
    "0 and -1 take the intercept out",
    arguments: ["0", "0 + a", "a - 1", "-1", "-1 + a", "1 + a - 1", "a + 0"])
  func noIntercept(_ text: String) throws { #expect(try Formula("y ~ " + text).hasIntercept == false) }

  @Test(
    "labels print as R prints them",
    arguments: [
      ("factor(week)", "factor(week)"), ("I(x^2)", "I(x^2)"), ("I( x ^ 2 )", "I(x^2)"), ("log(x)", "log(x)"),
      ("poly(x,2)", "poly(x, 2)"), ("I(x)", "x"), ("I(a+b)", "I(a + b)"), ("I(a/b*c)", "I(a/b * c)"),
      ("I(a/(b*c))", "I(a/(b * c))"), ("I(a-(b-c))", "I(a - (b - c))"), ("I(a-b-c)", "I(a - b - c)"),
      ("I((a+b)^2)", "I((a + b)^2)"), ("I(-x^2)", "I(-x^2)"), ("I((-x)^2)", "I((-x)^2)"),
      ("I(2^3^x)", "I(2^3^x)"), ("I((2^3)^x)", "I((2^3)^x)"), ("I(x*0.5)", "I(x * 0.5)"),
      ("I(x/1e3)", "I(x/1000)"), ("log(x + 1)", "log(x + 1)"), ("exp(-x/50)", "exp(-x/50)"),
      ("`my col`", "my col"), ("factor(`my col`)", "factor(`my col`)"), ("I(`my col`^2)", "I(`my col`^2)"),
      ("x.1_b", "x.1_b"), ("sqrt(abs(x))", "sqrt(abs(x))"), ("I(x*-2)", "I(x * -2)"),
      ("I(a - -b)", "I(a - -b)"), ("größe", "größe"),
    ])
  func printing(_ text: String, _ label: String) throws { #expect(try Self.labels(text) == [label]) }

  @Test("arithmetic binds as in R")
  func arithmetic() throws {
    let table = try Table(columns: [.numeric("x", [3]), .numeric("y", [0])])
    for (text, value) in [
      ("I(-x^2)", -9.0), ("I(2^3^2 + 0*x)", 512), ("I(2*x + 1)", 7), ("I(12/x/2)", 2), ("I(10 - x - 2)", 5),
      ("I((1 + x)*2)", 8), ("log1p(x - 3)", 0), ("I(+x)", 3), ("I(- -x + 0)", 3), ("I(2^-x)", 0.125),
      ("I(x*-2)", -6), ("abs(-x)", 3), ("log2(x + 5)", 3), ("log10(x*100 - 200)", 2),
      ("I(.5*x + 1.e1)", 11.5),
    ] {
      let frame = try ModelFrame(Formula("y ~ 0 + " + text), table: table)
      #expect(frame.design.matrix(rows: [0]).columnMajor == [value], "\(text)")
    }
  }

  @Test("offsets, strata and random terms are kept apart from the terms")
  func special() throws {
    let formula = try Formula(
      "Surv(t, d) ~ a + offset(log(n)) + strata(site, sex) + (1 + week | id) + (0 + b || g)")
    #expect(formula.terms.map(\.label) == ["a"] && formula.hasIntercept)
    #expect(formula.offsets.map(\.description) == ["log(n)"])
    #expect(formula.strata == ["site", "sex"])
    #expect(formula.randomTerms.map(\.text) == ["(1 + week | id)", "(0 + b || g)"])
    #expect(formula.randomTerms[0].offset == 54)
  }

  @Test("responses")
  func responses() throws {
    func response(_ text: String) throws -> String {
      switch try Formula(text + " ~ a").response {
      case .value(let expression): return "\(expression)"
      case .survival(let time, let status): return "\(time) | \(status.column) | \(status.event ?? "1")"
      case .countingProcess(let start, let stop, let status):
        return "\(start) | \(stop) | \(status.column) | \(status.event ?? "1")"
      }
    }
    for (text, expected) in [
      ("y", "y"), ("log(y+1)", "log(y + 1)"), ("`my y`", "`my y`"), ("Surv(t, d)", "t | d | 1"),
      ("Surv(t, d == 2)", "t | d | 2"), ("Surv(t, d == 2.50)", "t | d | 2.5"), ("Surv", "Surv"),
      ("Surv(t, d == \"dead\")", "t | d | dead"), ("Surv(t, d == 'it is')", "t | d | it is"),
      ("Surv(`a b`, b, d == 1)", "a b | b | d | 1"),
    ] { #expect(try response(text) == expected) }
  }

  // MARK: - Errors: the place and the exact words

  static let functions =
    "factor, poly, ns, bs, pw, I, offset, strata, log, log2, log10, log1p, exp, sqrt, abs"
  static let failures: [(String, Int, String)] = [
    ("~ x", 0, "a response is missing before '~'"),
    ("y ~", 3, "a term is missing here"),
    ("y ~ ", 4, "a term is missing here"),
    ("", 0, "a number or column is missing here"),
    ("y", 1, "expected '~' between the response and the terms"),
    ("y x ~ a", 2, "expected '~' between the response and the terms"),
    ("y ~ a b", 6, "unexpected text after the terms"),
    ("y ~ a)", 5, "unexpected text after the terms"),
    ("y ~ a ~ b", 6, "unexpected text after the terms"),
    ("y ~ a +", 7, "a term is missing here"),
    ("y ~ a + * b", 8, "expected a term: a column or a function"),
    ("y ~ 2", 4, "only 0 and 1 (no intercept, intercept) can stand alone as a term"),
    ("y ~ a + 0.5", 8, "only 0 and 1 (no intercept, intercept) can stand alone as a term"),
    ("y ~ a*2", 6, "expected a term: a column or a function"),
    ("y ~ foo(x)", 4, "unknown function 'foo'; known are \(functions)"),
    (
      "y ~ a + I(foo(x))", 10,
      "unknown function 'foo' in arithmetic; known are log, log2, log10, log1p, exp, sqrt, abs"
    ),
    ("y ~ a %in% b", 6, "'%' has no meaning in a formula; known are ~ + - * : ( ) and functions"),
    ("y ~ a[1]", 5, "'[' has no meaning in a formula; known are ~ + - * : ( ) and functions"),
    ("y ~ a/b", 5, "'/' and '^' between terms are not supported: write a + a:b, or I( ) for arithmetic"),
    ("y ~ (a+b)^2", 9, "'/' and '^' between terms are not supported: write a + a:b, or I( ) for arithmetic"),
    ("y ~ (a + b", 10, "expected ')' to close the group that opens at character 5"),
    ("y ~ I(x^2", 9, "expected ')' to close I( )"),
    ("y ~ log(x", 9, "expected ')' to close log( )"),
    ("y ~ factor(x", 12, "expected ')' after the column of factor( )"),
    ("y ~ factor(x + 1)", 13, "expected ')' after the column of factor( )"),
    ("y ~ factor()", 11, "expected a column inside factor( )"),
    ("y ~ `my col", 4, "the quote ` that opens here is not closed"),
    ("y ~ `my col + b", 4, "the quote ` that opens here is not closed"),
    ("y ~ 'x'", 4, "expected a term: a column or a function"),
    ("y ~ ns(x)", 8, "expected ',' and the degrees of freedom after the column of ns( )"),
    ("y ~ ns(x, 0)", 10, "expected the degrees of freedom of ns( ), a whole number from 1 to 50"),
    ("y ~ a + bs(x, 2)", 14, "expected the degrees of freedom of bs( ), a whole number from 3 to 50"),
    ("y ~ bs(x, 4", 11, "expected ')' after the degrees of freedom of bs( )"),
    ("y ~ pw(week)", 11, "expected ',' and the knots after the column of pw( )"),
    ("y ~ pw(week, k)", 13, "expected a knot of pw( ), a number"),
    ("y ~ pw(week, 4, 4)", 16, "the knots of pw( ) ascend: 4 is not above 4"),
    ("y ~ poly(x)", 10, "expected ',' and the degree after the column of poly( )"),
    ("y ~ poly(x, 0)", 12, "expected the degree of poly( ), a whole number from 1 to 12"),
    ("y ~ poly(x, 2.5)", 12, "expected the degree of poly( ), a whole number from 1 to 12"),
    ("y ~ poly(x, n)", 12, "expected the degree of poly( ), a whole number from 1 to 12"),
    ("y ~ I()", 6, "expected a number or a column"),
    ("y ~ I(x +)", 9, "expected a number or a column"),
    ("y ~ offset(x", 12, "expected ')' to close offset( )"),
    ("y ~ strata(x + y)", 13, "expected ')' to close strata( )"),
    ("y ~ (week | id", 4, "the random term that opens here is not closed"),
    ("Surv(time) ~ a", 9, "expected ',' and the event status after the time"),
    ("Surv(2, d) ~ a", 5, "expected the column that holds the time"),
    ("Surv(t, d == x) ~ a", 13, "expected the value of 'd' that means an event, a number or a quoted text"),
    ("Surv(t, d == 2, e) ~ a", 16, "expected Surv(start, stop, status)"),
    ("Surv(t, d ~ a", 10, "expected ')' after the status"),
    (
      "factor(y) ~ a", 0,
      "unknown function 'factor' in arithmetic; known are log, log2, log10, log1p, exp, sqrt, abs"
    ),
    ("y ~ größe + é %", 14, "'%' has no meaning in a formula; known are ~ + - * : ( ) and functions"),
    // What would change the model without a word if it were let through.
    ("y ~ a + (b - 1)", 13, "0 and 1 (no intercept, intercept) stand outside parentheses"),
    ("y ~ (0 + a):b", 5, "0 and 1 (no intercept, intercept) stand outside parentheses"),
    ("y ~ a*strata(g)", 6, "offset( ), strata( ) and random terms are added, not multiplied"),
    ("y ~ strata(g):a", 4, "offset( ), strata( ) and random terms are added, not multiplied"),
    ("y ~ a:offset(z)", 6, "offset( ), strata( ) and random terms are added, not multiplied"),
    ("y ~ a*(1 | id)", 6, "offset( ), strata( ) and random terms are added, not multiplied"),
    ("y ~ a - offset(z)", 8, "offset( ), strata( ) and random terms cannot be taken out: leave them out"),
    ("y ~ ``", 4, "there is no name between the quotes"),
  ]

  @Test("errors point at the place", arguments: failures)
  func errors(_ text: String, _ offset: Int, _ message: String) {
    let error = #expect(throws: FormulaError.self, "\(text)") { try Formula(text) }
    #expect(error?.offset == offset, "\(text)")
    #expect(error?.message == message, "\(text)")
  }

  @Test("the caret stands under the place")
  func caret() {
    let error = #expect(throws: FormulaError.self) { try Formula("y ~ age + foo(x)") }
    #expect(
      error?.description == """
        formula: unknown function 'foo'; known are \(Self.functions)
          y ~ age + foo(x)
                    ^
        """)
  }

  // MARK: - What parses but is not built, or does not fit the table

  private static func message(_ formula: String) throws -> String {
    let table = try Table(
      columns: [
        .numeric("y", [1, 2, 4, 3]), .numeric("x", [1, 2, 3, 5]), .category("g", ["a", "b", "a", "b"]),
        .category("one", ["a", "a", "a", "a"]),
      ], name: "t.csv")
    do {
      _ = try LinearModel(formula).fit(table)
      return "fitted"
    } catch {
      return "\(error)"
    }
  }

  @Test("what is not built is refused by name")
  func notBuilt() throws {
    #expect(
      try Self.message("y ~ x + (1 | g)") == """
        formula: the random term (1 | g) belongs to a mixed model; this model has fixed terms only
          y ~ x + (1 | g)
                  ^
        """)
    #expect(try Self.message("y / x ~ g").contains("binomial family"))
    #expect(
      try Self.message("Surv(x, y, g) ~ x")
        == "t.csv: columns 'x' and 'y': the interval from 1 to 1 has no length, expected start < stop")
    #expect(try Self.message("y ~ x + strata(g)") == "strata(g) belongs to survival models; use factor(g)")
  }

  @Test("what does not fit the table is said with the column")
  func misfits() throws {
    #expect(
      try Self.message("y ~ xx").hasPrefix("t.csv: column 'xx': there is no such column (did you mean 'x'?)")
    )
    #expect(try Self.message("y ~ log(g)").hasPrefix("t.csv: column 'g': 'a' is not a number"))
    #expect(try Self.message("g ~ x").hasPrefix("t.csv: column 'g': 'a' is not a number"))
    #expect(
      try Self.message("y ~ one")
        == "column 'one' has the single level 'a' among the used rows: take it out of the formula")
    #expect(
      try Self.message("y ~ poly(x, 5)")
        == "poly(x, 5): 'x' has too few distinct values, 6 are needed")
    #expect(
      try Self.message("log(x - 5) ~ g")
        == "t.csv: no row can be used: all 4 rows are left out: 4 log(x - 5) is not finite")
  }
}
