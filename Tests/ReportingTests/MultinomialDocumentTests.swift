import CohortTables
import Estimation
import Reporting
import TestSupport
import Testing

/// Documents of multinomial models and of tests of groups.
@Suite("ByHand: documents of multinomial models and tests of groups")
struct MultinomialDocumentTests {
  private let provenance = Provenance(version: "0.0.0", inputs: [])

  /// Three choices of 20, 20 and `few` people.
  private func table(few: Int) throws -> Table {
    let choices =
      Array(repeating: "drug", count: 20) + Array(repeating: "talk", count: 20)
      + Array(repeating: "both", count: few)
    return try Table(columns: [
      .category("id", choices.indices.map { "P\($0)" }), .category("choice", choices),
      .numeric("age", choices.indices.map { Double(30 + ($0 * 7) % 23) }),
      .category("sex", choices.indices.map { $0 % 2 == 0 ? "f" : "m" }),
    ])
  }

  private func document(few: Int, least: Int = 0) throws -> ResultDocument {
    let options = ModelOptions(subject: "id", references: ["choice": "drug"])
    let fit = try MultinomialModel("choice ~ age", options: options).fit(table(few: few))
    return DisclosureGate(threshold: least).pass(ResultDocument(fit, provenance: provenance))
  }

  private func members(_ value: JSONValue?) -> [String: JSONValue] {
    if case .object(let members) = value { members } else { [:] }
  }

  private func list(_ value: JSONValue?) -> [JSONValue] {
    if case .array(let list) = value { list } else { [] }
  }

  @Test("each coefficient says its outcome and its term")
  func labels() throws {
    let document = try document(few: 12)
    let json = members(document.json)
    let coefficients = list(json["coefficients"]).map(members)
    #expect(
      coefficients.map { [$0["outcome"], $0["term"]] } == [
        [.string("both"), .string("(Intercept)")], [.string("both"), .string("age")],
        [.string("talk"), .string("(Intercept)")], [.string("talk"), .string("age")],
      ])
    #expect(coefficients[1]["ratio_kind"] == .string("odds") && coefficients[0]["ratio"] == nil)
    let model = members(json["model"])
    #expect(model["kind"] == .string("multinomial_logit"))
    #expect(members(model["reference_levels"])["choice"] == .string("drug"))
    #expect(members(model["outcome"])["levels"] == .array(["drug", "both", "talk"].map(JSONValue.string)))
    #expect(
      members(json["covariance"])["terms"]
        == .array(["both: (Intercept)", "both: age", "talk: (Intercept)", "talk: age"].map(JSONValue.string)))
    #expect(
      list(json["outcomes"]).map { members($0)["rows"] } == [.integer(20), .integer(12), .integer(20)])
    let csv = String(decoding: try document.bytes(.csv), as: UTF8.self)
    #expect(
      csv.hasPrefix(
        "outcome,term,estimate,std_error,statistic,df,p_value,conf_low,conf_high,ratio,ratio_low,ratio_high\nboth,(Intercept),"
      ))
    #expect(try document.bytes(.markdown).count > 500)
  }

  @Test("a level of few people is hidden, with what tells it")
  func gate() throws {
    let json = members(try document(few: 4, least: 5).json)
    let coefficients = list(json["coefficients"]).map(members)
    #expect(coefficients.map { $0["estimate"] == .null } == [true, true, false, false])
    #expect(list(json["outcomes"]).allSatisfy { members($0)["rows"] == .null }, "the others tell it")
    #expect(members(json["statistics"])["null_log_lik"] == .null)
    let document = try document(few: 4, least: 5)
    #expect(
      document.tables.first { $0.name == "outcomes" }?.rows.allSatisfy {
        $0[1] == .withheld || $0[1] == .below(5)
      } == true)
    #expect(members(try self.document(few: 4).json)["disclosure"] == nil)
  }

  @Test("the rows of a small group are not told by those of the other")
  func groups() throws {
    let table = try Table(columns: [
      .category("g", Array(repeating: "a", count: 30) + ["b", "b", "b"]),
      .numeric("y", (0..<33).map { Double($0 % 7) }),
    ])
    let fit = try GroupComparison("y ~ g", test: .welch).compare(table)
    let document = DisclosureGate(threshold: 5).pass(ResultDocument(fit, provenance: provenance))
    let groups = list(members(document.json)["groups"]).map(members)
    #expect(groups.allSatisfy { $0["n"] == .null && $0["mean"] == .null })
    let tests = list(members(document.json)["tests"]).map(members)
    #expect(tests.allSatisfy { $0["p_value"] == .null && $0["statistic"] == .null })
    #expect(list(members(document.json)["contrasts"]).map(members).allSatisfy { $0["estimate"] == .null })
    let open = ResultDocument(fit, provenance: provenance)
    #expect(members(open.json)["model"].map(members)?["kind"] == .string("group_test"))
    #expect(open.tables.map(\.name) == ["contrasts", "tests", "groups"])
  }
}
