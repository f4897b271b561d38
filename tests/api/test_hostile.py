#!/usr/bin/env python3
"""What a hostile stranger tried: boundaries, half-written input and odd words, through the command alone.

Each test is a fault that was found once. Expected values are worked from the policy language by hand.

usage: test_hostile.py [-v]
"""
import csv
import subprocess
import tempfile
import unittest
from pathlib import Path

from command import COMMAND, setUpModule

ALL = "segmentation: {segments: [{name: all}]}\n"


class Hostile(unittest.TestCase):
    maxDiff = None

    def run_in(self, files, arguments):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                (Path(folder) / name).write_text(text, encoding="utf-8", newline="")
            done = subprocess.run([str(COMMAND), *arguments], cwd=folder, capture_output=True, encoding="utf-8",
                                  timeout=60)
            done.tables = {}
            for path in (Path(folder) / "plan").glob("*.csv"):
                with open(path, encoding="utf-8", newline="") as stream:
                    done.tables[path.stem] = list(csv.DictReader(stream))
            return done

    def plan(self, policy, customers, as_of="2026-11-21", **files):
        arguments = ["plan", "policy.yaml", "--customers", "customers.csv", "-o", "plan", "--as-of", as_of]
        for name in files:
            arguments += [f"--{name}", f"{name}.csv"]
        return self.run_in({"policy.yaml": "triax: 1\n" + policy, "customers.csv": customers,
                            **{f"{name}.csv": text for name, text in files.items()}}, arguments)

    def fails(self, policy, customers="id,arr\nA,1\n", **files):
        done = self.plan(policy, customers, **files)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr


class Logs(Hostile):
    POLICY = ALL + "plays: [{name: x, when: arr > 0, do: email, once_while_open: true}]\n"

    def test_a_column_of_the_log_is_not_there(self):
        """It was told as a fault of the policy's file, of "the data of the sent"."""
        self.assertEqual(self.fails(self.POLICY, sent="customer,plays,date\nA,x,2026-11-01\n"),
                         "sent.csv: error: there is no column 'play'; did you mean 'plays'?\n")

    def test_a_column_of_the_history_is_not_there(self):
        policy = ALL + "health: {metrics: {m: {value: arr, scale: [[0, 0], [1, 100]], weight: 1}}}\n"
        self.assertEqual(self.fails(policy, history="customer,date,heatlh\nA,2026-11-01,50\n"),
                         "history.csv: error: there is no column 'health'; did you mean 'heatlh'?\n")

    def test_what_was_canceled_is_not_open(self):
        """Logs may have a row per event: the latest says how the action stands. It stayed open for ever."""
        log = ("customer,play,date,state\n"
               "A,x,2026-11-10,open\nA,x,2026-11-12,canceled\n"
               "B,x,2026-11-10,canceled\nB,x,2026-11-12,open\n"
               "C,x,2026-11-10,open\nC,x,2026-11-10,failed\n")
        done = self.plan(self.POLICY, "id,arr\nA,1\nB,1\nC,1\n", sent=log)
        self.assertEqual([(row["customer"], row["state"]) for row in done.tables["actions"]],
                         [("A", "new"), ("B", "update"), ("C", "new")])


class Plays(Hostile):
    def test_braces_in_a_text_of_three_quotes(self):
        """The brace ended the expression, though three quotes hold the text together."""
        policy = ALL + r"""plays:
  - name: x
    when: arr > 0
    do: email
    subject: >-
      {'''a'}b''' + id}{'' + id}{r"\" + "}"}
"""
        done = self.plan(policy, "id,arr\nA,1\n")
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.tables["actions"][0]["subject"], r"a'}bAA\}")


