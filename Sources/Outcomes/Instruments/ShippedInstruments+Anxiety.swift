extension ShippedInstruments {
  static let anxiety: [Instrument] = [gad7, bai, pcl5, caps5, ybocs]

  private static let gad7 = Instrument(
    "GAD-7", columnNames: ["gad7"], range: ScoreRange(0, 21, source: "Spitzer et al. (2006)"),
    items: sum(7, 0...3, "Spitzer et al. (2006): 7 items of 0 to 3"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("minimal", from: 0), SeverityBand("mild", from: 5), SeverityBand("moderate", from: 10),
          SeverityBand("severe", from: 15),
        ], source: "Spitzer et al. (2006), cut points as quoted in scoring software")
    ],
    reliabilities: [
      Reliability(
        0.89, .alpha, sample: "general population, Germany 2006", people: 5030,
        source: "Loewe et al. (2008), Medical Care 46:266, abstract")
    ],
    norms: [
      ScoreNorm(
        .nonClinical, mean: 3.2, standardDeviation: 3.5, sample: "women, general population, Germany 2006",
        source: "Loewe et al. (2008), Medical Care 46:266, abstract (5030 people, 53.6% women)"),
      ScoreNorm(
        .nonClinical, mean: 2.7, standardDeviation: 3.2, sample: "men, general population, Germany 2006",
        source: "Loewe et al. (2008), Medical Care 46:266, abstract (5030 people, 53.6% women)"),
    ],
    rules: [
      ChangeRules(
        "NHS Talking Therapies", caseness: .atLeast(8), reliableChange: 4, functional: .below(8),
        source: "NHS Talking Therapies manual")
    ])

  private static let bai = Instrument(
    "BAI", columnNames: ["bai"], range: ScoreRange(0, 63, source: "Beck et al. (1988)"),
    items: sum(21, 0...3, "Beck et al. (1988): 21 items of 0 to 3"),
    bandings: [
      SeverityBanding(
        [
          SeverityBand("minimal", from: 0), SeverityBand("mild", from: 8), SeverityBand("moderate", from: 16),
          SeverityBand("severe", from: 26),
        ], source: "Beck and Steer (1993), as quoted in the outcomes report of St Patrick's (2016)")
    ],
    reliabilities: [
      Reliability(
        0.92, .alpha, sample: "the manual's",
        source: "Beck and Steer (1990), as quoted in the outcomes report of St Patrick's (2016)"),
      Reliability(
        0.75, .testRetest, sample: "the manual's",
        source: "Beck and Steer (1990), as quoted in the outcomes report of St Patrick's (2016)"),
    ])

  private static let pcl5 = Instrument(
    "PCL-5", columnNames: ["pcl5"], range: ScoreRange(0, 80, source: "Blevins et al. (2015)"),
    items: sum(20, 0...4, "Blevins et al. (2015): 20 items of 0 to 4"),
    reliabilities: [
      Reliability(
        0.94, .alpha, sample: "trauma-exposed college students", people: 278,
        source: "Blevins et al. (2015), Journal of Traumatic Stress 28:489, abstract"),
      Reliability(
        0.82, .testRetest, sample: "trauma-exposed college students",
        source: "Blevins et al. (2015), Journal of Traumatic Stress 28:489, abstract"),
    ],
    rules: [
      ChangeRules(
        "Marx 2022, sample 1", reliableChange: 15, functional: .atMost(28),
        source: "Marx et al. (2022), first sample: 198 male veterans, abstract"),
      ChangeRules(
        "Marx 2022, sample 2", reliableChange: 18, functional: .atMost(28),
        source: "Marx et al. (2022), second sample: 102 male veterans, abstract"),
    ])

  private static let caps5 = Instrument(
    "CAPS-5", columnNames: ["caps5"], range: ScoreRange(0, 80, source: "Weathers et al. (2018)"),
    items: sum(20, 0...4, "Weathers et al. (2018): 20 items of 0 to 4"),
    rules: [
      ChangeRules(
        "Marx 2022, sample 1", reliableChange: 13, functional: .atMost(8),
        source: "Marx et al. (2022), first sample: 198 male veterans, abstract"),
      ChangeRules(
        "Marx 2022, sample 2", reliableChange: 12, functional: .atMost(8),
        source: "Marx et al. (2022), second sample: 102 male veterans, abstract"),
    ])

  private static let ybocs = Instrument(
    "Y-BOCS", columnNames: ["ybocs"], range: ScoreRange(0, 40, source: "Goodman et al. (1989)"),
    items: sum(10, 0...4, "Goodman et al. (1989): 10 items of 0 to 4"),
    rules: [
      ChangeRules(
        "consensus 2016", response: 0.35, remission: .atMost(12), remissionWeeks: 1,
        source:
          "Mataix-Cols et al. (2016), World Psychiatry 15:80; the consensus also asks for a CGI rating, which the score does not hold"
      ),
      ChangeRules(
        "Farris 2013", response: 0.35, remission: .atMost(14),
        source:
          "Farris et al. (2013), Journal of Clinical Psychiatry 74:685, abstract: 288 people of four trials"),
    ])
}
