internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// Turns a person's rows, in units of their standard deviations, into rows without working correlation.
///
/// With `W'W = R^-1` for the person's working correlation R, the estimating equations become least squares of
/// `W e` on `W X`. No R is formed except for unstructured correlations, one for each set of visits:
/// ```
/// exchangeable:  z_j = a v_j + b sum_k v_k,  a = (1 - alpha)^-1/2,  b = ((1 + (n - 1) alpha)^-1/2 - a) / n
/// AR(1):         z_1 = v_1,  z_j = (v_j - alpha^d v_(j-1)) / sqrt(1 - alpha^2d),  d = t_j - t_(j-1)
/// unstructured:  z = L^-1 v,  R = LL'
/// ```
/// - Complexity: O(rows x columns), for unstructured correlations times the rows of a person.
enum Whitening: Sendable {
  case none
  case exchangeable(alpha: Double)
  case autoregressive(alpha: Double)
  /// `L^-1` of each set of visits, row after row of its lower half.
  case unstructured([[Double]])

  /// Below this the smallest eigenvalue of a correlation matrix is not told from 0.
  static let leastEigenvalue = 1e-8

  /// The correlations of some parameters; the reason when they are not positive definite.
  static func make(
    _ correlation: WorkingCorrelation, _ parameters: [Double], _ people: PersonOrder
  ) -> Result<Whitening, Refusal> {
    if let wrong = parameters.firstIndex(where: { !$0.isFinite }) {
      let pair = correlation == .unstructured ? people.pairName(wrong) : "alpha"
      return .failure(
        Refusal(reason: "there are no pairs of rows with residuals to estimate \(pair) from", smallest: nil))
    }
    switch correlation {
    case .independence: return .success(.none)
    case .exchangeable:
      let alpha = parameters[0]
      let smallest = min(1 - alpha, 1 + Double(people.largest - 1) * alpha)
      guard smallest > leastEigenvalue else {
        let least = Expression.text(of: -1 / Double(max(people.largest - 1, 1)))
        return .failure(
          Refusal(
            reason:
              "alpha = \(Expression.text(of: alpha)) is no common correlation of \(people.largest) rows of a person, "
              + "which must lie above \(least) and below 1", smallest: smallest))
      }
      return .success(.exchangeable(alpha: alpha))
    case .autoregressive:
      let alpha = parameters[0]
      guard 1 - abs(alpha) > leastEigenvalue else {
        return .failure(
          Refusal(
            reason: "alpha = \(Expression.text(of: alpha)), where AR(1) needs a number between -1 and 1",
            smallest: 1 - abs(alpha)))
      }
      return .success(.autoregressive(alpha: alpha))
    case .unstructured: return factored(parameters, people)
    }
  }

  private static func factored(
    _ parameters: [Double], _ people: PersonOrder
  ) -> Result<Whitening, Refusal> {
    var factors: [[Double]] = []
    for pattern in people.patterns {
      let matrix = people.correlationMatrix(parameters, visits: pattern)
      guard let eigen = try? SymmetricEigen(matrix), let smallest = eigen.values.first,
        smallest > leastEigenvalue, let factor = try? CholeskyFactor(matrix)
      else {
        let smallest = (try? SymmetricEigen(matrix))?.values.first
        let names = pattern.map { people.visitNames[$0] }.joined(separator: ", ")
        return .failure(
          Refusal(
            reason: "the correlations estimated for visits \(names) are not positive definite"
              + (smallest.map { " (smallest eigenvalue \(Expression.text(of: $0)))" } ?? ""),
            smallest: smallest))
      }
      let inverse = factor.solveLower(.identity(order: pattern.count))
      factors.append((0..<pattern.count).flatMap { row in (0...row).map { inverse[row, $0] } })
    }
    return .success(.unstructured(factors))
  }

  /// Why parameters are not correlations.
  struct Refusal: Error, Sendable, Equatable {
    let reason: String
    let smallest: Double?
  }

