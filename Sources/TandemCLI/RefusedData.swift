import Tandem

extension EstimationError {
  /// The exit code of a model that could not be fitted: 2 when the question is wrong, 3 when the data are.
  var exitCode: Int32 {
    switch code {
    case .notBuilt, .unsupported, .unknownColumn: 2
    case .numerical: 1
    default: 3
    }
  }
}

extension Table {
  /// Runs an analysis of this table; a refusal of the data that does not name the file gets its name.
  func naming<T>(_ analysis: () throws -> T) throws -> T {
    do {
      return try analysis()
    } catch let error as EstimationError
      where error.exitCode == 3 && !error.message.hasPrefix(source.displayName)
    {
      throw EstimationError(error.code, "\(source.displayName): \(error.message)")
    }
  }
}
