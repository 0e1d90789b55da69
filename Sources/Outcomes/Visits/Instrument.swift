/// A symptom questionnaire: its range, its direction and the rules that a source gives for it.
///
/// Only what the named source defines is set; everything else is nil and is never guessed.
public struct Instrument: Sendable, Equatable {
  /// The usual name, such as "PHQ-9".
  public let name: String
  /// Column names that are taken for it.
  public let columnNames: [String]
  /// The lowest score.
  public let minimum: Double
  /// The highest score.
  public let maximum: Double
  /// The rules for response and remission are defined for people whose first score is above this.
  public let caseAbove: Double?
  /// Scores below this are remission.
  public let remissionBelow: Double?
  /// The relative drop that is a response.
  public let responseDrop: Double?
  /// The change that is more than measurement error.
  public let reliableChange: Double?
  /// Where the rules stand.
  public let source: String

  /// An instrument; what no source defines stays nil.
  public init(
    name: String, columnNames: [String], minimum: Double, maximum: Double, caseAbove: Double? = nil,
    remissionBelow: Double? = nil, responseDrop: Double? = nil, reliableChange: Double? = nil, source: String
  ) {
    self.name = name
    self.columnNames = columnNames
    self.minimum = minimum
    self.maximum = maximum
    self.caseAbove = caseAbove
    self.remissionBelow = remissionBelow
    self.responseDrop = responseDrop
    self.reliableChange = reliableChange
    self.source = source
  }

  /// The instruments whose rules are known; symptoms run upwards in all of them.
  public static let known: [Instrument] = [
    Instrument(
      name: "PHQ-9", columnNames: ["phq9", "phq_9"], minimum: 0, maximum: 27, caseAbove: 9,
      remissionBelow: 5,
      responseDrop: 0.5,
      reliableChange: 6,
      source:
        "range and bands: Kroenke, Spitzer and Williams (2001); a first score above 9, remission below 5 and response by half: thresholds of the HEDIS "
        + "depression measures (CMS159), applied to the last visit; reliable change of 6: NHS Talking Therapies manual"
    ),
    Instrument(
      name: "GAD-7", columnNames: ["gad7", "gad_7"], minimum: 0, maximum: 21, remissionBelow: nil,
      responseDrop: nil,
      reliableChange: 4,
      source: "range: Spitzer et al. (2006); reliable change of 4: NHS Talking Therapies manual"),
    Instrument(
      name: "BDI", columnNames: ["bdi"], minimum: 0, maximum: 63, remissionBelow: nil, responseDrop: nil,
      reliableChange: nil, source: "range: Beck et al. (1961), 21 items scored 0 to 3"),
    Instrument(
      name: "PCL-5", columnNames: ["pcl5", "pcl_5"], minimum: 0, maximum: 80, remissionBelow: nil,
      responseDrop: nil,
      reliableChange: 15, source: "reliable change of 15: Marx et al. (2022), first sample"),
  ]

  /// The instrument of a name or column name, if it is known.
  public static func named(_ name: String) -> Instrument? {
    let wanted = name.lowercased()
    return known.first { $0.name.lowercased() == wanted || $0.columnNames.contains(wanted) }
  }

  /// The change from first to last as a share of the distance from first to the lowest score.
  ///
  /// Positive is improvement; nil when the first score is already the lowest.
  public func percentageChange(from first: Double, to last: Double) -> Double? {
    first > minimum ? 100 * (first - last) / (first - minimum) : nil
  }
}
