"""A code in a `noqa` comment that suppresses nothing.

Not selected by default: use `--extend-select RSS901`, or `select = ["ALL"]` in the settings.

## Why
An outdated suppression hides the next mistake on its line. Each code and prefix is checked separately; codes of other
tools and a bare `# noqa` are left to those tools. Codes that are not selected for the file, and files of which a part
could not be analysed, are not reported. Files with such comments are read even if they mention nothing guarded.

## Bad
```python
from app.redis_manager import get_redis_manager

manager = get_redis_manager()  # noqa: RSS002
```

## Good
```python
from app.redis_manager import RedisManager

manager = RedisManager()  # noqa: RSS002
```

## Fix safety
The code is deleted, and with the last code the whole comment including its reason. Other codes, other comments on the
line and all other bytes stay. Always safe: the deleted code had no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import FindingKind
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import FileFacts
from flake8_redis_ssot.syntax.noqa import codes_with_prefix, is_unused

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import FixContext
    from flake8_redis_ssot.fixes.draft import FixDraft


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Yield a candidate for each code of ours in a `noqa` comment."""
    for suppression in facts.suppressions:
        yield Candidate(suppression.span, (suppression.span.row,), suppression, FindingKind.SUPPRESSION)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Diagnose a code that suppresses none of the confirmed findings."""
    confirmed, code = file.confirmed, candidate.fact.code
    meant_codes = codes_with_prefix(code)
    # A comment that suppresses this very rule is never unused.
    if confirmed is None or file.facts.unanalysed_ranges or RULE.code in meant_codes:
        return None
    if not is_unused(candidate.fact, confirmed.findings, confirmed.codes.__contains__):
        return None
    message = f"`{code}` is unused here" if meant_codes else f"`{code}` is not a known code"
    return Diagnosis(message, "delete it", code)


def fix(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft:
    """Delete the code from the comment."""
    from flake8_redis_ssot.fixes.noqa_edits import remove_noqa_code  # late: only for fixes

    return remove_noqa_code(candidate.fact, file.path, context)


RULE = Rule(__name__, (FindingKind.SUPPRESSION,), collect, judge, fix, is_default=False, reads_suppressions=True)
