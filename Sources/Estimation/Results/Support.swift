/// How many people, and in survival models and models of a yes-or-no response how many events, something rests on.
public struct Support: Sendable, Equatable {
  /// People, or rows where no column says who they belong to; counted up to ``most``.
  public let people: Int
  /// Events; nil for models without events.
  public let events: Int?
  /// People, rows or trials without the event, where the response is yes or no: with the people they tell the
  /// events; nil for other models.
  public let nonEvents: Int?

  /// Counts go no further: what rests on so many is not small.
  public static let most = 1000

  /// A support.
  public init(people: Int, events: Int? = nil, nonEvents: Int? = nil) {
    self.people = people
    self.events = events
    self.nonEvents = nonEvents
  }

  /// The smallest of people, events and non-events, of those that are not 0; 0 where all are.
  ///
  /// No one can be found among no one, so that 0 is not small.
  public var fewest: Int { [people, events ?? 0, nonEvents ?? 0].filter { $0 > 0 }.min() ?? 0 }

  /// The smallest counts of several supports that are not 0.
  static func fewest(of all: some Sequence<Support>) -> Support? {
    var people: Int?
    var events: Int?
    var nonEvents: Int?
    var isEmpty = true
    func lower(_ least: inout Int?, to own: Int?) {
      if let own, own > 0 { least = min(least ?? own, own) }
    }
    for one in all {
      isEmpty = false
      lower(&people, to: one.people)
      lower(&events, to: one.events)
      lower(&nonEvents, to: one.nonEvents)
    }
    return isEmpty ? nil : Support(people: people ?? 0, events: events, nonEvents: nonEvents)
  }
}

/// What the coefficients of a model rest on: the people and events of the levels that they compare.
///
/// A coefficient of a category compares a level with the reference level (with sum and Helmert coding: with all
/// levels); one of an interaction compares cells. Its support is that of the smallest of these cells. A numeric column
/// with two values is a category of two levels. The effect of a variable that takes part in an interaction
/// is one at the reference levels of the other variables, so that these cells count too. What is
/// compared with a small reference level rests on few people, whoever is at the other end. Of a stratified
/// model every coefficient compares within the strata, and rests on the smallest of them.
public struct DesignSupport: Sendable, Equatable {
  /// The used rows of the whole model.
  public let total: Support
  /// One for each column of the design.
  public let columns: [Support]
  /// What everything rests on: all rows or, of a stratified model, the smallest stratum.
  private let whole: Support

  /// The support of the column with the least: statistics of the whole model tell of it too.
  public var least: Support { Support.fewest(of: columns + [total]) ?? total }

  /// A category in a term of its own, with the support of its levels, the reference first.
  private struct Factor: Equatable {
    let columns: Range<Int>
    let levels: [Support]
  }

  private let hasIntercept: Bool
  private let factors: [Factor]
  /// For each column what it adds to the support of a function; nil where its factor's levels do.
  private let parts: [Support?]

  /// The support of a linear function of the coefficients, one weight for each column.
  ///
  /// Of a category in a term of its own only the levels count whose weights do not cancel: the difference of two
  /// levels does not rest on the reference.
  func support(ofWeights weights: [Double]) -> Support {
    func counts(_ weight: Double) -> Bool { abs(weight) > 1e-12 }
    var involved = [whole] + zip(weights, parts).compactMap { counts($0) ? $1 : nil }
    let constant = hasIntercept ? weights[0] : 0
    for factor in factors {
      let own = weights[factor.columns]
      let all = [constant - own.reduce(0, +)] + own
      involved += zip(all, factor.levels).filter { counts($0.0) }.map(\.1)
    }
    return Support.fewest(of: involved) ?? whole
  }

  init(_ plan: DesignPlan, _ tally: SupportTally) {
    total = tally.total.support(tally)
    whole = tally.whole
    hasIntercept = plan.hasIntercept
    let cells = SupportedCells(plan, tally)
    let simple = plan.terms.indices.filter(cells.isFactor)
    var columns: [Support] = []
    var parts: [Support?] = []
    if plan.hasIntercept {
      columns.append(cells.support(ofTerm: nil, column: 0, without: []))
      parts.append(cells.support(ofTerm: nil, column: 0, without: simple))
    }
    for (index, term) in plan.terms.enumerated() {
      for column in 0..<term.columns.count {
        columns.append(cells.support(ofTerm: index, column: column, without: []))
        parts.append(simple.contains(index) ? nil : columns.last)
      }
    }
    self.columns = columns
    self.parts = parts
    factors = simple.map { Factor(columns: plan.terms[$0].columns, levels: cells.levels(ofTerm: $0)) }
  }
}

