"""The case folders of tests/conformance/cases through the Python binding: the expected files are those of C."""
import datetime
import os
import sys
from pathlib import Path

import pytest

import triax

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[3])
sys.path.append(str(ROOT / "tests/conformance"))

from test_cases import CASES, differences  # noqa: E402

FOLDERS = sorted(folder for folder in CASES.iterdir() if (folder / "expected").is_dir())


def shown(value):
    """A value as the expected files write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(value)
    return value.isoformat() if isinstance(value, (datetime.date, datetime.datetime)) else str(value)


def table_of(table):
    return [table.columns, *([shown(value) for value in row.values()] for row in table)]


def plan_of(folder):
    policy = triax.Policy.from_yaml((folder / "policy.yaml").read_bytes(), name="policy.yaml")
    customers = policy.customers(triax.read_csv(folder / "customers.csv"))
    team = triax.read_csv(folder / "team.csv") if (folder / "team.csv").exists() else None
    as_of = (folder / "as_of").read_text().strip() if (folder / "as_of").exists() else None
    sent = triax.read_csv(folder / "sent.csv") if (folder / "sent.csv").exists() else None
    history = triax.read_csv(folder / "history.csv") if (folder / "history.csv").exists() else None
    return policy.plan(customers, team, as_of=as_of, parts=True, sent=sent, history=history)


def test_there_are_cases():
    assert len(FOLDERS) > 100


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case(folder):
    expected = folder / "expected"
    if (expected / "errors.txt").exists():
        with pytest.raises((triax.PolicyError, triax.DataError, triax.LimitError)) as caught:
            plan_of(folder)
        assert f"{caught.value}\n" == (expected / "errors.txt").read_text(encoding="utf-8")
        messages = caught.value.messages
    else:
        plan = plan_of(folder)
        messages = (*plan.policy.messages, *plan.messages)
        found = []
        for path in sorted(expected.glob("*.csv")):
            found += differences(path, table_of(plan.table(path.stem)))
        assert found == []
    if (expected / "warnings.txt").exists():
        warnings = "".join(f"{message}\n" for message in messages if message.level == "warning")
        for wanted in (expected / "warnings.txt").read_text(encoding="utf-8").split("\n\n"):
            assert wanted.rstrip("\n") + "\n" in warnings
