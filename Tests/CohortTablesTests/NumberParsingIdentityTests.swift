import CohortTables
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The parser's bits against the C library's `strtod`, which rounds correctly (glibc since 2.17).
@Suite("Number parsing equals strtod")
struct NumberParsingIdentityTests {
  private func expectSameBits(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let expected = unsafe strtod(text, nil)
    let value = NumberText.parse(text)
    #expect(
      value?.bitPattern == expected.bitPattern, "\(text): \(String(describing: value)), \(expected)",
      sourceLocation: sourceLocation)
  }

  @Test(
    "Hard cases",
    arguments: [
      // Powers of two and their neighbours, where a mantissa stops being exact.
      "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740994",
      "9007199254740995", "-9007199254740993", "18014398509481985", "18446744073709551615",
      "18446744073709551616", "9007199254740993e0", "90071992547409930e-1", "9007199254740993.0",
      // The largest exact power of ten, the first that is not, and products at the limit.
      "1e22", "1e23", "1e-22", "1e-23", "9007199254740992e22", "9007199254740992e-22",
      "9007199254740991e23", "123456789012345e30", "8.5e22", "8.5e23",
      // Exactly halfway between two doubles, and a hair to each side.
      "1.00000000000000011102230246251565404236316680908203125",
      "1.00000000000000011102230246251565404236316680908203124",
      "1.00000000000000011102230246251565404236316680908203126",
      "1.00000000000000033306690738754696212708950042724609375", "9007199254740993.00000000000000001",
      // Limits of the range and subnormals, halfway to zero too.
      "1.7976931348623157e308", "1.7976931348623158e308", "2.2250738585072014e-308",
      "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9406564584124654e-324", "5e-324",
      "2.4703282292062328e-324", "2.4703282292062327e-324", "1e-400", "-1e-400", "0e999999999999",
      "0.000e-5", "-0", "-0.0", "+1.7976931348623157e308", "+123456789012345678901234567890",
      // Long spellings.
      "3.141592653589793238462643383279502884197169399375105820974944592307816406286",
      "0.1000000000000000055511151231257827021181583404541015625",
      "0.00000000000000000000000000000000000000000000000000000000000012345678901234567890e30",
      "100000000000000000000000000000000000000000000000000000000000000000000000000e-70",
      "6.02214076e23", "179769313486231570000000000000000000000e270", "12345678901234567890123",
      "00000000000000000000000000000000000000123.4500000000000000000000000000000000",
    ])
  func hardCases(_ text: String) {
    expectSameBits(text)
  }

  @Test("100,000 random doubles, each spelt in one of four ways")
  func randomDoubles() {
    var generator = SeededGenerator(seed: 20_240_607)
    var failures: [String] = []
    for count in 0..<100_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      let text: String
      switch count % 4 {
      case 0: text = value.description
      case 1:
        text = NumberText.shortest(
          Double(Int64.random(in: -999_999_999...999_999_999, using: &generator)) / 1000)
      case 2: text = randomSpelling(&generator)
      default: text = longSpelling(value, &generator)
      }
      let expected = unsafe strtod(text, nil)
      let parsed = NumberText.parse(text)
      let agrees = expected.isFinite ? parsed?.bitPattern == expected.bitPattern : parsed == nil
      if !agrees { failures.append(text) }
    }
    #expect(failures.isEmpty, "\(failures.prefix(5))")
  }

  /// Up to 25 random digits with a point anywhere and an exponent now and then.
  private func randomSpelling(_ generator: inout SeededGenerator) -> String {
    let length = Int.random(in: 1...25, using: &generator)
    var text = Bool.random(using: &generator) ? "-" : ""
    let point = Int.random(in: 0...length, using: &generator)
    for position in 0..<length {
      if position == point { text += "." }
      text += String(Int.random(in: 0...9, using: &generator))
    }
    if Bool.random(using: &generator) {
      text += Bool.random(using: &generator) ? "e" : "E+"
      text += text.hasSuffix("+") ? "" : String(Int.random(in: -330...(-1), using: &generator))
      if text.hasSuffix("+") { text += String(Int.random(in: 0...310, using: &generator)) }
    }
    return text
  }

  /// The exact middle of a double and its successor is hard; 18 to 40 digits come near to it.
  private func longSpelling(_ value: Double, _ generator: inout SeededGenerator) -> String {
    let digits = Int.random(in: 17...39, using: &generator)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = unsafe withVaList([Int32(digits), value]) { arguments in
      unsafe vsnprintf(&buffer, buffer.count, "%.*e", arguments)
    }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
