"""Modules that look like a source of truth: they define a class, and keep one instance of it or hand it out."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flake8_redis_ssot.syntax.parsing import parse
from flake8_redis_ssot.syntax.source import decode

_CLASS = re.compile(rb"^class ([A-Z]\w*)", re.MULTILINE)
_CALLED = re.compile(rb"(?<![\w.])([A-Z]\w+)\(")
# What is shared tends to be called so.
_TELLING = re.compile(
    r"manager|client|pool|engine|settings|config|connection|session|cache|database|db|registry|store|broker",
    re.IGNORECASE,
)


class Home(NamedTuple):
    """A class with its module (dotted) and file; the names of its one instance and of what gives it back (or empty)."""

    module: str
    path: str
    name: str
    instance: str
    accessor: str

    @property
    def resource(self) -> str:
        """A name for what is shared: `redis` for `RedisManager`."""
        words = words_of(self.name)
        telling = [word for word in words if not _TELLING.fullmatch(word)] or words
        return "_".join(word.lower() for word in telling)


def words_of(name: str) -> list[str]:
    """The words of a name in capitals: `Redis`, `Manager` of `RedisManager`."""
    return re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+", name)


def called_names(data: bytes) -> set[str]:
    """Names in capitals that a file calls: constructors, mostly."""
    return {name.decode() for name in _CALLED.findall(data)}


def defined_classes(data: bytes) -> set[str]:
    """The classes at the top of a file."""
    return {name.decode() for name in _CLASS.findall(data)}


def most_made(called: Iterable[set[str]], defined: Mapping[str, set[str]], most: int) -> list[str]:
    """The classes of the project that most files make; one that is called as shared things are counts three times."""
    own = {name for names in defined.values() for name in names}
    files = Counter(name for names in called for name in names & own)
    weighed = {name: number * (3 if _TELLING.search(name) else 1) for name, number in files.items() if number > 1}
    return sorted(weighed, key=lambda name: (-weighed[name], name))[:most]


def homes_in(path: str, module: str, data: bytes, names: set[str]) -> list[Home]:
    """The homes among some classes that a file defines."""
    tree = parse(decode(data).text).tree
    found = []
    for name in sorted(names):
        instance = _instance_of(tree, name)
        accessor = _accessor_of(tree, name, instance)
        if instance or accessor:
            found.append(Home(module, path, name, instance, accessor))
    return found


def _instance_of(tree: ast.Module, name: str) -> str:
    """The name at the top of a module that an instance is kept under."""
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else ()
        target = statement.target if isinstance(statement, ast.AnnAssign) else next(iter(targets), None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Call) and _is(value.func, name):
            return target.id
    return ""


def _accessor_of(tree: ast.Module, name: str, instance: str) -> str:
    """The function that gives back the instance, or says that it does; one that need not be awaited is better."""
    found = []
    for statement in tree.body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) or statement.name.startswith("_"):
            continue
        required = len(statement.args.posonlyargs) + len(statement.args.args) - len(statement.args.defaults)
        returned = [node.value for node in ast.walk(statement) if isinstance(node, ast.Return) and node.value]
        fits = any(_is(value, instance) for value in returned) if instance else False
        if required == 0 and (fits or _is(statement.returns, name)):
            found.append((isinstance(statement, ast.AsyncFunctionDef), not statement.name.startswith("get"), statement))
    named = "_".join(words_of(name)).lower()
    best = sorted(found, key=lambda each: (each[0], named not in each[2].name, each[1], each[2].lineno))
    return best[0][2].name if best else ""


def _is(node: ast.AST | None, name: str) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == name
    return isinstance(node, ast.Name) and node.id == name
