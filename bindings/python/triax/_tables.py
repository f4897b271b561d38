"""What plans and comparisons have in common: tables by name, and a summary."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from . import _abi
from ._call import Handle
from ._document import Facts, facts
from ._errors import NotFound
from ._table import Table


def numbers_of(prefix: str, word: Any) -> dict[str, int]:
    """The numbers of tables by name, as the header lists them and the library calls them."""
    found = {name.removeprefix(prefix).lower(): number for name, number in vars(_abi).items() if name.startswith(prefix)}
    return {name: number for name, number in found.items() if word(number) == name.encode()}


def table(name: str, what: str) -> Any:
    """A table as a property."""
    return property(lambda owner: owner.table(name), doc=what)


class Tables(Handle):
    """An object with tables and a summary. Tables that it does not have raise NotFound; `tables` lists those it has."""

    __slots__ = ("_kept",)
    _numbers: ClassVar[dict[str, int]]
    _borrow: ClassVar[Any]
    _word: ClassVar[Any]
    _facts: ClassVar[Any]

    def table(self, name: str) -> Table:
        """A table by name."""
        if not hasattr(self, "_kept"):
            self._kept: dict[str, Table] = {}
        if name not in self._kept:
            borrowed = type(self)._borrow(self._pointer, self._numbers[name]) if name in self._numbers else None
            if not borrowed:
                raise NotFound(f"there is no table '{name}' here; there are {', '.join(self.tables)}")
            self._kept[name] = Table._of(borrowed)
        return self._kept[name]

    @property
    def tables(self) -> list[str]:
        """The names of the tables that there are."""
        return [type(self)._word(number).decode() for number in self._numbers.values() if type(self)._borrow(self._pointer, number)]

    @property
    def summary(self) -> Facts:
        """The whole in figures. `print()` shows it to people."""
        return facts(type(self)._facts(self._pointer))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Table:
            """Tables that are in the header and have no property yet."""
            if name in self._numbers:
                return self.table(name)
            raise AttributeError(f"a {type(self).__name__} has no '{name}'")
