import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What holds of generalised linear models whatever the data.
@Suite("Laws: generalised linear models")
struct GeneralizedLawTests {
  static let help = Result { try GeneralizedReferenceTests.table("help_rct") }

  @Test(
    "the scoring sums are a fold",
    arguments: [
      (ResponseFamily.binomial, Link.logit), (.binomial, .probit), (.poisson, .log), (.gamma, .log),
      (.negativeBinomial(theta: 1.5), .log), (.gaussian, .identity),
    ])
  func folds(_ family: ResponseFamily, _ link: Link) throws {
    var state = 7.0
    func next() -> Double {
      state = (state * 16_807).truncatingRemainder(dividingBy: 2_147_483_647)
      return state / 2_147_483_647
    }
    let blocks = (0..<4).map { part -> GeneralizedBlock in
      let count = 5 + part
      let design = Matrix(columns: [
        [Double](repeating: 1, count: count), (0..<count).map { _ in next() },
        (0..<count).map { _ in next() },
      ])
      let response = (0..<count).map { _ -> Double in
        let u = next()
        if family == .binomial { return u > 0.5 ? 1 : 0 }
        return (u * 5).rounded() + 1
      }
      return GeneralizedBlock(
        design: design, response: response, offset: (0..<count).map { _ in next() / 10 },
        given: (0..<count).map { _ in 1 + next() })
    }
    func distance(_ a: WorkingSums.State, _ b: WorkingSums.State) -> Double {
      let information: Double =
        (a.information - b.information).largestMagnitude / a.information.largestMagnitude
      let deviance: Double = abs(a.deviance - b.deviance) / a.deviance
      let score = zip(a.score, b.score).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
      return max(information, deviance, score)
    }
    let fold = WorkingSums(family, link, beta: [0.1, 0.3, -0.2])
    try checkFoldLaws(fold, blocks: blocks, tolerance: 1e-12, distance: distance, identical: { $0 == $1 })
  }

  @Test("a fit has the same bits on any number of threads", arguments: [ResponseFamily.binomial, .poisson])
  func threads(_ family: ResponseFamily) throws {
    let table = try ExecutorLawTests.cohort.get()
    let model = try GeneralizedLinearModel("event ~ x * arm + z", family: family, robust: .hc3)
    let serial = try model.fit(table)
    #expect(serial.convergence.isConverged)
    for threads in [1, 2, 3, 8] {
      let fit = try model.fit(table, executor: ThreadedExecutor(threads: threads))
      #expect(fit.coefficients == serial.coefficients && fit.covariance == serial.covariance)
      #expect(fit.deviance == serial.deviance && fit.logLikelihood == serial.logLikelihood)
      #expect(fit.nullDeviance == serial.nullDeviance)
    }
  }

