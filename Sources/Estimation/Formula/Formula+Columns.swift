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
