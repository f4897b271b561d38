#!/usr/bin/env python3
"""Solves every assignment problem of a folder and prints a table against the best known values.

usage: gap_all.py PROGRAM FOLDER SECONDS [PATTERN]

FOLDER holds best_known.csv (file, items, agents, best_known_bound, best_known_value). Seconds are those of the
processor, in user mode, so that a shared machine does not blur them.
"""
import csv
import re
import resource
import subprocess
import sys
from pathlib import Path


def run(program, path, seconds):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([program, str(path), seconds], capture_output=True, text=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    match = re.match(r"cost (\S+) bound (\S+) seconds", done.stdout)
    if not match:
        return None, None, used, done.stderr.strip()
    return None if match[1] == "none" else int(match[1]), int(match[2]), used, done.stderr.strip()


def main(program, folder, seconds, pattern=""):
    faults, worst = 0, {}
    print(f"{'file':26}{'cost':>9}{'best':>9}{'gap %':>9}{'bound':>9}{'known':>9}{'user s':>8}")
    for row in csv.DictReader(open(Path(folder) / "best_known.csv", encoding="utf-8")):
        if not re.search(pattern, row["file"]):
            continue
        cost, bound, used, message = run(program, Path(folder) / row["file"], seconds)
        best = int(row["best_known_value"])
        gap = None if cost is None else 100 * (cost - best) / best
        wrong = bound is None or bound > best
        faults += wrong or cost is None
        group = row["file"].split("/")[0] + "/" + row["file"].split("/")[1][0]
        worst.setdefault(group, []).append((float("inf") if gap is None else gap, used))
        shown = "none" if gap is None else f"{gap:.4f}"
        print(f"{row['file']:26}{cost or '-':>9}{best:>9}{shown:>9}{bound or '-':>9}{row['best_known_bound']:>9}{used:8.3f}"
              + (f"  WRONG: {message}" if wrong else ""), flush=True)
    for group, all_of in sorted(worst.items()):
        gaps = [gap for gap, _ in all_of]
        print(f"{group}: worst gap {max(gaps):.4f} %, mean {sum(gaps) / len(gaps):.4f} %, not at the best known "
              f"{sum(gap > 0 for gap in gaps)} of {len(gaps)}, longest {max(used for _, used in all_of):.3f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__.strip())
    sys.exit(main(*sys.argv[1:]))
