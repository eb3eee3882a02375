"""Random statements: imports in every form, and all that can be done with what they bring."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

Names = dict[str, str]
CONSUMERS = ("facade", "one", "two", "three")
NEW_NAMES = ("Thing", "thing", "get_thing", "other", "LIMIT", "K", "x", "fetch", "home", "old")


@dataclass
class Module:
    """A module that is being written: its lines, what its names stand for, and what the modules before it offer."""

    name: str
    offered: dict[str, Names]
    lines: list[str] = field(default_factory=list)
    dots: str = "."
    names: Names = field(default_factory=dict)
    exported: list[str] | None = None
    count: int = 0

    def fresh(self) -> int:
        """A number that no other statement has."""
        self.count += 1
        return self.count

    def bind(self, name: str, kind: str) -> None:
        """Record what a name stands for from now on."""
        self.names[name] = kind

    def text(self) -> str:
        """The whole file."""
        head = ["from typing import TYPE_CHECKING", "", "_seen = []"]
        exported = [] if self.exported is None else [f"__all__ = {self.exported!r}"]
        return "\n".join([*head, *self.lines, *exported]) + "\n"


def import_something(draw: st.DrawFn, module: Module) -> None:
    """An import at the module's own level, in one of its forms."""
    source = draw(st.sampled_from(sorted(module.offered)))
    names = module.offered[source]
    package, _, last = f"shop.{source}".rpartition(".")
    dotted, new = f"shop.{source}", draw(st.sampled_from(NEW_NAMES))
    forms: dict[str, tuple[list[str], Names]] = {
        "plain": ([f"import {dotted}"], {dotted: source}),
        "as": ([f"import {dotted} as {new}"], {new: source}),
        "submodule": ([f"from {package} import {last}"], {last: source}),
        "submodule as": ([f"from {module.dots}{package[5:]} import {last} as {new}"], {new: source}),
    }
    if names:
        some = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=3, unique=True))
        one, written = some[0], draw(st.sampled_from([dotted, f"{module.dots}{source}"]))
        bound = {name: names[name] for name in some}
        pair = [f"    from {written} import {one} as {new}", f"    from shop.{{}} import {one} as {new}"]
        other = draw(
            st.sampled_from(["missing", *(each for each in sorted(module.offered) if one in module.offered[each])])
        )
        first, second = draw(st.permutations([pair[0], pair[1].format(other)]))
        forms |= {
            "from": ([f"from {written} import {', '.join(some)}"], bound),
            "from as": ([f"from {written} import {one} as {new}"], {new: names[one]}),
            "lines": ([f"from {written} import (", *(f"    {name},  # {name}" for name in some), ")"], bound),
            "marked": ([f"from {written} import {one} as {one}"], {one: names[one]}),
            "if": (["if len(_seen) < 100:", f"    from {written} import {one} as {new}"], {new: names[one]}),
            "try": (["try:", first, "except ImportError:", second], {new: names[one]}),
            "typing": (["if TYPE_CHECKING:", f"    from {written} import {one} as {new}"], {}),
            "joined": ([f"from {written} import {one}; import sys"], {one: names[one]}),
        }
        if source not in CONSUMERS:
            forms["star"] = ([f"from {written} import *"], _starred(source, module))
    lines, bound = forms[draw(st.sampled_from(sorted(forms)))]
    if lines[0] == "if TYPE_CHECKING:" and new not in module.names:
        lines = [*lines, f'def hinted_{module.fresh()}(value: "{new}" = None): return 1']
    module.lines += lines
    for name, kind in bound.items():
        module.bind(name, kind)


def import_locally(draw: st.DrawFn, module: Module) -> None:
    """A function that imports what it uses."""
    source, n = draw(st.sampled_from(sorted(module.offered))), module.fresh()
    names, new = module.offered[source], draw(st.sampled_from(NEW_NAMES))
    forms = [(f"import shop.{source}", f"shop.{source}", source), (f"import shop.{source} as {new}", new, source)]
    if names:
        one = draw(st.sampled_from(sorted(names)))
        forms += [(f"from {module.dots}{source} import {one}", one, names[one])]
        forms += [(f"from shop.{source} import {one} as {new}", new, names[one])]
    statement, name, kind = draw(st.sampled_from(forms))
    use = _use(draw, name, kind, module)
    module.lines += draw(
        st.sampled_from(
            [
                [f"def use_{n}():", f"    {statement}", f"    return {use}"],
                [f"def use_{n}():", f"    {statement}; return {use}"],
                [
                    f"def use_{n}():",
                    f"    {statement}",
                    "    def inner():",
                    f"        return {use}",
                    "    return inner()",
                ],
                [
                    f"def use_{n}():",
                    f"    {statement}",
                    "    class Inner:",
                    f"        value = {use}",
                    "    return Inner.value",
                ],
                [f"class Box{n}:", f"    {statement}", f"    value = {use}", f"_seen.append(Box{n}.value)"],
                [
                    f"def use_{n}():",
                    "    try:",
                    f"        {statement}",
                    "    except ImportError:",
                    "        return None",
                    f"    return {use}",
                ],
                [
                    f"def use_{n}():",
                    "    if len(_seen) < 100:",
                    f"        {statement}",
                    f"        return {use}",
                    "    return None",
                ],
            ]
            if module.name != "base"
            else [[f"def use_{n}():", f"    {statement}", f"    return {use}"]]
        )
    )


