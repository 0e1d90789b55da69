import ArgumentParser
import Tandem

/// Options of tests of groups.
struct GroupTestOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "A test in place of a model, of 'response ~ groups': welch, wilcoxon, chi-squared, fisher, or mcnemar (each person at two occasions; needs --subject). With --curve the test of survival: logrank (default), peto-peto, gehan, tarone-ware or fh(RHO,GAMMA)."
  )
  var test: TestName?

  @Option(name: .long, help: "A,B: the two groups of --test, the first compared with the second.")
  var groups: String?

  var isWanted: Bool { test != nil }

  /// The test of groups of a column; nil where none is asked for.
  var comparison: GroupTestKind? { if case .groups(let kind) = test { kind } else { nil } }

  /// The test of survival; nil where none is asked for.
  var rank: RankTestWeights? { if case .rank(let weights) = test { weights } else { nil } }

  func check() throws {
    guard test != nil || groups == nil else { throw ValidationError("--groups goes with --test") }
    guard let groups else { return }
    let names = ListOption.texts(groups)
    guard names.count == 2, names[0] != names[1] else {
      throw ValidationError("--groups '\(groups)': expected two levels, such as 'combined,therapy'")
    }
  }

  /// Refuses options of models.
  func check(_ question: FitQuestion, asksMore: Bool) throws {
    guard let test = comparison else { return }
    let (model, generalized) = (question.model, question.generalized)
    let given: [(String, Bool)] = [
      ("--gee", question.estimating.isWanted), ("--family", generalized.family != nil),
      ("--link", generalized.link != nil), ("--firth", generalized.firth),
      ("--limits", generalized.limits != nil), ("--weights", model.weights != nil),
      ("--vcov", model.vcov != nil), ("--cluster", model.cluster != nil),
      ("--robust", model.robust != nil), ("--means, --contrast, --tests and --effects", asksMore),
    ]
    if let other = given.first(where: \.1) {
      throw ValidationError("\(other.0): a model's; --test \(test.rawValue) compares groups without one")
    }
    guard test != .mcnemar || model.subject != nil else {
      throw ValidationError("--test mcnemar needs --subject COL: it pairs the rows of each person")
    }
  }

  func comparison(_ formula: String, options: ModelOptions) throws -> GroupComparison {
    try GroupComparison(
      formula, test: comparison ?? .welch, groups: groups.map(ListOption.texts), options: options)
  }
}

/// A test by its name on the command line.
enum TestName: ExpressibleByArgument {
  /// Of groups of a column.
  case groups(GroupTestKind)
  /// Of survival.
  case rank(RankTestWeights)

  init?(argument: String) {
    if let kind = GroupTestKind(rawValue: argument) {
      self = .groups(kind)
      return
    }
    switch argument.lowercased() {
    case "logrank", "log-rank": self = .rank(.logRank)
    case "peto-peto": self = .rank(.petoPeto)
    case "gehan": self = .rank(.gehan)
    case "tarone-ware": self = .rank(.taroneWare)
    default:
      let text = argument.lowercased()
      guard text.hasPrefix("fh("), text.hasSuffix(")") else { return nil }
      let powers = ListOption.texts(String(text.dropFirst(3).dropLast())).map(NumberText.parse)
      guard powers.count == 2, let rho = powers[0], let gamma = powers[1], rho >= 0, gamma >= 0 else {
        return nil
      }
      self = .rank(.flemingHarrington(rho: rho, gamma: gamma))
    }
  }

  static var allValueStrings: [String] {
    GroupTestKind.allCases.map(\.rawValue) + ["logrank", "peto-peto", "gehan", "tarone-ware", "fh(1,0)"]
  }
}
