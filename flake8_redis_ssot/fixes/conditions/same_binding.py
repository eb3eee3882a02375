"""Condition: the new module offers the same thing as the old one, on every way through the program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_redis_ssot.fixes.bindings.outside_writes import find_outside_write
from flake8_redis_ssot.fixes.bindings.passed_modules import find_computed_write
from flake8_redis_ssot.fixes.bindings.trace import ModuleName, UnrecognisedBindingError, trace
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.sharing.reflection import Access
from flake8_redis_ssot.fixes.sharing.study import ProjectFacts
from flake8_redis_ssot.project.contents import row_at

CONDITION = Condition(
    "same-binding",
    "The new module provides the same object as the old one, on every path through the program.",
    shapes=(
        "a module binds the name exactly once, in an unconditional statement at its top level: an import, an "
        "assignment `X = Y` or `X = module.Y` of such a name, a class, a function, or an assignment of any other value",
        "or a single unconditional star import of a module of the project brings it, whose names are known; names "
        "that are bound under `if TYPE_CHECKING` alone are not brought",
        "each module that passes the name on does so, from the old and from the new module to the same definition",
        "no function declares the name `global`, no star import below the binding may bring it, and none of these "
        "modules uses `exec`, `eval`, `globals()`, `sys.modules` or the like to set names by text",
        "no file sets or deletes the name as an attribute of something that may be one of these modules; what is "
        "certainly none: another module, `self`, `cls`, a class, an annotated parameter, the result of a call",
        "no file passes one of these modules, or its name as a string, to a function whose file sets names that it "
        "does not write out (`setattr(module, name, value)`, `vars(module)`), or to an unknown one while any file does",
        "no submodule has the same name, unless the name is imported from it; no code changes the `__path__` of a "
        "package",
    ),
)

# `__path__.append(…)` in a package, or `package.__path__.append(…)` anywhere.
_SEARCH_PATH_WRITE = (
    rb"\b__path__[ \t]*(?:\.[ \t]*(?:append|clear|extend|insert|pop|remove)\b|\[[^\]\n]*\][ \t]*=(?!=)|\+?=(?!=))"
)
_SEARCH_PATH = re.compile(rb"(\.[ \t]*)?" + _SEARCH_PATH_WRITE)


def find_doubts(old: ModuleName, new: ModuleName, context: FixContext) -> Iterator[Doubt]:
    """The first doubt about whether two names of modules always are the same thing. Raises OSError."""
    reason = context.remember(f"same binding {old} {new}", lambda: _explain_difference(old, new, context))
    if reason:
        yield Doubt(reason)


def _explain_difference(old: ModuleName, new: ModuleName, context: FixContext) -> str | None:
    try:
        old_steps, new_steps = (trace(name.path, name.name, context) for name in (old, new))
    except UnrecognisedBindingError as error:
        return str(error)
    if old_steps[-1] != new_steps[-1]:
        return f"`{_format(old, context)}` and `{_format(new, context)}` are separate bindings"
    for step in dict.fromkeys((*old_steps, *new_steps)):
        location = find_outside_write(step.path, step.name, context) if step.path and step.name else None
        if location:
            return f"{location} sets `{step.name}`, which may be that of `{context.module_name(step.path)}`"
        write = find_computed_write(step.path, context) if step.path and step.name else None
        if write:
            return write
    paths = {each.path for each in (*old_steps, *new_steps)}
    return _find_hidden_write(paths, context) or _find_search_path(paths, context)


def _find_search_path(paths: set[str], context: FixContext) -> str | None:
    """Code that changes where the modules of a package are looked for."""
    packages = {package for path in paths if path for package in context.import_graph.parent_packages(path)}
    for path in context.analysis.contents.find_matching(_SEARCH_PATH_WRITE, [b"__path__"]) if packages else ():
        code = context.references.code_bytes(path)
        match = _SEARCH_PATH.search(code)
        if match and (match[1] or path in packages):
            row = row_at(code, match.start())
            return f"{context.relative_path(path)}:{row} changes where the modules of a package are looked for"
    return None


def _find_hidden_write(paths: set[str], context: FixContext) -> str | None:
    """Code that may set any name of one of some modules, by `vars()` or with a computed name."""
    for each in ProjectFacts.of(context).reflections:
        if each.access is Access.WRITE and each.owner.path in paths and each.owner.node is None:
            place = f"{context.relative_path(each.path)}:{each.row}"
            return f"`{each.text}` ({place}) may set names of `{context.module_name(each.owner.path)}`"
    return None


def _format(name: ModuleName, context: FixContext) -> str:
    return f"{context.module_name(name.path)}.{name.name}"
