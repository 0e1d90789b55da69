/// The cells of one column of a block.
@safe struct CellColumn {
  let bytes: UnsafePointer<UInt8>
  /// The position before the column's first cell.
  let positions: UnsafePointer<UInt32>
  let columnCount: Int
  /// Whether a cell's end may be a carriage return that belongs to the line ending.
  let mayEndInCarriageReturn: Bool
  /// All bytes of the memory, for the paths that need no speed.
  let memory: BlockMemory

  init(_ memory: BlockMemory, _ block: TextBlock, column: Int) {
    self.memory = memory
    unsafe bytes = UnsafePointer(memory.bytes)
    unsafe positions = UnsafePointer(memory.positions + (block.firstPosition + column))
    columnCount = block.columnCount
    mayEndInCarriageReturn = block.hasCarriageReturns && column == block.columnCount - 1
  }

  /// The bytes of a record's cell, quotes included.
  @inline(__always)
  func cell(_ record: Int) -> (start: Int, end: Int) {
    // SAFETY: records below the block's number have positions before and after their cell.
    let start = unsafe Int(positions[record &* columnCount]) &+ 1
    var end = unsafe Int(positions[record &* columnCount &+ 1])
    if mayEndInCarriageReturn, end > start, unsafe bytes[end &- 1] == CSVScanner.carriageReturn,
      unsafe bytes[end] == CSVScanner.lineFeed
    {
      end &-= 1
    }
    return (start, end)
  }

  /// The cells from a record on, one after the other.
  @inline(__always)
  func walk(from record: Int) -> CellWalk { CellWalk(self, from: record) }

  func range(_ record: Int) -> Range<Int> {
    let cell = cell(record)
    return cell.start..<cell.end
  }

  /// Eight bytes from an offset on; there are readable bytes on either side of the text.
  @inline(__always)
  func word(_ offset: Int) -> UInt64 {
    unsafe UInt64(
      littleEndian: UnsafeRawPointer(bytes + offset).loadUnaligned(as: UInt64.self))
  }
}

/// Goes through a column's cells in order.
@safe struct CellWalk {
  private var position: UnsafePointer<UInt32>
  private let step: Int
  private let bytes: UnsafePointer<UInt8>
  private let mayEndInCarriageReturn: Bool

  @inline(__always)
  init(_ cells: CellColumn, from record: Int) {
    unsafe position = cells.positions + record &* cells.columnCount
    step = cells.columnCount
    unsafe bytes = cells.bytes
    mayEndInCarriageReturn = cells.mayEndInCarriageReturn
  }

  /// The bytes of the next cell, quotes included.
  @inline(__always)
  mutating func next() -> (start: Int, end: Int) {
    // SAFETY: the caller asks for as many cells as there are records, each between two positions.
    let start = unsafe Int(position[0]) &+ 1
    var end = unsafe Int(position[1])
    unsafe position += step
    if mayEndInCarriageReturn, end > start, unsafe bytes[end &- 1] == CSVScanner.carriageReturn,
      unsafe bytes[end] == CSVScanner.lineFeed
    {
      end &-= 1
    }
    return (start, end)
  }
}
