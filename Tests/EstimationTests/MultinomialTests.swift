import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Expects two numbers that may not exist to agree.
private func agree(
  _ value: Double?, _ expected: Double?, digits: Double, _ label: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectAgreement(
    value ?? .nan, expected ?? .nan, digits: digits, label, sourceLocation: sourceLocation)
}

/// Baseline-category logit models on real cohorts against R 4.2.2: nnet's `multinom`, polished by Newton's method
/// on the written-out likelihood, which `multinom` itself reaches to 3 to 5 digits.
///
/// Calls, versions and dates stand in `Fixtures/multinomial.json`; `multinomial.R` made it.
@Suite("Reference: multinomial models")
struct MultinomialReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let formula: String
    var references: [String: String] = [:]
    var weights: String?
    var cluster: String?
    var testDescription: String { name }

    func fit(_ robust: RobustCovariance? = nil) throws -> MultinomialFit {
      var options = ModelOptions(references: references)
      if let weights { options.weights = Weights(column: weights, kind: .precision) }
      if robust?.isClustered == true { options.cluster = cluster }
      return try MultinomialModel(formula, options: options, robust: robust).fit(try table())
    }

    func table() throws -> Table {
      try GeneralizedReferenceTests.table(name == "veteran" ? "survival_veteran" : "help_rct")
    }
  }

  static let cases: [Case] = [
    Case(name: "help", formula: "substance ~ age + female + cesd", cluster: "racegrp"),
    Case(
      name: "help_heroin", formula: "substance ~ age + sex * homeless + mcs + i1",
      references: ["substance": "heroin"]),
    Case(name: "help_weights", formula: "substance ~ age + female", weights: "precision"),
    Case(name: "help_race", formula: "racegrp ~ age + substance + sex"),
    Case(name: "veteran", formula: "celltype ~ karno + age", cluster: "diagtime"),
  ]

  @Test("agrees with the polished multinom", arguments: cases)
  func agreement(_ test: Case) throws {
    let values = try ReferenceData.multinomial.get()["cases"][test.name]["values"]
    let fit = try test.fit()
    var digits = DigitsReached()
    #expect(fit.convergence.isConverged && !fit.diagnostics.contains { $0.severity > .note })
    #expect(fit.levels.map(\.name) == values["levels"].list.compactMap(\.text))
    let width = fit.plan.columnCount
    for (index, coefficient) in fit.coefficients.enumerated() {
      let (level, column) = (index / width, index % width)
      digits.expect(
        coefficient.estimate, values["estimate"][level][column], digits: 9, "estimate", coefficient.term)
      digits.expect(
        coefficient.standardError, values["std_err"][level][column], digits: 9, "std_err", coefficient.term)
      for other in fit.coefficients.indices {
        digits.expect(
          fit.covariance[index, other], values["covariance"][index][other], digits: 8, absolute: 1e-12,
          "covariance")
      }
    }
    digits.expect(fit.logLikelihood, values["log_lik"], digits: 11, "logLik")
    digits.expect(fit.aic, values["aic"], digits: 11, "aic")
    digits.expect(fit.bic, values["bic"], digits: 11, "bic")
    digits.expect(fit.nullLogLikelihood, values["null_log_lik"], digits: 11, "null logLik")
    let robust = try test.fit(.hc0)
    for (index, coefficient) in robust.coefficients.enumerated() {
      digits.expect(
        coefficient.standardError, values["hc0"][index / width][index % width], digits: 9, "HC0",
        coefficient.term)
    }
    digits.printRow("multinomial \(test.name)")
  }

  @Test("cluster-robust errors are sums of scores by cluster", arguments: cases.filter { $0.cluster != nil })
  func clusters(_ test: Case) throws {
    let values = try ReferenceData.multinomial.get()["cases"][test.name]["values"]
    let fit = try test.fit(.cr0)
    let width = fit.plan.columnCount
    let count = try #require(fit.rows.clusters?.count)
    #expect(Double(count) == values["clusters"].number)
    for (index, coefficient) in fit.coefficients.enumerated() {
      expectAgreement(
        coefficient.standardError, values["cr0"][index / width][index % width], digits: 8, coefficient.term)
    }
    #expect(fit.diagnostics.contains { $0.kind == .fewClusters })
    let adjusted = try test.fit(.cr1)
    let factor = (Double(count) / Double(count - 1)).squareRoot()
    for (a, b) in zip(adjusted.coefficients, fit.coefficients) {
      agree(a.standardError, (b.standardError ?? .nan) * factor, digits: 12, a.term)
    }
  }

  @Test("probabilities of rows, also of those that the model did not see")
  func probabilities() throws {
    let test = Self.cases[0]
    let values = try ReferenceData.multinomial.get()["cases"][test.name]["values"]
    let (fit, table) = (try test.fit(), try test.table())
    let found = try fit.probabilities(in: table)
    for row in 0..<5 {
      for level in 0..<3 {
        expectAgreement(found[row, level], values["probabilities"][row][level], digits: 9, "row \(row)")
      }
    }
    // With an intercept the fitted chances of a level add up to the rows that have it.
    for (level, own) in fit.levels.enumerated() {
      agree(found.column(level).reduce(0, +), Double(own.rows), digits: 11, own.name)
    }
    let fresh = try Table(columns: [
      .numeric("age", [30, .nan]), .numeric("female", [1, 0]), .numeric("cesd", [20, 20]),
    ])
    let told = try fit.probabilities(in: fresh)
    agree(told.row(0).reduce(0, +), 1, digits: 14, "sum")
    let unknown = told.row(1).filter(\.isNaN)
    #expect(unknown.count == 3)
  }
}

