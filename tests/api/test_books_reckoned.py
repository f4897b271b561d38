#!/usr/bin/env python3
"""Books of random small companies, through the command, beside every assignment there is.

The rules are written down from docs/guide/allocation.md, in exact fractions and the slow way; nothing here is the
library's. A plan that says `optimal` must be as good as the best of all assignments in each part of the objective, and
what it states of itself must be what is reckoned of its books.

usage: test_books_reckoned.py [-v]
"""
import csv
import datetime
import itertools
import json
import os
import random
import subprocess
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

from command import COMMAND, setUpModule

ROUNDS = int(os.environ.get("TRIAX_ORACLE_CASES") or 100) // 2
TODAY = datetime.date(2026, 11, 21)
ROLES = {"a": ["csm"], "b": ["csm", "am"], "c": []}

# Pools: the test of customers and of CSMs, in the policy's words and in Python's.
POOLS = [
    ("fin", 'vertical == "fin"', lambda c: c["vertical"] == "fin", '"fin" in verticals', lambda t: "fin" in t["verticals"].split(";")),
    ("tel", 'vertical == "tel"', lambda c: c["vertical"] == "tel", '"tel" in verticals', lambda t: "tel" in t["verticals"].split(";")),
    ("big", "arr >= 10", lambda c: int(c["arr"]) >= 10, 'country == "GB"', lambda t: t["country"] == "GB"),
]
PREFER = {
    "customer.owner == csm.id": lambda c, t: c["owner"] == t["id"],
    "customer.country == csm.country": lambda c, t: c["country"] == t["country"],
    "customer.arr >= 10 && csm.fte >= 1": lambda c, t: int(c["arr"]) >= 10 and Fraction(t["fte"]) >= 1,
}
HEAD = """triax: 1
customers: {key: id%s, columns: {renewal: {type: date}, worth: {type: number}, need: {type: number}, family: {type: string},
  vertical: {type: string}, language: {type: string}}}
team: {key: id, columns: {name: {type: string}, role: {type: string}, verticals: {type: strings}, languages: {type: strings},
  fte: {type: number}, cap: {type: number}, have: {type: number}, start: {type: date}, end: {type: date}}}
define: {risk: '!has(vertical) ? 0 : vertical == "fin" ? 1 : 0'}
"""


def about(rnd, *days):
    return str(TODAY + datetime.timedelta(rnd.choice(days)))


