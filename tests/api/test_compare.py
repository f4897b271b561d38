#!/usr/bin/env python3
"""triax compare: what differs between two plans, and why, worked out by hand; sums that must be exact.

usage: test_compare.py [-v]
"""
import csv
import json
import random
import unittest
from collections import defaultdict
from decimal import Decimal

from command import InFolder, setUpModule

FACTORS = ["data", "missing", "freshness", "rule", "scale", "weights", "limits"]

POLICY = """\
triax: 1
name: small
currency: {base: USD}
customers: {key: id, columns: {arr: {type: money}, asked: {type: date}}}
health:
  metrics:
    use:  {value: active / seats, scale: [[0, 0], [1, 100]], weight: 3}
    mood: {value: mood, scale: {good: 100, bad: 0}, weight: 1, stale: {since: asked, after: 30d, fade: 60d}}
  limits: [{when: cases > 0, at_most: 40, why: open case}]
  bands: {red: 0, yellow: 50, green: 75}
segmentation:
  by: arr
  previous: segment
  segments:
    - {name: high, at_least: 100k}
    - {name: risky, when: health < 50}
    - {name: top, top: 40%}
    - {name: low}
"""


def rows(text):
    return [line for line in csv.DictReader(text.splitlines())]


class Case(InFolder):
    def compare(self, *arguments):
        """The comparison's tables by name, each a list of dicts, and its summary."""
        done = self.run_command("compare", *arguments, "-o", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in done.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())
        tables = {path.stem: rows(path.read_text(encoding="utf-8")) for path in (self.folder / "out").glob("*.csv")}
        tables["summary"] = json.loads((self.folder / "out/summary.json").read_text(encoding="utf-8"))
        self.hold_sums(tables)
        return tables

    def hold_sums(self, tables):
        """What is printed sums to what is printed, digit for digit; causes lead from the one to the other."""
        accounts = {row["key"]: row for row in tables["accounts"]}
        parts, chains = defaultdict(list), defaultdict(list)
        for row in tables["metrics"]:
            before, after = Decimal(row["before"]), Decimal(row["after"])
            self.assertEqual(before + sum(Decimal(row[factor]) for factor in FACTORS), after, row)
            self.assertEqual(after - before, Decimal(row["change"]), row)
            parts[row["key"], row["score"]].append(row)
        for (key, score), metrics in parts.items():
            if score != "health" or not accounts[key]["health_before"] or not accounts[key]["health_after"]:
                continue
            for side in ["before", "after"]:
                total = sum(Decimal(row[side]) for row in metrics)
                self.assertEqual(total, Decimal(accounts[key]["health_" + side]), (key, side))
        for row in tables["causes"]:
            chains[row["key"], row["result"]].append(row)
        for (key, result), links in chains.items():
            for one, two in zip(links, links[1:]):
                self.assertEqual(one["to"], two["from"], links)
            if result + "_before" in accounts[key]:
                self.assertEqual(links[0]["from"], accounts[key][result + "_before"], links)
                self.assertEqual(links[-1]["to"], accounts[key][result + "_after"], links)

    def causes(self, tables, key, result):
        return [(row["from"], row["to"], row["cause"], row["by"]) for row in tables["causes"]
                if row["key"] == key and row["result"] == result]

    def factors(self, tables, key, metric):
        row = next(row for row in tables["metrics"] if row["key"] == key and row["metric"] == metric)
        return {name: row[name] for name in FACTORS if row[name] != "0"}


HEAD = "id,arr,seats,active,mood,asked,cases,segment\n"
OLD = HEAD + """\
A,200000,100,80,good,2026-11-01,0,high
B,5000,10,5,good,2026-11-20,0,low
C,6000,10,9,,,0,low
D,7000,10,7,,,0,top
E,8000,10,10,,,0,top
F,90000,10,10,,,0,top
"""


