"""One file in the context of its project, and what rules report about it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flake8_redis_ssot.config.model import AccessorFor, Config, Resource
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_named_after, is_test_path
from flake8_redis_ssot.model import Finding, FindingContext, FindingKind, Span
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.resources import ResourceIndex
from flake8_redis_ssot.project.similarity.guarded_classes import GuardedClasses
from flake8_redis_ssot.semantic.facts import FileFacts


class Candidate(NamedTuple):
    """A place that a rule reports if the whole project confirms it; `fact` is the rule's own.

    A comment on one of `noqa_rows` (1-based) suppresses it. `kind` and `function` are as in `FindingContext`.
    """

    span: Span
    noqa_rows: tuple[int, ...]
    fact: Any
    kind: FindingKind
    function: str = ""

    @classmethod
    def in_statement(cls, span: Span, statement_row: int, fact: Any, kind: FindingKind) -> Candidate:
        """A candidate that a comment on its first row, or on that of its statement, suppresses."""
        return cls(span, tuple(dict.fromkeys((span.row, statement_row))), fact, kind, fact.function)


class Diagnosis(NamedTuple):
    """A confirmed candidate in words: `message` says what is wrong, `note` what to do instead (may be empty).

    `origin` is the dotted name of the object that it is about, `kind` what the whole project makes of the candidate
    (None: the candidate's own kind), `resource` the name of the resource (may be empty).
    """

    message: str
    note: str
    origin: str
    kind: FindingKind | None = None
    resource: str = ""


class ConfirmedCodes(NamedTuple):
    """The codes that rules checked and the findings that they confirmed in one file, suppressed or not.

    Each of `findings` is a code and the rows (1-based) on which a comment can suppress it.
    """

    codes: frozenset[str]
    findings: tuple[tuple[str, tuple[int, ...]], ...]


class FileContext(NamedTuple):
    """One file (`path`, absolute) in the context of its project.

    `find_class_readers` returns the files, in order, that import a class (the path of its file, and its local name),
    `load_tree` the tree of a file (an absolute path; raises OSError). `confirmed` are the results of the other rules,
    for rules that check suppressions; None where comments are not honoured or nothing was checked yet.
    """

    path: str
    module: str
    resolver: Resolver
    resources: ResourceIndex
    config: Config
    facts: FileFacts
    guarded_classes: GuardedClasses
    find_class_readers: Callable[[str, str], tuple[str, ...]]
    load_tree: Callable[[str], ast.Module]
    confirmed: ConfirmedCodes | None = None

    @property
    def package(self) -> str:
        """The package that relative imports are relative to."""
        return package_name(self.path, self.resolver.modules.roots)

    def resolve(self, origins: Iterable[str]) -> tuple[Definition, ...]:
        """Every definition that the origins resolve to in this file."""
        return tuple(definition for origin in origins for definition in self.resolver.resolve(origin, self.path))

    def is_exempt(self, resource: Resource) -> bool:
        """Whether this file may bypass the resource's source of truth."""
        return self.resources.is_exempt(resource, self.path, self.module)

    @property
    def is_test(self) -> bool:
        """Whether this is a test, or support for tests."""
        return is_test_path(self.relative_path)

    def is_own_test(self, resource: Resource, definition: Definition) -> bool:
        """Whether this is the test of a constructor's own module, which has to construct: `tests/test_cache.py`."""
        if definition.path is None or not self.is_test:
            return False
        home = definition.name.removesuffix(f".{definition.qualname}").rpartition(".")[2]
        return is_named_after(self.relative_path, {home, resource.home.rpartition(".")[2]})

    @property
    def relative_path(self) -> str:
        """The path relative to the configuration's folder, with `/`."""
        return to_relative_path(str(self.config.root), self.path)

    def accessor(self, resource: Resource) -> str:
        """The dotted name to use in this file instead, empty if none is configured."""
        override = next(filter(self._is_applicable, resource.accessor_for), None)
        return override.accessor if override else resource.accessor or resource.instance or ""

    def _is_applicable(self, entry: AccessorFor) -> bool:
        return matches_path(entry.paths, self.relative_path)

    def advice(self, resource: Resource) -> str:
        """What to write instead, as a note."""
        module, _, name = self.resolver.to_origin(self.accessor(resource)).partition(":")
        if not module:
            return f"take the one instance from `{resource.home}`"
        call_hint = "" if self.accessor(resource) == resource.instance else f" and call `{name}()`"
        return f"write `from {module} import {name.partition('.')[0]}`{call_hint}"

    def replacement_phrase(self, resource: Resource) -> str:
        """What to write instead, as a phrase for a message."""
        accessor = self.accessor(resource)
        if not accessor:
            return f"the one instance in `{resource.home}`"
        return f"`{accessor}`" if accessor == resource.instance else f"`{accessor}()`"


class ConfirmedFinding(NamedTuple):
    """A candidate that the whole project confirms, with the code of its rule."""

    code: str
    candidate: Candidate
    diagnosis: Diagnosis

    def to_finding(self, display_path: str, *, is_apart: bool = False) -> Finding:
        """The finding, reported under `display_path`; `is_apart` as in `FindingContext`."""
        candidate, diagnosis = self.candidate, self.diagnosis
        kind = diagnosis.kind or candidate.kind
        finding_context = FindingContext(candidate.function, diagnosis.origin, "", kind, is_apart)
        return Finding(
            display_path,
            candidate.span,
            self.code,
            diagnosis.message,
            diagnosis.note,
            candidate.noqa_rows,
            context=finding_context,
        )


def format_via(via_modules: Iterable[str], module: str) -> str:
    """The modules that re-export a name to `module`, as a phrase; empty if there are none."""
    modules = " -> ".join(f"`{step}`" for step in via_modules if step != module)
    return f" (through {modules})" if modules else ""
