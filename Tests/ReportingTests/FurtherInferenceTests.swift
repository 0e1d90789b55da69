import CohortTables
import Estimation
import Reporting
import TestSupport
import Testing

/// Effects, ratios and margins in documents, and behind the disclosure gate.
@Suite struct FurtherInferenceTests {
  private static func document() throws -> ResultDocument {
    let people = (0..<20).map { $0 < 17 ? "large" : "small" }
    let table = try Table(columns: [
      .numeric("score", (0..<20).map { Double(($0 * 7) % 11) + ($0 < 17 ? 0 : 3) }),
      .category("arm", people),
    ])
    let fit = try LinearModel("score ~ arm", options: ModelOptions(arm: "arm")).fit(table)
    let means = try fit.marginalMeans(of: "arm")
    let contrasts = try means.contrasts(.reference("large"))
    var further = FurtherInference()
    further.terms = ("II", fit.termTests(.typeII))
    further.effects = [try fit.averageEffects(of: "arm", in: table)]
    further.ratios = try means.ratio("small", over: "large")
    further.margins = try contrasts.tested(against: .equivalence(lower: -1, upper: 1))
    return ResultDocument(
      fit, means: means, contrasts: contrasts, provenance: Provenance(version: "0", inputs: [])
    ).adding(further, of: fit)
  }

  @Test func everythingIsToldOnce() throws {
    let document = try Self.document()
    for name in ["terms", "standardized_means", "effects", "ratios", "margins"] {
      #expect(document.tables.count { $0.name == name } == 1, "\(name)")
    }
    guard case .object(let members) = document.json else { return }
    #expect(Set(members.keys).isSuperset(of: ["effects", "ratios", "margins", "tests"]))
    #expect(document.text.contains("small - large: equivalence is not shown"))
  }

  @Test func aSmallArmIsHidden() throws {
    let document = DisclosureGate(threshold: 5).pass(try Self.document())
    for (name, columns) in [
      ("effects", ["estimate", "std_error", "conf_low"]),
      ("ratios", ["ratio", "numerator", "denominator", "fieller_low", "p_value"]),
      ("margins", ["estimate", "p_value", "margin_verdict"]),
    ] {
      let table = try #require(document.tables.first { $0.name == name })
      for column in columns {
        let index = try #require(table.columns.firstIndex(of: column))
        #expect(
          table.rows.allSatisfy { $0[index] == .withheld || $0[index] == .missing }, "\(name) \(column)")
      }
      guard case .object(let members) = document.json, case .array(let rows) = members[name] else {
        Issue.record("no \(name) in the JSON")
        continue
      }
      for case .object(let row) in rows {
        // The mean of the large arm alone may be told.
        if row["effect"] == .string("large") { continue }
        #expect(row["estimate"] == .null || row["ratio"] == .null)
        #expect(row["margin_verdict"] == nil || row["margin_verdict"] == .null)
      }
    }
  }
}
