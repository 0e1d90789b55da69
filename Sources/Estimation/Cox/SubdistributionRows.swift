import LinearAlgebra

/// Rows of a subdistribution hazard model, by time: events of the cause first, then other events, then censorings.
struct SubdistributionRows: Sendable {
  /// Rows of the table, sorted.
  let rows: [Int]
  /// Where each time's rows begin; one more than there are times.
  let starts: [Int]
  /// How many rows of each time have the event of the cause.
  let eventCounts: [Int]
  /// How many have another event.
  let otherCounts: [Int]
  let times: [Double]
  /// The probability to be still under observation just before each time, censorings leaving after events.
  let observed: [Double]
  /// Covariates, told from `middles`.
  let covariates: Matrix
  let middles: [Double]

  var timeCount: Int { times.count }

  init(rows used: [Int], time: [Double], code: [Int8], design: ([Int]) -> Matrix) {
    let settled = EventTimes(time)
    let count = settled.distinct.count
    var buckets = [Int](repeating: 0, count: 3 * count + 1)
    func bucket(_ i: Int) -> Int { 3 * Int(settled.index[i]) + (code[i] == 1 ? 0 : code[i] == 0 ? 2 : 1) }
    for i in used.indices { buckets[bucket(i) + 1] += 1 }
    for b in 1..<buckets.count { buckets[b] += buckets[b - 1] }
    var next = buckets
    var order = [Int](repeating: 0, count: used.count)
    for i in used.indices {
      order[next[bucket(i)]] = i
      next[bucket(i)] += 1
    }
    rows = order.map { used[$0] }
    times = settled.distinct
    starts = (0...count).map { buckets[3 * $0] }
    eventCounts = (0..<count).map { buckets[3 * $0 + 1] - buckets[3 * $0] }
    otherCounts = (0..<count).map { buckets[3 * $0 + 2] - buckets[3 * $0 + 1] }
    var observed: [Double] = []
    var survival = 1.0
    for k in 0..<count {
      observed.append(survival)
      let censored = buckets[3 * k + 3] - buckets[3 * k + 2]
      let atRisk = used.count - buckets[3 * k + 2]
      if censored > 0 { survival *= 1 - Double(censored) / Double(atRisk) }
    }
    self.observed = observed
    var matrix = design(rows)
    let middles = (0..<matrix.columnCount).map { j in
      matrix.column(j).reduce(0, +) / Double(max(used.count, 1))
    }
    for j in middles.indices {
      for i in 0..<matrix.rowCount { matrix[i, j] -= middles[j] }
    }
    self.middles = middles
    covariates = matrix
  }

  private init(_ other: SubdistributionRows, keeping columns: [Int]) {
    rows = other.rows
    starts = other.starts
    eventCounts = other.eventCounts
    otherCounts = other.otherCounts
    times = other.times
    observed = other.observed
    covariates = other.covariates.selecting(columns: columns)
    middles = columns.map { other.middles[$0] }
  }

  func keeping(_ columns: [Int]) -> SubdistributionRows { SubdistributionRows(self, keeping: columns) }

  /// Rows with another event at a time.
  func others(_ k: Int) -> Range<Int> {
    starts[k] + eventCounts[k]..<starts[k] + eventCounts[k] + otherCounts[k]
  }
}

/// The partial likelihood of the subdistribution hazard, in one sweep forwards and one backwards.
///
/// Who has had another event stays in the risk set with the weight `G(t-) / G(T-)`, G the probability to be still
/// under observation. With `B` the sum over those whose time is t or later and `F` the sum of `risk / G(T-)` over those with
/// another event before t, the risk set's sum is `B + G(t-) F`: no row is written more than once.
///
/// - Complexity: O(rows x columns^2) time, O(times x columns) numbers.
///
/// ## References
/// Fine and Gray (1999), JASA 94:496-509; Geskus (2011), Biometrics 67:39-49; Kawaguchi et al. (2021), R Journal 12:163-175.
struct SubdistributionLikelihood: Sendable {
  let rows: SubdistributionRows
  let beta: [Double]
  let risk: [Double]
  let logLikelihood: Double
  let score: [Double]
  let information: Matrix
  let meanProducts: Matrix
  /// Steps of each time with events of the cause.
  let steps: [TiedEvents?]
  /// For each time, the sums of the covariates over the risk set and over the events.
  let totals: Matrix
  let owns: Matrix
  /// Cumulative hazard, and that weighted with the probability to be under observation, up to and with each time.
  let hazard: [Double]
  let weighted: [Double]
  /// What each row expects to have of the event.
  let passed: [Double]

