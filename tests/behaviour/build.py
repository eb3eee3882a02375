"""Writes the files of a recipe.

Placeholders in the texts of shapes:

- `$N`: the number of the shape in its project
- `$IMPORT`, `$NEW`: an import of the class, and how it is named then
- `$GET_IMPORT`, `$GET`: the same of the accessor
- `$OLD_IMPORT`: an import from the old module of the names that the file uses as `$describe`, `$LIMIT`, `$Mailer`, …
- `$NAMES`: the names that the canonical module offers
- `$HOME`: the module with the accessor

The class is called `Mailer` in shapes; at last it gets the name of the recipe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from .recipe import NAMES, Recipe
from .shapes import Shape

_NEW_STYLES = (
    ("from app.mailer import Mailer", "Mailer"),
    ("from app.mailer import Mailer", "Mailer"),
    ("import app.mailer", "app.mailer.Mailer"),
    ("from app import mailer as home", "home.Mailer"),
    ("from app.mailer import Mailer as Kind", "Kind"),
    ("import app.mailer as home", "home.Mailer"),
    ("from .mailer import Mailer", "Mailer"),
    ("from app.old import Mailer", "Mailer"),
)
_OLD_STYLES = (
    ("from app.old import {names}", ""),
    ("from app.old import {names}", ""),
    ("import app.old", "app.old."),
    ("from app import old", "old."),
    ("import app.old as legacy", "legacy."),
    ("from app.old import (\n    {lines},\n)", ""),
    ("from .old import {names}", ""),
    ("from app.old import *", ""),
)
_OLD_NAME = re.compile(r"\$(Mailer|describe|LIMIT|get_mailer)\b")
_PLACEHOLDER = re.compile(r"\$(N|IMPORT|NEW|GET_IMPORT|GET|NAMES|HOME)\b")
_REST_OF_HOME = """

LIMIT = 10


def describe():
    return "sends mail"
