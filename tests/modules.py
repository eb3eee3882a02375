"""Random modules: imports in every form, and all that can be done with what they bring."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st
from statements import DELETE, IMPORTING, USES, bound_by, filled, forms_of

Names = dict[str, str]
CONSUMERS = ("facade", "one", "two", "three")
NEW_NAMES = ("Thing", "thing", "get_thing", "other", "LIMIT", "K", "x", "fetch", "home", "old")


@dataclass
class Module:
    """A module that is being written: its lines, what its names stand for, and what the modules before it offer.

    `dots` lead from it to the package around all of them, `starred` is what a star import of each module brings.
    """

    name: str
    offered: dict[str, Names]
    starred: dict[str, Names]
    dots: str = "."
    lines: list[str] = field(default_factory=list)
    names: Names = field(default_factory=dict)
    exported: list[str] | None = None
    count: int = 0

    def fresh(self) -> str:
        """A number that no other statement has."""
        self.count += 1
        return str(self.count)

    def text(self) -> str:
        """The whole file."""
        head = ["from typing import TYPE_CHECKING", "", "_seen = []"]
        exported = [] if self.exported is None else [f"__all__ = {self.exported!r}"]
        return "\n".join([*head, *self.lines, *exported]) + "\n"


def write_module(draw: st.DrawFn, module: Module) -> None:
    """Fill a module: a facade has little but imports."""
    facade = module.name == "facade"
    for _ in range(draw(st.integers(1, 4))):
        _import(draw, module)
    for _ in range(draw(st.integers(0, 2 if facade else 7))):
        _statement(draw, module)
    if facade and draw(st.booleans()):
        module.exported = sorted(name for name in module.names if "." not in name and draw(st.booleans()))


def _import(draw: st.DrawFn, module: Module) -> None:
    """An import at the module's own level."""
    source, new = draw(st.sampled_from(sorted(module.offered))), draw(st.sampled_from(NEW_NAMES))
    forms = _of_modules(source, new, module)
    if module.offered[source]:
        forms += _of_names(draw, source, new, module)
    lines, bound = draw(st.sampled_from(forms))
    if not bound and new not in module.names:
        lines = [*lines, f'def hinted_{module.fresh()}(value: "{new}" = None): return 1']
    module.lines += lines
    module.names |= bound


Form = tuple[list[str], Names]


def _of_modules(source: str, new: str, module: Module) -> list[Form]:
    """Imports of a whole module, and what they bind."""
    package, _, last = f"shop.{source}".rpartition(".")
    return [
        ([f"import shop.{source}"], {f"shop.{source}": source}),
        ([f"import shop.{source} as {new}"], {new: source}),
        ([f"from {package} import {last}"], {last: source}),
        ([f"from {module.dots}{package[5:]} import {last} as {new}"], {new: source}),
    ]


def _of_names(draw: st.DrawFn, source: str, new: str, module: Module) -> list[Form]:
    """Imports of names of a module."""
    names = module.offered[source]
    some = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=3, unique=True))
    one, written = some[0], draw(st.sampled_from([f"shop.{source}", f"{module.dots}{source}"]))
    bound, plain, renamed = {name: names[name] for name in some}, f"from {written} import {one}", {new: names[one]}
    star = [([f"from {written} import *"], module.starred[source])] if source in module.starred else []
    others = ["missing", *(each for each, offered in module.offered.items() if one in offered)]
    arms = [f"    {plain} as {new}", f"    from shop.{draw(st.sampled_from(others))} import {one} as {new}"]
    first, second = draw(st.permutations(arms))
    return [
        ([f"from {written} import {', '.join(some)}"], bound),
        ([f"{plain} as {new}"], renamed),
        ([f"from {written} import (", *(f"    {name},  # {name}" for name in some), ")"], bound),
        ([f"{plain} as {one}"], {one: names[one]}),
        (["if len(_seen) < 100:", f"    {plain} as {new}"], renamed),
        (["try:", first, "except ImportError:", second], renamed),
        (["if TYPE_CHECKING:", f"    {plain} as {new}"], {}),
        ([f"{plain}; import sys"], {one: names[one]}),
        *star,
    ]


def import_locally(draw: st.DrawFn, module: Module, forms: tuple[str, ...] = IMPORTING) -> None:
    """A function, or a class, that imports what it uses."""
    source, new = draw(st.sampled_from(sorted(module.offered))), draw(st.sampled_from(NEW_NAMES))
    names = module.offered[source]
    ways = [(f"import shop.{source}", f"shop.{source}", source), (f"import shop.{source} as {new}", new, source)]
    for one in [draw(st.sampled_from(sorted(names)))] if names else []:
        ways.append((f"from {module.dots}{source} import {one}", one, names[one]))
        ways.append((f"from shop.{source} import {one} as {new}", new, names[one]))
    statement, name, kind = draw(st.sampled_from(ways))
    words = {"n": module.fresh(), "use": _use(draw, name, kind, module), "import": statement}
    module.lines += filled(draw(st.sampled_from(forms)), **words)


def _statement(draw: st.DrawFn, module: Module) -> None:
    """A statement that uses, passes on, rebinds, shadows or deletes a name."""
    if not module.names:
        _import(draw, module)
    elif draw(st.integers(0, 5)) == 0:
        import_locally(draw, module)
    else:
        _statement_about(draw, draw(st.sampled_from(sorted(module.names))), module)


def _statement_about(draw: st.DrawFn, name: str, module: Module) -> None:
    kind, new = module.names[name], draw(st.sampled_from(NEW_NAMES))
    form = draw(st.sampled_from(list(forms_of(name, kind))))
    use = _use(draw, name, kind, module)
    module.lines += filled(form, n=module.fresh(), use=use, name=name, new=new)
    made = bound_by(form, kind)
    if made is not None:
        module.names[new] = made
    elif form == DELETE:
        del module.names[name]


def _use(draw: st.DrawFn, name: str, kind: str, module: Module) -> str:
    """An expression that uses a name as what it is; of a module, something in it."""
    while kind in module.offered:
        if not module.offered[kind]:
            return f"hasattr({name}, '__name__')"
        attribute = draw(st.sampled_from(sorted(module.offered[kind])))
        name, kind = f"{name}.{attribute}", module.offered[kind][attribute]
    return draw(st.sampled_from(USES[kind])).format(name)
