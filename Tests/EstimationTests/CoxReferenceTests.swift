import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Cox models with late entry, strata, clusters, weights and discrete ties against R 4.2.2's survival 3.5-3.
///
/// `Fixtures/cox.R` made `cox.json`; its calls stand beside the values.
@Suite("Reference: Cox models in full")
struct CoxReferenceTests {
  static let fixture = Result { try Fixture("Tests/EstimationTests/Fixtures/cox.json") }
  static var names: [String] { (try? fixture.get()["cases"].keys) ?? [] }

  struct Case {
    let name: String
    let given: Fixture
    let values: Fixture
    let table: Table
    let model: CoxModel

    init(_ name: String) throws {
      self.name = name
      given = try CoxReferenceTests.fixture.get()["cases"][name]
      values = given["values"]
      let data = try #require(given["dataset"].text)
      var table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(data).csv"))
      if data == "survival_lung" {
        table = try Self.complete(table, ["time", "status", "age", "sex", "ph_ecog"])
      }
      if data == "help_rct" {
        table = try Self.complete(table, ["daysanysub", "anysubstatus", "cesd", "age"])
      }
      if given["gap"].flag == true {
        let (start, stop) = (
          try table.requireColumn("start").numericValues(), try table.requireColumn("stop").numericValues()
        )
        table = try table.adding(.numeric("gap", zip(stop, start).map { $0 - $1 }))
      }
      if given["age_scale"].flag == true {
        table = try Self.complete(table, ["hgb"])
        let (age, time) = (
          try table.requireColumn("age").numericValues(), try table.requireColumn("futime").numericValues()
        )
        table = try table.adding(.numeric("exit", zip(age, time).map { $0 + $1 / 12 }))
      }
      var options = ModelOptions()
      if given["weights"].flag == true {
        let age = try table.requireColumn("age").numericValues()
        table = try table.adding(.numeric("w", age.map { 0.5 + $0 / 50 }))
        options.weights = Weights(column: "w", kind: .sampling)
      }
      options.cluster = given["cluster"].text
      self.table = table
      let ties = TieMethod(rawValue: given["ties"].text ?? "") ?? .efron
      model = try CoxModel(
        try #require(given["formula"].text), ties: ties,
        errors: given["robust"].flag == true ? .robust : .automatic, options: options)
    }

    private static func complete(_ table: Table, _ columns: [String]) throws -> Table {
      let all = try columns.map { try table.requireColumn($0) }
      return table.selecting(
        rows: (0..<table.rowCount).filter { row in all.allSatisfy { !$0.isMissing(row: row) } })
    }
  }

