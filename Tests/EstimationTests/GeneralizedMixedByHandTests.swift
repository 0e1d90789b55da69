import CohortTables
import Estimation
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Small generalised linear mixed models against closed forms and brute-force integrals.
@Suite("Generalised mixed: by hand") struct GeneralizedMixedByHandTests {
  /// Pairs of responses: so many groups with (1, 1), (1, 0), (0, 1) and (0, 0).
  static func pairs(_ both: Int, _ first: Int, _ second: Int, _ none: Int) throws -> Table {
    let kinds =
      [(1.0, 1.0)].repeated(both) + [(1, 0)].repeated(first) + [(0, 1)].repeated(second)
      + [(0, 0)].repeated(none)
    return try Table(
      columns: [
        .numeric("y", kinds.flatMap { [$0.0, $0.1] }),
        .category("g", kinds.indices.flatMap { ["g\($0)", "g\($0)"] }),
        .numeric("x", kinds.flatMap { _ in [0.0, 1] }),
      ], name: "pairs")
  }

  @Test("Probit pairs: a third of the pairs of each concordant kind is a variance of 1")
  func probitPairs() throws {
    // P(1, 1) = 1/4 + asin(rho) / (2 pi) at beta = 0, rho = sigma^2 / (1 + sigma^2) (Sheppard 1899).
    let fit = try GeneralizedMixedModel(
      "y ~ 1 + (1 | g)", family: .binomial, link: .probit, integration: .quadrature(points: 41)
    ).fit(Self.pairs(8, 4, 4, 8))
    #expect(fit.convergence.isConverged)
    let estimate = try #require(fit.coefficients[0].estimate)
    #expect(abs(estimate) < 1e-10)
    expectAgreement(fit.varianceComponents[0].value, 1, digits: 9, "variance")
    expectAgreement(
      fit.logLikelihood, 16 * Foundation.log(1.0 / 3) + 8 * Foundation.log(1.0 / 6), digits: 11, "logLik")
    let check = try #require(fit.integrationCheck)
    #expect(check.shift < 1e-6 && check.deviationShift < 1e-6)
  }

  static let small = Result {
    try Table(
      columns: [
        .numeric("y", [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]),
        .numeric("k", [3, 0, 5, 4, 1, 0, 2, 1, 9, 7, 4, 1, 0, 1, 0, 6, 2, 8]),
        .numeric("x", [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]),
        .category("g", (0..<18).map { "g\($0 / 3)" }),
      ], name: "small")
  }

  /// The log-likelihood at some parameters by the trapezoidal rule over all of the line.
  private func bruteForce(
    _ table: Table, response: String, _ beta: [Double], _ sd: Double,
    _ density: (Double, Double) -> Double
  ) throws -> Double {
    let y = try table.requireColumn(response).numericValues()
    let x = try table.requireColumn("x").numericValues()
    let step = 0.01
    return (0..<6).reduce(0) { total, group in
      var integral = 0.0
      for k in -1000...1000 {
        let t = Double(k) * step
        var value = step * exp(-0.5 * t * t) / (2 * Double.pi).squareRoot()
        for row in 3 * group..<3 * group + 3 { value *= density(y[row], beta[0] + beta[1] * x[row] + sd * t) }
        integral += value
      }
      return total + log(integral)
    }
  }

  private static func logistic(_ y: Double, _ eta: Double) -> Double {
    y == 1 ? 1 / (1 + exp(-eta)) : 1 / (1 + exp(eta))
  }

  private static func poisson(_ y: Double, _ eta: Double) -> Double {
    exp(y * eta - exp(eta) - lgamma(y + 1))
  }

  private static func extreme(_ y: Double, _ eta: Double) -> Double {
    y == 1 ? -expm1(-exp(eta)) : exp(-exp(eta))
  }

  private static func normal(_ y: Double, _ eta: Double) -> Double {
    0.5 * erfc((y == 1 ? -eta : eta) / 2.0.squareRoot())
  }

