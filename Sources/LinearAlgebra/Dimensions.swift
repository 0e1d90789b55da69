// What every call of BLAS and LAPACK needs: 32-bit dimensions, flag characters, the meaning of info.

/// A dimension as the 32-bit integer of the BLAS interface.
func blasInteger(_ count: Int) -> Int32 {
  guard let narrow = Int32(exactly: count) else {
    preconditionFailure("A dimension of \(count) does not fit the 32-bit integers of BLAS")
  }
  return narrow
}

/// A leading dimension: at least 1, as the interface demands even of an empty matrix.
func leadingDimension(_ rowCount: Int) -> Int32 {
  max(1, blasInteger(rowCount))
}

/// The flags that LAPACK takes as characters.
enum Flag {
  static let upper = CChar(UInt8(ascii: "U"))
  static let lower = CChar(UInt8(ascii: "L"))
  static let left = CChar(UInt8(ascii: "L"))
  static let transposed = CChar(UInt8(ascii: "T"))
  static let plain = CChar(UInt8(ascii: "N"))
  static let nonUnit = CChar(UInt8(ascii: "N"))
  static let oneNorm = CChar(UInt8(ascii: "1"))
  static let vectors = CChar(UInt8(ascii: "V"))
  static let thin = CChar(UInt8(ascii: "S"))
}

/// Traps where LAPACK refused an argument: that is a bug of this module, never of the data.
///
/// - Returns: What is left of the code: 0, or the positive number that the data caused.
func checkedInfo(_ info: Int32, _ routine: StaticString) -> Int {
  precondition(info >= 0, "\(routine) refused its argument \(-info)")
  return Int(info)
}
