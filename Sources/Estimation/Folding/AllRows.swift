/// Whether all rows have a property: a fold over rows' numbers.
struct AllRows: Fold {
  private let isSo: @Sendable (Int) -> Bool

  init(_ isSo: @escaping @Sendable (Int) -> Bool) { self.isSo = isSo }

  var initialState: Bool { true }

  func accumulate(_ rows: Slice<RowSelection>, into state: inout Bool) {
    state = state && rows.allSatisfy(isSo)
  }

  func merge(_ later: consuming Bool, into earlier: inout Bool) { earlier = earlier && later }

  func finalize(_ state: consuming Bool) -> Bool { state }
}

/// The used rows of a table, cut into stretches.
struct UsedRows: BlockSource {
  let rows: RowSelection

  private var cut: LeafCut { LeafCut(rowCount: rows.count) }

  var leafCount: Int { cut.leafCount }

  func forEachBlock(ofLeaf leaf: Int, _ body: (Slice<RowSelection>) -> Void) {
    body(rows[cut.rows(ofLeaf: leaf)])
  }
}
