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
  /// The rows in order of time, those of one time as they stand but for near ties.
  let order: [Int32]

  /// Settles times.
  ///
  /// - Complexity: O(times).
  init(_ times: [Double]) {
    let order = ascendingOrder(times)
    var total = 0.0
    var found = 0
    var previous = Double.nan
    for row in order where times[Int(row)] != previous {
      previous = times[Int(row)]
      total += abs(previous)
      found += 1
    }
    let tolerance = Double.ulpOfOne.squareRoot()
    let mean = total / Double(max(found, 1))
    var distinct: [Double] = []
    var index = [Int32](repeating: 0, count: times.count)
    var last = -Double.infinity
    for row in order {
      let time = times[Int(row)]
      let gap = time - last
      if distinct.isEmpty || (gap > 0 && !(gap <= tolerance || gap <= tolerance * mean)) {
        distinct.append(time)
      }
      index[Int(row)] = Int32(distinct.count - 1)
      last = time
    }
    self.distinct = distinct
    self.index = index
    self.order = order
  }
}
