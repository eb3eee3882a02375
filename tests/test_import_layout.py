"""Where changed imports stand and how they are written: merged, sorted and wrapped as their neighbours are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import NamedTuple

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot.cli.main import main

NAMES = 'NAME = "name"\n'
SETTINGS = """\
[resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager"]

[resource.redis.deprecated]
"app.legacy.redis_manager" = "app.redis_manager"
"app.shims" = "app.redis_manager"
"""
EFFECT = 'import os\n\nos.environ["NAME"] = "name"\nNAME = "name"\n'


class Case(NamedTuple):
    """`app/service.py` before and after `--fix --unsafe-fixes`, and the other files of the project."""

    before: str
    after: str
    files: Mapping[str, str] = MappingProxyType({})
    is_formatted: bool = True  # by Ruff, before and after


CASES = {
    "merged with the import below": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.redis_manager import RedisManager

        print(RedisManager, redis_manager)
        """,
        """\
        from app.redis_manager import RedisManager, redis_manager

        print(RedisManager, redis_manager)
        """,
    ),
    "merged with a wrapped import, which stays wrapped": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.redis_manager import (
            RedisManager,
        )

        print(RedisManager, redis_manager)
        """,
        """\
        from app.redis_manager import (
            RedisManager,
            redis_manager,
        )

        print(RedisManager, redis_manager)
        """,
    ),
    "two that change become one": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.shims import RedisManager

        print(RedisManager, redis_manager)
        """,
        """\
        from app.redis_manager import RedisManager, redis_manager

        print(RedisManager, redis_manager)
        """,
        {"app/shims.py": "from app.redis_manager import RedisManager\n", "redis-ssot.toml": SETTINGS},
    ),
    "not merged: the other name has an alias": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.redis_manager import RedisManager as Manager

        print(Manager, redis_manager)
        """,
        """\
        from app.redis_manager import RedisManager as Manager
        from app.redis_manager import redis_manager

        print(Manager, redis_manager)
        """,
    ),
    "not merged: a comment belongs to one of them": Case(
        """\
        from app.legacy.redis_manager import redis_manager  # the one
        from app.redis_manager import RedisManager

        print(RedisManager, redis_manager)
        """,
        """\
        from app.redis_manager import RedisManager
        from app.redis_manager import redis_manager  # the one

        print(RedisManager, redis_manager)
        """,
        is_formatted=False,
    ),
    "moved down to its place": Case(
        """\
        import os

        from app.legacy.redis_manager import redis_manager
        from app.names import NAME
        from app.testing.redis_utils import flush

        print(os, NAME, flush, redis_manager)
        """,
        """\
        import os

        from app.names import NAME
        from app.redis_manager import redis_manager
        from app.testing.redis_utils import flush

        print(os, NAME, flush, redis_manager)
        """,
        {"app/names.py": NAMES},
    ),
    "moved up to its place, in a function": Case(
        """\
        def load():
            from app.legacy.redis_manager import redis_manager
            from app.names import NAME

            return NAME, redis_manager
        """,
        """\
        def load():
            from app.names import NAME
            from app.redis_manager import redis_manager

            return NAME, redis_manager
        """,
        {"app/names.py": NAMES},
    ),
    "a comment about the group stays on top": Case(
        """\
        import os

        # Our own:
        from app.legacy.redis_manager import redis_manager
        from app.names import NAME

        print(os, NAME, redis_manager)
        """,
        """\
        import os

        # Our own:
        from app.names import NAME
        from app.redis_manager import redis_manager

        print(os, NAME, redis_manager)
        """,
        {"app/names.py": NAMES},
    ),
    "not moved: the neighbours are not sorted": Case(
        """\
        from app.testing.redis_utils import flush
        from app.legacy.redis_manager import redis_manager
        from app.names import NAME

        print(NAME, flush, redis_manager)
        """,
        """\
        from app.testing.redis_utils import flush
        from app.redis_manager import redis_manager
        from app.names import NAME

        print(NAME, flush, redis_manager)
        """,
        {"app/names.py": NAMES},
        is_formatted=False,
    ),
    "not moved: what it would pass does something when it is loaded": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.names import NAME

        print(NAME, redis_manager)
        """,
        """\
        from app.redis_manager import redis_manager
        from app.names import NAME

        print(NAME, redis_manager)
        """,
        {"app/names.py": EFFECT},
        is_formatted=False,
    ),
    "not moved: what it would pass loads what does something": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.names import NAME

        print(NAME, redis_manager)
        """,
        """\
        from app.redis_manager import redis_manager
        from app.names import NAME

        print(NAME, redis_manager)
        """,
        {"app/names.py": "from app.settings import NAME\n", "app/settings.py": EFFECT},
        is_formatted=False,
    ),
    "not moved: what it would pass binds the same name": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.names import redis_manager

        print(redis_manager)
        """,
        """\
        from app.redis_manager import redis_manager
        from app.names import redis_manager

        print(redis_manager)
        """,
        {"app/names.py": "redis_manager = None\n"},
        is_formatted=False,
    ),
    "not moved: a comment tells the sorter to keep out": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.names import NAME  # isort: skip

        print(NAME, redis_manager)
        """,
        """\
        from app.redis_manager import redis_manager
        from app.names import NAME  # isort: skip

        print(NAME, redis_manager)
        """,
        {"app/names.py": NAMES},
        is_formatted=False,
    ),
    "an import under another section": Case(
        """\
        import os

        import pytest

        from app.legacy.redis_manager import redis_manager

        from . import names

        print(os, pytest, names, redis_manager)
        """,
        """\
        import os

        import pytest

        from app.redis_manager import redis_manager

        from . import names

        print(os, pytest, names, redis_manager)
        """,
        {"app/names.py": NAMES},
    ),
    "relative imports stay relative": Case(
        """\
        from .legacy import redis_manager as manager
        from .names import NAME

        print(NAME, manager.redis_manager)
        """,
        """\
        from . import redis_manager as manager
        from .names import NAME

        print(NAME, manager.redis_manager)
        """,
        {"app/names.py": NAMES},
    ),
    "wrapped at the line length of the settings": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.redis_manager import RedisManager

        print(RedisManager, redis_manager)
        """,
        """\
        from app.redis_manager import (
            RedisManager,
            redis_manager,
        )

        print(RedisManager, redis_manager)
        """,
        {"pyproject.toml": "[tool.ruff]\nline-length = 50\n"},
    ),
    "aligned as isort does": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.redis_manager import RedisManager

        print(RedisManager, redis_manager)
        """,
        """\
        from app.redis_manager import (RedisManager,
                                       redis_manager)

        print(RedisManager, redis_manager)
        """,
        {".isort.cfg": "[settings]\nline_length = 50\n"},
        is_formatted=False,
    ),
    "one name a statement": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        from app.redis_manager import RedisManager

        print(RedisManager, redis_manager)
        """,
        """\
        from app.redis_manager import RedisManager
        from app.redis_manager import redis_manager

        print(RedisManager, redis_manager)
        """,
        {"ruff.toml": "[lint.isort]\nforce-single-line = true\n"},
    ),
    "plain imports among the others": Case(
        """\
        from app.legacy.redis_manager import redis_manager
        import app.names
        from app.testing.redis_utils import flush

        print(app.names, flush, redis_manager)
        """,
        """\
        import app.names
        from app.redis_manager import redis_manager
        from app.testing.redis_utils import flush

        print(app.names, flush, redis_manager)
        """,
        {"app/names.py": NAMES, "ruff.toml": "[lint.isort]\nforce-sort-within-sections = true\n"},
    ),
    "removed: first, last and only ones": Case(
        '''\
        """Service."""

        from app.legacy.redis_manager import redis_manager


        class Service:
            pass


        def load():
            from app.legacy.redis_manager import redis_manager

            return 1


        def other():
            """Load."""
            import os

            from app.legacy.redis_manager import redis_manager

            return os


        if Service:
            from app.legacy.redis_manager import RedisManager
            from app.names import NAME

            print(NAME)
        ''',
        '''\
        """Service."""


        class Service:
            pass


        def load():
            return 1


        def other():
            """Load."""
            import os

            return os


        if Service:
            from app.names import NAME

            print(NAME)
        ''',
        {"app/names.py": NAMES},
    ),
    "removed: a group of its own": Case(
        """\
        import os

        from app.legacy.redis_manager import redis_manager

        from . import names

        print(os, names)
        """,
        """\
        import os

        from . import names

        print(os, names)
        """,
        {"app/names.py": NAMES},
    ),
    "removed: at the start of the file": Case(
        """\
        from app.legacy.redis_manager import redis_manager

        NAME = "name"
        """,
        """\
        NAME = "name"
        """,
    ),
}


