import CohortTables
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A decimal number with the bits of the nearest double; nil where that would be infinite.
struct DecimalCase {
  let text: String
  let bits: UInt64?

  /// What is wrong about how the text is read, or nil: the C library's `strtod` is asked as well.
  var problem: String? {
    let expected = bits.map { String($0, radix: 16) } ?? "not a number"
    let parsed = NumberText.parse(text)?.bitPattern
    if parsed != bits {
      return "\(text.prefix(60)): read as \(parsed.map { String($0, radix: 16) } ?? "nil"), not \(expected)"
    }
    let system = unsafe strtod(text, nil)
    let agrees = bits.map { $0 == system.bitPattern } ?? system.isInfinite
    return agrees ? nil : "\(text.prefix(60)): strtod has \(system), not \(expected)"
  }

  /// The cases that differ when they are read as the cells of a table.
  static func problemsInTable(_ cases: [DecimalCase]) throws -> [String] {
    let finite = cases.filter { $0.bits != nil }
    var bytes = Array("x,y\n".utf8)
    for (row, one) in finite.enumerated() {
      bytes += one.text.utf8
      bytes += Array(row.isMultiple(of: 2) ? ",1\n".utf8 : ",abc\r\n".utf8)
    }
    let options = CSVOptions(columnTypes: ["x": .numeric])
    let table = try Table(csvBytes: bytes, name: "t.csv", options: options)
    let values = try table.requireColumn("x").numericValues()
    guard values.count == finite.count else { return ["\(values.count) rows, not \(finite.count)"] }
    return zip(finite, values).compactMap { one, value in
      value.bitPattern == one.bits ? nil : "\(one.text.prefix(60)): \(value) in a table"
    }
  }
}

/// Hard decimals whose nearest double is known from exact integer arithmetic.
@Suite("Decimals to doubles, hard cases: reference")
struct DecimalDoubleReferenceTests {
  /// The cases of `decimal_doubles.tsv`: `decimal_doubles.py` beside it made them with fractions and
  /// Python 3.11's own `float`.
  @Test("Stored cases: middles, subnormals, limits, powers of two, up to 800 digits")
  func stored() throws {
    let text = try String(
      decoding: ProjectFiles.data("Tests/Reference/CohortTables/decimal_doubles.tsv"), as: UTF8.self)
    let cases = text.split(separator: "\n").map { line in
      let parts = line.split(separator: "\t")
      return DecimalCase(text: String(parts[0]), bits: UInt64(parts[1], radix: 16))
    }
    #expect(cases.count > 3000)
    #expect(cases.contains { $0.bits == nil } && cases.contains { $0.text.utf8.count > 800 })
    let problems = cases.compactMap(\.problem)
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
    let inTable = try DecimalCase.problemsInTable(cases)
    #expect(inTable.isEmpty, "\(inTable.count): \(inTable.prefix(3))")
  }

  @Test("Each double, the middle above it and a hair to each side, by exact arithmetic")
  func middles() throws {
    var generator = SeededGenerator(seed: 8)
    var cases: [DecimalCase] = []
    for count in 0..<5200 { append(chosenBits(count, &generator), style: count, to: &cases) }
    #expect(cases.count >= 20_000)
    let problems = cases.compactMap(\.problem)
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
    let inTable = try DecimalCase.problemsInTable(cases)
    #expect(inTable.isEmpty, "\(inTable.count): \(inTable.prefix(3))")
  }

  /// A finite double of one of the kinds that are hard: any, near 1, subnormal, at a power of two.
  private func chosenBits(_ count: Int, _ generator: inout SeededGenerator) -> UInt64 {
    let fraction = UInt64.random(in: 0..<(1 << 52), using: &generator)
    switch count % 5 {
    case 0: return UInt64.random(in: 0..<(2047 << 52), using: &generator)
    case 1: return UInt64.random(in: 960..<1090, using: &generator) << 52 | fraction
    case 2: return fraction >> UInt64.random(in: 0..<52, using: &generator)
    case 3:
      // One below a power of two, at it and one above.
      let power = UInt64.random(in: 1..<2047, using: &generator) << 52
      return power &+ UInt64.random(in: 0...2, using: &generator) &- 1
    default:
      // Few bits set, as small integers and their quotients by powers of two have.
      let bits = UInt64.random(in: 0..<256, using: &generator) << 44
      return UInt64.random(in: 900..<1150, using: &generator) << 52 | bits
    }
  }

