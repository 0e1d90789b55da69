#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the environment asks of the reader.
enum Environment {
  /// Whether `TANDEM_SCANNER` is `scalar`.
  static var asksForScalarScanner: Bool {
    // SAFETY: getenv returns a NUL-terminated string or nil; it is compared at once.
    guard let value = unsafe getenv("TANDEM_SCANNER") else { return false }
    return unsafe String(cString: value) == "scalar"
  }

  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
