/// Times whose near ties were settled, and the distinct values they take.
///
/// Times made by arithmetic such as days / 365.25 can differ in their last bits where they ought to
/// be tied. Sorted distinct values closer than a tolerance of `sqrt(eps)`, absolutely or relative to
/// the mean, are taken as the first of them.
///
/// ## References
/// Therneau, survival vignette "Roundoff error and tied times"; the rule of R's `aeqSurv`.
struct EventTimes: Sendable {
  /// The distinct times, ascending.
  let distinct: [Double]
  /// For each row, the index of its time.
  let index: [Int32]

  init(_ times: [Double]) {
    let order = times.indices.sorted { times[$0] < times[$1] }
    let sortedDistinct = order.reduce(into: [Double]()) { result, row in
      if result.last != times[row] { result.append(times[row]) }
    }
    let tolerance = Double.ulpOfOne.squareRoot()
    let mean = sortedDistinct.reduce(0) { $0 + abs($1) } / Double(max(sortedDistinct.count, 1))
    var distinct: [Double] = []
    var index = [Int32](repeating: 0, count: times.count)
    var last = -Double.infinity
    for row in order {
      let time = times[row]
      let gap = time - last
      if distinct.isEmpty || (gap > 0 && !(gap <= tolerance || gap <= tolerance * mean)) {
        distinct.append(time)
      }
      index[row] = Int32(distinct.count - 1)
      last = time
    }
    self.distinct = distinct
    self.index = index
  }
}
