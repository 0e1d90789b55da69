import CohortTables
import Estimation
import Testing

/// How many people and events stand behind each coefficient.
@Suite("ByHand: support of coefficients") struct SupportByHandTests {
  /// Three arms, the last of two people.
  ///
  /// Arm a: 6 people, 4 events; b: 5 people, 1 event; c: 2 people, 2 events. Person 12 has two rows in arm b.
  private func table() throws -> Table {
    let arms = Array(repeating: "a", count: 6) + Array(repeating: "b", count: 6) + ["c", "c"]
    let people = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "12", "13", "14"]
    return try Table(columns: [
      .category("id", people), .category("arm", arms),
      .numeric("time", [3, 5, 7, 9, 11, 13, 4, 6, 8, 10, 12, 14, 5, 9]),
      .numeric("event", [1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1]),
      .category("sex", ["f", "m", "f", "m", "f", "m", "f", "m", "f", "m", "f", "f", "m", "m"]),
      .numeric("homeless", [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1]),
      .numeric("age", [30, 41, 52, 33, 44, 35, 46, 37, 58, 39, 40, 41, 52, 43]),
    ])
  }

  private var options: ModelOptions { ModelOptions(subject: "id", arm: "arm") }

  @Test func levelsAndReferenceOfACoxModel() throws {
    let fit = try CoxModel("Surv(time, event) ~ arm + age", options: options).fit(table())
    #expect(fit.coefficients.map(\.term) == ["arm[b]", "arm[c]", "age"])
    // b against a: 5 and 6 people, 1 and 4 events; c against a: 2 people, 2 events.
    #expect(fit.support.columns[0] == Support(people: 5, events: 1))
    #expect(fit.support.columns[1] == Support(people: 2, events: 2))
    #expect(fit.support.columns[2] == Support(people: 13, events: 7))
    #expect(fit.support.total == Support(people: 13, events: 7))
    #expect(fit.support.least.fewest == 1)
    let contrasts = try fit.marginalMeans(of: "arm").contrasts(.pairwise)
    let own = Dictionary(uniqueKeysWithValues: contrasts.contrasts.map { ($0.name, $0.support) })
    #expect(own["a - b"] == Support(people: 5, events: 1))
    #expect(own["b - c"] == Support(people: 2, events: 1), "the reference takes no part")
  }

  @Test func eventsAndNonEventsOfAYesOrNoResponse() throws {
    let fit = try GeneralizedLinearModel("event ~ arm", family: .binomial, options: options).fit(table())
    // Arm a: 4 events of 6; b: 1 of 5 people, all of whom have a row without one; c: 2 of 2.
    #expect(fit.support.columns[1] == Support(people: 5, events: 1, nonEvents: 2))
    #expect(fit.support.columns[2] == Support(people: 2, events: 2, nonEvents: 2))
    #expect(fit.support.total == Support(people: 13, events: 7, nonEvents: 6))
    #expect(fit.support.least.fewest == 1)
    // Risk ratios tell the events of an arm as well, a count does not have them.
    let risks = try GeneralizedLinearModel.modifiedPoisson("event ~ arm", options: options).fit(table())
    #expect(risks.support.columns == fit.support.columns)
    let counts = try GeneralizedLinearModel("time ~ arm", family: .poisson, options: options).fit(table())
    #expect(counts.support.columns.allSatisfy { $0.events == nil && $0.nonEvents == nil })
  }

  @Test func successesOfTrialsAreCountedOneByOne() throws {
    let table = try Table(columns: [
      .numeric("ill", [3, 2, 1, 7]), .numeric("all", [10, 10, 9, 8]), .category("g", ["a", "a", "b", "b"]),
    ])
    let fit = try GeneralizedLinearModel("ill / all ~ g", family: .binomial).fit(table)
    #expect(fit.support.total == Support(people: 4, events: 13, nonEvents: 24))
    #expect(fit.support.columns[1] == Support(people: 2, events: 5, nonEvents: 9))
  }

  @Test func aPersonsEventsCountOnceInEstimatingEquations() throws {
    // In arm a persons 1 and 2 have two events each; in b person 5 has one, and 6 and 7 have none.
    let table = try Table(columns: [
      .category("id", ["1", "1", "2", "2", "3", "4", "5", "5", "6", "6", "7", "7"]),
      .category("arm", ["a", "a", "a", "a", "a", "a", "b", "b", "b", "b", "b", "b"]),
      .numeric("ill", [1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0]),
    ])
    for family in [ResponseFamily.binomial, .poisson] {
      let fit = try GeneralizedEstimatingEquations(
        "ill ~ arm", subject: "id", correlation: .independence, family: family
      ).fit(table)
      #expect(fit.support.columns[1] == Support(people: 3, events: 1, nonEvents: 2))
      #expect(fit.support.total == Support(people: 7, events: 3, nonEvents: 5))
    }
  }

  @Test func aSmallStratumReachesEveryCoefficient() throws {
    let fit = try CoxModel("Surv(time, event) ~ age + strata(arm)", options: options).fit(table())
    // Strata of 6, 5 and 2 people with 4, 1 and 2 events.
    #expect(fit.support.columns == [Support(people: 2, events: 1)])
    #expect(fit.support.total == Support(people: 13, events: 7))
    let crossed = try CoxModel("Surv(time, event) ~ age + strata(sex) + strata(homeless)", options: options)
      .fit(table())
    #expect(crossed.support.columns[0].people == 3, "the homeless men; there is no homeless woman")
    #expect(crossed.support.least.fewest == 2)
  }

  @Test func aSmallReferenceReachesEveryLevel() throws {
    let references = ModelOptions(subject: "id", references: ["arm": "c"])
    let fit = try LinearModel("time ~ arm", options: references).fit(table())
    #expect(fit.support.columns.map(\.people) == [2, 2, 2])
    let means = try fit.marginalMeans(of: "arm")
    #expect(means.means.map(\.support.people) == [2, 6, 5])
    let contrasts = try means.contrasts(.pairwise).contrasts
    #expect(contrasts.first { $0.name == "a - b" }?.support.people == 5)
  }

  @Test func interactionsRestOnCells() throws {
    // Cells of arm a: 3 women, 3 men; b: 3 women (7, 9, 12), 2 men; c: 2 men.
    let fit = try LinearModel("time ~ arm * sex", options: ModelOptions(subject: "id")).fit(table())
    let own = Dictionary(uniqueKeysWithValues: zip(fit.coefficients.map(\.term), fit.support.columns))
    #expect(own["(Intercept)"]?.people == 3, "women of arm a")
    #expect(own["arm[b]"]?.people == 3, "women of a and b")
    #expect(own["arm[b]:sex[m]"]?.people == 2, "the men of b among four cells")
    #expect(own["sex[m]"]?.people == 3)
  }

  @Test func slopesRestOnTheLevelsTheyDifferBy() throws {
    let fit = try LinearModel("time ~ arm * age", options: ModelOptions(subject: "id")).fit(table())
    let own = Dictionary(uniqueKeysWithValues: zip(fit.coefficients.map(\.term), fit.support.columns))
    #expect(own["age"]?.people == 6, "the slope of the reference arm")
    #expect(own["arm[c]:age"]?.people == 2)
  }

  @Test func aNumberOfTwoValuesIsACategory() throws {
    let fit = try LinearModel("time ~ homeless + age").fit(table())
    #expect(fit.support.columns.map(\.people) == [11, 3, 14])
  }

  @Test func otherCodingsTakeAllLevels() throws {
    for coding in [ContrastCoding.sum, .helmert] {
      let fit = try LinearModel("time ~ arm", options: ModelOptions(subject: "id", coding: coding)).fit(
        table())
      #expect(fit.support.columns.allSatisfy { $0.people == 2 })
    }
  }

  @Test func meansOverASmallLevelRestOnIt() throws {
    let fit = try LinearModel("time ~ sex + arm", options: ModelOptions(subject: "id")).fit(table())
    let means = try fit.marginalMeans(of: "sex")
    #expect(means.means.allSatisfy { $0.support.people == 2 }, "each averages over arm c")
    #expect(
      try means.contrasts(.pairwise).contrasts.first?.support.people == 6, "in the difference it cancels")
  }

  @Test func manyAreCountedNoFurther() throws {
    let rows = 0..<5000
    let table = try Table(columns: [
      .numeric("y", rows.map { Double($0 % 17) }), .category("g", rows.map { $0 < 4997 ? "a" : "b" }),
    ])
    let fit = try LinearModel("y ~ g").fit(table)
    #expect(fit.support.total.people == Support.most)
    #expect(fit.support.columns.map(\.people) == [Support.most, 3])
  }
}
