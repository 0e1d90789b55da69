#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lets workers through one at a time, in the order of their tickets.
@safe final class TurnGate: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let turnChanged = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var turn = 0

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(turnChanged, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(turnChanged)
    unsafe pthread_mutex_destroy(mutex)
    unsafe turnChanged.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` when every earlier ticket has been through; each ticket must come once.
  func pass<Result, Failure: Error>(
    _ ticket: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    while turn != ticket { unsafe pthread_cond_wait(turnChanged, mutex) }
    unsafe pthread_mutex_unlock(mutex)
    defer {
      unsafe pthread_mutex_lock(mutex)
      turn += 1
      unsafe pthread_cond_broadcast(turnChanged)
      unsafe pthread_mutex_unlock(mutex)
    }
    return try body()
  }
}
