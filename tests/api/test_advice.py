#!/usr/bin/env python3
"""Advice of `triax check`: for every code what raises it, and a near miss that does not; and no false alarm.

usage: test_advice.py [-v]
"""
import re
import subprocess
import unittest
from pathlib import Path

from command import COMMAND, ROOT, InFolder, setUpModule

MIXED = "segmentation: {by: arr, segments: [{name: top, at_least: 100}, {name: low, when: 'use > 0'}, {name: rest}]}\n"


def rows(header, count, line):
    return header + "\n" + "".join(line(i) + "\n" for i in range(count))


class Case(InFolder):
    def check(self, policy, customers=None, team=None, *more, status=0):
        """What `triax check` says on stderr."""
        arguments = [str(COMMAND), "check", "policy.yaml"]
        for name, text in (("policy.yaml", "triax: 1\n" + policy), ("customers.csv", customers), ("team.csv", team)):
            if text is None:
                continue
            self.write(name, text)
            if name != "policy.yaml":
                arguments += [f"--{name[:-4]}", name]
        if customers:
            arguments += ["--as-of", "2026-11-28"]
        result = subprocess.run([*arguments, *more], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, status, result.stderr)
        return result.stderr

    def codes(self, *arguments):
        return re.findall(r"warning\[(T\d+)\]", self.check(*arguments))

    def raises(self, code, *arguments):
        said = self.check(*arguments)
        self.assertIn(f"warning[{code}]", said)
        return said

    def misses(self, code, *arguments):
        self.assertNotIn(code, self.codes(*arguments))


class Segments(Case):
    def top(self, at_least, count=100):
        return rows("id,arr,use", count, lambda i: f"C{i},{200 if i < at_least else 50},1")

    def test_t101_the_top_is_large(self):
        self.assertIn("11 %", self.raises("T101", MIXED, self.top(11)))
        self.misses("T101", MIXED, self.top(10))
        self.misses("T101", MIXED, self.top(9, 19))  # of so few a tenth says nothing

    def test_t101_counts_families_as_top_does(self):
        policy = ("customers: {family: parent}\n"
                  "segmentation: {by: arr, segments: [{name: top, top: 10%}, {name: low, when: 'use > 0'}, {name: rest}]}\n")
        # 20 families; the two richest have 10 of the 28 customers
        data = rows("id,parent,arr,use", 28, lambda i: f"C{i},F{i // 5 if i < 10 else i - 8},{1000 if i < 10 else 1},1")
        self.misses("T101", policy, data)
        self.raises("T101", policy.replace("10%", "15%"), data)

    def test_t102_spend_alone(self):
        policy = "segmentation: {by: arr, segments: [{name: top, at_least: 100}, {name: rest}]}\n"
        data = self.top(1, 10)
        self.raises("T102", policy, data)
        self.misses("T102", MIXED, data)
        self.misses("T102", policy + "health: {metrics: {use: {value: use, scale: [[0, 0], [1, 100]]}}}\n", data)

    def potential(self, largest):
        return rows("id,arr,employees", 20, lambda i: f"C{i},{200 if i < 5 else 50},{[10, 20, 500, 600, 700][i] if i < 5 else largest if i < 9 else 3}")

    def test_t104_a_large_account_in_the_lowest_segment(self):
        policy = "segmentation: {by: arr, segments: [{name: top, at_least: 100}, {name: rest}]}\n"
        said = self.raises("T104", policy, self.potential(500))
        self.assertIn("4 in the lowest segment 'rest' have 500 employees or more", said)
        self.assertIn("C5, C6, C7 and 1 more", said)
        self.misses("T104", policy, self.potential(499))  # below the median of the top
        judged = "segmentation: {by: arr, segments: [{name: top, at_least: 100}, {name: big, when: employees > 9000}, {name: rest}]}\n"
        self.misses("T104", judged, self.potential(500))  # the policy looked at them

    def test_t104_by_an_index(self):
        policy = "segmentation: {by: arr, segments: [{name: top, at_least: 100}, {name: rest}]}\n"
        self.raises("T104", policy, "id,arr,index\nA,200,FTSE100\nB,5,FTSE100\nC,5,\n")
        self.misses("T104", policy, "id,arr,index\nA,200,FTSE100\nB,5,\nC,5,\n")

    def test_t105_a_small_segment(self):
        data = rows("id,arr,use", 50, lambda i: f"C{i},50,{1 if i < 4 else 0}")
        self.raises("T105", MIXED, data)
        self.misses("T105", MIXED, rows("id,arr,use", 50, lambda i: f"C{i},50,{1 if i < 5 else 0}"))
        self.misses("T105", MIXED, rows("id,arr,use", 49, lambda i: f"C{i},50,{1 if i < 4 else 0}"))

    def products(self, several, test="'\"A\" in products'"):
        policy = f"customers: {{columns: {{products: {{type: strings}}}}}}\nsegmentation: {{segments: [{{name: a, when: {test}}}, {{name: rest}}]}}\n"
        return policy, rows("id,arr,products", 40, lambda i: f"C{i},1,{'A;B' if i < several else 'A' if i < 30 else ''}")

    def test_t106_products_split(self):
        self.assertIn("13.3 %", self.raises("T106", *self.products(4)))
        self.misses("T106", *self.products(3))  # a tenth of the 30 with any
        self.misses("T106", *self.products(20, "size(products) > 1"))  # how many splits nobody

    def test_t106_in_pools_and_not_in_overlays(self):
        policy, data = self.products(20, "arr > 5")
        allocation = "allocation: {%s}\n"
        team = "id\nS1\n"
        self.raises("T106", policy + allocation % "pools: [{name: a, customers: '\"A\" in products'}, {name: rest}]", data, team)
        self.misses("T106", policy + allocation % "overlays: [{name: a, customers: '\"A\" in products', accounts: 60}]", data, team)


