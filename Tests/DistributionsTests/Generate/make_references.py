"""Writes the high-precision reference values of Tests/DistributionsTests/Fixtures.

Run from the project's root: python3 Tests/DistributionsTests/Generate/make_references.py [name ...]
Needs mpmath 1.3. Arguments of a case are doubles, written shortest round-trip; the values are those
of the exact double arguments, to 25 significant digits, as decimal strings. Nothing here uses the
formulas of Sources/Distributions: the tails are continued fractions and series at 50 digits,
or direct quadrature of densities.
"""
import datetime
import json
import pathlib
import platform
import sys

import mpmath as mp

mp.mp.dps = 50
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures"


def text(value):
    return mp.nstr(mp.mpf(value), 25, min_fixed=0, max_fixed=0)


def write(name, call, cases):
    provenance = {
        "software": "mpmath",
        "version": mp.__version__,
        "python": platform.python_version(),
        "call": call,
        "date": datetime.date.today().isoformat(),
        "digits": 25,
    }
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    document = '{"provenance": %s,\n"cases": [\n%s\n]}\n' % (json.dumps(provenance), lines)
    (FOLDER / (name + ".json")).write_text(document)
    print(name, len(cases))


def case(parameters, x, density, lower, upper):
    return {
        "parameters": [repr(float(p)) for p in parameters],
        "x": repr(float(x)),
        "density": text(density),
        "lower": text(lower),
        "upper": text(upper),
    }


def continued_fraction(term, first):
    """first + a1/(b1 + a2/(b2 + ...)) by Lentz's method, where term(n) is (a_n, b_n)."""
    tiny, tolerance = mp.mpf(10) ** -500, mp.mpf(10) ** -(mp.mp.dps - 3)
    value = first if first != 0 else tiny
    c, d, n = value, mp.mpf(0), 1
    while True:
        a, b = term(n)
        d = 1 / (b + a * d or tiny)
        c = b + a / c or tiny
        change = c * d
        value *= change
        if abs(change - 1) < tolerance:
            return value
        n += 1


def beta_sides(a, b, x, y):
    """I_x(a, b) and its complement, where y = 1 - x is given apart so that neither side cancels."""
    log_scale = a * mp.log(x) + b * mp.log(y) - (mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b))

    # DLMF 8.17.22, which converges fast for x < (a + 1) / (a + b + 2).
    def side(a, b, x):
        def term(n):
            m = n // 2
            if n % 2 == 0:
                return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), mp.mpf(1)
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), mp.mpf(1)

        return mp.exp(log_scale) / a / continued_fraction(term, mp.mpf(1))

    if x <= (a + 1) / (a + b + 2):
        lower = side(a, b, x)
        return lower, 1 - lower
    upper = side(b, a, y)
    return 1 - upper, upper


def normal():
    cases = []
    for mean, sd in [(0, 1), (3.25, 0.7)]:
        for x in [-38, -37.5, -30.1, -20, -12.3, -8, -5, -3.3, -1.96, -1, -0.3, -1e-3, -1e-10, 0, 1e-7,
                  0.1, 0.67, 1.5, 2.575829, 4, 6.6, 9.5, 15, 25, 33.3, 37.2, 38]:
            z = (mp.mpf(float(x)) - mp.mpf(float(mean))) / mp.mpf(float(sd))
            cases.append(case((mean, sd), x, mp.npdf(z) / mp.mpf(float(sd)),
                              mp.erfc(-z / mp.sqrt(2)) / 2, mp.erfc(z / mp.sqrt(2)) / 2))
    write("normal", "erfc(-z/sqrt 2)/2, erfc(z/sqrt 2)/2, npdf", cases)


def t_upper(v, x):
    if x == 0:
        return mp.mpf(1) / 2
    x2 = x * x
    lower, upper = beta_sides(v / 2, mp.mpf(1) / 2, v / (v + x2), x2 / (v + x2))
    return lower / 2


