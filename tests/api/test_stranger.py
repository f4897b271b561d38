#!/usr/bin/env python3
"""What a stranger stumbled over who planned ten made-up companies and read every line that was printed.

Each test is a fault that was found once. Expected values are worked from the policy language by hand.

usage: test_stranger.py [-v]
"""
import csv
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from command import COMMAND, setUpModule

HEAD = "triax: 1\ncustomers: {key: id}\nteam: {key: id}\n"
ALL = "segmentation: {segments: [{name: all}]}\n"


class Stranger(unittest.TestCase):
    maxDiff = None

    def run_on(self, word, policy, customers, team, *more):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in ("policy.yaml", policy), ("customers.csv", customers), ("team.csv", team):
                Path(folder, name).write_text(text, encoding="utf-8")
            done = subprocess.run([str(COMMAND), word, "policy.yaml", "--customers", "customers.csv", "--team", "team.csv",
                                   "--as-of", "2026-11-21", *more], cwd=folder, capture_output=True, encoding="utf-8")
            done.files = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).glob("plan/*")}
            return done

    def plan(self, policy, customers, team, *more):
        done = self.run_on("plan", policy, customers, team, "-o", "plan", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 80], [])
        done.summary = json.loads(done.files["summary.json"])
        return done


class Books(Stranger):
    def test_a_cap_on_arr_needs_arr(self):
        """It was left out without a word."""
        policy = HEAD + ALL + "allocation: {capacity: {accounts: 3, arr: cap}}\n"
        done = self.run_on("plan", policy, "id,x\nA,1\n", "id,cap\nS,1\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("5:43: error: allocation.capacity.arr: the customers have no ARR to cap", done.stderr)

    def test_accounts_that_weigh_nothing_are_told(self):
        """A segment without a number of accounts, beside others with one: a CSM took any number, and nothing said so."""
        segments = "segmentation: {by: arr, segments: [{name: top, at_least: 9}, {name: rest}]}\n"
        policy = HEAD + segments + "allocation: {%scapacity: {accounts: {top: 3}}}\n"
        rows, team = "id,arr\nA,9\nB,1\nC,1\n", "id\nS\n"
        told = "2 accounts weigh nothing: there is no number of accounts for 'rest'"
        self.assertIn(told, self.plan(policy % "", rows, team).stderr)
        self.assertEqual(self.plan(policy % "unowned: [rest], ", rows, team).stderr, "")
        self.assertEqual(self.plan(HEAD + segments + "allocation: {owner: owner}\n", "id,arr,owner\nA,9,S\n", team).stderr, "")

    def test_owners_by_another_word(self):
        """All of them counted as having left, where the data gave names, or keys in capitals."""
        policy = HEAD + ALL + "allocation: {owner: owner, capacity: {accounts: 9}}\n"
        team = "id,name\nmia.k,Mia Kern\nben.o,Ben Olm\n"
        told = "2 accounts name an owner who has left or is not in the team; "
        self.assertIn(told + "'Ben Olm' is the name of 'ben.o': owners are told by the team's key\n",
                      self.plan(policy, "id,owner\nA,Ben Olm\nB,Mia Kern\n", team).stderr)
        self.assertIn(told + "'Mia.K': did you mean 'mia.k'?\n", self.plan(policy, "id,owner\nA,zoe\nB,Mia.K\n", team).stderr)

    def test_moves_for_nothing_are_told(self):
        """With owners and without a preference for them, most accounts moved, and nothing said why."""
        policy = HEAD + ALL + "allocation: {owner: owner, capacity: {accounts: 4}%s}\n"
        rows = "id,owner\n" + "".join(f"A{i},S\n" for i in range(4))
        told = "2 accounts move: nothing is earned by staying with the present CSM; prefer: [{points: 3, when: customer.owner == csm.id}]"
        self.assertIn(told, self.plan(policy % "", rows, "id\nS\nR\n").stderr)
        stays = policy % ", prefer: [{points: 1, when: customer.owner == csm.id}]"
        self.assertEqual(self.plan(stays, rows, "id\nS\nR\n").stderr, "")

    def test_the_emptiest_are_of_those_who_are_here(self):
        """Those who had left stood in the place of the emptiest, and who has a book without time below all others."""
        head = HEAD.replace("team: {key: id}", "team: {key: id, columns: {end: {type: date}}}")
        policy = head + ALL + "allocation: {owner: owner, freeze: frozen, capacity: {fte: fte, accounts: 10}}\n"
        team = "id,fte,end\nnone,0,\n" + "".join(f"h{i:02d},1,\n" for i in range(14))
        team += "".join(f"gone{i},1,2026-01-01\n" for i in range(6))
        rows = "id,owner,frozen\nA,none,true\n" + "".join(f"c{i},h{i // 3:02d},true\n" for i in range(39))
        lines = self.plan(policy, rows, team).stdout.split("CSM, fullest first")[1].split("\n\n")[0].splitlines()[1:]
        self.assertEqual([line.split()[0] for line in lines],
                         ["none", *(f"h{i:02d}" for i in range(7)), "...", "h10", "h11", "h12", "h13", "gone0", "gone1", "gone2",
                          "..."])
        self.assertEqual((lines[8], lines[-1]), ("  ... 3 more ...", "  ... and 3 more who are not here"))

    def test_arr_by_another_name(self):
        """The head had no ARR, and those uncovered stood in the order of their rows."""
        policy = HEAD.replace("key: id}", "key: id, columns: {mrr: {type: money}}}", 1) + ALL
        policy += "allocation: {capacity: {accounts: 1}, value: mrr}\n"
        done = self.plan(policy, "id,mrr\nA,10\nB,20\nC,30\n", "id\nS\n", "--report")
        self.assertIn("3 customers, ARR 60, 1 CSM here\n", done.stdout)
        self.assertRegex(done.stdout, r"Uncovered: 2 accounts\n  B +20  every.*\n  A +10  every")

    def test_specialists(self):
        """Who goes without one was not told, and explanations mixed overlays' names with their own words."""
        policy = HEAD + ALL + """allocation:
  capacity: {accounts: 10}
  overlays: [{name: why, csms: role == "tam", accounts: 2}]
"""
        team = "id,role\nS,csm\nT,tam\n"
        rows = "id,arr\n" + "".join(f"A{i},1\n" for i in range(5))
        done = self.plan(policy, rows, team, "--report")
        self.assertEqual(done.summary["allocation"]["overlays"],
                         [{"overlay": "why", "customers": 5, "csms": 1, "room": 2, "uncovered": 3, "hire": 2}])
        self.assertRegex(done.stdout, r"\n  why +5 +1 +2 of 2 +3\n    to cover them, hire about 2\n")
        self.assertIn("Specialists beside the owners", done.files["report.html"])
        self.assertIn("  specialists:\n    why: none has room\n", self.run_on("explain", policy, rows, team, "A4").stdout)
        typo = self.run_on("check", policy.replace("accounts: 2", "accounts: 2, owner: ar"), rows, team)
        self.assertIn("did you mean 'arr'?", typo.stderr)


class Twins(Stranger):
    def test_two_overlays_of_one_name(self):
        policy = HEAD + ALL + "allocation: {capacity: {accounts: 2}, overlays: [{name: a}, {name: b}, {name: a}]}\n"
        done = self.run_on("check", policy, "id\nA\n", "id\nS\n")
        self.assertIn("allocation.overlays[2]: two overlays are called 'a'\n", done.stderr)

    def test_points_that_would_be_none(self):
        policy = HEAD + ALL + "allocation: {capacity: {accounts: 2}, prefer: [{points: %s, when: csm.id == customer.id}]}\n"
        done = self.run_on("check", policy % "0.0004", "id\nA\n", "id\nS\n")
        self.assertIn("allocation.prefer[0].points: points are counted in thousandths: so few would be none\n", done.stderr)
        self.assertEqual(self.run_on("check", policy % "-0.001", "id\nA\n", "id\nS\n").returncode, 0)


class Team(Stranger):
    SEGMENTS = "segmentation: {segments: [{name: owned, roles: [csm]}]}\n"

    def test_specialists_cover_nobodys_need(self):
        """Four accounts at two a CSM need two; one CSM is there, and two specialists, who own nobody: one was not to hire."""
        policy = HEAD + self.SEGMENTS + """allocation:
  capacity: {accounts: 2}
  overlays: [{name: tam, csms: role == "tam", accounts: 5}]
forecast: {years: 1, retention: 0.9, cost: 100k}
"""
        done = self.plan(policy, "id,arr\nA,1\nB,1\nC,1\nD,1\n", "id,role\nS,csm\nT1,tam\nT2,tam\n")
        rows = {row["segment"]: row for row in csv.DictReader(done.files["headcount.csv"].splitlines())}
        self.assertEqual({row["csms"] for row in rows.values()}, {"1"})
        self.assertEqual({row["hire"] for row in rows.values()}, {"1"})
        self.assertEqual((rows["owned"]["cost"], rows["all"]["cost"]), ("100000", "300000"))

    def test_pools_are_as_full_as_those_who_serve_them(self):
        """A dissolved pool's CSMs serve the rest; specialists do not. Both pools are full, and were told to be uneven."""
        head = HEAD.replace("team: {key: id}", "team: {key: id, columns: {verticals: {type: strings}}}")
        policy = head + self.SEGMENTS + """allocation:
  capacity: {accounts: 5}
  pools:
    - {name: bank, customers: vertical == "bank", csms: '"bank" in verticals'}
    - {name: tele, customers: vertical == "tele", csms: '"tele" in verticals', at_least: 30}
    - {name: other}
  overlays: [{name: tam, customers: arr > 9, csms: role == "tam", accounts: 5}]
"""
        rows = "id,arr,vertical\n" + "".join(f"A{i:02d},1,{('bank', 'tele')[i // 10]}\n" for i in range(20))
        team = "id,role,verticals\nB1,csm,bank\nB2,csm,bank\nT1,csm,tele\nT2,csm,tele\nX1,tam,\nX2,tam,\nX3,tam,\nX4,tam,\n"
        done = self.run_on("check", policy, rows, team)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("T103", done.stderr)


class Moves(Stranger):
    def test_hands_and_segments_are_told_apart(self):
        """A week of 135 moves was mostly one of new segments; and who loses the CSM to nobody changed hands."""
        policy = HEAD + """segmentation: {by: arr, previous: was, segments: [{name: top, at_least: 5}, {name: rest}]}
allocation: {owner: owner, unowned: [rest], capacity: {accounts: 9}}
transition: {start: 2027-01-04}
"""
        rows = "id,arr,was,owner\nA,9,rest,S\nB,9,top,\nC,1,top,S\nD,1,rest,\n"
        done = self.plan(policy, rows, "id\nS\n")
        self.assertIn("Transition: 1 account changes hands, ARR 1 (5 %); 1 to nobody\n"
                      "  1 gets a first owner; 2 change segment\n", done.stdout)
        self.assertIn("from 2027-01-04: 3 moves (2 of owners), ARR 19\n", done.stdout)


class Names(Stranger):
    def test_the_report_names_people_and_customers(self):
        """Keys alone, which in most CRMs say nothing."""
        policy = HEAD + ALL + "allocation: {capacity: {accounts: 1}}\n"
        page = self.plan(policy, "id,name\n001A,Acme & Co\n001B,\n001C,001C\n", "id,name\n005X,Mia\n", "--report").files["report.html"]
        self.assertIn("<td>005X<small> Mia</small></td>", page)
        self.assertIn("<td>001B</td>", page)
        self.assertNotIn("<small> 001C</small>", page)
        both = self.plan(policy, "id,name\n001A,Acme & Co\n001B,Bolt <x>\n", "id,name\n005X,Mia\n", "--report").files["report.html"]
        self.assertTrue("<td>001A<small> Acme &amp; Co</small></td>" in both or "<td>001B<small> Bolt &lt;x&gt;</small></td>" in both)


class Curve(Stranger):
    def test_the_report_has_the_curve_and_it_leaves_specialists_out(self):
        """It was printed and not in the report; the emptiest of all were specialists, who own nothing."""
        policy = HEAD + "segmentation: {segments: [{name: owned, roles: [csm]}]}\n" + """allocation:
  owner: owner
  capacity: {accounts: 10}
  prefer: [{points: 1, when: customer.owner == csm.id}]
"""
        rows = "id,owner\n" + "".join(f"A{i},S\n" for i in range(6))
        done = self.plan(policy, rows, "id,role\nS,csm\nR,csm\nT,tam\n", "--tradeoff", "--report")
        curve = list(csv.DictReader(done.files["tradeoff.csv"].splitlines()))
        # The last has three accounts each, 3/10; the plan keeps all six where they are.
        self.assertEqual([(row["how"], row["moved"], row["emptiest"], row["fullest"]) for row in (curve[0], curve[-1])],
                         [("this plan", "0", "0", "0.6"), ("best balance", "3", "0.3", "0.3")])
        self.assertIn("Moves against balance", done.files["report.html"])


class Expressions(Stranger):
    def test_signs_of_other_keyboards(self):
        for sign, hint in (("arr ≥ 5", "write '>='"), ("arr ÷ 2 > 1", "did you mean '/'?"),
                           ("größe > 5", "names are of a to z, digits and '_': declare the column under such a name, with 'from'")):
            done = self.run_on("check", HEAD + f"segmentation: {{segments: [{{name: a, when: {sign}}}, {{name: b}}]}}\n", "id,arr\nA,1\n",
                               "id\nS\n")
            self.assertEqual(done.returncode, 1)
            self.assertIn(hint, done.stderr)


if __name__ == "__main__":
    unittest.main()
