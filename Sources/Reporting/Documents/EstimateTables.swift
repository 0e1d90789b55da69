import CohortTables
public import Estimation

extension TidyTable {
  /// The coefficient table: `term, estimate, std_error, statistic, df, p_value, conf_low, conf_high`.
  public init(_ coefficients: [Coefficient]) {
    self.init(coefficients, labels: coefficients.map { CoefficientLabel(term: $0.term) })
  }

  /// The coefficient table; of models with an equation for each outcome a column `outcome` stands in front.
  init(_ coefficients: [Coefficient], labels: [CoefficientLabel]) {
    let hasOutcomes = labels.contains { $0.outcome != nil }
    let hasRatios = coefficients.contains { $0.ratio != nil }
    let names = ["term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]
    self.init(
      name: "coefficients", title: "Coefficients",
      columns: (hasOutcomes ? ["outcome"] : []) + names
        + (hasRatios ? ["ratio", "ratio_low", "ratio_high"] : []),
      rows: zip(coefficients, labels).map { row, label in
        (hasOutcomes ? [.optional(label.outcome)] : []) + [
          .text(label.term), .optional(row.estimate), .optional(row.standardError), .optional(row.statistic),
          .optional(row.degreesOfFreedom), .optional(row.pValue), .optional(row.lower), .optional(row.upper),
        ]
          + (hasRatios
            ? [.optional(row.ratio?.value), .optional(row.ratio?.lower), .optional(row.ratio?.upper)] : [])
      })
  }

  /// The coefficient table of a model, whose rows know how many people the arms have.
  init(
    coefficientsOf fit: some DocumentedFit,
    further: [(label: CoefficientLabel, coefficient: Coefficient)] = []
  ) {
    self = TidyTable(
      fit.coefficients + further.map(\.coefficient), labels: fit.coefficientLabels + further.map(\.label)
    ).resting(on: fit.coefficientSupports + further.map { _ in fit.leastSupport })
      .knowing(ArmPeople(fit.rows, references: fit.plan.referenceLevels))
  }

  /// Marginal means, one column for each factor.
  public init(_ means: MarginalMeans) {
    let factors = means.factors + means.by
    self.init(
      name: means.quantity == .mean ? "means" : "slopes", title: Self.title(means),
      columns: factors + ["estimate", "std_error", "df", "conf_low", "conf_high"],
      rows: means.means.map { mean in
        mean.at.map { CSVCell.text($0.value.text) } + [
          .optional(mean.estimate), .optional(mean.standardError), .optional(mean.degreesOfFreedom),
          .optional(mean.lower), .optional(mean.upper),
        ]
      })
    self = resting(on: means.means.map(\.support))
  }

  private static func title(_ means: MarginalMeans) -> String {
    let by = means.factors.isEmpty ? "" : " by \(means.factors.joined(separator: ", "))"
    guard case .slope(let column) = means.quantity else { return "Estimated marginal means\(means.grid)" }
    return "Slopes of \(column)\(by)\(means.grid)"
  }

  /// Contrasts with unadjusted and adjusted tests and limits.
  ///
  /// With `withRatios` contrasts on a log scale are also exponentiated.
  public init(_ contrasts: Contrasts, withRatios: Bool = false) {
    let by = contrasts.contrasts.first?.by.map(\.column) ?? []
    let hasRatios = withRatios && contrasts.contrasts.contains { $0.ratio != nil }
    self.init(
      name: "contrasts",
      title: "Contrasts (\(contrasts.adjustment.rawValue) adjustment, \(contrasts.familySize) together)",
      columns: by + [
        "contrast", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high",
        "adjustment",
        "p_adjusted", "conf_low_adjusted", "conf_high_adjusted",
      ] + (hasRatios ? ["ratio_kind", "ratio", "ratio_low", "ratio_high"] : []),
      rows: contrasts.contrasts.map { row in
        row.by.map { CSVCell.text($0.value.text) } + [
          .text(row.name), .optional(row.estimate), .optional(row.standardError), .optional(row.statistic),
          .optional(row.degreesOfFreedom), .optional(row.pValue), .optional(row.lower), .optional(row.upper),
          .text(contrasts.adjustment.rawValue), .optional(row.adjustedPValue), .optional(row.adjustedLower),
          .optional(row.adjustedUpper),
        ]
          + (hasRatios
            ? [
              .optional(row.ratio?.kind), .optional(row.ratio?.value), .optional(row.ratio?.lower),
              .optional(row.ratio?.upper),
            ] : [])
      })
    self = resting(on: contrasts.contrasts.map(\.support))
  }

  /// Rows read, used and left out, one line a reason.
  public init(_ rows: RowAccounting) {
    var lines: [[CSVCell]] = [["read", rows.read, rows.subjectsRead], ["used", rows.used, rows.subjects]].map(
      Self.line)
    for exclusion in rows.excluded {
      lines.append(Self.line(["left out: \(exclusion.reason)", exclusion.rows, exclusion.subjects]))
    }
    if let clusters = rows.clusters {
      lines.append(
        Self.line([
          "clusters: \(clusters.column), \(clusters.smallest) to \(clusters.largest) rows", clusters.count,
        ]) + [.missing])
    }
    self.init(name: "rows", title: "Rows", columns: ["", "rows", "people"], rows: lines)
  }

  private static func line(_ values: [(any Sendable)?]) -> [CSVCell] {
    values.map { value in
      switch value {
      case let text as String: .text(text)
      case let count as Int: .integer(count)
      default: .missing
      }
    }
  }
}

extension MarginalMeans {
  /// What the means are averages over and where the other columns stand: " (equal weights over sex; at age = 41.2)".
  var grid: String {
    var parts: [String] = []
    if !averagedOver.isEmpty {
      parts.append("\(weighting) weights over \(averagedOver.joined(separator: ", "))")
    }
    if !held.isEmpty {
      let values = held.map { coordinate in
        var text = coordinate.value.text
        if case .number(let value) = coordinate.value { text = CellText.number(value) }
        return "\(coordinate.column) = \(text)"
      }
      parts.append("at \(values.joined(separator: ", "))")
    }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }
}
