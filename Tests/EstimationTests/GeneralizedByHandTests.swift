import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Two-by-two tables, where everything has a closed form, and separated designs.
@Suite("By hand: generalised linear models")
struct GeneralizedByHandTests {
  /// Rows of a two-by-two table: a events of n1 exposed, c events of n0 others.
  static func twoByTwo(_ a: Int, _ b: Int, _ c: Int, _ d: Int) throws -> Table {
    let x = [Double](repeating: 1, count: a + b) + [Double](repeating: 0, count: c + d)
    let y =
      [Double](repeating: 1, count: a) + [Double](repeating: 0, count: b)
      + [Double](repeating: 1, count: c) + [Double](repeating: 0, count: d)
    return try Table(columns: [.numeric("x", x), .numeric("y", y)], name: "two by two")
  }

  @Test("the odds ratio is ad / bc and its log's variance 1/a + 1/b + 1/c + 1/d")
  func oddsRatio() throws {
    let fit = try GeneralizedLinearModel("y ~ x", family: .binomial).fit(try Self.twoByTwo(12, 8, 5, 15))
    let odds = fit.coefficients[1]
    expectAgreement(try #require(odds.estimate), log(12.0 * 15 / (8 * 5)), digits: 14)
    let cells: [Double] = [12, 8, 5, 15]
    let variance = cells.reduce(0.0) { $0 + 1 / $1 }
    expectAgreement(try #require(odds.standardError), variance.squareRoot(), digits: 13)
    expectAgreement(try #require(odds.ratio).value, 4.5, digits: 13)
    #expect(odds.ratio?.kind == "odds")
    expectAgreement(try #require(fit.coefficients[0].estimate), log(5.0 / 15), digits: 14)
  }

  @Test("log-binomial and modified Poisson give the risk ratio, HC0 gives the delta method's variance")
  func riskRatio() throws {
    let table = try Self.twoByTwo(12, 8, 5, 15)
    let ratio: Double = log(12.0 / 5.0)
    let variance: Double = 1 / 12.0 + 1 / 5.0 - 2 / 20.0
    for fit in [
      try GeneralizedLinearModel("y ~ x", family: .binomial, link: .log).fit(table),
      try GeneralizedLinearModel.modifiedPoisson("y ~ x").fit(table),
    ] {
      expectAgreement(try #require(fit.coefficients[1].estimate), ratio, digits: 12)
      expectAgreement(try #require(fit.coefficients[1].standardError), variance.squareRoot(), digits: 11)
      #expect(fit.coefficients[1].ratio?.kind == "risk")
    }
  }

  /// With a half added to each cell (Haldane, Anscombe) the table's log odds ratio is Firth's estimate: the
  /// saturated model's leverages are known, and its score equations separate.
  @Test(
    "Firth's estimate of a two-by-two table adds a half to each cell",
    arguments: [
      (12, 8, 5, 15), (10, 0, 3, 7), (6, 0, 0, 6),
    ])
  func firth(_ a: Int, _ b: Int, _ c: Int, _ d: Int) throws {
    let fit = try GeneralizedLinearModel("y ~ x", family: .binomial, penalty: .always)
      .fit(try Self.twoByTwo(a, b, c, d))
    let cells = [a, b, c, d].map { Double($0) + 0.5 }
    let odds: Double = cells[0] * cells[3] / (cells[1] * cells[2])
    expectAgreement(try #require(fit.coefficients[1].estimate), log(odds), digits: 11, absolute: 1e-11)
    // The information is that of n p (1 - p) at the shrunk risks.
    let p: Double = cells[0] / (cells[0] + cells[1])
    let q: Double = cells[2] / (cells[2] + cells[3])
    let first: Double = 1 / (Double(a + b) * p * (1 - p))
    let second: Double = 1 / (Double(c + d) * q * (1 - q))
    let variance = first + second
    expectAgreement(try #require(fit.coefficients[1].standardError), variance.squareRoot(), digits: 10)
    #expect(fit.isPenalised && fit.coefficients[1].intervalMethod == .penalisedProfile)
  }

  /// For one proportion the profile is the likelihood itself: its limits solve
  /// `2 (l(p) - l(b)) = q^2` in one unknown, here by bisection.
  @Test("profile limits of an intercept solve the likelihood equation, with and without penalty")
  func profileOfIntercept() throws {
    let table = try Self.twoByTwo(7, 3, 0, 0)
    let quantile = 1.959963984540054
    for isPenalised in [false, true] {
      let fit = try GeneralizedLinearModel(
        "y ~ 1", family: .binomial, limits: .profile, penalty: isPenalised ? .always : .never
      ).fit(table)
      let extra: Double = isPenalised ? 0.5 : 0
      func objective(_ b: Double) -> Double {
        let p = 1 / (1 + exp(-b))
        let likelihood: Double = (7 + extra) * log(p) + (3 + extra) * log(1 - p)
        return -2 * likelihood
      }
      let best: Double = log((7 + extra) / (3 + extra))
      expectAgreement(try #require(fit.coefficients[0].estimate), best, digits: 12)
      for (limit, sign) in [(fit.coefficients[0].lower, -1.0), (fit.coefficients[0].upper, 1.0)] {
        var (inner, outer) = (0.0, 10.0)
        for _ in 0..<200 {
          let middle = (inner + outer) / 2
          if objective(best + sign * middle) - objective(best) < quantile * quantile {
            inner = middle
          } else {
            outer = middle
          }
        }
        expectAgreement(try #require(limit), best + sign * inner, digits: 9)
      }
    }
  }

  /// In the saturated table the profile of the log odds ratio fixes `ad/bc = exp(t)` with both margins'
  /// event total free; its maximum solves one quadratic, and the limit one equation in t.
  @Test("profile limits of a log odds ratio solve the table's own equation")
  func profileOfOddsRatio() throws {
    let (a, b, c, d) = (12.0, 8.0, 5.0, 15.0)
    let fit = try GeneralizedLinearModel("y ~ x", family: .binomial, limits: .profile)
      .fit(try Self.twoByTwo(12, 8, 5, 15))
    func likelihood(_ p: Double, _ q: Double) -> Double {
      let exposed: Double = a * log(p) + b * log(1 - p)
      let others: Double = c * log(q) + d * log(1 - q)
      return exposed + others
    }
    func profile(_ t: Double) -> Double {
      // The event total is kept: n1 p + n0 q = a + c, by bisection in q with odds(p) = e^t odds(q).
      func p(_ q: Double) -> Double {
        let odds: Double = exp(t) * q / (1 - q)
        return odds / (1 + odds)
      }
      var (low, high) = (1e-12, 1 - 1e-12)
      for _ in 0..<200 {
        let q = (low + high) / 2
        let events: Double = (a + b) * p(q) + (c + d) * q
        if events < a + c { low = q } else { high = q }
      }
      return likelihood(p(low), low)
    }
    let best = likelihood(a / (a + b), c / (c + d))
    for limit in [fit.coefficients[1].lower, fit.coefficients[1].upper] {
      let root = (2 * (best - profile(try #require(limit)))).squareRoot()
      expectAgreement(root, 1.959963984540054, digits: 8)
    }
  }

  struct Design: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let formula: String
    let y: [Double]
    let x: [Double]
    var z: [Double] = []
    var family = ResponseFamily.binomial
    let isComplete: Bool
    let unbounded: [String: Bool]
  }

  static let designs: [Design] = [
    Design(
      testDescription: "complete, one number", formula: "y ~ x", y: [0, 0, 0, 1, 1, 1],
      x: [1, 2, 3, 4, 5, 6],
      isComplete: true, unbounded: ["(Intercept)": false, "x": true]),
    Design(
      testDescription: "quasi-complete, tied at the border", formula: "y ~ x", y: [0, 0, 0, 1, 1, 1],
      x: [1, 2, 3, 3, 5, 6], isComplete: false, unbounded: ["(Intercept)": false, "x": true]),
    Design(
      testDescription: "quasi-complete, an empty cell", formula: "y ~ x", y: [1, 1, 1, 0, 1, 0, 0],
      x: [1, 1, 1, 0, 0, 0, 0], isComplete: false, unbounded: ["x": true]),
    Design(
      testDescription: "quasi-complete beside an overlapping column", formula: "y ~ x + z",
      y: [0, 0, 0, 0, 1, 0, 1, 0], x: [1, 1, 1, 0, 0, 0, 0, 0], z: [1, 2, 1, 3, 2, 1, 1, 4],
      isComplete: false, unbounded: ["x": false]),
    Design(
      testDescription: "complete by two columns together", formula: "y ~ x + z", y: [1, 0, 1, 0, 1, 0],
      x: [1, 2, 3, 2, 5, 4], z: [0, 3, 2, 4, 4, 6], isComplete: true,
      unbounded: ["x": true, "z": false]),
    Design(
      testDescription: "counts that are all 0 in a group", formula: "y ~ x", y: [0, 0, 0, 1, 3, 2],
      x: [1, 1, 1, 0, 0, 0], family: .poisson, isComplete: false, unbounded: ["x": false]),
  ]

  private static func table(_ design: Design) throws -> Table {
    var columns: [Column] = [.numeric("y", design.y), .numeric("x", design.x)]
    if !design.z.isEmpty { columns.append(.numeric("z", design.z)) }
    return try Table(columns: columns, name: "design")
  }

  @Test("separation is named by term and direction, and answered with finite estimates", arguments: designs)
  func separation(_ design: Design) throws {
    let table = try Self.table(design)
    let plain = try GeneralizedLinearModel(design.formula, family: design.family, penalty: .never).fit(table)
    let report = try #require(plain.separation)
    #expect(report.isComplete == design.isComplete)
    for (term, isIncreasing) in design.unbounded {
      #expect(report.unbounded.first { $0.term == term }?.isIncreasing == isIncreasing, "\(term)")
    }
    #expect(plain.diagnostics.contains { $0.kind == .monotoneLikelihood && $0.severity == .serious })
    for coefficient in plain.coefficients where design.unbounded[coefficient.term] != nil {
      #expect(coefficient.estimate == nil, "\(coefficient.term)")
    }
    let answered = try GeneralizedLinearModel(design.formula, family: design.family).fit(table)
    #expect(answered.isPenalised && answered.convergence.isConverged)
    for coefficient in answered.coefficients {
      #expect(coefficient.estimate?.isFinite == true && coefficient.intervalMethod == .penalisedProfile)
      #expect((coefficient.pValue ?? -1) >= 0)
    }
  }

  @Test(
    "a level without events takes no other coefficient with it", arguments: ["probit", "logit"])
  func separatedLevel(_ link: String) throws {
    // Ten rows a level, with 0, 4 and 3 events: only the first level's coefficient has no finite estimate.
    let groups = ["a", "b", "c"].flatMap { [String](repeating: $0, count: 10) }
    let events = [0, 4, 3].flatMap { count in (0..<10).map { $0 < count ? 1.0 : 0 } }
    let table = try Table(
      columns: [.numeric("y", events), .category("g", groups)], name: "separated")
    let fit = try GeneralizedLinearModel(
      "y ~ g", family: .binomial, link: Link(rawValue: link),
      options: ModelOptions(references: ["g": "c"]), penalty: .never
    ).fit(table)
    let report = try #require(fit.separation)
    #expect(report.unbounded.map(\.term) == ["g[a]"])
    #expect(report.unbounded.first?.isIncreasing == false)
    let quantile: [String: (Double) -> Double] = [
      "probit": { $0 == 0.4 ? -0.2533471031357997 : -0.5244005127080407 },
      "logit": { log($0 / (1 - $0)) },
    ]
    let of = try #require(quantile[link])
    expectAgreement(try #require(fit.coefficients[0].estimate), of(0.3), digits: 8)
    #expect(fit.coefficients[1].estimate == nil)
    expectAgreement(try #require(fit.coefficients[2].estimate), of(0.4) - of(0.3), digits: 7)
  }

  @Test("data that overlap are not called separated, however far their predictors reach")
  func overlap() throws {
    // One row of forty breaks the separation; its predictor lies far out.
    let x = (0..<40).map { Double($0) * 10 }
    let y = (0..<40).map { $0 == 21 ? 0.0 : $0 >= 20 ? 1 : 0 }
    let table = try Table(columns: [.numeric("x", x), .numeric("y", y)], name: "overlap")
    let fit = try GeneralizedLinearModel("y ~ x", family: .binomial).fit(table)
    #expect(fit.separation == nil && !fit.isPenalised && fit.convergence.isConverged)
  }

  @Test("responses out of the family's range are refused with their place")
  func range() throws {
    let table = try Table(columns: [.numeric("y", [0, 1, 2]), .numeric("x", [1, 2, 4])], name: "t")
    #expect(throws: EstimationError.self) {
      try GeneralizedLinearModel("y ~ x", family: .binomial).fit(table)
    }
    #expect(throws: EstimationError.self) { try GeneralizedLinearModel("y ~ x", family: .gamma).fit(table) }
    #expect(throws: EstimationError.self) {
      try GeneralizedLinearModel("y ~ x", family: .binomial, link: .inverse)
    }
  }
}
