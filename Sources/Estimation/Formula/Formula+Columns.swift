extension Formula {
  /// The names of all columns that the formula reads.
  public var columns: Set<String> {
    var names = Set(variables.flatMap(\.columns) + offsets.flatMap(\.columns) + strata)
    names.formUnion(randomTerms.flatMap(\.columns))
    switch response {
    case .value(let expression): names.formUnion(expression.columns)
    case .survival(let time, let status): names.formUnion([time, status.column])
    case .countingProcess(let start, let stop, let status): names.formUnion([start, stop, status.column])
    }
    return names
  }
}

extension Formula {
  /// The status column of a survival response.
  public var statusColumn: String? {
    switch response {
    case .value: nil
    case .survival(_, let status), .countingProcess(_, _, let status): status.column
    }
  }

  /// Whether the response is `Surv(start, stop, status)`.
  public var hasDelayedEntry: Bool {
    if case .countingProcess = response { true } else { false }
  }
}
