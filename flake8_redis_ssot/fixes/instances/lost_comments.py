"""Comments among arguments that a fix removes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.statement_layout import find_comments
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
    if find_comments(document.text[start:end]):
        yield Doubt("a comment among the arguments would be lost", Applicability.MANUAL)
