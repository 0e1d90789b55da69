"""Times mixed models and MMRM with Tandem, lme4, mixedlm, glmmTMB and nlme's gls, in interleaved rounds.

    python Benchmarks/Rivals/mixed.py MIXEDTIMES FOLDER [PEOPLE] [ROUNDS]

Every run is a process of its own, which reads the file before its clock starts; all times are those from a data frame in memory to
the finished fit, Tandem's with Satterthwaite degrees of freedom, which the others do not compute. The rounds go through
all programs in turn; gls, which takes minutes, runs in the first round alone. REML criteria and coefficients are compared: a
criterion above Tandem's is an optimum that was not reached. Programs that are not installed are named and left out.
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

MIXEDLM = """
import json, sys, time
import pandas, mixedlm
d = pandas.read_csv(sys.argv[1])
start = time.perf_counter()
fit = mixedlm.lmer("phq9 ~ week*modality + age + sex + (week | subject_id)", d)
seconds = time.perf_counter() - start
criterion = fit.REMLcrit() if callable(getattr(fit, "REMLcrit", None)) else fit.deviance
print(json.dumps({"seconds": [seconds], "criterion": float(criterion), "coefficients": [float(b) for b in fit.beta]}))
"""


def write(text, header, columns, form):
    numpy.savetxt(text + ".part", numpy.rec.fromarrays(columns), fmt=form, delimiter=",", header=header, comments="")
    os.replace(text + ".part", text)


def visits(folder, people, count=10):
    """Scores of people with their own levels and slopes, ten visits each, a week or so apart."""
    text = os.path.join(folder, f"mixed{people}.csv")
    if not os.path.exists(text):
        random = numpy.random.default_rng(20260103)
        person = numpy.repeat(numpy.arange(1, people + 1), count)
        week = (numpy.tile(numpy.arange(count), people) + random.uniform(0, 0.5, people * count)).round(2)
        own = random.multivariate_normal([0, 0], [[9, -0.3], [-0.3, 0.09]], people)
        arm = random.integers(0, 3, people)
        age, sex = random.integers(18, 80, people), random.integers(0, 2, people)
        arms, sexes = numpy.array(["combined", "medication", "therapy"]), numpy.array(["f", "m"])

        def rows(values):
            return numpy.repeat(values, count)

        score = (15 + rows(own[:, 0]) - (0.6 - rows(own[:, 1]) - 0.1 * rows(arm)) * week + 0.02 * rows(age)
                 + 0.3 * rows(sex) + random.normal(0, 2.5, people * count)).round(1)
        write(text, "subject_id,week,modality,age,sex,phq9",
              [person, week, rows(arms[arm]), rows(age), rows(sexes[sex]), score], ["%d", "%.2f", "%s", "%d", "%s", "%.1f"])
    return text


def trial(folder, people, count=10):
    """A trial with correlated visits, of which people miss ever more."""
    text = os.path.join(folder, f"mmrm{people}.csv")
    if not os.path.exists(text):
        random = numpy.random.default_rng(20260104)
        times = numpy.arange(count)
        spread = numpy.sqrt(25 + 4 * times)
        covariance = numpy.outer(spread, spread) * 0.85 ** numpy.abs(times[:, None] - times)
        base = random.normal(40, 8, people).round(2)
        arm = random.integers(0, 2, people)
        score = (base[:, None] + 0.5 * times * (1 + 0.6 * arm[:, None])
                 + random.multivariate_normal(numpy.zeros(count), covariance, people)).round(3)
        seen = random.uniform(0, 1, (people, count)) > 0.02 + 0.025 * times
        person, visit = numpy.nonzero(seen)
        write(text, "id,arm,visit,base,bcva",
              [person + 1, numpy.array(["a", "b"])[arm[person]], numpy.char.mod("v%02d", visit + 1), base[person],
               score[person, visit]], ["%d", "%s", "%s", "%.2f", "%.3f"])
    return text


def has(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


def main():
    tandem, folder = sys.argv[1], sys.argv[2]
    people = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mixed.R")
    r = {name: shutil.which("Rscript") is not None and has("Rscript", "-e", f"library({name})")
         for name in ("lme4", "glmmTMB", "nlme")}
    has_mixedlm = has(sys.executable, "-c", "import mixedlm, pandas")
    for name, there in {**r, "mixedlm": has_mixedlm}.items():
        if not there:
            print(f"{name} is not installed and left out")
    print(f"date: {time.strftime('%Y-%m-%d')}; {platform.machine()}, {os.cpu_count()} processors; {rounds} rounds,"
          " interleaved; BLAS of the peers: 2 threads")
    text = visits(folder, people)
    runs = {"tandem, 2 threads": [tandem, "mixed", text, "2", "4"], "tandem, 1 thread": [tandem, "mixed", text, "1", "4"]}
    if r["lme4"]:
        runs["lme4"] = ["Rscript", script, "lme4", text]
    if has_mixedlm:
        runs["mixedlm"] = [sys.executable, "-c", MIXEDLM, text]
    compare(f"mixed: {people * 10} visits of {people} people, random intercepts and slopes", runs, rounds)
    double = visits(folder, 2 * people)
    compare(f"mixed: twice as many, {people * 20} visits of {2 * people} people",
            {"tandem, 2 threads": [tandem, "mixed", double, "2", "4"]}, rounds)
    text = trial(folder, 1000)
    runs = {"tandem, 2 threads": [tandem, "mmrm", text, "2", "4"], "tandem, 1 thread": [tandem, "mmrm", text, "1", "4"],
            "tandem, Kenward-Roger": [tandem, "mmrm-kr", text, "2", "4"]}
    if r["glmmTMB"]:
        runs["glmmTMB"] = ["Rscript", script, "glmmTMB", text]
    once = {"gls (one run)": ["Rscript", script, "gls", text]} if r["nlme"] else {}
    compare("MMRM: 1000 people, 10 visits, unstructured", runs, rounds, once)
    text = trial(folder, 5300)
    compare("MMRM: 5300 people, 10 visits (46,000 rows), unstructured",
            {"tandem, 2 threads": [tandem, "mmrm", text, "2", "4"],
             "tandem, Kenward-Roger": [tandem, "mmrm-kr", text, "2", "4"]}, rounds)


def compare(title, runs, rounds, once={}):
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2")
    times = {name: [] for name in {**runs, **once}}
    answers = {}
    for index in range(rounds):
        for name, command in {**runs, **(once if index == 0 else {})}.items():
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
            result = json.loads(done.stdout.splitlines()[-1])
            times[name].append(min(result["seconds"]))
            answers[name] = (result["criterion"], numpy.array(result["coefficients"]))
    criterion, own = answers["tandem, 2 threads"]
    print(title)
    for name, seconds in times.items():
        ratio = statistics.median(b / a for a, b in zip(times["tandem, 2 threads"], seconds))
        line = (f"  {name:22} median {statistics.median(seconds):8.4f} s, best {min(seconds):8.4f} s,"
                f" ratio {ratio:8.2f}, criterion {answers[name][0]:.6f} ({answers[name][0] - criterion:+.1e})")
        found = answers[name][1]
        if len(found) == len(own):
            # Columns may stand in another order: both sorted.
            apart = numpy.max(numpy.abs(numpy.sort(found) - numpy.sort(own)) / numpy.maximum(numpy.abs(numpy.sort(own)), 1e-3))
            line += f", coefficients apart by {apart:.1e}"
        print(line, flush=True)


main()
