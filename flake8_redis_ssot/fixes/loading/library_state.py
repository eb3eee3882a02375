"""State of libraries that a module reads while it is loaded, and library functions that the program replaces."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.bindings.outside_writes import find_patch_calls, find_set_owners
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.known_names import LOADING_FUNCTIONS
from flake8_redis_ssot.fixes.sharing.reflection import Access, find_reflections
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name

# Attributes of `sys` that are the same during the whole run.
_CONSTANTS = frozenset({"abiflags", "api_version", "base_exec_prefix", "base_prefix", "builtin_module_names"})
_CONSTANTS |= {"byteorder", "copyright", "exec_prefix", "executable", "flags", "float_info", "float_repr_style"}
_CONSTANTS |= {"hash_info", "hexversion", "implementation", "int_info", "maxsize", "maxunicode", "platform", "prefix"}
_CONSTANTS |= {"pycache_prefix", "stdlib_module_names", "thread_info", "version", "version_info", "warnoptions"}
# Modules with tables and settings that functions of theirs change, under names in small letters.
_CHANGING_MODULES = frozenset({"codecs", "copyreg", "gc", "linecache", "locale", "logging", "mimetypes", "site"})
_CHANGING_MODULES |= {"tempfile", "threading", "warnings"}
_LOGGER_STATE = frozenset({"disabled", "filters", "handlers", "level", "parent", "propagate"})


def read_library_state(node: ast.expr, names: FileNames, context: FixContext) -> str:
    """What a node reads of a library that may change, or calls that is replaced, as a phrase; empty for others."""
    definition = names.resolve(node)
    if definition is not None and definition.path is None:
        is_called = names.symbol_table.call_of(node) is not None
        return _read_name(definition, context, is_called=is_called)
    owner = node.value if isinstance(node, ast.Attribute) and node.attr in _LOGGER_STATE else None
    if owner is not None and _is_logger(owner, names):
        return f"reads the state of a logger by `{ast.unparse(node)}`"
    return ""


def _read_name(definition: Definition, context: FixContext, *, is_called: bool) -> str:
    module, _, name = definition.name.rpartition(".")
    if module in _CHANGING_MODULES and not is_called and name.islower() and definition.name != "threading.local":
        return f"reads `{definition.name}`"
    if definition.name == "os.getpid":
        return "reads the number of the process"
    if module == "sys" and name not in _CONSTANTS:
        return f"reads `{definition.name}`"
    if not module or module == "builtins":
        return ""
    place = context.remember(
        ("replaced in a library", definition.name), lambda: next(_find_replacements(module, name, context), "")
    )
    return f"uses `{definition.name}`, which {place} replaces," if place else ""


def _is_logger(node: ast.expr, names: FileNames) -> bool:
    """Whether an expression is a call of `logging.getLogger()`, or a variable of a module that is bound to one."""
    if isinstance(node, ast.Call):
        made = names.resolve(node.func)
        return made is not None and made.name == "logging.getLogger"
    definition = names.resolve(node)
    if definition is None or definition.path is None or "." in definition.qualname:
        return definition is not None and definition.name == "logging.root"
    table = names.in_file(definition.path).symbol_table
    symbol = table.find_symbol(table.module_scope, definition.qualname)
    values = [getattr(each.statement, "value", None) for each in symbol.bindings] if symbol is not None else []
    return any(isinstance(value, ast.Call) and last_name(value.func) == "getLogger" for value in values)


def _find_replacements(module: str, name: str, context: FixContext) -> Iterator[str]:
    """Where the program sets a name of a module of a library, or patches it where it loads modules: locations."""
    for path in context.analysis.attribute_writes.find(name):
        names = context.names(path)
        for owner in find_set_owners(name, context.document(path)):
            if _is_named(owner, module, names) and _may_load_meanwhile(owner, path, context):
                yield f"{context.relative_path(path)}:{owner.lineno}"
    for each in find_reflections(context):
        if each.access is Access.WRITE and each.owner.external == module:
            yield f"{context.relative_path(each.path)}:{each.row}"
    for path, call in find_patch_calls(name, context):
        if _patches(call, module, name, context.names(path)) and _may_load_meanwhile(call, path, context):
            yield f"{context.relative_path(path)}:{call.lineno}"


def _is_named(node: ast.expr, module: str, names: FileNames) -> bool:
    definition = names.resolve(node)
    return definition is not None and definition.path is None and definition.name == module


def _patches(call: ast.Call, module: str, name: str, names: FileNames) -> bool:
    """Whether a patch is one of a name of a module: `patch("module.name")`, `patch.object(module, "name")`."""
    if not call.args:
        return False
    texts = [str(each.value) if isinstance(each, ast.Constant) else "" for each in call.args[:2]]
    if texts[0]:
        return f".{texts[0]}".endswith(f".{module}.{name}")
    return texts[1:] == [name] and _is_named(call.args[0], module, names)


def _may_load_meanwhile(node: ast.AST, path: str, context: FixContext) -> bool:
    """Whether a module may be loaded while something is replaced: in functions of a test, only by what they load."""
    table = context.symbol_table(path)
    is_local = any(isinstance(each, (*_FUNCTIONS, ast.ClassDef)) for each in table.ancestors(node))
    if not is_test_path(context.relative_path(path)) or not is_local:
        return True
    return any(
        (isinstance(each, (ast.Import, ast.ImportFrom)) and table.scope_of(each) is not table.module_scope)
        or (isinstance(each, ast.Call) and last_name(each.func) in LOADING_FUNCTIONS)
        for each in table.nodes
    )


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
