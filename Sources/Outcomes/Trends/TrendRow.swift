import Estimation

/// Everything that is computed of one person, as far as it is asked for.
struct TrendRow: Sendable {
  var figures: TrendFigures
  var qValue: Double?
  var shrunken: ShrunkenLine?
  var series: SeriesFigures?
  /// The clinical course over all visits; nil where no rules are known or it is not asked for.
  var course: ClinicalChange?
  /// The visits beside the course expected of such a start.
  var progress: PersonProgress?
}

/// What the columns of a table need, beyond the least-squares line.
struct TrendNeeds: OptionSet, Sendable {
  let rawValue: Int

  static let clinical = TrendNeeds(rawValue: 1)
  static let qValues = TrendNeeds(rawValue: 2)
  static let shrinkage = TrendNeeds(rawValue: 4)
  static let theilSen = TrendNeeds(rawValue: 8)
  static let kendall = TrendNeeds(rawValue: 16)
  static let huber = TrendNeeds(rawValue: 32)
  static let bisquare = TrendNeeds(rawValue: 64)
  static let autoregressive = TrendNeeds(rawValue: 128)
  static let variability = TrendNeeds(rawValue: 256)
  static let warning = TrendNeeds(rawValue: 512)
  static let course = TrendNeeds(rawValue: 1024)
  static let progress = TrendNeeds(rawValue: 2048)
  /// What is computed from a person's visits themselves, not from their sums.
  static let series: TrendNeeds = [
    .theilSen, .kendall, .huber, .bisquare, .autoregressive, .variability, .warning,
  ]
}

/// What is computed from a person's visits themselves; slopes are per unit of the file's time.
struct SeriesFigures: Sendable {
  var theilSen: TheilSenLine?
  var kendall: MannKendallTest?
  var huber: RobustLine?
  var bisquare: RobustLine?
  var autoregressive: AutoregressiveLine?
  var variability: SeriesVariability?
  var warning: EarlyWarning?

  init(times: Span<Double>, scores: Span<Double>, _ needs: TrendNeeds, level: Double) {
    if needs.contains(.theilSen) {
      theilSen = TheilSenLine(times: times, values: scores, confidenceLevel: level)
    }
    if needs.contains(.kendall), times.count > 1 { kendall = MannKendallTest(times: times, values: scores) }
    if needs.contains(.huber) { huber = RobustLine(times: times, values: scores, weighting: .huber) }
    if needs.contains(.bisquare) { bisquare = RobustLine(times: times, values: scores, weighting: .bisquare) }
    if needs.contains(.autoregressive) {
      autoregressive = AutoregressiveLine(times: times, values: scores, confidenceLevel: level)
    }
    if needs.contains(.variability) { variability = SeriesVariability(scores) }
    if needs.contains(.warning) { warning = EarlyWarning(scores) }
  }
}
