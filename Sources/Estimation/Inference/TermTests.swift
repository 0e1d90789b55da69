internal import LinearAlgebra

/// Which hypothesis the test of a term is about.
public enum TermHypothesis: String, Sendable, CaseIterable, Codable {
  /// The term adds nothing to the terms that do not contain it, in the model without the terms that contain it.
  case typeII = "II"
  /// The term's own differences, averaged with equal weights over the levels of the factors that it is crossed
  /// with, are 0; numbers that it is crossed with stand at 0.
  case typeIII = "III"
}

extension FittedModel {
  /// Wald tests of each term of the formula.
  ///
  /// Neither type depends on how categories are coded. Type II, with R the coefficients of the terms that
  /// contain the term and t its own, tests
  /// ```
  /// L b = b_t - V_tR V_RR^-1 b_R = 0
  /// ```
  /// which for a linear model is the difference between the residual sums of squares of two models; its
  /// covariance V is that of the standard errors. Type III tests the equally weighted contrasts of cell means:
  /// the rows of L are built from the coding of each factor, never from the columns of one coding.
  ///
  /// - Returns: One test a term, in formula order; a hypothesis that the data do not determine has no statistic.
  /// - Complexity: O(columns^3).
  ///
  /// ## References
  /// Searle (1987), Linear Models for Unbalanced Data, chapters 4 and 9; Fox and Weisberg (2019), An R Companion
  /// to Applied Regression, 3rd ed., section 5.3.4.
  public func termTests(_ type: TermHypothesis) -> [JointTest] {
    plan.terms.indices.map { type == .typeII ? typeII($0) : typeIII($0) }
  }

  /// A Wald test that linear functions of all coefficients, one a row, are 0.
  ///
  /// - Parameters:
  ///   - functions: Weights on all coefficients, aliased ones included.
  ///   - name: What is tested.
  /// - Returns: The test; without a statistic where the data do not determine the functions.
  /// - Precondition: A weight for each coefficient.
  public func jointTest(of functions: [[Double]], name: String) -> JointTest {
    precondition(functions.allSatisfy { $0.count == coefficients.count }, "one weight for each coefficient")
    return waldTest(name, Matrix(rows: functions), hypothesis: "all \(functions.count) functions are 0")
  }

  private func waldTest(_ name: String, _ functions: Matrix, hypothesis: String) -> JointTest {
    let estimability = Estimability(self)
    let isDetermined = (0..<functions.rowCount).allSatisfy { estimability.holds(for: functions.row($0)) }
    let l = functions.selecting(columns: estimated)
    let beta = estimates
    let wald = WaldStatistic(l, values: l * beta, covariance: covariance)
    return JointTest(
      name,
      hypothesis: isDetermined
        ? hypothesis : hypothesis + " (not determined by the data: some combinations are empty)",
      method: "wald", chiSquared: isDetermined ? wald.chiSquared : nil, rank: wald.rank,
      reference: jointReference(of: wald.functions))
  }

  // MARK: - Type II

  private func typeII(_ index: Int) -> JointTest {
    let relatives = plan.relatives(ofTerm: index)
    let term = plan.terms[index]
    let hypothesis = plan.typeIIWords(index, relatives: relatives)
    let positions = Dictionary(uniqueKeysWithValues: estimated.enumerated().map { ($1, $0) })
    let own = term.columns.compactMap { positions[$0] }
    let others = relatives.flatMap { plan.terms[$0].columns }.compactMap { positions[$0] }
    let columns = Array(term.columns) + relatives.flatMap { plan.terms[$0].columns }
    let isDetermined =
      spansItsMargin(relatives)
      && columns.allSatisfy { coefficients[$0].estimate != nil || coefficients[$0].isAliased }
    guard isDetermined, !own.isEmpty,
      let functions = adjusted(own, for: others)
    else {
      return JointTest(
        term.label, hypothesis: hypothesis + " (not determined by the data)", method: "wald", chiSquared: nil,
        rank: own.count, reference: .chiSquared)
    }
    let beta = estimates
    let wald = WaldStatistic(functions, values: functions * beta, covariance: covariance)
    return JointTest(
      term.label, hypothesis: hypothesis, method: "wald", chiSquared: wald.chiSquared, rank: wald.rank,
      reference: jointReference(of: wald.functions))
  }

  /// `b_t - V_tR V_RR^-1 b_R` as functions of the estimated coefficients.
  private func adjusted(_ own: [Int], for others: [Int]) -> Matrix? {
    var functions = Matrix(rowCount: own.count, columnCount: estimated.count)
    for (row, position) in own.enumerated() { functions[row, position] = 1 }
    guard !others.isEmpty else { return functions }
    // Columns of unlike size are brought to one scale before the covariance is factored.
    let scale = others.map { covariance[$0, $0].squareRoot() }
    guard scale.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let inverse = scale.map { 1 / $0 }
    let block = covariance.selecting(rows: others, columns: others).scalingRows(by: inverse)
      .scalingColumns(by: inverse)
    guard let factor = try? CholeskyFactor(block) else { return nil }
    let cross = covariance.selecting(rows: others, columns: own).scalingRows(by: inverse)
    let weights = factor.solve(cross)
    for (row, _) in own.enumerated() {
      for (k, position) in others.enumerated() { functions[row, position] = -weights[k, row] * inverse[k] }
    }
    return functions
  }

