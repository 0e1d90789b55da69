import ArgumentParser
import Tandem
import Yams

/// The command `tandem simulate`.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "A synthetic three-arm cohort with known truth: visits, episodes, and what is true of them.",
    discussion: """
      The same settings and seed give the same bytes. Settings are a YAML file that states what differs from the defaults.

        tandem simulate -o cohort                                  visits.csv, episodes.csv and truth.json in a folder
        tandem simulate --settings settings.yaml --people 10000 --seed 7 -o cohort
      """)

  @Option(name: .long, help: "A YAML file of settings.")
  var settings: String?

  @Option(name: .long, help: "How many people, in place of the settings' number.")
  var people: Int?

  @Option(name: .long, help: "The seed, in place of the settings' seed.")
  var seed: UInt64?

  @Option(name: .long, help: "How many people the truth is computed on; 0 leaves truth.json out.")
  var truthPeople = 200_000

  @Option(name: [.customShort("o"), .long], help: "The folder to write to; it is made if need be.")
  var output: String

  @Flag(name: .long, help: "Say nothing on standard error but errors.")
  var quiet = false

  func validate() throws {
    guard truthPeople >= 0 else { throw ValidationError("--truth-people must be at least 0") }
  }

  func run() throws {
    let status = StatusLine(quiet: quiet)
    var chosen = try settings.map { try SettingsFile.read($0) } ?? CohortSettings()
    if let people { chosen.people = people }
    if let seed { chosen.seed = seed }
    let simulator = try CohortSimulator(settings: chosen)
    let folder = try ResultFolder(output, kind: .simulation(header: simulator.visitsHeader))
    try status.during("simulating \(chosen.people) people") { try write(simulator, to: folder) }
    try folder.commit()
    status.release()
    status.say("\(chosen.people) people written to \(output)")
  }

  private func write(_ simulator: CohortSimulator, to folder: ResultFolder) throws {
    let visits = try folder.stream("visits.csv")
    let episodes = try folder.stream("episodes.csv")
    var visitBytes = simulator.visitsHeader
    var episodeBytes = simulator.episodesHeader
    for index in 0..<simulator.settings.people {
      let person = simulator.person(index)
      simulator.appendVisits(of: person, to: &visitBytes)
      simulator.appendEpisode(of: person, to: &episodeBytes)
      // Bytes leave in pieces, so that a cohort of millions needs no more memory than one of hundreds.
      if visitBytes.count > 1 << 20 { try visits.drain(&visitBytes) }
      if episodeBytes.count > 1 << 20 { try episodes.drain(&episodeBytes) }
    }
    try visits.drain(&visitBytes)
    try episodes.drain(&episodeBytes)
    try visits.close()
    try episodes.close()
    if truthPeople > 0 {
      try folder.write(try simulator.truth(populationSize: truthPeople).json(), to: "truth.json")
    }
  }
}

/// Reads simulation settings from YAML.
enum SettingsFile {
  static func read(_ path: String) throws -> CohortSettings {
    let text = try PlanText.read(path)
    do {
      // The decoder's own syntax errors have no place; the parser's have one.
      guard let node = try Yams.compose(yaml: text) else {
        throw PlanError(file: path, line: 1, "the file is empty; expected settings such as 'people: 600'")
      }
      guard case .mapping = node else {
        throw PlanError(file: path, line: 1, "expected settings such as 'people: 600'")
      }
      return try YAMLDecoder().decode(CohortSettings.self, from: node)
    } catch let error as YamlError {
      throw PlanError(error, file: path)
    } catch let error as CohortSettingsError {
      throw PlanError(file: path, line: nil, "\(error)")
    } catch let error as DecodingError {
      throw PlanError(error, file: path)
    }
  }
}

extension PlanError {
  /// A setting of the wrong type, or our own error, which the decoder wraps.
  fileprivate init(_ error: DecodingError, file: String) {
    let (context, what): (DecodingError.Context, String) =
      switch error {
      case .typeMismatch(let type, let context): (context, "expected \(Self.name(of: type))")
      case .valueNotFound(let type, let context): (context, "is empty; expected \(Self.name(of: type))")
      case .keyNotFound(let key, let context): (context, "'\(key.stringValue)' is missing")
      case .dataCorrupted(let context): (context, context.debugDescription)
      @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "\(error)")
      }
    if let inner = context.underlyingError as? CohortSettingsError {
      self.init(file: file, line: nil, "\(inner)")
    } else {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(
        separator: ".")
      self.init(file: file, line: nil, "setting \(path): \(what)")
    }
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is Int.Type, is UInt64.Type: "a whole number"
    case is Double.Type: "a number"
    case is String.Type: "a text"
    default: "a group of settings"
    }
  }
}
