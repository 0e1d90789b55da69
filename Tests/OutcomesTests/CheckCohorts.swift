import CohortTables
import Estimation
import Outcomes

/// A small cohort as text, to be spoilt line by line; line 1 is the header.
struct CohortText {
  var lines: [String]
  let name: String

  /// Eight people with three visits each in two arms, on lines 2 to 25: person k has lines 3k - 1 to 3k + 1.
  static let visits = CohortText(
    lines: ["subject_id,modality,sex,week,phq9"]
      + (1...8).flatMap { person in
        [0, 4, 8].map { week in
          let score = 18 - week + (person * 5 + week) % 7 + (person % 2 == 0 ? 0 : week / 4)
          return
            "P\(person),\(person % 2 == 0 ? "combined" : "therapy"),\(person % 3 == 0 ? "M" : "F"),\(week),\(score)"
        }
      }, name: "visits.csv")

  /// Eight people with one episode each, person k on line k + 1.
  static let episodes = CohortText(
    lines: ["subject_id,modality,age,remission_week,days,relapse"]
      + (1...8).map { person in
        "P\(person),\(person % 2 == 0 ? "combined" : "therapy"),\(30 + 3 * person),\(10 + person % 4),"
          + "\(40 + 17 * person % 90),\(person % 3 == 0 ? 0 : 1)"
      }, name: "episodes.csv")

  /// The same with one line changed by a function of its fields.
  func changing(_ line: Int, _ change: (inout [String]) -> Void) -> CohortText {
    var copy = self
    var fields = lines[line - 1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    change(&fields)
    copy.lines[line - 1] = fields.joined(separator: ",")
    return copy
  }

  /// The same with a field of some lines set; fields count from 0.
  func setting(_ field: Int, of chosen: some Sequence<Int>, to value: String) -> CohortText {
    chosen.reduce(self) { cohort, line in cohort.changing(line) { $0[field] = value } }
  }

  /// The same with a further column.
  func adding(_ column: String, _ value: (Int) -> String) -> CohortText {
    var copy = self
    for index in lines.indices { copy.lines[index] += "," + (index == 0 ? column : value(index + 1)) }
    return copy
  }

  /// The same with further lines at the end.
  func appending(_ more: String...) -> CohortText {
    var copy = self
    copy.lines += more
    return copy
  }

  func table(_ options: CSVOptions = CSVOptions()) throws -> Table {
    try Table(
      csvBytes: Array((lines.joined(separator: "\n") + "\n").utf8), name: name, options: options)
  }
}

/// The findings of a check with the usual options.
func findings(_ cohorts: CohortText..., options: CheckOptions = CheckOptions()) throws -> [Finding] {
  try CohortCheck(options).report(on: cohorts.map { try $0.table() }).findings
}

/// Which of the analyses that read a file refuse it.
func refusals(_ cohort: CohortText) throws -> Set<Consequence.Analysis> {
  let table = try cohort.table()
  func isRefused(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      return false
    } catch {
      return true
    }
  }
  if cohort.name == "episodes.csv" {
    let question = RelapseAnalysis.Question(
      time: "days", event: "relapse", arm: "modality", options: ModelOptions(subject: "subject_id"))
    return isRefused { _ = try RelapseAnalysis(table, question) } ? [.relapse] : []
  }
  var refused: Set<Consequence.Analysis> = []
  if isRefused({ _ = try PersonTrends(VisitTable(table, roles: ColumnRoles())) }) { refused.insert(.trends) }
  if isRefused({
    _ = try TreatmentComparison(
      VisitTable(table, roles: ColumnRoles()), ComparisonQuestion(focus: "combined"))
  }) {
    refused.insert(.compare)
  }
  return refused
}
