#!/usr/bin/env python3
"""Who owns whom, from the outside: held against a count over all pairs, worked out here and not by the library.

usage: test_allocation.py [COMMAND]
"""
import csv
import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from command import COMMAND, setUpModule



def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Plan:
    """A plan of the given policy and rows (dicts; the first row names the columns)."""

    def __init__(self, policy, customers, team, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "policy.yaml").write_text(policy, encoding="utf-8")
            for name, rows in (("customers", customers), ("team", team)):
                with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)
            done = subprocess.run(
                [str(COMMAND), "plan", folder / "policy.yaml", "--customers", folder / "customers.csv", "--team",
                 folder / "team.csv", "--as-of", "2026-11-21", "-o", folder / "out", *arguments],
                capture_output=True, text=True, timeout=300)
            self.page, self.complaints, self.status = done.stdout, done.stderr, done.returncode
            assert done.returncode == 0, done.stderr
            self.summary = json.loads((folder / "out/summary.json").read_text(encoding="utf-8"))
            self.tables = {path.stem: rows_of(path) for path in (folder / "out").glob("*.csv")}


# Pair tests as the policy has them, and what they mean here: True, False, or None where it cannot be judged.
def past(customer, csm):
    return None if not customer["past"] else csm["id"] in customer["past"].split(";")


def owner(customer, csm):
    return None if not customer["owner"] else customer["owner"] == csm["id"]


def language(customer, csm):
    if not customer["language"] or not csm["languages"]:
        return None
    return customer["language"] in csm["languages"].split(";")


