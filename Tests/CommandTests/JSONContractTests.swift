import Foundation
import TestSupport
import Testing

/// The JSON of fits: which keys are there, which are null, and that the numbers reconcile.
@Suite struct JSONContractTests {
  private static let coefficientKeys: Set<String> = [
    "term", "component", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high",
    "aliased",
    "interval_method",
  ]

  private func fit(_ arguments: [String]) throws -> JSON {
    let outcome = try Tandem.run(["fit"] + arguments + ["--format", "json", "--quiet"])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error == "")
    expectPlainNumbers(outcome.output)
    return try #require(outcome.json)
  }

  @Test func linearModel() throws {
    let json = try fit([
      "bdi ~ month*drug + bdi_pre", "Data/btheb/visits.csv", "--vcov", "hc3", "--means", "drug", "--at",
      "month=2",
      "--contrast", "pairwise", "--adjust", "holm",
    ])
    #expect(json["schema"] == .text("tandem.fit/1"))
    #expect(
      json.keys == [
        "schema", "model", "rows", "coefficients", "covariance", "statistics", "tests", "means", "contrasts",
        "diagnostics", "provenance", "verdict",
      ])
    let model = try #require(json["model"])
    #expect(model["kind"] == .text("linear_model"))
    #expect(model["formula"] == .text("bdi ~ month*drug + bdi_pre"))
    #expect(model["vcov"] == .text("hc3"))
    #expect(model["vcov_cluster"] == .null, "no cluster is a value that does not exist")
    #expect(model["reference_levels"] == .object(["drug": .text("No")]))
    #expect(model["conf_level"] == .number(0.95))
    #expect(
      model["ties"] == nil && model["weights"] == nil, "keys that a linear model does not have are absent")
    for row in try #require(json["coefficients"]).list {
      #expect(row.keys == Self.coefficientKeys.union(["std_error_model"]))
      #expect(row["component"] == .text("mean"))
    }
    #expect(
      json["coefficients"]?.list.map { $0["term"]?.text }
        == ["(Intercept)", "month", "drug[Yes]", "bdi_pre", "month:drug[Yes]"])
    #expect(json["covariance"]?["terms"]?.list.count == 5)
    #expect(json["covariance"]?["matrix"]?.list.allSatisfy { $0.list.count == 5 } == true)
    expectKeys(
      json["means"],
      ["at", "weights", "held", "scale", "estimate", "std_error", "df", "conf_low", "conf_high"],
      count: 2)
    expectKeys(
      json["contrasts"],
      [
        "contrast", "at", "by", "scale", "null", "side", "estimate", "std_error", "statistic", "df",
        "p_value",
        "conf_low", "conf_high", "adjustment", "family_size", "p_adjusted", "conf_low_adjusted",
        "conf_high_adjusted",
      ], count: 1)
    #expect(json["contrasts"]?.list.first?["at"]?["month"] == .number(2))
    expectKeys(
      json["tests"],
      ["name", "term", "method", "statistic_kind", "statistic", "df", "df_denominator", "p_value"], count: 1)
    expectReconciled(json)
    expectProvenance(json, file: "Data/btheb/visits.csv", rows: 500)
  }

  @Test func clusterRobustErrors() throws {
    let json = try fit([
      "bdi ~ ns(month, 3) + drug", "Data/btheb/visits.csv", "--cluster", "subject_id", "--means", "drug",
    ])
    let model = try #require(json["model"])
    #expect(model["vcov"] == .text("cr2") && model["vcov_cluster"] == .text("subject_id"))
    #expect(model["df_method"] == .text("satterthwaite"))
    let clusters = try #require(json["rows"]?["clusters"])
    #expect(clusters.keys == ["column", "n", "min", "max"])
    #expect(clusters["n"] == .number(100) && clusters["column"] == .text("subject_id"))
    let df = json["coefficients"]?.list.compactMap { $0["df"]?.number } ?? []
    #expect(df.count == 5 && Set(df).count == 5 && df.allSatisfy { $0 > 4 && $0 < 100 })
    #expect(json["means"]?.list.allSatisfy { ($0["df"]?.number ?? 0) < 100 } == true)
  }

  @Test func estimatingEquations() throws {
    let json = try fit([
      "bdi ~ month + drug", "Data/btheb/visits.csv", "--gee", "unstructured", "--subject", "subject_id",
      "--visit", "month", "--vcov", "mancl-derouen", "--means", "drug", "--contrast", "pairwise",
    ])
    let model = try #require(json["model"])
    #expect(model["kind"] == .text("generalized_estimating_equations"))
    #expect(model["working_correlation"] == .text("unstructured"))
    #expect(model["vcov"] == .text("mancl_derouen") && model["df_method"] == .text("people_minus_p"))
    #expect(model["vcov_cluster"] == .text("subject_id") && model["visit"] == .text("month"))
    let working = try #require(json["working_correlation"])
    #expect(working.keys == ["parameters", "scale", "divisor"] && working["divisor"] == .text("n"))
    expectKeys(working["parameters"], ["name", "estimate", "std_error"], count: 10)
    #expect(working["parameters"]?.list.first?["name"] == .text("alpha(0,2)"))
    #expect(
      json["statistics"]?.keys == ["parameters", "scale", "quasi_log_lik", "qic", "qic_u", "cic"])
    #expect(json["rows"]?["clusters"]?["n"] == .number(100))
    #expect(json["coefficients"]?.list.allSatisfy { $0["df"] == .number(97) } == true)
    #expect(json["convergence"]?["converged"] == .bool(true))
    #expect(json["contrasts"]?.list.count == 1 && json["means"]?.list.count == 2)
    expectReconciled(json)
  }

  @Test func robustLinearModel() throws {
    let json = try fit(["bdi ~ pw(month, 3) + drug", "Data/btheb/visits.csv", "--robust", "huber"])
    #expect(json["model"]?["kind"] == .text("robust_linear_model"))
    #expect(json["model"]?["method"] == .text("huber"))
    #expect((json["statistics"]?["scale"]?.number ?? 0) > 0)
    #expect(json["convergence"]?["converged"] == .bool(true))
  }

  @Test func coxModel() throws {
    let json = try fit(["Surv(days, relapse) ~ modality + age", "Data/demo/episodes.csv"])
    #expect(
      json.keys == [
        "schema", "model", "rows", "coefficients", "covariance", "statistics", "tests", "convergence",
        "diagnostics",
        "provenance", "verdict",
      ])
    #expect(json["model"]?["kind"] == .text("cox_model"))
    #expect(json["model"]?["ties"] == .text("efron"))
    for key in ["family", "link", "df_method"] {
      #expect(json["model"]?[key] == nil, "a Cox model has no \(key)")
    }
    for row in try #require(json["coefficients"]).list {
      #expect(row.keys == Self.coefficientKeys.union(["ratio", "ratio_low", "ratio_high", "ratio_kind"]))
      #expect(row["df"] == .null, "a z statistic has no degrees of freedom")
      #expect(row["ratio_kind"] == .text("hazard"))
      let (estimate, ratio) = (try #require(row["estimate"]?.number), try #require(row["ratio"]?.number))
      expectAgreement(ratio, exp(estimate), digits: 14, "the ratio of \(row["term"]?.text ?? "")")
    }
    #expect(json["tests"]?.list.map { $0["method"]?.text } == ["lr", "score", "wald", "zph", "zph", "zph"])
    #expect(json["convergence"]?.keys == ["converged", "iterations", "criterion", "value", "message"])
    #expect(json["convergence"]?["converged"] == .bool(true))
    #expect(json["rows"]?["events"] == .number(80))
    expectReconciled(json)
    expectProvenance(json, file: "Data/demo/episodes.csv", rows: 260)
  }

  @Test func survivalCurves() throws {
    let json = try fit(["Surv(days, relapse) ~ modality", "Data/demo/episodes.csv", "--curve"])
    #expect(
      json.keys == ["schema", "model", "rows", "curves", "tests", "diagnostics", "provenance", "verdict"],
      "curves have no coefficients")
    let curves = try #require(json["curves"]).list
    #expect(curves.map { $0["group"]?["modality"]?.text } == ["combined", "medication", "therapy"])
    for curve in curves {
      #expect(curve.keys == ["kind", "group", "cause", "transform", "variance", "points", "quantiles"])
      #expect(curve["kind"] == .text("survival"))
      #expect(curve["cause"] == .null)
      for point in try #require(curve["points"]).list {
        #expect(
          point.keys == [
            "time", "n_risk", "n_event", "n_censor", "estimate", "std_error", "conf_low", "conf_high",
          ])
        let low = try #require(point["conf_low"]?.number)
        let high = try #require(point["conf_high"]?.number)
        let estimate = try #require(point["estimate"]?.number)
        #expect(0 <= low && low <= estimate && estimate <= high && high <= 1)
      }
      #expect(curve["quantiles"]?.list.map { $0["probability"]?.number } == [0.25, 0.5, 0.75])
    }
    let events = curves.flatMap { $0["points"]?.list ?? [] }.compactMap { $0["n_event"]?.number }.reduce(0, +)
    #expect(events == 80)
    #expect(json["tests"]?.list.first?["name"] == .text("log-rank"))
    expectReconciled(json)
  }

  @Test func aStandardErrorThatDoesNotExistIsNull() throws {
    let json = try fit(["Surv(days, relapse) ~ 1", "Data/demo/episodes.csv", "--curve"])
    #expect(
      json["curves"]?.list.first?["quantiles"]?.list.last?["time"] == .null,
      "too few relapse for a third quartile")
    #expect(json["tests"]?.list.isEmpty == true, "one group has nothing to test")
  }

  @Test func anAliasedCoefficientIsNull() throws {
    let scratch = try Scratch()
    try scratch.write("y,a,b\n1,1,2\n3,2,4\n4,3,6\n8,4,8\n", to: "data.csv")
    let outcome = try scratch.run(["fit", "y ~ a + b", "data.csv", "--format", "json"])
    let row = try #require(outcome.json?["coefficients"]?.list.last)
    #expect(row["aliased"] == .bool(true))
    for key in ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"] {
      #expect(row[key] == .null)
    }
    #expect(outcome.json?["covariance"]?["terms"]?.list.count == 2, "the covariance is of what was estimated")
    let csv = try scratch.run(["fit", "y ~ a + b", "data.csv", "--format", "csv"])
    #expect(csv.output.split(separator: "\n").last == "b,,,,,,,")
  }

  @Test func numbersRoundTrip() throws {
    let arguments = ["fit", "bdi ~ month + bdi_pre", "Data/btheb/visits.csv", "--format"]
    let rows = try #require(try Tandem.run(arguments + ["json"]).json?["coefficients"]).list
    let lines = try Tandem.run(arguments + ["csv"]).output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "term,estimate,std_error,statistic,df,p_value,conf_low,conf_high")
    let names = lines[0].split(separator: ",").map(String.init)
    for (row, line) in zip(rows, lines.dropFirst()) {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      for (name, cell) in zip(names, cells).dropFirst() {
        #expect(Double(cell)?.bitPattern == row[name]?.number?.bitPattern, "\(name) of \(cells[0])")
        #expect(
          Double(cell).map { "\($0)" == cell || "\($0)" == cell + ".0" } == true,
          "\(cell) is the shortest text")
      }
    }
    #expect(lines.count == rows.count + 1)
  }

  @Test func weightsAreNamed() throws {
    let scratch = try Scratch()
    try scratch.write("y,x,w\n1,0,1\n2,1,0\n4,2,2\n4,3,1\n9,,1\n", to: "data.csv")
    let outcome = try scratch.run(["fit", "y ~ x", "data.csv", "--weights", "w", "--format", "json"])
    let json = try #require(outcome.json)
    #expect(json["model"]?["weights"] == .object(["column": .text("w"), "kind": .text("precision")]))
    #expect(json["rows"]?["zero_weight"] == .number(1))
    expectReconciled(json)
  }
}

