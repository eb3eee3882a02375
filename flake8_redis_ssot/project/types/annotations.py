"""What annotations say: the one class that they name."""

from __future__ import annotations

import ast

from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.types.scope import Site

_CARRIERS = frozenset({"typing.Annotated", "typing.ClassVar", "typing.Final"})
_STREAMS = frozenset({"AsyncGenerator", "AsyncIterable", "AsyncIterator", "Generator", "Iterable", "Iterator"})


def annotated(node: ast.expr | None, site: Site, *, streams: bool = False) -> Home | None:
    """The class that an annotation names; of a generator the one in `Iterator[...]`. None where None is allowed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return annotated(_parsed(node.value), site, streams=streams)
    if isinstance(node, ast.Subscript):
        home = site.home_of(node.value)
        first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        last = home.name.rpartition(".")[2] if home else ""
        if home and (home.name in _CARRIERS or (streams and last in _STREAMS)):
            return annotated(first, site)
        return None if streams else annotated(node.value, site)
    home = site.home_of(node) if node is not None and not streams else None
    if home is None or home.name == "typing.Self":
        return site.own_class if home and site.owner else None
    is_foreign = home.path is None and home.name.partition(".")[0] not in ("builtins", "typing")
    return home if is_foreign or isinstance(site.definition(home), ast.ClassDef) else None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
