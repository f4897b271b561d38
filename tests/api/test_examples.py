#!/usr/bin/env python3
"""The example companies of docs/examples: planned by the command, and judged anew here from the tables alone.

Segments, health and scores, pools, books and hours are computed a second time in plain Python, written from the policy
language's manual and not from the library: where the two disagree, one of them is wrong.

usage: test_examples.py
"""
import csv
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import lru_cache
from math import log2
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")
LIBRARY = Path(os.environ.get("TRIAX_LIBRARY") or ROOT / "build/release/lib/libtriax.so")
EXAMPLES = ROOT / "docs/examples"
AS_OF = date(2026, 11, 23)


def setUpModule():
    if not COMMAND.is_file():
        raise unittest.SkipTest(f"the command is not built ({COMMAND})")


def run(*arguments):
    return subprocess.run([str(COMMAND), *map(str, arguments)], capture_output=True, text=True, timeout=120)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else None


def day(text):
    return date.fromisoformat(text) if text else None


def items(text):
    return text.split(";") if text else []


def ratio(over, under):
    return None if over is None or not under else over / under


# --- the policy language, a second time ------------------------------------------------------------------------------

def along(knots, x):
    """Points of a scale of knots: straight between, flat outside."""
    if x is None or x <= knots[0][0]:
        return None if x is None else knots[0][1]
    for (x0, y0), (x1, y1) in zip(knots, knots[1:]):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return knots[-1][1]


def fresh(since, after, fade):
    return None if since is None else min(1.0, max(0.0, 1 - ((AS_OF - since).days - after) / fade))


def metric(points, weight, group="", freshness=1.0, applies=True, missing=None):
    if points is None or freshness is None:
        points, freshness = (None, 0.0) if missing is None else (missing, 1.0)
    return group, weight, points, freshness, applies


def score(metrics, groups=None, min_coverage=0.0, limits=()):
    """Health, or any score: its value (None: missing) and coverage, as section 5 has it."""
    groups = groups or {"": 1}
    reached = weights = covered = all_weights = 0.0
    for group, group_weight in groups.items():
        of_group = [m for m in metrics if m[4] and (group == "" or m[0] == group)]
        whole = sum(m[1] for m in of_group)
        there = sum(m[1] * m[3] for m in of_group if m[2] is not None)
        if whole == 0:
            continue
        all_weights += group_weight
        covered += group_weight * there / whole
        if there > 0:
            weights += group_weight
            reached += group_weight * sum(m[1] * m[3] * m[2] for m in of_group if m[2] is not None) / there
    coverage = round(covered / all_weights, 10) if all_weights else 0.0
    if weights == 0 or coverage < min_coverage:
        return None, coverage
    value = round(reached / weights, 10)
    for holds, at_most in limits:
        value = min(value, at_most) if holds else value
    return value, coverage


def band_of(health, yellow, green):
    return "unknown" if health is None else "green" if health >= green else "yellow" if health >= yellow else "red"


def percentiles(values):
    there = sorted(v for v in values if v is not None)
    below = {v: there.index(v) for v in set(there)}
    equal = Counter(there)
    return [None if v is None else (below[v] + equal[v] / 2) / len(there) for v in values]


def shared_hours(accounts, available, at):
    """Hours of one book: at(λ, weight, low, high) falls or rises with λ, which bisection finds."""
    low, high = sum(a[1] for a in accounts), sum(a[2] for a in accounts)
    if low >= available:
        return [a[1] * available / low for a in accounts]
    if high <= available:
        return [a[2] for a in accounts]
    least, most = 0.0, 1e9
    for _ in range(300):
        middle = (least + most) / 2
        least, most = (middle, most) if sum(at(middle, *a) for a in accounts) < available else (least, middle)
    return [at(least, *a) for a in accounts]


def proportional(rate, weight, low, high):
    return min(high, max(low, rate * (weight or 0)))


def by_return(half):
    def hours(rate, weight, low, high):  # the hours where one hour more is worth 1 / rate
        return low if not weight or rate * weight <= 0 else min(high, max(low, half * log2(max(1e-300, rate * weight))))
    return hours


# --- the companies ---------------------------------------------------------------------------------------------------

