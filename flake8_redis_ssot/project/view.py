"""One file as its project sees it, and what rules say of the places in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flake8_redis_ssot.config.model import AccessorFor, Config, Resource
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.model import Finding, Mark, Span
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.resources import Guards
from flake8_redis_ssot.project.similarity.guarded_classes import Gallery
from flake8_redis_ssot.semantic.facts import FileFacts


class Site(NamedTuple):
    """What a rule saw in one file. On `noqa_rows` (1-based) a comment can silence it; `fact` is the rule's own.

    `pattern` is the kind of place and `function` the function around it, as in `Mark`.
    """

    span: Span
    noqa_rows: tuple[int, ...]
    fact: Any
    pattern: str
    function: str = ""

    @classmethod
    def at(cls, span: Span, statement_row: int, fact: Any, pattern: str) -> Site:
        """A site that a comment silences on its own first row, or on that of its statement."""
        return cls(span, tuple(dict.fromkeys((span.row, statement_row))), fact, pattern, fact.function)


class Verdict(NamedTuple):
    """A confirmed site in words: `message` says what is wrong, `note` what to do instead (may be empty).

    `origin` is the dotted name of what it is about.
    """

    message: str
    note: str
    origin: str


class Confirmed(NamedTuple):
    """What rules have confirmed in one file, silenced or not.

    Each of `sites` is a code and the rows (1-based) on which a comment can silence it; `codes` were looked for.
    """

    codes: frozenset[str]
    sites: tuple[tuple[str, tuple[int, ...]], ...]


class View(NamedTuple):
    """One file (`path`, absolute) as its project sees it.

    `gallery` has the classes of the project; `readers` tells which files, in order, import the class of a file (a path)
    with a local name. `confirmed` is what the rules before have to say of it, for rules that are about
    suppressions; None where comments are not honoured, or where nobody has looked.
    """

    path: str
    module: str
    project: Project
    guards: Guards
    config: Config
    facts: FileFacts
    gallery: Gallery
    readers: Callable[[str, str], tuple[str, ...]]
    confirmed: Confirmed | None = None

    @property
    def package(self) -> str:
        """The package that relative imports count from."""
        return package_name(self.path, self.project.modules.roots)

    def homes(self, origins: Iterable[str]) -> tuple[Home, ...]:
        """Every home of the given origins, as seen from this file."""
        return tuple(home for origin in origins for home in self.project.resolve(origin, self.path))

    def exempt(self, resource: Resource) -> bool:
        """Whether this file may go round the resource's source of truth."""
        return self.guards.exempt(resource, self.path, self.module)

    @property
    def relative(self) -> str:
        """The path from the configuration's folder, with `/`."""
        return relative_to(str(self.config.root), self.path)

    def accessor(self, resource: Resource) -> str:
        """The dotted name to use instead in this file, empty where none is configured."""
        special = next(filter(self._is_for, resource.accessor_for), None)
        return special.accessor if special else resource.accessor or resource.instance or ""

    def _is_for(self, entry: AccessorFor) -> bool:
        return matches_path(entry.paths, self.relative)

    def advice(self, resource: Resource) -> str:
        """How to write it instead, as a line of help."""
        module, _, name = self.accessor(resource).rpartition(".")
        if not module:
            return f"take the one instance from `{resource.canonical[0]}`"
        how = "" if self.accessor(resource) == resource.instance else f" and call `{name}()`"
        return f"write `from {module} import {name}`{how}"

    def instead(self, resource: Resource) -> str:
        """What to write instead, as a phrase for a message."""
        name = self.accessor(resource)
        if not name:
            return f"the one instance in `{resource.canonical[0]}`"
        return f"`{name}`" if name == resource.instance else f"`{name}()`"


class Judged(NamedTuple):
    """A site that the whole project confirms, and the code of the rule that saw it."""

    code: str
    site: Site
    verdict: Verdict

    def finding(self, shown: str) -> Finding:
        """The finding, reported under the path `shown`."""
        site, verdict = self.site, self.verdict
        mark = Mark(site.function, verdict.origin, "", site.pattern)
        return Finding(shown, site.span, self.code, verdict.message, verdict.note, site.noqa_rows, mark=mark)


def via(chain: Iterable[str], module: str) -> str:
    """The modules that passed a name on to `module`, as a phrase; empty where there are none."""
    steps = " -> ".join(f"`{step}`" for step in chain if step != module)
    return f" (through {steps})" if steps else ""
