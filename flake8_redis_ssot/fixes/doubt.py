"""A reason why a fix is not safe."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_redis_ssot.model import Applicability


@dataclass(frozen=True)
class Doubt:
    """A reason why a fix is not safe, and the applicability that it allows.

    If not `is_tracked`, the value cannot be followed further.
    """

    reason: str
    applicability: Applicability = Applicability.UNSAFE
    is_tracked: bool = True
