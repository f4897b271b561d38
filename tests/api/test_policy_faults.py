#!/usr/bin/env python3
"""Faults of a policy that can be told without data: each is one error, at its place (where § stands), with its path and
the words that matter.

usage: test_policy_faults.py [-v]
"""
import re
import unittest

from command import InFolder, setUpModule

ALL = "segmentation: {segments: [{name: all}]}\n"
SEGMENTS = "segmentation: {by: arr, segments: [{name: a, at_least: 5}, {name: b}]}\n"
METRICS = "metrics: {use: {value: use, scale: [[0, 0], [1, 100]]}}"

FAULTS = [
    # what is no map, no list, or empty
    (ALL + "customers: §[id]\n", "customers", "keys with values"),
    (ALL + "currency: §USD\n", "currency", "keys with values"),
    (ALL + "§currency: {rates: {EUR: 1.1}}\n", "", "base"),
    (ALL + "currency: {base: USD, rates: §[1.1]}\n", "currency.rates", "keys with values"),
    (ALL + "currency: {base: USD, rates: {EUR: §-1}}\n", "currency.rates.EUR", "0"),
    (ALL + "customers: {key: id, columns: §[arr]}\n", "customers.columns", "keys with values"),
    (ALL + "customers: {key: id, columns: {arr: §money}}\n", "customers.columns.arr", "keys with values"),
    (ALL + "customers: {key: id, columns: {§arr: {currency: cur}}}\n", "customers.columns", "type"),
    (ALL + "customers: {key: id, columns: {arr: {type: §cash, currency: cur}}}\n", "customers.columns.arr.type", "money"),
    (ALL + "customers: {key: id, columns: {arr: {type: number, §currency: cur}}}\n", "customers.columns.arr", "money"),
    (ALL + "customers: {key: id, columns: {a: {type: string, §separator: ','}}}\n", "customers.columns.a", "strings"),
    (ALL + "define: §[a]\n", "define", "keys with values"),
    (ALL + "define: {a: '§'}\n", "define.a", "empty"),
    ("segmentation: §[a]\n", "segmentation", "keys with values"),
    ("segmentation: {segments: §[]}\n", "segmentation.segments", "at least one"),
    ("segmentation: {segments: [§a]}\n", "segmentation.segments[0]", "keys with values"),
    ("segmentation: {segments: [{name: '§'}]}\n", "segmentation.segments[0].name", "empty"),
    ("segmentation: {segments: [{name: §a/b}]}\n", "segmentation.segments[0].name", "/"),
    ("segmentation: {by: arr, segments: [{name: a, top: §{of: customers}}, {name: b}]}\n", "segmentation.segments[0].top", "share"),
    # health
    (ALL + "health: §[use]\n", "health", "keys with values"),
    (ALL + "§health: {bands: {red: 0}}\n", "", "metrics"),
    (ALL + "health: {metrics: §{}}\n", "health.metrics", "1 to 1,000"),
    (ALL + "health: {metrics: {use: §1}}\n", "health.metrics.use", "keys with values"),
    (ALL + "health: {metrics: {§use: {value: use}}}\n", "health.metrics", "scale"),
    (ALL + "health: {metrics: {use: {value: use, scale: §[]}}}\n", "health.metrics.use.scale", "no knots"),
    (ALL + "health: {metrics: {use: {value: use, scale: §{}}}}\n", "health.metrics.use.scale", "no categories"),
    (ALL + "health: {metrics: {use: {value: use, scale: [§5, [1, 100]]}}}\n", "health.metrics.use.scale[0]", "list"),
    (ALL + "health: {metrics: {use: {value: use, scale: [[0, 0], [1, 100]], stale: §{after: 5d, fade: 5d}}}}\n",
     "health.metrics.use.stale", "since"),
    (ALL + f"health: {{{METRICS}, limits: §{{when: 'use > 1'}}}}\n", "health.limits", "list"),
    (ALL + f"health: {{{METRICS}, limits: [§{{at_most: 40}}]}}\n", "health.limits[0]", "when"),
    (ALL + f"health: {{{METRICS}, bands: §[red]}}\n", "health.bands", "keys with values"),
    (ALL + "scores: §[a]\n", "scores", "keys with values"),
    # allocation
    (ALL + "allocation: §yes\n", "allocation", "keys with values"),
    (ALL + "allocation: {pools: §all}\n", "allocation.pools", "list"),
    (ALL + "allocation: {pools: [§all]}\n", "allocation.pools[0]", "keys with values"),
    (ALL + "allocation: {pools: [{name: a, customers: x > 1}, §{name: a}]}\n", "allocation.pools[1]", "two pools"),
    (ALL + "allocation: {pools: [§{name: a}, {name: b}]}\n", "allocation.pools[0]", "takes the rest"),
    (ALL + "allocation: {capacity: {hours: §{need: hours}}}\n", "allocation.capacity.hours", "have"),
    (ALL + "allocation: {prefer: §{points: 1}}\n", "allocation.prefer", "list"),
    (ALL + "allocation: {prefer: [§1]}\n", "allocation.prefer[0]", "keys with values"),
    (ALL + "allocation: {prefer: [§{points: 1}]}\n", "allocation.prefer[0]", "when"),
    (ALL + "allocation: {balance: §{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1}}\n", "allocation.balance", "at most 6"),
    (ALL + "allocation: {overlays: §none}\n", "allocation.overlays", "list"),
    (ALL + "allocation: {overlays: [§none]}\n", "allocation.overlays[0]", "keys with values"),
    (ALL + "allocation: {unowned: §all}\n", "allocation.unowned", "list"),
    # attention, plays, transition, forecast
    (ALL + "§attention: {by: arr}\n", "", "hours"),
    (ALL + "attention: {hours: hours, period: §0d}\n", "attention.period", "longer than nothing"),
    (ALL + "plays: [§a]\n", "plays[0]", "keys with values"),
    (ALL + "§plays: {limit: {per_customer: 1, every: 7d}}\n", "", "under 'list'"),
    (ALL + "transition: §soon\n", "transition", "keys with values"),
    (ALL + "forecast: §[1]\n", "forecast", "keys with values"),
]


class Faults(InFolder):
    def check(self, marked):
        """The errors of a policy as (line, column, path, message)."""
        self.write("policy.yaml", "triax: 1\n" + marked.replace("§", ""))
        done = self.run_command("check", "policy.yaml")
        return [(int(line), int(column), path, message) for line, column, path, message in
                re.findall(r"^policy\.yaml:(\d+):(\d+): error: (?:([a-z][\w.\[\]]*): )?(.*)$", done.stderr, re.M)], done

    def test_each(self):
        for marked, path, words in FAULTS:
            with self.subTest(path=path, words=words):
                lines = marked[:marked.index("§")].split("\n")
                errors, done = self.check(marked)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual([error[:3] for error in errors], [(len(lines) + 1, len(lines[-1]) + 1, path)], done.stderr)
                self.assertIn(words, done.stderr)

    def test_what_is_at_fault_is_fine_when_mended(self):
        """So that what is told is the fault, and not something beside it."""
        for text in (ALL, SEGMENTS, ALL + f"health: {{{METRICS}, limits: [{{when: 'use > 1', at_most: 40}}]}}\n",
                     ALL + "allocation: {pools: [{name: a, customers: x > 1}, {name: b}], unowned: [all]}\n",
                     ALL + "currency: {base: USD, rates: {EUR: 1.1}}\n"):
            errors, done = self.check(text)
            self.assertEqual((errors, done.returncode), ([], 0), done.stderr)


if __name__ == "__main__":
    unittest.main()
