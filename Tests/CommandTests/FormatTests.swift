import Foundation
import TestSupport
import Testing

/// A question that each command answers about a real or simulated cohort.
struct Answerable: CustomTestStringConvertible, Sendable {
  let arguments: [String]
  let schema: String
  let columns: String

  var testDescription: String { arguments[0] }

  static let all: [Answerable] = [
    Answerable(
      arguments: ["fit", "bdi ~ month + drug", "Data/btheb/visits.csv"], schema: "tandem.fit/1",
      columns: "term,estimate,std_error,statistic,df,p_value,conf_low,conf_high"),
    Answerable(
      arguments: ["trends", "Data/btheb/visits.csv"], schema: "tandem.trends/1",
      columns:
        "subject,arm,visits,span,first,last,change,slope,std_error,statistic,df,p_value,conf_low,conf_high,q_value,"
        + "shrunken_slope,shrunken_slope_se,r_squared,residual_sd,percent_change,response,remission,reliable_change,status"
    ),
    Answerable(
      arguments: ["relapse", "Data/demo/episodes.csv", "--covariates", "age,sex", "--focus", "combined"],
      schema: "tandem.relapse/1", columns: "group,horizon,n_risk,estimate,std_error,conf_low,conf_high"),
    Answerable(
      arguments: ["compare", "Data/btheb/visits.csv", "--horizons", "2,8"], schema: "tandem.compare/1",
      columns:
        "analysis,horizon,adjusted,contrast,estimate,std_error,statistic,df,p_value,conf_low,conf_high,adjustment,"
        + "p_adjusted,conf_low_adjusted,conf_high_adjusted,p_holm"),
  ]
}

/// The forms in which results are handed over, and the options that all commands share.
@Suite struct FormatTests {
  @Test(arguments: Answerable.all)
  func jsonHasItsSchema(_ question: Answerable) throws {
    let outcome = try Tandem.run(question.arguments + ["--format", "json"])
    #expect(outcome.code == 0)
    let json = try #require(outcome.json)
    #expect(json["schema"] == .text(question.schema))
    #expect(json["provenance"]?["inputs"]?.list.count == 1)
    #expect(json["rows"]?["read"]?.number != nil)
    #expect(json["verdict"]?.text?.isEmpty == false)
    expectPlainNumbers(outcome.output)
  }

  @Test(arguments: Answerable.all)
  func csvIsRectangular(_ question: Answerable) throws {
    let outcome = try Tandem.run(question.arguments + ["--format", "csv"])
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first.map(String.init) == question.columns)
    #expect(lines.count > 1)
    // No cell of these files holds a comma.
    for line in lines { #expect(line.count { $0 == "," } == question.columns.count { $0 == "," }) }
    expectPlainNumbers(outcome.output)
  }

  @Test(arguments: Answerable.all)
  func jsonLinesAreTheCSV(_ question: Answerable) throws {
    let names = question.columns.split(separator: ",").map(String.init)
    let csv = try Tandem.run(question.arguments + ["--format", "csv"]).output.split(separator: "\n")
      .dropFirst()
    let lines = try Tandem.run(question.arguments + ["--format", "jsonl"]).output.split(separator: "\n")
    #expect(lines.count == csv.count)
    for (row, line) in zip(csv, lines) {
      let object = try JSONDecoder().decode(JSON.self, from: Data(line.utf8))
      #expect(object.keys == Set(names))
      let cells = names.map { name in
        switch object[name] {
        case .text(let text): Double(text)?.description ?? text
        case .number(let number): Double(number).description
        default: ""
        }
      }
      let expected = row.split(separator: ",", omittingEmptySubsequences: false).map { cell in
        Double(cell)?.description ?? String(cell)
      }
      #expect(cells == expected)
    }
  }

  @Test func rowsOfPersonsAreThoseOfTheJSON() throws {
    let question = ["trends", "Data/btheb/visits.csv", "--time", "month", "--outcome", "bdi"]
    let lines = try Tandem.run(question + ["--format", "jsonl"]).output.split(separator: "\n")
    let people = try #require(Tandem.run(question + ["--format", "json"]).json?["people"]?.list)
    #expect(people.count == 100)
    #expect(try lines.map { try JSONDecoder().decode(JSON.self, from: Data($0.utf8)) } == people)
  }

