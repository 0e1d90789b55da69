import Foundation
import TestSupport
import Testing

/// Whoever has the files of a batch tries to work out an arm of three people with two events.
@Suite("Laws: what a batch does not tell") struct DisclosureAttackTests {
  private static let small = "therapy"

  /// 118 people: 60 combined, 55 medication, 3 therapy; two at site S9, three homeless; some visits are missing.
  private static func write(to scratch: Scratch) throws {
    var episodes = "subject_id,modality,days,relapse,site,homeless,sex,age\n"
    var visits = "subject_id,modality,week,phq9,site,sex,age\n"
    for person in 0..<118 {
      let arm = person < 60 ? "combined" : person < 115 ? "medication" : small
      let site = person == 3 || person == 70 ? "S9" : "S\(1 + person * 7 % 3)"
      let event = person >= 115 ? (person < 117 ? 1 : 0) : (person * 5 + person / 7) % 2
      let homeless = [10, 80, 90].contains(person) ? 1 : 0
      let about = "\(person * 11 % 2 == 0 ? "f" : "m"),\(20 + person * 17 % 50)"
      let days = person == 20 ? "" : "\(5 + person * 37 % 353)"
      episodes += "P\(1000 + person),\(arm),\(days),\(event),\(site),\(homeless),\(about)\n"
      for week in [0, 4, 8, 12]
      where week == 0 || (person * 3 + week) % 10 != 0 && person != 30 && person != 31 {
        visits +=
          "P\(1000 + person),\(arm),\(week),\(20 - week / 2 - (person * 13 + week) % 9),\(site),\(about)\n"
      }
    }
    try scratch.write(episodes, to: "episodes.csv")
    try scratch.write(visits, to: "visits.csv")
    try scratch.write(plan, to: "plan.yaml")
  }

  private static let plan = """
    cohorts:
    - name: c
      title: C
      visits:
        file: visits.csv
        subject: subject_id
        time: week
        outcome: phq9
        arm: modality
        trends: {person_level: false}
        compare: {focus: combined, horizons: [4, 8, 12], covariates: [sex, age, site]}
      episodes:
        file: episodes.csv
        subject: subject_id
        time: days
        event: relapse
        arm: modality
        focus: combined
        covariates: [sex, age, site, homeless]
        horizons: [90, 180, 270]
      fits:
      - {name: cox, file: episodes.csv, formula: "Surv(days, relapse) ~ modality + site + homeless", subject: subject_id, arm: modality}
      - {name: lm, file: visits.csv, formula: "phq9 ~ week*modality + site", subject: subject_id, arm: modality}
      - {name: km, file: episodes.csv, formula: "Surv(days, relapse) ~ modality", curve: true, subject: subject_id, arm: modality}
    """ + "\n"

  private static func results() throws -> [String: Data] {
    let scratch = try Scratch()
    try write(to: scratch)
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    try #require(outcome.code == 0, "\(outcome.error)")
    return try scratch.files(in: "results")
  }

