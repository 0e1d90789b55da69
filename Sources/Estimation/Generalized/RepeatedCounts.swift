/// What was computed for each small count, so that it is computed once.
///
/// Counts and 0/1 repeat themselves from row to row.
struct RepeatedCounts<Value> {
  private var values = [Value?](repeating: nil, count: 64)

  /// The value of a response, computed where it is not known.
  @inline(__always)
  mutating func value(of response: Double, _ compute: () -> Value) -> Value {
    // Comparing before converting keeps numbers out that have no integer.
    guard response >= 0, response < 64, response == response.rounded(.towardZero) else { return compute() }
    if let known = values[Int(response)] { return known }
    let value = compute()
    values[Int(response)] = value
    return value
  }
}
