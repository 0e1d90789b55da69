import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Made-up cohorts of repeated measures.
enum RepeatedCohort {
  /// Columns `id`, `arm` (a, b), `visit` (v1 ...), `time`, `base`, `y`; visits drop out for good with a
  /// chance each.
  static func table(
    people: Int, visits: Int, seed: UInt64, dropout: Double = 0, slope: Double = 0.5, noise: Double = 1,
    times: (Int) -> Double = { Double($0) }
  ) throws -> Table {
    var random = TestRandom(seed: seed)
    var (id, arm, visit) = ([String?](), [String?](), [String?]())
    var (time, base, y) = ([Double](), [Double](), [Double]())
    for person in 0..<people {
      let (level, trend, own) = (random.normal(), 0.4 * random.normal(), 20 + 5 * random.normal())
      var stays = true
      for v in 0..<visits {
        let value =
          own + level + trend * Double(v) + noise * random.normal()
          + (person % 2 == 0 ? 0 : slope * Double(v))
        if v > 0, random.uniform() < dropout { stays = false }
        guard stays else { continue }
        id.append("p\(person)")
        arm.append(person % 2 == 0 ? "a" : "b")
        visit.append("v\(v + 1)")
        time.append(times(v))
        base.append(own)
        y.append(value)
      }
    }
    return try Table(columns: [
      .category("id", id), .category("arm", arm), .category("visit", visit), .numeric("time", time),
      .numeric("base", base), .numeric("y", y),
    ])
  }

  static func fit(
    _ table: Table, _ structure: RepeatedCovariance = .unstructured,
    formula: String = "y ~ base + arm * visit",
    visit: String = "visit", df: VarianceDegreesOfFreedom = .satterthwaite,
    options: ModelOptions = ModelOptions()
  ) throws -> RepeatedMeasuresFit {
    try RepeatedMeasuresModel(
      formula, subject: "id", visit: visit, covariance: structure, degreesOfFreedom: df, options: options
    ).fit(table)
  }
}

/// Where a repeated-measures model has a closed form or is another model.
@Suite("Identities: repeated measures")
struct RepeatedIdentityTests {
  @Test(
    "compound symmetry of a balanced layout is the analysis of variance, also where people differ less than chance",
    arguments: [1.0, 30])
  func balanced(_ noise: Double) throws {
    let (n, m) = (12, 4)
    var random = TestRandom(seed: 3)
    var y = [Double]()
    for _ in 0..<n {
      let level = random.normal()
      let own = (0..<m).map { _ in random.normal() }
      let mean = own.reduce(0, +) / Double(m)
      // Much noise with the means taken out makes people more alike than chance would.
      y += own.map { 5 + level + noise * ($0 - (noise > 1 ? mean : 0)) }
    }
    let table = try Table(columns: [
      .numeric("id", (0..<n * m).map { Double($0 / m) }),
      .numeric("visit", (0..<n * m).map { Double($0 % m) }),
      .numeric("y", y),
    ])
    let fit = try RepeatedCohort.fit(table, .compoundSymmetry, formula: "y ~ 1")
    let grand = y.reduce(0, +) / Double(n * m)
    let means = (0..<n).map { i in y[i * m..<(i + 1) * m].reduce(0, +) / Double(m) }
    let between = Double(m) * means.reduce(0) { $0 + ($1 - grand) * ($1 - grand) } / Double(n - 1)
    let within =
      y.indices.reduce(0) { $0 + (y[$1] - means[$1 / m]) * (y[$1] - means[$1 / m]) } / Double(n * (m - 1))
    let parameters = fit.residualCovariances[0].parameters.map(\.estimate)
    expectAgreement(parameters[1], within, digits: 9, "residual variance")
    expectAgreement(parameters[0], (between - within) / Double(m), digits: 8, "covariance")
    #expect((parameters[0] < 0) == (noise > 1))
    expectAgreement(
      fit.coefficients[0].standardError ?? .nan, (between / Double(n * m)).squareRoot(), digits: 9, "se")
    expectAgreement(fit.coefficients[0].degreesOfFreedom ?? .nan, Double(n - 1), digits: 7, "df")
  }

  @Test(
    "two visits of complete pairs are the paired t test",
    arguments: [VarianceDegreesOfFreedom.satterthwaite, .kenwardRoger, .kenwardRogerLinear])
  func paired(_ df: VarianceDegreesOfFreedom) throws {
    let table = try RepeatedCohort.table(people: 14, visits: 2, seed: 8)
    let fit = try RepeatedCohort.fit(table, formula: "y ~ visit", df: df)
    let y = try table.requireColumn("y").numericValues()
    let change = (0..<14).map { y[2 * $0 + 1] - y[2 * $0] }
    let mean = change.reduce(0, +) / 14
    let error = (change.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 13 / 14).squareRoot()
    expectAgreement(fit.coefficients[1].estimate ?? .nan, mean, digits: 11, "mean")
    expectAgreement(fit.coefficients[1].standardError ?? .nan, error, digits: 9, "se")
    expectAgreement(fit.coefficients[1].degreesOfFreedom ?? .nan, 13, digits: 8, "df")
    let joint = fit.jointTest(of: [[0, 1]], name: "visit")
    expectAgreement(joint.statistic ?? .nan, mean * mean / error / error, digits: 9, "F")
    expectAgreement(joint.dfDenominator ?? .nan, 13, digits: 8, "F df")
  }

