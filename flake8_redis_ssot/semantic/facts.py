"""The facts of one file: plain, frozen records that workers send to the project.

An *origin* is written `module:attribute.path`: the part before the colon is a module, because an import statement names
it, the part after it is looked up in that module. `module:` is the module itself, `module:@name` a definition in it
(whatever the name resolves to in the end; `name#2` is the second one of that name), and `module:*name` a name that a
star import of that module may bind. If several star imports may bind it, `|` separates the possibilities, the last
import first: the first one that exists is meant.
"""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.model import Span, Suppression, UnanalysedRange

Origins = tuple[str, ...]


class Import(NamedTuple):
    """One name that an import statement (or `importlib.import_module` call) imports.

    `statement` spans the whole statement, `span` the name (the statement itself for a star import, a call or a plain
    `import`). `origin` is what it imports; `star_reads` are the origins of the names read in the file that a star
    import may bind. `is_local`: it runs whenever a function does; `function` is that function's qualified name, empty
    at module or class level.
    """

    statement: Span
    span: Span
    origin: str
    is_dynamic: bool
    is_star: bool
    is_typing_only: bool
    is_local: bool
    function: str
    star_reads: tuple[str, ...] = ()


class Call(NamedTuple):
    """A call of something with an origin.

    `is_returned`: the enclosing function returns or yields the result, `is_yielded`: it yields it; `is_stored`: the
    result is stored where it outlives the call, or the function is memoised. `function` is the qualified name of the
    enclosing function, empty at module or class level. `is_of_own_class`: it is a call of `cls` in a class method.
    """

    span: Span
    statement_row: int
    origins: Origins
    function: str
    is_returned: bool
    is_stored: bool
    is_yielded: bool = False
    is_of_own_class: bool = False


class CallbackArgument(NamedTuple):
    """A reference that is passed to a call: `slot` is its position (0-based) or its keyword.

    In slot "annotation" it is the annotation of a parameter whose value is described by a call without arguments.
    """

    span: Span
    statement_row: int
    origins: Origins
    function: str
    callee_origins: Origins
    callee_name: str
    slot: int | str


class AttributeAccess(NamedTuple):
    """An attribute access (`package.module.name`).

    `imported_modules` are the prefixes of its dotted name that a plain `import` names.
    """

    span: Span
    statement_row: int
    base: str
    attribute: str
    imported_modules: tuple[str, ...]
    function: str


class StringReference(NamedTuple):
    """A constant string that may name code: `text` is its value, `span` that of the expression.

    `role` is its use: `patch` (a dotted path whose last part is patched), `object` (the name of a patched attribute of
    `owners`), `multiple` (a dotted path of which the attributes `names` are patched), `dict` (a dotted path to a
    mapping), or `text` (a dotted path outside any such call).
    """

    span: Span
    statement_row: int
    text: str
    role: str
    owners: Origins
    names: tuple[str, ...]
    function: str


class SimilarClass(NamedTuple):
    """A class that may duplicate a guarded one: its name contains that of one, or it has similar methods.

    `span` is that of the keyword and the name; `qualname` is its local name, as in `Exports.bases`.
    """

    span: Span
    qualname: str


class Exports(NamedTuple):
    """What other modules can import from a file.

    `names` maps a name, or `Class.attribute`, to the origins that it can resolve to; no origins: it is defined here.
    `bases` maps a class to the origins of its base classes. `stars` are star-imported modules, `dunder_all` is
    `__all__` (None if there is none or it is computed). `has_getattr`: a module `__getattr__`.
    """

    names: dict[str, Origins]
    bases: dict[str, Origins]
    stars: tuple[str, ...]
    dunder_all: tuple[str, ...] | None
    has_getattr: bool


class FileFacts(NamedTuple):
    """All facts of one file.

    `unanalysed_ranges` are the parts that could not be analysed, `suppressions` our codes in comments, if these were
    searched.
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
    """The origin of an attribute of something with an origin."""
    if "|" in origin:
        return "|".join(attribute_origin(part, name) for part in origin.split("|"))
    return origin + name if origin.endswith(":") else f"{origin}.{name}"
