"""Times linear, logistic and Poisson regression, and estimating equations, with Tandem, R and glum, in interleaved rounds.

    python Benchmarks/Rivals/regression.py REGRESSIONTIMES FOLDER [ROWS] [ROUNDS]

Every run is a process of its own that fits several times and reports the best of its fits; the rounds go through all programs in
turn. Tandem's time begins at a table of columns and holds the screening of rows, the building of the design, standard
errors and fit statistics; that of R's `lm.fit` and `glm.fit` and of glum begins at a design matrix in memory. All answers
are compared before times are told. Programs that are not installed are named and left out.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

import numpy

GLUM = """
import json, sys, time
import numpy, glum
model, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
values = numpy.fromfile(path).reshape(15, -1)
design = numpy.asfortranarray(values[3:15].T)
response = values[["linear", "logistic", "poisson"].index(model)]
family = {"logistic": "binomial", "poisson": "poisson"}[model]
seconds = []
for _ in range(repeats):
    start = time.perf_counter()
    fit = glum.GeneralizedLinearRegressor(family=family, alpha=0, gradient_tol=1e-8).fit(design, response)
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "coefficients": [float(fit.intercept_)] + [float(b) for b in fit.coef_]}))
"""

CROSS_PRODUCT = """
import json, sys, time
import numpy
values = numpy.fromfile(sys.argv[1]).reshape(15, -1)
design = numpy.asfortranarray(numpy.vstack([numpy.ones(values.shape[1]), values[3:13]]).T)
seconds = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    product = design.T @ design
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds}))
"""


def data(folder, rows):
    binary, text = os.path.join(folder, f"rows{rows}.bin"), os.path.join(folder, f"rows{rows}.csv")
    if not os.path.exists(text):
        random = numpy.random.default_rng(20260101)
        x = random.uniform(-1, 1, (12, rows)).round(6)
        beta = numpy.tile([0.3, -0.2], 6)
        eta = -0.5 + beta @ x
        linear = (eta + random.normal(0, 1, rows)).round(6)
        logistic = (random.uniform(0, 1, rows) < 1 / (1 + numpy.exp(-eta))).astype(float)
        poisson = random.poisson(numpy.exp(eta)).astype(float)
        values = numpy.vstack([linear, logistic, poisson, x])
        values.tofile(binary)
        names = ["linear", "logistic", "poisson"] + [f"x{k}" for k in range(1, 13)]
        form = ["%.6f", "%d", "%d"] + ["%.6f"] * 12
        numpy.savetxt(text + ".part", values.T, fmt=form, delimiter=",", header=",".join(names), comments="")
        os.replace(text + ".part", text)
    return binary, text


def repeated(folder, people, visits=4):
    """Correlated yes-or-no answers and counts of people, each with some visits."""
    rows = people * visits
    binary, text = os.path.join(folder, f"people{people}.bin"), os.path.join(folder, f"people{people}.csv")
    if not os.path.exists(text):
        random = numpy.random.default_rng(20260102)
        x = random.uniform(-1, 1, (4, rows)).round(6)
        eta = -0.5 + numpy.array([0.3, -0.2, 0.3, -0.2]) @ x
        person = numpy.repeat(numpy.arange(people), visits).astype(float)
        own = numpy.repeat(random.normal(0, 0.7, people), visits)
        answer = (random.uniform(0, 1, rows) < 1 / (1 + numpy.exp(-eta - own))).astype(float)
        count = random.poisson(numpy.exp(eta + own)).astype(float)
        values = numpy.vstack([answer, count, person, x])
        values.tofile(binary)
        names = ["answer", "count", "person", "x1", "x2", "x3", "x4"]
        numpy.savetxt(text + ".part", values.T, fmt=["%d"] * 3 + ["%.6f"] * 4, delimiter=",",
                      header=",".join(names), comments="")
        os.replace(text + ".part", text)
    return binary, text


def run(command, environment):
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout)


def main():
    tandem, folder = sys.argv[1], sys.argv[2]
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    binary, text = data(folder, rows)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "regression.R")
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2")
    has_glum = subprocess.run([sys.executable, "-c", "import glum"], capture_output=True).returncode == 0
    has_r = shutil.which("Rscript") is not None
    for name, there in (("R", has_r), ("glum", has_glum)):
        if not there:
            print(f"{name} is not installed and left out")
    print(f"date: {time.strftime('%Y-%m-%d')}; {platform.machine()}, {os.cpu_count()} processors; {rows} rows;"
          f" {rounds} rounds, interleaved; BLAS of the peers: 2 threads")
    for model in ("linear", "logistic", "poisson"):
        runs = {
            "tandem, 2 threads": [tandem, model, text, "2", "4"],
            "tandem, 1 thread": [tandem, model, text, "1", "4"],
        }
        if has_r:
            runs["R lm.fit" if model == "linear" else "R glm.fit"] = ["Rscript", script, model, binary, "4" if model == "linear" else "2"]
        if has_glum and model != "linear":
            runs["glum"] = [sys.executable, "-c", GLUM, model, binary, "3"]
        if model == "linear":
            # Like lm.fit, which begins at a design that is ready.
            runs["tandem, from frame"] = [tandem, "linear-frame", text, "2", "4"]
            # What the design alone costs to pass over once: numpy calls dsyrk for a matrix with itself.
            runs["numpy X'X (dsyrk)"] = [sys.executable, "-c", CROSS_PRODUCT, binary, "4"]
        compare(f"{model}: {10 if model == 'linear' else 12} columns and a constant", runs, rounds, environment)
    people = rows // 10
    binary, text = repeated(folder, people)
    for model in ("gee-binomial", "gee-poisson"):
        runs = {
            "tandem, 2 threads": [tandem, model, text, "2", "2"],
            "tandem, 1 thread": [tandem, model, text, "1", "2"],
        }
        if has_r:
            runs["geepack geese.fit"] = ["Rscript", script, model, binary, "1"]
        compare(f"{model}: exchangeable, {people} people with 4 visits, 4 columns and a constant", runs, rounds,
                environment)


def compare(title, runs, rounds, environment):
    times = {name: [] for name in runs}
    answers = {}
    for _ in range(rounds):
        for name, command in runs.items():
            result = run(command, environment)
            times[name].append(min(result["seconds"]))
            if "coefficients" in result:
                answers[name] = numpy.array(result["coefficients"])
    own = answers["tandem, 2 threads"]
    print(title)
    for name, seconds in times.items():
        ratio = statistics.median(b / a for a, b in zip(times["tandem, 2 threads"], seconds))
        line = (f"  {name:20} median {statistics.median(seconds):7.4f} s, best {min(seconds):7.4f} s,"
                f" ratio {ratio:6.2f}")
        if name in answers:
            apart = numpy.max(numpy.abs(answers[name] - own) / numpy.maximum(numpy.abs(own), 1e-3))
            line += f", coefficients apart by {apart:.1e}"
        print(line, flush=True)


main()
