/// Reads a column's cells as numbers, in tight loops with a fast path for plain spellings.
///
/// Digits are taken eight (or four) bytes at a time: the bytes that end at the separator are loaded,
/// those before the cell are cleared, and three (two) multiplications join the digits. Whatever is
/// not plain digits (signs, quotes, spaces, exponents, missing codes) goes to ``CellClassifier``.
struct NumberCells {
  let cells: CellColumn
  let classifier: CellClassifier
  /// Whether an integer that looks like an identifier is a number all the same.
  let acceptsIdentifiers: Bool
  /// Whether every cell goes the long way: for the reference, and where a missing code is a number.
  let isScalar: Bool

  /// Why a loop ended before the last record.
  enum Stop: Equatable {
    /// The cell needs a wider kind.
    case widen(CellKind)
    /// The cell keeps the column from being numeric.
    case refuse(ColumnInference.Reason)
  }

  /// How far a loop came.
  struct Run {
    var record: Int
    var missing = 0
    var stop: Stop?
  }

  /// What a cell is to a loop.
  private enum Value {
    case missing
    case number(Double)
    case refused(ColumnInference.Reason)
  }

  // MARK: - Whole numbers

  /// Reads whole numbers of two bytes.
  func readShort(_ records: Range<Int>, into rows: UnsafeMutablePointer<Int16>) -> Run {
    var run = Run(record: records.lowerBound)
    var walk = cells.walk(from: records.lowerBound)
    for record in records {
      let (start, end) = walk.next()
      let length = end &- start
      if !isScalar, length &- 1 < 4, length > 0 {
        let window = UInt32(truncatingIfNeeded: cells.word(end &- 4))
        let shift = UInt32(truncatingIfNeeded: 32 &- 8 &* length)
        let digits = (window ^ 0x3030_3030) & (UInt32.max &<< shift)
        // One test of all, since lengths follow no pattern that a processor could foresee.
        let leading = (digits &>> shift) & 0xFF | (length == 1 ? 1 : 0)
        let trouble = ((digits &+ 0x7676_7676) | digits) & 0x8080_8080 | (leading == 0 ? 1 : 0)
        if trouble == 0 {
          let pairs = (digits &* 2561) &>> 8 & 0x00FF_00FF
          // SAFETY: the caller gives room for the records.
          unsafe rows[record &- records.lowerBound] = Int16(
            truncatingIfNeeded: (pairs &* 6_553_601) &>> 16)
          continue
        }
      }
      guard let whole = slowWhole(record, &run, limit: Double(Int16.max)) else {
        run.record = record
        return run
      }
      unsafe rows[record &- records.lowerBound] = whole.isNaN ? CellKind.missingShort : Int16(whole)
    }
    run.record = records.upperBound
    return run
  }

  /// Reads whole numbers of four bytes.
  func readInteger(_ records: Range<Int>, into rows: UnsafeMutablePointer<Int32>) -> Run {
    var run = Run(record: records.lowerBound)
    var walk = cells.walk(from: records.lowerBound)
    for record in records {
      let (start, end) = walk.next()
      let length = end &- start
      if !isScalar, length &- 1 < 8, length > 0 {
        let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
        let digits = (cells.word(end &- 8) ^ 0x3030_3030_3030_3030) & (UInt64.max &<< shift)
        let leading = (digits &>> shift) & 0xFF | (length == 1 ? 1 : 0)
        if NumberCells.trouble(digits) | (leading == 0 ? 1 : 0) == 0 {
          unsafe rows[record &- records.lowerBound] = Int32(
            truncatingIfNeeded: NumberCells.joined(digits))
          continue
        }
      }
      guard let whole = slowWhole(record, &run, limit: Double(Int32.max)) else {
        run.record = record
        return run
      }
      unsafe rows[record &- records.lowerBound] = whole.isNaN ? CellKind.missingInteger : Int32(whole)
    }
    run.record = records.upperBound
    return run
  }

