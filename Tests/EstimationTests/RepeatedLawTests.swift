import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// What holds of repeated-measures models whatever the data, and what is refused.
@Suite("Laws: repeated measures")
struct RepeatedLawTests {
  static let cohort = Result { try RepeatedCohort.table(people: 60, visits: 4, seed: 17, dropout: 0.12) }

  private func expectSame(
    _ a: RepeatedMeasuresFit, _ b: RepeatedMeasuresFit, digits: Double, scale: Double = 1, _ label: String
  ) {
    for (x, y) in zip(a.coefficients, b.coefficients) {
      expectAgreement(
        (x.estimate ?? .nan) * scale, y.estimate ?? .nan, digits: digits, absolute: 1e-9 * scale,
        "\(label) \(x.term)")
      expectAgreement(
        (x.standardError ?? .nan) * scale, y.standardError ?? .nan, digits: digits, "\(label) se \(x.term)")
      expectAgreement(
        x.degreesOfFreedom ?? .nan, y.degreesOfFreedom ?? .nan, digits: digits - 2, "\(label) df \(x.term)")
    }
  }

  @Test("a frequency weight counts copies of the person", arguments: RepeatedCovariance.allCases)
  func copies(_ structure: RepeatedCovariance) throws {
    let table = try Self.cohort.get()
    let ids = try table.requireColumn("id").asCategories()
    let codes = ids.codes.array()
    let times = codes.map { 1 + Int($0) % 3 }
    let weighted = try table.adding(.numeric("times", times.map(Double.init)))
    var (rows, names) = ([Int](), [String?]())
    for copy in 0..<3 {
      for row in times.indices where times[row] > copy {
        rows.append(row)
        names.append("\(ids.levels[Int(codes[row])])/\(copy)")
      }
    }
    let repeated = try table.selecting(rows: rows).removing("id").adding(.category("id", names))
    let options = ModelOptions(weights: Weights(column: "times", kind: .frequency))
    for df in [VarianceDegreesOfFreedom.satterthwaite, .kenwardRoger, .betweenWithin] {
      let one = try RepeatedCohort.fit(weighted, structure, visit: "time", df: df, options: options)
      let other = try RepeatedCohort.fit(repeated, structure, visit: "time", df: df)
      expectSame(one, other, digits: 8, "\(structure) \(df)")
      expectAgreement(one.logLikelihood, other.logLikelihood, digits: 11, "log-likelihood")
      expectAgreement(one.bic, other.bic, digits: 11, "bic")
    }
  }

  @Test("neither the order of rows nor the names of visits matter", arguments: RepeatedCovariance.allCases)
  func order(_ structure: RepeatedCovariance) throws {
    let table = try Self.cohort.get()
    var random = TestRandom(seed: 5)
    let shuffled = (0..<table.rowCount).map { ($0, random.uniform()) }.sorted { $0.1 < $1.1 }.map(\.0)
    let visit = structure == .spatialExponential ? "time" : "visit"
    let fit = try RepeatedCohort.fit(table, structure, visit: visit)
    expectSame(
      fit, try RepeatedCohort.fit(table.selecting(rows: shuffled), structure, visit: visit), digits: 9,
      "shuffled")
    guard structure == .unstructured || structure == .heterogeneousCompoundSymmetry else { return }
    // Visits in another order: v4 first.
    let codes = try table.requireColumn("visit").asCategories().codes.array()
    let renamed = try table.adding(.numeric("turned", codes.map { Double((Int($0) + 1) % 4) }))
    expectSame(fit, try RepeatedCohort.fit(renamed, structure, visit: "turned"), digits: 8, "turned")
  }

