internal import Dispatch

/// Brings a column's blocks to one kind of cell and makes the column.
struct ColumnFinisher {
  let store: ColumnStore
  let file: String
  let rowCount: Int

  private var pieces: [ColumnStore.Piece] { store.pieces }
  private var presentCount: Int { rowCount - pieces.reduce(0) { $0 + $1.missing } }

  init(_ store: ColumnStore, file: String, rowCount: Int) {
    self.store = store
    self.file = file
    self.rowCount = rowCount
  }

  /// Whether the column is one of categories.
  var isCategory: Bool { store.requested == .category || store.refusal != nil }

  /// Whether some rows of a category column were stored as numbers, which have lost their spelling.
  var mustBeReadAgain: Bool {
    isCategory && pieces.contains { !$0.kind.isCode && $0.missing < $0.rows.count }
  }

  // MARK: - Numbers

  /// The widest kind that any cell needs.
  var numericKind: CellKind { pieces.map(\.kind).max() ?? .short }

  func numericColumn() -> Column {
    let kind = numericKind
    for piece in pieces where piece.kind != kind { widen(piece, to: kind) }
    for narrower in [CellKind.short, .integer] where narrower < kind { store.discard(narrower) }
    let values: NumericValues
    switch kind {
    case .short: values = NumericValues(.short(store.rows(Int16.self, kind: kind, count: rowCount)))
    case .integer: values = NumericValues(.integer(store.rows(Int32.self, kind: kind, count: rowCount)))
    case .double, .narrowCode, .wideCode:
      values = NumericValues(.double(store.rows(Double.self, kind: .double, count: rowCount)))
    }
    return Column(
      name: store.name, values: .numeric(values), inference: numericInference, tableName: file)
  }

  /// The column without its rows.
  func emptyNumericColumn() -> Column {
    Column(name: store.name, values: .numeric([]), inference: numericInference, tableName: file)
  }

  private var numericInference: ColumnInference {
    let present = presentCount
    let reason: ColumnInference.Reason = present == 0 ? .allMissing : .numbers
    return ColumnInference(
      reason: store.requested == nil ? reason : .requested, presentCount: present,
      numberCount: present, firstOffender: nil)
  }

  private func widen(_ piece: ColumnStore.Piece, to kind: CellKind) {
    unsafe forEachPair(piece, kind) { count, old, new in
      for index in 0..<count {
        let number: Double
        switch piece.kind {
        case .short: number = unsafe NumericValues.double(old.assumingMemoryBound(to: Int16.self)[index])
        case .integer: number = unsafe NumericValues.double(old.assumingMemoryBound(to: Int32.self)[index])
        case .double, .narrowCode, .wideCode: number = unsafe old.assumingMemoryBound(to: Double.self)[index]
        }
        if kind == .integer {
          unsafe new.assumingMemoryBound(to: Int32.self)[index] =
            number.isNaN ? CellKind.missingInteger : Int32(number)
        } else {
          unsafe new.assumingMemoryBound(to: Double.self)[index] = number
        }
      }
    }
  }

  // MARK: - Categories

  /// The column of levels that the workers' tables were merged into.
  func categoryColumn(_ merge: LevelMerge) -> Column {
    let kind: CellKind = merge.levels.count <= Int(CellKind.missingNarrowCode) ? .narrowCode : .wideCode
    let isIdentity = merge.maps.map { map in map.indices.allSatisfy { map[$0] == Int32($0) } }
    let pieces = self.pieces.filter { $0.kind != kind || !isIdentity[$0.worker] }
    DispatchQueue.concurrentPerform(iterations: pieces.count) { number in
      recode(pieces[number], to: kind, merge.maps[pieces[number].worker])
    }
    let codes: CategoryCodes
    if kind == .narrowCode {
      codes = CategoryCodes(.narrow(store.rows(UInt8.self, kind: kind, count: rowCount)))
    } else {
      codes = CategoryCodes(.wide(store.rows(Int32.self, kind: kind, count: rowCount)))
    }
    return Column(
      name: store.name, values: .category(CategoryValues(codes, LevelList(merge.levels))),
      inference: categoryInference(numberCount: numberCount(codes, merge.levels)), tableName: file)
  }

