"""Policies: what a company decided about covering its customers."""
from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from ctypes import byref, c_int32, pointer, sizeof
from pathlib import Path
from typing import Any, Union

from . import _abi
from ._aggregates import Aggregates
from ._call import Books, Handle, Progress, books_thunk, context, pointer_of, text_in, text_out, work, yaml_library
from ._compare import Comparison, compare
from ._company import Customers, Team, load_options
from ._data import days_of
from ._document import Document, Facts
from ._errors import Message
from ._fit import backtest
from ._library import core
from ._plan import Plan
from ._table import Table

Day = Union[str, datetime.date, datetime.datetime, None]


def days(day: Day, options: Any) -> None:
    """Sets as_of in options."""
    if day is None:
        return
    if isinstance(day, str):
        found = c_int32()
        if not core.triax_date_of(text_in(day), byref(found)):
            raise ValueError(f"as_of='{day}' is not a date; write it as 2026-11-21")
        options.as_of = found.value
    elif isinstance(day, datetime.date):
        options.as_of = days_of(day)
    else:
        raise TypeError(f"as_of={day!r} is not a date; give a date, a datetime, or text such as 2026-11-21")
    options.has_as_of = 1


def plan_options(as_of: Day) -> Any:
    """Options of a plan, with defaults but for its date."""
    options = _abi.triax_plan_options(sizeof(_abi.triax_plan_options))
    core.triax_plan_options_init(byref(options))
    days(as_of, options)
    return options