class Days(Case):
    def days(self, new, *dates):
        self.write("policy.yaml", POLICY)
        self.write("old.csv", OLD)
        self.write("new.csv", new)
        return self.compare("policy.yaml", "--customers", "old.csv", "new.csv", "--as-of", *dates)

    def test_health(self):
        """A: (3 x 80 + 100) / 4 = 85; with 60 active 70; 50 days after it was asked the mood's freshness is
        1 - 20 / 60 = 2/3, so (180 + 200/3) / (11/3) = 740 / 11. B: (150 + 100) / 4 = 62.5 without mood 50.
        C: 90, with an open case at most 40."""
        new = OLD.replace("100,80,good", "100,60,good").replace("10,5,good,2026-11-20", "10,5,,2026-11-20")
        new = new.replace("C,6000,10,9,,,0", "C,6000,10,9,,,1")
        got = self.days(new, "2026-11-21", "2026-12-21")
        self.assertEqual(self.causes(got, "A", "health"), [
            ("85", "70", "data", "use -15 (active 80 -> 60)"),
            ("70", "67.2727272727", "freshness", "mood -6.82, use +4.09")])
        # use 60 points x 3/4 = 45, then 60 x 9/11; mood 100 x 1/4 = 25, then 100 x 2/11
        self.assertEqual(self.factors(got, "A", "use"), {"data": "-15", "freshness": "4.0909090909"})
        self.assertEqual(self.factors(got, "A", "mood"), {"freshness": "-6.8181818182"})
        self.assertEqual(self.causes(got, "A", "band"), [("green", "yellow", "data", "health 85 -> 70")])
        self.assertEqual(self.causes(got, "B", "health"),
                         [("62.5", "50", "missing", "mood -25 (mood good -> missing), use +12.5")])
        self.assertEqual(self.causes(got, "C", "health"), [("90", "40", "limits", "none -> open case")])
        self.assertEqual(self.causes(got, "C", "band"), [("green", "red", "limits", "health 90 -> 40")])
        self.assertEqual(self.causes(got, "C", "segment"), [("low", "risky", "health", "health 90 -> 40")])
        self.assertEqual(got["summary"]["differ"], {"segment": 1, "health": 3, "band": 2})

    def test_segments(self):
        """Top 40 % of 6 are 2: A and F before. When B grows past them all, F is third: it is F's cut-off that moved,
        not F. E's number went missing; D came over the mark by its own arr."""
        old = OLD.replace("A,200000", "A,95000")
        new = old.replace("B,5000", "B,99000").replace("E,8000", "E,").replace("D,7000", "D,150000")
        self.write("policy.yaml", POLICY)
        self.write("old.csv", old)
        self.write("new.csv", new)
        got = self.compare("policy.yaml", "--customers", "old.csv", "new.csv", "--as-of", "2026-11-21")
        self.assertEqual(self.causes(got, "B", "segment"), [("low", "top", "data", "arr 5000 -> 99000")])
        self.assertEqual(self.causes(got, "D", "segment"), [("low", "high", "data", "arr 7000 -> 150000")])
        # of 5 with an arr 40 % are 2: D and B; A and F fall out at once
        for key in "AF":
            self.assertEqual(self.causes(got, key, "segment"),
                             [("top", "low", "set", "top 40 % by arr: cut-off 90000 -> 99000")])
        flows = {(row["from"], row["to"]): row["accounts"] for row in got["flows"]}
        self.assertEqual(flows, {("low", "top"): "1", ("low", "high"): "1", ("top", "low"): "2"})
        segments = {row["segment"]: row for row in got["segments"]}
        self.assertEqual((segments["low"]["customers_before"], segments["low"]["customers_after"],
                          segments["low"]["customers_change"]), ("4", "4", "0"))
        self.assertEqual(segments["high"]["arr_change"], "150000")

    def test_new_and_gone(self):
        new = OLD.replace("B,5000", "G,5000")
        got = self.days(new, "2026-11-21")
        self.assertEqual([(row["key"], row["status"], row["cause"]) for row in got["accounts"]],
                         [("G", "new", "new in the data"), ("B", "gone", "gone from the data")])
        self.assertEqual(got["summary"]["accounts"], {"on_both_sides": 5, "new": 1, "gone": 1, "differ": 0})

    def test_nothing_differs(self):
        got = self.days(OLD, "2026-11-21")
        self.assertEqual((got["accounts"], got["causes"], got["metrics"], got["flows"]), ([], [], [], []))

    def test_random_days(self):
        """Sums that are exact on rows of every kind; hold_sums looks at each."""
        draw = random.Random(20261128)
        word = lambda *words: draw.choice(words)

        def company(keys):
            lines = [HEAD]
            for key in keys:
                lines.append(f"K{key},{draw.choice(['', draw.randint(1, 200000)])},{draw.randint(0, 40)},"
                             f"{draw.choice(['', draw.randint(0, 40)])},{word('good', 'bad', 'odd', '')},"
                             f"{word('2026-09-0', '2026-10-1')}{draw.randint(1, 9)},{word(0, 0, 1, '')},"
                             f"{word('high', 'low', 'top', '')}\n")
            return "".join(lines)

        self.write("policy.yaml", POLICY)
        self.write("other.yaml", POLICY.replace("weight: 3", "weight: 1.7").replace("[1, 100]", "[0.7, 90]")
                   .replace("at_most: 40", "at_most: 60").replace("100k", "50k").replace("mood:", "temper:", 1)
                   .replace("top: 40%", "top: 20%"))
        self.write("old.csv", company(range(3000)))
        self.write("new.csv", company(range(100, 3100)))
        days = ["--as-of", "2026-11-01", "2026-11-21"]
        got = self.compare("policy.yaml", "--customers", "old.csv", "new.csv", *days)
        self.assertGreater(len(got["metrics"]), 3000)
        got = self.compare("policy.yaml", "other.yaml", "--customers", "old.csv", "--as-of", "2026-11-01")
        self.assertGreater(len(got["metrics"]), 3000)
        got = self.compare("policy.yaml", "other.yaml", "--customers", "old.csv", "new.csv", *days)
        self.assertGreater(len(got["metrics"]), 3000)