  @Test(
    "Quadrature is the integral, and its optimum the integral's",
    arguments: ["logit", "probit", "cloglog", "log"])
  func integral(_ name: String) throws {
    let table = try Self.small.get()
    let link = try #require(Link(rawValue: name))
    let family: ResponseFamily = link == .log ? .poisson : .binomial
    let response = link == .log ? "k" : "y"
    let density =
      link == .log
      ? Self.poisson : link == .logit ? Self.logistic : link == .probit ? Self.normal : Self.extreme
    let fit = try GeneralizedMixedModel(
      "\(response) ~ x + (1 | g)", family: family, link: link, integration: .quadrature(points: 61)
    ).fit(table)
    #expect(fit.convergence.isConverged, "\(fit.convergence.message)")
    let beta = fit.coefficients.compactMap(\.estimate)
    let sd = try #require(fit.varianceComponents[0].standardDeviation)
    #expect(sd > 0.1)
    func at(_ a: Double, _ b: Double, _ s: Double) throws -> Double {
      try bruteForce(table, response: response, [beta[0] + a, beta[1] + b], sd + s, density)
    }
    expectAgreement(fit.logLikelihood, try at(0, 0, 0), digits: 11, "logLik")
    // The integral is stationary there, and its curvature is the information.
    let h = 1e-3
    var hessian = Matrix(rowCount: 3, columnCount: 3)
    for i in 0..<3 {
      func moved(_ by: Double) throws -> Double {
        try at(i == 0 ? by : 0, i == 1 ? by : 0, i == 2 ? by : 0)
      }
      let slope =
        (8 * (try moved(h) - moved(-h)) - (try moved(2 * h) - moved(-2 * h))) / (12 * h)
      #expect(abs(slope) < 1e-8)
      for j in 0..<3 {
        func corner(_ a: Double, _ b: Double) throws -> Double {
          var place = [0.0, 0, 0]
          place[i] += a * h
          place[j] += b * h
          return try at(place[0], place[1], place[2])
        }
        hessian[i, j] = -(try corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (4 * h * h)
      }
    }
    let inverse = try CholeskyFactor((hessian + hessian.transposed()).scaled(by: 0.5)).inverse()
    for k in 0..<2 {
      expectAgreement(
        try #require(fit.coefficients[k].standardError), inverse[k, k].squareRoot(), digits: 5, "error")
    }
    // More points change nothing; few points are near.
    let few = try GeneralizedMixedModel(
      "\(response) ~ x + (1 | g)", family: family, link: link, integration: .quadrature(points: 15)
    ).fit(table)
    expectAgreement(few.logLikelihood, fit.logLikelihood, digits: 6, "15 points")
  }

  @Test("Two effects: quadrature is the double integral")
  func twoEffects() throws {
    let table = try Self.small.get()
    let fit = try GeneralizedMixedModel(
      "k ~ x + (x | g)", family: .poisson, integration: .quadrature(points: 25)
    ).fit(table)
    #expect(fit.convergence.isConverged, "\(fit.convergence.message)")
    let beta = fit.coefficients.compactMap(\.estimate)
    let components = fit.varianceComponents.map(\.value)
    let a = components[0].squareRoot()
    let b = components[2] / a
    let c = max(components[1] - b * b, 0).squareRoot()
    let y = try table.requireColumn("k").numericValues()
    let x = try table.requireColumn("x").numericValues()
    let step = 0.05
    let nodes = (-160...160).map { Double($0) * step }
    var total = 0.0
    for group in 0..<6 {
      var integral = 0.0
      for s in nodes {
        for t in nodes {
          var value = step * step * exp(-0.5 * (s * s + t * t)) / (2 * Double.pi)
          for row in 3 * group..<3 * group + 3 {
            value *= Self.poisson(
              y[row], beta[0] + beta[1] * x[row] + a * s + x[row] * (b * s + c * t))
          }
          integral += value
        }
      }
      total += log(integral)
    }
    expectAgreement(fit.logLikelihood, total, digits: 10, "logLik")
  }

  @Test("Laplace's approximation by its definition")
  func laplace() throws {
    let table = try Self.small.get()
    let fit = try GeneralizedMixedModel("k ~ x + (1 | g)", family: .poisson).fit(table)
    let beta = fit.coefficients.compactMap(\.estimate)
    let sd = try #require(fit.varianceComponents[0].standardDeviation)
    let y = try table.requireColumn("k").numericValues()
    let x = try table.requireColumn("x").numericValues()
    func value(_ beta: [Double], _ sd: Double) -> (Double, [Double]) {
      var (total, modes) = (0.0, [Double]())
      for group in 0..<6 {
        let rows = 3 * group..<3 * group + 3
        var u = 0.0
        for _ in 0..<60 {
          let means = rows.map { exp(beta[0] + beta[1] * x[$0] + sd * u) }
          let slope = zip(rows, means).reduce(-u) { $0 + sd * (y[$1.0] - $1.1) }
          u += slope / (1 + sd * sd * means.reduce(0, +))
        }
        let means = rows.map { exp(beta[0] + beta[1] * x[$0] + sd * u) }
        total += zip(rows, means).reduce(-0.5 * u * u) {
          $0 + y[$1.0] * log($1.1) - $1.1 - lgamma(y[$1.0] + 1)
        }
        total -= 0.5 * log(1 + sd * sd * means.reduce(0, +))
        modes.append(sd * u)
      }
      return (total, modes)
    }
    let (total, modes) = value(beta, sd)
    expectAgreement(fit.logLikelihood, total, digits: 13, "logLik")
    let effects = try fit.randomEffects()[0]
    for (k, mode) in modes.enumerated() { expectAgreement(effects.values[k], mode, digits: 9, "mode") }
    // Stationary in all parameters: differences of the definition.
    let h = 1e-4
    for k in 0..<3 {
      func moved(_ by: Double) -> Double {
        value([beta[0] + (k == 0 ? by : 0), beta[1] + (k == 1 ? by : 0)], sd + (k == 2 ? by : 0)).0
      }
      let slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
      #expect(abs(slope) < 1e-8, "slope \(k): \(slope)")
    }
  }

  @Test("Means over the population are averages over the random constants")
  func populationMeans() throws {
    let fit = try GeneralizedMixedModel(
      "y ~ x + (1 | g)", family: .binomial, integration: .quadrature(points: 21)
    ).fit(Self.small.get())
    let means = try fit.marginalMeans(of: ["x"], at: ["x": [0, 2]])
    let population = try fit.populationMeans(means)
    let sd = try #require(fit.varianceComponents[0].standardDeviation)
    for (mean, link) in zip(population, means.means) {
      let eta = try #require(link.estimate)
      var sum = 0.0
      for k in -900...900 {
        let t = Double(k) / 100
        sum += 0.01 * exp(-0.5 * t * t) / (2 * Double.pi).squareRoot() / (1 + exp(-eta - sd * t))
      }
      expectAgreement(try #require(mean.estimate), sum, digits: 12, "mean")
      let lower = try #require(mean.lower)
      let upper = try #require(mean.upper)
      #expect(lower > 0 && lower < sum && sum < upper && upper < 1)
      // Nearer to a half than the mean of a person at an effect of 0.
      #expect(abs(sum - 0.5) < abs(1 / (1 + exp(-eta)) - 0.5))
    }
  }
}

extension Array {
  fileprivate func repeated(_ count: Int) -> [Element] { (0..<count).flatMap { _ in self } }
}
