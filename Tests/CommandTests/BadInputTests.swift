import Foundation
import TestSupport
import Testing

/// A file that cannot be used, and how every command must say so.
struct BadFile: CustomTestStringConvertible, Sendable {
  let name: String
  /// The file's bytes; nil for a directory or for no file at all.
  let bytes: Data?
  var isDirectory = false
  /// What follows `error: FILE`; COLUMN stands for the column that the command reads.
  let message: String

  var testDescription: String { name }

  private static let header = "subject_id,modality,week,phq9,days,relapse\n"

  private static func text(_ text: String) -> Data { Data(text.utf8) }

  static let all: [BadFile] = [
    BadFile(
      name: "missing column", bytes: text("subject_id,modality,week,relapse\n1,a,0,0\n2,b,4,1\n"),
      message: ":1: column 'COLUMN': there is no such column"),
    BadFile(
      name: "text in a number",
      bytes: text(header + "1,a,0,20,100,1\n1,a,4,15,100,1\n2,b,0,18,90,0\n2,b,4,x,x,0\n"),
      message: ":5: column 'COLUMN': 'x' is not a number; expected a number"),
    BadFile(
      name: "ragged row", bytes: text(header + "1,a,0,20,100,1\n1,a,4,15,100\n"),
      message: ":3: column 'relapse': the row stops before this column, after 5 fields; expected 6 fields"),
    BadFile(
      name: "unclosed quote", bytes: text(header + "1,a,0,20,100,1\n1,\"a,4,15,100,1\n2,b,0,18,90,0\n"),
      message: ":3: column 'modality': the quote that opens here is never closed; expected a closing quote"),
    BadFile(name: "empty file", bytes: Data(), message: ":1: the file is empty; expected a header"),
    BadFile(name: "no such file", bytes: nil, message: ": no such file; expected a CSV file"),
    BadFile(
      name: "directory", bytes: nil, isDirectory: true, message: ": this is a directory; expected a CSV file"),
    BadFile(
      name: "binary", bytes: text(header) + Data([0x31, 0x2C, 0x00, 0xFF, 0x0A]),
      message: ":2: not a text file"),
    BadFile(
      name: "gzip", bytes: Data([0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00]),
      message: ": the gzip compression ends in the middle; expected a whole gzip file"),
  ]

  /// A folder that holds the file as `bad.csv` (or a directory, or nothing).
  func scratch() throws -> Scratch {
    let scratch = try Scratch()
    if let bytes { try scratch.write(bytes, to: "bad.csv") }
    if isDirectory { try scratch.write("", to: "bad.csv/inside") }
    return scratch
  }
}

/// A command that reads a file, with the column whose badness it meets.
struct Reading: CustomTestStringConvertible, Sendable {
  let arguments: [String]
  let column: String
  /// The same question in a plan.
  let plan: String

  var testDescription: String { arguments[0] }

  static let all: [Reading] = [
    Reading(
      arguments: ["fit", "phq9 ~ week", "bad.csv"], column: "phq9",
      plan: "fits:\n      - {name: model, file: bad.csv, formula: phq9 ~ week}"),
    Reading(
      arguments: ["trends", "bad.csv", "--outcome", "phq9"], column: "phq9",
      plan: "visits: {file: bad.csv, subject: subject_id, time: week, outcome: phq9, trends: {}}"),
    Reading(
      arguments: ["relapse", "bad.csv", "--time", "days"], column: "days",
      plan: "episodes: {file: bad.csv, time: days, event: relapse, arm: modality}"),
    Reading(
      arguments: ["compare", "bad.csv", "--outcome", "phq9", "--focus", "a"], column: "phq9",
      plan: "visits: {file: bad.csv, time: week, outcome: phq9, arm: modality, compare: {focus: a}}"),
  ]
}

/// Bad input: one clear line, exit code 3, and nothing left behind.
@Suite struct BadInputTests {
  @Test(arguments: BadFile.all, Reading.all)
  func isRefused(_ file: BadFile, by reading: Reading) throws {
    let scratch = try file.scratch()
    try scratch.write("what was there", to: "old.txt")
    let before = try scratch.files()
    for output in [[], ["-o", "new.txt"], ["-o", "old.txt"], ["-o", "new.json", "--format", "json"]] {
      let outcome = try scratch.run(reading.arguments + output)
      expectRefusal(outcome, "error: bad.csv" + file.message.replacing("COLUMN", with: reading.column))
      #expect(try scratch.files() == before)
    }
  }

