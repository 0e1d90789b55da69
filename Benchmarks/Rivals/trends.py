"""Times the trends of all people of a file of visits, from the CSV on disk to a CSV of one row a person.

    python Benchmarks/Rivals/trends.py TANDEM FOLDER [PEOPLE] [ROUNDS]

TANDEM is the command; the file is that of `tandem simulate`. Every run is a process of its own, timed inside from the call that reads to the
closed output file; for Tandem the whole process is timed, its start included. Tandem writes slope, standard error, t, p and limits;
polars and DuckDB the slope alone, as a grouped aggregate, and DuckDB also what a standard error needs (`regr_*`). R's `lm` is run
on the first people and its time multiplied up. Slopes are compared with Tandem's before a time counts. Programs that are not
installed are named and left out.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

POLARS = """
import sys, time
import polars
start = time.perf_counter()
x, y = polars.col("week"), polars.col("phq9")
(polars.scan_csv(sys.argv[1]).group_by("subject_id")
 .agg((polars.cov(x, y) / x.var()).alias("slope")).collect(engine=sys.argv[3]).write_csv(sys.argv[2]))
print(time.perf_counter() - start)
"""

DUCKDB = """
import sys, time
import duckdb
start = time.perf_counter()
columns = "regr_slope(phq9, week) AS slope" + (
    ", regr_count(phq9, week), regr_sxx(phq9, week), regr_syy(phq9, week), regr_sxy(phq9, week)" if sys.argv[3] == "all" else "")
duckdb.sql(f"COPY (SELECT subject_id, {columns} FROM read_csv('{sys.argv[1]}') GROUP BY subject_id) TO '{sys.argv[2]}' (HEADER)")
print(time.perf_counter() - start)
"""

R = """
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
start <- proc.time()[3]
slopes <- vapply(split(d, d$subject_id), function(own) {
  s <- summary(lm(phq9 ~ week, own))$coefficients
  if (nrow(s) > 1) s[2, 1] else NA_real_
}, 0)
cat(proc.time()[3] - start, "\\n")
"""

COLUMNS = "subject,slope,std_error,statistic,p_value,conf_low,conf_high"


def has(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


def slopes(path, column):
    found = {}
    with open(path) as lines:
        next(lines)
        for line in lines:
            cells = line.rstrip("\n").split(",")
            if len(cells) > column and cells[column] not in ("", "NaN", "nan", "NULL"):
                found[cells[0]] = float(cells[column])
    return found


def main():
    tandem, folder = sys.argv[1], sys.argv[2]
    people = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    name = os.path.join(folder, f"cohort{people}")
    visits = os.path.join(name, "visits.csv")
    if not os.path.exists(visits):
        subprocess.run([tandem, "simulate", "--people", str(people), "--seed", "7", "-o", name, "--quiet"], check=True)
    output = {key: os.path.join(folder, f"trends-{key}.csv") for key in ("tandem", "polars", "duckdb", "all")}
    runs = {"tandem, 2 threads": "2", "tandem, 1 thread": "1"}
    if has(sys.executable, "-c", "import polars"):
        runs["polars, slope alone"] = [POLARS, visits, output["polars"], "in-memory"]
        runs["polars, streaming engine"] = [POLARS, visits, output["polars"], "streaming"]
    if has(sys.executable, "-c", "import duckdb"):
        runs["DuckDB, slope alone"] = [DUCKDB, visits, output["duckdb"], "slope"]
        runs["DuckDB, all regr_*"] = [DUCKDB, visits, output["all"], "all"]
    print(f"date: {time.strftime('%Y-%m-%d')}; {platform.machine()}, {os.cpu_count()} processors; {rounds} rounds, interleaved;"
          f" {visits}: {os.path.getsize(visits) / 1e6:.0f} MB")
    times = {key: [] for key in runs}
    for _ in range(rounds):
        for key, run in runs.items():
            if isinstance(run, str):
                start = time.perf_counter()
                with open(output["tandem"], "w") as written:
                    subprocess.run([tandem, "trends", visits, "--columns", COLUMNS, "--format", "csv", "--quiet", "--threads", run],
                                   check=True, stdout=written)
                times[key].append(time.perf_counter() - start)
            else:
                done = subprocess.run([sys.executable, "-c", *run], check=True, capture_output=True, text=True)
                times[key].append(float(done.stdout.split()[-1]))
    own = slopes(output["tandem"], 1)
    for key, path in output.items():
        if key != "tandem" and os.path.exists(path):
            other = slopes(path, 1)
            apart = max(abs(other[p] - own[p]) / max(abs(own[p]), 1e-3) for p in own)
            print(f"{len(own)} slopes; those of {key} apart by {apart:.1e} at most")
    for key, seconds in times.items():
        ratio = statistics.median(b / a for a, b in zip(times["tandem, 2 threads"], seconds))
        print(f"  {key:26} median {statistics.median(seconds):7.3f} s, best {min(seconds):7.3f} s, ratio {ratio:7.2f}")
    if shutil.which("Rscript"):
        few = 10_000
        part = os.path.join(folder, "first.csv")
        with open(visits) as lines, open(part, "w") as first:
            seen = set()
            for line in lines:
                seen.add(line.split(",", 1)[0])
                if len(seen) > few + 1:
                    break
                first.write(line)
        done = subprocess.run(["Rscript", "-e", R, part], check=True, capture_output=True, text=True)
        seconds = float(done.stdout.split()[-1]) * people / few
        print(f"  R lm, {few} people times {people // few}: {seconds:.0f} s, ratio"
              f" {seconds / statistics.median(times['tandem, 2 threads']):.0f}")


main()
