import CohortTables
import Estimation
public import Outcomes

extension Report.Cohort {
  /// Adds the trends of people: summary, figures and, only if asked, the rows of persons.
  public mutating func add(
    _ trends: PersonTrends, visits: VisitTable, trajectories: [MeanTrajectory], file: String?,
    tracked: Bool = false, gate: DisclosureGate = .off
  ) {
    let arms = trends.summaries.compactMap(\.arm)
    let answer = TrendAnswer(trends, least: gate.threshold)
    answers.append(
      Report.Answer(
        question: "How have symptoms moved?", statements: answer.statements, caveat: answer.caveat))
    figures.append(
      Report.FigureEntry(
        OutcomeFigures.trajectories(trajectories, visits, arms: arms),
        caption:
          "Observed means of the people who came, with pointwise limits and the number of people below. "
          + "Where people leave, these are not the means of everyone who started."
          + gate.remark(" Means of fewer than \(gate.threshold) people are not drawn.")))
    figures.append(
      Report.FigureEntry(
        OutcomeFigures.slopes(trends, arms: arms),
        caption:
          "How the raw slopes of people with three visits or more are spread. The spread shows measurement error as well "
          + "as real differences."
          + gate.remark(" Bars of fewer than \(gate.threshold) people are not drawn, nor counted in n.")))
    if let shrinkage = TrendFigures.shrinkage(trends) {
      figures.append(
        Report.FigureEntry(
          shrinkage,
          caption:
            "The same slopes, raw and drawn towards the mean of all by as much as a person's visits leave open: the extremes of "
            + "raw slopes are mostly noise. Of 200 people and more, the outermost 2% of raw slopes on either side are not drawn."
            + gate.remark(" Bars of fewer than \(gate.threshold) people are not drawn, nor counted in n.")))
    }
    figures.append(
      Report.FigureEntry(
        TrendFigures.reliableChange(trends, arms: arms),
        caption:
          "Below the diagonal the score fell. Dashed lines beside it: change beyond measurement error by the instrument's rule."
          + gate.remark(
            " Marks stand for squares of scores; those of fewer than \(gate.threshold) people are not drawn.")
      ))
    figures.append(
      Report.FigureEntry(
        TrendFigures.waterfall(trends, arms: arms),
        caption: "From first to last visit of those with two visits or more."
          + gate.remark(" A bar is the mean of at least \(gate.threshold) people.")))
    figures.append(
      Report.FigureEntry(
        TrendFigures.courses(trends, visits, tracked: tracked),
        caption: "The middle half and the middle four fifths of all scores, with their median."
          + (gate.isOn
            ? " Single people are not drawn, nor quantiles beyond which there are fewer than \(gate.threshold)."
            : " Lines are some of the people, taken evenly from the file.")))
    if tracked, let calibration = trends.calibration {
      tables.append(
        Report.TableEntry(
          TidyTable(calibration),
          note: trends.bands.map { "\($0.note)." } ?? "", confidenceLevel: trends.confidenceLevel))
    }
    tables.append(
      Report.TableEntry(
        TidyTable(summaryOf: trends),
        note: "Each person counts once. Shares are of those for whom the rule is defined.",
        file: file, confidenceLevel: trends.confidenceLevel))
    tables.append(
      Report.TableEntry(
        TidyTable(trajectories), note: "Observed means; each person counts once in a window.",
        confidenceLevel: trends.confidenceLevel))
    accounting.append(Report.AccountingEntry("trends", trends.rows))
    methods.append(trends.verdict)
    if let axis = trends.timeAxis { state(axis) }
    if let instrument = trends.instrument { methods.append("\(instrument.name): \(instrument.source).") }
  }

  /// Adds the comparison of arms.
  public mutating func add(
    _ comparison: TreatmentComparison, file: String?, gate: DisclosureGate = .off
  ) {
    if let answer = ComparisonAnswer(comparison, least: gate.threshold) {
      // What the report is for comes first.
      answers.insert(
        Report.Answer(
          question: "Is \(comparison.question.focus) better?", statements: answer.statements,
          caveat: answer.caveat),
        at: 0)
    }
    figures.append(
      Report.FigureEntry(
        OutcomeFigures.contrasts(comparison),
        caption:
          "The mean over follow-up is \(comparison.question.followUpRule(unit: comparison.visits.unit)). Comparisons at single times use complete "
          + "cases, which leaving can bias."))
    let document = ResultDocument(comparison, answer: nil, provenance: Provenance(version: "", inputs: []))
    for table in document.tables {
      tables.append(
        Report.TableEntry(
          table.readable,
          note:
            "Rows marked complete cases hold only the people seen at that time: they are not the headline.",
          file: table.name == "contrasts" ? file : nil, confidenceLevel: comparison.question.confidenceLevel))
    }
    accounting += document.accounting.map { Report.AccountingEntry("comparison: \($0.name)", $0.rows) }
    notes += comparison.diagnostics
    methods.append(comparison.verdict)
    if let axis = comparison.visits.timeAxis { state(axis) }
  }

