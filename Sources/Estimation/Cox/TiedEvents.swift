/// What the events of one key do to the likelihood: scalars from which everything else follows.
///
/// With d tied events of weight W among a risk set of sum S, their own sum being E, Efron takes steps l = 0 ... d - 1 of
/// weight W / d, each with the denominator `S - (l / d) E`; Breslow takes one step of weight W with the denominator S.
/// Where weights are copies of rows, d = W.
///
/// ## References
/// Efron (1977), JASA 72:557-565; Therneau and Grambsch (2000), section 3.3.
struct TiedEvents: Sendable {
  /// `sum weight log(denominator)`.
  var logarithms = 0.0
  /// `sum weight / denominator`: the hazard.
  var hazard = 0.0
  /// `sum weight (l / d) / denominator`: what is taken off the hazard of the events themselves.
  var reduction = 0.0
  /// `sum weight / denominator^2`.
  var squares = 0.0
  /// `sum weight (l / d) / denominator^2`.
  var mixed = 0.0
  /// `sum weight (l / d)^2 / denominator^2`.
  var own = 0.0
  /// `sum 1 / (d denominator)`: the mean covariate is this times the sum over the risk set, less `ownMean` times the
  /// events' sum.
  var mean = 0.0
  /// `sum (l / d) / (d denominator)`.
  var ownMean = 0.0

  init(rows: Int, weight: Double, risk: Double, eventRisk: Double, copies: Bool, ties: TieMethod) {
    guard ties == .efron, rows > 1 || (copies && weight > 1) else {
      logarithms = weight * logarithm(risk)
      hazard = weight / risk
      squares = hazard / risk
      mean = 1 / risk
      return
    }
    let steps = copies ? Int(weight) : rows
    let each = weight / Double(steps)
    for l in 0..<steps {
      let share = Double(l) / Double(steps)
      let denominator = risk - share * eventRisk
      let part = each / denominator
      logarithms += each * logarithm(denominator)
      hazard += part
      reduction += share * part
      squares += part / denominator
      mixed += share * part / denominator
      own += share * share * part / denominator
      mean += 1 / (Double(steps) * denominator)
      ownMean += share / (Double(steps) * denominator)
    }
  }
}
