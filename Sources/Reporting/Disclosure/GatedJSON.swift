/// The contract's JSON without small counts: every object is judged as a row of a table is.
struct GatedJSON {
  let gate: DisclosureGate
  let prose: GatedProse
  let totals: HiddenTotals

  /// What an object inherits from those around it.
  private struct Scope {
    /// The people and events of the arms.
    var arms = ArmPeople()
    /// How few people the whole is about.
    var people: Int?
  }

  func gated(_ value: JSONValue) -> JSONValue { gated(value, name: "", Scope()) }

  private func gated(_ value: JSONValue, name: String, _ scope: Scope) -> JSONValue {
    switch value {
    case .about(let people, let inner):
      var scope = scope
      scope.people = [people, scope.people].compactMap(\.self).filter { $0 > 0 }.min() ?? people
      return .about(people: people, gated(inner, name: name, scope))
    case .object(let members):
      return DisclosureCatalog.kind(name) == .verbatim ? value : gated(members, scope)
    case .array(let elements):
      // Rows of persons are there only where they were asked for.
      if name == "people" || name == "random_effects" { return value }
      let all = elements.map { gated($0, name: name, scope) }
      switch name {
      case "points": return .array(Self.withoutSmallStepRisks(all))
      case "summary": return .array(Self.withoutWholes(all, of: elements))
      default: return .array(all)
      }
    case .string(let text): return Self.prose.contains(name) ? .string(prose.gated(text)) : value
    case .integer, .number:
      if DisclosureCatalog.kind(name) == nil, let people = scope.people, gate.hides(people) { return .null }
      return gated([name: value], scope)[member: name] ?? .null
    case .null, .bool: return value
    }
  }

  private func gated(_ members: [String: JSONValue], _ scope: Scope) -> JSONValue {
    var scope = scope
    if let arms = ArmPeople(of: members) { scope.arms = arms }
    var numbers: [String: Double] = [:]
    var texts: [String: String] = [:]
    for (name, value) in members {
      switch value.bare {
      case .integer(let number): numbers[name] = Double(number)
      case .number(let number): numbers[name] = number
      case .string(let text): texts[name] = text
      case .object(let inner) where name == "at" || name == "by" || name == "group":
        for (column, value) in inner {
          if case .string(let text) = value { texts["\(name) \(column)"] = text }
        }
      default: break
      }
    }
    let people = [scope.arms.fewest(in: texts), scope.people].compactMap(\.self).filter { $0 > 0 }.min()
    let record = GatedRecord(numbers, people: people, gate: gate, totals: totals)
    return .object(
      Dictionary(
        uniqueKeysWithValues: members.map { name, value in
          if record.counts.contains(name) || record.values.contains(name) { return (name, .null) }
          switch value {
          case .integer, .number: return (name, value)
          case .string where record.hidesStatistics && DisclosureCatalog.kind(name) == .statistic:
            return (name, .null)
          default: return (name, gated(value, name: name, scope))
          }
        }))
  }

  /// A curve with a hidden step does not tell its numbers at risk: their differences would tell the step.
  private static func withoutSmallStepRisks(_ points: [JSONValue]) -> [JSONValue] {
    let isHidden = points.contains { point in
      ["n_event", "n_censor"].contains { point[member: $0] == .null }
    }
    guard isHidden else { return points }
    return points.map { point in
      guard case .object(var members) = point.bare else { return point }
      members["n_risk"] = .null
      return .object(members)
    }
  }

  /// The last object, of all people together, does not tell what is hidden of an arm.
  private static func withoutWholes(_ gated: [JSONValue], of open: [JSONValue]) -> [JSONValue] {
    guard gated.count > 2, case .object(var whole)? = gated.last?.bare else { return gated }
    for (own, before) in zip(gated, open).dropLast() {
      for name in whole.keys where own[member: name] == .null && before[member: name] != .null {
        whole[name] = .null
      }
    }
    return gated.dropLast() + [.object(whole)]
  }

  private static let prose: Set<String> = ["message", "verdict", "statements", "sentence"]
}

extension JSONValue {
  /// A member of an object.
  fileprivate subscript(member name: String) -> JSONValue? {
    if case .object(let members) = bare { members[name] } else { nil }
  }
}