  @Test("coefficients, errors and likelihood", arguments: names)
  func estimates(_ name: String) throws {
    let test = try Case(name)
    let fit = try test.model.fit(test.table)
    let values = test.values
    var digits = DigitsReached()
    #expect(Double(fit.rows.used) == values["n"].number)
    #expect(fit.rows.events.map { Double($0) } == values["events"].number)
    #expect(fit.convergence.isConverged)
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(coefficient.estimate, values["estimate"][k], digits: 9, "estimate", coefficient.term)
      digits.expect(coefficient.standardError, values["std_err"][k], digits: 9, "se", coefficient.term)
      for j in fit.coefficients.indices {
        let scale = (fit.covariance[k, k] * fit.covariance[j, j]).squareRoot()
        digits.expect(fit.covariance[k, j], values["vcov"][k][j], digits: 9, absolute: 1e-10 * scale, "vcov")
        digits.expect(
          fit.modelCovariance[k, j], values["model_vcov"][k][j], digits: 9, absolute: 1e-10 * scale,
          "model vcov")
      }
    }
    digits.expect(fit.nullLogLikelihood, values["log_likelihood_null"], digits: 12, "null logLik")
    digits.expect(fit.logLikelihood, values["log_likelihood"], digits: 12, "logLik")
    digits.printRow(name)
  }

  @Test("tests of proportional hazards", arguments: names, ProportionalHazardsTest.Transform.allCases)
  func proportionalHazards(_ name: String, _ transform: ProportionalHazardsTest.Transform) throws {
    let test = try Case(name)
    let expected = test.values["zph"][transform.rawValue]
    guard !expected.isNull else { return }
    let found = try test.model.fit(test.table).proportionalHazardsTest(transform)
    var digits = DigitsReached()
    #expect(found.tests.count == expected["df"].list.count)
    for (k, own) in found.tests.enumerated() {
      digits.expect(
        own.statistic, expected["chi_squared"][k], digits: 7, absolute: 1e-9, "chi-squared",
        own.term ?? "global")
      #expect(Double(own.df) == expected["df"][k].number)
      digits.expect(own.pValue, expected["p"][k], digits: 7, "p")
    }
    digits.printRow("\(name), zph \(transform.rawValue)")
  }

  @Test("residuals", arguments: names)
  func residuals(_ name: String) throws {
    let test = try Case(name)
    let values = test.values
    guard !values["rows"].isNull else { return }
    let fit = try test.model.fit(test.table)
    let found = try fit.residuals()
    var digits = DigitsReached()
    for (k, row) in values["rows"].numbers.enumerated() {
      let i = Int(try #require(row)) - 1
      #expect(found.rows[i] == i)
      digits.expect(found.martingale[i], values["martingale"][k], digits: 9, absolute: 1e-10, "martingale")
      digits.expect(found.deviance[i], values["deviance"][k], digits: 7, absolute: 1e-8, "deviance")
      for j in fit.coefficients.indices {
        digits.expect(found.score[i, j], values["score"][k][j], digits: 8, absolute: 1e-8, "score")
        digits.expect(found.dfbeta[i, j], values["dfbeta"][k][j], digits: 8, absolute: 1e-10, "dfbeta")
      }
    }
    let schoenfeld = try fit.schoenfeldResiduals()
    for j in fit.coefficients.indices {
      func squares(_ matrix: Matrix) -> Double { matrix.column(j).reduce(0) { $0 + $1 * $1 } }
      digits.expect(squares(schoenfeld.residuals), values["schoenfeld_squares"][j], digits: 9, "schoenfeld")
      if fit.isRobust { continue }  // R scales by the robust variance there.
      digits.expect(
        squares(schoenfeld.scaled), values["scaled_schoenfeld_squares"][j], digits: 9, "scaled schoenfeld")
    }
    digits.printRow("\(name), residuals")
  }

  static let held: [String: [String: [GridValue]]] = [
    "survival_lung": ["age": [60], "sex": [2], "ph_ecog": [1]],
    "survival_bladder2": ["rx": [2], "size": [2], "number": [3]],
    "uis_drug_relapse": [
      "age": [30], "beck": [15], "ndt": [3], "iv3": [0], "race": [0], "treat": [1], "site": [0],
    ],
    "survival_ovarian": ["age": [50], "rx": [1]],
  ]

  @Test("predicted curves", arguments: names)
  func curves(_ name: String) throws {
    let test = try Case(name)
    let expected = test.values["curve"]
    guard !expected.isNull else { return }
    let fit = try test.model.fit(test.table)
    let held = Self.held[test.given["dataset"].text ?? ""] ?? [:]
    let curve = try #require(try fit.survivalCurves(at: held).first)
    var digits = DigitsReached()
    for (k, time) in expected["time"].numbers.enumerated() {
      let point = try #require(curve.points.first { $0.time == time })
      digits.expect(point.survival, expected["survival"][k], digits: 9, "survival")
      digits.expect(point.cumulativeHazard, expected["cumulative_hazard"][k], digits: 9, "cumulative hazard")
      digits.expect(
        point.standardError, expected["std_err_cumulative_hazard"][k], digits: 8, "se", "at \(point.time)")
      digits.expect(point.lower, expected["lower"][k], digits: 8, "lower")
      digits.expect(point.upper, expected["upper"][k], digits: 8, "upper")
      digits.expect(point.atRisk, expected["at_risk"][k], digits: 12, "at risk")
      digits.expect(point.events, expected["events"][k], digits: 12, absolute: 1e-12, "events")
    }
    digits.printRow("\(name), curve")
  }
}
