import CohortTables

/// How far measured scores lie from true ones, by classical test theory.
public struct MeasurementError: Sendable, Equatable {
  /// The standard deviation of the scores in the population that the person belongs to.
  public let standardDeviation: Double
  /// The reliability of the scores in that population.
  public let reliability: Double

  /// The error of scores.
  ///
  /// - Throws: `OutcomesError` unless the deviation is positive and the reliability lies between 0 and 1.
  public init(standardDeviation: Double, reliability: Double) throws {
    guard standardDeviation > 0, standardDeviation.isFinite else {
      throw OutcomesError(
        "the standard deviation is \(NumberText.shortest(standardDeviation)), expected a positive number")
    }
    guard reliability > 0, reliability < 1 else {
      throw OutcomesError(
        "the reliability is \(NumberText.shortest(reliability)), expected a number between 0 and 1")
    }
    self.standardDeviation = standardDeviation
    self.reliability = reliability
  }

  /// The standard error of measurement, `s sqrt(1 - r)`.
  public var ofMeasurement: Double { standardDeviation * (1 - reliability).squareRoot() }

  /// The standard error of a difference of two scores, `sqrt(2) s sqrt(1 - r)`.
  public var ofDifference: Double { (2 * ofMeasurement * ofMeasurement).squareRoot() }

  /// The standard error of predicting a second score from the first, `s sqrt(1 - r^2)`.
  public var ofPrediction: Double { standardDeviation * (1 - reliability * reliability).squareRoot() }
}

/// Scores of a group before and after, as Hageman and Arrindell's index needs them.
public struct BeforeAndAfter: Sendable, Equatable {
  /// The scores before.
  public let before: MeasurementError
  /// The scores after.
  public let after: MeasurementError
  /// The mean before.
  public let meanBefore: Double
  /// The mean after.
  public let meanAfter: Double
  /// The correlation of the scores before and after.
  public let correlation: Double

  /// A group's scores.
  ///
  /// - Throws: `OutcomesError` unless the correlation lies between -1 and 1 and leaves the true change some variance.
  public init(
    before: MeasurementError, after: MeasurementError, meanBefore: Double, meanAfter: Double,
    correlation: Double
  ) throws {
    guard correlation > -1, correlation < 1 else {
      throw OutcomesError(
        "the correlation is \(NumberText.shortest(correlation)), expected a number between -1 and 1")
    }
    self.before = before
    self.after = after
    self.meanBefore = meanBefore
    self.meanAfter = meanAfter
    self.correlation = correlation
    guard reliabilityOfChange > 0 else {
      throw OutcomesError(
        "the change of scores is no more than measurement error (its reliability is \(NumberText.shortest(reliabilityOfChange)))"
      )
    }
  }

  /// The variance of the change.
  private var varianceOfChange: Double {
    let (s1, s2) = (before.standardDeviation, after.standardDeviation)
    return s1 * s1 + s2 * s2 - 2 * correlation * s1 * s2
  }

  /// The standard error of a change, `sqrt(SE_1^2 + SE_2^2)`; `sqrt(2) SE` where both are equal.
  public var errorOfChange: Double {
    let (e1, e2) = (before.ofMeasurement, after.ofMeasurement)
    return (e1 * e1 + e2 * e2).squareRoot()
  }

  /// The reliability of the change, `1 - SE_D^2 / s_D^2`.
  ///
  /// This is `(s1^2 r1 + s2^2 r2 - 2 r12 s1 s2) / (s1^2 + s2^2 - 2 r12 s1 s2)`.
  public var reliabilityOfChange: Double { 1 - errorOfChange * errorOfChange / varianceOfChange }
}
