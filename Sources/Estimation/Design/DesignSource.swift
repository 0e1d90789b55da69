public import LinearAlgebra

/// Some consecutive used rows as numbers.
public struct DesignBlock: Sendable {
  /// Rows x columns of the plan, and the response less the offset as the last column; each column less what its
  /// source takes from it.
  let columns: Matrix
  /// The weights; nil when every row counts the same.
  public let weights: [Double]?
  /// The code of each row's cluster; nil when rows stand alone.
  public let clusters: [Int32]?

  /// A block of rows.
  public init(design: Matrix, response: [Double], weights: [Double]?, clusters: [Int32]? = nil) {
    precondition(design.rowCount == response.count)
    columns = design.appendingColumns(of: Matrix(columns: [response]))
    self.weights = weights
    self.clusters = clusters
  }

  /// The chosen rows of a table: the design, the response less the offset, the weights.
  init(
    rows: RowRun, response: BoundExpression, design: BoundDesign, shifts: [Double]?,
    weights: [Double]?, clusters: [Int32]?
  ) {
    columns = design.matrix(rows, response: response, shifts: shifts)
    self.weights = weights.map { rows.picked(from: $0) }
    self.clusters = clusters.map { rows.picked(from: $0) }
  }

  /// The same rows with other weights.
  init(_ block: DesignBlock, weights: [Double]) {
    columns = block.columns
    self.weights = weights
    clusters = block.clusters
  }

  /// How many rows there are.
  public var rowCount: Int { columns.rowCount }

  /// Rows x columns of the plan.
  ///
  /// - Complexity: O(rows x columns): a copy.
  public var design: Matrix { columns.selecting(columns: Array(0..<columns.columnCount - 1)) }

  /// The response less the offset.
  ///
  /// - Complexity: O(rows): a copy.
  public var response: [Double] { columns.column(columns.columnCount - 1) }
}

/// A source of design blocks that can take constants from the columns as it makes them.
protocol DesignRows: BlockSource where Block == DesignBlock {
  /// The same rows, each column less a number, the response last.
  func shifted(by shifts: [Double]) -> Self
}

/// The used rows of a model frame with a numeric response, cut into blocks.
public struct DesignSource: BlockSource, DesignRows {
  let frame: ModelFrame
  let response: BoundExpression
  let design: BoundDesign
  let cut: LeafCut
  private var shifts: [Double]?

  /// Cuts a frame into leaves.
  ///
  /// - Throws: `EstimationError` when the response is a survival time.
  public init(_ frame: ModelFrame, leafRows: Int = LeafCut.defaultLeafRows) throws {
    try self.init(frame, design: frame.design, leafRows: leafRows)
  }

  /// Cuts a frame whose columns are made by another design, such as that of an earlier fit.
  init(_ frame: ModelFrame, design: BoundDesign, leafRows: Int = LeafCut.defaultLeafRows) throws {
    guard case .value(let response, _, _) = frame.response else {
      throw EstimationError(.unsupported, "a linear model needs a number as response, not Surv( )")
    }
    self.frame = frame
    self.response = response
    self.design = design
    cut = LeafCut(rowCount: frame.usedRows.count, leafRows: leafRows)
  }

  /// How many leaves there are.
  public var leafCount: Int { cut.leafCount }

  /// Calls `body` with each block of a leaf, in order.
  public func forEachBlock(ofLeaf leaf: Int, _ body: (DesignBlock) -> Void) {
    body(
      DesignBlock(
        rows: frame.usedRows.run(cut.rows(ofLeaf: leaf)), response: response, design: design, shifts: shifts,
        weights: frame.weights, clusters: frame.clusters))
  }

  func shifted(by shifts: [Double]) -> DesignSource {
    var source = self
    source.shifts = shifts
    return source
  }
}
