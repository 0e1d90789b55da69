import CohortTables
import Estimation
import Figures

/// What stands between results and everything that is written: small counts do not pass.
///
/// A count from 1 to one less than the threshold is not shown: `<5` in text and HTML, an empty field in CSV, null in
/// JSON. Neither is what is computed from it (`*`): a share whose numerator or remainder is such a count, and every statistic
/// of fewer people than the threshold. A count of 0 is shown.
///
/// Neither are counts that give a small one by subtraction within the same result: the total of a sum with a hidden part,
/// events of all but a few people, the larger of two nested counts that are close (`HiddenTotals`, `NestedCounts`). Several results
/// side by side may still tell more than each: hiding across results, and k-anonymity, are not done.
///
/// Columns are recognised by name (``DisclosureCatalog``). A column that is not known is taken to hold counts wherever
/// it holds whole numbers, so that a new table shows too little rather than too much.
///
/// ## References
/// CMS Cell Size Suppression Policy (ResDAC, version of 2024-01-26): cells of 1 to 10 are not reported, nor percentages or
/// excluded cases from which they follow; 0 may be. UK Longitudinal Linkage Collaboration, Statistical
/// Disclosure Control: means, medians and standard deviations only of at least as many people as the threshold.
public struct DisclosureGate: Sendable, Equatable {
  /// Counts below it, but above 0, are hidden; 0 and 1 hide nothing.
  public let threshold: Int

  /// The threshold that batches, comparisons and reports have unless another is asked for.
  public static let standardThreshold = 5
  /// The gate with the standard threshold.
  public static let standard = DisclosureGate(threshold: standardThreshold)
  /// A gate through which everything passes.
  public static let off = DisclosureGate(threshold: 0)

  /// A gate with a threshold.
  ///
  /// - Precondition: The threshold is at least 0.
  public init(threshold: Int) {
    precondition(threshold >= 0, "a threshold cannot be negative")
    self.threshold = threshold
  }

  /// Whether anything can be hidden.
  public var isOn: Bool { threshold > 1 }

  /// Whether a count must not be shown.
  public func hides(_ count: Double) -> Bool { count > 0 && count < Double(threshold) }

  /// Whether a count must not be shown.
  public func hides(_ count: Int) -> Bool { count > 0 && count < threshold }

  /// Whether a share of so many people must not be shown.
  ///
  /// It says how many have something, and how many do not.
  public func hides(share: Double, of people: Double) -> Bool {
    let having = (share * people).rounded()
    return hides(people) || hides(having) || hides(people - having)
  }

  /// What stands for a hidden count.
  public var mark: String { "<\(threshold)" }

  /// The rule in one sentence.
  public var rule: String {
    "Counts from 1 to \(threshold - 1) are hidden (\(mark)), and so is what is computed from them (*); 0 is shown. "
      + "Totals that would tell a hidden count of the same result are hidden too (*); several results together may still tell one."
  }

  /// What a gate that is off says.
  public static let offStatement = "not gated for disclosure: counts are shown whatever their size"

  /// A sentence that is said only when something can be hidden.
  func remark(_ text: String) -> String { isOn ? text : "" }

  // MARK: - Documents

  /// A result of which nothing small is left; through a gate that is off it passes as it is.
  ///
  /// - Complexity: O(size of the result).
  public func pass(_ document: ResultDocument) -> ResultDocument {
    guard isOn, document.gate.threshold < threshold else { return document }
    var log = DisclosureLog()
    let totals = HiddenTotals(document.accounting.map(\.rows), document.tables, gate: self)
    let tables = document.tables.map { gated($0, totals, log: &log) }
    for entry in document.accounting {
      log.add("rows of \(entry.name)", counts: entry.rows.counts.count(where: hides), values: 0)
    }
    let prose = GatedProse(
      gate: self, totals: totals,
      hidesPercentages: document.accounting.contains { $0.rows.armCounts.contains(where: hides) })
    let diagnostics = prose.gated(document.diagnostics)
    var json = GatedJSON(gate: self, prose: prose, totals: totals).gated(document.annotated)
    if case .object(var members) = json {
      members["disclosure"] = log.json(self)
      json = .object(members)
    }
    var result = ResultDocument(
      title: document.title, verdict: prose.gated(document.verdict),
      statements: document.statements.map(prose.gated) + [sentence(log)], tables: tables,
      diagnostics: diagnostics, accounting: document.accounting, json: json, gate: self)
    result.hiddenTotals = totals
    return result
  }

  /// A sentence, such as a failure's message, without small counts.
  public func pass(_ text: String) -> String {
    GatedProse(gate: self, totals: HiddenTotals(), hidesPercentages: false).gated(text)
  }

  /// A report of which nothing small is left.
  ///
  /// - Complexity: O(size of the report).
  public func pass(_ report: Report) -> Report {
    guard isOn else { return report }
    var report = report
    var log = DisclosureLog()
    report.cohorts = report.cohorts.map { cohort in
      var cohort = cohort
      let hasSmallRows = cohort.accounting.contains { $0.rows.armCounts.contains(where: hides) }
      let totals = HiddenTotals(cohort.accounting.map(\.rows), cohort.tables.map(\.table), gate: self)
      cohort.hiddenTotals = totals
      let prose = GatedProse(gate: self, totals: totals, hidesPercentages: hasSmallRows)
      cohort.answers = cohort.answers.map {
        Report.Answer(
          question: $0.question, statements: $0.statements.map(prose.gated), caveat: prose.gated($0.caveat))
      }
      cohort.figures = cohort.figures.map {
        Report.FigureEntry($0.figure.hidingCounts(below: threshold), caption: $0.caption)
      }
      for index in cohort.tables.indices {
        cohort.tables[index].table = gated(cohort.tables[index].table, totals, log: &log)
      }
      cohort.notes = prose.gated(cohort.notes)
      cohort.methods = cohort.methods.map(prose.gated)
      cohort.failures = cohort.failures.map(prose.gated)
      return cohort
    }
    let prose = GatedProse(
      gate: self, totals: HiddenTotals(report.cohorts.map(\.hiddenTotals)),
      hidesPercentages: false)
    report.provenance = report.provenance.filter { !$0.hasPrefix(Self.sentenceStart) }.map(prose.gated)
    report.provenance.append("\(Self.sentenceStart)\(rule)")
    return report
  }

  private static let sentenceStart = "Disclosure gate: "

  /// What the gate did, in one sentence.
  private func sentence(_ log: DisclosureLog) -> String { Self.sentenceStart + rule + " " + log.text }
}

extension RowAccounting {
  /// Whether any of its counts is one of these.
  func hasCount(_ test: (Int) -> Bool) -> Bool { counts.contains(where: test) }

  /// Rows by arm, used and left out.
  var armCounts: [Int] { (byArm ?? []).map(\.rows) + excluded.flatMap { ($0.byArm ?? []).map(\.rows) } }

  /// All counts of people, rows and events.
  var counts: [Int] {
    var counts = [read, used] + [subjectsRead, subjects, events].compactMap { $0 }
    for arm in byArm ?? [] { counts += [arm.rows] + [arm.subjects, arm.events].compactMap { $0 } }
    for reason in excluded {
      counts += [reason.rows] + [reason.subjects].compactMap { $0 } + (reason.byArm ?? []).map(\.rows)
    }
    return counts
  }
}
