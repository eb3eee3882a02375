"""Drafts the fix of each finding, or the reasons why it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import chain

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.fixes.compose import build_fix
from flake8_redis_ssot.fixes.conditions import editable_file, excluded_code, program_text
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.expected_queries import expected_queries, expected_words
from flake8_redis_ssot.fixes.notebook_policy import apply_notebook_policy
from flake8_redis_ssot.fixes.size_limit import check_size
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.model import Applicability, Finding, Fix, Refusal, describe_internal_error
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.references import ReferenceQuery
from flake8_redis_ssot.project.view import ConfirmedFinding
from flake8_redis_ssot.rules.rule import all_rules, find_rule
from flake8_redis_ssot.syntax.edits import OverlapError
from flake8_redis_ssot.syntax.trees import TOO_DEEP

_NO_FIX = Refusal(("the intended code can't be inferred",))


@dataclass(frozen=True)
class FixCandidate:
    """A finding with its fix: as a draft that can be combined with others, and as edits of its own."""

    located: LocatedFinding
    draft: FixDraft | None
    fix: Fix | Refusal
    alternatives: tuple[Fix, ...] = ()

    @property
    def finding(self) -> Finding:
        """The finding, with its fix."""
        return self.located.finding._replace(fix=self.fix, offers=self.alternatives)

    @cached_property
    def paths(self) -> frozenset[str]:
        """The files that its fix changes."""
        if self.draft is not None:
            return frozenset(operation.path for operation in self.draft.operations)
        return frozenset(edit.path for edit in self.fix.edits) if isinstance(self.fix, Fix) else frozenset()


def draft_fixes(
    located_findings: Sequence[LocatedFinding],
    context: FixContext,
    previous_candidates: Iterable[FixCandidate] = (),
    *,
    inline_factories: bool = False,
) -> list[FixCandidate]:
    """A candidate for each finding, in the same order.

    `previous_candidates` are those of the previous round that are still valid. With `inline_factories`, the fixes
    replace the calls of factories.
    """
    kept_candidates = {candidate.located: candidate for candidate in previous_candidates}
    search_references((located for located in located_findings if located not in kept_candidates), context)
    return [
        kept_candidates.get(located) or draft_fix(located, context, inline_factory=inline_factories)
        for located in located_findings
    ]


def search_references(located_findings: Iterable[LocatedFinding], context: FixContext) -> None:
    """Search the project once for all references that the fixes of some findings are expected to query."""
    queries: set[ReferenceQuery] = set()
    located_paths: set[str] = set()
    for located in located_findings:
        located_paths.add(located.path)
        with suppress(Exception):  # an internal error is met again, and told, when the fix is drafted
            file = context.analysis.file_context(located.path)
            if file is not None:
                queries.update(expected_queries(located.confirmed.candidate, file, context))
    context.references.add(queries)
    context.words.add(expected_words(located_paths, context))


def _confirm_findings(analysis: Analysis, path: str) -> tuple[ConfirmedFinding, ...]:
    """The confirmed candidates of a file, for all codes."""
    file = analysis.file_context(path)
    if file is None:
        return ()
    return tuple(confirmed for rule in all_rules() for confirmed in rule.confirm_candidates(file))


def find_unaffected(
    candidates: Iterable[FixCandidate], documents: Mapping[str, SourceDocument], context: FixContext
) -> list[FixCandidate]:
    """The candidates that stay valid when some files are replaced by `documents`.

    A candidate depends on its file, the files of its edits, and files that name its module or that it names.
    """
    module_words = {path: context.module_name(path).rpartition(".")[2].encode() for path in documents}
    changed_text = b"\n".join(
        [*(document.data for document in documents.values()), *map(context.references.code_bytes, documents)]
    )

    @cache
    def is_related(path: str) -> bool:
        own = context.module_name(path).rpartition(".")[2].encode()
        return (
            path in documents
            or own in changed_text
            or any(word in context.references.code_bytes(path) for word in module_words.values())
        )

    return [
        each for each in candidates if not is_related(each.located.path) and documents.keys().isdisjoint(each.paths)
    ]


def create_context(analysis: Analysis) -> FixContext:
    """A new context for drafts."""
    return FixContext(analysis, partial(_confirm_findings, analysis))


def draft_fix(located: LocatedFinding, context: FixContext, *, inline_factory: bool = False) -> FixCandidate:
    """The candidate of one finding."""
    rule = find_rule(located.confirmed.code)
    fixer = rule.inline if inline_factory else rule.fix
    try:
        check_size(located.path, context)
        file = context.analysis.file_context(located.path)
        if file is None or fixer is None:
            return FixCandidate(located, None, _NO_FIX)
        result = apply_notebook_policy(fixer(located.confirmed.candidate, file, context), located.path, context)
        if isinstance(result, Refusal):
            return FixCandidate(located, None, result)
        for path in sorted(
            {operation.path for each in (result, *result.alternatives) for operation in each.operations}
        ):
            check_size(path, context)
            editable_file.check(path, context)
        result = result.with_doubts(program_text.find_doubts(result, context))
        fix = build_fix(result, context)
        if result.applicability is Applicability.SAFE:
            doubts = chain(program_text.find_program_doubts(fix, context), excluded_code.find_doubts(fix, context))
            checked = result.with_doubts(doubts)
            result, fix = (result, fix) if checked is result else (checked, build_fix(checked, context))
        alternatives = tuple(build_fix(alternative, context) for alternative in result.alternatives)
        return FixCandidate(located, result, fix, alternatives)
    except NotFixableError as error:
        return FixCandidate(located, None, Refusal((str(error),)))
    except OverlapError:
        return FixCandidate(located, None, Refusal(("parts of the fix overlap",)))
    except OSError as error:
        return FixCandidate(located, None, Refusal((f"a file that it would change can't be read: {error}",)))
    except Exception as error:
        # An internal error must neither hide the finding nor stop the fixes of others.
        return FixCandidate(located, None, describe_error(error, context))


def describe_error(error: Exception, context: FixContext) -> Refusal:
    """The refusal of a fix that has failed with an error: the nesting of a file if that explains it, else ours."""
    path = context.find_deeply_nested() if isinstance(error, RecursionError) else None
    return Refusal((f"{to_display_path(path)} is {TOO_DEEP}" if path else describe_internal_error(error),))
