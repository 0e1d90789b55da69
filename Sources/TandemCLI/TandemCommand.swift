import ArgumentParser
import Tandem

#if canImport(Glibc)
  import Glibc
#endif

/// The command line.
struct TandemCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tandem",
    abstract:
      "Outcome statistics for mental-health cohorts: trends, relapse, and whether combined treatment is better.",
    discussion: """
      From a CSV of visits or episodes to an answer in plain words, with every row accounted for.

        tandem trends visits.csv
        tandem compare visits.csv --focus combined --horizons 12,26
        tandem relapse episodes.csv --covariates age,sex
        tandem run plan.yaml -o results

      Exit codes: 0 done, 1 some analyses failed (or cautions with --strict), 2 wrong usage, 3 the data were refused.
      """,
    version: tandemVersion,
    subcommands: [
      FitCommand.self, TrendsCommand.self, RelapseCommand.self, CompareCommand.self, RunCommand.self,
      SimulateCommand.self,
    ])
}

/// The entry point: exit codes as the contract has them, one line for each data error.
@main
enum Main {
  static func main() {
    do {
      var command = try TandemCommand.parseAsRoot()
      try command.run()
    } catch {
      exit(Failure(error).report())
    }
  }
}

/// What an error says and which exit code it has.
private struct Failure {
  let code: Int32
  let text: String
  let toStandardOutput: Bool

  init(_ error: any Error) {
    toStandardOutput = TandemCommand.exitCode(for: error) == .success
    switch error {
    case is TableError, is OutcomesError:
      (code, text) = (3, "error: \(error)")
    case is FormulaError, is CohortSettingsError, is PlanError:
      (code, text) = (2, "error: \(error)")
    case let error as EstimationError:
      (code, text) = (Self.code(of: error), "error: \(error)")
    default:
      let usual = TandemCommand.exitCode(for: error)
      code = usual == .validationFailure ? 2 : usual.rawValue
      text = TandemCommand.fullMessage(for: error)
    }
  }

  private static func code(of error: EstimationError) -> Int32 {
    switch error.code {
    case .notBuilt, .unsupported, .unknownColumn: 2
    case .numerical: 1
    default: 3
    }
  }

  func report() -> Int32 {
    if !text.isEmpty {
      if toStandardOutput { print(text) } else { StandardError.write(text + "\n") }
    }
    return code
  }
}
