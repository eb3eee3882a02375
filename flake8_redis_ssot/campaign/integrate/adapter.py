"""The text of an adapter: a class for one service that hands on to the shared instance what the service calls."""

from __future__ import annotations

import ast
import builtins
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.adapter_parameters import Parameter, Place
from flake8_redis_ssot.campaign.integrate.key_parameters import Key
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.project.types.class_model import Kind
from flake8_redis_ssot.semantic.ast_queries import Function
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking

_WIDTH = 88  # characters of a line


class Method(NamedTuple):
    """A method that hands on: the definition of the shared one, its kind, and what users give.

    `is_async`: users await it. `keys` says of each parameter whether it gets the prefix.
    """

    shared: Function
    kind: Kind
    is_async: bool
    parameters: tuple[Parameter, ...]
    keys: tuple[Key, ...]


class Adapter(NamedTuple):
    """An adapter class `name` for a service.

    `accessor` and `guarded` are dotted names: what gives the shared instance (a call of it if `is_called`), and its
    class. `home` is the tree of the module of that class.
    """

    name: str
    service: str
    accessor: str
    is_called: bool
    guarded: str
    home: ast.Module
    prefix: str
    methods: tuple[Method, ...]


def text_of(adapter: Adapter) -> str:
    """The module that holds the adapter. Raises Blocked where a type of it can't be named there."""
    module, _, accessor = adapter.accessor.rpartition(".")
    home, _, guarded = adapter.guarded.rpartition(".")
    runtime, for_types = [(module, accessor), (home, guarded)], list[tuple[str, str]]()
    for name, source, is_type in _imports(adapter, home):
        (for_types if is_type else runtime).append((source, name))
    typing = [("typing", "TYPE_CHECKING")] if for_types else []
    guard = ["if TYPE_CHECKING:\n" + "\n".join(f"    {line}" for line in _import_lines(for_types) if line)]
    parts = [
        f'"""The one `{guarded}` of the project, as {adapter.service} uses it."""',
        "from __future__ import annotations",
        "\n".join(_import_lines([*runtime, *typing])),
        *(guard if for_types else []),
        "\n" + "\n\n".join(_class(adapter, accessor, guarded)),
    ]
    return "\n\n".join(parts) + "\n"


def _imports(adapter: Adapter, home: str) -> Iterator[tuple[str, str, bool]]:
    """The names that types and defaults need, each with its module, and whether only type checkers have it."""
    bound, typed = dict(_bound(adapter.home.body, home)), dict(_for_types(adapter.home.body, home))
    for name in sorted({name for method in adapter.methods for name in _names(method)}):
        if name in bound or name in typed:
            yield name, bound.get(name) or typed[name], name not in bound
        elif name not in dir(builtins):
            raise Blocked(f"its types use `{name}`, and where that comes from can't be seen")


def _names(method: Method) -> set[str]:
    annotations = [*(each.annotation for each in method.parameters), method.shared.returns]
    written = [*annotations, *(each.default for each in method.parameters)]
    nodes = (node for each in written if each is not None for node in ast.walk(each))
    missing = any(each is None for each in annotations)
    return {node.id for node in nodes if isinstance(node, ast.Name)} | ({"Any"} if missing else set())


def _bound(body: Sequence[ast.stmt], home: str) -> Iterator[tuple[str, str]]:
    """Names at the top of a module, with the module that others get them from; `Any` always has one."""
    yield "Any", "typing"
    for statement in body:
        if isinstance(statement, ast.ImportFrom):
            source = statement.module if statement.module and not statement.level else home
            yield from ((alias.name, source) for alias in statement.names if not alias.asname)
        elif isinstance(statement, ast.ClassDef):
            yield statement.name, home
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from ((target.id, home) for target in targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.Try):
            # Whichever way it goes, the home has the name.
            yield from ((name, home) for name, _ in _bound(statement.body, home))


def _for_types(body: Sequence[ast.stmt], home: str) -> Iterator[tuple[str, str]]:
    """The same of what is there for type checkers only."""
    for statement in body:
        if isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from _bound(statement.body, home)


