#!/usr/bin/env python3
"""Runs models_oracle.py under pytest: builds models/driver.c against the library that was built, and asks it.

Skipped by name where numpy and pandas, a C compiler or the built library are not at hand.

usage: test_models_oracle.py [-v]
"""
import importlib.util
import os
import random
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
LIBRARY = Path(os.environ.get("TRIAX_LIBRARY") or ROOT / "build/release/lib/libtriax.so")
INTERNAL = LIBRARY.parent / "libtriax-internal.a"  # where functions that are not public can be reached
COMPILER = os.environ.get("CC", "").split() or [shutil.which("cc") or shutil.which("gcc")]
HERE = Path(__file__).resolve().parent
SEEDS = int(os.environ.get("TRIAX_ORACLE_CASES") or 100)


def build_driver(folder):
    program = folder / "driver"
    subprocess.run([*COMPILER, "-std=c11", "-D_DEFAULT_SOURCE", f"-I{ROOT}/include", f"-I{ROOT}/lib",
                    f"-I{LIBRARY.parent.parent}/include", str(HERE / "models/driver.c"), str(INTERNAL), "-lm",
                    "-lpthread", "-o", str(program)], check=True)
    return str(program)


def load_oracle():
    found = importlib.util.spec_from_file_location("models_oracle", HERE / "models_oracle.py")
    oracle = importlib.util.module_from_spec(found)
    found.loader.exec_module(oracle)
    return oracle


class ModelsOracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name in "numpy", "pandas":
            if importlib.util.find_spec(name) is None:
                raise unittest.SkipTest(f"{name} is not installed")
        if COMPILER[0] is None:
            raise unittest.SkipTest("there is no C compiler")
        if not INTERNAL.is_file():
            raise unittest.SkipTest(f"the library is not built ({INTERNAL})")
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.driver = build_driver(Path(holder.name))
        cls.oracle = load_oracle()

    def compare(self, name):
        compare = getattr(self.oracle, f"compare_{name}")
        for seed in range(SEEDS):
            try:
                compare(self.driver, random.Random(f"{name} {seed}"))
            except self.oracle.Difference as difference:
                self.fail(f"{name}, seed {seed}: {difference}")

    def test_health(self):
        self.compare("health")

    def test_segmentation(self):
        self.compare("segmentation")

    def test_attention(self):
        self.compare("attention")


if __name__ == "__main__":
    unittest.main()
