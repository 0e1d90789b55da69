import Distributions

/// The distribution of Kendall's S = concordant less discordant pairs among independent observations.
///
/// Without ties S is `n (n - 1) / 2` less twice the number of inversions of a random order, whose distribution is that of a
/// sum of independent uniform counts (Kendall 1938). With ties S is taken as normal, with the variance of Kendall
/// (1970), chapter 4.
struct KendallDistribution: Sendable {
  /// The probability of at most k inversions, k from 0.
  private let cumulative: [Double]

  /// The exact distribution is used below this number of observations, as in R's `cor.test`.
  static let exactBelow = 50

  /// The exact distributions for every small number of observations.
  static let small = (0..<exactBelow).map { KendallDistribution(exact: $0) }

  /// The exact distribution for n observations without ties.
  ///
  /// - Complexity: O(n^3).
  init(exact n: Int) {
    var density = [1.0]
    for size in stride(from: 2, through: n, by: 1) {
      // The next observation makes 0 to size - 1 further inversions, each as likely as the others.
      var next = [Double](repeating: 0, count: density.count + size - 1)
      var window = 0.0
      for k in next.indices {
        if k < density.count { window += density[k] }
        if k >= size { window -= density[k - size] }
        next[k] = window / Double(size)
      }
      density = next
    }
    var sum = 0.0
    // Summed from the least likely end; the upper half follows by symmetry.
    cumulative = density.map { probability in
      sum += probability
      return min(sum, 1)
    }
  }

  /// The two-sided p-value of S.
  func twoSidedPValue(_ s: Int) -> Double {
    let pairs = cumulative.count - 1
    let inversions = (pairs - abs(s)) / 2
    return min(1, 2 * cumulative[inversions])
  }

  /// The largest k for which at most k inversions have a probability of no more than `tail`; nil where there is none.
  func inversions(within tail: Double) -> Int? {
    guard let first = cumulative.firstIndex(where: { $0 > tail }), first > 0 else { return nil }
    return first - 1
  }

  /// The variance of S when all orders that keep the ties are equally likely.
  ///
  /// - Parameters:
  ///   - n: The number of observations.
  ///   - x: The lengths of the ties of one variable.
  ///   - y: The lengths of the ties of the other.
  /// - Returns: The variance.
  static func variance(_ n: Int, ties x: [Int], _ y: [Int]) -> Double {
    func sum(_ ties: [Int], _ term: (Double) -> Double) -> Double { ties.reduce(0) { $0 + term(Double($1)) } }
    let size = Double(n)
    func third(_ t: Double) -> Double { t * (t - 1) * (2 * t + 5) }
    func second(_ t: Double) -> Double { t * (t - 1) * (t - 2) }
    func first(_ t: Double) -> Double { t * (t - 1) }
    var variance = (third(size) - sum(x, third) - sum(y, third)) / 18
    variance += sum(x, first) * sum(y, first) / (2 * first(size))
    if n > 2 { variance += sum(x, second) * sum(y, second) / (9 * second(size)) }
    return variance
  }
}

/// The lengths of runs of equal values, of two and more.
func tieLengths(_ sorted: [Double]) -> [Int] {
  guard !sorted.isEmpty else { return [] }
  var ties: [Int] = []
  var start = 0
  for place in 1...sorted.count where place == sorted.count || sorted[place] != sorted[start] {
    if place - start > 1 { ties.append(place - start) }
    start = place
  }
  return ties
}
