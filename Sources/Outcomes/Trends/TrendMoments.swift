/// What one person's visits sum to, about their means.
package struct TrendMoments: Sendable, Equatable {
  package let count: Int
  package private(set) var meanTime = 0.0
  package private(set) var meanScore = 0.0
  package private(set) var timeSquares = 0.0
  package private(set) var scoreSquares = 0.0
  package private(set) var products = 0.0
  /// The squares of deviations from the line; 0 where there is none.
  package private(set) var residualSquares = 0.0
  /// The sum of squares that rounding of the times and scores, as they were read, may leave of an exact line.
  package private(set) var roundingSquares = 0.0
  package private(set) var first = (time: 0.0, score: 0.0)
  package private(set) var last = (time: 0.0, score: 0.0)

  package static func == (a: TrendMoments, b: TrendMoments) -> Bool {
    a.count == b.count && a.meanTime == b.meanTime && a.meanScore == b.meanScore
      && a.timeSquares == b.timeSquares && a.scoreSquares == b.scoreSquares && a.products == b.products
      && a.residualSquares == b.residualSquares && a.first == b.first && a.last == b.last
  }

  /// The moments of visits in order of time, by three passes: means, deviations, and deviations from the line.
  package init(times: Span<Double>, scores: Span<Double>) {
    count = times.count
    guard count > 0 else { return }
    first = (times[0], scores[0])
    last = (times[count - 1], scores[count - 1])
    // Sums start from the first visit, so a large common offset costs no digits.
    var (timeSum, scoreSum) = (0.0, 0.0)
    for visit in 1..<count {
      timeSum += times[visit] - first.time
      scoreSum += scores[visit] - first.score
    }
    let n = Double(count)
    (meanTime, meanScore) = (first.time + timeSum / n, first.score + scoreSum / n)
    // Deviations from the first visit less their mean, which are small where times and scores are large.
    let (timeMean, scoreMean) = (timeSum / n, scoreSum / n)
    var largest = 0.0
    for visit in 0..<count {
      let time = times[visit] - first.time - timeMean
      let score = scores[visit] - first.score - scoreMean
      timeSquares += time * time
      scoreSquares += score * score
      products += time * score
      largest = abs(scores[visit]) > largest ? abs(scores[visit]) : largest
    }
    guard timeSquares > 0 else { return }
    // Directly, not as a difference of sums, which a line that explains nearly all would leave without digits.
    let slope = products / timeSquares
    for visit in 0..<count {
      let residual = scores[visit] - first.score - scoreMean - slope * (times[visit] - first.time - timeMean)
      residualSquares += residual * residual
    }
    let rounding = (largest + abs(slope) * max(abs(first.time), abs(last.time))) * 0x1p-52
    roundingSquares = n * rounding * rounding
  }
}
