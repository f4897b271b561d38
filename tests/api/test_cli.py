#!/usr/bin/env python3
"""The command from the outside: usage, exit statuses, what is written and what is left alone.

usage: test_cli.py [COMMAND]
"""
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from command import COMMAND, setUpModule


POLICY = """\
triax: 1
name: small
customers:
  key: id
  columns: {arr: {type: money}, products: {type: strings}}
health:
  metrics:
    use: {value: active / seats, scale: [[0, 0], [1, 100]], weight: 1}
  bands: {red: 0, yellow: 50, green: 75}
segmentation:
  by: arr
  segments:
    - {name: high, at_least: 100k, roles: [csm]}
    - {name: low}
allocation:
  owner: owner
  capacity: {fte: fte, accounts: {high: 2, low: 1}}
  value: arr
"""
CUSTOMERS = """\
id,arr,seats,active,products,owner
A1,250000,100,70,Core;Extra,S1
A2,0.1,3,1,Core,S1
=A3,100000,10,,,
-A4,99999.99,7,7,"Core, big",S2
"""
TEAM = "id,role,fte\nS1,csm,1\nS2,csm,0.5\n"


def run(*arguments, **more):
    return subprocess.run([str(COMMAND), *map(str, arguments)], capture_output=True, text=True, timeout=60, **more)


class Case(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.policy = self.write("policy.yaml", POLICY)
        self.customers = self.write("customers.csv", CUSTOMERS)
        self.team = self.write("team.csv", TEAM)
        self.out = self.folder / "out"

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def plan(self, *more, **options):
        return run("plan", self.policy, "--customers", self.customers, *more, **options)

    def expect(self, result, status, *words):
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)


class Usage(Case):
    def test_wrong_usage_is_2(self):
        for arguments, word in [
            ([], "usage"), (["chekc"], "did you mean 'check'"), (["check"], "needs a policy"),
            (["plan", self.policy], "--customers"), (["check", self.policy, "--custommers", "x"], "'--customers'"),
            (["check", self.policy, "--customers"], "needs a value"), (["explain", self.policy], "key"),
            (["eval", "1", "--team", "x"], "takes no --team"), (["check", self.policy, "--threads", "0"], "1 to 256"),
            (["check", self.policy, "--as-of", "21.11.2026"], "2026-11-21"), (["check", "a", "b"], "too many"),
            (["check", self.policy, "--loose-numbers"], "--decimal"),
            (["check", self.policy, "--decimal", ","], "--loose"),
            (["check", self.policy, "--delimiter", "semicolom"], "'semicolon'"),
            (["check", self.policy, "--list-separator", "|"], "policy"), (["compare", "a", "b"], "--customers"),
            (["fit", "a"], "--customers"), (["fit", "a", "--customers", "b"], "--outcome"), (["check", self.policy, "--json=1"], "takes no --json"),
            (["plan", self.policy, "--customers", self.customers, "--report"], "-o DIR"),
            (["check", self.policy, "--team", "a", "--team", "b"], "twice"),
        ]:
            with self.subTest(arguments=arguments):
                self.expect(run(*arguments), 2, word)

    def test_help_and_version(self):
        for arguments in (["--help"], ["help"], ["help", "plan"], ["check", "--help"], ["explain", "-h"],
                          ["eval", "--help"]):
            result = run(*arguments)
            self.expect(result, 0)
            self.assertIn("usage: triax", result.stdout)
            self.assertTrue(all(len(line) <= 88 for line in result.stdout.splitlines()))
        for arguments in ["version"], ["--version"]:
            self.assertRegex(run(*arguments).stdout, r"^triax \d+\.\d+\.\d+, policy language 1\n$")

    def test_input_at_fault_is_1(self):
        self.expect(run("check", self.folder / "none.yaml"), 1, "none.yaml", "No such file")
        self.expect(run("check", self.folder), 1, "directory")
        self.expect(run("check", self.write("bad.yaml", "a: [1\n")), 1, "bad.yaml:2:1: error", "|")
        self.expect(run("check", self.policy, "--customers", self.folder / "none.csv"), 1, "none.csv")
        unknown = self.write("unknown.yaml", POLICY.replace("segments:", "segmants:"))
        self.expect(run("check", unknown), 1, "unknown.yaml:12:3", "segmants", "did you mean 'segments'")

    def test_check(self):
        result = run("check", self.policy)
        self.expect(result, 0)
        self.assertIn("is good", result.stdout)
        result = run("check", self.policy, "--customers", self.customers, "--team", self.team)
        self.expect(result, 0)
        self.assertIn("fits the data", result.stdout)


