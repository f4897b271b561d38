#!/usr/bin/env python3
"""The same input gives the same bytes, whatever built the command: every case of tests/conformance, every example and a
fit by each command given, compared file by file with those of the first.

usage: same.py COMMAND COMMAND...   (each may begin with what runs it: "qemu-s390x build/cross-s390x/bindings/cli/triax";
       a first word NAME=VALUE is set for it alone)
"""
import csv
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests/conformance/cases"
EXAMPLES = ROOT / "docs/examples"


def case_of(folder, *more):
    arguments = ["plan", "policy.yaml", "--customers", "customers.csv", "-o", "plan", "--report", *more]
    for option in ("team", "sent", "history"):
        if (folder / f"{option}.csv").exists():
            arguments += [f"--{option}", f"{option}.csv"]
    day = (folder / "as_of").read_text().strip() if (folder / "as_of").exists() else "2026-11-23"
    return arguments + ["--as-of", day]


def write_outcomes(folder):
    """Customers who leave the likelier the less they use: numbers of a linear congruence, so that nothing is drawn."""
    state, rows = 1, []
    for i in range(1500):
        numbers = []
        for _ in range(4):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
            numbers.append(state / 2 ** 64)
        usage, tickets, arr, chance = numbers
        left = int(chance < 0.6 - 0.5 * usage + 0.2 * tickets)
        rows.append([f"C{i:04}", f"{usage:.6f}", int(tickets * 9), f"{arr ** 3 * 1e6:.2f}", ("basic", "plus", "pro")[i % 3], left])
    with open(folder / "customers.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "usage", "tickets", "arr", "product", "left"], *rows])
    (folder / "policy.yaml").write_text("triax: 1\nstage: scale\ncustomers: {key: id}\nsegmentation: {segments: [{name: all}]}\n")


def works():
    """Name, the folder whose files are wanted (or what writes them), the command's arguments."""
    for folder in sorted(CASES.iterdir()):
        if (folder / "policy.yaml").exists():
            yield folder.name, folder, case_of(folder)
    for folder in sorted(EXAMPLES.iterdir()):
        if (folder / "customers.csv").exists():
            yield f"example {folder.name}", folder, case_of(folder, "--tradeoff", "--hires")
            yield f"example {folder.name}, 2 threads", folder, case_of(folder, "--threads", "2")
    for method in ("additive", "logistic"):
        yield f"fit {method}", write_outcomes, [
            "fit", "policy.yaml", "--customers", "customers.csv", "--outcome", "left", "--method", method, "--as-of", "2026-11-23",
            "-o", "learnt.yaml", "--predictions", "predictions.csv"]


def run(command, files, arguments):
    """Everything that the command wrote, by name: files, both streams, the exit status."""
    words, environment = shlex.split(command), dict(os.environ)
    while "=" in words[0]:
        name, value = words.pop(0).split("=", 1)
        environment[name] = value
    words = [str(Path(word).resolve()) if "/" in word else word for word in words]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if callable(files):
            files(folder)
        else:
            for path in files.iterdir():
                if path.is_file():
                    shutil.copy(path, folder)
        given = {path for path in folder.rglob("*")}
        done = subprocess.run([*words, *arguments], cwd=folder, env=environment, capture_output=True, timeout=1200)
        written = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path not in given}
        # A terminal's lines end as the system likes; files do not.
        streams = {"stdout": done.stdout.replace(b"\r\n", b"\n"), "stderr": done.stderr.replace(b"\r\n", b"\n")}
        return {**written, **streams, "exit status": str(done.returncode).encode()}


def difference(first, other):
    """Where two files part, or None."""
    if first == other:
        return None
    if first is None or other is None:
        return "only one of them wrote it"
    one, two = first.split(b"\n"), other.split(b"\n")
    at = next((i for i, (a, b) in enumerate(zip(one, two)) if a != b), min(len(one), len(two)))
    return f"line {at + 1}: {(one + [b''])[at][:160]!r} and {(two + [b''])[at][:160]!r}"


def compare(commands, work):
    name, files, arguments = work
    results = [run(command, files, arguments) for command in commands]
    found = []
    for command, result in zip(commands[1:], results[1:]):
        for path in sorted(results[0].keys() | result.keys()):
            said = difference(results[0].get(path), result.get(path))
            if said:
                found.append(f"{name}: {path}: {said} ({command})")
    return len(results[0]), found


def main(commands):
    if len(commands) < 2:
        sys.exit(__doc__)
    everything = list(works())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda work: compare(commands, work), everything))
    found = [line for _, lines in results for line in lines]
    print("\n".join(found[:40]) or f"{sum(count for count, _ in results)} files and streams of {len(everything)} runs are the same")
    print(f"{sum(not lines for _, lines in results)} passed, {sum(bool(lines) for _, lines in results)} failed")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
