import Estimation

// Expectations cannot take spans: the same by arrays.

func mannKendall(_ times: [Double], _ values: [Double]) -> MannKendallTest {
  MannKendallTest(times: times.span, values: values.span)
}

func theilSen(
  _ times: [Double], _ values: [Double], limits: TheilSenLine.Limits = .exactWherePossible
) -> TheilSenLine? {
  TheilSenLine(times: times.span, values: values.span, limits: limits)
}

func robustLine(_ times: [Double], _ values: [Double], _ weighting: RobustWeighting) -> RobustLine? {
  RobustLine(times: times.span, values: values.span, weighting: weighting)
}

func autoregressiveLine(_ times: [Double], _ values: [Double]) -> AutoregressiveLine? {
  AutoregressiveLine(times: times.span, values: values.span)
}

func variability(_ values: [Double]) -> SeriesVariability? { SeriesVariability(values.span) }

func earlyWarning(_ values: [Double]) -> EarlyWarning? { EarlyWarning(values.span) }