class Eval(Case):
    def test_values(self):
        for expression, value in [("1", "1"), ("1 + 2 * 3", "7"), ("2.5", "2.5"), ('"text"', '"text"'),
                                  ("true", "true"), ("[1, 2]", "[1, 2]"), ("-1 + 2", "1"), ("-1", "-1"),
                                  ("(2 > 1) ? 'a' : 'b'", '"a"')]:
            with self.subTest(expression=expression):
                result = run("eval", expression)
                self.expect(result, 0)
                self.assertEqual(result.stdout, value + "\n")

    def test_loops_within_loops_are_bounded(self):
        items = "[" + ",".join(str(i) for i in range(300)) + "]"
        loops = f"{items}.all(a, {items}.all(b, {items}.all(c, {items}.all(d, a + b + c + d >= 0))))"
        result = run("eval", loops)  # 8.1 billion steps
        self.expect(result, 1, "too many steps")

    def test_faults_are_1(self):
        for expression in "1 +", "nosuch", "1 / 0", "'a' + 1", "1 / 0 > 2":
            with self.subTest(expression=expression):
                result = run("eval", expression)
                self.expect(result, 1, "error")
                self.assertRegex(result.stdout, r"^error: .+\n$")

    def test_one_line_for_each_customer(self):
        result = run("eval", "active / seats", "--customers", self.customers)
        self.expect(result, 0)
        self.assertEqual(result.stdout.splitlines()[1:], [repr(1 / 3), "missing", "1.0"])
        self.assertEqual(run("eval", "seats", "--customers", "-", input=CUSTOMERS).stdout.splitlines()[0], "100.0")

    def test_dates(self):
        result = run("eval", "days_until(timestamp('2026-11-23T00:00:00Z'))", "--as-of", "2026-11-21")
        self.assertEqual(result.stdout.strip(), "2.0")


class Explain(Case):
    def test_text_and_json(self):
        arguments = ["explain", self.policy, "--customers", self.customers, "A1", "--as-of", "2026-11-21"]
        result = run(*arguments)
        self.expect(result, 0)
        self.assertIn("high", result.stdout)
        self.assertIn("high", json.dumps(json.loads(run(*arguments, "--json").stdout)))

    def test_unknown_key(self):
        self.expect(run("explain", self.policy, "--customers", self.customers, "A9"), 1, "A9")


