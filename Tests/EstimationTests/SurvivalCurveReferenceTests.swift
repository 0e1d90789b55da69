import CohortTables
import Estimation
import TestSupport
import Testing

/// Curves with delayed entry, weights and clusters, competing and recurrent events, weighted log-rank tests and
/// concordance on real cohorts against R 4.2.2's survival 3.5-3 and cmprsk 2.2-11.
///
/// Calls, versions and dates stand in `Fixtures/survival_curves.json`; `survival_curves.R` made it.
@Suite("Reference: survival curves")
struct SurvivalCurveReferenceTests {
  /// The values of a case.
  static func values(_ name: String) throws -> Fixture {
    try ReferenceData.survivalCurves.get()["cases"][name]["values"]
  }

  /// A data set with a further column, and without some rows.
  static func table(
    _ name: String, adding column: Column? = nil, where keeps: (Int) -> Bool = { _ in true }
  ) throws -> Table {
    let table = try ReferenceData.table(name)
    let columns = table.columns + [column].compactMap { $0 }
    let whole = try Table(columns: columns, name: "\(name).csv")
    return whole.selecting(rows: (0..<whole.rowCount).filter(keeps))
  }

  static func numbers(_ name: String, of table: Table) throws -> [Double] {
    try table.requireColumn(name).numericValues()
  }

  /// People observed from their age at diagnosis to that at death or last contact.
  static func late() throws -> Table {
    let all = try ReferenceData.table("survival_mgus2")
    let (age, time) = (try numbers("age", of: all), try numbers("futime", of: all))
    return try table(
      "survival_mgus2", adding: .numeric("exit_age", zip(age, time).map { $0 + $1 / 12 }),
      where: { time[$0] > 0 })
  }

  /// The first of progression and death, with columns for weights and bands of age.
  static func competing() throws -> Table {
    let all = try ReferenceData.table("survival_mgus2")
    let (progressed, died) = (try numbers("pstat", of: all), try numbers("death", of: all))
    let (ptime, futime) = (try numbers("ptime", of: all), try numbers("futime", of: all))
    let age = try numbers("age", of: all)
    let rows = age.indices
    let time = rows.map { progressed[$0] == 1 ? ptime[$0] : futime[$0] }
    let cause = rows.map { progressed[$0] == 1 ? "pcm" : died[$0] == 1 ? "died" : "censored" }
    return try Table(
      columns: all.columns + [
        .numeric("etime", time), .category("cause", cause), .numeric("w", age.map { $0 / 70 }),
        .category("band", age.map { $0 < 60 ? "a" : $0 < 75 ? "b" : "c" }),
        .numeric("exit", rows.map { age[$0] + time[$0] / 12 }),
      ], name: "mgus2.csv")
  }

  private static func lungWithWeights() throws -> Table {
    let age = try numbers("age", of: ReferenceData.table("survival_lung"))
    return try table("survival_lung", adding: .numeric("w", age.map { $0 / 64 }))
  }

  private static let sampling = ModelOptions(weights: Weights(column: "w", kind: .sampling))

  // MARK: - Kaplan-Meier and cumulative hazards

  @Test(
    "curves agree with survfit: delayed entry, weights, clusters",
    arguments: [
      "km_mgus2_age", "km_lung_weighted", "km_bladder_cluster",
    ])
  func kaplanMeier(_ name: String) throws {
    let (formula, table, options): (String, Table, ModelOptions) =
      switch name {
      case "km_mgus2_age": ("Surv(age, exit_age, death) ~ sex", try Self.late(), ModelOptions())
      case "km_lung_weighted": ("Surv(time, status) ~ sex", try Self.lungWithWeights(), Self.sampling)
      default: ("Surv(stop, event) ~ rx", try Self.table("survival_bladder"), ModelOptions(cluster: "id"))
      }
    let fit = try KaplanMeier(formula, options: options).fit(table)
    let groups = try Self.values(name)["groups"].list
    #expect(fit.rows.isReconciled && fit.curves.count == groups.count)
    var digits = DigitsReached()
    for (curve, group) in zip(fit.curves, groups) {
      #expect(curve.points.count == group["time"].list.count)
      for (k, point) in curve.points.enumerated() {
        let at = "at \(point.time)"
        digits.expect(point.time, group["time"][k], digits: 14, "time", at)
        digits.expect(point.atRisk, group["n_risk"][k], digits: 12, "n_risk", at)
        digits.expect(point.events, group["n_event"][k], digits: 12, absolute: 1e-14, "n_event", at)
        digits.expect(point.censored, group["n_censor"][k], digits: 12, absolute: 1e-14, "n_censor", at)
        digits.expect(point.estimate, group["survival"][k], digits: 11, absolute: 1e-15, "survival", at)
        digits.expect(point.standardError, group["std_err"][k], digits: 9, absolute: 1e-15, "se", at)
        digits.expect(point.lower, group["lower"][k], digits: 9, absolute: 1e-15, "lower", at)
        digits.expect(point.upper, group["upper"][k], digits: 9, "upper", at)
      }
    }
    let hazards = try CumulativeHazard(formula, options: options).fit(table)
    expect(hazards, groups, &digits)
    digits.printRow(name)
  }

