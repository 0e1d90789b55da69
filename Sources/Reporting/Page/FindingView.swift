import Estimation
import Outcomes

/// A finding of a data check: what, where, and what each analysis does about it.
struct FindingView {
  /// What some analyses do.
  struct ConsequenceView {
    let analyses: String
    let message: String
  }

  let severity: String
  let severityClass: String
  let isSerious: Bool
  let isCaution: Bool
  let isNote: Bool
  let message: String
  let kind: String
  let place: String
  let consequences: [ConsequenceView]

  init(_ finding: Finding) {
    let note = NoteView(Diagnostic(.missingData, finding.severity, finding.message.capitalizedSentence))
    severity = note.severity
    severityClass = note.severityClass
    (isSerious, isCaution, isNote) = (note.isSerious, note.isCaution, note.isNote)
    message = note.message
    kind = PageText.clean(finding.kind.code)
    place = PageText.clean(finding.place)
    consequences = finding.groupedConsequences.map { part in
      ConsequenceView(
        analyses: part.analyses.map(\.rawValue).joined(separator: ", "), message: PageText.clean(part.message)
      )
    }
  }
}

extension String {
  /// The text as a sentence of its own.
  fileprivate var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
