"""Samples of large parametrised tests, selected by a hash of the test's name and the current commit.

A test marked `@pytest.mark.sampled(share)` runs with that share of its parameters (0 to 1). `--sample-seed` repeats
the sample of a failed run, whose header shows the seed. `--all` runs everything, `--sample-scale 0.1` a tenth of each
sample. Of the examples that Hypothesis tries, half are tried unless `--all` is given.
"""

from __future__ import annotations

import subprocess
from hashlib import blake2b
from pathlib import Path

import pytest

_RANGE = 1 << 64
_EXAMPLES_SHARE = 0.5
_options = {"share": _EXAMPLES_SHARE}  # set before test modules are imported


def is_sampled(name: str, seed: str, share: float) -> bool:
    """Whether a test is in the sample, independent of other tests."""
    return int.from_bytes(_digest(f"{seed} {name}"), "big") < share * _RANGE


def steps_of(config: pytest.Config, stride: int) -> tuple[int, int]:
    """The first step to test of a long series, and the stride: three times `stride` unless `--all` is given."""
    if config.option.all:
        return 0, stride
    return int.from_bytes(_digest(config.option.sample_seed), "big") % (3 * stride), 3 * stride


def configure_examples(config: pytest.Config) -> None:
    """Set the share of examples that `examples` returns."""
    _options["share"] = 1.0 if config.option.all else _EXAMPLES_SHARE * min(config.option.sample_scale, 1)


def examples(count: int) -> int:
    """The number of examples to try, of `count` with `--all`."""
    return max(round(count * _options["share"]), 3)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def current_commit(folder: Path) -> str:
    """The checked-out commit, or `none` if git can't tell."""
    try:
        process = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return process.stdout.strip()
