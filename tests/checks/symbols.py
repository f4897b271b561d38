#!/usr/bin/env python3
"""Holds three lists against each other: functions in the public headers, in the version maps, in the built libraries.

Also: the libraries need nothing but what they may need, and the core keeps no writable data.
usage: symbols.py ROOT BUILD
"""
import re
import subprocess
import sys
from pathlib import Path

import api

C_LIBRARY = {"libc", "libm", "libpthread", "ld-linux-x86-64", "ld-linux", "ld-linux-aarch64"}
NEEDS = {"triax": C_LIBRARY, "triax-yaml": C_LIBRARY | {"libtriax", "libyaml-0"}}
BUILT = {"triax": "lib/libtriax.so", "triax-yaml": "lib/yaml/libtriax-yaml.so"}
INTERNAL = {"triax": "lib/libtriax-internal.a", "triax-yaml": "lib/yaml/libtriax-yaml-internal.a"}


# Functions whose last digit differs among C libraries. Others of <math.h> (floor, sqrt, frexp, fmin …) are exact everywhere;
# lib/fit/elementary.c has exp and log of its own.
INEXACT = re.compile(r"(a?(sin|cos|tan)h?|sincos|exp(2|10|m1)?|log(2|10|1p|b)?|pow|cbrt|hypot|erfc?|[lt]gamma|gamma|j[01n]|y[01n]|fma)[fl]?")


def inexact(library):
    for line in output("nm", "-D", "--undefined-only", str(library)).splitlines():
        name = line.split()[-1].partition("@")[0]
        if INEXACT.fullmatch(name):
            yield f"calls {name}, whose last digit differs among C libraries; lib/fit/elementary.h has what does not"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(library):
    """Dynamic symbols that the library defines, with the version each carries."""
    symbols = {}
    for line in output("nm", "-D", "--defined-only", "--with-symbol-versions", str(library)).splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":
            bare, _, version = name.partition("@")
            symbols[bare] = version.lstrip("@").rsplit("_", 1)[-1]
    return symbols


def needed(library):
    names = re.findall(r"\(NEEDED\).*\[([^\]]+)\]", output("readelf", "-d", str(library)))
    return {name.split(".so")[0] for name in names}


# A line of objdump -t for an object in a section that stays writable: constant tables of pointers are in .data.rel.ro.
WRITABLE = re.compile(r"^[0-9a-f]+ .{6}[O ] (\.data|\.bss|\.tdata|\.tbss|\*COM\*)(?!\.rel\.ro)\S*\s+[0-9a-f]+ (?:\.\w+ )?([^.\s]\S*)$")


def writable_data(archive):
    """Variables that would be shared behind callers' backs."""
    member = ""
    for line in output("objdump", "-t", str(archive)).splitlines():
        match = WRITABLE.match(line)
        if ":     file format" in line:
            member = line.split(":")[0]
        elif match:
            yield f"{member}: {match[2]} is writable data ({match[1]}); the library keeps no state of its own"


def compare(first, first_name, second, second_name):
    for name in sorted(first.keys() - second.keys()):
        yield f"{name} is in {first_name} but not in {second_name}"
    for name in sorted(second.keys() - first.keys()):
        yield f"{name} is in {second_name} but not in {first_name}"
    for name in sorted(first.keys() & second.keys()):
        if first[name] != second[name]:
            yield f"{name} is of version {first[name]} in {first_name}, of {second[name]} in {second_name}"


def check_library(root, build, name):
    declared = {f: since for f, header, since in api.functions(root) if api.library_of(header) == name}
    mapped = api.mapped(root / api.LIBRARIES[name])
    yield from compare(declared, "the headers", mapped, api.LIBRARIES[name])
    library = build / BUILT[name]
    if not library.exists():
        print(f"{BUILT[name]}: not built here, its symbols are not looked at")
        return
    yield from compare(mapped, api.LIBRARIES[name], exported(library), BUILT[name])
    for other in sorted(needed(library) - NEEDS[name]):
        yield f"{BUILT[name]} needs {other}, which it may not"
    for fault in inexact(library):
        yield f"{BUILT[name]} {fault}"
    for fault in writable_data(build / INTERNAL[name]):
        yield f"{INTERNAL[name]}: {fault}"


def main(root, build):
    faults = [fault for name in api.LIBRARIES for fault in check_library(root, build, name)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
