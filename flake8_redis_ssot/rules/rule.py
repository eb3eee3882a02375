"""What a rule is: one module of `rules/`, whose file name says its code and its name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from flake8_redis_ssot.codes import rule_files
from flake8_redis_ssot.project.view import ConfirmedFinding, FileContext


class Rule(NamedTuple):
    """A code with its name, its page (Markdown) and its functions.

    `collect(facts)` gives the sites of one file, from that file alone; `judge(site, view)` a verdict where the
    whole project confirms the site. Where there is a `fix(site, view, bench)`, it drafts what to do about a
    confirmed one, or says why there is nothing to do.
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

    @property
    def can_fix(self) -> bool:
        """Whether the rule has fixes at all."""
        return hasattr(self.module, "fix")

    def confirm_candidates(self, file: FileContext) -> Iterable[ConfirmedFinding]:
        """The confirmed sites of this rule in one file."""
        for candidate in self.module.collect(file.facts):
            diagnosis = self.module.judge(candidate, file)
            if diagnosis is not None:
                yield ConfirmedFinding(self.code, candidate, diagnosis)


def rule_of(code: str) -> Rule:
    """The rule with this code. Raises StopIteration where there is none."""
    return next(rule for rule in all_rules() if rule.code == code)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by code."""
    return tuple(
        Rule(code, name, import_module(f"flake8_redis_ssot.rules.{module_name}"))
        for code, name, module_name in rule_files()
    )
