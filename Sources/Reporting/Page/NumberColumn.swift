import CohortTables
import Foundation

/// How the numbers of one column are shown: with the same decimals where that hides nothing.
struct NumberColumn {
  private let name: String
  private let decimals: Int?

  /// The column with these cells.
  ///
  /// The largest number gets four significant digits and the others its decimals, unless one of them
  /// would be left with fewer than two digits; then each number is shown for itself.
  init(_ cells: [CSVCell], name: String) {
    self.name = name
    let sizes = cells.compactMap { cell -> Double? in
      guard case .number(let value) = cell, value.isFinite else { return nil }
      return abs(value)
    }
    let isWhole = sizes.allSatisfy { $0 == $0.rounded() }
    guard !isWhole, !name.hasPrefix("p_"), let largest = sizes.max(), largest < 1e7,
      let smallest = sizes.filter({ $0 > 0 }).min()
    else {
      decimals = nil
      return
    }
    let places = max(0, min(6, 3 - Int(log10(largest).rounded(.down))))
    decimals = smallest * pow(10, Double(places)) >= 10 ? places : nil
  }

  /// A cell for people; nil for a value that does not exist.
  func text(_ cell: CSVCell) -> String? {
    switch cell {
    case .integer(let value): return PageText.grouped(value)
    case .number(let value):
      guard value.isFinite else { return nil }
      let text = decimals.map { CellText.fixed(value == 0 ? 0 : value, $0) }
      return Self.typeset(text ?? CellText.text(cell, column: name))
    case .text, .missing, .below, .withheld:
      let text = CellText.text(cell, column: name)
      return text.isEmpty ? nil : PageText.clean(text)
    }
  }

  /// The number with a minus sign in place of the hyphen.
  private static func typeset(_ number: String) -> String {
    number.first == "-" ? "\u{2212}" + number.dropFirst() : number
  }
}
