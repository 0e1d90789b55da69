import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Separated data without penalty: what stays finite is that of the rows that nothing separates (Geyer 2009).
@Suite("By hand: the limit of separated data")
struct SeparationLimitByHandTests {
  /// Ten rows a level, with 0, 4 and 3 events.
  static func groups(_ events: [Int] = [0, 4, 3]) throws -> Table {
    let names = zip(["a", "b", "c"], events).flatMap { [String](repeating: $0.0, count: 10) }
    let y = events.flatMap { count in (0..<10).map { $0 < count ? 1.0 : 0 } }
    return try Table(
      columns: [
        .numeric("y", y), .category("g", names), .numeric("row", y.indices.map { Double($0) }),
        .numeric("x", y.indices.map { Double($0 * 7 % 10) }),
      ], name: "groups")
  }

  static let againstC = ModelOptions(references: ["g": "c"])

  @Test("HC0 of log risks is (1 - p) / np, whatever is separated")
  func robustRisks() throws {
    let table = try Self.groups()
    for (kind, factor) in [(RobustCovariance.hc0, 1.0), (.hc1, 20 / 18), (.hc2, 10 / 9), (.hc3, 100 / 81)] {
      for fit in [
        try GeneralizedLinearModel.modifiedPoisson("y ~ g", options: Self.againstC, robust: kind).fit(table),
        try GeneralizedLinearModel(
          "y ~ g", family: .poisson, options: Self.againstC, robust: kind, penalty: .never
        ).fit(table),
      ] {
        let third = 0.7 / 3 * factor
        let both = third + 0.6 / 4 * factor
        expectAgreement(try #require(fit.coefficients[0].estimate), log(0.3), digits: 13)
        expectAgreement(try #require(fit.coefficients[0].standardError), third.squareRoot(), digits: 12)
        #expect(fit.coefficients[1].estimate == nil && !fit.coefficients[1].isAliased)
        expectAgreement(try #require(fit.coefficients[2].estimate), log(4.0 / 3), digits: 12)
        expectAgreement(try #require(fit.coefficients[2].standardError), both.squareRoot(), digits: 12)
        #expect(fit.rows.used == 30 && fit.devianceDegreesOfFreedom == 18)
        #expect(
          fit.diagnostics.contains { $0.severity == .note && $0.message.hasPrefix("10 separated rows") })
      }
    }
  }

  @Test(
    "finite coefficients solve their equations with every link",
    arguments: [Link.logit, .probit, .complementaryLogLog, .log])
  func links(_ link: Link) throws {
    let fit = try GeneralizedLinearModel(
      "y ~ g", family: .binomial, link: link, options: Self.againstC, penalty: .never
    ).fit(try Self.groups())
    #expect(fit.separation?.unbounded.map(\.term) == ["g[a]"])
    let (b, c) = (link.predictor(ofMean: 0.4), link.predictor(ofMean: 0.3))
    expectAgreement(try #require(fit.coefficients[0].estimate), c, digits: 12)
    expectAgreement(try #require(fit.coefficients[2].estimate), b - c, digits: 11)
    let slope = link.slope(atPredictor: c)
    let variance = 0.3 * 0.7 / (10 * slope * slope)
    expectAgreement(try #require(fit.coefficients[0].standardError), variance.squareRoot(), digits: 11)
    #expect(fit.convergence.isConverged && fit.coefficients[1].estimate == nil)
    let likelihood: Double = 4 * log(0.4) + 6 * log(0.6) + 3 * log(0.3) + 7 * log(0.7)
    expectAgreement(fit.logLikelihood, likelihood, digits: 13)
    #expect(fit.parameterCount == 3)
  }

  @Test("log-binomial fits that end at a risk of 1 are not converged, those with an empty level are")
  func endOfRange() throws {
    // Risks of 1, 0.5 and 0.9 on a line of logarithms: the first cannot be left behind.
    let y = [10, 5, 9].flatMap { events in (0..<10).map { $0 < events ? 1.0 : 0 } }
    let x = [0.0, 1, 2].flatMap { [Double](repeating: $0, count: 10) }
    let table = try Table(columns: [.numeric("y", y), .numeric("x", x)], name: "risks")
    let fit = try GeneralizedLinearModel("y ~ x", family: .binomial, link: .log).fit(table)
    let notes = fit.diagnostics.filter { $0.kind == .notConverged }
    #expect(fit.convergence.isConverged == notes.isEmpty)
    // An empty level is no end of that kind.
    let empty = try GeneralizedLinearModel("y ~ g", family: .binomial, link: .log, options: Self.againstC)
      .fit(try Self.groups())
    #expect(!empty.diagnostics.contains { $0.message.contains("lies at 1") || $0.kind == .notConverged })
  }

  @Test("with the separated level as reference, contrasts of the others keep their values")
  func reference() throws {
    let fit = try GeneralizedLinearModel("y ~ g", family: .binomial, penalty: .never).fit(try Self.groups())
    #expect(fit.coefficients.allSatisfy { $0.estimate == nil && !$0.isAliased })
    let means = try fit.marginalMeans(of: "g")
    #expect(means.means[0].estimate == nil)
    expectAgreement(try #require(means.means[1].estimate), log(4.0 / 6), digits: 12)
    let contrasts = try means.contrasts(.pairwise).contrasts
    #expect(contrasts[0].estimate == nil && contrasts[1].estimate == nil)
    expectAgreement(abs(try #require(contrasts[2].estimate)), log(4.0 * 7 / (6 * 3)), digits: 12)
    let variance: Double = 1 / 4.0 + 1 / 6.0 + 1 / 3.0 + 1 / 7.0
    expectAgreement(try #require(contrasts[2].standardError), variance.squareRoot(), digits: 12)
  }

  @Test("a border on which responses overlap is all that a separating number leaves")
  func border() throws {
    let table = try Table(
      columns: [.numeric("y", [0, 0, 0, 1, 1, 1]), .numeric("x", [1, 2, 3, 3, 5, 6])], name: "border")
    let fit = try GeneralizedLinearModel("y ~ x", family: .binomial, penalty: .never).fit(table)
    #expect(fit.coefficients.allSatisfy { $0.estimate == nil })
    let mean = try fit.marginalMeans(of: ["x"], at: ["x": [.number(3), .number(4)]]).means
    expectAgreement(try #require(mean[0].estimate), 0, digits: 14, absolute: 1e-13)
    expectAgreement(try #require(mean[0].standardError), 2.0.squareRoot(), digits: 13)
    #expect(mean[1].estimate == nil)
    expectAgreement(fit.logLikelihood, 2 * log(0.5), digits: 14)
  }

  @Test("where every row is separated nothing has a finite value")
  func complete() throws {
    let table = try Table(
      columns: [
        .numeric("y", [0, 0, 0, 1, 1, 1]), .numeric("x", [1, 2, 3, 4, 5, 6]),
        .numeric("z", [1, 5, 2, 4, 1, 3]),
      ], name: "complete")
    for kind in [nil, RobustCovariance.hc0] {
      let fit = try GeneralizedLinearModel("y ~ x + z", family: .binomial, robust: kind, penalty: .never)
        .fit(table)
      #expect(fit.separation?.isComplete == true)
      #expect(fit.coefficients.allSatisfy { $0.estimate == nil && $0.standardError == nil })
      expectAgreement(fit.logLikelihood, 0, digits: 6, absolute: 1e-6)
    }
  }

  @Test("an average over a level without events is 0 and has no standard error; the others' are their own")
  func averages() throws {
    let table = try Self.groups()
    let fit = try GeneralizedLinearModel(
      "y ~ g", family: .binomial, link: .probit, options: Self.againstC, penalty: .never
    ).fit(table)
    for variance in EffectVariance.allCases {
      let effects = try fit.averageEffects(of: "g", variance: variance, in: table)
      #expect(effects.levels.map(\.value.text) == ["c", "a", "b"])
      #expect(effects.levels[1].estimate == 0 && effects.levels[1].standardError == nil)
      expectAgreement(effects.levels[2].estimate, 0.4, digits: 12)
      let factor = variance == .sampling ? 30.0 / 29 : 1
      let error = (0.4 * 0.6 / 10 * factor).squareRoot()
      expectAgreement(try #require(effects.levels[2].standardError), error, digits: 11)
      let difference = try #require(effects.effects.first { $0.name == "a - c" })
      expectAgreement(difference.estimate, -0.3, digits: 12)
      #expect(difference.standardError == nil)
      #expect(effects.effects.first { $0.name == "b - c" }?.standardError != nil)
      #expect(effects.diagnostics.contains { $0.kind == .monotoneLikelihood && $0.message.contains("(a)") })
    }
  }

  @Test(
    "likelihood ratio tests take the likelihood's supremum; Wald tests of the separated term do not exist")
  func tests() throws {
    let table = try Self.groups()
    let fit = try GeneralizedLinearModel(
      "y ~ g", family: .binomial, options: Self.againstC, penalty: .never
    ).fit(table)
    let test = try #require(try fit.likelihoodRatioTests(in: table).first)
    let full: Double = 4 * log(0.4) + 6 * log(0.6) + 3 * log(0.3) + 7 * log(0.7)
    let null: Double = 7 * log(7.0 / 30) + 23 * log(23.0 / 30)
    expectAgreement(try #require(test.statistic), 2 * (full - null), digits: 12)
    #expect(test.df == 2)
    #expect(fit.termTests(.typeII)[0].statistic == nil && fit.termTests(.typeIII)[0].statistic == nil)
  }

  @Test("profile limits of what is finite are those of the other rows")
  func profile() throws {
    let table = try Self.groups()
    let all = try GeneralizedLinearModel(
      "y ~ g", family: .binomial, options: Self.againstC, limits: .profile, penalty: .never
    ).fit(table)
    let kept = try GeneralizedLinearModel(
      "y ~ g", family: .binomial, options: Self.againstC, limits: .profile, penalty: .never
    ).fit(try SeparationLimitIdentityTests.without(table, level: "a"))
    for (a, k) in [(0, 0), (2, 1)] {
      expectAgreement(
        try #require(all.coefficients[a].lower), try #require(kept.coefficients[k].lower), digits: 9)
      expectAgreement(
        try #require(all.coefficients[a].upper), try #require(kept.coefficients[k].upper), digits: 9)
    }
  }

  /// R 4.2.2, MASS 7.3, 2026-11-24: `glm.nb(breaks ~ wool + tension, subset(warpbreaks, tension != "H"),
  /// control = glm.control(epsilon = 1e-14, maxit = 200))`: theta 8.7799530459283, its error 2.6239355669571.
  @Test("a negative binomial's shape is that of the rows that are left")
  func shape() throws {
    let breaks: [Double] = [
      26, 30, 54, 25, 70, 52, 51, 26, 67, 18, 21, 29, 17, 12, 18, 35, 30, 36, 36, 21, 24, 18, 10, 43, 28, 15,
      26, 27,
      14, 29, 19, 29, 31, 41, 20, 44, 42, 26, 19, 16, 39, 28, 21, 39, 29, 20, 21, 24, 17, 13, 15, 15, 16, 28,
    ]
    let tension = (0..<54).map { ["L", "M", "H"][$0 / 9 % 3] }
    let table = try Table(
      columns: [
        .numeric("breaks", zip(breaks, tension).map { $1 == "H" ? 0 : $0 }),
        .category("wool", (0..<54).map { $0 < 27 ? "A" : "B" }), .category("tension", tension),
      ], name: "warpbreaks")
    let fit = try GeneralizedLinearModel(
      "breaks ~ wool + tension", family: .negativeBinomial(),
      options: ModelOptions(references: ["tension": "L"]), penalty: .never
    ).fit(table)
    expectAgreement(try #require(fit.theta), 8.7799530459283, digits: 9)
    expectAgreement(try #require(fit.thetaStandardError), 2.6239355669571, digits: 7)
    expectAgreement(try #require(fit.coefficients[1].estimate), -0.14761565674525, digits: 8)
    expectAgreement(try #require(fit.coefficients[3].estimate), -0.30321521748020, digits: 8)
  }

  @Test("one cluster left has no cluster-robust errors")
  func oneCluster() throws {
    let y: [Double] = [0, 0, 0, 0, 1, 0, 1, 0]
    let table = try Table(
      columns: [
        .numeric("y", y), .category("g", ["a", "a", "a", "a", "b", "b", "b", "b"]),
        .category("c", ["1", "1", "2", "2", "3", "3", "3", "3"]),
      ], name: "clusters")
    let fit = try GeneralizedLinearModel(
      "y ~ g", family: .binomial, options: ModelOptions(references: ["g": "b"], cluster: "c"), robust: .cr0
    ).fit(table)
    expectAgreement(try #require(fit.coefficients[0].estimate), 0, digits: 14, absolute: 1e-14)
    #expect(fit.coefficients[0].standardError == nil && fit.rows.clusters?.count == 3)
    #expect(fit.diagnostics.contains { $0.kind == .robust && $0.severity == .serious })
  }
}

/// A separated fit and the fit to the rows and columns that are left are one and the same.
@Suite("Identities: the limit of separated data")
struct SeparationLimitIdentityTests {
  static func without(_ table: Table, level: String) throws -> Table {
    let levels = try table.requireColumn("g").asCategories()
    let names = levels.codes.array().map { String(levels.levels[Int($0)]) }
    let kept = names.indices.filter { names[$0] != level }
    return try Table(
      columns: try table.columnNames.map { name in
        let column = try table.requireColumn(name)
        if name == "g" { return .category(name, kept.map { names[$0] }) }
        let values = try column.numericValues()
        return .numeric(name, kept.map { values[$0] })
      }, name: "kept")
  }

  /// 60 rows, 20 a level; counts or events, the first level without any.
  static func table(counts: Bool) throws -> Table {
    var (y, g, x, cluster) = ([Double](), [String](), [Double](), [Double]())
    for i in 0..<60 {
      g.append(["a", "b", "c"][i / 20])
      x.append(Double(i * 17 % 23) / 4 + 100)
      cluster.append(Double(i * 5 % 13))
      let draw = i * i * 31 % 37
      y.append(i < 20 ? 0 : counts ? Double(draw % 11 * (draw % 5) / 3) : draw % 3 == 0 ? 1 : 0)
    }
    return try Table(
      columns: [
        .numeric("y", y), .category("g", g), .numeric("x", x), .numeric("id", cluster),
        .numeric("f", (0..<60).map { Double($0 % 3 + 1) }),
      ], name: "sixty")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let family: ResponseFamily
    let link: Link
    let robust: RobustCovariance?
    let weights: Weights?
    var testDescription: String {
      "\(family.name) \(link.rawValue) \(robust?.rawValue ?? "model") \(weights?.kind.rawValue ?? "")"
    }
  }

  static let cases: [Case] = {
    let models: [(ResponseFamily, Link)] = [
      (.binomial, .logit), (.binomial, .probit), (.binomial, .complementaryLogLog), (.poisson, .log),
      (.negativeBinomial(), .log),
    ]
    return models.flatMap { model in
      ([nil] + RobustCovariance.allCases).map {
        Case(family: model.0, link: model.1, robust: $0, weights: nil)
      } + [
        Case(family: model.0, link: model.1, robust: .hc1, weights: Weights(column: "f", kind: .frequency)),
        Case(family: model.0, link: model.1, robust: nil, weights: Weights(column: "f", kind: .precision)),
      ]
    }
  }()

  @Test("the same coefficients, errors, shape and likelihood", arguments: cases)
  func same(_ design: Case) throws {
    let table = try Self.table(counts: design.family != .binomial)
    func fit(_ table: Table) throws -> GeneralizedFit {
      var options = ModelOptions(references: ["g": "c"])
      options.weights = design.weights
      if design.robust?.isClustered == true { options.cluster = "id" }
      return try GeneralizedLinearModel(
        "y ~ x + g", family: design.family, link: design.link, options: options, robust: design.robust,
        penalty: .never
      ).fit(table)
    }
    let all = try fit(table)
    let kept = try fit(try Self.without(table, level: "a"))
    #expect(kept.separation == nil && all.separation?.unbounded.map(\.term) == ["g[a]"])
    for (a, k) in [(0, 0), (1, 1), (3, 2)] {
      let (own, other) = (all.coefficients[a], kept.coefficients[k])
      #expect(own.term == other.term)
      expectAgreement(try #require(own.estimate), try #require(other.estimate), digits: 8, own.term)
      expectAgreement(try #require(own.standardError), try #require(other.standardError), digits: 8, own.term)
    }
    expectAgreement(all.logLikelihood, kept.logLikelihood, digits: 11)
    expectAgreement(all.deviance, kept.deviance, digits: 10)
    if let theta = kept.theta {
      expectAgreement(try #require(all.theta), theta, digits: 9)
      expectAgreement(try #require(all.thetaStandardError), try #require(kept.thetaStandardError), digits: 8)
    }
  }
}
