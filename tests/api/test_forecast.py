#!/usr/bin/env python3
"""The forecast of `triax plan` against a simulation that shares nothing with it: accounts that stay or leave, year by
year, drawn with numpy.

Means must agree within the simulation's own error. The 90 % interval is an approximation: its ends must hold 90 % of
the outcomes, each tail 5 % to within a point where many accounts make it up and to within three where few do.

usage: test_forecast.py [-v]
"""
import csv
import subprocess
import tempfile
import unittest
from pathlib import Path

import command
from command import COMMAND

try:
    import numpy
except ImportError:
    numpy = None

YEARS = 5
POLICY = """\
triax: 1
segmentation:
  by: size
  segments:
    - {name: top, at_least: 2, segments: [{name: named, at_least: 3}, {name: other}]}
    - {name: rest}
forecast: {years: 5, retention: stay, expansion: grow}
"""


def setUpModule():
    command.setUpModule()
    if numpy is None:
        raise unittest.SkipTest("numpy is not installed")


def company(seed, accounts, spread):
    """Accounts with lognormal ARR: segments of all sizes, chances and growths of all kinds."""
    random = numpy.random.default_rng(seed)
    arr = numpy.round(numpy.exp(random.normal(11, spread, accounts)), 2)
    stay = numpy.round(random.uniform(0.6, 1.0, accounts), 3)
    grow = numpy.round(random.uniform(-0.1, 0.3, accounts), 3)
    return arr, stay, grow, random.choice([1, 2, 3], accounts, p=[0.6, 0.25, 0.15])


def simulate(seed, arr, stay, grow, trials):
    """Per year the accounts and the ARR of every trial, and what of the year's beginning is kept without growth."""
    random = numpy.random.default_rng(seed)
    there = numpy.ones((trials, len(arr)), dtype=bool)
    pays, years = arr.copy(), [(there.sum(1), there @ arr, None)]
    for _ in range(YEARS):
        there &= random.random(there.shape) < stay
        kept = pays * numpy.minimum(1, 1 + grow)
        pays = pays * (1 + grow)
        years.append((there.sum(1), there @ pays, there @ kept))
    return years


def forecast(arr, stay, grow, size):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
        with open(folder / "customers.csv", "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "arr", "stay", "grow", "size"])
            writer.writerows(zip(range(len(arr)), arr, stay, grow, size))
        subprocess.run([str(COMMAND), "plan", str(folder / "policy.yaml"), "--customers", str(folder / "customers.csv"),
                        "-o", str(folder / "plan")], check=True, capture_output=True, timeout=60)
        with open(folder / "plan/forecast.csv", encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    return {(row["segment"], int(row["year"])): {key: float(value) if value else None for key, value in row.items()
                                                 if key not in ("scenario", "segment")} for row in rows}


class Simulation(unittest.TestCase):
    def agree(self, row, word, outcomes, slack):
        outcomes = outcomes[~numpy.isnan(outcomes)]  # all may have left before the year began
        error = 5 * outcomes.std() / len(outcomes) ** 0.5 + 1e-9 * abs(outcomes.mean())
        # a ratio's expectation is the ratio of the expectations only up to its own variance
        bias = outcomes.var() / abs(outcomes.mean()) if word in ("grr", "nrr") else 0
        self.assertAlmostEqual(row[word], outcomes.mean(), delta=error + bias)
        low, high = row[f"{word}_low"], row[f"{word}_high"]
        self.assertLessEqual(low, row[word])
        self.assertGreaterEqual(high, row[word])
        step = 0.5 if word == "accounts" else 1e-12 * abs(high)  # whole numbers lie around an end by half of one
        below, above = (outcomes < low - step).mean(), (outcomes > high + step).mean()
        self.assertLess(below, 0.05 + slack, f"{word}: {below:.3f} below {low}")
        self.assertLess(above, 0.05 + slack, f"{word}: {above:.3f} above {high}")

    def check(self, seed, accounts, spread, slack):
        arr, stay, grow, size = company(seed, accounts, spread)
        rows = forecast(arr, stay, grow, size)
        groups = {"all": size > 0, "top": size > 1, "top/named": size == 3, "top/other": size == 2, "rest": size == 1}
        for name, chosen in groups.items():
            years = simulate(seed + 1, arr[chosen], stay[chosen], grow[chosen], 20000)
            for year, (count, pays, kept) in enumerate(years):
                row = rows[name, year]
                with self.subTest(seed=seed, segment=name, year=year):
                    if year == 0:
                        self.assertEqual(row["accounts"], count[0])
                        self.assertAlmostEqual(row["arr"], pays[0], delta=1e-9 * pays[0])
                        self.assertEqual(row["arr_low"], row["arr"])
                        continue
                    start = years[year - 1][1]
                    self.agree(row, "accounts", count, slack)
                    self.agree(row, "arr", pays, slack)
                    with numpy.errstate(invalid="ignore"):
                        grr, nrr = kept / start, pays / start
                    self.agree(row, "grr", grr, slack)
                    self.agree(row, "nrr", nrr, slack)

    def test_many_accounts(self):
        for seed in range(2):
            self.check(seed, 400, 0.8, 0.01)

    def test_few_accounts_of_all_sizes(self):
        self.check(7, 60, 1.2, 0.03)

    def test_the_skewness_matters(self):
        """The plain normal interval misses its tails where the expansion does not: a few large accounts that mostly
        stay."""
        arr, stay = numpy.array([1e6] * 3 + [1e5] * 12), numpy.array([0.95] * 3 + [0.9] * 12)
        grow, size = numpy.zeros(15), numpy.ones(15, dtype=int)
        row = forecast(arr, stay, grow, size)["all", 1]
        outcomes = simulate(3, arr, stay, grow, 100000)[1][1]
        plain = outcomes.mean() + outcomes.std() * numpy.array([-1.6449, 1.6449])
        self.assertGreater(plain[1], arr.sum())  # more than there is
        self.assertLessEqual(row["arr_high"], arr.sum())
        below = (outcomes < row["arr_low"]).mean()
        self.assertLess(abs(below - 0.05), abs((outcomes < plain[0]).mean() - 0.05))


if __name__ == "__main__":
    unittest.main()
