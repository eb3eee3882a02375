"""Random modules: imports in each form, and statements that use the imported names."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st
from statement_templates import (
    DELETE_TEMPLATE,
    LOCAL_IMPORT_TEMPLATES,
    USE_EXPRESSIONS,
    bound_kind,
    render_template,
    templates_for,
)

NameKinds = dict[str, str]
CONSUMER_MODULES = ("facade", "one", "two", "three")
LOCAL_NAMES = ("Thing", "thing", "get_thing", "other", "LIMIT", "K", "x", "fetch", "home", "old")


@dataclass
class GeneratedModule:
    """A module under construction: its lines, the kinds of its names, and the names exported by earlier modules.

    `relative_prefix` are the dots of a relative import from the root package; `star_exports` are the names that a star
    import of each module binds.
    """

    name: str
    available_names: dict[str, NameKinds]
    star_exports: dict[str, NameKinds]
    relative_prefix: str = "."
    lines: list[str] = field(default_factory=list)
    names: NameKinds = field(default_factory=dict)
    all_names: list[str] | None = None
    count: int = 0

    def next_number(self) -> str:
        """A number that is unique in this module."""
        self.count += 1
        return str(self.count)

    def source(self) -> str:
        """The text of the file."""
        head = ["from typing import TYPE_CHECKING", "", "_seen = []"]
        exported = [] if self.all_names is None else [f"__all__ = {self.all_names!r}"]
        return "\n".join([*head, *self.lines, *exported]) + "\n"


def fill_module(draw: st.DrawFn, module: GeneratedModule) -> None:
    """Add random imports and statements; a facade consists mostly of imports."""
    is_facade = module.name == "facade"
    for _ in range(draw(st.integers(1, 4))):
        _add_import(draw, module)
    for _ in range(draw(st.integers(0, 2 if is_facade else 7))):
        _add_statement(draw, module)
    if is_facade and draw(st.booleans()):
        module.all_names = sorted(name for name in module.names if "." not in name and draw(st.booleans()))


def _add_import(draw: st.DrawFn, module: GeneratedModule) -> None:
    """Add an import at module level."""
    source, local_name = draw(st.sampled_from(sorted(module.available_names))), draw(st.sampled_from(LOCAL_NAMES))
    forms = _module_import_forms(source, local_name, module)
    if module.available_names[source]:
        forms += _name_import_forms(draw, source, local_name, module)
    lines, bound_names = draw(st.sampled_from(forms))
    if not bound_names and local_name not in module.names:
        lines = [*lines, f'def hinted_{module.next_number()}(value: "{local_name}" = None): return 1']
    module.lines += lines
    module.names |= bound_names


ImportForm = tuple[list[str], NameKinds]


def _module_import_forms(source: str, local_name: str, module: GeneratedModule) -> list[ImportForm]:
    """Imports of a module, with the kinds of the bound names."""
    package, _, last = f"shop.{source}".rpartition(".")
    return [
        ([f"import shop.{source}"], {f"shop.{source}": source}),
        ([f"import shop.{source} as {local_name}"], {local_name: source}),
        ([f"from {package} import {last}"], {last: source}),
        ([f"from {module.relative_prefix}{package[5:]} import {last} as {local_name}"], {local_name: source}),
    ]


def _name_import_forms(draw: st.DrawFn, source: str, local_name: str, module: GeneratedModule) -> list[ImportForm]:
    """Imports of names of a module, with the kinds of the bound names."""
    names = module.available_names[source]
    selected = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=3, unique=True))
    name_to_import, module_path = (
        selected[0],
        draw(st.sampled_from([f"shop.{source}", f"{module.relative_prefix}{source}"])),
    )
    bound_names, statement, bound_alias = (
        {name: names[name] for name in selected},
        f"from {module_path} import {name_to_import}",
        {local_name: names[name_to_import]},
    )
    star_forms = (
        [([f"from {module_path} import *"], module.star_exports[source])] if source in module.star_exports else []
    )
    others = ["missing", *(each for each, offered in module.available_names.items() if name_to_import in offered)]
    branches = [
        f"    {statement} as {local_name}",
        f"    from shop.{draw(st.sampled_from(others))} import {name_to_import} as {local_name}",
    ]
    first, second = draw(st.permutations(branches))
    return [
        ([f"from {module_path} import {', '.join(selected)}"], bound_names),
        ([f"{statement} as {local_name}"], bound_alias),
        ([f"from {module_path} import (", *(f"    {name},  # {name}" for name in selected), ")"], bound_names),
        ([f"{statement} as {name_to_import}"], {name_to_import: names[name_to_import]}),
        (["if len(_seen) < 100:", f"    {statement} as {local_name}"], bound_alias),
        (["try:", first, "except ImportError:", second], bound_alias),
        (["if TYPE_CHECKING:", f"    {statement} as {local_name}"], {}),
        ([f"{statement}; import sys"], {name_to_import: names[name_to_import]}),
        *star_forms,
    ]


def add_local_import(
    draw: st.DrawFn, module: GeneratedModule, templates: tuple[str, ...] = LOCAL_IMPORT_TEMPLATES
) -> None:
    """Add a function or class that imports the name that it uses."""
    source, local_name = draw(st.sampled_from(sorted(module.available_names))), draw(st.sampled_from(LOCAL_NAMES))
    names = module.available_names[source]
    choices = [
        (f"import shop.{source}", f"shop.{source}", source),
        (f"import shop.{source} as {local_name}", local_name, source),
    ]
    for one in [draw(st.sampled_from(sorted(names)))] if names else []:
        choices.append((f"from {module.relative_prefix}{source} import {one}", one, names[one]))
        choices.append((f"from shop.{source} import {one} as {local_name}", local_name, names[one]))
    statement, name, kind = draw(st.sampled_from(choices))
    values = {"n": module.next_number(), "use": _draw_use(draw, name, kind, module), "import": statement}
    module.lines += render_template(draw(st.sampled_from(templates)), **values)


def _add_statement(draw: st.DrawFn, module: GeneratedModule) -> None:
    """Add a statement that uses, passes, rebinds, shadows or deletes a name."""
    if not module.names:
        _add_import(draw, module)
    elif draw(st.integers(0, 5)) == 0:
        add_local_import(draw, module)
    else:
        _add_statement_using(draw, draw(st.sampled_from(sorted(module.names))), module)


def _add_statement_using(draw: st.DrawFn, name: str, module: GeneratedModule) -> None:
    kind, local_name = module.names[name], draw(st.sampled_from(LOCAL_NAMES))
    template = draw(st.sampled_from(list(templates_for(name, kind))))
    use = _draw_use(draw, name, kind, module)
    module.lines += render_template(template, n=module.next_number(), use=use, name=name, new=local_name)
    bound = bound_kind(template, kind)
    if bound is not None:
        module.names[local_name] = bound
    elif template == DELETE_TEMPLATE:
        del module.names[name]


def _draw_use(draw: st.DrawFn, name: str, kind: str, module: GeneratedModule) -> str:
    """An expression that uses a name according to its kind; for a module, one of its attributes."""
    while kind in module.available_names:
        if not module.available_names[kind]:
            return f"hasattr({name}, '__name__')"
        attribute = draw(st.sampled_from(sorted(module.available_names[kind])))
        name, kind = f"{name}.{attribute}", module.available_names[kind][attribute]
    return draw(st.sampled_from(USE_EXPRESSIONS[kind])).format(name)
