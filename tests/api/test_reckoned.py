#!/usr/bin/env python3
"""Plays, forecast and headcount of random policies and companies, reckoned anew from docs/guide in exact fractions.

Nothing here is the library's: the rules are read off the guide and written down the slow way.

usage: test_reckoned.py [-v]
"""
import csv
import datetime
import math
import os
import random
import subprocess
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

from command import COMMAND, setUpModule

ROUNDS = int(os.environ.get("TRIAX_ORACLE_CASES") or 100) // 4
TODAY = datetime.date(2026, 11, 21)


def text(value):
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def sheet(header, rows):
    return "\n".join([header, *(",".join(map(text, row)) for row in rows)]) + "\n"


def plan(policy, **files):
    """The tables of a plan; files are customers, team, sent as texts."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["plan", "policy.yaml", "--as-of", TODAY.isoformat(), "-o", "plan"]
        Path(folder, "policy.yaml").write_text("triax: 1\ncustomers: {key: id}\n" + policy, encoding="utf-8")
        for name, content in files.items():
            Path(folder, f"{name}.csv").write_text(content, encoding="utf-8")
            arguments += [f"--{name}", f"{name}.csv"]
        done = subprocess.run([str(COMMAND), *arguments], cwd=folder, capture_output=True, encoding="utf-8", timeout=60)
        if done.returncode:
            raise AssertionError(done.stderr)
        tables = {}
        for path in Path(folder, "plan").glob("*.csv"):
            with open(path, encoding="utf-8", newline="") as stream:
                tables[path.stem] = list(csv.DictReader(stream))
        return tables


class Reckoned(unittest.TestCase):
    maxDiff = None

    def near(self, found, wanted):
        if wanted is None:
            self.assertEqual(found, "")
        else:
            self.assertAlmostEqual(float(found), float(wanted), delta=1e-9 * max(1, abs(float(wanted))))


# --- plays -----------------------------------------------------------------------------------------------------------

NEVER = {"failed", "canceled", "skipped"}


def random_play(draw, i):
    return {"name": f"p{i}", "when": draw.choice(["a > 0", "a > 0 || b > 0", "true"]), "do": draw.choice(["email", "task"]),
            "to": draw.choice([None, "user", "csm"]), "cooldown": draw.choice([None, 0, 1, 7]), "due": draw.choice([0, 5]),
            "once": draw.choice([True, False]), "priority": draw.choice([None, 1, 1.5, 2]),
            "limit": draw.choice([None, (1, 3), (2, 7)]), "body": draw.choice(["x", "n {a}"])}


def play_words(play):
    words = [f"    - name: {play['name']}", f"      when: '{play['when']}'", f"      do: {play['do']}",
             f"      body: '{play['body']}'", f"      due: {play['due']}d",
             f"      once_while_open: {str(play['once']).lower()}"]
    for key, unit in ("to", ""), ("cooldown", "d"), ("priority", ""):
        if play[key] is not None:
            words.append(f"      {key}: {play[key]}{unit}")
    if play["limit"]:
        words.append(f"      limit: {limit_words(play['limit'])}")
    return "\n".join(words) + "\n"


def limit_words(limit):
    return f"{{per_customer: {limit[0]}, every: {limit[1]}d}}"


def goes_to(play):
    return play["to"] or ("csm" if play["do"] == "task" else "customer")


def fires(play, row):
    # A missing comparison holds nothing, and || absorbs it.
    a, b = (row[key] is not None and row[key] > 0 for key in "ab")
    return play["when"] == "true" or a or ("b" in play["when"] and b)


def free_day(limit, sent, today):
    """The first day on which one more is within the limit; `today` were sent today."""
    most, every = limit
    day = 0
    while sum(at + every > day for at in sent) + (today if day < every else 0) >= most:
        day += 1
    return day


class Plays(Reckoned):
    def judge(self, play, row, plays, log, across, taken):
        """(state, day) of an action, or (reason, day until which it waits)."""
        past = sorted((entry for entry in log if entry[0] == row["id"] and entry[2] <= 0), key=lambda entry: entry[2])
        own = [entry for entry in past if entry[1] == play["name"]]
        reached = [entry[2] for entry in own if entry[3] not in NEVER]
        if play["once"] and own and own[-1][3] in ("open", "snoozed"):
            back = own[-1][4] if own[-1][3] == "snoozed" else None
            return self.written(play, row, "update", max(play["due"], back or 0))
        if play["cooldown"] and reached and reached[-1] + play["cooldown"] > 0:
            return "cooldown", reached[-1] + play["cooldown"]
        if play["limit"] and free_day(play["limit"], reached, 0):
            return "limit", free_day(play["limit"], reached, 0)
        contacts = {other["name"] for other in plays if goes_to(other) != "csm"} | {"gone"}
        sent = [entry[2] for entry in past if entry[1] in contacts and entry[3] not in NEVER]
        if across and goes_to(play) != "csm" and free_day(across, sent, taken):
            return "limit across plays", free_day(across, sent, taken)
        return self.written(play, row, "new", play["due"])

    def written(self, play, row, state, day):
        if goes_to(play) == "csm" and row["owner"] != "ana":
            return "nobody owns it", None
        return ("missing value", None) if play["body"] == "n {a}" and row["a"] is None else (state, day)

    def hold(self, draw):
        plays = [random_play(draw, i) for i in range(draw.choice([1, 2, 4]))]
        across = draw.choice([None, (1, 3), (3, 2)])
        rows = [{"id": f"c{i}", "a": draw.choice([None, 0, 1]), "b": draw.choice([None, 0, 1]),
                 "owner": draw.choice(["ana", None])} for i in range(6)]
        log = [(f"c{draw.randrange(7)}", draw.choice([play["name"] for play in plays] + ["gone"]), draw.randrange(-12, 3),
                draw.choice(["open", "snoozed", "sent", "failed", "canceled"]), draw.choice([None, -2, 0, 1, 9]))
               for _ in range(draw.choice([0, 5, 30]))]
        day = lambda number: None if number is None else (TODAY + datetime.timedelta(number)).isoformat()  # noqa: E731
        tables = plan("team: {key: id}\nsegmentation: {segments: [{name: all}]}\n"
                      "allocation: {owner: owner, capacity: {accounts: 100}, eligible: customer.owner == csm.id}\n"
                      "plays:\n" + (f"  limit: {limit_words(across)}\n" if across else "") + "  list:\n" +
                      "".join(map(play_words, plays)), customers=sheet("id,a,b,owner", (row.values() for row in rows)),
                      team="id\nana\n", sent=sheet("customer,play,date,state,until", (
                          (who, what, day(when), state, day(until)) for who, what, when, state, until in log)))
        actions, withheld, taken = [], [], dict.fromkeys((row["id"] for row in rows), 0)
        for play in sorted(plays, key=lambda play: (play["priority"] is None, play["priority"] or 0)):
            for row in filter(lambda row: fires(play, row), rows):
                word, when = self.judge(play, row, plays, log, across, taken[row["id"]])
                made = actions if word in ("new", "update") else withheld
                made.append((row["id"], play["name"], word, day(when) or ""))
                taken[row["id"]] += word == "new" and goes_to(play) != "csm"
        self.assertEqual([(row["customer"], row["play"], row["state"], row["due"]) for row in tables["actions"]], actions)
        self.assertEqual([(row["customer"], row["play"], row["reason"], row["until"]) for row in tables["withheld"]],
                         withheld)

    def test_against_the_guide(self):
        for seed in range(ROUNDS):
            with self.subTest(seed=seed):
                self.hold(random.Random(f"plays {seed}"))


# --- forecast --------------------------------------------------------------------------------------------------------

SEGMENTS = ["a/x", "a/y", "b", "c"]
NESTED = """segmentation:
  segments:
    - {name: a, when: s.startsWith("a"), segments: [{name: x, when: s == "a/x"}, {name: y}]}
    - {name: b, when: s == "b"}
    - {name: c}
