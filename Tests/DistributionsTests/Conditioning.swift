#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The decimal digits that a condition number costs.
func conditionDigits(_ condition: Double) -> Double { condition > 0 ? log10(condition) : 0 }

/// The angle whose sine is given.
func arcsine(_ x: Double) -> Double { asin(x) }