class Books(Case):
    POLICY = MIXED + "allocation: {capacity: {accounts: {top: 4, low: 8, rest: 16}}, eligible: customer.lang in csm.langs}\n"
    TEAM = "id,langs\nS1,en\nS2,de\n"

    def setUp(self):
        super().setUp()
        self.policy = "team: {columns: {langs: {type: strings}}}\n" + self.POLICY

    def customers(self, german):
        return rows("id,arr,use,lang", 6 + german, lambda i: f"C{i},50,1,{'en' if i < 6 else 'de'}")

    def test_t103_one_csm_has_twice_the_load(self):
        said = self.raises("T103", self.policy, self.customers(2), self.TEAM)  # 6/8 and 2/8
        self.assertIn("'S1' is at 75 % of a full load and 'S2' at 25 %", said)
        self.misses("T103", self.policy, self.customers(3), self.TEAM)  # 3/8: exactly half
        self.misses("T103", self.policy.replace("low: 8", "low: 16"), self.customers(1), self.TEAM)  # small loads

    def test_t103_one_pool_has_twice_the_load(self):
        policy = MIXED + ("allocation:\n  capacity: {accounts: {top: 4, low: 8, rest: 16}}\n"
                          "  pools: [{name: a, customers: lang == \"en\", csms: pool == \"a\"}, {name: b}]\n")
        team = "id,pool\nS1,a\nS2,b\n"
        said = self.raises("T103", policy, self.customers(2), team)
        self.assertIn("the pool 'a' is at 75 % of its capacity and 'b' at 25 %", said)
        self.misses("T103", policy, self.customers(3), team)

    def test_t107_the_same_capacity(self):
        same = self.policy.replace("{top: 4, low: 8, rest: 16}", "8")
        self.raises("T107", same)  # known without data
        self.misses("T107", self.policy)
        self.misses("T107", same.replace("allocation: {", "allocation: {unowned: [low, rest], "))  # one segment alone

    def test_t108_rules_apart(self):
        policy = ("segmentation: {by: use, segments: [{name: a, at_least: 5}, {name: rest}]}\n"
                  "allocation: {capacity: {accounts: {a: 10, rest: 5}}}\n"
                  "forecast: {retention: 1, cost: 100, multiple: 10}\n")
        data = "id,arr,use\n" + "".join(f"C{i},{{}},1\n" for i in range(10))  # 2 CSMs by accounts
        said = self.raises("T108", policy, data.replace("{}", "410"))  # 4.1 by ARR
        self.assertIn("'rest' takes 2 CSMs by its accounts and 4.1 by its ARR", said)
        self.misses("T108", policy, data.replace("{}", "400"))
        self.raises("T108", policy, data.replace("{}", "99"))  # 0.99
        self.misses("T108", policy, data.replace("{}", "100"))
        self.misses("T108", policy, "id,arr,use\nA,9000,1\n")  # of so few it says nothing

    def test_t108_a_cap_is_the_most_of_a_book(self):
        policy = ("segmentation: {segments: [{name: one, when: use > 0}, {name: two}]}\n"
                  "allocation: {capacity: {accounts: {one: 5, two: 6}, arr: 1000}}\n")
        data = "id,arr,use\n" + "".join(f"C{i},{{}},1\n" for i in range(10))
        self.raises("T108", policy, data.replace("{}", "410"), "id\nS1\n")
        self.misses("T108", policy, data.replace("{}", "50"), "id\nS1\n")  # far below the cap is no disagreement

    def test_t110_renewals_at_a_startup(self):
        policy = "stage: {}\nsegmentation: {{segments: [{{name: one, services: [named CSM, Renewals]}}]}}\n"
        self.raises("T110", policy.format("startup"))
        self.misses("T110", policy.format("growth"))
        self.misses("T110", policy.format("startup").replace("Renewals", "review"))
        play = ("stage: startup\nsegmentation: {segments: [{name: one}]}\nallocation: {freeze: days_until(renewal) < 60}\n"
                "plays: [{name: prepare the renewal, when: 'true', do: task, to: %s, subject: renew, cooldown: 30d}]\n")
        self.raises("T110", play % "csm")
        self.misses("T110", play % "customer")


