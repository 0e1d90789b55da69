/// Numbers in a column that usually stand for a missing value.
///
/// A number counts as such a code when it is one of those in use (9, 99, 999, 77, 88 and so on, negative or
/// positive) and cannot belong to the other values: a negative one where all others are at least 0, a positive one
/// that is farther above the others than they are wide, and where a questionnaire's range is known every one outside it.
struct MissingCodes: Sendable {
  /// The codes that occur, ascending.
  let values: [Double]
  /// All numbers in use as codes that occur, also those that belong to the other values.
  let occurring: [Double]

  private static let negative: [Double] = [
    -9999, -999, -998, -888, -777, -99, -98, -97, -88, -77, -9, -8, -7,
  ]
  private static let positive: [Double] = [77, 88, 99, 777, 888, 999, 7777, 8888, 9999, 99_999]

  /// Looks for codes in numbers; NaN is missing.
  ///
  /// - Parameters:
  ///   - numbers: The column's numbers.
  ///   - isTime: Whether small negative numbers are visits before the start.
  ///   - range: The values that the column can have, if they are known.
  /// - Complexity: O(numbers).
  init(_ numbers: [Double], isTime: Bool = false, range: ClosedRange<Double>? = nil) {
    let negative = isTime ? Self.negative.filter { $0 <= -77 } : Self.negative
    let codes = negative + Self.positive
    var isPresent = [Bool](repeating: false, count: codes.count)
    var (low, high) = (Double.infinity, -Double.infinity)
    for number in numbers where !number.isNaN {
      if abs(number) >= 7, number == number.rounded(), let index = codes.firstIndex(of: number) {
        isPresent[index] = true
      } else {
        (low, high) = (min(low, number), max(high, number))
      }
    }
    occurring = codes.indices.filter { isPresent[$0] }.map { codes[$0] }
    guard low <= high else {
      values = []
      return
    }
    if let range {
      values = occurring.filter { !range.contains($0) }.sorted()
      return
    }
    var found: [Double] = []
    // From the smallest up: a code that belongs to the values widens their range.
    for (index, code) in codes.enumerated() where isPresent[index] && code > 0 {
      if code - high > high - low {
        found.append(code)
      } else {
        (low, high) = (min(low, code), max(high, code))
      }
    }
    let isNonNegative = low >= 0
    for (index, code) in codes.enumerated() where isPresent[index] && code < 0 && isNonNegative {
      found.append(code)
    }
    values = found.sorted()
  }
}
