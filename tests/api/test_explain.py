#!/usr/bin/env python3
"""triax explain, health to the last point: what is printed sums to what is printed, and what would turn an account
green, worked out by hand.

usage: test_explain.py [-v]
"""
import json
import random
import re
import subprocess
import unittest
from decimal import Decimal

from command import COMMAND, ROOT, InFolder, setUpModule


POLICY = """\
triax: 1
customers: {key: id, columns: {asked: {type: date}}}
health:
  metrics:
    adoption: {group: product, value: active / seats, scale: [[0, 0], [0.5, 40], [0.9, 100]], weight: 3}
    tickets:  {group: product, value: tickets, scale: [[0, 100], [10, 0]], weight: 1}
    mood:     {group: people, value: mood, scale: {green: 100, yellow: 50, red: 0}, weight: 1,
               stale: {since: asked, after: 30d, fade: 60d}}
    load:     {group: people, value: load, scale: [[0, 20], [0.5, 100], [0.8, 100], [1, 0]], weight: 1, applies_when: has(load)}
  groups: {product: 60%, people: 40%}
  limits:
    - {when: cases > 0, at_most: 60, why: open case}
    - {when: cases > 3, at_most: 30, why: many cases}
  bands: {red: 0, yellow: 50, green: 75}
scores:
  expansion:
    metrics: {room: {value: (1000.0 - seats) / 1000.0, scale: [[0, 0], [1, 100]]}}
    bands: {low: 0, high: 95}
segmentation: {segments: [{name: all}]}
"""
HEAD = "id,seats,active,tickets,mood,asked,load,cases\n"
CUSTOMERS = HEAD + """\
A,100,70,2,yellow,2026-09-22,,0
B,100,70,2,yellow,2026-09-22,,1
C,100,90,0,red,2026-11-20,,0
D,100,70,2,,,0.9,0
E,100,70,2,yellow,2026-11-21,,5
"""


