"""Candidates for canonical modules: they define a class, and bind one instance of it or return one."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.source import decode

_CLASS_DEFINITION = re.compile(rb"^class ([A-Z]\w*)", re.MULTILINE)
_CALLED_NAME = re.compile(rb"(?<![\w.])([A-Z]\w+)\(")
# Names that are typical of shared resources.
_RESOURCE_WORD = re.compile(
    r"manager|client|pool|engine|settings|config|connection|session|cache|database|db|registry|store|broker",
    re.IGNORECASE,
)


class ResourceCandidate(NamedTuple):
    """A class with its module (dotted) and file, and the names of its one instance and of its accessor (or empty)."""

    module: str
    path: str
    class_name: str
    instance: str
    accessor: str

    @property
    def resource_name(self) -> str:
        """A name for the resource: `redis` for `RedisManager`."""
        words = split_words(self.class_name)
        distinctive = [word for word in words if not _RESOURCE_WORD.fullmatch(word)] or words
        return "_".join(word.lower() for word in distinctive)


def split_words(name: str) -> list[str]:
    """The words of a CapWords name: `Redis`, `Manager` of `RedisManager`."""
    return re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+", name)


def find_called_names(data: bytes) -> set[str]:
    """The CapWords names that a file calls: constructors, mostly."""
    return {name.decode() for name in _CALLED_NAME.findall(data)}


def find_defined_classes(data: bytes) -> set[str]:
    """The classes at the top of a file."""
    return {name.decode() for name in _CLASS_DEFINITION.findall(data)}


def rank_classes(called_by_file: Iterable[set[str]], defined_by_file: Mapping[str, set[str]], limit: int) -> list[str]:
    """The project's classes that most files instantiate; names typical of shared resources count three times."""
    project_classes = {name for names in defined_by_file.values() for name in names}
    file_counts = Counter(name for names in called_by_file for name in names & project_classes)
    repeated = {name: number for name, number in file_counts.items() if number > 1}
    weights = {name: number * (3 if _RESOURCE_WORD.search(name) else 1) for name, number in repeated.items()}
    return sorted(weights, key=lambda name: (-weights[name], name))[:limit]


def find_candidates(path: str, module: str, data: bytes, names: set[str]) -> list[ResourceCandidate]:
    """The candidates among some classes that a file defines."""
    tree = parse_tolerantly(decode(data).text).tree
    candidates = []
    for name in sorted(names):
        instance = _find_instance(tree, name)
        accessor = _find_accessor(tree, name, instance)
        if instance or accessor:
            candidates.append(ResourceCandidate(module, path, name, instance, accessor))
    return candidates


def _find_instance(tree: ast.Module, name: str) -> str:
    """The name at the top of a module that an instance is assigned to."""
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else ()
        target = statement.target if isinstance(statement, ast.AnnAssign) else next(iter(targets), None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Call) and _is_name(value.func, name):
            return target.id
    return ""


def _find_accessor(tree: ast.Module, name: str, instance: str) -> str:
    """The function that returns the instance, or is annotated to; a synchronous one is preferred."""
    candidates = []
    resource_words = "_".join(split_words(name)).lower()
    for statement in tree.body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) or statement.name.startswith("_"):
            continue
        required = len(statement.args.posonlyargs) + len(statement.args.args) - len(statement.args.defaults)
        returned = [node.value for node in ast.walk(statement) if isinstance(node, ast.Return) and node.value]
        returns_instance = any(_is_name(value, instance) for value in returned) if instance else False
        if required == 0 and (returns_instance or _is_name(statement.returns, name)):
            is_async = isinstance(statement, ast.AsyncFunctionDef)
            is_other_name = resource_words not in statement.name
            rank = (is_async, is_other_name, not statement.name.startswith("get"), statement.lineno)
            candidates.append((rank, statement.name))
    return min(candidates)[1] if candidates else ""


def _is_name(node: ast.AST | None, name: str) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == name
    return isinstance(node, ast.Name) and node.id == name
