"""Locate a constructor that is called or passed as a callback, and resolve the name it is used by."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.called_default import find_called_default
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.project.constructions import find_calling_definition, find_constructors
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import DEFINITIONS, is_type_checking, last_name, root_of
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument
from flake8_redis_ssot.semantic.flow.frames import parameter_defaults
from flake8_redis_ssot.semantic.scopes import Symbol


@dataclass(frozen=True)
class ConstructionSite:
    """A use of a constructor: `call` creates the instance (None: the constructor is passed as a callback).

    `constructor` is the expression that resolves to the constructor, `root` the name at its start, `symbol` the symbol
    of that name (None: a star import), `import_statement` the statement that imports it. `written_origin` is the origin
    of the constructor as the file spells it, with the whole module before the colon. If the constructor is the default
    of a parameter, `called_default` is a call of that.
    """

    fact: Call | CallbackArgument
    definition: Definition
    resource: Resource
    call: ast.Call | None
    constructor: ast.expr
    root: ast.Name
    symbol: Symbol | None
    import_statement: ast.stmt | None
    written_origin: str
    called_default: ast.Call | None = None

    @property
    def expression(self) -> ast.expr:
        """The expression to replace: the call, or the constructor that is passed on."""
        return self.call or self.constructor


_MAX_NAMES = 6


def _list_names(definitions: Iterable[Definition]) -> str:
    names = [f"`{name}`" for name in sorted({definition.name for definition in definitions})]
    others = [plural(len(names) - _MAX_NAMES, "other")] if len(names) > _MAX_NAMES else []
    return " or ".join(names[:_MAX_NAMES] + others)


def locate_construction(fact: Call | CallbackArgument, file: FileContext, document: SourceDocument) -> ConstructionSite:
    """The nodes of a construction in its file. Raises NotFixableError if it cannot be replaced."""
    definitions = file.resolve(fact.origins)
    matches = [
        (definition, resource)
        for definition, resource in find_constructors(fact.origins, file)
        if not file.is_exempt(resource)
    ]
    if not matches:
        raise NotFixableError("the canonical module has no configured instance or accessor")
    if len({(definition.name, definition.qualname) for definition in definitions}) > 1:
        raise NotFixableError(f"it may be {_list_names(definitions)}, depending on the control flow")
    if isinstance(fact, Call) and fact.is_of_own_class:
        raise NotFixableError(f"it is called as `cls`, which may be a subclass of `{matches[0][0].name}`")
    called = find_calling_definition(fact, file) if isinstance(fact, CallbackArgument) else None
    if called is not None:
        raise NotFixableError(f"`{called.name}()` calls it, and may do more with the class")
    call, constructor = _find_nodes(fact, document)
    root, symbol = _find_root(constructor, document)
    default = find_called_default(symbol, document.symbol_table) if symbol is not None and call is not None else None
    called_default = call if default is not None and constructor is root else None
    if default is not None and constructor is root:
        call, constructor = None, default
        root, symbol = _find_root(default, document)
    import_statement = _find_import_statement(root, symbol, fact, document)
    if import_statement is not None and any(
        _is_type_checking_block(node) for node in document.symbol_table.ancestors(import_statement)
    ):
        raise NotFixableError(
            f"`{root.id}` is imported for type checkers only (line {import_statement.lineno}), so this fails today"
        )
    return ConstructionSite(
        fact,
        *matches[0],
        call,
        constructor,
        root,
        symbol,
        import_statement,
        _split_origin(fact.origins[0], file),
        called_default,
    )


def _find_root(constructor: ast.expr, document: SourceDocument) -> tuple[ast.Name, Symbol | None]:
    """The name at the start of a dotted name, and its symbol. Raises NotFixableError for other expressions."""
    root = root_of(constructor)
    if not isinstance(root, ast.Name):
        raise NotFixableError("the constructor is not called by a name")
    return root, document.symbol_table.symbol_of(root) if document.symbol_table.lookup(root.id, root) else None


def _is_type_checking_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and is_type_checking(node.test)


def _split_origin(origin: str, file: FileContext) -> str:
    """An origin with the longest possible module before the colon."""
    module, _, attributes = origin.partition(":")
    parts = attributes.split(".")
    for length in range(len(parts) - 1, 0, -1):
        definitions = file.resolve([f"{module}:{'.'.join(parts[:length])}"])
        if len(definitions) == 1 and definitions[0].is_module:
            return f"{definitions[0].name}:{'.'.join(parts[length:])}"
    return origin


def _find_nodes(fact: Call | CallbackArgument, document: SourceDocument) -> tuple[ast.Call | None, ast.expr]:
    if isinstance(fact, Call):
        call = document.find_node(ast.Call, fact.span)
        if isinstance(call, ast.Call):
            return call, call.func
    else:
        for kind in (ast.Name, ast.Attribute):
            constructor = document.find_node(kind, fact.span)
            if constructor is not None:
                return None, constructor
    if any(_is_decorator(document.find_node(kind, fact.span), document) for kind in (ast.Name, ast.Attribute)):
        raise NotFixableError("it is called as a decorator, where the shared instance cannot stand")
    raise NotFixableError("the constructor is not called by a name")


def _is_decorator(node: ast.AST | None, document: SourceDocument) -> bool:
    parent = document.symbol_table.parent(node) if node is not None else None
    return isinstance(parent, DEFINITIONS) and node in parent.decorator_list


def find_dependency_call(construction: ConstructionSite, document: SourceDocument) -> ast.Call | None:
    """The `Depends()` that takes its callable from the annotation which the constructor is; None for anything else."""
    fact, table = construction.fact, document.symbol_table
    if not isinstance(fact, CallbackArgument) or fact.slot != "annotation":
        return None
    holder = table.parent(construction.constructor)
    arguments = table.parent(holder) if isinstance(holder, ast.arg) else None
    candidates: list[ast.expr | None] = list(holder.elts) if isinstance(holder, ast.Tuple) else []
    if isinstance(holder, ast.arg) and isinstance(arguments, ast.arguments):
        candidates = [parameter_defaults(arguments).get(holder.arg)]
    calls = [each for each in candidates if isinstance(each, ast.Call) and last_name(each.func) == fact.callee_name]
    return calls[0] if calls else None


# They call their first argument without passing on the others.
_ARGUMENTLESS_RECEIVERS = frozenset({"Depends", "Security", "defaultdict"})
_FUNCTION_KEYWORDS = ("target", "function", "func")
_ARGUMENT_KEYWORDS = ("args", "kwargs")  # of threads, timers and processes


def find_forwarded_call(construction: ConstructionSite, document: SourceDocument) -> ast.Call | None:
    """The call of the constructor that `partial(Manager, prefix='x')` stands for.

    Its callee is the other function where the arguments are not written as they are passed, as in `Thread(args=…)`.
    """
    fact, parent = construction.fact, document.symbol_table.parent(construction.constructor)
    if not isinstance(fact, CallbackArgument) or fact.callee_name in _ARGUMENTLESS_RECEIVERS:
        return None
    if isinstance(parent, ast.Call) and isinstance(fact.slot, int):
        return ast.Call(construction.constructor, parent.args[fact.slot + 1 :], parent.keywords)
    call = document.symbol_table.parent(parent) if isinstance(parent, ast.keyword) else None
    if isinstance(call, ast.Call) and fact.slot in _FUNCTION_KEYWORDS:
        return ast.Call(call.func, [], [each for each in call.keywords if each.arg in _ARGUMENT_KEYWORDS])
    return None


def _find_import_statement(
    root: ast.Name, symbol: Symbol | None, fact: Call | CallbackArgument, document: SourceDocument
) -> ast.stmt | None:
    if symbol is None:
        return _find_star_import(fact, document)
    if len(symbol.bindings) > 1 and symbol.is_imported_package:
        return _find_package_import(symbol, fact)
    if len(symbol.bindings) > 1:
        rows = " and ".join(str(getattr(binding.node, "lineno", 0)) for binding in symbol.bindings)
        raise NotFixableError(f"`{root.id}` has more than one binding (lines {rows})")
    binding = symbol.bindings[0]
    if isinstance(binding.node, ast.arg):
        raise NotFixableError(_explain_parameter(root, binding.node, document))
    if not isinstance(binding.node, ast.alias) and symbol.scope.kind != "module":
        raise NotFixableError(
            f"`{root.id}` is not an import but bound here (line {getattr(binding.node, 'lineno', 0)})"
        )
    if document.symbol_table.scope_of(binding.statement) is not symbol.scope:
        raise NotFixableError(f"`{root.id}` is bound by a function (line {binding.statement.lineno})")
    return binding.statement if isinstance(binding.node, ast.alias) else None


def _explain_parameter(root: ast.Name, parameter: ast.arg, document: SourceDocument) -> str:
    """Why a constructor that is a parameter, or an attribute of one, cannot be replaced where it is called."""
    parent = document.symbol_table.parent(root)
    if isinstance(parent, ast.Attribute):
        return f"`{document.text_of(parent)}` may be another class: an instance or a subclass can set it"
    return f"`{root.id}` is a parameter (line {parameter.lineno}), for which a caller may pass another class"


def _find_package_import(symbol: Symbol, fact: Call | CallbackArgument) -> ast.stmt:
    """The import of the longest module that contains the constructor; else the first."""
    origins = [f"{origin.replace(':', '.')}." for origin in fact.origins]
    imports = [(each.node.name, each.statement) for each in symbol.bindings if isinstance(each.node, ast.alias)]
    fitting = [each for each in imports if any(origin.startswith(f"{each[0]}.") for origin in origins)]
    return max(fitting, key=lambda each: len(each[0]))[1] if fitting else imports[0][1]


def _find_star_import(fact: Call | CallbackArgument, document: SourceDocument) -> ast.stmt:
    stars = [statement for statement in document.imports if statement.names[0].name == "*"]
    if not stars:
        raise NotFixableError("its name could not be resolved")
    return max((star for star in stars if star.lineno < fact.span.row), key=lambda star: star.lineno, default=stars[-1])
