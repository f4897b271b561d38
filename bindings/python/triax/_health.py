"""Score models that work alone, without a policy."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from ctypes import byref, sizeof
from pathlib import Path
from typing import Any

from . import _abi
from ._call import Handle, Progress, context, text_in, work, yaml_library
from ._company import Customers
from ._document import Document
from ._errors import Message
from ._fit import Fit, fit
from ._library import core
from ._policy import Day, Policy, days
from ._table import Table


class Health(Handle):
    """A score model: what a policy has under `health:`, without a policy. Immutable.

    >>> health = Health.from_dict({"metrics": {"use": {"value": "active / seats", "scale": [[0, 0], [1, 100]]}},
    ...                            "bands": {"red": 0, "green": 60}})
    >>> scores = health.score([{"id": "A", "seats": 10, "active": 9}, {"id": "B", "seats": 10, "active": None}])
    >>> scores["health"], scores["band"]
    ([90.0, None], ['green', 'unknown'])
    """

    __slots__ = ("messages",)
    _kind, _free = _abi.triax_health, core.triax_health_unref

    messages: tuple[Message, ...]
    """Warnings that came up when the model was made."""

    def __init__(self) -> None:
        raise TypeError("use Health.load(), Health.from_yaml() or Health.from_dict()")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Health:
        """Reads a model from a YAML file, whose top level is what a policy has under `health:`."""
        return cls.from_yaml(Path(path).read_bytes(), name=os.fspath(path))

    @classmethod
    def from_yaml(cls, text: str | bytes, *, name: str | None = None) -> Health:
        """Reads a model from YAML text."""
        health = cls._empty()
        health.messages = work(yaml_library().triax_yaml_health, context(), text_in(text), text_in(name), byref(health._pointer))
        return health

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], *, name: str | None = None) -> Health:
        """Makes a model of a dict with the same words as in YAML."""
        health, document = cls._empty(), Document.of(content, name)
        health.messages = work(core.triax_health_new, context(), document._pointer, byref(health._pointer))
        return health

    @staticmethod
    def fit(policy: Policy, customers: object, outcome: str, *, score: str | None = None, metrics: Sequence[str] | None = None,
            leaks: Sequence[str] = (), rising: Sequence[str] = (), falling: Sequence[str] = (), folds: str | None = None,
            method: str = "additive", ridge: float = 0.0, pairs: int = 12, force: bool = False, threads: int = 1,
            progress: Progress | None = None) -> Fit:
        """Learns a policy's health, or one of its scores, from what came.

        `outcome` is the column that says so (0 or 1, true or false, yes or no); where it is missing a row is left out.
        `metrics` are the columns to learn from (default: every number, boolean and string column), `leaks` those that
        know the outcome and are never used, `rising` and `falling` those of which more may only be better, or worse.
        `folds` is a column that says which fold a row is in (default: five, by key). How well the model holds is
        measured on folds that were not learnt from.

        `method="logistic"` is plain logistic regression, with `ridge` as the penalty. `pairs` are the most interactions.
        History that is too thin is refused with the numbers (DataError); `force` learns all the same.
        """
        return fit(policy, customers, outcome, score=score, metrics=metrics, leaks=leaks, rising=rising, falling=falling,
                   folds=folds, method=method, ridge=ridge, pairs=pairs, force=force, threads=threads, progress=progress)

    def score(self, customers: object, *, as_of: Day = None, parts: bool = False, progress: Progress | None = None) -> Table:
        """Scores every row: columns health, band, coverage and limit.

        `parts` adds each metric's points, freshness, weight, contribution and points lost.
        """
        scores, options = Table._empty(), _abi.triax_health_options(sizeof(_abi.triax_health_options))
        core.triax_health_options_init(byref(options))
        days(as_of, options)
        options.parts = parts
        loaded = customers if isinstance(customers, Customers) else Customers(customers)
        work(core.triax_health_score, self._pointer, loaded._pointer, byref(options), byref(scores._pointer), progress=progress)
        return scores
