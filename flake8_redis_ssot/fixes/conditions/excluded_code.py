"""Condition: what the run leaves out uses the project only in ways that can be followed by text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.model import Fix
from flake8_redis_ssot.project.contents import row_at

CONDITION = Condition(
    "excluded-code",
    "Python files that are excluded, or that git ignores, use the changed code only by names that they write out.",
    shapes=(
        "none of these files names a package or module at the top of the import path of a changed file or of a "
        "canonical module",
        "or such a file imports modules and names, calls them, reads attributes, and patches or sets attributes whose "
        "names are written out (which other conditions judge): it has no computed names (`getattr(x, name)`, "
        '`setattr(x, name, value)`, `import_module(name)`, `patch(f"{module}.X")`), no `vars()`, `dir()`, `globals()`, '
        "`locals()`, `eval()`, `exec()`, `__dict__`, `__globals__`, `sys.modules`, `reload()` or `x.__init__()`, and "
        "uses none of `ast`, `copy`, `gc`, `inspect`, `linecache`, `pickle`, `runpy` and `weakref`",
    ),
)

_LITERAL = rb"[rRbBuU]?(?:\"[^\"\n]*\"|'[^'\n]*')\s*[,)]"
_UNFOLLOWED = re.compile(
    rb"\b(?:set|del|get|has)attr\b(?!\(\s*(?:[^\s,()\"']+,\s*)?" + _LITERAL + rb")"
    rb"|\b(?:import_module|__import__|importorskip|resolve_name)\b(?!\(\s*" + _LITERAL + rb"|\s*(?:[,)]|\n|$))"
    rb"|\bpatch\((?!\s*(?:" + _LITERAL + rb"|\)))|\bpatch\.(?:object|dict)\(\s*[^\s,]+,(?!\s*(?:" + _LITERAL + rb"|\{))"
    rb"|\bpatch\.multiple\((?:[^()]|\([^()]*\))*\*\*"
    rb"|(?<![\w.])(?:vars|dir|globals|locals|eval|exec)\(|__(?:dict|globals|code|closure)__|\bf_(?:globals|locals)\b"
    rb"|\bsys\s*\.\s*modules\b|\bfrom\s+sys\s+import\b[^\n]*\bmodules\b|\breload\(|(?<!super\(\))\.__(?:init|setattr|delattr|getattribute)__\("
    rb"|^[ \t]*(?:import|from)[ \t]+(?:ast|copy|gc|inspect|linecache|pickle|runpy|weakref)\b",
    re.MULTILINE,
)


def find_doubts(fix: Fix, context: FixContext) -> Iterator[Doubt]:
    """The first such file that may do something else with the code that a fix changes, or with a canonical module."""
    tops = {context.module_name(edit.path).partition(".")[0] for edit in fix.edits}
    for resource in context.analysis.config.resources:
        tops.update(module.partition(".")[0] for module in resource.canonical)
    key = frozenset(tops - {""})
    use = context.remember(("unfollowed uses", key), partial(_find_first_use, key, context))
    if use is not None:
        path, row, text = use
        yield Doubt(
            f"{context.relative_path(path)}:{row} is excluded or ignored, and `{text}` may reach the changed code"
        )


def _find_first_use(tops: frozenset[str], context: FixContext) -> tuple[str, int, str] | None:
    """The path, the row (1-based) and the text of what can't be followed in a file that names one of some packages."""
    for path in context.words.find_other_code_with(tops):
        code = context.references.code_bytes(path)
        match = _UNFOLLOWED.search(code)
        if match is not None:
            line = code[code.rfind(b"\n", 0, match.start() + 1) + 1 :].partition(b"\n")[0]
            return path, row_at(code, match.start()), line.decode(errors="replace").strip()[:60]
    return None
