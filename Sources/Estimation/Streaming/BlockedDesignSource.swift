import CohortTables

/// The used rows of a blocked file, a leaf a block.
struct BlockedDesignSource: DesignRows {
  let frame: BlockedFrame
  let failure = BlockFailure()
  private var shifts: [Double]?

  init(frame: BlockedFrame) { self.frame = frame }

  var leafCount: Int { frame.blocks.blockCount }

  func forEachBlock(ofLeaf leaf: Int, _ body: (DesignBlock) -> Void) {
    guard failure.mayGoOn(leaf) else { return }
    do {
      let table = try frame.blocks.table(ofBlock: leaf)
      let (formula, options) = (frame.summary.formula, frame.summary.options)
      let response = try ResponseColumns(formula.response, in: table)
      guard case .value(let value, _, _) = response else { return }
      let screen = try BlockedFrame.screen(formula, table, options)
      let design = try BoundDesign(frame.summary.plan, offsets: formula.offsets, in: table)
      let weights = try options.weights.map { try table.requireColumn($0.column).numericValues() }
      let clusters = try options.cluster.map { try table.requireColumn($0).asCategories().codes.array() }
      let cut = LeafCut(rowCount: screen.usedRows.count)
      for part in 0..<cut.leafCount {
        body(
          DesignBlock(
            rows: screen.usedRows.run(cut.rows(ofLeaf: part)), response: value, design: design,
            shifts: shifts, weights: weights, clusters: clusters))
      }
    } catch {
      failure.note(leaf, error)
    }
  }

  func shifted(by shifts: [Double]) -> BlockedDesignSource {
    var source = self
    source.shifts = shifts
    return source
  }
}
