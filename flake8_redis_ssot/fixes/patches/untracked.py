"""What stands in for a constructor, or would for the shared instance, without being a patch that can move along."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from flake8_redis_ssot.fixes.context import Bench, Target
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, Brought
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches.lookups import looked_up_in
from flake8_redis_ssot.fixes.patches.patch import loads_late, place_of, shown
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.patch_targets import is_patch, origins_of
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Argument, Call, Mention
from flake8_redis_ssot.semantic.flow.frames import last_name

# What runs when an instance is made.
_MAKERS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__call__"})


def doubts(spot: Spot, brought: Brought, view: View, bench: Bench) -> Iterator[Doubt]:
    """Every reason against a fix of one place. Raises Blocked, Unanswered."""
    path, name = _looked_up(spot, view, bench)
    if path is not None:
        check_set(path, name, view, bench)
        yield from may_be_patched(path, name, view, bench)
    yield from _at_home(spot, view, bench)
    yield from _of_making(spot, view, bench)
    yield from _in_force_anew(spot, brought, view, bench)


def _is_late(spot: Spot) -> bool:
    """Whether the constructor is looked up in its own module each time."""
    return isinstance(spot.function, ast.Attribute) or (
        spot.variable is not None and spot.variable.scope.kind != "module"
    )


def _looked_up(spot: Spot, view: View, bench: Bench) -> tuple[str | None, str]:
    """The file and the name in it that a mock would have to replace."""
    if not _is_late(spot):
        return view.path, spot.root.id
    module, _, attributes = spot.written.partition(":")
    return (bench.project.path_of(module, view.path) if attributes else None), attributes.partition(".")[0]


def check_set(path: str, name: str, view: View, bench: Bench) -> None:
    """Whether other files put something else there by an assignment, which would go on without effect."""
    # What is called, read from or the end of a string is not set.
    for file in bench.files_with(rf"\.\s*{re.escape(name)}\b(?!\s*[.(\[\"'])".encode()):
        rows = bench.sheet(file).rows_set(name) if file != path else []
        if rows and bench.imports(file, path):
            raise Blocked(f"{shown(file, rows[0], view)} sets `{name}`, which would no longer reach this")


def _at_home(spot: Spot, view: View, bench: Bench) -> Iterator[Doubt]:
    """Patches of the constructor where it comes from."""
    module, _, attributes = spot.written.partition(":")
    path = bench.project.path_of(module, view.path)
    for target in bench.patches(path, attributes.partition(".")[0]) if path is not None and attributes else ():
        if target.attributes != attributes or path == view.path:
            continue
        row = loads_late(target, view.path, bench)
        if row:
            place = place_of(target, view)
            raise Blocked(f"the patch at {place} stands in for it, as line {row} there may load this module meanwhile")
        if _is_late(spot):
            if target.path == view.path or bench.imports(target.path, view.path):
                raise Blocked(f"the patch at {place_of(target, view)} would no longer stand in for it")
            yield Doubt(f"the patch at {place_of(target, view)} may be meant to stand in for it")
            return


def _of_making(spot: Spot, view: View, bench: Bench) -> Iterator[Doubt]:
    """Patches of what an instance is made by: the shared one is made already."""
    needed = _needed(spot.home, bench)
    for file, facts in sorted(bench.known.all_facts().items()):
        several = (mention for mention in facts.mentions if is_patch(mention)) if file != view.path else ()
        first = next((each for each in several if _is_of_making(each, file, spot.home, needed, view, bench)), None)
        if first is not None and (os.path.basename(file) == "conftest.py" or bench.imports(file, view.path)):
            why = f"the patch at {shown(file, first.span.row, view)} is for the making of one"
            yield Doubt(f"{why}, and the shared one is made already", Applicability.MANUAL)
            return


def _is_of_making(mention: Mention, file: str, made: Home, needed: frozenset[str], view: View, bench: Bench) -> bool:
    for origin in origins_of(mention, bench.project):
        module, _, attributes = origin.partition(":")
        owner, _, last = attributes.rpartition(".")
        if last in _MAKERS:
            homes = bench.project.resolve(f"{module}:{owner}", file)
            if any((home.path, home.local) == (made.path, made.local) for home in homes):
                return True
        path = bench.project.path_of(module, file)
        if path is not None and path == made.path and attributes.partition(".")[0] in needed:
            return True
        if path is None and _makes_a_client(f"{module}.{attributes}", view):
            return True
    return False


def _makes_a_client(name: str, view: View) -> bool:
    """Whether a third party's name is a guarded constructor, or something in one."""
    parts = name.split(".")
    heads = (".".join(parts[:length]) for length in range(2, len(parts) + 1))
    return any(view.guards.constructor(Home(head, None, "", found=False)) is not None for head in heads)


def _needed(made: Home, bench: Bench) -> frozenset[str]:
    """The names of its module that a class reads while an instance is made."""
    if made.path is None:
        return frozenset()
    references = bench.sheet(made.path).references
    names: set[str] = set()
    for node in bench.tree(made.path).body:
        if isinstance(node, ast.ClassDef) and node.name == made.local:
            for member in node.body:
                if getattr(member, "name", "") in _MAKERS:
                    names |= {read.id for read in ast.walk(member) if isinstance(read, ast.Name)}
    # Nobody is asked who reads them: they are names such as `logger`, and half of the project would have to be read.
    return frozenset(name for name in names if references.variable(references.module, name) is not None)


