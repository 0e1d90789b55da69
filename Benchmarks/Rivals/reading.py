"""Times reading one CSV file with Tandem, pyarrow and polars, in interleaved rounds.

    python Benchmarks/Rivals/reading.py FILE READINGTIMES [ROUNDS]

Every run is a process of its own that reads the file three times and reports the median of its own
reads; the rounds go through all readers in turn, so that a busy moment of the machine meets all of
them alike. Reported: medians over the rounds, their ratios, and peak memory of processes that read
the file once. Time is that of the reading call alone, without start-up or imports.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time

RIVAL = """
import json, resource, sys, time
which, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
if which == "pyarrow":
    import pyarrow.csv
    read = lambda: pyarrow.csv.read_csv(path)
else:
    import polars
    read = lambda: polars.read_csv(path)
seconds = []
for _ in range(repeats):
    start = time.perf_counter(); table = read(); seconds.append(time.perf_counter() - start); del table
print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    path, reader = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    runs = {
        "tandem, 2 threads": lambda n: [reader, "table", path, "2", str(n)],
        "tandem, 1 thread": lambda n: [reader, "table", path, "1", str(n)],
        "pyarrow": lambda n: [sys.executable, "-c", RIVAL, "pyarrow", path, str(n)],
        "polars": lambda n: [sys.executable, "-c", RIVAL, "polars", path, str(n)],
        "bytes alone, 2 threads": lambda n: [reader, "floor", path, "2", str(n)],
    }
    times = {name: [] for name in runs}
    for _ in range(rounds):
        for name, command in runs.items():
            times[name].append(statistics.median(run(command(3))["seconds"]))
    peaks = {name: min(run(command(1))["peak_mb"] for _ in range(2)) for name, command in runs.items()}

    import polars
    import pyarrow

    size = os.path.getsize(path)
    tandem = statistics.median(times["tandem, 2 threads"])
    print(f"date: {time.strftime('%Y-%m-%d')}; {platform.machine()}, {os.cpu_count()} processors;"
          f" pyarrow {pyarrow.__version__}, polars {polars.__version__};"
          f" {os.path.basename(path)}: {size / 1e6:.0f} MB; {rounds} rounds, interleaved")
    print(f"{'reader':24} {'median s':>9} {'best s':>8} {'MB/s':>7} {'of tandem':>10} {'peak MB':>8}")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:24} {median:9.3f} {min(seconds):8.3f} {size / 1e6 / median:7.0f}"
              f" {median / tandem:10.2f} {peaks[name]:8}")
    paired = {
        name: statistics.median(b / a for a, b in zip(times["tandem, 2 threads"], times[name]))
        for name in ("pyarrow", "polars", "tandem, 1 thread")
    }
    print("ratio to tandem with 2 threads, median of the rounds' ratios: "
          + ", ".join(f"{name} {ratio:.2f}" for name, ratio in paired.items()))
    print(f"one thread reaches {1 / paired['tandem, 1 thread']:.2f} of the rate of two;"
          f" reading the bytes alone takes {statistics.median(times['bytes alone, 2 threads']) / tandem:.2f}"
          " of the time")


main()