class Forecasts(Hostile):
    def scenario(self, words):
        return self.fails(ALL + f"forecast:\n  retention: 0.9\n  scenarios: [{words}]\n")

    def test_a_scenario_that_changes_nothing(self):
        wanted = ("policy.yaml:5:15: error: forecast.scenarios[0]: a scenario needs 'set' or 'fee'\n"
                  "    5 |   scenarios: [{name: d, set: {}}]\n"
                  "      |               ^  for example set: {retention: 0.95}\n")
        self.assertEqual(self.scenario("{name: d, set: {}}"), wanted)
        self.assertIn("needs 'set' or 'fee'", self.scenario("{name: d, fee: {}}"))

    def test_a_scenario_without_a_name(self):
        self.assertIn("forecast.scenarios[0].name: a name is empty", self.scenario("{name: '', set: {arr: 2}}"))

    def test_nobody_has_a_chance(self):
        """It was to be the mean of nobody."""
        done = self.plan(ALL + "forecast: {years: 1, retention: r}\n", "id,arr,r\nA,1,\nB,2,\n")
        self.assertIn("warning: forecast.retention: the chance to stay of 2 customers is missing (r 2): nobody has one, "
                      "so that nothing can be forecast", done.stderr)
        self.assertEqual([row["arr"] for row in done.tables["forecast"]], ["3", ""])

    def test_a_thousand_scenarios(self):
        """The summary was refused as a document of more than 100,000 nodes, and each scenario evaluated all others."""
        scenarios = "".join(f"    - {{name: s{i}, set: {{arr: arr + {i}}}}}\n" for i in range(1000))
        done = self.plan(ALL + "forecast:\n  retention: 0.5\n  scenarios:\n" + scenarios, "id,arr\nA,1\nB,2\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        last = done.tables["forecast"][-5]
        self.assertEqual((last["scenario"], last["year"], last["arr"]), ("s999", "1", "1000.5"))  # (1000 + 1001) / 2


class Health(Hostile):
    METRIC = "health:\n  metrics: {m: {value: arr, scale: [[0, 0], [1, 100]], weight: 1}}\n"

    def test_bounds_that_cross(self):
        self.assertIn("health.limits[0].at_least: the lower bound is above the upper one",
                      self.fails(ALL + self.METRIC + "  limits: [{when: arr > 0, at_least: 70, at_most: 30}]\n"))

    def test_a_limit_without_bounds(self):
        self.assertIn("a limit needs 'at_most' or 'at_least'",
                      self.fails(ALL + self.METRIC + "  limits: [{when: arr > 0}]\n"))

    def test_thresholds_of_more_than_ten_decimals(self):
        """1 of 3 metrics is known: coverage is 1/3, but it is rounded to ten decimals, and the threshold was not."""
        policy = """health:
  metrics:
    m: {value: m, scale: [[0, 0], [3, 100]], weight: 1}
    n: {value: n, scale: [[0, 0], [3, 100]], weight: 1}
    o: {value: n, scale: [[0, 0], [3, 100]], weight: 1}
  min_coverage: 0.3333333333333333
  bands: {red: 0, green: 33.333333333333336}
"""
        row = self.plan(ALL + policy, "id,m,n\nA,1,\n").tables["customers"][0]
        self.assertEqual((row["health"], row["band"], row["coverage"]), ("33.3333333333", "green", "0.3333333333"))

    def test_nothing_weighs_anything(self):
        self.assertIn("health.metrics: nothing weighs anything: nobody would have a score",
                      self.fails(ALL + self.METRIC.replace("weight: 1", "weight: 0")))
        grouped = self.METRIC.replace("m: {", "m: {group: g, ") + "  groups: {g: 0%}\n"
        self.assertIn("health.metrics: nothing weighs anything", self.fails(ALL + grouped))


class Empty(Hostile):
    def test_an_empty_column_beside_a_text(self):
        """The remedy was to make the text a number."""
        hint = "'{}' has no values to tell its type: declare it under {}.columns\n"
        self.assertIn(hint.format("vertical", "customers"),
                      self.fails("segmentation: {segments: [{name: a, when: vertical == \"finance\"}, {name: b}]}\n",
                                 "id,vertical\nA,\n"))
        policy = ALL + "team: {key: id}\nallocation: {capacity: {accounts: 5}, eligible: customer.c == csm.c}\n"
        self.assertIn(hint.format("csm.c", "team"), self.fails(policy, "id,c\nA,GB\n", team="id,c\nana,\n"))
        self.assertIn(hint.format("customer.c", "customers"), self.fails(policy, "id,c\nA,\n", team="id,c\nana,GB\n"))


class Values(Hostile):
    def test_a_value_of_a_column_that_has_one(self):
        """It was "not the only value", as if it were one of them."""
        policy = "segmentation: {segments: [{name: a, when: kind == \"finance\"}, {name: b}]}\n"
        self.assertIn("\"finance\" is no value of 'kind', which has only \"telco\"\n",
                      self.plan(policy, "id,kind\nA,telco\nB,telco\n").stderr)


class Currencies(Hostile):
    def test_the_base_has_no_rate(self):
        """Amounts in base currency were doubled."""
        policy = "currency: {{base: USD, rates: {{USD: {}, EUR: 1.1}}}}\ncustomers: {{columns: {{arr: {{type: money}}}}}}\n" + ALL.replace("{", "{{").replace("}", "}}")
        self.assertIn("2:36: error: currency.rates.USD: 'USD' is the base: one unit of it is 1\n", self.fails(policy.format(2)))
        self.assertEqual(self.plan(policy.format(1), "id,arr\nA,1\n").returncode, 0)


class Names(Hostile):
    SCORE = "{metrics: {m: {value: arr, scale: [[0, 0], [1, 100]]}}}"

    def test_a_score_that_is_called_as_another_column(self):
        """customers.csv had two columns of one name, which no reader takes, ours neither."""
        for name in "segment", "key", "why", "health", "placed_by":
            self.assertIn(f"3:10: error: scores: '{name}' is a column of the table of customers already\n",
                          self.fails(f"{ALL}scores: {{{name}: {self.SCORE}}}\n"))
        chances = self.SCORE.replace("{metrics", "{calibration: [[0, 1%], [100, 5%]], metrics")
        for scores in f"a: {chances}, a_probability: {self.SCORE}", f"a_probability: {self.SCORE}, a: {chances}":
            self.assertIn("'a_probability' is a column of the table", self.fails(f"{ALL}scores: {{{scores}}}\n"))

    def test_a_definition_that_nobody_could_use(self):
        for name in "'a b'", "in", "while", "'1'", "true", "'a['":
            self.assertIn("cannot be used in expressions\n", self.fails(f"{ALL}define: {{{name}: 1}}\n"))
        self.assertEqual(self.plan(ALL + "define: {size: 1, a.b: size + 1, _c: a.b}\n", "id,arr\nA,1\n").stderr, "")


class Idle(Hostile):
    """What has no effect is told."""

    def test_hold_without_previous(self):
        policy = "segmentation: {by: arr, hold: 5%, segments: [{name: a, at_least: 1}, {name: b}]}\n"
        self.assertIn("warning: segmentation.hold: nobody is held without 'previous', the column with the present segment",
                      self.plan(policy, "id,arr\nA,1\n").stderr)
        known = policy.replace("hold", "previous: was, hold")
        self.assertEqual(self.plan(known, "id,arr,was\nA,1,b\n").stderr, "")

    def test_categories_that_do_not_fit(self):
        policy = ALL + "health: {metrics: {m: {value: arr > 0, scale: {yes: 100, no: 0}}}}\n"
        self.assertIn("note: health.metrics.m.scale: 2 values are not among its categories: there the metric is missing\n",
                      self.plan(policy, "id,arr\nA,1\nB,0\nC,\n").stderr)
        done = self.plan(policy.replace("yes", "true").replace("no:", "false:"), "id,arr\nA,1\nB,0\nC,\n")
        self.assertEqual((done.stderr, [row["health"] for row in done.tables["customers"]]), ("", ["100", "0", ""]))

    def test_health_below_the_lowest_band(self):
        policy = ALL + "health: {metrics: {m: {value: arr, scale: [[0, 0], [100, 100]]}}, bands: {red: 20, green: 75}}\n"
        done = self.plan(policy, "id,arr\nA,19\nB,20\nC,\n")
        self.assertIn("warning: health.bands: 1 customer is below the lowest band, and so in none", done.stderr)
        self.assertEqual([row["band"] for row in done.tables["customers"]], ["unknown", "red", "unknown"])
        self.assertIn("health below its bands: most lost on m", done.tables["customers"][0]["why"])


class Teams(Hostile):
    POLICY = ALL + """team: {key: id}
customers: {key: id}
allocation: {capacity: {fte: fte, accounts: 10}}
attention: {hours: 30 * fte, limits: {all: [0, 5]}}
"""

    def test_a_csm_without_a_share_is_told(self):
        """Whose share was missing took nobody and had no hours, and nothing said so."""
        done = self.plan(self.POLICY, "id,arr\nA,1\n", team="id,fte\nana,1\nben,\n")
        self.assertIn("allocation.capacity.fte: the full-time share of 1 CSM is missing: they take no account\n",
                      done.stderr)
        self.assertIn("attention.hours: the weekly time of 1 CSM is missing: they have no hours\n", done.stderr)

    def test_allocation_without_a_team_is_told(self):
        done = self.plan(self.POLICY, "id,arr\nA,1\n")
        self.assertEqual(done.stderr, "policy.yaml: note: allocation: without a team nobody is owned\n")


class Types(Hostile):
    def test_a_column_that_is_text_for_a_value(self):
        """The remedy was double(arr), which makes all of them missing."""
        by = "segmentation: {by: arr, segments: [{name: all}]}\n"
        self.assertIn("2:20: error: segmentation.by: a number is needed here; 'arr' is a string\n"
                      "    2 | segmentation: {by: arr, segments: [{name: all}]}\n"
                      "      |                    ^~~  row 3 holds '$1,200'; declare it under customers.columns: arr: "
                      "{type: number}\n", self.fails(by, "id,arr\nA,5\nB,NA\nC,\"$1,200\"\n"))
        self.assertIn("  declare it under customers.columns: arr: {type: number}\n",
                      self.fails(by, "id,arr\nA,007\n"))
        self.assertIn("  write double(…)\n",
                      self.fails("customers: {columns: {arr: {type: string}}}\n" + by, "id,arr\nA,5\n"))
        self.assertIn("row 1 holds 'x'; declare it under customers.columns: seats: {type: number}\n",
                      self.fails("define: {more: seats * 2}\n" + ALL, "id,seats\nA,x\n"))
        stale = "health: {metrics: {m: {value: arr, scale: [[0, 0], [1, 9]], weight: 1, stale: {since: d, after: 9d}}}}\n"
        self.assertIn("row 2 holds 'soon'; declare it under customers.columns: d: {type: date}\n",
                      self.fails(stale + ALL, "id,arr,d\nA,1,2026-01-01\nB,1,soon\n"))

    def test_a_column_without_values(self):
        """It counts as one of numbers; nothing said that this is why it is no date."""
        late = "define: {late: days_until(renewal)}\n" + ALL
        self.assertIn("'days_until' cannot take (double)\n"
                      "    2 | define: {late: days_until(renewal)}\n"
                      "      |                ^~~~~~~~~~  'renewal' has no values to tell its type: declare it under "
                      "customers.columns\n", self.fails(late, "id,renewal\nA,\n"))
        self.assertEqual(self.plan("customers: {columns: {renewal: {type: date}}}\n" + late, "id,renewal\nA,\n").stderr,
                         "")


class Numbers(Hostile):
    def test_a_point_needs_digits_on_one_side_only(self):
        """SQL and statistics write .5 and 5.: one of them made a whole column text, and a policy was refused."""
        policy = "customers: {key: id}\nsegmentation: {by: x, segments: [{name: a, at_least: .5}, {name: b}]}\n"
        done = self.plan(policy, "id,x\nA,.5\nB,.49\nC,5.\nD,-.5\n")
        self.assertEqual([row["segment"] for row in done.tables["customers"]], ["a", "b", "a", "b"])

    def test_a_knot_that_is_no_number_is_told_once(self):
        """It counted as 0, and so the next one did not rise."""
        scale = ALL + "health: {metrics: {m: {value: x, scale: [[-5, 0], [lots, 50], [-1, 100]]}}}\n"
        self.assertNotIn("must rise", self.fails(scale, "id,x\nA,1\n"))

    def loose(self, policy, text):
        return self.run_in({"c.csv": f"id,x\nA,{text}\n", "policy.yaml": "triax: 1\n" + policy + ALL},
                           ["plan", "policy.yaml", "--customers", "c.csv", "-o", "plan", "--loose-numbers", "--decimal", "."])

    def test_whole_numbers_stay_whole_where_loose_ones_are_taken(self):
        """They went through a double: 2^53 + 1 became 2^53, and two keys of accounts became one."""
        policy = "customers: {key: id, columns: {x: {type: integer}}}\nplays: [{name: p, when: x > 0, do: task, to: user, body: '{x}'}]\n"
        self.assertEqual(self.loose(policy, 2**53 + 1).tables["actions"][0]["body"], "9007199254740993")

    def test_the_minus_of_spreadsheets(self):
        """U+2212, which they write in Swedish and other languages."""
        policy = "customers: {key: id}\nplays: [{name: p, when: x == -1200, do: task, to: user, body: x}]\n"
        for text in "\u22121200", "\u2212$1.2k", '"$\u22121,200.00"':
            self.assertEqual(len(self.loose(policy, text).tables["actions"]), 1, text)


class Digests(Hostile):
    def test_amounts_beyond_money(self):
        """They were cut to the first 39 digits."""
        done = self.plan("segmentation: {by: arr, segments: [{name: all}]}\n", "id,arr\nA,1e300\n")
        self.assertIn("1 customer, ARR 1.0e+300\n", done.stdout)

    def test_forecasts_fit_80_columns(self):
        """They were 82 wide, and wider with large numbers."""
        policy = """customers: {key: id}
team: {key: id}
segmentation: {segments: [{name: a name that is longer than the place for it, when: arr > 1000}, {name: rest}]}
allocation: {capacity: {accounts: 2, hours: {need: arr, have: 100 * fte}}}
forecast:
  years: 50
  retention: 0.9
  expansion: grow
  cost: 130k
  multiple: 10
  scenarios: [{name: a name that is longer than the place for it, set: {arr: arr * 1e6}}, {name: fee, fee: {rest: 1e9}}]
"""
        for factor in "1", "1e3", "1e6":
            rows = "".join(f"k{i},{i}e3,{factor if i % 2 else 0}\n".replace("e3", "e3" if i else "") for i in range(9))
            done = self.plan(policy, "id,arr,grow\n" + rows, team="id,fte\nana,1\n")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("Forecast  ", done.stdout)
            self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 80], [])
            self.assertNotIn("-0.0", done.stdout)


