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

        tandem check visits.csv episodes.csv
        tandem trends visits.csv
        tandem compare visits.csv --focus combined --horizons 12,26
        tandem relapse episodes.csv --covariates age,sex
        tandem run plan.yaml -o results

      Exit codes: 0 done, 1 some analyses failed (or cautions with --strict), 2 wrong usage, 3 the data were refused.
      """,
    version: tandemVersion,
    subcommands: [
      FitCommand.self, TrendsCommand.self, RelapseCommand.self, CompareCommand.self, CheckCommand.self,
      RunCommand.self,
      SimulateCommand.self,
    ])
}

/// The entry point: exit codes as the contract has them, one line for each data error.
@main
enum Main {
  static func main() {
    var chosen: any ParsableCommand.Type = TandemCommand.self
    do {
      var command = try TandemCommand.parseAsRoot()
      chosen = type(of: command)
      try (command as? any WritingCommand)?.refuseOverwriting()
      try command.run()
    } catch {
      exit(Failure(error, of: chosen).report())
    }
  }
}

/// What an error says and which exit code it has.
private struct Failure {
  let code: Int32
  let text: String
  let toStandardOutput: Bool

  init(_ error: any Error, of command: any ParsableCommand.Type) {
    toStandardOutput = TandemCommand.exitCode(for: error) == .success
    switch error {
    case is TableError, is OutcomesError:
      (code, text) = (3, "error: \(error)")
    case is FormulaError, is CohortSettingsError, is PlanError:
      (code, text) = (2, "error: \(error)")
    case let error as EstimationError:
      (code, text) = (error.exitCode, "error: \(error)")
    case let error as ValidationError:
      // Options that only the data could show to be wrong; the parser's own errors have their usage already.
      let name = command.configuration.commandName.map { " \($0)" } ?? ""
      (code, text) = (2, "error: \(error.message)\n  See 'tandem\(name) --help' for more information.")
    default:
      let usual = TandemCommand.exitCode(for: error)
      code = usual == .validationFailure ? 2 : usual.rawValue
      let message = TandemCommand.fullMessage(for: error)
      text = message.hasPrefix("Error: ") ? "error: " + message.dropFirst("Error: ".count) : message
    }
  }

  func report() -> Int32 {
    if !text.isEmpty {
      if toStandardOutput { print(text) } else { StandardError.write(text + "\n") }
    }
    return code
  }
}
