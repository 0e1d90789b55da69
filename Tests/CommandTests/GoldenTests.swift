import Foundation
import TestSupport
import Testing

/// Text output as it was: help of every command, and one answer of each.
///
/// Run with `TANDEM_UPDATE_GOLDEN=1` to write the files anew; a change of an answer is a changed result.
@Suite struct GoldenTests {
  private static let folder = "Tests/CommandTests/Golden"

  @Test(arguments: ["", "fit", "trends", "relapse", "compare", "check", "run", "simulate"])
  func help(_ command: String) throws {
    let arguments = command.isEmpty ? ["--help"] : [command, "--help"]
    try expectGolden(
      "help\(command.isEmpty ? "" : "-" + command)",
      try Tandem.run(arguments, environment: ["COLUMNS": "80"]).output)
  }

  @Test(arguments: [
    (
      "fit-linear",
      [
        "fit", "bdi ~ month*drug + bdi_pre", "Data/btheb/visits.csv", "--means", "drug", "--contrast",
        "pairwise",
      ]
    ),
    (
      "fit-gee",
      [
        "fit", "bdi ~ month + drug + bdi_pre", "Data/btheb/visits.csv", "--gee", "ar1", "--subject",
        "subject_id", "--visit", "month", "--means", "drug",
      ]
    ),
    (
      "fit-mixed",
      [
        "fit", "bdi ~ month*modality + (month | subject_id)", "Data/btheb/visits.csv", "--means", "modality",
        "--slopes", "month", "--contrast", "pairwise",
      ]
    ),
    (
      "fit-mixed-robust",
      ["fit", "bdi ~ month*modality + (1 | subject_id)", "Data/btheb/visits.csv", "--vcov", "cr2"]
    ),
    (
      "fit-mmrm",
      [
        "fit", "bdi ~ factor(month)*drug", "Data/btheb/visits.csv", "--mmrm", "us", "--subject", "subject_id",
        "--visit", "month", "--means", "drug | month", "--contrast", "pairwise",
      ]
    ),
    (
      "fit-generalized-mixed",
      [
        "fit", "seizure_rate ~ treatment + period + log(base) + (1 | subject)",
        "Tests/EstimationTests/Fixtures/data/epilepsy.csv", "--family", "poisson", "--limits", "profile",
        "--means", "treatment", "--contrast", "pairwise",
      ]
    ),
    (
      "fit-constrained-baseline",
      [
        "fit", "bdi ~ factor(month)*treatment", "Data/btheb/visits.csv", "--mmrm", "us", "--subject",
        "subject_id", "--visit", "month", "--arm", "treatment", "--constrained-baseline", "0", "--means",
        "treatment | month",
      ]
    ),
    (
      "fit-multinomial",
      [
        "fit", "substance ~ age + sex", "Data/help/episodes.csv", "--family", "multinomial", "--reference",
        "substance=heroin", "--disclosure-threshold", "5",
      ]
    ),
    (
      "fit-fisher",
      [
        "fit", "relapse ~ homeless", "Data/help/episodes.csv", "--test", "fisher", "--reference",
        "homeless=yes",
      ]
    ),
    ("fit-cox", ["fit", "Surv(days, relapse) ~ treatment + age", "Data/help/episodes.csv"]),
    ("check", ["check", "Data/help/episodes.csv"]),
    ("trends", ["trends", "Data/ptsd_fdd/visits.csv", "--outcome", "props"]),
    (
      "relapse",
      [
        "relapse", "Data/help/episodes.csv", "--focus", "HELP clinic", "--covariates", "age,sex",
        "--horizons",
        "30,90,180",
      ]
    ),
    (
      "compare",
      [
        "compare", "Data/btheb/visits.csv", "--focus", "combined", "--horizons", "2,8", "--randomised",
        "therapy programme", "--not-randomised", "antidepressant use",
      ]
    ),
  ])
  func answer(_ name: String, _ arguments: [String]) throws {
    let outcome = try Tandem.run(arguments)
    #expect(outcome.code == 0)
    try expectGolden(name, outcome.output + "--- standard error\n" + outcome.error)
  }

  @Test func batch() throws {
    let scratch = try Scratch()
    let outcome = try Tandem.run(
      ["run", "Data/demo/plan.yaml", "-o", scratch.url.appending(path: "results").path])
    #expect(outcome.code == 0)
    let names = try scratch.files(in: "results").keys.sorted().joined(separator: "\n")
    try expectGolden("run", names + "\n---\n" + scratch.text("results/status.csv"))
  }

  private func expectGolden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let url = URL(filePath: ProjectFiles.path("\(Self.folder)/\(name).txt"))
    if ProcessInfo.processInfo.environment["TANDEM_UPDATE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    let expected = try String(contentsOf: url, encoding: .utf8)
    #expect(Self.isSame(text, expected), "\(name) changed:\n\(text)", sourceLocation: sourceLocation)
  }

  /// Whether two texts have the same words in the same lines.
  ///
  /// Numbers below 1e-8 are what rounding leaves of a 0, which differs between processors; so does whether 99 is exactly that, and with
  /// it the digits and the room that it is given.
  private static func isSame(_ text: String, _ expected: String) -> Bool {
    func words(_ text: String) -> [[Substring]] {
      text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
    }
    func agree(_ a: Substring, _ b: Substring) -> Bool {
      if a == b { return true }
      guard let x = Double(a), let y = Double(b) else { return false }
      return x == y || (abs(x) < 1e-8 && abs(y) < 1e-8)
    }
    return words(text).elementsEqual(words(expected)) { $0.elementsEqual($1, by: agree) }
  }
}
