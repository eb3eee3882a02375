"""Mocks stay in force: small projects, whose tests are run before and after their fixes."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from mocked import HEAD, IN_FORCE, LATE, MAKERS, NOT_IN_FORCE, REFUSED, REFUSED_TEST, SET_UP, STYLES, Project


@pytest.fixture
def mocked(project: Path) -> Project:
    return Project(project)


def in_force_throughout(project: Project) -> tuple[dict[str, str], dict[str, str]]:
    """Run the project's tests before and after its fixes: what has changed by the safe ones, and by all."""
    project.check()
    project.fix()
    safe = project.changed()
    if safe:
        project.check()
    project.fix("--unsafe-fixes")
    every = project.changed()
    if every != safe:
        project.check()
    return safe, every


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("maker", ["call", "factory"])
def test_patches_of_a_constructor(maker: str, style: str, mocked: Project) -> None:
    service, name = MAKERS[maker]
    test = STYLES[style].format(module="app.service", name=name, set_up=SET_UP, in_force=IN_FORCE)
    mocked.write(**{"app/service.py": service, "tests/test_service.py": HEAD + dedent(test)})
    _, every = in_force_throughout(mocked)
    assert "get_redis_manager()" in every["app/service.py"]
    assert f".{name}" not in every["tests/test_service.py"]


@pytest.mark.parametrize("maker", MAKERS)
def test_patches_of_every_maker(maker: str, mocked: Project) -> None:
    """All the styles that are strings, at once, in several files."""
    service, name = MAKERS[maker]
    styles = {style: text for style, text in STYLES.items() if "{module}" in text and style != "autospec"}
    tests = {
        f"tests/test_{style.replace(' ', '_')}.py": HEAD
        + dedent(text.format(module="app.service", name=name, set_up=SET_UP, in_force=IN_FORCE))
        for style, text in styles.items()
    }
    mocked.write(**{"app/service.py": service, **tests})
    safe, _ = in_force_throughout(mocked)
    assert safe.keys() == {"app/service.py", *tests}


@pytest.mark.parametrize("style", [style for style, text in STYLES.items() if '"{module}.' in text])
def test_patches_of_an_old_module(style: str, mocked: Project) -> None:
    test = STYLES[style].format(
        module="app.legacy.redis_manager", name="get_redis_manager", set_up=SET_UP, in_force=IN_FORCE
    )
    mocked.write(**{"app/service.py": LATE["name"], "tests/test_service.py": HEAD + dedent(test)})
    safe, _ = in_force_throughout(mocked)
    assert "legacy" not in safe["app/service.py"] + safe["tests/test_service.py"]


@pytest.mark.parametrize("late", LATE)
def test_patches_of_every_late_reader(late: str, mocked: Project) -> None:
    test = STYLES["decorator"].format(
        module="app.legacy.redis_manager", name="get_redis_manager", set_up=SET_UP, in_force=IN_FORCE
    )
    mocked.write(**{"app/service.py": LATE[late], "tests/test_service.py": HEAD + dedent(test)})
    safe, _ = in_force_throughout(mocked)
    assert "legacy" not in safe["app/service.py"] + safe["tests/test_service.py"]


def test_all_late_readers_at_once(mocked: Project) -> None:
    modules = {f"app/service{number}.py": text for number, text in enumerate(LATE.values())}
    names = ", ".join(f"service{number}" for number in range(len(LATE)))
    test = f"""
        from unittest.mock import patch

        from app import {names}

        @patch("app.legacy.redis_manager.get_redis_manager")
        def test_load(mock):
            mock.return_value.get.return_value = "mocked"
            for module in ({names}):
                assert module.load("a") == "mocked"
    """
    mocked.write(**modules, **{"tests/test_all.py": test})
    safe, _ = in_force_throughout(mocked)
    assert safe.keys() == {*modules, "tests/test_all.py"}


@pytest.mark.parametrize("case", REFUSED)
def test_mocks_that_cannot_follow(case: str, mocked: Project) -> None:
    service, patch, set_up = REFUSED[case]
    test = REFUSED_TEST.format(patch=patch, set_up=set_up)
    if "TARGETS" not in patch:
        test = "".join(line for line in test.splitlines(keepends=True) if not line.startswith("TARGETS"))
    mocked.write(**{"app/service.py": service, "tests/test_service.py": test})
    _, every = in_force_throughout(mocked)
    assert not every


@pytest.mark.parametrize("case", NOT_IN_FORCE)
def test_safe_fixes_bring_no_mock_into_force(case: str, mocked: Project) -> None:
    service, target, truth = NOT_IN_FORCE[case]
    test = f"""
        from unittest.mock import patch

        from app import service
        from app.legacy.redis_manager import get_redis_manager  # noqa: F401, RSS001

        @patch("{target}")
        def test_load(mock):
            {truth}
    """
    mocked.write(**{"app/service.py": service, "tests/test_service.py": test})
    mocked.check()
    mocked.fix()
    mocked.check()
