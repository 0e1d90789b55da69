public import CohortTables
import Estimation
import Synchronization

/// The rows of a tidy table: held as cells, or made in chunks of columns when they are asked for.
public struct TidyRows: RandomAccessCollection, Sendable {
  private enum Storage: Sendable {
    case cells([[CSVCell]])
    case chunks(RowChunks)
  }

  private var storage: Storage

  /// Rows in memory.
  public init(_ rows: [[CSVCell]]) { storage = .cells(rows) }

  /// Rows that are made when they are asked for.
  init(_ chunks: RowChunks) { storage = .chunks(chunks) }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of rows.
  public var endIndex: Int {
    switch storage {
    case .cells(let rows): rows.count
    case .chunks(let chunks): chunks.count
    }
  }

  /// One row; a pass over all of them is faster.
  public subscript(row: Int) -> [CSVCell] {
    switch storage {
    case .cells(let rows): rows[row]
    case .chunks(let chunks): RowChunks.cells(chunks.columns(row..<row + 1))[0]
    }
  }

  /// The rows in order.
  public func makeIterator() -> AnyIterator<[CSVCell]> {
    switch storage {
    case .cells(let rows): return AnyIterator(rows.makeIterator())
    case .chunks(let chunks):
      return AnyIterator(
        chunks.ranges.lazy.map { RowChunks.cells(chunks.columns($0)) }.joined().makeIterator())
    }
  }

  /// Adds a row.
  mutating func append(_ row: [CSVCell]) {
    var rows = Array(self)
    if case .cells(let own) = storage {
      // Gives up the shared storage, so that adding many rows stays linear.
      storage = .cells([])
      rows = own
    }
    rows.append(row)
    storage = .cells(rows)
  }

  /// The rows where they are made in chunks.
  var chunks: RowChunks? {
    if case .chunks(let chunks) = storage { chunks } else { nil }
  }
}

extension TidyRows: Equatable {
  /// Whether the cells are the same.
  public static func == (left: TidyRows, right: TidyRows) -> Bool { left.elementsEqual(right) }
}

extension TidyRows: ExpressibleByArrayLiteral {
  /// Rows in memory.
  public init(arrayLiteral rows: [CSVCell]...) { self.init(rows) }
}

/// Rows that are made many at a time, as columns.
struct RowChunks: Sendable {
  /// The rows of each chunk, in order.
  let ranges: [Range<Int>]
  /// The columns of some consecutive rows.
  let columns: @Sendable (Range<Int>) -> [Column]

  var count: Int { ranges.last?.upperBound ?? 0 }

  /// Makes the text of each chunk, several at once, and calls `body` with them in order.
  func forEachPart<Failure: Error>(
    _ executor: some FoldExecutor, _ text: @Sendable ([Column]) -> [UInt8],
    _ body: @Sendable ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    // What a slow reader of the text has not taken yet is held: a stretch is over before the next begins.
    let stretch = 512
    for first in stride(from: 0, to: ranges.count, by: stretch) {
      let own = ranges[first..<min(first + stretch, ranges.count)]
      let line = OrderedParts<Failure>()
      executor.forEach(own.count) { index in
        line.add(text(columns(own[own.startIndex + index])), at: index, body)
      }
      if let failure = line.failure { throw failure }
    }
  }

  /// The rows of columns as cells.
  static func cells(_ columns: [Column]) -> [[CSVCell]] {
    (0..<(columns.first?.count ?? 0)).map { row in
      columns.map { column in
        switch column.values {
        case .numeric(let numbers): numbers[row].isNaN ? .missing : .number(numbers[row])
        case .category(let categories): .optional(categories.text(row: row))
        }
      }
    }
  }
}

/// Parts that are made in any order and taken in theirs, by whoever makes one, one at a time.
private final class OrderedParts<Failure: Error>: Sendable {
  private struct State {
    var waiting: [Int: [UInt8]] = [:]
    var next = 0
    var isTaking = false
    var failure: Failure?
  }

  private let state = Mutex(State())

  /// The first error of what takes the parts; those after it are dropped.
  var failure: Failure? { state.withLock { $0.failure } }

  /// Adds a part, and takes all those whose turn has come, unless another thread is at it.
  func add(_ part: [UInt8], at index: Int, _ take: ([UInt8]) throws(Failure) -> Void) {
    state.withLock { $0.waiting[index] = part }
    while let next = takeNext() {
      do throws(Failure) { try take(next) } catch {
        state.withLock { $0.failure = error }
      }
      state.withLock { $0.isTaking = false }
    }
  }

  private func takeNext() -> [UInt8]? {
    state.withLock { state in
      guard !state.isTaking, state.failure == nil, let part = state.waiting.removeValue(forKey: state.next)
      else {
        return nil
      }
      state.next += 1
      state.isTaking = true
      return part
    }
  }
}