  private func append(_ bits: UInt64, style: Int, to cases: inout [DecimalCase]) {
    let biased = Int(bits >> 52)
    let fraction = bits & ((1 << 52) - 1)
    let significand = biased == 0 ? fraction : fraction | 1 << 52
    let power = biased == 0 ? -1074 : biased - 1075
    let next = bits + 1 == 2047 << 52 ? nil : bits + 1
    let middle = ExactDecimal(2 * significand + 1, timesTwoTo: power - 1)
    let exact = ExactDecimal(significand, timesTwoTo: power)
    let spellings: [(ExactDecimal, UInt64?)] = [
      (exact, bits), (middle, significand.isMultiple(of: 2) ? bits : next), (middle.aHairAbove(), next),
      (middle.aHairBelow(), bits),
    ]
    for (index, (decimal, expected)) in spellings.enumerated() {
      let text =
        (style + index).isMultiple(of: 3) ? decimal.plainText : decimal.text(pointAfter: (style + index) % 24)
      let sign = (style + index).isMultiple(of: 7) ? "-" : ""
      cases.append(DecimalCase(text: sign + text, bits: expected.map { sign.isEmpty ? $0 : $0 | 1 << 63 }))
    }
  }
}

/// Random doubles in several spellings against the C library's `strtod`, which rounds correctly.
@Suite("Decimals to doubles, random: identities")
struct DecimalDoubleIdentityTests {
  /// 100,000 doubles, or a million when `TANDEM_LONG_TESTS` is set.
  static let count = ProcessInfo.processInfo.environment["TANDEM_LONG_TESTS"] == nil ? 100_000 : 1_000_000

  @Test("Shortest, %.17g and %.25e read back as the same bits; short ones agree with strtod")
  func randomDoubles() throws {
    var generator = SeededGenerator(seed: 9)
    var problems: [String] = []
    var cases: [DecimalCase] = []
    for count in 0..<DecimalDoubleIdentityTests.count {
      let bits = generator.next()
      let value = Double(bitPattern: bits)
      guard value.isFinite else { continue }
      let spellings = [value.description, printed("%.17g", value), printed("%.25e", value)]
      cases.append(DecimalCase(text: spellings[count % 3], bits: bits))
      problems += spellings.compactMap { DecimalCase(text: $0, bits: bits).problem }
      // Cut to fewer digits the text is another number: only strtod can say which.
      let short = printed(count.isMultiple(of: 2) ? "%.6g" : "%.15g", value)
      problems +=
        DecimalCase(text: short, bits: unsafe strtod(short, nil).finiteBits).problem.map { [$0] } ?? []
      if cases.count == 10_000 {
        problems += try DecimalCase.problemsInTable(cases)
        cases.removeAll(keepingCapacity: true)
      }
    }
    problems += try DecimalCase.problemsInTable(cases)
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }

  @Test("Cells as cohorts have them: up to 19 digits, a point, signs, zeros in front")
  func plainCells() throws {
    var generator = SeededGenerator(seed: 10)
    var cases: [DecimalCase] = []
    for _ in 0..<DecimalDoubleIdentityTests.count {
      var text = ["", "", "", "-", "+"].randomElement(using: &generator) ?? ""
      let whole = Int.random(in: 0...12, using: &generator)
      let fraction = Int.random(in: (whole == 0 ? 1 : 0)...8, using: &generator)
      for _ in 0..<whole { text += String(Int.random(in: 0...9, using: &generator)) }
      if fraction > 0 || Int.random(in: 0..<20, using: &generator) == 0 { text += "." }
      for _ in 0..<fraction { text += String(Int.random(in: 0...9, using: &generator)) }
      cases.append(DecimalCase(text: text, bits: unsafe strtod(text, nil).finiteBits))
    }
    let problems = try cases.compactMap(\.problem) + DecimalCase.problemsInTable(cases)
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }

  private func printed(_ format: String, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    let count = unsafe withVaList([value]) { arguments in
      unsafe vsnprintf(&buffer, buffer.count, format, arguments)
    }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Double {
  /// The bits of a finite number; nil for infinity, which is not read as a number.
  fileprivate var finiteBits: UInt64? { isFinite ? bitPattern : nil }
}
