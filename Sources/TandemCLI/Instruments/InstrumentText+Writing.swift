package import Tandem
import Yams

extension InstrumentText {
  /// Instruments as YAML that reads back as the same instruments; `comment` stands above it.
  package static func yaml(_ instruments: [Instrument], comment: String? = nil) throws -> String {
    let root = YAMLNode.mapping([
      ("schema", YAMLNode.text(version)), ("instruments", YAMLNode.list(instruments.map(node))),
    ])
    let lines = (comment ?? "").split(separator: "\n").map { "# \($0)\n" }.joined()
    return lines + (try Yams.serialize(node: root, allowUnicode: true))
  }

  private static func node(_ instrument: Instrument) -> Node {
    var members: [(String, Node)] = [("name", YAMLNode.text(instrument.name))]
    if !instrument.columnNames.isEmpty { members.append(("columns", YAMLNode.texts(instrument.columnNames))) }
    members.append(
      (
        "range",
        YAMLNode.mapping([
          ("minimum", YAMLNode.number(instrument.minimum)), ("maximum", YAMLNode.number(instrument.maximum)),
          ("source", YAMLNode.text(instrument.range.source)),
        ])
      ))
    members.append(("direction", YAMLNode.text(instrument.direction.rawValue)))
    if let items = instrument.items { members.append(("items", node(items))) }
    func list<T>(_ key: String, _ values: [T], _ node: (T) -> Node) {
      if !values.isEmpty { members.append((key, YAMLNode.list(values.map(node)))) }
    }
    list("bandings", instrument.bandings) { banding in
      let bands = banding.bands.map {
        YAMLNode.mapping([("label", YAMLNode.text($0.label)), ("from", YAMLNode.number($0.from))])
      }
      return YAMLNode.mapping([("bands", YAMLNode.list(bands)), ("source", YAMLNode.text(banding.source))])
    }
    list("reliabilities", instrument.reliabilities) { value in
      YAMLNode.mapping(
        [
          ("value", YAMLNode.number(value.value)), ("kind", YAMLNode.text(value.kind.rawValue)),
          ("sample", YAMLNode.text(value.sample)),
        ] + people(value.people) + [("source", YAMLNode.text(value.source))])
    }
    list("norms", instrument.norms) { norm in
      YAMLNode.mapping(
        [
          ("population", YAMLNode.text(norm.population.rawValue)), ("mean", YAMLNode.number(norm.mean)),
          ("sd", YAMLNode.number(norm.standardDeviation)), ("sample", YAMLNode.text(norm.sample)),
        ] + people(norm.people) + [("source", YAMLNode.text(norm.source))])
    }
    list("rules", instrument.rules, node)
    return YAMLNode.mapping(members)
  }

  private static func people(_ count: Int?) -> [(String, Node)] {
    count.map { [("people", YAMLNode.number(Double($0)))] } ?? []
  }

  private static func node(_ items: ItemLayout) -> Node {
    var members: [(String, Node)] = [("count", YAMLNode.number(Double(items.count)))]
    if let answers = items.answers {
      members.append(("answers", YAMLNode.numbers([answers.lowerBound, answers.upperBound])))
    }
    if case .mean(let factor) = items.scoring { members.append(("mean_times", YAMLNode.number(factor))) }
    if !items.reversed.isEmpty {
      members.append(("reversed", YAMLNode.numbers(items.reversed.map(Double.init))))
    }
    if let rule = items.prorating {
      let fewest = rule.fewestAnswered.map { [("fewest_answered", YAMLNode.number(Double($0)))] } ?? []
      members.append(("prorating", YAMLNode.mapping(fewest + [("source", YAMLNode.text(rule.source))])))
    }
    return YAMLNode.mapping(members + [("source", YAMLNode.text(items.source))])
  }

  private static func node(_ rules: ChangeRules) -> Node {
    var members: [(String, Node)] = [("name", YAMLNode.text(rules.name))]
    func add(_ key: String, _ node: Node?) { if let node { members.append((key, node)) } }
    add("caseness", rules.caseness.map(node))
    add("response", rules.response.map(YAMLNode.number))
    add("remission", rules.remission.map(node))
    add("remission_weeks", rules.remissionWeeks.map(YAMLNode.number))
    add("reliable_change", rules.reliableChange.map(YAMLNode.number))
    add("functional", rules.functional.map(node))
    return YAMLNode.mapping(members + [("source", YAMLNode.text(rules.source))])
  }

  private static func node(_ threshold: ScoreThreshold) -> Node {
    let key =
      switch threshold {
      case .below: "below"
      case .atMost: "at_most"
      case .above: "above"
      case .atLeast: "at_least"
      }
    return YAMLNode.mapping([(key, YAMLNode.number(threshold.limit))])
  }
}
