internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// Laplace's approximation over the effects of groups of several groupings that hang together.
///
/// The Hessian of one component has blocks D on its diagonal for the groups of the first grouping, which are eliminated
/// one by one, and what the others leave:
/// ```
/// H = [ D  B ]      S = C - B'D^-1 B,      log |H| = log |D| + log |S|
///     [ B' C ]
/// ```
/// The gradient is exact, as in ``GroupIntegral``; of `H^-1` it needs what belongs to each row's own effects.
struct CrossedIntegral<Density: ConditionalDensity> {
  let block: GroupedResponses
  let crossing: GroupCrossing
  /// Columns of the first grouping, and entries of the others.
  let width: Int
  let entries: Int
  private let fixed: [Double]
  private let loadings: [Double]
  /// Rows x entries.
  private let entryValues: [Double]

  /// The component's effects: those of its groups, then the trailing ones.
  var mode: [Double] = []
  private(set) var residuals: [Double]
  /// `dL / d a_j` by the first grouping's loadings, a row's elements one column after the other.
  private(set) var loadingSlopes: [Double]
  /// By the entries, one column after the other.
  private(set) var entrySlopes: [Double]

  private var score: [Double]
  private var information: [Double]
  private var slope: [Double]
  private var gradient: [Double] = []
  private(set) var elimination = CrossedElimination()

  init(_ block: GroupedResponses, _ crossing: GroupCrossing, beta: [Double], factors: [Matrix]) {
    self.block = block
    self.crossing = crossing
    width = factors[0].columnCount
    entries = crossing.entryCount
    fixed = block.predictor(beta)
    loadings = (block.random[0] * factors[0]).columnMajor
    let n = block.rowCount
    var values = [Double](repeating: 0, count: n * crossing.entryCount)
    var column = 0
    for k in 1..<factors.count {
      let own = block.random[k] * factors[k]
      for c in 0..<own.columnCount {
        for j in 0..<n { values[j * crossing.entryCount + column] = own[j, c] }
        column += 1
      }
    }
    entryValues = values
    let rows = [Double](repeating: 0, count: n)
    (residuals, score, information, slope) = (rows, rows, rows, rows)
    loadingSlopes = [Double](repeating: 0, count: n * width)
    entrySlopes = [Double](repeating: 0, count: n * crossing.entryCount)
  }

  private var rowCount: Int { block.rowCount }

  /// What multiplies a row in a vector over the component's effects.
  @inline(__always)
  private func along(_ row: Int, _ lead: Int, _ trailing: Int, _ vector: [Double]) -> Double {
    var sum = 0.0
    for k in 0..<width { sum += loadings[row + k * rowCount] * vector[lead + k] }
    for e in row * entries..<(row + 1) * entries {
      sum += entryValues[e] * vector[trailing + crossing.entryColumns[e]]
    }
    return sum
  }

  /// Adds a multiple of a row's loadings to such a vector.
  @inline(__always)
  private func add(_ row: Int, _ lead: Int, _ trailing: Int, times factor: Double, to vector: inout [Double])
  {
    for k in 0..<width { vector[lead + k] += factor * loadings[row + k * rowCount] }
    for e in row * entries..<(row + 1) * entries {
      vector[trailing + crossing.entryColumns[e]] += factor * entryValues[e]
    }
  }

  private func forEachRow(_ component: GroupCrossing.Component, _ body: (_ row: Int, _ lead: Int) -> Void) {
    for group in component.groups {
      let lead = (group - component.groups.lowerBound) * width
      for row in block.starts[group]..<block.starts[group + 1] { body(row, lead) }
    }
  }

  // MARK: - Mode

  private mutating func evaluate(_ component: GroupCrossing.Component) -> Double {
    let trailing = component.groups.count * width
    var sum = 0.0
    for group in component.groups {
      let lead = (group - component.groups.lowerBound) * width
      for j in block.starts[group]..<block.starts[group + 1] {
        let point = Density.at(block.response[j], fixed[j] + along(j, lead, trailing, mode))
        let weight = block.weights?[j] ?? 1
        sum += weight * point.log
        score[j] = weight * point.score
        information[j] = weight * point.information
        slope[j] = weight * point.slope
      }
    }
    for u in mode { sum -= 0.5 * u * u }
    return sum
  }

  /// The Newton step and its squared length in units of H; nil where H cannot be factored.
  private mutating func newton(_ component: GroupCrossing.Component) -> (step: [Double], decrement: Double)? {
    let trailing = component.groups.count * width
    gradient = mode.map { -$0 }
    var sums = gradient
    forEachRow(component) { row, lead in add(row, lead, trailing, times: score[row], to: &sums) }
    gradient = sums
    guard
      elimination.factor(
        component, crossing, starts: block.starts, rowCount: rowCount, width: width, loadings: loadings,
        entryValues: entryValues, information: information)
    else { return nil }
    let step = elimination.solve(gradient, component, crossing)
    return (step, dotProduct(step, gradient))
  }