  @Test("the same bits from any number of threads", arguments: [RepeatedCovariance.unstructured, .toeplitz])
  func threads(_ structure: RepeatedCovariance) throws {
    let table = try RepeatedCohort.table(people: 3000, visits: 4, seed: 9, dropout: 0.2)
    let model = try RepeatedMeasuresModel(
      "y ~ base + arm * visit", subject: "id", visit: "visit", covariance: structure,
      degreesOfFreedom: .kenwardRoger)
    let serial = try model.fit(table)
    for count in [2, 3] {
      let threaded = try model.fit(table, executor: ThreadedExecutor(threads: count))
      #expect(threaded.coefficients == serial.coefficients)
      #expect(threaded.covariance == serial.covariance)
      #expect(threaded.residualCovariances == serial.residualCovariances)
      #expect(threaded.logLikelihood == serial.logLikelihood)
    }
  }

  @Test(
    "units and origins of response and covariates do not matter",
    arguments: RepeatedCovariance.allCases, [1e-6, 1, 1e7])
  func affine(_ structure: RepeatedCovariance, _ unit: Double) throws {
    let table = try Self.cohort.get()
    let y = try table.requireColumn("y").numericValues()
    let base = try table.requireColumn("base").numericValues()
    let visit = structure == .spatialExponential ? "time" : "visit"
    let plain = try RepeatedCohort.fit(table, structure, visit: visit)
    let scaled = try table.adding(.numeric("y2", y.map { unit * $0 }))
      .adding(.numeric("base2", base.map { unit * (20_000 + $0) }))
    let other = try RepeatedCohort.fit(scaled, structure, formula: "y2 ~ base2 + arm * visit", visit: visit)
    #expect(other.convergence.isConverged)
    for k in 2..<plain.coefficients.count {
      let (a, b) = (plain.coefficients[k], other.coefficients[k])
      expectAgreement((a.estimate ?? .nan) * unit, b.estimate ?? .nan, digits: 6, "\(a.term)")
      expectAgreement((a.standardError ?? .nan) * unit, b.standardError ?? .nan, digits: 6, "se \(a.term)")
      expectAgreement(a.degreesOfFreedom ?? .nan, b.degreesOfFreedom ?? .nan, digits: 5, "df \(a.term)")
    }
    expectAgreement(plain.coefficients[1].estimate ?? .nan, other.coefficients[1].estimate ?? .nan, digits: 6)
  }

  @Test("a constant precision weight changes nothing but the variances")
  func constantWeights() throws {
    let table = try Self.cohort.get()
    let weighted = try table.adding(.numeric("w", [Double](repeating: 2.5, count: table.rowCount)))
    let options = ModelOptions(weights: Weights(column: "w", kind: .precision))
    let (plain, other) = (try RepeatedCohort.fit(table), try RepeatedCohort.fit(weighted, options: options))
    expectSame(plain, other, digits: 9, "weights")
    expectAgreement(plain.logLikelihood, other.logLikelihood, digits: 11, "log-likelihood")
    let (a, b) = (plain.residualCovariances[0].parameters[0], other.residualCovariances[0].parameters[0])
    expectAgreement(2.5 * a.estimate, b.estimate, digits: 9, "variance")
  }

  @Test("an offset is taken from the response")
  func offsets() throws {
    let all = try Self.cohort.get()
    let (y, base) = (
      try all.requireColumn("y").numericValues(), try all.requireColumn("base").numericValues()
    )
    let table = try all.adding(.numeric("change", zip(y, base).map { $0 - $1 }))
    let change = try RepeatedCohort.fit(table, formula: "change ~ arm * visit")
    let offset = try RepeatedCohort.fit(table, formula: "y ~ arm * visit + offset(base)")
    expectSame(change, offset, digits: 9, "offset")
  }