class Health(Case):
    POLICY = ("segmentation: {segments: [{name: one}]}\n"
              "health: {metrics: {use: {value: use, scale: [[0, 0], [10, 100]]}}}\n")

    def test_t111_a_metric_is_missing(self):
        data = lambda missing: rows("id,use", 20, lambda i: f"C{i},{'' if i < missing else 5}")
        self.raises("T111", self.POLICY, data(11))
        self.misses("T111", self.POLICY, data(10))
        self.misses("T111", self.POLICY.replace("value: use,", "value: use, applies_when: has(use),"), data(11))

    def test_t109_too_few_churned(self):
        data = lambda churned: rows("id,use,gone", 200, lambda i: f"C{i},{0 if i < churned else 5},{'yes' if i < churned else 'no'}")
        outcome = ("--outcome", "gone")
        self.raises("T109", self.POLICY, data(49), None, *outcome)
        self.misses("T109", self.POLICY, data(50), None, *outcome)
        self.misses("T109", self.POLICY, data(49))  # nobody asked
        for stage, wrong in (("startup", True), ("growth", True), ("scaling", False), ("mature", False)):
            with self.subTest(stage=stage):
                (self.raises if wrong else self.misses)("T109", f"stage: {stage}\n" + self.POLICY, data(100), None, *outcome)

    def test_t109_calibrated_too_early(self):
        calibrated = self.POLICY.replace("health: {", "health: {calibration: [[0, 50%], [100, 1%]], ")
        self.raises("T109", "stage: growth\n" + calibrated)
        self.misses("T109", "stage: scaling\n" + calibrated)
        self.misses("T109", "stage: growth\n" + self.POLICY)
        self.misses("T109", calibrated)

    def outcomes(self, pairs):
        """Rows of (health in tenths, churned) so many times."""
        lines = [f"{use},{churned}" for use, churned, times in pairs for _ in range(times)]
        return "id,use,gone\n" + "".join(f"C{i},{line}\n" for i, line in enumerate(lines))

    def test_t112_health_does_not_tell_who_churned(self):
        """Worked: 20 churned, 10 of them at 2 and 10 at 8; 20 kept, k at 2 and 20 - k at 8. AUC = ½ · (placements of the
        churned at 2: (20 - k / 2) / 20) + ½ · ((20 - k) / 2 / 20). k = 7: ½ · 0.825 + ½ · 0.325 = 0.575. Placements of
        the churned are 0.825 and 0.325: sample variance 0.0625 · 20 / 19; of the kept at 2: 0.25, at 8: 0.75: variance
        0.25 · 0.35 · 0.65 · 20 / 19. Error √((0.0625 + 0.056875) / 19) = 0.0793: 0.575 - 1.96 · 0.0793 = 0.42."""
        def data(k):
            return self.outcomes([(2, 1, 10), (8, 1, 10), (2, 0, k), (8, 0, 20 - k)])
        said = self.raises("T112", self.POLICY, data(7), None, "--outcome", "gone")
        self.assertIn("a chance of 0.57 (95 % interval 0.42 to 0.73)", said.replace("0.58", "0.57"))
        # k = 3: 0.675; variances 0.0625 and 0.25 · 0.15 · 0.85: error √(0.094375 / 19) = 0.0705: above 0.536
        self.misses("T112", self.POLICY, data(3), None, "--outcome", "gone")
        few = self.outcomes([(5, 1, 9), (5, 0, 100)])
        self.misses("T112", self.POLICY, few, None, "--outcome", "gone")
        self.misses("T112", self.POLICY, data(7))

    def test_t112_agrees_with_scikit_learn(self):
        try:
            from sklearn.metrics import roc_auc_score
        except ImportError:
            self.skipTest("scikit-learn is not installed")
        import random
        draw = random.Random(5)
        pairs = [(draw.randint(0, 10), draw.randint(0, 1), 1) for _ in range(300)]
        auc = roc_auc_score([churned for _, churned, _ in pairs], [-use for use, _, _ in pairs])
        said = self.raises("T112", self.POLICY, self.outcomes(pairs), None, "--outcome", "gone")
        self.assertAlmostEqual(float(re.search(r"a chance of ([0-9.]+)", said)[1]), auc, delta=0.00501)

    def test_outcomes_at_fault(self):
        said = self.check(self.POLICY, "id,use,churned\nA,1,0\nB,1,maybe\nC,1,1\n", None, "--outcome", "churned", status=1)
        self.assertIn("the outcome 'churned' is neither 0 nor 1", said)
        self.assertIn("'maybe' in row 2", said)
        said = self.check(self.POLICY, "id,use,churned\nA,1,0\n", None, "--outcome", "churnd", status=1)
        self.assertIn("the customers have no column 'churnd'", said)
        self.assertIn("did you mean 'churned'?", said)


