/// Finite values in ascending order, each of which stands for one or several.
struct RepeatedValues: Sendable {
  let values: [Double]
  /// The numbers of values up to and with each; nil where every value stands for one.
  private let through: [Double]?

  /// Values without copies, or of an unknown number, are left out.
  init(_ all: [Double], copies: [Double]?) {
    guard let copies else {
      values = all.filter(\.isFinite).sorted()
      through = nil
      return
    }
    let kept = all.indices.filter { all[$0].isFinite && copies[$0] > 0 && copies[$0].isFinite }
      .sorted { (all[$0], $0) < (all[$1], $1) }
    values = kept.map { all[$0] }
    var sum = 0.0
    through = kept.map {
      sum += copies[$0]
      return sum
    }
  }

  /// The quantile of all copies by linear interpolation of order statistics, R's type 7.
  func quantile(_ share: Double) -> Double {
    let count = through?.last ?? Double(values.count)
    let place = (count - 1) * share
    let index = place.rounded(.down)
    let low = value(index)
    guard place > index, index + 1 < count else { return low }
    let part = place - index
    return (1 - part) * low + part * value(index + 1)
  }

  /// The order statistic with so many before it.
  private func value(_ index: Double) -> Double {
    guard let through else { return values[Int(index)] }
    // The first value up to and with which there are more than the index.
    var (low, high) = (0, through.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if through[middle] > index { high = middle } else { low = middle + 1 }
    }
    return values[low]
  }
}
