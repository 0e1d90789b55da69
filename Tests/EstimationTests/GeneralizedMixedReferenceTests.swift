import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Generalised linear mixed models against lme4 and, for links other than the natural one, glmmTMB.
@Suite("Generalised mixed: reference") struct GeneralizedMixedReferenceTests {
  private static let fixture = Result {
    try Fixture("Tests/EstimationTests/Fixtures/generalized_mixed.json")
  }

  static let cases = [
    "cbpp", "cbpp_10", "cbpp_probit", "cbpp_cloglog", "ohio", "ohio_10", "ohio_25", "respiratory",
    "respiratory_15", "epilepsy",
    "epilepsy_10", "epilepsy_slope", "epilepsy_uncorrelated", "epilepsy_offset", "epilepsy_weighted",
    "epilepsy_rows", "grouseticks", "verbal",
  ]

  /// The data of a case; weights are `1 + (period mod 2) / 2`.
  private static func table(_ name: String, weighted: Bool) throws -> Table {
    let table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(name).csv"))
    guard weighted else { return table }
    let period = try table.requireColumn("period").numericValues()
    let columns = try ["seizure_rate", "base", "period"].map {
      Column.numeric($0, try table.requireColumn($0).numericValues())
    }
    let categories = try ["treatment", "subject"].map { name in
      let own = try table.requireColumn(name).asCategories()
      return Column.category(name, own.codes.array().map { own.levels[Int($0)] })
    }
    let weights = Column.numeric("w", period.map { 1 + $0.truncatingRemainder(dividingBy: 2) / 2 })
    return try Table(columns: columns + categories + [weights], name: name)
  }

  private static func fit(_ name: String) throws -> (GeneralizedMixedFit, Fixture) {
    let one = try fixture.get()["cases"][name]
    let values = one["values"]
    let isWeighted = values["weighted"].flag == true
    let points = Int(values["points"].number())
    let family = try #require(ResponseFamily(name: values["family"].text ?? ""))
    let link = try #require(Link(rawValue: values["link"].text ?? ""))
    let model = try GeneralizedMixedModel(
      values["formula"].text ?? "", family: family, link: link,
      integration: points == 1 ? .laplace : .quadrature(points: points),
      options: ModelOptions(weights: isWeighted ? Weights(column: "w", kind: .precision) : nil))
    return (try model.fit(table(try #require(one["dataset"].text), weighted: isWeighted)), values)
  }

  @Test("Likelihood, estimates, errors, variances and effects", arguments: cases)
  func estimates(_ name: String) throws {
    let (fit, expected) = try Self.fit(name)
    var digits = DigitsReached()
    #expect(fit.convergence.isConverged, "\(fit.convergence.message)")
    digits.expect(fit.criterion, expected["criterion"], digits: 9, "criterion")
    digits.expect(fit.aic, expected["aic"], digits: 9, "aic")
    digits.expect(fit.bic, expected["bic"], digits: 9, "bic")
    #expect(fit.parameterCount == Int(expected["parameters"].number()))
    if expected["conditional_deviance"].number != nil {
      digits.expect(fit.conditionalDeviance, expected["conditional_deviance"], digits: 6, "deviance")
    }
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(
        coefficient.estimate, expected["estimate"][k], digits: 6, absolute: 1e-7, "estimate", coefficient.term
      )
      digits.expect(
        coefficient.standardError, expected["std_error"][k], digits: 5.5, "error", coefficient.term)
      #expect(coefficient.degreesOfFreedom == nil)
      for j in 0...k {
        digits.expect(
          fit.covariance[k, j], expected["vcov"][k][j], digits: 5, absolute: 1e-7, "covariance")
      }
    }
    for (k, component) in fit.varianceComponents.filter({ $0.otherTerm == nil }).enumerated() {
      let place = expected["groups"].list.isEmpty ? k : try Self.place(component, expected, k, fit)
      digits.expect(component.value, expected["variances"][place], digits: 6, "variance", component.term)
    }
    for (k, component) in fit.varianceComponents.filter({ $0.otherTerm != nil }).enumerated() {
      digits.expect(component.value, expected["covariances"][k], digits: 5, "covariance of effects")
    }
    if !expected["fitted"].list.isEmpty {
      for (k, value) in try fit.fittedRows().conditional.prefix(12).enumerated() {
        digits.expect(value, expected["fitted"][k], digits: 5, "fitted")
      }
    }
    if !expected["random"].isNull { try checkEffects(fit, expected["random"], &digits) }
    digits.printRow(name)
  }

  /// lme4 orders groups of equal number, and the parts of a term without correlation, by its own rules.
  private static func place(
    _ component: VarianceComponent, _ expected: Fixture, _ k: Int, _ fit: GeneralizedMixedFit
  ) throws -> Int {
    guard fit.groupCounts.count > 1 else { return k }
    return try #require(
      expected["groups"].list.firstIndex {
        $0.text == component.group || $0.text == "period:subject" && component.group == "subject:period"
      })
  }

  private func checkEffects(_ fit: GeneralizedMixedFit, _ expected: Fixture, _ digits: inout DigitsReached)
    throws
  {
    for effects in try fit.randomEffects() {
      let key = try #require(
        expected.keys.first {
          $0 == effects.group
            || $0.split(separator: ":").sorted() == effects.group.split(separator: ":").sorted()
        })
      let theirs = expected[key]["levels"].list.compactMap(\.text)
      let q = effects.terms.count
      for (level, name) in effects.levels.enumerated() {
        let own = key == effects.group ? name : name.split(separator: ":").reversed().joined(separator: ":")
        let place = try #require(theirs.firstIndex(of: own))
        for a in 0..<q {
          digits.expect(
            effects.value(level: level, term: a), expected[key]["values"][place][a], digits: 5,
            absolute: 1e-6, "effect")
          for b in 0...a where !expected[key]["conditional"].list.isEmpty {
            digits.expect(
              effects.conditionalVariances[effects.pair(level: level, a, b)],
              expected[key]["conditional"][place * q * q + a * q + b], digits: 5, absolute: 1e-7,
              "conditional variance")
          }
        }
      }
    }
  }
}
