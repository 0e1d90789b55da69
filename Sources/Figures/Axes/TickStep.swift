#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// The distance between ticks, kept as a whole number times a power of ten so that ticks are exact decimals.
package struct TickStep: Sendable, Hashable {
  /// The whole number.
  package let mantissa: Int
  /// The power of ten.
  package let exponent: Int

  package init(_ mantissa: Int, exponent: Int = 0) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  /// The distance itself.
  package var size: Double { multiple(1) }

  /// The tick of an index.
  ///
  /// Dividing by a power of ten, not multiplying by 0.1, gives the nearest double.
  package func multiple(_ index: Int) -> Double {
    let whole = Double(index) * Double(mantissa)
    return exponent >= 0 ? whole * pow(10, Double(exponent)) : whole / pow(10, Double(-exponent))
  }

  /// The steps that make round ticks, rising, from well below a span to at least its size.
  ///
  /// Plain numbers use Heckbert's nice numbers (Graphics Gems, 1990, "Nice numbers for graph
  /// labels"); times use the multiples that calendars and visit plans use.
  package static func candidates(for unit: AxisUnit, span: Double) -> [TickStep] {
    let calendar: [Int] =
      switch unit {
      case .number, .percent, .years: []
      case .days: [1, 2, 7, 14, 30, 60, 90, 180, 365]
      case .weeks: [1, 2, 4, 8, 12, 26, 52]
      case .months: [1, 2, 3, 6, 12]
      }
    guard let year = calendar.last else { return decimal(span: span, unit: 1) }
    // Below two units a time axis is plain numbers; beyond a unit of years, nice numbers of years.
    let small = span < 2 ? decimal(span: span, unit: 1).filter { $0.size < 1 } : []
    let years = decimal(span: max(span / Double(year), 10), unit: year).filter { $0.size > Double(year) }
    return small + calendar.map { TickStep($0) } + years.filter { $0.exponent >= 0 }
  }

  private static func decimal(span: Double, unit: Int) -> [TickStep] {
    let first = Int(log10(span).rounded(.down)) - 2
    return (first...(first + 4)).flatMap { exponent in
      [1, 2, 5].map { TickStep($0 * unit, exponent: exponent) }
    }
  }
}
