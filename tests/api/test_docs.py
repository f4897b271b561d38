#!/usr/bin/env python3
"""The README and the guide: every fenced example in them is run, and what they must mention is there.

A page's blocks share one folder and run in order. The words behind the language say what a block is:

    yaml policy [file=NAME]   a whole policy; must pass `triax check`. Kept as NAME (policy.yaml)
    yaml part                 sections of a policy; what every policy needs is added, then as above
    yaml wrong [file=NAME]    a policy that `triax check` must refuse
    csv file=NAME             data for what follows
    cel [customers=NAME]      one `EXPRESSION => VALUE` a line; with customers, one value each, parted by " | "
    console                   `$ COMMAND` lines with what they print (stderr too); `...` stands for any lines
    console shown             not run, but every `./dev WORD` in it must be one
    c program [file=NAME]     a program; compiled against the built libraries, with warnings as errors
    c body                    statements, put into a main() with the usual includes; compiled and run; `/* prints X */`
                              says what a line prints
    python [needs=MODULE]     as at Python's prompt, with what is printed; names last throughout the page
    ruby                      statements; `EXPRESSION # => VALUE` says what an expression comes to; names last throughout
                              the page
    text                      nothing to run

usage: test_docs.py [--write]     --write puts what the commands print now into the pages; read what it changed
"""
import csv
import doctest
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
COMMAND = Path(os.environ.get("TRIAX_COMMAND") or ROOT / "build/release/bindings/cli/triax")
LIBRARY = Path(os.environ.get("TRIAX_LIBRARY") or ROOT / "build/release/lib/libtriax.so")
YAML_LIBRARY = Path(os.environ.get("TRIAX_YAML_LIBRARY") or LIBRARY.parent / "yaml/libtriax-yaml.so")
GUIDE = ROOT / "docs/guide"
PAGES = [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))]
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.M | re.S)
KINDS = {"yaml policy", "yaml part", "yaml wrong", "csv", "cel", "console", "console shown", "c program", "c body",
         "python", "ruby", "text"}
COMPILER = shutil.which(os.environ.get("CC", "cc"))
C_HEAD = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <triax/triax.h>
#include <triax/yaml.h>