  @Test("complete data with a mean for each arm and visit: the pooled covariance within arms")
  func pooled() throws {
    let (n, m) = (15, 3)
    let table = try RepeatedCohort.table(people: n, visits: m, seed: 21)
    let fit = try RepeatedCohort.fit(table, formula: "y ~ arm * visit")
    let y = try table.requireColumn("y").numericValues()
    var products = Matrix(rowCount: m, columnCount: m)
    for arm in 0..<2 {
      let members = (0..<n).filter { $0 % 2 == arm }
      let means = (0..<m).map { v in members.reduce(0) { $0 + y[$1 * m + v] } / Double(members.count) }
      for person in members {
        for a in 0..<m {
          for b in 0..<m { products[a, b] += (y[person * m + a] - means[a]) * (y[person * m + b] - means[b]) }
        }
      }
    }
    let found = try #require(fit.residualCovariances[0].covariance)
    for a in 0..<m {
      for b in 0..<m { expectAgreement(found[a, b], products[a, b] / Double(n - 2), digits: 9, "\(a) \(b)") }
    }
    let means = try fit.marginalMeans(of: "arm", at: ["visit": .level("v2")]).contrasts(.pairwise)
    expectAgreement(means.contrasts[0].degreesOfFreedom ?? .nan, Double(n - 2), digits: 8, "df")
  }

