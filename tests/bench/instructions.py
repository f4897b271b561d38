"""Instructions of the hot paths, by callgrind: they do not hang on how busy the machine is.

usage: instructions.py FOLDER OF PROGRAMS [--accept]

Compares with instructions.txt beside this file and fails where a path takes over a quarter more than there. Counts
differ between compilers and processors: what is kept is from gcc with AVX2, and a first run elsewhere wants --accept.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

KEPT = pathlib.Path(__file__).with_name("instructions.txt")
ROWS = 65536
TOLERANCE = 1.25
# What is counted: everything within a function of the library, while a program runs once over ROWS rows.
PATHS = {
    "rules, a row": ("expr_rules", "tx_run_batch", 1),
    "health, a row": ("expr_rules", "tx_health_score", 2),      # once without scores written, once with
    "whole plan, a row": ("plan_rules", "triax_plan_new", 2),   # once without reasons, once with
}


def count(program, function, times):
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", f"--toggle-collect={function}",
             str(program), str(ROWS / 1e6), "1"], capture_output=True, text=True, check=True).stderr
    return int(re.search(r"Collected : (\d+)", said).group(1)) / ROWS / times


def main():
    if not shutil.which("valgrind"):
        print("valgrind is not installed: instructions are not counted")
        return 0
    folder = pathlib.Path(sys.argv[1])
    found = {name: count(folder / path[0], *path[1:]) for name, path in PATHS.items()}
    if "--accept" in sys.argv:
        KEPT.write_text("".join(f"{name}: {value:.1f}\n" for name, value in found.items()), encoding="utf-8")
    kept = dict(line.split(": ") for line in KEPT.read_text(encoding="utf-8").splitlines())
    worse = 0
    for name, value in found.items():
        before = float(kept.get(name, "inf"))
        over = value > TOLERANCE * before
        worse += over
        print(f"{name}: {value:.1f} instructions (kept: {before:.1f}){', too many' if over else ''}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
