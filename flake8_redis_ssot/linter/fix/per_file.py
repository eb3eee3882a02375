"""What can be done about each file by itself, in several processes: all that a report tells, and most of what is fixed.

A draft cannot leave its process, as it holds nodes of a tree; what leaves it are values: fixes, refusals, bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flake8_redis_ssot.files.processes import converse
from flake8_redis_ssot.fixes.context import Bench, Question, Unanswered
from flake8_redis_ssot.linter.engine import Found
from flake8_redis_ssot.linter.fix.draft import Proposal, answer, new_bench, proposal_of
from flake8_redis_ssot.linter.fix.edit_set import step_of
from flake8_redis_ssot.linter.fix.regression_check import tried
from flake8_redis_ssot.model import Finding, Fix, Refusal
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.search.demand_queries import Asked

# Number, fix, offers.
Values = tuple[tuple[int, Fix | Refusal, tuple[Fix, ...]], ...]
IsWanted = Callable[[Proposal], bool]


@dataclass
class Done:
    """What came of some findings, each told by its number (0-based).

    `settled` are those that nothing more is to be done about, `applied` those whose fixes are in `files` (the bytes
    of changed files by absolute path). The others concern several files.
    """

    settled: dict[int, Proposal] = field(default_factory=dict)
    applied: list[Proposal] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Piece:
    """What came of the findings of the file at `path`: each by its number, those `applied`, the new bytes.

    `consulted` are files that were looked at on the way.
    """

    path: str
    values: Values
    applied: frozenset[int] = frozenset()
    data: bytes = b""
    consulted: frozenset[str] = frozenset()


def told(found: Sequence[Found], analysis: Analysis, jobs: int) -> list[Finding]:
    """Findings with their fixes, or the reasons why there are none."""
    done = each_file(found, analysis, new_bench(analysis), lambda proposal: False, jobs)
    return [done.settled[number].finding for number in range(len(found))]


def each_file(found: Sequence[Found], analysis: Analysis, bench: Bench, is_wanted: IsWanted, jobs: int) -> Done:
    """Draft the fixes of what was found, and apply those that are wanted and concern their own file only."""
    work = partial(_shift, found, analysis, bench, is_wanted)
    pieces = converse(work, list(_by_file(found).values()), partial(_answer, analysis, bench), jobs)
    done = Done()
    for piece in pieces:
        _take(done, found, piece)
        analysis.consulted |= piece.consulted
    return done


def _answer(analysis: Analysis, bench: Bench, questions: Iterable[Question]) -> Asked:
    answer(analysis, questions, bench)
    return analysis.asked


def _by_file(found: Sequence[Found]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number, each in enumerate(found):
        numbers.setdefault(each.path, []).append(number)
    return numbers


def _take(done: Done, found: Sequence[Found], piece: _Piece) -> None:
    for number, fix, offers in piece.values:
        proposal = Proposal(found[number], None, fix, offers)
        if number in piece.applied:
            done.applied.append(proposal)
        else:
            done.settled[number] = proposal
    if piece.applied:
        done.files[piece.path] = piece.data


def _shift(
    found: Sequence[Found], analysis: Analysis, bench: Bench, is_wanted: IsWanted, files: Sequence[Sequence[int]]
) -> Generator[set[Question], Asked, list[_Piece]]:
    """The work on some files, each given by the numbers of its findings: asks, is answered, and goes on."""
    pieces: dict[int, _Piece] = {}
    proposals: dict[int, Proposal] = {}
    while len(pieces) < len(files):
        questions: set[Question] = set()
        for place, numbers in enumerate(files):
            if place not in pieces:
                try:
                    pieces[place] = _piece(found, analysis, bench, is_wanted, numbers, proposals)
                except Unanswered as unanswered:
                    questions.update(unanswered.questions)
        if questions:
            analysis.learn((yield questions))
            bench.learn()
    consulted = frozenset(analysis.consulted)
    return [replace(pieces[place], consulted=consulted) for place in range(len(files))]


def _piece(
    found: Sequence[Found],
    analysis: Analysis,
    bench: Bench,
    is_wanted: IsWanted,
    numbers: Sequence[int],
    known: dict[int, Proposal],
) -> _Piece:
    """What comes of the findings of a file; `known` are the proposals made already. Raises Unanswered."""
    questions: list[Question] = []
    for number in numbers:
        if number not in known:
            try:
                known[number] = proposal_of(found[number], analysis, bench)
            except Unanswered as unanswered:
                questions += unanswered.questions
    if questions:
        raise Unanswered(*questions)
    return _done(found[numbers[0]].path, {number: known[number] for number in numbers}, bench, is_wanted)


def _done(path: str, proposals: Mapping[int, Proposal], bench: Bench, is_wanted: IsWanted) -> _Piece:
    wanted = [each for each in proposals.values() if is_wanted(each)]
    if any(each.paths != {path} for each in wanted):
        return _Piece(path, _tried({number: each for number, each in proposals.items() if each not in wanted}, bench))
    step = step_of(wanted, bench, jobs=1)
    kept = {number: step.settled(each) for number, each in proposals.items() if each not in step.applied}
    applied = {number: each for number, each in proposals.items() if each in step.applied}
    data = step.sheets[path].data if step.sheets else b""
    return _Piece(path, (*_tried(kept, bench), *_values(applied)), frozenset(applied), data)


def _tried(proposals: Mapping[int, Proposal], bench: Bench) -> Values:
    return _values(dict(zip(proposals, tried(list(proposals.values()), bench, jobs=1))))


def _values(proposals: Mapping[int, Proposal]) -> Values:
    return tuple((number, each.fix, each.offers) for number, each in proposals.items())
