import CohortTables
import Estimation
import Testing

/// Designs that are too large are refused before anything is computed.
@Suite("ByHand: the size of a design") struct DesignLimitByHandTests {
  private func table(_ rows: Int, _ cells: (Int) -> String) throws -> Table {
    let lines = ["y,a,b"] + (0..<rows).map { "\($0 % 7),\(cells($0))" }
    return try Table(csvBytes: Array((lines.joined(separator: "\n") + "\n").utf8), name: "visits.csv")
  }

  private func refusal(_ formula: String, _ table: Table) -> EstimationError? {
    do {
      _ = try LinearModel(formula).fit(table)
      return nil
    } catch {
      return error as? EstimationError
    }
  }

  @Test func anIdentifierIsNoFactor() throws {
    let identifiers = try table(5000) { "P\($0),1" }
    let error = try #require(refusal("y ~ a", identifiers))
    #expect(error.code == .designTooLarge)
    #expect(
      error.message
        == "visits.csv: column 'a' has 5000 levels among the used rows, and a model takes at most 1000 of one variable; take it out "
        + "of the formula, or join its levels")
  }

  @Test func theCellThatMadeTextOfNumbersIsNamed() throws {
    let numbers = try table(3000) { $0 == 1998 ? "?,1" : "\($0).5,1" }
    let error = try #require(refusal("y ~ a", numbers))
    #expect(error.code == .designTooLarge)
    #expect(
      error.message.hasSuffix(
        "it was read as text, because '?' in line 2000 of visits.csv is not a number, and 2999 of 3000 values are: correct the "
          + "cell, or name it as a missing code"), "\(error.message)")
  }

  @Test func aCoxModelHasTheSameLimit() throws {
    let lines = ["days,relapse,id_text"] + (1...2000).map { "\($0),1,P\($0)" }
    let table = try Table(csvBytes: Array((lines.joined(separator: "\n") + "\n").utf8), name: "episodes.csv")
    #expect(throws: EstimationError.self) { _ = try CoxModel("Surv(days, relapse) ~ id_text").fit(table) }
    #expect(throws: EstimationError.self) {
      _ = try CoxModel("Surv(days, relapse) ~ factor(days)").fit(table)
    }
  }

  @Test func interactionsAreCountedBeforeTheyAreMade() throws {
    let crossed = try table(4000) { "A\($0 % 50),B\($0 % 61)" }
    let error = try #require(refusal("y ~ a * b", crossed))
    #expect(error.code == .designTooLarge)
    #expect(error.message.contains("more than 2000 columns up to the term a:b"), "\(error.message)")
    // Fifty levels and sixty are no trouble on their own.
    #expect(refusal("y ~ a + b", crossed) == nil)
  }

  @Test func unusedLevelsDoNotCount() throws {
    // Only the rows with a response are used: ten levels.
    let lines = ["y,a"] + (0..<3000).map { $0 < 40 ? "\($0 % 3),L\($0 % 10)" : ",P\($0)" }
    let table = try Table(csvBytes: Array((lines.joined(separator: "\n") + "\n").utf8), name: "visits.csv")
    #expect(try LinearModel("y ~ a").fit(table).coefficients.count == 10)
  }
}
