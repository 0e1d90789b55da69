import CohortTables

/// What is wrong with an instrument's definition, and where.
public struct InstrumentProblem: Sendable, Equatable, CustomStringConvertible {
  /// The part, such as `bandings[1].bands[2].from`; parts of a list are counted from 1.
  public let part: String
  /// What is wrong.
  public let message: String

  /// Part and message.
  public var description: String { "\(part): \(message)" }
}

extension Instrument {
  /// What is wrong with the definition; empty where it can be used.
  ///
  /// Bands must begin at the lowest score and rise, so that they cover the range without gaps; every number must lie
  /// where it can, and have its citation.
  public var problems: [InstrumentProblem] {
    var check = InstrumentCheck(range: range)
    check.text(name, "name")
    for (index, column) in columnNames.enumerated() where InstrumentRegistry.key(column).isEmpty {
      check.fail("columns[\(index + 1)]", "a column name has letters or digits")
    }
    check.range()
    // What follows is judged by the range.
    guard check.problems.isEmpty else { return check.problems }
    if let items { check.items(items) }
    for (index, banding) in bandings.enumerated() { check.banding(banding, "bandings[\(index + 1)]") }
    for (index, value) in reliabilities.enumerated() {
      check.reliability(value, "reliabilities[\(index + 1)]")
    }
    for (index, norm) in norms.enumerated() { check.norm(norm, "norms[\(index + 1)]") }
    for (index, rules) in rules.enumerated() { check.rules(rules, "rules[\(index + 1)]") }
    return check.problems
  }
}

/// Gathers the problems of a definition.
private struct InstrumentCheck {
  private let allowed: ScoreRange
  private(set) var problems: [InstrumentProblem] = []

  init(range: ScoreRange) { allowed = range }

  mutating func fail(_ part: String, _ message: String) {
    problems.append(InstrumentProblem(part: part, message: message))
  }

  private mutating func expect(_ holds: Bool, _ part: String, _ message: String) {
    if !holds { fail(part, message) }
  }

  mutating func text(_ text: String, _ part: String) {
    expect(!text.allSatisfy(\.isWhitespace), part, "is empty")
  }

  private mutating func source(_ text: String, _ part: String) {
    expect(!text.allSatisfy(\.isWhitespace), "\(part).source", "every number needs its citation")
  }

  private var rangeText: String {
    "\(NumberText.shortest(allowed.minimum)) to \(NumberText.shortest(allowed.maximum))"
  }

  private mutating func score(_ value: Double, _ part: String) {
    expect(
      value >= allowed.minimum && value <= allowed.maximum, part,
      "\(NumberText.shortest(value)) lies outside the range, \(rangeText)")
  }

  private mutating func people(_ count: Int?, _ part: String) {
    if let count { expect(count > 0, "\(part).people", "must be positive") }
  }

  mutating func range() {
    expect(
      allowed.minimum.isFinite && allowed.maximum.isFinite && allowed.minimum < allowed.maximum,
      "range.maximum",
      "must be above the minimum")
    source(allowed.source, "range")
  }

  mutating func items(_ layout: ItemLayout) {
    expect(layout.count > 0, "items.count", "must be positive")
    source(layout.source, "items")
    for (index, item) in layout.reversed.enumerated() {
      expect(
        (1...max(layout.count, 1)).contains(item), "items.reversed[\(index + 1)]",
        "there is no item \(item); there are \(layout.count)")
    }
    expect(Set(layout.reversed).count == layout.reversed.count, "items.reversed", "an item stands twice")
    expect(
      layout.reversed.isEmpty || layout.answers != nil, "items.reversed", "needs the range of the answers")
    if case .mean(let factor) = layout.scoring {
      expect(factor > 0 && factor.isFinite, "items.mean_times", "must be positive")
    }
    if let answers = layout.answers {
      let ends = [answers.lowerBound, answers.upperBound].map { layout.score(of: $0) }
      expect(
        ends == [allowed.minimum, allowed.maximum], "items.answers",
        "answers from \(NumberText.shortest(answers.lowerBound)) to \(NumberText.shortest(answers.upperBound)) give scores "
          + "from \(NumberText.shortest(ends[0])) to \(NumberText.shortest(ends[1])), but the range is \(rangeText)"
      )
    }
    guard let prorating = layout.prorating else { return }
    source(prorating.source, "items.prorating")
    if let fewest = prorating.fewestAnswered {
      expect(
        (1...max(layout.count, 1)).contains(fewest), "items.prorating.fewest_answered",
        "must lie between 1 and \(layout.count)")
    }
  }

  mutating func banding(_ banding: SeverityBanding, _ part: String) {
    source(banding.source, part)
    guard let first = banding.bands.first else { return fail("\(part).bands", "there is no band") }
    expect(
      first.from == allowed.minimum, "\(part).bands[1].from",
      "the first band must begin at the lowest score, \(NumberText.shortest(allowed.minimum))")
    var last: SeverityBand?
    for (index, band) in banding.bands.enumerated() {
      let place = "\(part).bands[\(index + 1)]"
      text(band.label, "\(place).label")
      score(band.from, "\(place).from")
      if let last {
        expect(
          last.from < band.from, "\(place).from",
          "must be above \(NumberText.shortest(last.from)), where '\(last.label)' begins")
      }
      last = band
    }
    expect(
      Set(banding.bands.map(\.label)).count == banding.bands.count, "\(part).bands", "a label stands twice")
  }

  mutating func reliability(_ value: Reliability, _ part: String) {
    expect(value.value > 0 && value.value < 1, "\(part).value", "must lie between 0 and 1")
    text(value.sample, "\(part).sample")
    people(value.people, part)
    source(value.source, part)
  }

  mutating func norm(_ norm: ScoreNorm, _ part: String) {
    score(norm.mean, "\(part).mean")
    expect(norm.standardDeviation > 0 && norm.standardDeviation.isFinite, "\(part).sd", "must be positive")
    text(norm.sample, "\(part).sample")
    people(norm.people, part)
    source(norm.source, part)
  }

  mutating func rules(_ rules: ChangeRules, _ part: String) {
    text(rules.name, "\(part).name")
    source(rules.source, part)
    let thresholds = [
      ("caseness", rules.caseness), ("remission", rules.remission), ("functional", rules.functional),
    ]
    for (name, threshold) in thresholds {
      if let threshold { score(threshold.limit, "\(part).\(name)") }
    }
    if let share = rules.response {
      expect(share > 0 && share <= 1, "\(part).response", "must lie between 0 and 1")
    }
    if let weeks = rules.remissionWeeks {
      expect(weeks > 0 && weeks.isFinite, "\(part).remission_weeks", "must be positive")
      expect(rules.remission != nil, "\(part).remission_weeks", "needs remission")
    }
    if let change = rules.reliableChange {
      expect(
        change > 0 && change <= allowed.maximum - allowed.minimum, "\(part).reliable_change",
        "must be positive and no more than the range is wide")
    }
    expect(
      thresholds.contains { $0.1 != nil } || rules.response != nil || rules.reliableChange != nil, part,
      "no rule is given")
  }
}
