"""Judging a set in parts, with the same answer as in one piece."""
from __future__ import annotations

from collections.abc import Iterable
from ctypes import POINTER, byref, c_size_t, create_string_buffer

from . import _abi
from ._call import Handle, call, context
from ._library import core


class Aggregates(Handle):
    """What whole-set functions (total, mean, percentile, `top`) came to over a set. Immutable.

    Taken out of plans over parts, merged, and fed into further plans, until nothing is open: then every part is judged
    as the whole is.

    >>> import triax
    >>> policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [
    ...     {"name": "above", "when": "arr > mean(arr)"}, {"name": "below"}]}})
    >>> parts = [{"id": ["A"], "arr": [1.0]}, {"id": ["B", "C"], "arr": [2.0, 6.0]}]
    >>> known = None
    >>> while known is None or not known.complete:
    ...     plans = [policy.plan(part, aggregates=known) for part in parts]
    ...     known = Aggregates.merge(plan.aggregates() for plan in plans)
    >>> [policy.plan(part, aggregates=known).customers["segment"] for part in parts]
    [['below'], ['below', 'above']]

    `bytes(aggregates)` and `Aggregates.from_bytes()` carry them to another machine; they can be pickled.
    """

    __slots__ = ()
    _kind, _free = _abi.triax_aggregates, core.triax_aggregates_unref

    def __init__(self) -> None:
        raise TypeError("use Plan.aggregates(), Aggregates.merge() or Aggregates.from_bytes()")

    @classmethod
    def merge(cls, parts: Iterable[Aggregates]) -> Aggregates:
        """Those of the set that the parts make up, in any order; merged ones can be merged again."""
        merged, kept = cls._empty(), list(parts)
        pointers = (POINTER(_abi.triax_aggregates) * len(kept))(*(part._pointer for part in kept))
        call(core.triax_aggregates_merge, context(), pointers, len(kept), byref(merged._pointer))
        return merged

    @classmethod
    def from_bytes(cls, content: bytes) -> Aggregates:
        """Reads what `bytes()` gave. Anything else is refused."""
        aggregates = cls._empty()
        call(core.triax_aggregates_read, context(), content, len(content), byref(aggregates._pointer))
        return aggregates

    def __bytes__(self) -> bytes:
        length = c_size_t()
        core.triax_aggregates_write(self._pointer, None, 0, byref(length), None)
        buffer = create_string_buffer(length.value)
        call(core.triax_aggregates_write, self._pointer, buffer, length.value, byref(length))
        return buffer.raw[: length.value]

    def __reduce__(self) -> tuple[object, ...]:
        return Aggregates.from_bytes, (bytes(self),)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to find: plans fed with these are those of the whole."""
        return bool(core.triax_aggregates_complete(self._pointer))

    @property
    def error(self) -> float:
        """How far a percentile may be from the true one, at most; 0 when all are exact."""
        return float(core.triax_aggregates_error(self._pointer))
