"""The accessor and the variables that hold the instance are bound once, and by nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.model import AccessorModel, NotRecognisedError, Variable, format_place
from flake8_redis_ssot.fixes.accessors.recognition import recognise
from flake8_redis_ssot.fixes.accessors.writes import Candidate, VariableWrite, find_candidates, find_writes
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.patches.late_loads import find_loader_during
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name

CONDITION = Condition(
    "accessor-binding",
    "The accessor and the variable that holds the shared instance are never rebound.",
    shapes=(
        "The name of the accessor is bound exactly once in its module (not counting overloads), at module level or in "
        "the body of a class that is, unconditionally, as a function. No star import stands below it, and nothing in "
        "the module binds names dynamically: no `exec`, `globals()`, `vars()` or `sys.modules`, except to read.",
        "No other file sets or deletes an attribute of that name on the module or class, or on anything that may be "
        "it; none names it in `setattr`, `delattr`, `__dict__` or `vars()`, copies attributes onto the accessor "
        "(`functools.update_wrapper()`), or reloads the module. The same holds for the variables that hold the "
        "instance, and for the name that the fixed file imports.",
        "No test patches one of these names, except that of the accessor in its own module, in a function, where the "
        "fixed file imports the accessor by name at module level, and the file with the patch loads the fixed file "
        "before, or no function of the project loads that.",
        "Nobody calls `cache_clear` on a memoized accessor.",
    ),
)


def find_doubts(
    accessor: Variable,
    fixed_path: str,
    context: FixContext,
    *,
    is_instance: bool,
    is_own_name: bool = False,
    is_bound_at_load: bool = False,
) -> Iterator[Doubt]:
    """Who else binds the accessor (or the instance), what it returns, or its name in the file that imports it.

    `is_own_name`: that file has a variable of that name for the instance already. `is_bound_at_load`: it imports the
    accessor by name at module level.
    """
    if not is_instance:
        try:
            find_only_binding(_owner_of(accessor), context)
            find_only_binding(accessor, context)
        except NotRecognisedError as error:
            yield Doubt(str(error))
    imported = Variable(fixed_path, _owner_of(accessor).qualname)
    scope = _scope_of(accessor, context, is_instance=is_instance)
    for write in (*scope.writes, *(() if is_own_name else find_writes(scope.candidates, imported, context))):
        is_late = is_bound_at_load and write.variable == accessor and _is_bound_before(write, fixed_path, context)
        if not is_late:
            yield Doubt(_describe(write, context))


def _is_bound_before(write: VariableWrite, fixed_path: str, context: FixContext) -> bool:
    """Whether a write is a patch, and a name that the fixed file binds when it is loaded is bound before it."""
    if context.words.is_other_code(write.path):
        return False  # what it loads before is not known
    table = context.symbol_table(write.path)
    functions = [each for each in table.ancestors(write.node) if isinstance(each, FunctionNode)]
    runs_later = functions and not any(
        context.import_graph.runs_when_loaded(write.path, table.qualname_of(each)) for each in functions
    )
    return write.is_patch and bool(runs_later) and find_loader_during(write.path, fixed_path, context) is None


def _owner_of(accessor: Variable) -> Variable:
    """The outermost class of a class method; the accessor itself if it is a function."""
    return Variable(accessor.path, accessor.qualname.partition(".")[0])


class _Scope(NamedTuple):
    """What may be written, in the order of the files, and what is: the patches of each variable before other writes."""

    candidates: tuple[Candidate, ...]
    writes: tuple[VariableWrite, ...]


def _scope_of(accessor: Variable, context: FixContext, *, is_instance: bool) -> _Scope:
    def find_once() -> _Scope:
        model = recognise(accessor, context, is_instance=is_instance)
        model = AccessorModel(functions=() if is_instance else (accessor,)) if isinstance(model, str) else model
        caches = [Variable(each.path, f"{each.qualname}.cache_clear") for each in model.functions if model.is_memoised]
        names = [accessor, *map(_owner_of, model.functions), *model.functions, *model.helpers]
        codes = [Variable(each.path, f"{each.qualname}.__code__") for each in model.functions]
        variables = tuple(dict.fromkeys((*names, *model.variables, *caches, *codes)))
        candidates = find_candidates(variables, context)
        writes = (write for each in variables for write in _find_deciding(candidates, each, model, context))
        return _Scope(candidates, tuple(writes))

    return context.remember(("writes", accessor, is_instance), find_once)


def _find_deciding(
    candidates: tuple[Candidate, ...], variable: Variable, model: AccessorModel, context: FixContext
) -> Iterator[VariableWrite]:
    """The writes of a variable, up to the first that is no patch."""
    for write in find_writes(candidates, variable, context, model.nodes):
        yield write
        if not write.is_patch:
            return


def _describe(write: VariableWrite, context: FixContext) -> str:
    place, name = format_place(write.path, write.node, context), write.variable.qualname
    if isinstance(write.node, ast.Call) and last_name(write.node.func) == "cache_clear":
        return f"{place} calls `{name}()`, so that the next call makes another instance"
    owner = f"`{name}` of `{context.module_name(write.variable.path)}`"
    return f"{place} replaces {owner} while a test runs" if write.is_patch else f"{place} may set or delete {owner}"
