import CohortTables
import TestSupport
import Testing

/// The fixtures and data sets of this folder, each read once.
enum ReferenceData {
  static let linearModels = fixture("linear_models")
  static let survival = fixture("survival")
  static let survivalCurves = fixture("survival_curves")
  static let ancova = fixture("btheb_ancova")
  static let linearInference = fixture("linear_inference")
  static let generalizedClusters = fixture("generalized_clusters")
  static let marginalMeans = fixture("emmeans_basic")
  static let inferenceSeam = fixture("inference_seam")
  static let multinomial = fixture("multinomial")

  private static let names = [
    "btheb_long", "help_rct", "sleepstudy", "survival_aml", "survival_bladder", "survival_bladder2",
    "survival_cgd", "survival_lung", "survival_mgus2", "survival_veteran", "uis_drug_relapse",
  ]
  private static let tables = Result {
    try Dictionary(
      uniqueKeysWithValues: names.map { name in
        (name, try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(name).csv")))
      })
  }

  private static func fixture(_ name: String) -> Result<Fixture, any Error> {
    Result { try Fixture("Tests/EstimationTests/Fixtures/\(name).json") }
  }

  /// A data set by its file's name.
  static func table(_ name: String) throws -> Table {
    try #require(try tables.get()[name], "there is no data set '\(name)'")
  }
}

/// Checks agreement and remembers the fewest digits reached, for a table in the tests' output.
struct DigitsReached {
  private(set) var fewest: [(quantity: String, digits: Double)] = []

  /// Expects agreement; null in the fixture means that there is no value.
  mutating func expect(
    _ value: Double?, _ expected: Fixture, digits: Double, absolute: Double = 0, _ quantity: String,
    _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectAgreement(
      value, expected, digits: digits, absolute: absolute, "\(quantity) \(label)",
      sourceLocation: sourceLocation)
    guard let value, let wanted = expected.number, abs(value - wanted) > absolute else { return }
    let reached = digitsOfAgreement(value, wanted)
    if let index = fewest.firstIndex(where: { $0.quantity == quantity }) {
      fewest[index].digits = min(fewest[index].digits, reached)
    } else {
      fewest.append((quantity, reached))
    }
  }

  /// Prints one line: the fewest digits of each quantity.
  func printRow(_ name: String) {
    let cells = fewest.map { "\($0.quantity) \(Double(Int($0.digits * 10)) / 10)" }
    print("digits: \(name): \(cells.joined(separator: ", "))")
  }
}