class Policies(Case):
    def test_weights_and_scale(self):
        """B, half used, in a bad mood: (3 x 50 + 0) / 4 = 37.5; on the new scale half is 100: 75; at weights 1 and 1
        50. A, 0.8 used, in a good mood: 85, 100, 100."""
        self.write("one.yaml", POLICY)
        self.write("two.yaml", POLICY.replace("[1, 100]", "[0.5, 100]").replace("weight: 3", "weight: 1"))
        self.write("customers.csv", OLD.replace("10,5,good", "10,5,bad"))
        got = self.compare("one.yaml", "two.yaml", "--customers", "customers.csv", "--as-of", "2026-11-21")
        self.assertEqual(self.causes(got, "B", "health"),
                         [("37.5", "75", "scale", "use +37.5"), ("75", "50", "weights", "use -25")])
        self.assertEqual(self.causes(got, "B", "band"), [("red", "green", "scale", "health 37.5 -> 75"),
                                                         ("green", "yellow", "weights", "health 75 -> 50")])
        self.assertEqual(self.causes(got, "B", "segment"), [("risky", "low", "health", "health 37.5 -> 50")])
        self.assertEqual(self.causes(got, "A", "health"), [("85", "100", "scale", "use +15")])

    def test_rule(self):
        self.write("one.yaml", POLICY)
        self.write("two.yaml", POLICY.replace("at_least: 100k", "at_least: 250k").replace("name: low", "name: rest"))
        self.write("customers.csv", OLD)
        got = self.compare("one.yaml", "two.yaml", "--customers", "customers.csv", "--as-of", "2026-11-21")
        self.assertEqual(self.causes(got, "A", "segment"),
                         [("high", "top", "rule", "high: arr >= 100000 became arr >= 250000")])
        self.assertEqual(self.causes(got, "C", "segment"),
                         [("low", "rest", "rule", "low: none above it became nothing")])

    def test_new_metric_and_bands(self):
        """A new metric of weight 1 with 0 points takes C from 90 to (3 x 90 + 0) / 4 = 67.5: the rule. With green from
        65 on it stays green by the bands."""
        self.write("one.yaml", POLICY)
        self.write("two.yaml", POLICY.replace("  limits:", "    size: {value: seats, scale: [[10, 0], [20, 100]]}\n  limits:")
                   .replace("green: 75", "green: 65"))
        self.write("customers.csv", OLD)
        got = self.compare("one.yaml", "two.yaml", "--customers", "customers.csv", "--as-of", "2026-11-21")
        self.assertEqual(self.causes(got, "C", "health"), [("90", "67.5", "rule", "use -22.5")])
        self.assertEqual(self.causes(got, "D", "health"), [("70", "52.5", "rule", "use -17.5")])
        self.assertEqual(self.causes(got, "C", "band"), [])

    def test_currencies(self):
        self.write("one.yaml", POLICY)
        self.write("two.yaml", POLICY.replace("USD", "EUR"))
        self.write("customers.csv", OLD)
        done = self.run_command("compare", "one.yaml", "two.yaml", "--customers", "customers.csv")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("different currencies, USD and EUR", done.stderr)


