internal import LinearAlgebra

/// Fay and Graubard's bias-corrected sandwich and its degrees of freedom.
///
/// With `u_i` and `Omega_i = D_i'V_i^-1 D_i` a person's score and information, M their sum's inverse and
/// ```
/// H_i = diag{ (1 - min(0.75, (Omega_i M)_jj))^-1/2 }
/// V = M [ sum_i H_i u_i u_i' H_i ] M
/// ```
/// For a linear function c'b, `c'Vc = u'B u` with the scores u stacked, whose covariance Psi is taken as block
/// diagonal with the blocks `w_i / sum w * sum_j H_j u_j u_j' H_j`,
/// `w_i = c'[(sum_(j != i) Omega_j)^-1 - M]c`, so that
/// ```
/// df = tr(Psi B)^2 / tr(Psi B Psi B)
/// ```
/// which is their d-tilde of the corrected scores (test delta 5). B has the order people x columns; it is never
/// formed: with `a_i = H_i M c`, `r_i = M Omega_i a_i`, its factors' products are
/// `[i = j] a_i'Psi_i a_i + y_i' K y_j`, `y = (Psi_i a_i, r_i)`, for one matrix K.
///
/// The factors `H_i` are those of the model's own columns: unlike the other corrections this one depends on
/// how the terms are coded.
///
/// - Complexity: O(people x columns^3) once, O(people x columns^2) a function.
///
/// ## References
/// Fay and Graubard (2001), Biometrics 57:1198-1206, sections 2.2 and 2.3.
struct FayGraubard: Sendable {
  /// The covariance of the coefficients.
  let covariance: Matrix
  /// `root root' = M`, in the plan's columns.
  private let root: Matrix
  /// The inverse of the root, transposed.
  private let inverse: Matrix
  private let people: [PersonScore]
  /// The diagonals of the factors H, people stacked.
  private let factors: [[Double]]
  /// `sum_i H_i u_i u_i' H_i`.
  private let meat: Matrix

  static let bound = 0.75

  /// `root root' = M` in the plan's columns, and `inverse` the root's inverse, transposed: `u = inverse q`.
  init(_ people: [PersonScore], root: Matrix, inverse: Matrix) {
    self.people = people
    self.root = root
    self.inverse = inverse
    let rootTransposed = root.transposed()
    var meat = Matrix(rowCount: root.rowCount, columnCount: root.rowCount)
    var factors: [[Double]] = []
    factors.reserveCapacity(people.count)
    for person in people {
      let left = inverse * person.share
      let own = (0..<root.rowCount).map { j -> Double in
        var diagonal = 0.0
        for k in 0..<root.rowCount { diagonal += left[j, k] * rootTransposed[k, j] }
        return 1 / (1 - min(Self.bound, diagonal)).squareRoot()
      }
      let score = zip(own, inverse * person.score).map(*)
      for j in score.indices {
        for i in score.indices { meat[i, j] += person.copies * score[i] * score[j] }
      }
      factors.append(own)
    }
    self.factors = factors
    self.meat = meat
    let bread = root * rootTransposed
    covariance = bread * meat * bread
  }

  /// The degrees of freedom of a linear function; nil where a person alone determines it.
  func degreesOfFreedom(of weights: [Double]) -> Double? {
    let turned = root.transposeTimes(weights)
    let image = root * turned
    guard let shares = personShares(turned) else { return nil }
    let order = image.count
    var kernel = Matrix(rowCount: 2 * order, columnCount: 2 * order)
    for j in 0..<order {
      kernel[j, order + j] = -1
      kernel[order + j, j] = -1
      for i in 0..<order { kernel[order + i, order + j] = meat[i, j] }
    }
    var (trace, squares, diagonal) = (0.0, 0.0, 0.0)
    var gram = Matrix(rowCount: 2 * order, columnCount: 2 * order)
    for (index, person) in people.enumerated() {
      let a = zip(factors[index], image).map(*)
      // r = M Omega a with Omega = inverse S inverse'.
      let r = root * (person.share * inverse.transposeTimes(a))
      let p = (meat * a).map { $0 * shares[index] }
      let y = p + r
      let own = dotProduct(a, p)
      let crossed = dotProduct(y, kernel * y)
      trace += person.copies * (own + crossed)
      squares += person.copies * (own + crossed) * (own + crossed)
      diagonal += person.copies * crossed * crossed
      for j in y.indices { for i in y.indices { gram[i, j] += person.copies * y[i] * y[j] } }
    }
    let product = kernel * gram
    var all = 0.0
    for j in 0..<2 * order { for i in 0..<2 * order { all += product[i, j] * product[j, i] } }
    let denominator = squares + (all - diagonal)
    guard trace > 0, denominator > 0 else { return nil }
    return trace * trace / denominator
  }

  /// `w_i / sum w` of one copy of each person; nil where one alone determines the function.
  private func personShares(_ turned: [Double]) -> [Double]? {
    var weights: [Double] = []
    weights.reserveCapacity(people.count)
    let identity = Matrix.identity(order: turned.count)
    for person in people {
      guard let factor = try? CholeskyFactor(identity - person.share),
        factor.reciprocalCondition > ClusterSandwich.tolerance
      else { return nil }
      // (I - S)^-1 - I = S (I - S)^-1, without the difference.
      weights.append(dotProduct(turned, person.share * factor.solve(turned)))
    }
    let total = zip(weights, people).reduce(0) { $0 + $1.0 * $1.1.copies }
    guard total > 0 else { return nil }
    return weights.map { $0 / total }
  }
}
