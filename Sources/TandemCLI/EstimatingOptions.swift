import ArgumentParser
import Tandem

/// Options of estimating equations.
struct EstimatingOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "Estimating equations with a working correlation: independence, exchangeable, ar1 or unstructured; needs --subject."
  )
  var gee: String?

  @Option(
    name: .long,
    help:
      "The column that says which visit a row is of, for --mmrm and --gee; with --gee ar1 whole numbers (default there: the order in the file)."
  )
  var visit: String?

  @Option(
    name: .long,
    help:
      "Divisor of the moments of --gee: n, or n_minus_p for rows or pairs less coefficients, as SAS has it.")
  var geeDivisor: MomentDivisor?

  var isWanted: Bool { gee != nil }

  func check(model: ModelOptionsGroup, generalized: GeneralizedOptions, isRepeated: Bool) throws {
    guard let gee else {
      guard visit == nil || isRepeated else { throw ValidationError("--visit goes with --gee and --mmrm") }
      guard geeDivisor == nil else { throw ValidationError("--gee-divisor goes with --gee") }
      return
    }
    guard WorkingCorrelation(rawValue: gee.lowercased()) != nil else {
      throw ValidationError(
        "--gee \(gee) is not known; \(WorkingCorrelation.allCases.map(\.rawValue).joined(separator: ", ")) are"
      )
    }
    guard model.cluster == nil else {
      throw ValidationError("--cluster does not go with --gee: the people of --subject are its clusters")
    }
    guard !generalized.firth, generalized.limits != .profile else {
      throw ValidationError("--gee has no likelihood: neither --firth nor --limits profile go with it")
    }
    guard model.robust == nil else {
      throw ValidationError("--robust is for linear models, without --gee")
    }
    _ = try covariance(model.vcov)
    _ = try family(generalized)
  }

  private func covariance(_ vcov: String?) throws -> EstimatingCovariance? {
    guard let vcov else { return nil }
    guard let kind = EstimatingCovariance(rawValue: vcov.lowercased().replacing("-", with: "_")) else {
      throw ValidationError(
        "--vcov \(vcov) does not go with --gee; \(EstimatingCovariance.allCases.map(\.rawValue).joined(separator: ", ")) do"
      )
    }
    return kind
  }

  private func family(_ generalized: GeneralizedOptions) throws -> ResponseFamily {
    if generalized.isModifiedPoisson {
      throw ValidationError(
        "--family modified_poisson: with --gee, --family poisson gives the risk ratios of a 0/1 response")
    }
    if generalized.isMultinomial {
      throw ValidationError(
        "--family multinomial does not go with --gee; rows of a person may be --cluster COL")
    }
    let family = try generalized.parsedFamily()
    guard family.name != "negative_binomial" else {
      throw ValidationError(
        "--family negative_binomial does not go with --gee: use poisson, whose scale takes in that counts vary more"
      )
    }
    return family
  }

  func model(
    _ formula: String, options: ModelOptions, model: ModelOptionsGroup, generalized: GeneralizedOptions
  ) throws -> GeneralizedEstimatingEquations {
    guard let subject = options.subject else {
      throw ValidationError("--gee needs --subject COL, the column that identifies people")
    }
    return try GeneralizedEstimatingEquations(
      formula, subject: subject, visit: visit,
      correlation: WorkingCorrelation(rawValue: (gee ?? "").lowercased()) ?? .independence,
      family: try family(generalized), link: generalized.link, options: options,
      covariance: try covariance(model.vcov), divisor: geeDivisor ?? .count)
  }
}
