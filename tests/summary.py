#!/usr/bin/env python3
"""Adds up what the suites left in a folder: names what failed and what was skipped, and ends with one line of counts.

usage: summary.py FOLDER
"""
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def junit(path):
    """The cases of a JUnit file as (name, outcome, why)."""
    for suite in ElementTree.parse(path).iter("testsuite"):
        for case in suite.findall("testcase"):
            name = f"{path.stem}: " + re.sub(r"^triax(\.|: )triax:", "", f"{suite.get('name')}: {case.get('name')}")
            # meson puts what a program said beside the case or beside the suite.
            said = "".join(case.findtext("system-out") or suite.findtext("system-out") or "").strip().splitlines()
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                yield name, "failed", ""
            elif skipped is not None:
                because = next((line for line in said if "skip" in line.lower()), "")
                yield name, "skipped", skipped.get("message") or because
            else:
                yield name, "passed", ""


def minitest(path):
    runs = failures = skips = 0
    for line in lines_of(path):
        counts = re.match(r"(\d+) runs, \d+ assertions, (\d+) failures, (\d+) errors, (\d+) skips", line)
        if counts:
            runs, failures, skips = int(counts[1]), int(counts[2]) + int(counts[3]), int(counts[4])
    yield from ((f"ruby: {path.stem}", "passed", "") for _ in range(runs - failures - skips))
    yield from ((f"ruby: {path.stem}", "failed", "") for _ in range(failures))
    yield from ((f"ruby: {path.stem}", "skipped", "") for _ in range(skips))


def main(folder):
    outcomes = [(name, "failed", "") for name in lines_of(folder / "failed.txt")]
    for line in lines_of(folder / "skipped.txt"):
        suite, _, why = line.partition(": ")
        outcomes.append((suite, "skipped", why))
    for path in sorted(folder.glob("*.xml")):
        outcomes += junit(path)
    for path in sorted(folder.glob("*.minitest")):
        outcomes += minitest(path)
    print("== Summary")
    for name, outcome, why in outcomes:
        if outcome != "passed":
            print(f"{outcome}: {name}" + (f": {why}" if why else ""))
    count = {kind: sum(outcome == kind for _, outcome, _ in outcomes) for kind in ("passed", "failed", "skipped")}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