def both(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def either(a, b):
    return True if a is True or b is True else None if a is None or b is None else False


def negated(a):
    return None if a is None else not a


def new_to_it(customer, csm):
    return csm["id"] not in customer["past"].split(";")


TESTS = [
    ("csm.id in customer.past", 3, past),
    ("customer.owner == csm.id", 5, owner),
    ("customer.owner == csm.id || csm.id in customer.past", -2, lambda c, s: either(owner(c, s), past(c, s))),
    ("csm.id in customer.past && customer.language in csm.languages", 4, lambda c, s: both(past(c, s), language(c, s))),
    ("customer.size > 50 && customer.owner == csm.id", 1,
     lambda c, s: both(None if c["size"] == "" else c["size"] > 50, owner(c, s))),
    ("customer.language in csm.languages", 2, language),
    # Customers share what these say, but for those whom each of them names.
    ("!(csm.id in customer.past)", 1, lambda c, s: negated(past(c, s))),
    ("!(csm.id in customer.past.orValue([]))", -1, new_to_it),
    ("customer.language in csm.languages && !(csm.id in customer.past.orValue([]))", 3,
     lambda c, s: both(language(c, s), new_to_it(c, s))),
    ("customer.owner != csm.id || customer.language in csm.languages", 2,
     lambda c, s: either(negated(owner(c, s)), language(c, s))),
    ("has(customer.past) ? csm.id in customer.past : customer.owner != csm.id", 1,
     lambda c, s: past(c, s) if c["past"] else negated(owner(c, s))),
    ("csm.id in customer.past.orValue([\"S7\"]) || csm.id == customer.owner.orValue(\"S8\")", 2,
     lambda c, s: s["id"] in (c["past"] or "S7").split(";") or s["id"] == (c["owner"] or "S8")),
    ("!customer.past.exists(o, o == csm.id)", 1, lambda c, s: negated(past(c, s))),
    ("customer.past.orValue([]).all(o, csm.id != o) && size(customer.past) > 1", 1,
     lambda c, s: both(new_to_it(c, s), None if not c["past"] else len(set(c["past"].split(";"))) > 1)),
    ("customer.past.orValue([]) == [] || csm.id in customer.past", -1,
     lambda c, s: either(not c["past"], past(c, s))),
    ("customer.past.exists(o, o != csm.id)", 1,
     lambda c, s: None if not c["past"] else c["past"] != s["id"]),
    ("!(csm.alias in customer.past.orValue([]))", 1,
     lambda c, s: None if not s["alias"] else s["alias"] not in c["past"].split(";")),
    ("customer.past.all(o, o != csm.alias) && customer.language in csm.languages", 1,
     lambda c, s: both(None if not c["past"] or not s["alias"] else s["alias"] not in c["past"].split(";"),
                       language(c, s))),
    # Those whom each names may be had besides.
    ("customer.language in csm.languages || csm.id in customer.past", 1, lambda c, s: either(language(c, s), past(c, s))),
    ("csm.id in customer.past.orValue([])", -1, lambda c, s: s["id"] in c["past"].split(";")),
    ("customer.language in csm.languages ? csm.id != customer.owner : csm.id in customer.past.orValue([])", 1,
     lambda c, s: None if language(c, s) is None else
     negated(owner(c, s)) if language(c, s) else s["id"] in c["past"].split(";")),
]

PAIR_POLICY = """\
triax: 1
customers: {key: id, columns: {past: {type: strings}, size: {type: number}}}
team: {key: id, columns: {languages: {type: strings}}}
segmentation: {segments: [{name: all}]}
allocation:
  owner: owner
  capacity: {accounts: 1000}
  prefer:
""" + "".join(f"    - {{points: {points}, when: '{test}'}}\n" for test, points, _ in TESTS)


class PairTests(unittest.TestCase):
    """Tests over pairs, found by equal values where there are many groups: with room for all, each customer gets the
    most points that any CSM earns."""

    @classmethod
    def setUpClass(cls):
        draw = random.Random(11)
        ids = [f"S{i}" for i in range(90)]
        languages = ["en", "de", "fr", "es", "it"]
        cls.team = [{"id": i, "languages": ";".join(draw.sample(languages, draw.choice([0, 1, 2]))),
                     "alias": draw.choice([i, i, ""])} for i in ids]
        cls.customers = [
            {"id": f"C{i}", "owner": draw.choice(ids + ["gone"] * 9 + [""] * 30),
             "past": ";".join(draw.sample(ids + ["gone", "other"], draw.choice([0, 1, 2, 5])) * draw.choice([1, 1, 2])),
             "language": draw.choice(languages + [""]), "size": draw.choice(["", draw.randrange(100)])}
            for i in range(400)]
        cls.plan = Plan(PAIR_POLICY, cls.customers, cls.team)

    def test_points(self):
        best = 0
        for customer in self.customers:
            best += max(sum(points for _, points, test in TESTS if test(customer, csm) is True) for csm in self.team)
        allocation = self.plan.summary["allocation"]
        self.assertEqual(allocation["uncovered"], 0)
        self.assertEqual(allocation["objective"]["points"], best)

    def test_eligible(self):
        """With room for all, whoever may be owned is, by somebody who may own it."""
        team = {csm["id"]: csm for csm in self.team}
        for text, _, test in TESTS:
            policy = PAIR_POLICY[:PAIR_POLICY.index("  prefer:")] + f"  eligible: '{text}'\n"
            for row, customer in zip(Plan(policy, self.customers, self.team).tables["customers"], self.customers):
                if row["csm"]:
                    self.assertIs(test(customer, team[row["csm"]]), True, (text, customer, row["csm"]))
                else:
                    self.assertNotIn(True, [test(customer, csm) for csm in self.team], (text, customer))

    def test_counts(self):
        told = {row["test"]: row for row in self.plan.tables["tests"]}
        for text, _, test in TESTS:
            seen = [{test(customer, csm) for csm in self.team} for customer in self.customers]
            self.assertEqual(told[text]["true"], str(sum(True in s for s in seen)), text)
            # A CSM who lacks what is read makes no customer one that could not be judged.
            whole = [csm for csm in self.team if all(csm[name] or name not in text for name in ("languages", "alias"))]
            unknown = [None in {test(customer, csm) for csm in whole} for customer in self.customers]
            expected = sum(u and True not in s for u, s in zip(unknown, seen))
            self.assertEqual(told[text]["unknown"], str(expected), text)


NAMED_POLICY = """\
triax: 1
customers: {key: id, family: parent, columns: {past: {type: strings}, asked: {type: strings}, may: {type: strings},
            renewal: {type: date}}}
team: {key: id, columns: {start: {type: date}, end: {type: date}}}
segmentation:
  by: arr
  segments: [{name: big, at_least: 50000, roles: [csm]}, {name: small, roles: [csm, pool]}]
allocation:
  owner: owner
  pools:
    - {name: finance, customers: vertical == "finance", csms: line == "finance"}
    - {name: space, customers: vertical == "space", csms: line == "space", at_least: 10}
    - {name: other}
  capacity: {accounts: {big: 20, small: 60}}
  eligible: ELIGIBLE
  freeze: days_until(renewal) >= 0 && days_until(renewal) <= 60
  prefer:
    - {points: 3, when: customer.owner == csm.id}
    - {points: 5, when: 'csm.id in customer.asked.orValue([])'}
    - {points: -2, when: 'csm.id in customer.past.orValue([])'}
  value: arr
  overlays: [{name: data, customers: arr > 40000, csms: line == "space", accounts: 3}]
"""
# Denied and let in; the list of all who may be had is worked out here.
NAMED = ("(customer.language == csm.language && !(csm.id in customer.past.orValue([]))) || "
         "csm.id in customer.asked.orValue([])")
LISTED = "csm.id in customer.may.orValue([])"


class NamedTests(unittest.TestCase):
    """Rules that name single CSMs of a customer, with all else there is: pools that are dissolved, roles, who has left,
    freezes, families, overlays. Each customer's list of all it may have says the same in other words."""

    @staticmethod
    def company(seed):
        draw = random.Random(seed)
        ids = [f"S{i}" for i in range(64)]
        team = [{"id": i, "language": draw.choice("abc"), "role": draw.choice(["csm", "csm", "pool", ""]),
                 "line": draw.choice(["finance", "space", "", ""]), "start": draw.choice(["", "", "", "2027-03-01"]),
                 "end": draw.choice(["", "", "", "", "2026-10-01"])} for i in ids]
        customers = []
        for n in range(330):
            customer = {"id": f"C{n}", "parent": draw.choice(["", "", f"F{n // 6}"]), "arr": draw.randrange(1, 90) * 1000,
                        "vertical": draw.choice(["finance", "space", "", "", "", "", "", "", "", "", ""]),
                        "language": draw.choice(["a", "b", "c", "d"]), "owner": draw.choice(ids + [""] * 20),
                        "renewal": draw.choice(["", "", "2026-12-15"])}
            names = draw.sample(ids + ["gone"], draw.choice([0, 0, 1, 2])) + draw.choice([[], [], [customer["owner"]]])
            customer["past"] = ";".join(ids if n % 110 == 5 else names)
            customer["asked"] = ";".join(draw.sample(ids + ["nobody"], draw.choice([0, 0, 2, 4])))
            if n % 110 == 5:
                customer["asked"] = ""
            customer["may"] = ";".join(csm["id"] for csm in team if NamedTests.may(customer, csm))
            customers.append(customer)
        return customers, team

    @staticmethod
    def may(customer, csm):
        denied = csm["id"] in customer["past"].split(";")
        return (customer["language"] == csm["language"] and not denied) or csm["id"] in customer["asked"].split(";")

    def plan(self, eligible, customers, team):
        return Plan(NAMED_POLICY.replace("ELIGIBLE", f"'{eligible}'"), customers, team, "--hires")

    def test_other_words(self):
        let_in = denied = 0
        for seed in range(3):
            customers, team = self.company(seed)
            named, listed = self.plan(NAMED, customers, team), self.plan(LISTED, customers, team)
            objective, same = (plan.summary["allocation"]["objective"] for plan in (named, listed))
            for part in ("uncovered_value", "over_fte", "points"):
                self.assertAlmostEqual(objective[part], same[part], 9, (seed, part))
            held = {}
            for customer, row, other in zip(customers, named.tables["customers"], listed.tables["customers"]):
                self.assertEqual((row["pool"], row["segment"]), (other["pool"], other["segment"]))
                held.setdefault(customer["parent"] or customer["id"], []).append((customer["arr"], customer, row, other))
            by_id = {csm["id"]: csm for csm in team}
            for members in held.values():
                lead = max(members, key=lambda member: member[0])[1]
                self.assertEqual(len({row["csm"] for _, _, row, _ in members}), 1)
                _, _, row, other = members[0]
                if row["csm"]:
                    self.assertTrue(self.may(lead, by_id[row["csm"]]), (seed, lead, row))
                    let_in += by_id[row["csm"]]["language"] != lead["language"]
                # Who may have nobody at all is told so, in either form.
                nobody = not lead["may"]
                denied += nobody
                if nobody:
                    self.assertEqual(row["csm"], "")
                    self.assertEqual(row["in_the_way"], other["in_the_way"], (seed, lead))
        self.assertTrue(let_in > 20 and denied > 3, (let_in, denied))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        COMMAND = Path(sys.argv.pop(1))
    unittest.main()