  /// The column without its rows; how many of its cells are numbers is not counted.
  func emptyCategoryColumn(_ merge: LevelMerge) -> Column {
    Column(
      name: store.name, values: .category(CategoryValues([], LevelList(merge.levels))),
      inference: categoryInference(numberCount: nil), tableName: file)
  }

  private func categoryInference(numberCount: Int?) -> ColumnInference {
    ColumnInference(
      reason: store.requested == nil ? store.refusal?.reason ?? .text : .requested,
      presentCount: presentCount, numberCount: numberCount,
      firstOffender: store.requested == nil ? store.refusal?.offender : nil)
  }

  /// How many cells hold a number, not counting the spaces around it.
  private func numberCount(_ codes: CategoryCodes, _ levels: TextArena) -> Int {
    let bytes = levels.bytes.span
    let isNumber = (0..<levels.count).map { level in
      NumberParser.parse(bytes, CellText.trimmed(bytes, levels.range(level))) != nil
    }
    guard isNumber.contains(true) else { return 0 }
    let counts = codes.counts(levelCount: levels.count).ofLevel
    return zip(counts, isNumber).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
  }

  /// Rewrites the codes of a piece by a map, in place if its kind stays.
  fileprivate func recode(_ piece: ColumnStore.Piece, to kind: CellKind, _ map: [Int32]) {
    unsafe forEachPair(piece, kind) { count, old, new in
      for index in 0..<count {
        var code = CategoryValues.missingCode
        switch piece.kind {
        case .narrowCode: code = unsafe CategoryCodes.code(old.assumingMemoryBound(to: UInt8.self)[index])
        case .wideCode: code = unsafe old.assumingMemoryBound(to: Int32.self)[index]
        // Rows that were stored as numbers before the column turned out not to be numeric are all missing.
        case .short, .integer, .double: break
        }
        if code >= 0 { code = map[Int(code)] }
        if kind == .narrowCode {
          unsafe new.assumingMemoryBound(to: UInt8.self)[index] = UInt8(truncatingIfNeeded: code)
        } else {
          unsafe new.assumingMemoryBound(to: Int32.self)[index] = code
        }
      }
    }
  }

  /// Calls `body` with the old and the new memory of each stretch of a piece's rows.
  private func forEachPair(
    _ piece: ColumnStore.Piece, _ kind: CellKind,
    _ body: (Int, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void
  ) {
    _ = unsafe store.forEachStretch(piece.rows, kind: piece.kind) { rows, old in
      unsafe store.forEachStretch(rows, kind: kind) { same, new in
        unsafe body(same.count, old, new)
        return true
      }
    }
  }
}

extension ColumnStore {
  /// Sorts the levels of the first block, so that later blocks, which seldom bring new ones, need no
  /// recoding.
  ///
  /// Many levels, which are those of identifiers and will not stay all there are, and levels beyond
  /// ASCII, which might be equivalent, are left in their order.
  func sortedLevels(_ dictionary: LevelDictionary) -> LevelSeed {
    let count = dictionary.table.count
    guard dictionary.firstRows.isEmpty, count > 0, count <= Int(CellKind.missingNarrowCode) else {
      return LevelSeed(table: dictionary.table, firstRows: dictionary.firstRows)
    }
    let merge = LevelMerge([dictionary.table.texts], firstRows: [[:]])
    let finisher = ColumnFinisher(self, file: "", rowCount: 0)
    for piece in pieces where keepsRows && piece.kind.isCode {
      finisher.recode(piece, to: piece.kind, merge.maps[0])
    }
    return LevelSeed(table: LevelTable(merge.levels))
  }
}
