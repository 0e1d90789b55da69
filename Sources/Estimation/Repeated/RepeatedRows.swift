internal import CohortTables
internal import LinearAlgebra

/// The design rows of some people, each with their visits.
struct RepeatedBlock: Sendable {
  let rows: DesignBlock
  let people: PersonSpans
  /// The visits and group of each pattern that a person can have.
  let patterns: [VisitPattern]
}

/// A set of visits, and the group of people whose covariance it has.
struct VisitPattern: Sendable, Hashable {
  let group: Int
  let visits: [Int]
}

/// The used rows sorted by person and visit, cut between people.
struct RepeatedRows: BlockSource {
  let frame: ModelFrame
  let response: BoundExpression
  let order: PersonOrder
  let people: [PersonSpans]
  let patterns: [VisitPattern]

  /// Sorts the rows; `groups` has the group of each row of the table.
  ///
  /// - Throws: `EstimationError` when a person is in two groups, or the response is no number.
  init(_ frame: ModelFrame, order: PersonOrder, groups: (column: String, codes: [Int])?, in table: Table)
    throws
  {
    guard case .value(let response, _, _) = frame.response else {
      throw EstimationError(.unsupported, "repeated measures need a number as response, not Surv( )")
    }
    self.frame = frame
    self.response = response
    self.order = order
    guard let groups else {
      people = order.people
      patterns = order.patterns.map { VisitPattern(group: 0, visits: $0) }
      return
    }
    var known: [VisitPattern: Int] = [:]
    var patterns: [VisitPattern] = []
    var people = order.people
    for leaf in people.indices {
      let first = order.leaves[leaf].lowerBound
      for person in 0..<people[leaf].count {
        let rows = order.order[first + people[leaf].starts[person]..<first + people[leaf].starts[person + 1]]
        let group = try Self.group(of: rows, groups, in: table)
        let pattern = VisitPattern(group: group, visits: order.patterns[people[leaf].patterns[person]])
        let code = known[pattern] ?? patterns.count
        if code == patterns.count {
          known[pattern] = code
          patterns.append(pattern)
        }
        people[leaf].patterns[person] = code
      }
    }
    self.people = people
    self.patterns = patterns
  }

  private static func group(
    of rows: ArraySlice<Int>, _ groups: (column: String, codes: [Int]), in table: Table
  ) throws -> Int {
    let first = rows.first ?? 0
    for row in rows where groups.codes[row] != groups.codes[first] {
      throw EstimationError(
        .unusableColumn,
        "\(table.place(row)): '\(groups.column)' differs from the same person's at \(table.place(first)): each person's "
          + "covariance belongs to one group")
    }
    return groups.codes[first]
  }

  var leafCount: Int { people.count }

  func forEachBlock(ofLeaf leaf: Int, _ body: (RepeatedBlock) -> Void) {
    let rows = DesignBlock(
      rows: RowRun(order.order[order.leaves[leaf]]), response: response, design: frame.design,
      shifts: nil, weights: frame.weights, clusters: nil)
    body(RepeatedBlock(rows: rows, people: people[leaf], patterns: patterns))
  }
}
