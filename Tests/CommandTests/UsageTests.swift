import Foundation
import Testing

/// A wrong command line, and what must be said about it.
struct Misuse: CustomTestStringConvertible, Sendable {
  let arguments: [String]
  let says: String

  init(_ arguments: [String], _ says: String) {
    self.arguments = arguments
    self.says = says
  }

  var testDescription: String { arguments.joined(separator: " ") }

  private static func fit(_ formula: String, _ options: [String] = [], _ says: String) -> Misuse {
    Misuse(["fit", formula, "Data/btheb/visits.csv"] + options, says)
  }

  static let all: [Misuse] = [
    Misuse(["bogus"], "error: Unexpected argument 'bogus'"),
    Misuse(["fit"], "error: Missing expected argument '<formula>'"),
    Misuse(["fit", "bdi ~ month"], "error: Missing expected argument '<files> ...'"),
    Misuse(["trends"], "error: Missing expected argument '<files> ...'"),
    Misuse(["check"], "error: Missing expected argument '<files> ...'"),
    Misuse(["check", "-", "-"], "error: standard input can be named once"),
    Misuse(["check", "Data/demo/visits.csv", "--jump-weeks", "0"], "error: --jump-weeks must be above 0"),
    Misuse(
      ["check", "Data/demo/visits.csv", "--instrument", "PHQ"],
      "error: unknown instrument 'PHQ'; known are PHQ-9"),
    Misuse(["run", "Data/demo/plan.yaml"], "error: Missing expected argument '--output <output>'"),
    fit("bdi ~ month", ["--bogus"], "error: Unknown option '--bogus'"),
    fit("bdi ~ month", ["--in-blocks", "--time", "month"], "error: --in-blocks goes with neither --time"),
    fit("bdi ~ month +", [], "error: formula: a term is missing here\n  bdi ~ month +\n               ^\n"),
    fit("~ month", [], "error: formula: a response is missing before '~'\n  ~ month\n  ^\n"),
    fit(
      "bdi ~ (month | subject_id)", ["--family", "multinomial"],
      "error: formula: the random term (month | subject_id) does not go with --family multinomial, but with binomial and "
        + "poisson\n  bdi ~ (month | subject_id)\n        ^\n"),
    fit(
      "bdi ~ ns(month, 0)", [],
      "error: formula: expected the degrees of freedom of ns( ), a whole number from 1 to 50\n  bdi ~ ns(month, 0)\n                  ^\n"
    ),
    fit(
      "bdi ~ month", ["--mmrm", "us"], "error: --mmrm needs --visit COL, the column that says which visit"),
    fit(
      "bdi ~ month", ["--gee", "cs"],
      "error: --gee cs is not known; independence, exchangeable, ar1, unstructured are"),
    fit("bdi ~ month", ["--visit", "month"], "error: --visit goes with --gee and --mmrm"),
    fit(
      "bdi ~ month", ["--gee", "ar1", "--vcov", "hc3"],
      "error: --vcov hc3 does not go with --gee; sandwich, model"),
    fit(
      "bdi ~ month", ["--gee", "ar1", "--cluster", "drug"],
      "error: --cluster does not go with --gee: the people of --subject are its clusters"),
    fit(
      "bdi ~ month", ["--gee", "ar1", "--family", "negative_binomial"],
      "error: --family negative_binomial does not go with --gee"),
    fit(
      "bdi ~ month", ["--family", "weibull"],
      "error: --family weibull is not known; gaussian, binomial, poisson, gamma, negative_binomial"),
    fit(
      "modality ~ bdi", ["--family", "multinomial", "--means", "drug"],
      "error: --means, --contrast, --slopes, --tests, --effects and --ratio do not go with --family multinomial"
    ),
    fit(
      "modality ~ bdi", ["--family", "multinomial", "--link", "probit"],
      "error: --family multinomial has the logit link and Wald limits only"),
    fit(
      "modality ~ bdi", ["--family", "multinomial", "--cluster", "subject_id", "--vcov", "cr2"],
      "error: --vcov cr2 is not built for --family multinomial; model, hc0 and, with --cluster, cr0 and cr1 are"
    ),
    fit(
      "modality ~ bdi", ["--family", "multinomial", "--gee", "ar1"],
      "error: --family multinomial does not go with --gee"),
    fit(
      "modality ~ bdi", ["--family", "multinomial", "--df", "residual"],
      "error: --df residual is not built for this model; it has none"),
    fit(
      "log(bdi) ~ month", ["--family", "multinomial"],
      "error: --family multinomial needs a column as response"),
    fit(
      "modality ~ bdi + offset(month)", ["--family", "multinomial"],
      "error: --family multinomial: an offset would enter every equation alike"),
    fit(
      "bdi ~ modality", ["--test", "welch"],
      "error: column 'modality' has 4 levels (combined, medication, neither, therapy), and welch compares two"
    ),
    fit("bdi ~ drug", ["--groups", "a,b"], "error: --groups goes with --test"),
    fit("bdi ~ drug", ["--test", "welch", "--groups", "a"], "error: --groups 'a': expected two levels"),
    fit("bdi ~ drug", ["--test", "t"], "error: The value 't' is invalid for '--test <test>'"),
    fit(
      "bdi ~ drug", ["--test", "welch", "--vcov", "hc3"],
      "error: --vcov: a model's; --test welch compares groups without one"),
    fit(
      "drug ~ month", ["--test", "mcnemar"], "error: --test mcnemar needs --subject COL"),
    fit(
      "bdi ~ drug + month", ["--test", "welch"],
      "error: a test of groups takes a response and one column of groups"),
    fit(
      "bdi ~ month", ["--family", "poisson", "--link", "logit"],
      "error: --link logit: the poisson family has log, identity, sqrt"),
    fit(
      "bdi ~ month", ["--firth"],
      "error: --firth goes with --family binomial (logit link) and --family poisson (log link)"),
    fit(
      "bdi ~ month", ["--cluster", "subject_id", "--vcov", "hc3"],
      "error: --vcov hc3 takes rows as independent; with --cluster, cr0 to cr3 do not"),
    fit(
      "bdi ~ month", ["--robust", "huber", "--vcov", "hc3"],
      "error: --robust has its own standard errors: neither --vcov nor --cluster go with it"),
    fit("bdi ~ month", ["--vcov", "cr2"], "error: --vcov cr2 needs --cluster COL"),
    fit(
      "bdi ~ month", ["--vcov", "hc7"],
      "error: --vcov hc7 is not known; model, hc0 to hc4 and cr0 to cr3 are"),
    fit("bdi ~ month", ["--reference", "modality"], "error: --reference 'modality': expected COL=LEVEL"),
    fit(
      "bdi ~ month", ["--reference", "drug=No"], "error: --reference drug=No: 'drug' is not in the formula"),
    fit("bdi ~ month", ["--curve"], "error: --curve needs Surv(time, status) as response"),
    fit("bdi ~ month", ["--ties", "efron"], "error: --ties needs Surv(time, status) as response"),
    fit("bdi ~ month", ["--format", "xml"], "error: The value 'xml' is invalid for '--format <format>'"),
    fit("bdi ~ month", ["--threads", "0"], "error: --threads must be at least 1"),
    fit("bdi ~ month", ["--conf-level", "95"], "error: --conf-level must lie between 0 and 1, such as 0.95"),
    fit("bdi ~ month", ["--weights-kind", "frequency"], "error: --weights-kind needs --weights COL"),
    fit(
      "bdi ~ drug", ["--contrast", "pairwise"], "error: --contrast, --adjust and --at need --means FACTOR"),
    fit(
      "bdi ~ drug", ["--means", "drug", "--contrast", "lsd"],
      "error: --contrast lsd is not known; pairwise"),
    fit("bdi ~ drug", ["--effects-variance", "sampling"], "error: --effects-variance needs --effects COL"),
    fit("bdi ~ drug", ["--equivalence=-3,3"], "error: a margin needs --means FACTOR and --contrast"),
    fit("bdi ~ drug", ["--tests", "IV"], "error: The value 'IV' is invalid for '--tests <tests>'"),
    fit("bdi ~ drug", ["--means", "modality"], "error: 'modality' is not in the formula; it has drug"),
    Misuse(
      ["fit", "Surv(days, relapse) ~ modality", "Data/demo/episodes.csv", "--curve", "--means", "modality"],
      "error: --means, --contrast, --adjust and --at need a model with coefficients; --curve has none"),
    Misuse(
      ["fit", "Surv(days, relapse) ~ modality", "Data/demo/episodes.csv", "--vcov", "hc3"],
      "error: --vcov hc3 is not built for Cox models; robust (by --cluster) and model are"),
    Misuse(
      ["trends", "Data/demo/visits.csv", "--instrument", "PHQ"],
      "error: unknown instrument 'PHQ'; known are PHQ-9"),
    Misuse(["compare", "Data/demo/visits.csv", "--horizons", "a"], "error: --horizons: 'a' is not a number"),
    Misuse(["compare", "Data/demo/visits.csv", "--window=-1"], "error: --window must be at least 0"),
    Misuse(
      ["compare", "Data/demo/visits.csv", "--adjust", "tukey"], "error: --adjust tukey is for all pairs"),
  ]
}

