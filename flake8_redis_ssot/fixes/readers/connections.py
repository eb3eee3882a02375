"""Whether two files run in one program."""

from __future__ import annotations

from flake8_redis_ssot.fixes.context import FixContext

_MAX_IMPORTERS = 200


def are_connected(first: str, second: str, context: FixContext) -> bool:
    """Whether one of two files imports the other."""
    return (
        first == second
        or context.references.has_import(first, second)
        or context.import_graph.has_import(first, second)
        or context.import_graph.has_import(second, first)
    )


def is_in_one_program(scanner: str, path: str, context: FixContext) -> bool:
    """Whether loading one of two files loads the other."""
    if scanner == path or context.import_graph.find_path(path, scanner) is not None:
        return True
    importers = context.remember(("loaders", path), lambda: _find_loaders(path, context))
    if importers is None:
        return context.import_graph.find_path(scanner, path) is not None
    return scanner in importers


def _find_loaders(path: str, context: FixContext) -> frozenset[str] | None:
    """The files that load the file at `path`; None if they are many."""
    level, seen = [path], {path}
    while level:
        words = [context.module_name(each).rpartition(".")[2] for each in level]
        context.analysis.contents.find_with_words(words)  # of all in one pass
        importers = {
            importer
            for loaded in level
            for importer in context.references.find_files_naming(loaded)
            if importer not in seen and context.import_graph.has_import(importer, loaded)
        }
        seen |= importers
        level = sorted(importers)
        if len(seen) > _MAX_IMPORTERS:
            return None
    return frozenset(seen)