  @Test func theBatchDoesNotTell() throws {
    let files = try Self.results()
    var documents: [String: JSON] = [:]
    for name in ["cox", "lm", "km", "relapse", "compare", "trends"] {
      documents[name] = try JSONDecoder().decode(JSON.self, from: try #require(files["c/\(name).json"]))
    }
    for (name, json) in documents {
      Self.expectNoEstimate(json, name)
      Self.expectNoSum(json, name)
      Self.expectNoDifference(json, name)
      for text in json.texts {
        for total in [117, 118] {
          #expect(!text.matches(of: /[0-9]+/).contains { Int($0.0) == total }, "\(name): \(text)")
        }
      }
    }
    let report = String(decoding: try #require(files["report.html"]), as: UTF8.self)
    for total in ["117", "118"] {
      for phrase in ["\(total) people", "\(total) rows", "\(total) persons", "of \(total) ", ">\(total)<"] {
        #expect(!report.contains(phrase), "\(phrase)")
      }
    }
  }

  /// No coefficient, mean, contrast or element of a covariance of the small arm, site or number of two values.
  private static func expectNoEstimate(_ json: JSON, _ name: String) {
    let marks = ["[\(small)]", "[S9]", "homeless", "- \(small)", "\(small) -"]
    func walk(_ json: JSON) {
      switch json {
      case .object(let members):
        let names = ["term", "contrast", "arm", "group", "modality"].compactMap { members[$0]?.text }
        let at = [members["at"], members["group"]].compactMap { $0?["modality"]?.text ?? $0?["arm"]?.text }
        if (names + at).contains(where: { text in text == small || marks.contains { text.contains($0) } }) {
          for key in [
            "estimate", "std_error", "statistic", "conf_low", "ratio", "p_value", "p_adjusted", "n_risk",
          ] {
            #expect(members[key]?.number == nil, "\(name): \(names) \(key)")
          }
        }
        if let terms = members["terms"]?.list, let matrix = members["matrix"]?.list {
          for (term, row) in zip(terms, matrix)
          where marks.contains(where: { term.text?.contains($0) == true }) {
            #expect(row.list.allSatisfy { $0.number == nil }, "\(name): covariance of \(term)")
          }
        }
        for value in members.values { walk(value) }
      case .list(let list): list.forEach(walk)
      default: break
      }
    }
    walk(json)
  }

  /// No total beside all of its parts but the small one.
  private static func expectNoSum(_ json: JSON, _ name: String) {
    func walk(_ json: JSON) {
      if case .list(let list) = json { list.forEach(walk) }
      guard case .object(let members) = json else { return }
      if let arms = members["by_arm"]?.list, arms.contains(where: { $0["arm"]?.text == small }) {
        for (total, part) in [
          ("used", "rows"), ("read", "rows"), ("subjects", "subjects"), ("subjects_read", "subjects"),
          ("events", "events"),
          ("time_at_risk", "time_at_risk"),
        ] {
          #expect(members[total]?.number == nil, "\(name): \(total) tells \(part) of \(small)")
        }
      }
      for (key, value) in members {
        if key == "df" || key == "df_residual" { #expect((value.number ?? 0) < 20, "\(name): \(key)") }
        walk(value)
      }
    }
    walk(json)
  }

  /// Numbers at risk of a curve, its steps and horizons, are equal or five apart; so are events and censorings.
  private static func expectNoDifference(_ json: JSON, _ name: String) {
    for curve in json["curves"]?.list ?? [] {
      let points = curve["points"]?.list ?? []
      let own = (json["risks"]?.list ?? []).filter { $0["group"]?.text == curve["group"]?["modality"]?.text }
      let told = (points + own).compactMap { $0["n_risk"]?.number }.sorted()
      for (one, other) in zip(told, told.dropFirst()) {
        #expect(one == other || other - one >= 5, "\(name): \(one) and \(other) at risk")
      }
      for (point, next) in zip(points, points.dropFirst()) {
        let left =
          (point["n_risk"]?.number ?? 0) - (point["n_event"]?.number ?? 0) - (next["n_risk"]?.number ?? 0)
        #expect(left == 0 || left >= 5, "\(name): \(left) censored")
      }
    }
  }

  @Test func leftoversOfKilledRunsGo() throws {
    let scratch = try Scratch()
    try scratch.write("phq9,week\n1,2\n2,3\n4,4\n3,5\n", to: "v.csv")
    try scratch.write(
      "cohorts:\n  - name: c\n    fits:\n      - {name: m, file: v.csv, formula: phq9 ~ week}\n",
      to: "plan.yaml")
    // No process has this number; the second one is this test's own.
    let dead = ".results.999999999.partial",
      alive = ".results.\(ProcessInfo.processInfo.processIdentifier).partial"
    for name in [dead, alive, ".results.x.partial", ".other.999999999.partial"] {
      try scratch.write("x", to: "\(name)/c/m.csv")
    }
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 0, "\(outcome.error)")
    let left = try scratch.entries()
    #expect(!left.contains { $0.hasPrefix(dead) })
    for name in [alive, ".results.x.partial", ".other.999999999.partial"] {
      #expect(left.contains { $0.hasPrefix(name) }, "\(name)")
    }
  }
}
