#!/usr/bin/env python3
"""Every public symbol is documented (Doxygen's warnings are errors, those of README and guide too), and every function
says since when it is there.

usage: documented.py ROOT BUILD
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import api


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
    faults += doxygen_faults(root, build)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
