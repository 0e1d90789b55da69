import CohortTables
import LinearAlgebra
import Outcomes
import TestSupport
import Testing

private typealias Form = IntraclassCorrelation.Form

@Suite("Reference: alpha and intraclass correlations of state anxiety items, against R")
struct ScoreReliabilityReferenceTests {
  private static let folder = "Tests/OutcomesTests/Fixtures/"

  private static func table() throws -> Table {
    try Table(csv: ProjectFiles.path(folder + "anxiety_sai.csv"))
  }

  @Test("Cronbach's alpha as psych::alpha, Feldt's limits as base R")
  func alpha() throws {
    let reference = try Fixture(Self.folder + "anxiety_sai.json")["models"]
    let expected = reference["alpha_time1"]
    let table = try Self.table()
    let times = try table.requireColumn("time").numericValues()
    let responses = try ItemResponses(
      table, items: expected["items"].list.compactMap(\.text),
      reversed: Set(expected["reversed"].list.compactMap(\.text)), answers: 1...4,
      rows: times.indices.filter { times[$0] == 1 })
    #expect(responses.rowsRead == 68 && responses.rowsIncomplete == 1)
    let alpha = try CronbachAlpha(responses.complete)
    #expect(alpha.people == 67 && alpha.items == 20)
    expectAgreement(alpha.value, expected["raw_alpha"].number(), digits: 14, "alpha")
    expectAgreement(alpha.standardised, expected["std_alpha"].number(), digits: 14, "standardised")
    expectAgreement(alpha.meanOfItemMeans, expected["mean"].number(), digits: 14, "mean")
    expectAgreement(alpha.deviationOfItemMeans, expected["sd"].number(), digits: 14, "sd")
    let feldt = reference["feldt"]
    expectAgreement(alpha.lower, feldt["lower"].number(), digits: 13, "lower")
    expectAgreement(alpha.upper, feldt["upper"].number(), digits: 13, "upper")
    for (value, reference) in zip(alpha.withoutItem ?? [], feldt["without_first_three"].list) {
      expectAgreement(value, reference.number(), digits: 14, "without an item")
    }
    expectAgreement(
      alpha.errorOfSums, 20 * expected["sd"].number() * (1 - alpha.value).squareRoot(), digits: 14)
  }