class Policy(Handle):
    """What a company decided about covering its customers. Immutable.

    >>> policy = Policy.from_yaml('''
    ... triax: 1
    ... segmentation:
    ...   by: arr
    ...   segments: [{name: large, at_least: 150k}, {name: small}]
    ... ''')
    >>> plan = policy.plan([{"id": "A1", "arr": 410_000}, {"id": "A2", "arr": 12_000}])
    >>> plan.customers["segment"]
    ['large', 'small']

    What is at fault is said all at once, each with its place:

    >>> Policy.from_yaml("triax: 1\\nsegmentation: {segmants: []}\\n", name="p.yaml")
    Traceback (most recent call last):
      ...
    triax.PolicyError: p.yaml:2:16: error: segmentation: unknown key 'segmants'
        2 | segmentation: {segmants: []}
          |                ^~~~~~~~  did you mean 'segments'?
    p.yaml:2:1: error: the segmentation has no 'segments'
        2 | segmentation: {segmants: []}
          | ^~~~~~~~~~~~
    """

    __slots__ = ("messages",)
    _kind, _free = _abi.triax_policy, core.triax_policy_unref

    messages: tuple[Message, ...]
    """Warnings that came up when the policy was made."""

    def __init__(self) -> None:
        raise TypeError("use Policy.load(), Policy.from_yaml() or Policy.from_dict()")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Policy:
        """Reads a policy from a YAML (or JSON) file."""
        return cls.from_yaml(Path(path).read_bytes(), name=os.fspath(path))

    @classmethod
    def from_yaml(cls, text: str | bytes, *, name: str | None = None) -> Policy:
        """Reads a policy from YAML (or JSON) text. `name` stands before lines in messages."""
        policy = cls._empty()
        policy.messages = work(yaml_library().triax_yaml_policy, context(), text_in(text), text_in(name), byref(policy._pointer))
        return policy

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], *, name: str | None = None) -> Policy:
        """Makes a policy of a dict with the same words as in YAML.

        Values may be written as in the file (`"750k"`, `"10%"`) or as numbers, booleans, dates and None.
        """
        policy, document = cls._empty(), Document.of(content, name)
        policy.messages = work(core.triax_policy_new, context(), document._pointer, byref(policy._pointer))
        return policy

    @property
    def name(self) -> str | None:
        """The policy's `name`."""
        return text_out(core.triax_policy_name(self._pointer))

    @property
    def currency(self) -> str | None:
        """The base currency, such as `"USD"`."""
        return text_out(core.triax_policy_currency(self._pointer))

    def __repr__(self) -> str:
        return f"<triax.Policy {self.name!r}>" if self.name else "<triax.Policy>"

    def customers(self, data: object, **options: Any) -> Customers:
        """Loads customers under this policy; options are those of Customers. What is loaded stays as it is."""
        return data if isinstance(data, Customers) else Customers(data, self, **options)

    def team(self, data: object, **options: Any) -> Team:
        """Loads a team under this policy; options are those of Team. What is loaded stays as it is."""
        return data if isinstance(data, Team) else Team(data, self, **options)

    def plan(self, customers: object, team: object = None, *, as_of: Day = None, parts: bool = False, reasons: bool = True,
             tradeoff: bool = False, hires: bool | None = None, sent: object = None, history: object = None,
             aggregates: Aggregates | None = None, previous: Plan | None = None, dates: str = "iso",
             loose_numbers: bool = False, decimal: str = ".", threads: int = 1, progress: Progress | None = None,
             books: Books | None = None) -> Plan:
        """Makes a plan: who is in which segment, how healthy, owned by whom, with what attention, and why.

        `customers` and `team` are whatever Customers and Team take, or such objects; without a team nothing is
        allocated. `as_of` is the plan's date, which a policy that counts days needs: the clock is never read.

        `parts` keeps each metric's points for every customer (`plan.metrics`), `reasons=False` leaves out the sentence
        for each customer. `tradeoff` adds the curve between accounts moved and balance (`plan.tradeoff`); `hires` says
        whether whom to hire is found by solving again (`plan.hires`; None: where at most 2,000 accounts are to be owned).

        `sent` is your log of what plays sent: a table of customer, play, date and, if given, state and until. `history` is
        earlier values of health: a table of customer, date and health (`plan.trend`). `aggregates` are what whole-set
        functions came to over a larger set. `previous` is a plan of nearly the same customers and team: the allocation
        starts from its books, and takes milliseconds where little has changed. `dates`, `loose_numbers` and `decimal` say
        how text becomes values, as in Customers.

        `threads` changes how long it takes and nothing else. `progress(stage, done)` is called at least every 10 ms; it
        stops the work by raising, or by returning True (Canceled). So does Ctrl-C. `books(uncovered_value, bound)` hears of
        the books while they are searched; if it returns True they are good enough, and the plan is made with them.
        """
        text = {"dates": dates, "loose_numbers": loose_numbers, "decimal": decimal, "threads": threads}
        loaded, its_team = self.customers(customers, **text), None if team is None else self.team(team, **text)
        log, past = (None if given is None else Table(given) for given in (sent, history))
        plan, options, load = Plan._empty(), plan_options(as_of), load_options(dates, loose_numbers, decimal)
        options.parts, options.without_reasons, options.load = parts, not reasons, pointer(load)
        options.tradeoff, options.hires = tradeoff, 0 if hires is None else 1 if hires else -1
        options.aggregates, options.sent, options.previous = pointer_of(aggregates), pointer_of(log), pointer_of(previous)
        options.history = pointer_of(past)
        if books is not None:
            options.books = books_thunk
        said = work(core.triax_plan_new, context(threads), self._pointer, loaded._pointer, pointer_of(its_team),
                    byref(options), byref(plan._pointer), progress=progress, books=books)
        plan._finish(self, loaded, its_team, said)
        return plan

    def compare(self, other: Policy, customers: object, team: object = None, *, causes: bool = True, **options: Any) -> Comparison:
        """What if: the plans of this policy and of another for one company, side by side. Options are those of plan()."""
        data = [part if part is None or isinstance(part, (Customers, Team)) else Table(part) for part in (customers, team)]
        plans = [policy.plan(*data, **options) for policy in (self, other)]
        return compare(*plans, causes=causes, threads=options.get("threads", 1), progress=options.get("progress"))

    def backtest(self, customers: object, outcome: str, *, score: str | None = None, as_of: Day = None, threads: int = 1,
                 progress: Progress | None = None) -> Facts:
        """How well health, or one of the scores, foretold what came: AUC, lift, bands, each with its interval.

        `outcome` is the column that says what came, in the time after the data. `print()` shows the report to people;
        its `messages` warn of a score that does not separate.
        """
        options = _abi.triax_backtest_options(sizeof(_abi.triax_backtest_options))
        core.triax_backtest_options_init(byref(options))
        days(as_of, options)
        return backtest(self, customers, outcome, options, score, threads, progress)

    def check(self, customers: object = None, team: object = None, *, as_of: Day = None, sent: object = None,
              outcome: str | None = None, threads: int = 1, progress: Progress | None = None) -> tuple[Message, ...]:
        """Says what does not fit (an error is raised) and what is known to go wrong (messages with codes).

        Without customers or team, only what can be known without them is checked. `outcome` is the customers' column that
        says who churned: then it is checked, too, whether health tells them apart.

        >>> policy = Policy.from_dict({"triax": 1, "segmentation": {"by": "arr", "segments": [
        ...     {"name": "large", "at_least": 1}, {"name": "small"}]}})
        >>> [message.code for message in policy.check([{"id": "A1", "arr": 5.0}])]
        ['T102']
        """
        loaded = None if customers is None else self.customers(customers)
        its_team, options = None if team is None else self.team(team), plan_options(as_of)
        log = None if sent is None else Table(sent)
        options.sent, options.outcome = pointer_of(log), text_in(outcome)
        said = work(core.triax_plan_check, context(threads), self._pointer, pointer_of(loaded),
                    pointer_of(its_team), byref(options), progress=progress)
        return (*self.messages, *(loaded.messages if loaded is not None else ()), *(its_team.messages if its_team is not None else ()), *said)
