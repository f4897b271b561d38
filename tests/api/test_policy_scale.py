#!/usr/bin/env python3
"""Policies of thousands of a thing: none brings the command down, and what is found in small ones is found in large ones.

usage: test_policy_scale.py [COMMAND]
"""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")
sys.path.insert(0, str(ROOT / "tests/bench"))
import policy_scale  # noqa: E402

LARGE = 2500
# What is beyond a stated limit at that size, and what it is told; kinds that are not here are good.
LIMITED = {"metrics": "1 to 1,000 metrics", "bands": "more than 200 bands", "prefer": "at most 64 preferences",
           "chain": "the definition of 'd128' is at fault: definitions use one another more than 128 deep",
           "groups": "1 to 1,000 metrics", "scenarios": "more than 1000 scenarios", "names_in_list": "longer than 16384 bytes"}
# A column each, of every action: what is written grows with their square. And more scores than steps can be.
SMALLER = {"plays_of_fields": 300, "scores": 40}


def setUpModule():
    if not COMMAND.is_file():
        raise unittest.SkipTest(f"the command is not built ({COMMAND})")


class Scale(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.customers = self.write("customers.csv", "id,arr,active,name\n" + "".join(
            f"C{i},{i * 7919 % 1000},{i % 11},n{i % 7}\n" for i in range(40)))
        self.team = self.write("team.csv", "id,fte,role\n" + "".join(f"S{i},1,r{i}\n" for i in range(5)))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run_with(self, word, text):
        policy = self.write("policy.yaml", text)
        return subprocess.run([str(COMMAND), word, policy, "--customers", self.customers, "--team", self.team, "--as-of", "2026-11-21"],
                              capture_output=True, text=True, timeout=120)

    def test_every_kind(self):
        for kind in policy_scale.KINDS:
            name = kind.__name__
            for word in ("check", "plan"):
                with self.subTest(kind=name, word=word):
                    done = self.run_with(word, kind(SMALLER.get(name, LARGE)))
                    self.assertEqual(done.returncode, 1 if name in LIMITED else 0, done.stderr[-500:])
                    self.assertIn(LIMITED.get(name, ""), done.stderr)

    def test_twins_far_apart(self):
        """The second of a name is told with its line, however many stand between."""
        text = policy_scale.segments(LARGE).replace("{name: s2400,", "{name: s3,")
        done = self.run_with("check", text)
        self.assertEqual(done.returncode, 1)
        self.assertIn("policy.yaml:2407:14: error: segmentation.segments[2400].name: two segments of one level are called 's3'", done.stderr)
        done = self.run_with("check", policy_scale.plays(LARGE).replace("name: p2400,", "name: p3,"))
        self.assertIn("plays[2400].name: two plays are named 'p3'", done.stderr)
        done = self.run_with("check", policy_scale.pools(LARGE).replace("name: p2400,", "name: p3,"))
        self.assertIn("two pools are called 'p3'", done.stderr)

    def test_names_of_segments_in_maps(self):
        done = self.run_with("check", policy_scale.capacity(LARGE).replace("      s2400: ", "      z2400: "))
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no segment 'z2400'", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        COMMAND = Path(sys.argv.pop(1))
    unittest.main()
