"""The values that expressions can have, and constant strings that name code: patch targets and dotted paths."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.facts import Origins, StringReference, attribute_origin
from flake8_redis_ssot.semantic.flow.frames import (
    NO_VALUES,
    FlowValue,
    FlowValues,
    Frame,
    SelfReference,
    StringConstant,
    access_path,
    child_nodes,
    origins_of,
)
from flake8_redis_ssot.semantic.flow.outer_bindings import OuterBindings
from flake8_redis_ssot.semantic.flow.recorder import FactRecorder
from flake8_redis_ssot.semantic.name_patterns import NamePatterns

# `package.module.name`, or as entry points write it, `package.module:name`.
_DOTTED_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
# The last name of a callee → the role of its first argument. Any `patch` that is passed such a path patches it:
# `mock.patch`, `mocker.patch`, a helper around them.
_PATCH_ROLES = {"patch": "patch", "setattr": "patch", "delattr": "patch"}
_PATCH_VARIANTS = {"object": "object", "multiple": "multiple", "dict": "dict"}
# These patch an item, which in the namespace of a module is an attribute.
_ITEM_PATCHERS = frozenset({"setitem", "delitem"})
_TARGET_KEYWORDS = ("target", "in_dict")
_ATTRIBUTE_KEYWORDS = ("attribute", "name")


def record_string(evaluator: Evaluator, node: ast.expr, text: str, parts: Iterable[ast.expr] = ()) -> None:
    """Record a string that is a dotted path; the strings that it is joined from (`parts`) are not recorded."""
    for part in parts:
        evaluator.recorder.string_references.pop(part, None)
    if node in evaluator.recorder.string_references:
        return  # read again: its role is known
    if "." in text and evaluator.patterns.matches_dotted(text.replace(":", ".")) and _DOTTED_PATH.fullmatch(text):
        _record_reference(evaluator, node, text, "text")


def record_patch(
    evaluator: Evaluator, node: ast.Call, positional_values: list[FlowValues], keyword_values: list[FlowValues]
) -> None:
    """Record what a call patches, if anything."""
    role = _patch_role(node.func)
    _record_dict_keys(evaluator, node, role)
    target = _find_argument(node, positional_values, keyword_values, 0, _TARGET_KEYWORDS) if role else None
    if role is None or target is None:
        return
    path = single_string(target[1])
    name = _constant_suffix(target[0]) if path is None and role == "patch" else None
    if name is not None and evaluator.patterns.matches_name(name):
        _record_reference(evaluator, target[0], name, "object")
        return
    if role == "object" or (path is None and role == "patch"):
        attribute = _find_argument(node, positional_values, keyword_values, 1, _ATTRIBUTE_KEYWORDS)
        name = single_string(attribute[1]) if attribute else None
        owners = origins_of(target[1])
        if (
            attribute
            and name
            and (evaluator.patterns.matches_name(name) or any(map(evaluator.patterns.matches_dotted, owners)))
        ):
            _record_reference(evaluator, attribute[0], name, "object", owners=owners)
    elif path is not None and _DOTTED_PATH.fullmatch(path):
        names = tuple(sorted(keyword.arg for keyword in node.keywords if keyword.arg)) if role == "multiple" else ()
        if evaluator.patterns.matches_dotted(path) or any(map(evaluator.patterns.matches_name, names)):
            _record_reference(evaluator, target[0], path, role, names=names)


def _record_dict_keys(evaluator: Evaluator, node: ast.Call, role: str | None) -> None:
    """`patch.dict(module.__dict__, {"name": mock})`: the owner of the keys is not resolved."""
    keys: list[ast.expr | None] = []
    if role == "dict":
        keys = [key for given in node.args[1:2] if isinstance(given, ast.Dict) for key in given.keys]
        for keyword in node.keywords:
            if keyword.arg and evaluator.patterns.matches_name(keyword.arg):
                _record_reference(evaluator, keyword.value, keyword.arg, "object")
    elif last_name(node.func) in _ITEM_PATCHERS:
        keys = [*node.args[1:2]]
    for key in keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and evaluator.patterns.matches_name(key.value):
            _record_reference(evaluator, key, key.value, "object")


def _constant_suffix(node: ast.expr) -> str | None:
    """The last part of a dotted path with a constant end: `f"{module}.name"`, `module + ".name"`."""
    if isinstance(node, ast.JoinedStr):
        return _constant_suffix(node.values[-1]) if node.values else None
    if isinstance(node, ast.BinOp):
        return _constant_suffix(node.right if isinstance(node.op, ast.Add) else node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _constant_suffix(node.func.value)
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return text.rpartition(".")[2] if "." in text else None


def _patch_role(function: ast.expr) -> str | None:
    name = last_name(function)
    if isinstance(function, ast.Attribute) and name in _PATCH_VARIANTS:
        return _PATCH_VARIANTS[name] if last_name(function.value) == "patch" else None
    return _PATCH_ROLES.get(name)


def _find_argument(
    node: ast.Call,
    positional_values: list[FlowValues],
    keyword_values: list[FlowValues],
    index: int,
    names: tuple[str, ...],
) -> tuple[ast.expr, FlowValues] | None:
    """An argument passed by position or by name, with its values."""
    if index < len(node.args):
        return node.args[index], positional_values[index]
    matches = (
        (keyword.value, values) for keyword, values in zip(node.keywords, keyword_values) if keyword.arg in names
    )
    return next(matches, None)


def _record_reference(
    evaluator: Evaluator, node: ast.expr, text: str, role: str, *, owners: Origins = (), names: tuple[str, ...] = ()
) -> None:
    span = evaluator.recorder.span(node)
    evaluator.recorder.string_references[node] = StringReference(
        span, evaluator.row, text, role, owners, names, evaluator.frame.qualname
    )


# By node type. Functions, not bound methods, which would be a reference cycle that keeps every tree alive.
ExpressionReaders = dict[type[ast.AST], Callable[..., FlowValues]]
# Builtins that can return a class or a module; all others have no values.
_TRACKED_BUILTINS = frozenset({"__import__", "getattr", "map", "type"})


class Evaluator:
    """Reads expressions in the current frame. `row` is the line (1-based) where the current statement begins."""

    def __init__(
        self, recorder: FactRecorder, patterns: NamePatterns, module: str, package: str, readers: ExpressionReaders
    ) -> None:
        self.recorder = recorder
        self.patterns = patterns
        self.module = module
        self.package = package
        self.star_modules: list[str] = []
        self.deferred_lambdas: list[tuple[Frame, ast.Lambda, int]] = []
        self.row = 0
        self.frame = Frame("module", "")
        self.outer_bindings = OuterBindings()
        self._readers = readers

    def read(self, node: ast.AST) -> FlowValues:
        """The values that an expression can have. Every call in it is recorded once."""
        reader = self._readers.get(type(node))
        if reader is not None:
            return reader(self, node)
        for child in child_nodes(node):
            self.read(child)
        return NO_VALUES

    def apply_call(self, origins: Origins) -> None:
        """Bind what a call binds in this scope, if it is one of a function of this file."""
        prefix = f"{self.module}:@"
        if all(origin.startswith(prefix) for origin in origins):
            self.outer_bindings.apply_call((origin.removeprefix(prefix) for origin in origins), self.frame)

    def read_all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Read several expressions to record the calls in them."""
        for node in nodes:
            if node is not None:
                self.read(node)

    def read_name(self, name: str) -> FlowValues:
        """The values that a plain name can have here."""
        values = self.frame.lookup(name)
        if values is None:
            builtin: FlowValues = (f"builtins:{name}",) if name in _TRACKED_BUILTINS else NO_VALUES
            values = (self._star_origins(name) or builtin) if self.star_modules else builtin
        if values and self.patterns.matches_name(name):
            if self.frame.is_unbound_local(name):
                # A class body then reads the global, bypassing enclosing functions; in a function this is an error.
                values = self.frame.module_bindings().get(name, NO_VALUES) if self.frame.kind == "class" else NO_VALUES
            self._record_star_reads(values)
        return values

    def _star_origins(self, name: str) -> FlowValues:
        """The origins that star imports may bind a name to: the last one that has the name counts."""
        if not self.patterns.matches_name(name):
            return NO_VALUES
        return ("|".join(f"{star}:*{name}" for star in reversed(self.star_modules)),)

    def _record_star_reads(self, values: FlowValues) -> None:
        for value in values:
            if isinstance(value, str) and ":*" in value:
                for origin in value.split("|"):
                    module, star, _ = origin.partition(":*")
                    if star:
                        self.recorder.star_reads.setdefault(f"{module}:*", set()).add(value)

    def apply_star_import(self, module: str) -> None:
        """`from module import *` at this point: it may rebind any name."""
        if module not in self.star_modules:
            self.star_modules.append(module)
        bindings = self.frame.bindings
        origins_by_name = {name: origins_of(values) for name, values in bindings.items()}
        relevant = {
            name
            for name, origins in origins_by_name.items()
            if self.patterns.matches_name(name) or any(map(self._is_relevant, origins))
        }
        for name in sorted(self.patterns.exact | relevant):
            bindings[name] = tuple(
                f"{module}:*{name}|{previous}".rstrip("|") for previous in origins_by_name.get(name) or ("",)
            )

    def _is_relevant(self, origin: str) -> bool:
        """Whether losing this origin matters: it matches, or is a class that may derive from a match."""
        return origin.startswith(f"{self.module}:@") or self.patterns.matches_dotted(origin)

    def assigned_values(self, node: ast.Attribute | ast.Subscript) -> FlowValues | None:
        """The values that the current scope has assigned to an attribute or item."""
        path = access_path(node) if self.frame.bound_paths else None
        return self.frame.bindings.get(path) if path else None

    def resolve_attribute(self, bases: FlowValues, name: str, node: ast.Attribute | None = None) -> FlowValues:
        """The values that an attribute of `bases` can have; `node` is recorded if the name matches."""
        values: list[FlowValue] = [*(self.recorder.class_origins(bases) if name == "__class__" else ())]
        for base in bases:
            if isinstance(base, str):
                values.append(attribute_origin(base, name))
                if node is not None and self.patterns.matches_name(name):
                    self.recorder.attribute_accesses[node] = (self.row, base, self.frame.function)
            elif isinstance(base, SelfReference):
                if name != "__class__":
                    values.append(f"{base.origin}.{name}")
                elif not base.is_class:  # the class of a class is its metaclass
                    values.append(base)
        return tuple(values)


def single_string(values: FlowValues) -> str | None:
    """The constant string that is the only value, or None."""
    return values[0].value if len(values) == 1 and isinstance(values[0], StringConstant) else None


def resolve_relative_module(package: str, level: int, name: str) -> str | None:
    """The absolute name of a relative import with `level` dots in `package`; None beyond the top-level package."""
    parts = package.split(".") if package else []
    if level - 1 >= len(parts):
        return None
    return ".".join([*parts[: len(parts) - level + 1], *filter(None, [name])])
