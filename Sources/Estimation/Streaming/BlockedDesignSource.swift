import CohortTables

/// The used rows of a blocked file, a leaf a block.
struct BlockedDesignSource: BlockSource {
  let frame: BlockedFrame
  let failure = BlockFailure()

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
        let rows = Array(screen.usedRows[cut.rows(ofLeaf: part)])
        body(
          DesignBlock(rows: rows, response: value, design: design, weights: weights, clusters: clusters))
      }
    } catch {
      failure.note(leaf, error)
    }
  }
}
