import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Accelerated failure time models against R 4.2.2's `survreg`, subdistribution hazards against `finegray` with `coxph` and `crr`.
///
/// `Fixtures/parametric_survival.R` made `parametric_survival.json`.
@Suite("Reference: accelerated failure times and subdistribution hazards")
struct ParametricSurvivalReferenceTests {
  static let fixture = Result { try Fixture("Tests/EstimationTests/Fixtures/parametric_survival.json") }
  static var names: [String] { (try? fixture.get()["cases"].keys) ?? [] }
  static var failureTimes: [String] { names.filter { !$0.hasPrefix("mgus") } }
  static var subdistributions: [String] { names.filter { $0.hasPrefix("mgus") } }

  private static func table(_ given: Fixture) throws -> Table {
    let data = given["dataset"].text ?? ""
    let table = try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(data).csv"))
    guard data == "survival_mgus2" else { return table }
    let hgb = try table.requireColumn("hgb")
    let rows = table.selecting(rows: (0..<table.rowCount).filter { !hgb.isMissing(row: $0) })
    func numbers(_ name: String) throws -> [Double] { try rows.requireColumn(name).numericValues() }
    let (progressed, follow, progression) = (
      try numbers("pstat"), try numbers("futime"), try numbers("ptime")
    )
    let (death, id) = (try numbers("death"), try numbers("id"))
    let sexes = try rows.requireColumn("sex").asCategories()
    let time = progressed.indices.map { progressed[$0] == 0 ? follow[$0] : progression[$0] }
    return try rows.adding(.numeric("etime", time))
      .adding(.numeric("spread", zip(time, id).map { $0 + $1 / 10000 }))
      .adding(.numeric("ev", progressed.indices.map { progressed[$0] == 0 ? 2 * death[$0] : 1 }))
      .adding(.numeric("male", sexes.codes.map { sexes.levels[Int($0)] == "M" ? 1 : 0 }))
  }

  @Test("accelerated failure times agree with survreg", arguments: failureTimes)
  func failureTime(_ name: String) throws {
    let given = try Self.fixture.get()["cases"][name]
    let values = given["values"]
    let distribution = SurvivalDistribution(rawValue: given["distribution"].text ?? "") ?? .weibull
    let model = try AcceleratedFailureTimeModel(
      given["formula"].text ?? "", distribution: distribution,
      options: ModelOptions(cluster: given["cluster"].text))
    let fit = try model.fit(Self.table(given))
    var digits = DigitsReached()
    #expect(fit.convergence.isConverged)
    let all = fit.coefficients + (fit.logScale.map { [$0] } ?? [])
    for (k, coefficient) in all.enumerated() {
      if k < fit.coefficients.count {
        digits.expect(coefficient.estimate, values["estimate"][k], digits: 7, "estimate", coefficient.term)
      }
      digits.expect(coefficient.standardError, values["std_err"][k], digits: 7, "se", coefficient.term)
    }
    digits.expect(fit.scale, values["scale"], digits: 7, "scale")
    digits.expect(fit.logLikelihood, values["log_likelihood"], digits: 10, "logLik")
    digits.expect(fit.nullLogLikelihood, values["log_likelihood_null"], digits: 9, "null logLik")
    digits.printRow(name)
  }

  @Test("subdistribution hazards agree with finegray and crr", arguments: subdistributions)
  func subdistribution(_ name: String) throws {
    let given = try Self.fixture.get()["cases"][name]
    let values = given["values"]
    let ties: TieMethod = given["ties"].text == "breslow" ? .breslow : .efron
    let time = given["time"].text ?? "etime"
    let fit = try FineGrayModel("Surv(\(time), ev) ~ \(given["formula"].text ?? "")", cause: "1", ties: ties)
      .fit(Self.table(given))
    var digits = DigitsReached()
    #expect(fit.convergence.isConverged)
    let isApproximate = name == "mgus_crr"
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(
        coefficient.estimate, values["estimate"][k], digits: isApproximate ? 6 : 8, "estimate",
        coefficient.term)
      for j in fit.coefficients.indices {
        let scale = (fit.covariance[k, k] * fit.covariance[j, j]).squareRoot()
        if isApproximate {
          digits.expect(
            fit.covariance[k, j], values["crr_vcov"][k][j], digits: 6, absolute: 1e-7 * scale, "crr vcov")
          continue
        }
        digits.expect(
          fit.covarianceWithKnownWeights[k, j], values["vcov"][k][j], digits: 7, absolute: 1e-8 * scale,
          "vcov")
        digits.expect(
          fit.modelCovariance[k, j], values["model_vcov"][k][j], digits: 8, absolute: 1e-9 * scale,
          "model vcov")
      }
    }
    digits.expect(fit.logLikelihood, values["log_likelihood"], digits: 9, "logLik")
    if !isApproximate {
      digits.expect(fit.nullLogLikelihood, values["log_likelihood_null"], digits: 10, "null logLik")
      let zero = Dictionary(uniqueKeysWithValues: fit.coefficients.map { ($0.term, [GridValue.number(0)]) })
      let curve = try #require(try fit.cumulativeIncidence(at: zero).first)
      for (k, time) in values["hazard_time"].numbers.enumerated() {
        let point = try #require(curve.points.last { $0.time <= (time ?? 0) })
        digits.expect(-log(1 - point.estimate), values["hazard"][k], digits: 7, "baseline")
      }
    }
    digits.printRow(name)
  }
}