def student_t():
    cases = []
    for v in [0.5, 1, 1.5, 2, 3, 4.7, 7, 10, 23.4, 30, 100, 345.6, 1000, 1e4, 123456.7, 1e6]:
        v_ = mp.mpf(v)
        xs = [0, 1e-8, 0.01, 0.5, 1, 1.96, 3.3, 6, 10, 30]
        for target in ["1e-10", "1e-20", "1e-50", "1e-100", "1e-200", "1e-300"]:
            if v < 1 and target in ("1e-200", "1e-300"):
                continue  # the argument itself would overflow
            log_target = mp.log(mp.mpf(target))
            low, high = mp.mpf(-5), mp.mpf(700)  # of log x
            for _ in range(40):
                middle = (low + high) / 2
                mp.mp.dps = 15
                above = mp.log(t_upper(v_, mp.exp(middle))) > log_target
                mp.mp.dps = 50
                low, high = (middle, high) if above else (low, middle)
            xs.append(float(mp.exp(low)))
        for x in xs:
            for sign in (1, -1):
                if x == 0 and sign < 0:
                    continue
                x_ = mp.mpf(x)
                upper = t_upper(v_, x_)
                density = mp.exp(mp.loggamma((v_ + 1) / 2) - mp.loggamma(v_ / 2)
                                 - (v_ + 1) / 2 * mp.log1p(x_ * x_ / v_)) / mp.sqrt(mp.pi * v_)
                sides = (1 - upper, upper) if sign > 0 else (upper, 1 - upper)
                cases.append(case((v,), sign * x, density, *sides))
    write("student_t", "incomplete beta function by continued fraction (DLMF 8.17.22), a = v/2, b = 1/2", cases)


def f_distribution():
    cases = []
    for m, n in [(1, 1), (1, 30), (2, 5), (3, 12.4), (4.5, 0.8), (6, 250), (10, 1e5), (50, 60), (200, 3),
                 (1000, 1000), (0.3, 7)]:
        for x in [1e-12, 1e-6, 1e-3, 0.05, 0.4, 0.9, 1, 1.3, 2.5, 5, 12, 40, 300, 1e4, 1e8]:
            m_, n_, x_ = mp.mpf(float(m)), mp.mpf(float(n)), mp.mpf(x)
            p, q = m_ * x_ / (m_ * x_ + n_), n_ / (m_ * x_ + n_)
            lower, upper = beta_sides(m_ / 2, n_ / 2, p, q)
            density = mp.exp(m_ / 2 * mp.log(p) + n_ / 2 * mp.log(q) - mp.log(mp.beta(m_ / 2, n_ / 2))) / x_
            if min(lower, upper) > mp.mpf("1e-305") and density > mp.mpf("1e-305"):
                cases.append(case((m, n), x, density, lower, upper))
    write("f", "incomplete beta function at mx/(mx+n) by continued fraction (DLMF 8.17.22)", cases)


def beta():
    cases = []
    for a, b in [(0.01, 0.01), (0.01, 3), (0.5, 0.5), (1e-4, 2), (1, 1), (2, 5), (3.3, 0.2), (30, 40),
                 (500, 2), (1234.5, 4321), (1e5, 1e5), (0.5, 1e6)]:
        mean = a / (a + b)
        spread = (mean * (1 - mean) / (a + b + 1)) ** 0.5
        xs = {1e-300, 1e-30, 1e-8, 0.001, 0.1, 0.3, 0.5, 0.8, 0.99, 1 - 1e-9}
        xs |= {mean + k * spread for k in (-12, -6, -3, -1, 0.2, 2, 5, 10)}
        for x in sorted(xs):
            if not 0 < x < 1:
                continue
            a_, b_, x_ = mp.mpf(float(a)), mp.mpf(float(b)), mp.mpf(x)
            lower, upper = beta_sides(a_, b_, x_, 1 - x_)
            density = mp.exp((a_ - 1) * mp.log(x_) + (b_ - 1) * mp.log1p(-x_) + mp.loggamma(a_ + b_)
                             - mp.loggamma(a_) - mp.loggamma(b_))
            if min(lower, upper) > mp.mpf("1e-305") and mp.mpf("1e-305") < density < mp.mpf("1e300"):
                cases.append(case((a, b), x, density, lower, upper))
    write("beta", "incomplete beta function by continued fraction (DLMF 8.17.22)", cases)


