import Foundation
import Tandem

/// Times a survival analysis in this process: `SurvivalTimes KIND FILE THREADS REPEATS`.
///
/// KIND is cox-tied, cox-continuous, cox-interval (start and stop, robust by person), km or fine-gray. FILE holds `day`, `time`,
/// `start`, `stop`, `event`, `cause`, `person`, `arm` and the columns `x1` to `x12`. The table is read before the clock starts;
/// the time is that from the table to the finished fit, rows screened and sorted. Prints one JSON object with the seconds of every
/// repeat and the estimates.
@main
struct SurvivalTimes {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let threads = Int(arguments[3]), let repeats = Int(arguments[4]) else {
      FileHandle.standardError.write(
        Data("usage: SurvivalTimes KIND FILE THREADS REPEATS; see the source for the kinds\n".utf8))
      exit(2)
    }
    let (kind, read) = (arguments[1], try Table(csv: arguments[2]))
    // As in the other programs, columns are arrays of doubles before the clock starts.
    let table = try read.unpacking(read.columns.map(\.name))
    let columns = (1...12).map { "x\($0)" }.joined(separator: " + ")
    let executor = ThreadedExecutor(threads: threads)
    var seconds: [Double] = []
    var estimates: [Double] = []
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      switch kind {
      case "cox-tied", "cox-continuous":
        let fit = try CoxModel("Surv(\(kind == "cox-tied" ? "day" : "time"), event) ~ \(columns)").fit(
          table, executor: executor)
        estimates = fit.coefficients.compactMap(\.estimate) + [fit.logLikelihood]
      case "cox-interval":
        let fit = try CoxModel(
          "Surv(start, stop, event) ~ \(columns)", options: ModelOptions(cluster: "person")
        ).fit(table, executor: executor)
        estimates = fit.coefficients.compactMap(\.estimate) + fit.coefficients.compactMap(\.standardError)
      case "km":
        let fit = try KaplanMeier("Surv(day, event) ~ arm").fit(table, executor: executor)
        estimates = fit.curves.compactMap { $0.points.last?.estimate }
      default:
        FileHandle.standardError.write(Data("there is no kind \(kind)\n".utf8))
        exit(2)
      }
      let passed = (ContinuousClock.now - start).components
      seconds.append(Double(passed.seconds) + Double(passed.attoseconds) * 1e-18)
    }
    func list(_ numbers: [Double]) -> String { numbers.map { String($0) }.joined(separator: ", ") }
    print("{\"seconds\": [\(list(seconds))], \"estimates\": [\(list(estimates))]}")
  }
}
