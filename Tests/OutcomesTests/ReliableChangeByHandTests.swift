import Outcomes
import TestSupport
import Testing

@Suite("ByHand: reliable change and cut-offs")
struct ReliableChangeByHandTests {
  /// Jacobson and Truax (1991): scores of 47.5 and 32.5, a standard error of the difference of 4.74 from a standard
  /// deviation of 7.5 and a reliability of .80, and an index of 3.16.
  @Test("the example of Jacobson and Truax")
  func jacobsonTruax() throws {
    let error = try MeasurementError(standardDeviation: 7.5, reliability: 0.80)
    #expect((error.ofDifference * 100).rounded() / 100 == 4.74)
    let index = ReliableChangeIndex.jacobsonTruax(from: 32.5, to: 47.5, error: error)
    #expect((index.value * 100).rounded() / 100 == 3.16)
    #expect(index.verdict(.higherIsBetter) == .improved && index.verdict(.lowerIsBetter) == .deteriorated)
    let back = ReliableChangeIndex.jacobsonTruax(from: 47.5, to: 32.5, error: error)
    #expect(back.value == -index.value && back.verdict(.lowerIsBetter) == .improved)
  }

  @Test("errors of measurement, difference and prediction: s = 10, r = 0.84")
  func errors() throws {
    let error = try MeasurementError(standardDeviation: 10, reliability: 0.84)
    expectAgreement(error.ofMeasurement, 4, digits: 14)
    expectAgreement(error.ofDifference, 4 * 2.0.squareRoot(), digits: 14)
    expectAgreement(error.ofPrediction, 10 * (1 - 0.7056).squareRoot(), digits: 14)
  }

  @Test("Gulliksen, Lord and Novick: s = 10, r = 0.8, M = 20; from 30 the second score foretold is 28")
  func gulliksenLordNovick() throws {
    let error = try MeasurementError(standardDeviation: 10, reliability: 0.8)
    func index(_ first: Double, _ last: Double) -> ReliableChangeIndex {
      .gulliksenLordNovick(from: first, to: last, mean: 20, error: error)
    }
    expectAgreement(index(30, 28).value, 0, digits: 15)
    expectAgreement(index(30, 16).value, -2, digits: 14)
    #expect(index(30, 16).verdict(.lowerIsBetter) == .improved)
    // Far above the mean, much of the fall is regression to it.
    let plain = ReliableChangeIndex.jacobsonTruax(from: 40, to: 26, error: error)
    #expect(plain.verdict(.lowerIsBetter) == .improved && index(40, 26).verdict(.lowerIsBetter) == .unchanged)
  }

  /// s = 10 and 10, r = 0.84 and 0.84, r12 = 0.5: s_D^2 = 100, SE_D^2 = 32, r_D = 0.68.
  @Test("Hageman and Arrindell: the change is drawn to the group's by its reliability")
  func hagemanArrindell() throws {
    let error = try MeasurementError(standardDeviation: 10, reliability: 0.84)
    let group = try BeforeAndAfter(
      before: error, after: error, meanBefore: 30, meanAfter: 20, correlation: 0.5)
    expectAgreement(group.reliabilityOfChange, 0.68, digits: 14)
    expectAgreement(group.errorOfChange, error.ofDifference, digits: 14)
    let index = ReliableChangeIndex.hagemanArrindell(from: 30, to: 10, group: group)
    expectAgreement(index.value, (-20 * 0.68 - 10 * 0.32) / (0.68 * 32).squareRoot(), digits: 13)
    // The error of Kelley's estimate of a true change, s_D sqrt(r_D (1 - r_D)), is the denominator.
    expectAgreement(
      (0.68 * 32).squareRoot(), 10 * (0.68 * 0.32).squareRoot(), digits: 14)
    #expect(index.criticalValue == 1.65 && index.verdict(.lowerIsBetter) == .improved)
    // Different deviations and reliabilities, by the formula of the paper.
    let after = try MeasurementError(standardDeviation: 12, reliability: 0.9)
    let unequal = try BeforeAndAfter(
      before: error, after: after, meanBefore: 30, meanAfter: 20, correlation: 0.6)
    expectAgreement(
      unequal.reliabilityOfChange, (100 * 0.84 + 144 * 0.9 - 2 * 0.6 * 120) / (100 + 144 - 2 * 0.6 * 120),
      digits: 14)
  }

  @Test(
    "without a mean change Hageman and Arrindell's index is the root of the reliability times Jacobson and Truax's"
  )
  func hagemanArrindellIdentity() throws {
    let error = try MeasurementError(standardDeviation: 8, reliability: 0.9)
    let group = try BeforeAndAfter(
      before: error, after: error, meanBefore: 15, meanAfter: 15, correlation: 0.4)
    for last in [0.0, 7, 15, 23] {
      expectAgreement(
        ReliableChangeIndex.hagemanArrindell(from: 15, to: last, group: group).value,
        group.reliabilityOfChange.squareRoot()
          * ReliableChangeIndex.jacobsonTruax(from: 15, to: last, error: error).value, digits: 13)
    }
  }

