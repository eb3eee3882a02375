"""What reading one file yields: plain, frozen records that travel from a worker to the project.

An *origin* is written `module:attribute.path` (the part before the colon is a module because an import
statement says so; the part after it is looked up in that module). `module:` is the module itself,
`module:@name` a definition in it (whatever the name stands for in the end; `name#2` is the second one of that
name), and
`module:*name` a name that a star import of that module may have brought in. Where several imports may have done
so, `|` stands between the possibilities, the last import first: the first one that holds is meant.
"""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.model import Span, Suppression, UnanalysedRange

Origins = tuple[str, ...]


class Import(NamedTuple):
    """One name that one import statement (or `importlib.import_module` call) brings in.

    `statement` spans the whole statement, `span` the name (the statement itself for a star, a call or a
    plain `import`). `origin` is what it imports; `star_reads` are the origins of the names that are read in the
    file and that this star import may bind (empty where the import is no star). `is_local`: it runs whenever a
    function does, not once; `function` is the qualified name of that one, empty at module or class level.
    """

    statement: Span
    span: Span
    origin: str
    is_dynamic: bool
    is_star: bool
    is_typing_only: bool
    is_local: bool
    function: str
    star_reads: tuple[str, ...]


class Call(NamedTuple):
    """A call of something with an origin.

    `is_returned`: its result is what the enclosing function returns or yields; `is_stored`: the result is stored
    where it outlives the call, or the function is memoised. `function` is the qualified name of the
    enclosing function, empty at module or class level.
    """

    span: Span
    statement_row: int
    origins: Origins
    function: str
    is_returned: bool
    is_stored: bool


class CallbackArgument(NamedTuple):
    """A reference that is handed to a call: `slot` is its position (0-based) or its keyword."""

    span: Span
    statement_row: int
    origins: Origins
    function: str
    callee_origins: Origins
    callee_name: str
    slot: int | str


class AttributeAccess(NamedTuple):
    """An attribute access (`package.module.name`).

    `imported_modules` are modules that a plain `import` names on its way.
    """

    span: Span
    statement_row: int
    base: str
    attribute: str
    imported_modules: tuple[str, ...]
    function: str


class StringReference(NamedTuple):
    """A constant string that may name code: `text` is its value, `span` the expression that stands for it.

    `role` says what for: `patch` (a dotted path whose last part is replaced for a while), `object` (the name of
    an attribute of `owners` that is), `multiple` (a dotted path of which several attributes are: `names`),
    `dict` (a dotted path to a mapping), or `text` (a dotted path outside any such call).
    """

    span: Span
    statement_row: int
    text: str
    role: str
    owners: Origins
    names: tuple[str, ...]
    function: str


class SimilarClass(NamedTuple):
    """A class that may do what a guarded one does: it has the name of one in its own, or much the same methods.

    `span` are the keyword and the name; `qualname` is its local name, as in `Exports.bases`.
    """

    span: Span
    qualname: str


class Exports(NamedTuple):
    """What other modules can see of a file.

    `names` maps a name, or `Class.attribute`, to the origins that it stands for; no origins: it is defined
    here. `bases` maps a class to the origins of its base classes. `stars` are star-imported modules,
    `dunder_all` is `__all__` (None where there is none or it is computed). `has_getattr`: a module `__getattr__`.
    """

    names: dict[str, Origins]
    bases: dict[str, Origins]
    stars: tuple[str, ...]
    dunder_all: tuple[str, ...] | None
    has_getattr: bool


class FileFacts(NamedTuple):
    """All facts of one file.

    `unanalysed_ranges` are the parts that could not be analysed, `suppressions` codes of ours in comments, where these
    were looked for.
    """

    path: str
    imports: tuple[Import, ...]
    calls: tuple[Call, ...]
    callback_arguments: tuple[CallbackArgument, ...]
    attribute_accesses: tuple[AttributeAccess, ...]
    string_references: tuple[StringReference, ...]
    exports: Exports
    unanalysed_ranges: tuple[UnanalysedRange, ...]
    similar_classes: tuple[SimilarClass, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


NO_EXPORTS = Exports({}, {}, (), None, False)


def attribute_origin(origin: str, name: str) -> str:
    """The origin of an attribute of something that has an origin."""
    if "|" in origin:
        return "|".join(attribute_origin(part, name) for part in origin.split("|"))
    return origin + name if origin.endswith(":") else f"{origin}.{name}"
