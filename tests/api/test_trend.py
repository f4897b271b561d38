#!/usr/bin/env python3
"""Trends from earlier values of health: against numpy, in expressions, and with histories that are at fault.

usage: test_trend.py [-v]
"""
import csv
import datetime
import itertools
import json
import random
import subprocess
import unittest

from command import COMMAND, InFolder, setUpModule

try:
    import numpy
except ImportError:
    numpy = None

DAY = datetime.date(2026, 11, 21)

POLICY = """\
triax: 1
customers: {key: id}
health:
  metrics: {use: {value: use, scale: [[0, 0], [100, 100]]}}
  bands: {red: 0, green: 50}
segmentation:
  segments:
    - {name: dropped, when: health_drop}
    - {name: falling, when: health_trend < -1.0}
    - {name: low, when: health_level < 40}
    - {name: rest}
"""


class Case(InFolder):
    def plan(self, customers, history, *more):
        self.write("policy.yaml", POLICY)
        self.write("customers.csv", customers)
        arguments = ["plan", "policy.yaml", "--customers", "customers.csv", "--as-of", str(DAY), *more]
        if history is not None:
            self.write("history.csv", history)
            arguments += ["--history", "history.csv"]
        return self.run_command(*arguments, "-o", "out")

    def table(self, name):
        with open(self.folder / f"out/{name}.csv", encoding="utf-8", newline="") as stream:
            return {row["key"]: row for row in csv.DictReader(stream)}


class Peers(Case):
    @unittest.skipUnless(numpy, "numpy is not installed")
    def test_against_numpy(self):
        draw = random.Random(99)
        customers, history, expected = ["id,use\n"], ["customer,date,health\n"], {}
        for i in range(400):
            count, spread, now = draw.choice([0, 1, 2, 3, 4, 5, 6, 12, 40, 90]), draw.choice([0, 1, 10]), draw.random() * 100
            known = draw.random() < 0.9
            days = sorted(draw.sample(range(1, 300), count), reverse=True)
            values = [min(100, max(0, round(60 + spread * draw.gauss(0, 1) - day / 20, 3))) for day in days]
            customers.append(f"C{i},{round(now, 2) if known else ''}\n")
            rows = [f"C{i},{DAY - datetime.timedelta(day)},{value}\n" for day, value in zip(days, values)]
            draw.shuffle(rows)
            history += rows
            expected[f"C{i}"] = self.expect([-day for day in days], values, round(now, 2) if known else None)
        done = self.plan("".join(customers), "".join(history))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(self.table("trend")), set(expected))
        for key, row in self.table("trend").items():
            for name, wanted in expected[key].items():
                got = row[name]
                if wanted is None or isinstance(wanted, (str, int)):
                    self.assertEqual(got, "" if wanted is None else str(wanted), (key, name))
                else:
                    self.assertAlmostEqual(float(got), wanted, 9, (key, name))
        self.assertGreater(sum(row["health_drop"] == "true" for row in self.table("trend").values()), 20)

    def expect(self, days, values, now):
        room = 59 if now is not None else 60
        points = [(day, value) for day, value in zip(days, values) if day >= -180][-room:]
        earlier = [value for _, value in points]
        every = points + ([(0, now)] if now is not None else [])
        slopes = [(two[1] - one[1]) / (two[0] - one[0]) * 30 for one, two in itertools.combinations(every, 2)]
        noise = None
        if len(earlier) >= 4:
            noise = max(1.0, float(numpy.median(numpy.abs(numpy.diff(earlier))) / 0.9538725524089))
        level = float(numpy.median(earlier[-5:])) if earlier else None
        drop = None if now is None or level is None else level - now
        return {"values": len(every), "noise": noise, "expected": level, "below_expected": drop,
                "health_level": float(numpy.median([value for _, value in every][-5:])) if every else None,
                "health_trend": float(numpy.median(slopes)) if len(every) >= 3 else None,
                "health_drop": None if noise is None or drop is None else str(drop > 3 * noise).lower()}


