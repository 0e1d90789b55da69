import CohortTables
import Estimation
import TestSupport
import Testing

/// Large tables and wide designs: right, and in a time that no quadratic algorithm would keep.
@Suite("Laws: scale", .serialized)
struct ScaleTests {
  /// The seconds that a closure takes.
  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  @Test("a factor with 300 levels has its means")
  func manyLevels() throws {
    let levels = 300
    let rows = Array(0..<3 * levels)
    let site = rows.map { "site \($0 % levels)" as String? }
    // Deviations -1, 0, 1 within each site.
    let y = rows.map { Double(($0 % levels) * 17 % 101) + Double($0 / levels) - 1 }
    let table = try Table(columns: [.numeric("y", y), .category("site", site)])
    let fit = try LinearModel("y ~ site").fit(table)
    #expect(fit.coefficients.count == levels && fit.coefficients.allSatisfy { !$0.isAliased })
    expectAgreement(try #require(fit.sigma), 1, digits: 12)
    let means = try fit.marginalMeans(of: "site").means
    #expect(means.count == levels)
    for mean in means {
      let number = try #require(Int(mean.at[0].value.text.dropFirst(5)))
      expectAgreement(try #require(mean.estimate), Double(number * 17 % 101), digits: 12, absolute: 1e-11)
      expectAgreement(try #require(mean.standardError), (1.0 / 3).squareRoot(), digits: 11)
    }
  }

  @Test("100,000 rows in two groups: survival in seconds, not minutes")
  func manyRows() throws {
    let table = try Simulated.cohort(rows: 100_000, distinctTimes: 2_000)
    let arms = try table.requireColumn("arm").asCategories()
    let two = table.selecting(rows: (0..<table.rowCount).filter { arms.codes[$0] != 2 })
    let taken = try Self.seconds {
      let curves = try KaplanMeier("Surv(time, event) ~ arm").fit(two)
      #expect(curves.curves.count == 2)
      let test = try LogRankTest("Surv(time, event) ~ arm", two)
      #expect(try #require(test.statistic) > 100)
      let fit = try CoxModel("Surv(time, event) ~ arm + x").fit(two)
      #expect(fit.convergence.isConverged)
      _ = try LinearModel("y ~ arm + x").fit(two)
    }
    print("scale: 4 fits of \(two.rowCount) rows in \(Double(Int(taken * 1000)) / 1000) s")
    #expect(taken < 20)
  }

  @Test("a distinct time for everyone")
  func distinctTimes() throws {
    let table = try Simulated.cohort(rows: 50_000, distinctTimes: 1_000_000_000)
    let taken = try Self.seconds {
      let fit = try CoxModel("Surv(time, event) ~ arm + x + strata(site)").fit(table)
      #expect(fit.convergence.isConverged)
      let curves = try KaplanMeier("Surv(time, event) ~ arm").fit(table).curves
      #expect(curves.reduce(0) { $0 + $1.events } == Double(fit.rows.events ?? 0))
    }
    print(
      "scale: Cox and curves at \(table.rowCount) distinct times in \(Double(Int(taken * 1000)) / 1000) s")
    #expect(taken < 20)
  }
}
