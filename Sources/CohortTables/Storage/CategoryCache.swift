internal import Synchronization

/// A numeric column's values as categories, made once for all who ask.
final class CategoryCache: Sendable {
  private let made = Mutex<CategoryValues?>(nil)

  func values(_ make: () -> CategoryValues) -> CategoryValues {
    made.withLock { known in
      if let known { return known }
      let values = make()
      known = values
      return values
    }
  }
}
