#!/usr/bin/env python3
"""Shows on small made-up trees that each check can fail: a check that never fails holds nothing."""
import contextlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

import api
import branches
import documented
import headers
import layers
import summary
import symbols
import sync_sources
import text

LAYERS = "base\ntable\nhealth plays\npolicy\n"
HEADER = """#ifndef T_H
#define T_H
#ifndef TRIAX_API
#define TRIAX_API
#endif
/** @file base.h @brief A test. */
/** @brief One. @since 0.1 */
TRIAX_API int triax_one(void);
#endif
"""


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.put("lib/LAYERS", LAYERS)
        self.put("lib/yaml/read.c", "#include <triax/base.h>\n#include <yaml.h>\n")
        self.put("bindings/cli/main.c", "")
        self.put("include/triax/base.h", HEADER)
        self.put("lib/base/one.c", "#include <triax/base.h>\nint triax_one(void) {\n  return 1;\n}\n")

    def put(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def run_main(self, main, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            return main(*arguments), said.getvalue()


class Layers(Tree):
    def fault(self, name, content):
        self.put(name, content)
        faults = layers.check(self.root)
        self.assertLessEqual(len(faults), 1, faults)
        return faults[0] if faults else ""

    def test_a_step_down_passes(self):
        self.assertEqual("", self.fault("lib/health/score.c", '#include "table/column.h"\n#include <stdint.h>\n'))

    def test_a_step_up_fails(self):
        self.assertIn("lib/table/x.c:2: including health/x.h is a step up", self.fault("lib/table/x.c", '\n#include "health/x.h"\n'))

    def test_a_step_sideways_fails(self):
        self.assertIn("sideways", self.fault("lib/plays/x.h", '#include "health/x.h"\n'))

    def test_a_public_header_counts_as_its_layer(self):
        self.assertIn("a step up", self.fault("lib/base/x.c", "#  include <triax/policy.h>\n"))

    def test_foreign_headers_fail(self):
        self.assertIn("not for the core", self.fault("lib/base/x.c", "#include <yaml.h>\n"))
        self.assertIn("neither", self.fault("lib/base/x.c", "#include <zlib.h>\n"))

    def test_guests_do_not_see_the_inside(self):
        self.assertIn("not for lib/yaml", self.fault("lib/yaml/x.c", '#include "base/memory.h"\n'))

    def test_the_command_does_not_see_the_inside(self):
        self.assertIn("not for bindings/cli", self.fault("bindings/cli/x.c", '#include "../../lib/base/memory.h"\n'))

    def test_an_unlisted_folder_fails(self):
        self.assertIn("not listed", self.fault("lib/extra/x.c", ""))


class Sync(Tree):
    def test_a_file_that_is_not_listed_fails_until_synced(self):
        self.put("lib/base/meson.build", "x = files(\n  # sync: *.c !b.c\n  'gone.c',\n  # sync end\n)\n")
        self.put("lib/base/b.c", "")
        self.assertEqual(1, self.run_main(sync_sources.main, self.root, True)[0])
        self.assertEqual(0, self.run_main(sync_sources.main, self.root, False)[0])
        self.assertEqual(0, self.run_main(sync_sources.main, self.root, True)[0])
        self.assertIn("  # sync: *.c !b.c\n  'one.c',\n  # sync end\n", (self.root / "lib/base/meson.build").read_text())
        self.assertEqual({"triax_one": "0.1"}, api.mapped(self.root / "lib/triax.map"))


class Symbols(Tree):
    def check(self, code, mapping="TRIAX_0.1 {\nglobal:\n  triax_one;\nlocal:\n  *;\n};\n", link=()):
        self.put("lib/triax.map", mapping)
        self.put("lib/x.c", code)
        build = self.root / "build"
        (build / "lib").mkdir(parents=True)
        source, compiled = str(self.root / "lib/x.c"), str(build / "x.o")
        run = lambda *command: subprocess.run(command, check=True, capture_output=True)
        run("cc", "-fPIC", "-c", source, "-o", compiled)
        run("ar", "rcs", str(build / symbols.INTERNAL["triax"]), compiled)
        run("cc", "-shared", compiled, *link, f"-Wl,--version-script={self.root / 'lib/triax.map'}", "-o", str(build / symbols.BUILT["triax"]))
        return "\n".join(symbols.check_library(self.root, build, "triax"))

    def test_three_equal_lists_pass(self):
        self.assertEqual("", self.check("int triax_one(void) { return 1; }\nstatic const int x[2] = {1, 2};\n"))

    def test_a_missing_definition_fails(self):
        self.assertIn("in lib/triax.map but not in lib/libtriax.so", self.check("int triax_two(void) { return 1; }"))

    def test_a_symbol_that_is_not_declared_fails(self):
        said = self.check("int triax_one(void) { return 1; } int extra;", "TRIAX_0.1 {\nglobal:\n  triax_one;\n  extra;\nlocal:\n  *;\n};\n")
        self.assertIn("extra is in lib/libtriax.so but not", said)

    def test_another_version_fails(self):
        said = self.check("int triax_one(void) { return 1; }", "TRIAX_0.2 {\nglobal:\n  triax_one;\nlocal:\n  *;\n};\n")
        self.assertIn("of version 0.1 in the headers, of 0.2", said)

    def test_writable_data_fails(self):
        said = self.check("static int calls; int shared = 1; _Thread_local int own; int triax_one(void) { return ++calls; }")
        self.assertIn("x.o: calls is writable data (.bss)", said)
        self.assertIn("x.o: shared is writable data (.data)", said)
        self.assertIn("x.o: own is writable data (.tbss)", said)

    def test_constant_tables_of_pointers_pass(self):
        self.assertEqual("", self.check("const char *const words[] = {\"a\"}; int triax_one(void) { return words[0][0]; }"))

    def test_a_function_that_rounds_as_it_likes_fails(self):
        said = self.check("double pow(double, double), floor(double); double triax_x(double x) { return pow(floor(x), x); } int triax_one(void) { return (int)triax_x(3); }",
                          link=("-lm",))
        self.assertIn("calls pow, whose last digit differs among C libraries", said)
        self.assertNotIn("floor", said)

    def test_a_foreign_library_fails(self):
        said = self.check("extern const char *zlibVersion(void); int triax_one(void) { return 0; }", link=("-Wl,--no-as-needed", "-ldl", "-lpthread", "-lm", "-l:libgcc_s.so.1"))
        self.assertIn("needs libgcc_s", said)


class Headers(Tree):
    def test_a_header_that_leans_on_another_fails(self):
        self.assertEqual(0, self.run_main(headers.main, self.root, self.root)[0])
        self.put("include/triax/plan.h", "#ifndef P_H\n#define P_H\nsize_t triax_two(void);\n#endif\n")
        code, said = self.run_main(headers.main, self.root, self.root)
        self.assertEqual(1, code)
        self.assertIn("C11: plan.h does not stand alone", said)

    def test_a_header_that_is_not_cplusplus_fails(self):
        self.put("include/triax/plan.h", "#ifndef P_H\n#define P_H\nint triax_two(int new);\n#endif\n")
        self.assertIn("C++11: plan.h", self.run_main(headers.main, self.root, self.root)[1])


class Documented(Tree):
    def check(self, header):
        self.put("include/triax/base.h", header)
        self.put("build/include/triax/version.h", "")
        self.put("docs/Doxyfile", (Path(__file__).resolve().parents[2] / "docs/Doxyfile").read_text())
        try:
            return self.run_main(documented.main, self.root, self.root / "build")
        except SystemExit:
            self.skipTest("doxygen is not installed")

    def test_a_documented_header_passes(self):
        self.assertEqual((0, "\n"), self.check(HEADER))

    def test_a_function_without_since_fails(self):
        self.assertIn("triax_one has no comment with @since", self.check(HEADER.replace("@since 0.1", ""))[1])

    def test_what_a_function_fails_with_must_be_said(self):
        bare = HEADER.replace("int triax_one(void)", "triax_status triax_one(void)")
        self.assertIn("triax_one does not say with what it can fail", self.check(bare)[1])
        self.assertNotIn("can fail", self.check(bare.replace("One.", "One. @return #TRIAX_OK, #TRIAX_ENOMEM"))[1])

    def test_whose_things_are_must_be_said(self):
        bare = HEADER.replace("int triax_one(void)", "const char *triax_one(triax_x **made)")
        said = self.check(bare)[1]
        self.assertIn("triax_one does not say whose its result is", said)
        self.assertIn("triax_one does not say how what it makes is given back", said)
        said = self.check(bare.replace("One.", "One; static. What is made is given back with triax_x_unref()."))[1]
        self.assertNotIn("does not say", said)

    def test_threads_must_be_said_of_a_handle(self):
        bare = HEADER.replace("/** @brief One", "/** @brief X. */\ntypedef struct triax_x triax_x;\n/** @brief One")
        self.assertIn("triax_x does not say how many threads may use it", self.check(bare)[1])

    def test_a_struct_member_without_comment_fails(self):
        code, said = self.check(HEADER.replace("/** @brief One", "/** @brief S. */\nstruct triax_s { int bare; };\n/** @brief One"))
        self.assertIn("bare", said)


class Text(unittest.TestCase):
    def test_clean_text_passes(self):
        self.assertEqual([], list(text.faults_of("a.c", "int x;\n")))

    def test_each_fault_is_found(self):
        bad = {"a tab": "\tint x;\n", "blanks at the end": "int x; \n", "does not end": "int x;", "of some machine": "// /wo" + "rk/x\n"}
        for expected, content in bad.items():
            self.assertIn(expected, "".join(text.faults_of("a.c", content)))

    def test_long_functions_are_pointed_out(self):
        self.assertEqual(1, len(list(text.long_functions("a.c", "int f(void) {\n" + "  g();\n" * 90 + "}\n"))))


class Branches(Tree):
    def hold(self, reached):
        self.put("summary.json", json.dumps({"branch_percent": reached}))
        code = self.run_main(branches.main, self.root / "summary.json", self.root / "floor.txt")[0]
        return code, (self.root / "floor.txt").read_text()

    def test_the_floor_only_rises(self):
        self.put("floor.txt", "89.2\n")
        self.assertEqual((0, "89.2\n"), self.hold(89.26))
        self.assertEqual((1, "89.2\n"), self.hold(89.1))
        self.assertEqual((0, "90.4\n"), self.hold(90.49))
        self.assertEqual((1, "90.4\n"), self.hold(90.3))


class Summary(Tree):
    def count(self, *tests):
        self.put("results/gcc.json", "".join(json.dumps({"name": "t", **test}) + "\n" for test in tests))
        code, said = self.run_main(summary.main, self.root / "results")
        return code, said.splitlines()

    def test_cases_are_counted(self):
        code, said = self.count({"result": "OK", "stdout": "1..3\nok 1 - a\nok 2 - b # SKIP\nok 3 - c\n"}, {"result": "OK"})
        self.assertEqual((0, "3 passed, 0 failed, 1 skipped"), (code, said[-1]))

    def test_a_crash_between_cases_fails(self):
        code, said = self.count({"result": "ERROR", "stdout": "1..2\nok 1 - a\n"})
        self.assertEqual((1, "1 passed, 1 failed, 0 skipped"), (code, said[-1]))
        self.assertIn("failed: gcc: t: error", said)

    def test_a_failing_case_is_named_once(self):
        code, said = self.count({"result": "FAIL", "stdout": "1..2\nok 1 - a\nnot ok 2 - b\n"})
        self.assertEqual((1, "1 passed, 1 failed, 0 skipped"), (code, said[-1]))
        self.assertIn("failed: gcc: t: b", said)

    def test_nothing_at_all_fails(self):
        self.assertEqual((1, "0 passed, 0 failed, 0 skipped"), (lambda code, said: (code, said[-1]))(*self.count()))

    def test_steps_python_and_ruby_are_counted(self):
        self.put("results/failed.txt", "the build\n")
        self.put("results/skipped.txt", "peers: no index\n")
        self.put("results/test_x.minitest", "4 runs, 9 assertions, 1 failures, 1 errors, 1 skips\n")
        self.put("results/python.xml", "<testsuites><testsuite><testcase name='a'/><testcase name='b'><skipped message='no'/>"
                 "</testcase><testcase name='c'><error/></testcase></testsuite></testsuites>")
        code, said = self.count()
        self.assertEqual((1, "2 passed, 4 failed, 3 skipped"), (code, said[-1]))
        self.assertIn("skipped: peers: no index", said)

    def test_skips_are_mended(self):
        tap = Path(__file__).resolve().parents[1] / "tap.py"
        script = "printf 'ok 1 - a\\nnot ok 2 # SKIP b\\nnot ok 3 - c\\n'; exit 7"
        result = subprocess.run([sys.executable, str(tap), "sh", "-c", script], capture_output=True, text=True)
        self.assertEqual((7, "ok 1 - a\nok 2 - b # SKIP\nnot ok 3 - c\n"), (result.returncode, result.stdout))
        result = subprocess.run([sys.executable, str(tap), "sh", "-c", "kill -ABRT $$"], capture_output=True)
        self.assertEqual(-6, result.returncode)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
