"""Pausing the garbage collector while the observation itself starts or reports.

Its modules allocate so much at once that Python would collect all of the program's objects several times, which takes
longer than the imports. Nothing is collected later than one allocation afterwards.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Collect nothing inside of the block; where the program has switched collection off, it stays off."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
