"""Import of a deprecated module, or of a name that is defined in one.

## Why
A deprecated module keeps an old copy of the shared resource alive, or only exists until the last import of it is gone.
As long as one file imports it, it cannot be deleted, and there are two sets of mocks, pools and settings. Every form of
import is reported: plain, `from`, relative, star, in a function, under `TYPE_CHECKING`, by `importlib`, as an attribute
of a package, and through any number of modules that re-export the name.

A statement that imports a deprecated module is one finding, at its first line. Where a single symbol of a module is
deprecated, each name is a separate finding. With `type-checking = "ignore"`, imports under `TYPE_CHECKING` are not
reported.

## Bad
```python
from app.legacy.redis_manager import redis_manager
```

## Good
```python
from app.redis_manager import redis_manager
```

## Fix safety
An unused import is deleted, where nothing else reads the name: no code in the file, no other file, no string, no
`__all__`. Where the deprecated module only re-exports a name, the import is redirected to the module that defines it.
Both are safe, unless a patch of the old path would then affect more code than before. A different function that returns
the same type, a module that is passed on, and a `try` whose branches become the same are unsafe. There is no fix where
the replacement lacks the name, where a fix would create a circular import or cross a service border, and where a test
is about the import itself; the report says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import FindingKind, Refusal
from flake8_redis_ssot.project.deprecations import find_accessed_names, find_deprecated, find_deprecated_names
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext, format_via
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import AttributeAccess, FileFacts, Import

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import FixContext
    from flake8_redis_ssot.fixes.draft import FixDraft


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Yield a candidate for each import statement, each name in it, and each attribute access into a package."""
    for statement, entries in groupby(facts.imports, key=lambda entry: entry.statement):
        imports = tuple(entries)
        # Formatters move comments within a long statement, so a noqa comment on any of its lines counts.
        rows = tuple(range(statement.row, statement.end_row + 1))
        yield Candidate(statement, rows, imports, FindingKind.IMPORT, imports[0].function)
        for entry in imports:
            yield Candidate.in_statement(entry.span, statement.row, entry, FindingKind.IMPORT)
    for access in facts.attribute_accesses:
        yield Candidate.in_statement(access.span, access.statement_row, access, FindingKind.IMPORT)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Diagnose the whole statement if a module is deprecated, otherwise the single name."""
    if isinstance(candidate.fact, AttributeAccess):
        return _judge_attribute_access(candidate.fact, file)
    if isinstance(candidate.fact, Import):
        return _judge_name(candidate.fact, file)
    return next(filter(None, (_judge_module(entry, file) for entry in candidate.fact)), None)


def fix(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Delete the import if it is unused, otherwise import the replacement."""
    from flake8_redis_ssot.fixes.imports.replace_import import replace_deprecated_import  # late: only for fixes

    return replace_deprecated_import(find_deprecated(candidate, file), file, context)


def _judge_module(entry: Import, file: FileContext) -> Diagnosis | None:
    """Diagnose the import of a deprecated module, or of a name that is defined in one."""
    return next((_diagnose(*old, file) for old in find_deprecated_names(entry, file) if not old[0].is_symbol), None)


def _judge_name(entry: Import, file: FileContext) -> Diagnosis | None:
    """Diagnose the import of a deprecated symbol from a module that is not deprecated."""
    deprecated_names = list(find_deprecated_names(entry, file))
    if not all(old.is_symbol for old, _, _ in deprecated_names):
        return None
    return next((_diagnose(*old, file) for old in deprecated_names), None)


def _judge_attribute_access(access: AttributeAccess, file: FileContext) -> Diagnosis | None:
    """Diagnose `package.old.name`, where no import statement of the file names the deprecated module."""
    return next((_diagnose(*old, file) for old in find_accessed_names(access, file)), None)


def _diagnose(old: DeprecatedName, name: str, via_modules: tuple[str, ...], file: FileContext) -> Diagnosis:
    message = f"`{old.name}` is deprecated" if name == old.name else f"`{name}` is in deprecated `{old.name}`"
    message += format_via(via_modules, file.module)
    if not old.replacement:
        message += f"; use {file.replacement_phrase(old.resource)} instead"
        return Diagnosis(message, file.advice(old.resource), name, resource=old.resource.name)
    module, _, symbol = old.replacement.rpartition(".")
    note = f"write `from {module} import {symbol}`" if old.is_symbol and module else f"import from `{old.replacement}`"
    return Diagnosis(f"{message}; use `{old.replacement}` instead", note, name, resource=old.resource.name)


RULE = Rule(__name__, (FindingKind.IMPORT,), collect, judge, fix)