  @Test("hierarchical: a predicted slope over its error, none without an error")
  func hierarchical() throws {
    let index = try #require(ReliableChangeIndex.hierarchical(slope: -0.6, standardError: 0.25))
    expectAgreement(index.value, -2.4, digits: 15)
    #expect(index.verdict(.lowerIsBetter) == .improved && index.verdict(.higherIsBetter) == .deteriorated)
    #expect(ReliableChangeIndex.hierarchical(slope: -0.6, standardError: 0) == nil)
  }

  @Test("indices do not depend on the scale's unit and origin")
  func affine() throws {
    let (a, b) = (2.5, -7.0)
    let error = try MeasurementError(standardDeviation: 6, reliability: 0.85)
    let scaled = try MeasurementError(standardDeviation: 6 * a, reliability: 0.85)
    for (first, last) in [(20.0, 11.0), (9, 12)] {
      expectAgreement(
        ReliableChangeIndex.jacobsonTruax(from: a * first + b, to: a * last + b, error: scaled).value,
        ReliableChangeIndex.jacobsonTruax(from: first, to: last, error: error).value, digits: 13)
      expectAgreement(
        ReliableChangeIndex.gulliksenLordNovick(
          from: a * first + b, to: a * last + b, mean: a * 14 + b, error: scaled
        ).value,
        ReliableChangeIndex.gulliksenLordNovick(from: first, to: last, mean: 14, error: error).value,
        digits: 13)
    }
  }

  @Test("impossible errors are refused")
  func impossible() throws {
    #expect(
      message { _ = try MeasurementError(standardDeviation: 0, reliability: 0.8) }
        == "the standard deviation is 0, expected a positive number")
    #expect(
      message { _ = try MeasurementError(standardDeviation: 5, reliability: 1) }
        == "the reliability is 1, expected a number between 0 and 1")
    let error = try MeasurementError(standardDeviation: 5, reliability: 0.5)
    #expect(
      message {
        _ = try BeforeAndAfter(before: error, after: error, meanBefore: 0, meanAfter: 0, correlation: 0.5)
      } == "the change of scores is no more than measurement error (its reliability is 0)")
  }

  /// Dysfunctional 40 (10), functional 60 (5), higher is better: a = 60, b = 50, c = (5 40 + 10 60) / 15.
  @Test("cut-offs a, b and c, both ways")
  func cutoffs() {
    let ill = ClinicalCutoff.Population(mean: 40, standardDeviation: 10)
    let well = ClinicalCutoff.Population(mean: 60, standardDeviation: 5)
    #expect(ClinicalCutoff.a(dysfunctional: ill, .higherIsBetter).value == 60)
    #expect(ClinicalCutoff.b(functional: well, .higherIsBetter).value == 50)
    let c = ClinicalCutoff.c(dysfunctional: ill, functional: well, .higherIsBetter)
    expectAgreement(c.value, 800.0 / 15, digits: 15)
    expectAgreement((c.value - 40) / 10, (60 - c.value) / 5, digits: 13)
    #expect(c.functional == .above(c.value))
    // Mirrored, as symptoms are.
    let (sick, sound) = (
      ClinicalCutoff.Population(mean: -40, standardDeviation: 10),
      ClinicalCutoff.Population(mean: -60, standardDeviation: 5)
    )
    #expect(ClinicalCutoff.a(dysfunctional: sick, .lowerIsBetter).value == -60)
    #expect(ClinicalCutoff.b(functional: sound, .lowerIsBetter).value == -50)
    #expect(
      ClinicalCutoff.c(dysfunctional: sick, functional: sound, .lowerIsBetter).functional == .below(-c.value))
  }

  @Test("the four categories, by the rules of NHS Talking Therapies")
  func categories() throws {
    let criteria = try ClinicalCriteria(
      try #require(Instrument.named("PHQ-9")), rules: "NHS Talking Therapies")
    func category(_ first: Double, _ last: Double) -> ChangeCategory? {
      ClinicalChange(
        [ScoredVisit(week: 0, score: first), ScoredVisit(week: 8, score: last)], criteria
      ).category.value
    }
    #expect(category(16, 9) == .recovered && category(16, 10) == .improved)
    #expect(category(12, 9) == .unchanged, "below the cut-off, but within measurement error")
    #expect(category(9, 2) == .improved, "was no case to begin with")
    #expect(category(9, 15) == .deteriorated && category(10, 10) == .unchanged)
  }
}
