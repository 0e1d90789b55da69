#if canImport(Glibc)
  import Glibc
#endif

/// The natural logarithm, under a name that a type's own `log` members cannot hide.
@inline(__always)
func logarithm(_ x: Double) -> Double { log(x) }

/// The exponential function, under a name that a type's own `exp` members cannot hide.
@inline(__always)
func exponential(_ x: Double) -> Double { exp(x) }
