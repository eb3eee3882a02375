"""Comments among arguments that a fix removes."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.model import Applicability


def find_lost_comments(construction: ConstructionSite, call: ast.Call, document: SourceDocument) -> Iterator[Doubt]:
    """A doubt if there is a comment among the arguments of `call`, which are removed with them."""
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if not arguments:
        return
    if construction.call is not None:
        arguments.append(construction.call)
    start = document.offsets_of(construction.constructor)[1]
    end = max(document.offsets_of(each)[1] for each in arguments)
    text = document.text[start:end]
    if "#" in text and _has_comment(text):
        yield Doubt("a comment among the arguments would be lost", Applicability.MANUAL)


def _has_comment(text: str) -> bool:
    """Whether a part of an expression has a comment, and not only a `#` in a string."""
    lines = iter(f"(\n{text}\n)\n".splitlines(keepends=True))
    try:
        return any(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(lambda: next(lines, "")))
    except (tokenize.TokenError, SyntaxError):
        return True  # brackets that belong to the rest of the expression
