#!/usr/bin/env python3
"""Adds up what the suites left in a folder: names what failed and what was skipped, and ends with one line of counts.

usage: summary.py FOLDER
"""
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

CASE = re.compile(r"^(not )?ok \d+(?: - )?(.*?)( # SKIP.*)?$", re.M)


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def reason(test):
    said = (test.get("stdout") or "") + (test.get("stderr") or "")
    return next((line for line in said.splitlines() if "skipped" in line.lower() and not CASE.match(line)), "")


def meson(path):
    """The cases of meson's log as (name, outcome, why). TAP is counted by its cases, other programs are one each."""
    for line in lines_of(path):
        test = json.loads(line)
        name = f"{path.stem}: {test['name'].replace('triax:', '')}"
        cases = list(CASE.finditer(test.get("stdout") or ""))
        for negation, case, skip in (match.groups() for match in cases):
            outcome = "skipped" if skip else "failed" if negation else "passed"
            yield f"{name}: {case}", outcome, ""
        fine = test["result"] in ("OK", "SKIP")
        # A program that crashes between two cases leaves none that failed.
        if not fine and not any(match[1] and not match[3] for match in cases):
            yield name, "failed", test["result"].lower()
        elif not cases:
            yield name, "skipped" if test["result"] == "SKIP" else "passed", reason(test)


def pytest(path):
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"python: {case.get('classname')}: {case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed", ""
        else:
            yield name, "passed" if skipped is None else "skipped", "" if skipped is None else skipped.get("message") or ""


def minitest(path):
    runs = failures = skips = 0
    for line in lines_of(path):
        counts = re.match(r"(\d+) runs, \d+ assertions, (\d+) failures, (\d+) errors, (\d+) skips", line)
        if counts:
            runs, failures, skips = int(counts[1]), int(counts[2]) + int(counts[3]), int(counts[4])
    for outcome, number in (("passed", runs - failures - skips), ("failed", failures), ("skipped", skips)):
        yield from [(f"ruby: {path.stem}", outcome, "")] * number


def steps(folder):
    for line in lines_of(folder / "failed.txt"):
        yield line, "failed", ""
    for line in lines_of(folder / "skipped.txt"):
        suite, _, why = line.partition(": ")
        yield suite, "skipped", why


def main(folder):
    outcomes = list(steps(folder))
    for pattern, read in (("*.json", meson), ("*.xml", pytest), ("*.minitest", minitest)):
        for path in sorted(folder.glob(pattern)):
            outcomes += read(path)
    print("== Summary")
    for name, outcome, why in outcomes:
        if outcome != "passed":
            print(f"{outcome}: {name}" + (f": {why}" if why else ""))
    count = {kind: sum(outcome == kind for _, outcome, _ in outcomes) for kind in ("passed", "failed", "skipped")}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
