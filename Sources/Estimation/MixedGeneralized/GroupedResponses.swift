internal import LinearAlgebra

/// Some consecutive groups' rows of a generalised linear mixed model.
struct GroupedResponses: Sendable {
  /// Rows x kept columns of the mean, shifted.
  let design: Matrix
  /// For each grouping rows x the columns that vary, shifted and scaled.
  let random: [Matrix]
  let response: [Double]
  let offset: [Double]?
  /// How many trials each row stands for; nil where one.
  let trials: [Double]?
  /// Precision weights; nil where 1.
  let given: [Double]?
  /// What multiplies each row's log-density: their product.
  let weights: [Double]?
  /// Where the rows of each group of the first grouping begin, and at last the row count.
  let starts: [Int]
  /// The first of these groups.
  let firstGroup: Int
  /// How the groupings hang together; nil with one.
  let crossing: GroupCrossing?
  /// How many groups each group stands for; empty where one.
  let copies: [Double]

  var rowCount: Int { response.count }
  var groupCount: Int { starts.count - 1 }

  func predictor(_ beta: [Double]) -> [Double] {
    var eta = beta.isEmpty ? [Double](repeating: 0, count: rowCount) : design * beta
    if let offset {
      for i in eta.indices { eta[i] += offset[i] }
    }
    return eta
  }
}

/// The used rows one group after the other, held as numbers for all passes.
struct GroupedRows: Sendable {
  let frame: ModelFrame
  let random: RandomDesign
  /// The used rows in the order of the groups of the first grouping; of several, in that of the components.
  let order: [Int]
  /// Where each group's rows begin in the order, and at last the row count.
  let starts: [Int]
  /// The groups of each leaf, by their places in the order.
  let leaves: [Range<Int>]
  /// Of each grouping's columns.
  let randomScales: [ColumnShifts]
  /// How several groupings hang together.
  let graph: ComponentOrder?

  /// - Throws: `EstimationError` where too many groups are crossed.
  init(_ frame: ModelFrame, random: RandomDesign) throws {
    self.frame = frame
    self.random = random
    let (sorted, groupStarts) = MixedRows.sorted(frame.usedRows, random.groupings[0].groups)
    let leafRows = LeafCut.defaultLeafRows / 4
    if random.groupings.count > 1 {
      let graph = try ComponentOrder(random.groupings, order: sorted, starts: groupStarts)
      self.graph = graph
      (order, starts) = (graph.rows, graph.starts)
      leaves = graph.cut(leafRows: leafRows)
    } else {
      graph = nil
      (order, starts) = (sorted, groupStarts)
      leaves = MixedRows.cut(groupStarts, leafRows: leafRows)
    }
    let step = max(1, order.count / 1024)
    let places = order
    let sample = stride(from: 0, to: order.count, by: step).map { places[$0] }
    randomScales = random.groupings.map { grouping in
      ColumnShifts(Self.columns(grouping, sample)) { column in
        grouping.constant.map { $0 != column } ?? false
      }
    }
  }

  /// The rows of each leaf, as places in the order.
  var leafRows: [Range<Int>] { leaves.map { starts[$0.lowerBound]..<starts[$0.upperBound] } }

  private static func columns(_ grouping: RandomDesign.Grouping, _ rows: [Int]) -> Matrix {
    grouping.parts.reduce(Matrix(rowCount: rows.count, columnCount: 0)) {
      $0.appendingColumns(of: $1.design.matrix(rows: rows))
    }
  }

  private func random(_ index: Int, _ rows: [Int]) -> Matrix {
    var result = Self.columns(random.groupings[index], rows)
    let scales = randomScales[index]
    result.withMutableElements { elements in
      for k in scales.shifts.indices where scales.shifts[k] != 0 || scales.scales[k] != 1 {
        for i in k * rows.count..<(k + 1) * rows.count {
          elements[i] = (elements[i] - scales.shifts[k]) * scales.scales[k]
        }
      }
    }
    return result
  }

  /// The rows as numbers: of the mean those columns that are kept.
  func blocks(_ rows: GeneralizedRows, copies: [Double], _ executor: some FoldExecutor) throws
    -> [GroupedResponses]
  {
    let numbered = BlockList((0..<leaves.count).map { $0 })
    return try executor.run(
      GroupedGathering(rows: self, numbers: rows, copies: copies), over: numbered)
  }

  fileprivate func block(_ leaf: Int, _ numbers: GeneralizedRows, _ copies: [Double]) -> GroupedResponses? {
    let own = leafRows(of: leaf)
    let rows = Array(order[own])
    var result: GroupedResponses?
    numbers.forEachBlock(ofLeaf: leaf) { block in
      let countsCopies = frame.options.countsCopies
      result = GroupedResponses(
        design: block.design, random: random.groupings.indices.map { random($0, rows) },
        response: block.response, offset: block.offset, trials: block.trials,
        given: countsCopies ? nil : block.given, weights: countsCopies ? block.trials : block.weights,
        starts: starts[leaves[leaf].lowerBound...leaves[leaf].upperBound].map { $0 - own.lowerBound },
        firstGroup: leaves[leaf].lowerBound,
        crossing: graph.map { GroupCrossing($0, groups: leaves[leaf], rows: rows, random.groupings) },
        copies: copies.isEmpty ? [] : Array(copies[leaves[leaf]]))
    }
    return result
  }

  private func leafRows(of leaf: Int) -> Range<Int> {
    starts[leaves[leaf].lowerBound]..<starts[leaves[leaf].upperBound]
  }
}

/// Makes the blocks of leaves, in order.
private struct GroupedGathering: Fold {
  let rows: GroupedRows
  let numbers: GeneralizedRows
  let copies: [Double]

  var initialState: [GroupedResponses] { [] }

  func accumulate(_ leaf: Int, into state: inout [GroupedResponses]) {
    if let block = rows.block(leaf, numbers, copies) { state.append(block) }
  }

  func merge(_ later: consuming [GroupedResponses], into earlier: inout [GroupedResponses]) {
    earlier.append(contentsOf: later)
  }

  func finalize(_ state: consuming [GroupedResponses]) -> [GroupedResponses] { state }
}
