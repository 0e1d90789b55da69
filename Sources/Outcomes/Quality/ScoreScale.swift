import CohortTables

/// The scores that a questionnaire can give.
public struct ScoreScale: Sendable, Equatable {
  /// The usual name, such as "PHQ-9".
  public let name: String
  /// The lowest score.
  public let minimum: Double
  /// The highest score.
  public let maximum: Double
  /// The change that is more than measurement error, where a source gives it.
  public let reliableChange: Double?
  /// Where the range stands.
  public let source: String
  /// Whether `trends` and `compare` know the questionnaire, and so refuse scores outside its range.
  public let isKnownToAnalyses: Bool

  /// The scale of a questionnaire whose rules are known.
  public init(_ instrument: Instrument) {
    name = instrument.name
    minimum = instrument.minimum
    maximum = instrument.maximum
    reliableChange = instrument.reliableChange
    source = instrument.source
    isKnownToAnalyses = true
  }

  private init(_ name: String, _ range: ClosedRange<Double>, _ source: String) {
    self.name = name
    minimum = range.lowerBound
    maximum = range.upperBound
    reliableChange = nil
    self.source = source
    isKnownToAnalyses = false
  }

  /// The scale that a column's name tells, if it tells one.
  ///
  /// A name is compared without case, spaces, hyphens and underscores; names that stand for several versions of a
  /// questionnaire (such as `hamd`, or the K10 with its two ways of counting) tell nothing.
  public static func recognised(from column: String) -> ScoreScale? {
    if let instrument = Instrument.named(column) { return ScoreScale(instrument) }
    let key = column.lowercased().filter { $0.isLetter || $0.isNumber }
    if let instrument = Instrument.known.first(where: {
      $0.columnNames.contains { $0.filter { $0 != "_" } == key }
    }) {
      return ScoreScale(instrument)
    }
    return byKey[key]
  }

  private static let byKey: [String: ScoreScale] = Dictionary(
    uniqueKeysWithValues: table.flatMap { scale, keys in keys.map { ($0, scale) } })

  /// Ranges of sum scores: number of items times the points of an item, as the sources have them.
  private static let table: [(ScoreScale, [String])] = [
    (ScoreScale("BDI-II", 0...63, "Beck, Steer and Brown (1996): 21 items of 0 to 3"), ["bdi2", "bdiii"]),
    (ScoreScale("HAM-D17", 0...52, "Hamilton (1960): 17 items of 0 to 2 or 0 to 4"), ["hamd17", "hdrs17"]),
    (ScoreScale("MADRS", 0...60, "Montgomery and Asberg (1979): 10 items of 0 to 6"), ["madrs"]),
    (ScoreScale("QIDS", 0...27, "Rush et al. (2003): 9 domains of 0 to 3"), ["qids", "qids16", "qidssr16"]),
    (ScoreScale("PHQ-8", 0...24, "Kroenke et al. (2009): 8 items of 0 to 3"), ["phq8"]),
    (ScoreScale("PHQ-2", 0...6, "Kroenke, Spitzer and Williams (2003): 2 items of 0 to 3"), ["phq2"]),
    (ScoreScale("GAD-2", 0...6, "Kroenke et al. (2007): 2 items of 0 to 3"), ["gad2"]),
    (ScoreScale("CES-D", 0...60, "Radloff (1977): 20 items of 0 to 3"), ["cesd", "cesd20"]),
    (ScoreScale("EPDS", 0...30, "Cox, Holden and Sagovsky (1987): 10 items of 0 to 3"), ["epds"]),
    (
      ScoreScale("HADS subscale", 0...21, "Zigmond and Snaith (1983): 7 items of 0 to 3"),
      ["hadsa", "hadsd", "hadsanxiety", "hadsdepression"]
    ),
    (ScoreScale("BAI", 0...63, "Beck et al. (1988): 21 items of 0 to 3"), ["bai"]),
    (ScoreScale("Y-BOCS", 0...40, "Goodman et al. (1989): 10 items of 0 to 4"), ["ybocs"]),
    (ScoreScale("OCI-R", 0...72, "Foa et al. (2002): 18 items of 0 to 4"), ["ocir"]),
    (
      ScoreScale("YMRS", 0...60, "Young et al. (1978): 7 items of 0 to 4 and 4 of 0 to 8"), ["ymrs"]
    ),
    (ScoreScale("PANSS", 30...210, "Kay, Fiszbein and Opler (1987): 30 items of 1 to 7"), ["panss"]),
    (ScoreScale("IES-R", 0...88, "Weiss and Marmar (1997): 22 items of 0 to 4"), ["iesr"]),
    (ScoreScale("PCL-C or PCL-S", 17...85, "Weathers et al. (1993): 17 items of 1 to 5"), ["pclc", "pcls"]),
    (ScoreScale("CAPS-5", 0...80, "Weathers et al. (2018): 20 items of 0 to 4"), ["caps5"]),
    (ScoreScale("LSAS", 0...144, "Liebowitz (1987): 24 items twice of 0 to 3"), ["lsas"]),
    (ScoreScale("SPIN", 0...68, "Connor et al. (2000): 17 items of 0 to 4"), ["spin"]),
    (ScoreScale("PSWQ", 16...80, "Meyer et al. (1990): 16 items of 1 to 5"), ["pswq"]),
    (ScoreScale("ISI", 0...28, "Bastien, Vallieres and Morin (2001): 7 items of 0 to 4"), ["isi"]),
    (ScoreScale("AUDIT", 0...40, "Saunders et al. (1993): 10 items of 0 to 4"), ["audit"]),
    (ScoreScale("WSAS", 0...40, "Mundt et al. (2002): 5 items of 0 to 8"), ["wsas"]),
    (ScoreScale("CORE-10", 0...40, "Barkham et al. (2013): 10 items of 0 to 4"), ["core10"]),
    (
      ScoreScale("DSRS", 0...36, "Birleson (1981): 18 items of 0 to 2"), ["birleson", "dsrs"]
    ),
  ]
}
