#!/usr/bin/env python3
"""Brings in step with the tree, or checks that they are: the file lists of the meson.build files, the version maps, and
the description of the headers with the declarations that the bindings have of it.

usage: sync_sources.py ROOT [--check]

A list stands between the lines `# sync: PATTERNS` and `# sync end`; patterns with a leading ! take files away.
"""
import re
import sys
from pathlib import Path

import api

sys.path.append(str(Path(__file__).resolve().parents[2] / "bindings"))
import declare

LIST = re.compile(r"^(?P<indent> *)# sync: (?P<patterns>.+)\n(?P<names>(?:.*\n)*?) *# sync end\n", re.M)


def names_on_disk(folder, patterns):
    names = set()
    for pattern in patterns:
        matching = {path.name for path in folder.glob(pattern.lstrip("!"))}
        names = names - matching if pattern.startswith("!") else names | matching
    return sorted(names)


def synced(path):
    """The meson.build file's text as it should be."""

    def fill(match):
        lines = [f"{match['indent']}'{name}',\n" for name in names_on_disk(path.parent, match["patterns"].split())]
        return f"{match['indent']}# sync: {match['patterns']}\n{''.join(lines)}{match['indent']}# sync end\n"

    return LIST.sub(fill, path.read_text(encoding="utf-8"))


def wanted(root):
    """Every file that is kept in step, with the text it should have."""
    for path in sorted(root.rglob("meson.build")):
        if not path.relative_to(root).parts[0].startswith("build"):
            yield path, synced(path)
    for library, path in api.LIBRARIES.items():
        yield root / path, api.map_text(root, library)
    yield from declare.wanted(root)


def main(root, check):
    stale = []
    for path, text in wanted(root):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path.relative_to(root)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name}: not in step with the files on disk; run ./dev sync" if check else f"{name}: updated")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), "--check" in sys.argv[2:]))