  private func expect(_ hazards: StepCurves, _ groups: [Fixture], _ digits: inout DigitsReached) {
    for (curve, group) in zip(hazards.curves, groups) {
      for (k, point) in curve.points.enumerated() {
        digits.expect(
          point.estimate, group["hazard"][k], digits: 11, absolute: 1e-15, "hazard", "at \(point.time)")
        digits.expect(
          point.standardError, group["hazard_std_err"][k], digits: 9, absolute: 1e-15, "hazard se",
          "at \(point.time)")
      }
    }
  }

  @Test(
    "both conventions of tied events agree with survfit's ctype", arguments: CumulativeHazard.Ties.allCases)
  func hazards(_ ties: CumulativeHazard.Ties) throws {
    let name = ties == .nelsonAalen ? "hazard_uis_1" : "hazard_uis_2"
    let fit = try CumulativeHazard("Surv(time, censor) ~ treat", ties: ties).fit(
      Self.table("uis_drug_relapse"))
    var digits = DigitsReached()
    expect(fit, try Self.values(name)["groups"].list, &digits)
    digits.printRow(name)
  }

  // MARK: - Restricted means

  static let meanCases = [
    ("rmst_lung_sex_365", "survival_lung", "Surv(time, status) ~ sex"),
    ("rmst_lung_sex_730", "survival_lung", "Surv(time, status) ~ sex"),
    ("rmst_uis_treat_180", "uis_drug_relapse", "Surv(time, censor) ~ treat"),
    ("rmst_uis_treat_365", "uis_drug_relapse", "Surv(time, censor) ~ treat"),
    ("rmst_aml_x_30", "survival_aml", "Surv(time, status) ~ x"),
    ("rmst_aml_x_48", "survival_aml", "Surv(time, status) ~ x"),
    ("rmst_veteran_trt_180", "survival_veteran", "Surv(time, status) ~ trt"),
  ]

  @Test("restricted means agree with survfit", arguments: meanCases)
  func restrictedMeans(_ name: String, _ data: String, _ formula: String) throws {
    let values = try ReferenceData.survival.get()["cases"][name]["values"]
    let horizon = values["horizon"].number()
    let means = try KaplanMeier(formula).fit(Self.table(data)).restrictedMeans(to: horizon)
    var digits = DigitsReached()
    for (mean, group) in zip(means.means, values["groups"].list) {
      digits.expect(mean?.estimate, group["estimate"], digits: 12, "mean")
      digits.expect(mean?.standardError, group["std_err"], digits: 11, "se")
    }
    digits.printRow(name)
  }

  @Test("a restricted mean's robust error is the integral of survfit's influence")
  func robustMean() throws {
    let values = try Self.values("rmst_lung_weighted")
    let fit = try KaplanMeier("Surv(time, status) ~ 1", options: Self.sampling).fit(Self.lungWithWeights())
    let mean = try #require(fit.curves[0].restrictedMean(to: 365))
    expectAgreement(mean.estimate, values["estimate"], digits: 12)
    expectAgreement(mean.standardError, values["std_err"], digits: 10)
  }

  // MARK: - Competing risks

  @Test(
    "incidences agree with survfit of several states",
    arguments: [
      "aj_mgus2_log", "aj_mgus2_plain", "aj_mgus2_log-log", "aj_mgus2_age", "aj_mgus2_weighted",
    ])
  func aalenJohansen(_ name: String) throws {
    let transform = BandTransform(rawValue: String(name.dropFirst("aj_mgus2_".count))) ?? .log
    var table = try Self.competing()
    var formula = "Surv(etime, cause) ~ sex"
    if name == "aj_mgus2_age" {
      let time = try Self.numbers("etime", of: table)
      table = table.selecting(rows: time.indices.filter { time[$0] > 0 })
      formula = "Surv(age, exit, cause) ~ 1"
    }
    let fit = try AalenJohansen(
      formula, transform: transform, variance: .infinitesimalJackknife,
      options: name == "aj_mgus2_weighted" ? Self.sampling : ModelOptions()
    ).fit(table)
    let groups = try Self.values(name)["groups"].list
    #expect(fit.curves.count == 2 * groups.count && fit.curves.map(\.cause).prefix(2) == ["died", "pcm"])
    var digits = DigitsReached()
    for (place, curve) in fit.curves.enumerated() {
      let values = groups[place / 2]["causes"][place % 2]
      #expect(curve.points.count == groups[place / 2]["time"].list.count)
      for (k, point) in curve.points.enumerated() {
        let at = "\(curve.name) \(curve.cause ?? "") at \(point.time)"
        // With weights R counts the events of several states without them.
        if name != "aj_mgus2_weighted" {
          digits.expect(point.events, values["n_event"][k], digits: 14, "n_event", at)
        }
        digits.expect(point.estimate, values["estimate"][k], digits: 11, absolute: 1e-15, "incidence", at)
        digits.expect(point.standardError, values["std_err"][k], digits: 8, absolute: 1e-14, "se", at)
        guard point.estimate > 0 else { continue }
        digits.expect(point.lower, values["lower"][k], digits: 8, absolute: 1e-14, "lower", at)
        digits.expect(point.upper, values["upper"][k], digits: 8, "upper", at)
      }
    }
    digits.printRow(name)
  }

