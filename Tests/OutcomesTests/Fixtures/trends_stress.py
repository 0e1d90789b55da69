"""Least-squares lines in 50-digit arithmetic -> trends_stress.json. Needs mpmath; run from this folder.

The data are doubles, read as the exact numbers that they are: what is computed here is what the
program is given, not the decimals that a reader sees.
"""

import datetime
import json

import mpmath

mpmath.mp.dps = 50


def line(times, scores):
    n = len(times)
    t = [mpmath.mpf(x) for x in times]
    y = [mpmath.mpf(x) for x in scores]
    mt, my = mpmath.fsum(t) / n, mpmath.fsum(y) / n
    stt = mpmath.fsum((a - mt) ** 2 for a in t)
    syy = mpmath.fsum((a - my) ** 2 for a in y)
    sty = mpmath.fsum((a - mt) * (b - my) for a, b in zip(t, y))
    slope = sty / stt
    residual = mpmath.fsum((b - my - slope * (a - mt)) ** 2 for a, b in zip(t, y))
    df = n - 2
    sigma = mpmath.sqrt(residual / df)
    error = sigma / mpmath.sqrt(stt)
    statistic = slope / error
    # Two-sided tail of t as a regularised incomplete beta function.
    p = mpmath.betainc(mpmath.mpf(df) / 2, mpmath.mpf(1) / 2, 0, df / (df + statistic**2), regularized=True)
    week = mpmath.mpf(1) / 7
    text = lambda x: mpmath.nstr(x, 25)
    return {
        "times": [float(x) for x in times], "scores": [float(x) for x in scores],
        "slope": text(slope / week), "std_err": text(error / week), "t": text(statistic), "df": df,
        "p": text(p), "r_squared": text(1 - residual / syy), "sigma": text(sigma),
    }


cases = {
    # Days since 1970 and scores far from 0: everything of interest is in the last digits.
    "epoch_offset": line([20000.25, 20000.5, 20001.0], [1e9 + 12, 1e9 + 9, 1e9 + 7]),
    "epoch_offset_five": line(
        [20000.125, 20000.25, 20000.5, 20000.75, 20001.0], [1e9 + 14, 1e9 + 15, 1e9 + 9, 1e9 + 11, 1e9 + 2]),
    # Decimal times are not exact doubles.
    "epoch_decimal": line([19999.1, 19999.2, 19999.7], [12, 9, 7]),
    # Nearly a line: R squared 1 - 1e-6 and 1 - 2e-10.
    "near_line": line([0, 1, 2, 3, 4], [20, 18.01, 16, 13.99, 12]),
    "very_near_line": line([0, 1, 2, 3, 4], [20, 18.0001, 16, 13.9999, 12]),
    # No trend at all.
    "flat_noise": line([0, 1, 2, 3], [5, 6, 6, 5.001]),
}

with open("trends_stress.json", "w") as file:
    json.dump(
        {
            "provenance": {
                "software": "Python mpmath", "version": mpmath.__version__, "digits": mpmath.mp.dps,
                "generator": "trends_stress.py", "date": datetime.date.today().isoformat(),
                "notes": "times in days, slope and std_err per week",
            },
            "cases": cases,
        },
        file, indent=1)
    file.write("\n")
