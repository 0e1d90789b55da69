internal import LinearAlgebra

/// How many people tell of each part of the residuals' covariance in one group.
///
/// A person tells of a parameter when it takes part in the covariance of the visits that the person has: of
/// an unstructured covariance element only those who have both visits, of a single correlation all
/// with two visits or more.
struct RepeatedPeople: Sendable {
  /// One number a parameter of the group.
  let parameters: [Int]
  /// One number a visit.
  let visits: [Int]

  /// Counts patterns; frequencies count copies.
  ///
  /// - Complexity: O(patterns x visits^2).
  init(_ patterns: [PatternRows], _ point: CovariancePoint, group: Int) {
    var parameters = [Double](repeating: 0, count: point.shape.parameterCount)
    var visits = [Double](repeating: 0, count: point.shape.visitCount)
    for block in patterns where block.pattern.group == group {
      let own = block.pattern.visits
      var told: Set<Int> = []
      for (i, a) in own.enumerated() {
        visits[a] += block.people
        for b in own[i...] { told.formUnion(point.entry(group, a, b).indices) }
      }
      for index in told { parameters[index] += block.people }
    }
    self.parameters = parameters.map { Int($0) }
    self.visits = visits.map { Int($0) }
  }

  /// The fewest people that tell of an element: of its least known parameter.
  func fewest(_ entry: CovarianceEntry) -> Int { entry.indices.map { parameters[$0] }.min() ?? 0 }
}
