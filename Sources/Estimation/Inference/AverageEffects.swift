public import CohortTables
internal import Distributions
internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// What the errors of average effects allow for.
public enum EffectVariance: String, Sendable, CaseIterable, Codable {
  /// The coefficients are uncertain, the covariates are those of the used rows: `G V G'` with the fit's covariance.
  case conditional
  /// The covariates are a sample as well: the stacked sandwich of coefficients and means.
  case sampling
}

/// Whose predictions are averaged.
public enum EffectPopulation: Sendable, Equatable {
  /// All used rows.
  case all
  /// The used rows at a level of the column, such as the treated.
  case level(String)
}

/// Effects of a column on the mean of the response, averaged over people as they are: g-computation.
///
/// Everybody's mean is predicted with the column set to each value in turn, and the predictions are averaged;
/// differences and ratios of these averages are marginal effects. With `theta_a` the averages, `G` their
/// gradients and `V` the covariance of the coefficients,
/// ```
/// conditional:  Var(theta) = G V G'
/// sampling:     Var(theta) = m / (m - 1) sum_g phi_g phi_g',   phi_i = w_i (m_a(x_i) - theta_a) / W + G_a IF_i
/// ```
/// where `IF_i` is the influence of row i on the coefficients and sums run over m clusters, or rows. The second
/// is the sandwich of the score equations stacked on the means, the one of stdReg; it rests on the mean model
/// alone, not on the family's variance. Limits of ratios are those of their logarithms.
///
/// These are effects of what is done only where all confounders are in the formula, or treatment was assigned at
/// random.
///
/// ## References
/// Robins (1986), Math. Modelling 7:1393-1512; Sjolander (2016), Eur. J. Epidemiol. 31:563-574 (stacked
/// variance); Ge et al. (2011), Drug Inf. J. 45:481-493 (conditional variance); Stefanski and Boos (2002), The
/// American Statistician 56:29-38; Altman (1998), BMJ 317:1309-1312 (number needed to treat).
public struct AverageEffects: Sendable {
  /// The average with the column at one value.
  public struct Level: Sendable, Equatable {
    /// The value.
    public let value: GridValue
    /// The average of the predicted means.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double?
    /// Lower limit.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
  }

  /// How two averages are compared.
  public enum Measure: String, Sendable, CaseIterable, Codable {
    /// The first less the second.
    case difference
    /// The first over the second.
    case ratio
    /// The odds of the first over those of the second.
    case oddsRatio = "odds_ratio"
    /// One over the difference.
    case numberNeeded = "number_needed_to_treat"
    /// The average slope of the mean by a numeric column.
    case slope
  }

  /// A comparison of two averages.
  public struct Effect: Sendable, Equatable {
    /// The two values: `combined - TAU` or `combined / TAU`.
    public let name: String
    /// How they are compared.
    public let measure: Measure
    /// What it is called for this response, such as risk ratio.
    public let label: String
    /// The estimate.
    public let estimate: Double
    /// Its standard error; of ratios, that of the logarithm times the ratio.
    public let standardError: Double?
    /// Estimate over error; of ratios on the log scale.
    public let statistic: Double?
    /// Degrees of freedom; nil for z.
    public let degreesOfFreedom: Double?
    /// The two-sided p-value of no effect.
    public let pValue: Double?
    /// Lower limit; nil for a number needed to treat, whose limits need not be an interval.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
    /// The values that are not rejected, for a number needed to treat.
    public let set: ConfidenceSet?
  }

  /// The column.
  public let column: String
  /// What comparisons are made with; nil for an average slope.
  public let reference: GridValue?
  /// What the errors allow for.
  public let variance: EffectVariance
  /// Whose predictions are averaged.
  public let population: EffectPopulation
  /// The averages, the reference first.
  public let levels: [Level]
  /// The comparisons of each other value with the reference.
  public let effects: [Effect]
  /// The confidence level.
  public let confidenceLevel: Double
  /// What a reader must know.
  public let diagnostics: [Diagnostic]
  /// The averages' joint covariance, in the order of the levels.
  let covariance: Matrix
  let degreesOfFreedom: @Sendable (_ gradient: [Double]) -> Double?

  init(
    _ fit: some FittedModel, column: String, values: [GridValue]?, variance: EffectVariance,
    population: EffectPopulation, in table: Table
  ) throws {
    guard fit.ratioKind != "hazard" else {
      throw EstimationError(
        .unsupported,
        "a Cox model has no mean of a response: hazard ratios are contrasts of its linear predictors")
    }
    self.column = column
    self.variance = variance
    self.population = population
    confidenceLevel = fit.options.confidenceLevel
    reference = values?.first
    let rows = try fit.fittedRows(in: table)
    let weights = try Self.weights(population, column, rows, in: table)
    let targets = values.map { $0.map(Standardization.Target.level) } ?? [.slope]
    let averages = try Standardization(
      fit, column, targets: targets, rows: rows, population: weights, in: table)
    let gradients = averages.gradients
    switch variance {
    case .conditional:
      covariance = gradients * fit.covariance * gradients.transposed()
      degreesOfFreedom = { weights in
        let places = weights.indices.filter { weights[$0] != 0 }
        return fit.degreesOfFreedom(
          of: gradients.selecting(rows: places).transposeTimes(places.map { weights[$0] }))
      }
    case .sampling:
      let stacked = try StackedVariance(fit, averages, in: table)
      covariance = stacked.covariance
      let df = stacked.degreesOfFreedom
      degreesOfFreedom = { _ in df }
    }
    let scale = EffectScale(
      values: averages.values, covariance: covariance, level: confidenceLevel, family: fit.responseFamily,
      degreesOfFreedom: degreesOfFreedom)
    if let values {
      levels = values.indices.map { scale.level($0, values[$0]) }
      effects = values.indices.dropFirst().flatMap { scale.effects($0, values) }
    } else {
      levels = []
      effects = [scale.slope(column)]
    }
    diagnostics = Self.notes(variance, fit, rows) + Self.ends(averages, targets: values?.map(\.text))
  }