def gamma_sides(a, x):
    """P(a, x) and Q(a, x): the series below the mode (DLMF 8.7.1), the continued fraction above (8.9.2)."""
    scale = mp.exp(a * mp.log(x) - x - mp.loggamma(a))
    if x < a + 1:
        total = term = 1 / a
        n = 1
        while term > total * mp.mpf(10) ** -55:
            term *= x / (a + n)
            total += term
            n += 1
        return scale * total, 1 - scale * total
    fraction = continued_fraction(lambda n: (n * (a - n), x + 2 * n + 1 - a), x + 1 - a)
    return 1 - scale / fraction, scale / fraction


def gamma_xs(shape):
    mean, spread = shape, shape**0.5
    xs = {shape * f for f in (1e-9, 1e-3, 0.05, 0.3, 0.8, 1, 1.1, 1.7, 3, 10, 60)}
    xs |= {mean + k * spread for k in (-14, -8, -4, -2, -0.5, 0.5, 1, 3, 6, 12, 25)}
    return sorted(x for x in xs if x > 0)


def gamma_cases(label, settings, call):
    cases = []
    for parameters, shape, scale in settings:
        for g in gamma_xs(shape):
            x = float(g * scale)
            a, s, x_ = mp.mpf(float(shape)), mp.mpf(float(scale)), mp.mpf(x)
            lower, upper = gamma_sides(a, x_ / s)
            density = mp.exp((a - 1) * mp.log(x_ / s) - x_ / s - mp.loggamma(a)) / s
            if min(lower, upper) > mp.mpf("1e-305") and density > mp.mpf("1e-305"):
                cases.append(case(parameters, x, density, lower, upper))
    write(label, call, cases)


def gamma():
    gamma_cases("gamma", [((a, s), a, s) for a, s in [
        (0.001, 1), (0.1, 2.5), (0.5, 1), (1, 3), (2.5, 0.01), (17, 1), (300.7, 4), (1e4, 1), (2e5, 0.3)]],
        "incomplete gamma function by series and continued fraction (DLMF 8.7.1, 8.9.2)")


def chi_squared():
    gamma_cases("chi_squared", [((v,), v / 2, 2) for v in [0.1, 1, 2, 3, 5.5, 10, 44, 200, 3000, 1e5]],
                "incomplete gamma function by series and continued fraction (DLMF 8.7.1, 8.9.2)")