  @Test("incidences and Aalen's variances agree with cuminc")
  func cuminc() throws {
    let fit = try AalenJohansen("Surv(etime, cause) ~ sex").fit(Self.competing())
    let values = try Self.values("cuminc_mgus2")
    var digits = DigitsReached()
    for curve in values["curves"].list {
      let name = try #require(curve["name"].text)
      let ours = try #require(fit.curves.first { "\($0.name) \($0.cause ?? "")" == name })
      for (k, time) in values["time"].numbers.enumerated() {
        let point = ours.point(at: try #require(time))
        guard curve["estimate"][k].number != nil, let point else { continue }
        digits.expect(
          point.estimate, curve["estimate"][k], digits: 12, absolute: 1e-15, "incidence", "\(name)")
        let variance = point.standardError.map { $0 * $0 }
        digits.expect(
          variance, curve["variance"][k], digits: 10, absolute: 1e-16, "variance", "\(name) at \(point.time)")
      }
    }
    digits.printRow("cuminc_mgus2")
  }

  @Test(
    "Gray's tests agree with cuminc",
    arguments: [
      ("gray_sex", "sex", 0.0), ("gray_band", "band", 0), ("gray_band_strata_sex", "band + strata(sex)", 0),
      ("gray_sex_rho_1", "sex", 1),
    ])
  func gray(_ name: String, _ terms: String, _ rho: Double) throws {
    let values = try Self.values(name)
    let tests = try GrayTest.tests("Surv(etime, cause) ~ \(terms)", Self.competing(), rho: rho)
    var digits = DigitsReached()
    #expect(tests.map(\.cause) == values["cause"].list.map(\.text))
    for (k, test) in tests.enumerated() {
      digits.expect(test.statistic, values["statistic"][k], digits: 10, "statistic")
      digits.expect(test.pValue, values["p"][k], digits: 8, absolute: 1e-15, "p")
      #expect(test.df == values["df"][k].number)
    }
    digits.printRow(name)
  }

  // MARK: - Recurrent events

  @Test(
    "mean functions and their tests agree with survfit and coxph's robust score",
    arguments: [
      ("mcf_bladder2", "Surv(start, stop, event) ~ rx"), ("mcf_cgd", "Surv(tstart, tstop, status) ~ treat"),
    ])
  func recurrent(_ name: String, _ formula: String) throws {
    let data = name == "mcf_cgd" ? "survival_cgd" : "survival_bladder2"
    var table = try Self.table(data)
    if name == "mcf_bladder2" {
      let (start, stop) = (try Self.numbers("start", of: table), try Self.numbers("stop", of: table))
      table = table.selecting(rows: start.indices.filter { start[$0] < stop[$0] })
    }
    let options = ModelOptions(subject: "id")
    let fit = try MeanCumulativeFunction(formula, options: options).fit(table)
    let values = try Self.values(name)
    var digits = DigitsReached()
    for (curve, group) in zip(fit.curves, values["groups"].list) {
      #expect(curve.points.count == group["time"].list.count)
      for (k, point) in curve.points.enumerated() {
        let at = "at \(point.time)"
        digits.expect(point.atRisk, group["n_risk"][k], digits: 14, "n_risk", at)
        digits.expect(point.entered, group["n_enter"][k], digits: 14, "n_enter", at)
        digits.expect(point.censored, group["n_censor"][k], digits: 14, "n_censor", at)
        digits.expect(point.estimate, group["mean"][k], digits: 12, absolute: 1e-15, "mean", at)
        digits.expect(point.standardError, group["std_err"][k], digits: 10, absolute: 1e-15, "se", at)
      }
    }
    let test = try RecurrentEventsTest(formula, table, options: options)
    digits.expect(test.statistic, values["statistic"], digits: 10, "score")
    digits.printRow(name)
  }

  // MARK: - The log-rank family

  @Test(
    "weighted tests and trends agree with survdiff", arguments: ["0", "0.5", "1"], ["cell", "trt_strata"])
  func survdiff(_ rho: String, _ groups: String) throws {
    let name = "survdiff_\(groups)_\(rho)"
    let terms = groups == "cell" ? "celltype" : "trt + strata(celltype)"
    let weights = RankTestWeights.flemingHarrington(rho: Double(rho) ?? 0, gamma: 0)
    let test = try LogRankTest(
      "Surv(time, status) ~ \(terms)", Self.table("survival_veteran"), weights: weights)
    try expect(test, name)
    // survdiff orders the cells as their names, and so do we: scores 1 to 4.
    let trend = try #require(test.trend())
    expectAgreement(trend.statistic, try Self.values(name)["trend"], digits: 11)
  }

  private func expect(_ test: LogRankTest, _ name: String) throws {
    let values = try Self.values(name)
    var digits = DigitsReached()
    for (g, group) in test.groups.enumerated() {
      digits.expect(group.observed, values["observed"][g], digits: 12, "observed")
      digits.expect(group.expected, values["expected"][g], digits: 12, "expected")
      for h in test.groups.indices {
        digits.expect(test.covariance[g][h], values["variance"][g][h], digits: 10, "variance")
      }
    }
    digits.expect(test.statistic, values["chi_squared"], digits: 10, "chi-squared")
    digits.printRow(name)
  }

  static let weightings: [(String, RankTestWeights)] = [
    ("rank_gehan", .gehan), ("rank_tarone_ware", .taroneWare),
    ("rank_fh_0_1", .flemingHarrington(rho: 0, gamma: 1)),
    ("rank_fh_1_1", .flemingHarrington(rho: 1, gamma: 1)),
    ("rank_fh_05_2", .flemingHarrington(rho: 0.5, gamma: 2)),
  ]

  @Test("the other weights agree with sums written out in R", arguments: weightings)
  func families(_ name: String, _ weights: RankTestWeights) throws {
    try expect(
      LogRankTest("Surv(time, status) ~ celltype", Self.table("survival_veteran"), weights: weights), name)
  }

  @Test("the log-rank test with delayed entry agrees with sums written out in R")
  func lateEntry() throws {
    try expect(LogRankTest("Surv(age, exit_age, death) ~ sex", Self.late()), "rank_late")
  }

  // MARK: - Concordance

  private func expect(_ concordance: Concordance, _ name: String) throws {
    let values = try Self.values(name)
    var digits = DigitsReached()
    digits.expect(concordance.estimate, values["estimate"], digits: 11, "concordance")
    digits.expect(concordance.standardError, values["std_err"], digits: 10, "se")
    let pairs = concordance.pairs
    for (k, count) in [
      pairs.concordant, pairs.discordant, pairs.tiedScore, pairs.tiedTime, pairs.tiedBoth,
    ].enumerated() {
      digits.expect(count, values["count"][k], digits: 10, "pairs")
    }
    digits.printRow(name)
  }

  @Test("concordances agree with R by weight of time", arguments: Concordance.TimeWeight.allCases)
  func concordance(_ weight: Concordance.TimeWeight) throws {
    try expect(
      Concordance("Surv(time, status) ~ age", Self.table("survival_lung"), timeWeight: weight),
      "concordance_lung_\(weight.rawValue)")
  }

  @Test("concordances agree with R: horizon, risk scores, weights, strata, delayed entry, clusters")
  func concordances() throws {
    let lung = try Self.table("survival_lung")
    try expect(
      Concordance("Surv(time, status) ~ age", lung, timeWeight: .uno, horizon: 500), "concordance_lung_tau")
    try expect(Concordance("Surv(time, status) ~ ph_ecog", lung, isRisk: true), "concordance_lung_reverse")
    let meals = try Self.numbers("meal_cal", of: lung)
    let weighted = try Self.table("survival_lung", adding: .numeric("w", meals.map { $0 / 1000 }))
    try expect(
      Concordance("Surv(time, status) ~ age", weighted, timeWeight: .survival, options: Self.sampling),
      "concordance_lung_weighted")
    let veteran = try Self.table("survival_veteran")
    let formula = "Surv(time, status) ~ karno + strata(celltype)"
    try expect(Concordance(formula, veteran), "concordance_veteran_strata")
    try expect(Concordance(formula, veteran, timeWeight: .survival), "concordance_veteran_strata_S")
    try expect(Concordance("Surv(age, exit_age, death) ~ hgb", Self.late()), "concordance_late")
    try expect(
      Concordance(
        "Surv(stop, event) ~ size", Self.table("survival_bladder"), options: ModelOptions(cluster: "id")),
      "concordance_cluster")
  }
}
