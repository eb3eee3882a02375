"""What names stand for: dotted names as written, and decorators by their true names."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.semantic.ast_queries import Function, dotted_of

Load = Callable[[str], ast.Module]
PROPERTIES = frozenset({"abc.abstractproperty", "builtins.property", "functools.cached_property"})
MEMOISERS = frozenset({"functools.cache", "functools.cached_property", "functools.lru_cache"})
CONTEXTS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})
# All decorators that are known; these further ones leave a function as it is, to those who call it.
KNOWN_DECORATORS = (
    PROPERTIES
    | MEMOISERS
    | CONTEXTS
    | {"abc.abstractmethod", "builtins.classmethod", "builtins.staticmethod", "warnings.deprecated"}
    | {f"typing.{name}" for name in ("deprecated", "final", "no_type_check", "overload", "override")}
)


def resolved(dotted: str, path: str, project: Project, *, scope: str = "") -> Home | None:
    """The one home of a dotted name as written in a file, perhaps in the body of the class `scope`.

    Builtins are at home in `builtins`. None where it has no home for sure, or several.
    """
    module = project.modules.name_of(path)
    if scope and "<locals>" not in scope:
        inner = project.resolve(f"{module}:@{scope}.{dotted}", path)
        if len(inner) == 1 and inner[0].found:
            return inner[0]
    homes = project.resolve(f"{module}:{dotted}", path)
    if all(home.guessed or (not home.found and home.path == path) for home in homes) and hasattr(builtins, dotted):
        return Home(f"builtins.{dotted}", None, "", found=False)
    sure = [home for home in homes if home.found or (home.path is None and not home.guessed)]
    return plain(sure[0]) if len(sure) == len(homes) == 1 else None


def plain(home: Home) -> Home:
    """Without the way that led there; `typing_extensions` offers what `typing` does."""
    return home._replace(name=home.name.replace("typing_extensions.", "typing."), chain=())


def decorators_of(node: Function | ast.ClassDef, path: str, project: Project, *, scope: str = "") -> list[str]:
    """The true names of the decorators, called or not; empty for what is not known. A setter counts as `property`."""
    names = []
    for decorator in node.decorator_list:
        dotted = dotted_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if dotted in {f"{node.name}.{end}" for end in ("setter", "getter", "deleter")}:
            names.append("builtins.property")
        else:
            home = resolved(dotted, path, project, scope=scope) if dotted else None
            names.append(home.name if home else "")
    return names
