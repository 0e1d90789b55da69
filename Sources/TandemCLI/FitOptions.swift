import ArgumentParser
import Tandem

/// Options that shape a single model.
struct ModelOptionsGroup: ParsableArguments {
  @Option(name: .long, help: "A column of weights.")
  var weights: String?

  @Option(
    name: .long,
    help:
      "What a weight means: precision, frequency or sampling (default: precision; frequency for survival).")
  var weightsKind: WeightKind?

  @Option(name: .long, help: "COL=LEVEL: the reference level of a column; may be repeated.")
  var reference: [String] = []

  @Option(name: .long, help: "treatment, sum or helmert (default: treatment).")
  var coding: ContrastCoding?

  @Option(
    name: .long,
    help:
      "Standard errors: model, hc0 to hc4, or with --cluster cr0 to cr3 (default: cr2); with --mmrm cr0 to cr3 over people; with --gee sandwich, model, mancl_derouen, kauermann_carroll or fay_graubard; of Cox models robust or model (default: robust where rows are not independent)."
  )
  var vcov: String?

  @Option(name: .long, help: "The column that tells which rows belong together, for cluster-robust errors.")
  var cluster: String?

  @Option(
    name: .long,
    help:
      "Degrees of freedom: residual, satterthwaite (with --cluster), or none (z), as the model has them; of mixed models and --mmrm satterthwaite (default), kenward-roger, kenward-roger-linear, between-within or residual."
  )
  var df: String?

  @Option(name: .long, help: "M-estimation of a linear model, against wild values: huber or bisquare.")
  var robust: RobustWeighting?

  @Option(name: .long, help: "Tied events of a Cox model: efron (default), breslow or discrete (R's exact).")
  var ties: String?

  @Flag(
    name: .long,
    help:
      "Curves of Surv(time, status) ~ groups with the log-rank test: Kaplan-Meier, or cumulative incidence where the status has several levels."
  )
  var curve = false

  @Option(name: .long, help: "The scale of a curve's band: log, log-log or plain (default: log).")
  var transform: BandTransform?

  @Option(name: .long, help: "The level of confidence limits.")
  var confLevel = 0.95

  @Option(
    name: .long,
    help: "A column is aliased when less than this share of it is left beside earlier ones (default: 1e-7).")
  var rankTolerance: Double?

  @Option(
    name: .long, help: "The column that identifies people, for counting them and for --gee and --mmrm.")
  var subject: String?

  @Option(name: .long, help: "The column with the treatment arm, for counting by arm.")
  var arm: String?

  /// Checks what can be checked without data, but for standard errors that a kind of model has of its own.
  func check(hasOwnErrors: Bool) throws {
    try ConfidenceLevel.check(confLevel)
    _ = try references()
    if !hasOwnErrors { try checkErrors() }
    _ = try tieMethod()
    guard rankTolerance.map({ $0 > 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--rank-tolerance must lie between 0 and 1, such as 1e-7")
    }
    guard weightsKind == nil || weights != nil else {
      throw ValidationError("--weights-kind needs --weights COL")
    }
  }

  /// The standard errors asked for; nil for the model's own, or what goes with clusters and weights.
  func errors() throws -> RobustCovariance? {
    // Cox models have robust errors of their own.
    guard let vcov, vcov != "model", vcov.lowercased() != "robust" else { return nil }
    guard let kind = RobustCovariance(rawValue: vcov.lowercased()) else {
      throw ValidationError("--vcov \(vcov) is not known; model, hc0 to hc4 and cr0 to cr3 are")
    }
    return kind
  }

  /// The standard errors of a Cox model.
  func coxErrors() throws -> CoxErrors {
    guard let vcov else { return .automatic }
    guard let known = CoxErrors(rawValue: vcov.lowercased()), known != .automatic else {
      throw ValidationError("--vcov \(vcov) is not built for Cox models; robust (by --cluster) and model are")
    }
    guard known == .robust || cluster == nil else {
      throw ValidationError("--vcov model takes rows as independent, and --cluster says that they are not")
    }
    return known
  }

  private func checkErrors() throws {
    let kind = try errors()
    guard robust == nil || (vcov == nil && cluster == nil) else {
      throw ValidationError("--robust has its own standard errors: neither --vcov nor --cluster go with it")
    }
    if let vcov, cluster != nil, kind?.isClustered != true {
      throw ValidationError("--vcov \(vcov) takes rows as independent; with --cluster, cr0 to cr3 do not")
    }
  }

  /// Refuses errors over clusters where neither an option nor the model says which they are.
  func checkClusters(_ kind: ModelKind) throws {
    guard cluster == nil, ![.mixed, .repeated, .estimating].contains(kind), let errors = try errors(),
      errors.isClustered
    else { return }
    throw ValidationError("--vcov \(errors.rawValue) needs --cluster COL")
  }

  /// Refuses degrees of freedom that the model does not have.
  func checkDegreesOfFreedom(_ kind: ModelKind) throws {
    guard let df else { return }
    let offered: [String] =
      switch kind {
      case .linear: [cluster == nil ? "residual" : "satterthwaite"]
      case .generalized: cluster == nil ? ["none"] : ["none", "satterthwaite"]
      case .cox, .curves, .failureTime, .subdistribution, .multinomial, .generalizedMixed: ["none"]
      // These check theirs with what else they rest on.
      case .mixed, .repeated: [df]
      case .groupTest: throw ValidationError("--df \(df) does not go with --test")
      case .estimating:
        throw ValidationError("--df \(df): with --gee the degrees of freedom follow from --vcov")
      }
    guard offered.contains(df) else {
      throw ValidationError(
        "--df \(df) is not built for this model; it has \(offered.joined(separator: " and "))")
    }
  }

  func tieMethod() throws -> TieMethod {
    guard let ties else { return .efron }
    let name = ties.lowercased() == "exact" ? "discrete" : ties.lowercased()
    guard let method = TieMethod(rawValue: name) else {
      throw ValidationError("--ties \(ties) is not known; efron, breslow and discrete (R's exact) are")
    }
    return method
  }

  func references() throws -> [String: String] {
    var result: [String: String] = [:]
    for text in reference {
      guard let split = text.firstIndex(of: "="), split != text.startIndex else {
        throw ValidationError("--reference '\(text)': expected COL=LEVEL, such as modality=therapy")
      }
      result[String(text[..<split])] = String(text[text.index(after: split)...])
    }
    return result
  }

  /// A reference that no column of the formula takes would be lost without a word.
  func checkReferences(in formula: Formula, responseToo: Bool = false) throws {
    var columns = Set(formula.variables.flatMap(\.columns))
    // Of a response with two levels the reference is the one that counts as 0.
    if responseToo, case .value(let response) = formula.response { columns.formUnion(response.columns) }
    if responseToo, let status = formula.statusColumn { columns.insert(status) }
    for (name, level) in try references().sorted(by: { $0.key < $1.key }) where !columns.contains(name) {
      throw ValidationError("--reference \(name)=\(level): '\(name)' is not in the formula")
    }
  }

  /// The library's options; people and arms are counted where their columns are recognised.
  func options(_ table: Table, _ status: StatusLine?, weightsAre usual: WeightKind) throws -> ModelOptions {
    let (roles, taken) = ColumnRoles(subject: subject, arm: arm).recognised(in: table)
    let used = taken.filter { $0.part == "person" || $0.part == "arm" }
    if !used.isEmpty, let status {
      status.say("taken: " + used.map { "\($0.part) = \($0.column)" }.joined(separator: ", "))
    }
    let kind = weightsKind ?? usual
    return ModelOptions(
      weights: weights.map { Weights(column: $0, kind: kind) }, subject: roles.subject, arm: roles.arm,
      references: try references(), coding: coding ?? .treatment, rankTolerance: rankTolerance ?? 1e-7,
      confidenceLevel: confLevel,
      cluster: cluster)
  }
}

/// Options for what is computed from a fit.
struct InferenceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Marginal means of factors: 'arm', 'arm + sex', or 'arm | visit' for arms within visits.")
  var means: String?

