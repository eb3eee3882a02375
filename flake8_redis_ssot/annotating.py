"""`--add-noqa`: a comment on each line with a finding, and nothing else of the file changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from flake8_redis_ssot.disk import DiskError, read, replace
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.source import decode
from flake8_redis_ssot.suppression import NOQA, joined_lines

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def add_comments(findings: Iterable[Finding], reason: str) -> tuple[int, list[str]]:
    """Write the comments into the files: how many lines got one, and what could not be done.

    `reason` follows the codes. A remark about code that can't be analysed (RSS900) gets no comment: where its
    line ends is not certain.
    """
    done, troubles = 0, []
    for path, group in groupby(sorted(findings), key=lambda finding: finding.path):
        certain = [finding for finding in group if finding.code != "RSS900"]
        try:
            data = read(path)
            text, count = commented(data, certain, reason)
            replace(path, text, expected=data)
        except OSError as error:
            troubles.append(f"{path}: {error.strerror}")
        except DiskError as error:
            troubles.append(str(error))
        else:
            done += count
    return done, troubles


def commented(data: bytes, findings: Sequence[Finding], reason: str) -> tuple[bytes, int]:
    """The bytes of a file with a comment for each finding, and the number of lines that got one."""
    decoded = decode(data)
    codes = dict(_codes_by_row(decoded.text, findings))
    lines = _LINE.findall(decoded.text)
    for row, wanted in codes.items():
        lines[row - 1] = _with_codes(lines[row - 1], wanted, reason)
    return "".join(lines).encode(decoded.encoding), len(codes)


def _codes_by_row(text: str, findings: Sequence[Finding]) -> Iterator[tuple[int, list[str]]]:
    """For each row (1-based) that gets a comment, its codes: the last row of those that one comment speaks for."""
    joined: Mapping[int, tuple[int, int]] = joined_lines(text)
    places = sorted(
        (joined.get(row, (row, row))[1], finding.code) for finding in findings for row in finding.noqa_rows[:1]
    )
    for row, group in groupby(places, key=lambda place: place[0]):
        yield row, sorted({code for _, code in group})


def _with_codes(line: str, codes: list[str], reason: str) -> str:
    present = NOQA.search(line)
    if present and present["codes"]:
        return f"{line[: present.end()].rstrip()}, {', '.join(codes)}{line[present.end() :]}"
    end = len(line.rstrip())
    return f"{line[:end]}  # noqa: {', '.join(codes)}{' ' + reason if reason else ''}{line[end:]}"
