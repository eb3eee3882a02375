"""Doubts about a shared instance that one file raises by what it does with the instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from flake8_redis_ssot.fixes.conditions import constructor_inputs, instance_holder, known_readers, shared_state
from flake8_redis_ssot.fixes.doubt import Doubt, name_lines
from flake8_redis_ssot.fixes.instances.cross_file_usage import find_cross_file_doubts
from flake8_redis_ssot.fixes.instances.usage_check import ClassComparison, check_uses
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.usage.observations import DerivedValue, ValueUses
from flake8_redis_ssot.model import Applicability


def find_use_doubts(study: SharingStudy, comparison: ClassComparison) -> Iterator[Doubt]:
    """What the uses of a study do to the shared instance, or may do."""
    uses, file, context = _without_plain_values(study), study.file, study.context
    is_alike = study.class_definition is None or comparison.is_same_class
    for doubt in (
        *check_uses(uses, comparison),
        *find_cross_file_doubts(uses, comparison.teardown_methods, file, context, is_same_class=is_alike),
    ):
        # Code that is not analysed may need members that only the replaced class has.
        is_enough = comparison.is_same_class or doubt.is_tracked
        yield doubt if is_enough else replace(doubt, applicability=Applicability.MANUAL)
    if is_alike:
        for condition in (constructor_inputs, shared_state, instance_holder):
            yield from condition.find_doubts(study)
    yield from known_readers.find_variable_doubts(uses, file.path, context)


def _without_plain_values(study: SharingStudy) -> ValueUses:
    """The uses of a study, but for what is done with attributes that hold plain values: nobody can change these."""
    return ValueUses(
        tuple(
            each
            for each in study.uses.observations
            if not isinstance(each, DerivedValue) or each.is_call or not study.is_plain(each.name)
        )
    )


def name_file(doubts: Iterable[Doubt], path: str) -> Iterator[Doubt]:
    """The doubts with the file (`path` as messages show it) that their lines belong to."""
    for doubt in doubts:
        if doubt.rows:
            yield replace(doubt, reason=f"{path}, {name_lines(doubt.reason, doubt.rows)}", rows=())
        elif doubt.reason.startswith("line "):
            yield replace(doubt, reason=f"{path}, {doubt.reason}")
        else:
            yield doubt
