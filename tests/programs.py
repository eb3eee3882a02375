"""Programs on disk: written, run, and read back."""

from __future__ import annotations

import ast
import importlib
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from projects import Files
from pyflakes.checker import Checker
from pyflakes.messages import Message, UnusedImport


def write(folder: Path, files: Files) -> None:
    """Write the files of a project."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def read(folder: Path) -> dict[str, bytes]:
    """The files of a project, by path."""
    found = (each for each in sorted(folder.rglob("*")) if each.suffix in (".py", ".toml"))
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}


def happened(folder: Path, order: Sequence[str]) -> dict[str, str]:
    """What the modules saw when they were imported in that order and their functions were called."""
    with _on_the_path(folder):
        for name in order:
            importlib.import_module(f"shop.{name}")
        modules = [sys.modules[f"shop.{name}"] for name in sorted(order)]
        seen = {module.__name__: repr(getattr(module, "_seen", None)) for module in modules}
        for module in modules:
            for name, value in sorted(vars(module).items()):
                if name.startswith("use_") and value.__module__ == module.__name__:
                    seen[f"{module.__name__}.{name}"] = _called(value)
    return {name: re.sub(" at 0x[0-9a-f]+", "", text) for name, text in seen.items()}


def _called(function: Callable[[], object]) -> str:
    try:
        return repr(function())
    except Exception as error:
        return repr(error)


@contextmanager
def _on_the_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    writing, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = writing
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module.partition(".")[0] == "shop"]:
            del sys.modules[module]


def trouble(data: bytes) -> Counter[tuple[str, str]]:
    """What pyflakes finds."""
    return Counter((type(message).__name__, _names(message)) for message in Checker(ast.parse(data)).messages)


def _names(message: Message) -> str:
    """Of an import that nobody reads the local name: it may have got a new home."""
    names = [str(each) for each in message.message_args if not isinstance(each, int)]
    return re.split(r" as |\.", names[0])[-1] if isinstance(message, UnusedImport) else str(names)


def comments(data: bytes) -> Counter[str]:
    """The comments of a file; those for tools may go with the line that they are about."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # since Python 3.12 tokenize knows no lone CR
    tokens = tokenize.tokenize(io.BytesIO(lines).readline)
    found = (token.string for token in tokens if token.type == tokenize.COMMENT)
    return Counter(text for text in found if not re.match("# ?(noqa|type:)", text))
