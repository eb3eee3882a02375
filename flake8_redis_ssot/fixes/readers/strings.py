"""Strings of Python files that name a module: each must be in a place that reads known names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.readers.module_uses import MODULE_FUNCTIONS, ModuleUses
from flake8_redis_ssot.fixes.readers.other_names import is_shortened_name
from flake8_redis_ssot.fixes.readers.target import PossibleRead, ReadTarget
from flake8_redis_ssot.fixes.readers.text_reads import find_import, find_launch, find_named_read
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.search.word_index import LOADERS
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Calls for which the name of a module is but a name.
_NAMING_FUNCTIONS = frozenset(
    {
        *("getLogger", "get_logger", "getChild", "assertLogs", "assertNoLogs", "at_level", "set_level", "find_spec"),
        *("task", "shared_task"),
    }
)
_LOADING_FUNCTIONS = MODULE_FUNCTIONS | {"run_module", "resolve_name"}
_MAX_PATH = 4096  # characters at the end of a string that can be a path
# Calls that replace what their first argument names; other conditions ask where these patches go.
_PATCHING_FUNCTIONS = frozenset({"patch", "dict", "multiple", "setattr", "delattr"})


def find_in_strings(path: str, target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """The reads that the strings of one file may cause."""
    document = context.document(path)
    for node in document.symbol_table.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
            if target.word in text and not _is_patch(node, path, target, context):
                yield from _find_in_string(node, text, path, target, context)


def _is_patch(node: ast.Constant, path: str, target: ReadTarget, context: FixContext) -> bool:
    """Whether a string is (a part of) a known patch of the name: those move with what they patch."""
    rows = context.remember_with_references(
        ("rows of patches", target.path, target.name),
        lambda: {
            (each.path, each.reference.span.row) for each in context.references.find_patches(target.path, target.name)
        },
    )
    return (path, node.lineno) in rows


def _find_in_string(
    node: ast.Constant, text: str, path: str, target: ReadTarget, context: FixContext
) -> Iterator[PossibleRead]:
    document = context.document(path)
    is_prose = isinstance(document.symbol_table.parent(node), ast.Expr)
    if find_named_read(text, target) is not None:
        yield PossibleRead(path, node.lineno, "names it in a string")
    elif find_import(text, target) is not None or (not is_prose and find_launch(text, target) is not None):
        yield PossibleRead(path, node.lineno, "imports the module in a string")
    elif not is_prose and names_module(text, node, path, target, context):
        yield from _follow_naming(node, path, target, context)
    elif not is_prose and _names_file(text, target, document):
        yield PossibleRead(path, node.lineno, "names the module's file, and runs files")


def names_module(text: str, node: ast.Constant, path: str, target: ReadTarget, context: FixContext) -> bool:
    """Whether a whole string is the dotted name of the module, or of a top-level module where one is loaded."""
    module = text.strip().rstrip(":.")
    if module.startswith("."):
        package = package_name(path, context.resolver.modules.roots)
        level = len(module) - len(module.lstrip("."))
        is_named_by_package = module.lstrip(".") == target.word
        return is_named_by_package or resolve_relative_module(package, level, module.lstrip(".")) == target.module
    if not re.fullmatch(r"[\w.]+", module) or module.rpartition(".")[2] != target.word:
        return False
    is_shortened = is_shortened_name(module, path, target.module, context)
    if "." not in module:
        document = context.document(path)
        return _is_loaded(node, document) if is_shortened else not target.package and _is_load(node, document)
    return is_shortened or context.resolver.path_of(module, path) == target.path


def _is_load(node: ast.Constant, document: SourceDocument) -> bool:
    """Whether a string is where the name of a module is expected: a word alone can be anything else."""
    parent = document.symbol_table.parent(node)
    if isinstance(parent, (ast.Subscript, ast.Call)):
        is_taken = isinstance(parent, ast.Call) and last_name(parent.func) in ("get", "pop", "from_object")
        return is_taken or _is_loaded(node, document)
    return any(loader.decode() in document.text for loader in LOADERS)


def _is_loaded(node: ast.Constant, document: SourceDocument) -> bool:
    """Whether a string is certainly the name of a module: one that is loaded, or taken from `sys.modules`."""
    match document.symbol_table.parent(node):
        case ast.Subscript(value=owner) | ast.Call(func=ast.Attribute(value=owner, attr="get" | "pop")):
            return last_name(owner) == "modules"
        case ast.Call(func=function):
            return last_name(function) in _LOADING_FUNCTIONS
    return False


def _follow_naming(node: ast.Constant, path: str, target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """What is done where the name of the module is a string."""
    symbol_table = context.document(path).symbol_table
    uses = ModuleUses(path, target, context)
    parent = symbol_table.parent(node)
    if isinstance(parent, ast.keyword):
        parent = symbol_table.parent(parent)
    if _is_patched(node, symbol_table):
        return
    match parent:
        case ast.Assign(targets=[ast.Name() as constant]) if all(
            _is_patched(read, symbol_table) for read in symbol_table.symbol_of(constant).reads
        ) and not context.references.find_readers(path, constant.id):
            return
        case ast.Subscript() if last_name(parent.value) == "modules":
            yield from uses.follow(parent) if isinstance(parent.ctx, ast.Load) else ()
        case ast.Call() if last_name(parent.func) in MODULE_FUNCTIONS:
            yield from uses.follow(parent)
        case ast.Call(func=ast.Attribute(value=owner, attr="get" | "pop")) if last_name(owner) == "modules":
            yield from uses.follow(parent)
        case ast.Call() if last_name(parent.func) in _NAMING_FUNCTIONS:
            return
        case ast.Compare():
            return
        case _:
            yield PossibleRead(path, node.lineno, f"names the module `{target.module}` in a string")


def _is_patched(node: ast.AST, symbol_table: SymbolTable) -> bool:
    """Whether an expression is in the first argument of a call that patches what that names."""
    child = node
    for ancestor in symbol_table.ancestors(node):
        if isinstance(ancestor, ast.Call):
            return child in ancestor.args[:1] and last_name(ancestor.func) in _PATCHING_FUNCTIONS
        if not isinstance(ancestor, (ast.JoinedStr, ast.FormattedValue, ast.BinOp)):
            return False
        child = ancestor
    return False


def _names_file(text: str, target: ReadTarget, document: SourceDocument) -> bool:
    """Whether a string is the path of the module's file, in a file that runs files."""
    pattern = rf"(?P<prefix>(?:[\w.-]*[/\\])*)\b{re.escape(target.word)}\.py$"
    match = re.search(pattern, text[-_MAX_PATH:])
    runs_files = re.search(r"\b(?:run_path|exec|spec_from_file_location|SourceFileLoader|execfile)\b", document.text)
    parts = [part for part in re.split(r"[/\\]", match["prefix"]) if part.strip(".")] if match else []
    return bool(match and runs_files and target.fits_prefix(parts))
