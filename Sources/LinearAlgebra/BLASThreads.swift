internal import COpenBLAS

/// The thread count of the BLAS, which is one for the life of the process.
///
/// OpenBLAS on two threads gives other bits than on one, and its threads inside a task group cost
/// several times what they save. Work is shared over blocks, people and replicates instead. Every
/// operation of this module makes sure of the count before its first call.
public enum BLASThreads {
  /// Sets the BLAS to one thread, whatever the environment asked for.
  public static func useOneThread() {
    openblas_set_num_threads(1)
  }

  /// The number of threads that the BLAS uses for its next call.
  public static var current: Int {
    limitOnce()
    return Int(openblas_get_num_threads())
  }

  /// Sets one thread at the first call of the process, and costs a load and a branch afterwards.
  static func limitOnce() {
    _ = isLimited
  }

  private static let isLimited: Bool = {
    useOneThread()
    return true
  }()
}
