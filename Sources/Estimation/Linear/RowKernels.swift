internal import CRowKernels

/// Which instructions the kernels over rows take.
enum RowKernels {
  /// The best that this processor has.
  static let level = tandem_rows_level()
}
