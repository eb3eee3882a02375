"""The arguments of a construction that the accessor takes as well, and passes to the same constructor."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.fixes.accessors.arguments import identify_constructor
from flake8_redis_ssot.fixes.accessors.model import SharedConstruction
from flake8_redis_ssot.fixes.accessors.parameters import Parameters, bind_arguments, find_parameters, read_parameters
from flake8_redis_ssot.fixes.accessors.variables import assigned_value
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite, find_forwarded_call
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, iter_scope_nodes
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.syntax.edits import TextEdit, apply_edits


class PassedArgument(NamedTuple):
    """An argument that goes to `parameter` of the accessor.

    If `is_default`, the call has none, and the value is that of the constructor: the accessor has another default.
    """

    parameter: str
    value: ast.expr
    is_default: bool = False

    def format(self, document: SourceDocument) -> str:
        """The keyword argument of a call of the accessor; `document` is the file of the construction."""
        text = ast.unparse(self.value) if self.is_default else document.text_of(self.value)
        return f"{self.parameter}={text}"


def find_passed_arguments(
    construction: ConstructionSite, accessor: Definition, path: str, context: FixContext
) -> tuple[PassedArgument, ...]:
    """The arguments of a construction, in the file at `path`, that an accessor passes on to the constructor."""
    call = construction.call or find_forwarded_call(construction, context.document(path))
    node = context.names(accessor.path).find_definition(accessor.qualname) if accessor.path is not None else None
    if call is None or call.func is not construction.constructor or not isinstance(node, FunctionNode):
        return ()
    parameters = find_parameters(construction.definition, context)
    arguments = bind_arguments(call, parameters)
    passed: dict[str, PassedArgument] = {}
    for shared in find_constructions(accessor, context):
        if identify_constructor(shared.constructor) == identify_constructor(construction.definition):
            flow = _find_flow(node, shared, context)
            for argument in arguments:
                target = flow.get(argument.key) or (argument.keyword if "**" in flow else None)
                if target:
                    passed.setdefault(target, PassedArgument(target, argument.value))
            if passed and not any(argument.is_unpacked for argument in arguments):
                for each in _find_other_defaults(node, shared, parameters):
                    passed.setdefault(each.parameter, each)
    return tuple(passed.values())


def _find_other_defaults(
    node: FunctionNode, shared: SharedConstruction, parameters: Parameters
) -> Iterator[PassedArgument]:
    """The parameters that a function passes on as they are, and that have another literal default than a constructor.

    `parameters` are those of the constructor.
    """
    own = read_parameters(node, is_bound=False).defaults
    for argument in bind_arguments(shared.call, parameters):
        default = parameters.defaults.get(argument.key) if isinstance(argument.key, str) else None
        other = own.get(argument.value.id) if isinstance(argument.value, ast.Name) else None
        if isinstance(default, ast.Constant) and isinstance(other, ast.Constant) and default.value != other.value:
            yield PassedArgument(ast.unparse(argument.value), default, is_default=True)


def rename_arguments(call: ast.Call, passed: Sequence[PassedArgument], document: SourceDocument) -> str | None:
    """The parentheses of a call with its arguments, in their layout, each by the keyword that it is passed by.

    None if some are not passed, or their text is not that of the arguments alone.
    """
    parameters = {each.value: each.parameter for each in passed if not each.is_default}
    if parameters.keys() != {*call.args, *(each.value for each in call.keywords)} or not parameters:
        return None
    start, end = document.offsets_of(call.func)[1], document.offsets_of(call)[1]
    edits = []
    for value, parameter in parameters.items():
        at = document.offsets_of(value)[0]
        keyword = next((each for each in call.keywords if each.value is value), None)
        name_start = at if keyword is None else document.offsets_of(keyword)[0]
        name_end = name_start if keyword is None else name_start + len(keyword.arg or "**")
        edits.append(TextEdit(name_start - start, name_end - start, parameter if keyword else f"{parameter}="))
    added = [each.format(document) for each in passed if each.is_default]
    edits += _add_arguments(call, added, document) if added else []
    text = apply_edits(document.text[start:end], sorted(edits))
    return text if _is_call_with(text, [each.parameter for each in passed]) else None


def _add_arguments(call: ast.Call, arguments: Sequence[str], document: SourceDocument) -> list[TextEdit]:
    """The edits of the parentheses of a call that add arguments behind the last one, in its layout."""
    all_arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    first, end = max(map(document.offsets_of, all_arguments))
    start, text = document.offsets_of(call.func)[1], document.text
    indent, rest = text[text.rfind("\n", 0, first) + 1 : first], text[end : text.find("\n", end)]
    if not indent.isspace() or not (rest.startswith(",") or not rest or rest.lstrip().startswith("#")):
        return [TextEdit(end - start, end - start, "".join(f", {each}" for each in arguments))]
    # Each argument is on lines of its own, perhaps with a comment behind it.
    line_end = end + len(rest) - start
    comma = [] if rest.startswith(",") else [TextEdit(end - start, end - start, ",")]
    return [*comma, TextEdit(line_end, line_end, "".join(f"\n{indent}{each}," for each in arguments))]


def _is_call_with(text: str, keywords: Iterable[str]) -> bool:
    """Whether a text is the parentheses of a call with just these keyword arguments."""
    try:
        node = ast.parse(f"f{text}", mode="eval").body
    except SyntaxError:
        return False
    if not isinstance(node, ast.Call) or node.args or not isinstance(node.func, ast.Name):
        return False
    return sorted(each.arg or "" for each in node.keywords) == sorted(keywords)


def find_constructions(function: Definition, context: FixContext) -> Iterator[SharedConstruction]:
    """The calls of configured constructors in the body of a function of the project."""
    assert function.path is not None  # it is of the project
    names = context.names(function.path)
    node = names.find_definition(function.qualname)
    for each in iter_scope_nodes(node) if isinstance(node, FunctionNode) else ():
        constructor = names.resolve(each.func) if isinstance(each, ast.Call) else None
        resource = context.analysis.resources.constructor_resource(constructor) if constructor is not None else None
        if isinstance(each, ast.Call) and constructor is not None and resource is not None:
            yield SharedConstruction(function.path, each, constructor)


def _find_flow(node: FunctionNode, shared: SharedConstruction, context: FixContext) -> dict[str | int, str]:
    """The parameter of a function from which each argument of a construction in it comes.

    `**`: its other keywords are passed on as they are.
    """
    table = context.symbol_table(shared.path)
    names = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
    flow: dict[str | int, str] = {}
    for argument in bind_arguments(shared.call, find_parameters(shared.constructor, context)):
        keywords = node.args.kwarg
        if argument.is_unpacked and keywords is not None and _reads(argument.value, keywords, table):
            flow["**"] = keywords.arg
            continue
        sources = {each.id for each in _iter_parameter_reads(argument.value, table) if each.id in names}
        is_itself = isinstance(argument.value, ast.Name) and argument.value.id in sources
        if len(sources) == 1 and (is_itself or argument.key in sources):
            flow[argument.key] = sources.pop()
    return flow


def _reads(value: ast.expr, parameter: ast.arg, table: SymbolTable) -> bool:
    return isinstance(value, ast.Name) and table.lookup(value.id, value) is table.symbol_of(parameter)


def _iter_parameter_reads(value: ast.expr, table: SymbolTable, *, follow: bool = True) -> Iterator[ast.Name]:
    """The parameters that an expression reads, also by way of a local variable that is bound once."""
    for each in ast.walk(value):
        symbol = table.lookup(each.id, each) if isinstance(each, ast.Name) else None
        if not isinstance(each, ast.Name) or symbol is None:
            continue
        if any(isinstance(binding.node, ast.arg) for binding in symbol.bindings):
            yield each
        elif follow and symbol.scope.kind == "function" and len(symbol.bindings) == 1:
            assigned = assigned_value(symbol.bindings[0])
            if assigned is not None:
                yield from _iter_parameter_reads(assigned, table, follow=False)
