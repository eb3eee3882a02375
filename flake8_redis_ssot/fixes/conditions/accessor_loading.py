"""The module of the accessor can be loaded wherever the fixed file is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.accessors.loading import find_import_problem, find_loading_problem, is_loaded_by
from flake8_redis_ssot.fixes.accessors.model import AccessorModel, Variable
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt

CONDITION = Condition(
    "accessor-loading",
    "The module of the accessor is loaded before the accessor is called, and loading it does not fail.",
    shapes=(
        "The fixed file already loads that module by imports that run on every path, or the constructor is from it.",
        "What the module, and what it loads of the project, imports is in the standard library or is loaded by the "
        "fixed file already (except imports in a `try` with handlers), and imported names exist.",
        "What is loaded for the first time has only imports, docstrings, functions and classes that are inert (see "
        "`inert-module`), and assignments of constants, names, displays and calls of classes outside the project, of "
        "`logging.getLogger()` and the like, and of the constructor of the instance; also in `if` and `try`.",
        "That constructor is `__init__` of a class, or a function, that cannot fail: it assigns constants, names, "
        "attributes, f-strings and displays, and calls classes outside the project, `os.environ.get()`, `str()` and "
        "the like, and `super().__init__()`.",
        "The same holds for the modules that the body of the accessor imports.",
        "The module does not load the fixed file itself, and is another file.",
    ),
)


def find_doubts(
    accessor: Variable,
    model: AccessorModel | str,
    fixed_path: str,
    constructor_paths: Iterable[str],
    context: FixContext,
) -> Iterator[Doubt]:
    """Why an accessor (or instance) may not be there for the file at `fixed_path`.

    `model` is what was recognised of it; `constructor_paths` are files that were loaded for the constructor.
    """
    if is_loaded_by(fixed_path, accessor.path, context):
        loader = f"`{context.module_name(accessor.path)}`"
        what = "this is in the module of the accessor" if fixed_path == accessor.path else f"{loader} loads this module"
        yield Doubt(f"{what}, so it may run before the accessor is defined")
        return
    known: set[Variable] = set()
    if isinstance(model, AccessorModel):
        constructors = [each.constructor for each in model.constructions]
        known = {*model.helpers, *(Variable(each.path or "", each.qualname) for each in constructors)}
    loaded_paths = (fixed_path, *constructor_paths)
    problem = find_loading_problem(accessor.path, loaded_paths, known, context)
    if problem is None and isinstance(model, AccessorModel):
        problem = find_import_problem(model.imports, (*loaded_paths, accessor.path), known, context)
    if problem is not None:
        yield Doubt(problem)
