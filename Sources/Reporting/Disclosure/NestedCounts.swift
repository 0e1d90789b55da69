/// Counts of people within people: those followed up among all, those with a slope among them.
///
/// The difference of two of them is a count too. Where it is small, the larger goes, so that what was computed from
/// the smaller stays.
enum NestedCounts {
  /// The places of the counts that go, so that all that stay are equal or apart by the threshold or more.
  static func hidden(_ counts: [Double], gate: DisclosureGate) -> Set<Int> {
    var kept: [Double] = []
    for count in Set(counts).sorted() where count > 0 {
      if !kept.contains(where: { gate.hides(count - $0) }) { kept.append(count) }
    }
    return Set(counts.indices.filter { counts[$0] > 0 && !kept.contains(counts[$0]) })
  }
}