class Present(Case):
    def test_dry_run(self):
        self.write("policy.yaml", POLICY)
        self.write("customers.csv", OLD)
        got = self.compare("policy.yaml", "--customers", "customers.csv", "--as-of", "2026-11-21", "--present")
        # D is called top at present, but 90000 and 200000 are the top 40 % of six
        self.assertEqual(self.causes(got, "D", "segment"), [("top", "low", "rule", "low: none above it")])
        self.assertEqual(self.causes(got, "E", "segment"), [("top", "low", "rule", "low: none above it")])
        self.assertEqual(got["summary"]["before"], {"plan": "the present books"})
        self.assertEqual(got["summary"]["accounts"]["differ"], 2)

    def test_no_present_books(self):
        self.write("policy.yaml", POLICY.replace("  previous: segment\n", ""))
        self.write("customers.csv", OLD)
        done = self.run_command("compare", "policy.yaml", "--customers", "customers.csv", "--present")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no present books", done.stderr)


BOOKS = """\
triax: 1
name: books
currency: {base: USD}
customers:
  key: id
  columns: {arr: {type: money}, renewal: {type: date}, owner: {type: string}, likes: {type: string}}
team: {key: id, columns: {fte: {type: number}, start: {type: date}, end: {type: date}}}
segmentation:
  by: arr
  segments:
    - {name: high, at_least: 100k}
    - {name: low}
allocation:
  owner: owner
  unowned: [low]
  capacity: {fte: fte, accounts: 2}
  eligible: customer.region == csm.region
  freeze: days_until(renewal) >= 0 && days_until(renewal) <= 30
  prefer:
    - {points: 3, when: customer.owner == csm.id, why: keeps}
    - {points: 5, when: customer.likes == csm.id, why: likes}
  value: arr
"""
THREE = """\
id,arr,region,renewal,owner,likes
A,200000,n,,ana,
B,150000,n,,ana,
C,120000,n,,ben,
"""
TWO = "id,region,fte,start,end\nana,n,1,,\nben,n,1,,\n"