  /// Whitens all columns of a block.
  func apply(to rows: inout StandardizedRows, _ people: PersonSpans) {
    switch self {
    case .none: return
    case .exchangeable(let alpha): Self.exchange(&rows, people, alpha)
    case .autoregressive(let alpha): Self.regress(&rows, people, alpha)
    case .unstructured(let factors): Self.solve(&rows, people, factors)
    }
  }

  private static func exchange(_ rows: inout StandardizedRows, _ people: PersonSpans, _ alpha: Double) {
    let a = 1 / (1 - alpha).squareRoot()
    let shifts = (0..<people.count).map { person -> Double in
      let size = Double(people.starts[person + 1] - people.starts[person])
      return (1 / (1 + (size - 1) * alpha).squareRoot() - a) / size
    }
    let (count, columns) = (rows.rowCount, rows.columnCount + 1)
    let starts = people.starts.span
    var elements = rows.elements.mutableSpan
    for column in 0..<columns {
      let base = column * count
      for person in shifts.indices {
        let (first, end) = (base + starts[person], base + starts[person + 1])
        var sum = 0.0
        for i in first..<end { sum += elements[i] }
        let shift = shifts[person] * sum
        for i in first..<end { elements[i] = a * elements[i] + shift }
      }
    }
  }

  private static func regress(_ rows: inout StandardizedRows, _ people: PersonSpans, _ alpha: Double) {
    let (count, columns) = (rows.rowCount, rows.columnCount + 1)
    var slopes = [Double](repeating: 0, count: count)
    var scales = [Double](repeating: 1, count: count)
    var (distance, slope, scale) = (0, 1.0, 1.0)
    for person in 0..<people.count {
      for i in people.starts[person] + 1..<max(people.starts[person + 1], people.starts[person] + 1) {
        let here = people.visits[i] - people.visits[i - 1]
        if here != distance {
          (distance, slope) = (here, pow(alpha, Double(here)))
          scale = 1 / (1 - slope * slope).squareRoot()
        }
        (slopes[i], scales[i]) = (slope, scale)
      }
    }
    var elements = rows.elements.mutableSpan
    for column in 0..<columns {
      let base = column * count
      var earlier = 0.0
      for i in 0..<count {
        let own = elements[base + i]
        elements[base + i] = (own - slopes[i] * earlier) * scales[i]
        earlier = own
      }
    }
  }

  private static func solve(_ rows: inout StandardizedRows, _ people: PersonSpans, _ factors: [[Double]]) {
    let (count, columns) = (rows.rowCount, rows.columnCount + 1)
    var own: [Double] = []
    for person in 0..<people.count {
      let factor = factors[people.patterns[person]]
      let (start, end) = (people.starts[person], people.starts[person + 1])
      for column in 0..<columns {
        let base = column * count + start
        own.replaceSubrange(own.indices, with: rows.elements[base..<base + end - start])
        var place = 0
        for j in own.indices {
          var sum = 0.0
          for k in 0...j { sum += factor[place + k] * own[k] }
          rows.elements[base + j] = sum
          place += j + 1
        }
      }
    }
  }
}

extension PersonOrder {
  /// The name of a pair's correlation.
  func pairName(_ place: Int) -> String {
    var later = 1
    while CorrelationMoments.place(0, later + 1) <= place { later += 1 }
    let earlier = place - CorrelationMoments.place(0, later)
    return "alpha(\(visitNames[earlier]),\(visitNames[later]))"
  }

  /// The unstructured correlation matrix of some visits.
  func correlationMatrix(_ parameters: [Double], visits: [Int]) -> Matrix {
    var matrix = Matrix.identity(order: visits.count)
    for (k, later) in visits.enumerated() {
      for (j, earlier) in visits[..<k].enumerated() {
        let value = parameters[CorrelationMoments.place(earlier, later)]
        matrix[j, k] = value
        matrix[k, j] = value
      }
    }
    return matrix
  }
}
