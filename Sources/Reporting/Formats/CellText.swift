public import CohortTables
import Foundation

/// How numbers are shown to people: enough digits to judge, no more.
public enum CellText {
  /// A cell as people read it, on one line; full precision is in the CSV and JSON files.
  public static func text(_ cell: CSVCell, column: String) -> String {
    switch cell {
    case .text(let text): text.split(omittingEmptySubsequences: false) { $0.isNewline }.joined(separator: " ")
    case .integer(let value): String(value)
    case .missing: ""
    case .below(let threshold): "<\(threshold)"
    case .withheld: "*"
    case .number(let value): column.hasPrefix("p_") ? pValue(value) : number(value)
    }
  }

  /// Four significant digits, at most six decimals; whole numbers whole.
  public static func number(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    let size = abs(value)
    guard size >= 1e-4, size < 1e7 else { return String(format: "%.3e", value) }
    let decimals = max(0, min(6, 3 - Int(log10(size).rounded(.down))))
    return String(format: "%.\(decimals)f", value)
  }

  /// Three decimals; below 0.001 only that.
  public static func pValue(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    if value < 0.001 { return "<0.001" }
    return String(format: "%.3f", value)
  }

  /// A number with fixed decimals.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  /// A share as a percentage.
  public static func percent(_ share: Double, decimals: Int = 0) -> String {
    "\(fixed(100 * share, decimals))%"
  }
}
