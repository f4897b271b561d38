#!/usr/bin/env python3
"""Writes assignment problems of the published families, in the OR-Library's format.

usage: gap_make.py FOLDER FAMILIES SIZES SEEDS, such as: gap_make.py problems cde 40x400,80x1600 3

Families, with r the load, c the cost and the capacity of an agent 0.8 × its loads ÷ agents:
  a  r 5 to 25, c 10 to 50, capacity 0.6 × items ÷ agents × 15 + 0.4 × the most that an agent's cheapest items need
  b  likewise, of 0.7 × that capacity
  c  r 5 to 25, c 10 to 50
  d  r 1 to 100, c = 111 - r + (-10 to 10)
  e  r = 1 - 10 ln u, c = 1000 ÷ r - 10 v, u and v in (0, 1]
a to d are Chu and Beasley's (1997), after Martello and Toth; e is Laguna's (1995). All numbers are whole.
"""
import math
import random
import sys
from pathlib import Path


def draw(family, random_):
    if family == "e":
        load = int(1 - 10 * math.log(1 - random_.random()))
        return load, int(1000 / load - 10 * (1 - random_.random()))
    if family == "d":
        load = random_.randint(1, 100)
        return load, 111 - load + random_.randint(-10, 10)
    return random_.randint(5, 25), random_.randint(10, 50)


def capacities(family, cost, load, items):
    agents = len(load)
    if family not in "ab":
        return [int(0.8 * sum(row) / agents) for row in load]
    most = [0] * agents
    for j in range(items):
        cheapest = min(range(agents), key=lambda i: cost[i][j])
        most[cheapest] += load[cheapest][j]
    capacity = 0.6 * items / agents * 15 + 0.4 * max(most)
    return [int(capacity * (0.7 if family == "b" else 1))] * agents


def make(family, agents, items, seed):
    random_ = random.Random(f"{family} {agents} {items} {seed}")
    pairs = [[draw(family, random_) for _ in range(items)] for _ in range(agents)]
    load = [[pair[0] for pair in row] for row in pairs]
    cost = [[pair[1] for pair in row] for row in pairs]
    return cost, load, capacities(family, cost, load, items)


def main(folder, families, sizes, seeds):
    Path(folder).mkdir(parents=True, exist_ok=True)
    for family in families:
        for size in sizes.split(","):
            agents, items = map(int, size.split("x"))
            for seed in range(1, int(seeds) + 1):
                cost, load, capacity = make(family, agents, items, seed)
                lines = [f"{agents} {items}", *(" ".join(map(str, row)) for row in [*cost, *load, capacity])]
                name = f"{family}{agents:02}{items}-{seed}"
                (Path(folder) / name).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
