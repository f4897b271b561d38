"""Tables of what Python programs have at hand: columns, rows, CSV files."""
from __future__ import annotations

import csv
import datetime
import numbers
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from ctypes import byref, c_char_p, c_double, c_int64, c_size_t, c_uint8, c_void_p, cast, sizeof
from decimal import Decimal
from typing import Any

from . import _abi
from ._arrow import EPOCH, START, take
from ._call import Handle, call, context, text_in
from ._library import core

WORD = "Q" if sizeof(c_void_p) == 8 else "I"
NONE, NAN = type(None), float("nan")
EXACT = 2**53  # beyond, a double would round whole numbers
MISSING = ("NAType", "NaTType")  # pandas' markers, which equal nothing, not even themselves
MICROSECOND = datetime.timedelta(microseconds=1)


class Builder(Handle):
    """A table in the making."""

    __slots__ = ()
    _kind, _free = _abi.triax_table_builder, core.triax_table_builder_free


def is_missing(value: object) -> bool:
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return False
    return value is None or kind.__name__ in MISSING or (isinstance(value, (float, Decimal)) and value != value)


def days_of(value: datetime.date) -> int:
    return value.toordinal() - EPOCH


def microseconds_of(value: datetime.datetime) -> int:
    """Times without a zone are taken for UTC."""
    aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
    return (aware - START) // MICROSECOND


def _type_of(kind: type[Any]) -> int:
    """The type that values of a class have; 0 for none."""
    if issubclass(kind, str):
        return _abi.TRIAX_TYPE_STRING
    if kind.__name__ in ("bool", "bool_"):
        return _abi.TRIAX_TYPE_BOOLEAN
    if issubclass(kind, (numbers.Real, Decimal)):
        return _abi.TRIAX_TYPE_NUMBER
    if issubclass(kind, datetime.datetime):
        return _abi.TRIAX_TYPE_TIMESTAMP
    if issubclass(kind, datetime.date):
        return _abi.TRIAX_TYPE_DATE
    return _abi.TRIAX_TYPE_STRINGS if issubclass(kind, (list, tuple, set, frozenset)) else 0