class Company:
    """One example: `judge` fills in what each customer is; the rest says who may own whom."""

    key, unowned, stretch, reserve, weeks, share = "id", (), 0.0, 0.10, 13, staticmethod(proportional)
    week_hours = 30

    def __init__(self):
        self.folder = EXAMPLES / self.name
        self.customers, self.team = rows_of(self.folder / "customers.csv"), rows_of(self.folder / "team.csv")
        for c in self.customers:
            c["key"], c["scores"], c["held_by"] = c[self.key], {}, "test"
            c["family"] = c.get("parent_id") or c[self.key]
            self.score(c)
        self.segment()

    def here(self, p):
        named = p.get("name", "x") != "" or p["start"]
        return bool(named) and (day(p["start"]) or AS_OF) <= AS_OF <= (day(p["end"]) or AS_OF)

    def fte(self, p):
        return float(p["fte"] or 1)

    def caps(self, _person):
        return {}

    def needs(self, _customer):
        return {}

    def pool(self, _customer):
        return "all"

    def may(self, c, p):
        """Whether this CSM may own this customer, capacity apart."""
        return self.here(p) and self.role_fits(c, p) and self.eligible(c, p)

    def role_fits(self, _customer, _person):
        return True

    def eligible(self, _customer, _person):
        return True

    def load(self, c):
        top = c["segment"].split("/")[0]
        accounts = self.accounts.get(c["segment"], self.accounts.get(top))
        return 0 if top in self.unowned else 1 / accounts

    def hours_limits(self, c):
        return self.limits.get(c["segment"], self.limits.get(c["segment"].split("/")[0]))


class ArrVerticals(Company):
    name, unowned = "arr-verticals", ("digital",)
    accounts = {"global": 6, "enterprise": 15, "scale": 40}
    limits = {"global": (20, 80), "enterprise": (6, 40), "scale": (2, 16)}
    sample = ("C0001", "C0003", "C0301", "C0877", "C1204", "C2000")
    paths = ("global", "enterprise/strategic", "enterprise/core", "scale", "digital")

    def score(self, c):
        c["arr_value"] = float(c["arr"]) * {"USD": 1, "GBP": 1.27, "EUR": 1.08}[c["arr_currency"]]
        employees, seats, active = number(c["employees"]), number(c["seats"]), number(c["active_seats"])
        products = len(items(c["products"]))
        c["health"], c["coverage"] = score([
            metric(along([(.1, 0), (.5, 50), (.9, 100)], ratio(active, seats)), 3, "product"),
            metric(along([(1, 0), (12, 100)], ratio(number(c["logins_30d"]), active)), 2, "product"),
            metric(along([(0, 100), (12, 0)], number(c["open_tickets"]) or 0), 1, "product"),
            metric(along([(1, 30), (4, 100)], products), 1, "product",
                   applies=(AS_OF - day(c["customer_since"])).days > 180),
            metric({"green": 100, "yellow": 50, "red": 0}.get(c["csm_sentiment"]), 2, "relationship",
                   fresh(day(c["sentiment_on"]), 45, 90)),
            metric({"true": 100, "false": 20}.get(c["exec_sponsor"]), 1, "relationship"),
            metric(along([(0, 0), (6, 30), (8, 70), (10, 100)], number(c["nps"])), 1, "relationship",
                   fresh(day(c["nps_on"]), 180, 180)),
        ], {"product": .65, "relationship": .35}, .40,
            [(float(c["open_escalations"]) > 0, 40), (float(c["overdue_days"]) > 60, 60)])
        c["band"] = band_of(c["health"], 50, 75)
        space = None if employees is None or seats is None else ratio(employees - seats, employees)
        c["scores"]["expansion"] = score([
            metric(along([(0, 0), (.9, 100)], space), 3), metric(along([(0, 0), (3, 100)], 4 - products), 2),
            metric(along([(0, 0), (.05, 100)], ratio(number(c["open_roles"]), employees)), 1),
        ], limits=[(c["band"] == "red", 30)])[0]

    def segment(self):
        for c in self.customers:
            previous, override = c["segment"], c["segment_override"]
            c["previous_segment"] = previous
            names = [p for p in self.paths if override in (p, p.split("/")[-1])]
            since = day(c["segment_since"])
            if override:
                c["segment"], c["held_by"] = names[0], "override"
            elif previous and since and (AS_OF - since).days < 90:
                c["segment"], c["held_by"] = previous, "dwell"
            else:
                c["segment"] = self.by_tests(c, previous)
        for c, place in zip(self.customers, percentiles([c["scores"]["expansion"] for c in self.customers])):
            c["weight"] = place

    def by_tests(self, c, previous):
        levels = ["global", "enterprise", "scale"]
        before = levels.index(previous.split("/")[0]) if previous.split("/")[0] in levels else 9 if previous else None
        for rank, (level, least) in enumerate(zip(levels, (750e3, 150e3, 15e3))):
            least *= 1 if before is None else 1.05 if rank < before else 0.95
            if c["arr_value"] >= least:
                employees = number(c["employees"])
                strategic = (employees is not None and employees >= 5000) or c["scores"]["expansion"] >= 75
                return level if level != "enterprise" else "enterprise/strategic" if strategic else "enterprise/core"
        return "digital"

    def pool(self, c):  # energy is too small to specialise
        return {"finance": "finance", "healthcare": "healthcare", "pharma": "healthcare", "manufacturing": "industry",
                "logistics": "industry", "public sector": "public"}.get(c["vertical"], "other")

    def role_fits(self, c, p):
        serves = {"finance": "finance", "healthcare": "healthcare", "industry": "manufacturing",
                  "public": "public sector"}
        mine = items(p["verticals"])
        in_pool = serves[self.pool(c)] in mine if self.pool(c) in serves else not set(serves.values()) & set(mine)
        return in_pool and p["role"] in (("csm", "associate") if c["segment"] == "scale" else ("csm",))

    def eligible(self, c, p):
        return c["language"] in items(p["languages"])

    def frozen(self, c):
        return 0 <= (day(c["renewal"]) - AS_OF).days <= 60


