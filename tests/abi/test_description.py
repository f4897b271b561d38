#!/usr/bin/env python3
"""Holds the description of the headers (bindings/description.json) against the headers, as compilers see them, and the
declarations of the bindings against the description.

usage: test_description.py [-v]
"""
import copy
import ctypes
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
sys.path[:0] = [str(ROOT / "bindings"), str(ROOT / "tests/checks")]

import api
import declare
import describe

# The module alone: the package around it looks for the library.
specification = importlib.util.spec_from_file_location("triax_abi", ROOT / "bindings/python/triax/_abi.py")
_abi = importlib.util.module_from_spec(specification)
specification.loader.exec_module(_abi)

COMMITTED = json.loads((ROOT / "bindings/description.json").read_text(encoding="utf-8"))
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
MACHINES = {"x86-64": "-m64", "i386": "-m32"}
HERE = "x86-64" if platform.machine() in ("x86_64", "AMD64") and sys.maxsize > 2**32 else None


def written(value):
    if isinstance(value, str):
        return json.dumps(value)
    return f"{value}u" if value >= 2**31 else str(value)


def probe(description, machine):
    """A C file that compiles only if the headers are as described."""
    lines = ["#include <stddef.h>", "#include <triax/triax.h>", "#include <triax/yaml.h>",
             "#define SAME(value, type) _Static_assert(_Generic((value), type: 1, default: 0), #value)"]
    for item in description["constants"]:
        if isinstance(item["value"], int):
            lines.append(f"_Static_assert({item['name']} == {written(item['value'])}, \"{item['name']}\");")
        else:
            lines.append(f"_Static_assert(sizeof({item['name']}) == {len(item['value']) + 1}, \"{item['name']}\");")
    for item in description["aliases"]:
        lines.append(f"SAME(({item['name']})0, {item['type']});")
    for item in description["callbacks"] + description["functions"]:
        kinds = ", ".join(kind for kind, _ in item["parameters"]) or "void"
        value = f"({item['name']})0" if item in description["callbacks"] else f"&{item['name']}"
        lines.append(f"SAME({value}, {item['returns']} (*)({kinds}));")
    for struct in description["structs"]:
        name, layout = f"struct {struct['name']}", struct["layout"][machine]
        lines.append(f"_Static_assert(sizeof({name}) == {layout['size']}, \"sizeof {name}\");")
        lines.append(f"_Static_assert(_Alignof({name}) == {layout['alignment']}, \"_Alignof {name}\");")
        for field, offset in zip(struct["fields"], layout["offsets"]):
            place = f"offsetof({name}, {field['name']}) == {offset}"
            lines.append(f"_Static_assert({place}, \"{name}.{field['name']}\");")
            if "length" not in field:
                lines.append(f"SAME((({name} *)0)->{field['name']}, {field['type']});")
    return "\n".join(lines) + "\nint triax_probe;\n"