  init?(_ rows: SubdistributionRows, _ beta: [Double], _ ties: TieMethod) {
    let eta = rows.covariates * beta
    guard let largest = eta.map(abs).max(), largest < PartialLikelihood.room else { return nil }
    var risk = eta
    RowKernels.exponentials(of: &risk)
    self.rows = rows
    self.beta = beta
    self.risk = risk
    let (count, columns) = (rows.timeCount, beta.count)
    let x = rows.covariates
    // What those with other events before each time leave behind.
    var (left, leftSums) = (
      [Double](repeating: 0, count: count), Matrix(rowCount: count, columnCount: columns)
    )
    var sum = 0.0
    var sums = [Double](repeating: 0, count: columns)
    for k in 0..<count {
      left[k] = sum
      for j in 0..<columns { leftSums[k, j] = sums[j] }
      for i in rows.others(k) {
        let part = risk[i] / rows.observed[k]
        sum += part
        for j in 0..<columns { sums[j] += part * x[i, j] }
      }
    }
    var steps = [TiedEvents?](repeating: nil, count: count)
    var totals = Matrix(rowCount: count, columnCount: columns)
    var owns = totals
    var logarithms = 0.0
    (sum, sums) = (0, [Double](repeating: 0, count: columns))
    for k in (0..<count).reversed() {
      for i in rows.starts[k]..<rows.starts[k + 1] {
        sum += risk[i]
        for j in 0..<columns { sums[j] += risk[i] * x[i, j] }
      }
      let events = rows.eventCounts[k]
      guard events > 0 else { continue }
      let own = rows.starts[k]..<rows.starts[k] + events
      let eventRisk = own.reduce(0.0) { $0 + risk[$1] }
      steps[k] = TiedEvents(
        rows: events, weight: Double(events), risk: sum + rows.observed[k] * left[k], eventRisk: eventRisk,
        copies: false, ties: ties, logarithms: &logarithms)
      for j in 0..<columns {
        totals[k, j] = sums[j] + rows.observed[k] * leftSums[k, j]
        owns[k, j] = own.reduce(0.0) { $0 + risk[$1] * x[$1, j] }
      }
    }
    (self.steps, self.totals, self.owns) = (steps, totals, owns)
    var (hazard, weighted) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    var (all, part) = (0.0, 0.0)
    for k in 0..<count {
      if let step = steps[k] {
        all += step.hazard
        part += rows.observed[k] * step.hazard
      }
      (hazard[k], weighted[k]) = (all, part)
    }
    (self.hazard, self.weighted) = (hazard, weighted)
    var passed = risk
    var residual = [Double](repeating: 0, count: risk.count)
    var eventPredictor = 0.0
    for k in 0..<count {
      let events = rows.starts[k] + rows.eventCounts[k]
      for i in rows.starts[k]..<rows.starts[k + 1] {
        passed[i] *= hazard[k] - (i < events ? steps[k]?.reduction ?? 0 : 0)
        if i < events { eventPredictor += eta[i] }
      }
      for i in rows.others(k) { passed[i] += risk[i] / rows.observed[k] * (part - weighted[k]) }
      for i in rows.starts[k]..<rows.starts[k + 1] { residual[i] = (i < events ? 1 : 0) - passed[i] }
    }
    self.passed = passed
    logLikelihood = eventPredictor - logarithms
    score = x.transposeTimes(residual)
    let roots = Self.roots(steps, totals, owns)
    meanProducts = roots.crossProduct()
    information = x.crossProduct(weights: passed) - meanProducts
  }

  /// Vectors whose products add up to `sum over events of m m'`.
  private static func roots(_ steps: [TiedEvents?], _ totals: Matrix, _ owns: Matrix) -> Matrix {
    var rows: [(k: Int, total: Double, own: Double)] = []
    for (k, step) in steps.enumerated() {
      guard let step else { continue }
      let first = step.squares.squareRoot()
      rows.append((k, first, -step.mixed / first))
      let second = max(step.own - step.mixed * (step.mixed / step.squares), 0).squareRoot()
      if second > 0 { rows.append((k, 0, second)) }
    }
    var result = Matrix(rowCount: rows.count, columnCount: totals.columnCount)
    for j in 0..<totals.columnCount {
      for (i, row) in rows.enumerated() {
        result[i, j] = row.total * totals[row.k, j] + row.own * owns[row.k, j]
      }
    }
    return result
  }
}
