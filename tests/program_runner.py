"""Write, import and inspect small programs on disk."""

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

from project_strategies import ProjectFiles
from pyflakes.checker import Checker
from pyflakes.messages import Message, UnusedImport


def write_files(folder: Path, files: ProjectFiles) -> None:
    """Write files by their paths relative to `folder`."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def read_files(folder: Path) -> dict[str, bytes]:
    """The Python and TOML files in a folder, by relative path."""
    paths = (each for each in sorted(folder.rglob("*")) if each.suffix in (".py", ".toml"))
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in paths}


def observe_program(folder: Path, import_order: Sequence[str]) -> dict[str, str]:
    """Import the modules of `shop` in the given order and call their `use_…` functions; the observed values."""
    with _import_path(folder):
        for name in import_order:
            importlib.import_module(f"shop.{name}")
        modules = [sys.modules[f"shop.{name}"] for name in sorted(import_order)]
        observations = {module.__name__: repr(getattr(module, "_seen", None)) for module in modules}
        for module in modules:
            for name, value in sorted(vars(module).items()):
                if name.startswith("use_") and value.__module__ == module.__name__:
                    observations[f"{module.__name__}.{name}"] = _describe_call(value)
    return {name: re.sub(" at 0x[0-9a-f]+", "", text) for name, text in observations.items()}


def _describe_call(function: Callable[[], object]) -> str:
    try:
        return repr(function())
    except Exception as error:
        return repr(error)


@contextmanager
def _import_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    previous, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = previous
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module.partition(".")[0] == "shop"]:
            del sys.modules[module]


def pyflakes_messages(data: bytes) -> Counter[tuple[str, str]]:
    """The messages of pyflakes, counted."""
    return Counter((type(message).__name__, _message_key(message)) for message in Checker(ast.parse(data)).messages)


def _message_key(message: Message) -> str:
    """For an unused import the local name only: its module may have changed."""
    names = [str(each) for each in message.message_args if not isinstance(each, int)]
    return re.split(r" as |\.", names[0])[-1] if isinstance(message, UnusedImport) else str(names)


def count_comments(data: bytes) -> Counter[str]:
    """The comments of a file, without those for tools, which are removed with their line."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # since Python 3.12 tokenize does not support a lone CR
    tokens = tokenize.tokenize(io.BytesIO(lines).readline)
    texts = (token.string for token in tokens if token.type == tokenize.COMMENT)
    return Counter(text for text in texts if not re.match("# ?(noqa|type:)", text))
