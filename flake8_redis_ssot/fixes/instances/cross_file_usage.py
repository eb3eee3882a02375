"""Doubts about a shared instance that its uses in other files raise."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.patches.patch import format_path_and_row
from flake8_redis_ssot.fixes.usage.observations import StoredAttribute, ValueUses
from flake8_redis_ssot.fixes.usage.project_follower import (
    CallerObstacle,
    SharedAttribute,
    SharedName,
    UnknownCallers,
    find_crossings,
)
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.view import FileContext

_UNKNOWN_CALLERS = {
    CallerObstacle.FIXTURE: "what the tests do with the fixture `{name}` could not be determined",
    CallerObstacle.DECORATOR: "what `@{decorator}` does with `{name}`, and what calls it, could not be determined",
    CallerObstacle.GENERATOR: "what is done with what `{name}` yields could not be determined",
    CallerObstacle.SPECIAL_METHOD: "what is done with what `{name}` returns could not be determined",
}


def find_cross_file_doubts(
    uses: ValueUses,
    teardown_methods: frozenset[str],
    file: FileContext,
    context: FixContext,
    *,
    is_same_class: bool,
) -> Iterator[Doubt]:
    """The uses of the instance in other files, as doubts; of the same class, reads are followed elsewhere."""
    attributes = {each.name for each in uses.of_type(StoredAttribute)} if is_same_class else set()
    for crossing in find_crossings(uses, file.path, context):
        match crossing:
            case SharedName():
                yield _shared_name_doubt(crossing, file)
            case SharedAttribute():
                yield from _find_write_doubt(crossing, teardown_methods, file, context)
                if crossing.name not in attributes:
                    yield from _find_read_doubt(crossing, file)
            case UnknownCallers(_, name, obstacle, decorator):
                reason = _UNKNOWN_CALLERS[obstacle].format(name=name, decorator=decorator)
                yield Doubt(reason, is_tracked=False)


def _shared_name_doubt(shared: SharedName, file: FileContext) -> Doubt:
    expression = f"`{shared.name}()`" if shared.is_function else f"`{shared.name}`"
    location = format_path_and_row(shared.readers[0].path, shared.readers[0].row, file)
    more = len(shared.readers) - 1
    suffix = f" (and in {more} more place{'s' * (more > 1)})" if more else ""
    return Doubt(f"{expression} is also read in {location}{suffix}", is_tracked=False)


def _find_write_doubt(
    attribute: SharedAttribute, teardown_methods: frozenset[str], file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """The owner of an attribute is unknown, so every attribute of the name counts, unless it is only read from."""
    name = attribute.name
    for path, uses in attribute.uses_by_file:
        for use in uses:
            if use.member and (use.is_write or use.member in teardown_methods):
                action = "sets" if use.is_write else "calls"
                applicability = (
                    Applicability.MANUAL if context.references.has_import(path, file.path) else Applicability.UNSAFE
                )
                location = format_path_and_row(path, use.row, file)
                reason = f"{location} {action} `.{name}.{use.member}`, perhaps on the same instance"
                yield Doubt(reason, applicability, is_tracked=False)
                return


def _find_read_doubt(attribute: SharedAttribute, file: FileContext) -> Iterator[Doubt]:
    name = attribute.name
    for path, uses in attribute.uses_by_file:
        for use in uses:
            if not use.member and not use.is_write:
                location = format_path_and_row(path, use.row, file)
                reason = (
                    f"`.{name}` is read in {location}, perhaps from the same object, and what is done with it there"
                )
                yield Doubt(f"{reason} could not be determined", is_tracked=False)
                return