  /// Whether the columns of the terms outside are determined without those of the relatives.
  private func spansItsMargin(_ relatives: [Int]) -> Bool {
    let inside = Set(relatives.flatMap { plan.terms[$0].columns })
    let kept = estimated.enumerated().filter { inside.contains($1) }.map(\.offset)
    let aliased = coefficients.indices.filter { !estimated.contains($0) }
    return aliased.enumerated().allSatisfy { index, column in
      inside.contains(column) || kept.allSatisfy { abs(aliasing[$0, index]) < 1e-8 }
    }
  }

  // MARK: - Type III

  private func typeIII(_ index: Int) -> JointTest {
    waldTest(
      plan.terms[index].label, plan.equallyWeightedFunctions(ofTerm: index),
      hypothesis: plan.typeIIIWords(index))
  }
}

extension DesignPlan {
  /// The terms that contain all variables of a term and more.
  func relatives(ofTerm index: Int) -> [Int] {
    let own = Set(terms[index].factors.map(\.variable))
    return terms.indices.filter { $0 != index && own.isSubset(of: terms[$0].factors.map(\.variable)) }
  }

  /// The hypothesis of type III as weights on all columns.
  ///
  /// A column is a function of the levels of its factors. Averaging it over the factors that the term does not
  /// have, and taking deviations from the mean over those that it has, gives its part in the hypothesis.
  func equallyWeightedFunctions(ofTerm index: Int) -> Matrix {
    let term = terms[index]
    let widths = term.factors.map(\.width)
    let count = widths.reduce(1, *)
    var functions = Matrix(rowCount: count, columnCount: columnCount)
    for other in [index] + relatives(ofTerm: index) {
      let factors = terms[other].factors
      for column in terms[other].columns {
        let entries = Self.positions(column - terms[other].columns.lowerBound, factors.map(\.width))
        for row in 0..<count {
          let rows = Self.positions(row, widths)
          functions[row, column] = zip(factors, entries).reduce(1) { product, pair in
            let (factor, entry) = pair
            let own = term.factors.firstIndex { $0.variable == factor.variable }
            return product * part(factor, entry, own: own.map { (term.factors[$0], rows[$0]) })
          }
        }
      }
    }
    return functions
  }

  private static func positions(_ index: Int, _ widths: [Int]) -> [Int] {
    var rest = index
    return widths.map { width in
      defer { rest /= width }
      return rest % width
    }
  }

  /// What a factor's column gives to one row of the hypothesis.
  private func part(_ factor: Factor, _ entry: Int, own: (factor: Factor, row: Int)?) -> Double {
    guard let levels = variables[factor.variable].levels?.count else {
      // Numbers that the term is crossed with stand at 0.
      return own.map { $0.row == entry ? 1 : 0 } ?? 0
    }
    func value(_ level: Int) -> Double {
      coding.entry(level: level, column: entry, levels: levels, full: factor.isFull)
    }
    let mean = (0..<levels).reduce(0) { $0 + value($1) } / Double(levels)
    guard let own else { return mean }
    return own.factor.isFull ? value(own.row) : value(own.row) - mean
  }

  func typeIIWords(_ index: Int, relatives: [Int]) -> String {
    let label = terms[index].label
    guard !relatives.isEmpty else { return "\(label) adds nothing to all other terms" }
    return "\(label) adds nothing to the terms that do not contain it, in the model without "
      + relatives.map { terms[$0].label }.joined(separator: ", ")
  }

  func typeIIIWords(_ index: Int) -> String {
    let term = terms[index]
    let own = Set(term.factors.map(\.variable))
    let crossed = relatives(ofTerm: index).flatMap { terms[$0].factors.map(\.variable) }
      .reduce(into: [Int]()) { if !own.contains($1), !$0.contains($1) { $0.append($1) } }
    let averaged = crossed.filter { variables[$0].levels != nil }.map { variables[$0].source.label }
    let held = crossed.filter { variables[$0].levels == nil }.map { variables[$0].source.label }
    let isNumeric = term.factors.contains { variables[$0.variable].levels == nil }
    let isCategorical = term.factors.contains { variables[$0.variable].levels != nil }
    let isFull = term.factors.contains(where: \.isFull)
    let subject: String
    switch (isNumeric, isCategorical, term.factors.count) {
    case (true, false, _): subject = "the coefficients of \(term.label) are 0"
    case (false, true, 1) where !isFull: subject = "the means of \(term.label) are equal"
    case (false, true, 1): subject = "the means of \(term.label) are 0"
    case (true, true, _):
      subject = "the slopes in \(term.label) " + (isFull ? "are 0" : "do not differ between the levels")
    default: subject = "the differences between levels in \(term.label) do not depend on each other"
    }
    return subject
      + (averaged.isEmpty
        ? "" : ", averaged with equal weights over the levels of \(averaged.joined(separator: ", "))")
      + (held.isEmpty ? "" : ", at 0 of \(held.joined(separator: ", "))")
  }
}
