/// The instruments that come with the package.
///
/// A number stands here only where it could be read in a source; <doc:Instruments> says what was read where, and what is
/// missing because it could not be.
enum ShippedInstruments {
  static let all: [Instrument] = depression + anxiety + psychosisAndMania + general + rangesOnly

  /// A layout of items that all have the same points, as the source of the range has it.
  static func sum(_ count: Int, _ answers: ClosedRange<Double>, _ source: String) -> ItemLayout {
    ItemLayout(count, answers: answers, source: source)
  }

  /// An instrument of which only range and items are known.
  static func plain(
    _ name: String, _ columns: [String], _ minimum: Double, _ maximum: Double, _ items: ItemLayout
  ) -> Instrument {
    Instrument(
      name, columnNames: columns, range: ScoreRange(minimum, maximum, source: items.source), items: items)
  }

  /// Ranges of sum scores: number of items times the points of an item, as the sources have them.
  private static let rangesOnly: [Instrument] = [
    plain("PHQ-8", ["phq8"], 0, 24, sum(8, 0...3, "Kroenke et al. (2009): 8 items of 0 to 3")),
    plain("PHQ-2", ["phq2"], 0, 6, sum(2, 0...3, "Kroenke, Spitzer and Williams (2003): 2 items of 0 to 3")),
    plain("GAD-2", ["gad2"], 0, 6, sum(2, 0...3, "Kroenke et al. (2007): 2 items of 0 to 3")),
    plain("CES-D", ["cesd", "cesd20"], 0, 60, sum(20, 0...3, "Radloff (1977): 20 items of 0 to 3")),
    plain("EPDS", ["epds"], 0, 30, sum(10, 0...3, "Cox, Holden and Sagovsky (1987): 10 items of 0 to 3")),
    plain(
      "HADS subscale", ["hadsa", "hadsd", "hadsanxiety", "hadsdepression"], 0, 21,
      sum(7, 0...3, "Zigmond and Snaith (1983): 7 items of 0 to 3")),
    plain("OCI-R", ["ocir"], 0, 72, sum(18, 0...4, "Foa et al. (2002): 18 items of 0 to 4")),
    plain("IES-R", ["iesr"], 0, 88, sum(22, 0...4, "Weiss and Marmar (1997): 22 items of 0 to 4")),
    plain(
      "PCL-C or PCL-S", ["pclc", "pcls"], 17, 85, sum(17, 1...5, "Weathers et al. (1993): 17 items of 1 to 5")
    ),
    plain("LSAS", ["lsas"], 0, 144, sum(48, 0...3, "Liebowitz (1987): 24 items twice of 0 to 3")),
    plain("SPIN", ["spin"], 0, 68, sum(17, 0...4, "Connor et al. (2000): 17 items of 0 to 4")),
    plain("PSWQ", ["pswq"], 16, 80, sum(16, 1...5, "Meyer et al. (1990): 16 items of 1 to 5")),
    plain("AUDIT", ["audit"], 0, 40, sum(10, 0...4, "Saunders et al. (1993): 10 items of 0 to 4")),
    plain("CORE-10", ["core10"], 0, 40, sum(10, 0...4, "Barkham et al. (2013): 10 items of 0 to 4")),
    plain("DSRS", ["birleson", "dsrs"], 0, 36, sum(18, 0...2, "Birleson (1981): 18 items of 0 to 2")),
  ]
}
