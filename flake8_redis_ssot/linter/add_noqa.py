"""`--add-noqa`: a comment on each line with a finding, and nothing else of the file changed."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, groupby

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import DiskError, read, replace
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.syntax.edits import Cut, tidy
from flake8_redis_ssot.syntax.noqa import Directive, Layout, layout_of, read_directive
from flake8_redis_ssot.syntax.source import decode

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# A reason that is still to be written.
TO_COME = "--"


def add_comments(findings: Iterable[Finding], reason: str) -> tuple[int, list[str]]:
    """Write the comments into the files: how many lines changed, and what could not be done.

    `reason` follows the codes, unless there is one already. A remark about code that can't be analysed (RSS900) gets
    no comment: where its line ends is not certain.
    """
    done, troubles = 0, []
    for path, group in groupby(sorted(findings), key=lambda finding: finding.path):
        certain = [finding for finding in group if finding.code != "RSS900"]
        try:
            data = read(path)
            text, count = commented(data, certain, reason, path)
            replace(path, text, expected=data)
        except OSError as error:
            troubles.append(f"{path}: {error.strerror}")
        except DiskError as error:
            troubles.append(str(error))
        else:
            done += count
    return done, troubles


def commented(data: bytes, findings: Sequence[Finding], reason: str, path: str = "") -> tuple[bytes, int]:
    """The bytes of a file (at `path`) with a comment for each finding, and the number of lines that changed."""
    decoded = decode(data, path)
    before, layout = _LINE.findall(decoded.text), layout_of(decoded.python)
    new: dict[int, str] = {}
    for row, codes in _codes_by_row(layout, findings):
        line = before[row - 1]
        from_here = layout.comments.get(row, len(line)) if layout.joined else 0
        new[row] = _with_codes(line, from_here, codes, reason)
    new = {row: line for row, line in new.items() if line != before[row - 1]}
    if decoded.layout is not None:
        return _in_cells(data, before, new), len(new)
    return "".join(new.get(row, line) for row, line in enumerate(before, 1)).encode(decoded.encoding), len(new)


def _in_cells(data: bytes, lines: Sequence[str], new: Mapping[int, str]) -> bytes:
    """The bytes of a notebook with other lines in the text of its cells."""
    from flake8_redis_ssot.syntax.notebooks.writer import written  # late: most projects have no notebook

    starts = list(accumulate(map(len, lines), initial=0))
    text = "".join(lines)
    # Each by itself: two lines that touch may be of two cells.
    cuts = [tidy(text, [Cut(starts[row - 1], starts[row], line)]) for row, line in new.items()]
    return written(data, chain.from_iterable(cuts))


def _codes_by_row(layout: Layout, findings: Sequence[Finding]) -> Iterator[tuple[int, list[str]]]:
    """For each row (1-based) that gets a comment, its codes: the last row of those that one comment speaks for."""
    places = sorted(
        (layout.joined.get(row, (row, row))[1], finding.code) for finding in findings for row in finding.noqa_rows[:1]
    )
    for row, group in groupby(places, key=lambda place: place[0]):
        yield row, sorted({code for _, code in group})


def _with_codes(line: str, comment: int, codes: Sequence[str], reason: str) -> str:
    """A line whose comment names some codes; from the column `comment` on it is no code."""
    present = read_directive(line)
    if present is not None and comment <= present.column:
        return _extended(line, present, codes, reason)
    end = len(line.rstrip())
    return f"{line[:end]}  # noqa: {', '.join(codes)}{_tail(codes, reason)}{line[end:]}"


def _extended(line: str, present: Directive, codes: Sequence[str], reason: str) -> str:
    """A line whose `noqa` comment names some codes besides its own, and has a reason where it had none."""
    end = present.column + len(present.text.rstrip())
    missing = [code for code in codes if present.codes and not code.startswith(present.codes)]
    named = line[:end] + "".join(f", {code}" for code in missing)
    waits = reason == TO_COME and line[end:].lstrip().startswith(TO_COME)
    tail = "" if present.reason or waits else _tail((*present.codes, *missing), reason)
    return named + tail + line[end:]


def _tail(codes: Sequence[str], reason: str) -> str:
    """A reason behind codes, kept apart from them where its first words would be read as more of them."""
    said = read_directive(f"# noqa: {', '.join(codes)} {reason}") if codes else None
    apart = said is not None and said.codes != tuple(codes)
    return f" {TO_COME} {reason}" if reason and apart else f" {reason}" if reason else ""


def permitted(
    findings: Iterable[Finding], policies: Mapping[str, Config], reason: str
) -> tuple[list[Finding], list[str]]:
    """The findings that comments with this reason would silence, and why the others would not be.

    `policies` are the settings of files (absolute paths) where these say something about comments.
    """
    good, left = [], []
    for finding in findings:
        config = policies.get(os.path.abspath(finding.path))
        why = _why_refused(finding.code, config.policy(finding.code), reason) if config else ""
        if why:
            left.append(why)
        else:
            good.append(finding)
    return good, [f"{why} ({number} left)" for why, number in sorted(Counter(left).items())]


def _why_refused(code: str, policy: str, reason: str) -> str:
    if policy == "forbid":
        return f"the settings forbid to silence {code} by a comment"
    if policy == "require-reason" and not re.search(r"\w", reason):
        return f"the settings ask for a reason to silence {code}: write `--add-noqa=REASON`"
    return ""
