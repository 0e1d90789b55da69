import ArgumentParser
import Tandem

/// Options of generalised linear models.
struct GeneralizedOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "gaussian, binomial, poisson, gamma, negative_binomial, modified_poisson (risk ratios, robust errors), or multinomial (a column of levels, each against the reference)."
  )
  var family: String?

  @Option(
    name: .long, help: "identity, log, logit, probit, cloglog, inverse or sqrt (default: the family's usual)."
  )
  var link: Link?

  @Flag(name: .long, help: "Firth's penalised likelihood, for logistic and Poisson models.")
  var firth = false

  @Option(
    name: .long,
    help:
      "Confidence limits of a generalised linear model, and of the variances of a generalised mixed one: wald or profile."
  )
  var limits: LimitMethod?

  private static let modified = "modified_poisson"
  private static let multinomial = "multinomial"

  /// Whether the response is one of several levels.
  var isMultinomial: Bool { family?.lowercased() == Self.multinomial }

  /// Whether risk ratios by Poisson regression are asked for.
  var isModifiedPoisson: Bool { family == Self.modified }

  /// Whether a generalised linear model is asked for; the gaussian one with identity link is the linear model.
  var isWanted: Bool {
    let isLinear = (family == nil || family == "gaussian") && (link == nil || link == .identity)
    return !isLinear || firth || limits == .profile
  }

  /// Whether a family other than the gaussian one is named.
  var hasOtherFamily: Bool { family.map { $0.lowercased() != "gaussian" } ?? false }

  /// The family by its name.
  func parsedFamily() throws -> ResponseFamily {
    let name = (family ?? "gaussian").lowercased()
    guard let parsed = ResponseFamily(name: name == "negbin" ? "negative_binomial" : name) else {
      throw ValidationError(
        "--family \(name) is not known; gaussian, binomial, poisson, gamma, negative_binomial, "
          + "modified_poisson and multinomial are")
    }
    return parsed
  }

  func check() throws {
    if isMultinomial {
      guard link == nil || link == .logit, !firth, limits != .profile else {
        throw ValidationError("--family multinomial has the logit link and Wald limits only")
      }
      return
    }
    if family == Self.modified {
      guard link == nil || link == .log, !firth, limits != .profile else {
        throw ValidationError("--family modified_poisson has the log link and robust Wald limits only")
      }
      return
    }
    let family = try parsedFamily()
    let link = link ?? family.usualLink
    guard family.links.contains(link) else {
      throw ValidationError(
        "--link \(link.rawValue): the \(family.name) family has "
          + family.links.map(\.rawValue).joined(separator: ", "))
    }
    let canBePenalised = (family == .binomial && link == .logit) || (family == .poisson && link == .log)
    guard !firth || canBePenalised else {
      throw ValidationError(
        "--firth goes with --family binomial (logit link) and --family poisson (log link)")
    }
  }

  /// Refuses what a multinomial model does not have.
  func checkMultinomial(_ question: FitQuestion, _ formula: Formula, asksMore: Bool) throws {
    guard case .value(.column) = formula.response else {
      throw ValidationError("--family multinomial needs a column as response, such as 'modality ~ age'")
    }
    guard formula.offsets.isEmpty else {
      throw ValidationError("--family multinomial: an offset would enter every equation alike; leave it out")
    }
    guard !asksMore else {
      throw ValidationError(
        "--means, --contrast, --slopes, --tests, --effects and --ratio do not go with --family multinomial, which "
          + "has an equation for each level; for one level against another take --family binomial")
    }
    if let kind = try question.model.errors(), ![.hc0, .cr0, .cr1].contains(kind) {
      throw ValidationError(
        "--vcov \(kind.rawValue) is not built for --family multinomial; model, hc0 and, with --cluster, cr0 and cr1 are"
      )
    }
  }

  func model(
    _ formula: String, options: ModelOptions, robust: RobustCovariance?, usesSatterthwaite: Bool
  ) throws -> GeneralizedLinearModel {
    var model = try unadjusted(formula, options: options, robust: robust)
    model.usesSatterthwaite = usesSatterthwaite
    model.penalisedLimits = limits ?? .profile
    return model
  }

  private func unadjusted(
    _ formula: String, options: ModelOptions, robust: RobustCovariance?
  ) throws -> GeneralizedLinearModel {
    if family == Self.modified {
      return try .modifiedPoisson(formula, options: options, robust: robust)
    }
    guard !firth || (robust == nil && options.cluster == nil) else {
      throw ValidationError("--firth has model-based errors only: leave --vcov and --cluster out")
    }
    return try GeneralizedLinearModel(
      formula, family: try parsedFamily(), link: link, options: options, robust: robust,
      limits: limits ?? .wald, penalty: firth ? .always : .onSeparation)
  }
}
