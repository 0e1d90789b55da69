internal import LinearAlgebra

/// Numbers that are taken from columns, and by which they are then multiplied.
///
/// Scales are powers of two, so that scaling rounds nothing; shifts come from the first rows and need only be near the
/// columns' means. Days since 1970 thereby become numbers about 0 of size 1.
struct ColumnShifts: Sendable {
  var shifts: [Double]
  var scales: [Double]

  /// Means and powers of two near the reciprocal standard deviations of some rows.
  ///
  /// Columns that `isShifted` leaves out keep their zero and are scaled by their mean square.
  init(_ rows: Matrix, isShifted: (Int) -> Bool) {
    shifts = []
    scales = []
    for column in 0..<rows.columnCount {
      let values = rows.column(column)
      let count = Double(max(values.count, 1))
      let mean = values.reduce(0, +) / count
      let shift = isShifted(column) && mean.isFinite ? mean : 0
      let spread = (values.reduce(0) { $0 + ($1 - shift) * ($1 - shift) } / count).squareRoot()
      shifts.append(shift)
      scales.append(spread > 0 && spread.isFinite ? Self.powerOfTwo(1 / spread) : 1)
    }
  }

  /// No change.
  init(unchanged count: Int) {
    shifts = [Double](repeating: 0, count: count)
    scales = [Double](repeating: 1, count: count)
  }

  private static func powerOfTwo(_ x: Double) -> Double {
    x.isNormal ? Double(sign: .plus, exponent: x.exponent, significand: 1) : 1
  }

  /// The sum of the scales' logarithms over some columns.
  func logScale(of columns: [Int]) -> Double { columns.reduce(0) { $0 + logarithm(scales[$1]) } }
}
