public import CohortTables

/// That randomised arms share one mean at the baseline visit of a model for repeated measures.
///
/// In the design the arm's column then holds the reference arm for everyone at baseline, as `Table.addingArmAfterBaseline`
/// has it; people are still counted, and covariances still told apart, by the arm that they have.
public struct ConstrainedBaseline: Sendable, Equatable {
  /// The column of arms.
  public let arm: String
  /// The baseline visit as the visit column has it: a level, or a number.
  public let visit: String

  /// Arms share their mean at a visit.
  public init(arm: String, visit: String) {
    self.arm = arm
    self.visit = visit
  }

  /// The name under which the design's table keeps the arms that people have.
  var assigned: String { "\(arm) (assigned)" }
}

extension RepeatedMeasuresModel {
  /// The table and the model of the design: under a constrained baseline without arms there.
  func constrained(_ table: Table) throws -> (RepeatedMeasuresModel, Table) {
    guard let baseline = constrainedBaseline else { return (self, table) }
    // Of smaller models that are compared with this one the arm is a column that rows must have.
    guard
      options.required.contains(baseline.arm)
        || formula.variables.contains(where: { $0.columns.contains(baseline.arm) })
    else {
      throw EstimationError(
        .unknownColumn,
        "the constrained baseline is about '\(baseline.arm)', which is not in the formula")
    }
    let arms = try table.requireColumn(baseline.arm).asCategories()
    guard let reference = options.references[baseline.arm] ?? arms.levels.first else {
      throw EstimationError(.unusableColumn, "column '\(baseline.arm)' has no arms")
    }
    var model = self
    model.options.references[baseline.arm] = reference
    if model.options.arm == baseline.arm { model.options.arm = baseline.assigned }
    if model.covarianceBy == baseline.arm { model.covarianceBy = baseline.assigned }
    let own = try table.renaming(baseline.arm, to: baseline.assigned).addingArmAfterBaseline(
      baseline.arm, arm: baseline.assigned, visit: visit, baseline: baseline.visit, reference: reference)
    return (model, own)
  }
}

extension RepeatedMeasuresFit {
  /// What follows from a constrained baseline: columns that the others determine are no surprise.
  static func explained(_ notes: [Diagnostic], _ baseline: ConstrainedBaseline?, visit: String)
    -> [Diagnostic]
  {
    guard let baseline else { return notes }
    return notes.map { note in
      let isOfArms = note.terms.allSatisfy {
        $0.contains("\(baseline.arm)[") || $0.contains("factor(\(baseline.arm))[")
      }
      guard note.kind == .aliased, isOfArms else { return note }
      return Diagnostic(
        .aliased, .note, terms: note.terms,
        "\(note.terms.joined(separator: ", ")): left out, as arms have one mean at \(visit) \(baseline.visit); terms of "
          + "\(baseline.arm) alone are differences at the visit whose interaction was left out")
    } + [
      Diagnostic(
        .assumption, .note, terms: [baseline.arm],
        "constrained baseline: all arms have the same mean at \(visit) \(baseline.visit), which randomisation makes true and nothing "
          + "else does; it is given as that of the reference arm, and other arms have none there")
    ]
  }
}

extension Table {
  /// Adds a column with which a repeated-measures model gives all arms the same mean at baseline.
  ///
  /// In the constrained longitudinal data analysis the baseline is a visit of the outcome, and as arms were
  /// randomised its mean is one number for all of them. The added column holds the arm, and at the baseline
  /// visit the reference arm for everyone: `score ~ visit * arm_after` then has no effect of arm at baseline,
  /// and differences of the other visits from baseline are adjusted for it by the covariance. Of the columns
  /// of the interaction the last visit's are determined by the others and come out aliased; means of arms
  /// after baseline and their contrasts are estimated, and means at baseline for the reference arm alone,
  /// which stands for all.
  ///
  /// ```swift
  /// let table = try visits.addingArmAfterBaseline(
  ///   "arm_after", arm: "arm", visit: "week", baseline: "0", reference: "therapy")
  /// let fit = try RepeatedMeasuresModel(
  ///   "phq9 ~ factor(week) * arm_after", subject: "id", visit: "week").fit(table)
  /// ```
  /// - Parameters:
  ///   - name: The new column's name.
  ///   - arm: The column of arms.
  ///   - visit: The column of visits.
  ///   - baseline: The baseline visit as the column has it: a level, or a number.
  ///   - reference: The arm that stands for all at baseline, and is the new column's reference level elsewhere.
  /// - Returns: The table with the column.
  /// - Throws: `TableError` for missing columns and a name that is taken; `EstimationError` for a level that the columns
  ///   do not have.
  ///
  /// ## References
  /// Liang and Zeger (2000), Sankhya B 62:134-148; Liu, Lu, Mogg, Mallick and Mehrotra (2009), Stat. Med.
  /// 28:2509-2530, section 2.
  public func addingArmAfterBaseline(
    _ name: String, arm: String, visit: String, baseline: String, reference: String
  ) throws -> Table {
    let arms = try requireColumn(arm).asCategories()
    guard arms.levels.contains(reference) else {
      throw EstimationError(.unknownLevel, "column '\(arm)' has no level '\(reference)'")
    }
    let isBaseline = try baselineRows(visit, baseline)
    guard isBaseline.contains(true) else {
      throw EstimationError(.unknownLevel, "column '\(visit)' has no visit '\(baseline)'")
    }
    let codes = arms.codes.array()
    return try adding(
      .category(
        name,
        codes.indices.map { row -> String? in
          if codes[row] < 0 { return nil }
          return isBaseline[row] ? reference : arms.levels[Int(codes[row])]
        }))
  }

  private func baselineRows(_ visit: String, _ baseline: String) throws -> [Bool] {
    switch try requireColumn(visit).values {
    case .numeric(let values):
      let number = Double(baseline)
      return values.array().map { $0 == number }
    case .category(let values):
      let codes = values.codes.array()
      return codes.map { $0 >= 0 && values.levels[Int($0)] == baseline }
    }
  }
}
