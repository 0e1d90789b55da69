package import Tandem
import Yams

/// Instruments as YAML, to be written by people, from a file or by the command line.
///
/// ```yaml
/// schema: tandem.instruments/1
/// instruments:
/// - name: Mood form
///   columns: [mood, mood_form]          # compared without case, spaces, hyphens and underscores
///   range: {minimum: 0, maximum: 27, source: 'Form of our clinic (2024)'}
///   direction: lower_is_better          # or higher_is_better
///   items:
///     count: 9
///     answers: [0, 3]
///     mean_times: 10                    # the score is so many times the items' mean; without it their sum
///     reversed: [4]                     # items whose answers run against the score
///     prorating: {fewest_answered: 7, source: '…'}
///     source: '…'
///   bandings:                           # the first is the usual one
///   - bands: [{label: none, from: 0}, {label: mild, from: 5}]
///     source: '…'
///   reliabilities:
///   - {value: 0.89, kind: alpha, sample: our patients, people: 212, source: '…'}   # alpha, test_retest, inter_rater
///   norms:
///   - {population: clinical, mean: 14.2, sd: 5.1, sample: our patients, source: '…'}   # or non_clinical
///   rules:                              # of what several sources define, the first one's holds
///   - name: our rules
///     caseness: {at_least: 10}          # below, at_most, above, at_least
///     response: 0.5
///     remission: {below: 5}
///     remission_weeks: 3
///     reliable_change: 6
///     functional: {below: 10}
///     source: '…'
/// ```
/// Only `name` and `range` are required; every number needs its source.
package enum InstrumentText {
  package static let version = "tandem.instruments/1"

  /// Reads a file of instruments.
  ///
  /// - Throws: `PlanError` with file, line and column.
  package static func read(_ path: String) throws -> [Instrument] {
    try parse(PlanText.read(path), file: path)
  }

  /// Reads instruments from a text; `file` stands for it in messages.
  package static func parse(_ text: String, file: String) throws -> [Instrument] {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw PlanError(error, file: file)
    }
    guard let node else { throw PlanError(file: file, line: 1, "there are no instruments") }
    let root = PlanNode(node, file: file, name: "file")
    let members = try root.members(["schema", "instruments"])
    if let version = members["schema"], try version.text() != Self.version {
      throw version.failure("schema: '\(try version.text())' is not known; expected \(Self.version)")
    }
    guard let list = members["instruments"] else { throw root.failure("'instruments' is missing") }
    var instruments: [Instrument] = []
    for element in try list.elements() {
      let place = PlanNode(element.node, file: file, name: "instruments[\(instruments.count + 1)]")
      let instrument = try InstrumentNode(place).instrument()
      if let problem = instrument.problems.first {
        throw place.part(problem.part).failure("\(place.name).\(problem)")
      }
      do {
        _ = try InstrumentRegistry(instruments + [instrument])
      } catch let error as OutcomesError {
        throw place.failure("\(place.name): \(error)")
      }
      instruments.append(instrument)
    }
    guard !instruments.isEmpty else { throw list.failure("instruments: there is none") }
    return instruments
  }
}

/// One instrument of a file.
private struct InstrumentNode {
  private let node: PlanNode
  private let members: [String: PlanNode]

  init(_ node: PlanNode) throws {
    self.node = node
    members = try node.members([
      "name", "columns", "range", "direction", "items", "bandings", "reliabilities", "norms", "rules",
    ])
  }

  func instrument() throws -> Instrument {
    let range = try node.required("range", members)
    let limits = try range.members(["minimum", "maximum", "source"])
    return Instrument(
      try node.required("name", members).text(), columnNames: try members["columns"]?.texts() ?? [],
      range: ScoreRange(
        try range.required("minimum", limits).number(), try range.required("maximum", limits).number(),
        source: try range.required("source", limits).text()),
      direction: try members["direction"]?.choice(ScoreDirection.self) ?? .lowerIsBetter,
      items: try members["items"].map(Self.items), bandings: try each("bandings", Self.banding),
      reliabilities: try each("reliabilities", Self.reliability), norms: try each("norms", Self.norm),
      rules: try each("rules", Self.rules))
  }

  private func each<T>(_ key: String, _ read: (PlanNode) throws -> T) throws -> [T] {
    try members[key]?.elements().map(read) ?? []
  }

