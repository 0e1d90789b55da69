internal import LinearAlgebra

/// The scores of people in orthonormal coordinates: all that the spread of estimating equations is made of.
///
/// With `G G' = (sum D'V^-1 D)^-1` and a person's whitened rows Z and residuals f,
/// ```
/// q = G'Z'f,    S = G'Z'Z G
/// ```
/// Because `I - H` is similar to `I - Z G G'Z'`, the corrections act on q alone: `(I - S)^-1 q` for Mancl and
/// DeRouen, `(I - S)^-1/2 q` for Kauermann and Carroll, whatever the number of rows.
///
/// - Complexity: O(rows x columns^2), and O(people x columns^3) for the corrections.
///
/// ## References
/// Mancl and DeRouen (2001), Biometrics 57:126-134, eq. 4; Kauermann and Carroll (2001), J. Amer. Stat.
/// Assoc. 96:1387-1396, section 3.
struct PersonScores: Fold {
  let sums: EstimatingSums
  let inverseRoot: Matrix
  let covariance: EstimatingCovariance

  struct State: Sendable, Equatable {
    /// `sum f q q'`, f the copies of the person.
    var plain: Matrix
    /// `sum f a a'` of the adjusted scores a, where the covariance adjusts them.
    var adjusted: Matrix
    /// How many people determine a coefficient alone: the generalised inverse leaves that part out.
    var determining = 0
    /// The shares of people who may determine a coefficient alone: with an eigenvalue near 1.
    var candidates: [Matrix] = []
    /// The sum of all people's shares: the identity up to rounding.
    var total: Matrix
    /// For Fay and Graubard: q, S and the copies of each person.
    var people: [PersonScore] = []
    /// Whether LAPACK gave up on an eigenvalue problem.
    var failed = false
  }

  var initialState: State {
    let none = Matrix(rowCount: sums.beta.count, columnCount: sums.beta.count)
    return State(plain: none, adjusted: none, total: none)
  }

  func accumulate(_ block: PersonBlock, into state: inout State) {
    guard
      var rows = StandardizedRows(
        block.rows, beta: sums.beta, family: sums.family, pairing: sums.pairing)
    else { return }
    sums.whitening.apply(to: &rows, block.people)
    let (people, columns, count) = (block.people, rows.columnCount, rows.rowCount)
    var scores = Matrix(rowCount: people.count, columnCount: columns)
    for column in 0..<columns {
      for person in 0..<people.count {
        var sum = 0.0
        for i in people.starts[person]..<people.starts[person + 1] {
          sum += rows.elements[column * count + i] * rows.elements[columns * count + i]
        }
        scores[person, column] = sum
      }
    }
    scores = scores * inverseRoot
    // Rows carry the root of the copies, so that a score is of all copies.
    state.plain +=
      people.copies.isEmpty
      ? scores.crossProduct() : scores.crossProduct(weights: people.copies.map { 1 / $0 })
    guard covariance != .model else { return }
    let coordinates = rows.matrix.selecting(columns: Array(0..<columns)) * inverseRoot
    state.total += coordinates.crossProduct()
    for person in 0..<people.count {
      let own = Array(people.starts[person]..<people.starts[person + 1])
      let copies = people.copies(of: person)
      // The largest eigenvalue is at most the trace.
      if coordinates.squares(ofRows: own) > 1 - SoleDirections.close, copies == 1 {
        state.candidates.append(coordinates.selecting(rows: own).crossProduct())
      }
      guard covariance.isCorrected else { continue }
      add(
        PersonScore(
          score: scores.row(person).map { $0 / copies },
          share: coordinates.selecting(rows: own).crossProduct().scaled(by: 1 / copies), copies: copies),
        to: &state)
    }
  }

  private func add(_ person: PersonScore, to state: inout State) {
    guard let eigen = try? SymmetricEigen(person.share) else {
      state.failed = true
      return
    }
    if eigen.values.contains(where: { 1 - $0 < ClusterSandwich.tolerance }) { state.determining += 1 }
    guard covariance != .fayGraubard else {
      state.people.append(person)
      return
    }
    let factors = eigen.values.map { value -> Double in
      let rest = 1 - value
      guard rest > ClusterSandwich.tolerance else { return 0 }
      return covariance == .manclDeRouen ? 1 / rest : 1 / rest.squareRoot()
    }
    let turned = eigen.vectors.transposeTimes(person.score)
    let adjusted = eigen.vectors * zip(factors, turned).map(*)
    for j in adjusted.indices {
      for i in adjusted.indices { state.adjusted[i, j] += person.copies * adjusted[i] * adjusted[j] }
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.plain += later.plain
    earlier.adjusted += later.adjusted
    earlier.determining += later.determining
    earlier.candidates += later.candidates
    earlier.total += later.total
    earlier.people.append(contentsOf: later.people)
    earlier.failed = earlier.failed || later.failed
  }

  func finalize(_ state: consuming State) -> State { state }
}

extension PersonScores.State {
  /// The directions that single people determine.
  func soleDirections() throws -> SoleDirections {
    SoleDirections(
      try candidates.flatMap { own in
        let share = try SymmetricEigen(own)
        return SoleDirections.directions(
          share, remaining: SoleDirections.remaining(share, of: own, total: total))
      })
  }
}

extension Matrix {
  /// The sum of the squares of some rows.
  fileprivate func squares(ofRows rows: [Int]) -> Double {
    var sum = 0.0
    for column in 0..<columnCount { for i in rows { sum += self[i, column] * self[i, column] } }
    return sum
  }
}

/// One person's part in the estimating equations, in orthonormal coordinates; of one copy.
struct PersonScore: Sendable, Equatable {
  let score: [Double]
  let share: Matrix
  let copies: Double
}
