"""The shared instance is made with the arguments of the construction that is replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.accessors.arguments import have_same_arguments
from flake8_redis_ssot.fixes.accessors.model import AccessorModel
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.model import Applicability

CONDITION = Condition(
    "accessor-arguments",
    "The shared instance is created with the same arguments.",
    shapes=(
        "Neither construction has arguments.",
        "Both call the same constructor with the same positional and keyword arguments, each of which is a literal,"
        " or a module variable that is bound exactly once and that no other code sets or patches.",
    ),
)


def find_doubts(
    call: ast.Call | None, path: str, model: AccessorModel | str, shared_arguments: str, context: FixContext
) -> Iterator[Doubt]:
    """The arguments that differ between a call in the file at `path` and the construction of the shared instance.

    `model` is that of the accessor, or the reason why there is none; `shared_arguments` is what is known of its
    arguments, as source.
    """
    shared = model.construction if isinstance(model, AccessorModel) else None
    if call is not None and shared is not None and have_same_arguments(call, path, shared.call, shared.path, context):
        return
    if call is not None and (call.args or call.keywords):
        text_of = context.document(path).text_of
        keyword_texts = (f"{each.arg}={text_of(each.value)}" if each.arg else "**" for each in call.keywords)
        arguments = ", ".join([*map(text_of, call.args), *keyword_texts])
        reason = f"the arguments of the call, `{arguments}`, would be dropped"
        yield Doubt(reason, Applicability.MANUAL, is_decisive=True)
    elif shared_arguments:
        yield Doubt(f"the shared instance is made with `{shared_arguments}`, this one with nothing")
