package import LinearAlgebra

/// Some consecutive used rows of a generalised linear model.
package struct GeneralizedBlock: Sendable {
  /// Rows x columns, shifted by the source's constants.
  package let design: Matrix
  /// The response; the share of successes where there are trials.
  package let response: [Double]
  /// What enters the predictor with coefficient 1; nil when nothing does.
  package let offset: [Double]?
  /// The weights as they were given; nil when every row counts the same.
  package let given: [Double]?
  /// How many trials each row stands for; nil when one.
  package let trials: [Double]?
  /// The code of each row's cluster; nil when rows stand alone.
  package let clusters: [Int32]?
  /// Whether every response is 0 or 1.
  let isBinary: Bool

  package init(
    design: Matrix, response: [Double], offset: [Double]? = nil, given: [Double]? = nil,
    trials: [Double]? = nil, clusters: [Int32]? = nil
  ) {
    self.init(
      design: design, response: response, offset: offset, given: given, trials: trials, clusters: clusters,
      isBinary: response.allSatisfy { $0 == 0 || $0 == 1 })
  }

  init(
    design: Matrix, response: [Double], offset: [Double]?, given: [Double]?, trials: [Double]?,
    clusters: [Int32]?, isBinary: Bool
  ) {
    self.design = design
    self.response = response
    self.offset = offset
    self.given = given
    self.trials = trials
    self.clusters = clusters
    self.isBinary = isBinary
  }

  /// How many rows there are.
  package var rowCount: Int { response.count }

  /// Trials times weights: what multiplies each row's likelihood; nil when all are 1.
  var weights: [Double]? {
    guard let trials else { return given }
    guard let given else { return trials }
    return zip(given, trials).map { $0 * $1 }
  }

  /// The linear predictor at some coefficients.
  func predictor(_ beta: [Double]) -> [Double] {
    var eta = design * beta
    if let offset {
      for i in eta.indices { eta[i] += offset[i] }
    }
    return eta
  }

  func replacing(design: Matrix) -> GeneralizedBlock {
    GeneralizedBlock(
      design: design, response: response, offset: offset, given: given, trials: trials, clusters: clusters,
      isBinary: isBinary)
  }
}

/// The used rows of a frame, cut into blocks and, where they fit, kept as numbers between passes.
///
/// Columns are shifted by constants fixed from the data, so that a column far from 0 costs no digits
/// in cross-products; an intercept takes the shift back in.
struct GeneralizedRows: BlockSource {
  private let frame: ModelFrame
  private let response: [Double]
  private let trials: [Double]?
  /// The used rows in the order of the blocks, where it is not that of the table.
  private let order: [Int]?
  /// Where each leaf's rows begin and end among them.
  private let leaves: [Range<Int>]
  private var held: [GeneralizedBlock]?
  /// Whether every response is 0 or 1.
  let isBinary: Bool
  /// What was taken from each of the plan's columns.
  let shifts: [Double]
  /// The plan's columns that the blocks hold.
  let columns: [Int]

  /// Up to this many numbers the design is kept: 512 MB.
  private static let mostHeld = 1 << 26
  /// How many rows the shifts are taken from.
  private static let sampleRows = 4096

  /// The used rows in table order, or in another with leaves of their own.
  init(
    _ frame: ModelFrame, response: [Double], trials: [Double]?, order: [Int]? = nil,
    leaves: [Range<Int>]? = nil, executor: some FoldExecutor
  ) throws {
    self.frame = frame
    self.response = response
    self.trials = trials
    self.order = order
    let cut = LeafCut(rowCount: frame.usedRows.count)
    self.leaves = leaves ?? (0..<cut.leafCount).map(cut.rows(ofLeaf:))
    isBinary = try executor.run(
      AllRows { response[$0] == 0 || response[$0] == 1 }, over: UsedRows(rows: frame.usedRows))
    columns = Array(0..<frame.plan.columnCount)
    shifts = Self.shifts(frame)
    // A design that is only copied from the table is made again in each pass: that costs less than room for it.
    let isCopied = frame.design.isCopied && order == nil
    if !isCopied, frame.usedRows.count * max(columns.count, 1) <= Self.mostHeld {
      held = try executor.run(BlockGathering(), over: self)
    }
  }

