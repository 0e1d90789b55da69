#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for a run of rows of one column, freed with its last user.
///
/// Long runs ask for huge pages: clearing fresh pages costs a reader more than many a parsing
/// choice, and huge pages make that several times cheaper.
@safe final class SegmentMemory: @unchecked Sendable {
  // Written by the reader only, each byte by one thread, before the memory is shared.
  let base: UnsafeMutableRawPointer

  private static let hugePage = 2 << 20

  init(byteCount: Int) {
    let isLong = byteCount >= SegmentMemory.hugePage
    let alignment = isLong ? SegmentMemory.hugePage : 64
    let size = (max(byteCount, 1) + alignment - 1) / alignment * alignment
    var memory: UnsafeMutableRawPointer?
    guard unsafe posix_memalign(&memory, alignment, size) == 0, let memory = unsafe memory else {
      fatalError("out of memory: \(size) bytes for a column")
    }
    #if os(Linux)
      if isLong { unsafe madvise(memory, size, Int32(MADV_HUGEPAGE)) }
    #endif
    unsafe base = memory
  }

  deinit { unsafe free(base) }
}

/// Rows of one machine type, in segments of equal length.
///
/// Segments let a reader write rows whose number it does not know yet, from several threads, into
/// memory that never moves.
struct SegmentedRows<Element: BitwiseCopyable & Sendable>: Sendable {
  private let segments: [SegmentMemory]
  private let shift: Int
  let count: Int

  /// Takes segments of `1 << shift` rows each whose first `count` rows are filled.
  init(segments: [SegmentMemory], shift: Int, count: Int) {
    precondition(count <= segments.count << shift, "too few segments for the rows")
    self.segments = segments
    self.shift = shift
    self.count = count
  }

  subscript(row: Int) -> Element {
    precondition(row >= 0 && row < count, "row out of range")
    // SAFETY: the row is in range, and every segment holds `1 << shift` initialised elements.
    return unsafe segments[row >> shift].base
      .load(fromByteOffset: (row & (1 << shift - 1)) * MemoryLayout<Element>.stride, as: Element.self)
  }

  /// Calls `body` with the rows, segment by segment.
  func forEachSegment(_ body: (Span<Element>) -> Void) {
    for (number, segment) in segments.enumerated() {
      let rows = min(count - number << shift, 1 << shift)
      guard rows > 0 else { return }
      let typed = unsafe segment.base.assumingMemoryBound(to: Element.self)
      // SAFETY: the segment's first `rows` elements are filled, and `self` keeps it alive.
      body(unsafe Span(_unsafeStart: typed, count: rows))
    }
  }

  /// Calls `body` with some consecutive rows, stretch by stretch.
  func forEachStretch(of rows: Range<Int>, _ body: (Span<Element>) -> Void) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows out of range")
    var row = rows.lowerBound
    while row < rows.upperBound {
      let place = row & (1 << shift - 1)
      let length = min(rows.upperBound - row, 1 << shift - place)
      let typed = unsafe segments[row >> shift].base.assumingMemoryBound(to: Element.self)
      // SAFETY: the stretch lies in one segment and among the filled rows, and `self` keeps the segment alive.
      body(unsafe Span(_unsafeStart: typed + place, count: length))
      row += length
    }
  }

  /// All rows in one array, each converted.
  func array<Result>(_ convert: (Element) -> Result) -> [Result] { array(of: 0..<count, convert) }

  /// Some consecutive rows in one array, each converted.
  @inline(__always)
  func array<Result>(of rows: Range<Int>, _ convert: (Element) -> Result) -> [Result] {
    unsafe [Result](unsafeUninitializedCapacity: rows.count) { buffer, filled in
      forEachStretch(of: rows) { rows in
        for index in rows.indices {
          // SAFETY: `filled` stays below the number of rows, the buffer's capacity.
          unsafe buffer.initializeElement(at: filled + index, to: convert(rows[index]))
        }
        filled += rows.count
      }
    }
  }
}

/// The kinds of cells that a column's rows are stored as, narrowest first.
///
/// A reader begins with the narrowest kind that holds the first rows and widens when it must.
enum CellKind: UInt8, Sendable, Comparable {
  /// Whole numbers up to 32,767 in magnitude.
  case short
  /// Whole numbers below 2^31 in magnitude.
  case integer
  /// Any number.
  case double
  /// Codes of up to 255 levels.
  case narrowCode
  /// Codes of any number of levels.
  case wideCode

  static func < (left: CellKind, right: CellKind) -> Bool { left.rawValue < right.rawValue }

  /// Whether the cells are codes of categories.
  var isCode: Bool { self >= .narrowCode }

  /// Bytes a row.
  var stride: Int {
    switch self {
    case .short: 2
    case .integer, .wideCode: 4
    case .double: 8
    case .narrowCode: 1
    }
  }

  static let missingShort = Int16.min
  static let missingInteger = Int32.min
  static let missingNarrowCode = UInt8.max
}
