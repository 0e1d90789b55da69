import CohortTables

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads the input as a CSV file with the fast scanner and with the scalar reference.
///
/// The input is the file, byte for byte, so that one that fails can be read by hand. How it is read
/// follows from a hash of the bytes, besides one reading in chunks of the usual size.
struct FuzzInput {
  let bytes: [UInt8]
  /// FNV-1a, then a mix of the high bits into the low ones.
  private let hash: UInt64

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    self.hash = hash ^ hash >> 29 ^ hash >> 47
  }

  private var options: CSVOptions {
    var options = CSVOptions(delimiter: nil)
    switch hash & 7 {
    case 0: options.delimiter = .comma
    case 1: options.delimiter = .semicolon
    case 2: options.delimiter = .tab
    default: break
    }
    if hash >> 3 & 7 == 0 { options = options.addingMissingCodes(["-99", "a\"b", "é"]) }
    if hash >> 3 & 7 == 1 { options.missingCodes = [] }
    if hash >> 6 & 3 == 0 { options.columnTypes["x"] = .numeric }
    if hash >> 6 & 3 == 1 { options.columnTypes["x"] = .category }
    if hash >> 16 & 7 == 0 { options.missingCodesByColumn["x"] = ["-99", "007"] }
    if hash >> 19 & 7 == 0 { options.columns = ["x", "phq9", "week"] }
    options.threads = 1 + Int(hash >> 22 & 3)
    return options
  }

  /// How the two readings differ, or nil.
  func difference() -> String? {
    var options = options
    if case .refused(let error) = ReaderComparison.reference(bytes, options), error.code == .missingColumn {
      // The column whose type or codes are given is not there: read the file without the wish.
      options.columnTypes = [:]
      options.missingCodesByColumn = [:]
    }
    let chunkBytes = Int((hash >> 8) % 80) + 1
    return ReaderComparison.difference(bytes, options, chunkBytes: chunkBytes)
      ?? ReaderComparison.difference(bytes, options, chunkBytes: nil)
  }
}

/// The fuzzer's entry: one input.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int)
  -> CInt
{
  // SAFETY: the fuzzer hands over `count` readable bytes for the time of the call; they are copied.
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let difference = FuzzInput(bytes).difference() { fatalError("the scanners disagree: \(difference)") }
  return 0
}

/// The fuzzer's own main function, from the compiler's runtime.
@_silgen_name("LLVMFuzzerRunDriver") private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The program's main function, under the name that the package manager gives it.
@_cdecl("FuzzCSV_main") public func fuzzMain(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  var count = count
  var arguments = unsafe arguments
  return unsafe runDriver(&count, &arguments, fuzzOneInput)
}
