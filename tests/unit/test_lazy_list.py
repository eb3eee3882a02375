"""Lazy lists compute each item once, and only those that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

import pytest

from flake8_redis_ssot.fixes.lazy_list import LazyList


def test_only_the_items_that_are_asked_for() -> None:
    squares = LazyList(number * number for number in count())
    assert list(islice(squares, 3)) == [0, 1, 4]
    assert list(islice(squares, 4)) == [0, 1, 4, 9]


def test_each_item_once() -> None:
    computed: list[int] = []

    def compute() -> Iterator[int]:
        for number in range(3):
            computed.append(number)
            yield number

    numbers = LazyList(compute())
    assert [list(numbers), list(zip(numbers, numbers))] == [[0, 1, 2], [(0, 0), (1, 1), (2, 2)]]
    assert computed == [0, 1, 2]


def test_an_error_is_raised_each_time() -> None:
    fractions = LazyList(1 / number for number in (2, 1, 0))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            list(fractions)
    assert next(iter(fractions)) == 0.5