def _values_of(name: str, values: Any) -> list[Any]:
    """A column as a list of Python values."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise TypeError(f"column '{name}' is a {type(values).__name__}, not values in a row; one customer is [{{...}}]")
    kind = getattr(values, "dtype", None)
    if type(values).__module__.startswith("numpy") and getattr(kind, "kind", "") == "M":  # as dates or datetimes, NaT as None
        whole = str(kind)[:-1].endswith(("[Y", "[M", "[W", "[D"))
        values = values.astype("datetime64[D]" if whole else "datetime64[us]")  # type: ignore[attr-defined]
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _common_type(name: str, values: Sequence[Any]) -> int:
    """The type of a column. Whole numbers stay whole where a double would round one of them."""
    classes = [kind for kind in dict.fromkeys(map(type, values)) if kind is not NONE and kind.__name__ not in MISSING]
    if len(classes) > 1:  # NaN stands for a missing value of any type
        classes = list(dict.fromkeys(type(value) for value in values if not is_missing(value)))
    types = {_type_of(kind): kind for kind in classes}

    def first(kind: type[Any]) -> int:
        return next(row for row, value in enumerate(values) if type(value) is kind and not is_missing(value))

    if 0 in types:
        raise TypeError(f"column '{name}', row {first(types[0])}: a {types[0].__name__} is no value of a table")
    if len(types) > 1:
        (one, kind), (other, other_kind), *_ = types.items()
        words = [core.triax_type_name(number).decode() for number in (one, other)]
        raise TypeError(f"column '{name}': row {first(kind)} is a {words[0]}, row {first(other_kind)} a {words[1]}; "
                        "a column has one type")
    if classes and all(issubclass(kind, numbers.Integral) for kind in classes) and _abi.TRIAX_TYPE_NUMBER in types:
        whole = [0 if is_missing(value) else int(value) for value in values]
        beyond = next((row for row, value in enumerate(whole) if not -(2**63) <= value < 2**63), None)
        if beyond is not None:
            raise ValueError(f"column '{name}', row {beyond}: {whole[beyond]} is beyond 64 bits; convert the column to text or "
                             "to floats")
        return _abi.TRIAX_TYPE_INTEGER if any(abs(value) > EXACT for value in whole) else _abi.TRIAX_TYPE_NUMBER
    return next(iter(types), int(_abi.TRIAX_TYPE_NUMBER))


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
    if kind == _abi.TRIAX_TYPE_NUMBER and set(map(type, values)) <= {float, int, NONE}:
        given = array("d", [NAN if value is None else value for value in values])  # NaN is missing
        call(function, builder, column, (c_double * len(given)).from_buffer(given) if given else None, None, len(given))
        return
    present = bytearray(not is_missing(value) for value in values)
    content = array(code, [convert(value) if there else 0 for value, there in zip(values, present)])
    call(function, builder, column, (element * len(values)).from_buffer(content) if values else None,
         (c_uint8 * len(values)).from_buffer(present) if values else None, len(values))


def _encoded(name: str, row: int, text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise ValueError(f"column '{name}', row {row}: no UTF-8 can hold {text!r} ({fault.reason})") from None


def _add_texts(builder: Any, column: int, name: str, values: Sequence[Any]) -> None:
    """All texts in one piece of memory, and an array of their places and lengths: an array of triax_text."""
    texts = [None if is_missing(value) else _encoded(name, row, value) for row, value in enumerate(values)]
    memory = c_char_p(b"".join(filter(None, texts)))
    places = array(WORD)
    place = cast(memory, c_void_p).value or 0
    for text in texts:
        if text is None:
            places.extend((0, 0))
        else:
            places.extend((place, len(text)))
            place += len(text)
    given = (_abi.triax_text * len(values)).from_buffer(places) if values else None
    call(core.triax_table_builder_texts, builder, column, given, len(values))


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
    """A buffer of doubles as it is (numpy arrays, array('d')); None for anything else, and where a mask lies over it."""
    try:
        view = memoryview(values)
    except (TypeError, ValueError, BufferError):
        return None
    if hasattr(values, "filled"):
        return None
    return view if view.format == "d" and view.ndim == 1 and view.c_contiguous and not view.readonly else None


def _add_column(builder: Any, name: str, values: Any, kind: int | None) -> None:
    column, doubles = c_size_t(), _doubles(values)
    if doubles is None:
        values = _values_of(name, values)
    if kind is None:
        kind = _abi.TRIAX_TYPE_NUMBER if doubles is not None else _common_type(name, values)
    call(core.triax_table_builder_column, builder, text_in(name), kind, byref(column))
    if doubles is not None:
        if not len(doubles):
            return
        call(core.triax_table_builder_numbers, builder, column, (c_double * len(doubles)).from_buffer(doubles), None, len(doubles))
    elif kind in (_abi.TRIAX_TYPE_STRING, _abi.TRIAX_TYPE_TEXT):
        _add_texts(builder, column.value, name, values)
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
    if hasattr(data, "columns") and not isinstance(data, Mapping):  # pandas without Arrow
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
        try:
            names, columns = _columns_of(path, reader)
        except csv.Error as fault:
            raise ValueError(f"{path}:{reader.line_num}: {fault}") from None
        except UnicodeDecodeError as fault:
            raise ValueError(f"{path}: {fault}; say encoding='cp1252' (Windows) or 'latin1', or save it as UTF-8") from None
    from_columns(dict(zip(names, columns)), table, _abi.TRIAX_TYPE_TEXT)


def _columns_of(path: Any, reader: Any) -> tuple[list[str], list[list[str | None]]]:
    """The header, and the texts below it; an empty one is missing."""
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
    return names, columns
