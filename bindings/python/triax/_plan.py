"""Plans: tables, summary, explanations, and judges of single customers."""
from __future__ import annotations

import datetime
from collections.abc import Mapping
from ctypes import byref, sizeof
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _abi
from ._aggregates import Aggregates
from ._call import Handle, Progress, call, text_in, text_out, work
from ._company import Customers, Team
from ._data import days_of, is_missing, microseconds_of
from ._document import Document, Facts
from ._errors import Message
from ._library import core
from ._table import NOWHERE, Table
from ._tables import Tables, numbers_of, table

if TYPE_CHECKING:
    from ._policy import Policy

class Plan(Tables):
    """Who is in which segment, how healthy, owned by whom, with what attention, and why. Immutable.

    Made by `Policy.plan()`. Tables that a plan does not have raise NotFound; `tables` lists those that it has.
    """

    __slots__ = ("policy", "loaded_customers", "loaded_team", "messages")
    _kind, _free = _abi.triax_plan, core.triax_plan_unref
    _word = core.triax_plan_table_name
    _numbers = numbers_of("TRIAX_PLAN_", _word)
    _borrow, _facts = core.triax_plan_table, core.triax_plan_summary

    policy: Policy
    """The policy that it was made of."""
    loaded_customers: Customers
    """The customers that it was made of."""
    loaded_team: Team | None
    """The team that it was made of."""
    messages: tuple[Message, ...]
    """Warnings and notes of loading and planning."""

    def __init__(self) -> None:
        raise TypeError("use Policy.plan()")

    def _finish(self, policy: Policy, customers: Customers, team: Team | None, said: tuple[Message, ...]) -> None:
        self.policy, self.loaded_customers, self.loaded_team = policy, customers, team
        self.messages = (*customers.messages, *(team.messages if team is not None else ()), *said)

    customers: Table = table("customers", "One row per customer: segment, owner, health, hours, touches, why.")
    csms: Table = table("csms", "One row per CSM: accounts, load, ARR, hours.")
    segments: Table = table("segments", "One row per segment: customers, ARR, mean health.")
    pools: Table = table("pools", "One row per pool and roles: load, capacity, what is uncovered and whom to hire.")
    tests: Table = table("tests", "One row per test of the policy: how often it was true, false and unknown.")
    metrics: Table = table("metrics", "One row per customer: each metric's points and shares (`parts=True`).")
    overlays: Table = table("overlays", "One row per customer who is to have a specialist: `csm` is None where nobody has room.")
    week: Table = table("week", "Each CSM's list of this week, most urgent first.")
    moves: Table = table("moves", "One row per account whose owner changes.")
    actions: Table = table("actions", "One row per action of the plays, most urgent first.")
    withheld: Table = table("withheld", "One row per action that a play would have made, and why it did not.")
    forecast: Table = table("forecast", "One row per scenario, segment and year: accounts, ARR, GRR and NRR with intervals.")
    headcount: Table = table("headcount", "One row per scenario and segment: CSMs needed by each rule, and whom to hire.")
    scenarios: Table = table("scenarios", "One row per scenario, segment and year: the difference to the base.")
    books: Table = table("books", "One row per CSM: the book before and after the transition.")
    handovers: Table = table("handovers", "One row per account that changes hands: what the new CSM should know.")
    tradeoff: Table = table("tradeoff", "What keeping owners costs, from one end to the other.")
    hires: Table = table("hires", "Whom to hire: what one more CSM in a pool would cover.")
    trend: Table = table("trend", "One row per customer: how its health moves.")

    def explain(self, key: str) -> Facts:
        """Why one customer is treated as it is: tests, metrics, CSM, hours. `print()` shows it to people."""
        document = Document._empty()
        call(core.triax_plan_explain, self._pointer, text_in(key), byref(document._pointer))
        return document.read()

    def why_not(self, key: str, csm: str, *, progress: Progress | None = None) -> Facts:
        """Why a customer is not with a certain CSM: what fails and by how much, or what it would cost and who would move."""
        document = Document._empty()
        work(core.triax_plan_why_not, self._pointer, text_in(key), text_in(csm), byref(document._pointer), progress=progress,
             with_messages=False)
        return document.read()

    def verify(self) -> Proof:
        """Checks the books from the plan's input alone: rules, objective and bound, by code that the solver does not use."""
        proof = _abi.triax_plan_proof(sizeof(_abi.triax_plan_proof))
        call(core.triax_plan_verify, self._pointer, byref(proof))
        return Proof(bool(proof.rules_hold), bool(proof.as_stated), bool(proof.bound_holds), bool(proof.bound_by_prices),
                     proof.proven, proof.uncovered_value_off, proof.over_off, proof.points_off, proof.imbalance_off)

    def aggregates(self) -> Aggregates:
        """What whole-set functions came to: see Aggregates."""
        aggregates = Aggregates._empty()
        call(core.triax_plan_aggregates, self._pointer, byref(aggregates._pointer))
        return aggregates

    def judge(self) -> Judge:
        """A judge of single customers as they change."""
        return Judge(self)

    def __repr__(self) -> str:
        return f"<triax.Plan of {len(self.customers)} customers: {', '.join(self.tables)}>"


