"""Customers and team: tables loaded under a policy."""
from __future__ import annotations

from ctypes import byref, sizeof
from typing import TYPE_CHECKING, Any, ClassVar

from . import _abi
from ._call import Handle, Progress, context, pointer_of, text_in, work
from ._errors import Message, NotFound
from ._library import core
from ._table import NOWHERE, Table

if TYPE_CHECKING:
    from ._policy import Policy

DATES = {"iso": _abi.TRIAX_DATES_ISO, "dmy": _abi.TRIAX_DATES_DMY, "mdy": _abi.TRIAX_DATES_MDY, "ymd": _abi.TRIAX_DATES_YMD}


def load_options(dates: str, loose_numbers: bool, decimal: str, set_aside: bool = False) -> Any:
    """How text becomes values, for the library."""
    if dates not in DATES:
        raise ValueError(f"dates={dates!r}: there are {', '.join(DATES)}")
    options = _abi.triax_load_options(sizeof(_abi.triax_load_options))
    core.triax_load_options_init(byref(options))
    options.date_order, options.loose_numbers, options.set_aside = DATES[dates], loose_numbers, set_aside
    options.decimal_sign = ord(decimal)
    return options


class _Loaded(Handle):
    """What customers and team have in common."""

    __slots__ = ("messages", "aside")
    _load: ClassVar[Any]
    _table: ClassVar[Any]
    _search: ClassVar[Any]

    messages: tuple[Message, ...]
    """Warnings of the loading."""
    aside: Table | None
    """What was set aside: row (from 1), key, column, value and reason; None when nothing was."""

    def __init__(self, data: object, policy: Policy | None = None, *, dates: str = "iso", loose_numbers: bool = False,
                 decimal: str = ".", set_aside: bool = False, threads: int = 1, progress: Progress | None = None) -> None:
        """Types text, converts money to base currency, fills stand-ins, checks keys, as the policy says.

        `data` is whatever offers Arrow capsules (Polars, pyarrow, pandas, DuckDB, nanoarrow), columns by name, rows as
        dicts, or a Table. Without a policy, columns have the types that the data has.

        `dates` says how dates in text are written: `"iso"`, `"dmy"`, `"mdy"` or `"ymd"`. `loose_numbers` also takes
        `$1,200.50`, `1.2M` and `47 %`, with `decimal` as the decimal sign. With `set_aside`, rows at fault are kept in
        `aside` with their reasons; otherwise they are errors.
        """
        made, aside = type(self)._empty(), Table._empty()
        options = load_options(dates, loose_numbers, decimal, set_aside)
        table = data if isinstance(data, Table) else Table(data)
        self.messages = work(type(self)._load, context(threads), pointer_of(policy), table._pointer,
                             byref(options), byref(made._pointer), byref(aside._pointer), progress=progress)
        self._pointer, made._pointer = made._pointer, None
        self.aside = aside if aside._pointer else None

    @property
    def table(self) -> Table:
        """The loaded, typed columns."""
        return Table._of(type(self)._table(self._pointer))

    def find(self, key: str) -> int:
        """The row of a key."""
        row = int(type(self)._search(self._pointer, text_in(key)))
        if row == NOWHERE:
            raise NotFound(f"there is no key '{key}'")
        return row

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"triax.{type(self).__name__}: " + repr(self.table).removeprefix("triax.")


class Customers(_Loaded):
    """Customers, ready to be judged. Immutable; one set serves any number of plans and threads.

    >>> customers = Customers([{"id": "A1", "arr": 5}])
    >>> len(customers), customers.find("A1"), customers.table["arr"]
    (1, 0, [5.0])
    """

    __slots__ = ()
    _kind, _free = _abi.triax_customers, core.triax_customers_unref
    _load, _table, _search = core.triax_customers_new, core.triax_customers_table, core.triax_customers_find


class Team(_Loaded):
    """Customer success managers, ready to be given books. Immutable."""

    __slots__ = ()
    _kind, _free = _abi.triax_team, core.triax_team_unref
    _load, _table, _search = core.triax_team_new, core.triax_team_table, core.triax_team_find