  @Test("the spatial exponential at equal distances is AR(1)")
  func spatial() throws {
    let table = try RepeatedCohort.table(people: 40, visits: 5, seed: 4, dropout: 0.1) { 7 * Double($0) }
    let formula = "y ~ base + arm * factor(time)"
    let exponential = try RepeatedCohort.fit(table, .spatialExponential, formula: formula, visit: "time")
    let lagged = try RepeatedCohort.fit(table, .autoregressive, formula: formula, visit: "time")
    expectAgreement(exponential.logLikelihood, lagged.logLikelihood, digits: 12, "log-likelihood")
    let (range, rho) = (exponential.residualCovariances[0], lagged.residualCovariances[0])
    let matrix = try #require(range.correlation)
    expectAgreement(matrix[0, 1], rho.parameters[1].estimate, digits: 8, "correlation")
    for (x, y) in zip(exponential.coefficients, lagged.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 8, absolute: 1e-9, x.term)
      expectAgreement(x.degreesOfFreedom ?? .nan, y.degreesOfFreedom ?? .nan, digits: 6, "df \(x.term)")
    }
  }

  @Test("a structure within another has no higher likelihood", arguments: [1, 2, 3] as [UInt64])
  func nested(_ seed: UInt64) throws {
    let table = try RepeatedCohort.table(people: 60, visits: 5, seed: seed, dropout: 0.08)
    var found: [RepeatedCovariance: Double] = [:]
    for structure in RepeatedCovariance.allCases where structure != .spatialExponential {
      let fit = try RepeatedCohort.fit(table, structure)
      #expect(fit.convergence.isConverged, "\(structure)")
      found[structure] = fit.logLikelihood
    }
    let pairs: [(RepeatedCovariance, RepeatedCovariance)] = [
      (.compoundSymmetry, .heterogeneousCompoundSymmetry), (.compoundSymmetry, .toeplitz),
      (.autoregressive, .toeplitz), (.autoregressive, .heterogeneousAutoregressive),
      (.autoregressive, .anteDependence),
      (.toeplitz, .heterogeneousToeplitz), (.anteDependence, .heterogeneousAnteDependence),
      (.heterogeneousAutoregressive, .heterogeneousAnteDependence),
      (.heterogeneousToeplitz, .unstructured), (.heterogeneousAnteDependence, .unstructured),
      (.heterogeneousCompoundSymmetry, .heterogeneousToeplitz),
    ]
    for (small, large) in pairs {
      #expect((found[small] ?? .nan) <= (found[large] ?? .nan) + 1e-9, "\(small) in \(large)")
    }
  }

  @Test("groups without a common coefficient are fits of their own")
  func groups() throws {
    let table = try RepeatedCohort.table(people: 40, visits: 3, seed: 12, dropout: 0.1)
    let both = try RepeatedMeasuresModel(
      "y ~ 0 + arm + arm:visit", subject: "id", visit: "visit", covarianceBy: "arm"
    ).fit(table)
    let codes = try table.requireColumn("arm").asCategories().codes.array()
    var sum = 0.0
    for group in 0..<2 {
      let own = try RepeatedCohort.fit(
        table.selecting(rows: codes.indices.filter { Int(codes[$0]) == group }), formula: "y ~ visit")
      sum += own.logLikelihood
      for (x, y) in zip(own.residualCovariances[0].parameters, both.residualCovariances[group].parameters) {
        expectAgreement(x.estimate, y.estimate, digits: 8, x.name)
        expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 7, "se \(x.name)")
      }
    }
    expectAgreement(both.logLikelihood, sum, digits: 11, "log-likelihood")
    #expect(both.covarianceParameterCount == 12)
  }

  @Test("the constrained baseline is a design without arm at baseline")
  func constrainedBaseline() throws {
    let table = try RepeatedCohort.table(people: 50, visits: 4, seed: 31, dropout: 0.1)
      .addingArmAfterBaseline("later", arm: "arm", visit: "visit", baseline: "v1", reference: "a")
    let visits = try table.requireColumn("visit").asCategories()
    let arms = try table.requireColumn("arm").asCategories()
    let places = visits.codes.array()
    var explicit = table
    for visit in 1..<4 {
      explicit = try explicit.adding(
        .numeric(
          "b\(visit)", places.indices.map { Int(places[$0]) == visit && arms.codes.array()[$0] == 1 ? 1 : 0 })
      )
    }
    let fit = try RepeatedCohort.fit(table, formula: "y ~ visit * later")
    let other = try RepeatedCohort.fit(explicit, formula: "y ~ visit + b1 + b2 + b3")
    expectAgreement(fit.logLikelihood, other.logLikelihood, digits: 11, "log-likelihood")
    for visit in 1..<4 {
      let means = try fit.marginalMeans(of: "later", at: ["visit": .level("v\(visit + 1)")])
      let difference = try means.contrasts(.pairwise).contrasts[0]
      let expected = other.coefficients[3 + visit]
      expectAgreement(
        abs(difference.estimate ?? .nan), abs(expected.estimate ?? .nan), digits: 8, expected.term)
      expectAgreement(difference.standardError ?? .nan, expected.standardError ?? .nan, digits: 8, "se")
      expectAgreement(difference.degreesOfFreedom ?? .nan, expected.degreesOfFreedom ?? .nan, digits: 6, "df")
    }
    let baseline = try fit.marginalMeans(of: "later", at: ["visit": .level("v1")])
    #expect(baseline.means.count(where: { $0.estimate != nil }) == 1)
  }

  @Test("the model's constrained baseline is the table's, and people keep their arm")
  func constrainedModel() throws {
    let table = try RepeatedCohort.table(people: 40, visits: 4, seed: 5, dropout: 0.1)
    let later = try table.addingArmAfterBaseline(
      "later", arm: "arm", visit: "visit", baseline: "v1", reference: "b")
    let options = ModelOptions(arm: "arm", references: ["arm": "b", "later": "b"])
    func model(_ formula: String, _ baseline: ConstrainedBaseline?, by: String? = nil) throws
      -> RepeatedMeasuresModel
    {
      try RepeatedMeasuresModel(
        formula, subject: "id", visit: "visit", covarianceBy: by, constrainedBaseline: baseline,
        options: options)
    }
    let baseline = ConstrainedBaseline(arm: "arm", visit: "v1")
    for by in [nil, "arm"] {
      let fit = try model("y ~ visit * arm", baseline, by: by).fit(table)
      let other = try model("y ~ visit * later", nil, by: by).fit(later)
      #expect(fit.logLikelihood == other.logLikelihood)
      #expect(fit.covarianceParameterCount == (by == nil ? 10 : 20))
      #expect(fit.coefficients.map(\.estimate) == other.coefficients.map(\.estimate))
      #expect(fit.rows.byArm == other.rows.byArm, "people count in the arm that they have")
      #expect(fit.verdict.contains("arms with one mean at visit v1"))
      #expect(
        fit.diagnostics.allSatisfy { $0.severity == .note }, "what arms share is no mistake of the formula")
      #expect(other.diagnostics.contains { $0.kind == .aliased && $0.severity == .caution })
      let tests = try fit.likelihoodRatioTests(in: table)
      let theirs = try other.likelihoodRatioTests(in: later)
      #expect(tests.map(\.statistic) == theirs.map(\.statistic))
      #expect(tests.allSatisfy { $0.statistic != nil })
    }
    #expect(throws: EstimationError.self) { try model("y ~ visit", baseline).fit(table) }
    #expect(throws: EstimationError.self) {
      try model("y ~ visit * arm", ConstrainedBaseline(arm: "arm", visit: "v9")).fit(table)
    }
  }

  @Test("between-within degrees of freedom, counted by hand")
  func betweenWithin() throws {
    let table = try RepeatedCohort.table(people: 20, visits: 3, seed: 2)
    let fit = try RepeatedCohort.fit(table, formula: "y ~ base + arm * visit", df: .betweenWithin)
    // Between: base, arm. Within: two visits and two interactions; 60 rows.
    let expected = [36.0, 17, 17, 36, 36, 36, 36]
    #expect(fit.coefficients.map { $0.degreesOfFreedom ?? .nan } == expected)
    #expect(
      fit.jointReference(of: Matrix(rows: [[0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0]]))
        == .f(denominator: 17))
    let residual = try RepeatedCohort.fit(table, df: .residual)
    #expect(residual.coefficients.allSatisfy { $0.degreesOfFreedom == 53 })
  }
}