class Case(InFolder):
    def setUp(self):
        super().setUp()
        self.write("policy.yaml", POLICY)
        self.write("customers.csv", CUSTOMERS)

    def explain(self, key, *arguments, customers="customers.csv"):
        done = subprocess.run([str(COMMAND), "explain", "policy.yaml", "--customers", customers, key, "--as-of",
                               "2026-11-21", *arguments], cwd=self.folder, capture_output=True, encoding="utf-8",
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    def health(self, key):
        return self.explain(key, "--json")["health"]


class Reach(Case):
    def test_next_and_best(self):
        """A: adoption 70 points and tickets 80 make 72.5, a mood of 50 (half stale) 50: 63.5. For 75 the product needs
        (75 - 0.4 x 50) / 0.6 = 91 2/3: adoption (4 x 91 2/3 - 80) / 3 = 95 5/9 points, which is 0.5 + 55 5/9 / 60 x 0.4
        = 0.87037; tickets would need 156 2/3. The mood needs (75 - 43.5) / 0.4 = 78.75: green. The room needs seats of
        5 % and less: 0.95."""
        reach = self.health("A")["to_reach"]
        self.assertEqual(list(reach), ["green"])
        self.assertEqual({name: reach["green"][name] for name in ("score", "short_by", "least_change", "not_by")},
                         {"score": 75, "short_by": 11.5, "least_change": "adoption", "not_by": ["tickets"]})
        adoption = reach["green"]["metrics"]["adoption"]
        self.assertAlmostEqual(adoption["points"], 95 + 5 / 9, 9)
        self.assertEqual(adoption["at_least"], 0.871)  # few decimals, not short of it
        self.assertNotIn("at_most", adoption)
        self.assertEqual(reach["green"]["metrics"]["mood"], {"value": "green", "points": 100})
        self.assertEqual(self.explain("A", "--json")["expansion"]["to_reach"]["high"]["metrics"]["room"],
                         {"at_least": 0.95, "points": 95})

    def test_limit(self):
        """B would be as A, but an open case keeps it at 60: yellow, and no metric makes it green."""
        health = self.health("B")
        self.assertEqual((health["score"], health["before_limits"], health["limit"]), (60, 63.5, "open case"))
        green = health["to_reach"]["green"]
        self.assertEqual(green["blocked_by"], ["open case"])
        self.assertNotIn("metrics", green)
        self.assertNotIn("reached_without_limits", green)

    def test_several_limits(self):
        health = self.health("E")
        self.assertEqual([(one["why"], one["from"], one["to"]) for one in health["limits"]],
                         [("open case", 63.5, 60), ("many cases", 60, 30)])
        self.assertTrue(health["to_reach"]["yellow"]["reached_without_limits"])
        self.assertEqual(health["to_reach"]["yellow"]["blocked_by"], ["many cases"])

    def test_both_bands(self):
        """C: 0.6 x 100 = 60. Mood alone: (75 - 60) / 0.4 = 37.5 points: yellow has 50."""
        reach = self.health("C")["to_reach"]
        self.assertEqual(reach["green"]["metrics"], {"mood": {"value": "yellow", "points": 50}})
        self.assertEqual(reach["green"]["not_by"], ["adoption", "tickets"])

    def test_missing_and_both_sides(self):
        """D: people have load alone: 0.9 is half way from 100 to 0: 50 points; 63.5. Load needs 78.75 points: at most
        0.8 + 0.2 x 0.2125 = 0.8425, from above. Without a mood: with one they would be two: (mood + 50) / 2 = 78.75
        is more than green gives."""
        green = self.health("D")["to_reach"]["green"]
        self.assertEqual(green["not_by"], ["tickets", "mood"])
        load = green["metrics"]["load"]
        self.assertLessEqual(load["at_most"], 0.8425)
        self.assertGreater(load["at_most"], 0.84)
        self.assertNotIn("at_least", load)


class Sums(Case):
    def test_sums_as_printed(self):
        """In the text with its four decimals and in JSON with all, for rows of every kind."""
        draw = random.Random(7)
        lines = [HEAD]
        for i in range(60):
            lines.append(f"R{i},{draw.randint(1, 99)},{draw.choice(['', draw.randint(0, 99)])},"
                         f"{draw.choice(['', draw.randint(0, 12)])},{draw.choice(['green', 'red', 'yellow', '', 'odd'])},"
                         f"2026-{draw.randint(8, 11):02}-{draw.randint(1, 20):02},{draw.choice(['', draw.random()])},"
                         f"{draw.choice([0, 0, 2, 5])}\n")
        (self.folder / "rows.csv").write_text("".join(lines), encoding="utf-8")
        sums = 0
        for i in range(60):
            text = self.explain(f"R{i}", customers="rows.csv")
            for line in text.splitlines():
                self.assertLessEqual(len(line), 80)
            facts = self.decimals(f"R{i}")
            health = facts["health"]
            if health["before_limits"] is None:
                continue
            sums += 1
            part = text[text.index("\nhealth:"):text.index("\nexpansion:")]
            metrics = part[:part.index("to reach:")] if "to reach:" in part else part
            shown = lambda name: [Decimal(value) for value in re.findall(rf"^ +{name}: +([-\d.e]+)$", metrics, re.M)]
            raw = shown("before limits")[0]
            self.assertEqual(sum(shown("contribution")), raw, text)
            self.assertEqual(sum(shown("lost")), 100 - raw, text)
            self.assertEqual(sum(shown("weight")), 1, text)
            parts = health["metrics"].values()
            self.assertEqual(sum(Decimal(one["contribution"]) for one in parts), health["before_limits"])
            self.assertEqual(sum(Decimal(one["lost"]) for one in parts), 100 - health["before_limits"])
            self.assertEqual(sum(Decimal(one["weight"]) for one in parts), 1)
        self.assertGreater(sums, 40)

    def decimals(self, key):
        done = subprocess.run([str(COMMAND), "explain", "policy.yaml", "--customers", "rows.csv", key, "--as-of",
                               "2026-11-21", "--json"], cwd=self.folder, capture_output=True, encoding="utf-8", timeout=60)
        return json.loads(done.stdout, parse_float=Decimal, parse_int=Decimal)


class Follow(unittest.TestCase):
    """What follows, of the companies worked by hand in tests/conformance/cases."""
    CASES = ROOT / "tests/conformance/cases"

    def explain(self, case, key, *arguments):
        done = subprocess.run([str(COMMAND), "explain", "policy.yaml", "--customers", "customers.csv", key, "--as-of",
                               "2026-11-21", "--json", *arguments], cwd=self.CASES / case, capture_output=True,
                              encoding="utf-8", timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def move(self, key):
        return self.explain("transition-weeks", key, "--team", "team.csv").get("move")

    def test_moves(self):
        self.assertEqual(self.move("B"), {
            "change": "owner", "from_segment": "large", "to_segment": "large", "from": "ana", "to": "ben",
            "known": False, "week": 10, "date": "2027-03-08", "status": "scheduled",
            "why": "its CSM is not eligible"})
        held = self.move("C")
        self.assertEqual(held["status"], "held")
        self.assertEqual(held["why"], "its CSM is not eligible; held: open_escalations > 0")
        self.assertFalse({"week", "date"} & set(held))  # it has none
        self.assertEqual(self.move("G")["status"], "kept")
        self.assertNotIn("from", self.move("H"))  # it had no CSM

    def test_moves_of_owners_alone(self):
        case = "allocation-points-against-owner"
        self.assertEqual(self.explain(case, "A", "--team", "team.csv")["move"],
                         {"from": "S1", "to": "S2", "why": "its CSM would earn fewer points"})
        self.assertNotIn("move", self.explain(case, "B", "--team", "team.csv"))

    def test_actions(self):
        """a: called, due in three days. d: nobody to write to. c: written to on 23 October, 29 days ago. g: nothing."""
        told = self.explain("plays-log", "a", "--sent", "sent.csv")
        self.assertNotIn("withheld", told)
        self.assertEqual(told["actions"], [{
            "play": "call", "channel": "webhook", "to": "customer", "recipient": "a",
            "body": '{"customer": "a", "third": 66666.67}', "due": "2026-11-24", "priority": 1, "state": "new",
            "why": 'touch == "high" && days_since(last_login) > 14: last_login 2026-10-01, touch high'}])
        told = self.explain("plays-log", "d", "--sent", "sent.csv")
        self.assertNotIn("actions", told)
        self.assertEqual([(one["play"], one["reason"], one["missing"]) for one in told["withheld"]],
                         [("unused feature", "missing value", "contact_name")])
        told = self.explain("plays-log", "c", "--sent", "sent.csv")["withheld"]
        self.assertEqual([(one["reason"], one["until"]) for one in told], [("cooldown", "2026-11-22")])
        self.assertFalse({"actions", "withheld"} & set(self.explain("plays-log", "g", "--sent", "sent.csv")))


if __name__ == "__main__":
    unittest.main()
