"""Tables of what Python programs have at hand: columns, rows, CSV files."""
from __future__ import annotations

import csv
import datetime
import numbers
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from ctypes import byref, c_double, c_int64, c_size_t, c_uint8
from decimal import Decimal
from typing import Any

from . import _abi
from ._arrow import EPOCH, START, take
from ._call import Handle, call, context, text_in
from ._library import core

EXACT = 2**53  # beyond, a double would round whole numbers
MISSING = ("NAType", "NaTType")  # pandas' markers, which equal nothing, not even themselves
MICROSECOND = datetime.timedelta(microseconds=1)


class Builder(Handle):
    """A table in the making."""

    __slots__ = ()
    _kind, _free = _abi.triax_table_builder, core.triax_table_builder_free


def is_missing(value: object) -> bool:
    return value is None or type(value).__name__ in MISSING or (isinstance(value, (float, Decimal)) and value != value)


def days_of(value: datetime.date) -> int:
    return value.toordinal() - EPOCH


def microseconds_of(value: datetime.datetime) -> int:
    """Times without a zone are taken for UTC."""
    aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
    return (aware - START) // MICROSECOND


def _type_of(value: object) -> int:
    """The type that a Python value has by itself; 0 for none."""
    if isinstance(value, str):
        return _abi.TRIAX_TYPE_STRING
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return _abi.TRIAX_TYPE_BOOLEAN
    if isinstance(value, numbers.Integral):
        return _abi.TRIAX_TYPE_NUMBER if -EXACT <= int(value) <= EXACT else _abi.TRIAX_TYPE_INTEGER
    if isinstance(value, (numbers.Real, Decimal)):
        return _abi.TRIAX_TYPE_NUMBER
    if isinstance(value, datetime.datetime):
        return _abi.TRIAX_TYPE_TIMESTAMP
    if isinstance(value, datetime.date):
        return _abi.TRIAX_TYPE_DATE
    if isinstance(value, (list, tuple, set, frozenset)):
        return _abi.TRIAX_TYPE_STRINGS
    return 0


def _common_type(name: str, values: Sequence[Any]) -> int:
    """The type of a column. Whole numbers stay whole where a double would round one of them."""
    types: dict[int, int] = {}
    for row, value in enumerate(values):
        if not is_missing(value):
            types.setdefault(_type_of(value), row)
    if 0 in types:
        kind = type(values[types[0]]).__name__
        raise TypeError(f"column '{name}', row {types[0]}: a {kind} is no value of a table")
    if len(types) == 1:
        return next(iter(types))
    if set(types) == {_abi.TRIAX_TYPE_NUMBER, _abi.TRIAX_TYPE_INTEGER}:
        whole = all(is_missing(value) or isinstance(value, numbers.Integral) for value in values)
        return _abi.TRIAX_TYPE_INTEGER if whole else _abi.TRIAX_TYPE_NUMBER
    if types:
        (one, row), (other, other_row), *_ = types.items()
        words = [core.triax_type_name(kind).decode() for kind in (one, other)]
        raise TypeError(f"column '{name}': row {row} is a {words[0]}, row {other_row} a {words[1]}; a column has one type")
    return _abi.TRIAX_TYPE_NUMBER


# By type: what takes the values, how they lie in memory, and what makes them of Python's.
_FIXED: dict[int, tuple[Any, str, Any, Callable[[Any], Any]]] = {
    _abi.TRIAX_TYPE_NUMBER: (core.triax_table_builder_numbers, "d", c_double, float),
    _abi.TRIAX_TYPE_INTEGER: (core.triax_table_builder_integers, "q", c_int64, int),
    _abi.TRIAX_TYPE_DATE: (core.triax_table_builder_integers, "q", c_int64, days_of),
    _abi.TRIAX_TYPE_TIMESTAMP: (core.triax_table_builder_integers, "q", c_int64, microseconds_of),
    _abi.TRIAX_TYPE_BOOLEAN: (core.triax_table_builder_booleans, "B", c_uint8, bool),
}


def _add_fixed(builder: Any, column: int, values: Sequence[Any], kind: int) -> None:
    """Numbers, integers, dates, times and booleans."""
    function, code, element, convert = _FIXED[kind]
    present = bytearray(not is_missing(value) for value in values)
    content = array(code, [convert(value) if there else 0 for value, there in zip(values, present)])
    call(function, builder, column, (element * len(values)).from_buffer(content) if values else None,
         (c_uint8 * len(values)).from_buffer(present) if values else None, len(values))


