import Foundation
import Tandem

/// Times the fits of people's trends alone, columns in memory: `TrendTimes PEOPLE VISITS THREADS REPEATS`.
///
/// Makes a table of so many people with so many visits each, sorted by person and time. Prints one JSON object with the seconds
/// of every repeat: `least_squares` for slope, standard error, t, df, p and limits as columns, `theil_sen` for the median slope with
/// its limits.
@main
struct TrendTimes {
  static func main() throws {
    let numbers = CommandLine.arguments.dropFirst().compactMap(Int.init)
    guard numbers.count == 4 else {
      FileHandle.standardError.write(Data("usage: TrendTimes PEOPLE VISITS THREADS REPEATS\n".utf8))
      exit(2)
    }
    let (people, visits, threads) = (numbers[0], numbers[1], numbers[2])
    let trends = try PersonTrends(table(people: people, visits: visits))
    let kinds: [(name: String, columns: [TrendColumn])] = [
      ("least_squares", [.slope, .standardError, .statistic, .degreesOfFreedom, .pValue, .lower, .upper]),
      ("theil_sen", [.theilSenSlope, .theilSenLower, .theilSenUpper]),
    ]
    var parts: [String] = []
    for (name, columns) in kinds {
      let seconds = (0..<numbers[3]).map { _ in
        let start = ContinuousClock.now
        let chunks = trends.chunks
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          for chunk in stride(from: thread, to: chunks.count, by: threads) {
            precondition(trends.columns(columns, of: chunks[chunk]).count == columns.count)
          }
        }
        let passed = (ContinuousClock.now - start).components
        return Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
      }
      let middle = seconds.sorted()[seconds.count / 2]
      let list = seconds.map { String($0) }.joined(separator: ", ")
      parts.append(
        "\"\(name)\": {\"seconds\": [\(list)], \"visits_per_second\": \(Double(people * visits) / middle), "
          + "\"people_per_second\": \(Double(people) / middle)}")
    }
    print("{\(parts.joined(separator: ", "))}")
  }

  /// Scores that fall, with noise that repeats after a while.
  private static func table(people: Int, visits: Int) throws -> VisitTable {
    let count = people * visits
    var random = RandomStream(seed: 7, stream: 0)
    let noise = (0..<4099).map { _ in random.normal() }
    let weeks = (0..<count).map { row in Double(row % visits) * 2 }
    let scores = (0..<count).map { row -> Double in
      let fall = 0.4 * Double(row % visits)
      return 18 - fall + 3 * noise[row % 4099]
    }
    let codes = (0..<count).map { Int32($0 / visits) }
    let names = (0..<people).map { "p\($0)" }
    let table = try Table(columns: [
      Column(name: "id", values: .category(CategoryValues(codes: codes, levels: names))),
      .numeric("week", weeks), .numeric("score", scores),
    ])
    return try VisitTable(table, roles: ColumnRoles(subject: "id", time: "week", outcome: "score"))
  }
}
