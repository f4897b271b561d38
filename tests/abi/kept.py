#!/usr/bin/env python3
"""Programs of releases gone by, built against the headers of their day (tests/abi/kept), run on today's library.

That this can fail is shown on headers changed as no release may change them.
usage: kept.py BUILD
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT = sorted(path.parent for path in HERE.glob("kept/*/program.c"))
BUILD = Path(os.environ.get("TRIAX_BUILD", HERE.parents[1] / "build/release"))
COMPILER = shutil.which("cc")


@unittest.skipUnless(COMPILER, "there is no C compiler")
class Kept(unittest.TestCase):
    def run_program(self, source, headers):
        """What the program says on today's library; its exit code."""
        with tempfile.TemporaryDirectory() as folder:
            program, libraries = Path(folder, "program"), BUILD / "lib"
            subprocess.run([COMPILER, "-std=c11", "-Wall", "-Werror", f"-I{headers}", str(source), "-o", str(program),
                            str(libraries / "libtriax.so")], check=True)
            result = subprocess.run([str(program)], env={"LD_LIBRARY_PATH": str(libraries)}, capture_output=True, text=True, timeout=60)
            return result.returncode, result.stdout + result.stderr

    def test_they_run(self):
        self.assertTrue(KEPT)
        for folder in KEPT:
            with self.subTest(release=folder.name):
                self.assertEqual(self.run_program(folder / "program.c", folder), (0, f"all as in {folder.name}\n"))

    def changed(self, header, old, new):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(KEPT[0] / "triax", Path(folder, "triax"))
            path = Path(folder, "triax", header)
            text = path.read_text(encoding="utf-8")
            self.assertIn(old, text)
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            return self.run_program(KEPT[0] / "program.c", folder)[0]

    def test_a_number_of_another_meaning_is_found(self):
        self.assertNotEqual(self.changed("plan.h", "#define TRIAX_PLAN_CSMS 2", "#define TRIAX_PLAN_CSMS 5"), 0)

    def test_a_field_in_another_place_is_found(self):
        self.assertNotEqual(self.changed("plan.h", "typedef struct triax_judgement {\n  size_t struct_size;",
                                         "typedef struct triax_judgement {\n  size_t struct_size, more;"), 0)


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    unittest.main()
