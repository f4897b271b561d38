"""Two plans side by side, with the cause of every difference."""
from __future__ import annotations

from ctypes import byref, sizeof

from . import _abi
from ._call import Progress, context, pointer_of, work
from ._library import core
from ._plan import Plan
from ._table import Table
from ._tables import Tables, numbers_of, table


class Comparison(Tables):
    """Two plans side by side. Made by `compare()` and `Policy.compare()`. Immutable."""

    __slots__ = ("before", "after")
    _kind, _free = _abi.triax_comparison, core.triax_comparison_unref
    _word = core.triax_comparison_table_name
    _numbers = numbers_of("TRIAX_COMPARISON_", _word)
    _borrow, _facts = core.triax_comparison_table, core.triax_comparison_summary

    before: Plan | None
    """The plan to start from; None: the present books."""
    after: Plan
    """The plan to arrive at."""

    def __init__(self) -> None:
        raise TypeError("use compare() or Policy.compare()")

    accounts: Table = table("accounts", "One row per account that differs, is new or gone, with both sides and the cause in words.")
    causes: Table = table("causes", "One row per account, result that differs and cause: a chain from before to after.")
    metrics: Table = table("metrics", "One row per account and metric of a score that differs: its difference, split over causes.")
    segments: Table = table("segments", "The segments side by side.")
    bands: Table = table("bands", "The bands of health side by side.")
    csms: Table = table("csms", "The CSMs side by side.")
    pools: Table = table("pools", "Pools and roles side by side.")
    flows: Table = table("flows", "One row per pair of segments that accounts went from and to.")
    forecast: Table = table("forecast", "The forecasts side by side, where both plans have one.")
    headcount: Table = table("headcount", "Headcount as forecast, side by side.")

    def __repr__(self) -> str:
        return f"<triax.Comparison: {len(self.accounts)} accounts differ>"


def compare(before: Plan | None, after: Plan, *, causes: bool = True, threads: int = 1,
            progress: Progress | None = None) -> Comparison:
    """Compares two plans, account by account. What if: two policies, one company. What happened: one policy, two days.

    Without `before`, with the present books: what adopting the policy would change. `causes=False` gives counts and sums
    alone.

    >>> policy = Policy.from_dict({"triax": 1, "segmentation": {"by": "arr", "segments": [
    ...     {"name": "large", "at_least": "150k"}, {"name": "small"}]}})
    >>> comparison = compare(policy.plan([{"id": "A", "arr": 200e3}]), policy.plan([{"id": "A", "arr": 100e3}]))
    >>> [(row["key"], row["segment_before"], row["segment_after"]) for row in comparison.accounts]
    [('A', 'large', 'small')]
    """
    comparison = Comparison._empty()
    options = _abi.triax_comparison_options(sizeof(_abi.triax_comparison_options))
    core.triax_comparison_options_init(byref(options))
    options.without_causes = not causes
    work(core.triax_comparison_new, context(threads), pointer_of(before), after._pointer, byref(options),
         byref(comparison._pointer), progress=progress, with_messages=False)
    comparison.before, comparison.after = before, after
    return comparison
