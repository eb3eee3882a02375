"""The catalogue: what code bases guard, by name. `constructors = ["preset:redis"]` means all that `redis` has here.

This is data. To add a library, add a `Preset`; a test imports every name, and looks for public names that are missing.
"""

from __future__ import annotations

from flake8_redis_ssot.config.catalogue.databases import DATABASES
from flake8_redis_ssot.config.catalogue.key_value_stores import KEY_VALUE_STORES
from flake8_redis_ssot.config.catalogue.preset import KnownConstructor, Preset
from flake8_redis_ssot.config.catalogue.services import SERVICES

__all__ = ["PRESETS", "KnownConstructor", "Preset"]

PRESETS: tuple[Preset, ...] = (*KEY_VALUE_STORES, *DATABASES, *SERVICES)