class Proof(NamedTuple):
    """What a check of a plan's books found."""

    rules_hold: bool
    """Eligibility, freezes, families, capacity and caps are kept."""
    as_stated: bool
    """The objective is what the summary says."""
    bound_holds: bool
    """The recomputed bound is not past the objective."""
    bound_by_prices: bool
    """And it is no weaker than the one stated, which search may have raised."""
    proven: int
    """Parts of the objective that the recomputed bound is about."""
    uncovered_value_off: float
    """Value left uncovered beyond the bound."""
    over_off: float
    """Load beyond fte beyond the bound; counts where the parts before are 0."""
    points_off: float
    """Points fewer than the bound; likewise."""
    imbalance_off: float
    """Likewise."""


class Judgement(NamedTuple):
    """What a judge found."""

    segment: str | None
    """The path; None: unsegmented."""
    health: float | None
    """0-100; None: missing."""
    band: str | None
    """None: unknown."""
    coverage: float | None
    """0-1; None without a health section."""
    uncertain: bool
    """Whether a test on the way could not be judged."""
    placed: str
    """By `"test"`, `"override"`, `"dwell"`, or `"nowhere"`."""


class Judge(Handle):
    """Segment and health of single customers as they change, against a plan's set.

    Cut-offs of `top` and whole-set functions stay as the plan found them. One thread at a time: make one per thread.

    >>> import triax
    >>> policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"by": "arr", "segments": [
    ...     {"name": "large", "at_least": "150k"}, {"name": "small"}]}})
    >>> judge = policy.plan([{"id": "A1", "arr": 12_000}]).judge()
    >>> judge({"arr": 200_000}).segment
    'large'
    >>> judge.customer("A1").segment, judge.customer("A1", arr=150_000).segment
    ('small', 'large')
    """

    __slots__ = ("plan", "_types", "_columns")
    _kind, _free = _abi.triax_judge, core.triax_judge_free
    PLACED = ("test", "override", "dwell", "nowhere")

    def __init__(self, plan: Plan) -> None:
        made = Judge._empty()
        call(core.triax_judge_new, plan._pointer, byref(made._pointer))
        self._pointer, made._pointer = made._pointer, None
        self.plan = plan
        self._types = plan.loaded_customers.table.types
        self._columns: dict[str, int] = {}

    def __call__(self, values: Mapping[str, Any]) -> Judgement:
        """Judges a new customer. What is not given is missing; columns that the policy does not read are passed over.

        Money is in the base currency.
        """
        core.triax_judge_clear(self._pointer)
        return self._run(values)

    def customer(self, key: str, **changes: Any) -> Judgement:
        """Judges one of the plan's customers, with changes."""
        call(core.triax_judge_row, self._pointer, self.plan.loaded_customers.find(key))
        return self._run(changes)

    def reads(self, column: str) -> bool:
        """Whether the policy reads a column."""
        return self._column(column) != NOWHERE

    def _column(self, name: str) -> int:
        if name not in self._columns:
            self._columns[name] = core.triax_judge_column(self._pointer, text_in(name))
        return self._columns[name]

    def _run(self, values: Mapping[str, Any]) -> Judgement:
        kept = [self._set(name, value) for name, value in values.items() if self.reads(name)]  # texts are borrowed
        found = _abi.triax_judgement(sizeof(_abi.triax_judgement))
        call(core.triax_judge_run, self._pointer, byref(found))
        core.triax_judge_clear(self._pointer)
        del kept
        number = [None if value != value else value for value in (found.health, found.coverage)]
        return Judgement(text_out(found.segment), number[0], text_out(found.band), number[1], bool(found.uncertain),
                         self.PLACED[found.placed])

    def _set(self, name: str, value: Any) -> object:
        column = self._column(name)
        if isinstance(value, str) or (is_missing(value) and self._types.get(name) == "string"):
            text = text_in(None if is_missing(value) else value)
            call(core.triax_judge_text, self._pointer, column, text)
            return text
        if isinstance(value, datetime.datetime) and self._types.get(name) != "date":
            value = microseconds_of(value)
        elif isinstance(value, datetime.date):
            value = days_of(value) * (86_400_000_000 if self._types.get(name) == "timestamp" else 1)
        call(core.triax_judge_number, self._pointer, column, float("nan") if is_missing(value) else float(value))
        return None