/// The commands and the example that each one's help must show.
private let commands = ["fit", "trends", "relapse", "compare", "check", "run", "simulate"]

/// Exit codes and help.
@Suite struct UsageTests {
  @Test(arguments: Misuse.all)
  func wrongUsageEndsWithTwo(_ misuse: Misuse) throws {
    let outcome = try Tandem.run(misuse.arguments)
    #expect(outcome.code == 2)
    #expect(outcome.output == "")
    #expect(outcome.error.hasPrefix(misuse.says), "\(outcome.error)")
  }

  @Test func wrongUsageKnownOnlyFromTheDataNamesItsCommand() throws {
    let outcome = try Tandem.run(["trends", "Data/demo/visits.csv", "--instrument", "PHQ"])
    #expect(outcome.error.hasSuffix("  See 'tandem trends --help' for more information.\n"))
  }

  @Test(arguments: commands)
  func helpHasAnExample(_ command: String) throws {
    for arguments in [[command, "--help"], ["help", command]] {
      let outcome = try Tandem.run(arguments)
      #expect(outcome.code == 0)
      #expect(outcome.error == "")
      #expect(outcome.output.contains("\n  tandem \(command) "), "an example")
      #expect(outcome.output.contains("\nUSAGE: tandem \(command) "))
    }
  }

