"""Whether a collection of a module is changed after its module is loaded: each of its uses must be known to read it."""

from __future__ import annotations

import ast
import re

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, last_name

_COLLECTIONS = frozenset({"Counter", "OrderedDict", "defaultdict", "deque", "dict", "list", "set"})
_VIEWS = frozenset({"ChainMap", "MappingProxyType"})  # they show what changes in the collection beneath
_DISPLAYS = (ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Subscript)
# What builtins and methods return that cannot be changed.
_FIXED_RESULTS = frozenset({"abs", "bool", "bytes", "chr", "complex", "float", "format", "frozenset", "hash", "int"})
_FIXED_RESULTS |= {"isinstance", "issubclass", "len", "object", "oct", "ord", "pow", "range", "repr", "round", "str"}
_FIXED_METHODS = frozenset({"absolute", "as_posix", "casefold", "decode", "encode", "expanduser", "format", "getChild"})
_FIXED_METHODS |= {"group", "isoformat", "join", "joinpath", "lower", "lstrip", "relative_to", "removeprefix", "title"}
_FIXED_METHODS |= {
    "removesuffix",
    "replace",
    "resolve",
    "rstrip",
    "strip",
    "upper",
    "with_name",
    "with_suffix",
    "zfill",
}
_TESTS = (ast.Assert, ast.Compare, ast.Expr, ast.FormattedValue, ast.If, ast.UnaryOp, ast.While)
# Methods that change nothing; those of the second kind return parts of the collection.
_READING_METHODS = frozenset({"copy", "count", "difference", "index", "intersection", "isdisjoint", "issubset", "keys"})
_READING_METHODS |= {"issuperset", "symmetric_difference", "union"}
_PART_METHODS = frozenset({"get", "items", "values"})
# Functions that keep nothing of what they are passed but its elements.
_READERS = frozenset({"all", "any", "dict", "enumerate", "filter", "frozenset", "iter", "join", "len", "list", "map"})
_READERS |= {"max", "min", "print", "reversed", "set", "sorted", "str", "sum", "tuple", "zip"}


def find_change(definition: Definition, reader: str, context: FixContext) -> str:
    """Where a collection, the variable of a module, may be changed after its module is loaded; empty if nowhere.

    What the statements of the module at `reader` do with it changes nothing.
    """
    return context.remember(("changes of", definition, reader), lambda: _find_change(definition, reader, context))


def find_change_anywhere(definition: Definition, context: FixContext) -> str:
    """Where a dictionary of constants, the variable of a module, may be changed by any statement; empty if nowhere.

    Attributes of that name count whatever they belong to, and so do excluded files that name it.
    """
    word = rb"\b" + re.escape(definition.qualname.encode()) + rb"\b"
    for path in context.words.find_other_code(word):
        return f"{context.relative_path(path)}:{context.references.find_row(word, path) or 1}"
    uses = _Uses(definition, None, is_flat=True, context=context)
    return context.remember(("any change of", definition), uses.find_first)


def _find_change(definition: Definition, reader: str, context: FixContext, depth: int = 0) -> str:
    path, name = definition.path or "", definition.qualname
    table = context.symbol_table(path)
    symbol = table.find_symbol(table.module_scope, name)
    values = [getattr(each.statement, "value", None) for each in symbol.bindings] if symbol is not None else []
    for value in values:
        beneath = context.names(path).resolve(_strip_view(value)) if value is not None and depth < 8 else None
        if beneath is not None and beneath.path is not None and not beneath.is_module and beneath != definition:
            found = _find_change(beneath, reader, context, depth + 1)
            if found:
                return found
    if not any(_is_collection(value, context.names(path)) for value in values):
        return ""
    return _Uses(definition, reader, is_flat=all(map(_is_flat, values)), context=context).find_first()


def _strip_view(value: ast.expr) -> ast.expr:
    """The collection beneath a view of it."""
    while isinstance(value, ast.Call) and last_name(value.func) in _VIEWS and value.args:
        value = value.args[-1]
    return value


def _is_collection(value: ast.expr | None, names: FileNames) -> bool:
    """Whether a value may be a collection that can be changed; instances of classes of the project are none."""
    match value:
        case ast.Call():
            return _returns_collection(value, names)
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return _is_collection(left, names) or _is_collection(right, names)
        case ast.BoolOp(values=parts) | ast.Tuple(elts=parts):
            return any(_is_collection(part, names) for part in parts)
    return isinstance(value, _DISPLAYS)


def _returns_collection(call: ast.Call, names: FileNames) -> bool:
    definition, name = names.resolve(call.func), last_name(call.func)
    if definition is None:
        return name not in _FIXED_METHODS
    if definition.path is not None:
        return not isinstance(names.find_node(definition), ast.ClassDef)
    is_builtin = definition.name.startswith("builtins.")
    return name not in _FIXED_RESULTS if is_builtin else name in _COLLECTIONS


