import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// Relapse on a handful of people.
@Suite("ByHand: relapse")
struct RelapseByHandTests {
  static let episodes = "days,relapse,arm\n2,1,x\n4,0,x\n6,1,x\n8,1,y\n10,0,y\n"

  static func risks(_ horizons: [Double], arm: String? = nil) throws -> [RelapseAnalysis.Risk] {
    try RelapseAnalysis(
      csvTable(episodes),
      RelapseAnalysis.Question(time: "days", event: "relapse", arm: arm, horizons: horizons)
    ).risks
  }

  @Test("the risk steps up at an event, and is not known beyond the last time")
  func steps() throws {
    let risks = try Self.risks([1.5, 2, 3, 6, 7.999, 8, 10, 10.5])
    let survival = [1, 0.8, 0.8, 0.8 * 2 / 3, 0.8 * 2 / 3, 0.8 / 3, 0.8 / 3]
    #expect(risks.map(\.group) == Array(repeating: "all", count: 8))
    for (risk, survival) in zip(risks, survival) {
      expectAgreement(
        try #require(risk.estimate), 1 - survival, digits: 14, absolute: 1e-15, "at \(risk.horizon)")
    }
    #expect(risks.map(\.atRisk) == [5, 5, 4, 3, 2, 2, 1, 0])
    let beyond = try #require(risks.last)
    #expect(
      beyond.estimate == nil && beyond.standardError == nil && beyond.lower == nil && beyond.upper == nil)
  }

  @Test("error and limits of the risk are those of survival, turned round")
  func limits() throws {
    let risk = try #require(Self.risks([2]).first)
    // Greenwood: 0.8 root(1 / (5 x 4)); on the log scale the factor is exp(1.959963984540054 root 0.05).
    expectAgreement(try #require(risk.standardError), 0.8 * 0.05.squareRoot(), digits: 14)
    expectAgreement(try #require(risk.upper), 1 - 0.8 * 0.6451572004277149, digits: 10)
    #expect(risk.lower == 0, "the upper limit of survival is cut at 1, as R does")
    let before = try #require(Self.risks([1]).first)
    #expect(before.estimate == 0 && before.standardError == 0)
  }

  @Test("each arm ends at its own last time")
  func ends() throws {
    let risks = try Self.risks([7], arm: "arm")
    #expect(risks.map(\.group) == ["x", "y"])
    #expect(risks[0].estimate == nil && risks[0].atRisk == 0)
    #expect(risks[1].estimate == 0 && risks[1].atRisk == 2)
  }

  @Test("without horizons quarters of the longest time are taken, in years too")
  func quarters() throws {
    func horizons(_ last: Double) throws -> [Double] {
      let table = try Table(columns: [.numeric("time", [last / 3, last]), .numeric("event", [1, 0])])
      return try RelapseAnalysis(table, RelapseAnalysis.Question(time: "time", event: "event")).risks.map(
        \.horizon)
    }
    #expect(try horizons(730) == [183, 365, 548])
    #expect(try horizons(1.5) == [0.375, 0.75, 1.125])
  }

  @Test("arms coded as numbers are categories")
  func numericArms() throws {
    let table = try csvTable("days,relapse,arm\n2,1,1\n4,0,1\n6,1,2\n8,1,2\n9,1,10\n5,0,10\n3,1,10\n")
    let analysis = try RelapseAnalysis(
      table, RelapseAnalysis.Question(time: "days", event: "relapse", arm: "arm", focus: "2"))
    #expect(analysis.curves.curves.map(\.name) == ["1", "2", "10"])
    #expect(analysis.crude?.coefficients.map(\.term) == ["factor(arm)[2]", "factor(arm)[10]"])
    #expect(analysis.hazardContrasts?.contrasts.map(\.name) == ["2 - 1", "2 - 10"])
  }

  @Test("a single arm has a curve; what needs two becomes notes")
  func oneArm() throws {
    let table = try csvTable("days,relapse,arm\n2,1,x\n4,0,x\n6,1,x\n")
    let analysis = try RelapseAnalysis(
      table, RelapseAnalysis.Question(time: "days", event: "relapse", arm: "arm", focus: "x", horizons: [3]))
    #expect(analysis.curves.curves.map(\.name) == ["x"] && analysis.risks.count == 1)
    #expect(analysis.logRank == nil && analysis.crude == nil && analysis.hazardContrasts == nil)
    let notes = analysis.diagnostics.filter { $0.message.hasPrefix("not computed: ") }
    #expect(notes.count == 2 && notes.allSatisfy { $0.severity == .caution })
  }

  @Test("without arms there is one curve and nothing to compare")
  func noArms() throws {
    let analysis = try RelapseAnalysis(
      csvTable(Self.episodes), RelapseAnalysis.Question(time: "days", event: "relapse"))
    #expect(analysis.logRank == nil && analysis.crude == nil && analysis.adjusted == nil)
    #expect(analysis.curves.rows.events == 3 && analysis.curves.rows.isReconciled)
  }

  @Test("without events there is nothing to analyse")
  func noEvents() throws {
    let table = try csvTable("days,relapse,arm\n2,0,x\n4,0,x\n6,0,y\n", name: "clinic.csv")
    for arm in [nil, "arm"] {
      let question = RelapseAnalysis.Question(time: "days", event: "relapse", arm: arm)
      let text = message { _ = try RelapseAnalysis(table, question) }
      #expect(text == "clinic.csv: none of the 3 used rows has the event: there is no risk to estimate")
    }
  }

  @Test("names that the file does not have are errors, not notes")
  func unknownNames() throws {
    let table = try csvTable(Self.episodes, name: "clinic.csv")
    let focus = RelapseAnalysis.Question(time: "days", event: "relapse", arm: "arm", focus: "z")
    #expect(
      message { _ = try RelapseAnalysis(table, focus) }
        == "clinic.csv: column 'arm' has no arm 'z'; it has x, y")
    let covariate = RelapseAnalysis.Question(time: "days", event: "relapse", arm: "arm", covariates: ["agee"])
    #expect(
      message { _ = try RelapseAnalysis(table, covariate) }?.hasPrefix("clinic.csv:1: column 'agee'") == true)
    let time = RelapseAnalysis.Question(time: "day", event: "relapse")
    #expect(message { _ = try RelapseAnalysis(table, time) }?.contains("did you mean 'days'") == true)
  }
}
