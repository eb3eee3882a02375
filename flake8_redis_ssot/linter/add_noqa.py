"""`--add-noqa`: adds a comment to each line with a finding, and changes nothing else."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, groupby

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import DiskError, read, replace_file
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.fixes.conditions.editable_file import find_obstacle
from flake8_redis_ssot.model import Finding, FindingKind
from flake8_redis_ssot.syntax.edits import TextEdit, minimise
from flake8_redis_ssot.syntax.noqa import LineMap, NoqaComment, build_line_map, parse_noqa
from flake8_redis_ssot.syntax.source import decode

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# Also a placeholder for a reason that the user has to write.
REASON_PLACEHOLDER = "--"


def add_noqa_comments(findings: Iterable[Finding], reason: str, configs: Mapping[str, Config]) -> tuple[int, list[str]]:
    """Write the comments into the files; the number of changed lines, and the errors.

    `configs` are the configurations of the files, by absolute path.
    `reason` follows the codes, unless there is one already. An unanalysed range (RSS900) gets no comment, as it is not
    certain where its line ends.
    """
    changed_lines, problems = 0, []
    for path, group in groupby(sorted(findings), key=lambda finding: finding.path):
        analysed_findings = [finding for finding in group if finding.context.kind is not FindingKind.GAP]
        try:
            data = read(path)
            absolute_path = os.path.abspath(path)
            obstacle = find_obstacle(absolute_path, to_display_path(path), data, str(configs[absolute_path].root))
            if obstacle is not None:
                problems.append(obstacle)
                continue
            new_data, count = insert_comments(data, analysed_findings, reason, path)
            replace_file(path, new_data, expected=data)
        except OSError as error:
            problems.append(f"{to_display_path(path)}: {error.strerror}")
        except DiskError as error:
            problems.append(str(error))
        else:
            changed_lines += count
    return changed_lines, problems


def insert_comments(data: bytes, findings: Sequence[Finding], reason: str, path: str = "") -> tuple[bytes, int]:
    """The bytes of a file (at `path`) with a comment for each finding, and the number of changed lines."""
    decoded = decode(data, path)
    old_lines, layout = _LINE.findall(decoded.text), build_line_map(decoded.python_text)
    new_lines: dict[int, str] = {}
    for row, codes in _codes_by_row(layout, findings):
        line = old_lines[row - 1]
        comment_column = layout.comment_columns.get(row, len(line)) if layout.logical_lines else 0
        new_lines[row] = _add_codes(line, comment_column, codes, reason)
    new_lines = {row: line for row, line in new_lines.items() if line != old_lines[row - 1]}
    if decoded.cell_map is not None:
        return _replace_cell_lines(data, old_lines, new_lines), len(new_lines)
    text = "".join(new_lines.get(row, line) for row, line in enumerate(old_lines, 1))
    return text.encode(decoded.encoding), len(new_lines)


def _replace_cell_lines(data: bytes, lines: Sequence[str], new_lines: Mapping[int, str]) -> bytes:
    """The bytes of a notebook with some lines (by 1-based row) of its cells replaced."""
    from flake8_redis_ssot.syntax.notebooks.writer import apply_to_notebook  # late: most projects have no notebook

    starts = list(accumulate(map(len, lines), initial=0))
    text = "".join(lines)
    # One edit per line: adjacent lines may be in different cells.
    edits = [minimise(text, [TextEdit(starts[row - 1], starts[row], line)]) for row, line in new_lines.items()]
    return apply_to_notebook(data, chain.from_iterable(edits))


def _codes_by_row(layout: LineMap, findings: Sequence[Finding]) -> Iterator[tuple[int, list[str]]]:
    """The rows (1-based) that get a comment, each with its codes: the last row of each logical line."""
    row_codes = sorted(
        (layout.logical_lines.get(row, (row, row))[1], finding.code)
        for finding in findings
        for row in finding.noqa_rows[:1]
    )
    for row, group in groupby(row_codes, key=lambda place: place[0]):
        yield row, sorted({code for _, code in group})


def _add_codes(line: str, comment_column: int, codes: Sequence[str], reason: str) -> str:
    """A line with a comment that names some codes; `comment_column` (0-based) is where its code ends."""
    code, comment = line[:comment_column], line[comment_column:]
    existing = parse_noqa(comment)  # not in a string before it
    if existing is not None:
        return code + _extend_comment(comment, existing, codes, reason)
    end = len(line.rstrip())
    return f"{line[:end]}  # noqa: {', '.join(codes)}{_format_reason(codes, reason)}{line[end:]}"


def _extend_comment(line: str, existing: NoqaComment, codes: Sequence[str], reason: str) -> str:
    """A line whose `noqa` comment also names some codes, and has a reason if it had none."""
    end = existing.column + len(existing.text.rstrip())
    missing = [code for code in codes if existing.codes and not code.startswith(existing.codes)]
    line_with_codes = line[:end] + "".join(f", {code}" for code in missing)
    has_placeholder = reason == REASON_PLACEHOLDER and line[end:].lstrip().startswith(REASON_PLACEHOLDER)
    tail = "" if existing.reason or has_placeholder else _format_reason((*existing.codes, *missing), reason)
    return line_with_codes + tail + line[end:]


def _format_reason(codes: Sequence[str], reason: str) -> str:
    """A reason to follow codes, after a separator if its first words could be read as codes."""
    parsed = parse_noqa(f"# noqa: {', '.join(codes)} {reason}") if codes else None
    needs_separator = parsed is not None and parsed.codes != tuple(codes)
    return f" {REASON_PLACEHOLDER} {reason}" if reason and needs_separator else f" {reason}" if reason else ""


def filter_permitted(
    findings: Iterable[Finding], policies: Mapping[str, Config], reason: str
) -> tuple[list[Finding], list[str]]:
    """The findings that comments with this reason may suppress, and messages about the others.

    `policies` are the configurations of files, by absolute path.
    """
    permitted_findings, reasons = [], []
    for finding in findings:
        config = policies.get(os.path.abspath(finding.path))
        refusal = _explain_refusal(finding.code, config.noqa_policy(finding.code), reason) if config else ""
        if refusal:
            reasons.append(refusal)
        else:
            permitted_findings.append(finding)
    return permitted_findings, [f"{refusal} ({number} left)" for refusal, number in sorted(Counter(reasons).items())]


def _explain_refusal(code: str, policy: str, reason: str) -> str:
    if policy == "forbid":
        return f"the settings forbid to silence {code} by a comment"
    if policy == "require-reason" and not re.search(r"\w", reason):
        return f"the settings ask for a reason to silence {code}: write `--add-noqa=REASON`"
    return ""
