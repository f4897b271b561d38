#!/usr/bin/env python3
"""A plan of a thousand customers by the command, judged by a second reckoning from the tables alone.

The data stands beside the checkout, in ../shared/data/fortune1000; without it all is skipped. The policy is fortune.yaml.

usage: test_fortune.py [-v]
"""
import csv
import json
import os
import subprocess
import tempfile
import unittest
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")
DATA = ROOT / "../shared/data/fortune1000"
POLICY = Path(__file__).resolve().parent / "fortune.yaml"
AS_OF = date(2026, 1, 17)  # a Saturday
ACCOUNTS = {"global": 10, "enterprise/strategic": 20, "enterprise/core": 25, "middle": 50}
LIMITS = {"global": (10, 60), "enterprise/strategic": (4, 30), "enterprise/core": (4, 30), "middle": (1, 12)}


def setUpModule():
    if not COMMAND.is_file():
        raise unittest.SkipTest(f"the command is not built ({COMMAND})")
    if not DATA.is_dir():
        raise unittest.SkipTest("fortune1000 is not beside the checkout")


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(out, *more):
    done = subprocess.run([str(COMMAND), "plan", str(POLICY), "--customers", str(DATA / "customers.csv"), "--team",
                           str(DATA / "team.csv"), "--as-of", str(AS_OF), "-o", str(out), *more],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def points(value, knots):
    if value is None:
        return None
    if value <= knots[0][0]:
        return knots[0][1]
    for (x0, p0), (x1, p1) in zip(knots, knots[1:]):
        if value <= x1:
            return p0 + (value - x0) / (x1 - x0) * (p1 - p0)
    return knots[-1][1]


def quotient(over, under):
    """Doubles divide as IEEE 754 has it; 0 / 0 is missing."""
    return over / under if under else None if over == 0 else float("inf")


def health_of(c):
    trend = quotient(c["usage_90d"], c["usage_prev_90d"])
    product = [(points(quotient(c["active_users"], c["seats"]), [(0, 0), (0.5, 50), (0.9, 100)]), 3),
               (points(None if trend is None else trend - 1, [(-0.5, 0), (0, 60), (0.5, 100)]), 2),
               (points(c["tickets_90d"], [(0, 100), (10, 0)]), 1)]
    voice = [(points(c["nps"], [(0, 0), (6, 40), (10, 100)]), 1), (points(c["csat"], [(2, 0), (5, 100)]), 1)]
    score = covered = known = 0
    for share, metrics in (0.7, product), (0.3, voice):
        here = [(p, w) for p, w in metrics if p is not None]
        weight = sum(w for _, w in here)
        covered += share * weight / sum(w for _, w in metrics)
        if weight:
            score += share * sum(p * w for p, w in here) / weight
            known += share
    if not known:
        return None, covered
    health = score / known
    return (min(health, 40) if c["escalations"] > 0 else health), covered


def segment_of(c):
    if c["arr"] >= 400000:
        return "global"
    if c["arr"] >= 100000:
        return "enterprise/strategic" if c["employees"] >= 10000 or len(c["products"]) >= 4 else "enterprise/core"
    return "middle" if c["arr"] >= 30000 else "tail"


def read_customers():
    numbers = ["arr", "employees", "seats", "active_users", "usage_90d", "usage_prev_90d", "nps", "csat",
               "tickets_90d", "escalations"]
    for row in rows_of(DATA / "customers.csv"):
        for name in numbers:
            row[name] = float(row[name]) if row[name] else None
        row["products"] = row["products"].split(";")
        row["renewal"] = date.fromisoformat(row["renewal_date"])
        yield row["id"], row


class Fortune(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        cls.out = cls.folder / "plan"
        run(cls.out)
        cls.data = dict(read_customers())
        cls.team = {row["id"]: row for row in rows_of(DATA / "team.csv")}
        for member in cls.team.values():
            member["verticals"] = member["verticals"].split(";")
            member["fte"] = Fraction(member["capacity_accounts"]) / 40
        cls.plan = {row["key"]: row for row in rows_of(cls.out / "customers.csv")}
        cls.csms = {row["key"]: row for row in rows_of(cls.out / "csms.csv")}
        cls.books = defaultdict(list)
        for key, row in cls.plan.items():
            if row["csm"]:
                cls.books[row["csm"]].append(key)

    def near(self, one, other, *what, within=1e-9):
        self.assertLessEqual(abs(float(one) - float(other)), within * max(1, abs(float(other))), what)

    def test_every_customer_once_and_in_order(self):
        self.assertEqual(list(self.plan), list(self.data))
        self.assertEqual(list(self.csms), list(self.team))

    def test_segments_and_health(self):
        for key, c in self.data.items():
            row, (health, coverage) = self.plan[key], health_of(c)
            self.assertEqual(row["segment"], segment_of(c), key)
            self.near(row["health"] or "nan", health, key)
            self.near(row["coverage"], coverage, key)
            band = "green" if health >= 75 else "yellow" if health >= 50 else "red"
            if min(abs(health - 75), abs(health - 50)) > 1e-9:
                self.assertEqual(row["band"], band, key)

    def test_segment_sums(self):
        customers, arr = defaultdict(int), defaultdict(float)
        for key, c in self.data.items():
            customers[segment_of(c)] += 1
            arr[segment_of(c)] += c["arr"]
        for row in rows_of(self.out / "segments.csv"):
            inside = [s for s in customers if s == row["segment"] or s.startswith(row["segment"] + "/")]
            self.assertEqual(int(row["customers"]), sum(customers[s] for s in inside), row["segment"])
            self.near(row["arr"], sum(arr[s] for s in inside), row["segment"])

    def may_own(self, key, csm):
        c, member, pool = self.data[key], self.team[csm], self.pool_of(key)
        if segment_of(c) == "global" and member["role"] not in ("CSM", "Senior CSM"):
            return False
        return c["language"] in member["languages"].split(";") and (pool == "other" or c["vertical"] in member["verticals"])

    def pool_of(self, key):
        """apparel has fewer than its 500 and is dissolved into other."""
        return {"Energy": "energy", "Financials": "financials"}.get(self.data[key]["vertical"], "other")

    def test_owners_may_own_and_stay_where_they_are_frozen(self):
        for key, row in self.plan.items():
            c = self.data[key]
            if row["segment"] == "tail":
                self.assertEqual((row["csm"], row["allocation"], row["hours"]), ("", "unowned", ""), key)
                continue
            self.assertEqual(row["pool"], self.pool_of(key), key)
            if row["csm"]:
                self.assertTrue(self.may_own(key, row["csm"]), key)
            frozen = 0 <= (c["renewal"] - AS_OF).days <= 60 and c["owner"] in self.team and self.may_own(key, c["owner"])
            self.assertEqual(row["allocation"] == "frozen", frozen, key)
            stands = ("frozen" if frozen else "uncovered" if not row["csm"] else "new" if c["owner"] not in self.team
                      else "kept" if row["csm"] == c["owner"] else "moved")
            self.assertEqual(row["allocation"], stands, key)
            self.assertTrue(not frozen or row["csm"] == c["owner"], key)

    def test_books(self):
        for csm, row in self.csms.items():
            keys = self.books[csm]
            load = sum(Fraction(1, ACCOUNTS[self.plan[key]["segment"]]) for key in keys)
            arr = sum(self.data[key]["arr"] for key in keys)
            frozen = any(self.plan[key]["allocation"] == "frozen" for key in keys)
            self.assertEqual(int(row["accounts"]), len(keys), csm)
            self.near(row["load"], load, csm)
            self.near(row["arr"], arr, csm)
            cap = 60 * float(self.team[csm]["burdened_cost"])
            self.near(row["arr_used"], arr, csm)
            self.near(row["arr_cap"], cap, csm)
            if not frozen:
                self.assertLessEqual(load, self.team[csm]["fte"], csm)
                self.assertLessEqual(arr, cap + 1e-6, csm)

    def room_for(self, key, csm):
        load = sum(Fraction(1, ACCOUNTS[self.plan[k]["segment"]]) for k in self.books[csm])
        arr = sum(self.data[k]["arr"] for k in self.books[csm])
        return (load + Fraction(1, ACCOUNTS[self.plan[key]["segment"]]) <= self.team[csm]["fte"]
                and arr + self.data[key]["arr"] <= 60 * float(self.team[csm]["burdened_cost"]))

    def test_nobody_is_left_out_while_there_is_room(self):
        for key, row in self.plan.items():
            if row["allocation"] == "uncovered":
                room = [csm for csm in self.team if self.may_own(key, csm) and self.room_for(key, csm)]
                self.assertEqual(room, [], key)

    def earned(self, key, csm):
        c, member = self.data[key], self.team[csm]
        return 3 * (c["owner"] == csm) + 2 * (c["vertical"] in member["verticals"]) + (c["region"] == member["region"])

    def test_objective(self):
        allocation = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))["allocation"]
        objective = allocation["objective"]
        uncovered = sum(self.data[k]["arr"] for k, r in self.plan.items() if r["allocation"] == "uncovered")
        points_earned = sum(self.earned(k, r["csm"]) for k, r in self.plan.items() if r["csm"])
        parts = {name: part["value"] if isinstance(part, dict) else part for name, part in objective.items()}
        self.near(parts["uncovered_value"], uncovered)
        self.near(parts["points"], points_earned)

    def test_counts_and_continuity(self):
        allocation = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))["allocation"]
        counts = Counter(row["allocation"] for row in self.plan.values())
        self.assertEqual({name: allocation[name] for name in counts}, dict(counts))
        self.assertEqual(allocation["orphans"], 0)
        had = sum(c["owner"] in self.team for c in self.data.values())
        self.near(allocation["continuity"], (counts["kept"] + counts["frozen"]) / had)

    def test_moves(self):
        moved = {k: (self.data[k]["owner"], r["csm"]) for k, r in self.plan.items()
                 if self.data[k]["owner"] and self.data[k]["owner"] != r["csm"]}
        told = {row["customer"]: (row["from"], row["to"]) for row in rows_of(self.out / "moves.csv") if row["from"]}
        self.assertEqual(told, moved)

    def test_pools(self):
        rows = rows_of(self.out / "pools.csv")
        owned = [k for k in self.data if segment_of(self.data[k]) != "tail"]
        self.assertEqual(sum(int(row["customers"]) for row in rows), len(owned))
        for pool in "energy", "financials", "other":
            here = [row for row in rows if row["pool"] == pool]
            mine = [k for k in owned if self.pool_of(k) == pool]
            self.assertEqual(sum(int(row["customers"]) for row in here), len(mine), pool)
            left = [k for k in mine if not self.plan[k]["csm"]]
            self.assertEqual(sum(int(row["uncovered"]) for row in here), len(left), pool)
            self.near(sum(float(row["uncovered_value"]) for row in here), sum(self.data[k]["arr"] for k in left), pool)
            self.near(sum(float(row["load"]) for row in here),
                      sum(Fraction(1, ACCOUNTS[segment_of(self.data[k])]) for k in mine), pool)

    def test_hours(self):
        for csm, keys in self.books.items():
            available = 0.25 * float(self.team[csm]["capacity_hours_month"]) * 13 * 0.9
            limits = [LIMITS[self.plan[k]["segment"]] for k in keys]
            hours = [float(self.plan[k]["hours"]) for k in keys]
            least, most = sum(low for low, _ in limits), sum(high for _, high in limits)
            self.near(self.csms[csm]["hours_available"], available, csm)
            self.near(self.csms[csm]["hours"], sum(hours), csm)
            if least > available:
                for h, (low, _) in zip(hours, limits):
                    self.near(h, low * available / least, csm)
                continue
            self.near(sum(hours), min(most, available), csm)
            rates = []
            for key, h, (low, high) in zip(keys, hours, limits):
                self.assertTrue(low - 1e-9 <= h <= high + 1e-9, key)
                need = 100 - health_of(self.data[key])[0]
                if low + 1e-6 < h < high - 1e-6:
                    rates.append(h / need)
            for key, h, (low, high) in zip(keys, hours, limits):  # who is at a limit, is there for a reason
                need = 100 - health_of(self.data[key])[0]
                if rates and h <= low + 1e-6:
                    self.assertLessEqual(need * min(rates), low + 1e-5, key)
                if rates and h >= high - 1e-6:
                    self.assertGreaterEqual(need * max(rates), high - 1e-5, key)
            if rates:
                self.near(min(rates), max(rates), csm)

    def test_touches_and_week(self):
        weeks = defaultdict(list)
        for row in rows_of(self.out / "week.csv"):
            weeks[row["csm"]].append(row)
        for key, row in self.plan.items():
            if row["csm"]:
                self.near(row["touches"], float(row["hours"]) / 1.5, key)
            if row["next_touch"]:
                day = date.fromisoformat(row["next_touch"])
                self.assertLess(day.weekday(), 5, key)
                self.assertTrue(0 <= (day - AS_OF).days < 91, key)
        for csm, rows in weeks.items():
            self.assertEqual([int(row["place"]) for row in rows], list(range(1, len(rows) + 1)))
            self.assertTrue(all(row["customer"] in self.books[csm] for row in rows), csm)

    def test_same_bytes_on_any_number_of_threads(self):
        for threads in "1", "2", "8":
            again = self.folder / f"plan-{threads}"
            run(again, "--threads", threads)
            for path in sorted(self.out.iterdir()):
                self.assertEqual(path.read_bytes(), (again / path.name).read_bytes(), path.name)


if __name__ == "__main__":
    unittest.main()
