"""Functions that need neither a policy nor a plan."""
from __future__ import annotations

from collections.abc import Sequence
from ctypes import byref, c_double
from typing import overload

from ._call import call, context, pointer_of, text_in, work
from ._company import Customers
from ._library import core
from ._policy import Day, plan_options
from ._table import Table


def _loaded(data: object) -> Customers:
    return data if isinstance(data, Customers) else Customers(data)


@overload
def evaluate(expression: str, customers: None = None, *, as_of: Day = None) -> str | None: ...
@overload
def evaluate(expression: str, customers: object, *, as_of: Day = None) -> list[str | None]: ...


def evaluate(expression: str, customers: object = None, *, as_of: Day = None) -> str | list[str | None] | None:
    """Evaluates one expression: once, or for every customer. Values are as CEL writes them; None where one is missing.

    >>> evaluate("1 + 2"), evaluate("'a' + 'b'")
    ('3', '"ab"')
    >>> evaluate("arr > 5", [{"id": "A", "arr": 9}, {"id": "B", "arr": None}])
    ['true', None]
    """
    loaded, values, options = None if customers is None else _loaded(customers), Table._empty(), plan_options(as_of)
    work(core.triax_evaluate, context(), text_in(expression), pointer_of(loaded), byref(options), byref(values._pointer))
    found = values["value"]
    return found[0] if customers is None else found


def round_parts(parts: Sequence[float], total: float, decimals: int = 0) -> list[float]:
    """Rounds parts of a total so that the rounded parts sum to the rounded total.

    For contributions to a score, shares of a budget, causes of a difference.

    >>> round_parts([33.3, 33.3, 33.4], 100)
    [33.0, 33.0, 34.0]
    """
    given = (c_double * len(parts))(*parts)
    call(core.triax_round_parts, given, len(parts), total, decimals, given)
    return list(given)
