import Synchronization

/// The earliest trouble that workers meet in the blocks of a file.
final class BlockFailure: Sendable {
  private let first = Mutex<(block: Int, error: any Error)?>(nil)

  /// Whether a block is still of interest.
  func mayGoOn(_ block: Int) -> Bool {
    first.withLock { known in known.map { block < $0.block } ?? true }
  }

  func note(_ block: Int, _ error: any Error) {
    first.withLock { known in
      if let earlier = known, earlier.block <= block { return }
      known = (block, error)
    }
  }

  func rethrow() throws {
    if let error = first.withLock({ $0?.error }) { throw error }
  }
}
