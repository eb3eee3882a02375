"""Condition: patches of a name move with the fix, and everything else that could name it names something else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress

from flake8_redis_ssot.fixes.bindings.outside_writes import find_outside_write
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.patches.dynamic_patches import find_dynamic_patches, may_be_told_of
from flake8_redis_ssot.fixes.patches.late_loads import find_loader_during, is_in_force_at_load
from flake8_redis_ssot.fixes.patches.module_replacements import find_module_replacements
from flake8_redis_ssot.fixes.patches.name_strings import NameString, find_name_strings
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.search.string_references import string_origins

CONDITION = Condition(
    "patches-follow",
    "Patches of a replaced name are updated by the fix; no other patch or replaced module affects it.",
    shapes=(
        "each string of the project that contains the name is the target of a patch that moves with the fix, or a "
        "dotted path to a name of another module, or names an attribute of another module or class",
        "or it stands where no patch takes its target from: a docstring or another text with blanks, `__all__`, a "
        "type annotation, a comparison, a message, an index that is read, the argument of `getattr`",
        'no such string is joined from parts (`f"{module}.X"`, `module + ".X"`, `"%s.X" % module`), passed to another '
        "function (but a plain one of the project that only looks it up), a keyword of `patch.multiple` or `dict`, or "
        "the `__name__` of what is replaced",
        "an imported name that is patched in the old module, also by a target that is joined from parts: the file "
        "with the patch loads the importing module itself before, or no function of the project loads it, and the "
        "patch is not made when its file is loaded; the same holds for the name of the constructor in the modules that "
        "it comes from, and no file sets it there",
        "a method `patch` of a parameter whose annotation is a class of a library other than of mocks is no patch",
        "no patch takes its target from a file, the environment, or the names of objects, where its file, or a file "
        "that names its file, contains the name of the module",
        "no code puts something else in the place of the old or new module in `sys.modules`, and no folder with "
        "another file of the same dotted name is put on the search path (`sys.path`, `PYTHONPATH`)",
    ),
)


def find_doubts(path: str, name: str, context: FixContext, *, is_new: bool = False) -> Iterator[Doubt]:
    """Doubts about patches of a name of the module at `path` that do not move with a fix. Raises OSError.

    If the name `is_new` there, patches of it are expected to have no effect before the fix.
    """
    module = context.module_name(path)
    moving = {(target.path, target.reference.span) for target in context.references.find_patches(path, name)}
    for string in find_name_strings(name, context):
        is_harmless = (string.is_fixed and (string.path, string.span) in moving) or (string.is_read and not is_new)
        if not is_harmless and not _is_other(string, path, name, context):
            location = f"{context.relative_path(string.path)}:{string.span.row}"
            reason = f"`{name}` is named at {location}, and may be patched in `{module}`"
            yield Doubt(reason, Applicability.UNSAFE if is_new else _rate(string, path, name, context))
            break
    write = find_outside_write(path, name, context, by_text=False) if not is_new else None
    if write:
        yield Doubt(f"{write} sets `{name}`, which may be that of `{module}`")
    for patch_path, row in find_dynamic_patches(context) if not is_new else ():
        if patch_path != path and may_be_told_of(path, patch_path, context):
            location = f"{context.relative_path(patch_path)}:{row}"
            yield Doubt(f"the target of the patch at {location} could not be determined, and may be `{module}.{name}`")
            break


def find_late_load_doubts(old_path: str, name: str, path: str, context: FixContext) -> Iterator[Doubt]:
    """A doubt if the module at `path`, which imports a name of the old module, may bind what a patch puts there.

    It does if it is loaded meanwhile. A file with patches that loads the module itself has loaded it before.
    """
    patches = context.references.find_patches(old_path, name)
    lasting = next((each for each in patches if is_in_force_at_load(each, context)), None)
    if lasting is not None:
        location = f"{context.relative_path(lasting.path)}:{lasting.reference.span.row}"
        yield Doubt(f"{location} patches `{name}`, perhaps before this module is loaded")
        return
    excluded = next(_find_excluded_patches(old_path, name, context), None)
    if excluded is not None:
        location = f"{context.relative_path(excluded.path)}:{excluded.span.row}"
        yield Doubt(f"{location} is excluded or ignored, and may patch `{name}` before this module is loaded")
        return
    targets = ((each.path, each.reference.span.row) for each in patches)
    for patch_path, row in (*targets, *_find_possible_patches(old_path, name, context)):
        loader = find_loader_during(patch_path, path, context)
        if loader is not None:
            patch_place, loader_place = (
                f"{context.relative_path(each)}:{at}" for each, at in ((patch_path, row), loader)
            )
            yield Doubt(f"{loader_place} may load this module while `{name}` is patched ({patch_place})")
            return


def _find_excluded_patches(path: str, name: str, context: FixContext) -> Iterator[NameString]:
    """The strings of excluded files that may patch a name of the module at `path`; what they load is not known."""
    for string in find_name_strings(name, context):
        if (
            context.words.is_other_code(string.path)
            and not string.is_read
            and not _is_other(string, path, name, context)
        ):
            yield string


def _find_possible_patches(path: str, name: str, context: FixContext) -> Iterator[tuple[str, int]]:
    """Where a name of the module at `path` may be patched by a target that is not a constant: a path and a row."""
    for string in find_name_strings(name, context):
        if not string.text and not string.is_read and not _is_other(string, path, name, context):
            yield string.path, string.span.row
    for patch_path, row in find_dynamic_patches(context):
        if patch_path != path and may_be_told_of(path, patch_path, context):
            yield patch_path, row


def find_stand_in_doubts(paths: Iterator[str], context: FixContext) -> Iterator[Doubt]:
    """Doubts about modules (by path) that others replace as a whole. Raises OSError."""
    for path in dict.fromkeys(paths):
        for replacement in find_module_replacements(path, context):
            yield Doubt(replacement.describe(context.module_name(path)))
            return


def _is_other(string: NameString, path: str, name: str, context: FixContext) -> bool:
    """Whether a string certainly names something else than the name of the module at `path`."""
    if string.module is not None:
        return string.module != path
    if string.text:
        return not _names(string, path, name, context) and not _may_be_part(string.text, path, name, context)
    facts = context.analysis.all_facts().get(string.path)
    for reference in facts.string_references if facts is not None and string.is_fixed else ():
        if reference.span == string.span and reference.role != "text":
            origins = string_origins(reference, context.resolver)
            owners = [context.resolver.path_of(origin.partition(":")[0], string.path) for origin in origins]
            return bool(owners) and path not in owners
    return False


def _names(string: NameString, path: str, name: str, context: FixContext) -> bool:
    """Whether a string is the dotted path of the name of the module at `path`, or of a part of it."""
    module, _, attributes = context.resolver.to_origin(string.text).partition(":")
    is_name = attributes.partition(".")[0] == name
    return is_name and context.resolver.path_of(module, string.path) == path


def _may_be_part(text: str, path: str, name: str, context: FixContext) -> bool:
    """Whether a text is the end of such a dotted path, without its beginning."""
    prefixes = (text[: match.start()] for match in re.finditer(rf"\.{re.escape(name)}(?!\w)", text))
    module = context.module_name(path)
    return any(module.endswith(f".{prefix}") for prefix in prefixes)


def _rate(string: NameString, path: str, name: str, context: FixContext) -> Applicability:
    """MANUAL if a string may well be of a patch: it names the module, or its file or `conftest.py` imports that.

    One that a function only puts into a variable, in a file that patches nothing, is not.
    """
    if string.is_kept:
        return Applicability.UNSAFE
    files = (string.path, *_find_conftest_files(string.path, context))
    is_near = string.path == path or (string.text and _names(string, path, name, context))
    is_near = is_near or any(
        context.references.has_import(each, path) or context.import_graph.has_import(each, path) for each in files
    )
    return Applicability.MANUAL if is_near else Applicability.UNSAFE


def _find_conftest_files(test_path: str, context: FixContext) -> Iterator[str]:
    """The `conftest.py` of the folder and of its parents."""
    folder = os.path.dirname(test_path)
    while folder.startswith(str(context.analysis.config.root)):
        path = os.path.join(folder, "conftest.py")
        with suppress(OSError):
            context.analysis.read_bytes(path)
            yield path
        folder = os.path.dirname(folder)
