"""Validation of names, paths and codes in the configuration; each problem says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# The limits of Linux, which are the widest: https://man7.org/linux/man-pages/man0/limits.h.0p.html
_MAX_PATH, _MAX_PATH_PART = 4096, 255  # characters
_MAX_SHOWN = 60  # characters of a value in a message
CODE_PATTERN = r"ALL|RSS\d{0,3}"  # all codes, a code, or a prefix


def find_nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` most similar to `word`, or None. Case is ignored, and `_` equals `-`."""
    import difflib  # late: only needed for a mistake

    normalised_words = {_normalise(candidate): candidate for candidate in words}
    matches = difflib.get_close_matches(_normalise(word), normalised_words, n=1)
    return normalised_words[matches[0]] if matches else None


def validate_module(text: str) -> str | None:
    """Why `text` is not the dotted name of one module, or None."""
    problem = _validate_dotted_name(text)
    if problem is None and "*" in text:
        return f"`{text}` is a pattern; a plain name is required here"
    return problem


def validate_service(text: str) -> str | None:
    """Why `text` is neither the dotted name of a package nor a relative directory, or None."""
    return _validate_relative_path(text, "the root") if "/" in text else validate_module(text)


def validate_member(text: str) -> str | None:
    """Why `text` is not the dotted name of a symbol in a module (`app.rm.get_rm`), or None."""
    problem = validate_module(text)
    if problem is None and ".__init__." in text:
        return f"`{text}`: names of a package are written without `__init__`; write `{text.replace('.__init__.', '.')}`"
    if problem is None and "." not in text:
        return f"`{text}` is not a full module name; write such as `app.{text}`"
    return problem


def validate_constructor(text: str) -> str | None:
    """Why `text` is neither the dotted name, or glob, of symbols in modules, nor a preset, or None."""
    if text.startswith("preset:"):
        return _validate_preset(text)
    problem = validate_deprecated(text)
    if problem is None and "." not in text:
        return f"`{text}` is not a full module name; write or `**.{text}` for any module"
    return problem


def _validate_preset(text: str) -> str | None:
    from flake8_redis_ssot.config.presets import PREFIX, presets_by_name  # late: most configurations name none

    names = [f"{PREFIX}{name}" for name in presets_by_name()]
    if text in names:
        return None
    nearest = find_nearest(text, names)
    hint = f"did you mean `{nearest}`?" if nearest else f"there are {', '.join(f'`{name}`' for name in names)}"
    return f"there is no preset `{text.removeprefix(PREFIX)}`; {hint}"


def validate_deprecated(text: str) -> str | None:
    """Why `text` is not the dotted name, or glob, of modules or symbols, or None."""
    problem = _validate_dotted_name(text)
    if problem is None and not text.strip("*."):
        return f"`{text}` matches everything; be more specific, such as `**.*Manager`"
    return problem


def validate_method_name(text: str) -> str | None:
    """Why `text` is not an identifier, or None."""
    if text.isidentifier():
        return None
    better = text.strip().removesuffix("()").rpartition(".")[2]
    hint = f"; write `{better}`" if better.isidentifier() else ""
    return f"`{text}` is not a plain name{hint}"


def validate_parameter(text: str) -> str | None:
    """Why `text` is not the name of a parameter, or None."""
    if text.isidentifier():
        return None
    better = re.split(r"[=:]", text.lstrip("*"))[0].strip()
    hint = f"; write `{better}`" if better.isidentifier() else "; write `true` for all arguments" if "*" in text else ""
    return f"`{text}` is not the name of a parameter{hint}"


def validate_pattern(text: str, root: str) -> str | None:
    """Why `text` is not a gitignore-style pattern that can match something below `root`, or None.

    A leading `/` is valid: it anchors the pattern at the root.
    """
    bare = text.removeprefix("!")
    if bare == root or bare.startswith(f"{root}/"):
        return f"`{bare}` is absolute; write `{bare[len(root) :] or '*'}`, relative to {root}"
    return _validate_relative_path(bare, root)


