/// A column of the table of people's trends.
///
/// Slopes are per week, or per visit where visits are counted. ``standard`` are those that are given unless others are asked for.
public enum TrendColumn: String, CaseIterable, Sendable {
  /// The person's identifier.
  case subject
  /// The person's arm.
  case arm
  /// Usable visits.
  case visits
  /// From the first to the last visit, in the file's unit of time.
  case span
  /// The first score.
  case first
  /// The last score.
  case last
  /// The last score less the first.
  case change
  /// Change of the score, by least squares.
  case slope
  /// The slope's standard error.
  case standardError = "std_error"
  /// Slope over standard error.
  case statistic
  /// Visits less 2.
  case degreesOfFreedom = "df"
  /// Two-sided.
  case pValue = "p_value"
  /// Lower confidence limit of the slope.
  case lower = "conf_low"
  /// Upper confidence limit of the slope.
  case upper = "conf_high"
  /// The least rate of false discoveries among all people at which this one's slope is a discovery (Benjamini and
  /// Hochberg 1995).
  case qValue = "q_value"
  /// The slope as all people's visits foretell it: the best linear unbiased prediction of a mixed model.
  case shrunkenSlope = "shrunken_slope"
  /// The root of its prediction error variance, with the uncertainty of the population's line.
  case shrunkenSlopeError = "shrunken_slope_se"
  /// The root of its variance given the population's line and variances, as lme4's `condVar`.
  case shrunkenSlopeConditionalError = "shrunken_slope_cond_se"
  /// The score at time 0 by the same prediction.
  case shrunkenIntercept = "shrunken_intercept"
  /// The root of its prediction error variance.
  case shrunkenInterceptError = "shrunken_intercept_se"
  /// The share of the variance of people's slopes that the person's visits settle.
  case slopeReliability = "slope_reliability"
  /// Explained share of the scores' variation.
  case rSquared = "r_squared"
  /// The standard deviation about the line.
  case residualStandardDeviation = "residual_sd"
  /// Improvement from first to last in per cent of the distance to the lowest score.
  case percentageChange = "percent_change"
  /// Whether the drop from first to last is a response.
  case response
  /// Whether the last score is remission.
  case remission
  /// Change beyond measurement error.
  case reliableChange = "reliable_change"
  /// What can be said of the trend.
  case status
  /// The week of the first response, counted from the first visit.
  case firstResponseWeek = "first_response_week"
  /// The week of the first visit in remission, counted from the first visit.
  case firstRemissionWeek = "first_remission_week"
  /// Whether remission at the last visit has lasted as long as its rule asks for.
  case sustainedRemission = "sustained_remission"
  /// The week at which it had lasted so long, counted from the first visit.
  case sustainedRemissionWeek = "sustained_remission_week"
  /// The week from which on every visit is reliably improved, counted from the first visit.
  case improvementOnsetWeek = "improvement_onset_week"
  /// Recovered, improved, unchanged or deteriorated: reliable change and the side of the cut-off together.
  case changeCategory = "change_category"
  /// Whether the last visit is worse than expected of such a start.
  case notOnTrack = "not_on_track"
  /// How many visits were.
  case notOnTrackVisits = "not_on_track_visits"
  /// The week of the first that was, counted from the first visit.
  case firstNotOnTrackWeek = "first_not_on_track_week"
  /// The score expected at the last visit.
  case expectedLast = "expected_last"
  /// The worst score at the last visit that is on track.
  case notOnTrackLimit = "not_on_track_limit"
  /// The median of the slopes between all pairs of visits.
  case theilSenSlope = "theil_sen"
  /// Its lower limit.
  case theilSenLower = "theil_sen_low"
  /// Its upper limit.
  case theilSenUpper = "theil_sen_high"
  /// Kendall's tau-b of score and time.
  case kendallTau = "kendall_tau"
  /// The p-value of the test of Mann and Kendall.
  case kendallPValue = "kendall_p"
  /// The slope by Huber's M-estimation.
  case huberSlope = "huber_slope"
  /// Its standard error.
  case huberError = "huber_se"
  /// The slope by Tukey's bisquare.
  case bisquareSlope = "bisquare_slope"
  /// Its standard error.
  case bisquareError = "bisquare_se"
  /// The slope with deviations that are correlated from visit to visit.
  case autoregressiveSlope = "ar1_slope"
  /// Its standard error.
  case autoregressiveError = "ar1_se"
  /// Its degrees of freedom.
  case autoregressiveDegreesOfFreedom = "ar1_df"
  /// Its p-value.
  case autoregressivePValue = "ar1_p"
  /// Its lower limit.
  case autoregressiveLower = "ar1_low"
  /// Its upper limit.
  case autoregressiveUpper = "ar1_high"
  /// The correlation of deviations a gap apart.
  case autocorrelationOfDeviations = "ar1_phi"
  /// The gap, in the file's unit of time.
  case autoregressiveGap = "ar1_gap"
  /// The mean score.
  case mean
  /// The standard deviation of the scores.
  case standardDeviation = "sd"
  /// The root mean square of successive differences.
  case successiveDifference = "rmssd"
  /// The correlation of successive scores.
  case autocorrelation
  /// Kendall's tau of the rolling variance with time.
  case varianceTau = "variance_tau"
  /// Kendall's tau of the rolling autocorrelation with time.
  case autocorrelationTau = "autocorrelation_tau"

  /// The columns that are given unless others are asked for.
  public static let standard: [TrendColumn] = [
    .subject, .arm, .visits, .span, .first, .last, .change, .slope, .standardError, .statistic,
    .degreesOfFreedom,
    .pValue, .lower, .upper, .qValue, .shrunkenSlope, .shrunkenSlopeError, .rSquared,
    .residualStandardDeviation,
    .percentageChange, .response, .remission, .reliableChange, .status,
  ]

  /// The columns that tell who is not on track.
  public static let progress: [TrendColumn] = [
    .notOnTrack, .notOnTrackVisits, .firstNotOnTrackWeek, .expectedLast, .notOnTrackLimit,
  ]

  /// What it takes to compute it.
  var needs: TrendNeeds {
    switch self {
    case .percentageChange, .response, .remission, .reliableChange: .clinical
    case .firstResponseWeek, .firstRemissionWeek, .sustainedRemission, .sustainedRemissionWeek,
      .improvementOnsetWeek, .changeCategory:
      .course
    case .notOnTrack, .notOnTrackVisits, .firstNotOnTrackWeek, .expectedLast, .notOnTrackLimit: .progress
    case .qValue: .qValues
    case .shrunkenSlope, .shrunkenSlopeError, .shrunkenSlopeConditionalError, .shrunkenIntercept,
      .shrunkenInterceptError, .slopeReliability:
      .shrinkage
    case .theilSenSlope, .theilSenLower, .theilSenUpper: .theilSen
    case .kendallTau, .kendallPValue: .kendall
    case .huberSlope, .huberError: .huber
    case .bisquareSlope, .bisquareError: .bisquare
    case .autoregressiveSlope, .autoregressiveError, .autoregressiveDegreesOfFreedom, .autoregressivePValue,
      .autoregressiveLower, .autoregressiveUpper, .autocorrelationOfDeviations, .autoregressiveGap:
      .autoregressive
    case .mean, .standardDeviation, .successiveDifference, .autocorrelation: .variability
    case .varianceTau, .autocorrelationTau: .warning
    default: []
    }
  }
}
