"""Constant strings that name code: targets of patches, and dotted paths that settings and tests hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from flake8_redis_ssot.names.evaluator import Evaluator, only_text
from flake8_redis_ssot.names.facts import Mention, Origins
from flake8_redis_ssot.names.scopes import Values, last_name, origins_of

# `package.module.name`, or as entry points write it, `package.module:name`.
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")

# The last part of what is called → what its first argument is for. Whatever is called `patch` and is handed such a
# path patches it: `mock.patch`, `mocker.patch`, a helper around them.
_PATCHERS = {"patch": "patch", "setattr": "patch", "delattr": "patch"}
_KINDS_OF_PATCH = {"object": "object", "multiple": "multiple", "dict": "dict"}

# Those that replace an item for a while: of the namespace of a module it is an attribute.
_ITEMS = frozenset({"setitem", "delitem"})

_TARGETS = ("target", "in_dict")
_ATTRIBUTES = ("attribute", "name")


def note_text(evaluator: Evaluator, node: ast.expr, text: str, parts: Iterable[ast.expr] = ()) -> None:
    """Record a string that is a dotted path; those that it is put together from (`parts`) are none of their own."""
    for part in parts:
        evaluator.ledger.mentions.pop(part, None)
    if node in evaluator.ledger.mentions:
        return  # it is read again; what it is for is known already
    if "." in text and evaluator.words.hits(text.replace(":", ".")) and _DOTTED.fullmatch(text):
        _record(evaluator, node, text, "text")


def note_call(evaluator: Evaluator, node: ast.Call, places: list[Values], keywords: list[Values]) -> None:
    """Record what a call patches, if it does."""
    role = _role(node.func)
    _note_keys(evaluator, node, role)
    target = _argument(node, places, keywords, 0, _TARGETS) if role else None
    if role is None or target is None:
        return
    path = only_text(target[1])
    name = _ending(target[0]) if path is None and role == "patch" else None
    if name is not None and evaluator.words.has(name):
        _record(evaluator, target[0], name, "object")
        return
    if role == "object" or (path is None and role == "patch"):
        attribute = _argument(node, places, keywords, 1, _ATTRIBUTES)
        name = only_text(attribute[1]) if attribute else None
        owners = origins_of(target[1])
        if attribute and name and (evaluator.words.has(name) or any(map(evaluator.words.hits, owners))):
            _record(evaluator, attribute[0], name, "object", owners=owners)
    elif path is not None and _DOTTED.fullmatch(path):
        names = tuple(sorted(keyword.arg for keyword in node.keywords if keyword.arg)) if role == "multiple" else ()
        if evaluator.words.hits(path) or any(map(evaluator.words.has, names)):
            _record(evaluator, target[0], path, role, names=names)


def _note_keys(evaluator: Evaluator, node: ast.Call, role: str | None) -> None:
    """`patch.dict(module.__dict__, {"name": mock})`: of what, cannot be seen."""
    keys: list[ast.expr | None] = []
    if role == "dict":
        keys = [key for given in node.args[1:2] if isinstance(given, ast.Dict) for key in given.keys]
        for keyword in node.keywords:
            if keyword.arg and evaluator.words.has(keyword.arg):
                _record(evaluator, keyword.value, keyword.arg, "object")
    elif last_name(node.func) in _ITEMS:
        keys = [*node.args[1:2]]
    for key in keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and evaluator.words.has(key.value):
            _record(evaluator, key, key.value, "object")


def _ending(node: ast.expr) -> str | None:
    """The last part of a dotted path of which only the end is constant: `f"{module}.name"`, `module + ".name"`."""
    if isinstance(node, ast.JoinedStr):
        return _ending(node.values[-1]) if node.values else None
    if isinstance(node, ast.BinOp):
        return _ending(node.right if isinstance(node.op, ast.Add) else node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _ending(node.func.value)
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return text.rpartition(".")[2] if "." in text else None


def _role(function: ast.expr) -> str | None:
    name = last_name(function)
    if isinstance(function, ast.Attribute) and name in _KINDS_OF_PATCH:
        return _KINDS_OF_PATCH[name] if last_name(function.value) == "patch" else None
    return _PATCHERS.get(name)


def _argument(
    node: ast.Call, places: list[Values], keywords: list[Values], place: int, names: tuple[str, ...]
) -> tuple[ast.expr, Values] | None:
    """An argument that may be given by place or by name, with what it stands for."""
    if place < len(node.args):
        return node.args[place], places[place]
    given = ((keyword.value, values) for keyword, values in zip(node.keywords, keywords) if keyword.arg in names)
    return next(given, None)


def _record(
    evaluator: Evaluator, node: ast.expr, text: str, role: str, *, owners: Origins = (), names: tuple[str, ...] = ()
) -> None:
    span = evaluator.ledger.span(node)
    evaluator.ledger.mentions[node] = Mention(span, evaluator.row, text, role, owners, names, evaluator.frame.qualname)