  @Test(arguments: BadFile.all, Reading.all)
  func isRefusedInAPlan(_ file: BadFile, by reading: Reading) throws {
    let scratch = try file.scratch()
    try scratch.write("cohorts:\n  - name: cohort\n    \(reading.plan)\n", to: "plan.yaml")
    let before = try scratch.files()
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    expectRefusal(outcome, "error: bad.csv" + file.message.replacing("COLUMN", with: reading.column))
    #expect(outcome.error.hasSuffix("no analysis of plan.yaml could be done, nothing was written\n"))
    #expect(try scratch.files() == before)
    #expect(!scratch.has("results"))
    #expect(try scratch.entries().allSatisfy { !$0.hasPrefix(".") })
  }

  @Test func standardInputIsNamed() throws {
    let outcome = try Tandem.run(
      ["trends", "-"], input: "subject_id,week,phq9\n1,0,x\n1,2,3\n1,3,3\n1,4,3\n")
    expectRefusal(outcome, "error: standard input:2: column 'phq9': 'x' is not a number")
  }

  @Test func aMisspeltColumnGetsASuggestion() throws {
    let outcome = try Tandem.run(["fit", "bdi ~ mont", "Data/btheb/visits.csv"])
    expectRefusal(
      outcome,
      "error: Data/btheb/visits.csv:1: column 'mont': there is no such column (did you mean 'month'?)")
  }

  @Test(arguments: ["--subject", "--arm", "--weights"])
  func aMissingColumnOfAnOptionIsNamed(_ option: String) throws {
    let outcome = try Tandem.run(["fit", "bdi ~ month", "Data/btheb/visits.csv", option, "zip"])
    expectRefusal(outcome, "error: Data/btheb/visits.csv:1: column 'zip': there is no such column")
  }

  @Test(arguments: [["relapse", "Data/demo/episodes.csv"], ["compare", "Data/demo/visits.csv"]])
  func aMissingCovariateIsRefused(_ arguments: [String]) throws {
    let outcome = try Tandem.run(arguments + ["--covariates", "age,zip"])
    expectRefusal(outcome, "error: \(arguments[1]):1: column 'zip': there is no such column")
  }

  @Test(arguments: [["relapse", "Data/demo/episodes.csv"], ["compare", "Data/demo/visits.csv"]])
  func anUnknownFocusIsRefused(_ arguments: [String]) throws {
    let outcome = try Tandem.run(arguments + ["--focus", "both"])
    expectRefusal(
      outcome,
      "error: \(arguments[1]): column 'modality' has no arm 'both'; it has combined, medication, therapy")
  }

  @Test func aScoreOutsideItsInstrumentIsRefused() throws {
    let outcome = try Tandem.run(["trends", "-"], input: "id,week,phq9\n1,0,20\n1,1,28\n")
    expectRefusal(
      outcome, "error: standard input:3: column 'phq9': '28' is not allowed; expected a score from 0 to 27")
  }

  @Test(arguments: ["missing/out.txt", "folder"])
  func anImpossibleOutputIsRefused(_ path: String) throws {
    let scratch = try Scratch()
    try scratch.write("id,week,score\n1,0,3\n1,1,4\n", to: "visits.csv")
    try scratch.write("", to: "folder/inside")
    let before = try scratch.files()
    let outcome = try scratch.run(["trends", "visits.csv", "-o", path])
    expectRefusal(outcome, "error: \(path): ")
    #expect(try scratch.files() == before)
  }
}

/// Expects a refusal: exit code 3, one line on standard error, nothing on standard output.
func expectRefusal(
  _ outcome: Tandem.Outcome, _ start: String, code: Int32 = 3,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.code == code, "exit code", sourceLocation: sourceLocation)
  #expect(outcome.output == "", "standard output", sourceLocation: sourceLocation)
  #expect(outcome.errorLines.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
  #expect(
    outcome.error.hasPrefix(start), "\(outcome.error) should start with \(start)",
    sourceLocation: sourceLocation)
}