/// The cells of a plan's terms, with what they hold.
private struct SupportedCells {
  let plan: DesignPlan
  let tally: SupportTally
  /// For each variable the coordinates of its levels in the plan's order; nil where it has no levels.
  private let coordinates: [[Int64]?]
  /// The place of 0 among the two values of a numeric variable.
  private let zeros: [Int?]

  init(_ plan: DesignPlan, _ tally: SupportTally) {
    self.plan = plan
    self.tally = tally
    var zeros = [Int?](repeating: nil, count: plan.variables.count)
    coordinates = plan.variables.enumerated().map { index, variable in
      if let levels = variable.levels { return levels.map { tally.coordinate(ofLevel: $0, variable: index) } }
      guard let values = tally.twoValues(ofVariable: index) else { return nil }
      zeros[index] = values.firstIndex(of: SupportTally.coordinate(of: 0))
      return values
    }
    self.zeros = zeros
  }

  /// The smallest cell that a column compares, among those of its term and of all terms that contain it.
  func support(ofTerm own: Int?, column: Int, without left: [Int]) -> Support {
    var parts = [tally.whole]
    let chosen = own.map { levels(ofTerm: $0, column: column) } ?? [:]
    let variables = Set(own.map { plan.terms[$0].factors.map(\.variable) } ?? [])
    for (index, term) in plan.terms.enumerated() where !left.contains(index) {
      let all = term.factors.map(\.variable)
      guard variables.isSubset(of: all) else { continue }
      let axes = all.map { variable in
        chosen[variable] ?? (variables.contains(variable) ? allLevels(variable) : baseLevels(variable))
      }
      parts += tally.cells[index].filter { key, _ in
        zip(key, axes).allSatisfy { coordinate, allowed in allowed.map { $0.contains(coordinate) } ?? true }
      }.values.map { $0.support(tally) }
    }
    return Support.fewest(of: parts) ?? tally.whole
  }

  /// Whether a term is a category by itself, in no other term, as differences from the reference.
  func isFactor(_ index: Int) -> Bool {
    guard plan.coding == .treatment, let factor = plan.terms[index].factors.first,
      plan.terms[index].factors.count == 1, plan.variables[factor.variable].levels != nil
    else { return false }
    return !factor.isFull
      && plan.terms.indices.allSatisfy { other in
        other == index || !plan.terms[other].factors.contains { $0.variable == factor.variable }
      }
  }

  /// The support of each level of a term that is a category by itself.
  func levels(ofTerm index: Int) -> [Support] {
    guard let variable = plan.terms[index].factors.first?.variable, let all = coordinates[variable] else {
      return []
    }
    return all.map { (tally.cells[index][[$0]] ?? SupportTally.Cell()).support(tally) }
  }

  /// The levels that a term's column sets against each other, by variable.
  private func levels(ofTerm index: Int, column: Int) -> [Int: Set<Int64>] {
    var result: [Int: Set<Int64>] = [:]
    var rest = column
    for factor in plan.terms[index].factors {
      let own = rest % factor.width
      rest /= factor.width
      guard plan.variables[factor.variable].levels != nil, let all = coordinates[factor.variable] else {
        continue
      }
      if factor.isFull {
        result[factor.variable] = [all[own]]
      } else if plan.coding == .treatment {
        result[factor.variable] = [all[0], all[own + 1]]
      }
    }
    return result
  }

  private func allLevels(_ variable: Int) -> Set<Int64>? { coordinates[variable].map(Set.init) }

  /// Where a variable stands in the coefficients of the terms below: at its reference level, or at 0.
  private func baseLevels(_ variable: Int) -> Set<Int64>? {
    guard let all = coordinates[variable] else { return nil }
    guard plan.variables[variable].levels != nil else {
      return zeros[variable].map { [all[$0]] } ?? Set(all)
    }
    return plan.coding == .treatment ? [all[0]] : Set(all)
  }
}
