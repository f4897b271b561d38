#!/usr/bin/env python3
"""Fails when a file includes a header of a layer that is not above its own in lib/LAYERS.

usage: layers.py ROOT
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.M)
# What the folders outside of the core see besides <triax/...>, the C library and their own files.
GUESTS = {"lib/yaml": {"yaml.h"}, "bindings/cli": {"csv.h", "jansson.h"}}
SYSTEM = set(
    "assert ctype errno fcntl fenv float inttypes limits locale math pthread sched signal stdalign stdarg stdatomic"
    " stdbool stddef stdint stdio stdlib stdnoreturn string threads time unistd windows io direct process"
    " sys/mman sys/stat sys/types sys/wait dirent immintrin arm_neon".split()
)


def read_layers(root):
    """The rank of each layer; layers of one rank are siblings."""
    lines = (line.split("#")[0].split() for line in Path(root, "lib/LAYERS").read_text(encoding="utf-8").splitlines())
    return {name: rank for rank, names in enumerate(filter(None, lines)) for name in names}


def target_layer(name, ranks):
    """The layer that an included name belongs to, or None: base/memory.h and <triax/base.h> are both of base."""
    parts = name.split("/")
    if parts[0] == "triax":
        noun = parts[-1].removesuffix(".h")
        return noun if noun in ranks else None
    return parts[0] if len(parts) > 1 and parts[0] in ranks else None


def core_fault(layer, name, quoted, ranks, beside):
    if name in ("triax/triax.h", "triax/yaml.h", "yaml.h", "csv.h", "jansson.h"):
        return "is not for the core"
    target = target_layer(name, ranks)
    if target is None or target == layer:
        known = target == layer or name.startswith("triax/") or name in beside or name.removesuffix(".h") in SYSTEM
        return None if known else "is neither of a layer nor of the C library"
    if ranks[target] == ranks[layer]:
        return f"is a step sideways, from {layer} to {target}"
    return f"is a step up, from {layer} to {target}" if ranks[target] > ranks[layer] else None


def guest_fault(folder, name, quoted, beside):
    if quoted and name in beside:
        return None
    if not quoted and (name.startswith("triax/") or name in GUESTS[folder] or name.removesuffix(".h") in SYSTEM):
        return None
    return f"is not for {folder}, which sees <triax/...>, {', '.join(sorted(GUESTS[folder]))} and its own files"


def faults_of(path, root, judge):
    beside = {other.name for other in path.parent.glob("*.h")}
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        name, quoted = match[1] or match[2], match[1] is not None
        fault = judge(name, quoted, beside)
        if fault:
            line = text.count("\n", 0, match.start(1 if quoted else 2)) + 1
            yield f"{path.relative_to(root)}:{line}: including {name} {fault}"


def check(root):
    root = Path(root).resolve()
    ranks = read_layers(root)
    faults = []
    for folder in sorted(path for path in (root / "lib").iterdir() if path.is_dir() and path.name != "yaml"):
        if folder.name not in ranks:
            faults.append(f"lib/{folder.name}: not listed in lib/LAYERS")
            continue
        judge = lambda name, quoted, beside, layer=folder.name: core_fault(layer, name, quoted, ranks, beside)
        for path in sorted(folder.rglob("*.[ch]")):
            faults += faults_of(path, root, judge)
    for guest in GUESTS:
        judge = lambda name, quoted, beside, folder=guest: guest_fault(folder, name, quoted, beside)
        for path in sorted((root / guest).rglob("*.[ch]")):
            faults += faults_of(path, root, judge)
    return faults


if __name__ == "__main__":
    found = check(sys.argv[1])
    print("\n".join(found))
    sys.exit(1 if found else 0)