class Rules(Case):
    def segments(self, *tests):
        return "segmentation: {by: arr, segments: [%s]}\n" % ", ".join("{name: s%d, %s}" % pair for pair in enumerate(tests))

    DATA = "id,arr,use,kind\nA,10,1,x\nB,200,2,y\n"

    def test_t113_shadowed_thresholds_are_known_without_data(self):
        said = self.raises("T113", self.segments("at_least: 100", "at_least: 100", "when: use > 0"))
        self.assertIn("nobody can come to 's1'", said)
        self.misses("T113", self.segments("at_least: 100", "at_least: 99", "when: use > 0"))
        tiers = ("segmentation: {by: arr, segments: [{name: a, at_least: 100, segments: [{name: b, at_least: 500}, {name: c}]},"
                 " {name: d, at_least: 50}]}\n")
        self.misses("T113", tiers)  # each level by itself
        self.raises("T113", tiers.replace("{name: c}", "{name: c, at_least: 500}"))

    def test_t113_contradictions(self):
        for test in ("arr > 5 && arr < 5", "arr >= 6 && 5 >= arr", "arr > 5 && (use > 1 && arr < 3)", "1 > 2",
                     'kind == "x" && kind == "y"', "arr < 1 && arr > 1 || 1 > 2", "arr == 1 && arr == 2", "use > 2 && use < 1"):
            with self.subTest(test=test):
                said = self.raises("T113", self.segments(f"when: '{test}'", "when: use > 0"), self.DATA)
                self.assertIn("can never hold", said)
        for test in ("arr >= 5 && arr <= 10", "arr > 5 && arr < 20", 'kind == "x" && kind == "x"', "arr < 0 || arr > 5",
                     "arr > 5 && use < 5", 'kind == "x" && arr == 10', "!(arr > 500 && arr < 5)"):
            with self.subTest(test=test):
                self.assertNotIn("can never hold", self.check(self.segments(f"when: '{test}'", "when: use > 0"), self.DATA))

    def test_t113_in_every_section(self):
        policy = ("segmentation: {segments: [{name: one}]}\nallocation: {freeze: arr > 5 && arr < 5}\n")
        self.raises("T113", policy, self.DATA, "id\nS1\n")
        self.misses("T113", policy.replace("arr < 5", "arr < 6"), self.DATA, "id\nS1\n")

    def test_t113_nobody(self):
        self.raises("T113", self.segments("at_least: 201", "when: use > 0"), self.DATA)
        self.misses("T113", self.segments("at_least: 200", "when: use > 0"), self.DATA)
        allocation = "segmentation: {segments: [{name: one}]}\nallocation: {%s}\n"
        pools = allocation % 'pools: [{name: p, customers: kind == "%s"}, {name: rest}]'
        self.raises("T113", pools % "z", self.DATA, "id\nS1\n")
        self.misses("T113", pools % "x", self.DATA, "id\nS1\n")
        overlays = allocation % "overlays: [{name: o, customers: use > %d, accounts: 5}]"
        self.raises("T113", overlays % 2, self.DATA, "id\nS1\n")
        self.misses("T113", overlays % 1, self.DATA, "id\nS1\n")
        self.misses("T113", overlays % 2, self.DATA + "C,1,,x\n", "id\nS1\n")  # it may yet be

    def test_definitions_that_double_are_walked_within_bounds(self):
        define = "define:\n  d0: arr > 5 && use > 1\n" + "".join(f"  d{i}: d{i - 1} && d{i - 1} || d{i - 1}\n" for i in range(1, 60))
        self.check(define + self.segments("when: d59", "when: use > 0"), self.DATA)


