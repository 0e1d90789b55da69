internal import Synchronization

/// One column while its file is read: what its cells must be stored as, and where.
///
/// Workers begin with the narrowest kind of cell and widen it when a cell does not fit; the rows
/// already stored in a narrower kind are brought over at the end. Which kind a column ends up with
/// is the widest that any of its cells needs, whoever comes to it first.
@safe final class ColumnStore: @unchecked Sendable {
  let name: String
  let requested: CSVOptions.ColumnType?
  let missing: MissingCodeMatcher
  private let rowsPerSegment: Int
  /// Whether rows are kept; a survey only wants to know kinds and levels.
  let keepsRows: Bool

  private let numberKind: Atomic<UInt8>
  private let codeKind: Atomic<UInt8>
  /// The first block whose cells keep the column from being numeric, as far as is known.
  private let refusingBlock: Atomic<Int>
  private let lock = Lock()

  // Under `lock`.
  private var segments: [CellKind: [Int: SegmentMemory]] = [:]
  private(set) var pieces: [Piece] = []
  private(set) var refusal: Refusal?

  /// What one block contributes to the column.
  struct Piece {
    let block: Int
    let worker: Int
    let rows: Range<Int>
    let kind: CellKind
    let missing: Int
  }

  /// The first cell that keeps the column from being numeric.
  struct Refusal {
    let block: Int
    let reason: ColumnInference.Reason
    let offender: ColumnInference.Offender
  }

  /// A store of no rows yet; `kind` is the kind of cells to begin with, where it is known.
  ///
  /// - Precondition: `rowsPerSegment` is a power of two.
  init(
    name: String, requested: CSVOptions.ColumnType?, missing: MissingCodeMatcher, rowsPerSegment: Int,
    keepsRows: Bool = true, kind: CellKind? = nil
  ) {
    precondition(rowsPerSegment.nonzeroBitCount == 1)
    self.name = name
    self.requested = requested
    self.missing = missing
    self.rowsPerSegment = rowsPerSegment
    self.keepsRows = keepsRows
    numberKind = Atomic((kind.flatMap { $0.isCode ? nil : $0 } ?? .short).rawValue)
    codeKind = Atomic((kind.flatMap { $0.isCode ? $0 : nil } ?? .narrowCode).rawValue)
    refusingBlock = Atomic(requested == .category ? -1 : Int.max)
  }

  /// Whether a block's cells have to be tried as numbers.
  func mayBeNumeric(block: Int) -> Bool { block <= refusingBlock.load(ordering: .acquiring) }

  /// The narrowest kind to begin with.
  func kind(numeric: Bool) -> CellKind {
    let raw = numeric ? numberKind.load(ordering: .relaxed) : codeKind.load(ordering: .relaxed)
    return CellKind(rawValue: raw) ?? .double
  }

  func widen(to kind: CellKind) {
    if kind.isCode {
      codeKind.max(kind.rawValue, ordering: .relaxed)
    } else {
      numberKind.max(kind.rawValue, ordering: .relaxed)
    }
  }

  /// Notes a cell that keeps the column from being numeric; the first in the file counts.
  func refuse(_ refusal: Refusal) {
    refusingBlock.min(refusal.block, ordering: .acquiringAndReleasing)
    lock.locked {
      if let known = self.refusal, known.block <= refusal.block { return }
      self.refusal = refusal
    }
  }

  func add(_ piece: Piece) { lock.locked { pieces.append(piece) } }

  /// Calls `body` with the memory of each stretch of rows that lies in one segment.
  ///
  /// - Returns: Whether all stretches were done; `body` returns false to end.
  func forEachStretch(
    _ rows: Range<Int>, kind: CellKind, _ body: (Range<Int>, UnsafeMutableRawPointer) -> Bool
  ) -> Bool {
    guard keepsRows else {
      let scratch = SegmentMemory(byteCount: rows.count * kind.stride)
      return unsafe body(rows, scratch.base)
    }
    var row = rows.lowerBound
    while row < rows.upperBound {
      let number = row / rowsPerSegment
      let end = min(rows.upperBound, (number + 1) * rowsPerSegment)
      let segment = lock.locked { () -> SegmentMemory in
        if let known = segments[kind]?[number] { return known }
        let new = SegmentMemory(byteCount: rowsPerSegment * kind.stride)
        segments[kind, default: [:]][number] = new
        return new
      }
      let offset = (row - number * rowsPerSegment) * kind.stride
      guard unsafe body(row..<end, segment.base + offset) else { return false }
      row = end
    }
    return true
  }

  // MARK: - The finished column

  /// All rows in one kind of cell; blocks of other kinds have been brought over before.
  func rows<Element: BitwiseCopyable>(
    _ type: Element.Type, kind: CellKind, count: Int
  ) -> SegmentedRows<Element> {
    let found = segments[kind] ?? [:]
    let needed = (count + rowsPerSegment - 1) / rowsPerSegment
    let ordered = (0..<needed).map { found[$0] ?? SegmentMemory(byteCount: rowsPerSegment * kind.stride) }
    return SegmentedRows(segments: ordered, shift: rowsPerSegment.trailingZeroBitCount, count: count)
  }

  /// Frees the memory of a kind that is not needed any more.
  func discard(_ kind: CellKind) { segments[kind] = nil }

  /// Forgets all rows, so that the file can be read again for this column as categories.
  func restartAsCategories() {
    segments = [:]
    pieces = []
    refusingBlock.store(-1, ordering: .releasing)
  }
}
