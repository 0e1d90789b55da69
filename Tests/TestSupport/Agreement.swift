public import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The number of decimal digits to which a value agrees with the one expected.
///
/// This is NIST's log relative error, `-log10(|value - expected| / |expected|)`, with the
/// absolute error where the expected value is 0. It is capped at 17, the digits that identify a
/// double.
public func digitsOfAgreement(_ value: Double, _ expected: Double) -> Double {
  guard value.isFinite, expected.isFinite else {
    return value == expected || (value.isNaN && expected.isNaN) ? 17 : 0
  }
  let error = abs(value - expected)
  guard error > 0 else { return 17 }
  let relative = expected == 0 ? error : error / abs(expected)
  return max(0, min(17, -log10(relative)))
}

/// The distance between two finite doubles, counted in representable values.
public func ulpsApart(_ a: Double, _ b: Double) -> UInt64 {
  func ordered(_ x: Double) -> Int64 {
    let bits = Int64(bitPattern: x.bitPattern)
    return bits < 0 ? Int64.min &- bits : bits
  }
  let (x, y) = (ordered(a), ordered(b))
  return x > y ? UInt64(bitPattern: x &- y) : UInt64(bitPattern: y &- x)
}

/// Expects that a value agrees with a reference to a number of digits, and says how many it has.
///
/// - Parameters:
///   - value: What the program computed.
///   - expected: The reference value.
///   - digits: Least log relative error that passes.
///   - absolute: An absolute error that passes whatever the digits, for values near 0.
///   - label: The quantity's name, for the message.
///   - sourceLocation: Where a failure is reported.
public func expectAgreement(
  _ value: Double, _ expected: Double, digits: Double, absolute: Double = 0, _ label: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let reached = digitsOfAgreement(value, expected)
  let passes = reached >= digits || abs(value - expected) <= absolute
  #expect(
    passes,
    "\(label): got \(value), expected \(expected): \(reached) digits, wanted \(digits)",
    sourceLocation: sourceLocation)
}