def _starred(source: str, module: Module) -> Names:
    names = module.offered[source]
    return {name: kind for name, kind in names.items() if not ("Pool" in names and name in ("get_thing", "LIMIT"))}


def _use(draw: st.DrawFn, name: str, kind: str, module: Module) -> str:
    """An expression that uses a name as what it is, and whose value can be compared."""
    while kind in module.offered:
        if not module.offered[kind]:
            return f"hasattr({name}, '__name__')"
        attribute = draw(st.sampled_from(sorted(module.offered[kind])))
        name, kind = f"{name}.{attribute}", module.offered[kind][attribute]
    return draw(st.sampled_from(USES[kind])).format(name)


USES = {
    "class": (
        "{0}().get('k')",
        "{0}().prefix",
        "{0}.limit",
        "type({0}()).__name__",
        "isinstance({0}(), {0})",
        "[{0}().limit for _ in 'ab']",
        "(lambda: {0}())().get('l')",
        "(lambda make={0}: make())().get('m')",
        "{{'a': {0}()}}['a'].get('n')",
        "f'{{{0}().get(1 and \"o\")}}'",
        "getattr({0}(), 'prefix', None)",
        "{0}().close()",
    ),
    "thing": ("{0}.get('k')", "{0}.prefix", "type({0}).__name__", "[{0}.limit for _ in 'ab']", "{0}.closed"),
    "get": ("{0}().get('k')", "{0}().prefix", "type({0}()).__name__", "(lambda make={0}: make())().limit"),
    "plain": ("{0}()", "[{0}() for _ in 'ab']", "(lambda: {0}())()"),
    "value": ("{0}", "{0} + 1"),
    "pool": ("{0}().get('k')",),
}


def add_statement(draw: st.DrawFn, module: Module) -> None:
    """A statement that uses, passes on, rebinds, shadows or deletes a name."""
    if not module.names:
        return import_something(draw, module)
    if draw(st.integers(0, 5)) == 0:
        return import_locally(draw, module)
    name = draw(st.sampled_from(sorted(module.names)))
    kind, n = module.names[name], module.fresh()
    new = draw(st.sampled_from(NEW_NAMES))
    use = _use(draw, name, kind, module)
    call = kind in ("class", "get")
    forms: dict[str, list[str]] = {
        "level": [f"_seen.append({use})"],
        "function": [f"def use_{n}():", f"    return {use}"],
        "class": [f"class Box{n}:", f"    value = {use}", f"_seen.append(Box{n}.value)"],
        "method": [
            f"class Box{n}:",
            "    def get(self):",
            f"        return {use}",
            f"def use_{n}():",
            f"    return Box{n}().get()",
        ],
        "default": [f"def use_{n}(value={use}):", "    return value"],
        "later": [f"def use_{n}():", "    if len(_seen) >= 0:", f"        return {use}", "    return None"],
        "one line": [f"def use_{n}(): return {use}"],
        "finally": [f"def use_{n}():", "    try:", f"        return {use}", "    finally:", "        pass"],
    }
    if "." not in name:
        forms |= {
            "alias": [f"{new} = {name}"],
            "delete": [f"del {name}"],
            "shadow": [f"def use_{n}({name}=None):", f"    return {name}"],
            "comprehension": [f"_seen.append([{name} for {name} in 'ab'])"],
            "global": [f"def use_{n}():", f"    global {name}", f"    return {use}"],
            "string": [f"_text{n} = {name!r}", f"_doc{n} = 'import shop.old'"],
        }
    if kind == "class":
        forms |= {
            "sets": [f"def use_{n}():", f"    made = {name}()", "    made.prefix = 's'", "    return made.get('h')"],
            "annotation": [f"def use_{n}(value: {name} = None) -> '{name}':", "    return str(value)"],
            "variable": [f"_slot{n}: '{name} | None' = None"],
            "derive": [f"class {new}({name}):", "    pass"] if "." not in name else ["pass"],
        }
    if call:
        forms |= {
            "make": [f"{new} = {name}()"],
            "factory": [
                f"def make_{n}():",
                f"    return {name}()",
                f"def use_{n}():",
                f"    return make_{n}().get('f')",
            ],
            "local": [f"def use_{n}():", f"    made = {name}()", "    made.limit", "    return made.get('g')"],
            "cache": [
                f"_cache{n} = None",
                f"def cached_{n}():",
                f"    global _cache{n}",
                f"    if _cache{n} is None:",
                f"        _cache{n} = {name}()",
                f"    return _cache{n}",
                f"def use_{n}():",
                f"    return cached_{n}().get('i')",
            ],
            "held": [
                f"class Box{n}:",
                "    def __init__(self):",
                f"        self.made = {name}()",
                "    def get(self):",
                "        return self.made.get('j')",
                f"def use_{n}():",
                f"    return Box{n}().get()",
            ],
            "hand over": [
                f"def call_{n}(make):",
                "    return make().get('e')",
                f"def use_{n}():",
                f"    return call_{n}({name})",
            ],
        }
    chosen_form = draw(st.sampled_from(sorted(forms)))
    module.lines += forms[chosen_form]
    if chosen_form == "alias":
        module.bind(new, kind)
    elif chosen_form == "make":
        module.bind(new, "thing")
    elif chosen_form == "derive" and "." not in name:
        module.bind(new, "class")
    elif chosen_form == "delete":
        del module.names[name]
    return None
