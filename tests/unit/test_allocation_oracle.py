"""The books solver beside HiGHS on a few random companies: allocation_oracle.py in short. More by hand: see there."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
DRIVER = Path(os.environ.get("TRIAX_BUILD") or ROOT / "build/release") / "tests/unit/allocation_driver"


def beside_highs(*words):
    pytest.importorskip("highspy", reason="HiGHS is not installed: the books solver is not set beside it")
    if not DRIVER.is_file():
        pytest.skip("the books solver's driver is not built")
    done = subprocess.run([sys.executable, ROOT / "tests/unit/allocation_oracle.py", DRIVER, *words], text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_goal_and_bound_beside_highs():
    words = beside_highs("16")[-1].split()
    assert words[:3] == ["16", "problems", "agree;"]
    reached, known = int(words[6]), int(words[8])
    assert known >= 5 and reached >= known - 1


def test_bounds_come_near_the_relaxation_of_the_whole_model():
    lines = beside_highs("18", "400")
    shares = {line.split()[2]: float(line.split()[3]) for line in lines if line.startswith("bound of") and "%" in line}
    assert shares["value:"] >= 97 and shares["over:"] >= 99 and shares["imbalance:"] >= 90
    points = next(float(line.split()[3]) for line in lines if line.startswith("bound of points"))
    assert points >= -3


def test_three_measures_beside_highs():
    lines = beside_highs("24", "60", "third")
    words = lines[-1].split()
    assert int(words[6]) >= int(words[8]) - 3 and int(words[8]) >= 12
    shares = {line.split()[2]: float(line.split()[3]) for line in lines if line.startswith("bound of") and "%" in line}
    assert shares["value:"] >= 97 and shares["imbalance:"] >= 93