class WithoutData(Case):
    """What a policy tells before there is any data: of names that are declared, defined or made by it."""
    POLICY = """\
customers: {columns: {arr: {type: money}, renewal: {type: date}, products: {type: strings}}}
team: {columns: {fte: {type: number}}}
define: {rich: arr > 5, mixed: rich && elsewhere > 3}
health: {metrics: {use: {value: uses, scale: [[0, 0], [1, 100]]}}, bands: {red: 0, green: 50}}
segmentation: {segments: [{name: a, when: %s}, {name: rest}]}
allocation: {capacity: {fte: %s}, eligible: %s}
"""

    def faults(self, when="arr > 5", fte="fte", eligible="'true'", status=1):
        return self.check(self.POLICY % (when, fte, eligible), status=status)

    def test_what_is_good(self):
        for when in ("arr > 5", "rich && has(renewal)", "'\"x\" in products'", "health < 50 || band == \"red\"", "mixed",
                     "anything > 5 && arr == somewhere", "'math.least(arr, other) > 5'", "pool == \"a\" && csm != \"b\""):
            with self.subTest(when=when):
                self.assertEqual(self.faults(when, status=0), "")

    def test_types_of_what_is_declared(self):
        self.assertIn("'==' has no meaning between 'arr' (double) and '\"big\"' (string)", self.faults('arr == "big"'))
        self.assertIn("policy.yaml:6:48", self.faults("rich + 1 > 2"))
        self.assertIn("'>' has no meaning between 'band' (string)", self.faults("band > 5"))
        self.assertIn("'+' has no meaning between 'fte' (double) and '\"1\"' (string)", self.faults(fte='fte + "1"'))

    def test_functions_that_there_are_not(self):
        self.assertIn("did you mean 'lowerAscii()'?", self.faults('name.lowerascii() == "x"'))
        self.assertIn("there is no function 'math.leest'", self.faults("'math.leest(arr, other) > 5'"))
        self.assertIn("did you mean 'startsWith()'?", self.faults(eligible="'customer.x.startswith(csm.y)'"))
        self.assertEqual(self.faults("name.lowerascii()").count("error:"), 1)

    def test_a_definition_at_fault_is_told_once(self):
        said = self.check(self.POLICY.replace("rich: arr > 5", 'rich: arr > "x"') % ("rich", "fte", "rich"), status=1)
        self.assertEqual(said.count("error:"), 1)

    def test_the_data_may_have_what_is_not_declared(self):
        self.assertEqual(self.check("segmentation: {segments: [{name: a, when: x == \"y\" && z > 5}, {name: b}]}\n"), "")