class Company:
    def __init__(self, seed):
        rnd = random.Random(seed)
        names = [f"s{i}" for i in range(rnd.randint(1, 3))]
        some = rnd.random
        self.families = some() < 0.3
        self.team = [dict(
            id=name, name="" if some() < 0.1 else name.upper(), role=rnd.choice(["csm", "csm", "am", ""]),
            verticals=";".join(rnd.sample(["fin", "tel"], rnd.randint(0, 2))), country=rnd.choice(["GB", "US"]),
            languages=";".join(rnd.sample(["en", "fr"], rnd.randint(1, 2))), fte=rnd.choice(["1", "0.5", "0.8", "1.2", "0"]),
            cap=rnd.choice(["", "10", "20", "30"]), have=rnd.choice(["", "4", "8", "12"]),
            start=about(rnd, -1, 0, 1) if some() < 0.15 else "", end=about(rnd, -1, 0, 1) if some() < 0.15 else "",
        ) for name in names]
        self.customers = [dict(
            id=key, arr=str(rnd.randint(1, 20)), vertical=rnd.choice(["fin", "tel", "ret", ""]), country=rnd.choice(["GB", "US"]),
            language=rnd.choice(["en", "fr", "en", ""]), renewal=rnd.choice(["", about(rnd, -1, 0, 30, 60, 61)]),
            need=rnd.choice(["", "1", "2", "3.5"]), worth=rnd.choice(["", "1", "2", "5"]),
            owner=rnd.choice([*names, "gone", ""]), family=rnd.choice(["f", "g", ""]),
        ) for key in rnd.sample("ABCDEFGHIJ", rnd.randint(1, 7))]
        self.stretch = rnd.choice([0, 0, 10, 25])
        self.value = rnd.choice([None, "arr", "worth"])
        self.eligible, self.freeze, self.roles = some() < 0.6, some() < 0.4, some() < 0.5
        self.arr_cap, self.hours_cap, self.unowned = some() < 0.3, some() < 0.3, some() < 0.2
        self.prefer = [(points, when) for points, when, chance in zip((3, rnd.choice([1, -1, 0.5]), 2), PREFER, (0.7, 0.5, 0.3))
                       if some() < chance]
        self.balance = rnd.choice([None, {"load": 2, "arr": 1}, {"arr": 1, "risk": 3}, {"load": 1, "arr": 1, "risk": 2}])
        self.accounts = rnd.choice([{"a": 2, "b": 3, "c": 4}, {"a": 1, "b": 2, "c": 6}, {"a": 2.5, "b": 3, "c": 7}])
        self.pools = [(*pool, rnd.choice([0, 2, 3])) for pool in rnd.sample(POOLS, rnd.choice([0, 0, 1, 2, 3]))]
        if self.pools and some() < 0.8:
            american = some() < 0.3
            self.pools.append(("other", None, lambda c: True, 'country == "US"' if american else None,
                               (lambda t: t["country"] == "US") if american else None, 0))

    def policy(self):
        def roles(segment):
            return f", roles: [{', '.join(ROLES[segment])}]" if self.roles and ROLES[segment] else ""
        lines = [HEAD % (", family: family" if self.families else "") + "segmentation:", "  by: arr", "  segments:",
                 f"    - {{name: a, at_least: 14{roles('a')}}}", f"    - {{name: b, at_least: 7{roles('b')}}}", "    - {name: c}",
                 "allocation:", "  owner: owner"]
        lines += ["  unowned: [c]"] if self.unowned else []
        lines += ["  pools:"] if self.pools else []
        for name, customers, _, csms, _, least in self.pools:
            words = [f"name: {name}"] + ([f"customers: '{customers}'"] if customers else [])
            words += ([f"csms: '{csms}'"] if csms else []) + ([f"at_least: {least}"] if least else [])
            lines += [f"    - {{{', '.join(words)}}}"]
        lines += ["  capacity:", "    fte: fte", f"    accounts: {json.dumps(self.accounts)}", f"    stretch: {self.stretch}%"]
        lines += ["    arr: cap"] if self.arr_cap else []
        lines += ["    hours: {need: need, have: have}"] if self.hours_cap else []
        lines += ["  eligible: customer.language in csm.languages"] if self.eligible else []
        lines += ["  freeze: days_until(renewal) >= 0 && days_until(renewal) <= 60"] if self.freeze else []
        lines += ["  prefer:"] if self.prefer else []
        lines += [f"    - {{points: {points}, when: {when}}}" for points, when in self.prefer]
        lines += [f"  value: {self.value}"] if self.value else []
        lines += [f"  balance: {json.dumps(self.balance)}"] if self.balance else []
        return "\n".join(lines) + "\n"

    def plan(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "policy.yaml").write_text(self.policy(), encoding="utf-8")
            for name, rows in ("customers", self.customers), ("team", self.team):
                with open(Path(folder, name + ".csv"), "w", encoding="utf-8", newline="") as stream:
                    writer = csv.DictWriter(stream, list(rows[0]))
                    writer.writeheader()
                    writer.writerows(rows)
            done = subprocess.run([str(COMMAND), "plan", "policy.yaml", "--customers", "customers.csv", "--team", "team.csv",
                                   "--as-of", str(TODAY), "-o", "plan"], cwd=folder, capture_output=True, encoding="utf-8")
            if done.returncode:
                raise AssertionError(done.stderr)
            with open(Path(folder, "plan/customers.csv"), encoding="utf-8", newline="") as stream:
                rows = {row["key"]: row for row in csv.DictReader(stream)}
            return rows, json.loads(Path(folder, "plan/summary.json").read_text(encoding="utf-8"))["allocation"]


def is_here(csm):
    began = csm["start"] <= str(TODAY) if csm["start"] else csm["name"] != ""
    return began and (not csm["end"] or csm["end"] >= str(TODAY))


def imbalance(share):
    """What lies beyond 85 % costs 1, beyond 95 % 2, beyond 100 % 4, beyond 110 % 8."""
    cost, ends = Fraction(0), [Fraction(95, 100), Fraction(1), Fraction(11, 10), share]
    for begin, end, steep in zip((Fraction(85, 100), Fraction(95, 100), Fraction(1), Fraction(11, 10)), ends, (1, 2, 4, 8)):
        cost += steep * max(Fraction(0), min(share, end) - begin)
    return cost


