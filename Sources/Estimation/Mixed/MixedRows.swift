internal import LinearAlgebra

/// Some consecutive groups' rows as numbers, in the coordinates of the sums.
struct MixedBlock: Sendable {
  /// Rows x (columns of the mean, then the response).
  let mean: Matrix
  /// For each grouping rows x the columns that vary.
  let random: [Matrix]
  /// Precision weights; nil where all are 1.
  let weights: [Double]?
  /// Where the rows of each group of the first grouping begin, and at last the row count.
  let starts: [Int]
  /// For each of the other groupings the group of each row.
  let others: [[Int32]]
  /// How many groups each group of the first grouping stands for; empty where one.
  let copies: [Double]

  var rowCount: Int { mean.rowCount }
  var groupCount: Int { starts.count - 1 }
}

/// The used rows, sorted by the groups of the first grouping and cut between them.
struct MixedRows: BlockSource, Sendable {
  let frame: ModelFrame
  let response: BoundExpression
  let random: RandomDesign
  /// The used rows, one group of the first grouping after the other.
  let order: [Int]
  /// Where each group's rows begin in the order, and at last the row count.
  let starts: [Int]
  /// The groups of each leaf.
  let leaves: [Range<Int>]
  /// The columns of the mean that are used.
  var kept: [Int]
  /// Of the columns of the mean, the response last.
  var meanScales: ColumnShifts
  /// By what the shifted columns of the mean are multiplied where they are nearly dependent: X_sums = X_shifted U.
  var combination: Matrix?
  /// Of each grouping's columns.
  var randomScales: [ColumnShifts]
  /// How many groups each group of the first grouping stands for; empty where one.
  var copies: [Double] = []
  /// Whether sums that serve several groupings are made of a single one too, to compare both.
  var usesGeneralSums = false
  /// For each grouping's columns the same column of the mean, where there is one.
  private let shared: [[Int?]]

  var leafCount: Int { leaves.count }

  init(_ frame: ModelFrame, response: BoundExpression, random: RandomDesign) {
    self.frame = frame
    self.response = response
    self.random = random
    (order, starts) = Self.sorted(frame.usedRows, random.groupings[0].groups)
    leaves = Self.cut(starts)
    kept = Array(0..<frame.plan.columnCount)
    let names = frame.plan.columnNames
    let isSharable = frame.plan.coding == .treatment
    shared = random.groupings.map { grouping in
      grouping.columnNames.map { isSharable ? names.firstIndex(of: $0) : nil }
    }
    meanScales = ColumnShifts(unchanged: frame.plan.columnCount + 1)
    randomScales = random.groupings.map { ColumnShifts(unchanged: $0.width) }
    findScales()
  }

  /// The rows of each group, in the order in which groups and rows appear.
  static func sorted(_ rows: RowSelection, _ groups: GroupCodes) -> (order: [Int], starts: [Int]) {
    var starts = [Int](repeating: 0, count: groups.count + 1)
    let codes = groups.codes.span
    var isSorted = true
    var last: Int32 = 0
    for row in rows {
      let code = codes[row]
      if code < last { isSorted = false }
      last = code
      starts[Int(code) + 1] += 1
    }
    for group in 0..<groups.count { starts[group + 1] += starts[group] }
    if isSorted { return (Array(rows), starts) }
    var next = starts
    var order = Array(rows)
    for row in rows {
      let group = Int(codes[row])
      order[next[group]] = row
      next[group] += 1
    }
    return (order, starts)
  }

  /// Leaves of whole groups, whose rows begin at these places, with so many rows at least.
  static func cut(_ starts: [Int], leafRows: Int = LeafCut.defaultLeafRows) -> [Range<Int>] {
    var leaves: [Range<Int>] = []
    var first = 0
    for group in 0..<starts.count - 1 {
      let rows = starts[group + 1] - starts[first]
      guard rows >= leafRows || group == starts.count - 2 else { continue }
      leaves.append(first..<group + 1)
      first = group + 1
    }
    return leaves
  }

