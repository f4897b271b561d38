#!/usr/bin/env python3
"""Every public symbol is documented (Doxygen's warnings are errors, those of README and guide too); every function says
since when it is there, with what it can fail, and whose is what it gives; every handle, how many threads may use it.

usage: documented.py ROOT BUILD
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import api


# Calls that fail as the head of their header says: once for all writing calls of a document.
WRITING = re.compile(r"triax_document_(map|list|end|text|number|boolean|missing)$")
FAILURE = re.compile(r"#TRIAX_E[A-Z]+|@return as triax_")
OWNER = re.compile(r"belongs?\b|\b(?:un)?ref(?:erence)?\b|_(?:unref|free)\(\)|\bkept\b|\bvalid\b|never NULL|\bstatic\b|\bword for\b|given back", re.I)
NEW = re.compile(r"_(?:unref|free)\(\)|\breleased?\b|reference")
THREADS = re.compile(r"thread|[Ii]mmutable")


def silences(root):
    """What comments do not say that they must."""
    for header, match in api.declarations(root):
        comment, result = match["comment"] or "", match["text"].strip()
        parameters = match.string[match.end():match.string.index(";", match.end())]
        if result == "triax_status" and not FAILURE.search(comment) and not WRITING.match(match["name"]):
            yield header, match["name"], "does not say with what it can fail"
        if result.endswith("*") and not OWNER.search(comment):
            yield header, match["name"], "does not say whose its result is"
        if re.search(r"triax_\w+ \*\*", parameters) and not NEW.search(comment):
            yield header, match["name"], "does not say how what it makes is given back"
    for header, match in api.declarations(root, api.HANDLE):
        if not THREADS.search(match["comment"]):
            yield header, match["name"], "does not say how many threads may use it"


def doxygen_faults(root, build):
    if not shutil.which("doxygen"):
        print("skipped: doxygen is not installed")
        sys.exit(77)
    headers = [str(p) for p in sorted((root / "include/triax").glob("*.h"))] + [str(build / "include/triax/version.h")]
    pages = [root / "README.md", *sorted((root / "docs/guide").glob("*.md"))]
    inputs = " ".join([*headers, *(str(page) for page in pages if page.is_file())])
    with tempfile.TemporaryDirectory() as folder:
        settings = (root / "docs/Doxyfile").read_text(encoding="utf-8") + "\n".join([
            "", f"INPUT = {inputs}", "USE_MDFILE_AS_MAINPAGE =", f"OUTPUT_DIRECTORY = {folder}", "GENERATE_HTML = NO",
            "GENERATE_XML = YES", "WARN_AS_ERROR = FAIL_ON_WARNINGS", ""])
        result = subprocess.run(["doxygen", "-"], input=settings, cwd=root, capture_output=True, text=True)
        return [line for line in result.stderr.splitlines() if line.strip()] if result.returncode else []


def main(root, build):
    faults = [f"{header.name}: {name} has no comment with @since" for name, header, since in api.functions(root) if not since]
    faults += [f"{header.name}: {name} {what}" for header, name, what in silences(root)]
    faults += doxygen_faults(root, build)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