  @Option(name: .long, help: "Values at which columns are held: 'week=12' or 'week=0,12'; may be repeated.")
  var at: [String] = []

  @Option(
    name: .long,
    help:
      "pairwise, reference (each less the reference level), reference=LEVEL, versus=LEVEL (the level less each other), consecutive, trend, polynomial[=DEGREE], effects, or weights=LEVEL:W,LEVEL:W; with two factors A:B, such as pairwise:consecutive, for contrasts of contrasts."
  )
  var contrast: String?

  @Option(name: .long, help: "tukey, dunnett, sidak, bonferroni, holm, hochberg, bh or none.")
  var adjust: MultiplicityAdjustment?

  @Option(
    name: .long,
    help: "How factors that --means does not name are averaged over: equal, proportional or cells.")
  var meansWeights: MeansWeights = .equal

  @Option(name: .long, help: "Slopes of a numeric column, by the factors of --means where it is given.")
  var slopes: String?

  /// Whether anything is asked for.
  var isEmpty: Bool {
    means == nil && contrast == nil && adjust == nil && at.isEmpty && slopes == nil && meansWeights == .equal
  }

  /// The means or slopes and their contrasts; without a table the levels' frequencies are not known.
  func apply(to fit: some FittedModel, in table: Table? = nil) throws -> (MarginalMeans?, Contrasts?) {
    guard means != nil || slopes != nil else {
      guard isEmpty else {
        throw ValidationError("--contrast, --adjust and --at need --means FACTOR")
      }
      return (nil, nil)
    }
    let means = means ?? ""
    let parts = means.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, !ListOption.texts(parts.first ?? "").isEmpty || slopes != nil else {
      throw ValidationError("--means '\(means)': expected 'arm', 'arm + sex' or 'arm | visit'")
    }
    func names(_ text: String) -> [String] {
      ListOption.texts(text.split(separator: "+").joined(separator: ","))
    }
    let factors = names(parts.first ?? "")
    let by = parts.count == 2 ? names(parts[1]) : []
    let weights = try meansWeights.weights(fit, table)
    let marginal =
      try slopes.map {
        try fit.slopes(of: $0, within: factors, by: by, at: values(fit), weights: weights)
      } ?? fit.marginalMeans(of: factors, by: by, at: try values(fit), weights: weights)
    guard let contrast else {
      guard adjust == nil else { throw ValidationError("--adjust needs --contrast") }
      return (marginal, nil)
    }
    let wanted = try ContrastOption(contrast, firstLevels: factors.map { fit.plan.levels(of: $0)?.first })
    return (marginal, try wanted.contrasts(of: marginal, adjustment: adjust))
  }

  private func values(_ fit: some FittedModel) throws -> [String: [GridValue]] {
    try GridOption.values(at, option: "--at", of: fit)
  }
}

/// Options of models that the contract has and this version does not: refused by name.
struct UnbuiltOptions: ParsableArguments {
  @Option(name: .long, help: .hidden) var seed: String?

  func refuse() throws {
    guard seed == nil else {
      throw ValidationError("--seed: models that draw random numbers are not built yet")
    }
  }
}
