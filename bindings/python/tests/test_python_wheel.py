"""The package as people get it: a source distribution, a wheel made of it, both in an environment with nothing else."""
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import triax

PACKAGE = Path(triax.__file__).resolve().parents[1]
CASE = PACKAGE.parents[1] / "tests/conformance/cases/allocation-mixed-book"
CLEAN = {name: value for name, value in os.environ.items()
         if name not in ("PYTHONPATH", "LD_LIBRARY_PATH") and not name.startswith("TRIAX_")}
USE = """
import sys
import triax
from triax import _library
assert "site-packages" in triax.__file__, triax.__file__
assert str(_library._path.parent) == str(_library.BUNDLED), _library._path
assert _library.yaml is not None
for other in ("polars", "pyarrow", "pandas", "numpy"):
    try:
        __import__(other)
        raise SystemExit(f"{other} is here")
    except ImportError:
        pass
policy = triax.Policy.load("policy.yaml")
plan = policy.plan(triax.read_csv("customers.csv"), triax.read_csv("team.csv"))
print(plan.customers.to_list())
"""


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=1200, **{"env": CLEAN, **more})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", out, cwd=PACKAGE)
    (path,) = out.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    for tool in ("meson", "ninja", "cc"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    out = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(out)
    (folder,) = out.iterdir()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out / "made", cwd=folder)
    (path,) = (out / "made").iterdir()
    return path


@pytest.fixture(scope="module")
def clean(wheel, tmp_path_factory):
    """The interpreter of an environment in which the wheel is installed, and nothing else."""
    environment = tmp_path_factory.mktemp("clean") / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin/python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", "--quiet", wheel)
    return python


def test_what_the_source_distribution_holds(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"PKG-INFO", "pyproject.toml", "hatch_build.py", "triax/py.typed", "source/meson.build", "source/include/triax/plan.h",
            "source/lib/triax.map", "source/LICENSE"} <= names
    assert not any("__pycache__" in name or name.startswith("triax/_lib/") or name.endswith(".so") for name in names)


def test_what_the_wheel_holds(wheel):
    assert re.fullmatch(r"triax-\d+\.\d+\.\d+-py3-none-(?!any)\w+\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert "Root-Is-Purelib: false" in archive.read(next(name for name in names if name.endswith("/WHEEL"))).decode()
    assert {"triax/__init__.py", "triax/py.typed"} <= set(names)
    if sys.platform == "linux":
        assert {"triax/_lib/libtriax.so.0", "triax/_lib/libtriax-yaml.so.0"} <= set(names)
        assert any("libyaml" in name for name in names), "what it needs comes along"
    assert all(name.split("/")[0] in ("triax", f"triax-{triax.__version__}.dist-info") for name in names)


def test_installed_where_nothing_else_is(clean):
    said = run(clean, "-I", "-c", USE, cwd=CASE)
    plan = triax.Policy.load(CASE / "policy.yaml").plan(triax.read_csv(CASE / "customers.csv"), triax.read_csv(CASE / "team.csv"))
    assert said == f"{plan.customers.to_list()}\n"


def test_the_environment_says_which_library(clean):
    library = os.environ.get("TRIAX_LIBRARY")
    if not library:
        pytest.skip("TRIAX_LIBRARY is not set")
    code = "from triax import _library; print(_library._path)"
    assert run(clean, "-c", code, env={**CLEAN, "TRIAX_LIBRARY": library}) == f"{library}\n"


def test_without_a_library(clean, tmp_path):
    bundled = next(clean.parents[1].rglob("_lib"))
    hidden = tmp_path / "hidden"
    shutil.move(bundled, hidden)
    try:
        done = subprocess.run([clean, "-c", "import triax"], capture_output=True, text=True, env=CLEAN)
        assert "ImportError: libtriax is not found; set TRIAX_LIBRARY to its path. Looked at:" in done.stderr
        shutil.copytree(hidden, bundled, ignore=shutil.ignore_patterns("*yaml*"))
        done = subprocess.run([clean, "-c", """
import triax
assert len(triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]}}).plan([{"id": "A"}]).customers) == 1
triax.Policy.from_yaml("triax: 1")
"""], capture_output=True, text=True, env=CLEAN)
        assert "triax.Unsupported: libtriax-yaml is not installed here" in done.stderr
    finally:
        shutil.rmtree(bundled, ignore_errors=True)
        shutil.move(hidden, bundled)


@pytest.mark.parametrize("source, words", [
    ("int triax_version_number(void) { return 1; }", "is version 0.0.1; this package needs"),
    ("int triax_version_number(void) { return 999999; }", "is another libtriax than this package was made for: "),
    ("int nothing;", "is another libtriax than this package was made for: "),
])
def test_libraries_that_do_not_fit(source, words, tmp_path):
    if not shutil.which("cc") or sys.platform != "linux":
        pytest.skip("there is no C compiler")
    library = tmp_path / "libtriax.so.0"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)], input=source, text=True, check=True)
    done = subprocess.run([sys.executable, "-c", "import triax"], capture_output=True, text=True, env={
        **CLEAN, "TRIAX_LIBRARY": str(library), "PYTHONPATH": str(PACKAGE)})
    assert f"ImportError: {library} {words}" in done.stderr


def test_uninstalled_without_a_trace(clean):
    run(sys.executable, "-m", "pip", "--python", clean, "uninstall", "--yes", "--quiet", "triax")
    assert [path for path in clean.parents[1].rglob("*triax*")] == []
