public import CohortTables

/// Episodes cut at given times, so that covariates and effects may differ between periods.
///
/// A row at risk from a to b that a cut c falls into, `a < c < b`, becomes one from a to c without the event and one from c to
/// b; the likelihood of a model that does not look at the period is unchanged. The table gains the columns `period`
/// ("1: 0-30", "2: 30-90", ...), `period_start`, `period_stop` and `period_event`.
///
/// - Complexity: O(rows x cuts).
public struct EpisodeSplit: Sendable {
  /// The table with a row for each episode and period.
  public let table: Table
  /// The formula with the periods' times as response.
  public let formula: String

  /// Cuts the episodes of a survival formula's response.
  ///
  /// - Throws: `TableError`, `EstimationError` for a response that is no survival time, cuts that do not ascend, or a table that
  ///   has one of the columns already.
  public init(_ text: String, at cuts: [Double], in table: Table) throws {
    let formula = try Formula(text)
    guard case .survival(let time, let event, let labels) = try ResponseColumns(formula.response, in: table)
    else {
      throw EstimationError(.unsupported, "only episodes can be split: the response must be Surv( )")
    }
    guard !cuts.isEmpty, zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw EstimationError(.unsupported, "times to split at must ascend")
    }
    let names = ["period", "period_start", "period_stop", "period_event"]
    for name in names where table.column(name) != nil {
      throw EstimationError(
        .unusableColumn,
        "\(table.source.displayName) has a column '\(name)' already, which splitting would make")
    }
    var (rows, starts, stops, events): ([Int], [Double], [Double], [Double]) = ([], [], [], [])
    var periods: [String?] = []
    let levels = Self.levels(cuts)
    for row in time.indices {
      var start = labels.entry?[row] ?? 0
      let stop = time[row]
      var period = cuts.firstIndex { start < $0 } ?? cuts.count
      while true {
        let isLast = period == cuts.count || !(stop > cuts[period])
        rows.append(row)
        starts.append(start)
        stops.append(isLast ? stop : cuts[period])
        events.append(isLast ? event[row] : event[row].isNaN ? .nan : 0)
        periods.append(stop.isNaN || start.isNaN ? nil : levels[period])
        if isLast { break }
        start = cuts[period]
        period += 1
      }
    }
    // An event on the first day is no interval; it is kept by starting before it.
    for row in starts.indices where starts[row] == stops[row] && labels.entry == nil { starts[row] = -1 }
    self.table = try table.selecting(rows: rows).adding(.category("period", periods))
      .adding(.numeric("period_start", starts)).adding(.numeric("period_stop", stops))
      .adding(.numeric("period_event", events))
    let right = text[text.index(after: text.firstIndex(of: "~") ?? text.startIndex)...]
    self.formula = "Surv(period_start, period_stop, period_event) ~\(right)"
  }

  private static func levels(_ cuts: [Double]) -> [String] {
    let width = String(cuts.count + 1).count
    return (0...cuts.count).map { index in
      let number = String(index + 1)
      let padded = String(repeating: "0", count: width - number.count) + number
      let from = index == 0 ? "0" : Expression.text(of: cuts[index - 1])
      return index == cuts.count
        ? "\(padded): \(from)+" : "\(padded): \(from)-\(Expression.text(of: cuts[index]))"
    }
  }
}