  /// Adds a relapse analysis.
  public mutating func add(
    _ analysis: RelapseAnalysis, answer: RelapseAnswer, unit: TimeUnit, eventVerb: String, eventName: String,
    file: String?, gate: DisclosureGate = .off
  ) {
    let analysis = analysis.coarsened(least: gate.threshold)
    let arms = analysis.curves.curves.map(\.name)
    let level = analysis.question.options.confidenceLevel
    answers.append(
      Report.Answer(
        question: "Who \(eventVerb), when, and under which treatment?", statements: answer.statements,
        caveat: answer.caveat))
    figures.append(
      Report.FigureEntry(
        OutcomeFigures.survival(analysis.curves, unit: unit, eventName: eventName, arms: arms),
        caption:
          "Kaplan-Meier estimates with pointwise bands on the \(analysis.curves.transform.rawValue) scale"
          + (gate.isOn
            ? ". Each step holds \(gate.threshold) events or more, and as many people whose follow-up ended or none: the curve is exact "
              + "at its foot and runs somewhere between two of them. The numbers at risk are those at the start of a step; "
              + "groups with fewer events, and the ends of follow-up, are not drawn."
            : "; marks are people whose follow-up ended.")))
    if let contrasts = analysis.hazardContrasts, let focus = analysis.question.focus {
      figures.append(
        Report.FigureEntry(
          OutcomeFigures.hazardRatios(
            contrasts, focus: focus, isAdjusted: analysis.adjusted != nil,
            arms: ArmPeople(analysis.curves.rows)),
          caption: "Ratios of hazards from Cox models"
            + (analysis.adjusted == nil
              ? "." : ", with \(analysis.question.covariates.joined(separator: ", ")) held equal.")))
    }
    tables.append(
      Report.TableEntry(
        TidyTable(analysis.risks), note: "One less the Kaplan-Meier estimate.", file: file,
        confidenceLevel: level))
    for table in analysis.comparisonTables {
      tables.append(Report.TableEntry(table, confidenceLevel: level))
    }
    if let fit = analysis.adjusted ?? analysis.crude {
      tables.append(
        Report.TableEntry(
          TidyTable(coefficientsOf: fit).renamed("hazard_ratios", "Cox model"),
          note: "ratio is the hazard ratio.", confidenceLevel: level))
      notes += fit.diagnostics
    }
    if let test = analysis.logRank { tables.append(Report.TableEntry(TidyTable(test))) }
    tables.append(Report.TableEntry(TidyTable(quantilesOf: analysis.curves), confidenceLevel: level))
    accounting.append(Report.AccountingEntry("relapse", analysis.curves.rows))
    if let adjusted = analysis.adjusted {
      accounting.append(Report.AccountingEntry("relapse, adjusted", adjusted.rows))
    }
    notes += analysis.diagnostics
    methods.append(analysis.verdict)
  }

  /// Adds a single model.
  public mutating func add(_ document: ResultDocument, name: String, file: String?) {
    // Rows of persons are for a file of their own, where they were asked for.
    for (index, table) in document.tables.filter({ !$0.holdsPersons }).enumerated() {
      tables.append(
        Report.TableEntry(
          table.renamed(table.name, "\(name): \(table.title)"), note: index == 0 ? document.title : "",
          file: index == 0 ? file : nil))
    }
    accounting += document.accounting.map { Report.AccountingEntry(name, $0.rows) }
    notes += document.diagnostics
    methods.append("\(name): \(document.verdict)")
  }
}

extension TidyTable {
  /// Without the columns that repeat what the adjusted ones say, for reading on a page.
  var readable: TidyTable {
    let hidden: Set<String> = ["statistic", "df", "p_value", "conf_low", "conf_high", "adjustment"]
    guard columns.contains("conf_low_adjusted") else { return self }
    let kept = columns.indices.filter { !hidden.contains(columns[$0]) }
    return mapped(columns: kept.map { columns[$0] }) { row in kept.map { row[$0] } }
  }
}
