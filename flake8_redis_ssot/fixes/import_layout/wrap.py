"""The text of one `from` statement: on one line if it fits, else wrapped."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.import_layout.style import ImportStyle


def is_wrapped(code: str) -> bool:
    """Whether a statement (its lines) has several lines."""
    return len(code.splitlines()) > 1


def has_trailing_comma(code: str) -> bool:
    """Whether a statement (without comments) ends in a comma and a parenthesis: then it stays wrapped."""
    return "".join(code.split()).endswith(",)")


def format_import(
    symbols: Sequence[ImportedSymbol], indent: str, line_break: str, style: ImportStyle, *, stays_wrapped: bool = False
) -> str:
    """The lines of the statement that imports the symbols, which are of one module, in this order."""
    texts = [symbol.source_text for symbol in symbols]
    head = f"{indent}from {symbols[0].module} import "
    one_line = head + ", ".join(texts)
    if len(one_line) <= style.line_length and not stays_wrapped:
        return one_line + line_break
    if style.aligns_names:
        return _align_names(f"{head}(", texts, line_break, style.line_length)
    step = "\t" if indent.startswith("\t") else "    "
    lines = [f"{head}(", *(f"{indent}{step}{text}," for text in texts), f"{indent})"]
    return "".join(line + line_break for line in lines)


def _align_names(head: str, texts: Sequence[str], line_break: str, line_length: int) -> str:
    """As many names on a line as fit, below the first name."""
    lines = [head]
    for at, text in enumerate(texts):
        word = text + (")" if at == len(texts) - 1 else ",")
        line = lines[-1] + word if lines[-1].endswith("(") or not lines[-1].strip() else f"{lines[-1]} {word}"
        if len(line) > line_length and lines[-1].strip() and not lines[-1].endswith("("):
            line = " " * len(head) + word
            lines.append(line)
        else:
            lines[-1] = line
    return "".join(line + line_break for line in lines)
