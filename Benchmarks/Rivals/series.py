"""Theil-Sen lines by scipy, exact limits by enumeration, and autoregressive lines by 50-digit arithmetic.

    python Benchmarks/Rivals/series.py R.json OUT.json

R.json is what series.R wrote; its series are taken, and everything is put into one file. The autoregressive line is the maximum of the
restricted likelihood, whose derivative in phi is brought to 0 with mpmath at 50 digits, from R's estimate.
"""

import itertools
import json
import sys
import time

import mpmath
import numpy
import scipy
from scipy import stats

mpmath.mp.dps = 50


def theil_sen(t, y):
    fit = stats.theilslopes(y, t, alpha=0.95)
    own = {"slope": fit.slope, "intercept": fit.intercept, "low": fit.low_slope, "high": fit.high_slope}
    if len(set(y)) == len(y) and len(set(t)) == len(t) and len(y) < 50:
        # Exact limits: the distribution of inversions by counting.
        counts = [1]
        for size in range(2, len(y) + 1):
            counts = [sum(counts[k - j] for j in range(size) if 0 <= k - j < len(counts))
                      for k in range(len(counts) + size - 1)]
        total, sofar, left = sum(counts), 0, None
        for k, count in enumerate(counts):
            sofar += count
            if sofar / total > 0.025:
                break
            left = k
        slopes = sorted((b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.combinations(list(zip(t, y)), 2))
        own["exact_low"] = None if left is None else slopes[left]
        own["exact_high"] = None if left is None else slopes[len(slopes) - 1 - left]
    return own


def autoregressive(t, y, regular, start):
    t, y = [mpmath.mpf(str(v)) for v in t], [mpmath.mpf(str(v)) for v in y]
    gaps = [b - a for a, b in zip(t, t[1:])]
    gap = min(gaps) if regular else sorted(gaps)[(len(t) - 1) // 2]
    steps = [mpmath.nint(g / gap) if regular else g / gap for g in gaps]

    def parts(phi):
        rows = [(mpmath.mpf(1), t[0] - t[0], y[0])]
        logdet = mpmath.mpf(0)
        for i, step in enumerate(steps):
            r = phi ** int(step) if regular else phi ** step
            root = mpmath.sqrt(1 - r * r)
            logdet += 2 * mpmath.log(root)
            rows.append(((1 - r) / root, (t[i + 1] - t[0] - r * (t[i] - t[0])) / root, (y[i + 1] - r * y[i]) / root))
        a = sum(r[0] * r[0] for r in rows)
        b = sum(r[0] * r[1] for r in rows)
        c = sum(r[1] * r[1] for r in rows)
        p = sum(r[0] * r[2] for r in rows)
        q = sum(r[1] * r[2] for r in rows)
        s = sum(r[2] * r[2] for r in rows)
        det = a * c - b * b
        slope, intercept = (a * q - b * p) / det, (c * p - b * q) / det
        df = len(t) - 2
        variance = (s - intercept * p - slope * q) / df
        criterion = df * (mpmath.log(2 * mpmath.pi * variance) + 1) + logdet + mpmath.log(det)
        return criterion, slope, mpmath.sqrt(variance * a / det), mpmath.sqrt(variance)

    derivative = lambda phi: mpmath.diff(lambda x: parts(x)[0], phi)
    phi = mpmath.findroot(derivative, (mpmath.mpf(start), mpmath.mpf(start) + mpmath.mpf("1e-6")), tol=1e-40)
    criterion, slope, error, sigma = parts(phi)
    text = lambda x: mpmath.nstr(x, 25)
    return {"phi": text(phi), "gap": text(gap), "criterion": text(criterion), "slope": text(slope), "std_err": text(error),
            "sigma": text(sigma)}


def main():
    known = json.load(open(sys.argv[1]))
    for name, case in known["cases"].items():
        t, y = case["times"], case["values"]
        case["theil_sen"] = theil_sen(t, y)
        r = case.get("autoregressive")
        if r and 1e-3 < abs(r["phi"]) < 0.999:
            # R's phi of an irregular series belongs to one unit of time.
            gaps = sorted(b - a for a, b in zip(t, t[1:]))
            start = r["phi"] if r["regular"] else r["phi"] ** gaps[(len(t) - 1) // 2]
            case["optimum"] = autoregressive(t, y, r["regular"], start)
    known["provenance"]["python"] = {
        "scipy": scipy.__version__, "mpmath": mpmath.__version__, "numpy": numpy.__version__,
        "script": "Benchmarks/Rivals/series.py", "date": time.strftime("%Y-%m-%d")}
    json.dump(known, open(sys.argv[2], "w"), indent=1)


main()
