#!/usr/bin/env python3
"""Option structs of older and newer callers, given to today's library: what base.h promises about struct_size.

For every struct of the description whose name ends in _options. An older caller's struct ends where the headers of the
first release that is kept (tests/abi/kept) end it; what lies behind it in memory is not the library's to read.

usage: test_option_sizes.py [-v]
"""
import ctypes
import json
import os
import sys
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
sys.path[:0] = [str(ROOT / "bindings"), str(ROOT / "bindings/python"), str(ROOT / "tests/checks")]
os.environ.setdefault("TRIAX_LIBRARY", str(ROOT / "build/release/lib/libtriax.so"))

import describe

try:
    import triax
    from triax import _abi
    from triax._library import core
except ImportError as fault:
    raise unittest.SkipTest(f"the library is not built: {fault}") from None

DESCRIPTION = json.loads((ROOT / "bindings/description.json").read_text(encoding="utf-8"))
OPTIONS = [struct["name"] for struct in DESCRIPTION["structs"] if struct["name"].endswith("_options")]
WORD = ctypes.sizeof(ctypes.c_size_t)
MACHINE = "x86-64" if WORD == 8 else "i386"
KEPT = sorted((ROOT / "tests/abi/kept").glob("*/triax"))
POLICY = {"triax": 1, "health": {"metrics": {"use": {"value": "use", "scale": [[0, 0], [1, 100]]}}},
          "segmentation": {"by": "arr", "segments": [{"name": "big", "at_least": 100}, {"name": "small"}]}}


def text(value):
    bytes_of = value.encode()
    return _abi.triax_text(bytes_of, len(bytes_of))


class Case:
    """What the functions need besides their options, and one call for each kind of options."""

    def __init__(self):
        rows = [{"id": f"c{i}", "arr": float(i), "use": i % 10 / 10, "gone": i % 3 % 2} for i in range(200)]
        self.policy = triax.Policy.from_dict(POLICY)
        self.plan = self.policy.plan(rows, None)
        self.customers = self.plan.loaded_customers
        self.health = triax.Health.from_dict(POLICY["health"])
        self.context = ctypes.POINTER(_abi.triax_context)()
        self.must(core.triax_context_new(None, self.out(self.context), None))
        self.builder = ctypes.POINTER(_abi.triax_table_builder)()
        self.table = ctypes.POINTER(_abi.triax_table)()
        self.must(core.triax_table_builder_new(self.context, self.out(self.builder), None))
        for name in ("id", "arr"):
            self.must(core.triax_table_builder_column(self.builder, text(name), _abi.TRIAX_TYPE_TEXT, None, None))
        self.must(core.triax_table_builder_finish(self.builder, self.out(self.table), None))

    @staticmethod
    def must(status):
        assert status == 0, status

    @staticmethod
    def out(pointer):
        return ctypes.byref(pointer)

    def free(self):
        core.triax_table_unref(self.table)
        core.triax_table_builder_free(self.builder)
        core.triax_context_unref(self.context)

    def call(self, function, kind, unref, *arguments, messages=True):
        """Calls with the arguments, an output of the kind and an error; (status, message)."""
        output, error = ctypes.POINTER(kind)(), _abi.triax_error()
        status = function(*arguments, ctypes.byref(output), *([None] if messages else []), ctypes.byref(error))
        if status == 0:
            unref(output)
        return status, error.message.decode()

    def context_options(self, options):
        return self.call(core.triax_context_new, _abi.triax_context, core.triax_context_unref, options, messages=False)

    def load_options(self, options):
        output, error = ctypes.POINTER(_abi.triax_customers)(), _abi.triax_error()
        status = core.triax_customers_new(self.context, self.policy._pointer, self.table, options, ctypes.byref(output), None,
                                          None, ctypes.byref(error))
        if status == 0:
            core.triax_customers_unref(output)
        return status, error.message.decode()

    def plan_options(self, options):
        return self.call(core.triax_plan_new, _abi.triax_plan, core.triax_plan_unref, self.context, self.policy._pointer,
                         self.customers._pointer, None, options)

    def assignment_options(self, options):
        problem = _abi.triax_assignment_problem(struct_size=ctypes.sizeof(_abi.triax_assignment_problem))
        return self.call(core.triax_assignment_solve, _abi.triax_assignment, core.triax_assignment_unref, self.context,
                         problem, options, messages=False)

    def comparison_options(self, options):
        return self.call(core.triax_comparison_new, _abi.triax_comparison, core.triax_comparison_unref, self.context,
                         self.plan._pointer, self.plan._pointer, options, messages=False)

    def health_options(self, options):
        return self.call(core.triax_health_score, _abi.triax_table, core.triax_table_unref, self.health._pointer,
                         self.customers._pointer, options)

    def backtest_options(self, options):
        return self.call(core.triax_health_backtest, _abi.triax_document, core.triax_document_free, self.context,
                         self.policy._pointer, self.customers._pointer, options)

    def fit_options(self, options):
        return self.call(core.triax_health_fit, _abi.triax_fit, core.triax_fit_unref, self.context, self.policy._pointer,
                         self.customers._pointer, options)