/// What holds of multinomial models whatever the data.
@Suite("Laws: multinomial models")
struct MultinomialLawTests {
  static let help = Result { try GeneralizedReferenceTests.table("help_rct") }

  private func expectSame(
    _ a: MultinomialFit, _ b: MultinomialFit, digits: Double, _ label: String = ""
  ) {
    #expect(a.coefficients.map(\.term) == b.coefficients.map(\.term))
    for (x, y) in zip(a.coefficients, b.coefficients) {
      agree(x.estimate, y.estimate, digits: digits, "\(label) \(x.term)")
      agree(x.standardError, y.standardError, digits: digits, "\(label) error of \(x.term)")
    }
    agree(a.logLikelihood, b.logLikelihood, digits: digits, label)
  }

  /// The rows of a table in another order, or some of them several times.
  private func taking(_ rows: [Int], of table: Table) throws -> Table {
    try Table(
      columns: try ["substance", "age", "sex", "cesd", "i1", "racegrp"].map { name in
        switch try table.requireColumn(name).values {
        case .numeric(let values):
          let all = values.array()
          return .numeric(name, rows.map { all[$0] })
        case .category(let values):
          let (codes, levels) = (values.codes.array(), Array(values.levels))
          return .category(name, rows.map { codes[$0] < 0 ? nil : levels[Int(codes[$0])] })
        }
      })
  }

  @Test("the sums of an iteration are a fold")
  func folds() throws {
    var random = TestRandom(seed: 5)
    let blocks = (0..<4).map { part -> GeneralizedBlock in
      let count = 6 + part
      return GeneralizedBlock(
        design: Matrix(columns: [
          [Double](repeating: 1, count: count), (0..<count).map { _ in random.normal() },
        ]),
        response: (0..<count).map { _ in Double(Int(random.uniform() * 3)) },
        given: (0..<count).map { _ in 1 + random.uniform() })
    }
    let beta = Matrix(columns: [[0.3, -0.7], [0.1, 0.4]])
    try checkFoldLaws(
      MultinomialSums(beta: beta), blocks: blocks, tolerance: 1e-12,
      distance: { a, b in
        let information = (a.information - b.information).largestMagnitude / a.information.largestMagnitude
        let score = zip(a.score, b.score).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
        return max(information, score, abs(a.logLikelihood - b.logLikelihood))
      }, identical: { $0 == $1 })
  }

