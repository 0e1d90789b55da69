import ArgumentParser
import Tandem

/// What `--contrast` asks for.
struct ContrastOption {
  private let families: [ContrastFamily]

  /// Reads the option: one family, or one for each factor with colons between.
  init(_ text: String, firstLevels: [String?]) throws {
    let isWeighted = text.hasPrefix("weights=")
    let parts = isWeighted ? [text] : text.split(separator: ":").map(String.init)
    guard parts.count <= max(1, firstLevels.count), !parts.isEmpty else {
      throw ValidationError(
        "--contrast \(text): \(parts.count) families for \(firstLevels.count) factors of --means")
    }
    families = try parts.enumerated().map { index, part in
      try Self.family(part, first: firstLevels.indices.contains(index) ? firstLevels[index] : nil)
    }
  }

  func contrasts(of means: MarginalMeans, adjustment: MultiplicityAdjustment?) throws -> Contrasts {
    guard families.count == 1 else {
      return try means.interactionContrasts(families, adjustment: adjustment ?? .holm)
    }
    return try means.contrasts(families[0], adjustment: adjustment)
  }

  private static func family(_ text: String, first: String?) throws -> ContrastFamily {
    let value = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) }
    switch String(text.prefix { $0 != "=" }) {
    case "pairwise" where value == nil: return .pairwise
    case "consecutive" where value == nil: return .consecutive
    case "trend" where value == nil: return .trend
    case "effects" where value == nil: return .effects
    case "polynomial":
      guard let degree = Int(value ?? "2") else {
        throw ValidationError("--contrast \(text): the degree is a whole number")
      }
      return .polynomial(degree: degree)
    case "reference":
      if let level = value ?? first { return .reference(level) }
    case "versus":
      if let value { return .versus(value) }
    case "weights":
      if let value { return .weighted([(name: value, levels: try weights(value))]) }
    default: break
    }
    throw ValidationError(
      "--contrast \(text) is not known; pairwise, reference, reference=LEVEL, versus=LEVEL, consecutive, trend, "
        + "polynomial=DEGREE, effects and weights=LEVEL:W,LEVEL:W are")
  }

  private static func weights(_ text: String) throws -> [String: Double] {
    var result: [String: Double] = [:]
    for part in ListOption.texts(text) {
      guard let split = part.lastIndex(of: ":"),
        let weight = NumberText.parse(String(part[part.index(after: split)...]))
      else { throw ValidationError("--contrast weights=\(text): expected LEVEL:WEIGHT, such as combined:1") }
      result[String(part[..<split])] = weight
    }
    return result
  }
}

/// What `--means-weights` may be.
enum MeansWeights: String, CaseIterable, ExpressibleByArgument {
  case equal
  case proportional
  case cells

  func weights(_ fit: some FittedModel, _ table: Table?) throws -> MarginWeights {
    guard self != .equal else { return .equal }
    guard let table else {
      throw ValidationError(
        "--means-weights \(rawValue) needs all rows at once, and the files are read in blocks")
    }
    let frequencies = try fit.cellFrequencies(in: table)
    return self == .cells ? .cells(frequencies) : .proportional(frequencies)
  }
}
