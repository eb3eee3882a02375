"""Fixing to a fixed point, in memory: draft, write, look again, until nothing more can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field

from flake8_redis_ssot.analysis import Analysis
from flake8_redis_ssot.disk import Change
from flake8_redis_ssot.drafting import Proposal, propose
from flake8_redis_ssot.edits import Overlap
from flake8_redis_ssot.engine import Found
from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.composing import cuts_of
from flake8_redis_ssot.fixing.operations import Operation
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.model import Applicability, Cut, Finding, Refusal
from flake8_redis_ssot.soundness import new_trouble
from flake8_redis_ssot.workers import ask_each

# Fixes that make room for others need a round each; more of them than this means that two fight.
_ROUNDS = 12


@dataclass
class Mended:
    """What a run of fixes has come to.

    `before` and `after` are the bytes of every file that changed (absolute paths), `fixed` the findings whose fixes
    were applied, `left` what is found now, with its fixes; `together` are files that were changed by one fix.
    """

    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)
    together: list[frozenset[str]] = field(default_factory=list)

    def changes(self) -> list[tuple[Change, ...]]:
        """What is to be written: sets of files that are changed all or none."""
        groups: list[set[str]] = []
        for paths in self.together:
            near = [group for group in groups if not group.isdisjoint(paths)]
            groups = [group for group in groups if group not in near] + [set(paths).union(*near)]
        return [
            tuple(Change(path, self.before[path], self.after[path]) for path in sorted(group) if path in self.after)
            for group in sorted(groups, key=min)
        ]


def mend(
    analysis: Analysis,
    look: Callable[[], Sequence[Found]],
    *,
    trust: Applicability,
    fixable: Callable[[str], bool],
    only: Set[str] = frozenset(),
    jobs: int = 1,
) -> Mended:
    """Apply every fix that is trusted at least so far, of the codes that are fixable. Nothing is written.

    `look` tells what is found in the present state of the analysis, which changes with it. With `only`, no fix is
    applied that changes other files. `jobs` is the number of processes.
    """
    mended = Mended()
    refused: Refused = {}
    bench: Bench | None = None
    for _ in range(_ROUNDS):
        proposals, bench = propose(analysis, look(), bench)
        mended.left = [_with_refusal(proposal, refused) for proposal in proposals]
        wanted = [each for each in proposals if _is_wanted(each, trust, fixable) and _key(each) not in refused]
        wanted = [each for each in wanted if not only or _paths(each) <= only]
        sheets, applied = _write(wanted, bench, refused, jobs)
        if not sheets:
            mended.left = [_with_refusal(proposal, refused) for proposal in proposals]
            break
        for path, sheet in sheets.items():
            mended.before.setdefault(path, bench.sheet(path).data)
            mended.after[path] = sheet.data
        mended.fixed += [proposal.finding for proposal in applied]
        mended.together += [_paths(proposal) for proposal in applied]
        analysis.change({path: (sheet.data, sheet.source) for path, sheet in sheets.items()})
        bench.change(sheets)
    return mended


Refused = dict[tuple[str, str, int], Refusal]


def _key(proposal: Proposal) -> tuple[str, str, int]:
    finding = proposal.found.finding
    return proposal.found.path, finding.code, finding.span.row


def _with_refusal(proposal: Proposal, refused: Refused) -> Finding:
    if _key(proposal) in refused:
        proposal = Proposal(proposal.found, None, refused[_key(proposal)])
    return proposal.finding


def _is_wanted(proposal: Proposal, trust: Applicability, fixable: Callable[[str], bool]) -> bool:
    trusted = proposal.draft is not None and proposal.draft.applicability >= trust
    return trusted and fixable(proposal.found.finding.code)


def _paths(proposal: Proposal) -> frozenset[str]:
    return frozenset(operation.path for operation in proposal.draft.operations) if proposal.draft else frozenset()


def _write(
    wanted: list[Proposal], bench: Bench, refused: Refused, jobs: int
) -> tuple[dict[str, Sheet], list[Proposal]]:
    """Every file that changes, as it will be, and the proposals in it. What does harm is refused for good."""
    sound: dict[tuple[str, bytes], Sheet] = {}
    while wanted:
        wanted, cuts = _composed(wanted, bench)
        texts = {path: bench.sheet(path).changed(several) for path, several in cuts.items() if several}
        sheets = {path: sound.get((path, text)) or Sheet.of(path, text) for path, text in texts.items()}
        fresh = [path for path, text in texts.items() if (path, text) not in sound]
        answers = ask_each(new_trouble, [(bench.sheet(path), sheets[path]) for path in fresh], jobs)
        troubles = {path: why for path, why in zip(fresh, answers) if why}
        sound |= {(path, texts[path]): sheets[path] for path in fresh if path not in troubles}
        if not troubles:
            return sheets, wanted
        harmful = [each for each in wanted if not troubles.keys().isdisjoint(_paths(each))]
        for each in harmful:
            path = next(path for path in sorted(_paths(each)) if path in troubles)
            refused[_key(each)] = Refusal((troubles[path],))
        wanted = [each for each in wanted if each not in harmful]
    return {}, []


def _composed(wanted: list[Proposal], bench: Bench) -> tuple[list[Proposal], dict[str, list[Cut]]]:
    """As many of the proposals as go together, and their changes; the others get their turn in the next round."""
    try:
        return wanted, cuts_of(_operations(wanted), bench)
    except Overlap:
        kept: list[Proposal] = []
        for each in wanted:
            try:
                cuts_of(_operations([*kept, each]), bench)
            except Overlap:
                continue
            kept.append(each)
        return kept, cuts_of(_operations(kept), bench)


def _operations(proposals: Iterable[Proposal]) -> list[Operation]:
    return [operation for each in proposals if each.draft for operation in each.draft.operations]
