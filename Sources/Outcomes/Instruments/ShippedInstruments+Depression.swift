extension ShippedInstruments {
  static let depression: [Instrument] = [phq9, hamd17, madrs, bdi2, bdi, qidsSelfReport, qids]

  private static let metapsy =
    "computed from the Metapsy database of psychotherapies for depression (data-depression-psyctr 24), arms weighted by size; "
    + "trials choose people by their score, so the deviation is smaller than that of a service"

  private static let phq9 = Instrument(
    "PHQ-9", columnNames: ["phq9"],
    range: ScoreRange(0, 27, source: "Kroenke, Spitzer and Williams (2001)"),
    items: sum(9, 0...3, "Kroenke, Spitzer and Williams (2001): 9 items of 0 to 3"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("none or minimal", from: 0), SeverityBand("mild", from: 5),
          SeverityBand("moderate", from: 10), SeverityBand("moderately severe", from: 15),
          SeverityBand("severe", from: 20),
        ], source: "Kroenke, Spitzer and Williams (2001), abstract")
    ],
    reliabilities: [
      Reliability(
        0.89, .alpha, sample: "primary care",
        source: "Kroenke, Spitzer and Williams (2001), as quoted by Flygare"),
      Reliability(
        0.892, .alpha, sample: "major depression, psychiatric hospital, China", people: 109,
        source: "Sun et al. (2020), BMC Psychiatry 20:474, abstract"),
      Reliability(
        0.737, .testRetest, sample: "major depression, psychiatric hospital, China, after 2 weeks",
        people: 54,
        source: "Sun et al. (2020), BMC Psychiatry 20:474, abstract"),
    ],
    norms: [
      ScoreNorm(
        .nonClinical, mean: 3.1, standardDeviation: 3.5,
        sample: "women, general population, Germany 2003-2008",
        source: "Kocalevent, Hinz and Braehler (2013), abstract (5018 people, 53.6% women)"),
      ScoreNorm(
        .nonClinical, mean: 2.7, standardDeviation: 3.5, sample: "men, general population, Germany 2003-2008",
        source: "Kocalevent, Hinz and Braehler (2013), abstract (5018 people, 53.6% women)"),
      ScoreNorm(
        .clinical, mean: 14.30, standardDeviation: 4.29, sample: "164 trial arms before psychotherapy",
        source: metapsy),
    ],
    rules: [
      ChangeRules(
        "HEDIS", caseness: .above(9), response: 0.5, remission: .below(5),
        source: "thresholds of the HEDIS depression measures (CMS159), applied to the visit at hand"),
      ChangeRules(
        "NHS Talking Therapies", caseness: .atLeast(10), reliableChange: 6, functional: .below(10),
        source: "NHS Talking Therapies manual"),
    ])

  private static let hamd17 = Instrument(
    "HAM-D17", columnNames: ["hamd17", "hdrs17", "hrsd17"],
    range: ScoreRange(0, 52, source: "Hamilton (1960)"),
    items: ItemLayout(17, source: "Hamilton (1960): 17 items of 0 to 2 or 0 to 4"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("none", from: 0), SeverityBand("mild", from: 8), SeverityBand("moderate", from: 14),
          SeverityBand("severe", from: 20), SeverityBand("very severe", from: 26),
        ], source: "table of interpretation at ids-qids.org, adapted from Rush et al. (2003)"),
      SeverityBanding(
        [
          SeverityBand("mild or less", from: 0), SeverityBand("moderate", from: 17),
          SeverityBand("severe", from: 24),
        ],
        source:
          "Zimmerman et al. (2013), abstract: 627 outpatients with major depression against CGI severity"),
    ],
    reliabilities: [
      Reliability(
        0.789, .alpha, sample: "pooled over studies 1960-2008, all versions",
        source: "Trajkovic et al. (2011), abstract"),
      Reliability(
        0.937, .interRater, sample: "pooled over studies 1960-2008, all versions, intraclass correlation",
        source: "Trajkovic et al. (2011), abstract"),
      Reliability(
        0.95, .interRater, sample: "primary care, standardised interview, intraclass correlation", people: 42,
        source: "Morriss et al. (2008), abstract"),
    ],
    rules: [
      ChangeRules(
        "Frank 1991", remission: .atMost(7),
        source:
          "Frank et al. (1991), as reviewed since: remission is usually a score of 7 or less; the durations of the paper are not set"
      )
    ])

  private static let madrs = Instrument(
    "MADRS", columnNames: ["madrs"], range: ScoreRange(0, 60, source: "Montgomery and Asberg (1979)"),
    items: sum(10, 0...6, "Montgomery and Asberg (1979): 10 items of 0 to 6"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("no symptoms", from: 0), SeverityBand("mild", from: 7),
          SeverityBand("moderate", from: 20),
          SeverityBand("severe", from: 35),
        ], source: "Snaith et al. (1986), as quoted by McDowell, Measuring Health")
    ],
    reliabilities: [
      Reliability(
        0.86, .alpha, sample: "depressed patients", people: 151,
        source: "as quoted by McDowell, Measuring Health; 0.61 has been found too")
    ],
    rules: [
      ChangeRules(
        "Hawley 2002", remission: .below(10),
        source: "Hawley, Gale and Sivakumaran (2002), abstract: 684 patients against CGI severity")
    ])

  private static let bdi2 = Instrument(
    "BDI-II", columnNames: ["bdi2", "bdiii"],
    range: ScoreRange(0, 63, source: "Beck, Steer and Brown (1996)"),
    items: sum(21, 0...3, "Beck, Steer and Brown (1996): 21 items of 0 to 3"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("minimal", from: 0), SeverityBand("mild", from: 14),
          SeverityBand("moderate", from: 20),
          SeverityBand("severe", from: 29),
        ], source: "Beck, Steer and Brown (1996), as quoted in reviews of the test")
    ],
    reliabilities: [
      Reliability(
        0.92, .alpha, sample: "psychiatric outpatients",
        source: "Beck, Steer and Brown (1996), as quoted in the test reviews of Arbisi and of Farmer"),
      Reliability(
        0.93, .testRetest, sample: "outpatients of one clinic, after 1 week", people: 26,
        source: "Beck, Steer and Brown (1996), as quoted in the test reviews of Arbisi and of Farmer"),
      Reliability(
        0.93, .alpha, sample: "college students",
        source: "Beck, Steer and Brown (1996), as quoted in the test reviews of Arbisi and of Farmer"),
      Reliability(
        0.91, .alpha, sample: "psychiatric outpatients", people: 140,
        source: "Beck, Steer, Ball and Ranieri (1996), abstract"),
    ],
    norms: [
      ScoreNorm(
        .clinical, mean: 26.3, standardDeviation: 8.7, sample: "trial arms before psychotherapy",
        source: metapsy)
    ])

  private static let bdi = Instrument(
    "BDI", columnNames: ["bdi"],
    range: ScoreRange(0, 63, source: "Beck et al. (1961), 21 items scored 0 to 3"),
    items: sum(21, 0...3, "Beck et al. (1961), 21 items scored 0 to 3"),
    norms: [
      ScoreNorm(
        .clinical, mean: 23.2, standardDeviation: 7.6, sample: "trial arms before psychotherapy",
        source: metapsy)
    ])

  private static let qidsSelfReport = Instrument(
    "QIDS-SR16", columnNames: ["qidssr16", "qidssr"],
    range: ScoreRange(0, 27, source: "Rush et al. (2003): 9 domains of 0 to 3"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("none", from: 0), SeverityBand("mild", from: 6), SeverityBand("moderate", from: 11),
          SeverityBand("severe", from: 16), SeverityBand("very severe", from: 21),
        ], source: "table of interpretation at ids-qids.org, adapted from Rush et al. (2003)")
    ],
    reliabilities: [
      Reliability(
        0.86, .alpha, sample: "outpatients with chronic major depression", people: 596,
        source: "Rush et al. (2003), Biological Psychiatry 54:573, abstract")
    ])

  private static let qids = Instrument(
    "QIDS", columnNames: ["qids", "qids16"],
    range: ScoreRange(0, 27, source: "Rush et al. (2003): 9 domains of 0 to 3"))
}