def binomial():
    cases = []
    for n, p in [(1, 0.3), (10, 0.5), (25, 0.01), (100, 0.97), (1000, 0.2), (50000, 0.001), (10**6, 0.5),
                 (10**6, 1e-5)]:
        p_ = mp.mpf(p)
        mean, spread = n * p, (n * p * (1 - p)) ** 0.5
        ks = {0, 1, n // 2, n - 1, n} | {round(mean + j * spread) for j in (-30, -10, -5, -1, 0, 1, 3, 7, 15, 35)}
        for k in sorted(k for k in ks if 0 <= k <= n):
            mass = mp.exp(mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
                          + k * mp.log(p_) + (n - k) * mp.log1p(-p_))
            if k == n:
                lower, upper = mp.mpf(1), mp.mpf(0)
            else:
                lower, upper = beta_sides(mp.mpf(n - k), mp.mpf(k + 1), 1 - p_, p_)
            if mass > mp.mpf("1e-305") and lower > mp.mpf("1e-305") and (upper > mp.mpf("1e-305") or k == n):
                cases.append(case((n, p), k, mass, lower, upper))
    write("binomial", "incomplete beta function I_{1-p}(n-k, k+1) by continued fraction (DLMF 8.17.22)", cases)


def poisson():
    cases = []
    for mean in [1e-5, 0.3, 1, 4.5, 33.3, 1000, 123456.7, 1e7]:
        m = mp.mpf(mean)
        ks = {0, 1, 2, 5} | {round(mean + j * mean**0.5) for j in (-30, -12, -5, -1, 0, 1, 3, 8, 15, 35)}
        for k in sorted(k for k in ks if k >= 0):
            mass = mp.exp(k * mp.log(m) - m - mp.loggamma(k + 1))
            if mass < mp.mpf("1e-305"):
                continue
            # P(K > k) = P(k + 1, m), the regularised lower incomplete gamma function.
            upper, lower = gamma_sides(mp.mpf(k + 1), m)
            if min(lower, upper) > mp.mpf("1e-305"):
                cases.append(case((mean,), k, mass, lower, upper))
    write("poisson", "incomplete gamma function by series and continued fraction (DLMF 8.7.1, 8.9.2)", cases)


def gauss_nodes(order=60):
    nodes = []
    for i in range(order):
        x = mp.cos(mp.pi * (i + mp.mpf(3) / 4) / (order + mp.mpf(1) / 2))
        for _ in range(60):
            previous, current = mp.mpf(1), x
            for k in range(2, order + 1):
                previous, current = current, ((2 * k - 1) * x * current - (k - 1) * previous) / k
            slope = order * (x * current - previous) / (x * x - 1)
            step = current / slope
            x -= step
            if abs(step) < mp.mpf(10) ** (5 - mp.mp.dps):
                break
        nodes.append((x, 2 / ((1 - x * x) * slope * slope)))
    return nodes


def integral(function, low, high, panels, nodes):
    width = (high - low) / panels
    return sum(weight * function(low + width * (i + (1 + x) / 2)) for i in range(panels)
               for x, weight in nodes) * width / 2


def noncentral_t():
    """Owen's integral in the other order: P(T > t) as an integral over the numerator z of a chi-squared tail.

    For t > 0: P(T > t) = int_0^inf phi(z - delta) P(df / 2, df z^2 / (2 t^2)) dz; the implementation integrates
    normal tails over the scale instead.
    """
    mp.mp.dps = 30
    nodes = gauss_nodes(40)
    cases = []
    for v, delta in [(1, 0.5), (2.5, -1), (4, 2), (10, 0), (12.3, 3.7), (29, -6), (60, 1.2), (400, 10), (5000, 2.8)]:
        v_, d = mp.mpf(float(v)), mp.mpf(float(delta))
        for x in [-40.0, -12.0, -5.0, -2.2, -0.7, 0.3, 1.7, 4.1, 9.0, 25.0, 300.0]:
            sign = 1 if x > 0 else -1
            # By reflection the outer side is P(T' > |x|) with noncentrality sign * delta.
            shift, t = sign * d, mp.mpf(abs(x))
            ratio = v_ / (2 * t * t)

            def outer_kernel(z):
                lower, _ = gamma_sides(v_ / 2, ratio * z * z)
                return mp.npdf(z - shift) * lower

            def inner_kernel(z):
                _, upper = gamma_sides(v_ / 2, ratio * z * z)
                return mp.npdf(z - shift) * upper

            high = max(shift, 0) + 3 * t + 26 if shift < 0 else shift + 3 * t + 16
            high = min(high, max(shift, 0) + 34)
            # The chi-squared tail is a step at z = t of relative width 1 / sqrt(2 df).
            reach = 12 / mp.sqrt(2 * v_)
            cuts = [mp.mpf(0), min(high, max(mp.mpf(0), t * (1 - reach))), min(high, t * (1 + reach)), high]

            def composite(kernel):
                total = mp.mpf(0)
                for low, top in zip(cuts, cuts[1:]):
                    # Near 0 the chi-squared tail is z^df, which no polynomial follows: halve towards it.
                    fine = graded(low, top, mp.mpf(10) ** -5, 8)
                    total += sum(integral(kernel, a, b, 1, nodes) for a, b in zip(fine, fine[1:]) if a < b)
                return total

            outer = composite(outer_kernel)
            inner = mp.ncdf(-shift) + composite(inner_kernel)
            assert abs(outer + inner - 1) < mp.mpf("1e-18"), (v, delta, x, outer + inner - 1)
            # Density by Student's moment integral: C exp(-delta^2/2) int y^v exp(-y^2/2 + m y) dy,
            # m = delta x / sqrt(v + x^2).
            m = d * mp.mpf(x) / mp.sqrt(v_ + mp.mpf(x) ** 2)
            top = (m + mp.sqrt(m * m + 4 * v_)) / 2
            log_top = v_ * mp.log(top) - top * top / 2 + m * top
            moment = integral(lambda y: mp.exp(v_ * mp.log(y) - y * y / 2 + m * y - log_top) if y > 0 else mp.mpf(0),
                              max(mp.mpf(0), top - 14), top + 14, 40, nodes)
            density = mp.exp(log_top - d * d / 2 + v_ / 2 * mp.log(v_) - (v_ + 1) / 2 * mp.log(v_ + mp.mpf(x) ** 2)
                             - mp.loggamma(v_ / 2) - (v_ - 1) / 2 * mp.log(2)) * moment / mp.sqrt(mp.pi)
            sides = (inner, outer) if sign > 0 else (outer, inner)
            if min(sides) > mp.mpf("1e-60"):
                cases.append(case((v, delta), x, density, *sides))
    mp.mp.dps = 50
    write("noncentral_t", "int phi(z - delta) P(df/2, df z^2 / (2 t^2)) dz by composite Gauss-Legendre, 30 digits",
          cases)


def graded(low, high, smallest, panels):
    """Cuts of low...high into equal panels; from 0 the first is halved until it is below the smallest."""
    cuts = [low + (high - low) * i / panels for i in range(panels + 1)]
    while low == 0 and cuts[1] > smallest:
        cuts.insert(1, cuts[1] / 2)
    return cuts


def scale_nodes(v, nodes, panels=6, point=1):
    """Nodes s and weights (density included) for the expectation over S with v S^2 chi-squared on v.

    A kernel in point * s turns where s is about 1 / point, so panels from 0 are graded down to there.
    """
    if mp.isinf(v):
        return [(mp.mpf(1), mp.mpf(1))]
    sigma = 1 / mp.sqrt(2 * v)
    low, high = max(mp.mpf(0), 1 - 14 * sigma), 1 + 14 * sigma
    constant = mp.log(2) + v / 2 * mp.log(v / 2) - mp.loggamma(v / 2)
    result = []
    cuts = graded(low, high, 4 / mp.mpf(point), panels)
    for left, right in zip(cuts, cuts[1:]):
        for x, weight in nodes:
            s = left + (right - left) * (1 + x) / 2
            density = mp.exp(constant + (v - 1) * mp.log(s) - v * s * s / 2)
            result.append((s, density * weight * (right - left) / 2))
    assert abs(sum(w for _, w in result) - 1) < mp.mpf("1e-19"), v
    return result


def studentized_range():
    """Hartley's form of the range, (2 Phi(w/2) - 1)^k + 2k int_{w/2}^inf phi(z) (Phi(z) - Phi(z - w))^(k-1) dz."""
    mp.mp.dps = 28
    nodes = gauss_nodes(40)
    cases = []
    for k, v, qs in [(2, 7, [1, 12]), (3, 5, [0.4, 4.6, 40]), (3, mp.inf, [3.3, 8.5]), (4, 1, [8, 1000]),
                     (4, 20, [0.05, 3.96, 12]), (6, 60, [2.5, 4.16, 9.5]), (10, 12.5, [5, 15]), (5, 500, [3.9, 8]),
                     (30, 40, [3, 5.9])]:
        v_ = mp.mpf(float(v))
        for q in qs:
            q_ = mp.mpf(float(q))
            scale = scale_nodes(v_, nodes, point=q_)
            lower = upper = mp.mpf(0)
            for s, weight in scale:
                if weight < mp.mpf("1e-32"):
                    continue
                w = q_ * s
                centre = 2 * mp.ncdf(w / 2) - 1
                inner = integral(lambda z: mp.npdf(z) * (mp.ncdf(z) - mp.ncdf(z - w)) ** (k - 1), w / 2,
                                 w / 2 + 13, 3, nodes)
                value = centre**k + 2 * k * inner
                lower += weight * value
                upper += weight * (1 - value)
            cases.append({"groups": k, "df": "inf" if mp.isinf(v_) else repr(float(v)), "q": repr(float(q)),
                          "lower": text(lower), "upper": text(upper)})
            print(cases[-1], flush=True)
    mp.mp.dps = 50
    write("studentized_range", "Hartley's form by composite Gauss-Legendre, scale by Gauss-Legendre in s, 28 digits",
          cases)


def plackett_box(correlation, a, b, nodes):
    """P(a_i < X_i < b_i) for up to three normals: Plackett's derivative integrated along t R, t in 0...1."""
    n = len(a)
    value = mp.mpf(1)
    for i in range(n):
        value *= mp.ncdf(b[i]) - mp.ncdf(a[i])
    infinite = [mp.isinf(x) for x in a]

    def derivative(t):
        total = mp.mpf(0)
        for i in range(n):
            for j in range(i):
                rho = t * correlation[i][j]
                square = 1 - rho * rho
                for x, sx in ((a[i], -1), (b[i], 1)):
                    for y, sy in ((a[j], -1), (b[j], 1)):
                        if mp.isinf(x) or mp.isinf(y):
                            continue
                        term = mp.exp(-(x * x - 2 * rho * x * y + y * y) / (2 * square)) / (2 * mp.pi * mp.sqrt(square))
                        if n == 3:
                            k = 3 - i - j
                            ri, rj = t * correlation[i][k], t * correlation[j][k]
                            bi, bj = (ri - rho * rj) / square, (rj - rho * ri) / square
                            mean = bi * x + bj * y
                            sd = mp.sqrt(1 - bi * ri - bj * rj)
                            term *= mp.ncdf((b[k] - mean) / sd) - (
                                0 if infinite[k] else mp.ncdf((a[k] - mean) / sd))
                        total += sx * sy * correlation[i][j] * term
        return total

    # t = 1 - (1 - r)^2 takes the square-root behaviour at t = 1 away when the matrix is nearly singular there.
    panels = 6 if n == 2 else 1
    return value + integral(lambda r: derivative(1 - (1 - r) ** 2) * 2 * (1 - r), mp.mpf(0), mp.mpf(1), panels, nodes)


def maxima(label, settings, box, nodes):
    cases = []
    for correlation, v, cs in settings:
        exact = [[mp.mpf(float(r)) for r in row] for row in correlation]
        v_ = mp.mpf(float(v))
        for c in cs:
            scale = scale_nodes(v_, nodes, 4 if not mp.isinf(v_) and v_ > 30 else 6, c)
            tails = {}
            for side in ("two", "one"):
                outside = mp.mpf(0)
                for s, weight in scale:
                    if weight < mp.mpf("1e-30"):
                        continue
                    outside += weight * (1 - box(exact, c * s, side, nodes))
                tails[side] = text(outside)
            cases.append({"correlation": [[repr(float(r)) for r in row] for row in correlation],
                          "df": "inf" if mp.isinf(v_) else repr(float(v)), "c": repr(float(c)),
                          "twoSided": tails["two"], "oneSided": tails["one"]})
            print(label, v, c, tails, flush=True)
    return cases


def multivariate_t_plackett():
    mp.mp.dps = 26

    def block(exact, c, side, nodes):
        low = -c if side == "two" else -mp.inf
        if len(exact) <= 3:
            return plackett_box(exact, [low] * len(exact), [c] * len(exact), nodes)
        # Two independent blocks of 3 and the rest.
        first = [row[:3] for row in exact[:3]]
        second = [row[3:] for row in exact[3:]]
        return plackett_box(first, [low] * 3, [c] * 3, nodes) * plackett_box(
            second, [low] * len(second), [c] * len(second), nodes)

    pair = lambda r: [[1, r], [r, 1]]
    mixed = [[1, 0.35, -0.6], [0.35, 1, 0.2], [-0.6, 0.2, 1]]
    close = [[1, 0.85, 0.55], [0.85, 1, 0.75], [0.55, 0.75, 1]]
    dunnett = [[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]
    five = [[mixed[i][j] if i < 3 and j < 3 else (1 if i == j else (0.4 if i > 2 and j > 2 else 0)) for j in range(5)]
            for i in range(5)]
    cases = maxima("multivariate_t_plackett", [
        (pair(0.5), 10, [0.3, 2.5, 9]), (pair(-0.8), 3, [1, 30]), (pair(0.97), 25, [2.2, 8]),
        (pair(0.1), mp.inf, [2.2, 6.5]),
        (pair(0.9995), 12, [2.3]),
        (mixed, 8, [0.5, 2.7, 12]), (mixed, mp.inf, [2.4, 6.4]), (close, 30, [2.2, 8]), (close, 2, [4, 200]),
        (dunnett, 15, [2.6]), (dunnett, 200, [2.3]), (five, 40, [2.6, 7])], block, gauss_nodes(40))
    mp.mp.dps = 50
    write("multivariate_t_plackett", "Plackett's derivative along tR by Gauss-Legendre, scale in s, 26 digits", cases)


def multivariate_t_markov():
    """Markov chains, rho_ij = product of neighbours' correlations: products of transition kernels on Gauss nodes."""
    import numpy

    mp.mp.dps = 26
    panel = gauss_nodes(40)
    x_nodes = numpy.array([numpy.longdouble(mp.nstr(x, 24)) for x, _ in panel])
    x_weights = numpy.array([numpy.longdouble(mp.nstr(w, 24)) for _, w in panel])
    root = numpy.sqrt(2 * numpy.longdouble(mp.nstr(mp.pi, 25)))

    def grid(low, high, panels):
        edges = low + (high - low) * numpy.arange(panels + 1, dtype=numpy.longdouble) / panels
        half = (edges[1:] - edges[:-1]) / 2
        points = (edges[:-1] + half)[:, None] + half[:, None] * x_nodes[None, :]
        return points.ravel(), (half[:, None] * x_weights[None, :]).ravel()

    def chain(exact, c, side, nodes):
        c = numpy.longdouble(mp.nstr(c, 24))
        low = -c if side == "two" else numpy.longdouble(-11)
        x, w = grid(max(low, numpy.longdouble(-11)), min(c, numpy.longdouble(11)), 4)
        state = numpy.exp(-x * x / 2) / root * w
        order = exact_order
        for i, j in zip(order, order[1:]):
            rho = numpy.longdouble(mp.nstr(exact[i][j], 24))
            tau = numpy.sqrt((1 - rho) * (1 + rho))
            kernel = numpy.exp(-(((x[None, :] - rho * x[:, None]) / tau) ** 2) / 2) / (tau * root)
            state = (state @ kernel) * w
        return mp.mpf(str(state.sum()))

    cases = []
    for label, chain_order, neighbours, v, cs in [
        ("3", [1, 0, 2], [0.4, 0.7], 12, [2.5, 7]), ("4", [2, 0, 3, 1], [0.5, -0.3, 0.6], 25, [0.8, 2.6, 6]),
        ("4", [0, 1, 2, 3], [0.7, 0.5, 0.6], mp.inf, [2.4, 5.5]),
        ("5", [3, 0, 4, 1, 2], [0.5, 0.3, 0.6, 0.4], 30, [2.6, 5.5]), ("5", [0, 1, 2, 3, 4], [0.6] * 4, 4, [3]),
        ("6", [5, 0, 4, 1, 3, 2], [0.3, 0.5, 0.2, 0.4, 0.6], mp.inf, [2.7]),
        ("6", [0, 1, 2, 3, 4, 5], [0.5] * 5, 50, [2.7])]:
        n = len(chain_order)
        matrix = [[1.0] * n for _ in range(n)]
        for a in range(n):
            for b in range(a):
                value = mp.mpf(1)
                for m in range(b, a):
                    value *= mp.mpf(neighbours[m])
                i, j = chain_order[a], chain_order[b]
                matrix[i][j] = matrix[j][i] = float(value)
        cases.append((matrix, v, cs, chain_order))
    collected = []
    for matrix, v, cs, exact_order in cases:
        collected += maxima("multivariate_t_markov", [(matrix, v, cs)], chain, panel)
    mp.mp.dps = 50
    write("multivariate_t_markov",
          "transition kernels on Gauss nodes in 80-bit floats (numpy), scale in s; off-neighbour correlations rounded",
          collected)


GENERATORS = {
    "normal": normal, "student_t": student_t, "f": f_distribution, "beta": beta, "gamma": gamma,
    "chi_squared": chi_squared, "binomial": binomial, "poisson": poisson,
    "noncentral_t": noncentral_t, "studentized_range": studentized_range,
    "multivariate_t_plackett": multivariate_t_plackett, "multivariate_t_markov": multivariate_t_markov,
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or GENERATORS:
        GENERATORS[name]()