class Usage(Hostile):
    def usage(self, *arguments, status=2):
        done = self.run_in({"policy.yaml": "triax: 1\n" + ALL, "c.csv": "id|arr\nA|5\n"}, arguments)
        self.assertEqual((done.returncode, done.stdout), (status, ""))
        return done.stderr

    def test_standard_input_is_read_once(self):
        """The second to read it was told that the file is empty."""
        self.assertEqual(self.usage("plan", "policy.yaml", "--customers", "-", "--team", "-"),
                         "triax: error: only one file can be standard input (-); here are 2\n")

    def test_an_expression_that_looks_like_an_option(self):
        self.assertEqual(self.usage("eval", "-arr", "--customers", "c.csv"),
                         "triax: error: there is no option '-arr'; an expression that looks like one stands behind --\n")

    def test_a_folder_without_a_parent(self):
        """The whole plan was made first, and then a name was told that nobody had given."""
        self.assertEqual(self.usage("plan", "policy.yaml", "--customers", "c.csv", "-o", "a/b", status=3),
                         "triax: error: cannot make the folder 'a/b': there is no folder to make it in\n")

    def test_bars_between_fields(self):
        done = self.run_in({"c.csv": "id|arr\nA|5\n"}, ["eval", "arr", "--customers", "c.csv"])
        self.assertEqual(done.stdout, "5.0\n")


