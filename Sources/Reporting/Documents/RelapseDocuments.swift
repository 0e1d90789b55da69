internal import CohortTables
internal import Estimation
internal import Outcomes

extension TidyTable {
  /// Risks as they would be if everybody were in one arm.
  init(standardised risks: [StandardisedRisks]) {
    self.init(
      name: "standardised_risks", title: "Risks if everybody were in one arm, other covariates as they are",
      columns: ["horizon", "arm", "estimate", "std_error", "conf_low", "conf_high"],
      rows: risks.flatMap { own in
        own.risks.map {
          [
            .number(own.horizon), .text($0.arm), .number($0.estimate), .number($0.standardError),
            .number($0.lower),
            .number($0.upper),
          ]
        }
      })
  }

  /// Differences and ratios of standardised risks, of the focus or of each later arm.
  init(comparing risks: [StandardisedRisks], focus: String?) {
    self.init(
      name: "risk_comparisons", title: "Differences and ratios of these risks",
      columns: [
        "horizon", "contrast", "difference", "difference_low", "difference_high", "ratio", "ratio_low",
        "ratio_high",
        "number_needed", "number_needed_low", "number_needed_high",
      ],
      rows: risks.flatMap { own in
        own.shown(focus).map { comparison -> [CSVCell] in
          [
            .number(own.horizon), .text("\(comparison.first) - \(comparison.second)"),
            .number(comparison.difference),
            .number(comparison.differenceLower), .number(comparison.differenceUpper),
            .optional(comparison.ratio),
            .optional(comparison.ratioLower), .optional(comparison.ratioUpper),
            .optional(comparison.numberNeeded),
            .optional(comparison.numberNeededLimits?.0), .optional(comparison.numberNeededLimits?.1),
          ]
        }
      })
  }

  /// Whether the focus halves the risk.
  init(halving answers: [HalvingAnswer]) {
    self.init(
      name: "halving", title: "Does it halve the risk?",
      columns: ["focus", "comparator", "scale", "horizon", "ratio", "conf_low", "conf_high", "verdict"],
      rows: answers.map {
        [
          .text($0.focus), .text($0.comparator), .text($0.scale.rawValue), .optional($0.horizon),
          .number($0.ratio),
          .number($0.lower), .number($0.upper), .text($0.verdict.words),
        ]
      })
  }
}

extension StandardisedRisks {
  /// The comparisons of the focus with each other arm or, without a focus, of each later arm with each earlier one.
  fileprivate func shown(_ focus: String?) -> [Comparison] {
    let order = risks.map(\.arm)
    return comparisons.filter { comparison in
      if let focus { return comparison.first == focus }
      return (order.firstIndex(of: comparison.first) ?? 0) > (order.firstIndex(of: comparison.second) ?? 0)
    }
  }
}

extension RelapseAnalysis {
  /// The fewest people of an arm.
  private var fewest: Int { peopleByArm.values.min() ?? 0 }

  /// Standardised risks, their comparisons, restricted means and verdicts.
  var comparisonTables: [TidyTable] {
    var tables: [TidyTable] = []
    if !halving.isEmpty { tables.append(TidyTable(halving: halving).resting(on: fewest)) }
    if !standardised.isEmpty {
      tables.append(TidyTable(standardised: standardised).resting(on: fewest))
      tables.append(TidyTable(comparing: standardised, focus: question.focus).resting(on: fewest))
    }
    if let restrictedMeans { tables.append(TidyTable(restrictedMeans, of: curves)) }
    if let proportionalHazards { tables.append(TidyTable(proportionalHazards).resting(on: fewest)) }
    return tables
  }
}
