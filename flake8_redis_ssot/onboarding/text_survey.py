"""One pass over the texts of a project: what each file defines, calls and keeps, by regular expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from flake8_redis_ssot.config.presets import usual_classes
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.onboarding.import_roots import find_imported_modules

# Each begins with a line break, for which `re` searches fast.
_CLASS = re.compile(rb"\nclass (\w+)(?:\(([^)\n]*))?")
_KNOWN_BASES = re.compile(
    rb"Settings\b|\b(?:" + b"|".join({name.rpartition(".")[2].encode() for name in usual_classes()}) + rb")\b"
)
_ASSIGNED_CALL = re.compile(rb"\n[A-Za-z_][\w, ]*(?::[^=\n]*)?= *(?:await )?([A-Za-z_][\w.]*)\(")
_ANNOTATED_FUNCTION = re.compile(rb"\n *(?:async )?def \w+\([^)]{0,2000}\) *-> *[\"']?(?:Optional\[|\w+\.)*(\w+)")
_ANNOTATED_GETTER = re.compile(
    rb"\n(?:async )?def (?:get|current|provide)_\w+\([^)]{0,2000}\) *-> *[\"']?(?:Optional\[|\w+\.)*(\w+)"
)
_CALLED_NAME = re.compile(rb"(?<!class )\b[A-Z]\w+(?=\()")
# What a function has that keeps an instance: a name declared global, an assigned attribute of a class, or a cache.
_KEEPING = re.compile(rb"\n +(?:global \w|(?:cls|[A-Z]\w*)\.\w+ *(?::[^=\n]*)?=[^=])|\n *@(?:\w+\.)*\w*(?i:cache)")


class FileText(NamedTuple):
    """What the text of a file (absolute path) tells; all names are the last parts of dotted names.

    `defined` are its classes, `derived` those with a base like one of the catalogue, `called` the CapWords names that
    it calls, `kept` what it calls in an assignment at the top, `returned` the annotations of what functions return that
    cache or get something. `keeps_in_functions`: functions may keep an instance. `modules` are those from which it
    imports, as they are written, and `imported` the first parts of their names. Of tests and examples, only the last
    two are told.
    """

    path: str
    is_test: bool
    defined: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    keeps_in_functions: bool = False


def survey_texts(files: Iterable[str], is_test: Callable[[str], bool]) -> list[FileText]:
    """The survey of all files (absolute paths) that can be read."""
    texts = []
    for path in files:
        try:
            data = b"\n" + read(path)
        except OSError:
            continue
        texts.append(_survey(path, data, is_test(path)))
    return texts


def _survey(path: str, data: bytes, is_test: bool) -> FileText:
    modules = frozenset(find_imported_modules(data))
    imported = frozenset(module.partition(".")[0] for module in modules if not module.startswith("."))
    if is_test:
        return FileText(path, True, imported=imported, modules=modules)
    classes = _CLASS.findall(data)
    return FileText(
        path,
        False,
        defined=frozenset(_decode(name for name, _ in classes)),
        derived=frozenset(_decode(name for name, bases in classes if bases and _KNOWN_BASES.search(bases))),
        called=frozenset(_decode(_CALLED_NAME.findall(data))),
        kept=frozenset(name.rpartition(".")[2] for name in _decode(_ASSIGNED_CALL.findall(data))),
        returned=frozenset(_decode((_ANNOTATED_FUNCTION if b"cache" in data else _ANNOTATED_GETTER).findall(data))),
        imported=imported,
        modules=modules,
        keeps_in_functions=_KEEPING.search(data) is not None,
    )


def _decode(names: Iterable[bytes]) -> list[str]:
    return [name.decode(errors="replace") for name in names]