def compile_probe(compiler, machine, description):
    """What the compiler says; nothing when the headers are as described."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "triax").mkdir()
        for name, text in describe.headers_in([ROOT / "include/triax"]).items():
            Path(folder, "triax", name).write_text(text, encoding="utf-8")
        # Freestanding: the compiler's own stddef.h and stdint.h, so that no C library of that machine is needed.
        command = [compiler, "-std=c11", MACHINES[machine], "-ffreestanding", "-fsyntax-only", "-Wno-pedantic", "-I", folder,
                   "-x", "c", "-"]
        done = subprocess.run(command, input=probe(description, machine), capture_output=True, text=True)
        return done.stderr if done.returncode else ""


class Description(unittest.TestCase):
    def test_the_committed_files_are_those_made_of_the_headers(self):
        for path, text in declare.wanted(ROOT):
            self.assertTrue(path.exists() and path.read_text(encoding="utf-8") == text, f"{path.name}: run ./dev sync")

    def test_every_public_function_is_in_it(self):
        declared = {name for name, _, _ in api.functions(ROOT)}
        self.assertGreater(len(declared), 100)
        self.assertEqual(declared, {item["name"] for item in COMMITTED["functions"]})

    def test_the_headers_as_installed_give_the_same(self):
        if not shutil.which("meson") or not (ROOT / "build/release/build.ninja").exists():
            self.skipTest("there is no build to install from")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["meson", "install", "-C", str(ROOT / "build/release"), "--no-rebuild", "--quiet", "--destdir", folder],
                           check=True, stdout=subprocess.DEVNULL)
            (header,) = Path(folder).rglob("triax.h")
            self.assertEqual(describe.describe([header.parent]), COMMITTED)

    def test_what_it_does_not_know_is_an_error(self):
        for text in ("typedef union triax_u { int a; } triax_u;\n", "extern int triax_x;\n", "enum triax_e { A };\n",
                     "typedef struct triax_t { int a : 3; } triax_t;\n"):
            with tempfile.TemporaryDirectory() as folder, self.assertRaises(describe.NotUnderstood):
                Path(folder, "base.h").write_text(text, encoding="utf-8")
                describe.describe([folder])


class Probes(unittest.TestCase):
    """Compiled against sizeof, offsetof, the values of constants and the types of functions."""

    def hold(self, machine):
        self.assertTrue(COMPILERS, "there is no C compiler")
        for compiler in COMPILERS:
            with self.subTest(compiler=compiler):
                self.assertEqual("", compile_probe(compiler, machine, COMMITTED))

    @unittest.skipUnless(COMPILERS and platform.machine() == "x86_64", "no gcc or clang for x86-64")
    def test_x86_64(self):
        self.hold("x86-64")

    @unittest.skipUnless(COMPILERS and platform.machine() == "x86_64", "no gcc or clang for i386")
    def test_i386(self):
        self.hold("i386")

    @unittest.skipUnless(COMPILERS and platform.machine() == "x86_64", "no gcc or clang for x86-64")
    def test_a_wrong_description_is_refused(self):
        def size(wrong):
            wrong["structs"][1]["layout"]["x86-64"]["size"] += 8

        def offset(wrong):
            wrong["structs"][2]["layout"]["x86-64"]["offsets"][1] += 8

        def constant(wrong):
            wrong["constants"][-1]["value"] += 1

        def parameter(wrong):
            wrong["functions"][0]["parameters"][0][0] = "int64_t"

        def field(wrong):
            wrong["structs"][0]["fields"][0]["type"] = "char *"

        for change in (size, offset, constant, parameter, field):
            wrong = copy.deepcopy(COMMITTED)
            change(wrong)
            with self.subTest(change=change.__name__):
                self.assertIn("error", compile_probe(COMPILERS[0], "x86-64", wrong))


class Ctypes(unittest.TestCase):
    """The declarations of the Python binding."""

    def test_structs_lie_as_described(self):
        for struct in COMMITTED["structs"]:
            kind = getattr(_abi, struct["name"])
            self.assertEqual([name for name, _ in kind._fields_], [field["name"] for field in struct["fields"]])
            if HERE:
                layout = struct["layout"][HERE]
                self.assertEqual(ctypes.sizeof(kind), layout["size"], struct["name"])
                self.assertEqual([getattr(kind, name).offset for name, _ in kind._fields_], layout["offsets"], struct["name"])

    def test_constants_are_as_described(self):
        for item in COMMITTED["constants"]:
            self.assertEqual(getattr(_abi, item["name"]), item["value"])

    def test_functions_are_as_described(self):
        declared = {"triax": _abi.CORE, "triax-yaml": _abi.YAML}
        self.assertEqual(len(_abi.CORE) + len(_abi.YAML), len(COMMITTED["functions"]))
        for item in COMMITTED["functions"]:
            result, arguments = declared[item["library"]][item["name"]]
            kinds = [item["returns"], *(kind for kind, _ in item["parameters"])]
            self.assertEqual([self.spelled(kind) for kind in (result, *arguments)], [self.shape(kind) for kind in kinds],
                             item["name"])

    def shape(self, kind):
        """How wide a value of a C type is, and of what kind: worked out here anew, not by what made the declarations."""
        for alias in COMMITTED["aliases"]:
            kind = alias["type"] if kind == alias["name"] else kind
        if "*" in kind or kind in {item["name"] for item in COMMITTED["callbacks"]}:
            return "pointer"
        plain = {"int": "signed 4", "int32_t": "signed 4", "int64_t": "signed 8", "uint8_t": "unsigned 1", "uint32_t": "unsigned 4",
                 "uint64_t": "unsigned 8", "size_t": f"unsigned {ctypes.sizeof(ctypes.c_void_p)}", "double": "double", "void": "void"}
        return plain.get(kind, kind)

    def spelled(self, kind):
        if kind is None:
            return "void"
        code = getattr(kind, "_type_", None)
        if issubclass(kind, ctypes.Structure):
            return kind.__name__
        if not isinstance(code, str) or code in "Pz":
            return "pointer"
        if code == "d":
            return "double"
        return f"{'signed' if code.islower() else 'unsigned'} {ctypes.sizeof(kind)}"


RUBY = """
require "json"
require "triax/abi"
abi = Triax::Abi
structs = abi.constants.map { |name| abi.const_get(name) }.select { |c| c.is_a?(Class) && c < FFI::Struct }
functions = abi::CORE.merge(abi::YAML).transform_values do |arguments, result, _|
  [result, *arguments].map { |kind| kind.is_a?(Symbol) ? kind : kind.struct_class.name.split("::").last }