  @Test("the same bits on any number of threads", arguments: [RobustCovariance.hc0, .cr0])
  func threads(_ robust: RobustCovariance) throws {
    let table = try ExecutorLawTests.cohort.get()
    let options = ModelOptions(cluster: robust.isClustered ? "site" : nil)
    let model = try MultinomialModel("arm ~ x + z + y", options: options, robust: robust)
    let serial = try model.fit(table)
    #expect(serial.convergence.isConverged)
    for threads in [2, 3] {
      let fit = try model.fit(table, executor: ThreadedExecutor(threads: threads))
      #expect(fit.coefficients == serial.coefficients)
      #expect(fit.covariance == serial.covariance && fit.logLikelihood == serial.logLikelihood)
    }
  }

  @Test("two levels are the binomial model with logit link", arguments: [nil, RobustCovariance.hc0])
  func twoLevels(_ robust: RobustCovariance?) throws {
    let table = try Self.help.get()
    let formula = "homeless ~ age + sex * racegrp + i1"
    let fit = try MultinomialModel(formula, robust: robust).fit(table)
    let binomial = try GeneralizedLinearModel(formula, family: .binomial, robust: robust).fit(table)
    #expect(fit.coefficients.map(\.term) == binomial.coefficients.map { "housed: \($0.term)" })
    for (x, y) in zip(fit.coefficients, binomial.coefficients) {
      agree(x.estimate, y.estimate, digits: 11, x.term)
      agree(x.standardError, y.standardError, digits: 11, "error of \(x.term)")
      agree(x.pValue, y.pValue, digits: 9, "p of \(x.term)")
      agree(x.ratio?.value, y.ratio?.value ?? x.ratio?.value, digits: 11, "ratio of \(x.term)")
    }
    agree(fit.logLikelihood, binomial.logLikelihood, digits: 13, "logLik")
    agree(fit.bic, binomial.bic, digits: 13, "bic")
    agree(fit.nullDeviance, binomial.nullDeviance, digits: 13, "null deviance")
  }

  @Test("a frequency is so many rows", arguments: [nil, RobustCovariance.hc0])
  func frequencies(_ robust: RobustCovariance?) throws {
    let table = try taking(Array(0..<200), of: try Self.help.get())
    let copies = (0..<200).map { 1 + $0 % 3 }
    let formula = "substance ~ age + cesd"
    let weighted = try MultinomialModel(
      formula, options: ModelOptions(weights: Weights(column: "copies", kind: .frequency)), robust: robust
    ).fit(try table.adding(.numeric("copies", copies.map(Double.init))))
    let repeated = try MultinomialModel(formula, robust: robust).fit(
      try taking(copies.indices.flatMap { [Int](repeating: $0, count: copies[$0]) }, of: table))
    expectSame(weighted, repeated, digits: 11)
    agree(weighted.bic, repeated.bic, digits: 12, "bic")
    #expect(weighted.observationCount == Double(copies.reduce(0, +)))
  }

  @Test("the order of rows does not matter")
  func permutation() throws {
    let table = try Self.help.get()
    let formula = "substance ~ age + sex + cesd + racegrp"
    let shuffled = (0..<table.rowCount).map { ($0 * 200 + 7) % table.rowCount }
    #expect(Set(shuffled).count == table.rowCount)
    expectSame(
      try MultinomialModel(formula).fit(table),
      try MultinomialModel(formula).fit(taking(shuffled, of: table)),
      digits: 10)
  }

