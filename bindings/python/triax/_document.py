"""Documents of the library (policies, summaries, explanations) as Python's dicts and lists, both ways."""
from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from ctypes import byref, c_size_t, create_string_buffer
from decimal import Decimal
from typing import Any

from . import _abi
from ._call import Handle, call, context, text_in, text_out, work, yaml_library
from ._errors import Message
from ._library import core


class Document(Handle):
    """A tree of the library's."""

    __slots__ = ()
    _kind, _free = _abi.triax_document, core.triax_document_free

    @classmethod
    def of(cls, content: Mapping[str, Any], name: str | None = None) -> Document:
        """Writes a mapping as a document."""
        document = cls._empty()
        call(core.triax_document_new, context(), byref(document._pointer))
        if name is not None:
            core.triax_document_source(document._pointer, text_in(name), text_in(None))
        document._write_children(content, "")
        call(core.triax_document_finish, document._pointer)
        return document

    def _write_children(self, content: Mapping[str, Any] | Sequence[Any], path: str) -> None:
        if isinstance(content, Mapping):
            for key, value in content.items():
                if not isinstance(key, str):
                    raise TypeError(f"{path or 'the top'}: keys are strings, not {key!r}")
                self._write(text_in(key), value, f"{path}.{key}" if path else key)
        else:
            for place, value in enumerate(content):
                self._write(text_in(None), value, f"{path}[{place}]")

    def _write(self, key: Any, value: object, path: str) -> None:
        pointer = self._pointer
        if value is None:
            core.triax_document_missing(pointer, key)
        elif isinstance(value, bool):
            core.triax_document_boolean(pointer, key, value)
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= 2**53):
            core.triax_document_number(pointer, key, value)
        elif isinstance(value, (str, int, Decimal)):
            core.triax_document_text(pointer, key, text_in(str(value)))
        elif isinstance(value, datetime.date):
            core.triax_document_text(pointer, key, text_in(value.isoformat()))
        elif isinstance(value, (Mapping, list, tuple)):
            opens = core.triax_document_map if isinstance(value, Mapping) else core.triax_document_list
            if opens(pointer, key) == 0:  # else the failure is remembered, and told at the end
                self._write_children(value, path)
                core.triax_document_end(pointer)
        else:
            raise TypeError(f"{path}: a {type(value).__name__} is no value of a policy")

    def read(self) -> Facts:
        return facts(self._pointer)


def read_yaml(text: str | bytes, *, name: str | None = None) -> Facts:
    """Reads YAML (or JSON) as the library does, where every scalar is text: to change a policy before it is made.

    >>> content = read_yaml("segmentation: {by: arr, segments: [{name: large, at_least: 150k}, {name: small}]}")
    >>> content["segmentation"]["segments"][0]["at_least"] = "200k"
    """
    document = Document._empty()
    work(yaml_library().triax_yaml_read, context(), text_in(text), text_in(name), byref(document._pointer))
    return document.read()


def write_yaml(content: Mapping[str, Any]) -> str:
    """Writes a policy, or a part of one, as YAML.

    >>> print(write_yaml({"segmentation": {"by": "arr", "segments": [{"name": "all"}]}}), end="")
    segmentation: {by: arr, segments: [{name: all}]}
    """
    document, library = Document.of(content), yaml_library()
    size = library.triax_yaml_write(document._pointer, 0, text_in(None), 0, None, 0) + 1
    buffer = create_string_buffer(size)
    library.triax_yaml_write(document._pointer, 0, text_in(None), 0, buffer, size)
    return buffer.value.decode()


def replace_yaml(text: str, key: str, section: Mapping[str, Any], *, parent: str | None = None) -> str:
    """Puts a section into a policy's text, in place of the one of this key or where it belongs; the rest stays as it is.

    For what `Health.fit()` learnt: `replace_yaml(text, "health", fit.section)`, or the score's name with the parent
    `"scores"`.

    >>> text = "triax: 1  # ours" + chr(10) + "segmentation: {segments: [{name: all}]}" + chr(10)
    >>> print(replace_yaml(text, "allow", {"T102": "we know"}).splitlines()[0])
    triax: 1  # ours
    """
    document, library, length = Document.of(section), yaml_library(), c_size_t()
    arguments = context(), text_in(text), text_in(parent), text_in(key), document._pointer
    call(library.triax_yaml_replace, *arguments, None, 0, byref(length))
    buffer = create_string_buffer(length.value + 1)
    call(library.triax_yaml_replace, *arguments, buffer, len(buffer), byref(length))
    return buffer.value.decode()


def _value(document: Any, node: int) -> Any:
    kind = core.triax_document_kind(document, node)
    if kind == _abi.TRIAX_KIND_MAP:
        return {text_out(core.triax_document_key(document, child)): _value(document, child) for child in _children(document, node)}
    if kind == _abi.TRIAX_KIND_LIST:
        return [_value(document, child) for child in _children(document, node)]
    if kind == _abi.TRIAX_KIND_NUMBER:
        number = core.triax_document_as_number(document, node)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if kind == _abi.TRIAX_KIND_BOOLEAN:
        return bool(core.triax_document_as_boolean(document, node))
    return text_out(core.triax_document_as_text(document, node)) if kind == _abi.TRIAX_KIND_TEXT else None


def _children(document: Any, node: int) -> list[int]:
    children, child = [], core.triax_document_first(document, node)
    while child != _abi.TRIAX_NO_NODE:
        children.append(child)
        child = core.triax_document_next(document, child)
    return children


def facts(document: Any) -> Facts:
    """A document as Python's values; whole numbers are int, as in JSON."""
    return Facts(_value(document, 0))


class Facts(dict[str, Any]):
    """A summary or an explanation: a dict of dicts, lists and values, which prints as people read it.

    >>> print(Facts({"segment": "large", "tests": [{"test": "arr > 5", "value": True}], "health": 63.5}))
    segment: large
    tests:
      - test: arr > 5
        value: yes
    health: 63.5
    """

    messages: tuple[Message, ...] = ()
    """Warnings and notes of the call that gave it."""

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def at(self, path: str) -> Any:
        """What stands at a path of keys, or None: `facts.at("health.metrics.adoption")`.

        >>> Facts({"health": {"value": 50}}).at("health.value")
        50
        """
        found: Any = self
        for key in path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        return found


def _leaf(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 0.01 else f"{value:.4f}".rstrip("0").rstrip(".")
    return "missing" if value is None else str(value)


def _lines(value: object) -> list[str]:
    lines: list[str] = []
    items = [(f"{key}:", item) for key, item in value.items()] if isinstance(value, dict) else []
    items = items or [("-", item) for item in value] if isinstance(value, list) else items
    for name, item in items:
        if not isinstance(item, (dict, list)):
            lines.append(f"{name} {_leaf(item)}")
        elif not item:
            lines.append(f"{name} none")
        elif isinstance(item, list) and not any(isinstance(one, (dict, list)) for one in item):
            lines.append(f"{name} {', '.join(map(_leaf, item))}")
        else:
            inner = _lines(item)
            if name == "-":
                lines += [f"- {inner[0]}", *(f"  {line}" for line in inner[1:])]
            else:
                lines += [name, *(f"  {line}" for line in inner)]
    return lines
