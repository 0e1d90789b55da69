import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// What holds of estimating equations whatever the data, and where they are another model.
@Suite("Laws: estimating equations")
struct EstimatingLawTests {
  static let epilepsy = Result { try EstimatingReferenceTests.table("epilepsy_gaps") }
  static let formula = "seizure_rate ~ treatment + base + age"

  private func fit(
    _ table: Table, _ correlation: WorkingCorrelation, _ covariance: EstimatingCovariance,
    weights: Weights? = nil, subject: String = "subject"
  ) throws -> EstimatingEquationsFit {
    try GeneralizedEstimatingEquations(
      Self.formula, subject: subject, visit: "period", correlation: correlation, family: .poisson,
      options: ModelOptions(weights: weights), covariance: covariance
    ).fit(table)
  }

  private func expectSame(
    _ a: EstimatingEquationsFit, _ b: EstimatingEquationsFit, digits: Double, _ label: String
  ) {
    for (x, y) in zip(a.coefficients, b.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: digits, "\(label) \(x.term)")
      expectAgreement(
        x.standardError ?? .nan, y.standardError ?? .nan, digits: digits, "\(label) se \(x.term)")
      expectAgreement(
        x.modelStandardError ?? 0, y.modelStandardError ?? 0, digits: digits, "\(label) model \(x.term)")
      expectAgreement(
        x.degreesOfFreedom ?? 0, y.degreesOfFreedom ?? 0, digits: digits - 1, "\(label) df \(x.term)")
    }
    expectAgreement(a.scale, b.scale, digits: digits, "\(label) phi")
    for (x, y) in zip(a.correlations, b.correlations) {
      expectAgreement(x.estimate, y.estimate, digits: digits, "\(label) \(x.name)")
    }
    expectAgreement(a.qic, b.qic, digits: digits, "\(label) qic")
    expectAgreement(a.observationCount, b.observationCount, digits: 15, "\(label) n")
  }

  @Test(
    "a frequency weight counts copies of the person", arguments: WorkingCorrelation.allCases,
    EstimatingCovariance.allCases)
  func copies(_ correlation: WorkingCorrelation, _ covariance: EstimatingCovariance) throws {
    let table = try Self.epilepsy.get()
    let people = try table.requireColumn("subject").numericValues()
    let times = people.map { 1 + Int($0) % 3 }
    let weighted = try table.adding(.numeric("times", times.map(Double.init)))
    var (rows, names) = ([Int](), [Double]())
    for copy in 0..<3 {
      for row in times.indices where times[row] > copy {
        rows.append(row)
        names.append(people[row] + 1000 * Double(copy))
      }
    }
    let repeated = try table.selecting(rows: rows).adding(.numeric("copy", names))
    expectSame(
      try fit(weighted, correlation, covariance, weights: Weights(column: "times", kind: .frequency)),
      try fit(repeated, correlation, covariance, subject: "copy"), digits: 9, "\(covariance)")
  }

  @Test("the order of rows and people does not matter", arguments: WorkingCorrelation.allCases)
  func order(_ correlation: WorkingCorrelation) throws {
    let table = try Self.epilepsy.get()
    var random = TestRandom(seed: 5)
    let shuffled = (0..<table.rowCount).map { ($0, random.uniform()) }.sorted { $0.1 < $1.1 }.map(\.0)
    expectSame(
      try fit(table, correlation, .kauermannCarroll),
      try fit(table.selecting(rows: shuffled), correlation, .kauermannCarroll), digits: 11, "shuffled")
  }

  @Test(
    "a weight that is the same for all changes nothing but the scale, as precision or as sampling",
    arguments: WorkingCorrelation.allCases)
  func constantWeights(_ correlation: WorkingCorrelation) throws {
    let table = try Self.epilepsy.get()
    let weighted = try table.adding(.numeric("w", [Double](repeating: 2.5, count: table.rowCount)))
    let plain = try fit(table, correlation, .sandwich)
    for kind in [WeightKind.precision, .sampling] {
      let other = try fit(weighted, correlation, .sandwich, weights: Weights(column: "w", kind: kind))
      for (x, y) in zip(plain.coefficients, other.coefficients) {
        expectAgreement(y.estimate ?? .nan, x.estimate ?? .nan, digits: 11)
        expectAgreement(y.standardError ?? .nan, x.standardError ?? .nan, digits: 11)
      }
      for (x, y) in zip(plain.correlations, other.correlations) {
        expectAgreement(y.estimate, x.estimate, digits: 11)
      }
      expectAgreement(other.scale, plain.scale, digits: 12)
    }
  }

  @Test("the fit has the same bits on any number of threads", arguments: WorkingCorrelation.allCases)
  func threads(_ correlation: WorkingCorrelation) throws {
    let table = try Self.repeated(people: 6_000)
    let model = try GeneralizedEstimatingEquations(
      "y ~ x + arm", subject: "id", visit: "visit", correlation: correlation, family: .poisson,
      covariance: .manclDeRouen)
    let serial = try model.fit(table)
    #expect(serial.convergence.isConverged && serial.correlation == correlation)
    for threads in [1, 2, 3, 8] {
      let other = try model.fit(table, executor: ThreadedExecutor(threads: threads))
      #expect(other.coefficients == serial.coefficients && other.covariance == serial.covariance)
      #expect(other.scale == serial.scale && other.correlations == serial.correlations)
      #expect(other.qic == serial.qic && other.modelCovariance == serial.modelCovariance)
    }
  }

  /// Counts of people over up to 5 visits, with gaps, that share a person's level.
  static func repeated(people: Int) throws -> Table {
    var random = TestRandom(seed: 11)
    var (id, visit, x, y) = ([Double](), [Double](), [Double](), [Double]())
    var arm: [String?] = []
    for person in 0..<people {
      let level = random.normal() / 2
      let group = ["a", "b"][person % 2]
      for k in 0..<5 where k == 0 || random.uniform() < 0.8 {
        let own = random.normal()
        id.append(Double(person))
        visit.append(Double(k))
        x.append(own)
        arm.append(group)
        y.append(max(0, (2 + own / 4 + level + random.normal() / 2).rounded()))
      }
    }
    return try Table(
      columns: [
        .numeric("id", id), .numeric("visit", visit), .numeric("x", x), .numeric("y", y),
        .category("arm", arm),
      ], name: "repeated")
  }
}

