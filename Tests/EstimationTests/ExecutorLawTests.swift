import CohortTables
import Estimation
import Testing

/// Whole fits have the same bits on any number of threads.
@Suite("Laws: executors", .serialized)
struct ExecutorLawTests {
  /// 200,000 rows: 49 leaves, so that the tree is neither full nor trivial.
  static let cohort = Result { try Simulated.cohort(rows: 200_000, distinctTimes: 3_000) }

  @Test("a linear model with robust errors")
  func linear() throws {
    let table = try Self.cohort.get()
    let model = try LinearModel(
      "y ~ x * arm + poly(z, 2)", options: ModelOptions(weights: Weights(column: "w", kind: .precision)),
      robust: .hc3)
    let serial = try model.fit(table)
    for threads in [1, 2, 3, 8] {
      let fit = try model.fit(table, executor: ThreadedExecutor(threads: threads))
      #expect(fit.coefficients == serial.coefficients && fit.covariance == serial.covariance)
      #expect(fit.residualSumOfSquares == serial.residualSumOfSquares)
      #expect(fit.logLikelihood == serial.logLikelihood)
    }
  }

  @Test("a Cox model")
  func cox() throws {
    let table = try Self.cohort.get()
    let model = try CoxModel("Surv(time, event) ~ x + arm + strata(site)")
    let serial = try model.fit(table)
    #expect(serial.convergence.isConverged)
    for threads in [1, 2, 3, 8] {
      let fit = try model.fit(table, executor: ThreadedExecutor(threads: threads))
      #expect(fit.coefficients == serial.coefficients && fit.covariance == serial.covariance)
      #expect(fit.logLikelihood == serial.logLikelihood && fit.globalTests == serial.globalTests)
    }
  }

  @Test("Kaplan-Meier and log-rank")
  func curves() throws {
    let table = try Self.cohort.get()
    let options = ModelOptions(weights: Weights(column: "w", kind: .frequency))
    let estimator = try KaplanMeier("Surv(time, event) ~ arm", options: options)
    let serial = try estimator.fit(table)
    let formula = "Surv(time, event) ~ arm + strata(site)"
    let test = try LogRankTest(formula, table)
    for threads in [1, 2, 3, 8] {
      let executor = ThreadedExecutor(threads: threads)
      #expect(try estimator.fit(table, executor: executor).curves == serial.curves)
      let again = try LogRankTest(formula, table, executor: executor)
      #expect(again.groups == test.groups && again.statistic == test.statistic)
      #expect(again.covariance == test.covariance)
    }
  }

  @Test("one leaf gives what many threads give")
  func oneLeaf() throws {
    let table = try Simulated.cohort(rows: 50)
    let model = try LinearModel("y ~ x + arm")
    let serial = try model.fit(table)
    #expect(try model.fit(table, executor: ThreadedExecutor(threads: 8)).coefficients == serial.coefficients)
  }
}
