public import ArgumentParser
public import Tandem

/// Options of tests of groups.
struct GroupTestOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "A test in place of a model, of 'response ~ groups': welch, wilcoxon, chi-squared, fisher, or mcnemar (each person at two occasions; needs --subject)."
  )
  var test: GroupTestKind?

  @Option(name: .long, help: "A,B: the two groups of --test, the first compared with the second.")
  var groups: String?

  var isWanted: Bool { test != nil }

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
    guard let test else { return }
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
      formula, test: test ?? .welch, groups: groups.map(ListOption.texts), options: options)
  }
}

extension GroupTestKind: ExpressibleByArgument {}
