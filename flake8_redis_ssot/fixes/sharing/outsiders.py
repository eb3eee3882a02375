"""Who sets attributes and names from outside: assignments, `setattr`, `del` and mocks in all files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.owners import Owner, enclosing_function, find_owner, iter_bases
from flake8_redis_ssot.fixes.sharing.reflection import find_reflections
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.project.types.receivers import find_receiver
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Functions that set or delete the attribute that they are given the name of.
_SETTERS = frozenset({"__delattr__", "__setattr__", "delattr", "object", "setattr"})
_MULTIPLE_SETTERS = frozenset({"dict", "multiple", "patch", "spy", "stub"})
_MOCKS = _MULTIPLE_SETTERS | {"object"}
# `Class.method(x)`, `Class.method` or `Class.method.__get__`, but not `Class.method(self)`, `Class.method()` and
# `Class.attribute.name`.
_UNBOUND = (
    rb"\b_*[A-Z]\w*\.([a-z_]\w*)\b(?!\s*(?:\(\s*(?:self\b|cls\b|\))|\w|\."
    rb"(?!__(?!(?:doc|module|name|qualname)__))))"
)
# `getattr(Class, "method")`, `Class.__dict__["method"]`
_UNBOUND_BY_NAME = (
    rb"\bgetattr\(\s*(?:\w+\.)*_*[A-Z]\w*\s*,\s*[\"'](\w+)[\"']|(?:__dict__|\bvars\(\w+\))\[[\"'](\w+)[\"']\]"
)


class Write(NamedTuple):
    """Something sets or deletes attribute `name` of `owner`, in the file at `path` and the row (1-based).

    If `is_mock`, it is replaced for a while by an object that was made for tests.
    """

    name: str
    path: str
    row: int
    owner: Owner
    is_mock: bool = False


@dataclass
class OutsideWrites:
    """The writes of attributes by name, searched for once for each set of names."""

    context: FixContext

    def find(self, names: frozenset[str]) -> tuple[Write, ...]:
        """Every write of one of some names in any file, but for those on `self` where the class is another."""
        if not names:
            return ()
        words = b"|".join(sorted(re.escape(name.encode()) for name in names))
        store = rb"(?<![ \t])(?<!\bself)[ \t]*\.[ \t]*(?:" + words + rb")\b(?![ \t]*[.(\[])"
        named = rb"(?:attr__|attr|object|multiple|patch|dict|spy|stub)[ \t]*\(.{0,400}?\b(?:" + words + rb")\b"
        pattern = rb"(?s:" + store + rb"|" + named + rb")"
        literals = sorted(name.encode() for name in names)
        paths = self.context.analysis.contents.find_matching(pattern, literals)
        paths = tuple(sorted({*paths, *self._find_unbound_paths(words, literals)}))
        writes = tuple(write for path in paths for write in self._writes_in(path, names))
        return (*writes, *self._find_in_other_code(pattern, names))

    def _find_in_other_code(self, pattern: bytes, names: frozenset[str]) -> Iterator[Write]:
        """The writes in excluded files that name the package of a canonical module; what they name is not known."""
        resources = self.context.analysis.config.resources
        packages = {module.partition(".")[0] for resource in resources for module in resource.canonical}
        naming_paths = set(self.context.words.find_other_code_with(packages))
        for path in self.context.words.find_other_code(pattern):
            for write in self._writes_in(path, names) if path in naming_paths else ():
                yield write._replace(owner=Owner()) if write.owner.external else write

    def _writes_in(self, path: str, names: frozenset[str]) -> Iterator[Write]:
        with suppress(OSError):
            file_names = self.context.names(path)
            for node in file_names.symbol_table.nodes:
                if isinstance(node, ast.Attribute) and node.attr in names and not isinstance(node.ctx, ast.Load):
                    yield Write(node.attr, path, node.lineno, self._find_owner(node.value, file_names))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    for name in _assigned_in_text(node, names, file_names.symbol_table):
                        yield Write(name, path, node.lineno, Owner())
                elif isinstance(node, ast.Call):
                    for name, receiver in _named_targets(node, names):
                        is_mock = last_name(node.func) in _MOCKS and not _sees_instance(node)
                        yield Write(name, path, node.lineno, find_owner(receiver, file_names), is_mock)

    def _find_owner(self, node: ast.expr, names: FileNames) -> Owner:
        """The owner of an attribute; unknown for `self` of a method that is also read from its class.

        `Other.method(x)` calls it with anything.
        """
        is_receiver = isinstance(node, ast.Name) and find_receiver(node, names.symbol_table) is not None
        method = enclosing_function(node, names) if is_receiver else None
        is_unbound = method is not None and method.name in self._unbound_methods
        return Owner() if is_unbound else find_owner(node, names)

    def _find_unbound_paths(self, words: bytes, literals: list[bytes]) -> list[str]:
        """The files with a method that is read from its class and may set one of some attributes of `self`."""
        pattern = rb"\bself[ \t]*\.[ \t]*(?:" + words + rb")\b(?![ \t]*[.(\[])"
        paths = self.context.analysis.contents.find_matching(pattern, literals) if self._unbound_methods else ()
        methods = b"|".join(re.escape(each.encode()) for each in sorted(self._unbound_methods))
        contents = self.context.analysis.contents
        return [
            each for each in paths if re.search(rb"\bdef[ \t]+(?:" + methods + rb")\b", contents.current_bytes(each))
        ]

    @property
    def _unbound_methods(self) -> frozenset[str]:
        """The names that are read from something with the name of a class, other than in a call with `self`."""
        return self.context.remember("unbound methods", self._find_unbound_methods)

    def _find_unbound_methods(self) -> frozenset[str]:
        contents, names = self.context.analysis.contents, set[bytes]()
        for path in contents.find_matching(_UNBOUND):
            names.update(re.findall(_UNBOUND, contents.current_bytes(path)))
        for path in contents.find_matching(_UNBOUND_BY_NAME, [b"getattr", b"__dict__", b"vars"]):
            names.update(name for found in re.findall(_UNBOUND_BY_NAME, contents.current_bytes(path)) for name in found)
        names.discard(b"")
        return frozenset(each.decode("utf-8", "replace") for each in names) | self._find_computed_methods()

    def _find_computed_methods(self) -> frozenset[str]:
        """The methods of the classes that something is read from by a computed name, as by `getattr(Class, name)`."""
        owners = (each.owner for each in find_reflections(self.context))
        classes = {(owner.path, owner.node) for owner in owners if not owner.is_instance}
        return frozenset(
            function.name
            for path, node in classes
            if isinstance(node, ast.ClassDef)
            for _, part in iter_bases(node, self.context.names(path))
            for function in part.body
            if isinstance(function, FunctionNode)
        )


def _assigned_in_text(node: ast.Constant, names: frozenset[str], symbol_table: SymbolTable) -> Iterator[str]:
    """The attributes that a string would set if it was run as code; docstrings are not."""
    if not isinstance(symbol_table.parent(node), ast.Expr):
        for match in re.finditer(r"\.\s*(\w+)\s*(?:[^\w\s=!<>]{0,2}=(?!=))", str(node.value)):
            yield from {match[1]} & names


def _sees_instance(call: ast.Call) -> bool:
    """Whether what a patch puts in the place of a method receives the instance: anything but a plain mock."""
    has_own_value = len(call.args) > (1 if last_name(call.func) == "patch" else 2)
    keywords = {keyword.arg for keyword in call.keywords}
    return last_name(call.func) == "spy" or has_own_value or bool(keywords & {"autospec", "new", "new_callable"})


def _named_targets(call: ast.Call, names: frozenset[str]) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a call of `setattr` or of a mock sets, and the expression of what it sets them on."""
    function = last_name(call.func)
    if function not in _SETTERS and function not in _MULTIPLE_SETTERS:
        return
    first = call.args[0] if call.args else None
    for keyword in call.keywords:
        if keyword.arg in names and function in _MULTIPLE_SETTERS:
            yield keyword.arg or "", first
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for part in ast.walk(argument):
            text = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
            owner, dot, name = text.rpartition(".")
            if name in names and (dot or function in _SETTERS):
                # Only a whole literal says what it is an attribute of.
                yield name, argument if owner and part is argument else None if dot else first