class Experience(Company):
    name, unowned, stretch, reserve, week_hours = "experience", ("self-service",), 0.10, 0.15, 28
    accounts, limits = {"guided": 7, "assisted": 24}, {"guided": (12, 60), "assisted": (2, 25)}
    share = staticmethod(by_return(4.0))
    sample = ("B-001", "B-004", "B-200", "B-400")

    def score(self, c):
        seats, employees, arr = float(c["seats"]), number(c["employees"]), float(c["arr"])
        c["health"], c["coverage"] = score([
            metric(along([(.1, 0), (.8, 100)], ratio(float(c["active_seats"]), seats)), 3),
            metric(along([(0, 20), (.5, 100)], ratio(float(c["trained_users"]), seats)), 1),
            metric(along([(0, 100), (.5, 0)], ratio(float(c["tickets_90d"]), seats)), 1),
            metric({"happy": 100, "neutral": 60, "unhappy": 0}.get(c["last_survey"]), 2)])
        c["band"] = band_of(c["health"], 45, 70)
        c["arr_value"], c["weight"] = arr, (100 - c["health"]) * arr / 10000
        c["potential"] = None if employees is None else max(0.0, (employees - seats) / employees)
        c["complexity"] = len(items(c["modules"])) + 2 * float(c["integrations"])

    def segment(self):
        for c in self.customers:
            alone, hard, arr = c["prefers"] == "self-service", c["complexity"], c["arr_value"]
            can_grow = c["potential"] is not None and c["potential"] >= .75
            guided = arr >= 40000 and not alone and (hard >= 4 or can_grow)
            assisted = arr >= 8000 and not (alone and hard < 5)
            c["previous_segment"] = c["segment"]
            c["segment"] = "guided" if guided else "assisted" if assisted else "self-service"

    def role_fits(self, c, p):
        return c["segment"] != "guided" or p["role"] == "csm"

    def frozen(self, c):
        return c["migrating"] == "true"