class OptionSizes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.case = Case()
        cls.addClassCleanup(cls.case.free)

    def given(self, name, size, behind=b""):
        """The default options of a caller whose struct has `size` bytes, with `behind` after them; (status, message)."""
        kind = getattr(_abi, name)
        options = kind()
        if hasattr(options, "outcome") and name != "triax_plan_options":
            options.outcome = self.outcome = text("gone")
        raw = ctypes.create_string_buffer(max(size, ctypes.sizeof(kind)) + len(behind) + WORD)
        ctypes.memmove(raw, ctypes.byref(options), min(size, ctypes.sizeof(kind)))
        ctypes.memmove(ctypes.byref(raw, size), behind, len(behind))
        ctypes.memmove(raw, ctypes.byref(ctypes.c_size_t(size)), WORD)
        call = getattr(self.case, name.removeprefix("triax_"))
        return call(ctypes.cast(raw, ctypes.POINTER(kind)))

    def each(self):
        for name in OPTIONS:
            with self.subTest(options=name):
                yield name, ctypes.sizeof(getattr(_abi, name))

    def test_every_option_struct_has_a_call_here(self):
        self.assertGreaterEqual(len(OPTIONS), 8)
        for name in OPTIONS:
            self.assertTrue(hasattr(Case, name.removeprefix("triax_")), name)

    def test_struct_size_comes_first_and_nothing_pads_the_end(self):
        for struct in DESCRIPTION["structs"]:
            if struct["name"] not in OPTIONS:
                continue
            self.assertEqual(struct["fields"][0], {"name": "struct_size", "type": "size_t"}, struct["name"])
            kind = getattr(_abi, struct["name"])
            last = getattr(kind, struct["fields"][-1]["name"])
            self.assertEqual(last.offset + last.size, ctypes.sizeof(kind), f"{struct['name']}: its tail is padding")

    def test_todays_size_is_taken(self):
        for name, size in self.each():
            self.assertEqual(self.given(name, size), (0, ""))

    def test_no_size_and_less_than_any_version_are_refused(self):
        for name, _ in self.each():
            for size in (0, 1, WORD):
                status, message = self.given(name, size)
                self.assertEqual(status, _abi.TRIAX_EINVAL)
                self.assertIn(f"{name}: struct_size is", message)

    def test_a_newer_callers_zeros_are_taken(self):
        for name, size in self.each():
            self.assertEqual(self.given(name, size + 64), (0, ""))

    def test_a_newer_callers_option_is_refused(self):
        for name, size in self.each():
            for at in (0, 31, 63):
                status, message = self.newer(name, size, at)
                self.assertEqual(status, _abi.TRIAX_EINVAL)
                self.assertIn(f"{name}: an option is set that this version of the library does not know", message)

    def newer(self, name, size, at):
        """A caller whose struct has 64 bytes more, one of them set."""
        kind = getattr(_abi, name)
        raw = ctypes.create_string_buffer(size + 64)
        ctypes.memmove(raw, ctypes.byref(kind(struct_size=size + 64)), size)
        raw[size + at] = 1
        return getattr(self.case, name.removeprefix("triax_"))(ctypes.cast(raw, ctypes.POINTER(kind)))

    @unittest.skipUnless(KEPT, "no headers are kept yet (./dev abi accept)")
    def test_an_older_callers_struct_ends_where_it_says(self):
        for headers in KEPT:
            old = {s["name"]: s["layout"][MACHINE]["size"] for s in describe.describe([headers])["structs"]}
            for name, today in self.each():
                if name in old:
                    self.assertLessEqual(old[name], today, f"{name} has shrunk since {headers.parent.name}")
                    self.assertEqual(self.given(name, old[name], behind=b"\xff" * 64), (0, ""), headers.parent.name)


if __name__ == "__main__":
    unittest.main()
