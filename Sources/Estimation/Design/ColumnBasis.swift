/// How one numeric column becomes several: what a term such as `poly(x, 2)` or `ns(x, 3)` keeps from the
/// data it was fitted to, so that new values are mapped by the same functions.
enum ColumnBasis: Sendable, Equatable {
  case polynomial(PolynomialBasis)
  case spline(SplineBasis)
  case piecewise(PiecewiseLinearBasis)

  /// Makes the basis of a variable from the column's values, each of which may stand for several.
  ///
  /// - Returns: Nil when the values are too few for it, or when the variable is not of this kind.
  init?(_ variable: FormulaVariable, values: [Double], copies: [Double]? = nil) {
    switch variable {
    case .polynomial(_, let degree):
      guard let basis = PolynomialBasis(values: values, copies: copies, degree: degree) else { return nil }
      self = .polynomial(basis)
    case .naturalSpline(_, let df):
      guard let basis = SplineBasis(natural: true, df: df, values: values, copies: copies) else { return nil }
      self = .spline(basis)
    case .bSpline(_, let df):
      guard let basis = SplineBasis(natural: false, df: df, values: values, copies: copies) else {
        return nil
      }
      self = .spline(basis)
    case .piecewise(_, let knots):
      self = .piecewise(PiecewiseLinearBasis(knots: knots))
    case .column, .factor, .expression:
      return nil
    }
  }

  /// How many columns there are.
  var width: Int {
    switch self {
    case .polynomial(let basis): basis.degree
    case .spline(let basis): basis.width
    case .piecewise(let basis): basis.knots.count + 1
    }
  }

  /// The columns at given values.
  func columns(at x: [Double]) -> [[Double]] {
    switch self {
    case .polynomial(let basis): basis.columns(at: x)
    case .spline(let basis): basis.columns(at: x)
    case .piecewise(let basis): basis.columns(at: x)
    }
  }

  /// The knots, the boundary knots of a spline at both ends; none for a polynomial.
  var knots: [Double] {
    switch self {
    case .polynomial: []
    case .spline(let basis): [basis.lower] + basis.interior + [basis.upper]
    case .piecewise(let basis): basis.knots
    }
  }
}

/// Straight pieces that join at declared knots.
///
/// With knots `k_1 < ... < k_m` the columns are the parts of x that lie in each piece,
/// ```
/// min(x, k_1),  min(max(x - k_1, 0), k_2 - k_1),  ...,  max(x - k_m, 0)
/// ```
/// so that each coefficient is the slope within its piece, and the pieces sum to x.
struct PiecewiseLinearBasis: Sendable, Equatable {
  let knots: [Double]

  func columns(at x: [Double]) -> [[Double]] {
    (0...knots.count).map { piece in
      x.map { value in
        guard piece > 0 else { return min(value, knots[0]) }
        let inside = max(value - knots[piece - 1], 0)
        return piece < knots.count ? min(inside, knots[piece] - knots[piece - 1]) : inside
      }
    }
  }
}

extension DesignPlan {
  /// The knots of a spline term, such as `ns(week, 3)`, the boundary knots at both ends; the declared knots
  /// of `pw( )`; nil for other terms.
  public func knots(of label: String) -> [Double]? {
    for variable in variables where variable.source.label == label {
      if case .basis(let basis) = variable.kind, !basis.knots.isEmpty { return basis.knots }
    }
    return nil
  }
}