/// Where estimating equations are another model.
@Suite("Identities: estimating equations")
struct EstimatingIdentityTests {
  static let corrections: [(EstimatingCovariance, RobustCovariance)] = [
    (.sandwich, .cr0), (.kauermannCarroll, .cr2), (.manclDeRouen, .cr3),
  ]

  @Test("gaussian independence is least squares with CR0, CR2, CR3", arguments: corrections)
  func leastSquares(_ own: EstimatingCovariance, _ other: RobustCovariance) throws {
    let table = try EstimatingReferenceTests.table("dietox")
    let formula = "weight ~ evit + cu * time"
    let gee = try GeneralizedEstimatingEquations(formula, subject: "pig", covariance: own).fit(table)
    let linear = try LinearModel(formula, options: ModelOptions(cluster: "pig"), robust: other).fit(table)
    for (x, y) in zip(gee.coefficients, linear.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 11, x.term)
      expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 10, "se \(x.term)")
    }
  }

  @Test("people with one row each are a generalised linear model with HC0, HC2, HC3")
  func singleRows() throws {
    let table = try GeneralizedReferenceTests.table("help_rct")
    let numbered = try table.adding(.numeric("row", (0..<table.rowCount).map(Double.init)))
    let formula = "female ~ age + substance + cesd"
    for (own, other) in [
      (EstimatingCovariance.sandwich, RobustCovariance.hc0), (.kauermannCarroll, .hc2), (.manclDeRouen, .hc3),
    ] {
      let gee = try GeneralizedEstimatingEquations(
        formula, subject: "row", family: .binomial, covariance: own
      ).fit(numbered)
      let plain = try GeneralizedLinearModel(formula, family: .binomial, robust: other).fit(table)
      for (x, y) in zip(gee.coefficients, plain.coefficients) {
        expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 11, x.term)
        expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 10, "se \(x.term)")
      }
    }
  }

  @Test("clusters of a generalised linear model are independence with CR0", arguments: corrections)
  func clusters(_ own: EstimatingCovariance, _ other: RobustCovariance) throws {
    let table = try EstimatingReferenceTests.table("epilepsy")
    let formula = "seizure_rate ~ treatment + base"
    let gee = try GeneralizedEstimatingEquations(
      formula, subject: "subject", family: .poisson, covariance: own
    ).fit(table)
    let plain = try GeneralizedLinearModel(
      formula, family: .poisson, options: ModelOptions(cluster: "subject"), robust: other
    ).fit(table)
    for (x, y) in zip(gee.coefficients, plain.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 11, x.term)
      expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 9, "se \(x.term)")
    }
  }

  @Test("with complete visits and terms of the person alone the gaussian coefficients do not depend on alpha")
  func balanced() throws {
    let table = try EstimatingReferenceTests.table("sleepstudy")
    let fits = try [WorkingCorrelation.independence, .exchangeable].map {
      try GeneralizedEstimatingEquations(
        "reaction ~ days", subject: "subject", correlation: $0, covariance: .sandwich
      ).fit(table)
    }
    for (x, y) in zip(fits[0].coefficients, fits[1].coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 12, x.term)
      expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 12, x.term)
    }
  }

  @Test("a design that the normal equations would lose is factored by rows")
  func illConditioned() throws {
    let table = try EstimatingReferenceTests.table("sleepstudy")
    let formula = "reaction ~ " + (1...7).map { "I(days^\($0))" }.joined(separator: " + ")
    let gee = try GeneralizedEstimatingEquations(
      formula, subject: "subject", correlation: .exchangeable, covariance: .sandwich
    ).fit(table)
    let linear = try LinearModel(formula).fit(table)
    #expect(gee.solver == .orthogonal && gee.convergence.isConverged)
    for (x, y) in zip(gee.coefficients, linear.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 7, x.term)
    }
  }

  @Test("two visits: AR(1), exchangeable and unstructured are the same")
  func twoVisits() throws {
    let table = try EstimatingReferenceTests.table("epilepsy")
    let period = try table.requireColumn("period").numericValues()
    let two = table.selecting(rows: period.indices.filter { period[$0] < 3 })
    let fits = try [WorkingCorrelation.exchangeable, .autoregressive, .unstructured].map {
      try GeneralizedEstimatingEquations(
        "seizure_rate ~ treatment + base", subject: "subject", visit: "period", correlation: $0,
        family: .poisson, covariance: .manclDeRouen
      ).fit(two)
    }
    for other in fits.dropFirst() {
      for (x, y) in zip(fits[0].coefficients, other.coefficients) {
        expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 12, x.term)
        expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 12, x.term)
      }
    }
  }

  @Test("contrasts of marginal means use the fit's covariance and degrees of freedom")
  func means() throws {
    let table = try EstimatingReferenceTests.table("respiratory")
    for kind in [EstimatingCovariance.kauermannCarroll, .fayGraubard] {
      let fit = try GeneralizedEstimatingEquations(
        "good ~ treatment + age", subject: "subject", correlation: .exchangeable, family: .binomial,
        covariance: kind
      ).fit(table)
      let contrast = try #require(
        try fit.marginalMeans(of: "treatment").contrasts(.pairwise, adjustment: MultiplicityAdjustment.none)
          .contrasts.first)
      let coefficient = fit.coefficients[1]
      expectAgreement(abs(contrast.estimate ?? .nan), abs(coefficient.estimate ?? .nan), digits: 12)
      expectAgreement(contrast.standardError ?? .nan, coefficient.standardError ?? .nan, digits: 12)
      expectAgreement(contrast.degreesOfFreedom ?? .nan, coefficient.degreesOfFreedom ?? .nan, digits: 9)
    }
  }
}
