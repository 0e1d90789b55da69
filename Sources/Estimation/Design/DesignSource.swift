public import LinearAlgebra

/// Some consecutive used rows as numbers.
public struct DesignBlock: Sendable {
  /// Rows x columns of the plan.
  public let design: Matrix
  /// The response less the offset.
  public let response: [Double]
  /// The weights; nil when every row counts the same.
  public let weights: [Double]?
  /// The code of each row's cluster; nil when rows stand alone.
  public let clusters: [Int32]?

  /// A block of rows.
  public init(design: Matrix, response: [Double], weights: [Double]?, clusters: [Int32]? = nil) {
    precondition(design.rowCount == response.count)
    self.design = design
    self.response = response
    self.weights = weights
    self.clusters = clusters
  }

  /// The chosen rows of a table: the design, the response less the offset, the weights.
  init(rows: [Int], response: BoundExpression, design: BoundDesign, weights: [Double]?, clusters: [Int32]?) {
    var values = response.values(at: rows)
    if design.hasOffset {
      let offset = design.offset(rows: rows)
      for i in values.indices { values[i] -= offset[i] }
    }
    self.init(
      design: design.matrix(rows: rows), response: values,
      weights: weights.map { all in rows.map { all[$0] } },
      clusters: clusters.map { all in rows.map { all[$0] } })
  }

  /// How many rows there are.
  public var rowCount: Int { response.count }
}

/// The used rows of a model frame with a numeric response, cut into blocks.
public struct DesignSource: BlockSource {
  let frame: ModelFrame
  let response: BoundExpression
  let design: BoundDesign
  let cut: LeafCut

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
    let rows = Array(frame.usedRows[cut.rows(ofLeaf: leaf)])
    body(
      DesignBlock(
        rows: rows, response: response, design: design, weights: frame.weights, clusters: frame.clusters))
  }
}
