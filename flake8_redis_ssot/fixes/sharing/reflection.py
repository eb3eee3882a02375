"""Code that reaches attributes without naming them: `vars`, `getattr` with a computed name, copies, pickles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.owners import Owner, find_owner
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import iter_statements

_WORDS = (
    *(b"attr", b"vars", b"__dict__", b"__setstate__", b"__reduce", b"__init__", b"getmembers", b"gc", b"copy"),
    *(b"pickle", b"asdict", b"astuple", b"weakref", b"methodcaller", b"globals", b"exec", b"eval", b"dill", b"shelve"),
    *(b"reload", b"__class__"),
)
_PATTERN = (
    rb"\b(?:set|del|get)attr\b|\bvars\b|__dict__|__(?:set|get|del)attr(?:ibute)?__|\.__init__\b|__class__\b"
    rb"|__setstate__|__reduce|getmembers|\bgc\b|\bcopy\b|deepcopy|pickle|asdict|astuple|weakref|attrgetter"
    rb"|methodcaller|\bglobals\b|\bexec\b|\beval\b|\bdill\b|\bshelve\b|\breload\b"
)
_READERS = frozenset(
    {"copy.copy", "copy.deepcopy", "dataclasses.asdict", "dataclasses.astuple", "inspect.getmembers", "weakref.ref"}
    | {"inspect.getmembers_static", "weakref.proxy", "weakref.finalize"}
)
_READER_MODULES = frozenset({"cloudpickle", "dill", "gc", "jsonpickle", "marshal", "pickle", "shelve"})
_STATE_ATTRIBUTES = frozenset({"__dict__", "__getattribute__", "__reduce__", "__reduce_ex__", "__setstate__"})
_SETTING_METHODS = frozenset({"__delattr__", "__init__", "__setattr__"})
_BUILTINS = frozenset({"delattr", "eval", "exec", "getattr", "globals", "setattr", "vars"})
_RUNNERS = ("exec(", "eval(")
_FLAT_TYPES = frozenset({"bool", "bytes", "date", "datetime", "Decimal", "float", "int", "None", "str", "UUID"})


class Access(Enum):
    """What an expression may do with any attribute of an object: read it, set it, or load its module again."""

    READ = "read"
    WRITE = "write"
    RELOAD = "reload"


# Functions whose argument may be changed; that of `exec` and `eval` is a text, so nothing is known about it.
_ACCESSES = {
    **dict.fromkeys(("vars", "globals", "exec", "eval"), Access.WRITE),
    "importlib.reload": Access.RELOAD,
}


class Reflection(NamedTuple):
    """An expression that may read or set any attribute of `owner`, at the path and row (1-based)."""

    text: str
    path: str
    row: int
    owner: Owner
    access: Access


def find_reflections(context: FixContext) -> tuple[Reflection, ...]:
    """All such expressions in all files."""
    return context.remember("reflections", lambda: tuple(_find_reflections(context)))


def find_unknown_writes(context: FixContext) -> tuple[Reflection, ...]:
    """Those that may set any attribute of an object that is not known; code that is run from a text is none of them."""
    return context.remember(
        "writes of unknown owners", lambda: tuple(filter(_is_unknown_write, find_reflections(context)))
    )


def _is_unknown_write(reflection: Reflection) -> bool:
    is_write = reflection.access is Access.WRITE and reflection.owner.is_unknown
    return is_write and not reflection.text.startswith(_RUNNERS)


def _find_reflections(context: FixContext) -> Iterator[Reflection]:
    for path in context.analysis.contents.find_matching(_PATTERN, _WORDS):
        yield from _reflections_in(path, context)


def _reflections_in(path: str, context: FixContext) -> Iterator[Reflection]:
    with suppress(OSError):
        data = context.references.code_bytes(path)
        if not re.search(_PATTERN, data):
            return
        names = context.names(path)
        for node in names.symbol_table.nodes:
            for target, access in _targets(node, names):
                text = ast.unparse(node).partition("\n")[0]
                owner = target if isinstance(target, Owner) else find_owner(target, names)
                yield Reflection(text, path, getattr(node, "lineno", 0), owner, access)


def _targets(node: ast.AST, names: FileNames) -> Iterator[tuple[ast.expr | Owner | None, Access]]:
    """What a node reaches any attribute of, and for what."""
    if isinstance(node, ast.Attribute):
        is_special = node.attr in _SETTING_METHODS and names.symbol_table.call_of(node) is None
        if node.attr in _STATE_ATTRIBUTES or (node.attr == "__class__" and not isinstance(node.ctx, ast.Load)):
            yield node.value, Access.WRITE
        elif is_special and isinstance(node.ctx, ast.Load):
            yield None, Access.WRITE  # it is called under another name
    elif isinstance(node, ast.Name):
        is_builtin = node.id in _BUILTINS and names.symbol_table.lookup(node.id, node) is None
        if is_builtin and names.symbol_table.call_of(node) is None:
            yield None, Access.READ if node.id == "getattr" else Access.WRITE
    elif isinstance(node, ast.Call):
        definition = names.resolve(node.func)
        name = definition.name if definition is not None and definition.path is None else ""
        yield from _call_targets(node, name.removeprefix("builtins."), names)


def _call_targets(call: ast.Call, name: str, names: FileNames) -> Iterator[tuple[ast.expr | Owner | None, Access]]:
    """What a call of a function outside of the project (a dotted name, or empty) or of a method reaches."""
    first = call.args[0] if call.args else None
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in ("getattr", "setattr", "delattr") or method == "setattr":
        if not _is_named(call):
            yield first, Access.READ if name == "getattr" else Access.WRITE
        elif any(isinstance(each, ast.Constant) and str(each.value).startswith("__") for each in call.args[:2]):
            yield first, Access.WRITE  # `getattr(x, "__dict__")`
    elif name in _ACCESSES:
        target = Owner(names.path) if name == "globals" else None if name in ("exec", "eval") else first
        yield target, _ACCESSES[name]
    elif method in _SETTING_METHODS and isinstance(call.func, ast.Attribute):
        yield from _special_call_targets(call, call.func, names)
    elif name in _READERS and not _is_flat(first, names):
        yield first, Access.READ
    elif name.partition(".")[0] in _READER_MODULES or _makes_reader(name, first):
        yield None, Access.READ


def _makes_reader(name: str, first: ast.expr | None) -> bool:
    """Whether a call makes a function that reads an attribute with a computed name."""
    return name in ("operator.attrgetter", "operator.methodcaller") and not isinstance(first, ast.Constant)


def _is_named(call: ast.Call) -> bool:
    """Whether the name of the attribute is a literal; of `monkeypatch.setattr` the first argument can be the path."""
    texts = [isinstance(each, ast.Constant) and isinstance(each.value, str) for each in call.args[:2]]
    has_keywords = any(keyword.arg in (None, "name") for keyword in call.keywords)
    return any(texts) and not has_keywords and not any(isinstance(each, ast.Starred) for each in call.args)


def _special_call_targets(
    call: ast.Call, func: ast.Attribute, names: FileNames
) -> Iterator[tuple[ast.expr | None, Access]]:
    """`x.__init__()`, `object.__setattr__(x, name, value)`; `super().__init__()` is about `self`."""
    if isinstance(func.value, ast.Call) and ast.unparse(func.value) == "super()":
        if func.attr != "__init__" and not _is_named(call):
            yield None, Access.WRITE
        return
    owner = find_owner(func.value, names)
    is_class = owner.external or (isinstance(owner.node, ast.ClassDef) and not owner.is_instance)
    yield (call.args[0] if is_class and call.args else func.value), Access.WRITE


def _is_flat(node: ast.expr | None, names: FileNames) -> bool:
    """Whether an expression is an instance of a class of the project whose annotated fields are all plain values."""
    owner = find_owner(node, names)
    if not owner.is_instance or not isinstance(owner.node, ast.ClassDef):
        return False
    annotations = [each.annotation for each in iter_statements(owner.node.body) if isinstance(each, ast.AnnAssign)]
    words = {word for each in annotations for word in re.findall(r"\w+", ast.unparse(each))}
    return bool(annotations) and words <= _FLAT_TYPES | {"Optional"}