class Reckoner:
    """Units (customers, or families), what each may have, and what an assignment of them comes to."""

    def __init__(self, company):
        self.company, self.team = company, company.team
        self.fte = [Fraction(t["fte"]) for t in self.team]
        members = {}
        for customer in company.customers:
            members.setdefault(company.families and customer["family"] or "alone " + customer["id"], []).append(customer)
        self.units = [sorted(some, key=lambda c: (-int(c["arr"]), c["id"])) for some in members.values()]  # the largest first
        self.units = [unit for unit in self.units if not (company.unowned and self.segment(unit) == "c")]
        self.gone = set()
        for name, *_, least in company.pools:
            if sum(len(unit) for unit in self.units if self.pool(unit) == name) < least:
                self.gone.add(name)
        self.served = [[self.serves(unit, i) for i in range(len(self.team))] for unit in self.units]
        self.allowed = [[i for i in range(len(self.team)) if served[i] and self.is_eligible(unit, i)]
                        for unit, served in zip(self.units, self.served)]
        self.fixed = [self.frozen_with(unit, allowed) for unit, allowed in zip(self.units, self.allowed)]
        self.loads = [len(unit) / Fraction(str(company.accounts[self.segment(unit)])) for unit in self.units]
        self.values = [sum(Fraction(c[company.value] or 0) if company.value else Fraction(1) for c in unit) for unit in self.units]
        self.points = [[sum(Fraction(str(points)) for points, when in company.prefer if PREFER[when](unit[0], t)) for t in self.team]
                       for unit in self.units]
        self.amounts = {"load": self.loads, "arr": [sum(Fraction(c["arr"]) for c in unit) for unit in self.units],
                        "risk": [sum(Fraction(c["vertical"] == "fin") for c in unit) for unit in self.units]}
        self.needs = [sum(Fraction(c["need"] or 0) for c in unit) for unit in self.units]
        self.weights = company.balance or {"load": 1}
        self.fair = {measure: self.fair_shares(self.amounts[measure]) for measure in self.weights}

    def segment(self, unit):
        arr = sum(int(c["arr"]) for c in unit)
        return "a" if arr >= 14 else "b" if arr >= 7 else "c"

    def pool(self, unit):
        if not self.company.pools:
            return "all"
        return next((name for name, _, takes, *_ in self.company.pools if name not in self.gone and takes(unit[0])), None)

    def serves(self, unit, i):
        csm, roles = self.team[i], ROLES[self.segment(unit)] if self.company.roles else []
        if not is_here(csm) or (roles and csm["role"] and csm["role"] not in roles):
            return False
        if not self.company.pools:
            return True
        served = {name: csms for name, _, _, _, csms, _ in self.company.pools if name not in self.gone}
        pool = self.pool(unit)
        if pool is None:
            return False
        return served[pool](csm) if served[pool] else not any(csms(csm) for csms in served.values() if csms)

    def is_eligible(self, unit, i):
        language = unit[0]["language"]
        return not self.company.eligible or (language != "" and language in self.team[i]["languages"].split(";"))

    def frozen_with(self, unit, allowed):
        here = {t["id"]: i for i, t in enumerate(self.team) if is_here(t)}
        for c in unit if self.company.freeze else []:
            if c["renewal"] and 0 <= (datetime.date.fromisoformat(c["renewal"]) - TODAY).days <= 60 and c["owner"] in here:
                return here[c["owner"]] if here[c["owner"]] in allowed else None
        return None

    def fair_shares(self, amounts):
        shares = [Fraction(0)] * len(self.team)
        for amount, served in zip(amounts, self.served):
            total = sum(self.fte[i] for i in range(len(self.team)) if served[i])
            for i in range(len(self.team)):
                shares[i] += amount * self.fte[i] / total if served[i] and total else 0
        return shares

    def fits(self, i, units):
        company, csm = self.company, self.team[i]
        if sum(self.loads[u] for u in units) > self.fte[i] * (1 + Fraction(company.stretch, 100)):
            return False
        if company.arr_cap and csm["cap"] and sum(self.amounts["arr"][u] for u in units) > Fraction(csm["cap"]):
            return False
        return not (company.hours_cap and csm["have"]) or sum(self.needs[u] for u in units) <= Fraction(csm["have"])

    def judge(self, at):
        """The objective's parts, those without value counted behind the value; None where a rule is broken."""
        over = uneven = Fraction(0)
        for i in range(len(self.team)):
            units = [u for u, csm in enumerate(at) if csm == i]
            if any(self.fixed[u] is None for u in units) and not self.fits(i, units):
                return None
            over += max(Fraction(0), sum(self.loads[u] for u in units) - self.fte[i])
            for measure, weight in self.weights.items():
                if self.fair[measure][i]:
                    uneven += weight * imbalance(sum(self.amounts[measure][u] for u in units) / self.fair[measure][i])
        left = [u for u, csm in enumerate(at) if csm is None]
        points = sum(self.points[u][csm] for u, csm in enumerate(at) if csm is not None)
        return (sum(self.values[u] for u in left), sum(self.values[u] == 0 for u in left), over, -points, uneven)

    def choices(self):
        return [[fixed] if fixed is not None else [None, *allowed] for fixed, allowed in zip(self.fixed, self.allowed)]

    def best(self):
        return min(goal for goal in map(self.judge, itertools.product(*self.choices())) if goal is not None)


