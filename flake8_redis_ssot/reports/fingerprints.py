"""What a server knows a finding by, from one run to the next, however lines move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from flake8_redis_ssot.files.paths import from_top
from flake8_redis_ssot.model import Finding


def fingerprints(findings: Iterable[Finding], *, with_path: bool) -> list[str]:
    """One for each finding: a digest of what it is (and where), and which of several equal ones in its file it is."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for finding in findings:
        mark = finding.mark
        what = (finding.code, mark.function, mark.origin, mark.snippet, from_top(finding.path) if with_path else "")
        digest = blake2b("\0".join(what).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        seen[finding.path, digest] += 1
        found.append(f"{digest}:{seen[finding.path, digest]}")
    return found
