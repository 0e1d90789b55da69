import CohortTables
import Estimation

/// Which visit rows can be used, and why the others cannot.
struct VisitScreen: Sendable {
  private let reasons: [String]
  /// Index of the reason, or -1 for a usable row; nil where all are usable.
  private let verdicts: [Int8]?
  private let ids: CategoryValues
  private let times: NumericValues

  init(
    ids: CategoryValues, times: NumericValues, scores: NumericValues, names: (String, String, String),
    lacksIndex: (column: String, rows: [Bool])? = nil
  ) {
    (self.ids, self.times) = (ids, times)
    let index = lacksIndex.map { ["missing \($0.column)"] } ?? []
    let reasons = ["missing \(names.0)", "missing \(names.1)"] + index + ["missing \(names.2)"]
    self.reasons = reasons
    guard ids.missingCount + times.missingCount + scores.missingCount > 0 else {
      verdicts = nil
      return
    }
    let codes = ids.codes.array()
    verdicts = codes.indices.map { row in
      if codes[row] < 0 { return 0 }
      if times[row].isNaN { return lacksIndex?.rows[row] == true ? 2 : 1 }
      return scores[row].isNaN ? Int8(reasons.count - 1) : -1
    }
  }

  /// The people with usable rows.
  var people: VisitPeople {
    guard let verdicts else {
      return VisitPeople(sorted: ids, times: times)
        ?? VisitPeople(ids, times: times.array()) { _ in true }
    }
    return VisitPeople(ids, times: times.array()) { verdicts[$0] < 0 }
  }

  /// The people all of whose rows are left out, with these rows in file order.
  var peopleWithoutVisits: VisitPeople {
    guard let verdicts else { return VisitPeople(levels: ids.levels, codes: [], starts: [0], order: []) }
    var isUsed = [Bool](repeating: false, count: ids.levels.count)
    let codes = ids.codes.array()
    for row in codes.indices where verdicts[row] < 0 { isUsed[Int(codes[row])] = true }
    return VisitPeople(ids, times: nil) { codes[$0] >= 0 && !isUsed[Int(codes[$0])] }
  }

  func accounting(arms: CategoryValues?) -> RowAccounting {
    guard let verdicts else { return RowAccounting(allUsedBy: ids, arm: arms) }
    return RowAccounting(verdicts: verdicts, reasons: reasons, subject: ids, arm: arms)
  }
}
