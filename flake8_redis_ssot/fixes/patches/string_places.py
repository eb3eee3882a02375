"""What the place of a string in the code says about whether a patch takes its target from it."""

from __future__ import annotations

import ast
import re

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.patches.lookups import is_in_annotation
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.module_exports import is_dunder_all_assignment

# Calls that only show a text.
_REPORTING_CALLS = frozenset(
    {"print", "log", "debug", "info", "warning", "warn", "error", "exception", "critical", "getLogger", "fail", "skip"}
)
# Calls that are passed the name of a type or of a module.
_NAMING_CALLS = frozenset(
    {
        "import_module",
        "__import__",
        "cast",
        "TypeVar",
        "NewType",
        "ForwardRef",
        "namedtuple",
        "NamedTuple",
        "type",
        "Enum",
    }
)
# Calls that read an attribute.
_READING_CALLS = frozenset({"getattr", "hasattr", "attrgetter"})
# Calls in which the name of a keyword is a name to set.
_KEYWORD_SETTERS = frozenset({"multiple", "dict", "SimpleNamespace", "Namespace", "update"})
ATTRIBUTE_SETTERS = frozenset({"object", "setattr", "delattr", "spy"})
_DOTTED_NAME = re.compile(r"[\w:]*(?:\.[\w:]*)+")
_SPLITTERS = frozenset({"split", "splitlines", "partition", "rpartition"})
# What code that replaces a name contains.
_PATCH_WORDS = re.compile(r"(?i)patch|mock|[sd]e[tl]attr|__dict__|\b(?:vars|globals|exec|eval)\b")


def is_kept(node: ast.expr, document: SourceDocument) -> bool:
    """Whether a function only puts a string into a variable, itself or in a container, and its file patches nothing."""
    statement, part = document.symbol_table.statement_of(node), document.symbol_table.parent(node)
    while isinstance(part, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
        part = document.symbol_table.parent(part)
    is_assigned = part is statement and isinstance(statement, (ast.Assign, ast.AnnAssign))
    is_in_function = document.symbol_table.scope_of(statement).kind == "function"
    return is_assigned and is_in_function and not _PATCH_WORDS.search(document.text)


def depends_on_caller(node: ast.expr, document: SourceDocument) -> bool:
    """Whether the value of an expression depends on an argument, or on an attribute of `self` or `cls`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            symbol = document.symbol_table.lookup(part.id, part)
            if symbol is not None and any(isinstance(each, ast.arg) for each in symbol.binding_nodes):
                return True
    return False


def is_text(node: ast.expr, document: SourceDocument) -> bool:
    """Whether a string is prose: it stands alone, or has blanks and is not taken apart."""
    parent = document.symbol_table.parent(node)
    if isinstance(parent, ast.Expr):
        return True
    if isinstance(parent, ast.Attribute) and parent.attr in _SPLITTERS:
        return False
    texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(re.search(r"\s", text.strip() if len(texts) == 1 else text) for text in texts)


def is_something_else(node: ast.expr, document: SourceDocument) -> bool:
    """Whether a string stands where no patch takes its target from."""
    if is_in_annotation(node, document):
        return True
    parent = document.symbol_table.parent(node)
    container = document.symbol_table.parent(parent) if isinstance(parent, (ast.Tuple, ast.List, ast.Set)) else parent
    if isinstance(container, ast.Compare):
        return True
    if isinstance(parent, ast.Subscript) and parent.slice is node and isinstance(parent.ctx, ast.Load):
        return True
    statement = document.symbol_table.statement_of(node)
    if _builds_dunder_all(statement) or isinstance(statement, ast.Raise):
        return True
    if isinstance(statement, ast.Assert) and statement.msg is node:
        return True
    if isinstance(container, ast.keyword) and container.arg == "fromlist":
        return True
    return _is_argument_of(_REPORTING_CALLS | _NAMING_CALLS, node, document)


def _is_argument_of(names: frozenset[str], node: ast.expr, document: SourceDocument) -> bool:
    """Whether a node, or the list that it is in, is an argument of one of some functions."""
    parent = document.symbol_table.parent(node)
    call = document.symbol_table.parent(parent) if isinstance(parent, (ast.Tuple, ast.List, ast.Set)) else parent
    return isinstance(call, ast.Call) and last_name(call.func) in names


def is_plain_value(node: ast.expr, document: SourceDocument, context: FixContext) -> bool:
    """Whether a string in code that is no test is a key, or an argument of a call that has no module among the others.

    Code that replaces a name has to be told of which module.
    """
    if is_test_path(context.relative_path(document.path)):
        return False
    parent = document.symbol_table.parent(node)
    if isinstance(parent, ast.Dict) and node in parent.keys:
        parent = document.symbol_table.parent(parent)
        return not (isinstance(parent, (ast.Call, ast.keyword)) and is_setter(parent, document))
    call = document.symbol_table.parent(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call) or is_setter(call, document):
        return False
    others = [*call.args, *(keyword.value for keyword in call.keywords)]
    return not any(_may_name_module(each, document, context) for each in others if each is not node)


def is_setter(node: ast.Call | ast.keyword, document: SourceDocument) -> bool:
    """Whether a call, or the call of a keyword, sets names that it is given."""
    call = document.symbol_table.parent(node) if isinstance(node, ast.keyword) else node
    name = last_name(call.func) if isinstance(call, ast.Call) else ""
    return name in _KEYWORD_SETTERS | ATTRIBUTE_SETTERS or "patch" in name


def _may_name_module(node: ast.expr, document: SourceDocument, context: FixContext) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _DOTTED_NAME.fullmatch(node.value) is not None
    if isinstance(node, (ast.Name, ast.Attribute)):
        names = context.names(document.path)
        definition, texts = names.resolve(node), _find_texts(node, names)
        if any(_DOTTED_NAME.fullmatch(text) for text in texts):
            return True
        return definition.is_module if definition is not None else not texts
    return not isinstance(node, (ast.Call, ast.Lambda, ast.Dict, ast.List, ast.Tuple, ast.Set))


def _find_texts(node: ast.Name | ast.Attribute, names: FileNames) -> list[str]:
    """The strings that the body of a class or module of the project binds a name to; none if there is another value."""
    owner = names.resolve(node.value) if isinstance(node, ast.Attribute) else None
    found = names.find_node(owner) if owner is not None and owner.path is not None else None
    definition = names.resolve(node)
    if isinstance(found, ast.ClassDef) and isinstance(node, ast.Attribute):
        body, name = found.body, node.attr
    elif definition is not None and definition.path is not None and definition.qualname:
        body, name = names.in_file(definition.path).symbol_table.tree.body, definition.qualname
    else:
        return []
    values = [
        each.value
        for each in body
        if isinstance(each, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in each.targets)
    ]
    texts = [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    return texts if len(texts) == len(values) else []


def _builds_dunder_all(statement: ast.stmt) -> bool:
    target: ast.expr | None = statement.target if isinstance(statement, (ast.AugAssign, ast.AnnAssign)) else None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        target = function.value if isinstance(function, ast.Attribute) else None
    return is_dunder_all_assignment(statement) or (isinstance(target, ast.Name) and target.id == "__all__")


def is_only_read(node: ast.expr, document: SourceDocument) -> bool:
    """Whether a string names an attribute that is only read, as in `hasattr(module, "name")`."""
    return _is_argument_of(_READING_CALLS, node, document)
