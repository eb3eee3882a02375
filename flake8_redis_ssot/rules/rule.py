"""The declaration of a rule, which each rule module assigns to `RULE`, and the list of all rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot.codes import Selection, parse_module_name, rule_module_names
from flake8_redis_ssot.project.view import ConfirmedFinding

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import FixContext
    from flake8_redis_ssot.fixes.draft import FixDraft
    from flake8_redis_ssot.model import FindingKind, Refusal
    from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
    from flake8_redis_ssot.semantic.facts import FileFacts

    Collector = Callable[[FileFacts], Iterable[Candidate]]
    Judge = Callable[[Candidate, FileContext], Diagnosis | None]
    Fixer = Callable[[Candidate, FileContext, FixContext], FixDraft | Refusal]


class Rule(NamedTuple):
    """A rule: a code with the functions that find and fix its violations.

    `module` is the dotted name of the rule's module (`__name__`), `kinds` are the kinds of its candidates. `collect`
    yields the candidates of a file from its facts alone, so they can be cached; `judge` returns a diagnosis if the
    project confirms a candidate. `fix` returns the draft of a fix for a confirmed candidate, or the reasons why there
    is none; `inline` does so for `remediate --inline`.

    A rule that is not `is_default` has to be selected explicitly. At the same location, its findings replace those of
    the codes that it `overrides`. Rules that `reads_suppressions` are judged last, with the findings of all others.
    """

    module: str
    kinds: tuple[FindingKind, ...]
    collect: Collector
    judge: Judge
    fix: Fixer | None = None
    inline: Fixer | None = None
    is_default: bool = True
    overrides: frozenset[str] = frozenset()
    reads_suppressions: bool = False

    @property
    def code(self) -> str:
        """The code, such as `RSS002`."""
        return parse_module_name(self.module.rpartition(".")[2])[0]

    @property
    def name(self) -> str:
        """The name, such as `direct-instantiation`."""
        return parse_module_name(self.module.rpartition(".")[2])[1]

    @property
    def page(self) -> str:
        """The documentation in Markdown, which is the docstring of the rule's module."""
        return (sys.modules[self.module].__doc__ or "").strip()

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    def confirm_candidates(self, file: FileContext) -> Iterable[ConfirmedFinding]:
        """The candidates of a file that `judge` confirms."""
        for candidate in self.collect(file.facts):
            diagnosis = self.judge(candidate, file)
            if diagnosis is not None:
                yield ConfirmedFinding(self.code, candidate, diagnosis)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by code."""
    return tuple(import_module(f"flake8_redis_ssot.rules.{name}").RULE for name in rule_module_names())


def find_rule(code: str) -> Rule:
    """The rule with a code. Raises KeyError if there is none."""
    return _rules_by_code()[code]


@cache
def _rules_by_code() -> dict[str, Rule]:
    return {rule.code: rule for rule in all_rules()}


def rule_for(kind: FindingKind) -> Rule:
    """The first rule with candidates of a kind."""
    return next(rule for rule in all_rules() if kind in rule.kinds)


def select_rules(select: Sequence[str], ignore: Sequence[str] = ()) -> Selection:
    """The selection for prefixes of codes, with the rules that are off by default."""
    return Selection(tuple(select), tuple(ignore), _off_by_default())


@cache
def _off_by_default() -> frozenset[str]:
    return frozenset(rule.code for rule in all_rules() if not rule.is_default)


def reads_suppressions(selection: Selection) -> bool:
    """Whether a selected rule checks the comments that suppress findings of others."""
    return any(rule.reads_suppressions and selection.has_code(rule.code) for rule in all_rules())