class Territories(Company):
    name, unowned, week_hours = "territories", ("desk",), 29
    accounts = {"key/flagship": 6, "key": 10, "regional": 25}
    limits = {"key": (15, 70), "regional": (3, 20)}
    sample = ("T0001", "T0002", "T0100", "T0600")

    def score(self, c):
        c["health"], c["coverage"] = score([
            metric(along([(.1, 0), (.85, 100)], ratio(float(c["active_seats"]), float(c["seats"]))), 3),
            metric(along([(0, 100), (9, 0)], float(c["open_tickets"])), 1)],
            limits=[(float(c["open_escalations"]) > 0, 35)])
        c["band"] = band_of(c["health"], 50, 75)
        c["arr_value"], c["weight"] = float(c["arr"]), 100 - c["health"]

    def opportunity(self, members):
        unsold = max(float(c["employees"]) for c in members) - sum(float(c["seats"]) for c in members)
        return sum(float(c["arr"]) for c in members) + 40 * max(0.0, unsold)

    def segment(self):
        families = defaultdict(list)
        for c in self.customers:
            families[c["family"]].append(c)
        units = []
        for members in families.values():
            largest = min(members, key=lambda c: (-self.opportunity([c]), c["key"]))
            units.append((-self.opportunity(members), largest, members))
        units.sort(key=lambda unit: (unit[0], unit[1]["key"]))
        for place, (_, largest, members) in enumerate(units):
            listed = set(items(largest["indices"])) & {"Meridian 100", "Terra 40"}
            segment = "key/flagship" if listed else "key/challenger"
            if place >= len(units) // 10:
                segment = "regional" if place < len(units) * 55 // 100 else "desk"
            for c in members:
                c["segment"], c["lead"] = segment, largest

    def pool(self, c):
        territories = {"Nordics": "SE NO DK FI", "DACH": "DE AT CH", "Islands": "GB IE", "South": "ES PT IT"}
        return next(t for t, countries in territories.items() if c["lead"]["country"] in countries.split())

    def role_fits(self, c, p):
        return self.pool(c) in items(p["territories"])

    def eligible(self, c, p):
        return c["language"] in items(p["languages"])

    def frozen(self, c):
        return (day(c["renewal"]) - AS_OF).days <= 45


class TwoRoles(Company):
    name, key, reserve = "two-roles", "Account ID", 0.12
    accounts = {"enterprise": 9, "business": 26, "essential": 70}
    limits = {"enterprise": (15, 60), "business": (4, 20), "essential": (.5, 8)}
    sample = ("W00001", "W00003", "W00250", "W00500")

    def score(self, c):
        licences, nps = float(c["Licences"]), number(c["NPS"])
        young = (AS_OF - day(c["Customer since"])).days < 120
        tasks = float(c["Onboarding tasks done"]) / float(c["Onboarding tasks"])
        c["health"], c["coverage"] = score([
            metric(along([(.1, 0), (.6, 60), (.95, 100)], float(c["Active seats (30d)"]) / licences), 3, "product"),
            metric(100 * tasks, 2, "product", applies=young),
            metric(along([(0, 100), (14, 0)], number(c["Tickets (90d)"]) or 0), 1, "product"),
            metric(along([(0, 0), (7, 50), (10, 100)], nps), 1, "voice", fresh(day(c["NPS on"]), 120, 240), missing=50),
        ], {"product": 3, "voice": 1}, limits=[(c["Escalated"] == "true", 40)])
        c["band"] = band_of(c["health"], 50, 75)
        c["arr_value"], c["weight"] = float(c["ARR"]), 100 - c["health"]
        first = day(c["First value on"])
        value = None if first is None else 100 if first <= AS_OF else 0
        space = ratio(float(c["employees"]) - licences, float(c["employees"]))
        c["scores"] = {
            "onboarding": score([metric(100 * tasks, 2, applies=young),
                                 metric(value, 1, applies=young, missing=0)])[0],
            "expansion": score([metric(along([(0, 0), (.8, 100)], space), 2),
                                metric(along([(0, 0), (3, 100)], 3 - len(items(c["Add-ons"]))), 1)],
                               limits=[(c["health"] < 50, 30)])[0],
            "advocacy": score([metric(along([(0, 0), (3, 100)], float(c["References given"])), 2),
                               metric(100 if c["Speaks at events"] == "true" else 0, 1)],
                              limits=[(c["health"] < 75, 50)])[0]}

    def segment(self):
        levels = ["enterprise", "business", "essential"]
        for c in self.customers:
            before = levels.index(c["Tier"]) if c["Tier"] else None
            c["previous_segment"], c["segment"] = c["Tier"], "essential"
            for rank, least in enumerate((100e3, 25e3)):
                least *= 1 if before is None else 1.04 if rank < before else 0.96
                if c["arr_value"] >= least:
                    c["segment"] = levels[rank]
                    break

    def role_fits(self, c, p):
        return p["role"] == ("csa" if c["segment"] == "essential" else "csm")

    def frozen(self, c):
        return c["Escalated"] == "true"

    def caps(self, p):
        return {"arr": 16 * float(p["burdened_cost"]) * self.fte(p), "hours": 340 * self.fte(p)}

    def needs(self, c):
        need = 100 - c["health"]
        return {"arr": c["arr_value"], "hours": 1 + .03 * need if c["segment"] == "essential" else 6 + .15 * need}


