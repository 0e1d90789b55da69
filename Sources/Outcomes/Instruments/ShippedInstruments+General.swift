extension ShippedInstruments {
  static let psychosisAndMania: [Instrument] = [panss, ymrs]
  static let general: [Instrument] = [coreOM, oq45, wellBeing, wellBeingRaw, isi, wsas]

  private static let panss = Instrument(
    "PANSS", columnNames: ["panss"], range: ScoreRange(30, 210, source: "Kay, Fiszbein and Opler (1987)"),
    items: sum(30, 1...7, "Kay, Fiszbein and Opler (1987): 30 items of 1 to 7"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("less than mildly ill", from: 30), SeverityBand("mildly ill", from: 58),
          SeverityBand("moderately ill", from: 75), SeverityBand("markedly ill", from: 95),
          SeverityBand("severely ill", from: 116),
        ],
        source:
          "Leucht et al. (2005), abstract: scores that correspond to CGI ratings of 4091 people in seven trials, taken as where a band begins"
      )
    ],
    rules: [
      ChangeRules(
        "Leucht 2005", response: 0.5,
        source:
          "Leucht et al. (2005), abstract: at least 50% in acute exacerbations (25% may fit treatment-resistant people)"
      )
    ])

  private static let ymrs = Instrument(
    "YMRS", columnNames: ["ymrs"], range: ScoreRange(0, 60, source: "Young et al. (1978)"),
    items: ItemLayout(11, source: "Young et al. (1978): 7 items of 0 to 4 and 4 of 0 to 8"))

  private static let coreOM = Instrument(
    "CORE-OM", columnNames: ["coreom", "core34"],
    range: ScoreRange(0, 40, source: "CORE IMS, how CORE is used: 10 times the mean of the items"),
    items: ItemLayout(
      34, answers: 0...4, scoring: .mean(times: 10),
      prorating: Prorating(
        fewestAnswered: nil,
        source: "CORE IMS, how CORE is used: the sum of the answers divided by the questions answered"),
      source: "Evans et al. (2002): 34 items; CORE IMS: answers of 0 to 4, 10 times their mean"),
    rules: [
      ChangeRules(
        "CORE IMS", reliableChange: 5, functional: .below(10),
        source: "CORE IMS, how CORE is used: reliable change of 5 or more, clinical cut-off of 10"),
      ChangeRules(
        "Connell 2007", functional: .below(9.9),
        source: "Connell et al. (2007), abstract: 535 people of the general population against 10761 patients"
      ),
    ])

  private static let oq45 = Instrument(
    "OQ-45.2", columnNames: ["oq45", "oq452"],
    range: ScoreRange(0, 180, source: "Lambert et al. (2004): 45 items of 0 to 4"),
    items: sum(45, 0...4, "Lambert et al. (2004): 45 items of 0 to 4"),
    rules: [
      ChangeRules(
        "Timman 2017", reliableChange: 18, functional: .below(56),
        source:
          "Timman, de Jong and de Neve-Enthoven (2017), abstract: Dutch version, 1810 people of the population "
          + "and 12437 patients")
    ])

  private static let wellBeing = Instrument(
    "WHO-5", columnNames: ["who5percent", "who5percentage"],
    range: ScoreRange(0, 100, source: "Topp et al. (2015): 5 items of 0 to 5, the sum times 4"),
    direction: .higherIsBetter,
    items: ItemLayout(
      5, answers: 0...5, scoring: .mean(times: 20),
      source: "Topp et al. (2015): 5 items of 0 to 5, the sum times 4"),
    rules: [
      ChangeRules(
        "Topp 2015", caseness: .atMost(50),
        source: "Topp et al. (2015): screening for depression at 50 or less")
    ])

  private static let wellBeingRaw = Instrument(
    "WHO-5 raw score", columnNames: ["who5raw"],
    range: ScoreRange(0, 25, source: "Topp et al. (2015): 5 items of 0 to 5"), direction: .higherIsBetter,
    items: sum(5, 0...5, "Topp et al. (2015): 5 items of 0 to 5"))

  private static let isi = Instrument(
    "ISI", columnNames: ["isi"], range: ScoreRange(0, 28, source: "Bastien, Vallieres and Morin (2001)"),
    items: sum(7, 0...4, "Bastien, Vallieres and Morin (2001): 7 items of 0 to 4"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("no clinically significant insomnia", from: 0),
          SeverityBand("subthreshold insomnia", from: 8),
          SeverityBand("clinical insomnia, moderate", from: 15),
          SeverityBand("clinical insomnia, severe", from: 22),
        ], source: "the form itself (Morin), as the US Department of Veterans Affairs prints it")
    ],
    reliabilities: [
      Reliability(
        0.91, .alpha, sample: "clinical sample", source: "Morin et al. (2011), Sleep 34:601, abstract"),
      Reliability(
        0.90, .alpha, sample: "community sample", people: 959,
        source: "Morin et al. (2011), Sleep 34:601, abstract"),
    ],
    rules: [
      ChangeRules(
        "Morin 2011", caseness: .atLeast(10),
        source: "Morin et al. (2011), Sleep 34:601, abstract: optimal for insomnia in the community")
    ])

  private static let wsas = Instrument(
    "WSAS", columnNames: ["wsas"], range: ScoreRange(0, 40, source: "Mundt et al. (2002)"),
    items: sum(5, 0...8, "Mundt et al. (2002): 5 items of 0 to 8"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("subclinical", from: 0), SeverityBand("significant impairment", from: 10),
          SeverityBand("moderately severe or worse", from: 21),
        ], source: "Mundt et al. (2002), as quoted in the Rehabilitation Measures Database")
    ],
    reliabilities: [
      Reliability(
        0.73, .testRetest, sample: "patients with depression or obsessive-compulsive disorder",
        source: "Mundt et al. (2002), abstract"),
      Reliability(
        0.78, .testRetest, sample: "community mental health unit, Spanish version", people: 55,
        source: "Vazquez Morejon et al. (2021), abstract"),
    ])
}
