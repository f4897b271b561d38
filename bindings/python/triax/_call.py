"""Calls into the library: handles, contexts, errors, progress, and signals while a call lasts."""
from __future__ import annotations

import logging
import signal
import threading
from ctypes import POINTER, byref, c_void_p, py_object, pythonapi, sizeof, string_at
from operator import index
from types import FrameType, TracebackType
from typing import Any, Callable, ClassVar, TypeVar

from . import _abi, _library
from ._errors import LEVELS, Message, Unsupported, exception
from ._library import core

Progress = Callable[[str, float], object]
Books = Callable[[float, float], object]
H = TypeVar("H", bound="Handle")


def immortal(thunk: Any) -> Any:
    """Keeps a callback alive beyond the end of the interpreter, where what is left may still call it."""
    pythonapi.Py_IncRef.argtypes = [py_object]
    pythonapi.Py_IncRef(thunk)
    return thunk


class Handle:
    """Owns a reference to an object of the library."""

    __slots__ = ("_pointer", "__weakref__")
    _kind: ClassVar[Any]
    _free: ClassVar[Any]

    _pointer: Any

    @classmethod
    def _empty(cls: type[H]) -> H:
        """A handle whose pointer the library is about to fill in: nothing leaks if an exception comes in between."""
        handle = cls.__new__(cls)
        handle._pointer = POINTER(cls._kind)()
        return handle

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be pickled or copied; what it was made of can, and the to_dict() of tables")

    def __del__(self) -> None:
        pointer = getattr(self, "_pointer", None)
        if pointer:
            type(self)._free(pointer)


def pointer_of(handle: Handle | None) -> Any:
    """A handle's pointer, or NULL: not every handle that is there is true, as one of no rows has the length 0."""
    return None if handle is None else handle._pointer


class Context(Handle):
    """Memory, log, threads and progress; one for each number of threads, for good."""

    __slots__ = ()
    _kind, _free = _abi.triax_context, core.triax_context_unref


class MessageList(Handle):
    """Collects what one call says."""

    __slots__ = ()
    _kind, _free = _abi.triax_messages, core.triax_messages_free

    def read(self) -> tuple[Message, ...]:
        return tuple(self._message(i) for i in range(core.triax_messages_count(self._pointer)))

    def _message(self, i: int) -> Message:
        fields = _abi.triax_error()
        core.triax_messages_get(self._pointer, i, byref(fields))
        return Message(LEVELS[core.triax_messages_level(self._pointer, i)],
                       core.triax_messages_code(self._pointer, i).decode(), fields.line, fields.column,
                       fields.path.decode("utf-8", "replace"), fields.message.decode("utf-8", "replace"),
                       core.triax_messages_text(self._pointer, i).decode("utf-8", "replace"))


class _Signals:
    """While a call lasts on the main thread, what a signal handler raises cancels the call and is raised after it.

    Python runs handlers between two steps of Python code: during a call, in the progress callback. What they raise there
    would be lost, as nothing is above a callback but C.
    """

    NAMES = ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGBREAK")
    WATCHED = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))

    def __init__(self) -> None:
        self.raised: BaseException | None = None
        self.handlers: dict[int, Any] = {}

    def __enter__(self) -> _Signals:
        if threading.current_thread() is threading.main_thread():
            for number in self.WATCHED:
                handler = signal.getsignal(number)
                if callable(handler):
                    self.handlers[number] = handler
                    signal.signal(number, self.handle)
        return self

    def handle(self, number: int, frame: FrameType | None) -> None:
        try:
            self.handlers[number](number, frame)
        except BaseException as fault:
            self.raised = self.raised or fault

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self.handlers.items():
            signal.signal(number, handler)


class _Running(threading.local):
    """The call that this thread is in."""

    progress: Progress | None = None
    books: Books | None = None
    signals: _Signals | None = None
    raised: BaseException | None = None


_running = _Running()


def _tell(_user: object, stage: bytes, done: float) -> int:
    if _running.raised or (_running.signals and _running.signals.raised):
        return 1
    if _running.progress is None:
        return 0
    try:
        return 1 if _running.progress(stage.decode(), done) else 0
    except BaseException as fault:
        _running.raised = fault
        return 1


