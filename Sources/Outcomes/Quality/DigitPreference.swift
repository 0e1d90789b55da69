import CohortTables
import Distributions
import Estimation

/// Whether scores stand at multiples of 5 more often than a smooth distribution allows.
///
/// Last digits of a score are not equally likely when its range is a few dozen points, so the usual test of
/// last digits against 1/10 each finds what is not there. Here each multiple of 5 is compared with its four
/// neighbours: of the values `m - 2 ... m + 2`, a distribution that is straight over five points puts exactly a
/// fifth at `m`. Over all such windows inside the observed range,
/// ```
/// chi-squared = (H - N/5)^2 / (4N/25),   1 df,
/// ```
/// with `H` of `N` values at the multiples. Values that all share a step (0, 10, 20, ...) are counted in steps. Rows
/// are taken as independent.
///
/// There is no test for values that are not whole, for fewer than 100 of them, or for a range of fewer than 40 steps,
/// where windows are too few: the PHQ-9 and the GAD-7 are too short.
///
/// ## References
/// Multiples against their neighbours: Whipple's index of heaped ages (United Nations 1955, Methods of Appraisal
/// of Quality of Basic Data for Population Estimates, Manual II).
public struct DigitPreference: Sendable, Equatable {
  /// The file.
  public let file: String
  /// The column.
  public let column: String
  /// How many values lie in complete windows.
  public private(set) var count = 0
  /// How many of these are multiples of 5 steps.
  public private(set) var atMultiples = 0
  /// The distance between the multiples, in points.
  public private(set) var period = 5.0
  /// The statistic with 1 degree of freedom; nil where the test makes no sense.
  public private(set) var statistic: Double?
  /// Its p-value.
  public private(set) var pValue: Double?
  /// Why there is no test.
  public private(set) var reason: String?

  /// The share at multiples; a fifth is expected.
  public var share: Double? { count > 0 ? Double(atMultiples) / Double(count) : nil }

  static let fewestValues = 100
  static let fewestSteps = 40

  /// Tests a column's values; NaN is missing.
  ///
  /// - Complexity: O(values + range).
  public init(_ values: [Double], file: String, column: String) {
    self.file = file
    self.column = column
    guard let range = Self.wholeRange(values) else {
      reason = "the values are not whole numbers"
      return
    }
    guard range.count >= Self.fewestValues else {
      reason = "fewer than \(Self.fewestValues) values"
      return
    }
    let step = Self.commonStep(values)
    guard step > 0, (range.high - range.low) / step >= Self.fewestSteps else {
      reason = "the values span fewer than \(Self.fewestSteps) steps"
      return
    }
    period = Double(5 * step)
    countWindows(values, low: range.low, high: range.high, step: step)
  }

  /// The least and greatest value; nil where a value is not whole or too large to be a score.
  private static func wholeRange(_ values: [Double]) -> (low: Int, high: Int, count: Int)? {
    var (low, high, count) = (Int.max, Int.min, 0)
    for value in values where !value.isNaN {
      guard value == value.rounded(), abs(value) <= 100_000 else { return nil }
      low = min(low, Int(value))
      high = max(high, Int(value))
      count += 1
    }
    return (low, high, count)
  }

  /// The greatest whole number that divides every value.
  private static func commonStep(_ values: [Double]) -> Int {
    var step = 0
    for value in values where !value.isNaN && step != 1 {
      var (a, b) = (step, abs(Int(value)))
      while b != 0 { (a, b) = (b, a % b) }
      step = a
    }
    return step
  }

  private mutating func countWindows(_ values: [Double], low: Int, high: Int, step: Int) {
    var counts = [Int](repeating: 0, count: (high - low) / step + 1)
    for value in values where !value.isNaN { counts[(Int(value) - low) / step] += 1 }
    let lowest = low / step
    for middle in counts.indices.dropFirst(2).dropLast(2) where (middle + lowest).isMultiple(of: 5) {
      count += counts[middle - 2...middle + 2].reduce(0, +)
      atMultiples += counts[middle]
    }
    guard count >= Self.fewestValues else {
      reason = "fewer than \(Self.fewestValues) values lie in complete windows"
      return
    }
    let n = Double(count)
    let excess = Double(atMultiples) - n / 5
    let value = excess * excess / (0.16 * n)
    statistic = value
    pValue = ChiSquared(degreesOfFreedom: 1).upperTail(value)
  }

  /// The columns of a file that hold scores, each with its test.
  static func tests(_ file: CheckedFile) -> [DigitPreference] {
    var columns = file.scales.map(\.column)
    if let outcome = file.parts.outcome, file.score != nil, !columns.contains(outcome) {
      columns.append(outcome)
    }
    return columns.compactMap { column in
      (try? file.table.column(column)?.numericValues()).map { values in
        DigitPreference(possible(values, file, column), file: file.name, column: column)
      }
    }
  }

  /// A column's scores without those that cannot be: they would stretch the range.
  private static func possible(_ values: [Double], _ file: CheckedFile, _ column: String) -> [Double] {
    if let scale = file.scales.first(where: { $0.column == column })?.scale {
      return values.map { $0 >= scale.minimum && $0 <= scale.maximum ? $0 : .nan }
    }
    let codes = MissingCodes(values).values
    return codes.isEmpty ? values : values.map { codes.contains($0) ? .nan : $0 }
  }

  /// What is preferred in a file, as findings.
  ///
  /// A quarter more than expected is needed beside the p-value: in large files a curved distribution alone gives
  /// small p-values.
  static func findings(_ tests: [DigitPreference], _ file: CheckedFile, _ options: CheckOptions) -> [Finding]
  {
    tests.compactMap { test in
      guard let p = test.pValue, let share = test.share, p < options.digitPreferenceLevel, share >= 0.25,
        let values = try? file.table.column(test.column)?.numericValues()
      else { return nil }
      let rows = values.indices.filter { values[$0].remainder(dividingBy: test.period) == 0 }.map {
        Int32($0)
      }
      let used = "uses them as they are; rounding adds to the error of single scores"
      return file.finding(
        .digitPreference, .note, column: test.column, rows: rows,
        "\(PlainNumber.percent(share)) of the scores are multiples of \(Words.number(test.period)) where a fifth is expected "
          + "(chi-squared \(PlainNumber.fixed(test.statistic ?? .nan, decimals: 1)), 1 df, p "
          + "\(p < 0.001 ? "< 0.001" : "= " + PlainNumber.fixed(p, decimals: 3)))",
        file.analyses.map { Consequence($0, .used, used) })
    }
  }
}
