/// Numbers as categories: their distinct values in ascending order.
enum NumberLevels {
  static func categories(of numbers: [Double]) -> CategoryValues {
    let (codes, distinct) = tabulated(numbers) ?? hashed(numbers)
    return CategoryValues(CategoryCodes(codes), LevelList(numbers: distinct))
  }

  /// A number as a level.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return value < 0 ? "-Inf" : "Inf" }
    return value == 0 ? "0" : NumberText.shortest(value)
  }

  /// Codes by counting, for whole numbers whose range is not much wider than their number.
  private static func tabulated(_ numbers: [Double]) -> (codes: [Int32], distinct: [Double])? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for number in numbers where !number.isNaN {
      low = number < low ? number : low
      high = number > high ? number : high
    }
    guard low <= high, abs(low) < 1e15, abs(high) < 1e15,
      high - low <= Double(max(4 * numbers.count, 1 << 16))
    else { return nil }
    let base = Int(low.rounded(.down))
    var code = [Int32](repeating: -1, count: Int(high.rounded(.up)) - base + 1)
    for number in numbers where !number.isNaN {
      guard number == number.rounded(.towardZero) else { return nil }
      code[Int(number) - base] = 0
    }
    var distinct: [Double] = []
    for offset in code.indices where code[offset] == 0 {
      code[offset] = Int32(distinct.count)
      distinct.append(Double(base + offset))
    }
    return (numbers.map { $0.isNaN ? CategoryValues.missingCode : code[Int($0) - base] }, distinct)
  }

  private static func hashed(_ numbers: [Double]) -> (codes: [Int32], distinct: [Double]) {
    var codeOfValue: [Double: Int32] = [:]
    var distinct: [Double] = []
    var codes: [Int32] = []
    codes.reserveCapacity(numbers.count)
    for number in numbers {
      if number.isNaN {
        codes.append(CategoryValues.missingCode)
      } else if let code = codeOfValue[number] {
        codes.append(code)
      } else {
        let code = Int32(distinct.count)
        codeOfValue[number] = code
        distinct.append(number)
        codes.append(code)
      }
    }
    let order = distinct.indices.sorted { distinct[$0] < distinct[$1] }
    var rank = [Int32](repeating: 0, count: distinct.count)
    for (position, index) in order.enumerated() { rank[index] = Int32(position) }
    return (codes.map { $0 < 0 ? $0 : rank[Int($0)] }, order.map { distinct[$0] })
  }
}
