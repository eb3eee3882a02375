"""The source of an adapter: a class for one service that delegates to the shared instance."""

from __future__ import annotations

import ast
import builtins
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.adapter_parameters import AdapterParameter, ParameterKind
from flake8_redis_ssot.campaign.integrate.key_parameters import KeyKind
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.project.types.class_model import MemberKind
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, is_type_checking

_LINE_LENGTH = 88  # characters of a line


class AdapterMethod(NamedTuple):
    """A method that delegates to `shared_function`.

    `is_async`: callers await it. `keys` says for each parameter whether it gets the prefix.
    """

    shared_function: FunctionNode
    kind: MemberKind
    is_async: bool
    parameters: tuple[AdapterParameter, ...]
    keys: tuple[KeyKind, ...]


class Adapter(NamedTuple):
    """An adapter class `name` for a service.

    `accessor` and `shared_class` are dotted names: what returns the shared instance (called if `is_called`), and its
    class. `class_tree` is the module that defines that class.
    """

    name: str
    service: str
    accessor: str
    is_called: bool
    shared_class: str
    class_tree: ast.Module
    prefix: str
    methods: tuple[AdapterMethod, ...]


def render_adapter(adapter: Adapter) -> str:
    """The source of the adapter's module. Raises NotFixableError if a type can't be imported there."""
    module, _, accessor = adapter.accessor.rpartition(".")
    class_module, _, class_name = adapter.shared_class.rpartition(".")
    runtime, type_checking = [(module, accessor), (class_module, class_name)], list[tuple[str, str]]()
    for name, source, is_type in _required_imports(adapter, class_module):
        (type_checking if is_type else runtime).append((source, name))
    if type_checking:
        runtime.append(("typing", "TYPE_CHECKING"))
    parts = [
        f'"""The one `{class_name}` of the project, as {adapter.service} uses it."""',
        "from __future__ import annotations",
        "\n".join(_import_lines(runtime)),
    ]
    if type_checking:
        lines = [f"    {line}" for line in _import_lines(type_checking) if line]
        parts.append("\n".join(["if TYPE_CHECKING:", *lines]))
    parts.append("\n" + "\n\n".join(_class_blocks(adapter, accessor, class_name)))
    return "\n\n".join(parts) + "\n"


def _required_imports(adapter: Adapter, class_module: str) -> Iterator[tuple[str, str, bool]]:
    """The names that types and defaults need, each with its module, and whether only type checkers need it."""
    runtime_names = dict(_module_names(adapter.class_tree.body, class_module))
    type_checking_names = dict(_type_checking_names(adapter.class_tree.body, class_module))
    for name in sorted({name for method in adapter.methods for name in _type_names(method)}):
        if name in runtime_names or name in type_checking_names:
            yield name, runtime_names.get(name) or type_checking_names[name], name not in runtime_names
        elif name not in dir(builtins):
            raise NotFixableError(f"its types use `{name}`, whose import could not be resolved")


def _type_names(method: AdapterMethod) -> set[str]:
    annotations = [*(each.annotation for each in method.parameters), method.shared_function.returns]
    expressions = [*annotations, *(each.default for each in method.parameters)]
    nodes = (node for each in expressions if each is not None for node in ast.walk(each))
    has_unannotated = any(each is None for each in annotations)
    return {node.id for node in nodes if isinstance(node, ast.Name)} | ({"Any"} if has_unannotated else set())


def _module_names(body: Sequence[ast.stmt], class_module: str) -> Iterator[tuple[str, str]]:
    """The names bound at the top of a module, each with the module to import it from; and `Any`."""
    yield "Any", "typing"
    for statement in body:
        if isinstance(statement, ast.ImportFrom):
            source = statement.module if statement.module and not statement.level else class_module
            yield from ((alias.name, source) for alias in statement.names if not alias.asname)
        elif isinstance(statement, ast.ClassDef):
            yield statement.name, class_module
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from ((target.id, class_module) for target in targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.Try):
            # The module binds the name whether the `try` succeeds or not.
            yield from ((name, class_module) for name, _ in _module_names(statement.body, class_module))


def _type_checking_names(body: Sequence[ast.stmt], class_module: str) -> Iterator[tuple[str, str]]:
    """The same for names that are bound for type checkers only."""
    for statement in body:
        if isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from _module_names(statement.body, class_module)


