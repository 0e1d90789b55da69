import Estimation

/// Whether a treatment halves the relapses that another has, by the limits of a ratio.
public enum HalvingVerdict: String, Sendable, CaseIterable, Codable {
  /// The upper limit is below one half.
  case atLeastHalves = "at_least_halves"
  /// Fewer relapses, by how much is open: one half lies within the limits, 1 above them.
  case reducesCompatibleWithHalving = "reduces_compatible_with_halving"
  /// Fewer relapses, but by less than half: the limits lie between one half and 1.
  case reducesLessThanHalf = "reduces_less_than_half"
  /// The limits hold 1.
  case inconclusive
  /// The lower limit is 1 or more.
  case noBenefitOrHarm = "no_benefit_or_harm"

  /// The verdict for the limits of a ratio of hazards or risks.
  public init(lower: Double, upper: Double) {
    if upper < 0.5 {
      self = .atLeastHalves
    } else if lower >= 1 {
      self = .noBenefitOrHarm
    } else if upper >= 1 {
      self = .inconclusive
    } else {
      self = lower > 0.5 ? .reducesLessThanHalf : .reducesCompatibleWithHalving
    }
  }

  /// The verdict in words.
  public var words: String {
    switch self {
    case .atLeastHalves: "at least halves"
    case .reducesCompatibleWithHalving: "reduces, compatible with halving"
    case .reducesLessThanHalf: "reduces, but by less than half"
    case .inconclusive: "inconclusive"
    case .noBenefitOrHarm: "no benefit, or harm"
    }
  }
}

/// "Does it halve relapse?" asked of one arm and one comparator, on one scale.
public struct HalvingAnswer: Sendable, Equatable {
  /// What the ratio is of.
  public enum Scale: String, Sendable, Codable {
    /// Hazards.
    case hazardRatio = "hazard_ratio"
    /// Risks by a horizon, standardised over the covariates.
    case riskRatio = "risk_ratio"
  }

  /// The arm in question.
  public let focus: String
  /// The arm that it is compared with.
  public let comparator: String
  /// The scale.
  public let scale: Scale
  /// The horizon of a risk ratio.
  public let horizon: Double?
  /// The ratio.
  public let ratio: Double
  /// Its lower limit.
  public let lower: Double
  /// Its upper limit.
  public let upper: Double
  /// The verdict.
  public var verdict: HalvingVerdict { HalvingVerdict(lower: lower, upper: upper) }
}

extension RelapseAnalysis {
  /// Whether the focus halves relapse against each comparator, on the hazard ratio and on the risk ratio at each horizon.
  ///
  /// Limits of hazard ratios allow for the number of comparators as the contrasts do; those of risk ratios are pointwise.
  public var halving: [HalvingAnswer] {
    guard let focus = question.focus else { return [] }
    let hazards = (hazardContrasts?.contrasts ?? []).compactMap { contrast -> HalvingAnswer? in
      guard let estimate = contrast.estimate, let lower = contrast.adjustedLower,
        let upper = contrast.adjustedUpper
      else { return nil }
      return HalvingAnswer(
        focus: focus, comparator: String(contrast.name.dropFirst(focus.count + 3)), scale: .hazardRatio,
        horizon: nil,
        ratio: Self.exponential(estimate), lower: Self.exponential(lower), upper: Self.exponential(upper))
    }
    let risks = standardised.flatMap { own in
      own.comparisons.filter { $0.first == focus }.compactMap { comparison -> HalvingAnswer? in
        guard let ratio = comparison.ratio, let lower = comparison.ratioLower,
          let upper = comparison.ratioUpper
        else {
          return nil
        }
        return HalvingAnswer(
          focus: focus, comparator: comparison.second, scale: .riskRatio, horizon: own.horizon, ratio: ratio,
          lower: lower, upper: upper)
      }
    }
    return hazards + risks
  }
}
