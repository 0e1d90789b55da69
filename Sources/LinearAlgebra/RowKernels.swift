internal import CRowKernels

/// Which instructions the kernels over rows take.
package enum RowKernels {
  /// The best that this processor has.
  package static let level = tandem_rows_level()
}
