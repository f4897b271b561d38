#!/usr/bin/env python3
"""Reads every tracked text file: no tabs, no blanks at line ends, a line end at the end, no word that must not leave
the machine it was written on. Long functions are pointed out, not refused.

usage: text.py ROOT
"""
import re
import subprocess
import sys
from pathlib import Path

CODE = {".c", ".h", ".py", ".rb", ".build", ".txt", ".md", ".map", ".sh", ".yaml", ".ini", ".in", ""}
# Data and expected outputs are what they are.
DATA = re.compile(r"(^|/)(data|corpus|cases|expected|abi)/|\.(csv|abi|json|png|gz)$")
# Put together here so that this file does not hold them.
FORBIDDEN = re.compile("|".join(["/wo" + "rk/", "/tmp/" + "venv", "/root" + "/", "/home" + "/", r"pypi\." + "org",
                                 "python" + "hosted", r"deb\.debian" + r"\.org", "registry" + r"\.npmjs", "rubygems" + r"\.org",
                                 r"proxy\.golang" + r"\.org"]))
LONG_FUNCTION, LONG_FILE = 80, 1000


def tracked(root):
    """Files of the project: those that git knows, or, outside of a checkout, all but build folders."""
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True)
    if listing.returncode == 0:
        return [root / name for name in listing.stdout.split("\0") if name and (root / name).is_file()]
    return [p for p in root.rglob("*") if p.is_file() and not p.relative_to(root).parts[0].startswith(("build", ".git"))]


def faults_of(name, text):
    for number, line in enumerate(text.splitlines(), 1):
        found = FORBIDDEN.search(line)
        if found:
            yield f"{name}:{number}: '{found[0]}' is of some machine, not of the project"
        if DATA.search(name):
            continue
        if "\t" in line:
            yield f"{name}:{number}: a tab"
        if line != line.rstrip():
            yield f"{name}:{number}: blanks at the end of the line"
    if text and not text.endswith("\n") and not DATA.search(name):
        yield f"{name}: the last line does not end"


def long_functions(name, text):
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"^[A-Za-z_].*\{$", line):
            start = number
        elif line == "}" and start:
            if number - start > LONG_FUNCTION:
                yield f"{name}:{start}: warning: a function of {number - start + 1} lines"
            start = None


def main(root):
    faults, warnings = [], []
    for path in tracked(root):
        if path.suffix not in CODE and not DATA.search(str(path)):
            continue
        name = str(path.relative_to(root))
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            if not DATA.search(name):
                faults.append(f"{name}: not UTF-8")
            continue
        faults += faults_of(name, text)
        if path.suffix in (".c", ".h"):
            warnings += long_functions(name, text)
            if text.count("\n") > LONG_FILE:
                warnings.append(f"{name}: warning: {text.count(chr(10))} lines")
    print("\n".join(warnings + faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