  @Test("the six intraclass correlations as psych::ICC, with F, p and limits")
  func intraclass() throws {
    let expected = try Fixture(Self.folder + "anxiety_sai.json")["models"]["icc"]["results"].list
    let table = try Self.table()
    let (times, tense) = (
      try table.requireColumn("time").numericValues(), try table.requireColumn("tense").numericValues()
    )
    // The rows of both times stand in the order of the people.
    let columns = [1.0, 2].flatMap { time in times.indices.filter { times[$0] == time }.map { tense[$0] } }
    let icc = try IntraclassCorrelation(Matrix(rowCount: 68, columnCount: 2, columnMajor: columns))
    #expect(expected.count == 6)
    for (estimate, reference) in zip(icc.estimates, expected) {
      let label = try #require(reference["type"].text)
      expectAgreement(estimate.value, reference["ICC"].number(), digits: 14, label)
      expectAgreement(try #require(estimate.statistic), reference["F"].number(), digits: 13, "\(label) F")
      #expect(estimate.degreesOfFreedom.numerator == reference["df1"].number())
      #expect(estimate.degreesOfFreedom.denominator == reference["df2"].number())
      expectAgreement(try #require(estimate.pValue), reference["p"].number(), digits: 11, "\(label) p")
      expectAgreement(
        try #require(estimate.lower), reference["lower bound"].number(), digits: 12, "\(label) lower")
      expectAgreement(
        try #require(estimate.upper), reference["upper bound"].number(), digits: 12, "\(label) upper")
    }
  }
}

@Suite("ByHand: alpha and intraclass correlations")
struct ScoreReliabilityByHandTests {
  /// Shrout and Fleiss (1979), table 2: six people and four judges.
  private static let shroutFleiss = Matrix(
    rowCount: 6, columnCount: 4,
    columnMajor: [9, 6, 8, 7, 10, 6, 2, 1, 4, 1, 5, 2, 5, 3, 6, 2, 6, 4, 8, 2, 8, 6, 9, 7])

  /// Their tables 3 and 4: mean squares 11.24, 6.26, 32.49, 1.02; coefficients .17, .29, .71, .44, .62, .91.
  @Test("the example of Shrout and Fleiss, to the digits printed")
  func published() throws {
    func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
    let icc = try IntraclassCorrelation(Self.shroutFleiss)
    let squares = icc.meanSquares
    #expect(
      [squares.people, squares.within, squares.raters, squares.residual].map(rounded) == [
        11.24, 6.26, 32.49, 1.02,
      ])
    #expect(icc.estimates.map { rounded($0.value) } == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91])
    #expect(icc.estimates.map(\.form) == Form.allCases + Form.allCases)
  }

  @Test("alpha is the consistency of the mean, limits included")
  func alphaIsConsistency() throws {
    for level in [0.9, 0.95] {
      let mean = try IntraclassCorrelation(Self.shroutFleiss, confidenceLevel: level)
        .estimate(.consistency, ofMean: true)
      let alpha = try CronbachAlpha(Self.shroutFleiss, confidenceLevel: level)
      expectAgreement(alpha.value, mean.value, digits: 14)
      expectAgreement(alpha.lower, try #require(mean.lower), digits: 12)
      expectAgreement(alpha.upper, try #require(mean.upper), digits: 12)
    }
  }

  @Test("a large common offset costs no digits that the data still have")
  func offset() throws {
    let shifted = Matrix(
      rowCount: 6, columnCount: 4, columnMajor: Self.shroutFleiss.columnMajor.map { $0 + 1e9 })
    for form in Form.allCases {
      expectAgreement(
        try IntraclassCorrelation(shifted).estimate(form).value,
        try IntraclassCorrelation(Self.shroutFleiss).estimate(form).value, digits: 6)
    }
    expectAgreement(
      try CronbachAlpha(shifted).value, try CronbachAlpha(Self.shroutFleiss).value, digits: 6)
  }

  @Test("raters who differ by a constant are consistent and do not agree")
  func constantDifference() throws {
    let ratings = Matrix(rowCount: 3, columnCount: 2, columnMajor: [1, 2, 3, 2, 3, 4])
    let icc = try IntraclassCorrelation(ratings)
    #expect(icc.estimate(.consistency).value == 1 && icc.estimate(.consistency).lower == nil)
    // R = 2, C = 1.5, E = 0: 2 / (2 + 2 1.5 / 3) = 2/3.
    expectAgreement(icc.estimate(.agreement).value, 2.0 / 3, digits: 14)
    expectAgreement(icc.estimate(.oneWay).value, 0.6, digits: 14)
    expectAgreement(icc.errorOfMeasurement(.agreement), 0.5.squareRoot(), digits: 14)
  }

  @Test("what is not defined is refused")
  func refused() throws {
    let flat = Matrix(rowCount: 3, columnCount: 2, repeating: 2)
    #expect(
      message { _ = try IntraclassCorrelation(flat) }
        == "an intraclass correlation is not defined: all ratings are the same")
    #expect(
      message { _ = try CronbachAlpha(flat) } == "alpha is not defined: all answers to item 1 are the same")
    #expect(
      message { _ = try CronbachAlpha(Matrix(rowCount: 3, columnCount: 1, columnMajor: [1, 2, 3])) }
        == "alpha needs two items and two complete rows; there are 1 and 3")
    let table = try csvTable("a,b\n1,2\n3,9\n", name: "items.csv")
    #expect(
      message { _ = try ItemResponses(table, items: ["a", "b"], answers: 1...4) }
        == "items.csv:3: column 'b': '9' is not allowed; expected an answer from 1 to 4")
    #expect(
      message { _ = try ItemResponses(table, items: ["a"], reversed: ["b"], answers: 1...9) }
        == "items.csv: 'b' is to be reversed but is not among the items")
  }
}