def _import_lines(imports: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Standard library first, one statement for each module."""
    groups: dict[str, set[str]] = {}
    for module, name in imports:
        groups.setdefault(module, set()).add(name)
    standard = [each for each in sorted(groups) if each.partition(".")[0] in sys.stdlib_module_names]
    others = [each for each in sorted(groups) if each not in standard]
    yield from (_import(each, groups[each]) for each in standard)
    if standard and others:
        yield ""
    yield from (_import(each, groups[each]) for each in others)


def _import(module: str, names: Iterable[str]) -> str:
    ordered = sorted(names, key=lambda name: (not name[0].isupper(), name))
    line = f"from {module} import {', '.join(ordered)}"
    inside = "".join(f"    {name},\n" for name in ordered)
    return line if len(line) <= _WIDTH else f"from {module} import (\n{inside})"


def _class(adapter: Adapter, accessor: str, guarded: str) -> Iterator[str]:
    prefix = json.dumps(adapter.prefix, ensure_ascii=False)
    is_plain = adapter.prefix.isprintable() and not {'"', "\\"} & set(adapter.prefix)
    keys = f"; every key begins with `{adapter.prefix}`" if adapter.prefix and is_plain else ""
    given = f"prefix: str = {prefix}"
    lines = [
        f"class {adapter.name}:",
        f'    """Hands on to the shared `{guarded}`{keys}."""',
        "",
        f"    def __init__(self{', ' + given if adapter.prefix else ''}) -> None:",
        f"        self._shared: {guarded} = {accessor}{'()' if adapter.is_called else ''}",
    ]
    yield "\n".join([*lines, "        self._prefix = prefix"] if adapter.prefix else lines)
    for method in adapter.methods:
        yield "\n".join(_method(method))


def _method(method: Method) -> Iterator[str]:
    head = "async def" if method.is_async else "def"
    returns = ast.unparse(method.shared.returns) if method.shared.returns is not None else "Any"
    yield from _signature(f"    {head} {method.shared.name}", list(_parameters(method.parameters)), f" -> {returns}:")
    documentation = _documentation(method)
    if documentation:
        yield f'        """{documentation}"""'
    called = f"self._shared.{method.shared.name}"
    waits = "await " if method.kind is Kind.COROUTINE else ""
    start = "" if returns == "None" else "return "
    arguments = [_argument(each, key) for each, key in zip(method.parameters, method.keys)]
    yield from _signature(f"        {start}{waits}{called}", arguments, "")


def _documentation(method: Method) -> str:
    """The first line of what the shared method says; of a line about more than is taken here, the first clause."""
    line = (ast.get_docstring(method.shared) or "").partition("\n")[0].strip()
    arguments = method.shared.args
    every = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    left_out = every - {each.there for each in method.parameters}
    if not left_out.isdisjoint(re.findall(r"\w+", line)):
        line = f"{re.split('[,;:.]', line)[0]}."
    is_plain = '"""' not in line and "\\" not in line and left_out.isdisjoint(re.findall(r"\w+", line))
    return line if is_plain and len(line) > 1 else ""


def _signature(start: str, inside: Sequence[str], end: str) -> Iterator[str]:
    """One line, or what is in brackets on lines of its own."""
    line = f"{start}({', '.join(inside)}){end}"
    margin = " " * (len(line) - len(line.lstrip()) + 4)
    if len(line) <= _WIDTH:
        yield line
    elif len(margin) + len(", ".join(inside)) <= _WIDTH:
        yield from (f"{start}(", margin + ", ".join(inside), f"{margin[4:]}){end}")
    else:
        yield from (f"{start}(", *(f"{margin}{each}," for each in inside), f"{margin[4:]}){end}")


def _parameters(parameters: Sequence[Parameter]) -> Iterator[str]:
    yield "self"
    starred = False
    for each in parameters:
        starred = starred or each.place is Place.REST
        if each.place is Place.KEYWORD and not starred:
            starred = True
            yield "*"
        kind = ast.unparse(each.annotation) if each.annotation is not None else "Any"
        default = f" = {ast.unparse(each.default)}" if each.default is not None else ""
        yield f"{'*' if each.place is Place.REST else ''}{each.name}: {kind}{default}"


def _argument(parameter: Parameter, key: Key) -> str:
    """How a parameter is handed on: keys with the prefix, others as they are."""
    value = _value(parameter, key)
    if parameter.place is Place.REST:
        return f"*({value})" if key is not Key.NONE else f"*{parameter.name}"
    return f"{parameter.there}={value}" if parameter.by_name else value


def _value(parameter: Parameter, key: Key) -> str:
    name = parameter.name
    one = "each" if name == "key" else "key"
    if key is Key.ONE:
        return f"self._prefix + {name}"
    if key is Key.SEVERAL:
        several = f"self._prefix + {one} for {one} in {name}"
        return several if parameter.place is Place.REST else f"[{several}]"
    if key is Key.MAPPING:
        return f"{{self._prefix + key: value for key, value in {name}.items()}}"
    return name
