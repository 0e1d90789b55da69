/// The places of numbers in ascending order; equal numbers as they stand.
///
/// A radix sort over the bits of the numbers, eleven at a time; digits that all numbers share are passed over, so that
/// whole days cost two or three passes.
///
/// - Complexity: O(numbers).
func ascendingOrder(_ values: [Double]) -> [Int32] {
  struct Item {
    var bits: UInt64
    var index: Int32
  }
  let count = values.count
  var items: [Item] = []
  items.reserveCapacity(count)
  var common = UInt64.max
  var anywhere: UInt64 = 0
  for index in 0..<count {
    // -0 and 0 are one number.
    let raw = (values[index] + 0.0).bitPattern
    let bits = raw >> 63 == 1 ? ~raw : raw | (1 << 63)
    common &= bits
    anywhere |= bits
    items.append(Item(bits: bits, index: Int32(index)))
  }
  let differing = common ^ anywhere
  var sorted = items
  for shift in stride(from: 0, to: 64, by: 11) where (differing >> UInt64(shift)) & 2047 != 0 {
    var starts = [Int](repeating: 0, count: 2049)
    for item in items { starts[Int((item.bits >> UInt64(shift)) & 2047) + 1] += 1 }
    for digit in 0..<2048 { starts[digit + 1] += starts[digit] }
    for item in items {
      let digit = Int((item.bits >> UInt64(shift)) & 2047)
      sorted[starts[digit]] = item
      starts[digit] += 1
    }
    swap(&items, &sorted)
  }
  return items.map(\.index)
}
