#!/usr/bin/env python3
"""Compiles each public header alone and twice over, as C11 and as C++11, without a warning.

usage: headers.py ROOT BUILD
"""
import shutil
import subprocess
import sys
from pathlib import Path

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
LANGUAGES = {
    "C11": (["cc", "gcc", "clang"], ["-x", "c", "-std=c11", "-Wstrict-prototypes", "-Wc++-compat"]),
    "C++11": (["c++", "g++", "clang++"], ["-x", "c++", "-std=c++11"]),
}


def faults_of(header, build, compilers, flags):
    compiler = next(filter(shutil.which, compilers), None)
    if compiler is None:
        print(f"no compiler among {', '.join(compilers)}: not looked at")
        return
    program = f"#include <triax/{header.name}>\n#include <triax/{header.name}>\nint triax_check;\n"
    command = [compiler, *flags, *STRICT, "-I", str(header.parent.parent), "-I", str(build / "include"), "-"]
    result = subprocess.run(command, input=program, capture_output=True, text=True)
    if result.returncode != 0:
        yield f"{header.name} does not stand alone:\n{result.stderr}"


def main(root, build):
    faults = []
    for language, (compilers, flags) in LANGUAGES.items():
        for header in sorted((root / "include/triax").glob("*.h")):
            faults += [f"{language}: {fault}" for fault in faults_of(header, build, compilers, flags)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
