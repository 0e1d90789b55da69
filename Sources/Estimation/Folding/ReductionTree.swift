/// The shape in which the states of leaves are combined: a binary counter.
///
/// Node `(level, index)` holds leaves `index * 2^level ..< (index + 1) * 2^level`. Complete
/// neighbours merge pairwise; what is left at the right edge merges from the last node to the first.
/// The shape depends on the number of leaves alone, so floating-point sums come out with the same
/// bits from any executor; and a sum of n leaves takes part in log2(n) additions, not n.
struct ReductionTree<F: Fold> {
  struct Node: Hashable, Sendable {
    var level: Int
    var index: Int

    var isRightChild: Bool { index & 1 == 1 }
    var sibling: Node { Node(level: level, index: index ^ 1) }
    var parent: Node { Node(level: level + 1, index: index >> 1) }
    var firstLeaf: Int { index << level }
  }

  let fold: F

  /// Merges two siblings into their parent.
  func join(_ node: Node, _ state: consuming F.State, with sibling: consuming F.State) -> F.State {
    if node.isRightChild {
      var earlier = sibling
      fold.merge(state, into: &earlier)
      return earlier
    }
    var earlier = state
    fold.merge(sibling, into: &earlier)
    return earlier
  }

  /// Merges the complete nodes that remain once every leaf was folded.
  func root(of remaining: [Node: F.State]) -> F.State {
    var result: F.State?
    for (_, state) in remaining.sorted(by: { $0.key.firstLeaf > $1.key.firstLeaf }) {
      var earlier = state
      if let later = result { fold.merge(later, into: &earlier) }
      result = earlier
    }
    return result ?? fold.initialState
  }
}
