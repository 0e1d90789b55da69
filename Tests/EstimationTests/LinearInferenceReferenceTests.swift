import CohortTables
import Estimation
import TestSupport
import Testing

/// Row diagnostics, HC4, cluster-robust errors, splines and M-estimation against R 4.2.2.
///
/// Calls, versions and dates stand in `Fixtures/linear_inference.json`; `linear_inference.R` made it, with
/// sandwich, clubSandwich, MASS and splines.
@Suite("Reference: linear models, their rows, clusters, splines and outliers")
struct LinearInferenceReferenceTests {
  static let diagnosed = ["longley", "sleepstudy", "lung", "veteran", "help", "uis", "btheb"]
  static let clustered = [
    "sleepstudy", "sleepstudy_fixed", "btheb", "btheb_weighted", "lung", "veteran", "help", "help_weighted",
    "uis", "uis_people",
  ]
  static let splined = [
    "sleepstudy_ns", "sleepstudy_bs", "sleepstudy_ns_one", "longley_ns_two", "lung_bs", "lung_ns",
    "veteran_ns",
    "help_ns", "uis_bs", "btheb_pw", "help_pw",
  ]
  static let robust = [
    "longley", "sleepstudy", "lung", "veteran", "help", "help_weighted", "uis", "btheb",
  ]

  static func longley() throws -> Table {
    let data = try Fixture("Tests/EstimationTests/Fixtures/nist/Longley.json")
    var columns = [Column.numeric("y", data["y"].list.map { $0.number() })]
    for j in 0..<6 { columns.append(.numeric("x\(j + 1)", data["x"].list.map { $0[j].number() })) }
    return try Table(columns: columns, name: "longley")
  }

  /// A case's table, formula and options.
  static func problem(_ name: String) throws -> (Fixture, Table, String, ModelOptions) {
    let fixture = try ReferenceData.linearInference.get()["cases"][name]
    let (dataset, values) = (fixture["dataset"].text ?? "", fixture["values"])
    var table = dataset == "longley" ? try longley() : try ReferenceData.table(dataset)
    var options = ModelOptions(cluster: values["cluster"].text)
    if values["weighted"].flag == true {
      let weights =
        dataset == "help_rct"
        ? try table.requireColumn("pss_fr").numericValues().map { $0 + 1 }
        : try table.requireColumn("bdi_pre").numericValues()
      table = try table.adding(.numeric("w", weights))
      options.weights = Weights(column: "w", kind: .precision)
    }
    return (values, table, values["formula"].text ?? "", options)
  }

  @Test("leverage, residuals, Cook's distance and HC4", arguments: diagnosed)
  func rows(_ name: String) throws {
    let (values, table, formula, options) = try Self.problem("rows_\(name)")
    let fit = try LinearModel(formula, options: options, robust: .hc4).fit(table)
    let rows = try fit.rowDiagnostics(table)
    #expect(rows.rows.count == values["hat"].list.count && rows.rows.count == fit.rows.used)
    var digits = DigitsReached()
    for i in rows.rows.indices {
      digits.expect(rows.leverage[i], values["hat"][i], digits: 8, "leverage", "row \(i)")
      digits.expect(
        rows.standardized[i], values["rstandard"][i], digits: 8, absolute: 1e-9, "standardised", "row \(i)")
      digits.expect(
        rows.studentized[i], values["rstudent"][i], digits: 8, absolute: 1e-9, "studentised", "row \(i)")
      digits.expect(rows.cooksDistance[i], values["cooks"][i], digits: 8, absolute: 1e-11, "Cook", "row \(i)")
    }
    // On Longley's data sandwich's own bread has the squared condition number: 7.8 digits there, 13 elsewhere.
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(coefficient.standardError, values["hc4"][k], digits: 7.5, "HC4", coefficient.term)
    }
    digits.printRow("rows, \(name)")
  }

  @Test("cluster-robust errors and Satterthwaite df agree with clubSandwich", arguments: clustered)
  func clusters(_ name: String) throws {
    let (values, table, formula, options) = try Self.problem("cluster_\(name)")
    var digits = DigitsReached()
    for kind in RobustCovariance.allCases where kind.isClustered {
      let expected = values[kind.rawValue.uppercased()]
      guard !expected.isNull else { continue }
      let fit = try LinearModel(formula, options: options, robust: kind).fit(table)
      let clusters = try #require(fit.rows.clusters)
      #expect(Double(clusters.count) == values["clusters"].number)
      #expect(fit.coefficients.count == expected["df"].list.count)
      for (k, coefficient) in fit.coefficients.enumerated() {
        // A constant for each cluster rests on that cluster alone: R's errors are those of the slope's part, or noise.
        guard name != "sleepstudy_fixed" || coefficient.term == "days" else {
          #expect(
            coefficient.standardError == nil && coefficient.degreesOfFreedom == nil, "\(coefficient.term)")
          continue
        }
        let label = "\(kind) \(coefficient.term)"
        digits.expect(coefficient.standardError, expected["std_err"][k], digits: 8, "se", label)
        digits.expect(coefficient.degreesOfFreedom, expected["df"][k], digits: 7.5, "df", label)
        digits.expect(coefficient.pValue, expected["p"][k], digits: 7, absolute: 1e-12, "p", label)
      }
    }
    digits.printRow("clusters, \(name)")
  }

  @Test("splines with stored knots agree with splines and predict", arguments: splined)
  func splines(_ name: String) throws {
    let (values, table, formula, options) = try Self.problem("spline_\(name)")
    let fit = try LinearModel(formula, options: options).fit(table)
    var digits = DigitsReached()
    #expect(fit.coefficients.count == values["estimate"].list.count)
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(coefficient.estimate, values["estimate"][k], digits: 8, "estimate", coefficient.term)
      digits.expect(coefficient.standardError, values["std_err"][k], digits: 8, "se", coefficient.term)
    }
    let column = try #require(values["column"].text)
    let at = values["at"].list.map { GridValue.number($0.number()) }
    let means = try fit.marginalMeans(of: [column], at: [column: at])
    for (k, mean) in means.means.enumerated() {
      digits.expect(mean.estimate, values["predicted"][k], digits: 8, "predicted", "\(mean.at)")
      digits.expect(
        mean.standardError, values["predicted_std_err"][k], digits: 8, "se of predicted", "\(mean.at)")
    }
    digits.printRow("splines, \(name)")
  }

  @Test("M-estimation agrees with rlm", arguments: robust, RobustWeighting.allCases)
  func mEstimation(_ name: String, _ weighting: RobustWeighting) throws {
    let (values, table, formula, options) = try Self.problem("robust_\(name)")
    let expected = values[weighting.rawValue]
    let fit = try RobustLinearModel(formula, weighting: weighting, options: options).fit(table)
    #expect(fit.convergence.isConverged)
    var digits = DigitsReached()
    digits.expect(fit.scale, expected["scale"], digits: 7, "scale")
    for (k, coefficient) in fit.coefficients.enumerated() {
      digits.expect(coefficient.estimate, expected["estimate"][k], digits: 7, "estimate", coefficient.term)
      digits.expect(coefficient.standardError, expected["std_err"][k], digits: 7, "se", coefficient.term)
    }
    digits.printRow("\(weighting), \(name)")
  }
}
