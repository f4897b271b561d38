#!/usr/bin/env python3
"""Fit and back-test by the command: against reckonings of their own, the published figures, and noise.

Data of other people stand beside the checkout, in ../shared/data; what needs them is skipped without them.

usage: test_fit.py [-v]
"""
import csv
import json
import math
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")
DATA = ROOT / "../shared/data"

POLICY = "triax: 1\ncustomers: {key: id}\nsegmentation: {segments: [{name: all}]}\n"


def setUpModule():
    if not COMMAND.is_file():
        raise unittest.SkipTest(f"the command is not built ({COMMAND})")


def logistic(x):
    return 1 / (1 + math.exp(-x))


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def auc_of(scores, outcomes):
    """By counting pairs."""
    with_it = [s for s, y in zip(scores, outcomes) if y]
    without = [s for s, y in zip(scores, outcomes) if not y]
    won = sum((a > b) + (a == b) / 2 for a in with_it for b in without)
    return won / len(with_it) / len(without)


def delong(scores, outcomes):
    """AUC and its standard error from the placements of every row, each counted by itself."""
    with_it = [s for s, y in zip(scores, outcomes) if y]
    without = [s for s, y in zip(scores, outcomes) if not y]
    v10 = [sum((a > b) + (a == b) / 2 for b in without) / len(without) for a in with_it]
    v01 = [sum((a > b) + (a == b) / 2 for a in with_it) / len(with_it) for b in without]
    auc = sum(v10) / len(v10)
    var = lambda v: sum((x - auc) ** 2 for x in v) / (len(v) - 1)  # noqa: E731
    return auc, math.sqrt(var(v10) / len(v10) + var(v01) / len(v01))


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.policy = self.folder / "policy.yaml"
        self.policy.write_text(POLICY)

    def write(self, rows, name="customers.csv"):
        path = self.folder / name
        with open(path, "w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]))
            out.writeheader()
            out.writerows(rows)
        return path

    def triax(self, *arguments, expect=0):
        done = subprocess.run([str(COMMAND), *map(str, arguments)], capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, expect, done.stderr + done.stdout)
        return done

    def fit(self, customers, *more, outcome="churned", expect=0):
        done = self.triax("fit", self.policy, "--customers", customers, "--outcome", outcome, "--json", *more,
                          expect=expect)
        return json.loads(done.stdout) if done.stdout else done



class BackTest(Case):
    def setUp(self):
        super().setUp()
        self.policy.write_text(POLICY + "health:\n"
                               "  metrics: {use: {value: use, scale: [[0, 0], [100, 100]]}}\n"
                               "  bands: {red: 0, yellow: 40, green: 70}\n"
                               "  calibration: [[0, 1], [100, 0]]\n"
                               "scores: {grow: {metrics: {use: {value: use, scale: [[0, 0], [100, 100]]}}}}\n")

    def back_test(self, rows, *more):
        done = self.triax("fit", self.policy, "--customers", self.write(rows), "--outcome", "churned", "--only-test",
                          "--json", *more)
        return json.loads(done.stdout), done.stderr

    def test_by_hand(self):
        # Twenty customers; health is `use`, the chance of churn 1 - use / 100. Ties at 30 (one of each) and at 90.
        use = [10, 20, 30, 30, 45, 50, 55, 60, 65, 72, 74, 76, 78, 80, 82, 84, 86, 88, 90, 90]
        churned = [1, 1, 1, 0, 0, 1, 0, 0, 0, 1] + [0] * 10
        report, _ = self.back_test([dict(id=i, use=u, churned="yes" if y else "No") for i, (u, y) in
                                    enumerate(zip(use, churned))])
        self.assertEqual((report["rows"], report["outcomes"]), (20, 5))
        # Kept customers with more health than each churned one: 15, 15, 14 and a half tie, 13 (not 30, 45), 10.
        self.assertAlmostEqual(report["auc"]["value"], (15 + 15 + 14.5 + 13 + 10) / 75, 12)
        auc, deviation = delong([-u for u in use], churned)
        self.assertAlmostEqual(report["auc"]["value"], auc, 12)
        self.assertAlmostEqual(report["auc"]["low"], auc - 1.959963984540054 * deviation, 12)
        # The top tenth are the two of least health, both churned: 1 over a rate of a quarter.
        self.assertAlmostEqual(report["lift"], 4, 12)
        # At 50 and below: 4 of 5 churned, 2 of 15 kept; no other place is as far apart.
        self.assertAlmostEqual(report["ks"], 4 / 5 - 2 / 15, 12)
        chances = [1 - u / 100 for u in use]
        self.assertAlmostEqual(report["brier"], sum((p - y) ** 2 for p, y in zip(chances, churned)) / 20, 12)
        self.assertAlmostEqual(report["log_loss"], -sum(math.log(p if y else 1 - p) for p, y in zip(chances, churned)) / 20,
                               12)
        red, yellow, green = report["bands"]
        self.assertEqual([(b["band"], b["customers"], b["outcomes"]) for b in report["bands"]],
                         [("red", 4, 3), ("yellow", 5, 1), ("green", 11, 1)])
        self.assertAlmostEqual(red["expected"], (0.9 + 0.8 + 0.7 + 0.7) / 4, 12)
        # Wilson for 1 of 5 at z = 1.96: centre (0.2 + z²/10) / (1 + z²/5), half z/(1 + z²/5) √(0.16/5 + z²/100).
        z = 1.959963984540054
        centre, half = (0.2 + z * z / 10) / (1 + z * z / 5), z / (1 + z * z / 5) * math.sqrt(0.16 / 5 + z * z / 100)
        self.assertAlmostEqual(yellow["rate"]["low"], centre - half, 12)
        self.assertAlmostEqual(yellow["rate"]["high"], centre + half, 12)
        self.assertEqual(green["band"], "green")

    def test_lift_shares_ties_at_the_edge(self):
        # The top two of 20: one at 10 (churned), then a tie of four at 20, two of them churned: 1 × 2/4 of one more.
        use = [10, 20, 20, 20, 20] + [50] * 15
        churned = [1, 1, 1, 0, 0] + [0] * 15
        report, _ = self.back_test([dict(id=i, use=u, churned=y) for i, (u, y) in enumerate(zip(use, churned))])
        self.assertAlmostEqual(report["lift"], (1 + 0.5) / 2 / (3 / 20), 12)

    def test_says_whether_it_separates(self):
        draw = random.Random(3)
        rows = [dict(id=i, use=draw.randrange(101), churned=0) for i in range(400)]
        for row in rows:
            row["churned"] = int(draw.random() < 0.3)
        report, warnings = self.back_test(rows)
        self.assertIs(report["separates"], False)
        self.assertIn("health does not separate churned from kept customers", report["verdict"])
        self.assertIn("warning: health does not separate", warnings)
        for row in rows:
            row["churned"] = int(draw.random() < logistic(3 - row["use"] / 15))
        report, warnings = self.back_test(rows)
        self.assertIs(report["separates"], True)
        self.assertRegex(report["verdict"], r"^health separates churned from kept customers: of one of each, the churned "
                                            r"one has the lower health in \d+ % of cases")
        self.assertEqual(warnings, "")
        for row in rows:
            row["churned"] = 1 - row["churned"]
        report, warnings = self.back_test(rows)
        self.assertIn("upside down", report["verdict"])
        self.assertIn("warning", warnings)

    def test_scores_rise_with_their_outcome(self):
        rows = [dict(id=i, use=i, churned=int(i > 40)) for i in range(60)]
        report, _ = self.back_test(rows, "--score", "grow")
        self.assertEqual(report["auc"]["value"], 1)
        report, _ = self.back_test(rows)
        self.assertEqual(report["auc"]["value"], 0)

    def test_rows_without_outcome_or_health_are_told(self):
        rows = [dict(id=i, use="" if i % 10 == 0 else i, churned="" if i % 7 == 0 else int(i < 30)) for i in range(70)]
        report, _ = self.back_test(rows)
        self.assertEqual(report["without_outcome"], 10)
        self.assertEqual(report["without_score"], 6)
        self.assertEqual(report["rows"], 54)

    def test_faults(self):
        rows = [dict(id=i, use=i, churned="perhaps" if i == 3 else "no", same=1) for i in range(30)]
        customers = self.write(rows)
        run = lambda *more: self.triax("fit", self.policy, "--customers", customers, "--only-test", *more, expect=1)  # noqa: E731
        self.assertIn("'perhaps' in row 4", run("--outcome", "churned").stderr)
        self.assertIn("no column 'churnd'", run("--outcome", "churnd").stderr)
        self.assertIn("did you mean 'churned'?", run("--outcome", "churnd").stderr)
        self.assertIn("the same for all of 30 rows", run("--outcome", "same").stderr)
        self.assertIn("no score 'shrink'", run("--outcome", "same", "--score", "shrink").stderr)
        self.policy.write_text(POLICY)
        self.assertIn("no 'health' section", run("--outcome", "same").stderr)


def company(count, seed, chance):
    """Customers of a law: chance(row) is the log-odds of churn."""
    draw = random.Random(seed)
    rows = []
    for i in range(count):
        row = dict(id=f"C{i}", use=round(draw.random(), 3), tickets=draw.randrange(12),
                   plan=draw.choice(["basic", "plus", "pro"]), sso=draw.choice(["true", "false"]),
                   nps=draw.choice([*range(-100, 101, 10), ""]))
        row["churned"] = draw.choice(["yes"]) if draw.random() < logistic(chance(row)) else "no"
        rows.append(row)
    return rows


def law(row):
    """Falls with use, rises with tickets beyond four, a plan that holds, missing NPS as a bad sign."""
    return (1 - 5 * row["use"] + 0.5 * max(row["tickets"] - 4, 0) - (1.5 if row["plan"] == "pro" else 0)
            + (1.2 if row["nps"] == "" else 0))


class Fit(Case):
    def test_learns_the_law(self):
        rows = company(2500, 1, law)
        report = self.fit(self.write(rows), "-o", self.folder / "new.yaml")
        best = auc_of([law(r) for r in rows[:1500]], [r["churned"] == "yes" for r in rows[:1500]])
        self.assertTrue(report["learnt"])
        self.assertGreater(report["out_of_sample"]["auc"]["value"], best - 0.02)
        weights = {m["metric"]: m["weight"] for m in report["metrics"] if "with" not in m}
        self.assertEqual(set(list(weights)[:2]), {"use", "tickets"})
        self.assertLess(weights.get("sso", 0), 3)
        self.assertNotIn("id", weights)

    def test_the_policy_scores_as_the_model(self):
        rows = company(2000, 2, law)
        customers, new = self.write(rows), self.folder / "new.yaml"
        report = self.fit(customers, "-o", new, "--predictions", self.folder / "predictions.csv")
        self.triax("plan", new, "--customers", customers, "-o", self.folder / "plan")
        planned = {r["key"]: r for r in rows_of(self.folder / "plan/customers.csv")}
        churned = [r["churned"] == "yes" for r in rows]
        auc = auc_of([-float(planned[r["id"]]["health"]) for r in rows], churned)
        self.assertAlmostEqual(auc, report["on_all_rows"]["auc_of_score"], 9)
        self.assertLess(abs(auc - report["on_all_rows"]["auc_of_model"]), 0.005)
        # The library's own points are the policy's.
        for row in rows_of(self.folder / "predictions.csv"):
            self.assertAlmostEqual(float(row["score"]), float(planned[row["key"]]["health"]), 8)
        # Chances by the calibration are those that come, in the mean and at both ends.
        chances = sorted((float(planned[r["id"]]["churn_probability"]), r["churned"] == "yes") for r in rows)
        for part in (chances, chances[:700], chances[-700:]):
            foretold, came = sum(p for p, _ in part) / len(part), sum(y for _, y in part) / len(part)
            self.assertLess(abs(foretold - came), 0.03)

    def test_out_of_fold_auc_is_of_the_predictions(self):
        rows = company(1500, 3, law)
        report = self.fit(self.write(rows), "--predictions", self.folder / "predictions.csv")
        folds = {}
        for row in rows_of(self.folder / "predictions.csv"):
            folds.setdefault(row["fold"], []).append((float(row["chance"]), row["outcome"] == "true"))
        self.assertEqual(len(folds), 5)
        means, variance = [], 0
        for fold in report["folds"]:
            auc, deviation = delong(*zip(*folds[fold["fold"]]))
            self.assertAlmostEqual(fold["auc"], auc, 12)
            means.append(auc)
            variance += deviation**2
        interval = report["out_of_sample"]["auc"]
        self.assertAlmostEqual(interval["value"], sum(means) / 5, 12)
        self.assertAlmostEqual(interval["low"], sum(means) / 5 - 1.959963984540054 * math.sqrt(variance) / 5, 12)

    def test_same_bytes_on_any_number_of_threads(self):
        # The last law has a table of two columns, values are missing, and numbers end at their last knots.
        together = lambda row: law(row) + (3 if row["use"] > 0.6 and row["sso"] == "true" else 0)  # noqa: E731
        for count, by in ((90, law), (1200, law), (2500, together), (6000, together)):
            rows = company(count, count, by)
            for i, row in enumerate(rows):
                row["seats"] = "" if i % 7 == 0 else i * 7919 % 500
                row["region"] = "" if i % 11 == 0 else "r%d" % (i * 31 % 13)
            customers = self.write(rows)
            texts = []
            for threads in (1, 2, 3, 7):
                to = self.folder / f"{threads}"
                self.fit(customers, "-o", f"{to}.yaml", "--threads", threads, "--predictions", f"{to}.csv", "--force")
                texts.append((Path(f"{to}.yaml").read_bytes(), Path(f"{to}.csv").read_bytes()))
            self.assertEqual(len(set(texts)), 1, f"{count} customers")
            self.assertEqual(by is together, b" with " in texts[0][0], f"{count} customers")

    def test_order_of_rows_has_no_say_in_folds(self):
        rows = company(300, 4, law)
        self.fit(self.write(rows), "--predictions", self.folder / "here.csv")
        self.fit(self.write(rows[::-1]), "--predictions", self.folder / "back.csv")
        fold = lambda name: {r["key"]: r["fold"] for r in rows_of(self.folder / name)}  # noqa: E731
        self.assertEqual(fold("here.csv"), fold("back.csv"))

    def test_noise_is_called_noise(self):
        for seed, count, rate, columns in ((1, 400, 0.5, 5), (2, 700, 0.3, 20), (3, 1200, 0.03, 4), (4, 400, 0.25, 40),
                                           (5, 600, 0.9, 8)):
            draw = random.Random(seed)
            rows = [dict(id=i, churned=int(draw.random() < rate), owner=f"csm {draw.randrange(150)}",
                         town=f"t{draw.randrange(30)}", flag=draw.choice(["true", "false", ""]),
                         **{f"x{c}": round(draw.gauss(0, 1), 4) for c in range(columns)}) for i in range(count)]
            new = self.folder / f"{seed}.yaml"
            done = self.triax("fit", self.policy, "--customers", self.write(rows), "--outcome", "churned", "-o", new,
                              expect=1)
            self.assertIn("There is nothing to learn", done.stdout)
            self.assertIn("there is nothing to learn; no policy was written", done.stderr)
            self.assertFalse(new.exists())

    def test_thin_history_is_refused_with_the_numbers(self):
        rows = company(300, 5, law)
        for i, row in enumerate(rows):
            row["churned"] = "yes" if i < 9 else "no"
        done = self.fit(self.write(rows), expect=1)
        self.assertIn("9 rows with the outcome and 291 without; each free parameter needs 10 of both", done.stderr)

    def test_a_smaller_model_where_history_is_thin(self):
        rows = company(180, 6, lambda row: law(row) - 1)
        report = self.fit(self.write(rows), "--force")
        few = min(report["outcomes"], report["rows"] - report["outcomes"])
        self.assertLess(few, 60)
        self.assertLessEqual(report["parameters"], few / 10)
        self.assertTrue(report["shrunk"])
        done = self.triax("fit", self.policy, "--customers", self.folder / "customers.csv", "--outcome", "churned",
                          "--json")
        self.assertIn("warning: history is thin", done.stderr)

    def test_early_stages_are_refused(self):
        customers = self.write(company(800, 7, law))
        for stage in ("startup", "growth"):
            self.policy.write_text(POLICY + f"stage: {stage}\n")
            self.assertIn(f"stage '{stage}'", self.fit(customers, expect=1).stderr)
            self.assertTrue(self.fit(customers, "--force")["learnt"])
        self.policy.write_text(POLICY + "stage: scaling\n")
        self.assertTrue(self.fit(customers)["learnt"])

    def test_leaks(self):
        rows = company(1000, 8, law)
        for row in rows:
            row["cancel_reason"] = "price" if row["churned"] == "yes" else ""
        customers = self.write(rows)
        done = self.triax("fit", self.policy, "--customers", customers, "--outcome", "churned", "--json")
        self.assertIn("'cancel_reason' alone has an AUC of 1.000: does it know the outcome already?", done.stderr)
        done = self.triax("fit", self.policy, "--customers", customers, "--outcome", "churned", "--json", "--leaks",
                          "cancel_reason, sso", "-o", self.folder / "new.yaml")
        self.assertEqual(done.stderr, "")
        self.assertNotIn("cancel_reason", (self.folder / "new.yaml").read_text())
        self.assertNotIn("sso", (self.folder / "new.yaml").read_text())
        done = self.fit(customers, "--leaks", "use", "--metrics", "use,nps", expect=1)
        self.assertIn("'use' is among the metrics and among the leaks", done.stderr)

    def test_monotone_where_asked(self):
        draw = random.Random(9)
        rows = []
        for i in range(1500):
            use = round(draw.random(), 3)
            risk = 1 - 4 * use + 4 * max(use - 0.6, 0) * 3  # more is better only up to 0.6
            rows.append(dict(id=i, use=use, other=round(draw.random(), 3), churned=int(draw.random() < logistic(risk))))
        customers = self.write(rows)

        def points(*more):
            self.fit(customers, "-o", self.folder / "new.yaml", *more)
            self.triax("plan", self.folder / "new.yaml", "--customers", customers, "-o", self.folder / "plan")
            health = {r["key"]: float(r["health"]) for r in rows_of(self.folder / "plan/customers.csv")}
            return [health[str(r["id"])] for r in sorted(rows, key=lambda r: r["use"])]

        free, held = points("--metrics", "use"), points("--metrics", "use", "--rising", "use")
        self.assertTrue(any(b < a - 1 for a, b in zip(free, free[1:])) or max(free) - free[-1] > 5)
        self.assertTrue(all(b >= a for a, b in zip(held, held[1:])))
        falling = points("--metrics", "use", "--falling", "use")
        self.assertTrue(all(b <= a for a, b in zip(falling, falling[1:])))

    def test_tables_of_two_columns(self):
        def both(row):
            bad = row["use"] < 0.4 and row["plan"] == "basic"
            return -1.5 + (3.5 if bad else 0) + 0.05 * row["tickets"]

        rows = company(2500, 10, both)
        report = self.fit(self.write(rows), "-o", self.folder / "new.yaml")
        pairs = [{m["metric"], m["with"]} for m in report["metrics"] if "with" in m]
        self.assertIn({"use", "plan"}, pairs)
        self.assertLessEqual(len(pairs), 5)
        plain = self.fit(self.folder / "customers.csv", "--interactions", "0")
        self.assertFalse(any("with" in m for m in plain["metrics"]))
        self.assertGreater(report["out_of_sample"]["auc"]["value"], plain["out_of_sample"]["auc"]["value"] + 0.01)
        self.triax("plan", self.folder / "new.yaml", "--customers", self.folder / "customers.csv")

    def test_scores_beside_health(self):
        rows = company(1500, 11, lambda row: 4 * row["use"] - 2)
        text = POLICY + "# kept\nscores:\n  # and this\n  renewal: {metrics: {n: {value: nps, scale: [[0, 0], [100, 100]]}}}\n"
        self.policy.write_text(text)
        new = self.folder / "new.yaml"
        self.fit(self.write(rows), "--score", "expansion", "-o", new)
        self.assertTrue(new.read_text().startswith(text))
        self.triax("plan", new, "--customers", self.folder / "customers.csv", "-o", self.folder / "plan")
        planned = {r["key"]: r for r in rows_of(self.folder / "plan/customers.csv")}
        auc = auc_of([float(planned[r["id"]]["expansion"]) for r in rows], [r["churned"] == "yes" for r in rows])
        self.assertGreater(auc, 0.75)
        self.assertGreater(float(planned[max(rows, key=lambda r: r["use"])["id"]]["expansion_probability"]), 0.7)
        report = json.loads(self.triax("fit", new, "--customers", self.folder / "customers.csv", "--outcome", "churned",
                                       "--score", "expansion", "--only-test", "--json").stdout)
        self.assertAlmostEqual(report["auc"]["value"], auc, 9)
        # Again: the section that is there is replaced, its neighbours stay.
        self.policy.write_text(new.read_text())
        self.fit(self.folder / "customers.csv", "--score", "expansion", "-o", self.folder / "again.yaml")
        self.assertEqual((self.folder / "again.yaml").read_text(), new.read_text())

    def test_the_rest_of_the_policy_stays(self):
        head = "# who we are\ntriax: 1   # one\ncustomers: {key: id}\n"
        old = "health:   # by feeling\n  metrics:\n    # of old\n    n: {value: nps, scale: [[0, 0], [100, 100]]}\n"
        tail = "\n# segments, by size\nsegmentation:\n  segments: [{name: all}]  # one\n"
        self.policy.write_text(head + old + tail)
        customers, new = self.write(company(900, 12, law)), self.folder / "new.yaml"
        self.fit(customers, "-o", new)
        text = new.read_text()
        self.assertTrue(text.startswith(head + "health:\n  metrics:\n"))
        self.assertTrue(text.endswith(tail))
        self.assertNotIn("of old", text)
        self.policy.write_text(json.dumps(dict(triax=1, customers=dict(key="id"),
                                               segmentation=dict(segments=[dict(name="all")]))))
        self.fit(customers, "-o", new)  # JSON is written anew
        self.triax("plan", new, "--customers", customers)
        self.policy.write_text(head + "health: &h\n  metrics: {n: {value: nps, scale: [[0, 0], [9, 9]]}}\n"
                               "scores: {copy: *h}\n" + tail)
        self.fit(customers, "-o", new)  # the anchor goes with the old section
        self.triax("check", new, "--customers", customers)

    def test_names_that_need_care(self):
        rows = [dict(id=f"C{r['id']}", **{"Active seats": r["use"], "segment": r["plan"], "note": f"n{i}",
                                          "kind": {"basic": "no", "plus": "a: b, 'c' \"d\"", "pro": "Ünï #1"}[r["plan"]],
                                          "churned": r["churned"]}) for i, r in enumerate(company(1200, 13, law))]
        customers, new = self.write(rows), self.folder / "new.yaml"
        done = self.triax("fit", self.policy, "--customers", customers, "--outcome", "churned", "-o", new)
        self.assertIn("Active seats (expressions cannot name it", " ".join(done.stdout.split()))
        self.assertIn("segment (the policy has a column of its own", " ".join(done.stdout.split()))
        self.assertIn("note (nearly every customer has its own value)", " ".join(done.stdout.split()))
        self.assertTrue(all(len(line) <= 80 for line in done.stdout.splitlines() if "Written" not in line))
        self.triax("plan", new, "--customers", customers, "-o", self.folder / "plan")
        health = {r["key"]: float(r["health"]) for r in rows_of(self.folder / "plan/customers.csv")}
        by_kind = {}
        for row in rows:
            by_kind.setdefault(row["kind"], set()).add(health[row["id"]])
        self.assertGreater(min(by_kind["Ünï #1"]), max(by_kind["no"]))

    def test_usage(self):
        customers = self.write(company(300, 14, law))
        for more, words in ((["--metrics", "usee"], "did you mean 'use'?"), (["--folds", "plan"], None),
                            (["--rising", "plan"], "'plan' is no number"), (["--folds", "use"], "names no folds")):
            done = self.triax("fit", self.policy, "--customers", customers, "--outcome", "churned", *more,
                              expect=0 if words is None else 1)
            self.assertIn(words or "", done.stderr)
        for more in (["--method", "magic"], ["--ridge", "1"], ["--ridge", "-1", "--method", "logistic"],
                     ["--coefficients", "x.csv"],
                     ["--interactions", "99"], ["--only-test", "-o", "x.yaml"], ["--metrics", "a,,b"]):
            self.triax("fit", self.policy, "--customers", customers, "--outcome", "churned", *more, expect=2)
        self.triax("fit", self.policy, "--customers", customers, expect=2)


class Figures(Case):
    """What is claimed of other people's data."""

    def data(self, name, key):
        folder = DATA / name
        if not folder.is_dir():
            self.skipTest(f"{name} is not beside the checkout")
        self.policy.write_text(POLICY.replace("id", key, 1))
        folds = rows_of(folder / "folds.csv")
        rows = [dict(row, fold=fold["fold"]) for row, fold in zip(rows_of(folder / "customers.csv"), folds)]
        if key not in rows[0]:
            rows = [dict({key: fold["id"]}, **row) for row, fold in zip(rows, folds)]
        return rows

    def figure(self, name, key, outcome, least):
        rows = self.data(name, key)
        customers, new = self.write(rows), self.folder / "new.yaml"
        report = self.fit(customers, "--folds", "fold", "-o", new, outcome=outcome)
        self.assertGreaterEqual(report["out_of_sample"]["auc"]["value"], least)
        self.assertLess(abs(report["on_all_rows"]["auc_of_model"] - report["on_all_rows"]["auc_of_score"]), 0.005)
        tested = json.loads(self.triax("fit", new, "--customers", customers, "--outcome", outcome, "--only-test",
                                       "--json").stdout)
        self.assertAlmostEqual(tested["auc"]["value"], report["on_all_rows"]["auc_of_score"], 9)
        rates = [band["rate"]["value"] for band in tested["bands"]]
        self.assertEqual(rates, sorted(rates, reverse=True))

    def test_telco(self):
        self.figure("telco", "customerID", "Churn", 0.849)

    def test_pysurvival(self):
        self.figure("pysurvival", "id", "churned", 0.922)

    def exact(self, name, ridge, model):
        """Coefficients and out-of-fold predictions of Newton's method, to 1e-8 of those on file."""
        folder = DATA / name
        if not folder.is_dir():
            self.skipTest(f"{name} is not beside the checkout")
        design = rows_of(folder / "design.csv")
        columns = list(design[0])[4:]
        rows = [dict({"id": r["row"], "fold": r["fold"], "y": r["y"]}, **{f"x{i}": r[c] for i, c in enumerate(columns)})
                for r in design]
        self.policy.write_text(POLICY)
        self.fit(self.write(rows), "--folds", "fold", "--method", "logistic", "--ridge", ridge, "--predictions",
                 self.folder / "predictions.csv", "--coefficients", self.folder / "coefficients.csv", outcome="y")
        foretold = {r["key"]: float(r["chance"]) for r in rows_of(self.folder / "predictions.csv")}
        worst = max(abs(foretold[r["row"]] - float(r[model])) for r in rows_of(folder / "irls_oof.csv"))
        self.assertLess(worst, 1e-8)
        # Those on file are of the columns as they are; a large one must agree to 1e-8 of its size.
        learnt = {r["coefficient"]: r for r in rows_of(self.folder / "coefficients.csv")}
        names = {"intercept": "constant", **{c: f"x{i}" for i, c in enumerate(columns)}}
        self.assertEqual(set(learnt), set(names.values()))
        exact = [r for r in rows_of(folder / "irls_coefs.csv") if r["model"] == model]
        self.assertEqual({r["fold"] for r in exact}, {"all"} | {r["fold"] for r in design})
        for row in exact:
            column = "all" if row["fold"] == "all" else f"fold {row['fold']}"
            for on_file, name in names.items():
                ours, theirs = float(learnt[name][column]), float(row[on_file])
                self.assertLess(abs(ours - theirs), 1e-8 * max(1, abs(theirs)), (on_file, row["fold"]))

    def test_telco_regression(self):
        self.exact("telco", 0, "irls")

    def test_telco_ridge(self):
        self.exact("telco", 1, "ridge1")

    def test_pysurvival_regression(self):
        self.exact("pysurvival", 0, "irls")

    def test_pysurvival_ridge(self):
        self.exact("pysurvival", 1, "ridge1")


if __name__ == "__main__":
    unittest.main()
