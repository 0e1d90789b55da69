internal import LinearAlgebra

/// Groups of several groupings that hang together by rows, and the sums over these rows.
///
/// The groups of the first grouping are eliminated one by one; the others, here trailing, together. Patients in sites
/// make a component of each site, with as many trailing columns as vary between sites; crossed groupings make one
/// component of all.
struct FactorComponent: Sendable {
  /// The groups of the first grouping, as they are numbered over all rows.
  var groups: [Int] = []
  /// For each of them the elements of `Z1'W Z1`.
  var squares: [Double] = []
  /// For each of them `Z1'W[X y]`, for each column of Z1 all columns.
  var cross: [Double] = []
  /// Where each group's trailing columns begin in `links`, and at last how many there are.
  var linkStarts: [Int] = [0]
  /// The trailing columns that each group has rows in common with.
  var links: [Int] = []
  /// `Z1'W Z2` over these, for each group and column of Z1 a row; as many rows of a group as Z1 has columns.
  var linkValues: [Double] = []
  /// The trailing groups: which grouping (1 or more), which group, and their first column.
  var blocks: [(grouping: Int, group: Int, column: Int)] = []
  /// `Z2'W Z2`.
  var trailing = Matrix(rowCount: 0, columnCount: 0)
  /// `Z2'W[X y]`.
  var trailingCross = Matrix(rowCount: 0, columnCount: 0)

  var trailingCount: Int { trailing.rowCount }
}

/// Sums over the rows of several groupings.
struct FactorProducts: MixedSums {
  let widths: [Int]
  let columnCount: Int
  let totals: Matrix
  let rows: Double
  let logWeight: Double
  let trailing: Int
  let leaves: BlockList<[FactorComponent]>
  let groupCounts: [Int]

  /// The most columns beyond the first grouping that may hang together: a matrix of them takes 288 MB.
  static let mostTrailing = 6_000
  private static let groupsPerLeaf = 256

  /// - Throws: `EstimationError` where too many groups are crossed.
  init(_ rows: MixedRows) throws {
    let groupings = rows.random.groupings
    widths = groupings.map(\.width)
    groupCounts = groupings.map(\.groups.count)
    columnCount = rows.kept.count
    let graph = FactorGraph(rows)
    let most = graph.components.map(\.trailingCount).max() ?? 0
    guard most <= Self.mostTrailing else {
      throw EstimationError(
        .designTooLarge,
        "\(most) effects of \(groupings.dropFirst().map(\.name).joined(separator: " and ")) are crossed with each other or with "
          + "those of \(groupings[0].name), and at most \(Self.mostTrailing) can be: use fewer groups, or fixed terms"
      )
    }
    trailing = most
    var builder = FactorBuilder(rows, graph)
    for leaf in 0..<rows.leafCount { rows.forEachBlock(ofLeaf: leaf) { builder.add($0) } }
    totals = builder.totals
    self.rows = Double(rows.order.count)
    logWeight = builder.logWeight
    var leaves: [[FactorComponent]] = [[]]
    var size = 0
    for component in builder.components {
      if size >= Self.groupsPerLeaf {
        leaves.append([])
        size = 0
      }
      leaves[leaves.count - 1].append(component)
      size += component.groups.count + component.trailingCount
    }
    self.leaves = BlockList(leaves)
  }

  func criterion(_ factors: [Matrix], _ executor: some FoldExecutor) throws -> CriterionSums? {
    let found = try executor.run(FactorCriterion(factors: factors, columns: columnCount + 1), over: leaves)
    let left = totals - found.products
    guard found.logDeterminant.isFinite, left.columnMajor.allSatisfy(\.isFinite) else { return nil }
    return CriterionSums(logDeterminant: found.logDeterminant, products: left)
  }

  func derivatives(
    _ factors: [Matrix], _ point: MixedPoint, _ order: DerivativeOrder, _ executor: some FoldExecutor
  ) throws -> DerivativeSums {
    try executor.run(FactorDerivatives(factors: factors, point: point, order: order), over: leaves)
  }

  func weightedProducts(
    _ factors: [Matrix], _ weights: Matrix, _ executor: some FoldExecutor
  ) throws -> Matrix {
    try executor.run(
      FactorWeightedProducts(factors: factors, weights: weights, columns: columnCount), over: leaves)
  }

  func effects(_ factors: [Matrix], _ point: MixedPoint, _ executor: some FoldExecutor) throws -> [EffectSums]
  {
    try executor.run(FactorEffects(factors: factors, point: point, groupCounts: groupCounts), over: leaves)
  }
}

/// Which groups hang together.
struct FactorGraph {
  struct Part {
    var groups: [Int] = []
    var blocks: [(grouping: Int, group: Int, column: Int)] = []
    var trailingCount = 0
  }

  private(set) var components: [Part] = []
  /// For each group of the first grouping its component.
  private(set) var componentOfGroup: [Int] = []
  /// For each trailing grouping and group its first column in its component.
  private(set) var columns: [[Int]] = []

  init(_ rows: MixedRows) { self.init(rows.random.groupings, order: rows.order) }

