/// Sums of products of two residuals of a person, as the working correlation asks for them.
///
/// With `v_ij` the residual times its factor,
/// ```
/// exchangeable:  sum_i sum_(j<k) v_ij v_ik
/// AR(1):         the same by distance |t_ij - t_ik|
/// unstructured:  the same by pair of visits
/// ```
enum CorrelationMoments: Sendable, Equatable {
  case none
  case all
  case byDistance(farthest: Int)
  case byPair(visits: Int)

  init(_ correlation: WorkingCorrelation, _ people: PersonOrder) {
    switch correlation {
    case .independence: self = .none
    case .exchangeable: self = .all
    case .autoregressive: self = .byDistance(farthest: people.farthest)
    case .unstructured: self = .byPair(visits: people.visitNames.count)
    }
  }

  /// How many sums there are.
  var count: Int {
    switch self {
    case .none: 0
    case .all: 1
    case .byDistance(let farthest): farthest + 1
    case .byPair(let visits): visits * (visits - 1) / 2
    }
  }

  /// The place of the pair of visits j < k.
  static func place(_ j: Int, _ k: Int) -> Int { k * (k - 1) / 2 + j }

  /// Adds the products of all people of a block.
  func add(_ factors: [Double], _ people: PersonSpans, to sums: inout [Double]) {
    switch self {
    case .none: return
    case .all:
      var all = 0.0
      for person in 0..<people.count {
        var (sum, squares) = (0.0, 0.0)
        for i in people.starts[person]..<people.starts[person + 1] {
          sum += factors[i]
          squares += factors[i] * factors[i]
        }
        if people.starts[person + 1] - people.starts[person] > 1 { all += (sum * sum - squares) / 2 }
      }
      sums[0] += all
    case .byDistance, .byPair:
      for person in 0..<people.count {
        let end = people.starts[person + 1]
        for i in people.starts[person]..<end {
          let (first, visit) = (factors[i], people.visits[i])
          for k in i + 1..<max(end, i + 1) {
            let place = place(between: visit, and: people.visits[k])
            sums[place] += first * factors[k]
          }
        }
      }
    }
  }

  @inline(__always)
  private func place(between earlier: Int, and later: Int) -> Int {
    if case .byPair = self { return Self.place(earlier, later) }
    return later - earlier
  }
}

/// The weights of all squares and products: what their sums are divided by.
struct MomentTotals: Fold {
  let moments: CorrelationMoments
  let pairing: PairWeights

  struct State: Sendable, Equatable {
    /// The weights of the rows.
    var weight = 0.0
    /// The rows, or how many they stand for.
    var rows = 0.0
    /// The weights of the products.
    var products: [Double]
    /// How many products there are.
    var pairs: [Double]
  }

  var initialState: State {
    let none = [Double](repeating: 0, count: moments.count)
    return State(products: none, pairs: none)
  }

  func accumulate(_ block: PersonBlock, into state: inout State) {
    var copies = [Double](repeating: 1, count: block.rows.rowCount)
    if !block.people.copies.isEmpty {
      for person in 0..<block.people.count {
        for i in block.people.starts[person]..<block.people.starts[person + 1] {
          copies[i] = block.people.copies[person]
        }
      }
    }
    let weights = block.rows.weights ?? copies
    state.weight += weights.reduce(0, +)
    state.rows += copies.reduce(0, +)
    moments.add(
      weights.indices.map { pairing.factor($0, block.rows) }, block.people, to: &state.products)
    moments.add(copies.map { $0.squareRoot() }, block.people, to: &state.pairs)
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.weight += later.weight
    earlier.rows += later.rows
    for k in earlier.products.indices {
      earlier.products[k] += later.products[k]
      earlier.pairs[k] += later.pairs[k]
    }
  }

  func finalize(_ state: consuming State) -> State { state }
}
