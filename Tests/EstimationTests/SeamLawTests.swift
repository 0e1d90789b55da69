import CohortTables
import Estimation
import TestSupport
import Testing

/// What must hold whatever the data: invariance to coding, identities between tests, grids that are never built.
@Suite("Laws: inference over any fit")
struct SeamLawTests {
  static func fits(_ formula: String, _ table: Table) throws -> [LinearFit] {
    try ContrastCoding.allCases.map { coding in
      try LinearModel(formula, options: ModelOptions(coding: coding)).fit(table)
    }
  }

  @Test("means, slopes, contrasts and tests do not depend on the coding")
  func coding() throws {
    let help = try ReferenceData.table("help_rct")
    let fits = try Self.fits("cesd ~ treat * substance * sex + age * substance", help)
    let frequencies = try fits[0].cellFrequencies(in: help)
    for fit in fits.dropFirst() {
      for weights in [
        MarginWeights.equal, .proportional(frequencies), .cells(frequencies),
      ] {
        let (a, b) = (
          try fits[0].marginalMeans(of: ["substance"], weights: weights).means,
          try fit.marginalMeans(of: ["substance"], weights: weights).means
        )
        for (x, y) in zip(a, b) {
          expectAgreement(try #require(y.estimate), try #require(x.estimate), digits: 11, weights.name)
          expectAgreement(try #require(y.standardError), try #require(x.standardError), digits: 10)
        }
      }
      for type in TermHypothesis.allCases {
        for (x, y) in zip(fits[0].termTests(type), fit.termTests(type)) {
          expectAgreement(
            try #require(y.statistic), try #require(x.statistic), digits: 8, absolute: 1e-9,
            "\(type) \(x.name)")
          #expect(x.hypothesis == y.hypothesis)
        }
      }
    }
  }

  @Test("type II does not depend on where a number is centred; type III says where it stands")
  func centring() throws {
    let help = try ReferenceData.table("help_rct")
    let plain = try LinearModel("cesd ~ treat * age").fit(help)
    let centred = try LinearModel("cesd ~ treat * I(age - 35)").fit(help)
    for (x, y) in zip(plain.termTests(.typeII), centred.termTests(.typeII)) {
      expectAgreement(try #require(y.statistic), try #require(x.statistic), digits: 8, x.name)
    }
    #expect(plain.termTests(.typeIII)[0].hypothesis.contains("at 0 of age"))
  }

  @Test("type II of a linear model is the difference of two residual sums of squares")
  func sumsOfSquares() throws {
    let help = try ReferenceData.table("help_rct")
    let full = try LinearModel("cesd ~ treat * substance + age").fit(help)
    let with = try LinearModel("cesd ~ treat + substance + age").fit(help)
    let without = try LinearModel("cesd ~ substance + age").fit(help)
    let sigma = try #require(full.sigma)
    let wanted = (without.residualSumOfSquares - with.residualSumOfSquares) / (sigma * sigma)
    let test = try #require(full.termTests(.typeII).first { $0.name == "treat" })
    expectAgreement(try #require(test.statistic), wanted, digits: 9)
    #expect(test.hypothesis.contains("without treat:substance"))
    // With one term outside any interaction both types are the drop of that term.
    let age = try #require(full.termTests(.typeIII).first { $0.name == "age" })
    let t = try #require(full.coefficients.first { $0.term == "age" }?.statistic)
    expectAgreement(try #require(age.statistic), t * t, digits: 10)
  }

  @Test("type III with sum coding is the drop of the term's columns")
  func dropIn() throws {
    let help = try ReferenceData.table("help_rct")
    let fit = try LinearModel(
      "cesd ~ treat * sex + age", options: ModelOptions(coding: .sum)
    ).fit(help)
    for name in ["treat", "sex", "treat:sex"] {
      let test = try #require(fit.termTests(.typeIII).first { $0.name == name })
      let row = fit.coefficients.first { row in
        row.term.split(separator: ":").map { $0.prefix { $0 != "[" } }.joined(separator: ":") == name
      }
      let t = try #require(row?.statistic)
      expectAgreement(try #require(test.statistic), t * t, digits: 9, name)
    }
  }

  @Test("the likelihood ratio of nested models is the difference of their deviances")
  func nested() throws {
    let help = try ReferenceData.table("help_rct")
    let full = try GeneralizedLinearModel("d1 ~ treat + substance + age", family: .poisson).fit(help)
    let less = try GeneralizedLinearModel("d1 ~ treat + age", family: .poisson).fit(help)
    let tests = try full.likelihoodRatioTests(in: help)
    let substance = try #require(tests.first { $0.name == "substance" })
    expectAgreement(try #require(substance.statistic), less.deviance - full.deviance, digits: 9)
    #expect(substance.df == 2 && substance.method == "lr")
    let linear = try LinearModel("cesd ~ treat + age").fit(help).likelihoodRatioTests(in: help)
    #expect(linear.count == 2 && linear.allSatisfy { $0.pValue != nil })
    let robust = try LinearModel("cesd ~ treat", robust: .hc3).fit(help)
    #expect(throws: EstimationError.self) { try robust.likelihoodRatioTests(in: help) }
  }

  @Test("in a balanced design all weights give the same means")
  func balanced() throws {
    let sleep = try ReferenceData.table("sleepstudy")
    let fit = try LinearModel("reaction ~ factor(days) * factor(subject)").fit(sleep)
    let additive = try LinearModel("reaction ~ factor(days) + factor(subject)").fit(sleep)
    #expect(fit.residualDegreesOfFreedom == 0)
    let frequencies = try additive.cellFrequencies(in: sleep)
    #expect(frequencies.cells.count == 180 && frequencies.cells.allSatisfy { $0.weight == 1 })
    let equal = try additive.marginalMeans(of: ["days"]).means
    for weights in [MarginWeights.proportional(frequencies), .cells(frequencies)] {
      for (x, y) in zip(equal, try additive.marginalMeans(of: ["days"], weights: weights).means) {
        expectAgreement(try #require(y.estimate), try #require(x.estimate), digits: 12)
        expectAgreement(try #require(y.standardError), try #require(x.standardError), digits: 11)
      }
    }
  }

  /// The grid of ten factors with ten levels would have 10^10 rows.
  @Test("many nuisance factors are averaged without their grid")
  func manyFactors() throws {
    var columns: [Column] = []
    var state: UInt64 = 7
    func draw() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    let n = 600
    for f in 0..<10 { columns.append(.category("f\(f)", (0..<n).map { _ in "l\(draw() % 10)" })) }
    columns.append(.numeric("y", (0..<n).map { _ in Double(draw() % 1000) }))
    let table = try Table(columns: columns)
    let formula = "y ~ " + (0..<10).map { "f\($0)" }.joined(separator: " + ")
    let fit = try LinearModel(formula).fit(table)
    let means = try fit.marginalMeans(of: ["f3"]).means
    #expect(means.count == 10 && means.allSatisfy { $0.estimate != nil })
    // By hand: the intercept, the level's coefficient, and a tenth of every other coefficient.
    let value = fit.coefficients.reduce(0.0) { sum, row in
      let estimate = row.estimate ?? .nan
      if row.term == "(Intercept)" { return sum + estimate }
      if row.term.hasPrefix("f3") { return sum + (row.term == "f3[l4]" ? estimate : 0) }
      return sum + estimate / 10
    }
    let fourth = try #require(means.first { $0.at[0].value.text == "l4" })
    expectAgreement(try #require(fourth.estimate), value, digits: 11)
    let joint = try fit.marginalMeans(
      of: ["f3"], weights: .proportional(fit.cellFrequencies(in: table))
    ).contrasts(.pairwise)
    expectAgreement(
      try #require(joint.contrasts[0].estimate),
      try #require(fit.marginalMeans(of: ["f3"]).contrasts(.pairwise).contrasts[0].estimate), digits: 10)
    #expect(joint.jointTests[0].df == 9)
  }

  @Test("a joint test of all pairs is the test of the term, whatever family spans it")
  func families() throws {
    let help = try ReferenceData.table("help_rct")
    let fit = try LinearModel("cesd ~ treat * substance + age").fit(help)
    let means = try fit.marginalMeans(of: ["substance"])
    let term = try #require(fit.termTests(.typeIII).first { $0.name == "substance" })
    for family in [
      ContrastFamily.pairwise, .consecutive, .effects, .reference("heroin"), .polynomial(degree: 2),
    ] {
      let test = try #require(
        try means.contrasts(family, adjustment: MultiplicityAdjustment.none).jointTests.first)
      #expect(test.df == 2 && test.dfDenominator == fit.residualDegreesOfFreedom)
      expectAgreement(try #require(test.statistic), try #require(term.statistic), digits: 10)
    }
  }

  @Test("one function with clusters has Satterthwaite's degrees of freedom in the joint test too")
  func hotellingOfOne() throws {
    let fit = try LinearModel(
      "bdi ~ treatment + bdi_pre", options: ModelOptions(cluster: "subject")
    ).fit(ReferenceData.table("btheb_long"))
    let row = fit.coefficients[1]
    let test = fit.jointTest(of: [[0, 1, 0]], name: "treatment")
    expectAgreement(try #require(test.dfDenominator), try #require(row.degreesOfFreedom), digits: 11)
    expectAgreement(try #require(test.pValue), try #require(row.pValue), digits: 10)
  }

  @Test("with clusters a joint test does not depend on the functions that span it, nor on the coding")
  func hotellingOfSpan() throws {
    let table = try ReferenceData.table("btheb_long")
    let fits = try ContrastCoding.allCases.map { coding in
      try LinearModel(
        "bdi ~ treatment * factor(month) + bdi_pre",
        options: ModelOptions(coding: coding, cluster: "subject")
      ).fit(table)
    }
    let first = try #require(
      fits[0].marginalMeans(of: ["month"]).contrasts(.pairwise, adjustment: MultiplicityAdjustment.none)
        .jointTests.first)
    #expect(first.method == "hotelling" && first.df == 3)
    for fit in fits {
      let means = try fit.marginalMeans(of: ["month"])
      for family in [ContrastFamily.consecutive, .polynomial(degree: 3), .effects] {
        let test = try #require(
          means.contrasts(family, adjustment: MultiplicityAdjustment.none).jointTests.first)
        expectAgreement(try #require(test.statistic), try #require(first.statistic), digits: 9)
        expectAgreement(try #require(test.dfDenominator), try #require(first.dfDenominator), digits: 9)
      }
    }
  }

  @Test("with cell weights a combination without rows has no mean")
  func emptyCells() throws {
    let table = try Table(columns: [
      .numeric("y", [1, 2, 4, 3, 5, 7]), .category("a", ["p", "p", "q", "q", "p", "q"]),
      .category("b", ["u", "v", "u", "u", "v", "u"]), .category("c", ["k", "l", "k", "l", "k", "l"]),
    ])
    let fit = try LinearModel("y ~ a + b + c").fit(table)
    let frequencies = try fit.cellFrequencies(in: table)
    let means = try fit.marginalMeans(of: ["a", "b"], weights: .cells(frequencies)).means
    #expect(means.map { $0.estimate == nil } == [false, false, false, true])
    // Of q with u there are 1 row with k and 2 with l.
    let beta = fit.coefficients.map { $0.estimate ?? .nan }
    expectAgreement(try #require(means[1].estimate), beta[0] + beta[1] + beta[3] * 2 / 3, digits: 12)
  }

  @Test("frequency weights count as copies in average effects")
  func copies() throws {
    let y: [Double] = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0]
    let x: [Double] = [1, 2, 3, 4, 5, 1, 2, 3, 4, 6]
    let arm = ["a", "a", "a", "a", "a", "b", "b", "b", "b", "b"]
    let count: [Double] = [2, 1, 3, 1, 2, 1, 2, 4, 1, 1]
    let weighted = try Table(columns: [
      .numeric("y", y), .numeric("x", x), .category("arm", arm), .numeric("w", count),
    ])
    func repeated<T>(_ values: [T]) -> [T] {
      zip(values, count).flatMap { [T](repeating: $0, count: Int($1)) }
    }
    let long = try Table(columns: [
      .numeric("y", repeated(y)), .numeric("x", repeated(x)), .category("arm", repeated(arm)),
    ])
    let options = ModelOptions(weights: Weights(column: "w", kind: .frequency))
    let a = try GeneralizedLinearModel("y ~ arm + x", family: .binomial, options: options).fit(weighted)
    let b = try GeneralizedLinearModel("y ~ arm + x", family: .binomial).fit(long)
    for variance in EffectVariance.allCases {
      let first = try a.averageEffects(of: "arm", variance: variance, in: weighted)
      let second = try b.averageEffects(of: "arm", variance: variance, in: long)
      #expect(first.effects.count == 4)
      for (x, y) in zip(first.effects, second.effects) {
        expectAgreement(x.estimate, y.estimate, digits: 9)
        if let error = x.standardError {
          expectAgreement(error, try #require(y.standardError), digits: 9, "\(variance) \(x.label)")
        }
      }
    }
  }

  @Test("another table is refused, and what the data do not determine has no number")
  func refusals() throws {
    let help = try ReferenceData.table("help_rct")
    let fit = try LinearModel("cesd ~ treat * substance").fit(help)
    #expect(throws: (any Error).self) {
      try fit.averageEffects(of: "treat", in: ReferenceData.table("sleepstudy"))
    }
    let sparse = try Table(columns: [
      .numeric("y", [1, 2, 4, 3, 5, 7]), .category("a", ["p", "p", "q", "q", "p", "q"]),
      .category("b", ["u", "v", "u", "u", "v", "u"]),
    ])
    let empty = try LinearModel("y ~ a * b").fit(sparse)
    #expect(throws: EstimationError.self) { try empty.averageEffects(of: "a", in: sparse) }
    let test = try #require(empty.termTests(.typeIII).first)
    #expect(test.statistic == nil && test.hypothesis.contains("not determined"))
    let cox = try CoxModel("Surv(time, status) ~ celltype").fit(ReferenceData.table("survival_veteran"))
    #expect(throws: EstimationError.self) {
      try cox.averageEffects(of: "celltype", in: ReferenceData.table("survival_veteran"))
    }
    let curved = try LinearModel("cesd ~ age").fit(help)
    #expect(throws: EstimationError.self) { try curved.averageEffects(of: "age", in: help) }
    #expect(throws: EstimationError.self) { try curved.slopes(of: "treat") }
  }
}
