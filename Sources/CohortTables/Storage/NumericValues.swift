/// The numbers of a column; NaN is missing.
///
/// Whole numbers read from a file are stored in two or four bytes a row; every element comes out
/// as a double. Loops over all rows are fastest over ``array()``.
public struct NumericValues: RandomAccessCollection, Sendable {
  enum Storage: Sendable {
    case array([Double])
    case short(SegmentedRows<Int16>)
    case integer(SegmentedRows<Int32>)
    case double(SegmentedRows<Double>)
  }

  let storage: Storage

  init(_ storage: Storage) { self.storage = storage }

  /// Numbers in memory; NaN is missing.
  public init(_ numbers: [Double]) { storage = .array(numbers) }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of rows.
  public var endIndex: Int {
    switch storage {
    case .array(let numbers): numbers.count
    case .short(let rows): rows.count
    case .integer(let rows): rows.count
    case .double(let rows): rows.count
    }
  }

  /// The number of a row, NaN where it is missing.
  public subscript(row: Int) -> Double {
    switch storage {
    case .array(let numbers): numbers[row]
    case .short(let rows): NumericValues.double(rows[row])
    case .integer(let rows): NumericValues.double(rows[row])
    case .double(let rows): rows[row]
    }
  }

  /// All numbers in one array, NaN where missing.
  ///
  /// - Complexity: O(1) for numbers made in memory, else O(rows).
  public func array() -> [Double] {
    switch storage {
    case .array(let numbers): numbers
    case .short(let rows): rows.array { NumericValues.double($0) }
    case .integer(let rows): rows.array { NumericValues.double($0) }
    case .double(let rows): rows.array { $0 }
    }
  }

  /// Some consecutive rows in one array, NaN where missing.
  ///
  /// - Complexity: O(rows).
  public func array(of rows: Range<Int>) -> [Double] {
    switch storage {
    case .array(let numbers): Array(numbers[rows])
    case .short(let values): values.array(of: rows) { NumericValues.double($0) }
    case .integer(let values): values.array(of: rows) { NumericValues.double($0) }
    case .double(let values): values.array(of: rows) { $0 }
    }
  }

  /// The first row whose number passes a test; a missing row is tested as NaN.
  ///
  /// - Complexity: O(rows).
  public func firstRow(where test: (Double) -> Bool) -> Int? {
    for first in Swift.stride(from: 0, to: count, by: 8192) {
      let block = array(of: first..<Swift.min(first + 8192, count))
      if let place = block.firstIndex(where: test) { return first + place }
    }
    return nil
  }

  /// Chosen rows in one array, in the order given, NaN where missing.
  ///
  /// - Complexity: O(rows chosen).
  public func array(at rows: some Collection<Int32>) -> [Double] {
    switch storage {
    case .array(let numbers): rows.map { numbers[Int($0)] }
    case .short(let values): rows.map { NumericValues.double(values[Int($0)]) }
    case .integer(let values): rows.map { NumericValues.double(values[Int($0)]) }
    case .double(let values): rows.map { values[Int($0)] }
    }
  }

  /// The number of missing rows.
  ///
  /// - Complexity: O(rows).
  public var missingCount: Int {
    var count = 0
    switch storage {
    case .array(let numbers): for number in numbers where number.isNaN { count += 1 }
    case .short(let rows):
      rows.forEachSegment { rows in
        for row in rows.indices where rows[row] == CellKind.missingShort { count += 1 }
      }
    case .integer(let rows):
      rows.forEachSegment { rows in
        for row in rows.indices where rows[row] == CellKind.missingInteger { count += 1 }
      }
    case .double(let rows):
      rows.forEachSegment { rows in for row in rows.indices where rows[row].isNaN { count += 1 } }
    }
    return count
  }

  @inline(__always)
  static func double(_ value: Int16) -> Double {
    value == CellKind.missingShort ? .nan : Double(value)
  }

  @inline(__always)
  static func double(_ value: Int32) -> Double {
    value == CellKind.missingInteger ? .nan : Double(value)
  }
}

extension NumericValues: ExpressibleByArrayLiteral {
  /// Numbers in memory; NaN is missing.
  public init(arrayLiteral numbers: Double...) { self.init(numbers) }
}