  /// A whole number within the limit, NaN if missing, or nil with the reason to stop in `run`.
  private func slowWhole(_ record: Int, _ run: inout Run, limit: Double) -> Double? {
    switch value(record) {
    case .missing:
      run.missing += 1
      return .nan
    case .number(let number):
      // No integer is -0.
      let isWhole = number == number.rounded(.towardZero) && !(number == 0 && number.sign == .minus)
      if isWhole, abs(number) <= limit { return number }
      let fitsInteger = isWhole && abs(number) <= Double(Int32.max)
      run.stop = .widen(fitsInteger ? .integer : .double)
      return nil
    case .refused(let reason):
      run.stop = .refuse(reason)
      return nil
    }
  }

  // MARK: - Any numbers

  /// Reads numbers of any kind.
  func readDouble(_ records: Range<Int>, into rows: UnsafeMutablePointer<Double>) -> Run {
    var run = Run(record: records.lowerBound)
    var walk = cells.walk(from: records.lowerBound)
    for record in records {
      let (start, end) = walk.next()
      let length = end &- start
      if !isScalar, length &- 1 < 8, length > 0,
        let number = shortDecimal(cells.word(end &- 8), length: length)
      {
        unsafe rows[record &- records.lowerBound] = number
        continue
      }
      switch value(record) {
      case .missing:
        run.missing += 1
        unsafe rows[record &- records.lowerBound] = .nan
      case .number(let number):
        unsafe rows[record &- records.lowerBound] = number
      case .refused(let reason):
        run.stop = .refuse(reason)
        run.record = record
        return run
      }
    }
    run.record = records.upperBound
    return run
  }

  /// A number of up to eight bytes that is digits with at most one point among them, or nil.
  ///
  /// Both the digits and the power of ten are exact doubles, so the quotient is correctly rounded.
  @inline(__always)
  private func shortDecimal(_ window: UInt64, length: Int) -> Double? {
    let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
    var digits = (window ^ 0x3030_3030_3030_3030) & (UInt64.max &<< shift)
    // A point is 0x2E, or 0x1E once the digits' upper bits are gone.
    let points = digits ^ 0x1E1E_1E1E_1E1E_1E1E
    let isPoint = (points &- 0x0101_0101_0101_0101) & ~points & 0x8080_8080_8080_8080
    // 8 where there is no point: with and without go the same way, since cells mix both.
    let pointByte = UInt64(isPoint.trailingZeroBitCount) &>> 3
    let isWhole = pointByte == 8
    // "007" may be an identifier, and a point alone is no number.
    let first = (digits &>> shift) & 0xFF
    let leading = length == 1 ? first ^ 0x1E : first | (isWhole ? 0 : 1)
    // Digits before the point move up by one byte over it.
    let after = digits & (UInt64.max << (8 &* (pointByte &+ 1)))
    let before = digits & ~(UInt64.max << (8 &* pointByte))
    digits = after | before &<< (isWhole ? 0 : 8)
    guard NumberCells.trouble(digits) | (leading == 0 ? 1 : 0) == 0 else { return nil }
    return Double(NumberCells.joined(digits)) / NumberCells.power(isWhole ? 0 : 7 &- pointByte)
  }

  /// 0 if every byte is a digit's value.
  @inline(__always)
  private static func trouble(_ digits: UInt64) -> UInt64 {
    ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
  }

  /// The number that eight digits make, the first in the lowest byte.
  @inline(__always)
  private static func joined(_ digits: UInt64) -> UInt64 {
    let pairs = (digits &* 2561) &>> 8 & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 6_553_601) &>> 16 & 0x0000_FFFF_0000_FFFF
    return (fours &* 42_949_672_960_001) &>> 32
  }

  @inline(__always)
  private static func power(_ exponent: UInt64) -> Double {
    switch exponent {
    case 0: 1
    case 1: 10
    case 2: 100
    case 3: 1_000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    default: 10_000_000
    }
  }

  // MARK: - Any spelling

  private func value(_ record: Int) -> Value {
    switch classifier.classify(unsafe cells.memory.buffer.span, cells.range(record)) {
    case .missing: return .missing
    case .text: return .refused(.text)
    case .number(let number):
      if !acceptsIdentifiers {
        if number.hasLeadingZeros { return .refused(.leadingZeros) }
        if number.isLongInteger { return .refused(.longInteger) }
      }
      return .number(number.value)
    }
  }
}
