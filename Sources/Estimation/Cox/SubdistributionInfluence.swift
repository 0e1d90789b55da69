import LinearAlgebra

/// What each row moves the score of a subdistribution hazard model by, that it moves the weights by included.
///
/// ```
/// eta_i = int (x_i - m) w_i dM_i,    psi_i = int q(u) / Y(u) dM_i^c(u)
/// q(u)  = sum over those with another event before u of int over s > u of (x - m) w risk dH
/// ```
/// `M^c` is the martingale of censoring and Y how many are under observation at u, after the events there.
///
/// ## References
/// Fine and Gray (1999), JASA 94:496-509, section 3.
struct SubdistributionInfluence: Sendable {
  /// Rows x columns, as if the probability to be under observation were known.
  let known: Matrix
  /// Rows x columns, what estimating that probability adds.
  let estimated: Matrix

  init(_ likelihood: SubdistributionLikelihood) {
    let rows = likelihood.rows
    let (count, columns) = (rows.timeCount, likelihood.beta.count)
    let x = rows.covariates
    // Cumulative sums of m dH and G m dH, and of what events do not see themselves.
    var means = Matrix(rowCount: count, columnCount: columns)
    var weighted = means
    var reductions = means
    var averages = means
    for j in 0..<columns {
      var (all, part) = (0.0, 0.0)
      for k in 0..<count {
        if let step = likelihood.steps[k] {
          let (total, own) = (likelihood.totals[k, j], likelihood.owns[k, j])
          let increment = step.squares * total - step.mixed * own
          all += increment
          part += rows.observed[k] * increment
          reductions[k, j] = step.mixed * total - step.own * own
          averages[k, j] = step.mean * total - step.ownMean * own
        }
        (means[k, j], weighted[k, j]) = (all, part)
      }
    }
    let last = count - 1
    var known = Matrix(rowCount: rows.rows.count, columnCount: columns)
    for k in 0..<count {
      let events = rows.starts[k] + rows.eventCounts[k]
      for i in rows.starts[k]..<rows.starts[k + 1] {
        let isEvent = i < events
        let isOther = rows.others(k).contains(i)
        for j in 0..<columns {
          var expected = means[k, j] - (isEvent ? reductions[k, j] : 0)
          if isOther { expected += (weighted[last, j] - weighted[k, j]) / rows.observed[k] }
          var value = likelihood.risk[i] * expected - likelihood.passed[i] * x[i, j]
          if isEvent { value += x[i, j] - averages[k, j] }
          known[i, j] = value
        }
      }
    }
    self.known = known
    estimated = Self.estimated(likelihood, weighted)
  }

  private static func estimated(_ likelihood: SubdistributionLikelihood, _ weighted: Matrix) -> Matrix {
    let rows = likelihood.rows
    let (count, columns) = (rows.timeCount, likelihood.beta.count)
    let x = rows.covariates
    let last = count - 1
    var result = Matrix(rowCount: rows.rows.count, columnCount: columns)
    // Sums over those with another event up to and with each time.
    var sum = 0.0
    var sums = [Double](repeating: 0, count: columns)
    // The cumulative `q / Y dLambda^c`.
    var compensator = [Double](repeating: 0, count: columns)
    for k in 0..<count {
      for i in rows.others(k) {
        let part = likelihood.risk[i] / rows.observed[k]
        sum += part
        for j in 0..<columns { sums[j] += part * x[i, j] }
      }
      let censored = rows.others(k).upperBound..<rows.starts[k + 1]
      let atRisk = Double(rows.rows.count - censored.lowerBound)
      var jump = [Double](repeating: 0, count: columns)
      if !censored.isEmpty {
        let rest = likelihood.weighted[last] - likelihood.weighted[k]
        for j in 0..<columns {
          jump[j] = (sums[j] * rest - sum * (weighted[last, j] - weighted[k, j])) / atRisk
        }
      }
      // Events at a time leave before its censorings.
      for i in rows.starts[k]..<censored.lowerBound {
        for j in 0..<columns { result[i, j] = -compensator[j] }
      }
      for j in 0..<columns { compensator[j] += jump[j] * Double(censored.count) / atRisk }
      for i in censored {
        for j in 0..<columns { result[i, j] = jump[j] - compensator[j] }
      }
    }
    return result
  }
}
