#!/usr/bin/env python3
"""report.html: well formed, alone in the world, safe with any text, and its figures are those of the tables.

usage: test_report.py [-v]
"""
import csv
import re
import subprocess
import unittest
from collections import Counter
from html.parser import HTMLParser

from command import COMMAND, ROOT, InFolder, setUpModule

EXAMPLES = ROOT / "docs/examples"
VOID = {"meta", "rect", "line", "polyline", "polygon"}  # those of SVG are written as <rect/>


class Page(HTMLParser):
    """The tags in their order, balanced or not at all, and the tables as lists of rows."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tables, self.tags, self.attributes, self.heading = [], [], Counter(), [], ""
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)
        if tag == "h2":
            self.heading = ""
        if tag == "table":
            self.tables.append((self.heading, []))
        if tag == "tr":
            self.tables[-1][1].append([])
        if tag in ("td", "th"):
            self.tables[-1][1][-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if "small" in self.open:  # names beside keys
            return
        if "td" in self.open or "th" in self.open:
            self.tables[-1][1][-1][-1] += data
        elif "h2" in self.open:
            self.heading += data

    def table(self, first):
        """The table whose first heading is that, as dicts; figures as they are shown."""
        for _, rows in self.tables:
            if rows and rows[0][0] == first:
                return [dict(zip(rows[0], row)) for row in rows[1:]]
        raise AssertionError(f"no table begins with {first}: {[rows[0] for _, rows in self.tables]}")


class Case(InFolder):
    def plan(self, policy, customers, *more, out="plan"):
        done = subprocess.run([str(COMMAND), "plan", str(policy), "--customers", str(customers), "--as-of", "2026-11-23",
                               "-o", str(self.folder / out), "--report", *map(str, more)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / out / "report.html").read_bytes().decode("utf-8")
        return text, Page(text), done.stdout

    def rows(self, table, out="plan"):
        return list(csv.DictReader((self.folder / out / f"{table}.csv").read_text(encoding="utf-8").splitlines()))

    def example(self, name, *more, out="plan"):
        home = EXAMPLES / name
        return self.plan(home / "policy.yaml", home / "customers.csv", "--team", home / "team.csv", *more, out=out)


class Examples(Case):
    def test_a_page_stands_alone(self):
        for name in ("arr-verticals", "experience", "territories", "two-roles"):
            text, page, said = self.example(name, out=name)
            self.assertIn("report.html", said)
            for tag in ("script", "link", "img", "iframe", "object", "base", "form"):
                self.assertEqual(page.tags[tag], 0, tag)
            names = {key for key, _ in page.attributes}
            self.assertFalse({key for key in names if key.startswith("on")} | names & {"src", "href", "style"})
            self.assertNotRegex(text, r"://|url\(|@import|[\x00-\x08\x0b-\x1f\x7f]")
            self.assertNotIn("nan", re.sub(r"<[^>]*>", " ", text).lower().split())
            self.assertEqual((page.tags["h1"], page.tags["main"] + page.tags["body"]), (1, 1))

    def test_same_bytes_for_any_number_of_threads(self):
        first, _, _ = self.example("two-roles", out="a")
        again, _, _ = self.example("two-roles", "--threads", "3", out="b")
        self.assertEqual(first, again)

    def test_segments_and_bands_are_those_of_the_table(self):
        _, page, _ = self.example("arr-verticals")
        customers = self.rows("customers")
        segments, bands = [table for _, table in page.tables if table[0][0] == "Segment"][:2]
        for row in segments[1:]:
            inside = [c for c in customers if (c["segment"] + "/").startswith(row[0] + "/")]
            shown = dict(zip(segments[0], row))
            self.assertEqual(shown["Customers"], f"{len(inside):,}")
            self.assertEqual(shown["Uncovered"], str(sum(c["allocation"] == "uncovered" for c in inside)))
        self.assertEqual(len(bands), len(segments))
        for row in bands[1:]:
            counts = Counter(c["band"] for c in customers if (c["segment"] + "/").startswith(row[0] + "/"))
            for band, count in zip(bands[0][3:], row[3:]):
                self.assertEqual(count, str(counts[band]), f"{row[0]}: {band}")

    def test_the_largest_in_the_worst_band_come_first(self):
        _, page, _ = self.example("two-roles")
        arr = {c["Account ID"]: float(c["ARR"]) for c in
               csv.DictReader((EXAMPLES / "two-roles/customers.csv").read_text(encoding="utf-8").splitlines())}
        red = sorted((c["key"] for c in self.rows("customers") if c["band"] == "red"), key=lambda key: -arr[key])
        shown = [row["Customer"] for row in page.table("Customer")]
        self.assertEqual(len(shown), 20)
        self.assertEqual([arr[key] for key in shown], [arr[key] for key in red[:20]])
        self.assertTrue(set(shown) <= set(red))

    def test_books_are_those_of_the_team_here_fullest_first(self):
        _, page, _ = self.example("two-roles")
        csms = [row for row in self.rows("csms") if row["here"] == "true"]
        shown = page.table("CSM, fullest first")
        self.assertEqual({row["CSM, fullest first"] for row in shown}, {row["key"] for row in csms})
        full = {row["key"]: float(row["load"]) / float(row["fte"]) for row in csms}
        self.assertEqual([full[row["CSM, fullest first"]] for row in shown], sorted(full.values(), reverse=True))

    def test_what_follows_is_there(self):
        _, page, _ = self.example("two-roles")
        plays = {row["Play, most urgent first"]: row for row in page.table("Play, most urgent first")}
        counts = Counter(row["play"] for row in self.rows("actions"))
        self.assertEqual({name: int(row["New"]) for name, row in plays.items()}, dict(counts))
        weeks = page.table("Week from")
        moves = Counter(row["date"] for row in self.rows("moves") if row["date"])
        self.assertEqual({row["Week from"]: int(row["Moves"]) for row in weeks}, dict(moves))
        self.assertEqual(page.tags["polyline"], 2, "a line for the base and one for the scenario")
        self.assertEqual(page.table("Scenario, at the end")[0]["Scenario, at the end"], "a red account less in four")


class Hostile(Case):
    def test_text_of_the_data_is_text(self):
        evil = '<script>alert("1")</script>&amp;\x07 ü✓'
        policy = self.write("policy.yaml", """\