class Owners(Case):
    """Each CSM can carry two accounts; A and B are with ana and C with ben, as all are at present, unless said."""

    def owners(self, customers=(THREE, THREE), team=(TWO, TWO), days=("2026-11-21",), policies=(BOOKS,)):
        for name, texts in [("customers", customers), ("team", team), ("policy", policies)]:
            for i, text in enumerate(texts):
                self.write(f"{name}{i}" + (".yaml" if name == "policy" else ".csv"), text)
        got = self.compare(*[f"policy{i}.yaml" for i in range(len(policies))], "--customers", "customers0.csv",
                           "customers1.csv", "--team", "team0.csv", "team1.csv", "--as-of", *days)
        moved = {row["key"] for row in got["causes"] if row["result"] == "csm"}
        return got, {key: self.causes(got, key, "csm") for key in sorted(moved)}

    def test_a_csm_leaves(self):
        """Ben can have two, and the two that are worth most are A and B: C is left without."""
        for team, why in [(TWO.replace("ana,n,1,,\n", ""), "ana is in the team no more"),
                          (TWO.replace("ana,n,1,,", "ana,n,1,,2026-10-31"), "ana is not here on the day")]:
            got, causes = self.owners(team=(TWO, team))
            self.assertEqual(causes, {
                "A": [("ana", "ben", "team", why)], "B": [("ana", "ben", "team", why)],
                "C": [("ben", "", "others", "uncovered: every CSM who could take it is full")]})
            self.assertEqual(got["summary"]["differ"], {"csm": 3})

    def test_a_csm_comes(self):
        """C liked cleo before she came, or was here."""
        customers = THREE.replace("ben,", "ben,cleo")
        later = TWO + "cleo,n,1,2026-11-21,\n"
        for team, days, why in [((TWO, later), ["2026-11-21"], "cleo is new in the team"),
                                ((later, later), ["2026-11-20", "2026-11-21"], "cleo was not here before")]:
            _, causes = self.owners((customers, customers), team, days)
            self.assertEqual(causes, {"C": [("ben", "cleo", "team", why)]})

    def test_a_csm_works_less(self):
        """With half a job ana carries one: A, which is worth more than B; ben has room for B."""
        _, causes = self.owners(team=(TWO, TWO.replace("ana,n,1", "ana,n,0.5")))
        self.assertEqual(causes, {"B": [("ana", "ben", "team", "ana works otherwise")]})
        # and the other way round B comes back to ana, its present owner
        _, causes = self.owners(team=(TWO.replace("ana,n,1", "ana,n,0.5"), TWO))
        self.assertEqual(causes, {"B": [("ben", "ana", "team", "ana works otherwise")]})

    def test_present_owner(self):
        _, causes = self.owners((THREE, THREE.replace("150000,n,,ana", "150000,n,,ben")))
        self.assertEqual(causes, {"B": [("ana", "ben", "data", "present owner ana -> ben")]})
        _, causes = self.owners((THREE.replace("150000,n,,ana,", "150000,n,,,ben"), THREE))
        self.assertEqual(causes, {"B": [("ben", "ana", "data", "present owner none -> ana")]})

    def test_freeze(self):
        """C likes ana (5 points against 3 for staying with ben, who has it at present), and goes to her where B does not
        fill her up. 29 days before its renewal it is frozen; on the day after the renewal it is free again."""
        free = "id,arr,region,renewal,owner,likes\nA,200000,n,,ana,\nC,120000,n,{},ben,ana\n"
        _, causes = self.owners((free.format("2027-06-01"), free.format("2026-12-20")))
        self.assertEqual(causes, {"C": [("ana", "ben", "data", "is frozen now")]})
        _, causes = self.owners((free.format("2026-12-20"), free.format("2027-06-01")))
        self.assertEqual(causes, {"C": [("ben", "ana", "data", "is frozen no more")]})
        same = (free.format("2026-12-20"),) * 2
        _, causes = self.owners(same, days=["2026-11-01", "2026-11-21"])
        self.assertEqual(causes, {"C": [("ana", "ben", "time", "is frozen now")]})
        _, causes = self.owners(same, days=["2026-12-20", "2026-12-21"])
        self.assertEqual(causes, {"C": [("ben", "ana", "time", "is frozen no more")]})
        unfrozen = BOOKS.replace("<= 30", "<= 3")
        _, causes = self.owners(same, policies=(BOOKS, unfrozen))
        self.assertEqual(causes, {"C": [("ben", "ana", "rule", "is frozen no more")]})

    def test_eligibility(self):
        """South, C can be nobody's; from there it comes to ben, its owner."""
        south = THREE.replace("120000,n", "120000,s")
        _, causes = self.owners((THREE, south))
        self.assertEqual(causes, {"C": [("ben", "", "data", "ben is not eligible")]})
        _, causes = self.owners((south, THREE))
        self.assertEqual(causes, {"C": [("", "ben", "data", "ben is not eligible before")]})

    def test_points(self):
        """Without B, whom ana keeps, there is room with her for C: for 5 points, where staying earns 3."""
        few = THREE.replace("B,150000,n,,ana,\n", "")
        _, causes = self.owners((few, few.replace("ben,", "ben,ana")))
        self.assertEqual(causes, {"C": [("ben", "ana", "data", "points with ana 0 -> 5")]})
        # and by another policy staying is worth more
        liked = few.replace("ben,", "ben,ana")
        _, causes = self.owners((liked, liked), policies=(BOOKS, BOOKS.replace("points: 3", "points: 8")))
        self.assertEqual(causes, {"C": [("ana", "ben", "rule", "points with ben 3 -> 8")]})

    def test_segment(self):
        """B falls below 100k, where nobody is to own; A takes the value of its book along."""
        _, causes = self.owners((THREE, THREE.replace("150000", "50000")))
        self.assertEqual(causes, {"B": [("ana", "", "segment", "is to have no owner now")]})
        _, causes = self.owners((THREE.replace("150000", "50000"), THREE))
        self.assertEqual(causes, {"B": [("", "ana", "segment", "is to have an owner now")]})

    def test_value_and_others(self):
        """Ana alone, for two: A and B. When C is worth more than B, it is C; B has not changed itself."""
        alone = TWO.replace("ben,n,1,,\n", "")
        free = THREE.replace("ana", "").replace("ben", "")
        _, causes = self.owners((free, free.replace("120000", "180000")), (alone, alone))
        self.assertEqual(causes, {
            "B": [("ana", "", "others", "uncovered: every CSM who could take it is full")],
            "C": [("", "ana", "data", "value 120000 -> 180000")]})

    def test_room(self):
        """A has gone from the data: there is room for C."""
        alone = TWO.replace("ben,n,1,,\n", "")
        free = THREE.replace("ana", "").replace("ben", "")
        got, causes = self.owners((free, free.replace("A,200000,n,,,\n", "")), (alone, alone))
        self.assertEqual(causes, {"C": [("", "ana", "others", "there is room now")]})
        self.assertEqual(got["summary"]["accounts"], {"on_both_sides": 2, "new": 0, "gone": 1, "differ": 1})

    def test_accounts(self):
        """By another policy a CSM carries one account of high: B and C cannot both stay covered."""
        _, causes = self.owners(policies=(BOOKS, BOOKS.replace("accounts: 2", "accounts: 1")))
        self.assertEqual(causes, {"B": [("ana", "ben", "rule", "accounts of a full-time CSM 2 -> 1")],
                                  "C": [("ben", "", "rule", "accounts of a full-time CSM 2 -> 1")]})

    def test_no_allocation_before(self):
        """What only one plan can give is compared in the sums alone."""
        without = BOOKS[:BOOKS.index("allocation:")]
        got, causes = self.owners(policies=(without, BOOKS))
        self.assertEqual((causes, got["accounts"]), ({}, []))
        self.assertEqual({(row["key"], row["accounts_before"], row["accounts_after"]) for row in got["csms"]},
                         {("ana", "", "2"), ("ben", "", "1")})

    def test_present_books(self):
        """The dry run: dan is not in the team, cleo not here yet, D has no owner, B is to have none, A moves for points."""
        self.write("policy.yaml", BOOKS.replace("accounts: 2", "accounts: 4"))
        self.write("customers.csv", "id,arr,region,renewal,owner,likes\n" + "A,200000,n,,ben,ana\nB,50000,n,,ana,\n"
                   "C,120000,n,,cleo,\nD,110000,n,,,\nE,130000,n,,dan,ben\n")
        self.write("team.csv", TWO + "cleo,n,1,2027-01-01,\n")
        got = self.compare("policy.yaml", "--customers", "customers.csv", "--team", "team.csv", "--as-of", "2026-11-21",
                           "--present")
        causes = {row["key"]: (row["from"], row["cause"], row["by"]) for row in got["causes"] if row["result"] == "csm"}
        self.assertEqual(causes, {
            "A": ("ben", "rule", "ben would earn fewer points"), "B": ("ana", "rule", "is to have no owner"),
            "C": ("cleo", "team", "cleo is not here on the day"), "D": ("", "rule", "has no owner at present"),
            "E": ("dan", "team", "dan is not in the team")})

    def test_pools(self):
        """Pools by vertical, and one for the rest: A changes its vertical, B by the rule."""
        pools = BOOKS.replace("  capacity:", "  pools:\n    - {name: big, customers: arr >= 180000}\n    - {name: rest}\n"
                              "  capacity:")
        got, _ = self.owners((THREE, THREE.replace("150000", "190000")), policies=(pools,))
        self.assertEqual(self.causes(got, "B", "pool"), [("rest", "big", "data", "arr 150000 -> 190000")])
        got, _ = self.owners(policies=(pools, pools.replace("180000", "150000")))
        self.assertEqual(self.causes(got, "B", "pool"), [("rest", "big", "rule", "")])
        customers = {(row["pool"], row["customers_before"], row["customers_after"]) for row in got["pools"]}
        self.assertEqual(customers, {("big", "1", "2"), ("rest", "2", "1")})


class Usage(Case):
    def test_usage(self):
        self.write("policy.yaml", POLICY)
        self.write("customers.csv", OLD)
        for arguments, word in [([], "needs a policy"), (["policy.yaml"], "--customers"),
                                (["policy.yaml", "--customers", "customers.csv"], "--present"),
                                (["policy.yaml", "policy.yaml", "--customers", "customers.csv", "--present"], "one")]:
            done = self.run_command("compare", *arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(word, done.stderr)

    def test_twice(self):
        """--customers OLD NEW, and the option twice, are the same."""
        self.write("policy.yaml", POLICY)
        self.write("old.csv", OLD)
        self.write("new.csv", OLD.replace("A,200000", "A,2000"))
        days = ["--as-of", "2026-11-21", "--json"]
        one = self.run_command("compare", "policy.yaml", "--customers", "old.csv", "new.csv", *days)
        two = self.run_command("compare", "policy.yaml", "--customers", "old.csv", *days, "--customers", "new.csv")
        self.assertEqual(one.returncode, 0, one.stderr)
        self.assertEqual(one.stdout, two.stdout)
        self.assertEqual(json.loads(one.stdout)["accounts"]["differ"], 2)


if __name__ == "__main__":
    unittest.main()