def _import_lines(imports: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The import statements, one for each module, standard library first."""
    groups: dict[str, set[str]] = {}
    for module, name in imports:
        groups.setdefault(module, set()).add(name)
    standard_library = [each for each in sorted(groups) if each.partition(".")[0] in sys.stdlib_module_names]
    third_party = [each for each in sorted(groups) if each not in standard_library]
    yield from (_import_statement(each, groups[each]) for each in standard_library)
    if standard_library and third_party:
        yield ""
    yield from (_import_statement(each, groups[each]) for each in third_party)


def _import_statement(module: str, names: Iterable[str]) -> str:
    ordered = sorted(names, key=lambda name: (not name[0].isupper(), name))
    line = f"from {module} import {', '.join(ordered)}"
    wrapped = "".join(f"    {name},\n" for name in ordered)
    return line if len(line) <= _LINE_LENGTH else f"from {module} import (\n{wrapped})"


def _class_blocks(adapter: Adapter, accessor: str, class_name: str) -> Iterator[str]:
    prefix = json.dumps(adapter.prefix, ensure_ascii=False)
    is_plain = adapter.prefix.isprintable() and not {'"', "\\"} & set(adapter.prefix)
    key_note = f"; every key begins with `{adapter.prefix}`" if adapter.prefix and is_plain else ""
    prefix_parameter = f"prefix: str = {prefix}"
    lines = [
        f"class {adapter.name}:",
        f'    """Delegates to the shared `{class_name}`{key_note}."""',
        "",
        f"    def __init__(self{', ' + prefix_parameter if adapter.prefix else ''}) -> None:",
        f"        self._shared: {class_name} = {accessor}{'()' if adapter.is_called else ''}",
    ]
    yield "\n".join([*lines, "        self._prefix = prefix"] if adapter.prefix else lines)
    for method in adapter.methods:
        yield "\n".join(_method_lines(method))


def _method_lines(method: AdapterMethod) -> Iterator[str]:
    keyword = "async def" if method.is_async else "def"
    returns = ast.unparse(method.shared_function.returns) if method.shared_function.returns is not None else "Any"
    name, parameters = method.shared_function.name, list(_parameter_list(method.parameters))
    yield from _wrap_brackets(f"    {keyword} {name}", parameters, f" -> {returns}:")
    documentation = _docstring_line(method)
    if documentation:
        yield f'        """{documentation}"""'
    await_prefix = "await " if method.kind is MemberKind.COROUTINE else ""
    return_prefix = "" if returns == "None" and not _returns_value(method.shared_function) else "return "
    arguments = [_argument_text(each, key) for each, key in zip(method.parameters, method.keys)]
    yield from _wrap_brackets(f"        {return_prefix}{await_prefix}self._shared.{name}", arguments, "")


def _returns_value(function: FunctionNode) -> bool:
    """Whether a function returns a value, whatever its annotation says."""
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))


def _docstring_line(method: AdapterMethod) -> str:
    """The first line of the shared method's docstring; only its first clause if it mentions omitted parameters."""
    line = (ast.get_docstring(method.shared_function) or "").partition("\n")[0].strip()
    arguments = method.shared_function.args
    every = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    dropped = every - {each.shared_name for each in method.parameters}
    if not dropped.isdisjoint(re.findall(r"\w+", line)):
        line = f"{re.split('[,;:.]', line)[0]}."
    is_plain = '"""' not in line and "\\" not in line and dropped.isdisjoint(re.findall(r"\w+", line))
    return line if is_plain and len(line) > 1 else ""


def _wrap_brackets(start: str, inside: Sequence[str], end: str) -> Iterator[str]:
    """One line, or the text in brackets on separate lines."""
    line = f"{start}({', '.join(inside)}){end}"
    margin = " " * (len(line) - len(line.lstrip()) + 4)
    if len(line) <= _LINE_LENGTH:
        yield line
    elif len(margin) + len(", ".join(inside)) <= _LINE_LENGTH:
        yield from (f"{start}(", margin + ", ".join(inside), f"{margin[4:]}){end}")
    else:
        yield from (f"{start}(", *(f"{margin}{each}," for each in inside), f"{margin[4:]}){end}")


def _parameter_list(parameters: Sequence[AdapterParameter]) -> Iterator[str]:
    yield "self"
    has_star = False
    for each in parameters:
        has_star = has_star or each.kind is ParameterKind.VAR_POSITIONAL
        if each.kind is ParameterKind.KEYWORD and not has_star:
            has_star = True
            yield "*"
        annotation = ast.unparse(each.annotation) if each.annotation is not None else "Any"
        default = f" = {ast.unparse(each.default)}" if each.default is not None else ""
        yield f"{'*' if each.kind is ParameterKind.VAR_POSITIONAL else ''}{each.name}: {annotation}{default}"


def _argument_text(parameter: AdapterParameter, key: KeyKind) -> str:
    """The argument that passes a parameter on: keys with the prefix, others unchanged."""
    value = _argument_value(parameter, key)
    if parameter.kind is ParameterKind.VAR_POSITIONAL:
        return f"*({value})" if key is not KeyKind.NONE else f"*{parameter.name}"
    return f"{parameter.shared_name}={value}" if parameter.by_keyword else value


def _argument_value(parameter: AdapterParameter, key: KeyKind) -> str:
    name = parameter.name
    element = "each" if name == "key" else "key"
    if key is KeyKind.ONE:
        return f"self._prefix + {name}"
    if key is KeyKind.SEVERAL:
        several = f"self._prefix + {element} for {element} in {name}"
        return several if parameter.kind is ParameterKind.VAR_POSITIONAL else f"[{several}]"
    if key is KeyKind.MAPPING:
        return f"{{self._prefix + key: value for key, value in {name}.items()}}"
    return name