def _is_flat(value: ast.expr | None) -> bool:
    """Whether a collection is written out and its elements are constants, which nobody can change."""
    elements = value.values if isinstance(value, ast.Dict) else value.elts if isinstance(value, _SEQUENCES) else [value]
    return all(isinstance(each, ast.Constant) for each in elements)


_SEQUENCES = (ast.List, ast.Set, ast.Tuple)


class _Uses:
    """The uses of one collection in the files of the project, but by statements of its own module and of `reader`.

    If that is None, all of them, with those that may be uses of it.
    """

    def __init__(self, definition: Definition, reader: str | None, *, is_flat: bool, context: FixContext) -> None:
        self._definition = definition
        self._is_strict = reader is None
        self._quiet_paths = (definition.path, reader) if reader is not None else ()
        self._is_flat = is_flat
        self._context = context
        name = re.escape(definition.qualname.encode())
        self._in_string = re.compile(rb"[\"'](?:[\w.]+\.)?" + name + rb"[\"']\s*[,)]")
        self._patched = re.compile(rb"\b(?:patch|setattr|setitem|delitem|multiple|dict)\b[^\n]*")

    def find_first(self) -> str:
        """The place of the first use that may change the collection; empty if there is none."""
        for user in self._context.analysis.find_files_with_words({self._definition.qualname}):
            row = self.find_changing_row(user)
            if row:
                return f"{self._context.relative_path(user)}:{row}"
        return ""

    def find_changing_row(self, path: str) -> int:
        """The row (1-based) of the first use in a file that may change the collection; 0 if there is none."""
        names = self._context.names(path)
        for node in names.symbol_table.nodes:
            is_added_to = isinstance(node, ast.AugAssign) and self._is_imported(node.target, names)
            is_renamed = self._is_strict and isinstance(node, ast.alias) and self._renames(node)
            if is_added_to or is_renamed or (self._is_use(node, names) and not self._only_reads(node, names)):
                return getattr(node, "lineno", 1)
        code = self._context.references.code_bytes(path)
        for line in self._patched.finditer(code):
            if self._in_string.search(line[0]):
                return code.count(b"\n", 0, line.start()) + 1
        return 0

    def _renames(self, alias: ast.alias) -> bool:
        """Whether an import gives the collection another name, under which other files may read it."""
        return alias.name == self._definition.qualname and alias.asname not in (None, alias.name)

    def _is_imported(self, target: ast.expr, names: FileNames) -> bool:
        """Whether the target of `+=` may be the collection in another file: an imported name, or an attribute."""
        if isinstance(target, ast.Attribute):
            return target.attr == self._definition.qualname and not dotted_name(target).startswith(("self.", "cls."))
        symbol = names.symbol_table.lookup(target.id, target) if isinstance(target, ast.Name) else None
        nodes = symbol.binding_nodes if symbol is not None else ()
        return any(isinstance(each, ast.alias) and each.name == self._definition.qualname for each in nodes)

    def _is_use(self, node: ast.AST, names: FileNames) -> bool:
        if not isinstance(node, (ast.Name, ast.Attribute)) or not isinstance(node.ctx, (ast.Load, ast.Del)):
            return False
        if isinstance(node, ast.Attribute) and node.attr != self._definition.qualname:
            return False
        definition = names.resolve(node)
        if definition is None and self._is_strict:
            return isinstance(node, ast.Attribute)
        if definition is None or definition != self._definition._replace(via=definition.via):
            return False
        ancestors = names.symbol_table.ancestors(node)
        return names.path not in self._quiet_paths or any(isinstance(each, FunctionNode) for each in ancestors)

    def _only_reads(self, node: ast.AST, names: FileNames) -> bool:
        """Whether a use of the collection, or of a part of it, changes nothing of it."""
        parent = names.symbol_table.parent(node)
        match parent:
            case ast.Subscript(value=owner, ctx=context) if owner is node:
                return isinstance(context, ast.Load) and (self._is_flat or self._only_reads(parent, names))
            case ast.Attribute(attr=method) if (call := names.symbol_table.call_of(parent)) is not None:
                is_part = method in _PART_METHODS and (self._is_flat or self._only_reads(call, names))
                return method in _READING_METHODS or is_part
            case ast.Call(func=function) if function is not node:
                return self._is_flat and last_name(function) in _READERS
            case ast.For(iter=iterated) | ast.comprehension(iter=iterated):
                return iterated is node and self._is_flat
            case ast.Dict(keys=keys, values=values):
                return self._is_flat and any(key is None and value is node for key, value in zip(keys, values))
            case ast.Starred() | ast.BinOp():
                return self._is_flat
            case ast.Subscript():
                return True  # it is an index
        return isinstance(parent, _TESTS) and (not isinstance(parent, (ast.If, ast.While)) or parent.test is node)
