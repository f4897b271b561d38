#!/usr/bin/env python3
"""Shows that the ABI check refuses libraries broken on purpose, and lets pass what is allowed.

usage: self_test.py BUILD
"""
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check

BUILD = check.HERE.parents[1] / "build/release"

HEADER = """
struct triax_error {{ int status; {error} }};
struct triax_t_options {{ unsigned long struct_size; {options} }};
struct triax_thing;
int triax_run(const struct triax_t_options *options, struct triax_error *error);
int triax_use(const struct triax_thing *thing);
{more}
"""
INSIDE = "struct triax_thing {{ struct tx_part {{ int one; {inside} }} part; }};\n"
SOURCE = """#include "include/triax/triax.h"
#include "lib/triax.h"
int triax_use(const struct triax_thing *thing) {{ return thing->part.one; }}
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

    def build(self, name, error="int line;", options="unsigned long threads;", more="", source_more="", inside="", drop=False):
        folder = self.root / name
        headers = folder / "include/triax"
        headers.mkdir(parents=True)
        (folder / "lib").mkdir()
        (folder / "lib/triax.h").write_text(INSIDE.format(inside=inside))
        (headers / "triax.h").write_text(HEADER.format(error=error, options=options, more=more))
        source = SOURCE.format(more=source_more)
        (folder / "t.c").write_text(source.replace("triax_run(", "triax_ran(").replace('triax.h"', 'triax.h"\nint triax_ran();', 1) if drop else source)
        library = folder / "libt.so"
        subprocess.run(["cc", "-g", "-fPIC", "-shared", "-Wl,-soname,libt.so.0", str(folder / "t.c"), "-o", str(library)], check=True)
        return library, headers

    def fault(self, **changes):
        library, headers = self.build("new", **changes)
        return check.compare(self.baseline, library, headers)

    def test_the_same_passes(self):
        self.assertEqual("", self.fault())

    def test_a_new_function_passes(self):
        self.assertEqual("", self.fault(more="int triax_two(void);", source_more="int triax_two(void) { return 2; }"))

    def test_what_is_inside_may_change(self):
        self.assertEqual("", self.fault(inside="double two; void *three;"))

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


@unittest.skipUnless(shutil.which("abidiff"), "abidiff is not installed")
class Real(unittest.TestCase):
    """Today's library against its own kept description, linked anew without a function that old programs call."""

    def test_it_is_refused_without_a_function(self):
        root, baseline = check.HERE.parents[1], check.HERE / "triax.0.abi"
        archive = BUILD / "lib/libtriax-internal.a"
        if not archive.exists() or not baseline.exists() or platform.machine() not in check.architecture(baseline):
            self.skipTest("there is no such library, or it is of another machine than its description")
        listed = (root / "lib/triax.map").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("whole", listed), ("broken", listed.replace("  triax_plan_explain;\n", ""))):
                Path(folder, f"{name}.map").write_text(text, encoding="utf-8")
                subprocess.run(["cc", "-shared", "-Wl,--whole-archive", str(archive), "-Wl,--no-whole-archive", "-lm", "-pthread",
                                "-Wl,-soname,libtriax.so.0", f"-Wl,--version-script={folder}/{name}.map",
                                "-o", f"{folder}/{name}.so"], check=True)
            self.assertEqual("", check.compare(baseline, Path(folder, "whole.so"), root / "include/triax"))
            self.assertIn("triax_plan_explain", check.compare(baseline, Path(folder, "broken.so"), root / "include/triax"))


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    sys.exit(unittest.main(verbosity=1))
