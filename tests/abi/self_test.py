#!/usr/bin/env python3
"""Shows that the ABI check refuses libraries broken on purpose, and lets pass what is allowed."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check

HEADER = """
struct triax_error {{ int status; {error} }};
struct triax_t_options {{ unsigned long struct_size; {options} }};
int triax_run(const struct triax_t_options *options, struct triax_error *error);
{more}
"""
SOURCE = """#include "triax.h"
int triax_run(const struct triax_t_options *options, struct triax_error *error) {{
  return error->status = (int)options->struct_size;
}}
{more}
"""


@unittest.skipUnless(shutil.which("abidiff"), "abidiff is not installed")
class Abi(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.baseline = self.root / "baseline.abi"
        check.describe(*self.build("old"), self.baseline)

    def build(self, name, error="int line;", options="unsigned long threads;", more="", source_more="", drop=False):
        folder = self.root / name
        folder.mkdir()
        (folder / "triax.h").write_text(HEADER.format(error=error, options=options, more=more))
        source = SOURCE.format(more=source_more)
        (folder / "t.c").write_text(source.replace("triax_run(", "triax_ran(").replace('"triax.h"', '"triax.h"\nint triax_ran();') if drop else source)
        library = folder / "libt.so"
        subprocess.run(["cc", "-g", "-fPIC", "-shared", "-Wl,-soname,libt.so.0", str(folder / "t.c"), "-o", str(library)], check=True)
        return library, folder

    def fault(self, **changes):
        library, headers = self.build("new", **changes)
        return check.compare(self.baseline, library, headers)

    def test_the_same_passes(self):
        self.assertEqual("", self.fault())

    def test_a_new_function_passes(self):
        self.assertEqual("", self.fault(more="int triax_two(void);", source_more="int triax_two(void) { return 2; }"))

    def test_options_may_grow_at_the_end(self):
        self.assertEqual("", self.fault(options="unsigned long threads; unsigned long seed;"))

    def test_options_may_not_grow_in_the_middle(self):
        self.assertIn("triax_t_options", self.fault(options="unsigned long seed; unsigned long threads;"))

    def test_another_struct_may_not_grow(self):
        self.assertIn("triax_error", self.fault(error="int line; int column;"))

    def test_a_member_may_not_change(self):
        self.assertIn("triax_error", self.fault(error="short line; short column;"))

    def test_a_function_may_not_go(self):
        self.assertIn("triax_run", self.fault(drop=True))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
