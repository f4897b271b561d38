"""Everything that the C interface does can be done from Python."""
import json
import os
import re
from pathlib import Path

import triax
from triax import _abi

ROOT = Path(os.environ.get("TRIAX_ROOT") or Path(__file__).resolve().parents[3])
NOT_REACHED = {
    "triax_text_of": "texts are made of Python's strings",
    "triax_context_ref": "contexts are kept for good, one for each number of threads",
    "triax_context_resize": "for libraries in C that stand on this one",
    "triax_messages_add": "for libraries in C that stand on this one",
    "triax_document_place": "for readers of text; dicts have no lines",
    "triax_document_count": "children are walked one after the other",
    "triax_document_find": "documents are read as a whole into dicts",
    "triax_table_builder_end_row": "rows are turned into columns before they are given",
    "triax_table_present": "whole columns are read through Arrow",
    "triax_table_integers": "whole columns are read through Arrow",
    "triax_table_dates": "whole columns are read through Arrow",
    **{f"triax_{kind}_ref": "Python counts references to the object that holds the one reference"
       for kind in ("policy", "customers", "team", "plan", "aggregates", "assignment", "health", "comparison", "fit")},
}


def test_every_function_is_reached_or_named_with_a_reason():
    description = json.loads((ROOT / "bindings/description.json").read_text(encoding="utf-8"))
    source = "".join(path.read_text(encoding="utf-8") for path in Path(triax.__file__).parent.glob("*.py") if path.name != "_abi.py")
    reached = set(re.findall(r"\b(?:_?core|library|yaml_library\(\))\.(triax_\w+)", source))
    functions = {function["name"] for function in description["functions"]}
    assert functions - reached - set(NOT_REACHED) == set(), "neither reached from Python nor named with a reason"
    assert set(NOT_REACHED) & reached == set() and set(NOT_REACHED) <= functions, "named without need"


def test_every_table_of_a_plan_is_a_property():
    for kind, least in ((triax.Plan, 13), (triax.Comparison, 10), (triax.Fit, 3)):
        assert len(kind._numbers) >= least
        without = [name for name in kind._numbers if not isinstance(vars(kind).get(name), property)]
        assert without == [], "reached by name, but without documentation and type"


def test_every_status_is_an_exception():
    statuses = {value for name, value in vars(_abi).items() if re.fullmatch(r"TRIAX_E[A-Z]+", name)}
    kinds = {kind.status for kind in vars(triax).values() if isinstance(kind, type) and issubclass(kind, triax.Error)}
    assert statuses == kinds - {0}
