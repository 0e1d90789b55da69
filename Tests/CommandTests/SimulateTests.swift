import Foundation
import TestSupport
import Testing

/// `tandem simulate`: the committed cohort again, settings, and a folder that is whole or not there.
@Suite struct SimulateTests {
  @Test func settingsFileMakesTheCommittedCohort() throws {
    let scratch = try Scratch()
    let settings = ProjectFiles.path("Data/demo/settings.yaml")
    let outcome = try scratch.run(["simulate", "--settings", settings, "-o", "cohort"])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.output == "")
    let files = try scratch.files(in: "cohort")
    #expect(files.keys.sorted() == ["episodes.csv", "truth.json", "visits.csv"])
    for (name, bytes) in files { #expect(try bytes == ProjectFiles.data("Data/demo/\(name)"), "\(name)") }
    #expect(try scratch.entries() == ["cohort"])
  }

  @Test func theDefaultsAreTheSettingsFile() throws {
    let scratch = try Scratch()
    let settings = ProjectFiles.path("Data/demo/settings.yaml")
    _ = try scratch.run(["simulate", "-o", "a", "--truth-people", "300"])
    _ = try scratch.run(["simulate", "-o", "b", "--truth-people", "300", "--settings", settings])
    let files = try scratch.files(in: "a")
    #expect(files.count == 3)
    #expect(try scratch.files(in: "b") == files)
    for name in ["visits.csv", "episodes.csv"] {
      #expect(try files[name] == ProjectFiles.data("Data/demo/\(name)"))
    }
  }

  @Test func peopleAndSeedOverrideTheSettings() throws {
    let scratch = try Scratch()
    try scratch.write("people: 40\nseed: 7\n", to: "settings.yaml")
    let base = ["simulate", "--truth-people", "0", "-o"]
    _ = try scratch.run(base + ["file", "--settings", "settings.yaml"])
    _ = try scratch.run(base + ["options", "--people", "40", "--seed", "7"])
    _ = try scratch.run(base + ["fewer", "--settings", "settings.yaml", "--people", "10"])
    _ = try scratch.run(base + ["other", "--settings", "settings.yaml", "--seed", "8"])
    let file = try scratch.files(in: "file")
    #expect(file.keys.sorted() == ["episodes.csv", "visits.csv"], "no truth was asked for")
    #expect(try scratch.files(in: "options") == file)
    #expect(try scratch.files(in: "other") != file)
    let (all, some) = (try scratch.text("file/visits.csv"), try scratch.text("fewer/visits.csv"))
    #expect(all.hasPrefix(some), "person i is the same in a cohort of any size")
    #expect(people(in: all) == 40 && people(in: some) == 10)
  }

  private func people(in visits: String) -> Int {
    Set(visits.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").first }).count
  }

  @Test(arguments: [
    ("peeple: 3\n", "there is no setting peeple; expected one of people, seed"),
    (
      "arms:\n  therapi: {}\n",
      "there is no setting arms.therapi; expected one of medication, therapy, combined"
    ),
    ("people: many\n", "setting people: expected a whole number"),
    ("people: 0\n", "setting people is 0, expected 1 to 1000000000"),
    ("demography: 3\n", "setting demography: expected a group of settings"),
  ])
  func aWrongSettingIsNamed(_ text: String, _ message: String) throws {
    let scratch = try Scratch()
    try scratch.write(text, to: "settings.yaml")
    let outcome = try scratch.run(["simulate", "--settings", "settings.yaml", "-o", "cohort"])
    #expect(outcome.error.contains(message), "\(outcome.error)")
    #expect(outcome.code == 2)
    #expect(outcome.errorLines.count == 1)
    #expect(try scratch.entries() == ["settings.yaml"])
  }

  @Test(arguments: [
    ("", ":1: the file is empty"), ("- a\n", ":1: expected settings"), ("people: [\n", ":2:1: not YAML: "),
  ])
  func aFileThatIsNotSettingsIsPlaced(_ text: String, _ message: String) throws {
    let scratch = try Scratch()
    try scratch.write(text, to: "settings.yaml")
    let outcome = try scratch.run(["simulate", "--settings", "settings.yaml", "-o", "cohort"])
    expectRefusal(outcome, "error: settings.yaml\(message)", code: 2)
    #expect(!scratch.has("cohort"))
  }

  @Test func onlyAnEarlierSimulationIsReplaced() throws {
    let scratch = try Scratch()
    let arguments = ["simulate", "--people", "5", "--truth-people", "0", "-o", "cohort", "--seed"]
    #expect(try scratch.run(arguments + ["1"]).code == 0)
    let first = try scratch.files(in: "cohort")
    #expect(try scratch.run(arguments + ["2"]).code == 0)
    #expect(try scratch.files(in: "cohort") != first)
    // A cohort of real people that happens to have the same file names is not touched.
    for (name, text) in [("visits.csv", "subject_id,week,phq9\n1,0,20\n"), ("notes.txt", "by hand\n")] {
      try scratch.write(text, to: "cohort/\(name)")
      let before = try scratch.files()
      expectRefusal(
        try scratch.run(arguments + ["3"]), "error: cohort: the folder holds other files, such as '\(name)'")
      #expect(try scratch.files() == before)
      _ = try scratch.write(Data(first["visits.csv"] ?? Data()), to: "cohort/visits.csv")
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func anInterruptedRunLeavesNothing(_ number: Int32) throws {
    let scratch = try Scratch()
    let process = try Tandem.start(
      ["simulate", "--people", "100000000", "-o", "cohort"], in: scratch.url,
      output: FileHandle.nullDevice, error: FileHandle.nullDevice)
    let deadline = Date(timeIntervalSinceNow: 20)
    // Wait for the first bytes, then interrupt.
    while Date() < deadline, try scratch.files().values.allSatisfy(\.isEmpty) { usleep(5000) }
    #expect(try scratch.entries().contains { $0.hasSuffix(".partial") }, "it was at work")
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + number)
    #expect(try scratch.entries().isEmpty)
  }
}