"""


@dataclass(frozen=True)
class Project:
    """Files by path, and the commands that show what it does (`main.py`, `unittest …`, `pytest …`, `doctest …`).

    `fixes` are commands of `redis-ssot` that change it, beside `check --fix`.
    """

    files: Mapping[str, str]
    commands: tuple[str, ...]
    fixes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(f"--- {path}\n{text}" for path, text in sorted(self.files.items()) if text)


def build(recipe: Recipe) -> Project:
    """The project of a recipe."""
    builder = _Builder(recipe)
    files = {**builder.modules(), **builder.shape_files(), "main.py": builder.main()}
    files["redis-ssot.toml"] = builder.configuration()
    for folder in {path.rpartition("/")[0] for path in files if "/" in path and path.endswith(".py")}:
        files.setdefault(f"{folder}/__init__.py", "")
    renamed = {_rename(path, recipe.name): _rename(text, recipe.name) for path, text in files.items()}
    return Project(renamed, ("main.py", *builder.commands("run")), builder.commands("fix"))


def _rename(text: str, name: str) -> str:
    plain = NAMES[0]
    return text.replace(plain, name).replace(plain.lower(), name.lower()).replace(plain.upper(), name.upper())


class _Builder:
    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._blocks = {kind: text for shape, _ in recipe.shapes for kind, text in shape.blocks.items()}
        settings = "\n".join(shape.blocks.get("toml", "") for shape, _ in recipe.shapes)
        configured = re.search(r'^accessor = "(.*)"', settings, re.MULTILINE)
        self._is_accessor_part = configured is None
        self._accessor_home = "app.access" if recipe.in_access and self._is_accessor_part else "app.mailer"
        self._accessor = configured[1] if configured else f"{self._accessor_home}.get_mailer"

    def modules(self) -> dict[str, str]:
        """The modules that each project has, and the parts of shapes in them."""
        accessor = self._blocks.get("accessor", "")
        class_text, in_access = self._blocks["class"], self._accessor_home == "app.access"
        home = '"""Sends mail."""\n' + class_text + _REST_OF_HOME + ("" if in_access else "\n\n" + accessor)
        files = {"app/mailer.py": self._fill(home, 0, 0, "app/mailer.py")}
        if in_access:
            access = "from app.mailer import Mailer\n\n\n" + accessor
            files["app/access.py"] = self._fill(access, 0, 0, "app/access.py")
        files["app/old.py"] = self._fill(self._blocks["old"], 0, 0, "app/old.py")
        return files

    def shape_files(self) -> dict[str, str]:
        """The files that shapes bring."""
        return {
            path.replace("$N", str(number)): self._fill(text, number, style, path)
            for number, shape, style in self._numbered()
            for path, text in shape.files.items()
        }

    def _numbered(self) -> Iterator[tuple[int, Shape, int]]:
        for number, (shape, style) in enumerate(self._recipe.shapes):
            yield number, shape, style

    def main(self) -> str:
        """`main.py`, which shows what the project does."""
        groups = [self._fill(shape.blocks.get("main", ""), number, 0, "") for number, shape, _ in self._numbered()]
        if self._recipe.order:
            Random(self._recipe.order).shuffle(groups)
        firsts, lasts = (
            [self._fill(shape.blocks.get(kind, ""), number, 0, "") for number, shape, _ in self._numbered()]
            for kind in ("first", "end")
        )
        return "".join([*firsts, *groups, *lasts, self._end()])

    def _end(self) -> str:
        """What the shared object is like at last, unless a trap is about its accessor."""
        if any(shape.topic in ("accessor", "source") and "accessor" in shape.parts for shape in self._recipe.traps):
            return ""
        if any("end" in shape.blocks for shape, _ in self._recipe.shapes):
            return ""
        return self._fill('$GET_IMPORT\nprint("shared", $GET().state())\n', 0, 0, "")

    def commands(self, kind: str) -> tuple[str, ...]:
        """The commands of shapes, of the blocks of a kind."""
        texts = (self._fill(shape.blocks.get(kind, ""), number, style, "") for number, shape, style in self._numbered())
        return tuple(dict.fromkeys(line for text in texts for line in text.splitlines()))

    def configuration(self) -> str:
        """`redis-ssot.toml`."""
        canonical = ["app.mailer"]
        if self._recipe.is_canonical and self._accessor_home not in canonical:
            canonical.append(self._accessor_home)
        settings = {"canonical": str(canonical).replace("'", '"'), "constructors": '["app.mailer.Mailer"]'}
        settings["accessor"] = f'"{self._accessor}"'
        deprecated = ['"app.old" = "app.mailer"']
        for number, shape, _ in self._numbered():
            for line in self._fill(shape.blocks.get("toml", ""), number, 0, "").splitlines():
                key, _, value = line.partition(" = ")
                settings[key] = value
            deprecated += self._fill(shape.blocks.get("deprecated", ""), number, 0, "").splitlines()
        lines = ['src = ["."]', "", "[resource.mailer]"]
        lines += [f"{key} = {value}" for key, value in settings.items()]
        return "\n".join([*lines, "", "[resource.mailer.deprecated]", *dict.fromkeys(deprecated), ""])

    def _names(self) -> str:
        names = ["Mailer", "LIMIT", "describe"]
        if self._accessor_home == "app.mailer" and self._is_accessor_part:
            names.append("get_mailer")
        return ", ".join(names)

    def _fill(self, text: str, number: int, style: int, path: str) -> str:
        """The text without placeholders."""
        is_relative = re.fullmatch(r"app/[^/]+", path) is not None
        new_import, new = _NEW_STYLES[style if is_relative or style != 6 else 0]
        old_import, prefix = _OLD_STYLES[style if is_relative or style != 6 else 0]
        names = sorted(dict.fromkeys(_OLD_NAME.findall(text)))
        old_import = old_import.format(names=", ".join(names), lines=",\n    ".join(names))
        text = _OLD_NAME.sub(lambda found: prefix + found[1], text.replace("$OLD_IMPORT", old_import))
        module, _, name = self._accessor.rpartition(".")
        if module[module.rindex(".") + 1].isupper():  # a method of a class
            module, _, owner = module.rpartition(".")
            get_import, get = f"from {module} import {owner}", f"{owner}.{name}"
        else:
            get_import, get = f"from {module} import {name}", name
        values = {"N": str(number), "IMPORT": new_import, "NEW": new, "GET_IMPORT": get_import, "GET": get}
        values |= {"NAMES": self._names(), "HOME": self._accessor_home}
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
