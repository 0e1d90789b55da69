/// Times whose near ties were settled, and the distinct values they take.
///
/// Times made by arithmetic such as days / 365.25 can differ in their last bits where they ought to
/// be tied. Sorted distinct values closer than a tolerance of `sqrt(eps)`, absolutely or relative to
/// the mean, are taken as the first of them.
///
/// - Complexity: O(rows): whole numbers up to four times the number of rows are counted, others are sorted by radix.
///
/// ## References
/// Therneau, survival vignette "Roundoff error and tied times"; the rule of R's `aeqSurv`.
struct EventTimes: Sendable {
  /// The distinct times, ascending.
  let distinct: [Double]
  /// For each row, the index of its time.
  let index: [Int32]
  /// The rows in order of time, those of one time as they stand: a counting sort.
  var order: [Int32] {
    var starts = [Int32](repeating: 0, count: distinct.count + 1)
    for time in index { starts[Int(time) + 1] += 1 }
    for time in distinct.indices { starts[time + 1] += starts[time] }
    var result = [Int32](repeating: 0, count: index.count)
    for (row, time) in index.enumerated() {
      result[Int(starts[Int(time)])] = Int32(row)
      starts[Int(time)] += 1
    }
    return result
  }

  /// Settles times.
  ///
  /// - Complexity: O(times).
  init(_ times: [Double]) {
    if let counted = Self(counting: times) {
      self = counted
      return
    }
    let sorted = RadixOrder(times)
    let tolerance = Double.ulpOfOne.squareRoot()
    var (sum, count) = (0.0, 0)
    var previous = Double.nan
    for time in sorted.values where time != previous {
      sum += abs(time)
      count += 1
      previous = time
    }
    let mean = sum / Double(max(count, 1))
    var distinct: [Double] = []
    var index = [Int32](repeating: 0, count: times.count)
    var last = -Double.infinity
    for (place, time) in sorted.values.enumerated() {
      let gap = time - last
      if distinct.isEmpty || (gap > 0 && !(gap <= tolerance || gap <= tolerance * mean)) {
        distinct.append(time)
      }
      index[Int(sorted.order[place])] = Int32(distinct.count - 1)
      last = time
    }
    self.distinct = distinct
    self.index = index
  }

  /// Times in whole units, none of which can be nearly tied: nil for others.
  private init?(counting times: [Double]) {
    let limit = min(4 * times.count + 1024, 1 << 25)
    var seen = [Int32](repeating: 0, count: limit)
    for time in times {
      guard time >= 0, time < Double(limit) else { return nil }
      let whole = Int(time)
      guard Double(whole) == time else { return nil }
      seen[whole] = 1
    }
    var distinct: [Double] = []
    for value in 0..<limit where seen[value] == 1 {
      seen[value] = Int32(distinct.count)
      distinct.append(Double(value))
    }
    self.distinct = distinct
    index = times.map { seen[Int($0)] }
  }
}

/// Numbers in ascending order, equal ones as they came, by radix sort of their bits.
///
/// - Complexity: O(count): at most six passes of 11 bits; those in which all numbers agree are left out.
struct RadixOrder: Sendable {
  /// The numbers, ascending.
  let values: [Double]
  /// Where each stood.
  let order: [Int32]

  init(_ numbers: [Double]) {
    let count = numbers.count
    let digit = 11
    let buckets = 1 << digit
    var keys = numbers.map(Self.key)
    var order = (0..<Int32(count)).map { $0 }
    var otherKeys = [UInt64](repeating: 0, count: count)
    var otherOrder = [Int32](repeating: 0, count: count)
    var histograms = [Int](repeating: 0, count: 6 * buckets)
    for key in keys {
      for pass in 0..<6 {
        histograms[pass * buckets + Int(truncatingIfNeeded: key >> UInt64(pass * digit)) & (buckets - 1)] += 1
      }
    }
    for pass in 0..<6 {
      let shift = UInt64(pass * digit)
      let base = pass * buckets
      guard !(base..<base + buckets).contains(where: { histograms[$0] == count }) else { continue }
      var next = 0
      for bucket in base..<base + buckets { (histograms[bucket], next) = (next, next + histograms[bucket]) }
      for place in 0..<count {
        let bucket = base + Int(truncatingIfNeeded: keys[place] >> shift) & (buckets - 1)
        let target = histograms[bucket]
        histograms[bucket] = target + 1
        otherKeys[target] = keys[place]
        otherOrder[target] = order[place]
      }
      swap(&keys, &otherKeys)
      swap(&order, &otherOrder)
    }
    values = keys.map(Self.number)
    self.order = order
  }

  /// Bits that sort as the numbers do; 0 and -0 are one number.
  private static func key(_ number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | (1 << 63)
  }

  private static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }
}