  @Test func helpNamesEveryCommand() throws {
    for arguments in [["--help"], ["help"], []] {
      let outcome = try Tandem.run(arguments)
      #expect(outcome.code == 0)
      #expect(outcome.error == "")
      for command in commands { #expect(outcome.output.contains("\n  \(command) ")) }
    }
  }

  @Test func versionIsPrinted() throws {
    let outcome = try Tandem.run(["--version"])
    #expect(outcome.code == 0)
    #expect(outcome.error == "")
    #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(outcome.output)")
  }

  @Test func strictTurnsACautionIntoOne() throws {
    // Nothing says how the treatment was assigned: a caution.
    let arguments = ["compare", "Data/btheb/visits.csv", "--horizons", "2"]
    let plain = try Tandem.run(arguments)
    let strict = try Tandem.run(arguments + ["--strict"])
    #expect(plain.code == 0)
    #expect(plain.output.contains("\ncaution: "))
    #expect(strict.code == 1)
    #expect(strict.output == plain.output)
    let clean = try Tandem.run(["fit", "cesd ~ age", "Data/help/episodes.csv", "--strict"])
    #expect(clean.code == 0)
  }

  @Test func theFormulaIsCheckedBeforeTheFile() throws {
    let outcome = try Tandem.run(["fit", "y ~ x +", "no-such-file.csv"])
    #expect(outcome.code == 2)
  }
}
