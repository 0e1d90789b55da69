/// Cubic B-splines and natural cubic splines: the columns of R's `bs(x, df)` and `ns(x, df)`.
///
/// Interior knots stand at equally spaced quantiles of the values (by linear interpolation, R's type 7),
/// boundary knots at the smallest and the largest; a value of frequency f counts f times. B-splines follow the recurrence of Cox and de Boor; the
/// first column, which the intercept replaces, is left out. Natural splines are the combinations whose
/// second derivative is 0 at both boundaries: the columns, after the first two, of the basis turned by
/// the Householder reflections that triangulate those two conditions, as R has them. Beyond the
/// boundaries B-splines go on as the polynomials of the last piece, natural splines as straight lines.
///
/// ## References
/// de Boor (1978), A Practical Guide to Splines, ch. 10; Hastie (1992) in Chambers and Hastie,
/// Statistical Models in S, ch. 7.
struct SplineBasis: Sendable, Equatable {
  let lower: Double
  let upper: Double
  let interior: [Double]
  /// The two reflections of natural splines; none for B-splines.
  private let reflections: [Reflection]

  private static let order = 4

  struct Reflection: Sendable, Equatable {
    /// The direction, with `v'v = 2`: the reflection is `I - v v'`.
    let direction: [Double]
  }

  /// Nil when there are too few distinct values: knots would coincide.
  init?(natural: Bool, df: Int, values: [Double], copies: [Double]? = nil) {
    let x = RepeatedValues(values, copies: copies)
    guard let first = x.values.first, let last = x.values.last, first < last else { return nil }
    let count = natural ? df - 1 : df - 3
    guard count >= 0 else { return nil }
    let knots = (0..<count).map { x.quantile(Double($0 + 1) / Double(count + 1)) }
    let all = [first] + knots + [last]
    guard zip(all, all.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    lower = first
    upper = last
    interior = knots
    reflections = natural ? Self.boundaryReflections(lower: first, interior: knots, upper: last) : []
  }

  /// How many columns there are.
  var width: Int { reflections.isEmpty ? interior.count + 3 : interior.count + 1 }

  // MARK: - Values

  func columns(at x: [Double]) -> [[Double]] {
    var result = [[Double]](repeating: [], count: width)
    for j in result.indices { result[j].reserveCapacity(x.count) }
    for value in x {
      for (j, entry) in row(at: value).enumerated() { result[j].append(entry) }
    }
    return result
  }

  private func row(at x: Double) -> [Double] {
    guard x.isFinite else { return [Double](repeating: .nan, count: width) }
    guard !reflections.isEmpty else { return Array(bSplines(at: x, derivative: 0).dropFirst()) }
    let inside = min(max(x, lower), upper)
    var values = natural(inside, derivative: 0)
    if inside != x {
      for (j, slope) in natural(inside, derivative: 1).enumerated() { values[j] += (x - inside) * slope }
    }
    return values
  }

  private func natural(_ x: Double, derivative: Int) -> [Double] {
    var values = Array(bSplines(at: x, derivative: derivative).dropFirst())
    for reflection in reflections { reflection.apply(to: &values) }
    return Array(values.dropFirst(2))
  }

  private func bSplines(at x: Double, derivative: Int) -> [Double] {
    Self.bSplines(at: x, knots: Self.fullKnots(lower, interior, upper), derivative: derivative)
  }

  private static func fullKnots(_ lower: Double, _ interior: [Double], _ upper: Double) -> [Double] {
    [Double](repeating: lower, count: order) + interior + [Double](repeating: upper, count: order)
  }

  /// All B-splines of order 4, or their derivative, at one value.
  ///
  /// The derivative of a spline of order k is a difference of those of order k - 1:
  /// `B' = (k - 1) (B_(i,k-1) / (t_(i+k-1) - t_i) - B_(i+1,k-1) / (t_(i+k) - t_(i+1)))`.
  private static func bSplines(at x: Double, knots: [Double], derivative: Int) -> [Double] {
    let pieces = knots.count - 1
    // The last piece holds its right end, and what lies beyond; the first what lies before.
    var piece = order - 1
    while piece < pieces - order, x >= knots[piece + 1] { piece += 1 }
    var values = [Double](repeating: 0, count: pieces)
    values[piece] = 1
    for k in 2...order {
      let differs = k > order - derivative
      for i in 0..<(knots.count - k) {
        let left = knots[i + k - 1] - knots[i]
        let right = knots[i + k] - knots[i + 1]
        let (a, b) = (values[i], values[i + 1])
        var sum = 0.0
        if left > 0 { sum += (differs ? Double(k - 1) : x - knots[i]) * a / left }
        if right > 0 { sum += (differs ? -Double(k - 1) : knots[i + k] - x) * b / right }
        values[i] = sum
      }
      values.removeLast()
    }
    return values
  }

  // MARK: - Natural boundary conditions

  private static func boundaryReflections(
    lower: Double, interior: [Double], upper: Double
  ) -> [Reflection] {
    let knots = fullKnots(lower, interior, upper)
    var conditions = [lower, upper].map {
      Array(bSplines(at: $0, knots: knots, derivative: 2).dropFirst())
    }
    return (0..<2).map { step in
      let reflection = Reflection(triangulating: conditions[step], from: step)
      for later in step..<2 { reflection.apply(to: &conditions[later]) }
      return reflection
    }
  }
}

extension SplineBasis.Reflection {
  /// The reflection that turns the part of a vector from one place on into its first axis, with the sign
  /// opposite to the entry there (as LINPACK's `dqrdc` has it), so that nothing cancels.
  init(triangulating vector: [Double], from start: Int) {
    let norm = vector[start...].reduce(0) { $0 + $1 * $1 }.squareRoot()
    let signed = vector[start] < 0 ? -norm : norm
    var direction = vector
    for i in 0..<start { direction[i] = 0 }
    for i in start..<vector.count { direction[i] = vector[i] / signed }
    direction[start] += 1
    // v'v = 2 v_1 after this scaling.
    let root = direction[start].squareRoot()
    self.direction = direction.map { $0 / root }
  }

  func apply(to vector: inout [Double]) {
    var product = 0.0
    for i in vector.indices { product += direction[i] * vector[i] }
    for i in vector.indices { vector[i] -= product * direction[i] }
  }
}