/// Expects that every element of a list has exactly these keys.
private func expectKeys(
  _ list: JSON?, _ keys: Set<String>, count: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(list?.list.count == count, sourceLocation: sourceLocation)
  for element in list?.list ?? [] { #expect(element.keys == keys, sourceLocation: sourceLocation) }
}

/// Expects that rows read are those used and those excluded, in all and by arm.
private func expectReconciled(_ json: JSON, sourceLocation: SourceLocation = #_sourceLocation) {
  guard let rows = json["rows"], let read = rows["read"]?.number, let used = rows["used"]?.number,
    let excluded = rows["excluded"]
  else {
    Issue.record("rows are not accounted for", sourceLocation: sourceLocation)
    return
  }
  let left = excluded.list.compactMap { $0["rows"]?.number }.reduce(0, +)
  #expect(read == used + left, sourceLocation: sourceLocation)
  if let arms = rows["by_arm"] {
    #expect(arms.list.compactMap { $0["rows"]?.number }.reduce(0, +) <= used, sourceLocation: sourceLocation)
  }
}

private func expectProvenance(
  _ json: JSON, file: String, rows: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  let provenance = json["provenance"]
  #expect(provenance?.keys == ["tandem", "inputs", "seed"], sourceLocation: sourceLocation)
  #expect(provenance?["seed"] == .null, sourceLocation: sourceLocation)
  let input = provenance?["inputs"]?.list.first
  #expect(input?["file"] == .text(file), sourceLocation: sourceLocation)
  #expect(input?["rows"] == .number(rows), sourceLocation: sourceLocation)
  #expect(input?["sha256"]?.text?.count == 64, sourceLocation: sourceLocation)
}

/// Expects that no number stands as NaN or infinity, in JSON or CSV.
func expectPlainNumbers(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let hit = text.firstMatch(of: /(?i)[:,\s\[](nan|-?inf|-?infinity)[,\s\]]/)
  #expect(hit == nil, "\(hit?.output.0 ?? "")", sourceLocation: sourceLocation)
}
