import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Identities and laws of mixed models.
@Suite("Mixed: laws and identities") struct MixedLawTests {
  /// People with intercepts and slopes, unbalanced, their rows not side by side.
  static func cohort(
    people: Int = 60, seed: UInt64 = 3, time: (Double) -> Double = { $0 }, sd: (Double, Double) = (3, 0.5)
  ) throws -> Table {
    var random = TestRandom(seed: seed)
    let effects = (0..<people).map { _ in (sd.0 * random.normal(), sd.1 * random.normal()) }
    var (y, week, dose, copies) = ([Double](), [Double](), [Double](), [Double]())
    var (arm, id, site) = ([String?](), [String?](), [String?]())
    for visit in 0..<6 {
      for person in 0..<people where random.uniform() < 0.8 || visit < 2 {
        let t = Double(visit * 2)
        y.append(20 + effects[person].0 + (effects[person].1 - 0.4) * t + 2 * random.normal())
        week.append(time(t))
        dose.append(random.normal())
        arm.append(["a", "b", "c"][person % 3])
        id.append("p\(person)")
        site.append("s\(person % 7)")
        copies.append(Double(1 + person % 3))
      }
    }
    return try Table(
      columns: [
        .numeric("y", y), .numeric("week", week), .numeric("dose", dose), .category("arm", arm),
        .category("id", id), .category("site", site), .numeric("copies", copies),
      ], name: "cohort")
  }

