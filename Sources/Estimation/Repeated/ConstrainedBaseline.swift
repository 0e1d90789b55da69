public import CohortTables

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
