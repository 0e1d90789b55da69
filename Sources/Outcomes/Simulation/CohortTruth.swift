#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is true of a simulated cohort's population: the answers that an analysis should find.
///
/// Means, responses and contrasts are *marginal causal* quantities: everybody gets the arm, nobody
/// leaves, averaged over a large population made with the cohort's own settings and seed. They are
/// Monte Carlo means; every one carries its standard error.
public struct CohortTruth: Codable, Sendable, Equatable {
  /// The name and version of this layout.
  public var schema = "tandem.truth/1"
  /// The seed of the population.
  public var seed: UInt64
  /// Number of people in the population, the cohort's own being the first of them.
  public var populationSize: Int
  /// Mean and standard deviation of the starting score.
  public var baseline: Baseline
  /// Share of the population that gets each arm.
  public var armShares: [ArmShare]
  /// Mean PHQ-9 by arm and week, had everybody got the arm.
  public var means: [Mean]
  /// Differences of those means, and what a crude comparison would show.
  public var contrasts: [Contrast]
  /// Response, remission and leaving by arm, had everybody got it.
  public var outcomes: [Outcomes]
  /// Response of combined treatment relative to each single one.
  public var responseRatios: [Ratio]
  /// Relapse.
  public var relapse: Relapse

  /// The starting score in the population.
  public struct Baseline: Codable, Sendable, Equatable {
    /// Mean, points.
    public var mean: Double
    /// Standard deviation, points.
    public var standardDeviation: Double

    enum CodingKeys: String, CodingKey {
      case mean
      case standardDeviation = "sd"
    }
  }

  /// How many get an arm, and how ill they are.
  public struct ArmShare: Codable, Sendable, Equatable {
    /// The arm.
    public var arm: CohortSettings.Arm
    /// Share of the population that gets it.
    public var share: Double
    /// Mean starting score of those who get it, points: unequal by confounding.
    public var baselineMean: Double

    enum CodingKeys: String, CodingKey {
      case arm, share
      case baselineMean = "baseline_mean"
    }
  }

  /// A marginal mean.
  public struct Mean: Codable, Sendable, Equatable {
    /// The arm.
    public var arm: CohortSettings.Arm
    /// Weeks since the start.
    public var week: Double
    /// Mean PHQ-9, points.
    public var mean: Double
    /// Its Monte Carlo standard error.
    public var standardError: Double
    /// Standard deviation between people, points.
    public var standardDeviation: Double

    enum CodingKeys: String, CodingKey {
      case arm, week, mean
      case standardError = "monte_carlo_std_error"
      case standardDeviation = "sd"
    }
  }

  /// A difference of marginal means; negative favours the first arm.
  public struct Contrast: Codable, Sendable, Equatable {
    /// The arms, as `combined - medication`.
    public var contrast: String
    /// Weeks since the start.
    public var week: Double
    /// Causal difference, points.
    public var difference: Double
    /// Its Monte Carlo standard error, from the same people under both arms.
    public var standardError: Double
    /// The difference over the pooled standard deviation at that week.
    public var standardized: Double
    /// Difference between those who get the one arm and those who get the other, did nobody leave:
    /// what confounding makes of it.
    public var crudeDifference: Double

    enum CodingKeys: String, CodingKey {
      case contrast, week, difference, standardized
      case standardError = "monte_carlo_std_error"
      case crudeDifference = "crude_difference"
    }
  }

  /// Shares by arm.
  public struct Outcomes: Codable, Sendable, Equatable {
    /// The arm.
    public var arm: CohortSettings.Arm
    /// Share whose score has halved by the end of acute treatment.
    public var response: Double
    /// Share who satisfy the remission rule at some visit.
    public var remission: Double
    /// Share who have left by the end of acute treatment.
    public var acuteDropout: Double
    /// Share who have left before the last planned visit.
    public var totalDropout: Double
    /// Largest Monte Carlo standard error of these shares.
    public var standardError: Double

    enum CodingKeys: String, CodingKey {
      case arm, response, remission
      case acuteDropout = "acute_dropout"
      case totalDropout = "total_dropout"
      case standardError = "monte_carlo_std_error"
    }
  }

  /// A ratio between two arms.
  public struct Ratio: Codable, Sendable, Equatable {
    /// The arms, as `combined / medication`.
    public var contrast: String
    /// The ratio.
    public var ratio: Double
  }

  /// Relapse after remission.
  public struct Relapse: Codable, Sendable, Equatable {
    /// Conditional hazard ratios of the model: exact, by setting.
    public var hazardRatios: [Ratio]
    /// Log hazard for each prior episode: exact, by setting.
    public var perPriorEpisode: Double
    /// Log hazard for each point of the starting score: exact, by setting.
    public var perBaselinePoint: Double
    /// Hazard of each condition relative to the first: exact, by setting.
    public var conditions: [Ratio]
    /// Risk within 365 days of remission by arm, standardised over those who remit under the arm
    /// that they got, did nobody leave.
    public var oneYearRisks: [Risk]
    /// Ratios of those risks.
    public var riskRatios: [Ratio]

    enum CodingKeys: String, CodingKey {
      case hazardRatios = "hazard_ratios"
      case perPriorEpisode = "log_hazard_per_prior_episode"
      case perBaselinePoint = "log_hazard_per_baseline_point"
      case conditions
      case oneYearRisks = "one_year_risks"
      case riskRatios = "risk_ratios"
    }
  }

  /// A standardised risk.
  public struct Risk: Codable, Sendable, Equatable {
    /// The arm.
    public var arm: CohortSettings.Arm
    /// Risk within a year.
    public var risk: Double
    /// Its Monte Carlo standard error.
    public var standardError: Double

    enum CodingKeys: String, CodingKey {
      case arm, risk
      case standardError = "monte_carlo_std_error"
    }
  }

  enum CodingKeys: String, CodingKey {
    case schema, seed, baseline, means, contrasts, outcomes, relapse
    case populationSize = "population_size"
    case armShares = "arm_shares"
    case responseRatios = "response_ratios"
  }

  /// The truth as indented JSON with sorted keys, numbers in shortest round-trip form.
  ///
  /// - Throws: `EncodingError` when a number is not finite: a share of nobody.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
  }
}
