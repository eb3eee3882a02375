"""Whether a class stands in for a guarded one, in words."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.similarity.class_summary import Portrait
from flake8_redis_ssot.project.similarity.compare import Likeness, likeness
from flake8_redis_ssot.project.types.scope import NUMBER
from flake8_redis_ssot.project.view import Verdict, View
from flake8_redis_ssot.semantic.ast_queries import dotted_of

_MOST_NAMES = 6
_MOST_USERS = 3


def judge_class(local: str, view: View) -> Verdict | None:
    """The verdict on a class of a file, by its local name."""
    found = likeness_of(local, view)
    if found is None:
        return None
    name = f"{view.module}.{NUMBER.sub('', local)}"
    return Verdict(_message(local, found, view), _advice(found, view), name)


def likeness_of(local: str, view: View) -> Likeness | None:
    """What a class stands in for; None where it stands in for nothing, or makes no secret of standing on it."""
    homes = view.homes([f"{view.module}:@{local}"])
    if any(view.guards.constructor(home) for home in homes):
        return None  # it is guarded itself
    portrait = view.gallery.portrait(Home(f"{view.module}.{NUMBER.sub('', local)}", view.path, local))
    plain = NUMBER.sub("", local).rpartition(".")[2]
    for model in view.gallery.models:
        try:
            found = likeness(portrait, model, plain, view.config.duplicate_threshold)
        except OSError:
            return None  # a file that vanished during the run
        if found and not view.exempt(model.resource) and not _stands_on(portrait, found, view):
            return found
    return None


def _stands_on(portrait: Portrait, found: Likeness, view: View) -> bool:
    """Whether a class makes use of the resource itself: it adapts the shared one, and does not replace it.

    Where its name says what it is there for, the class itself must; else it is enough that its file, or that of a base,
    has anything of the resource.
    """
    resource, node = found.model.resource, portrait.node
    if node is not None and any(_is_of(home, resource, view) for home in view.homes(_origins_in(node, view))):
        return True
    if found.named:
        return False
    near = [entry.origin for entry in view.facts.imports if not entry.star]
    names = [view.project.load(path).names for path in _files_of(portrait, view)]
    near += [origin for several in names for origins in several.values() for origin in origins]
    return any(_is_of(home, resource, view) for home in view.homes(dict.fromkeys(near)))


def _origins_in(node: ast.ClassDef, view: View) -> list[str]:
    rows = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    origins = [entry.origin for entry in view.facts.imports if entry.statement.row in rows and not entry.star]
    return list(dict.fromkeys([*origins, *(f"{view.module}:{dotted}" for dotted in _dotted_names(node))]))


def _files_of(portrait: Portrait, view: View) -> list[str]:
    """The files of a class and of its bases."""
    bases = [dotted_of(base) for base in portrait.node.bases] if portrait.node is not None else []
    homes = view.homes([f"{view.module}:{base}" for base in bases if base])
    return [view.path, *(home.path for home in homes if home.path is not None)]


def _dotted_names(node: ast.ClassDef) -> list[str]:
    named = [each for each in ast.walk(node) if isinstance(each, (ast.Name, ast.Attribute))]
    return [dotted for dotted in map(dotted_of, named) if dotted]


def _is_of(home: Home, resource: Resource, view: View) -> bool:
    if home.path is None or not home.local or home.path == view.path:
        return False
    accessors = {each.accessor for each in resource.accessor_for}
    return home.name in accessors or view.guards.is_canonical(resource, view.project.modules.name_of(home.path))


def _message(local: str, found: Likeness, view: View) -> str:
    signs = [*found.signs, _shared_methods(found)] if found.matched else list(found.signs)
    parts = [f"`{NUMBER.sub('', local)}` does what `{found.model.home.name}` is there for: {_listed(signs)}"]
    if found.missing and found.matched:
        parts.append(f"it lacks {_names(found.missing)}")
    parts.append(_users(local, view))
    return "; ".join(parts)


def _shared_methods(found: Likeness) -> str:
    plural = "s" if len(found.matched) > 1 else ""
    kinds = f" (awaited in one of both only: {_names(found.otherwise)})" if found.otherwise else ""
    return f"it has its method{plural} {_names(found.matched)}{kinds}"


def _users(local: str, view: View) -> str:
    several = [path for path in view.readers(view.path, local) if path != view.path]
    shown = [relative_to(str(view.config.root), path) for path in several[:_MOST_USERS]]
    more = len(several) - len(shown)
    if not several:
        return "no other file imports it"
    return f"imported by {', '.join(shown)}{f' and {more} more' if more else ''}"


def _advice(found: Likeness, view: View) -> str:
    return f"let those who use it have {view.instead(found.model.resource)}; `redis-ssot integrate` shows how"


def _names(names: Sequence[str]) -> str:
    shown, more = names[:_MOST_NAMES], len(names) - _MOST_NAMES
    return ", ".join(f"`{name}`" for name in shown) + (f" and {more} more" if more > 0 else "")


def _listed(signs: Iterable[str]) -> str:
    *first, last = signs
    return f"{', '.join(first)}, and {last}" if first else last
