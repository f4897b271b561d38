#!/usr/bin/env python3
"""Holds the share of branches that tests reach to the floor it once had, and raises the floor with it.

usage: branches.py SUMMARY FLOOR
"""
import json
import math
import sys
from pathlib import Path


def main(summary, floor):
    """SUMMARY is what gcovr gives with --json-summary; FLOOR holds one number, in percent."""
    reached = json.loads(summary.read_text(encoding="utf-8"))["branch_percent"]
    least = float(floor.read_text(encoding="utf-8"))
    print(f"branches reached: {reached:.1f} %, of which {least:.1f} % is the least")
    if reached < least:
        return 1
    higher = math.floor(reached * 10) / 10
    if higher > least:
        floor.write_text(f"{higher:.1f}\n", encoding="utf-8")
        print(f"the least is {higher:.1f} % from now on: commit {floor}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
