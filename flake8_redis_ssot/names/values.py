"""What an expression can stand for, and the calls, arguments and attributes met on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from flake8_redis_ssot.names.facts import Argument, Origins, attribute_of
from flake8_redis_ssot.names.ledger import Ledger
from flake8_redis_ssot.names.scopes import NOTHING, Frame, Own, Text, Values, merge, path_of
from flake8_redis_ssot.words import Words

# Builtins that can hand a class or a module on; every other builtin stands for nothing.
_BUILTINS = frozenset({"__import__", "filter", "getattr", "map"})

# Calls that give back one of their arguments: origin or method name → its position and name.
_IDENTITIES = {
    "typing:cast": (1, "val"),
    "typing_extensions:cast": (1, "val"),
    "contextlib:closing": (0, "thing"),
    "contextlib:aclosing": (0, "thing"),
}
_IDENTITY_METHODS = {"enter_context": (0, "cm"), "enter_async_context": (0, "cm"), "setdefault": (1, "default")}

_DYNAMIC_IMPORTS = frozenset({"importlib:import_module", "builtins:__import__"})


class Evaluator:
    """Reads expressions in the current frame. `row` is the line (1-based) where the present statement begins."""

    def __init__(self, ledger: Ledger, words: Words, module: str, package: str) -> None:
        self.ledger = ledger
        self.words = words
        self.module = module
        self.package = package
        self.stars: list[str] = []
        self.lambdas: list[tuple[Frame, ast.Lambda, int]] = []
        self.row = 0
        self.frame = Frame("module", "")

    def read(self, node: ast.AST) -> Values:
        """What an expression can stand for. Every call in it is recorded once."""
        reader = _READERS.get(type(node))
        if reader is not None:
            return reader(self, node)
        for child in ast.iter_child_nodes(node):
            self.read(child)
        return NOTHING

    def read_all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Read several expressions for the calls in them."""
        for node in nodes:
            if node is not None:
                self.read(node)

    # Names and attributes

    def _read_Name(self, node: ast.Name) -> Values:
        return self.read_name(node.id)

    def read_name(self, name: str) -> Values:
        """What a plain name can stand for here."""
        found = self.frame.find(name)
        if found is None:
            builtin: Values = (f"builtins:{name}",) if name in _BUILTINS else NOTHING
            found = (self._starred(name) or builtin) if self.stars else builtin
        if found and self.words.has(name):
            if self.frame.is_unbound_local(name):
                return NOTHING
            self._note_stars(found)
        return found

    def _starred(self, name: str) -> Values:
        """What star imports may have brought in: the last one that has the name counts."""
        if not self.words.has(name):
            return NOTHING
        return ("|".join(f"{star}:*{name}" for star in reversed(self.stars)),)

    def _note_stars(self, values: Values) -> None:
        for value in values:
            if isinstance(value, str) and ":*" in value:
                for origin in value.split("|"):
                    module, star, _ = origin.partition(":*")
                    if star:
                        self.ledger.star_reads.setdefault(f"{module}:*", set()).add(value)

    def star(self, module: str) -> None:
        """`from module import *` at this point: it may bind any name anew."""
        if module not in self.stars:
            self.stars.append(module)
        bindings = self.frame.bindings
        for name in sorted(self.words.exact.union(filter(self.words.has, bindings))):
            origins = "|".join(value for value in bindings.get(name, ()) if isinstance(value, str))
            bindings[name] = (f"{module}:*{name}|{origins}".rstrip("|"),)

    def _read_Attribute(self, node: ast.Attribute) -> Values:
        bases = self.read(node.value)
        bound = self._bound(node)
        if bound is not None:
            return bound
        return self._attribute(bases, node.attr, node) if bases else NOTHING

    def _bound(self, node: ast.Attribute | ast.Subscript) -> Values | None:
        """What the function itself has assigned to an attribute or item."""
        path = path_of(node) if self.frame.paths else None
        return self.frame.bindings.get(path) if path else None

    def _attribute(self, bases: Values, name: str, node: ast.Attribute | None = None) -> Values:
        values: list[str] = []
        for base in bases:
            if isinstance(base, str):
                values.append(attribute_of(base, name))
                if node is not None and self.words.has(name):
                    self.ledger.reaches[node] = (self.row, base)
            elif isinstance(base, Own):
                values.append(f"{base.origin}.{name}")
        return tuple(values)

    def _read_Subscript(self, node: ast.Subscript) -> Values:
        values = self.read(node.value)
        self.read(node.slice)
        bound = self._bound(node)
        # `Cache[str]` is still the class.
        return bound if bound is not None else tuple(value for value in values if isinstance(value, str))

    # Constants

    def _read_Constant(self, node: ast.Constant) -> Values:
        return (Text(node.value),) if isinstance(node.value, str) else NOTHING

    def _read_JoinedStr(self, node: ast.JoinedStr) -> Values:
        texts = [self._only_text(self.read(part)) for part in node.values]
        return NOTHING if None in texts else (Text("".join(text for text in texts if text is not None)),)

    def _read_FormattedValue(self, node: ast.FormattedValue) -> Values:
        values = self.read(node.value)
        if node.format_spec is not None:
            self.read(node.format_spec)
            return NOTHING
        return values if node.conversion == -1 else NOTHING

    def _read_BinOp(self, node: ast.BinOp) -> Values:
        # A long sum leans to the left: go down it in a loop, not by recursion.
        operands: list[ast.expr] = [node.right]
        left, added = node.left, isinstance(node.op, ast.Add)
        while isinstance(left, ast.BinOp):
            added = added and isinstance(left.op, ast.Add)
            operands.append(left.right)
            left = left.left
        texts = [self._only_text(self.read(operand)) for operand in (left, *reversed(operands))]
        return (Text("".join(filter(None, texts))),) if added and None not in texts else NOTHING

    @staticmethod
    def _only_text(values: Values) -> str | None:
        return values[0].value if len(values) == 1 and isinstance(values[0], Text) else None

    # Expressions that pass a value on

    def _read_Await(self, node: ast.Await) -> Values:
        return self.read(node.value)

    def _read_BoolOp(self, node: ast.BoolOp) -> Values:
        values = NOTHING
        for operand in node.values:
            values = merge(values, self.read(operand))
        return values

    def _read_IfExp(self, node: ast.IfExp) -> Values:
        self.read(node.test)
        return merge(self.read(node.body), self.read(node.orelse))

    def _read_NamedExpr(self, node: ast.NamedExpr) -> Values:
        values = self.read(node.value)
        self.frame.bind(node.target.id, values)
        return values

    def _read_Yield(self, node: ast.Yield) -> Values:
        if node.value is not None:
            self.ledger.hand_back(self.read(node.value), self.frame)
        return NOTHING

    # Expressions with a scope of their own

    def _read_Lambda(self, node: ast.Lambda) -> Values:
        self.read_all((*node.args.defaults, *node.args.kw_defaults))
        outer = self.frame
        name = f"{outer.qualname}.<lambda>".lstrip(".")
        frame = Frame("lambda", name, outer, bindings=dict.fromkeys(parameters(node.args), NOTHING))
        # Its body runs later, when the scope around it is complete.
        self.lambdas.append((frame, node, self.row))
        return NOTHING

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Values:
        self.read(node.generators[0].iter)
        outer = self.frame
        if outer.kind == "class":
            self.frame = Frame("comprehension", outer.qualname, outer)  # which does not see the class's own names
        bindings = self.frame.bindings
        hidden: dict[str, Values | None] = {}
        for place, generator in enumerate(node.generators):
            if place:
                self.read(generator.iter)
            for name in target_names(generator.target):
                hidden.setdefault(name, bindings.get(name))
                bindings[name] = NOTHING
            self.read_all(generator.ifs)
        self.read_all((node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,))
        for name, values in hidden.items():
            if values is None:
                del bindings[name]
            else:
                bindings[name] = values
        self.frame = outer
        return NOTHING

    _read_ListComp = _read_SetComp = _read_GeneratorExp = _read_DictComp = _comprehension

    # Calls

    def _read_Call(self, node: ast.Call) -> Values:
        callees = self.read(node.func)
        arguments = [self.read(argument) for argument in node.args]
        keywords = [self.read(keyword.value) for keyword in node.keywords]
        origins = tuple(value for value in callees if isinstance(value, str))
        self._record_arguments(node, origins, arguments, keywords)
        passed = self._passed_on(node, origins, arguments)
        if passed is not None:
            return passed
        return (self.ledger.call(node, self.row, self.frame, origins),) if origins else NOTHING

    def _record_arguments(
        self, node: ast.Call, receivers: Origins, places: list[Values], keywords: list[Values]
    ) -> None:
        name = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else node.func.id
            if isinstance(node.func, ast.Name)
            else ""
        )
        handed: list[tuple[ast.expr, int | str, Values]] = [
            *((argument, place, values) for place, (argument, values) in enumerate(zip(node.args, places))),
            *((keyword.value, keyword.arg or "", values) for keyword, values in zip(node.keywords, keywords)),
        ]
        for expression, slot, values in handed:
            origins = tuple(value for value in values if isinstance(value, str))
            if origins:
                self.ledger.arguments[expression] = Argument(
                    self.ledger.span(expression), self.row, origins, self.frame.qualname, receivers, name, slot
                )

    def _passed_on(self, node: ast.Call, origins: Origins, arguments: list[Values]) -> Values | None:
        """The result of a call that gives back an argument, an attribute or a module; None for any other call."""
        place = next((_IDENTITIES[origin] for origin in origins if origin in _IDENTITIES), None)
        if place is None and isinstance(node.func, ast.Attribute):
            place = _IDENTITY_METHODS.get(node.func.attr)
        if place is not None:
            return self._argument(node, *place)
        if "builtins:getattr" in origins and len(arguments) > 1:
            default = arguments[2] if len(arguments) > 2 else NOTHING
            return merge(self._attribute(arguments[0], self._only_text(arguments[1]) or "<computed>"), default)
        if not _DYNAMIC_IMPORTS.isdisjoint(origins):
            return self._import_by_name(node, origins)
        return None

    def _import_by_name(self, node: ast.Call, origins: Origins) -> Values:
        name = self._only_text(self._argument(node, 0, "name"))
        module = self._absolute(name, node) if name else None
        if not module:
            return NOTHING
        span = self.ledger.span(node)
        members = self._texts(node, 3, "fromlist")
        for place, origin in enumerate([f"{module}:", *(f"{module}:{member}" for member in members)]):
            self.ledger.imports[node, place] = (span, span, origin, True, False, False)
        whole = members or "importlib:import_module" in origins
        return (f"{module if whole else module.partition('.')[0]}:",)

    def _argument(self, node: ast.Call, place: int, name: str) -> Values:
        """The values of an argument that may be given by place or by name."""
        if place < len(node.args):
            return self.read(node.args[place])
        return next((self.read(keyword.value) for keyword in node.keywords if keyword.arg == name), NOTHING)

    def _texts(self, node: ast.Call, place: int, name: str) -> list[str]:
        """The constant texts of an argument that is a list or a tuple."""
        given = node.args[place : place + 1] or [keyword.value for keyword in node.keywords if keyword.arg == name]
        elements = [element for value in given for element in getattr(value, "elts", ())]
        return [text for text in map(self._only_text, map(self.read, elements)) if text]

    def _absolute(self, name: str, node: ast.Call) -> str | None:
        if not name.startswith("."):
            return name
        anchors = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "package")]
        level = len(name) - len(name.lstrip("."))
        return relative_module(self._package_named(anchors[0]), level, name[level:]) if anchors else None

    def _package_named(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name) and node.id in ("__package__", "__name__"):
            return self.package
        return self._only_text(self.read(node)) or ""


# By node type; a node without a reader only has the calls in it read. (On the class, not on the instance: bound
# methods in an instance's own table would be a cycle that keeps every tree alive.)
_READERS: dict[type[ast.AST], Callable[..., Values]] = {
    getattr(ast, name.removeprefix("_read_")): reader
    for name, reader in vars(Evaluator).items()
    if name.startswith("_read_")
}


def relative_module(package: str, level: int, name: str) -> str | None:
    """The absolute module that `level` dots and `name` mean in `package`; None beyond the top-level package."""
    parts = package.split(".") if package else []
    if level - 1 >= len(parts):
        return None
    return ".".join([*parts[: len(parts) - level + 1], *filter(None, [name])])


def parameters(arguments: ast.arguments) -> list[str]:
    """The names of all parameters, in order."""
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [argument.arg for argument in (*several, *extra)]


def target_names(target: ast.expr) -> list[str]:
    """The plain names that an assignment to `target` binds."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
