"""Classes that keep a known client in an attribute and are named after it, such as `RedisManager`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_redis_ssot.config.catalogue import Preset
from flake8_redis_ssot.config.presets import preset_of
from flake8_redis_ssot.onboarding.candidates import RESOURCE_WORD
from flake8_redis_ssot.onboarding.constructions import ModuleConstructions
from flake8_redis_ssot.semantic.ast_queries import FunctionNode


def find_wrapped_preset(nodes: Iterable[ast.ClassDef], constructions: ModuleConstructions) -> Preset | None:
    """The preset of the client that a class keeps, of which a program normally has one; None if it keeps none.

    `nodes` are the statements that define the class, `constructions` those of its module. Of other classes that keep a
    client, such as a rate limiter, a program may have several beside it.
    """
    for node in nodes:
        for method in node.body if RESOURCE_WORD.search(node.name) else ():
            kept = constructions.find_locals(method, node.name) if isinstance(method, FunctionNode) else {}
            presets = [preset_of(made.constructor) for text, made in kept.items() if "." in text]
            for preset in presets:
                if preset is not None and preset.is_usually_one and _is_named_after(node.name, preset):
                    return preset
    return None


def _is_named_after(class_name: str, preset: Preset) -> bool:
    """Whether the name of a class contains that of a client; Valkey is a kind of Redis."""
    client = preset.name.partition("-")[0]
    return any(word in class_name.lower() for word in ((client, "redis") if client == "valkey" else (client,)))
