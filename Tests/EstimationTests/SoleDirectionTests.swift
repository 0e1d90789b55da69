import CohortTables
import Estimation
import TestSupport
import Testing

/// Coefficients that a single row or cluster determines have no robust error; the others have theirs.
@Suite("By hand: coefficients that rest on one row or cluster")
struct SoleDirectionByHandTests {
  /// 24 rows in 8 clusters of three; `one` marks cluster 5, `row` its first row alone.
  static func table(without cluster: Int? = nil, row: Int? = nil) throws -> Table {
    let rows = (0..<24).filter { $0 / 3 != cluster && $0 != row }
    func numbers(_ value: (Int) -> Double) -> [Double] { rows.map(value) }
    return try Table(
      columns: [
        .numeric("y", numbers { Double($0 * $0 * 13 % 29) + Double($0) / 7 }),
        .numeric("d", numbers { [1, 0, 0, 1, 1, 0, 1][$0 * 5 % 7] }),
        .numeric("x", numbers { Double($0 * 7 % 11) }),
        .numeric("one", numbers { $0 / 3 == 5 ? 1 : 0 }), .numeric("row", numbers { $0 == 15 ? 1 : 0 }),
        .numeric("id", numbers { Double($0 / 3) }),
      ], name: "clusters")
  }

  @Test(
    "a row of its own: no error for it, HC0, HC2 and HC3 of the others those without the row",
    arguments: [RobustCovariance.hc0, .hc1, .hc2, .hc3, .hc4])
  func row(_ kind: RobustCovariance) throws {
    let (all, rest) = (try Self.table(), try Self.table(row: 15))
    let linear = try LinearModel("y ~ x + row", robust: kind).fit(all)
    let logit = try GeneralizedLinearModel("d ~ x + row", family: .gaussian, robust: kind).fit(all)
    let fits: [(any FittedModel, any FittedModel)] = [
      (linear, try LinearModel("y ~ x", robust: kind).fit(rest)),
      (logit, try GeneralizedLinearModel("d ~ x", family: .gaussian, robust: kind).fit(rest)),
    ]
    for (fit, other) in fits {
      let own = fit.coefficients[2]
      #expect(own.estimate != nil && own.standardError == nil && own.pValue == nil && own.lower == nil)
      #expect(own.modelStandardError != nil)
      #expect(
        fit.diagnostics.contains { $0.terms == ["row"] && $0.message.contains("a single row determines it") })
      for k in 0..<2 {
        let error = try #require(fit.coefficients[k].standardError)
        guard kind != .hc1, kind != .hc4 else { continue }
        expectAgreement(error, try #require(other.coefficients[k].standardError), digits: 10)
      }
    }
    #expect(linear.jointTest(of: [[0, 1, 0]], name: "x").statistic != nil)
    #expect(linear.jointTest(of: [[0, 1, 0], [0, 0, 1]], name: "both").statistic == nil)
  }

  @Test(
    "a cluster of its own: no error for it in any sandwich",
    arguments: [RobustCovariance.cr0, .cr1, .cr2, .cr3], [false, true])
  func cluster(_ kind: RobustCovariance, _ isWeighted: Bool) throws {
    var options = ModelOptions(cluster: "id")
    if isWeighted { options.weights = Weights(column: "w", kind: .precision) }
    func table(without cluster: Int? = nil) throws -> Table {
      let plain = try Self.table(without: cluster)
      return try plain.adding(.numeric("w", try plain.requireColumn("x").numericValues().map { $0 + 1 }))
    }
    let linear = try LinearModel("y ~ x + one", options: options, robust: kind).fit(try table())
    let logit = try GeneralizedLinearModel(
      "d ~ x + one", family: .binomial, options: options, robust: kind, penalty: .never
    ).fit(try table())
    for fit in [linear, logit] as [any FittedModel] {
      #expect(fit.coefficients[2].estimate != nil && fit.coefficients[2].standardError == nil)
      #expect(fit.coefficients[0].standardError ?? 0 > 1e-3 && fit.coefficients[1].standardError ?? 0 > 1e-3)
      let note = try #require(fit.diagnostics.first { $0.terms == ["one"] && $0.kind == .robust })
      #expect(note.message.contains("a single cluster of 'id' determines it"))
      // Predictions of the cluster rest on it as well.
      let means = try fit.marginalMeans(of: ["one"], at: ["one": [.number(0), .number(1)]]).means
      #expect(means[0].standardError != nil && means[1].estimate != nil && means[1].standardError == nil)
    }
  }

  @Test("an effect within clusters keeps its error beside a level for each cluster")
  func fixedEffects() throws {
    let table = try Self.table()
    for kind in [RobustCovariance.cr0, .cr1, .cr2, .cr3] {
      let fit = try LinearModel("y ~ x + factor(id)", options: ModelOptions(cluster: "id"), robust: kind)
        .fit(table)
      #expect(fit.coefficients[1].standardError ?? 0 > 1e-3)
      #expect(
        fit.coefficients.enumerated().allSatisfy { ($0.element.standardError == nil) == ($0.offset != 1) })
    }
  }

  @Test(
    "estimating equations: no error for what one person determines", arguments: EstimatingCovariance.allCases)
  func equations(_ kind: EstimatingCovariance) throws {
    for correlation in [WorkingCorrelation.independence, .exchangeable] {
      let fit = try GeneralizedEstimatingEquations(
        "y ~ x + one", subject: "id", correlation: correlation, covariance: kind
      ).fit(try Self.table())
      #expect((fit.coefficients[2].standardError == nil) == (kind != .model))
      #expect(fit.coefficients[1].standardError ?? 0 > 1e-3)
      #expect(
        fit.diagnostics.contains { $0.terms == ["one"] && $0.message.contains("a single person") }
          == (kind != .model))
    }
  }

  @Test("a cluster that nearly determines a coefficient does not lose its error")
  func nearly() throws {
    let table = try Self.table()
    let near = try table.adding(
      .numeric(
        "near", try table.requireColumn("one").numericValues().enumerated().map { $1 + ($0 == 0 ? 0.01 : 0) })
    )
    let fit = try LinearModel("y ~ x + near", options: ModelOptions(cluster: "id"), robust: .cr2).fit(near)
    #expect(fit.coefficients[2].standardError ?? 0 > 1e-3)
  }
}
