"""What the binding says of itself: examples that run, help, and types."""
import doctest
import inspect
import os
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import triax

PACKAGE = Path(triax.__file__).parent
USE = '''
from typing import assert_type
import triax

def use(policy: triax.Policy) -> None:
    plan = policy.plan([{"id": "A"}], as_of="2026-11-21", progress=lambda stage, done: done > 2)
    assert_type(plan, triax.Plan)
    assert_type(plan.customers, triax.Table)
    assert_type(plan.judge()({"arr": 1}).segment, str | None)
    assert_type(triax.evaluate("1"), str | None)
    assert_type(triax.evaluate("1", [{"id": "A"}]), list[str | None])
    assert_type(policy.check()[0].code, str)
'''


@pytest.mark.parametrize("name", triax.__all__)
def test_examples_in_docstrings(name):
    for test in examples_of(name):
        result = doctest.DocTestRunner().run(test)
        assert result.failed == 0, test.name


def examples_of(name):
    return doctest.DocTestFinder().find(getattr(triax, name), name, module=False, globs=dict(vars(triax)))


def test_there_are_examples():
    assert sum(len(test.examples) for name in triax.__all__ for test in examples_of(name)) > 20


def test_everything_public_is_explained():
    without = []
    for name in triax.__all__:
        thing = getattr(triax, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        members = vars(thing).items() if inspect.isclass(thing) else ()
        things = [(name, thing)] + [(f"{name}.{member}", getattr(thing, member)) for member, value in members
                                    if not member.startswith("_") and (callable(value) or isinstance(value, property))]
        without += [where for where, what in things if not inspect.getdoc(what)]
    assert without == []


def test_help_teaches():
    text = pydoc.plain(pydoc.render_doc(triax))
    for word in ("Policy.load", "plan.explain", "__arrow_c_stream__", "progress(stage, done)", "line, column, path"):
        assert word in text


def test_mypy_strict():
    pytest.importorskip("mypy")
    cache = os.environ.get("TRIAX_ROOT", str(PACKAGE.parents[2])) + "/build/mypy"
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, str(PACKAGE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, "-c", USE], capture_output=True, text=True,
                          env={**os.environ, "MYPYPATH": str(PACKAGE.parent)})
    assert done.returncode == 0, done.stdout
    assert (PACKAGE / "py.typed").exists()