class Stages(Case):
    """The table of docs/guide/stages.md, row by row."""

    def at(self, policy, *arguments):
        """At which stages each code is raised; "" is none."""
        found = {}
        for stage in ("", "startup", "growth", "scaling", "mature"):
            for code in set(self.codes((f"stage: {stage}\n" if stage else "") + policy, *arguments)):
                found.setdefault(code, []).append(stage)
        return found

    def test_sizes(self):
        data = rows("id,arr,use", 60, lambda i: f"C{i},{200 if i < 9 else 50},{1 if i < 13 else 0}")
        found = self.at(MIXED, data)  # 15 % at the top, 4 in the middle
        self.assertEqual(found["T101"], ["", "growth", "scaling", "mature"])
        self.assertEqual(found["T105"], ["", "growth", "scaling", "mature"])

    def test_loads_and_rules(self):
        policy = ("team: {columns: {langs: {type: strings}}}\n" + MIXED +
                  "allocation: {capacity: {accounts: {top: 4, low: 8, rest: 16}}, eligible: customer.lang in csm.langs}\n"
                  "forecast: {retention: 1, cost: 10, multiple: 10}\n")
        found = self.at(policy, rows("id,arr,use,lang", 8, lambda i: f"C{i},50,1,{'en' if i < 6 else 'de'}"),
                        "id,langs\nS1,en\nS2,de\n")
        self.assertEqual(found["T103"], ["", "growth", "scaling", "mature"])
        self.assertEqual(found["T108"], ["", "growth", "scaling", "mature"])

    def test_renewals(self):
        self.assertEqual(self.at("segmentation: {segments: [{name: a, services: [renewal]}]}\n"), {"T110": ["startup"]})

    def test_churn(self):
        policy = Health.POLICY.replace("health: {", "health: {calibration: [[0, 50%], [100, 1%]], ")
        self.assertEqual(self.at(policy), {"T109": ["startup", "growth"]})
        data = rows("id,use,gone", 120, lambda i: f"C{i},{0 if i < 60 else 5},{i < 60}".lower())
        self.assertEqual(self.at(policy, data, None, "--outcome", "gone"), {"T109": ["startup", "growth"]})

    def test_cost(self):
        policy = "segmentation: {segments: [{name: one}]}\nforecast: {retention: 1, cost: cost}\n"
        team = "id,cost\nS1,100\nS2,51\n"
        self.assertEqual(self.at(policy, "id,arr\nA,1000\n", team), {"T114": ["scaling", "mature"]})
        self.raises("T114", "stage: mature\n" + policy, "id,arr\nA,1000\n", team)
        self.misses("T114", "stage: mature\n" + policy, "id,arr\nA,1007\n", team)  # 14.995 %


class Allow(Case):
    def test_a_code_is_silenced(self):
        policy = "segmentation: {by: arr, segments: [{name: top, at_least: 100}, {name: rest}]}\n"
        data = "id,arr\nA,200\nB,1\n"
        self.assertEqual(self.codes(policy, data), ["T102"])
        self.assertEqual(self.codes("allow: [T102]\n" + policy, data), [])
        self.assertEqual(self.codes("allow: T102\n" + policy, data), [])

    def test_an_unknown_code_is_a_fault(self):
        said = self.check("allow: [T101, T123]\nsegmentation: {segments: [{name: one}]}\n", status=1)
        self.assertIn("policy.yaml:2:15: error: allow[1]: 'T123' is not one of: T101, T102", said)
        self.assertIn("did you mean", said)

    def test_the_codes_are_those_of_the_guide(self):
        listed = re.search(r"advice_codes\[\] = \{(.*?)\}", (ROOT / "lib/policy/policy.c").read_text(encoding="utf-8"), re.S)
        codes = re.findall(r"T\d+", listed[1])
        guide = re.findall(r"^## (T\d+)", (ROOT / "docs/guide/advice.md").read_text(encoding="utf-8"), re.M)
        self.assertEqual(codes, guide)
        tests = Path(__file__).read_text(encoding="utf-8")
        self.assertEqual([], [code for code in codes if f'raises("{code}"' not in tests or f'misses("{code}"' not in tests])

    def test_no_false_alarm_on_the_examples(self):
        companies = [data.with_name("policy.yaml") for data in sorted((ROOT / "docs/examples").glob("*/customers.csv"))]
        self.assertGreaterEqual(len(companies), 4)
        for policy in companies:
            with self.subTest(example=policy.parent.name):
                result = subprocess.run([str(COMMAND), "check", str(policy), "--customers", str(policy.parent / "customers.csv"),
                                         "--team", str(policy.parent / "team.csv"), "--as-of", "2026-11-23"],
                                        capture_output=True, text=True, timeout=120)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertNotIn("warning[", result.stderr)


if __name__ == "__main__":
    unittest.main()