  /// Climbs to the mode, as ``GroupIntegral/climb(_:)``.
  mutating func climb(_ component: GroupCrossing.Component) -> Double? {
    var value = evaluate(component)
    if !value.isFinite {
      mode = mode.map { _ in 0 }
      value = evaluate(component)
    }
    guard value.isFinite else { return nil }
    for _ in 0..<200 {
      guard let (step, decrement) = newton(component), decrement.isFinite else { return nil }
      if decrement <= 1e-24 { return value }
      let previous = mode
      let slack = 1e-12 * max(1, abs(value))
      var share = 1.0
      while true {
        mode = zip(previous, step).map { $0 + share * $1 }
        let next = evaluate(component)
        if next >= value + 1e-4 * share * decrement - slack {
          value = next
          break
        }
        share /= 2
        guard share > 1e-12 else { return nil }
      }
      if decrement <= 1e-13 { return newton(component) == nil ? nil : value }
    }
    return nil
  }

  // MARK: - Integral

  /// The log-integral and, for the rows, its derivatives; nil where it has none.
  mutating func integrate(_ component: GroupCrossing.Component) -> Double? {
    guard let top = climb(component) else { return nil }
    let logRoot = elimination.logRoot
    let trailing = component.groups.count * width
    let inverse = elimination.trailingInverse()
    var pull = [Double](repeating: 0, count: mode.count)
    var image = [Double](repeating: 0, count: width + entries)
    for group in component.groups {
      let own = elimination.groupInverse(group, component, crossing, inverse)
      let lead = (group - component.groups.lowerBound) * width
      for j in block.starts[group]..<block.starts[group + 1] {
        let leverage = leverage(j, own, inverse, &image)
        slope[j] *= -0.5 * leverage
        for k in 0..<width { loadingSlopes[j + k * rowCount] = -information[j] * image[k] }
        for e in 0..<entries { entrySlopes[j + e * rowCount] = -information[j] * image[width + e] }
        add(j, lead, trailing, times: slope[j], to: &pull)
      }
    }
    let carried = elimination.solve(pull, component, crossing)
    for group in component.groups {
      let lead = (group - component.groups.lowerBound) * width
      for j in block.starts[group]..<block.starts[group + 1] {
        residuals[j] = score[j] + slope[j] - information[j] * along(j, lead, trailing, carried)
        for k in 0..<width {
          loadingSlopes[j + k * rowCount] += residuals[j] * mode[lead + k] + score[j] * carried[lead + k]
        }
        for e in 0..<entries {
          let column = trailing + crossing.entryColumns[j * entries + e]
          entrySlopes[j + e * rowCount] += residuals[j] * mode[column] + score[j] * carried[column]
        }
      }
    }
    return top - logRoot
  }

  /// `a'H^-1 a` of one row, and the elements of `H^-1 a` at the row's own effects.
  private func leverage(
    _ row: Int, _ own: CrossedElimination.GroupInverse, _ inverse: Matrix, _ image: inout [Double]
  ) -> Double {
    let d = width
    var sum = 0.0
    for i in 0..<d {
      var value = 0.0
      for k in 0..<d { value += own.lead[i * d + k] * loadings[row + k * rowCount] }
      for e in 0..<entries {
        let entry = row * entries + e
        value += own.cross[i + crossing.entryLinks[entry] * d] * entryValues[entry]
      }
      image[i] = value
      sum += value * loadings[row + i * rowCount]
    }
    for e in 0..<entries {
      let entry = row * entries + e
      var value = 0.0
      for k in 0..<d { value += own.cross[k + crossing.entryLinks[entry] * d] * loadings[row + k * rowCount] }
      for f in 0..<entries {
        value +=
          inverse[crossing.entryColumns[entry], crossing.entryColumns[row * entries + f]]
          * entryValues[row * entries + f]
      }
      image[d + e] = value
      sum += value * entryValues[entry]
    }
    return sum
  }

  /// How the modes move with the coefficients: a vector over the component's effects for each of them.
  mutating func coefficientSlopes(_ component: GroupCrossing.Component) -> [[Double]] {
    let trailing = component.groups.count * width
    return (0..<block.design.columnCount).map { c in
      var pull = [Double](repeating: 0, count: mode.count)
      forEachRow(component) { row, lead in
        add(row, lead, trailing, times: -information[row] * block.design[row, c], to: &pull)
      }
      return elimination.solve(pull, component, crossing)
    }
  }
}