HISTORY = "customer,date,health\n" + "".join(
    f"{key},2026-{month:02}-01,{value}\n" for key, values in [("A", [80, 82, 78, 81, 83]), ("B", [70, 65, 60, 55, 50])]
    for month, value in zip(range(7, 12), values))
CUSTOMERS = "id,use\nA,60\nB,48\nC,30\nD,90\nE,\n"


class Use(Case):
    def test_in_expressions(self):
        """A fell from 81 to 60: more than three times 2.62. B falls 5 a month, and 48 is no drop from 60 where the noise is
        5.24. C and D have no history: their level is what they have."""
        done = self.plan(CUSTOMERS, HISTORY)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual({key: row["segment"] for key, row in self.table("customers").items()},
                         {"A": "dropped", "B": "falling", "C": "low", "D": "rest", "E": "rest"})
        self.assertEqual(self.table("customers")["A"]["health_drop"], "true")
        summary = json.loads((self.folder / "out/summary.json").read_text(encoding="utf-8"))
        self.assertEqual(summary["trend"], {"rows": 10, "of_no_customer": 0, "after_the_date": 0, "falling": 2,
                                            "drop_judged": 2, "dropped": 1})
        explain = subprocess.run([str(COMMAND), "explain", "policy.yaml", "--customers", "customers.csv", "--as-of",
                                  str(DAY), "--history", "history.csv", "A", "--json"], cwd=self.folder,
                                 capture_output=True, encoding="utf-8", timeout=60)
        trend = json.loads(explain.stdout)["health"]["trend"]
        self.assertEqual((trend["expected"], trend["below_expected"], trend["drop"], trend["values"]), (81, 21, True, 6))

    def test_without_history(self):
        """The names are there, and nothing is known by them."""
        done = self.plan(CUSTOMERS, None)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual({row["segment"] for row in self.table("customers").values()}, {"rest"})
        self.assertFalse((self.folder / "out/trend.csv").exists())

    def test_a_plans_own_table(self):
        """Earlier tables of customers, with a date: `key` is a name for the customer, other columns are left alone; the
        plan's own value stands for its day."""
        done = self.plan(CUSTOMERS, "key,segment,health,date\nA,x,80,2026-10-01\nA,y,82,2026-11-21\nA,y,,2026-11-01\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual((self.table("trend")["A"]["values"], self.table("trend")["A"]["expected"]), ("2", "80"))


class Faults(Case):
    def expect(self, history, *words, status=1):
        done = self.plan(CUSTOMERS, history)
        self.assertEqual(done.returncode, status, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_faults(self):
        head = "customer,date,health\n"
        self.expect(head + "A,2026-10-01,80\nB,2026-10-01,70\nA,2026-10-01,81\n",
                    "history.csv:4: error: row 3: 'A' has a value for 2026-10-01 already in row 1 (line 2)")
        self.expect(head + "A,2026-10-01,801\nA,2026-10-02,-1\n", "history.csv:2: error: row 1, column 'health': 801 is not from 0 to 100", "history.csv:3")
        self.expect(head + "A,2026-10-01,inf\n", "health")
        self.expect(head + "A,2026-10-01,nan\n", "health")
        self.expect(head + ",2026-10-01,80\nA,,80\n", "column 'customer'", "column 'date'")
        self.expect(head + "A,soon,80\n", "soon")
        self.expect("customer,health\nA,80\n", "there is no column 'date'")
        self.expect("name,date,score\nA,2026-10-01,80\n", "no column 'customer'", "no column 'health'")

    def test_warnings(self):
        self.expect("customer,date,health\nX,2026-10-01,80\nA,2026-12-01,80\nA,2026-12-02,80\n",
                    "1 row is of no customer of this plan", "2 rows are dated after the plan's date", status=0)

    def test_empty(self):
        self.expect("customer,date,health\n", status=0)


if __name__ == "__main__":
    unittest.main()
