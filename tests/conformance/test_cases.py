#!/usr/bin/env python3
"""The case folders of tests/conformance/cases, through the command triax. cases/README.md describes the folders.

usage: test_cases.py [-v]
"""
import csv
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")
CASES = ROOT / "tests/conformance/cases"
NOT_WRITTEN = {"metrics"}  # the command does not write it; the runner in C asserts it


def setUpModule():
    if not COMMAND.is_file():
        raise unittest.SkipTest(f"the command is not built ({COMMAND})")


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def agrees(wanted, got):
    if wanted.startswith("="):
        return got != "" and number(got) == float(wanted[1:])
    one, other = number(wanted), number(got)
    if wanted == got or one is None or other is None:
        return wanted == got
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))


def expectation(path):
    """Column names, rows, and how many rows the table has in all (None: not said)."""
    count, lines = None, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# rows: "):
            count = int(line[8:])
        elif not line.startswith("#"):
            lines.append(line)
    names, *rows = list(csv.reader(lines))
    return names, rows, count


def differences(path, table):
    """Sentences about where a table is not as expected; each expected row goes with the next one of its first cell."""
    names, rows, count = expectation(path)
    header, *body = table
    absent = [name for name in names if name not in header]
    if absent:
        return [f"{path.name}: no column {', '.join(absent)}; there are {', '.join(header)}"]
    if count is not None and count != len(body):
        return [f"{path.name}: {len(body)} rows, expected {count}"]
    at, found, seen = [header.index(name) for name in names], [], {}
    for row in rows:
        alike = [r for r in body if agrees(row[0], r[at[0]])]
        turn = seen.get(row[0], 0)
        seen[row[0]] = turn + 1
        if turn >= len(alike):
            found.append(f"{path.name}: no row {row[0]} (number {turn + 1})")
            continue
        for name, wanted, place in zip(names, row, at):
            if not agrees(wanted, alike[turn][place]):
                found.append(f"{path.name}: row {row[0]}, {name}: {alike[turn][place]!r}, expected {wanted!r}")
    return found


def without_files(text):
    """Faults of data as the library tells them, without what only the command knows: files, lines, its own options."""
    text = re.sub(r"^(customers|team|sent|history)\.csv(:\d+)*: (error|warning): ", r"\3: \1: ", text, flags=re.M)
    text = re.sub(r" \(line \d+\)", "", text)
    return "".join(line + "\n" for line in text.splitlines() if not line.startswith("hint: "))


class Cases(unittest.TestCase):
    maxDiff = None

    def hold(self, folder):
        arguments = ["plan", "policy.yaml", "--customers", "customers.csv"]
        if (folder / "team.csv").exists():
            arguments += ["--team", "team.csv"]
        if (folder / "sent.csv").exists():
            arguments += ["--sent", "sent.csv"]
        if (folder / "history.csv").exists():
            arguments += ["--history", "history.csv"]
        if (folder / "as_of").exists():
            arguments += ["--as-of", (folder / "as_of").read_text().strip()]
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([str(COMMAND), *arguments, "-o", f"{out}/plan"], cwd=folder, capture_output=True,
                                  encoding="utf-8", timeout=120)
            self.hold_messages(folder / "expected", done)
            if (folder / "expected/errors.txt").exists():
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertFalse(os.path.exists(f"{out}/plan"), "a plan was written in spite of errors")
                return
            self.assertEqual(done.returncode, 0, done.stderr)
            self.hold_tables(folder / "expected", Path(out) / "plan")

    def hold_messages(self, expected, done):
        if (expected / "errors.txt").exists():
            wanted = (expected / "errors.txt").read_text(encoding="utf-8")
            self.assertEqual(without_files(done.stderr), wanted)
        if (expected / "warnings.txt").exists():
            for wanted in (expected / "warnings.txt").read_text(encoding="utf-8").split("\n\n"):
                self.assertIn(wanted.rstrip("\n") + "\n", without_files(done.stderr))

    def hold_tables(self, expected, plan):
        found = []
        for path in sorted(expected.glob("*.csv")):
            if path.stem in NOT_WRITTEN:
                continue
            if not (plan / path.name).exists():
                found.append(f"{path.name}: the plan has no such table")
                continue
            with open(plan / path.name, encoding="utf-8", newline="") as file:
                found += differences(path, list(csv.reader(file)))
        self.assertEqual(found, [])


def add_cases():
    for folder in sorted(CASES.iterdir()):
        if (folder / "expected").is_dir():
            name = "test_" + folder.name.replace("-", "_")
            setattr(Cases, name, lambda self, folder=folder: self.hold(folder))


add_cases()

if __name__ == "__main__":
    unittest.main()