  /// Rows outside the population have no weight.
  private static func weights(
    _ population: EffectPopulation, _ column: String, _ rows: FittedRows, in table: Table
  ) throws -> [Double] {
    let copies = rows.copies ?? [Double](repeating: 1, count: rows.used.count)
    guard case .level(let level) = population else { return copies }
    let values = try table.requireColumn(column).asCategories()
    guard let code = values.levels.firstIndex(of: level) else {
      throw EstimationError(.unknownLevel, "'\(column)' has no level '\(level)'")
    }
    let codes = values.codes.array()
    return zip(rows.used, copies).map { Int(codes[$0]) == code ? $1 : 0 }
  }

  /// Averages that take in rows fitted perfectly.
  private static func ends(_ averages: Standardization, targets: [String]?) -> [Diagnostic] {
    let found = averages.values.indices.filter { averages.gradients.row($0).contains(where: \.isNaN) }
    guard !found.isEmpty else { return [] }
    let names = targets.map { all in " (\(found.map { all[$0] }.joined(separator: ", ")))" } ?? ""
    return [
      Diagnostic(
        .monotoneLikelihood, .caution,
        "averages that take in separated rows\(names) have these at the end of their range, as events never or always "
          + "occurred there: no standard error, as it would take that for certain; use Firth's penalty")
    ]
  }

  private static func notes(
    _ variance: EffectVariance, _ fit: some FittedModel, _ rows: FittedRows
  ) -> [Diagnostic] {
    let errors =
      variance == .conditional
      ? "errors are conditional on the covariates of the used rows (delta method with the fit's covariance)"
      : "errors allow for the sampling of the covariates (stacked sandwich"
        + (rows.clusters == nil ? " over rows, z)" : " over clusters, t with one df less than clusters)")
    var result = [Diagnostic(.assumption, .note, "averages over the used rows; \(errors)")]
    if !fit.formula.offsets.isEmpty {
      result.append(Diagnostic(.assumption, .note, "the offset stands at each row's own value"))
    }
    if fit.link != .identity, !fit.formula.randomTerms.isEmpty {
      result.append(
        Diagnostic(
          .assumption, .note,
          "random effects stand at 0: averages are of people of average effects, and not the population's means"
        )
      )
    }
    return result
  }
}

extension FittedModel {
  /// Average effects of a categorical column's levels, or of some values of a numeric one.
  ///
  /// - Parameters:
  ///   - column: The column that is set to each value in turn.
  ///   - values: The values, the one to compare with first; all levels, the reference first, where not given.
  ///   - variance: What the errors allow for.
  ///   - population: Whose predictions are averaged.
  ///   - table: The table that the model was fitted to.
  /// - Returns: The averages at each value and their comparisons with the first.
  /// - Throws: `EstimationError` for unknown columns and levels, for another table, and for a variance that the
  ///   model does not have.
  /// - Complexity: O(rows x columns x values).
  public func averageEffects(
    of column: String, values: [GridValue]? = nil, variance: EffectVariance = .conditional,
    population: EffectPopulation = .all, in table: Table
  ) throws -> AverageEffects {
    let levels = plan.levels(of: column)?.map { GridValue.level($0) }
    guard plan.variables.contains(where: { $0.source.columns.contains(column) }) else {
      throw EstimationError(.unknownColumn, "'\(column)' is not in the formula")
    }
    guard let chosen = values ?? levels, chosen.count > 1 else {
      throw EstimationError(
        .unusableColumn,
        "'\(column)' is numeric: name two or more values to compare, or ask for its average slope")
    }
    return try AverageEffects(
      self, column: column, values: chosen, variance: variance, population: population, in: table)
  }

  /// The average slope of the mean by a numeric column: the average marginal effect.
  ///
  /// - Throws: As `averageEffects(of:)`.
  public func averageSlope(
    of column: String, variance: EffectVariance = .conditional, in table: Table
  ) throws -> AverageEffects {
    guard plan.variables.contains(where: { $0.source.columns.contains(column) }) else {
      throw EstimationError(.unknownColumn, "'\(column)' is not in the formula")
    }
    return try AverageEffects(
      self, column: column, values: nil, variance: variance, population: .all, in: table)
  }
}

extension AverageEffects {
  /// The ratio of two averages with Fieller's set: of response rates for a response of 0 and 1.
  ///
  /// - Throws: `EstimationError` for unknown levels.
  public func ratio(_ numerator: String, over denominator: String) throws -> RatioOfImprovements {
    let places = try [numerator, denominator].map { wanted in
      guard let found = levels.firstIndex(where: { $0.value.text == wanted }) else {
        throw EstimationError(
          .unknownLevel,
          "there is no average '\(wanted)'; there are \(levels.map(\.value.text).joined(separator: ", "))")
      }
      return found
    }
    let df = places.compactMap { place in
      degreesOfFreedom(levels.indices.map { $0 == place ? 1 : 0 })
    }.min()
    return RatioOfImprovements(
      isProbability ? .responseRates : .means, name: "\(numerator) / \(denominator)", by: [],
      values: (levels[places[0]].estimate, levels[places[1]].estimate),
      covariance: covariance.selecting(rows: places, columns: places), degreesOfFreedom: df,
      level: confidenceLevel)
  }

  private var isProbability: Bool {
    effects.contains { $0.measure == .oddsRatio || $0.label.hasPrefix("risk") }
  }
}