  @Test("another reference level subtracts its coefficients")
  func references() throws {
    let table = try Self.help.get()
    let formula = "substance ~ age + sex + cesd"
    let first = try MultinomialModel(formula).fit(table)
    let other = try MultinomialModel(formula, options: ModelOptions(references: ["substance": "heroin"])).fit(
      table)
    #expect(first.referenceLevel == "alcohol" && other.referenceLevel == "heroin")
    let width = first.plan.columnCount
    for column in 0..<width {
      let (cocaine, heroin) = (
        first.coefficients[column].estimate, first.coefficients[width + column].estimate
      )
      agree(other.coefficients[column].estimate, -(heroin ?? .nan), digits: 10, "alcohol")
      agree(
        other.coefficients[width + column].estimate, (cocaine ?? .nan) - (heroin ?? .nan), digits: 9,
        "cocaine")
      let variance =
        first.covariance[column, column] + first.covariance[width + column, width + column]
        - 2 * first.covariance[column, width + column]
      agree(
        other.coefficients[width + column].standardError, variance.squareRoot(), digits: 9, "error")
    }
    agree(other.logLikelihood, first.logLikelihood, digits: 13, "logLik")
  }

  @Test("a column that depends on others is left out of every equation")
  func aliased() throws {
    let table = try Self.help.get()
    let fit = try MultinomialModel("substance ~ age + I(2 * age + 3) + cesd").fit(table)
    let plain = try MultinomialModel("substance ~ age + cesd").fit(table)
    #expect(
      fit.coefficients.filter(\.isAliased).map(\.term) == [
        "cocaine: I(2 * age + 3)", "heroin: I(2 * age + 3)",
      ])
    #expect(fit.diagnostics.contains { $0.kind == .aliased })
    let kept = fit.estimated.map { fit.coefficients[$0].estimate }
    for (a, b) in zip(kept, plain.coefficients) { agree(a, b.estimate, digits: 10, b.term) }
    #expect(fit.parameterCount == plain.parameterCount)
    agree(
      try fit.probabilities(in: table)[3, 1], try plain.probabilities(in: table)[3, 1], digits: 10,
      "probability")
  }

  @Test("a column far from 0 costs no digits")
  func shifted() throws {
    let table = try Self.help.get()
    let plain = try MultinomialModel("substance ~ age + cesd").fit(table)
    let far = try MultinomialModel("substance ~ I(age + 1000000) + cesd").fit(table)
    for place in [1, 2, 4, 5] {
      agree(
        far.coefficients[place].estimate, plain.coefficients[place].estimate, digits: 9, "\(place)")
    }
  }
}

/// Multinomial models whose numbers can be worked out by hand.
@Suite("By hand: multinomial models")
struct MultinomialByHandTests {
  /// 10, 20 and 30 people of arm x, and 12, 6 and 18 of arm y, by outcome.
  private static func counts(_ cells: [(arm: String, outcome: String, people: Int)]) throws -> Table {
    let rows = cells.flatMap { cell in (0..<cell.people).map { _ in cell } }
    return try Table(columns: [
      .category("arm", rows.map(\.arm)), .category("outcome", rows.map(\.outcome)),
    ])
  }

  @Test("a table of counts: log odds and their errors in closed form")
  func saturated() throws {
    let fit = try MultinomialModel("outcome ~ arm").fit(
      Self.counts([
        ("x", "a", 10), ("x", "b", 20), ("x", "c", 30), ("y", "a", 12), ("y", "b", 6), ("y", "c", 18),
      ]))
    func error(_ counts: Double...) -> Double { counts.reduce(0) { $0 + 1 / $1 }.squareRoot() }
    let wanted: [(String, Double, Double)] = [
      ("b: (Intercept)", log(2.0), error(20, 10)), ("b: arm[y]", log(0.25), error(20, 10, 6, 12)),
      ("c: (Intercept)", log(3.0), error(30, 10)), ("c: arm[y]", log(0.5), error(30, 10, 18, 12)),
    ]
    for (coefficient, (term, estimate, error)) in zip(fit.coefficients, wanted) {
      #expect(coefficient.term == term)
      agree(coefficient.estimate, estimate, digits: 13, term)
      agree(coefficient.standardError, error, digits: 13, term)
    }
    #expect(fit.coefficients[0].ratio == nil)
    agree(fit.coefficients[1].ratio?.value, 0.25, digits: 13, "odds ratio")
    // What a coefficient rests on: the smallest cell that it compares.
    #expect(fit.supports.map(\.fewest) == [10, 6, 10, 10])
  }

