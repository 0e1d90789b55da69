import Foundation
import Tandem

/// Times a mixed model in this process: `MixedTimes KIND FILE THREADS REPEATS`.
///
/// KIND is mixed, `phq9 ~ week*modality + age + sex + (week | subject_id)` by REML with Satterthwaite degrees of freedom;
/// mmrm, `bcva ~ base + arm*visit` of people `id` with an unstructured covariance of visits; or mmrm-kr, the same with
/// Kenward and Roger's.
///
/// The table is read before the clock starts; the time is that from the table to the finished fit. Prints one JSON object
/// with the seconds of every repeat, the criterion (twice the negative restricted log-likelihood) and the coefficients.
@main
struct MixedTimes {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let threads = Int(arguments[3]), let repeats = Int(arguments[4]) else {
      FileHandle.standardError.write(
        Data("usage: MixedTimes mixed|mmrm|mmrm-kr FILE THREADS REPEATS\n".utf8))
      exit(2)
    }
    let (kind, table) = (arguments[1], try Table(csv: arguments[2]))
    let executor = ThreadedExecutor(threads: threads)
    var seconds: [Double] = []
    var coefficients: [Double] = []
    var criterion = 0.0
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      let fitted: [Coefficient]
      if kind == "mixed" {
        let fit = try LinearMixedModel("phq9 ~ week*modality + age + sex + (week | subject_id)")
          .fit(table, executor: executor)
        (fitted, criterion) = (fit.coefficients, fit.criterion)
      } else {
        let fit = try RepeatedMeasuresModel(
          "bcva ~ base + arm*visit", subject: "id", visit: "visit",
          degreesOfFreedom: kind == "mmrm-kr" ? .kenwardRoger : .satterthwaite
        ).fit(table, executor: executor)
        (fitted, criterion) = (fit.coefficients, fit.deviance)
      }
      let passed = (ContinuousClock.now - start).components
      seconds.append(Double(passed.seconds) + Double(passed.attoseconds) * 1e-18)
      coefficients = fitted.compactMap(\.estimate)
    }
    func list(_ numbers: [Double]) -> String { numbers.map { String($0) }.joined(separator: ", ") }
    print(
      "{\"seconds\": [\(list(seconds))], \"criterion\": \(criterion), \"coefficients\": [\(list(coefficients))]}"
    )
  }
}