  @Test("marginal means, contrasts and term tests have the model's degrees of freedom")
  func seam() throws {
    let table = try Self.cohort.get()
    for df in [VarianceDegreesOfFreedom.satterthwaite, .kenwardRoger] {
      let fit = try RepeatedCohort.fit(table, df: df)
      let means = try fit.marginalMeans(of: "arm", at: ["visit": .level("v1")])
      let contrast = try means.contrasts(.pairwise).contrasts[0]
      let arm = fit.coefficients[2]
      expectAgreement(contrast.degreesOfFreedom ?? .nan, arm.degreesOfFreedom ?? .nan, digits: 9, "df")
      expectAgreement(contrast.standardError ?? .nan, arm.standardError ?? .nan, digits: 10, "se")
      let tests = fit.termTests(.typeIII)
      #expect(tests.count == 4 && tests.allSatisfy { ($0.dfDenominator ?? 0) > 10 && $0.pValue != nil })
    }
  }

  // MARK: - Refusals

  @Test("two rows of a person at one visit are refused with their lines")
  func duplicates() throws {
    let csv = "id,visit,y\n1,1,2\n1,2,3\n2,1,4\n2,2,5\n1,2,6\n"
    let table = try Table(csvBytes: Array(csv.utf8), name: "visits.csv")
    #expect {
      _ = try RepeatedMeasuresModel("y ~ factor(visit)", subject: "id", visit: "visit").fit(table)
    } throws: { error in
      let text = "\(error)"
      return text.contains("visits.csv:6") && text.contains("visits.csv:3")
    }
  }

  @Test("visits that no person has together, a fallback that is declared, and one that is not")
  func fallback() throws {
    let all = try Self.cohort.get()
    let codes = try all.requireColumn("visit").asCategories().codes.array()
    let people = try all.requireColumn("id").asCategories().codes.array()
    // Even people have no second visit, odd people no third.
    let rows = codes.indices.filter {
      !(codes[$0] == 1 && people[$0] % 2 == 0) && !(codes[$0] == 2 && people[$0] % 2 == 1)
    }
    let table = all.selecting(rows: rows)
    #expect {
      _ = try RepeatedCohort.fit(table)
    } throws: { error in
      (error as? EstimationError)?.code == .notEstimable && "\(error)".contains("both visits v2 and v3")
    }
    let fit = try RepeatedMeasuresModel(
      "y ~ base + arm * visit", subject: "id", visit: "visit",
      fallback: [.heterogeneousToeplitz, .compoundSymmetry]
    ).fit(table)
    #expect(fit.structure == .heterogeneousToeplitz && fit.requestedStructure == .unstructured)
    let logged = try #require(
      fit.diagnostics.first { $0.kind == .covarianceStructure && $0.severity == .caution })
    #expect(logged.message.contains("no person has both visits v2 and v3"))
    #expect(fit.verdict.contains("heterogeneous Toeplitz instead of unstructured"))
  }

  @Test("visits without a used row are dropped, or keep their place")
  func unobserved() throws {
    let all = try Self.cohort.get()
    let codes = try all.requireColumn("visit").asCategories().codes.array()
    let y = try all.requireColumn("y").numericValues()
    let table = try all.removing("y").adding(.numeric("y", y.indices.map { codes[$0] == 1 ? .nan : y[$0] }))
    func fit(_ unobserved: UnobservedVisits, _ structure: RepeatedCovariance) throws -> RepeatedMeasuresFit {
      try RepeatedMeasuresModel(
        "y ~ base + arm", subject: "id", visit: "visit", covariance: structure, unobservedVisits: unobserved
      ).fit(table)
    }
    let (dropped, kept) = (try fit(.dropped, .autoregressive), try fit(.kept, .autoregressive))
    #expect(dropped.visits == ["v1", "v3", "v4"] && kept.visits == ["v1", "v2", "v3", "v4"])
    #expect(dropped.logLikelihood != kept.logLikelihood)
    #expect(kept.diagnostics.contains { $0.message.contains("keep their place in the order: v2") })
    #expect(throws: EstimationError.self) { try fit(.kept, .unstructured) }
    #expect(kept.rows.isReconciled && kept.rows.subjects == 60)
  }

  @Test("a response that the terms reproduce is refused, a visit without residuals too")
  func exact() throws {
    let table = try Self.cohort.get()
    let base = try table.requireColumn("base").numericValues()
    let codes = try table.requireColumn("visit").asCategories().codes.array()
    let y = try table.requireColumn("y").numericValues()
    let made = try table.adding(.numeric("same", base.map { 3 + 2 * $0 }))
      .adding(.numeric("fixed", y.indices.map { codes[$0] == 0 ? 7 : y[$0] }))
    #expect {
      _ = try RepeatedCohort.fit(made, formula: "same ~ base + visit")
    } throws: { "\($0)".contains("reproduce the response exactly") }
    #expect {
      _ = try RepeatedCohort.fit(made, formula: "fixed ~ visit")
    } throws: { "\($0)".contains("visit v1 has no residual variation") }
  }

  @Test("every person's own times")
  func irregular() throws {
    var random = TestRandom(seed: 77)
    let table = try RepeatedCohort.table(people: 80, visits: 4, seed: 6, dropout: 0.1)
    let time = try table.requireColumn("time").numericValues().map { 30 * $0 + 5 * random.uniform() }
    let own = try table.removing("time").adding(.numeric("time", time))
    let fit = try RepeatedCohort.fit(
      own, .spatialExponential, formula: "y ~ time * arm", visit: "time", df: .kenwardRoger)
    #expect(fit.convergence.isConverged && fit.patternCount == 80)
    #expect(fit.residualCovariances[0].covariance == nil)
    // Months instead of days: the range with them, nothing else.
    let months = try own.removing("time").adding(.numeric("time", time.map { $0 / 30.4 }))
    let other = try RepeatedCohort.fit(
      months, .spatialExponential, formula: "y ~ time * arm", visit: "time", df: .kenwardRoger)
    expectAgreement(
      fit.residualCovariances[0].parameters[1].estimate,
      30.4 * other.residualCovariances[0].parameters[1].estimate, digits: 8, "range")
    expectAgreement(fit.logLikelihood + 2 * 3.4144426081, other.logLikelihood, digits: 9, "log-likelihood")
    for k in [0, 2] {
      let (a, b) = (fit.coefficients[k], other.coefficients[k])
      expectAgreement(a.estimate ?? .nan, b.estimate ?? .nan, digits: 8, a.term)
      expectAgreement(a.standardError ?? .nan, b.standardError ?? .nan, digits: 8, "se \(a.term)")
      expectAgreement(a.degreesOfFreedom ?? .nan, b.degreesOfFreedom ?? .nan, digits: 7, "df \(a.term)")
    }
  }

  @Test("what cannot be is refused")
  func refusals() throws {
    let table = try Self.cohort.get()
    func model(
      weights: Weights? = nil, robust: RobustCovariance? = nil, df: VarianceDegreesOfFreedom = .satterthwaite,
      visit: String = "visit", by: String? = nil, structure: RepeatedCovariance = .unstructured
    ) throws {
      _ = try RepeatedMeasuresModel(
        "y ~ base + arm", subject: "id", visit: visit, covariance: structure, covarianceBy: by,
        degreesOfFreedom: df,
        robust: robust, options: ModelOptions(weights: weights)
      ).fit(table)
    }
    #expect(throws: EstimationError.self) { try model(weights: Weights(column: "base", kind: .sampling)) }
    #expect(throws: EstimationError.self) { try model(robust: .hc3) }
    #expect(throws: EstimationError.self) { try model(robust: .cr2, df: .kenwardRoger) }
    #expect(throws: EstimationError.self) { try model(by: "visit") }
    #expect(throws: EstimationError.self) { try model(structure: .spatialExponential) }
    #expect(throws: TableError.self) { try model(visit: "week") }
    #expect(throws: EstimationError.self) {
      try RepeatedCohort.fit(table.selecting(rows: [0]), formula: "y ~ 1")
    }
  }
}
