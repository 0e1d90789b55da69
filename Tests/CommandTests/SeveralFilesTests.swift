import Foundation
import Testing

/// Several files, patterns, packed files and files in blocks, from the command line.
@Suite struct SeveralFilesTests {
  private static let rows = (0..<60).map {
    "P\($0 / 3),\($0 % 2 == 0 ? "a" : "b"),\($0 % 3),\(($0 * 7) % 11)"
  }

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    let header = "subject_id,modality,week,score\n"
    try scratch.write(header + Self.rows.joined(separator: "\n") + "\n", to: "all.csv")
    try scratch.write(header + Self.rows[..<30].joined(separator: "\n") + "\n", to: "part-1.csv")
    try scratch.write(header + Self.rows[30...].joined(separator: "\n") + "\n", to: "part-2.csv")
    return scratch
  }

  @Test(arguments: [["part-1.csv", "part-2.csv"], ["part-*.csv"], ["all.csv", "--in-blocks"]])
  func theSameModelHoweverTheFilesAreRead(_ files: [String]) throws {
    let scratch = try scratch()
    let fit = ["fit", "score ~ week * modality", "--subject", "subject_id", "--vcov", "hc3"]
    let whole = try scratch.run(fit + ["all.csv"])
    let other = try scratch.run(fit + files)
    #expect(whole.code == 0 && other.code == 0, "\(whole.error)\(other.error)")
    #expect(other.output == whole.output)
  }

  @Test func theFileOfATroubleIsNamed() throws {
    let scratch = try scratch()
    try scratch.write("week,score,subject_id,modality\n0,5,P1\n", to: "part-3.csv")
    let outcome = try scratch.run(["trends", "part-*.csv"])
    #expect(outcome.code == 3)
    #expect(
      outcome.error.hasPrefix("error: part-3.csv:2: column 'modality': the row stops"), "\(outcome.error)")
  }

  @Test func aPatternThatMatchesNothingIsRefused() throws {
    let outcome = try scratch().run(["trends", "none-*.csv"])
    #expect(outcome.code == 3)
    #expect(outcome.error.contains("none-*.csv: no file matches"), "\(outcome.error)")
  }

  @Test func whatNeedsAllValuesAtOnceIsRefusedInBlocks() throws {
    let outcome = try scratch().run(["fit", "score ~ poly(week, 2)", "all.csv", "--in-blocks"])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("read in blocks: write week + I(week^2)"), "\(outcome.error)")
  }
}
