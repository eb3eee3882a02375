"""What a server knows a finding by, from one run to the next, however lines move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from flake8_redis_ssot.files.paths import repository_path
from flake8_redis_ssot.model import Finding


def compute_fingerprints(findings: Iterable[Finding], *, with_path: bool) -> list[str]:
    """One for each finding: a digest of what it is (and where), and which of several equal ones in its file it is."""
    seen: Counter[tuple[str, str]] = Counter()
    result = []
    for finding in findings:
        context = finding.context
        parts = (
            finding.code,
            context.function,
            context.origin,
            context.snippet,
            repository_path(finding.path) if with_path else "",
        )
        digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        seen[finding.path, digest] += 1
        result.append(f"{digest}:{seen[finding.path, digest]}")
    return result
