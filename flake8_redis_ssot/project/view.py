"""One file as its project sees it, and what rules say of the places in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flake8_redis_ssot.config.model import AccessorFor, Config, Resource
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.model import Finding, FindingContext, FindingKind, Span
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.resources import ResourceIndex
from flake8_redis_ssot.project.similarity.guarded_classes import GuardedClasses
from flake8_redis_ssot.semantic.facts import FileFacts


class Candidate(NamedTuple):
    """What a rule saw in one file. On `noqa_rows` (1-based) a comment can silence it; `fact` is the rule's own.

    `kind` and `function` (the qualified name of the function around it) are as in `FindingContext`.
    """

    span: Span
    noqa_rows: tuple[int, ...]
    fact: Any
    kind: FindingKind
    function: str = ""

    @classmethod
    def at(cls, span: Span, statement_row: int, fact: Any, kind: FindingKind) -> Candidate:
        """A site that a comment silences on its own first row, or on that of its statement."""
        return cls(span, tuple(dict.fromkeys((span.row, statement_row))), fact, kind, fact.function)


class Diagnosis(NamedTuple):
    """A confirmed site in words: `message` says what is wrong, `note` what to do instead (may be empty).

    `origin` is the dotted name of what it is about.
    """

    message: str
    note: str
    origin: str


class ConfirmedCodes(NamedTuple):
    """What rules have confirmed in one file, silenced or not.

    Each of `findings` is a code and the rows (1-based) on which a comment can silence it; `codes` were looked for.
    """

    codes: frozenset[str]
    findings: tuple[tuple[str, tuple[int, ...]], ...]


class FileContext(NamedTuple):
    """One file (`path`, absolute) as its project sees it.

    `guarded_classes` has the classes of the project; `find_class_readers` tells which files, in order, import the class
    of a file (a path) with a local name. `confirmed` is what the rules before have to say of it, for rules that are
    about suppressions; None where comments are not honoured, or where nobody has looked.
    """

    path: str
    module: str
    resolver: Resolver
    resources: ResourceIndex
    config: Config
    facts: FileFacts
    guarded_classes: GuardedClasses
    find_class_readers: Callable[[str, str], tuple[str, ...]]
    confirmed: ConfirmedCodes | None = None

    @property
    def package(self) -> str:
        """The package that relative imports count from."""
        return package_name(self.path, self.resolver.modules.roots)

    def resolve(self, origins: Iterable[str]) -> tuple[Definition, ...]:
        """Every home of the given origins, as seen from this file."""
        return tuple(definition for origin in origins for definition in self.resolver.resolve(origin, self.path))

    def is_exempt(self, resource: Resource) -> bool:
        """Whether this file may go round the resource's source of truth."""
        return self.resources.is_exempt(resource, self.path, self.module)

    @property
    def relative_path(self) -> str:
        """The path from the configuration's folder, with `/`."""
        return to_relative_path(str(self.config.root), self.path)

    def accessor(self, resource: Resource) -> str:
        """The dotted name to use instead in this file, empty where none is configured."""
        override = next(filter(self._is_applicable, resource.accessor_for), None)
        return override.accessor if override else resource.accessor or resource.instance or ""

    def _is_applicable(self, entry: AccessorFor) -> bool:
        return matches_path(entry.paths, self.relative_path)

    def advice(self, resource: Resource) -> str:
        """How to write it instead, as a line of help."""
        module, _, name = self.accessor(resource).rpartition(".")
        if not module:
            return f"take the one instance from `{resource.canonical[0]}`"
        call_hint = "" if self.accessor(resource) == resource.instance else f" and call `{name}()`"
        return f"write `from {module} import {name}`{call_hint}"

    def replacement_phrase(self, resource: Resource) -> str:
        """What to write instead, as a phrase for a message."""
        accessor = self.accessor(resource)
        if not accessor:
            return f"the one instance in `{resource.canonical[0]}`"
        return f"`{accessor}`" if accessor == resource.instance else f"`{accessor}()`"


class ConfirmedFinding(NamedTuple):
    """A site that the whole project confirms, and the code of the rule that saw it."""

    code: str
    candidate: Candidate
    diagnosis: Diagnosis

    def to_finding(self, display_path: str) -> Finding:
        """The finding, reported under the path `display_path`."""
        candidate, diagnosis = self.candidate, self.diagnosis
        finding_context = FindingContext(candidate.function, diagnosis.origin, "", candidate.kind)
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
    """The modules that passed a name on to `module`, as a phrase; empty where there are none."""
    modules = " -> ".join(f"`{step}`" for step in via_modules if step != module)
    return f" (through {modules})" if modules else ""
