import CohortTables
import Estimation
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// What holds of every generalised linear mixed model.
@Suite("Generalised mixed: laws and identities") struct GeneralizedMixedLawTests {
  /// People with visits in weeks 0 to 4 (some missing), 0/1 and counted responses, arms and centres.
  static func cohort(people: Int, deviation: Double = 1, slope: Double = 0.3, seed: UInt64 = 7) throws
    -> Table
  {
    var random = TestRandom(seed: seed)
    var (id, arm, centre) = ([String?](), [String?](), [String?]())
    var (week, y, count, copies) = ([Double](), [Double](), [Double](), [Double]())
    for person in 0..<people {
      let group = Int(random.uniform() * 3)
      let (constant, own) = (deviation * random.normal(), slope * random.normal())
      let copy = Double(1 + person % 3)
      for visit in 0..<5 where random.uniform() < 0.9 {
        let eta = -1 + 0.3 * Double(visit) + (group == 2 ? 0.5 : 0) + constant + own * Double(visit)
        let draw = random.uniform()
        id.append("p\(person)")
        arm.append(["combined", "medication", "therapy"][group])
        centre.append("c\((person + visit) % 7)")
        week.append(Double(visit))
        y.append(draw < 1 / (1 + exp(-eta)) ? 1 : 0)
        count.append((exp(0.5 * eta) * (0.5 + draw)).rounded())
        copies.append(copy)
      }
    }
    return try Table(
      columns: [
        .category("id", id), .category("arm", arm), .category("centre", centre), .numeric("week", week),
        .numeric("y", y), .numeric("count", count), .numeric("copies", copies),
      ], name: "cohort")
  }

  private static func columns(_ table: Table, _ rows: [Int]) throws -> [Column] {
    try table.columns.map { column in
      switch column.values {
      case .numeric:
        let values = try column.numericValues()
        return .numeric(column.name, rows.map { values[$0] })
      default:
        let own = column.asCategories()
        return .category(column.name, rows.map { own.levels[Int(own.codes.array()[$0])] })
      }
    }
  }

  private func expectSame(
    _ a: GeneralizedMixedFit, _ b: GeneralizedMixedFit, digits: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(a.convergence.isConverged && b.convergence.isConverged, sourceLocation: sourceLocation)
    for (x, y) in zip(a.coefficients, b.coefficients) {
      expectAgreement(
        x.estimate ?? .nan, y.estimate ?? .nan, digits: digits, absolute: 1e-9, x.term,
        sourceLocation: sourceLocation)
      expectAgreement(
        x.standardError ?? .nan, y.standardError ?? .nan, digits: digits, "error \(x.term)",
        sourceLocation: sourceLocation)
    }
    for (x, y) in zip(a.varianceComponents, b.varianceComponents) {
      expectAgreement(
        x.value, y.value, digits: digits - 1, absolute: 1e-9, "variance", sourceLocation: sourceLocation)
    }
  }

  static let models: [(String, ResponseFamily, RandomEffectIntegration)] = [
    ("y ~ week * arm + (1 | id)", .binomial, .laplace),
    ("y ~ week * arm + (1 | id)", .binomial, .quadrature(points: 9)),
    ("count ~ week * arm + (week | id)", .poisson, .laplace),
    ("y ~ week + arm + (1 | id) + (1 | centre)", .binomial, .laplace),
  ]