def validate_folder(text: str, root: str) -> str | None:
    """Why `text` is not a relative path below `root`, or None."""
    if text.startswith("/"):
        inside = text[len(root) :].strip("/") or "." if f"{text}/".startswith(f"{root}/") else "src"
        return f"`{text}` is absolute; write it relative to {root}, such as `{inside}`"
    return _validate_relative_path(text, root)


def validate_code(text: str) -> str | None:
    """Why `text` is not `ALL`, a code or a prefix of one, or None."""
    if re.fullmatch(CODE_PATTERN, text):
        return None
    better = text.strip().upper()
    hint = f"`{better}`" if re.fullmatch(CODE_PATTERN, better) else "`ALL`, `RSS`, or a code such as `RSS002`"
    return f"`{text}` is not a code of this tool; write {hint}"


def validate_choice(text: str, words: Sequence[str]) -> str | None:
    """Why `text` is not one of `words`, or None."""
    if text in words:
        return None
    nearest_word = find_nearest(text, words)
    *others, last = (f"`{word}`" for word in words)
    hint = f"did you mean `{nearest_word}`?" if nearest_word else f"valid are {', '.join(others)} and {last}"
    return f"`{text}` is not a valid value; {hint}"


def _normalise(word: str) -> str:
    return word.lower().replace("_", "-")


def _validate_relative_path(text: str, root: str) -> str | None:
    if not text.strip():
        return "is empty"
    if "\0" in text or len(text) > _MAX_PATH or any(len(part) > _MAX_PATH_PART for part in text.split("/")):
        shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
        return f"`{shown}` is longer than paths can be, or holds a NUL character"
    if text.startswith("~") or re.match(r"[A-Za-z]:[\\/]", text):
        return f"`{text}` is absolute; write it relative to {root}"
    if re.search(r"\\\w", text):
        return "write `{}`, with `/`".format(text.replace("\\", "/"))
    if ".." in text.split("/"):
        return f"`{text}` is outside {root}; write a path below it"
    return None


def _validate_dotted_name(text: str) -> str | None:
    bare = text.strip()
    if not bare:
        return "is empty"
    if bare != text:
        return f"`{text}` has spaces around it; write `{bare}`"
    if "/" in text or "\\" in text or text.endswith(".py"):
        return f"`{text}` is a path; write `{_path_to_dotted_name(text) or 'app.redis'}`"
    if text.startswith("."):
        whole = f"app.{text.lstrip('.') or 'redis'}"
        return f"`{text}` is relative; write the absolute name, such as `{whole}`"
    return next(filter(None, (_validate_part(part, text) for part in text.split("."))), None)


def _validate_part(part: str, text: str) -> str | None:
    if not part:
        return f"`{text}` has an empty part; write `{'.'.join(filter(None, text.split('.')))}`"
    if "**" in part and part != "**":
        better = text.replace("**", "*")
        return f"`{text}`: `**` matches whole parts; write `{better}`, or `**` between dots"
    if part.endswith(")"):
        return f"`{text}` is a call; write `{text.partition('(')[0]}`"
    if ":" in part:
        return f"`{text}` has a colon instead of a dot; write `{text.replace(':', '.')}`"
    if "?" in part or "[" in part:
        return f"`{text}`: only `*` and `**` are wildcards in a dotted name"
    if not part.replace("*", "x").isidentifier():
        better = re.sub(r"\W", "_", part)
        hint = f"; did you mean `{better}`?" if better.isidentifier() else ""
        return f"`{text}`: `{part}` is not a Python name{hint}"
    return None


def _path_to_dotted_name(path: str) -> str:
    parts = [part for part in re.split(r"[/\\]", path.removesuffix(".py")) if part not in {"", ".", ".."}]
    return ".".join(parts[:-1] if parts[-1:] == ["__init__"] else parts)
