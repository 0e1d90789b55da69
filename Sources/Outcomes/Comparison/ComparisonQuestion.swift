import CohortTables
public import Estimation

/// Which score stands for where a person started.
public enum BaselineRule: Sendable, Equatable {
  /// The last visit at time 0 or before.
  case lastVisitUpToZero
  /// The first visit, whenever it was.
  case firstVisit
  /// A column of the file.
  case column(String)

  /// The rule in words.
  public var name: String {
    switch self {
    case .lastVisitUpToZero: "last score at time 0 or before"
    case .firstVisit: "first score"
    case .column(let name): "column '\(name)'"
    }
  }
}

/// What is asked when arms are compared.
public struct ComparisonQuestion: Sendable, Equatable {
  /// The arm that the others are compared with.
  public var focus: String
  /// Times at which scores are compared, in the file's unit of time.
  public var horizons: [Double]
  /// How far from a horizon a visit may be and still stand for it.
  public var window: Double
  /// Which score stands for where a person started.
  public var baseline: BaselineRule
  /// Columns that are held equal besides the baseline; each person's first value counts.
  public var covariates: [String]
  /// How limits and p-values allow for the number of comparisons.
  public var adjustment: MultiplicityAdjustment
  /// How each part of the treatment came about.
  public var assignment: [TreatmentAssignment]
  /// Whether higher scores are better; symptom scores are lower-is-better.
  public var isHigherBetter: Bool
  /// The level of confidence limits.
  public var confidenceLevel: Double

  /// A question.
  public init(
    focus: String, horizons: [Double] = [], window: Double = 0, baseline: BaselineRule = .lastVisitUpToZero,
    covariates: [String] = [], adjustment: MultiplicityAdjustment = .dunnett,
    assignment: [TreatmentAssignment] = [],
    isHigherBetter: Bool = false, confidenceLevel: Double = 0.95
  ) {
    self.focus = focus
    self.horizons = horizons
    self.window = window
    self.baseline = baseline
    self.covariates = covariates
    self.adjustment = adjustment
    self.assignment = assignment
    self.isHigherBetter = isHigherBetter
    self.confidenceLevel = confidenceLevel
  }

  /// Whether the follow-up is represented by the horizons: one of them alone would be a complete case.
  var usesHorizons: Bool { horizons.count > 1 }

  /// The question with the direction of a known instrument.
  ///
  /// - Throws: `OutcomesError` when higher scores are said to be better and the instrument says otherwise.
  func directed(by instrument: Instrument?) throws -> ComparisonQuestion {
    guard let instrument else { return self }
    guard !isHigherBetter || instrument.direction == .higherIsBetter else {
      throw OutcomesError(
        "higher scores are said to be better, but lower scores of the \(instrument.name) are: leave out --higher-is-better"
      )
    }
    var question = self
    question.isHigherBetter = instrument.direction == .higherIsBetter
    return question
  }

  /// What stands for a person's whole follow-up.
  public func followUpRule(unit: TimeUnit) -> String {
    guard usesHorizons else { return "the mean of all scores after the baseline" }
    let times = horizons.map { NumberText.shortest($0) }.joined(separator: ", ")
    return
      "the mean of each person's scores at \(unit.name(for: Double(horizons.count))) \(times) that are there"
  }

  /// Whether chance decided every part of the treatment.
  public var isRandomised: Bool { !assignment.isEmpty && assignment.allSatisfy(\.isRandomised) }
}
