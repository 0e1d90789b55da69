/// What the events of one key do to the likelihood: scalars from which everything else follows.
///
/// With d tied events of weight W among a risk set of sum S, their own sum being E, Efron takes steps l = 0 ... d - 1 of
/// weight W / d, each with the denominator `S - (l / d) E`; Breslow takes one step of weight W with the denominator S.
/// Where weights are copies of rows, d = W.
///
/// ## References
/// Efron (1977), JASA 72:557-565; Therneau and Grambsch (2000), section 3.3.
struct TiedEvents: Sendable {
  /// `sum weight / denominator`: the hazard.
  let hazard: Double
  /// `sum weight (l / d) / denominator`: what is taken off the hazard of the events themselves.
  let reduction: Double
  /// `sum weight / denominator^2`.
  let squares: Double
  /// `sum weight (l / d) / denominator^2`.
  let mixed: Double
  /// `sum weight (l / d)^2 / denominator^2`.
  let own: Double
  /// W.
  let weight: Double

  /// `sum 1 / (d denominator)`: the mean covariate is this times the sum over the risk set, less `ownMean` times the
  /// events' sum.
  var mean: Double { hazard / weight }
  /// `sum (l / d) / (d denominator)`.
  var ownMean: Double { reduction / weight }

  /// Goes through the steps, and adds `sum weight log(denominator)` to the logarithms.
  @inline(__always)
  init(
    rows: Int, weight: Double, risk: Double, eventRisk: Double, copies: Bool, ties: TieMethod,
    logarithms: inout Double
  ) {
    self.weight = weight
    guard ties == .efron, rows > 1 || (copies && weight > 1) else {
      logarithms += weight * logarithm(risk)
      hazard = weight / risk
      squares = hazard / risk
      (reduction, mixed, own) = (0, 0, 0)
      return
    }
    let steps = copies ? Int(weight) : rows
    let each = weight / Double(steps)
    let unit = 1 / Double(steps)
    var (sum, first, second, third, fourth, logs) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    // The logarithm of a product of some denominators is that of each of them; their ratio to the risk is at most 1.
    var product = 1.0
    for l in 0..<steps {
      let share = Double(l) * unit
      let denominator = risk - share * eventRisk
      let part = each / denominator
      sum += part
      first += share * part
      let square = part / denominator
      second += square
      third += share * square
      fourth += share * share * square
      product *= denominator / risk
      if product < 1e-200 {
        logs += logarithm(product)
        product = 1
      }
    }
    logarithms += each * (logs + logarithm(product)) + weight * logarithm(risk)
    (hazard, reduction, squares, mixed, own) = (sum, first, second, third, fourth)
  }
}