  private func expectSame(_ a: MixedFit, _ b: MixedFit, digits: Double) {
    expectAgreement(a.criterion, b.criterion, digits: digits + 2, "criterion")
    for (x, y) in zip(a.coefficients, b.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: digits, "estimate \(x.term)")
      expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: digits, "error \(x.term)")
      expectAgreement(
        x.degreesOfFreedom ?? .nan, y.degreesOfFreedom ?? .nan, digits: digits - 2, "df \(x.term)")
    }
    for (x, y) in zip(a.varianceComponents, b.varianceComponents) {
      expectAgreement(x.value, y.value, digits: digits - 2, "variance \(x.group) \(x.term)")
    }
  }

  @Test(
    "The sums of one set of groups and those that serve several give the same fit",
    arguments: [
      "y ~ week * arm + dose + (week | id)", "y ~ week + (1 | id)", "y ~ week + arm + (week || id)",
      "y ~ week + (0 + arm | site)",
    ]) func bothSums(_ formula: String) throws
  {
    let table = try Self.cohort()
    for df in [VarianceDegreesOfFreedom.satterthwaite, .kenwardRoger] {
      let model = try LinearMixedModel(formula, degreesOfFreedom: df)
      let fast = try model.fit(table)
      let general = try model.fit(table, executor: SerialExecutor(), usesGeneralSums: true)
      expectSame(fast, general, digits: 10)
      #expect(
        zip(fast.coefficients, general.coefficients).allSatisfy { $0.estimate != nil && $1.estimate != nil })
      let (a, b) = (try fast.randomEffects()[0], try general.randomEffects()[0])
      for k in a.values.indices {
        expectAgreement(a.values[k], b.values[k], digits: 7, absolute: 1e-8, "effect")
      }
      for k in a.predictionErrorVariances.indices {
        expectAgreement(
          a.predictionErrorVariances[k], b.predictionErrorVariances[k], digits: 7, absolute: 1e-8,
          "error variance")
      }
    }
  }

  @Test(
    "Results have the same bits for any number of threads",
    arguments: [
      "y ~ week * arm + (week | id)", "y ~ week + (1 | site/id)", "y ~ week + (1 | id) + (1 | arm)",
    ]) func threads(_ formula: String) throws
  {
    let table = try Self.cohort(people: 1500)
    let model = try LinearMixedModel(formula, degreesOfFreedom: .kenwardRoger)
    let one = try model.fit(table)
    let three = try model.fit(table, executor: ThreadedExecutor(threads: 3))
    #expect(one.coefficients == three.coefficients)
    #expect(one.varianceComponents == three.varianceComponents)
    #expect(one.criterion == three.criterion)
  }

  @Test(
    "Time in days since 1970 gives the same slopes, errors and degrees of freedom as in weeks",
    arguments: [
      "(week | id)", "(1 | id)",
    ]) func affineTime(_ random: String) throws
  {
    let weeks = try Self.cohort()
    let days = try Self.cohort(time: { 19_700 + 7 * $0 })
    let a = try LinearMixedModel("y ~ week * arm + \(random)").fit(weeks)
    let b = try LinearMixedModel("y ~ week * arm + \(random)").fit(days)
    #expect(b.convergence.isConverged)
    // Three coefficients are in units of time; their scale enters log |X'V^-1X|.
    expectAgreement(b.criterion, a.criterion + 2 * 3 * 1.945910149055313, digits: 12, "criterion")
    for (x, y) in zip(a.coefficients, b.coefficients) where x.term.hasPrefix("week") {
      expectAgreement(7 * (y.estimate ?? .nan), x.estimate ?? .nan, digits: 9, x.term)
      expectAgreement(7 * (y.standardError ?? .nan), x.standardError ?? .nan, digits: 9, x.term)
      expectAgreement(y.degreesOfFreedom ?? .nan, x.degreesOfFreedom ?? .nan, digits: 6, x.term)
    }
    expectAgreement(b.sigma, a.sigma, digits: 9, "sigma")
  }

  @Test("Where the groups do not differ, the fit is least squares and says so") func zeroVariance() throws {
    // Residuals that sum to 0 within each person leave nothing to the groups.
    var (y, x) = ([Double](), [Double]())
    var id: [String?] = []
    for person in 0..<12 {
      for (visit, e) in [1.0, -2, 0.5, 0.5].enumerated() {
        x.append(Double(visit))
        y.append(3 + 0.5 * Double(visit) + e * (1 + Double(person % 4) / 10))
        id.append("p\(person)")
      }
    }
    let table = try Table(columns: [.numeric("y", y), .numeric("x", x), .category("id", id)], name: "zero")
    let mixed = try LinearMixedModel("y ~ x + (1 | id)").fit(table)
    let linear = try LinearModel("y ~ x").fit(table)
    for (a, b) in zip(mixed.coefficients, linear.coefficients) {
      expectAgreement(a.estimate ?? .nan, b.estimate ?? .nan, digits: 12, a.term)
      expectAgreement(a.standardError ?? .nan, b.standardError ?? .nan, digits: 12, a.term)
      expectAgreement(a.degreesOfFreedom ?? .nan, b.degreesOfFreedom ?? .nan, digits: 9, a.term)
    }
    #expect(mixed.varianceComponents[0].value == 0)
    #expect(mixed.boundaryTerms == ["(1 | id)"])
    let boundary = try #require(mixed.diagnostics.first { $0.kind == .boundary })
    #expect(boundary.message.contains("the variance of the constant is 0"))
    #expect(mixed.convergence.isConverged)
  }

  @Test("Balanced one-way: the mean squares, and a - 1 degrees of freedom") func oneWay() throws {
    var random = TestRandom(seed: 11)
    let (a, n) = (9, 5)
    var (y, groups) = ([Double](), [String?]())
    for group in 0..<a {
      let effect = 2 * random.normal()
      for _ in 0..<n {
        y.append(50 + effect + random.normal())
        groups.append("g\(group)")
      }
    }
    let means = (0..<a).map { g in y[g * n..<(g + 1) * n].reduce(0, +) / Double(n) }
    let grand = means.reduce(0, +) / Double(a)
    let between = means.reduce(0) { $0 + Double(n) * ($1 - grand) * ($1 - grand) } / Double(a - 1)
    let within =
      y.indices.reduce(0) { $0 + (y[$1] - means[$1 / n]) * (y[$1] - means[$1 / n]) } / Double(a * (n - 1))
    #expect(between > within)
    let table = try Table(columns: [.numeric("y", y), .category("g", groups)], name: "one-way")
    for df in [VarianceDegreesOfFreedom.satterthwaite, .kenwardRoger] {
      let fit = try LinearMixedModel("y ~ 1 + (1 | g)", degreesOfFreedom: df).fit(table)
      expectAgreement(fit.varianceComponents[0].value, (between - within) / Double(n), digits: 9, "between")
      expectAgreement(fit.varianceComponents[1].value, within, digits: 9, "within")
      expectAgreement(fit.coefficients[0].estimate ?? .nan, grand, digits: 13, "mean")
      expectAgreement(
        fit.coefficients[0].standardError ?? .nan, (between / Double(a * n)).squareRoot(), digits: 9, "error")
      expectAgreement(fit.coefficients[0].degreesOfFreedom ?? .nan, Double(a - 1), digits: 8, "df")
      let shrinkage = (between - within) / between
      let effects = try fit.randomEffects()[0]
      for g in 0..<a {
        expectAgreement(effects.values[g], shrinkage * (means[g] - grand), digits: 8, "effect")
      }
    }
  }

  @Test("A frequency counts people: as if they were there under other names") func frequency() throws {
    let table = try Self.cohort(people: 30)
    let copies = try table.requireColumn("copies").numericValues()
    var rows: [(Int, Int)] = []
    for row in 0..<table.rowCount {
      for copy in 0..<Int(copies[row]) { rows.append((row, copy)) }
    }
    func numeric(_ name: String) throws -> Column {
      let values = try table.requireColumn(name).numericValues()
      return .numeric(name, rows.map { values[$0.0] })
    }
    let ids = try table.requireColumn("id").asCategories()
    let names: [String?] = rows.map { "\(ids.levels[Int(ids.codes[$0.0])])-\($0.1)" }
    let expanded = try Table(
      columns: [try numeric("y"), try numeric("week"), .category("id", names)], name: "expanded")
    let weighted = ModelOptions(weights: Weights(column: "copies", kind: .frequency))
    for df in [VarianceDegreesOfFreedom.satterthwaite, .kenwardRoger, .betweenWithin] {
      let a = try LinearMixedModel("y ~ week + (week | id)", degreesOfFreedom: df, options: weighted).fit(
        table)
      let b = try LinearMixedModel("y ~ week + (week | id)", degreesOfFreedom: df).fit(expanded)
      #expect(a.observationCount == Double(rows.count))
      expectSame(a, b, digits: 9)
    }
  }

  @Test("Compound symmetry of two visits is the random intercept and the interaction") func compoundSymmetry()
    throws
  {
    let table = try Self.cohort()
    let cs = try LinearMixedModel("y ~ week + (0 + arm | site)", covariance: .compoundSymmetry).fit(table)
    let split = try LinearMixedModel("y ~ week + (1 | site) + (1 | site:arm)").fit(table)
    // Both are the same model where the covariance between arms is not negative.
    if split.boundaryTerms.isEmpty { expectAgreement(cs.criterion, split.criterion, digits: 11, "criterion") }
    #expect(cs.criterion <= split.criterion + 1e-7)
    #expect(cs.parameterCount == 2 + 2 + 1)
  }

  @Test("A diagonal covariance is the model of two bars") func diagonal() throws {
    let table = try Self.cohort()
    let a = try LinearMixedModel("y ~ week + (week | id)", covariance: .diagonal).fit(table)
    let b = try LinearMixedModel("y ~ week + (week || id)").fit(table)
    expectSame(a, b, digits: 9)
  }

  @Test("Precision weights are rows multiplied by their roots") func precision() throws {
    let table = try Self.cohort(people: 25)
    let week = try table.requireColumn("week").numericValues()
    let y = try table.requireColumn("y").numericValues()
    let copies = try table.requireColumn("copies").numericValues()
    let weights = week.indices.map { 0.5 + copies[$0] + week[$0] / 8 }
    let roots = weights.map { $0.squareRoot() }
    let ids = try table.requireColumn("id").asCategories()
    let names: [String?] = ids.codes.array().map { ids.levels[Int($0)] }
    let weighted = try Table(
      columns: [.numeric("y", y), .numeric("week", week), .numeric("w", weights), .category("id", names)],
      name: "weighted")
    let scaled = try Table(
      columns: [
        .numeric("y", zip(y, roots).map { $0 * $1 }), .numeric("one", roots),
        .numeric("slope", zip(week, roots).map { $0 * $1 }), .category("id", names),
      ], name: "scaled")
    for df in [VarianceDegreesOfFreedom.satterthwaite, .kenwardRoger] {
      let a = try LinearMixedModel(
        "y ~ week + (week | id)", degreesOfFreedom: df,
        options: ModelOptions(weights: Weights(column: "w", kind: .precision))
      ).fit(weighted)
      let b = try LinearMixedModel("y ~ 0 + one + slope + (0 + one + slope | id)", degreesOfFreedom: df).fit(
        scaled)
      var logs = 0.0
      for weight in weights { logs += logarithmOfPowerSeries(weight) }
      expectAgreement(a.criterion, b.criterion - logs, digits: 10, "criterion")
      for (x, y) in zip(a.coefficients, b.coefficients) {
        expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 9, "estimate")
        expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 9, "error")
        expectAgreement(x.degreesOfFreedom ?? .nan, y.degreesOfFreedom ?? .nan, digits: 7, "df")
      }
    }
  }

  /// `log x` from `log((1 + z) / (1 - z)) = 2 (z + z^3/3 + ...)`.
  private func logarithmOfPowerSeries(_ x: Double) -> Double {
    let z = (x - 1) / (x + 1)
    var (sum, power) = (0.0, z)
    for k in stride(from: 1.0, to: 400, by: 2) {
      sum += power / k
      power *= z * z
    }
    return 2 * sum
  }
}
