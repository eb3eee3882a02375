"""A list whose items are computed when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class LazyList(Generic[ItemT]):
    """The items of an iterable, which can be iterated over again. What it raises is raised again as well."""

    def __init__(self, items: Iterable[ItemT]) -> None:
        self._remaining = iter(items)
        self._items: list[ItemT] = []
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[ItemT]:
        index = 0
        while index < len(self._items) or self._has_next():
            yield self._items[index]
            index += 1

    def _has_next(self) -> bool:
        """Whether there is another item; it is added."""
        if self._error is not None:
            raise self._error
        try:
            self._items.append(next(self._remaining))
        except StopIteration:
            return False
        except Exception as error:
            self._error = error
            raise
        return True