  /// Shifts and scales from rows that are spread over the table.
  private mutating func findScales() {
    let step = max(1, order.count / 1024)
    let sample = stride(from: 0, to: order.count, by: step).map { order[$0] }
    let block = self.block(rows: sample)
    let hasIntercept = frame.plan.hasIntercept
    let responseColumn = frame.plan.columnCount
    meanScales = ColumnShifts(block.mean) { column in
      column == responseColumn ? hasIntercept : hasIntercept && column != 0
    }
    for (index, grouping) in random.groupings.enumerated() {
      randomScales[index] = ColumnShifts(block.random[index]) { column in
        grouping.constant.map { $0 != column } ?? false
      }
    }
  }

  func forEachBlock(ofLeaf leaf: Int, _ body: (MixedBlock) -> Void) {
    let groups = leaves[leaf]
    let rows = starts[groups.lowerBound]..<starts[groups.upperBound]
    body(
      block(
        rows: Array(order[rows]),
        starts: starts[groups.lowerBound...groups.upperBound].map { $0 - rows.lowerBound },
        groups: groups))
  }

  /// Any rows, without their groups.
  func block(rows: [Int]) -> MixedBlock { block(rows: rows, starts: [0, rows.count], groups: 0..<0) }

  private func block(rows: [Int], starts: [Int], groups: Range<Int>) -> MixedBlock {
    let design = frame.design.matrix(rows: rows)
    var values = response.values(at: rows)
    if frame.design.hasOffset {
      for (i, offset) in frame.design.offset(rows: rows).enumerated() { values[i] -= offset }
    }
    let count = rows.count
    let random = self.random.groupings.indices.map { index -> Matrix in
      let scales = randomScales[index]
      var elements: [Double] = []
      elements.reserveCapacity(count * scales.shifts.count)
      for part in self.random.groupings[index].parts {
        let own = part.columns.allSatisfy { shared[index][$0] != nil } ? nil : part.design.matrix(rows: rows)
        for column in part.columns {
          let source =
            own.map { ($0.columnMajor, column - part.columns.lowerBound) }
            ?? (design.columnMajor, shared[index][column] ?? 0)
          Self.append(
            source.0, source.1 * count, count, scales.shifts[column], scales.scales[column], to: &elements)
        }
      }
      return Matrix(rowCount: count, columnCount: scales.shifts.count, columnMajor: elements)
    }
    var elements: [Double] = []
    elements.reserveCapacity(count * (kept.count + 1))
    for column in kept {
      Self.append(
        design.columnMajor, column * count, count, meanScales.shifts[column], meanScales.scales[column],
        to: &elements)
    }
    let last = frame.plan.columnCount
    Self.append(values, 0, count, meanScales.shifts[last], meanScales.scales[last], to: &elements)
    if let combination {
      let own = Matrix(
        rowCount: count, columnCount: kept.count, columnMajor: Array(elements.prefix(count * kept.count)))
      elements.replaceSubrange(0..<count * kept.count, with: (own * combination).columnMajor)
    }
    return MixedBlock(
      mean: Matrix(rowCount: count, columnCount: kept.count + 1, columnMajor: elements), random: random,
      weights: frame.options.weights?.kind == .precision
        ? frame.weights.map { all in rows.map { all[$0] } } : nil,
      starts: starts,
      others: self.random.groupings.dropFirst().map { grouping in rows.map { grouping.groups.codes[$0] } },
      copies: copies.isEmpty ? [] : Array(copies[groups]))
  }

  private static func append(
    _ source: [Double], _ start: Int, _ count: Int, _ shift: Double, _ scale: Double,
    to target: inout [Double]
  ) {
    if shift == 0, scale == 1 {
      target.append(contentsOf: source[start..<start + count])
      return
    }
    let source = source.span
    target.append(addingCapacity: count) { output in
      for i in start..<start + count { output.append((source[i] - shift) * scale) }
    }
  }
}