"""


def groups(rows):
    """Segments with what is inside of them, and all."""
    for name in [*SEGMENTS, "a"]:
        yield name, [row for row in rows if row["s"] == name or row["s"].startswith(name + "/")]
    yield "all", rows


def mean_of(pairs):
    """By weight; plain where all weigh nothing; None of nobody."""
    weight = sum(max(of, 0) for _, of in pairs)
    if weight > 0:
        return sum(value * max(of, 0) for value, of in pairs) / weight
    return sum(value for value, _ in pairs) / len(pairs) if pairs else None


def known(value, least, most):
    return value is not None and least <= value <= most


def settle(rows, key, least, most, weigh):
    """What is missing or outside of its range is the mean of its segment, or of all."""
    have = [row for row in rows if known(row[key], least, most) and known(row["stay"], 0, 1)]
    means = {}
    for name in SEGMENTS:
        own = [row for row in have if row["s"] == name] or have
        means[name] = mean_of([(Fraction(row[key]), weigh(row)) for row in own])
    return [Fraction(row[key]) if known(row[key], least, most) else means[row["s"]] for row in rows]


def random_accounts(draw, count):
    return [{"id": f"k{i}", "s": draw.choice(SEGMENTS), "arr": draw.choice([0, 100, 1e6, 33.3, -50, None]),
             "stay": draw.choice([0, 1, 0.5, 0.9, 0.123, None, 1.5, -0.1]),
             "grow": draw.choice([0, 0.1, -0.5, -1, None, -2, 0.3]),
             "need": draw.choice([0, 1, 2.5, None])} for i in range(count)]


def customers_of(rows):
    return sheet("id,s,arr,stay,grow,need", (row.values() for row in rows))


class Forecast(Reckoned):
    def hold(self, draw):
        years, rows = draw.choice([1, 3]), random_accounts(draw, draw.choice([2, 5, 9]))
        tables = plan(NESTED + f"forecast:\n  years: {years}\n  retention: stay\n  expansion: grow\n"
                      "  scenarios: [{name: fees, fee: {a: 12k, a/x: 1, b: 500}}]\n", customers=customers_of(rows))
        found = {(row["scenario"], row["segment"], int(row["year"])): row for row in tables["forecast"]}
        arr = {row["id"]: Fraction(row["arr"] or 0) for row in rows}
        stay = settle(rows, "stay", 0, 1, lambda row: arr[row["id"]])
        grow = settle(rows, "grow", -1, math.inf, lambda row: arr[row["id"]] * Fraction(row["stay"]))
        if None in stay or None in grow:
            return  # nobody has a chance: test_hostile.py
        chances = {row["id"]: (r, e) for row, r, e in zip(rows, stay, grow)}
        fees = {"a/x": 1, "a/y": 12000, "b": 500, "c": 0}
        for name, members in groups(rows):
            for year in range(years + 1):
                self.hold_year(found, name, year,
                               [(arr[row["id"]], *chances[row["id"]], fees[row["s"]]) for row in members])

    def hold_year(self, found, name, year, members):
        row = found["base", name, year]
        self.near(row["accounts"], sum(r**year for _, r, _, _ in members))
        arr = [sum(a * (r * (1 + e))**t for a, r, e, _ in members) for t in (year, year - 1) if t >= 0]
        self.near(row["arr"], arr[0])
        if year == 0:
            return
        kept = sum(a * (r * (1 + e))**(year - 1) * r * min(1, 1 + e) for a, r, e, _ in members)
        self.near(row["grr"], kept / arr[1] if arr[1] > 0 else None)
        self.near(row["nrr"], arr[0] / arr[1] if arr[1] > 0 else None)
        self.near(found["fees", name, year]["fees"], sum(fee * r**(year - 1) for _, r, _, fee in members))
        for word in "accounts", "arr":
            self.assertLessEqual(float(row[word + "_low"]), float(row[word]))
            self.assertGreaterEqual(float(row[word + "_high"]), float(row[word]))

    def test_against_the_guide(self):
        for seed in range(ROUNDS):
            with self.subTest(seed=seed):
                self.hold(random.Random(f"forecast {seed}"))


class Headcount(Reckoned):
    def hold(self, draw):
        rows = random_accounts(draw, draw.choice([1, 4, 9]))
        team = [(f"t{i}", draw.choice([1, 0.5, 2, None, 0]), draw.choice([100, 50, None]),
                 draw.choice([None, None, "2026-11-20"])) for i in range(draw.choice([1, 3]))]
        book, hours, target = draw.choice([2, 5]), draw.choice([True, False]), draw.choice([None, 300])
        unowned = draw.choice(["", "c"])
        tables = plan("team: {key: id}\n" + NESTED + f"allocation:\n  unowned: [{unowned}]\n  capacity:\n    fte: fte\n"
                      f"    accounts: {{a: {book}, b: 10, c: 3}}\n" +
                      ("    hours: {need: need, have: 100 * fte}\n" if hours else "") +
                      "forecast:\n  retention: 1\n  cost: cost\n  multiple: 2\n" +
                      (f"  acv_per_csm: {{b: {target}}}\n" if target else ""), customers=customers_of(rows),
                      team=sheet("id,fte,cost,end", team))
        here = [(Fraction(fte), cost) for _, fte, cost, end in team if fte and not end]
        fte = sum(share for share, _ in here)
        paid = [(cost, share) for share, cost in here if cost is not None]
        mean = Fraction(sum(cost for cost, _ in paid)) / sum(share for _, share in paid) if paid else None
        cost = sum(mean * share if of is None else of for share, of in here) if paid or not here else None
        each = cost / fte if paid else None
        found = {row["segment"]: row for row in tables["headcount"]}
        needs = {}
        for name in SEGMENTS:
            members = [row for row in rows if row["s"] == name]
            needs[name] = {} if name == unowned else self.needs(
                members, {"a": book, "b": 10, "c": 3}[name[0]], target if name == "b" and target else each and 2 * each,
                100 if hours and fte else None)
        for name, _ in groups(rows):
            inside = [of for of in SEGMENTS if name == "all" or of == name or of.startswith(name + "/")]
            for rule in "accounts", "arr", "hours":
                said = [needs[of][rule] for of in inside if rule in needs[of]]
                self.near(found[name][f"by_{rule}"], sum(said) if said else None)
            most = [max(needs[of].values()) for of in inside if needs[of]]
            self.near(found[name]["need"], sum(most) if most else None)
        self.near(found["all"]["csms"], fte)
        self.near(found["all"]["cost"], cost)
        self.near(found["all"]["hire"], max(0, math.ceil(sum(max(of.values()) for of in needs.values() if of) - fte)))

    def needs(self, members, book, target, hours):
        found = {"accounts": Fraction(len(members), book)}
        if target:
            found["arr"] = sum(Fraction(row["arr"] or 0) for row in members) / Fraction(target)
        wanted = sum(Fraction(row["need"] or 0) for row in members)
        if hours and wanted:
            found["hours"] = wanted / hours
        return found

    def test_against_the_guide(self):
        for seed in range(ROUNDS):
            with self.subTest(seed=seed):
                self.hold(random.Random(f"headcount {seed}"))


if __name__ == "__main__":
    unittest.main()