class Terminals(Hostile):
    """What is in data and policies moves no cursor, and begins no line of its own."""
    RED = "\x1b[31m"

    def clean(self, text):
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_messages(self):
        number = ALL + "customers: {columns: {arr: {type: number}}}\n"
        for policy, customers in ((number, f"id,arr\nA,{self.RED}red\n"), (number, f"id,a{self.RED}rr\nA,1\n"),
                                  (number, f"id,arr\n{self.RED}A,1\n{self.RED}A,1\n"),
                                  (number, f"id,{self.RED},{self.RED}\nA,1,2\n"), (number, "id,arr\nA,\x9b31m\n"),
                                  (f'"a\\x1b[31m\\nb": 1\n{ALL}', "id,arr\nA,1\n"),
                                  (f"name: {self.RED}\n{ALL}", "id,arr\nA,1\n")):
            self.clean(self.fails(policy, customers))

    def test_values(self):
        done = self.run_in({"c.csv": f"id,x\nA,{self.RED}\x9b31m\n"}, ["eval", "x", "--customers", "c.csv"])
        self.assertEqual(done.stdout, '"\\u001b[31m\\u009b31m"\n')

    def test_results(self):
        policy = 'segmentation: {segments: [{name: "b\\x1b[31m\\x9b\\nX"}]}\ncustomers: {key: id}\n'
        done = self.plan(policy, f"id,arr\nA{self.RED},1\n")
        self.clean(done.stdout)
        self.assertIn("b [31m", done.stdout)
        done = self.run_in({"policy.yaml": "triax: 1\n" + policy, "customers.csv": f"id,arr\nA{self.RED},1\n"},
                           ["explain", "policy.yaml", "--customers", "customers.csv", "A" + self.RED])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.clean(done.stdout)
        self.assertTrue(done.stdout.startswith("customer: A [31m\n"), done.stdout)


if __name__ == "__main__":
    unittest.main()