def _hear(_user: object, state: Any) -> int:
    if _running.books is None or _running.raised:
        return 0  # progress ends the work
    try:
        return 1 if _running.books(state.contents.uncovered_value, state.contents.uncovered_bound) else 0
    except BaseException as fault:
        _running.raised = fault
        return 1


def _log(_user: object, level: int, line: bytes) -> None:
    try:
        _logger.log(_LOG_LEVELS.get(level, logging.DEBUG), "%s", line.decode("utf-8", "replace"))
    except BaseException as fault:  # of a filter or handler of the host's: raised once the call is over
        _running.raised = _running.raised or fault


_logger = logging.getLogger("triax")
_logger.addHandler(logging.NullHandler())  # a host that sets up no logging hears nothing
_LOG_LEVELS = {_abi.TRIAX_LEVEL_ERROR: logging.ERROR, _abi.TRIAX_LEVEL_WARNING: logging.WARNING,
               _abi.TRIAX_LEVEL_NOTE: logging.INFO, _abi.TRIAX_LEVEL_DETAIL: logging.DEBUG}
_log_thunk = immortal(_abi.triax_log_fn(_log))
_tell_thunk = immortal(_abi.triax_progress_fn(_tell))
books_thunk = immortal(_abi.triax_books_fn(_hear))
_contexts: dict[int, Context] = {}


def context(threads: int = 1) -> Any:
    """The context for this number of threads."""
    if index(threads) < 0:
        raise ValueError(f"threads={threads}: a number of threads is 1 or more")
    if threads not in _contexts:
        options = _abi.triax_context_options(sizeof(_abi.triax_context_options))
        core.triax_context_options_init(byref(options))
        options.progress, options.log, options.threads = _tell_thunk, _log_thunk, threads
        made = Context._empty()
        call(core.triax_context_new, byref(options), byref(made._pointer))
        _contexts.setdefault(threads, made)
    return _contexts[threads]._pointer


def call(function: Any, *arguments: Any) -> None:
    """Calls what takes a triax_error last, and raises what it comes to."""
    error = _abi.triax_error()
    status = function(*arguments, byref(error))
    if status:
        raise exception(error, status, ())


def work(function: Any, *arguments: Any, progress: Progress | None = None, books: Books | None = None,
         with_messages: bool = True) -> tuple[Message, ...]:
    """Calls what may take long, without holding the GIL; returns the messages. A triax_messages comes before the error."""
    error, said = _abi.triax_error(), MessageList._empty()
    if with_messages:
        call(core.triax_messages_new, context(), byref(said._pointer))
        arguments += (said._pointer,)
    outer = _running.progress, _running.books, _running.signals, _running.raised
    try:
        with _Signals() as signals:
            _running.progress, _running.books, _running.signals, _running.raised = progress, books, signals, None
            status = function(*arguments, byref(error))
        raised = signals.raised or _running.raised
    finally:
        _running.progress, _running.books, _running.signals, _running.raised = outer
    if raised:
        raise raised
    messages = said.read() if with_messages else ()
    if status:
        raise exception(error, status, messages)
    return messages


def yaml_library() -> Any:
    """libtriax-yaml, or an error that says that it is missing."""
    if _library.yaml is None:
        raise Unsupported("libtriax-yaml is not installed here, which reads YAML; from_dict() needs no YAML")
    return _library.yaml


def text_in(value: str | bytes | None) -> _abi.triax_text:
    """A text for the library; lives as long as what this returns."""
    if value is None:
        return _abi.triax_text(None, 0)
    content = value.encode("utf-8") if isinstance(value, str) else value
    if not isinstance(content, bytes):
        raise TypeError(f"a text is needed here, not {value!r}")
    return _abi.triax_text(content, len(content))


def text_out(text: _abi.triax_text) -> str | None:
    """A text of the library's, which need not end in NUL: its field may not be read as a char *."""
    address = c_void_p.from_buffer(text).value
    return None if address is None else string_at(address, text.length).decode("utf-8")
