"""The generalised assignment problem as such: numbers in, an assignment and a proven bound out."""
from __future__ import annotations

from array import array
from collections.abc import Sequence
from ctypes import POINTER, byref, c_int64, c_size_t, c_uint32, cast, sizeof
from typing import Any, NamedTuple

from . import _abi
from ._call import Handle, Progress, call, context, work
from ._library import core

NONE, IMPOSSIBLE = _abi.TRIAX_ASSIGNMENT_NONE, 2**63 - 1
PROOFS = {_abi.TRIAX_ASSIGNMENT_PROOF_NONE: "none", _abi.TRIAX_ASSIGNMENT_PROOF_CAPACITY: "capacity",
          _abi.TRIAX_ASSIGNMENT_PROOF_ITEMS: "items"}


class Figures(NamedTuple):
    """An answer in figures."""

    cost: int
    """Of the items that have an agent."""
    bound: int | None
    """No assignment of all items within capacity costs less; None: there is none."""
    uncovered: int
    """Items without an agent."""
    missing: int
    """Capacity short in all, in the nearest assignment of all items that was found."""
    work: int
    """Done, in units of its own; the same on every machine unless stopped."""
    optimal: bool
    """Whether every item has an agent and cost equals bound."""
    stopped: bool
    """Whether the progress callback ended the work."""


class Proof(NamedTuple):
    """What can be checked about the bound."""

    kind: str
    """`"none"`, `"capacity"` (prices of agents' capacity) or `"items"` (prices of items)."""
    prices: list[int]
    """Times scale."""
    scale: int
    bound: int


class Check(NamedTuple):
    """What a check found, from the problem alone."""

    cost: int
    bound: int
    uncovered: int
    over: int
    """Agents that carry more than their capacity."""
    excess: int
    """Load over capacity in all."""


def _matrix(values: Any, agents: int, items: int, name: str) -> array[int]:
    flat = array("q")
    rows = list(values)
    for row in rows:
        flat.extend(int(value) for value in row)
    if len(rows) != agents or len(flat) != agents * items:
        raise ValueError(f"{name} must be {agents} rows (agents) of {items} values (items)")
    return flat


class Assignment(Handle):
    """The answer to an assignment problem. Made by `assign()`."""

    __slots__ = ("_problem", "_kept")
    _kind, _free = _abi.triax_assignment, core.triax_assignment_unref

    _problem: Any
    _kept: object

    def _array(self, function: Any) -> list[int]:
        count = c_size_t()
        values = function(self._pointer, byref(count))
        return list(values[: count.value]) if count.value else []

    @property
    def agents(self) -> list[int | None]:
        """Each item's agent; None for those without."""
        return [None if agent == NONE else agent for agent in self._array(core.triax_assignment_agents)]

    @property
    def loads(self) -> list[int]:
        """Each agent's load, never above its capacity."""
        return self._array(core.triax_assignment_loads)

    @property
    def missing(self) -> list[int]:
        """By how much each agent's capacity is short in the nearest assignment of all items."""
        return self._array(core.triax_assignment_missing)

    @property
    def message(self) -> str:
        """The answer as one sentence."""
        return str(core.triax_assignment_message(self._pointer).decode())

    @property
    def figures(self) -> Figures:
        """The answer in figures."""
        found = _abi.triax_assignment_figures(sizeof(_abi.triax_assignment_figures))
        call(core.triax_assignment_summary, self._pointer, byref(found))
        bound = None if found.bound == IMPOSSIBLE else found.bound
        return Figures(found.cost, bound, found.uncovered, found.missing, found.work, bool(found.optimal), bool(found.stopped))

    def _prove(self) -> Any:
        proof = _abi.triax_assignment_proof(sizeof(_abi.triax_assignment_proof))
        call(core.triax_assignment_prove, self._pointer, byref(proof))
        return proof

    @property
    def proof(self) -> Proof:
        """What can be checked about the bound."""
        proof = self._prove()
        return Proof(PROOFS[proof.kind], list(proof.price[: proof.count]) if proof.count else [], proof.scale, proof.bound)

    def check(self) -> Check:
        """Recomputes cost, loads and bound from the problem alone; shares no code with the solver."""
        count, found = c_size_t(), _abi.triax_assignment_found(sizeof(_abi.triax_assignment_found))
        agents = core.triax_assignment_agents(self._pointer, byref(count))
        call(core.triax_assignment_check, context(), byref(self._problem), cast(agents, POINTER(c_uint32)), byref(self._prove()),
             byref(found))
        return Check(found.cost, found.bound, found.uncovered, found.over, found.excess)

    def __repr__(self) -> str:
        return f"<triax.Assignment: {self.message}>"


def assign(cost: Any, load: Any, capacity: Sequence[int], *, effort: float = 1.0, seed: int = 0,
           progress: Progress | None = None) -> Assignment:
    """Gives items to agents, each to exactly one, so that no agent carries more than its capacity and costs are least.

    `cost` and `load` are one row per agent with one whole number per item (lists, or an array of numpy). What does not
    fit stays without an agent. `progress` returning True ends the work early, with the best assignment so far.

    >>> answer = assign(cost=[[1, 5, 4], [3, 2, 4]], load=[[2, 2, 2], [2, 2, 2]], capacity=[4, 2])
    >>> answer.agents, answer.figures.cost, answer.figures.optimal
    ([0, 1, 0], 7, True)
    """
    room = array("q", [int(value) for value in capacity])
    agents, rows = len(room), list(cost)
    items = len(rows[0]) if rows else 0
    costs, loads = _matrix(rows, agents, items, "cost"), _matrix(load, agents, items, "load")
    problem = _abi.triax_assignment_problem(sizeof(_abi.triax_assignment_problem), agents, items)
    for name, values in (("cost", costs), ("load", loads), ("capacity", room)):
        setattr(problem, name, cast((c_int64 * len(values)).from_buffer(values), POINTER(c_int64)) if values else None)
    options = _abi.triax_assignment_options(sizeof(_abi.triax_assignment_options))
    core.triax_assignment_options_init(byref(options))
    options.effort, options.seed = effort, seed
    answer = Assignment._empty()
    answer._problem, answer._kept = problem, (costs, loads, room)
    work(core.triax_assignment_solve, context(), byref(problem), byref(options), byref(answer._pointer), progress=progress,
         with_messages=False)
    return answer
