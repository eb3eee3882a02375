"""What a rule is: one module of `rules/`, whose file name says its code and its name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from flake8_redis_ssot.config.settings import AccessorFor, Resource
from flake8_redis_ssot.guards import Guards, relative_to
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.names.facts import FileFacts
from flake8_redis_ssot.patterns import matches_path
from flake8_redis_ssot.project import Home, Project


class Site(NamedTuple):
    """What a rule saw in one file. On `noqa_rows` (1-based) a comment can silence it; `fact` is the rule's own."""

    span: Span
    noqa_rows: tuple[int, ...]
    fact: Any

    @classmethod
    def at(cls, span: Span, statement_row: int, fact: Any) -> Site:
        """A site that a comment silences on its own first row, or on that of its statement."""
        return cls(span, tuple(dict.fromkeys((span.row, statement_row))), fact)


class Verdict(NamedTuple):
    """A confirmed site in words: `message` says what is wrong, `note` what to do instead (may be empty)."""

    message: str
    note: str


@dataclass(frozen=True, slots=True)
class View:
    """One file (`path`, absolute) as its project sees it."""

    path: str
    module: str
    root: str
    project: Project
    guards: Guards
    type_checking: str
    facts: FileFacts

    def homes(self, origins: Iterable[str]) -> tuple[Home, ...]:
        """Every home of the given origins, as seen from this file."""
        return tuple(home for origin in origins for home in self.project.resolve(origin, self.path))

    def exempt(self, resource: Resource) -> bool:
        """Whether this file may go round the resource's source of truth."""
        return self.guards.exempt(resource, self.path, self.module)

    def accessor(self, resource: Resource) -> str:
        """The dotted name to use instead in this file, empty where none is configured."""
        special = next(filter(self._is_for, resource.accessor_for), None)
        return special.accessor if special else resource.accessor or resource.instance or ""

    def _is_for(self, entry: AccessorFor) -> bool:
        return matches_path(entry.paths, relative_to(self.root, self.path))

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


@dataclass(frozen=True, slots=True)
class Rule:
    """A code with its name, its page (Markdown) and its two functions.

    `collect(facts)` gives the sites of one file, from that file alone; `judge(site, view)` a verdict where the
    whole project confirms the site.
    """

    code: str
    name: str
    module: ModuleType

    @property
    def page(self) -> str:
        """The rule's documentation: its module's docstring."""
        return (self.module.__doc__ or "").strip()

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    def findings(self, facts: FileFacts, view: View, shown: str) -> Iterable[Finding]:
        """The findings of this rule in one file, reported under the path `shown`."""
        for site in self.module.collect(facts):
            verdict = self.module.judge(site, view)
            if verdict is not None:
                yield Finding(shown, site.span, self.code, verdict.message, verdict.note, site.noqa_rows)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by code."""
    folder = os.path.join(os.path.dirname(__file__), "rules")
    stems = sorted(name[:-3] for name in os.listdir(folder) if name.startswith("rss") and name.endswith(".py"))
    return tuple(_load(stem) for stem in stems)


def _load(stem: str) -> Rule:
    code, _, name = stem.partition("_")
    return Rule(code.upper(), name.replace("_", "-"), import_module(f"flake8_redis_ssot.rules.{stem}"))


def via(chain: Iterable[str], module: str) -> str:
    """The modules that passed a name on to `module`, as a phrase; empty where there are none."""
    steps = " -> ".join(f"`{step}`" for step in chain if step != module)
    return f" (through {steps})" if steps else ""
