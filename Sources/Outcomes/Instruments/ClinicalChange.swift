/// A value, or why there is none.
public enum Determined<Value: Sendable & Equatable>: Sendable, Equatable {
  /// The value.
  case value(Value)
  /// Why there is none.
  case undefined(UndefinedReason)

  /// The value, if there is one.
  public var value: Value? { if case .value(let value) = self { value } else { nil } }
  /// Why there is none.
  public var reason: UndefinedReason? { if case .undefined(let reason) = self { reason } else { nil } }

  func map<T>(_ transform: (Value) -> T) -> Determined<T> {
    switch self {
    case .value(let value): .value(transform(value))
    case .undefined(let reason): .undefined(reason)
    }
  }
}

/// Why a rule says nothing of a person.
public enum UndefinedReason: String, Sendable, CaseIterable, Codable {
  /// Only one visit.
  case noFollowUp = "no_follow_up"
  /// The first score is the lowest, of which no share can be taken.
  case baselineAtMinimum = "baseline_at_minimum"
  /// The first score is none for which the rule is defined.
  case notACase = "not_a_case"
  /// No source defines the rule.
  case noRule = "no_rule"
  /// The rule was not met at any visit, or not for long enough.
  case notReached = "not_reached"
}

/// A visit: the time in weeks and the score.
public struct ScoredVisit: Sendable, Equatable {
  /// The time, in weeks.
  public let week: Double
  /// The score.
  public let score: Double

  /// A visit.
  public init(week: Double, score: Double) {
    self.week = week
    self.score = score
  }
}

/// What a person's change means clinically, from the first visit to the last and on the way.
///
/// Times are weeks of the visits. Remission at a point is that of the last score; it is sustained when the last run of
/// visits in remission has lasted the rule's weeks, and the time at which the rule is satisfied is the first visit of the run
/// at least those weeks after its onset. Improvement is sustained from the first visit on from which every visit is better
/// than the first score beyond measurement error; it takes two visits.
///
/// - Complexity: O(visits).
public struct ClinicalChange: Sendable, Equatable {
  /// The first score.
  public let first: Double
  /// The last score.
  public let last: Double
  /// Improvement in per cent of the distance from the first score to the lowest.
  public let percentageChange: Determined<Double>
  /// Whether the last score is a response.
  public let response: Determined<Bool>
  /// Whether the last score is remission.
  public let remission: Determined<Bool>
  /// Whether the last score is remission that has lasted the rule's weeks.
  public let sustainedRemission: Determined<Bool>
  /// Change beyond measurement error.
  public let reliableChange: Determined<ReliableChange>
  /// The index of reliable change, where the rule is one.
  public let index: ReliableChangeIndex?
  /// Recovered, improved, unchanged or deteriorated.
  public let category: Determined<ChangeCategory>
  /// The first visit with a response.
  public let firstResponseWeek: Determined<Double>
  /// The first visit in remission.
  public let firstRemissionWeek: Determined<Double>
  /// The onset of the last visit's run of remission, where it is sustained.
  public let sustainedRemissionOnset: Determined<Double>
  /// The visit at which that run has lasted the rule's weeks.
  public let sustainedRemissionWeek: Determined<Double>
  /// The first visit from which on every one is reliably improved.
  public let sustainedImprovementOnset: Determined<Double>

  /// Judges a person's visits.
  ///
  /// - Parameters:
  ///   - visits: By time; the first is the baseline.
  ///   - criteria: The rules.
  ///   - hierarchical: A person's index from a mixed model, which then tells reliable change in place of the rule.
  /// - Precondition: There is a visit.
  public init(
    _ visits: [ScoredVisit], _ criteria: ClinicalCriteria, hierarchical: ReliableChangeIndex? = nil
  ) {
    precondition(!visits.isEmpty, "A person has a visit")
    precondition(zip(visits, visits.dropFirst()).allSatisfy { $0.week <= $1.week }, "Visits stand by time")
    let course = CourseJudge(visits, criteria)
    (first, last) = (visits[0].score, visits[visits.count - 1].score)
    percentageChange = course.percentage(at: visits.count - 1)
    response = course.response(at: visits.count - 1)
    remission = course.remission(at: visits.count - 1)
    let ruleIndex = course.isFollowedUp ? criteria.reliableChange?.index(from: first, to: last) : nil
    index = hierarchical ?? ruleIndex
    reliableChange =
      hierarchical.map { .value($0.verdict(criteria.direction)) } ?? course.reliable(at: visits.count - 1)
    switch (reliableChange, criteria.functional) {
    case (.undefined(let reason), _): category = .undefined(reason)
    case (.value, nil): category = .undefined(.noRule)
    case (.value(let change), .some(let functional)):
      category = .value(ChangeCategory(change, from: first, to: last, functional: functional))
    }
    firstResponseWeek = course.firstWeek(course.response)
    firstRemissionWeek = course.firstWeek(course.remission)
    let run = course.sustainedRemission()
    sustainedRemission =
      switch run {
      case .value: .value(true)
      case .undefined(.notReached): .value(false)
      case .undefined(let reason): .undefined(reason)
      }
    sustainedRemissionOnset = run.map(\.onset)
    sustainedRemissionWeek = run.map(\.satisfied)
    sustainedImprovementOnset = course.sustainedImprovement()
  }
}