end
puts JSON.dump(
  structs: structs.to_h { |c| [c.name.split("::").last, [c.size, c.alignment, c.offsets.map { |o| o[1] }]] },
  constants: abi.constants.map { |n| [n, abi.const_get(n)] }.select { |_, v| v.is_a?(Integer) || v.is_a?(String) }.to_h,
  functions: functions
)
"""


class Ffi(unittest.TestCase):
    """The declarations of the Ruby binding, as ffi takes them."""

    @classmethod
    def setUpClass(cls):
        if not shutil.which("ruby") or subprocess.run(["ruby", "-e", "require 'ffi'"], capture_output=True).returncode:
            raise unittest.SkipTest("ruby or its ffi is not installed")
        done = subprocess.run(["ruby", "-I", str(ROOT / "bindings/ruby/lib"), "-e", RUBY], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        cls.said = json.loads(done.stdout)

    def test_structs_lie_as_described(self):
        described = {declare.ruby_class(struct["name"]): struct["layout"] for struct in COMMITTED["structs"]}
        self.assertEqual(set(described), set(self.said["structs"]))
        for name, layout in described.items():
            if HERE:
                wanted = [layout[HERE]["size"], layout[HERE]["alignment"], layout[HERE]["offsets"]]
                self.assertEqual(self.said["structs"][name], wanted, name)

    def test_constants_are_as_described(self):
        for item in COMMITTED["constants"]:
            self.assertEqual(self.said["constants"][item["name"].removeprefix("TRIAX_")], item["value"])

    def test_functions_are_as_described(self):
        self.assertEqual(len(self.said["functions"]), len(COMMITTED["functions"]))
        for item in COMMITTED["functions"]:
            kinds = [item["returns"], *(kind for kind, _ in item["parameters"])]
            self.assertEqual(self.said["functions"][item["name"]], [self.spelled(kind) for kind in kinds], item["name"])

    def spelled(self, kind):
        for alias in COMMITTED["aliases"]:
            kind = alias["type"] if kind == alias["name"] else kind
        if kind == "const char *":
            return "string"
        if "*" in kind:
            return "pointer"
        return kind.removesuffix("_t").replace("size", "size_t") if not kind.startswith("triax_") else declare.ruby_class(kind)


if __name__ == "__main__":
    unittest.main()