  @Test("a level that one arm never has: its coefficient is named, and the others are those of the limit")
  func quasiSeparation() throws {
    let fit = try MultinomialModel("outcome ~ arm").fit(
      Self.counts([("x", "a", 10), ("x", "b", 20), ("x", "c", 30), ("y", "a", 12), ("y", "b", 6)]))
    #expect(!fit.convergence.isConverged)
    let note = try #require(fit.diagnostics.first { $0.kind == .monotoneLikelihood })
    #expect(note.severity == .serious && note.terms == ["c: arm[y]"])
    #expect(note.message.hasPrefix("quasi-complete separation"))
    #expect(note.message.contains("c: arm[y] to minus infinity"))
    #expect(fit.coefficients[3].estimate == nil && fit.coefficients[3].standardError == nil)
    agree(fit.coefficients[1].estimate, log(0.25), digits: 6, "b: arm[y]")
    agree(fit.coefficients[2].estimate, log(3.0), digits: 6, "c: (Intercept)")
    agree(
      fit.coefficients[1].standardError, 0.4.squareRoot(), digits: 6, "error")
  }

  @Test("a covariate that tells all levels apart")
  func completeSeparation() throws {
    let x = [1.0, 2, 3, 4, 5, 6, 7, 8, 9]
    let fit = try MultinomialModel("outcome ~ x").fit(
      Table(columns: [.numeric("x", x), .category("outcome", x.map { $0 < 4 ? "a" : $0 < 7 ? "b" : "c" })]))
    let note = try #require(fit.diagnostics.first { $0.kind == .monotoneLikelihood })
    #expect(note.message.hasPrefix("complete separation"))
    #expect(note.terms.contains("c: x") && !fit.convergence.isConverged)
    #expect(fit.logLikelihood > -1e-3)
  }

  @Test("rows without the response are counted, levels without rows have no equation")
  func accounting() throws {
    let table = try Table(columns: [
      .category("y", ["a", "b", nil, "c", "a", "b", "c", "d"]),
      .numeric("x", [1, 2, 3, 2, 2, 3, 1, .nan]),
    ])
    let fit = try MultinomialModel("y ~ x").fit(table)
    #expect(fit.rows.used == 6 && fit.rows.excluded.map(\.reason) == ["missing y", "missing x"])
    #expect(fit.levels.map(\.name) == ["a", "b", "c"])
    #expect(fit.diagnostics.contains { $0.message.contains("no used row has 'd'") })
  }

  @Test("a person with several rows of a level is one person")
  func people() throws {
    let table = try Table(columns: [
      .numeric("x", (0..<24).map { Double($0 * 7 % 11) }), .numeric("id", (0..<24).map { Double($0 / 4) }),
      .category("y", (0..<24).map { $0 < 8 && $0 % 2 == 0 ? "c" : $0 % 3 == 0 ? "a" : "b" }),
    ])
    let fit = try MultinomialModel("y ~ x", options: ModelOptions(subject: "id")).fit(table)
    #expect(fit.levels.map(\.support.people) == [5, 6, 2] && fit.levels[2].rows == 4)
    #expect(fit.supports.map(\.fewest) == [5, 5, 2, 2] && fit.leastSupport.fewest == 2)
  }

  @Test("what it cannot do is refused")
  func refusals() throws {
    let table = try Table(columns: [.category("y", ["a", "b", "c"]), .numeric("x", [1, 2, 3])])
    func code(_ formula: String, _ options: ModelOptions = ModelOptions()) -> EstimationError.Code? {
      do {
        _ = try MultinomialModel(formula, options: options).fit(table)
        return nil
      } catch let error as EstimationError {
        return error.code
      } catch {
        return nil
      }
    }
    #expect(code("x + 1 ~ y") == .unsupported)
    #expect(code("y ~ offset(x)") == .unsupported)
    #expect(code("y ~ x", ModelOptions(references: ["y": "d"])) == .unknownLevel)
    #expect(throws: EstimationError.self) { try MultinomialModel("y ~ x", robust: .hc3) }
  }
}