class Files(Case):
    def rows(self, name="customers"):
        with open(self.out / f"{name}.csv", encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def test_columns_and_numbers(self):
        self.expect(self.plan("--team", self.team, "-o", self.out), 0)
        with open(self.out / "customers.csv", encoding="utf-8") as stream:
            self.assertTrue(stream.readline().startswith("key,segment,touch,pool,csm,health,band,coverage"))
        rows = self.rows()
        self.assertEqual([row["segment"] for row in rows], ["high", "low", "high", "low"])
        # Scores are rounded to ten decimals.
        self.assertAlmostEqual(float(rows[1]["health"]), 100 / 3, delta=1e-9)
        self.assertEqual(rows[2]["health"], "")
        self.assertEqual(repr(float(rows[1]["health"])), rows[1]["health"])
        self.assertIsInstance(json.loads((self.out / "summary.json").read_text(encoding="utf-8")), dict)

    def test_spreadsheets_run_nothing(self):
        self.expect(self.plan("-o", self.out), 0)
        self.assertEqual([row["key"] for row in self.rows()], ["A1", "A2", "'=A3", "'-A4"])
        self.expect(self.plan("-o", self.out, "--raw-text"), 0)
        self.assertEqual([row["key"] for row in self.rows()], ["A1", "A2", "=A3", "-A4"])

    def test_digest_fits_80_columns(self):
        result = self.plan("--team", self.team)
        self.expect(result, 0)
        # Two of high at 1/2 and one of low at 1 are more than 1.5 CSMs carry.
        for words in "4 customers", "2 CSMs", "S1", "uncovered", "all, csm", "hire 1 like S1: covers 1", "Continuity":
            self.assertIn(words, result.stdout)
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 80)
        self.assertFalse(self.out.exists())
        json.loads(self.plan("--json").stdout)

    def test_an_earlier_plan_is_replaced(self):
        self.expect(self.plan("--team", self.team, "--out", self.out), 0)
        first = {path.name: path.read_bytes() for path in self.out.iterdir()}
        self.assertIn("csms.csv", first)
        self.expect(self.plan("-o", f"{self.out}/"), 0)
        self.assertNotIn("csms.csv", os.listdir(self.out))
        self.assertEqual(os.listdir(self.folder).count("out"), 1)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("out.")], [])
        empty = self.folder / "empty"
        empty.mkdir()
        self.expect(self.plan("-o", empty), 0)

    def test_behind_a_link(self):
        real = self.folder / "real"
        real.mkdir()
        self.out.symlink_to(real)
        self.expect(self.plan("-o", self.out), 0)
        self.assertTrue(self.out.is_symlink())
        self.assertTrue((real / "summary.json").is_file())

    def test_others_files_are_left_alone(self):
        self.out.mkdir()
        (self.out / "thesis.txt").write_text("years", encoding="utf-8")
        self.expect(self.plan("-o", self.out), 2, "thesis.txt")
        self.expect(self.plan("-o", self.policy), 2, "is a file")
        self.assertEqual(os.listdir(self.out), ["thesis.txt"])
        (self.out / "thesis.txt").rename(self.out / "customers.csv")
        self.expect(self.plan("-o", self.out), 2, "summary.json")
        self.assertEqual((self.out / "customers.csv").read_text(encoding="utf-8"), "years")

    def test_a_fault_leaves_the_earlier_plan(self):
        self.expect(self.plan("-o", self.out), 0)
        before = {path.name: path.read_bytes() for path in self.out.iterdir()}
        self.write("customers.csv", CUSTOMERS.replace("250000", "many"))
        self.expect(self.plan("-o", self.out), 1, "many")
        self.assertEqual(before, {path.name: path.read_bytes() for path in self.out.iterdir()})
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("out.")], [])

    @unittest.skipUnless(os.name == "posix", "limits are set as on POSIX")
    def test_a_full_disk_is_3(self):
        self.expect(self.plan("-o", self.out), 0)
        before = {path.name: path.read_bytes() for path in self.out.iterdir()}
        self.write("customers.csv", CUSTOMERS + "".join(f"B{i},1,1,1,,\n" for i in range(5000)))

        import resource

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000))

        self.expect(self.plan("-o", self.out, preexec_fn=limit, restore_signals=False), 3, "cannot write")
        self.assertEqual(before, {path.name: path.read_bytes() for path in self.out.iterdir()})
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("out.")], [])
        self.expect(self.plan("-o", self.folder / "no" / "such" / "place"), 3, "cannot make the folder")

    @unittest.skipUnless(Path("/dev/full").exists(), "there is no /dev/full")
    def test_stdout_that_is_full_is_3(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([str(COMMAND), "eval", "1"], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(result.returncode, 3)

    def test_verbose(self):
        """What is read and what comes of it goes to stderr, and changes nothing else."""
        quiet, told = self.plan("--team", self.team), self.plan("--team", self.team, "--verbose")
        self.assertEqual(quiet.stdout, told.stdout)
        more = told.stderr.splitlines()
        for line in quiet.stderr.splitlines():
            more.remove(line)
        self.assertTrue(all(line.startswith("triax: ") for line in more), told.stderr)
        self.assertIn(f"triax: {self.customers}: read, bytes {len(CUSTOMERS)}, rows 4, columns 6, delimiter ,", more)
        # Two of `high`, or one of `low`, fill S1; one of `high` fills S2, who is half a CSM, and `low` is too much. The two
        # of `high` have the most value: with =A4's 99999.99 in place of =A3's 100000 it would be a cent less.
        self.assertIn("triax: allocation: customers with a CSM 2 of 4; proven best", more)
        self.assertEqual("triax: plan: made, customers 4, CSMs 2", more[-1])

    def test_threads_change_nothing(self):
        self.expect(self.plan("--team", self.team, "-o", self.out, "--as-of", "2026-11-21"), 0)
        first = {path.name: path.read_bytes() for path in self.out.iterdir()}
        self.expect(self.plan("--team", self.team, "-o", self.out, "--as-of", "2026-11-21", "--threads", "8"), 0)
        self.assertEqual(first, {path.name: path.read_bytes() for path in self.out.iterdir()})


class Interrupts(Case):
    @unittest.skipUnless(os.name == "posix", "signals are sent as on POSIX")
    def test_ctrl_c_is_130(self):
        # The customers come slowly, so that there is time to interrupt.
        process = subprocess.Popen([str(COMMAND), "plan", str(self.policy), "--customers", "-", "-o", str(self.out)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(CUSTOMERS.encode())
        process.stdin.flush()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, said)
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        COMMAND = Path(sys.argv.pop(1)).resolve()
    unittest.main()
