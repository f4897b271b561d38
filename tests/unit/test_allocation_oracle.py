"""The books solver beside HiGHS on a few random companies: allocation_oracle.py in short. More by hand: see there."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[2])
DRIVER = Path(os.environ.get("TRIAX_BUILD") or ROOT / "build/release") / "tests/unit/allocation_driver"


def test_goal_and_bound_beside_highs():
    pytest.importorskip("highspy", reason="HiGHS is not installed: the books solver is not set beside it")
    if not DRIVER.is_file():
        pytest.skip("the books solver's driver is not built")
    done = subprocess.run([sys.executable, ROOT / "tests/unit/allocation_oracle.py", DRIVER, "16"], text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout.splitlines()[-1].split()
    assert words[:3] == ["16", "problems", "agree;"]
    reached, known = int(words[6]), int(words[8])
    assert known >= 5 and reached >= known - 1
