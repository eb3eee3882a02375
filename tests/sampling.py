"""Which tests run of the large sets: a share of each, chosen by a hash, so that every commit tries others.

A test marked `@pytest.mark.sampled(share)` runs with that share of its parameters (0 to 1). The seed is the present
commit; `--sample-seed` takes that of a failure, which the header shows. `--all` runs everything, `--sample-scale 0.1`
a tenth of each sample.
"""

from __future__ import annotations

import subprocess
from hashlib import blake2b
from pathlib import Path

import pytest

_RANGE = 1 << 64


def is_chosen(name: str, seed: str, share: float) -> bool:
    """Whether a test is in a sample, which does not depend on what other tests there are."""
    return int.from_bytes(_digest(f"{seed} {name}"), "big") < share * _RANGE


def steps_of(config: pytest.Config, stride: int) -> tuple[int, int]:
    """Where a walk over the steps of a long work begins, and its stride: three times as long as that of `--all`."""
    if config.option.all:
        return 0, stride
    return int.from_bytes(_digest(config.option.sample_seed), "big") % (3 * stride), 3 * stride


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def current_commit(folder: Path) -> str:
    """The commit that is checked out, or `none` where that can't be known."""
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return done.stdout.strip()
