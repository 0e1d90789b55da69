import CohortTables
import Estimation
import LinearAlgebra

/// The line of the population and how people's lines vary about it, from a mixed model of all visits:
/// `score ~ time + (time | person)` by restricted maximum likelihood.
///
/// A person's line given their visits follows from two by two matrices, so that it is made from their sums when it is asked for:
/// with Z the constant and time at the visits, D the covariance of people's lines, `S = Z'Z / sigma^2` and
/// `Q = D (I + S D)^-1 S`, the best linear unbiased prediction is `b + D (I + S D)^-1 Z'(y - Z b) / sigma^2`. Its conditional variance is
/// `D (I + S D)^-1`; its prediction error variance, which also knows that b is estimated with covariance M, adds
/// `(I - Q) M (I - Q)'` (Henderson 1975; Robinson 1991, section 5).
///
/// Arms are not in the model: a person is drawn towards all, whatever their treatment.
struct TrendPopulation: Sendable {
  let fit: MixedFit
  /// From which time is counted, so that constant and slope are nearly uncorrelated.
  private let origin: Double
  private let weeksPerUnit: Double
  private let line: Pair
  private let covariance: Symmetric
  private let variance: Double
  /// D.
  private let people: Symmetric

  /// Fits the model.
  ///
  /// - Throws: What the model throws: too few people or visits.
  init(_ visits: VisitTable, executor: some FoldExecutor) throws {
    weeksPerUnit = visits.unit.weeks ?? 1
    let scale = weeksPerUnit
    let (places, times) = (0..<visits.people.visitCount, visits.times)
    var sum = 0.0
    for first in stride(from: 0, to: places.count, by: 8192) {
      let block = visits.people.values(times, at: first..<min(first + 8192, places.count))
      sum += block.reduce(0, +) / Double(places.count)
    }
    let origin = sum.rounded()
    self.origin = origin
    let all = times.array()
    let table = try Table(
      columns: [
        .numeric("time", all.map { ($0 - origin) * scale }),
        Column(name: "score", values: .numeric(visits.scores)),
        Column(
          name: "person",
          values: .category(try visits.table.requireColumn(visits.roles.subject ?? "").asCategories())),
      ], name: "\(visits.table.source.displayName), visits")
    let fit = try LinearMixedModel("score ~ time + (time | person)").fit(table, executor: executor)
    self.fit = fit
    let beta = fit.coefficients.compactMap(\.estimate)
    let parts = fit.varianceComponents
    guard beta.count == 2, parts.count == 4 else {
      throw OutcomesError("the visits do not tell how people's slopes vary")
    }
    line = Pair(beta[0], beta[1])
    let m = fit.modelCovariance
    covariance = Symmetric(m[0, 0], m[1, 0], m[1, 1])
    people = Symmetric(parts[0].value, parts[2].value, parts[1].value)
    variance = fit.sigma * fit.sigma
  }

  /// A person's line from the sums of their visits.
  func line(of person: TrendMoments) -> ShrunkenLine {
    let n = Double(person.count)
    let mean = (person.meanTime - origin) * weeksPerUnit
    let (squares, products) = (
      person.timeSquares * weeksPerUnit * weeksPerUnit, person.products * weeksPerUnit
    )
    let information = Symmetric(n, n * mean, squares + n * mean * mean).scaled(1 / variance)
    let deviation = n * (person.meanScore - line.first - line.second * mean)
    let score = Pair(deviation, products - line.second * squares + mean * deviation).scaled(1 / variance)
    // D (I + S D)^-1, by D^1/2 where D may be singular: with D = L L', it is L (I + L'S L)^-1 L'.
    let conditional = people.posterior(information)
    let effect = conditional * score
    let left = conditional.complement(information)
    let error = left.sandwich(covariance).adding(conditional)
    // The slope, and the line where the file's time is 0.
    let zero = Pair(1, -origin * weeksPerUnit)
    return ShrunkenLine(
      slope: line.second + effect.second, slopeError: error.second.squareRoot(),
      slopeConditionalError: conditional.second.squareRoot(),
      intercept: zero.first * (line.first + effect.first) + zero.second * (line.second + effect.second),
      interceptError: error.quadratic(zero).squareRoot(),
      reliability: people.second > 0 ? 1 - conditional.second / people.second : nil)
  }
}

/// A person's line as all visits foretell it.
struct ShrunkenLine: Sendable, Equatable {
  let slope: Double
  /// The root of the prediction error variance.
  let slopeError: Double
  /// The root of the variance given the population's line and variances.
  let slopeConditionalError: Double
  /// The score at time 0.
  let intercept: Double
  let interceptError: Double
  /// The share of the variance of slopes that the person's visits settle; nil where slopes do not vary.
  let reliability: Double?
}

/// Two numbers.
private struct Pair: Sendable {
  let first: Double
  let second: Double

  init(_ first: Double, _ second: Double) { (self.first, self.second) = (first, second) }

  func scaled(_ factor: Double) -> Pair { Pair(first * factor, second * factor) }
}

/// A two by two matrix.
private struct Square: Sendable {
  var (a, b, c, d): (Double, Double, Double, Double)

  /// `A M A'`.
  func sandwich(_ m: Symmetric) -> Symmetric {
    let (p, q) = (a * m.first + b * m.mixed, a * m.mixed + b * m.second)
    let (r, s) = (c * m.first + d * m.mixed, c * m.mixed + d * m.second)
    return Symmetric(p * a + q * b, p * c + q * d, r * c + s * d)
  }
}

/// A symmetric two by two matrix.
private struct Symmetric: Sendable {
  let first: Double
  let mixed: Double
  let second: Double

  init(_ first: Double, _ mixed: Double, _ second: Double) {
    (self.first, self.mixed, self.second) = (first, mixed, second)
  }

  func scaled(_ factor: Double) -> Symmetric { Symmetric(first * factor, mixed * factor, second * factor) }

  func adding(_ other: Symmetric) -> Symmetric {
    Symmetric(first + other.first, mixed + other.mixed, second + other.second)
  }

  func quadratic(_ v: Pair) -> Double {
    v.first * v.first * first + 2 * v.first * v.second * mixed + v.second * v.second * second
  }

  static func * (m: Symmetric, v: Pair) -> Pair {
    Pair(m.first * v.first + m.mixed * v.second, m.mixed * v.first + m.second * v.second)
  }

  /// `D (I + S D)^-1`, for a D that may be singular: `L (I + L'S L)^-1 L'` with `D = L L'`.
  func posterior(_ information: Symmetric) -> Symmetric {
    let l11 = first.squareRoot()
    let l21 = l11 > 0 ? mixed / l11 : 0
    let l22 = max(second - l21 * l21, 0).squareRoot()
    let root = Square(a: l11, b: 0, c: l21, d: l22)
    let transposed = Square(a: l11, b: l21, c: 0, d: l22)
    let inner = transposed.sandwich(information)
    let (p, q, r) = (1 + inner.first, inner.mixed, 1 + inner.second)
    let determinant = p * r - q * q
    return root.sandwich(Symmetric(r / determinant, -q / determinant, p / determinant))
  }

  /// `I - C S` for this C.
  func complement(_ s: Symmetric) -> Square {
    Square(
      a: 1 - first * s.first - mixed * s.mixed, b: -first * s.mixed - mixed * s.second,
      c: -mixed * s.first - second * s.mixed, d: 1 - mixed * s.mixed - second * s.second)
  }
}