@pytest.mark.covered(0.3)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", CASES)
def test_layout(name: str, newline: str, project: Path) -> None:
    case = CASES[name]
    service = _write(case, project, newline)
    assert _is_laid_out(service) or not case.is_formatted
    main(["check", "--fix", "--unsafe-fixes", "--no-cache", "app/service.py"])
    assert service.read_bytes().decode().replace("\r\n", "\n") == dedent(case.after)
    assert service.read_bytes().count(b"\r\n") == (dedent(case.after).count("\n") if newline == "\r\n" else 0)
    assert _is_laid_out(service) == case.is_formatted


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_import_at_the_end_without_line_break(newline: str, project: Path) -> None:
    """Its names move to a statement above it, where a line break has to follow."""
    before = "import app.settings\nfrom app.shims import NAME, RedisManager"
    after = "import app.settings\nfrom app.redis_manager import RedisManager\nfrom app.shims import NAME"
    shims = "from app.redis_manager import RedisManager\n\nNAME = 1\n"
    reader = "from app.service import NAME, RedisManager\n\nprint(NAME, RedisManager)\n"
    files = {"app/shims.py": shims, "app/settings.py": "", "app/main.py": reader, "redis-ssot.toml": SETTINGS}
    service = _write(Case(before, after, files), project, newline)
    main(["check", "--fix", "--unsafe-fixes", "--no-cache", "app/service.py"])
    assert service.read_bytes().decode() == after.replace("\n", newline)


def _write(case: Case, project: Path, newline: str) -> Path:
    load_cases()[0].write(project)
    service = project / "app" / "service.py"
    for path, text in {**case.files, "app/service.py": dedent(case.before)}.items():
        (project / path).write_bytes(text.replace("\n", newline).encode())
    return service


def _is_laid_out(file: Path) -> bool:
    """Whether Ruff sorts and formats a file as it is."""
    commands = (["check", "--select=I", "--quiet"], ["format", "--check", "--quiet"])
    return all(
        subprocess.run([sys.executable, "-m", "ruff", *words, "--no-cache", file], cwd=file.parent.parent).returncode
        == 0
        for words in commands
    )
