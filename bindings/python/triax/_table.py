"""Tables: what comes out of plans, and what may go in."""
from __future__ import annotations

import datetime
import os
from collections import namedtuple
from collections.abc import Iterator
from ctypes import addressof, c_double, c_size_t
from typing import Any, Union, overload

from . import _abi
from ._arrow import Columns, array_capsules, date_of, stream_capsule, time_of
from ._call import Handle, text_in, text_out
from ._data import fill, fill_from_csv
from ._errors import NotFound
from ._library import core

Value = Union[None, bool, int, float, str, list[str], datetime.date, datetime.datetime]
NOWHERE = c_size_t(-1).value
WIDTH = 80


def _short(value: Value) -> str:
    """For people: a missing value is blank, numbers are rounded."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}" if abs(value) < 1 else f"{value:.2f}"
    return "; ".join(value) if isinstance(value, list) else str(value)


class Table(Handle):
    """Typed columns with missing values. Immutable; any number of threads may read one.

    Made of whatever offers Arrow capsules (Polars, pyarrow, pandas, DuckDB, nanoarrow), columns by name, or rows:

    >>> table = Table([{"id": "A1", "arr": 410000}, {"id": "A2", "arr": None}])
    >>> len(table), table.columns, table["arr"]
    (2, ['id', 'arr'], [410000.0, None])
    >>> table[0]
    {'id': 'A1', 'arr': 410000.0}
    >>> [row["id"] for row in table]
    ['A1', 'A2']

    And it offers the same capsules: `polars.DataFrame(table)`, `pyarrow.table(table)`, `pandas.DataFrame.from_arrow(table)`,
    or `FROM table` in DuckDB. Nothing of these is needed.

    Numbers and money are `float`, whole numbers beyond 2**53 `int`, dates `datetime.date`, times `datetime.datetime` in
    UTC, lists `list`; a missing value is None.
    """

    __slots__ = ("_columns",)
    _kind, _free = _abi.triax_table, core.triax_table_unref

    def __init__(self, data: object) -> None:
        made = Table._of(data._pointer) if isinstance(data, Table) else Table._empty()
        if not made._pointer:
            fill(data, made._pointer)
        self._pointer, made._pointer = made._pointer, None

    @classmethod
    def _of(cls, borrowed: Any) -> Table:
        """A further reference to a table that some other object owns."""
        table = cls._empty()
        table._pointer = core.triax_table_ref(borrowed)
        return table

    def __len__(self) -> int:
        return int(core.triax_table_rows(self._pointer))

    @property
    def columns(self) -> list[str]:
        """The columns' names."""
        return [text_out(core.triax_table_name(self._pointer, i)) or "" for i in range(core.triax_table_columns(self._pointer))]

    @property
    def types(self) -> dict[str, str]:
        """The columns' types: number, integer, money, boolean, string, strings, date, timestamp, or text (not yet typed)."""
        return {name: core.triax_type_name(core.triax_table_type(self._pointer, i)).decode() for i, name in enumerate(self.columns)}

    def missing(self, column: str) -> int:
        """How many values of a column are missing."""
        return int(core.triax_table_missing(self._pointer, self._find(column)))

    def _find(self, column: str) -> int:
        place = int(core.triax_table_find(self._pointer, text_in(column)))
        if place == NOWHERE:
            raise NotFound(f"there is no column '{column}'; there are {', '.join(self.columns)}")
        return place

    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, key: str | int | slice) -> list[Any] | dict[str, Any] | list[dict[str, Any]]:
        """A column by name, a row by number, or rows by a slice."""
        if isinstance(key, str):
            return self._whole().read(self._find(key))
        if isinstance(key, slice):
            return [self._row(row) for row in range(*key.indices(len(self)))]
        row = key + len(self) if key < 0 else key
        if not 0 <= row < len(self):
            raise IndexError(f"there is no row {key}; there are {len(self)}")
        return self._row(row)

    def _whole(self) -> Columns:
        if not hasattr(self, "_columns"):
            self._columns = Columns(self._pointer)
        return self._columns

    def _row(self, row: int) -> dict[str, Any]:
        return {name: self._value(column, row) for column, name in enumerate(self.columns)}

    def _value(self, column: int, row: int) -> Value:
        if not core.triax_table_has(self._pointer, column, row):
            return None
        kind = core.triax_table_type(self._pointer, column)
        if kind in (_abi.TRIAX_TYPE_STRING, _abi.TRIAX_TYPE_TEXT):
            return text_out(core.triax_table_text(self._pointer, column, row))
        if kind == _abi.TRIAX_TYPE_STRINGS:
            count = core.triax_table_items(self._pointer, column, row)
            return [text_out(core.triax_table_item(self._pointer, column, row, i)) or "" for i in range(count)]
        if kind in (_abi.TRIAX_TYPE_NUMBER, _abi.TRIAX_TYPE_MONEY):
            return float(core.triax_table_number(self._pointer, column, row))
        whole = int(core.triax_table_integer(self._pointer, column, row))
        if kind == _abi.TRIAX_TYPE_BOOLEAN:
            return bool(whole)
        if kind == _abi.TRIAX_TYPE_DATE:
            return date_of(whole)
        return time_of(whole) if kind == _abi.TRIAX_TYPE_TIMESTAMP else whole

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows as dicts."""
        names = self.columns
        for row in zip(*(self[name] for name in names)):
            yield dict(zip(names, row))

    def rows(self) -> Iterator[Any]:
        """The rows as named tuples. What is no name in Python (`adoption.points`) is `_3`, by its place.

        >>> [row.id for row in Table({"id": ["A1", "A2"]}).rows()]
        ['A1', 'A2']
        """
        names = self.columns
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        return map(row._make, zip(*(self[name] for name in names)))

    def numbers(self, column: str) -> memoryview[float]:
        """A number or money column as doubles, NaN where missing, without a copy: `numpy.asarray(table.numbers("arr"))`."""
        values = core.triax_table_numbers(self._pointer, self._find(column))
        if not values:
            raise TypeError(f"column '{column}' is a {self.types[column]}, not of numbers")
        shared = (c_double * len(self)).from_address(addressof(values.contents))
        setattr(shared, "owner", self)
        return memoryview(shared).cast("B").cast("d").toreadonly()

    def to_dict(self) -> dict[str, list[Any]]:
        """All columns by name."""
        return {name: self[name] for name in self.columns}

    def to_list(self) -> list[dict[str, Any]]:
        """All rows."""
        return list(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as an Arrow stream, for other libraries."""
        return stream_capsule(self._pointer)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """The table as an Arrow array, for other libraries."""
        return array_capsules(self._pointer)

    def __repr__(self) -> str:
        """The first rows and columns, within 80 characters a line."""
        names, count = self.columns, len(self)
        shown = list(range(count)) if count <= 10 else [*range(8), count - 1]
        cells = [[name, *(_short(self._value(i, row)) for row in shown)] for i, name in enumerate(names)]
        lines = [""] * (len(shown) + 1)
        for place, column in enumerate(cells):
            width = min(24, max(map(len, column)))
            if place and len(lines[0]) + 2 + width > WIDTH - 5:
                lines = [line + "  ..." if i == 0 else line for i, line in enumerate(lines)]
                break
            parts = [text if len(text) <= width else text[: width - 3] + "..." for text in column]
            lines = [f"{line}{'  ' if place else ''}{part:<{width}}" for line, part in zip(lines, parts)]
        if count > 10:
            lines.insert(9, "...")
        title = f"triax.Table of {count} row{'' if count == 1 else 's'} and {len(names)} column{'' if len(names) == 1 else 's'}"
        return "\n".join([title, *(line.rstrip() for line in lines)])


def read_csv(path: str | os.PathLike[str], *, delimiter: str = ",", encoding: str = "utf-8-sig") -> Table:
    """Reads a CSV file into a table of text.

    What its columns are is settled when it is loaded under a policy: by the policy's declarations, else by looks.
    An empty field is a missing value.
    """
    table = Table._empty()
    fill_from_csv(path, delimiter, encoding, table._pointer)
    return table
