"""Exceptions, one for each status of the library, and messages."""
from __future__ import annotations

from ctypes import byref, create_string_buffer
from typing import NamedTuple

from . import _abi
from ._library import core

LEVELS = {_abi.TRIAX_LEVEL_ERROR: "error", _abi.TRIAX_LEVEL_WARNING: "warning", _abi.TRIAX_LEVEL_NOTE: "note"}


class Message(NamedTuple):
    """One error, warning or note, with its place. `str()` gives it as a person would read it, source line and all."""

    level: str
    """`"error"`, `"warning"` or `"note"`."""
    code: str
    """Such as `"T101"`, by which a policy's `allow` silences it; empty when it has none."""
    line: int
    """1-based line of the source; 0 if unknown."""
    column: int
    """1-based column of the source, in characters; 0 if unknown."""
    path: str
    """Where in the policy or data, such as `"health.metrics.adoption"`."""
    message: str
    """One sentence, with a remedy where there is one."""
    text: str
    """All of it, with the source line and a caret below where there is a source."""

    def __str__(self) -> str:
        return self.text


class Error(Exception):
    """What all exceptions of triax have in common.

    >>> import triax
    >>> try:
    ...     triax.Policy.from_dict({"triax": 1, "segmentation": {"segmants": []}})
    ... except triax.PolicyError as error:
    ...     print(error.path, "|", error.message)
    segmentation | unknown key 'segmants'; did you mean 'segments'?
    """

    status = 0
    """The library's number for this kind of failure."""

    def __init__(self, message: str, *, line: int = 0, column: int = 0, path: str = "", count: int = 1,
                 messages: tuple[Message, ...] = (), text: str = "") -> None:
        super().__init__(message)
        self.message = message
        """One sentence: the first failure."""
        self.line = line
        """1-based line of the source; 0 if unknown."""
        self.column = column
        """1-based column of the source, in characters; 0 if unknown."""
        self.path = path
        """Where in the policy or data, such as `"health.metrics.adoption"`."""
        self.count = count
        """How many errors there were in all."""
        self.messages = messages
        """All errors, warnings and notes of the call, in order."""
        self._text = text

    def __str__(self) -> str:
        faults = [message.text for message in self.messages if message.level == "error"]
        if faults and self.count > len(faults):
            faults.append(f"... and {self.count - len(faults)} more errors")
        return "\n".join(faults) or self._text or self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.message, {"line": self.line, "column": self.column, "path": self.path,
                                                   "count": self.count, "messages": self.messages, "text": self._text})


def _again(kind: type[Error], message: str, fields: dict[str, object]) -> Error:
    return kind(message, **fields)  # type: ignore[arg-type]


class InvalidArgument(Error, ValueError):
    """An argument is outside its contract."""

    status = _abi.TRIAX_EINVAL


class OutOfMemory(Error, MemoryError):
    """Memory could not be had. Nothing was changed."""

    status = _abi.TRIAX_ENOMEM


class Canceled(Error):
    """The progress callback asked to stop."""

    status = _abi.TRIAX_ECANCELED


class PolicyError(Error, ValueError):
    """The policy, or an expression in it, is at fault."""

    status = _abi.TRIAX_EPOLICY


class DataError(Error, ValueError):
    """The customers or the team are at fault."""

    status = _abi.TRIAX_EDATA


class LimitError(Error, ValueError):
    """A stated limit (length, depth, count) was passed."""

    status = _abi.TRIAX_ELIMIT


class NotFound(Error, LookupError):
    """There is no such key, column, row or table."""

    status = _abi.TRIAX_ENOTFOUND


class Unsupported(Error, TypeError):
    """The input is well formed but of a kind that this version does not take."""

    status = _abi.TRIAX_EUNSUPPORTED


KINDS: dict[int, type[Error]] = {kind.status: kind for kind in (
    InvalidArgument, OutOfMemory, Canceled, PolicyError, DataError, LimitError, NotFound, Unsupported)}


def formatted(error: _abi.triax_error) -> str:
    """The error as a person would read it."""
    size = core.triax_error_format(byref(error), None, None, 0) + 1
    buffer = create_string_buffer(size)
    core.triax_error_format(byref(error), None, buffer, size)
    return buffer.value.decode("utf-8", "replace")


def exception(error: _abi.triax_error, status: int, messages: tuple[Message, ...]) -> Error:
    """The exception for a failed call."""
    kind = KINDS.get(status, Error)
    if error.status == 0:  # the call takes no triax_error
        return kind(core.triax_status_name(status).decode(), messages=messages)
    return kind(error.message.decode("utf-8", "replace"), line=error.line, column=error.column,
                path=error.path.decode("utf-8", "replace"), count=error.count, messages=messages, text=formatted(error))
