import CohortTables

/// The response of a multinomial model, as it was read.
struct MultinomialResponse: Sendable {
  let column: String
  let values: CategoryValues
  let checks: [RowScreen.Check]

  init(_ formula: Formula, in table: Table) throws {
    guard case .value(.column(let name)) = formula.response else {
      throw EstimationError(
        .unsupported, "a multinomial model needs a column of categories as response, such as 'modality ~ age'"
      )
    }
    column = name
    values = try table.requireColumn(name).asCategories()
    checks = [try ModelFrame.missing(name, in: table)]
  }
}

/// The response of a multinomial model among the used rows.
struct MultinomialOutcome: Sendable {
  let column: String
  /// The levels that used rows have, the reference first.
  let levels: [String]
  /// For each row of the table the index of its level; NaN where it is not used.
  let codes: [Double]
  /// The used rows of each level.
  let rowCounts: [Int]
  /// The rows' weights summed for each level; rows where there are none.
  let totals: [Double]
  /// What each level's side of the design rests on: its events are the people with the level.
  let supports: [DesignSupport]
  /// Levels in the file that no used row has.
  let unused: [String]

  init(_ response: MultinomialResponse, frame: ModelFrame, in table: Table) throws {
    let (name, all) = (response.column, response.values)
    let own = all.codes.array()
    var counts = [Int](repeating: 0, count: all.levels.count)
    for row in frame.usedRows { counts[Int(own[row])] += 1 }
    var order = counts.indices.filter { counts[$0] > 0 }
    if let reference = frame.options.references[name] {
      guard let place = order.firstIndex(where: { all.levels[$0] == reference }) else {
        throw EstimationError(
          .unknownLevel,
          "column '\(name)' has no used row at the reference level '\(reference)'; there are "
            + order.prefix(8).map { all.levels[$0] }.joined(separator: ", "))
      }
      order.insert(order.remove(at: place), at: 0)
    }
    guard order.count > 1 else {
      throw EstimationError(
        .unusableColumn,
        "column '\(name)' has the single level '\(order.first.map { all.levels[$0] } ?? "")' among the used rows: "
          + "there is nothing to tell apart")
    }
    try DesignLimit.check(name, levelCount: order.count, in: table)
    column = name
    levels = order.map { all.levels[$0] }
    unused = counts.indices.filter { counts[$0] == 0 }.map { all.levels[$0] }
    rowCounts = order.map { counts[$0] }
    var codes = [Double](repeating: .nan, count: own.count)
    var places = [Int](repeating: 0, count: counts.count)
    for (place, code) in order.enumerated() { places[code] = place }
    var totals = [Double](repeating: 0, count: order.count)
    for row in frame.usedRows {
      let place = places[Int(own[row])]
      codes[row] = Double(place)
      totals[place] += frame.weights?[row] ?? 1
    }
    self.codes = codes
    self.totals = totals
    let subject = try frame.options.subject.map { try table.requireColumn($0).asCategories().codes.array() }
    supports = try order.indices.map { place in
      var counted = SupportTally.Rows(used: frame.usedRows)
      counted.subject = subject
      counted.countsEventsOnce = true
      counted.event = codes.map { $0 == Double(place) ? 1 : 0 }
      return DesignSupport(frame.plan, try SupportTally(frame.formula, table, counted))
    }
  }

  /// What an equation's column rests on: the people that it compares, with either level.
  func support(ofLevel level: Int, column: Int) -> Support {
    Support.fewest(of: [supports[0].columns[column], supports[level].columns[column]])
      ?? supports[level].columns[column]
  }
}
