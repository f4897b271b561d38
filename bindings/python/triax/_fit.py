"""Learning a score from what came, and how well a score foretold it."""
from __future__ import annotations

from collections.abc import Sequence
from ctypes import byref, sizeof
from typing import TYPE_CHECKING, Any

from . import _abi
from ._call import Progress, context, text_in, work
from ._document import Document, Facts, facts
from ._errors import Message
from ._library import core
from ._table import Table
from ._tables import Tables, numbers_of, table

if TYPE_CHECKING:
    from ._policy import Policy

METHODS = {"additive": _abi.TRIAX_FIT_ADDITIVE, "logistic": _abi.TRIAX_FIT_LOGISTIC}


class Fit(Tables):
    """What was learnt. Made by `Health.fit()`. Immutable."""

    __slots__ = ("policy", "messages", "score")
    _kind, _free = _abi.triax_fit, core.triax_fit_unref
    _word = core.triax_fit_table_name
    _numbers = numbers_of("TRIAX_FIT_", _word)
    _borrow, _facts = core.triax_fit_table, core.triax_fit_report

    policy: Policy
    """The policy that it was learnt for."""
    score: str | None
    """The name of the score; None: health."""
    messages: tuple[Message, ...]
    """Warnings (a column that may know the outcome) and notes (columns that are not used, and why)."""

    def __init__(self) -> None:
        raise TypeError("use Health.fit()")

    predictions: Table = table("predictions", "One row per customer: outcome, fold, chance out of sample, score.")
    metrics: Table = table("metrics", "One row per metric that was looked at: weight, what it tells alone, whether it is used.")
    coefficients: Table = table("coefficients", "One row per coefficient of `method=\"logistic\"`, on all rows and by fold.")

    @property
    def report(self) -> Facts:
        """How it went: verdict, how well it holds out of sample, metrics. `print()` shows it to people."""
        return self.summary

    @property
    def section(self) -> Facts | None:
        """What a policy has under `health:` (or under the score's name); None where there was nothing to learn.

        It is what `Health.from_dict()` takes.
        """
        found = core.triax_fit_section(self._pointer)
        return facts(found) if found else None

    def __repr__(self) -> str:
        return f"<triax.Fit: {self.report.get('verdict')}>"


def _names(options: Any, names: Sequence[str] | None, field: str, count: str) -> None:
    """Gives the library a list of names; ctypes keeps it alive with the options."""
    if names is not None:
        texts = (_abi.triax_text * len(names))(*map(text_in, names))
        setattr(options, field, texts)
        setattr(options, count, len(names))


def fit(policy: Policy, customers: object, outcome: str, *, score: str | None = None, metrics: Sequence[str] | None = None,
        leaks: Sequence[str] = (), rising: Sequence[str] = (), falling: Sequence[str] = (), folds: str | None = None,
        method: str = "additive", ridge: float = 0.0, pairs: int = 12, force: bool = False, threads: int = 1,
        progress: Progress | None = None) -> Fit:
    """See Health.fit()."""
    if method not in METHODS:
        raise ValueError(f"method={method!r}: there are {', '.join(METHODS)}")
    loaded, learnt = policy.customers(customers), Fit._empty()
    options = _abi.triax_fit_options(sizeof(_abi.triax_fit_options))
    core.triax_fit_options_init(byref(options))
    options.outcome, options.score, options.folds = text_in(outcome), text_in(score), text_in(folds)
    _names(options, metrics, "metrics", "metric_count")
    _names(options, leaks, "leaks", "leak_count")
    _names(options, rising, "rising", "rising_count")
    _names(options, falling, "falling", "falling_count")
    options.ridge, options.method, options.pairs, options.force = ridge, METHODS[method], pairs or -1, force
    learnt.messages = work(core.triax_health_fit, context(threads), policy._pointer, loaded._pointer, byref(options),
                           byref(learnt._pointer), progress=progress)
    learnt.policy, learnt.score = policy, score
    return learnt


def backtest(policy: Policy, customers: object, outcome: str, options: Any, score: str | None, threads: int,
             progress: Progress | None) -> Facts:
    """See Policy.backtest()."""
    loaded, document = policy.customers(customers), Document._empty()
    options.outcome, options.score = text_in(outcome), text_in(score)
    said = work(core.triax_health_backtest, context(threads), policy._pointer, loaded._pointer, byref(options),
                byref(document._pointer), progress=progress)
    report = document.read()
    report.messages = said
    return report
