/// A questionnaire or rating scale: its range, its direction, and what named sources say of its scores.
///
/// Every number has its citation. Only what a named source defines is set; everything else is nil or empty and is never
/// guessed. See <doc:Instruments> for what is shipped, and ``InstrumentRegistry`` for one's own.
public struct Instrument: Sendable, Equatable {
  /// The usual name, such as "PHQ-9".
  public let name: String
  /// Column names that are taken for it, compared without case, spaces, hyphens and underscores.
  public let columnNames: [String]
  /// The scores that are possible.
  public let range: ScoreRange
  /// Which way the score runs.
  public let direction: ScoreDirection
  /// How the score is made of items, if a source says so.
  public let items: ItemLayout?
  /// Bands of severity, by source; the first are the usual ones.
  public let bandings: [SeverityBanding]
  /// Reliability coefficients, by kind and sample.
  public let reliabilities: [Reliability]
  /// Means and standard deviations of populations.
  public let norms: [ScoreNorm]
  /// Rules of change, by source; of what several define, the first one's holds.
  public let rules: [ChangeRules]

  /// An instrument; what no source defines stays empty.
  public init(
    _ name: String, columnNames: [String] = [], range: ScoreRange, direction: ScoreDirection = .lowerIsBetter,
    items: ItemLayout? = nil, bandings: [SeverityBanding] = [], reliabilities: [Reliability] = [],
    norms: [ScoreNorm] = [], rules: [ChangeRules] = []
  ) {
    self.name = name
    self.columnNames = columnNames
    self.range = range
    self.direction = direction
    self.items = items
    self.bandings = bandings
    self.reliabilities = reliabilities
    self.norms = norms
    self.rules = rules
  }

  /// The lowest score.
  public var minimum: Double { range.minimum }
  /// The highest score.
  public var maximum: Double { range.maximum }
  /// Scores that make a case, by the first rules that say.
  public var caseness: ScoreThreshold? { rules.lazy.compactMap(\.caseness).first }
  /// The relative change that is a response, by the first rules that say.
  public var response: Double? { rules.lazy.compactMap(\.response).first }
  /// Scores that are remission, by the first rules that say.
  public var remission: ScoreThreshold? { rules.lazy.compactMap(\.remission).first }
  /// The change in points that is more than measurement error, by the first rules that say.
  public var reliableChange: Double? { rules.lazy.compactMap(\.reliableChange).first }

  /// The band of severity of a score, by the usual banding.
  public func severity(of score: Double) -> String? { bandings.first?.band(of: score)?.label }

  /// Where the range and the rules stand, in one line.
  public var source: String {
    (["range: \(range.source)"] + rules.map { "\($0.name): \($0.source)" }).joined(separator: "; ")
  }

  /// The improvement from first to last in per cent of the distance from the first score to the lowest.
  ///
  /// ```
  /// 100 (first - last) / (first - minimum), with the opposite sign where higher is better
  /// ```
  /// Positive is improvement; nil when the first score is the lowest.
  public func percentageChange(from first: Double, to last: Double) -> Double? {
    ClinicalCriteria(self).percentageChange(from: first, to: last)
  }
}

extension Instrument {
  /// The shipped instruments.
  public static var known: [Instrument] { InstrumentRegistry.shipped.instruments }

  /// The shipped instrument of a name or column name, if there is one.
  public static func named(_ name: String) -> Instrument? { InstrumentRegistry.shipped.named(name) }

  /// The shipped instrument that a column's name tells, if it tells one.
  public static func recognised(from column: String) -> Instrument? {
    InstrumentRegistry.shipped.recognised(from: column)
  }
}
