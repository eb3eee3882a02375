"""From what was found to what can be done about it: every fix, or the reasons why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from flake8_redis_ssot.fixes.compose import fix_of
from flake8_redis_ssot.fixes.context import Bench, Question, Unanswered
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft
from flake8_redis_ssot.fixes.notebook_policy import as_in_notebooks
from flake8_redis_ssot.linter.engine import Found
from flake8_redis_ssot.model import Finding, Fix, Refusal
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.view import Judged
from flake8_redis_ssot.rules.rule import all_rules, rule_of
from flake8_redis_ssot.syntax.edits import Overlap

_NO_FIX = Refusal(("only you can say what the code should be",))


@dataclass(frozen=True)
class Proposal:
    """What was found, with its fix: as a draft that others can be joined with, and as edits of its own."""

    found: Found
    draft: Draft | None
    fix: Fix | Refusal
    offers: tuple[Fix, ...] = ()

    @property
    def finding(self) -> Finding:
        """The finding, with its fix."""
        return self.found.finding._replace(fix=self.fix, offers=self.offers)

    @property
    def paths(self) -> frozenset[str]:
        """The files that it would change, with or without its draft."""
        if self.draft is not None:
            return frozenset(operation.path for operation in self.draft.operations)
        return frozenset(edit.path for edit in self.fix.edits) if isinstance(self.fix, Fix) else frozenset()


def propose(
    analysis: Analysis, found: Sequence[Found], before: Bench, known: Iterable[Proposal] = (), way: str = "fix"
) -> tuple[list[Proposal], Bench]:
    """A proposal for each of what was found, in its order, and the bench that they were drafted on.

    `before` is the bench of the round before, which knows files that are still the same, and `known` are proposals
    of that round that still hold. `way` is the function of a rule that drafts.
    """
    bench = before.again(analysis, cache(partial(_judged, analysis)))
    kept = {proposal.found: proposal for proposal in known}
    done = {number: kept[each] for number, each in enumerate(found) if each in kept}
    while len(done) < len(found):
        questions: set[Question] = set()
        for number, each in enumerate(found):
            if number not in done:
                try:
                    done[number] = proposal_of(each, analysis, bench, way)
                except Unanswered as unanswered:
                    questions.update(unanswered.questions)
        if questions:
            answer(analysis, questions, bench)
    return [done[number] for number in range(len(found))], bench


def _judged(analysis: Analysis, path: str) -> tuple[Judged, ...]:
    """The confirmed sites of a file, whatever is selected."""
    view = analysis.view(path)
    return tuple(judged for rule in all_rules() for judged in rule.judged(view)) if view is not None else ()


def untouched(proposals: Iterable[Proposal], sheets: Mapping[str, Sheet], bench: Bench) -> list[Proposal]:
    """The proposals that a change of some files (`sheets`, as they will be) has nothing to do with.

    A proposal is about its file, the files of its edits, and whoever names its module or is named by it.
    """
    words = {path: bench.module(path).rpartition(".")[2].encode() for path in sheets}
    texts = b"\n".join([*(sheet.data for sheet in sheets.values()), *map(bench.text, sheets)])

    @cache
    def is_near(path: str) -> bool:
        own = bench.module(path).rpartition(".")[2].encode()
        return path in sheets or own in texts or any(word in bench.text(path) for word in words.values())

    return [each for each in proposals if not is_near(each.found.path) and sheets.keys().isdisjoint(each.paths)]


def answer(analysis: Analysis, questions: Iterable[Question], bench: Bench) -> None:
    """Find the answers to questions, and let the bench know them."""
    names = {(question.path, question.name) for question in questions if question.path}
    attributes = {question.name for question in questions if not question.path}
    analysis.ask(names, attributes)
    bench.learn()


def new_bench(analysis: Analysis) -> Bench:
    """A bench on which nothing has been drafted yet."""
    return Bench(analysis, cache(partial(_judged, analysis)))


def proposal_of(found: Found, analysis: Analysis, bench: Bench, way: str = "fix") -> Proposal:
    """What to do about one finding. Raises Unanswered."""
    view, draft = analysis.view(found.path), getattr(rule_of(found.judged.code).module, way, None)
    if view is None or draft is None:
        return Proposal(found, None, _NO_FIX)
    try:
        outcome = as_in_notebooks(draft(found.judged.site, view, bench), found.path, bench)
        if isinstance(outcome, Refusal):
            return Proposal(found, None, outcome)
        offers = tuple(fix_of(offer, bench) for offer in outcome.offers)
        return Proposal(found, outcome, fix_of(outcome, bench), offers)
    except Overlap:
        return Proposal(found, None, Refusal(("parts of the fix would get in each other's way",)))
    except OSError as error:
        return Proposal(found, None, Refusal((f"a file that it concerns can't be read: {error}",)))
    except Unanswered:
        raise
    except Exception as error:
        # A mistake of ours must neither hide the finding nor stop the fixes of others.
        return Proposal(found, None, Refusal((f"internal error, please report it: {type(error).__name__}: {error}",)))