int main(void) {
"""

RUBY_HEAD = """\
require "triax"
def shows(value, wanted)
  abort "#{value.inspect}, not #{wanted}" unless value.inspect == wanted
end
"""


def setUpModule():
    if not COMMAND.is_file():
        raise unittest.SkipTest(f"the command is not built ({COMMAND})")
    if not shutil.which("sh"):
        raise unittest.SkipTest("there is no sh to run the examples")


class Block:
    def __init__(self, page, match):
        self.line = page.count("\n", 0, match.start()) + 1
        self.start, self.end = match.start(3), match.end(3)
        words = match[2].split()
        self.settings = dict(word.split("=", 1) for word in words if "=" in word)
        self.kind = " ".join([match[1], *(word for word in words if "=" not in word)])
        self.text = match[3]

    def name(self, otherwise):
        return self.settings.get("file", otherwise)


def blocks_of(text):
    return [Block(text, match) for match in FENCE.finditer(text)]


def whole(part):
    """Sections of a policy as a policy."""
    text = part if re.search(r"^triax:", part, re.M) else "triax: 1\n" + part
    return text if re.search(r"^segmentation:", text, re.M) else text + "segmentation: {segments: [{name: all}]}\n"


def agrees(shown, printed):
    """Whether what is shown is what was printed, where a line `...` stands for any lines."""
    parts = re.split(r"^\.\.\.\n", shown, flags=re.M)
    return re.fullmatch("(?s:.*)".join(map(re.escape, parts)), printed) is not None


class Page:
    """A page's folder, in which its blocks run."""

    def __init__(self, case):
        holder = tempfile.TemporaryDirectory()
        case.addCleanup(holder.cleanup)
        self.case, self.folder, self.bin = case, Path(holder.name) / "page", Path(holder.name) / "bin"
        self.names, self.statements = {}, []
        self.folder.mkdir()
        self.bin.mkdir()
        (self.bin / "triax").symlink_to(COMMAND.resolve())
        folders = [str(LIBRARY.resolve().parent), str(YAML_LIBRARY.resolve().parent)]
        self.environment = dict(os.environ, PATH=f"{self.bin}{os.pathsep}{os.environ['PATH']}", LC_ALL="C",
                                LD_LIBRARY_PATH=os.pathsep.join(folders))

    def shell(self, command):
        return subprocess.run(["sh", "-c", command], cwd=self.folder, env=self.environment, timeout=120, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def triax(self, *arguments):
        return subprocess.run([str(COMMAND), *arguments], cwd=self.folder, env=self.environment, timeout=120, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def check(self, block, text, status):
        name = block.name("policy.yaml")
        self.write(name, text)
        result = self.triax("check", name)
        self.case.assertEqual(result.returncode, status, result.stdout + result.stderr)
        if status == 0:
            self.case.assertNotIn("warning", result.stderr, "an example that warns teaches a fault")

    def cel(self, block):
        customers = block.settings.get("customers")
        more = ["--customers", customers] if customers else []
        for line in block.text.splitlines():
            if not line.strip():
                continue
            expression, value = (part.strip() for part in line.rsplit(" => ", 1))
            result = self.triax("eval", "--as-of", "2026-11-21", *more, "--", expression)
            printed = " | ".join(result.stdout.splitlines())
            if value == "error":
                self.case.assertEqual((expression, result.returncode), (expression, 1), printed)
                continue
            self.case.assertEqual((expression, result.returncode), (expression, 0), result.stderr)
            self.case.assertEqual((expression, printed), (expression, value))

    def console(self, block):
        """What the block would be if it showed what its commands print."""
        fresh = []
        for step in re.split(r"^(?=\$ )", block.text, flags=re.M):
            if not step:
                continue
            command = re.match(r"\$ ((?:.*\\\n)*.*)\n", step)
            shown = step[command.end():]
            printed = self.shell(command[1]).stdout
            keeps = agrees(shown, printed)
            if not keeps and "...\n" in shown:
                print(f"line {block.line}: what is shown with gaps is not what is printed:\n{printed}")
            fresh.append(command[0] + (shown if keeps else printed))
        return "".join(fresh)

    def compile(self, block, name, text):
        if not COMPILER:
            self.case.skipTest("there is no C compiler")
        source = self.write(name, text)
        program = source.with_suffix("")
        includes = [f"-I{ROOT / 'include'}", f"-I{LIBRARY.resolve().parents[1] / 'include'}"]
        libraries = [str(LIBRARY), str(YAML_LIBRARY),
                     f"-Wl,-rpath,{LIBRARY.resolve().parent}:{YAML_LIBRARY.resolve().parent}"]
        result = subprocess.run([COMPILER, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *includes,
                                 str(source), "-o", str(program), *libraries],
                                capture_output=True, text=True, timeout=120)
        self.case.assertEqual(result.returncode, 0, result.stderr)
        return program

    def body(self, block):
        program = self.compile(block, f"body_{block.line}.c", C_HEAD + block.text + "  return 0;\n}\n")
        result = self.shell(str(program))
        self.case.assertEqual(result.returncode, 0, result.stdout)
        wanted = re.findall(r"/\* prints (.*?) \*/", block.text)
        self.case.assertEqual(result.stdout, "".join(f"{line}\n" for line in wanted))

    def shown(self, block):
        words = re.search(r"case \$word in\n.*?\n((?:.|\n)*?)\)", (ROOT / "dev").read_text(encoding="utf-8"))[1]
        for word in re.findall(r"\./dev (\w+)", block.text):
            self.case.assertIn(word, words)

    def python(self, block):
        needs = block.settings.get("needs")
        if needs and importlib.util.find_spec(needs) is None:
            self.case.skipTest(f"{needs} is not installed")
        for name, value in (("TRIAX_LIBRARY", LIBRARY), ("TRIAX_YAML_LIBRARY", YAML_LIBRARY)):
            os.environ.setdefault(name, str(value.resolve()))
        if str(ROOT / "bindings/python") not in sys.path:
            sys.path.append(str(ROOT / "bindings/python"))
        said, before = [], os.getcwd()
        examples = doctest.DocTestParser().get_doctest(block.text, self.names, "page", None, block.line)
        self.case.assertTrue(examples.examples, "no >>> in it")
        os.chdir(self.folder)
        try:
            result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=said.append, clear_globs=False)
        finally:
            os.chdir(before)
        self.names.update(examples.globs)
        self.case.assertEqual(result.failed, 0, "".join(said))

    def ruby(self, block):
        ready = shutil.which("ruby") and subprocess.run(["ruby", "-rffi", "-e", ""], stderr=subprocess.DEVNULL).returncode == 0
        if not ready:
            self.case.skipTest("ruby or its ffi is not installed")
        self.statements.append(re.sub(r"^(.*\S)\s+# => (.*)$", lambda line: f"shows(({line[1]}), {json.dumps(line[2])})",
                                      block.text, flags=re.M))
        script = self.write("page.rb", RUBY_HEAD + "".join(self.statements))
        environment = dict(self.environment, RUBYLIB=str(ROOT / "bindings/ruby/lib"), TRIAX_LIBRARY=str(LIBRARY.resolve()),
                           TRIAX_YAML_LIBRARY=str(YAML_LIBRARY.resolve()))
        result = subprocess.run(["ruby", str(script)], cwd=self.folder, env=environment, timeout=120, text=True,
                                capture_output=True)
        self.case.assertEqual(result.returncode, 0, result.stderr)

    def run(self, block):
        if block.kind == "yaml policy":
            self.check(block, block.text, 0)
        elif block.kind == "yaml part":
            self.check(block, whole(block.text), 0)
        elif block.kind == "yaml wrong":
            self.check(block, block.text, 1)
        elif block.kind == "csv":
            self.write(block.settings["file"], block.text)
        elif block.kind == "cel":
            self.cel(block)
        elif block.kind == "console":
            self.case.assertEqual(block.text, self.console(block))
        elif block.kind == "console shown":
            self.shown(block)
        elif block.kind == "c program":
            self.compile(block, block.name("program.c"), block.text)
        elif block.kind == "c body":
            self.body(block)
        elif block.kind == "python":
            self.python(block)
        elif block.kind == "ruby":
            self.ruby(block)


class Examples(unittest.TestCase):
    maxDiff = None

    def run_page(self, path):
        page = Page(self)
        for block in blocks_of(path.read_text(encoding="utf-8")):
            with self.subTest(page=path.name, line=block.line, kind=block.kind):
                self.assertIn(block.kind, KINDS)
                page.run(block)


def add_page(path):
    setattr(Examples, f"test_{path.stem.lower()}", lambda self: self.run_page(path))


for page_path in PAGES:
    add_page(page_path)


class Completeness(unittest.TestCase):
    """What a reader looks for is there: compared with the sources and with what the command says."""

    def text(self, name):
        path = GUIDE / name
        self.assertTrue(path.is_file(), f"{path} is not there")
        return path.read_text(encoding="utf-8")

    def mentions(self, page, words):
        text = self.text(page)
        self.assertEqual([], [word for word in sorted(set(words)) if f"`{word}" not in text and f"{word}(" not in text])

    def source(self, path):
        return (ROOT / path).read_text(encoding="utf-8")

    def test_every_word_has_its_page(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        for path in PAGES[1:]:
            self.assertIn(f"docs/guide/{path.name}", readme)

    def test_links_lead_somewhere(self):
        for path in PAGES:
            text = FENCE.sub("", path.read_text(encoding="utf-8"))
            for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
                if not target.startswith("http"):
                    self.assertTrue((path.parent / target).exists(), f"{path.name}: {target}")

    def test_every_function_is_explained(self):
        table = self.source("lib/expr/functions.c")
        names = re.findall(r'(?:\{|TEXT\(|CONVERT\(|MATH\(|PART\(|CLOCK\()"([a-zA-Z_.]+)", ?"?', table)
        special = re.findall(r'"(\w+)"', table[table.index("tx_special_functions[]"):])
        self.assertGreater(len(names), 40)
        self.mentions("expressions.md", [*names, *special])

    def test_every_key_is_explained(self):
        pages = {"read_allocation.c": "allocation.md", "read_attention.c": "attention.md",
                 "read_forecast.c": "forecast.md", "read_health.c": "health.md", "read_plays.c": "plays.md", "read_transition.c": "transition.md",
                 "read_segmentation.c": "segmentation.md", "read_data.c": "customers.md", "policy.c": "policy.md"}
        for source, page in pages.items():
            keys = []
            for listed in re.findall(r"_?keys\[\] = \{(.*?)\}", self.source(f"lib/policy/{source}"), re.S):
                keys += re.findall(r'"(\w+)"', listed)
            with self.subTest(page=page):
                self.assertTrue(keys)
                self.mentions(page, keys)

    def test_every_option_is_explained(self):
        options = re.findall(r'(?:TAKES|FLAG|PAIRS)\("(--[a-z-]+)"', self.source("bindings/cli/options.c"))
        self.assertGreater(len(options), 10)
        self.mentions("command.md", options)

    def test_every_advice_is_explained(self):
        listed = re.search(r"advice_codes\[\] = \{(.*?)\}", self.source("lib/policy/policy.c"), re.S)[1]
        codes = re.findall(r'"(T\d+)"', listed)
        self.assertTrue(codes)
        text = self.text("advice.md")
        self.assertEqual([], [code for code in codes if f"## {code}" not in text])

    def test_every_column_of_the_tables_is_explained(self):
        example = ROOT / "docs/examples/arr-verticals"
        if not (example / "policy.yaml").is_file():
            self.skipTest("docs/examples/arr-verticals is not there")
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "plan"
            result = subprocess.run([str(COMMAND), "plan", str(example / "policy.yaml"), "--customers",
                                     str(example / "customers.csv"), "--team", str(example / "team.csv"), "--as-of",
                                     "2026-11-23", "-o", str(out)], capture_output=True, text=True, timeout=120)
            self.assertEqual(result.returncode, 0, result.stderr)
            columns = []
            for path in out.glob("*.csv"):
                with open(path, encoding="utf-8", newline="") as stream:
                    columns += next(csv.reader(stream))
        self.mentions("plan.md", [column for column in columns if column != "expansion"])


def write_pages():
    """Puts what the commands print now into the pages."""
    if subprocess.run([str(COMMAND), "version"], stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"{COMMAND} does not run")

    class Case(unittest.TestCase):
        def runTest(self):
            for path in PAGES:
                text = path.read_text(encoding="utf-8")
                page, parts, at = Page(self), [], 0
                for block in blocks_of(text):
                    parts.append(text[at:block.start])
                    fresh = block.text
                    try:
                        if block.kind == "console":
                            fresh = page.console(block)
                            if "...\n" in block.text:
                                fresh = block.text # somebody chose what to leave out
                        else:
                            page.run(block)
                    except AssertionError as failure:
                        print(f"{path.name}:{block.line}: {failure}")
                    parts.append(fresh)
                    at = block.end
                fresh = "".join(parts) + text[at:]
                if fresh != text:
                    path.write_text(fresh, encoding="utf-8")
                    print(f"{path.name}: written")
    unittest.TextTestRunner().run(Case())


if __name__ == "__main__":
    if "--write" in sys.argv:
        write_pages()
    else:
        unittest.main()