  @Test(
    "a frequency weight counts copies of the row",
    arguments: [
      ("female ~ age + cesd", ResponseFamily.binomial), ("hospitalizations ~ age + substance", .poisson),
      ("hospitalizations ~ age + cesd", .negativeBinomial()), ("age ~ cesd + substance", .gamma),
      ("cesd ~ age", .gaussian),
    ], [RobustCovariance?.none, .hc0, .hc3])
  func copies(_ model: (String, ResponseFamily), _ robust: RobustCovariance?) throws {
    let (formula, family) = model
    let table = try Self.help.get()
    let times = (0..<table.rowCount).map { 1 + $0 % 3 }
    let weighted = try table.adding(.numeric("times", times.map(Double.init)))
    let repeated = table.selecting(rows: times.indices.flatMap { [Int](repeating: $0, count: times[$0]) })
    let options = ModelOptions(weights: Weights(column: "times", kind: .frequency))
    let a = try GeneralizedLinearModel(formula, family: family, options: options, robust: robust).fit(
      weighted)
    let b = try GeneralizedLinearModel(formula, family: family, robust: robust).fit(repeated)
    for (x, y) in zip(a.coefficients, b.coefficients) {
      expectAgreement(try #require(x.estimate), try #require(y.estimate), digits: 10, x.term)
      expectAgreement(try #require(x.standardError), try #require(y.standardError), digits: 10, x.term)
      expectAgreement(try #require(x.pValue), try #require(y.pValue), digits: 9, absolute: 1e-300, x.term)
    }
    expectAgreement(a.deviance, b.deviance, digits: 12)
    expectAgreement(a.logLikelihood, b.logLikelihood, digits: 12)
    expectAgreement(try #require(a.nullDeviance), try #require(b.nullDeviance), digits: 12)
    #expect(a.devianceDegreesOfFreedom == b.devianceDegreesOfFreedom)
  }

  @Test("an offset that is a multiple of a term takes that multiple from its coefficient")
  func offset() throws {
    let table = try Self.help.get()
    let plain = try GeneralizedLinearModel("female ~ age + cesd", family: .binomial).fit(table)
    let moved = try GeneralizedLinearModel("female ~ age + cesd + offset(0.25 * age)", family: .binomial)
      .fit(table)
    for (x, y) in zip(plain.coefficients, moved.coefficients) {
      let shift = x.term == "age" ? 0.25 : 0
      expectAgreement(try #require(y.estimate), try #require(x.estimate) - shift, digits: 10, x.term)
      expectAgreement(try #require(y.standardError), try #require(x.standardError), digits: 10, x.term)
    }
    expectAgreement(moved.deviance, plain.deviance, digits: 12)
  }

  @Test("a column far from 0 and of another unit costs no digits")
  func affine() throws {
    let table = try Self.help.get()
    let plain = try GeneralizedLinearModel("female ~ age + cesd", family: .binomial).fit(table)
    let far = try GeneralizedLinearModel("female ~ I(1000 * age + 20000000) + cesd", family: .binomial).fit(
      table)
    expectAgreement(
      try #require(far.coefficients[1].estimate) * 1000, try #require(plain.coefficients[1].estimate),
      digits: 10)
    expectAgreement(
      try #require(far.coefficients[1].standardError) * 1000,
      try #require(plain.coefficients[1].standardError),
      digits: 10)
    expectAgreement(far.deviance, plain.deviance, digits: 12)
    #expect(far.solver == .normalEquations)
  }

  @Test("a nearly dependent column switches the steps to QR, and says so")
  func orthogonal() throws {
    let table = try Self.help.get()
    let age = try table.requireColumn("age").numericValues()
    let cesd = try table.requireColumn("cesd").numericValues()
    let near = zip(age, cesd).map { $0 + 1e-5 * $1 }
    let wide = try table.adding(.numeric("near", near))
    let fit = try GeneralizedLinearModel("female ~ age + near", family: .binomial).fit(wide)
    let plain = try GeneralizedLinearModel("female ~ age + cesd", family: .binomial).fit(table)
    #expect(fit.solver == .orthogonal && fit.convergence.isConverged)
    expectAgreement(fit.deviance, plain.deviance, digits: 11)
    expectAgreement(
      try #require(fit.coefficients[2].estimate) * 1e-5, try #require(plain.coefficients[2].estimate),
      digits: 8)
    expectAgreement(
      try #require(fit.coefficients[2].standardError) * 1e-5,
      try #require(plain.coefficients[2].standardError),
      digits: 8)
  }

  @Test("the gaussian family is the linear model")
  func gaussian() throws {
    let table = try Self.help.get()
    let linear = try LinearModel("cesd ~ age * substance + homeless").fit(table)
    let fit = try GeneralizedLinearModel("cesd ~ age * substance + homeless", family: .gaussian).fit(table)
    for (x, y) in zip(linear.coefficients, fit.coefficients) {
      expectAgreement(try #require(y.estimate), try #require(x.estimate), digits: 10, x.term)
      expectAgreement(try #require(y.standardError), try #require(x.standardError), digits: 10, x.term)
      expectAgreement(try #require(y.pValue), try #require(x.pValue), digits: 9, x.term)
    }
    expectAgreement(fit.logLikelihood, linear.logLikelihood, digits: 12)
    expectAgreement(fit.aic, linear.aic, digits: 12)
  }

  @Test("means on the response scale undo the link")
  func response() throws {
    let table = try Self.help.get()
    let fit = try GeneralizedLinearModel("female ~ substance", family: .binomial).fit(table)
    let means = try fit.marginalMeans(of: "substance")
    let female = try table.requireColumn("female").numericValues()
    let substance = try table.requireColumn("substance").asCategories()
    for (mean, shown) in zip(means.means, means.onResponseScale(fit.link)) {
      let level = mean.at[0].value.text
      let rows = female.indices.filter { substance.levels[Int(substance.codes[$0])] == level }
      let share = rows.reduce(0) { $0 + female[$1] } / Double(rows.count)
      expectAgreement(try #require(shown.estimate), share, digits: 11)
      let variance: Double = share * (1 - share) / Double(rows.count)
      expectAgreement(try #require(shown.standardError), variance.squareRoot(), digits: 10)
    }
  }
}