COMPANIES = (ArrVerticals, Experience, Territories, TwoRoles)


@lru_cache(maxsize=None)
def company_of(kind):
    return kind()


def arguments_of(company, *more):
    return (company.folder / "policy.yaml", "--customers", company.folder / "customers.csv", "--team",
            company.folder / "team.csv", "--as-of", AS_OF.isoformat(), *more)


@lru_cache(maxsize=None)
def plan_of(kind, threads=1, again=0):
    """The files of a plan, by name, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"plan{again}"
        result = run("plan", *arguments_of(company_of(kind), "--threads", threads, "-o", out))
        if result.returncode:
            raise AssertionError(result.stdout + result.stderr)
        return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def table_of(kind, name):
    return list(csv.DictReader(plan_of(kind)[name + ".csv"].decode().splitlines()))


class Generated(unittest.TestCase):
    def test_tables_come_out_of_the_script_again(self):
        spec = importlib.util.spec_from_file_location("generate", EXAMPLES / "generate.py")
        generate = importlib.util.module_from_spec(spec)
        sys.dont_write_bytecode = True
        spec.loader.exec_module(generate)
        with tempfile.TemporaryDirectory() as folder:
            generate.main([folder])
            for kind in COMPANIES:
                for table in ("customers.csv", "team.csv"):
                    self.assertEqual((Path(folder) / kind.name / table).read_bytes(),
                                     (EXAMPLES / kind.name / table).read_bytes(), f"{kind.name}/{table}")
        self.assertLess((EXAMPLES / "arr-verticals/customers.csv").stat().st_size, 400_000)


class Planned:
    """The checks of one company; the classes below name it."""

    kind = None

    def setUp(self):
        self.company = company_of(self.kind)
        self.planned = {row["key"]: row for row in table_of(self.kind, "customers")}
        self.people = {p["id"]: p for p in self.company.team}

    def books(self):
        books = {key: [] for key in self.people}
        for c in self.company.customers:
            if self.planned[c["key"]]["csm"]:
                books[self.planned[c["key"]]["csm"]].append(c)
        return books

    def owned(self, c):
        return c["segment"].split("/")[0] not in self.company.unowned

    def families(self):
        families = defaultdict(list)
        for c in self.company.customers:
            families[c["family"]].append(c)
        return families.values()

    def near(self, text, value, what, places=1e-8):
        if value is None:
            self.assertEqual(text, "", what)
        else:
            self.assertAlmostEqual(float(text), value, delta=places * max(1, abs(value)), msg=what)

    def test_check_has_nothing_to_remark(self):
        result = run("check", *arguments_of(self.company))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertNotIn("warning", result.stdout + result.stderr)
        self.assertIn("is good and fits the data", result.stdout)

    def test_same_bytes_again_and_for_any_number_of_threads(self):
        first = plan_of(self.kind)
        for threads, again in ((1, 1), (2, 0), (8, 0)):
            other = plan_of(self.kind, threads, again)
            self.assertEqual(sorted(first), sorted(other))
            for name in first:
                self.assertEqual(first[name], other[name], f"{name} with {threads} threads")

    def test_segments(self):
        for c in self.company.customers:
            row = self.planned[c["key"]]
            self.assertEqual((row["segment"], row["placed_by"]), (c["segment"], c["held_by"]), c["key"])
        counts = Counter(c["segment"] for c in self.company.customers)
        for row in table_of(self.kind, "segments"):
            path = row["segment"]
            below = [s for s in counts if s == path or s.startswith(path + "/")] if path else []
            self.assertEqual(int(row["customers"]), sum(counts[s] for s in below), path)
        top = next(row for row in table_of(self.kind, "segments"))
        self.assertLessEqual(int(top["customers"]), 0.10 * len(self.company.customers))

    def test_health_and_scores(self):
        for c in self.company.customers:
            row = self.planned[c["key"]]
            self.near(row["health"], c["health"], c["key"])
            self.near(row["coverage"], c["coverage"], c["key"])
            self.assertEqual(row["band"] or "unknown", c["band"], c["key"])
            for name, value in c["scores"].items():
                self.near(row[name], value, f"{c['key']}: {name}")

    def test_who_is_owned_by_whom(self):
        for c in self.company.customers:
            row = self.planned[c["key"]]
            self.assertEqual(row["allocation"] == "unowned", not self.owned(c), c["key"])
            self.assertEqual(row["csm"] == "", row["allocation"] in ("unowned", "uncovered"), c["key"])
            self.assertEqual(row["pool"], self.company.pool(c), c["key"])
            if row["csm"]:
                self.assertTrue(self.company.may(c, self.people[row["csm"]]), f"{c['key']} with {row['csm']}")

    def test_no_book_is_over_its_limits(self):
        table = {row["key"]: row for row in table_of(self.kind, "csms")}
        for key, book in self.books().items():
            person, row = self.people[key], table[key]
            load = sum(map(self.company.load, book))
            self.assertLessEqual(load, self.company.fte(person) * (1 + self.company.stretch) + 1e-9, key)
            self.near(row["load"], load, key)
            self.assertEqual(int(row["accounts"]), len(book), key)
            self.assertEqual(row["here"], "true" if self.company.here(person) else "false", key)
            for cap, have in self.company.caps(person).items():
                used = sum(self.company.needs(c)[cap] for c in book)
                self.assertLessEqual(used, have * (1 + 1e-9), f"{key}: {cap}")
                self.near(row[cap + "_used"], used, key)

    def test_whoever_is_uncovered_fits_nowhere(self):
        room, books = {}, self.books()
        for key, person in self.people.items():
            room[key] = {"load": self.company.fte(person) * (1 + self.company.stretch) -
                         sum(map(self.company.load, books[key]))}
            for cap, have in self.company.caps(person).items():
                room[key][cap] = have - sum(self.company.needs(c)[cap] for c in books[key])
        for members in self.families():
            if not self.owned(members[0]) or self.planned[members[0]["key"]]["csm"]:
                continue
            for key, person in self.people.items():
                if all(self.company.may(c, person) for c in members):
                    wanted = Counter()
                    for c in members:
                        wanted.update({"load": self.company.load(c), **self.company.needs(c)})
                    self.assertTrue(any(wanted[cap] > left + 1e-9 for cap, left in room[key].items()),
                                    f"{members[0]['key']} is uncovered, but {key} has room")

    def test_families_stay_together(self):
        for members in self.families():
            for what in ("segment", "csm", "pool"):
                self.assertEqual(len({self.planned[c["key"]][what] for c in members}), 1, members[0]["key"])

    def test_frozen_accounts_keep_their_csm(self):
        frozen = 0
        for members in self.families():
            owners = {c["owner"] for c in members}
            if not self.owned(members[0]) or len(owners) != 1 or not all(map(self.company.frozen, members)):
                continue
            owner = self.people.get(members[0]["owner"])
            if owner and all(self.company.may(c, owner) for c in members):
                frozen += 1
                for c in members:
                    self.assertEqual(self.planned[c["key"]]["csm"], owner["id"], c["key"])
        self.assertGreater(frozen, 0)

    def test_how_owners_change(self):
        changes = set()
        for c in self.company.customers:
            row, owner = self.planned[c["key"]], self.people.get(c["owner"])
            stays = owner is not None and self.company.here(owner) and row["csm"] == c["owner"]
            self.assertEqual(row["allocation"] in ("kept", "frozen"), stays, c["key"])
            if c["owner"] and not stays:
                changes.add((c["key"], c["owner"], row["csm"]))
        moves = [row for row in table_of(self.kind, "moves") if row["from"] and row["from"] != row["to"]]
        self.assertEqual({(row["customer"], row["from"], row["to"]) for row in moves}, changes)
        for row in moves:
            left = not self.company.here(self.people[row["from"]])
            reason = "its CSM has left" if left else "its CSM " if row["to"] else ""
            self.assertTrue(row["why"] and row["why"].startswith(reason), row)

    def test_hours(self):
        company = self.company
        for key, book in self.books().items():
            available = company.week_hours * company.fte(self.people[key]) * company.weeks * (1 - company.reserve)
            accounts = [(c["weight"], *company.hours_limits(c)) for c in book]
            for c, hours in zip(book, shared_hours(accounts, available, company.share) if book else []):
                self.near(self.planned[c["key"]]["hours"], hours, f"{c['key']} of {key}", 1e-6)

    def test_explain(self):
        for key in self.company.sample:
            result = run("explain", *arguments_of(self.company), key)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(key, result.stdout)
            self.assertLessEqual(max(map(len, result.stdout.splitlines())), 120)
            told, row = json.loads(run("explain", *arguments_of(self.company), key, "--json").stdout), self.planned[key]
            self.assertEqual(told["segment"]["segment"], row["segment"])
            self.assertEqual(told["csm"].get("csm", ""), row["csm"])
            self.near(row["health"], told["health"]["score"], key)

    def test_explain_tells_the_tests_as_they_were_judged(self):
        held = [key for key, row in self.planned.items() if row["held"] == "true" and row["placed_by"] == "test"]
        for key in held[:3] + list(self.company.sample):
            told = json.loads(run("explain", *arguments_of(self.company), key, "--json").stdout)["segment"]
            way = {t["segment"]: t.get("outcome", "holds") for t in told["tests"]}
            for path, outcome in way.items() if told["placed_by"] == "test" else ():
                taken = (told["segment"] + "/").startswith(path + "/")
                self.assertEqual(outcome != "does not hold", taken, f"{key}: {path}")


class TestArrVerticals(Planned, unittest.TestCase):
    kind = ArrVerticals

    def test_overlay(self):
        products = {c["key"]: items(c["products"]) for c in self.company.customers}
        load = Counter()
        for row in table_of(self.kind, "overlays"):
            self.assertTrue(row["csm"])
            self.assertEqual(self.people[row["csm"]]["role"], "specialist")
            self.assertIn("Analytics", products[row["customer"]])
            self.assertNotEqual(self.planned[row["customer"]]["segment"], "digital")
            load[row["csm"]] += 1
        wanted = sum("Analytics" in products[c["key"]] and c["segment"] != "digital" for c in self.company.customers)
        self.assertEqual(sum(load.values()), wanted)
        self.assertLessEqual(max(load.values()) - min(load.values()), 1)

    def test_success_of_a_segment_counts_its_tiers(self):
        told = {s["segment"]: s.get("success") for s in json.loads(plan_of(self.kind)["summary.json"])["segments"]}
        for path, least in (("enterprise", .6), ("enterprise/core", .6), ("scale", .5)):
            inside = [c for c in self.company.customers if (c["segment"] + "/").startswith(path + "/")]
            use = [ratio(number(c["active_seats"]), float(c["seats"])) for c in inside]
            judged = [u for u in use if u is not None]
            met = sum(u >= least for u in judged)
            self.assertEqual(told[path]["adopted"], {"met": met, "judged": len(judged), "share": met / len(judged)})

    def test_the_data_is_what_the_readme_says(self):
        customers = self.company.customers
        big = [c for c in customers if c["segment"].split("/")[0] in ("global", "enterprise")]
        self.assertTrue(0.08 < len(big) / len(customers) < 0.12)
        present = [c for c in customers if self.owned(c) and c["owner"] and self.company.here(self.people[c["owner"]])]
        self.assertTrue(0.65 < len(present) / sum(map(self.owned, customers)) < 0.75)
        self.assertEqual(set(c["arr_currency"] for c in customers), {"USD", "GBP", "EUR"})
        self.assertGreater(sum(c["held_by"] == "dwell" for c in customers), 10)

    def test_the_program_in_c_writes_the_same_plan(self):
        compiler = shutil.which(os.environ.get("CC", "cc"))
        generated = LIBRARY.parent.parent / "include"
        if not compiler or not LIBRARY.exists() or not (generated / "triax/version.h").exists():
            self.skipTest("no C compiler, or no library built beside its version.h")
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "plan"
            built = subprocess.run(
                [compiler, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT / 'include'}",
                 f"-I{generated}", str(self.company.folder / "plan.c"), "-o", str(program), str(LIBRARY),
                 f"-Wl,-rpath,{LIBRARY.parent}", "-lm"], capture_output=True, text=True)
            self.assertEqual(built.returncode, 0, built.stderr)
            done = subprocess.run([str(program), str(self.company.folder), AS_OF.isoformat()], capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            self.assertEqual(done.stdout, plan_of(self.kind)["customers.csv"])


class TestExperience(Planned, unittest.TestCase):
    kind = Experience


class TestTerritories(Planned, unittest.TestCase):
    kind = Territories

    def test_some_families_have_several_members(self):
        self.assertGreater(sum(len(members) > 1 for members in self.families()), 10)


class TestTwoRoles(Planned, unittest.TestCase):
    kind = TwoRoles

    def fires(self, c):
        """The plays that a customer calls for, most urgent first."""
        onboarding, nps, touch = c["scores"]["onboarding"], number(c["NPS"]), c["segment"] != "essential"
        return [name for name, holds in (
            ("rescue", c["band"] == "red" and touch),
            ("finish onboarding", onboarding is not None and onboarding < 70),
            ("ask for a reference", c["health"] >= 75 and c["References given"] == "0" and (nps or 0) >= 9)) if holds]

    def test_plays_fire_as_they_say_and_reach_nobody_twice(self):
        due, held = set(), set()
        for c in self.company.customers:
            mails = [play for play in self.fires(c) if play != "rescue"]
            due |= {(c["key"], play) for play in self.fires(c) if play == "rescue" or play == mails[0]}
            held |= {(c["key"], play) for play in mails[1:]}
        actions = table_of(self.kind, "actions")
        self.assertEqual({(row["customer"], row["play"]) for row in actions}, due)
        self.assertEqual({(row["customer"], row["play"]) for row in table_of(self.kind, "withheld")}, held)
        self.assertTrue(all(any(play == name for _, play in due) for name in ("rescue", "ask for a reference")) and held)
        customers = {c["key"]: c for c in self.company.customers}
        for row in actions:
            c = customers[row["customer"]]
            if row["play"] == "rescue":
                self.assertEqual((row["recipient"], row["due"]), (self.planned[c["key"]]["csm"], "2026-11-25"))
            elif row["play"] == "finish onboarding":
                steps = int(c["Onboarding tasks"]) - int(c["Onboarding tasks done"])
                self.assertEqual(row["subject"], f"{c['Account']}, {steps} steps are left")

    def test_forecast_is_the_sum_of_its_accounts(self):
        base = {int(row["year"]): row for row in table_of(self.kind, "forecast")
                if (row["scenario"], row["segment"]) == ("base", "all")}
        arr, accounts, chance, growth = [], [], [], []
        for c in self.company.customers:
            arr.append(c["arr_value"])
            chance.append({"red": .72, "yellow": .89, "green": .96}[c["band"]])
            growth.append(1.10 if c["scores"]["expansion"] is not None and c["scores"]["expansion"] >= 60 else 1.02)
        for year in range(4):
            self.near(base[year]["arr"], sum(a * (r * g) ** year for a, r, g in zip(arr, chance, growth)), year)
            self.near(base[year]["accounts"], sum(r ** year for r in chance), year)
        self.near(base[1]["grr"], sum(map(lambda a, r: a * r, arr, chance)) / sum(arr), "GRR")
        self.near(base[1]["nrr"], sum(map(lambda a, r, g: a * r * g, arr, chance, growth)) / sum(arr), "NRR")
        better = next(row for row in table_of(self.kind, "scenarios") if (row["segment"], row["year"]) == ("all", "1"))
        red = sum(a * .06 * g for a, r, g in zip(arr, chance, growth) if r == .72)
        self.near(better["arr"], red, "six points more of the red stay")

    def test_moves_keep_to_what_a_week_can_take(self):
        moves = table_of(self.kind, "moves")
        escalated = {c["key"] for c in self.company.customers if c["Escalated"] == "true"}
        gives, takes = Counter(), Counter()
        for row in moves:
            self.assertEqual(row["status"], "held" if row["customer"] in escalated else "scheduled", row)
            if row["status"] == "scheduled":
                self.assertEqual(row["date"], str(date(2026, 12, 7) + timedelta(weeks=int(row["week"]) - 1)))
                if row["change"] != "segment":
                    gives[row["from"], row["week"]] += bool(row["from"]) and self.company.here(self.people[row["from"]])
                    takes[row["to"], row["week"]] += 1
        self.assertLessEqual(max(gives.values()), 3)
        self.assertEqual(max(takes.values()), 3)


if __name__ == "__main__":
    unittest.main()
