internal import CRowKernels

/// Which instructions the kernels over rows take.
package enum RowKernels {
  /// The best that this processor has.
  package static let level = tandem_rows_level()

  /// The sum of some numbers, each less another.
  package static func sum(_ values: [Double], _ rows: Range<Int>, less shift: Double) -> Double {
    unsafe values.span.extracting(rows).withUnsafeBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return 0 }
      // SAFETY: the kernel reads as many numbers as the buffer has.
      return unsafe tandem_shifted_sum(level, numbers.count, start, shift)
    }
  }
}

extension RowKernels {
  /// Replaces numbers up to 708 by their exponentials; those below -708 are taken as that.
  package static func exponentials(of values: inout [Double]) {
    let count = values.count
    unsafe values.withUnsafeMutableBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      // SAFETY: the kernel reads and writes as many numbers as the buffer has.
      unsafe tandem_exponentials(level, count, start)
    }
  }
}
