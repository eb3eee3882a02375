"""The module of the accessor can be loaded wherever the fixed file is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.accessors.loading import find_loading_problem, is_loaded_by
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt

CONDITION = Condition(
    "accessor-loading",
    "The module of the accessor is loaded before the accessor is called, and loading it does not fail.",
    shapes=(
        "The fixed file loads that module already, by imports that run on every way, or the constructor comes from it.",
        "What the module, and what it loads of the project, imports is in the standard library or is loaded by the "
        "fixed file already (imports in a `try` with handlers apart), and what is loaded for the first time has no "
        "`raise`, `assert`, `del` or call as a statement at module level.",
        "The module does not load the fixed file itself, and is another file.",
    ),
)


def find_doubts(
    accessor_path: str, fixed_path: str, constructor_paths: Iterable[str], context: FixContext
) -> Iterator[Doubt]:
    """Why the accessor of the file at `accessor_path` may not be there for the file at `fixed_path`.

    `constructor_paths` are files that were loaded for the constructor.
    """
    if is_loaded_by(fixed_path, accessor_path, context):
        loader = f"`{context.module_name(accessor_path)}`"
        what = "this is in the module of the accessor" if fixed_path == accessor_path else f"{loader} loads this module"
        yield Doubt(f"{what}, so it may run before the accessor is defined")
        return
    problem = find_loading_problem(accessor_path, (fixed_path, *constructor_paths), context)
    if problem is not None:
        yield Doubt(problem)