def _add_texts(builder: Any, column: int, values: Sequence[Any]) -> None:
    texts = (_abi.triax_text * len(values))(*(text_in(None if is_missing(value) else value) for value in values))
    call(core.triax_table_builder_texts, builder, column, texts, len(values))


def _add_lists(builder: Any, column: int, name: str, values: Sequence[Any]) -> None:
    for row, value in enumerate(values):
        if is_missing(value):
            call(core.triax_table_builder_strings, builder, column, None, c_size_t(-1))
            continue
        items = sorted(value) if isinstance(value, (set, frozenset)) else [item for item in value if item is not None]
        if not all(isinstance(item, str) for item in items):
            raise TypeError(f"column '{name}', row {row}: lists hold strings")
        call(core.triax_table_builder_strings, builder, column, (_abi.triax_text * len(items))(*map(text_in, items)), len(items))


def _doubles(values: Any) -> Any:
    """A buffer of doubles as it is (numpy arrays, array('d')); None for anything else."""
    try:
        view = memoryview(values)
    except TypeError:
        return None
    return view if view.format == "d" and view.ndim == 1 and view.c_contiguous and not view.readonly else None


def _add_column(builder: Any, name: str, values: Any, kind: int | None) -> None:
    column, doubles = c_size_t(), _doubles(values)
    if doubles is None:
        values = values.tolist() if hasattr(values, "tolist") else list(values)
    if kind is None:
        kind = _abi.TRIAX_TYPE_NUMBER if doubles is not None else _common_type(name, values)
    call(core.triax_table_builder_column, builder, text_in(name), kind, byref(column))
    if doubles is not None:
        if not len(doubles):
            return
        call(core.triax_table_builder_numbers, builder, column, (c_double * len(doubles)).from_buffer(doubles), None, len(doubles))
    elif kind in (_abi.TRIAX_TYPE_STRING, _abi.TRIAX_TYPE_TEXT):
        _add_texts(builder, column.value, values)
    elif kind == _abi.TRIAX_TYPE_STRINGS:
        _add_lists(builder, column.value, name, values)
    else:
        _add_fixed(builder, column.value, values, kind)


def from_columns(columns: Mapping[str, Any], table: Any, kind: int | None = None) -> None:
    """Makes a table of columns by name."""
    builder = Builder._empty()
    call(core.triax_table_builder_new, context(), byref(builder._pointer))
    for name, values in columns.items():
        if not isinstance(name, str):
            raise TypeError(f"names of columns are strings, not {name!r}")
        _add_column(builder._pointer, name, values, kind)
    call(core.triax_table_builder_finish, builder._pointer, byref(table))


def from_rows(rows: Iterable[Any], table: Any) -> None:
    """Makes a table of rows as mappings. What a row does not have is missing."""
    columns: dict[str, list[Any]] = {}
    count = 0
    for row in rows:
        if hasattr(row, "_asdict"):
            row = row._asdict()
        if not isinstance(row, Mapping):
            raise TypeError(f"row {count} is a {type(row).__name__}, not a dict")
        for name in row:
            if name not in columns:
                columns[name] = [None] * count
        for name, values in columns.items():
            values.append(row.get(name))
        count += 1
    from_columns(columns, table)


def fill(data: Any, table: Any) -> None:
    """Makes a table of whatever this is."""
    try:
        if take(data, table):
            return
    except ImportError:  # pandas offers Arrow and needs pyarrow for it
        if not hasattr(data, "columns"):
            raise
        data = {str(name): data[name] for name in data.columns}
    if isinstance(data, Mapping):
        from_columns(data, table)
    elif isinstance(data, Iterable) and not isinstance(data, (str, bytes)):
        from_rows(data, table)
    else:
        raise TypeError(f"a {type(data).__name__} is no table: give an Arrow table (Polars, pyarrow, pandas, DuckDB), "
                        "columns by name, or rows as dicts")


def fill_from_csv(path: Any, delimiter: str, encoding: str, table: Any) -> None:
    """Makes a table of a CSV file: every column is text, whose type is settled when it is loaded under a policy."""
    with open(path, newline="", encoding=encoding) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        names = next(reader, None)
        if names is None:
            raise ValueError(f"{path}: the file is empty; its first line names the columns")
        columns: list[list[str | None]] = [[] for _ in names]
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                raise ValueError(f"{path}:{reader.line_num}: {len(row)} fields, but the header has {len(names)}")
            for values, value in zip(columns, row):
                values.append(value or None)
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{path}: two columns are named '{twice}'")
    from_columns(dict(zip(names, columns)), table, _abi.TRIAX_TYPE_TEXT)
