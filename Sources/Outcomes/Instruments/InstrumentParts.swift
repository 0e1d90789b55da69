import CohortTables

/// Which way a score runs.
public enum ScoreDirection: String, Sendable, CaseIterable, Codable {
  /// Symptoms: a falling score is improvement.
  case lowerIsBetter = "lower_is_better"
  /// Well-being and functioning: a rising score is improvement.
  case higherIsBetter = "higher_is_better"

  /// +1 where a falling score is improvement, otherwise -1: times (first - last) it is the improvement.
  var sign: Double { self == .lowerIsBetter ? 1 : -1 }
}

/// The scores that are possible, and where that stands.
public struct ScoreRange: Sendable, Equatable {
  /// The lowest score.
  public let minimum: Double
  /// The highest score.
  public let maximum: Double
  /// Where the range stands.
  public let source: String

  /// A range.
  public init(_ minimum: Double, _ maximum: Double, source: String) {
    self.minimum = minimum
    self.maximum = maximum
    self.source = source
  }
}

/// A set of scores on one side of a limit.
public enum ScoreThreshold: Sendable, Equatable, CustomStringConvertible {
  /// Lower scores.
  case below(Double)
  /// The limit and lower scores.
  case atMost(Double)
  /// Higher scores.
  case above(Double)
  /// The limit and higher scores.
  case atLeast(Double)

  /// The limit.
  public var limit: Double {
    switch self {
    case .below(let limit), .atMost(let limit), .above(let limit), .atLeast(let limit): limit
    }
  }

  /// Whether a score belongs to the set.
  public func contains(_ score: Double) -> Bool {
    switch self {
    case .below(let limit): score < limit
    case .atMost(let limit): score <= limit
    case .above(let limit): score > limit
    case .atLeast(let limit): score >= limit
    }
  }

  /// The set in words, such as "below 5".
  public var description: String {
    switch self {
    case .below: "below \(NumberText.shortest(limit))"
    case .atMost: "at most \(NumberText.shortest(limit))"
    case .above: "above \(NumberText.shortest(limit))"
    case .atLeast: "at least \(NumberText.shortest(limit))"
    }
  }
}

/// A band of severity: from a score up to the next band.
public struct SeverityBand: Sendable, Equatable {
  /// What the source calls it.
  public let label: String
  /// The lowest score of the band.
  public let from: Double

  /// A band.
  public init(_ label: String, from: Double) {
    self.label = label
    self.from = from
  }
}

/// Bands of severity over the whole range, as one source has them.
public struct SeverityBanding: Sendable, Equatable {
  /// The bands by rising score.
  public let bands: [SeverityBand]
  /// Where they stand.
  public let source: String

  /// Bands by rising score.
  public init(_ bands: [SeverityBand], source: String) {
    self.bands = bands
    self.source = source
  }

  /// The band of a score; nil below the first.
  public func band(of score: Double) -> SeverityBand? { bands.last { $0.from <= score } }
}

/// A reliability coefficient with the kind and the sample that it belongs to.
public struct Reliability: Sendable, Equatable {
  /// What was repeated.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// Cronbach's alpha: items.
    case alpha
    /// The same people again.
    case testRetest = "test_retest"
    /// Another rater.
    case interRater = "inter_rater"
  }

  /// The coefficient.
  public let value: Double
  /// What was repeated.
  public let kind: Kind
  /// The people, and the time between measurements where there are two.
  public let sample: String
  /// How many people, where the source says so.
  public let people: Int?
  /// Where the coefficient stands.
  public let source: String

  /// A coefficient.
  public init(_ value: Double, _ kind: Kind, sample: String, people: Int? = nil, source: String) {
    self.value = value
    self.kind = kind
    self.sample = sample
    self.people = people
    self.source = source
  }
}

/// Mean and standard deviation of a population's scores.
public struct ScoreNorm: Sendable, Equatable {
  /// Whose scores.
  public enum Population: String, Sendable, CaseIterable, Codable {
    /// People in treatment or with the disorder.
    case clinical
    /// People of the general population, or without the disorder.
    case nonClinical = "non_clinical"
  }

  /// Whose scores.
  public let population: Population
  /// The mean.
  public let mean: Double
  /// The standard deviation.
  public let standardDeviation: Double
  /// The people.
  public let sample: String
  /// How many people, where the source says so.
  public let people: Int?
  /// Where the numbers stand.
  public let source: String

  /// A norm.
  public init(
    _ population: Population, mean: Double, standardDeviation: Double, sample: String, people: Int? = nil,
    source: String
  ) {
    self.population = population
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.sample = sample
    self.people = people
    self.source = source
  }
}

/// What one source says of change: only what it defines is set, and nothing is guessed.
public struct ChangeRules: Sendable, Equatable {
  /// A short name of the rules, such as "HEDIS".
  public let name: String
  /// Scores that make a case; rules of response and remission are for people whose first score is one.
  public let caseness: ScoreThreshold?
  /// The relative change that is a response.
  public let response: Double?
  /// Scores that are remission.
  public let remission: ScoreThreshold?
  /// How long remission must last to count, in weeks.
  public let remissionWeeks: Double?
  /// The change in points that is more than measurement error.
  public let reliableChange: Double?
  /// Scores nearer the functional than the dysfunctional population.
  public let functional: ScoreThreshold?
  /// Where the rules stand.
  public let source: String

  /// Rules; what the source does not define stays nil.
  public init(
    _ name: String, caseness: ScoreThreshold? = nil, response: Double? = nil,
    remission: ScoreThreshold? = nil, remissionWeeks: Double? = nil, reliableChange: Double? = nil,
    functional: ScoreThreshold? = nil, source: String
  ) {
    self.name = name
    self.caseness = caseness
    self.response = response
    self.remission = remission
    self.remissionWeeks = remissionWeeks
    self.reliableChange = reliableChange
    self.functional = functional
    self.source = source
  }
}

/// How a score is made of items.
public struct ItemLayout: Sendable, Equatable {
  /// How the answers become the score.
  public enum Scoring: Sendable, Equatable {
    /// The sum of the items.
    case sum
    /// The mean of the items times a factor.
    case mean(times: Double)
  }

  /// The number of items.
  public let count: Int
  /// The lowest and highest answer, where all items have the same.
  public let answers: ClosedRange<Double>?
  /// How the answers become the score.
  public let scoring: Scoring
  /// The items, counted from 1, whose answers run against the score.
  public let reversed: [Int]
  /// What the source says of missing answers.
  public let prorating: Prorating?
  /// Where the layout stands.
  public let source: String

  /// A layout.
  public init(
    _ count: Int, answers: ClosedRange<Double>? = nil, scoring: Scoring = .sum, reversed: [Int] = [],
    prorating: Prorating? = nil, source: String
  ) {
    self.count = count
    self.answers = answers
    self.scoring = scoring
    self.reversed = reversed
    self.prorating = prorating
    self.source = source
  }
}

/// A rule for missing answers: the mean of those given stands for those that are not.
public struct Prorating: Sendable, Equatable {
  /// The fewest answers from which a score is made; nil where the source names none, and one is enough.
  public let fewestAnswered: Int?
  /// Where the rule stands.
  public let source: String

  /// A rule.
  public init(fewestAnswered: Int?, source: String) {
    self.fewestAnswered = fewestAnswered
    self.source = source
  }
}
