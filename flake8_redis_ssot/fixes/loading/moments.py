"""What a module reads while it is loaded, and would read differently at another time: clock, files, environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.attribute_changes import find_attribute_change
from flake8_redis_ssot.fixes.loading.block import Effect
from flake8_redis_ssot.fixes.loading.collection_changes import find_change
from flake8_redis_ssot.fixes.loading.library_state import read_library_state
from flake8_redis_ssot.project.loading.code_blocks import iter_module_nodes
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name

_CLOCK = re.compile(r"time\.\w+|datetime\.(?:datetime|date)\.(?:now|utcnow|today)|uuid\.uuid1|(?:random|secrets)\.\w+")
_FILES = re.compile(r"os\.(?:listdir|scandir|stat|walk)|os\.path\.(?:exists|lexists|is\w+|get[acm]time|getsize)")
_FILE_METHODS = frozenset(
    {"exists", "glob", "is_dir", "is_file", "iterdir", "read_bytes", "read_text", "rglob", "stat"}
)
_FOLDERS = re.compile(r"os\.(?:getcwd|path\.(?:abspath|realpath))|pathlib\.Path\.cwd")
_FOLDER_METHODS = frozenset({"absolute", "resolve"})
# They expand `~` to what the environment names.
_HOME = re.compile(r"os\.path\.expanduser|pathlib\.Path\.home")


def find_moment(path: str, context: FixContext) -> Effect | None:
    """The first read of something that differs with the time at which the module at `path` is loaded.

    Functions of the project that it may call count as well.
    """
    return context.remember(f"moments of {path}", lambda: next(_find_moments(path, context), None))


def _find_moments(path: str, context: FixContext) -> Iterator[Effect]:
    for names, node, row in _iter_loaded_nodes(path, context):
        phrase = _read_moment(node, names, path, context)
        if phrase:
            yield Effect(path, row or getattr(node, "lineno", 1), phrase)


def _iter_loaded_nodes(path: str, context: FixContext) -> Iterator[tuple[FileNames, ast.AST, int]]:
    """The nodes that are evaluated; for those of functions also the row in the module (1-based), else 0."""
    names = context.names(path)
    for node in iter_module_nodes(names.symbol_table.tree.body):
        yield names, node, 0
    for function_path, qualname in context.import_graph.functions_run_by(path):
        function_names = context.names(function_path)
        function = function_names.find_definition(qualname) if qualname else None
        for node in ast.walk(function) if function is not None else ():
            yield function_names, node, 1


def _read_moment(node: ast.AST, names: FileNames, path: str, context: FixContext) -> str:
    """What a node reads that may change, as a phrase; empty for others. The module at `path` is loaded."""
    if isinstance(node, ast.Call):
        return _read_call(node, names, context)
    if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
        if last_name(node) in ("environ", "environb"):
            return _read_environment(node, names, context)
        return (
            _read_table(node, names, path, context)
            or _read_attribute(node, names, path, context)
            or read_library_state(node, names, context)
        )
    return ""


def _read_call(call: ast.Call, names: FileNames, context: FixContext) -> str:
    definition = names.resolve(call.func)
    name = definition.name if definition is not None and definition.path is None else ""
    if _CLOCK.fullmatch(name):
        return f"reads the clock, or a random value, by `{ast.unparse(call.func)}()`"
    method = call.func.attr if isinstance(call.func, ast.Attribute) and not name else ""
    if _FILES.fullmatch(name) or method in _FILE_METHODS or name.startswith("pathlib.Path.read"):
        return f"looks at files by `{ast.unparse(call.func)}()`"
    if _FOLDERS.fullmatch(name) or method in _FOLDER_METHODS:
        is_left = bool(context.analysis.find_files_with_words({"chdir"}))
        return f"reads the working directory by `{ast.unparse(call.func)}()`" if is_left else ""
    if _HOME.fullmatch(name) or method == "expanduser":
        return _find_environment_write(ast.Constant("HOME"), context)
    if name == "os.getenv":
        return _find_environment_write(call.args[0] if call.args else None, context)
    return ""


def _read_environment(node: ast.Attribute | ast.Name, names: FileNames, context: FixContext) -> str:
    """Whether somebody sets what is read of `os.environ`."""
    definition = names.resolve(node)
    if definition is None or definition.name not in ("os.environ", "os.environb"):
        return ""
    parent = names.symbol_table.parent(node)
    key: ast.expr | None = None
    if isinstance(parent, ast.Subscript):
        key = parent.slice
    elif isinstance(parent, ast.Compare):
        key = parent.left
    elif isinstance(parent, ast.Attribute) and parent.attr == "get":
        call = names.symbol_table.call_of(parent)
        key = call.args[0] if call is not None and call.args else None
    return _find_environment_write(key, context)


def _find_environment_write(key: ast.expr | None, context: FixContext) -> str:
    from flake8_redis_ssot.fixes.sharing.study import ProjectFacts  # it imports much, and is seldom needed

    name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
    for write in ProjectFacts.of(context).environment_writes:
        if None in (name, write.name) or write.name == name:
            place = f"{context.relative_path(write.path)}:{write.row}"
            return f"reads `{name or 'os.environ'}` from the environment, which {place} may set,"
    return ""


def _read_table(node: ast.Attribute | ast.Name, names: FileNames, path: str, context: FixContext) -> str:
    """Whether a collection of another module is looked into, and changed by somebody."""
    parent = names.symbol_table.parent(node)
    is_passed_on = (
        isinstance(parent, (ast.Assign, ast.AnnAssign, ast.Attribute)) and getattr(parent, "value", 0) is node
    )
    is_method = isinstance(parent, ast.Attribute) and names.symbol_table.call_of(parent) is not None
    definition = names.resolve(node) if is_method or not is_passed_on else None
    if definition is None or definition.path in (None, path) or "." in definition.qualname:
        return ""
    changer = find_change(definition, path, context)
    return f"looks into `{definition.name}`, which {changer} may change," if changer else ""


def _read_attribute(node: ast.expr, names: FileNames, path: str, context: FixContext) -> str:
    """Whether an attribute of a class or an instance of another module is read, and set by somebody."""
    owner = names.resolve(node.value) if isinstance(node, ast.Attribute) else None
    if not isinstance(node, ast.Attribute) or owner is None or owner.path == path:
        return ""
    place = find_attribute_change(node, names, context)
    return f"reads `{ast.unparse(node)}`, which {place} may set," if place else ""
