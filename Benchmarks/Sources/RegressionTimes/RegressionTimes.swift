import Foundation
import Tandem

/// Times a regression in this process: `RegressionTimes KIND FILE THREADS REPEATS`.
///
/// KIND is linear, linear-frame (from the screened frame on), logistic, poisson, gee-binomial or gee-poisson.
///
/// FILE holds the responses `linear`, `logistic`, `poisson` and the columns `x1` to `x12`; for estimating equations
/// the responses `answer` and `count`, `person`, and `x1` to `x4`. The table is read before
/// the clock starts; the time is that from the table to the finished fit, rows screened and design built. Prints one JSON
/// object with the seconds of every repeat and the coefficients.
@main
struct RegressionTimes {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let threads = Int(arguments[3]), let repeats = Int(arguments[4]) else {
      FileHandle.standardError.write(
        Data("usage: RegressionTimes KIND FILE THREADS REPEATS; see the source for the kinds\n".utf8))
      exit(2)
    }
    let (kind, read) = (arguments[1], try Table(csv: arguments[2]))
    // As in the other programs, columns are arrays of doubles before the clock starts.
    let table = try read.unpacking(read.columns.map(\.name))
    let isRepeated = kind.hasPrefix("gee")
    let isLinear = kind.hasPrefix("linear")
    let count = isRepeated ? 4 : isLinear ? 10 : 12
    let columns = (1...count).map { "x\($0)" }.joined(separator: " + ")
    let executor = ThreadedExecutor(threads: threads)
    var seconds: [Double] = []
    var coefficients: [Double] = []
    let linear = try LinearModel("linear ~ \(columns)")
    let frame =
      kind == "linear-frame" ? try ModelFrame(linear.formula, table: table, executor: executor) : nil
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      let fitted: [Coefficient]
      if let frame {
        fitted = try linear.fit(frame, of: table, executor: executor).coefficients
      } else if isLinear {
        fitted = try linear.fit(table, executor: executor).coefficients
      } else if isRepeated {
        let isCount = kind == "gee-poisson"
        fitted = try GeneralizedEstimatingEquations(
          "\(isCount ? "count" : "answer") ~ \(columns)", subject: "person", correlation: .exchangeable,
          family: isCount ? .poisson : .binomial
        ).fit(table, executor: executor).coefficients
      } else {
        let family = kind == "poisson" ? ResponseFamily.poisson : .binomial
        fitted = try GeneralizedLinearModel("\(kind) ~ \(columns)", family: family)
          .fit(table, executor: executor).coefficients
      }
      let passed = (ContinuousClock.now - start).components
      seconds.append(Double(passed.seconds) + Double(passed.attoseconds) * 1e-18)
      coefficients = fitted.compactMap(\.estimate)
    }
    func list(_ numbers: [Double]) -> String { numbers.map { String($0) }.joined(separator: ", ") }
    print("{\"seconds\": [\(list(seconds))], \"coefficients\": [\(list(coefficients))]}")
  }
}
