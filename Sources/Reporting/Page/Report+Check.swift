import CohortTables
import Estimation
import Figures
public import Outcomes

extension Report {
  /// The page of a data check.
  ///
  /// - Parameters:
  ///   - check: What was found.
  ///   - provenance: Where the files come from.
  public init(_ check: CheckReport, provenance: Provenance) {
    let names = check.files.map(\.source.displayName).joined(separator: ", ")
    let document = ResultDocument(check, provenance: provenance)
    let cohort = Cohort(
      name: "check", title: names.isEmpty ? "No files" : names,
      answers: [
        Answer(
          question: "Can these files be analysed as they are?", statements: Self.answer(check),
          caveat: "A check finds what can be seen in the files. It changes nothing and leaves nothing out.")
      ],
      findings: check.findings, figures: CheckFigures.all(check),
      tables: document.tables.map { TableEntry($0.withSharesInPercent) }, methods: check.rules)
    self.init(
      title: "Data check", introduction: check.verdict, cohorts: [cohort],
      provenance: ["Tandem \(provenance.version)"]
        + provenance.inputs.map { input in
          "\(input.displayName): \(PageText.count(input.rowCount, "row", "rows"))"
            + (input.sha256.map { ", SHA-256 \($0)" } ?? "")
        },
      // A check counts rows in trouble, of which a single one matters; it names lines, not people.
      gate: .off)
  }

  private static func answer(_ check: CheckReport) -> [String] {
    let files = check.files.map { file -> String in
      let people = file.people.map { " of \(PageText.count($0, "person", "people"))" } ?? ""
      let spread = file.rowsPerPerson.map { spread in
        spread.minimum == spread.maximum
          ? ", \(PageText.count(spread.minimum, "row", "rows")) each"
          : ", \(spread.minimum) to \(spread.maximum) each, half of them at most \(NumberText.shortest(spread.median))"
      }
      let kind = file.kind == .other ? "" : " (\(file.kind.rawValue))"
      return
        "\(file.source.displayName)\(kind): \(PageText.count(file.rows, "row", "rows"))\(people)\(spread ?? "")."
    }
    let refused = check.refusals.map(\.rawValue)
    let series =
      refused.count > 1
      ? "\(refused.dropLast().joined(separator: ", ")) and \(refused[refused.count - 1])"
      : refused.first ?? ""
    let lead =
      if !refused.isEmpty {
        "No: \(series) would refuse a file. The findings say where."
      } else if check.count(.serious) > 0 {
        "Nothing would be refused, but serious findings stand against it."
      } else if check.count(.caution) > 0 {
        "Nothing would be refused; \(PageText.count(check.count(.caution), "finding needs", "findings need")) a look first."
      } else {
        "Nothing was found that stands against it."
      }
    return [lead] + files
  }
}

extension TidyTable {
  /// Shares as percentages, for people.
  fileprivate var withSharesInPercent: TidyTable {
    guard name.hasPrefix("missing"), let first = columns.firstIndex(of: "share") else { return self }
    return mapped(title: "\(title), in per cent") { row in
      row.enumerated().map { index, cell in
        guard index >= first, case .number(let share) = cell else { return cell }
        return .number(100 * share)
      }
    }
  }
}
