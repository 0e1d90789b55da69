/// The contract's JSON without small counts: every object is judged as a row of a table is.
struct GatedJSON {
  let gate: DisclosureGate
  let prose: GatedProse

  /// What an object inherits from those around it.
  private struct Scope {
    /// Arms with too few people.
    var arms = ArmPeople()
  }

  func gated(_ value: JSONValue) -> JSONValue { gated(value, name: "", Scope()) }

  private func gated(_ value: JSONValue, name: String, _ scope: Scope) -> JSONValue {
    switch value {
    case .object(let members):
      return DisclosureCatalog.kind(name) == .verbatim ? value : gated(members, scope)
    case .array(let elements):
      // Rows of persons are there only where they were asked for.
      if name == "people" { return value }
      return .array(elements.map { gated($0, name: name, scope) })
    case .string(let text): return Self.prose.contains(name) ? .string(prose.gated(text)) : value
    case .integer, .number: return gated([name: value], scope)[member: name] ?? .null
    case .null, .bool: return value
    }
  }

  private func gated(_ members: [String: JSONValue], _ scope: Scope) -> JSONValue {
    var scope = scope
    if let arms = ArmPeople(of: members) { scope.arms = arms }
    var numbers: [String: Double] = [:]
    var texts: [String: String] = [:]
    for (name, value) in members {
      switch value {
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
    let people = scope.arms.fewest(in: texts)
    let record = GatedRecord(numbers, people: people, gate: gate)
    let hasSmallArm = scope.arms.people.values.contains { gate.hides($0) }
    return .object(
      Dictionary(
        uniqueKeysWithValues: members.map { name, value in
          if record.counts.contains(name) || record.values.contains(name) { return (name, .null) }
          // Variances tell how many people are behind them.
          if name == "covariance", hasSmallArm { return (name, .null) }
          switch value {
          case .integer, .number: return (name, value)
          case .string where record.hidesStatistics && DisclosureCatalog.kind(name) == .statistic:
            return (name, .null)
          default: return (name, gated(value, name: name, scope))
          }
        }))
  }

  private static let prose: Set<String> = ["message", "verdict", "statements", "sentence"]
}

extension JSONValue {
  /// A member of an object.
  fileprivate subscript(member name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }
}
