"""Data of the survival benchmarks: survival_data.py FILE ROWS"""
import sys
import numpy as np

path, n = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(20261124)
x = np.column_stack([random.standard_normal((n, 8)), (random.random((n, 4)) < 0.4).astype(float)]).round(4)
beta = np.array([0.3, -0.2, 0.1, 0, 0.15, -0.1, 0.05, 0.2, 0.4, -0.3, 0.2, 0])
hazard = 0.002 * np.exp(x @ beta)
event_time = random.exponential(1 / hazard)
censoring = np.minimum(random.uniform(60, 900, n), 730)
time = np.minimum(event_time, censoring)
event = (event_time <= censoring).astype(int)
day = np.ceil(time).astype(int)
start = np.floor(random.uniform(0, 1, n) * np.maximum(day - 1, 0)).astype(int)
cause = np.where(event == 1, np.where(random.random(n) < 0.7, 1, 2), 0)
person = random.integers(0, max(n // 3, 1), n)
arm = np.array(["combined", "medication", "therapy"])[random.integers(0, 3, n)]
with open(path, "w") as out:
    out.write("day,time,start,stop,event,cause,person,arm," + ",".join(f"x{k + 1}" for k in range(12)) + "\n")
    for i in range(n):
        out.write(
            f"{day[i]},{time[i]:.9f},{start[i]},{day[i]},{event[i]},{cause[i]},p{person[i]},{arm[i]},"
            + ",".join(f"{v:g}" for v in x[i]) + "\n")
