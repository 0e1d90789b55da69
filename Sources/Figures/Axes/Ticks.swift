#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// The marked values of an axis with their labels.
package struct Ticks: Sendable, Hashable {
  /// The values, rising.
  package let values: [Double]
  /// The text of each value.
  package let labels: [String]

  /// Ticks whose first and last enclose a range; the finest round step with at most so many ticks.
  ///
  /// - Precondition: The range is not a single value, and at least 3 ticks are allowed.
  package static func enclosing(_ range: ClosedRange<Double>, most: Int, unit: AxisUnit = .number) -> Ticks {
    precondition(most >= 3, "an axis needs room for three ticks")
    return choose(range, most: most, unit: unit, first: .down, last: .up)
  }

  /// Ticks inside a range; the finest round step with at most so many ticks.
  ///
  /// There are at least two, even where that takes a few more than allowed.
  ///
  /// - Precondition: The range is not a single value, and at least 2 ticks are allowed.
  package static func inside(_ range: ClosedRange<Double>, most: Int, unit: AxisUnit = .number) -> Ticks {
    precondition(most >= 2, "an axis needs room for two ticks")
    return choose(range, most: most, unit: unit, first: .up, last: .down)
  }

  /// Ticks at given values, such as visits, with as few decimals as tell them apart (at most three).
  package static func at(_ values: [Double], unit: AxisUnit = .number) -> Ticks {
    let factor = unit == .percent ? 100.0 : 1
    let power = [0, 1, 2].first { digits in
      let scale = pow(10, Double(digits)) * factor
      return values.allSatisfy { abs($0 * scale - ($0 * scale).rounded()) < 1e-9 * max(1, abs($0 * scale)) }
    }
    return Ticks(values: values, labels: values.map { label($0, decimals: power ?? 3, unit: unit) })
  }

  /// Ticks of a logarithmic axis inside a positive range: 1, 2, 5 times powers of ten, fewer or more to fit.
  ///
  /// A range too short for three of them has the ticks of a plain axis.
  package static func logarithmic(_ range: ClosedRange<Double>, most: Int) -> Ticks {
    precondition(range.lowerBound > 0 && most >= 2, "a logarithmic axis is positive")
    let low = Int(log10(range.lowerBound).rounded(.down))
    let high = Int(log10(range.upperBound).rounded(.up))
    func ticks(_ mantissas: [Double], every stride: Int = 1) -> Ticks {
      var (values, labels): ([Double], [String]) = ([], [])
      for exponent in Swift.stride(from: low, through: high, by: stride) {
        for mantissa in mantissas {
          let scale = pow(10, Double(abs(exponent)))
          let value = exponent < 0 ? mantissa / scale : mantissa * scale
          guard isInside(value, range) else { continue }
          let decimals = max(0, -exponent) + (mantissa == 1.5 && exponent <= 0 ? 1 : 0)
          values.append(value)
          labels.append(label(value, decimals: decimals, unit: .number))
        }
      }
      return Ticks(values: values, labels: labels)
    }
    let choices = [ticks([1, 1.5, 2, 3, 5, 7]), ticks([1, 2, 5]), ticks([1, 3]), ticks([1])]
    let decades = (2...max(2, high - low + 1)).lazy.map { ticks([1], every: $0) }
    let chosen =
      choices.first { $0.values.count <= most } ?? decades.first { $0.values.count <= most } ?? choices[3]
    return chosen.values.count >= 3 ? chosen : inside(range, most: most)
  }

  // MARK: - Choosing

  private static func choose(
    _ range: ClosedRange<Double>, most: Int, unit: AxisUnit, first: FloatingPointRoundingRule,
    last: FloatingPointRoundingRule
  ) -> Ticks {
    let span = range.upperBound - range.lowerBound
    precondition(span > 0 && span.isFinite, "an axis needs two different values")
    let candidates = TickStep.candidates(for: unit, span: span)
    func indices(_ step: TickStep) -> ClosedRange<Int>? {
      // A bound within rounding of a tick is on it.
      let low = snapped(range.lowerBound / step.size).rounded(first)
      let high = snapped(range.upperBound / step.size).rounded(last)
      guard low <= high, abs(low) < 1e15, abs(high) < 1e15 else { return nil }
      return Int(low)...Int(high)
    }
    // A calendar's steps may be too far apart for a short axis, then plain numbers serve; where both
    // leave a single tick, a few more than asked for are the lesser evil.
    let steps = candidates + (unit == .number ? [] : TickStep.candidates(for: .number, span: span))
    let fitting = steps.compactMap { step in indices(step).map { (step, $0) } }.filter { $0.1.count >= 2 }
    let fewest = fitting.min { $0.1.count < $1.1.count }
    guard let (step, chosen) = fitting.first(where: { $0.1.count <= most }) ?? fewest else {
      return at([range.lowerBound, range.upperBound], unit: unit)
    }
    let values = chosen.map(step.multiple)
    return Ticks(
      values: values,
      labels: values.map {
        label($0, decimals: max(0, -step.exponent - (unit == .percent ? 2 : 0)), unit: unit)
      })
  }

  private static func snapped(_ ratio: Double) -> Double {
    abs(ratio - ratio.rounded()) < 1e-9 * max(1, abs(ratio)) ? ratio.rounded() : ratio
  }

  private static func isInside(_ value: Double, _ range: ClosedRange<Double>) -> Bool {
    value >= range.lowerBound * (1 - 1e-12) && value <= range.upperBound * (1 + 1e-12)
  }

  private static func label(_ value: Double, decimals: Int, unit: AxisUnit) -> String {
    let shown = unit == .percent ? value * 100 : value
    let suffix = unit == .percent ? "%" : ""
    guard decimals <= 15, abs(shown) < 1e15 else { return "\(shown)" + suffix }
    let text =
      decimals == 0 ? NumberText.count(Int(shown.rounded())) : NumberText.fixed(shown, decimals: decimals)
    return text + suffix
  }

  // MARK: - Fitting

  /// The least distance between neighbours that keeps labels, and cells of a given width, apart.
  package func fits(_ scale: AxisScale, size: Double, cellWidth: Double = 0) -> Bool {
    let widths = labels.map { max(TextMetrics.width($0, size: size), cellWidth) }
    return values.indices.dropFirst().allSatisfy { index in
      let room = abs(scale.place(values[index]) - scale.place(values[index - 1]))
      return room >= (widths[index] + widths[index - 1]) / 2 + size * 0.5
    }
  }

  /// The densest choice, from most ticks down to two, that keeps labels apart.
  package static func fitting(
    _ scale: AxisScale, most: Int, size: Double, cellWidth: Double = 0, choose: (Int) -> Ticks
  ) -> Ticks {
    for count in stride(from: most, through: 3, by: -1) {
      let ticks = choose(count)
      if ticks.fits(scale, size: size, cellWidth: cellWidth) { return ticks }
    }
    return choose(2)
  }
}