  @Test func columnsOfPersonsAreChosen() throws {
    let question = [
      "trends", "Data/btheb/visits.csv", "--time", "month", "--outcome", "bdi", "--format", "csv",
    ]
    let all = try Tandem.run(question).output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let chosen = try Tandem.run(question + ["--columns", "slope, subject,status"]).output.split(
      separator: "\n")
    let places = try ["slope", "subject", "status"].map { name in
      try #require(all[0].firstIndex { $0 == name })
    }
    #expect(
      chosen.map(String.init) == all.map { row in places.map { String(row[$0]) }.joined(separator: ",") })
    let threads = try Tandem.run(question + ["--columns", "slope, subject,status", "--threads", "1"])
    #expect(threads.output.split(separator: "\n") == chosen)
    let unknown = try Tandem.run(question + ["--columns", "slope,pvalue"])
    #expect(
      unknown.code == 2 && unknown.output.isEmpty && unknown.error.contains("there is no column 'pvalue'"))
  }

  @Test(arguments: Answerable.all)
  func markdownTablesAreWellFormed(_ question: Answerable) throws {
    let lines = try Tandem.run(question.arguments + ["--format", "markdown"]).output
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var width: Int?
    var tables = 0
    for (index, line) in lines.enumerated() {
      guard line.hasPrefix("|") else {
        width = nil
        continue
      }
      let cells = line.replacing("\\|", with: "").count { $0 == "|" }
      if width == nil {
        tables += 1
        width = cells
        #expect(
          lines[index + 1] == "|" + String(repeating: "---|", count: cells - 1), "a rule under the head")
        #expect(index == 0 || lines[index - 1].isEmpty, "an empty line before the table")
      }
      #expect(cells == width && line.hasSuffix("|"), "\(line)")
    }
    #expect(tables >= 2)
  }

  @Test(arguments: Answerable.all)
  func standardInputGivesTheSame(_ question: Answerable) throws {
    let file = try #require(question.arguments.first { $0.hasSuffix(".csv") })
    let text = try String(contentsOfFile: ProjectFiles.path(file), encoding: .utf8)
    let piped = question.arguments.map { $0 == file ? "-" : $0 }
    for format in ["csv", "text"] {
      let fromFile = try Tandem.run(question.arguments + ["--format", format])
      let fromInput = try Tandem.run(piped + ["--format", format], input: text)
      #expect(fromInput.output == fromFile.output)
      #expect(fromInput.code == 0)
    }
  }

  @Test(arguments: Answerable.all)
  func theOutputFileHoldsWhatIsPrinted(_ question: Answerable) throws {
    let scratch = try Scratch()
    let path = scratch.url.appending(path: "out.txt").path
    for format in ["text", "csv", "json", "markdown"] {
      let printed = try Tandem.run(question.arguments + ["--format", format])
      let dash = try Tandem.run(question.arguments + ["--format", format, "-o", "-"])
      let written = try Tandem.run(question.arguments + ["--format", format, "-o", path])
      #expect(dash.output == printed.output)
      #expect(written.output == "")
      #expect(try scratch.text("out.txt") == printed.output)
    }
    #expect(try scratch.entries() == ["out.txt"], "no temporary file is left")
  }

  @Test(arguments: Answerable.all)
  func quietSaysNothingOnStandardError(_ question: Answerable) throws {
    for format in ["text", "csv"] {
      let loud = try Tandem.run(question.arguments + ["--format", format])
      let quiet = try Tandem.run(question.arguments + ["--format", format, "--quiet"])
      #expect(loud.error.contains("taken: "))
      #expect(quiet.error == "")
      #expect(quiet.output == loud.output)
    }
  }

  @Test(arguments: Answerable.all)
  func thereIsNoColourWithAndWithoutNoColour(_ question: Answerable) throws {
    let plain = try Tandem.run(question.arguments, environment: ["TERM": "xterm-256color"])
    let without = try Tandem.run(
      question.arguments, environment: ["TERM": "xterm-256color", "NO_COLOR": "1"])
    #expect(plain.output == without.output && plain.error == without.error)
    #expect(!plain.output.contains("\u{1B}") && !plain.error.contains("\u{1B}"))
  }

  @Test(arguments: Answerable.all, [1, 2, 3, 8])
  func threadsDoNotChangeTheBytes(_ question: Answerable, _ threads: Int) throws {
    let usual = try Tandem.run(question.arguments + ["--format", "json"])
    let other = try Tandem.run(question.arguments + ["--format", "json", "--threads", "\(threads)"])
    #expect(other.output == usual.output)
  }

  @Test func missingCodesMayStartWithAMinus() throws {
    let text = "y,x\n1,0\n2,1\n-99,2\n4,3\n.,4\n5,-99\n"
    for option in [["--missing", "-99,."], ["--missing=-99,."]] {
      let outcome = try Tandem.run(["fit", "y ~ x", "-", "--format", "json"] + option, input: text)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.json?["rows"]?["used"] == .number(3))
      let reasons = outcome.json?["rows"]?["excluded"]?.list.map { [$0["reason"], $0["rows"]] }
      #expect(reasons == [[.text("missing y"), .number(2)], [.text("missing x"), .number(1)]])
    }
    // In place of the usual codes: a dot alone is text again.
    let outcome = try Tandem.run(["fit", "y ~ x", "-", "--missing", "-99"], input: text)
    expectRefusal(outcome, "error: standard input:6: column 'y': '.' is not a number")
  }

  @Test func csvSaysItsCautionsOnStandardError() throws {
    let arguments = ["compare", "Data/btheb/visits.csv", "--format", "csv"]
    #expect(try Tandem.run(arguments).error.contains("\ncaution: how treatment was assigned is not stated"))
    #expect(
      try Tandem.run(arguments + ["--not-randomised", "drug"]).error.contains("\ncaution: drug: not assigned")
    )
    #expect(try !Tandem.run(arguments + ["--randomised", "all of it"]).error.contains("assigned"))
  }
}
