"""Who binds a variable from elsewhere: by attribute, by name, by a patch, or by loading its module again."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from flake8_redis_ssot.fixes.accessors.model import Variable
from flake8_redis_ssot.fixes.accessors.owners import may_own
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import dotted_name, last_name, namespace_owner


class VariableWrite(NamedTuple):
    """A node of the file at `path` that may bind a variable; `is_patch`: for the time of a test."""

    path: str
    node: ast.expr
    variable: Variable
    is_patch: bool


class Candidate(NamedTuple):
    """A node of the file at `path` that binds attributes of something.

    `owner` is that (None: `names` are dotted names), `names` the attributes (None: any, as they are not written out).
    `is_patch`: for the time of a test; `is_certain`: only if the owner is known to be what has the variable.
    """

    path: str
    node: ast.expr
    owner: ast.expr | None
    names: tuple[str, ...] | None
    is_patch: bool
    is_certain: bool


def find_candidates(variables: Sequence[Variable], context: FixContext) -> tuple[Candidate, ...]:
    """The nodes of all files that may bind one of some variables, judged by names alone."""
    names = {variable.name for variable in variables}
    modules = {context.module_name(variable.path).rpartition(".")[2] for variable in variables}
    naming = re.compile(rb"\b(?:" + _alternatives(modules) + rb")\b")
    written = context.remember(("written", frozenset(names)), lambda: _find_written_files(names, context))
    dynamic = context.remember(
        "dynamic writes", lambda: frozenset(context.analysis.contents.find_with_words(_DYNAMIC_WRITES))
    )
    candidates: list[Candidate] = []
    for path in context.analysis.find_files_with_words(names | modules):
        if path in written or (path in dynamic and naming.search(context.references.code_bytes(path))):
            candidates += _find_in_file(path, names, context)
    for path in context.words.find_other_code_with(modules):
        candidates += _find_in_file(path, names, context)
    return tuple(candidates)


def find_writes(
    candidates: Iterable[Candidate], variable: Variable, context: FixContext, excluded: Collection[ast.AST] = ()
) -> Iterator[VariableWrite]:
    """The candidates that may bind a variable, without those in the functions `excluded`."""
    for candidate in candidates:
        if _is_written(candidate, variable, context):
            ancestors = context.symbol_table(candidate.path).ancestors(candidate.node) if excluded else ()
            if not any(each in excluded for each in ancestors):
                yield VariableWrite(candidate.path, candidate.node, variable, candidate.is_patch)


def _find_written_files(names: Set[str], context: FixContext) -> frozenset[str]:
    """The files whose text may bind an attribute of one of some names."""
    writing, words = _writing_pattern(names), [name.encode() for name in names]
    codes = ((path, context.references.code_bytes(path)) for path in context.analysis.find_files_with_words(names))
    return frozenset(path for path, code in codes if any(word in code for word in words) and writing.search(code))


def _alternatives(names: Collection[str]) -> bytes:
    return b"|".join(re.escape(name.encode()) for name in sorted(names))


def _writing_pattern(names: Collection[str]) -> re.Pattern[bytes]:
    """An attribute that is not called, read from, or part of an import; a string that ends with the name; a keyword."""
    alternatives = _alternatives(names)
    attribute = rb"\.\s*(?:" + alternatives + rb")\b(?!\s*(?:[.(\[]|import\b|as\b))"
    string = rb"[\"'](?:[\w.:]*[.:])?(?:" + alternatives + rb")[\"']"
    keyword = rb"(?:multiple|update)\([^()]*\b(?:" + alternatives + rb")\s*="
    return re.compile(b"|".join((attribute, string, keyword)))


# What can bind names that are not written out.
_DYNAMIC_WRITES = (
    *("setattr", "delattr", "__setattr__", "__dict__", "__globals__", "f_globals", "vars", "reload", "cache_clear"),
    *("update_wrapper", "wraps"),
)


def _find_in_file(path: str, names: Collection[str], context: FixContext) -> Iterator[Candidate]:
    for node in context.symbol_table(path).nodes:
        write = None
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            write = _read_target(node)
        elif isinstance(node, ast.Call):
            write = _read_call(node)
        if write is not None and (write.names is None or any(_may_name(each, names) for each in write.names)):
            yield Candidate(path, node, *write)  # type: ignore[arg-type]  # the types that were asked for


def _may_name(text: str, names: Collection[str]) -> bool:
    """Whether a name, dotted or as Python mangles it, ends with one of some names."""
    return text.rpartition(".")[2] in names or any(name.startswith("__") and text.endswith(name) for name in names)


class _Write(NamedTuple):
    """The fields of a `Candidate`."""

    owner: ast.expr | None
    names: tuple[str, ...] | None
    is_patch: bool = False
    is_certain: bool = False


def _read_target(node: ast.Attribute | ast.Subscript) -> _Write | None:
    if isinstance(node, ast.Attribute):
        return _Write(node.value, (node.attr,) if node.attr != "__dict__" else None)
    owner = _namespace_owner(node.value)
    return _Write(owner, _constant_names([node.slice])) if owner is not None else None


def _namespace_owner(node: ast.expr) -> ast.expr | None:
    """The owner of a mapping of attributes; `__globals__` and `f_globals` stand for a module that is not known."""
    is_unknown = isinstance(node, ast.Attribute) and node.attr in ("__globals__", "f_globals")
    return node if is_unknown else namespace_owner(node)


def _constant_names(nodes: Sequence[ast.expr]) -> tuple[str, ...] | None:
    """The values of constant strings; None if there is anything else."""
    values = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return tuple(values) if len(values) == len(nodes) else None


_SETTERS = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})
_PATCHERS = frozenset({"patch", "object", "multiple", "setattr", "delattr", "dict"})


def _read_call(call: ast.Call) -> _Write | None:
    name, arguments = last_name(call.func), call.args
    if isinstance(call.func, ast.Attribute) and name == "cache_clear":
        return _Write(call.func.value, (name,))
    if isinstance(call.func, ast.Attribute) and _namespace_owner(call.func.value) and name not in _NAMESPACE_READERS:
        return _read_update(call)
    if not arguments:
        return None
    is_patch = name not in _SETTERS or (isinstance(call.func, ast.Attribute) and not name.startswith("__"))
    first = arguments[0]
    if name in ("reload", "update_wrapper"):
        return _Write(first, None)
    if isinstance(call.func, ast.Call) and last_name(call.func.func) == "wraps":
        return _Write(first, None)
    if name in _PATCHERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
        dotted = first.value.replace(":", ".")
        keys = _constant_keys(arguments[1]) if name == "dict" and len(arguments) > 1 else []
        dotted = dotted.removesuffix(".__dict__") if name == "dict" else dotted
        keywords = tuple(f"{dotted}.{each}" for each in (*keys, *(each.arg for each in call.keywords)) if each)
        return _Write(None, keywords if name in ("multiple", "dict") else (dotted,), is_patch=True)
    if name == "multiple":
        return _Write(first, tuple(each.arg or "" for each in call.keywords), is_patch=True)
    if _namespace_owner(first) is not None and name in _NAMESPACE_SETTERS:
        return _read_update(call)
    if name in (*_SETTERS, "object") and len(arguments) > 1:
        return _Write(first, _constant_names(arguments[1:2]), is_patch)
    return _read_unknown_call(call) if name not in _READERS else None


_READERS = frozenset({"getattr", "hasattr", "print", "import_module"})
# Methods that only read a mapping, and functions that change the one that they are passed.
_NAMESPACE_READERS = frozenset({"__contains__", "__getitem__", "copy", "get", "items", "keys", "values"})
_NAMESPACE_SETTERS = frozenset({"dict", "delitem", "setitem"})


def _constant_keys(node: ast.expr) -> list[str]:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _read_unknown_call(call: ast.Call) -> _Write | None:
    """A call of something that is passed an object and names: `reset(module, "name")`."""
    names = tuple(each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str))
    owner = next((each for each in call.args if dotted_name(each)), None)
    return _Write(owner, names, is_certain=True) if owner is not None and names else None


def _read_update(call: ast.Call) -> _Write | None:
    """A change of a namespace: `vars(x).update(name=...)`, `x.__dict__.pop("name")`, `patch.dict(x.__dict__, ...)`."""
    function = call.func
    owner = _namespace_owner(function.value) if isinstance(function, ast.Attribute) else None
    if owner is not None:
        is_item = last_name(function) in ("pop", "setdefault", "__setitem__", "__delitem__")
        return _Write(owner, _constant_names(call.args[:1]) if is_item else None)
    owner = _namespace_owner(call.args[0]) if call.args else None
    is_item = last_name(function) in ("delitem", "setitem")
    names = _constant_names(call.args[1:2]) if is_item else None
    return _Write(owner, names, is_patch=True) if owner is not None else None


def _is_written(candidate: Candidate, variable: Variable, context: FixContext) -> bool:
    if candidate.owner is None:
        return any(_names_variable(name, variable, context) for name in candidate.names or ())
    if candidate.names is None:
        is_code = variable.name == "__code__"  # is in no namespace, and is not copied by `update_wrapper()`
        return (not is_code or _sets_any(candidate.node)) and _is_owner(
            candidate.owner, candidate.path, variable, context
        )
    if not any(_may_name(name, (variable.name,)) for name in candidate.names):
        return False
    if candidate.is_certain:
        return _is_owner(candidate.owner, candidate.path, variable, context)
    return may_own(candidate.owner, candidate.path, variable, context)


def _sets_any(node: ast.expr) -> bool:
    """Whether a node sets an attribute by a computed name, or all of a module."""
    return isinstance(node, ast.Call) and last_name(node.func) in (*_SETTERS, "reload")


def _is_owner(owner: ast.expr, path: str, variable: Variable, context: FixContext) -> bool:
    """Whether an expression is known to be the owner of a variable: nearly everything may be."""
    definition, class_qualname = context.names(path).resolve(owner), variable.qualname.rpartition(".")[0]
    if definition is None or definition.path != variable.path:
        return False
    return definition.qualname in ("", class_qualname)


def _names_variable(dotted: str, variable: Variable, context: FixContext) -> bool:
    module, _, attributes = context.resolver.to_origin(dotted).partition(":")
    return attributes == variable.qualname and context.resolver.modules.path_of(module) == variable.path