/// A run of visits in remission: its onset, and when it had lasted long enough.
private struct RemissionRun: Sendable, Equatable {
  let onset: Double
  let satisfied: Double
}

/// Judges each visit of a person against the first.
private struct CourseJudge {
  private let visits: [ScoredVisit]
  private let criteria: ClinicalCriteria

  init(_ visits: [ScoredVisit], _ criteria: ClinicalCriteria) {
    self.visits = visits
    self.criteria = criteria
  }

  var isFollowedUp: Bool { visits.count > 1 }
  private var first: Double { visits[0].score }

  func percentage(at index: Int) -> Determined<Double> {
    guard isFollowedUp else { return .undefined(.noFollowUp) }
    return criteria.percentageChange(from: first, to: visits[index].score).map { .value($0) }
      ?? .undefined(.baselineAtMinimum)
  }

  func response(at index: Int) -> Determined<Bool> {
    guard let rule = criteria.response else { return .undefined(.noRule) }
    guard isFollowedUp else { return .undefined(.noFollowUp) }
    guard rule.caseness?.contains(first) != false else { return .undefined(.notACase) }
    return percentage(at: index).map { $0 >= 100 * rule.share }
  }

  func remission(at index: Int) -> Determined<Bool> {
    guard let rule = criteria.remission else { return .undefined(.noRule) }
    guard isFollowedUp else { return .undefined(.noFollowUp) }
    guard rule.caseness?.contains(first) != false else { return .undefined(.notACase) }
    return .value(rule.scores.contains(visits[index].score))
  }

  func reliable(at index: Int) -> Determined<ReliableChange> {
    guard let rule = criteria.reliableChange else { return .undefined(.noRule) }
    guard isFollowedUp else { return .undefined(.noFollowUp) }
    return .value(rule.verdict(from: first, to: visits[index].score, criteria.direction))
  }

  /// The time of the first visit after the first that meets a rule.
  func firstWeek(_ rule: (Int) -> Determined<Bool>) -> Determined<Double> {
    if let reason = rule(visits.count - 1).reason { return .undefined(reason) }
    return visits.indices.dropFirst().first { rule($0).value == true }.map { .value(visits[$0].week) }
      ?? .undefined(.notReached)
  }

  /// Onset of the last run of remission, and the visit at which it has lasted long enough.
  func sustainedRemission() -> Determined<RemissionRun> {
    if let reason = remission(at: visits.count - 1).reason { return .undefined(reason) }
    guard let weeks = criteria.remission?.weeks else { return .undefined(.noRule) }
    guard let onset = startOfLastRun({ remission(at: $0).value == true }) else {
      return .undefined(.notReached)
    }
    let begin = visits[onset].week
    // Weeks of decimal days are not exact.
    guard let met = visits[onset...].first(where: { $0.week - begin >= weeks * (1 - 1e-9) }) else {
      return .undefined(.notReached)
    }
    return .value(RemissionRun(onset: begin, satisfied: met.week))
  }

  func sustainedImprovement() -> Determined<Double> {
    if let reason = reliable(at: visits.count - 1).reason { return .undefined(reason) }
    guard let onset = startOfLastRun({ reliable(at: $0).value == .improved }), onset < visits.count - 1 else {
      return .undefined(.notReached)
    }
    return .value(visits[onset].week)
  }

  /// The first of the visits, after the first, that meet a condition without a break to the last.
  private func startOfLastRun(_ holds: (Int) -> Bool) -> Int? {
    var start: Int?
    for index in visits.indices.dropFirst().reversed() {
      guard holds(index) else { break }
      start = index
    }
    return start
  }
}
