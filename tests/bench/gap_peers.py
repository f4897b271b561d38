"""HiGHS on assignment problems: gap_peers.py FOLDER SECONDS FILE...

FOLDER holds best_known.csv and the files, as for gap_all.py. Prints what HiGHS reaches in so many seconds, one thread.
Says so and ends well where highspy is absent.
"""
import csv
import sys
import time
from pathlib import Path

try:
    import highspy
    import numpy as np
except ImportError:
    print("HiGHS: skipped, highspy is not installed")
    sys.exit(0)


def read(path):
    numbers = np.array(path.read_text(encoding="ascii").split(), dtype=float)
    agents, items = int(numbers[0]), int(numbers[1])
    pairs = agents * items
    cost, load = numbers[2:2 + pairs], numbers[2 + pairs:2 + 2 * pairs]
    return agents, items, cost, load, numbers[2 + 2 * pairs:][:agents]


def model(agents, items, cost, load, capacity):
    lp = highspy.HighsLp()
    pairs = agents * items
    lp.num_col_, lp.num_row_ = pairs, items + agents
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(pairs), np.ones(pairs)
    lp.row_lower_ = np.concatenate([np.ones(items), np.full(agents, -highspy.kHighsInf)])
    lp.row_upper_ = np.concatenate([np.ones(items), capacity])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * pairs + 1, 2)
    rows = np.stack([np.tile(np.arange(items), agents), items + np.repeat(np.arange(agents), items)], axis=1)
    lp.a_matrix_.index_ = rows.ravel()
    lp.a_matrix_.value_ = np.stack([np.ones(pairs), load], axis=1).ravel()
    lp.integrality_ = [highspy.HighsVarType.kInteger] * pairs
    return lp


def solve(lp, seconds):
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("time_limit", seconds)):
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    begun = time.process_time()
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == 2  # feasible
    return (info.objective_function_value if found else None), info.mip_dual_bound, time.process_time() - begun


def main(folder, seconds, *files):
    with open(Path(folder) / "best_known.csv", encoding="utf-8") as table:
        best = {row["file"]: int(row["best_known_value"]) for row in csv.DictReader(table)}
    for file in files:
        cost, bound, taken = solve(model(*read(Path(folder) / file)), float(seconds))
        shown = "none" if cost is None else f"{cost:.0f}, {100 * (cost - best[file]) / best[file]:.4f} % above the best known"
        print(f"HiGHS, {file}, {seconds} s: cost {shown}, bound {bound:.0f}, {taken:.2f} s of processor", flush=True)


main(*sys.argv[1:])
