import CohortTables
import Estimation
import TestSupport
import Testing

/// Cluster-robust errors of generalised linear models against R 4.2.2's clubSandwich, HC4 against sandwich.
///
/// Calls, versions and dates stand in `Fixtures/generalized_clusters.json`; `generalized_clusters.R` made it.
@Suite("Reference: generalised linear models with clusters")
struct GeneralizedClusterReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let formula: String
    let family: ResponseFamily
    var link: Link?

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "btheb_logit", formula: "mild ~ month * treatment + bdi_pre", family: .binomial),
    Case(name: "btheb_poisson", formula: "bdi ~ month + treatment + drug", family: .poisson),
    Case(name: "btheb_probit", formula: "mild ~ month + treatment", family: .binomial, link: .probit),
    Case(name: "help_poisson", formula: "hospitalizations ~ age + substance + homeless", family: .poisson),
    Case(name: "help_few", formula: "female ~ cesd + i1", family: .binomial),
    Case(name: "veteran_gamma", formula: "time ~ karno + age", family: .gamma, link: .log),
  ]

  static func table(_ dataset: String) throws -> Table {
    let table = try ReferenceData.table(dataset)
    guard dataset == "btheb_long" else { return table }
    let scores = try table.requireColumn("bdi").numericValues()
    return try table.adding(.numeric("mild", scores.map { $0.isNaN ? .nan : ($0 < 14 ? 1 : 0) }))
  }

  @Test("CR0 to CR3, Satterthwaite df and HC4", arguments: cases)
  func agreement(_ test: Case) throws {
    let fixture = try ReferenceData.generalizedClusters.get()["cases"][test.name]
    let values = fixture["values"]
    let table = try Self.table(try #require(fixture["dataset"].text))
    let cluster = try #require(values["cluster"].text)
    var digits = DigitsReached()
    for kind in RobustCovariance.allCases where kind.isClustered || kind == .hc4 {
      let options = ModelOptions(cluster: kind.isClustered ? cluster : nil)
      var model = try GeneralizedLinearModel(
        test.formula, family: test.family, link: test.link, options: options, robust: kind)
      model.usesSatterthwaite = true
      let fit = try model.fit(table)
      let expected = values[kind.rawValue.uppercased()]
      #expect(fit.coefficients.count == values["estimate"].list.count)
      for (k, coefficient) in fit.coefficients.enumerated() {
        let label = "\(kind) \(coefficient.term)"
        digits.expect(coefficient.estimate, values["estimate"][k], digits: 7, "b", label)
        guard kind.isClustered else {
          digits.expect(coefficient.standardError, expected[k], digits: 7, "HC4", label)
          continue
        }
        digits.expect(coefficient.standardError, expected["std_err"][k], digits: 7, "se", label)
        digits.expect(coefficient.degreesOfFreedom, expected["df"][k], digits: 7, "df", label)
        digits.expect(coefficient.pValue, expected["p"][k], digits: 6, absolute: 1e-12, "p", label)
      }
      if kind.isClustered { #expect(fit.rows.clusters?.count == values["clusters"].number.map { Int($0) }) }
    }
    digits.printRow("GLM clusters, \(test.name)")
  }

  @Test("means and contrasts take the clusters' degrees of freedom")
  func means() throws {
    let table = try Self.table("btheb_long")
    var model = try GeneralizedLinearModel(
      "mild ~ treatment", family: .binomial, options: ModelOptions(cluster: "subject"))
    #expect(try model.fit(table).coefficients.allSatisfy { $0.degreesOfFreedom == nil }, "z unless asked")
    model.usesSatterthwaite = true
    let fit = try model.fit(table)
    let contrast = try fit.marginalMeans(of: "treatment").contrasts(
      .pairwise, adjustment: MultiplicityAdjustment.none
    ).contrasts[0]
    let coefficient = fit.coefficients[1]
    expectAgreement(
      try #require(contrast.degreesOfFreedom), try #require(coefficient.degreesOfFreedom), digits: 11)
    expectAgreement(
      try #require(contrast.standardError), try #require(coefficient.standardError), digits: 12)
  }

  @Test("each row its own cluster is HC2 or HC3 of the same name")
  func singletons() throws {
    let table = try ReferenceData.table("help_rct")
    for (clustered, independent) in [
      (RobustCovariance.cr0, RobustCovariance.hc0), (.cr2, .hc2), (.cr3, .hc3),
    ] {
      let first = try GeneralizedLinearModel(
        "female ~ age + cesd", family: .binomial, options: ModelOptions(cluster: "id"), robust: clustered
      ).fit(table)
      let second = try GeneralizedLinearModel("female ~ age + cesd", family: .binomial, robust: independent)
        .fit(table)
      for (a, b) in zip(first.coefficients, second.coefficients) {
        expectAgreement(try #require(a.standardError), try #require(b.standardError), digits: 11)
      }
    }
  }
}