triax: 1
name: '<b>bold & "quoted"</b>'
customers: {key: id}
team: {key: id}
health:
  metrics: {use: {value: use, scale: [[0, 0], [100, 100]]}}
  bands: {red: 0, green: 50}
segmentation: {segments: [{name: "a<b", when: use > 90}, {name: rest}]}
allocation: {owner: owner}
""")
        name = evil.replace('"', '""')
        customers = self.write("customers.csv", f'id,use,arr,owner\n"{name}",1,5,"{name}"\nb,95,6,\n')
        team = self.write("team.csv", f'id\n"{name}"\n')
        text, page, _ = self.plan(policy, customers, "--team", team)
        self.assertEqual((page.tags["script"], page.tags["b"] - text.count("<div><b>")), (0, 0))
        shown = evil.replace("\x07", " ")
        self.assertEqual(page.table("Customer")[0]["Customer"], shown)
        self.assertEqual({row["CSM, fullest first"] for row in page.table("CSM, fullest first")}, {shown})
        self.assertIn("&lt;b&gt;bold &amp; &quot;quoted&quot;&lt;/b&gt;", text)
        self.assertIn("a<b", [row["Segment"] for row in page.table("Segment")])

    def test_with_little_to_tell(self):
        least = self.write("least.yaml", "triax: 1\ncustomers: {key: id}\nsegmentation: {segments: [{name: all}]}\n")
        _, page, _ = self.plan(least, self.write("one.csv", "id\na\n"), out="one")
        self.assertEqual([heading for heading, _ in page.tables], ["Segments"])
        self.assertEqual(page.table("Segment")[0]["Customers"], "1")
        health = self.write("health.yaml", "triax: 1\ncustomers: {key: id}\nhealth: {metrics: {use: {value: use, scale: "
                            "[[0, 0], [1, 100]]}}}\nsegmentation: {segments: [{name: all}]}\n")
        _, page, _ = self.plan(health, self.write("missing.csv", "id,use\na,\nb,\n"), out="missing")
        self.assertEqual(page.table("Metric")[0]["Missing for"], "2")

    def test_money_beyond_all_bounds(self):
        policy = self.write("policy.yaml", "triax: 1\ncustomers: {key: id}\nsegmentation: {segments: [{name: all}]}\n"
                            "forecast: {years: 3, retention: 0.9, expansion: 0.1}\n")
        for arr in ("1e300", "0", "-5", "1e-300"):
            text, page, _ = self.plan(policy, self.write("customers.csv", f"id,arr\na,{arr}\nb,\n"), out="m" + arr)
            self.assertEqual(page.table("Segment")[0]["Segment"], "all")
            self.assertNotRegex(text, r'="-?(inf|nan)|[ ,"](inf|-?nan)[, "]')

    def test_the_folder_is_complete_or_untouched(self):
        least = self.write("least.yaml", "triax: 1\ncustomers: {key: id}\nsegmentation: {segments: [{name: all}]}\n")
        customers = self.write("one.csv", "id\na\n")
        self.plan(least, customers)
        subprocess.run([str(COMMAND), "plan", str(least), "--customers", str(customers), "--as-of", "2026-11-23", "-o",
                        str(self.folder / "plan")], check=True, capture_output=True)
        self.assertFalse((self.folder / "plan/report.html").exists(), "an earlier plan's page is not this plan's")


if __name__ == "__main__":
    unittest.main()