class Books(unittest.TestCase):
    def near(self, found, wanted, within, what):
        self.assertLessEqual(abs(float(found) - float(wanted)), within * (1 + abs(float(wanted))), what)

    def check(self, seed):
        company = Company(seed)
        reckoner = Reckoner(company)
        rows, told = company.plan()
        number = {t["id"]: i for i, t in enumerate(company.team)}
        at = []
        for unit, choices in zip(reckoner.units, reckoner.choices()):
            given = {rows[c["id"]]["csm"] for c in unit}
            self.assertEqual({rows[c["id"]]["pool"] or None for c in unit}, {reckoner.pool(unit)})
            self.assertEqual(len(given), 1, "a family is owned by one")
            at.append(number.get(given.pop()))
            self.assertIn(at[-1], choices)
        goal, best = reckoner.judge(at), reckoner.best()
        self.assertIsNotNone(goal, "a rule is broken")
        self.assertTrue(told["optimal"])
        for n, part in enumerate(("uncovered_value", None, "over_fte", "points", "imbalance")):
            within = 1e-4 if part == "imbalance" else 1e-9  # its units are rounded
            self.near(goal[n], best[n], within, "not the best")
            if part:
                self.near(told["objective"][part], -goal[n] if part == "points" else goal[n], 2 * within, part)
                self.assertEqual(told["bound"][part], told["objective"][part])

    def test_beside_every_assignment(self):
        for seed in range(ROUNDS):
            with self.subTest(seed=seed):
                self.check(seed)

    def test_in_other_words(self):
        """Other keys, rows in another order, values a thousandfold, a CSM who is not there: the same objective."""
        for seed in range(1000, 1000 + ROUNDS // 6):
            with self.subTest(seed=seed):
                company, other = Company(seed), Company(seed)
                rnd = random.Random(seed)
                names = {t["id"]: f"z{9 - i}" for i, t in enumerate(other.team)}
                for csm in other.team:
                    csm["id"] = names[csm["id"]]
                for customer in other.customers:
                    customer["owner"] = names.get(customer["owner"], customer["owner"])
                    customer["worth"] = customer["worth"] and str(1000 * int(customer["worth"]))
                    if not other.families:  # the largest of a family may hang on the key
                        customer["id"] = f"k{90 - ord(customer['id'])}"
                other.team.append({**other.team[0], "id": "a", "start": "2030-01-01"})
                rnd.shuffle(other.team)
                rnd.shuffle(other.customers)
                before, after = company.plan()[1]["objective"], other.plan()[1]["objective"]
                times = 1000 if company.value == "worth" else 1
                self.near(after["uncovered_value"], times * before["uncovered_value"], 1e-9, "value")
                for part, within in ("over_fte", 1e-9), ("points", 1e-9), ("imbalance", 2e-4):
                    self.near(after[part], before[part], within, part)


if __name__ == "__main__":
    unittest.main()
