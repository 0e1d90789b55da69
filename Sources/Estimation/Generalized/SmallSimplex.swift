/// A small dense linear program: the largest `c'd` with `a_i'd >= 0` and every `|d_j| <= 1`.
///
/// The origin satisfies every constraint, so the simplex method starts there. Bland's rule keeps it from
/// cycling, which at the origin, where most constraints meet, it otherwise would.
///
/// - Complexity: O(constraints x columns) a pivot.
///
/// ## References
/// Bland (1977), Mathematics of Operations Research 2:103-107; Chvatal (1983), Linear Programming, chs. 2-3.
struct SmallSimplex {
  /// The best direction.
  let direction: [Double]
  /// `c'd` there.
  let value: Double
  /// Whether the pivots came to an end.
  let isSolved: Bool

  private static let tolerance = 1e-11

  /// `d = u - v` with `u, v >= 0`, `u_j + v_j <= 1`: rows `-a'u + a'v + s = 0` and `u_j + v_j + t_j = 1`.
  init(objective: [Double], constraints: [[Double]]) {
    let count = objective.count
    var tableau = Self.tableau(objective, constraints)
    var basis = (0..<constraints.count + count).map { 2 * count + $0 }
    var outside = Array(0..<2 * count)
    let last = 2 * count
    var pivots = 0
    var finished = false
    while pivots < 50_000 {
      let bottom = tableau.count - 1
      let entering = outside.indices.filter { tableau[bottom][$0] > Self.tolerance }
        .min { outside[$0] < outside[$1] }
      guard let column = entering else {
        finished = true
        break
      }
      var leaving: Int?
      var least = Double.infinity
      for row in 0..<bottom where tableau[row][column] > Self.tolerance {
        let ratio = max(0, tableau[row][last]) / tableau[row][column]
        let isTie = abs(ratio - least) <= Self.tolerance
        let isEarlier = leaving.map { basis[row] < basis[$0] } ?? true
        if ratio < least - Self.tolerance || (isTie && isEarlier) {
          (leaving, least) = (row, min(ratio, least))
        }
      }
      guard let row = leaving else { break }
      Self.pivot(&tableau, row: row, column: column)
      (basis[row], outside[column]) = (outside[column], basis[row])
      pivots += 1
    }
    var direction = [Double](repeating: 0, count: count)
    for (row, variable) in basis.enumerated() where variable < 2 * count {
      direction[variable % count] += (variable < count ? 1 : -1) * tableau[row][last]
    }
    self.direction = direction
    value = zip(objective, direction).reduce(0) { $0 + $1.0 * $1.1 }
    isSolved = finished
  }

  private static func tableau(_ objective: [Double], _ constraints: [[Double]]) -> [[Double]] {
    var rows = constraints.map { a in a.map { -$0 } + a + [0] }
    for j in objective.indices {
      var row = [Double](repeating: 0, count: 2 * objective.count + 1)
      row[j] = 1
      row[j + objective.count] = 1
      row[2 * objective.count] = 1
      rows.append(row)
    }
    rows.append(objective + objective.map { -$0 } + [0])
    return rows
  }

  /// Exchanges a basic and a nonbasic variable in the condensed tableau.
  private static func pivot(_ tableau: inout [[Double]], row: Int, column: Int) {
    let element = tableau[row][column]
    for j in tableau[row].indices where j != column { tableau[row][j] /= element }
    let source = tableau[row]
    for i in tableau.indices where i != row {
      let factor = tableau[i][column]
      guard factor != 0 else { continue }
      for j in source.indices where j != column { tableau[i][j] -= factor * source[j] }
      tableau[i][column] = -factor / element
    }
    tableau[row][column] = 1 / element
  }
}
