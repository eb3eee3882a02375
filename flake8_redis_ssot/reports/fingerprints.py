"""Fingerprints by which servers track a finding from run to run, independent of line numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from flake8_redis_ssot.files.paths import repository_path
from flake8_redis_ssot.model import Finding


def compute_fingerprints(findings: Iterable[Finding], *, with_path: bool) -> list[str]:
    """The fingerprints of findings: a digest (`with_path`, also of the path), and a count of equal ones in a file."""
    counts: Counter[tuple[str, str]] = Counter()
    fingerprints = []
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
        counts[finding.path, digest] += 1
        fingerprints.append(f"{digest}:{counts[finding.path, digest]}")
    return fingerprints
