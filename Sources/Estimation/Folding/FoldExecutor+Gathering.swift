internal import Synchronization

extension FoldExecutor {
  /// What `body` makes of each index below `count`, in order, whatever thread made it.
  ///
  /// - Throws: The error of the least index that has one.
  package func gather<Part: Sendable, Failure: Error>(
    _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Part
  ) throws(Failure) -> [Part] {
    let parts = Mutex<[Int: Result<Part, Failure>]>([:])
    forEach(count) { index in
      let part: Result<Part, Failure>
      do throws(Failure) { part = .success(try body(index)) } catch { part = .failure(error) }
      parts.withLock { $0[index] = part }
    }
    let all = parts.withLock { $0 }
    var gathered: [Part] = []
    gathered.reserveCapacity(count)
    for index in 0..<count {
      guard let part = all[index] else { preconditionFailure("an executor calls its body for every index") }
      gathered.append(try part.get())
    }
    return gathered
  }
}