def _in_force_anew(spot: Spot, brought: Brought, view: View, bench: Bench) -> Iterator[Doubt]:
    """Patches of what is used from now on, which stand in for nothing here today."""
    if brought.operation is None and brought.text == spot.root.id:
        return  # it is called the same, and stands in for it already
    path, name = view.path if brought.operation is None else "", brought.text
    if brought.scope is None or brought.scope.kind != "module":
        module, _, name = bench.project.locate(view.accessor(spot.resource)).partition(":")
        path = bench.project.path_of(module, view.path) or ""
    for target in bench.patches(path, name) if path else ():
        if target.attributes == name:
            yield Doubt(f"the patch at {place_of(target, view)} would reach this as well")
            return


def reached_besides(targets: Iterable[Target], spot: Spot, brought: Brought, view: View, bench: Bench) -> Iterator[str]:
    """What the patches of this place would reach as well once they name the accessor. Raises Blocked."""
    first = place_of(next(iter(targets)), view)
    if bench.patches(view.path, brought.text):
        raise Blocked(f"the patch at {first} could not follow: `{brought.text}` is patched here as well")
    for _, row in looked_up_in(view.path, brought.text, bench) if brought.operation is None else ():
        yield f"the patch at {first} would reach line {row} as well, which takes `{brought.text}` already"
        break
    for row, root in _other_constructors(spot, view, bench):
        if bench.patches(view.path, root):
            raise Blocked(f"the patch at {first} could not follow: line {row} is patched apart from it")
        yield f"the patch at {first} would reach line {row} as well once that is fixed"


def _other_constructors(spot: Spot, view: View, bench: Bench) -> Iterator[tuple[int, str]]:
    """Rows where something else makes an instance of the same resource, and the names that it begins with."""
    sheet = bench.sheet(view.path)
    for judged in bench.judged(view.path):
        fact = judged.site.fact
        if isinstance(fact, Call):
            call = sheet.node(ast.Call, fact.span)
            root: ast.AST | None = call.func if isinstance(call, ast.Call) else None
        else:
            root = sheet.node(ast.Name, fact.span) if isinstance(fact, Argument) else None
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id != spot.root.id:
            yield fact.span.row, root.id


def may_be_patched(path: str, name: str, view: View, bench: Bench) -> Iterator[Doubt]:
    """What may replace `name` in the module at `path`, unseen. Raises Unanswered."""
    bench.patches(path, name)  # asks for the files that name it
    shown_name = f"`{bench.module(path)}.{name}`"
    for file, facts in sorted(bench.known.all_facts().items()):
        for mention in facts.mentions:
            if _is_of_something(mention, name):
                place = shown(file, mention.span.row, view)
                for worst in _as_it_has_to_do_with(file, path, name, bench):
                    yield Doubt(f"the patch at {place} may stand in for it: what it patches cannot be seen", worst)
            elif _is_target(mention, name, file, path, bench) and _patches_by_name(bench.sheet(file)):
                place = shown(file, mention.span.row, view)
                yield Doubt(f"{shown_name} is named at {place}, and may be patched", Applicability.MANUAL)


def _is_of_something(mention: Mention, name: str) -> bool:
    return mention.role == "object" and not mention.owners and mention.text == name


def _is_target(mention: Mention, name: str, file: str, path: str, bench: Bench) -> bool:
    if mention.role != "text" or not mention.text.replace(":", ".").endswith(f".{name}"):
        return False
    for origin in origins_of(mention, bench.project):
        module, _, attributes = origin.partition(":")
        if attributes == name and bench.project.path_of(module, file) == path:
            return True
    return False


def _patches_by_name(sheet: Sheet) -> bool:
    """Whether something in a file patches a target that is no text there and then."""
    calls = (call for call in sheet.calls if call.args)
    return any(_is_patcher(call) and not isinstance(call.args[0], (ast.Constant, ast.JoinedStr)) for call in calls)


def _is_patcher(call: ast.Call) -> bool:
    last = last_name(call.func)
    if last == "multiple":
        return True
    return last == "patch" or (len(call.args) == 2 and last == "setattr") or (len(call.args) == 1 and last == "delattr")


def _as_it_has_to_do_with(file: str, path: str, name: str, bench: Bench) -> Iterator[Applicability]:
    """How far to trust a fix, where a file, or what it gets its fixtures from, imports a module or has its name."""
    module = bench.module(path)
    last = module.rpartition(".")[2]
    word = re.compile(rf"\b{re.escape(module if last == name else last)}\b".encode())
    files = (file, *_fixtures(file, bench))
    if file == path or any(bench.imports(each, path) or bench.graph.imports(each, path) for each in files):
        yield Applicability.MANUAL
    elif any(word.search(bench.text(each)) for each in files):
        yield Applicability.UNSAFE


def _fixtures(file: str, bench: Bench) -> Iterator[str]:
    """The `conftest.py` of its folder and of those above."""
    folder = os.path.dirname(file)
    while folder.startswith(str(bench.known.config.root)):
        path = os.path.join(folder, "conftest.py")
        with suppress(OSError):
            bench.known.data(path)
            yield path
        folder = os.path.dirname(folder)