  private static func items(_ node: PlanNode) throws -> ItemLayout {
    let parts = try node.members([
      "count", "answers", "mean_times", "reversed", "prorating", "source",
    ])
    let answers = try parts["answers"].map { node -> ClosedRange<Double> in
      let ends = try node.numbers()
      guard ends.count == 2, ends[0] < ends[1] else {
        throw node.failure("\(node.name): expected the lowest and the highest answer, such as [0, 3]")
      }
      return ends[0]...ends[1]
    }
    let prorating = try parts["prorating"].map { node -> Prorating in
      let rule = try node.members(["fewest_answered", "source"])
      return Prorating(
        fewestAnswered: try rule["fewest_answered"]?.whole(),
        source: try node.required("source", rule).text())
    }
    return ItemLayout(
      try node.required("count", parts).whole(), answers: answers,
      scoring: try parts["mean_times"].map { .mean(times: try $0.number()) } ?? .sum,
      reversed: try parts["reversed"]?.elements().map { try $0.whole() } ?? [], prorating: prorating,
      source: try node.required("source", parts).text())
  }

  private static func banding(_ node: PlanNode) throws -> SeverityBanding {
    let parts = try node.members(["bands", "source"])
    let bands = try node.required("bands", parts).elements().map { node -> SeverityBand in
      let band = try node.members(["label", "from"])
      return SeverityBand(
        try node.required("label", band).text(), from: try node.required("from", band).number())
    }
    return SeverityBanding(bands, source: try node.required("source", parts).text())
  }

  private static func reliability(_ node: PlanNode) throws -> Reliability {
    let parts = try node.members(["value", "kind", "sample", "people", "source"])
    return Reliability(
      try node.required("value", parts).number(),
      try node.required("kind", parts).choice(Reliability.Kind.self),
      sample: try node.required("sample", parts).text(), people: try parts["people"]?.whole(),
      source: try node.required("source", parts).text())
  }

  private static func norm(_ node: PlanNode) throws -> ScoreNorm {
    let parts = try node.members(["population", "mean", "sd", "sample", "people", "source"])
    return ScoreNorm(
      try node.required("population", parts).choice(ScoreNorm.Population.self),
      mean: try node.required("mean", parts).number(),
      standardDeviation: try node.required("sd", parts).number(),
      sample: try node.required("sample", parts).text(), people: try parts["people"]?.whole(),
      source: try node.required("source", parts).text())
  }

  private static func rules(_ node: PlanNode) throws -> ChangeRules {
    let parts = try node.members([
      "name", "caseness", "response", "remission", "remission_weeks", "reliable_change", "functional",
      "source",
    ])
    return ChangeRules(
      try node.required("name", parts).text(), caseness: try parts["caseness"].map(threshold),
      response: try parts["response"]?.number(), remission: try parts["remission"].map(threshold),
      remissionWeeks: try parts["remission_weeks"]?.number(),
      reliableChange: try parts["reliable_change"]?.number(),
      functional: try parts["functional"].map(threshold), source: try node.required("source", parts).text())
  }

  private static func threshold(_ node: PlanNode) throws -> ScoreThreshold {
    let parts = try node.members(["below", "at_most", "above", "at_least"])
    guard parts.count == 1, let (key, value) = parts.first else {
      throw node.failure("\(node.name): expected one limit, such as {below: 5}")
    }
    let limit = try value.number()
    switch key {
    case "below": return .below(limit)
    case "at_most": return .atMost(limit)
    case "above": return .above(limit)
    default: return .atLeast(limit)
    }
  }
}

extension PlanNode {
  /// A member that must be there.
  fileprivate func required(_ key: String, _ members: [String: PlanNode]) throws -> PlanNode {
    guard let member = members[key] else {
      throw failure(
        key == "source"
          ? "\(name): 'source' is missing: every number needs its citation" : "\(name): '\(key)' is missing")
    }
    return member
  }

  /// A whole number.
  fileprivate func whole() throws -> Int {
    guard let value = node.int else { throw failure("\(name): expected a whole number") }
    return value
  }

  /// The node of a part such as `bandings[1].bands[2].from`, or the nearest that contains it.
  fileprivate func part(_ path: String) -> PlanNode {
    var place = node
    for step in path.split(separator: ".") {
      let pieces = step.split(whereSeparator: { $0 == "[" || $0 == "]" })
      guard let key = pieces.first, let member = place.mapping?[String(key)] else { break }
      place = member
      if pieces.count > 1, let index = Int(pieces[1]), let list = member.sequence,
        list.indices.contains(index - 1)
      {
        place = list[index - 1]
      }
    }
    return PlanNode(place, file: file, name: "\(name).\(path)")
  }
}
