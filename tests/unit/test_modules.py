"""The mapping between files and module names."""

from __future__ import annotations

import os

import pytest

from flake8_redis_ssot.project.modules import ModuleMap, package_name

FILES = [
    "/r/app/__init__.py",
    "/r/app/redis.py",
    "/r/app/redis.pyi",
    "/r/space/part/tool.py",
    "/r/src/lib/__init__.py",
    "/r/src/lib/core.py",
    "/r/tests/unit/__init__.py",
    "/r/tests/unit/test_a.py",
    "/r/tests/helper.py",
    "/elsewhere/script.py",
]


@pytest.fixture
def modules() -> ModuleMap:
    return ModuleMap(["/r", "/r/src"], FILES)


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("app", "/r/app/__init__.py"),
        ("app.redis", "/r/app/redis.py"),
        ("space.part.tool", "/r/space/part/tool.py"),
        ("space.part", None),
        ("lib.core", "/r/src/lib/core.py"),
        ("src.lib.core", "/r/src/lib/core.py"),
        ("redis", None),
    ],
)
def test_paths(modules: ModuleMap, module: str, path: str | None) -> None:
    assert modules.path_of(module) == path


@pytest.mark.parametrize(
    ("path", "name", "package"),
    [
        ("/r/app/__init__.py", "app", "app"),
        ("/r/app/redis.py", "app.redis", "app"),
        ("/r/src/lib/core.py", "lib.core", "lib"),
        ("/elsewhere/script.py", "script", ""),
    ],
)
def test_names(modules: ModuleMap, path: str, name: str, package: str) -> None:
    assert modules.name_of(path) == name
    assert package_name(path, modules.roots) == package


def test_directory_of_the_importing_script(modules: ModuleMap) -> None:
    assert modules.path_for_importer("helper", "/r/tests/unit/test_a.py") == "/r/tests/helper.py"
    assert modules.path_for_importer("helper", "/r/app/redis.py") is None
    assert modules.path_for_importer("unit.test_a", "/r/tests/helper.py") == "/r/tests/unit/test_a.py"


def test_folders(modules: ModuleMap) -> None:
    assert modules.folder_of("space.part") == f"/r/space/part{os.sep}"
    assert modules.folder_of("lib") == f"/r/src/lib{os.sep}"
    assert modules.folder_of("redis") is None