  init(_ groupings: [RandomDesign.Grouping], order: [Int]) {
    var starts = [0]
    for grouping in groupings { starts.append((starts.last ?? 0) + grouping.groups.count) }
    var parent = Array(0..<(starts.last ?? 0))
    func root(_ node: Int) -> Int {
      var node = node
      while parent[node] != node {
        parent[node] = parent[parent[node]]
        node = parent[node]
      }
      return node
    }
    for row in order {
      let first = root(Int(groupings[0].groups.codes[row]))
      for (index, grouping) in groupings.enumerated().dropFirst() {
        let other = root(starts[index] + Int(grouping.groups.codes[row]))
        let own = root(first)
        if own != other { parent[max(own, other)] = min(own, other) }
      }
    }
    // Components are numbered by their first group.
    var number: [Int: Int] = [:]
    for group in 0..<groupings[0].groups.count {
      let root = root(group)
      let component = number[root] ?? components.count
      if component == components.count {
        number[root] = component
        components.append(Part())
      }
      components[component].groups.append(group)
      componentOfGroup.append(component)
    }
    for (index, grouping) in groupings.enumerated().dropFirst() {
      var own = [Int](repeating: 0, count: grouping.groups.count)
      for group in 0..<grouping.groups.count {
        guard let component = number[root(starts[index] + group)] else { continue }
        own[group] = components[component].trailingCount
        components[component].blocks.append((index, group, own[group]))
        components[component].trailingCount += grouping.width
      }
      columns.append(own)
    }
  }
}

/// Adds rows to the components.
private struct FactorBuilder {
  let graph: FactorGraph
  let widths: [Int]
  let width: Int
  private(set) var components: [FactorComponent]
  private(set) var totals: Matrix
  private(set) var logWeight = 0.0
  private var nextGroup = 0
  /// For each trailing column of the present component its place among the group's links, or -1.
  private var places: [Int]

  init(_ rows: MixedRows, _ graph: FactorGraph) {
    self.graph = graph
    widths = rows.random.groupings.map(\.width)
    width = rows.kept.count + 1
    totals = Matrix(rowCount: width, columnCount: width)
    let columns = width
    components = graph.components.map { part in
      var component = FactorComponent()
      component.groups = part.groups
      component.blocks = part.blocks
      component.trailing = Matrix(rowCount: part.trailingCount, columnCount: part.trailingCount)
      component.trailingCross = Matrix(rowCount: part.trailingCount, columnCount: columns)
      return component
    }
    places = [Int](repeating: -1, count: graph.components.map(\.trailingCount).max() ?? 0)
  }

  mutating func add(_ block: MixedBlock) {
    totals += block.weights.map { block.mean.crossProduct(weights: $0) } ?? block.mean.crossProduct()
    logWeight += block.weights?.reduce(0) { $0 + logarithm($1) } ?? 0
    let zs = block.random.map(\.columnMajor)
    let mean = block.mean.columnMajor
    for group in 0..<block.groupCount {
      let index = graph.componentOfGroup[nextGroup]
      nextGroup += 1
      // Taken out while it is changed, so that nothing is copied.
      var component = FactorComponent()
      swap(&component, &components[index])
      add(block, rows: block.starts[group]..<block.starts[group + 1], to: &component, zs, mean)
      swap(&component, &components[index])
    }
  }

  private mutating func add(
    _ block: MixedBlock, rows: Range<Int>, to component: inout FactorComponent, _ zs: [[Double]],
    _ mean: [Double]
  ) {
    let (q, count) = (widths[0], block.rowCount)
    var squares = [Double](repeating: 0, count: q * (q + 1) / 2)
    var cross = [Double](repeating: 0, count: q * width)
    var links: [Int] = []
    var values: [[Double]] = []  // a link's column of Z1'WZ2
    for row in rows {
      let weight = block.weights?[row] ?? 1
      for a in 0..<q {
        let left = weight * zs[0][a * count + row]
        for b in 0...a { squares[LaneLayout.pair(a, b)] += left * zs[0][b * count + row] }
        for j in 0..<width { cross[a * width + j] += left * mean[j * count + row] }
      }
      // The row's trailing columns and its entries in them.
      var (own, entries) = ([Int](), [Double]())
      for k in 1..<widths.count {
        let start = graph.columns[k - 1][Int(block.others[k - 1][row])]
        for c in 0..<widths[k] {
          own.append(start + c)
          entries.append(zs[k][c * count + row])
        }
      }
      for (i, column) in own.enumerated() {
        let left = weight * entries[i]
        if places[column] < 0 {
          places[column] = links.count
          links.append(column)
          values.append([Double](repeating: 0, count: q))
        }
        for a in 0..<q { values[places[column]][a] += left * zs[0][a * count + row] }
        for (j, other) in own.enumerated() { component.trailing[column, other] += left * entries[j] }
        for j in 0..<width { component.trailingCross[column, j] += left * mean[j * count + row] }
      }
    }
    for column in links { places[column] = -1 }
    component.squares += squares
    component.cross += cross
    component.links += links
    component.linkStarts.append(component.links.count)
    for a in 0..<q { component.linkValues += values.map { $0[a] } }
  }
}
