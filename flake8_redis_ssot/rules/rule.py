"""What a rule is: one module of `rules/`, whose file name says code and name, and which declares itself as `RULE`."""

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
    """One code.

    `module` is the dotted name of the rule's module (`__name__`) and `kinds` are the kinds of its candidates.
    `collect` yields the candidates of one file, from that file alone, so that they can be cached; `judge` returns a
    diagnosis where the whole project confirms one. `fix` drafts what to do about a confirmed candidate, or returns the
    reasons why there is no fix; `inline` does so for `remediate --inline`.

    One that is not `is_default` is reported only where it is selected. At the same place it replaces the findings of
    the codes that it `overrides`, where both are selected. One that `reads_suppressions` is judged last, in the light
    of what all others have confirmed.
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
        """Such as `RSS002`."""
        return parse_module_name(self.module.rpartition(".")[2])[0]

    @property
    def name(self) -> str:
        """Such as `direct-instantiation`."""
        return parse_module_name(self.module.rpartition(".")[2])[1]

    @property
    def page(self) -> str:
        """The rule's documentation (Markdown): its module's docstring."""
        return (sys.modules[self.module].__doc__ or "").strip()

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    def confirm_candidates(self, file: FileContext) -> Iterable[ConfirmedFinding]:
        """The candidates of one file that the whole project confirms."""
        for candidate in self.collect(file.facts):
            diagnosis = self.judge(candidate, file)
            if diagnosis is not None:
                yield ConfirmedFinding(self.code, candidate, diagnosis)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by code."""
    return tuple(import_module(f"flake8_redis_ssot.rules.{name}").RULE for name in rule_module_names())


def find_rule(code: str) -> Rule:
    """The rule with a code. Raises KeyError where there is none."""
    return {rule.code: rule for rule in all_rules()}[code]


def rule_for(kind: FindingKind) -> Rule:
    """The first rule whose candidates are of a kind."""
    return next(rule for rule in all_rules() if kind in rule.kinds)


def select_rules(select: Sequence[str], ignore: Sequence[str] = ()) -> Selection:
    """The selection that code prefixes make, with what the rules say of themselves."""
    return Selection(tuple(select), tuple(ignore), frozenset(rule.code for rule in all_rules() if not rule.is_default))


def reads_suppressions(selection: Selection) -> bool:
    """Whether a selected rule is about the comments that suppress others."""
    return any(rule.reads_suppressions and selection.has_code(rule.code) for rule in all_rules())
