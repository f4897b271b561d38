"""Tables through the Arrow C data interface, both ways, as PyCapsules; and whole columns as Python values through it."""
from __future__ import annotations

import datetime
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_void_p,
    cast,
    py_object,
    pythonapi,
    sizeof,
    string_at,
)
from typing import Any, Callable

from . import _abi
from ._call import call, context, immortal
from ._library import core

STREAM, SCHEMA, ARRAY = b"arrow_array_stream", b"arrow_schema", b"arrow_array"
EPOCH = datetime.date(1970, 1, 1).toordinal()
START = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

_new = pythonapi.PyCapsule_New
_new.restype, _new.argtypes = py_object, [c_void_p, c_char_p, c_void_p]
_allocate, _release = pythonapi.PyMem_RawCalloc, pythonapi.PyMem_RawFree
_allocate.restype, _allocate.argtypes = c_void_p, [c_size_t, c_size_t]
_release.restype, _release.argtypes = None, [c_void_p]
_pointer_of = pythonapi.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = c_void_p, [py_object, c_char_p]
# The same function for a capsule that is going away, which no Python object may stand for any more.
_pointer_of_dying = CFUNCTYPE(c_void_p, c_void_p, c_char_p)(("PyCapsule_GetPointer", pythonapi))


def _destructor(name: bytes, kind: type[Structure]) -> Any:
    """What frees a capsule's struct, and releases what is in it if nobody took it out.

    Capsules may outlive the modules, so everything it needs is bound here and it is kept for ever.
    """

    def destroy(capsule: int, pointer_of: Any = _pointer_of_dying, free: Any = _release, byref: Any = byref) -> None:
        address = pointer_of(capsule, name)
        held: Any = kind.from_address(address)
        if held.release:
            held.release(byref(held))
        free(address)

    return immortal(CFUNCTYPE(None, c_void_p)(destroy))


_DESTRUCTORS = {name: _destructor(name, kind) for name, kind in (
    (STREAM, _abi.ArrowArrayStream), (SCHEMA, _abi.ArrowSchema), (ARRAY, _abi.ArrowArray))}


def _capsule(name: bytes, kind: type[Structure]) -> tuple[object, Any]:
    """A capsule around an empty struct, and the struct."""
    address = _allocate(1, sizeof(kind))
    if not address:
        raise MemoryError
    return _new(address, name, cast(_DESTRUCTORS[name], c_void_p)), kind.from_address(address)


def stream_capsule(table: Any) -> object:
    """A table as an Arrow stream of one batch."""
    capsule, stream = _capsule(STREAM, _abi.ArrowArrayStream)
    call(core.triax_table_to_arrow_stream, table, byref(stream))
    return capsule


def array_capsules(table: Any) -> tuple[object, object]:
    """A table as Arrow schema and array."""
    schema_capsule, schema = _capsule(SCHEMA, _abi.ArrowSchema)
    array_capsule, array = _capsule(ARRAY, _abi.ArrowArray)
    call(core.triax_table_to_arrow, table, byref(schema), byref(array))
    return schema_capsule, array_capsule


def take(data: Any, table: Any) -> bool:
    """Makes a table of what offers Arrow capsules; False where data offers none."""
    if hasattr(data, "__arrow_c_stream__"):
        capsule = data.__arrow_c_stream__()
        stream = cast(_pointer_of(capsule, STREAM), POINTER(_abi.ArrowArrayStream))
        call(core.triax_table_from_arrow_stream, context(), stream, byref(table))
        return True
    if hasattr(data, "__arrow_c_array__"):
        schema_capsule, array_capsule = data.__arrow_c_array__()
        schema = cast(_pointer_of(schema_capsule, SCHEMA), POINTER(_abi.ArrowSchema))
        array = cast(_pointer_of(array_capsule, ARRAY), POINTER(_abi.ArrowArray))
        call(core.triax_table_from_arrow, context(), schema, array, byref(table))
        return True
    return False


def date_of(days: int) -> datetime.date | None:
    """A date by days since 1970; None for what Python's dates do not reach."""
    ordinal = EPOCH + days
    return datetime.date.fromordinal(ordinal) if 1 <= ordinal <= datetime.date.max.toordinal() else None


def time_of(microseconds: int) -> datetime.datetime | None:
    """A time by microseconds since 1970; None for what Python's datetimes do not reach."""
    try:
        return START + datetime.timedelta(microseconds=microseconds)
    except OverflowError:
        return None


class Columns:
    """A table's columns as lists of Python values. Reads just the layouts that the library gives."""

    def __init__(self, table: Any) -> None:
        self._schema, self._array = _abi.ArrowSchema(), _abi.ArrowArray()
        call(core.triax_table_to_arrow, table, byref(self._schema), byref(self._array))

    def __del__(self) -> None:
        for held in (self._array, self._schema):
            if held.release:
                held.release(byref(held))

    def read(self, column: int) -> list[Any]:
        schema, array = self._schema.children[column].contents, self._array.children[column].contents
        values = self._values(schema, array)
        bits = array.buffers[0]
        if array.length and bits:
            present = (c_uint8 * ((array.length + 7) // 8)).from_address(bits)
            return [value if present[i >> 3] >> (i & 7) & 1 else None for i, value in enumerate(values)]
        return values

    def _values(self, schema: Any, array: Any) -> list[Any]:
        if not array.length:
            return []
        if schema.dictionary:
            words = self._values(schema.dictionary.contents, array.dictionary.contents)
            codes = self._fixed(array, c_int32)
            return [words[code] if 0 <= code < len(words) else None for code in codes]
        return self._READERS[schema.format](self, schema, array)

    @staticmethod
    def _fixed(array: Any, kind: Any, count: int | None = None, buffer: int = 1) -> list[Any]:
        return list((kind * (array.length if count is None else count)).from_address(array.buffers[buffer]))

    def _booleans(self, _schema: Any, array: Any) -> list[Any]:
        bits = self._fixed(array, c_uint8, (array.length + 7) // 8)
        return [bool(bits[i >> 3] >> (i & 7) & 1) for i in range(array.length)]

    def _dates(self, _schema: Any, array: Any) -> list[Any]:
        return [date_of(days) for days in self._fixed(array, c_int32)]

    def _times(self, _schema: Any, array: Any) -> list[Any]:
        return [time_of(value) for value in self._fixed(array, c_int64)]

    def _texts(self, array: Any, offset: Any) -> list[Any]:
        ends = self._fixed(array, offset, array.length + 1)
        content = string_at(array.buffers[2], ends[-1]) if ends[-1] else b""
        return [content[ends[i] : ends[i + 1]].decode() for i in range(array.length)]

    def _lists(self, schema: Any, array: Any, offset: Any) -> list[Any]:
        ends = self._fixed(array, offset, array.length + 1)
        items = self._values(schema.children[0].contents, array.children[0].contents)
        return [items[ends[i] : ends[i + 1]] for i in range(array.length)]

    _READERS: dict[bytes, Callable[..., list[Any]]] = {
        b"g": lambda self, schema, array: self._fixed(array, c_double),
        b"l": lambda self, schema, array: self._fixed(array, c_int64),
        b"b": _booleans,
        b"tdD": _dates,
        b"tsu:UTC": _times,
        b"u": lambda self, schema, array: self._texts(array, c_int32),
        b"U": lambda self, schema, array: self._texts(array, c_int64),
        b"+l": lambda self, schema, array: self._lists(schema, array, c_int32),
        b"+L": lambda self, schema, array: self._lists(schema, array, c_int64),
    }