  /// Means over evenly spaced rows where an intercept can take them back in.
  private static func shifts(_ frame: ModelFrame) -> [Double] {
    let count = frame.usedRows.count
    var shifts = [Double](repeating: 0, count: frame.plan.columnCount)
    guard frame.plan.hasIntercept else { return shifts }
    let step = max(1, count / sampleRows)
    let rows = stride(from: 0, to: count, by: step).map { frame.usedRows[$0] }
    let sums = frame.design.matrix(rows: rows).transposeTimes([Double](repeating: 1, count: rows.count))
    for column in 1..<max(sums.count, 1) {
      let mean = sums[column] / Double(rows.count)
      shifts[column] = mean.isFinite ? mean : 0
    }
    return shifts
  }

  /// Some of the table's rows with all of the plan's columns, shifted by the same constants.
  func keeping(rows: [Int], executor: some FoldExecutor) throws -> GeneralizedRows {
    let cut = LeafCut(rowCount: rows.count)
    return try GeneralizedRows(
      frame, response: response, trials: trials, order: rows,
      leaves: (0..<cut.leafCount).map(cut.rows(ofLeaf:)), executor: executor)
  }

  /// The same rows with some of the plan's columns only.
  func keeping(_ columns: [Int], executor: some FoldExecutor) throws -> GeneralizedRows {
    guard columns != self.columns else { return self }
    return try GeneralizedRows(self, columns: columns, executor: executor)
  }

  private init(_ all: GeneralizedRows, columns: [Int], executor: some FoldExecutor) throws {
    frame = all.frame
    response = all.response
    trials = all.trials
    order = all.order
    leaves = all.leaves
    isBinary = all.isBinary
    shifts = all.shifts
    self.columns = columns
    guard let blocks = all.held else { return }
    let positions = columns.compactMap { all.columns.firstIndex(of: $0) }
    held = try executor.run(
      BlockGathering(columns: positions), over: BlockList(blocks))
  }

  var leafCount: Int { leaves.count }

  func forEachBlock(ofLeaf leaf: Int, _ body: (GeneralizedBlock) -> Void) {
    if let held { return body(held[leaf]) }
    let rows = order.map { RowRun($0[leaves[leaf]]) } ?? frame.usedRows.run(leaves[leaf])
    // Passes that need no columns do without the work.
    var design = Matrix(rowCount: rows.count, columnCount: 0)
    if !columns.isEmpty { design = frame.design.matrix(rows, shifts: shifts) }
    if columns.count < design.columnCount { design = design.selecting(columns: columns) }
    body(
      GeneralizedBlock(
        design: design, response: rows.picked(from: response),
        offset: frame.formula.offsets.isEmpty ? nil : frame.design.offset(rows),
        given: frame.weights.map { rows.picked(from: $0) }, trials: trials.map { rows.picked(from: $0) },
        clusters: frame.clusters.map { rows.picked(from: $0) }, isBinary: isBinary))
  }

  /// Coefficients of the blocks' columns in the plan's own, unshifted columns.
  var unshifting: Matrix {
    var back = Matrix.identity(order: columns.count)
    guard columns.first == 0, frame.plan.hasIntercept else { return back }
    for j in 1..<max(columns.count, 1) { back[0, j] = -shifts[columns[j]] }
    return back
  }
}

/// Collects blocks in order, so that later passes need not make them again.
struct BlockGathering: Fold {
  /// The columns to take; all where not given.
  var columns: [Int]?

  var initialState: [GeneralizedBlock] { [] }

  func accumulate(_ block: GeneralizedBlock, into state: inout [GeneralizedBlock]) {
    state.append(columns.map { block.replacing(design: block.design.selecting(columns: $0)) } ?? block)
  }

  func merge(_ later: consuming [GeneralizedBlock], into earlier: inout [GeneralizedBlock]) {
    earlier.append(contentsOf: later)
  }

  func finalize(_ state: consuming [GeneralizedBlock]) -> [GeneralizedBlock] { state }
}