  @Test("The number of threads changes no bit", arguments: models.indices)
  func threads(_ index: Int) throws {
    let (formula, family, integration) = Self.models[index]
    let table = try Self.cohort(people: 700)
    let model = try GeneralizedMixedModel(formula, family: family, integration: integration)
    let one = try model.fit(table)
    #expect(one.convergence.isConverged, "\(one.convergence.message)")
    for threads in [2, 3] {
      let other = try model.fit(table, executor: ThreadedExecutor(threads: threads))
      #expect(other.coefficients == one.coefficients)
      #expect(other.covariance == one.covariance)
      #expect(other.varianceComponents == one.varianceComponents)
      #expect(other.logLikelihood == one.logLikelihood)
      #expect(
        try other.randomEffects(executor: ThreadedExecutor(threads: threads)).map(\.values)
          == one.randomEffects().map(\.values))
    }
  }

  @Test("One point of quadrature is Laplace's approximation")
  func onePoint() throws {
    let table = try Self.cohort(people: 120)
    let formula = "y ~ week * arm + (1 | id)"
    let laplace = try GeneralizedMixedModel(formula, family: .binomial).fit(table)
    let one = try GeneralizedMixedModel(
      formula, family: .binomial, integration: .quadrature(points: 1)
    ).fit(table)
    #expect(laplace.coefficients == one.coefficients)
    #expect(laplace.logLikelihood == one.logLikelihood)
  }

  @Test("The order of the rows does not matter", arguments: models.indices)
  func order(_ index: Int) throws {
    let (formula, family, integration) = Self.models[index]
    let table = try Self.cohort(people: 150)
    let model = try GeneralizedMixedModel(formula, family: family, integration: integration)
    let turned = try Table(
      columns: Self.columns(table, Array((0..<table.rowCount).reversed())), name: "turned")
    try expectSame(model.fit(table), model.fit(turned), digits: 8)
  }

  @Test("Shifting and scaling a column that varies changes its coefficients alone")
  func affine() throws {
    let table = try Self.cohort(people: 300)
    let rows = Array(0..<table.rowCount)
    let week = try table.requireColumn("week").numericValues()
    let own = try Self.columns(table, rows) + [.numeric("day", week.map { 20_000 + 7 * $0 })]
    let other = try Table(columns: own, name: "days")
    let a = try GeneralizedMixedModel("count ~ week + arm + (week | id)", family: .poisson).fit(other)
    let b = try GeneralizedMixedModel("count ~ day + arm + (day | id)", family: .poisson).fit(other)
    #expect(a.convergence.isConverged && b.convergence.isConverged)
    expectAgreement(a.logLikelihood, b.logLikelihood, digits: 12, "logLik")
    expectAgreement(
      a.coefficients[1].estimate ?? .nan, 7 * (b.coefficients[1].estimate ?? .nan), digits: 8, "slope")
    expectAgreement(
      a.coefficients[1].standardError ?? .nan, 7 * (b.coefficients[1].standardError ?? .nan), digits: 7,
      "error")
    expectAgreement(a.varianceComponents[1].value, 49 * b.varianceComponents[1].value, digits: 7, "variance")
    let (x, y) = (try a.fittedRows(), try b.fittedRows())
    for k in 0..<20 { expectAgreement(x.conditional[k], y.conditional[k], digits: 7, "fitted") }
  }

  @Test("A group of frequency 2 is a group that stands twice")
  func frequencies() throws {
    let table = try Self.cohort(people: 60)
    let formula = "y ~ week + arm + (1 | id)"
    let weighted = try GeneralizedMixedModel(
      formula, family: .binomial,
      options: ModelOptions(weights: Weights(column: "copies", kind: .frequency))
    ).fit(table)
    let copies = try table.requireColumn("copies").numericValues()
    let ids = try table.requireColumn("id").asCategories()
    var (rows, names) = ([Int](), [String?]())
    for copy in 0..<3 {
      for row in 0..<table.rowCount where Int(copies[row]) > copy {
        rows.append(row)
        names.append(ids.levels[Int(ids.codes.array()[row])] + "-\(copy)")
      }
    }
    let own = try Self.columns(table, rows).filter { $0.name != "id" } + [.category("id", names)]
    let repeated = try GeneralizedMixedModel(formula, family: .binomial).fit(Table(columns: own, name: "all"))
    expectSame(weighted, repeated, digits: 8)
    expectAgreement(weighted.logLikelihood, repeated.logLikelihood, digits: 11, "logLik")
    expectAgreement(weighted.bic, repeated.bic, digits: 11, "bic")
  }

  @Test("Successes out of trials are so many responses of 0 and 1")
  func trials() throws {
    var random = TestRandom(seed: 3)
    var (id, x, good, all) = ([String?](), [Double](), [Double](), [Double]())
    var (longID, longX, y) = ([String?](), [Double](), [Double]())
    for group in 0..<40 {
      let effect = random.normal()
      for k in 0..<3 {
        let trials = 1 + Int(random.uniform() * 6)
        let responses = (0..<trials).map { _ in
          random.uniform() < 1 / (1 + exp(-effect - 0.4 * Double(k))) ? 1.0 : 0
        }
        id.append("g\(group)")
        x.append(Double(k))
        good.append(responses.reduce(0, +))
        all.append(Double(trials))
        for response in responses {
          longID.append("g\(group)")
          longX.append(Double(k))
          y.append(response)
        }
      }
    }
    let short = try Table(
      columns: [.category("id", id), .numeric("x", x), .numeric("good", good), .numeric("all", all)],
      name: "short")
    let long = try Table(
      columns: [.category("id", longID), .numeric("x", longX), .numeric("y", y)], name: "long")
    for integration in [RandomEffectIntegration.laplace, .quadrature(points: 11)] {
      let a = try GeneralizedMixedModel(
        "good / all ~ x + (1 | id)", family: .binomial, integration: integration
      ).fit(short)
      let b = try GeneralizedMixedModel("y ~ x + (1 | id)", family: .binomial, integration: integration).fit(
        long)
      expectSame(a, b, digits: 8)
      let ways = zip(good, all).reduce(0) {
        $0 + lgamma($1.1 + 1) - lgamma($1.0 + 1) - lgamma($1.1 - $1.0 + 1)
      }
      expectAgreement(a.logLikelihood, b.logLikelihood + ways, digits: 11, "logLik")
    }
  }

  @Test("A variance of 0 is the model without random effects")
  func zeroVariance() throws {
    // Every group has as many 1s as 0s: less variation between groups than of single rows.
    var random = TestRandom(seed: 11)
    let groups = 60
    let table = try Table(
      columns: [
        .numeric("y", (0..<groups * 4).map { Double(($0 + $0 / 4) % 2) }),
        .numeric("x", (0..<groups * 4).map { _ in random.normal() }),
        .category("g", (0..<groups * 4).map { "g\($0 / 4)" }),
        .category("h", (0..<groups * 4).map { "h\($0 / 12)" }),
      ], name: "even")
    let plain = try GeneralizedLinearModel("y ~ x", family: .binomial).fit(table)
    for (term, integration) in [
      ("(1 | g)", RandomEffectIntegration.laplace), ("(1 | g)", .quadrature(points: 7)),
      ("(1 | h/g)", .laplace),
    ] {
      let fit = try GeneralizedMixedModel("y ~ x + \(term)", family: .binomial, integration: integration).fit(
        table)
      #expect(fit.convergence.isConverged, "\(fit.convergence.message)")
      #expect(fit.varianceComponents.allSatisfy { $0.value == 0 })
      #expect(!fit.boundaryTerms.isEmpty)
      #expect(fit.diagnostics.contains { $0.kind == .boundary })
      expectAgreement(fit.logLikelihood, plain.logLikelihood, digits: 11, "logLik")
      for (a, b) in zip(fit.coefficients, plain.coefficients) {
        expectAgreement(a.estimate ?? .nan, b.estimate ?? .nan, digits: 8, a.term)
        expectAgreement(a.standardError ?? .nan, b.standardError ?? .nan, digits: 8, "error \(a.term)")
      }
    }
  }

  @Test("Inference works on the link's scale, with z and chi-squared")
  func seam() throws {
    let table = try Self.cohort(people: 300)
    let fit = try GeneralizedMixedModel("y ~ week * arm + (1 | id)", family: .binomial).fit(table)
    let means = try fit.marginalMeans(of: ["arm"], at: ["week": [4]])
    #expect(means.link == .logit)
    let contrasts = try means.contrasts(.pairwise, adjustment: .tukey)
    #expect(contrasts.contrasts.count == 3)
    #expect(contrasts.contrasts.allSatisfy { $0.degreesOfFreedom == nil && ($0.pValue ?? -1) >= 0 })
    #expect(fit.coefficients[1].ratio?.kind == "odds")
    #expect(fit.verdict.contains("Laplace"))
    #expect(fit.rows.read == fit.rows.used)
    #expect(fit.rows.clusters?.count == 300)
  }
}
