#!/usr/bin/env python3
"""Holds the built libraries against the kept descriptions of their ABI: what old programs rely on stays as it is.

usage: check.py ROOT BUILD [accept]      accept: keep today's ABI as the description, and the headers as this release's
"""
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = {"triax": "lib/libtriax.so", "triax-yaml": "lib/yaml/libtriax-yaml.so"}


def describe(library, headers, baseline):
    """Writes the description, with source locations: without them growth of a struct would pass unseen."""
    subprocess.run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--headers-dir", str(headers),
                    "--drop-private-types", "--out-file", str(baseline), str(library)], check=True)


def compare(baseline, library, headers):
    """Empty if programs made for the baseline run with the library, else what abidiff says. Additions are allowed."""
    command = ["abidiff", "--suppressions", str(HERE / "suppressions.ini"), "--headers-dir2", str(headers),
               "--no-added-syms", str(baseline), str(library)]
    result = subprocess.run(command, capture_output=True, text=True)
    return (result.stdout + result.stderr or f"abidiff answered {result.returncode}") if result.returncode else ""


def keep_headers(root, build):
    """Today's headers as those of this release: tests/abi/kept.py builds that release's program against them ever after."""
    headers = [*sorted((root / "include/triax").glob("*.h")), build / "include/triax/version.h"]
    version = re.search(r'TRIAX_VERSION "(\d+\.\d+)', headers[-1].read_text(encoding="utf-8"))[1]
    folder = HERE / "kept" / version / "triax"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for header in headers:
        shutil.copy(header, folder)
    print(f"headers: kept in {folder.relative_to(root)}")


def architecture(baseline):
    found = re.search(r"architecture='([^']*)'", baseline.read_text(encoding="utf-8"))
    return found[1] if found else ""


def main(root, build, accept):
    for tool in ("abidw", "abidiff"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed (abigail-tools)")
            return 77
    code = 0
    if accept:
        keep_headers(root, build)
    for name, path in BUILT.items():
        baseline, library, headers = HERE / f"{name}.0.abi", (build / path).resolve(), root / "include/triax"
        if not library.exists():
            print(f"{name}: skipped: not built")
        elif accept:
            describe(library, headers, baseline)
            print(f"{name}: kept as {baseline.relative_to(root)}")
        elif not baseline.exists():
            print(f"{name}: skipped: no baseline yet ({baseline.relative_to(root)})")
            code = code or 77
        elif platform.machine() not in architecture(baseline):
            print(f"{name}: skipped: the baseline is of another machine than {platform.machine()}")
            code = code or 77
        else:
            fault = compare(baseline, library, headers)
            print(fault or f"{name}: as it was")
            code = 1 if fault else code
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), "accept" in sys.argv[3:]))
