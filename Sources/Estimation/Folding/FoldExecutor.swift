import Dispatch
import Synchronization

/// Runs a fold over blocks.
///
/// Every executor uses the same leaves and the same reduction tree, so that all of them, with any
/// number of threads, give the same bits.
public protocol FoldExecutor: Sendable {
  /// Folds all leaves of a source.
  ///
  /// - Throws: What the fold's `finalize` throws.
  func run<F: Fold, S: BlockSource>(_ fold: F, over source: S) throws -> F.Output where F.Block == S.Block

  /// Calls `body` once for each index below `count`; the calls must not depend on each other.
  func forEach(_ count: Int, _ body: @Sendable (Int) -> Void)
}

/// The reference executor: one thread, leaves in order.
///
/// - Complexity: One accumulation a block, `leafCount - 1` merges, `log2(leafCount)` states held.
public struct SerialExecutor: FoldExecutor {
  /// An executor that uses the calling thread only.
  public init() {}

  /// Folds all leaves of a source.
  public func run<F: Fold, S: BlockSource>(_ fold: F, over source: S) throws -> F.Output
  where F.Block == S.Block {
    let tree = ReductionTree(fold: fold)
    var pending: [ReductionTree<F>.Node: F.State] = [:]
    for leaf in 0..<source.leafCount {
      var state = fold.initialState
      source.forEachBlock(ofLeaf: leaf) { fold.accumulate($0, into: &state) }
      var node = ReductionTree<F>.Node(level: 0, index: leaf)
      while let sibling = pending.removeValue(forKey: node.sibling) {
        state = tree.join(node, state, with: sibling)
        node = node.parent
      }
      pending[node] = state
    }
    return try fold.finalize(tree.root(of: pending))
  }

  /// Calls `body` once for each index below `count`.
  public func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}

/// Folds leaves on several threads.
///
/// Workers claim leaves in order; whoever completes the second of two siblings merges them. The
/// states that wait number at most the threads plus the tree's depth.
public struct ThreadedExecutor: FoldExecutor {
  /// How many workers run at once.
  public let threads: Int

  /// An executor with a number of workers.
  public init(threads: Int) {
    precondition(threads > 0, "an executor needs at least one thread")
    self.threads = threads
  }

  /// Folds all leaves of a source.
  public func run<F: Fold, S: BlockSource>(_ fold: F, over source: S) throws -> F.Output
  where F.Block == S.Block {
    let tree = ReductionTree(fold: fold)
    let pending = Mutex<[ReductionTree<F>.Node: F.State]>([:])
    forEach(source.leafCount) { leaf in
      var state = fold.initialState
      source.forEachBlock(ofLeaf: leaf) { fold.accumulate($0, into: &state) }
      var node = ReductionTree<F>.Node(level: 0, index: leaf)
      while true {
        let (current, waiting) = (node, state)
        // Either the sibling is taken out and merged here, or this state waits for it.
        let sibling = pending.withLock { nodes -> F.State? in
          if let found = nodes.removeValue(forKey: current.sibling) { return found }
          nodes[current] = waiting
          return nil
        }
        guard let sibling else { break }
        state = tree.join(node, state, with: sibling)
        node = node.parent
      }
    }
    return try fold.finalize(tree.root(of: pending.withLock { $0 }))
  }

  /// Calls `body` once for each index below `count`.
  public func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(threads, count)
    guard workers > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }
}
