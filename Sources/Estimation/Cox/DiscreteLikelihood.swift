import LinearAlgebra

/// The conditional likelihood of tied events: which d of those at risk have the event.
///
/// A key with d events among a risk set R contributes `sum of the events' predictors - log B(d, R)`, where B sums the
/// product of risks over all choices of d from R. B and its first two derivatives follow from the recursion
/// `B(k, R + i) = B(k, R) + r_i B(k - 1, R)`.
///
/// - Complexity: O(d x risk set x columns^2) for each key with d events.
///
/// ## References
/// Cox (1972), section 6; Gail, Lubin and Rubinstein (1981), Biometrika 68:703-707.
struct DiscreteLikelihood: Sendable {
  private(set) var logLikelihood = 0.0
  private(set) var score: [Double]
  private(set) var information: Matrix

  /// How many multiplications are taken on; more would not end within hours.
  static let mostWork = 2e13

  /// The likelihood; nil where it is not finite.
  ///
  /// - Throws: `EstimationError` for weights, which have no meaning here unless they are copies of rows, and for ties so
  ///   many that the sums would not end.
  init?(_ rows: RiskRows, _ beta: [Double]) throws {
    guard rows.weights?.allSatisfy({ $0 == 1 }) ?? true else {
      throw EstimationError(
        .notBuilt, "discrete ties do not take weights; Efron's and Breslow's do")
    }
    let columns = rows.columnCount
    score = [Double](repeating: 0, count: columns)
    information = Matrix(rowCount: columns, columnCount: columns)
    try Self.checkWork(rows)
    let people = People(rows, beta)
    for stratum in rows.strata.indices {
      var atRisk: [Int] = []
      for key in (rows.stratumStarts[stratum]..<rows.stratumStarts[stratum + 1]).reversed() {
        atRisk += Array(rows.rows(ofKey: key))
        if let entries = rows.entries {
          let gone = Set(entries.entries(ofKey: key).map { Int(entries.rows[$0]) })
          if !gone.isEmpty { atRisk.removeAll { gone.contains($0) } }
        }
        let events = rows.events(ofKey: key)
        guard !events.isEmpty else { continue }
        add(people, events: events, atRisk: atRisk)
        guard logLikelihood.isFinite else { return nil }
      }
    }
    information = information.mirroring()
  }

  private static func checkWork(_ rows: RiskRows) throws {
    var work = 0.0
    let each = Double(rows.columnCount * rows.columnCount)
    for stratum in rows.strata.indices {
      var atRisk = 0.0
      for key in (rows.stratumStarts[stratum]..<rows.stratumStarts[stratum + 1]).reversed() {
        atRisk += Double(rows.rows(ofKey: key).count)
        work += Double(rows.eventCounts[key]) * atRisk * each
      }
    }
    guard work > mostWork else { return }
    throw EstimationError(
      .unsupported,
      "discrete ties would take about \(Expression.text(of: (work / 1e12).rounded())) x 10^12 multiplications an iteration; "
        + "Efron's ties are close to them and take a moment")
  }

  /// Covariates and predictors, one row after the other.
  private struct People {
    let columns: Int
    let predictor: [Double]
    let covariates: [Double]

    init(_ rows: RiskRows, _ beta: [Double]) {
      columns = rows.columnCount
      predictor = rows.predictor(beta, SerialExecutor())
      covariates = rows.blocks.flatMap { block in (0..<block.rowCount).flatMap { block.row($0) } }
    }
  }

  private mutating func add(_ people: People, events: Range<Int>, atRisk: [Int]) {
    let columns = people.columns
    let shift = atRisk.reduce(-Double.infinity) { max($0, people.predictor[$1]) }
    for row in events {
      logLikelihood += people.predictor[row] - shift
      for j in 0..<columns { score[j] += people.covariates[row * columns + j] }
    }
    let sums = ChoiceSums(count: events.count, columns: columns, atRisk: atRisk.count) { place in
      let row = atRisk[place]
      return (exponential(people.predictor[row] - shift), row * columns)
    } covariate: {
      people.covariates[$0]
    }
    logLikelihood -= sums.logarithm
    for j in 0..<columns {
      score[j] -= sums.first[j]
      for k in 0...j { information[j, k] += sums.second[j * columns + k] - sums.first[j] * sums.first[k] }
    }
  }
}

/// The logarithm of the sum of products of risks over all choices, with its derivatives.
private struct ChoiceSums {
  let logarithm: Double
  /// `B' / B`.
  let first: [Double]
  /// `B'' / B`, its lower half.
  let second: [Double]

  init(
    count: Int, columns: Int, atRisk: Int, _ person: (Int) -> (risk: Double, start: Int),
    covariate: (Int) -> Double
  ) {
    // Of k chosen: B, B' and B'' one after the other. Sums are kept near 1 by a unit for each choice.
    let width = 1 + columns + columns * columns
    var sums = [Double](repeating: 0, count: (count + 1) * width)
    sums[0] = 1
    var total = 0.0
    for place in 0..<atRisk { total += person(place).risk }
    // The largest sum is about (total)^k / k!: with this unit it stays within exp(count).
    let unit = Double(count) / total
    var scale = 0.0
    for place in 0..<atRisk {
      let (plain, start) = person(place)
      let risk = plain * unit
      for k in stride(from: min(count, place + 1), through: 1, by: -1) {
        let (to, from) = (k * width, (k - 1) * width)
        for j in 0..<columns {
          let x = covariate(start + j)
          for l in 0...j {
            let y = covariate(start + l)
            sums[to + 1 + columns + j * columns + l] +=
              risk
              * (sums[from + 1 + columns + j * columns + l] + x * sums[from + 1 + l] + y * sums[from + 1 + j]
                + x * y * sums[from])
          }
        }
        for j in 0..<columns {
          sums[to + 1 + j] += risk * (sums[from + 1 + j] + covariate(start + j) * sums[from])
        }
        sums[to] += risk * sums[from]
      }
      if sums.last.map({ abs($0) > 1e200 }) ?? false || sums[count * width] > 1e200 {
        for k in sums.indices { sums[k] *= 1e-200 }
        scale += 200 * 2.302585092994045684
      }
    }
    let last = count * width
    let whole = sums[last]
    logarithm = Estimation.logarithm(whole) + scale - Double(count) * Estimation.logarithm(unit)
    first = (0..<columns).map { sums[last + 1 + $0] / whole }
    second = (0..<columns * columns).map { sums[last + 1 + columns + $0] / whole }
  }
}
