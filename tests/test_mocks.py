"""Mocks stay in force: small projects, whose tests are run before and after their fixes."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from mock_projects import (
    ASSERT_MOCKED,
    INEFFECTIVE_PATCHES,
    LATE_BOUND_READS,
    MOCK_SETUP,
    PATCH_STYLES,
    SERVICES,
    TEST_HEADER,
    UNSUPPORTED_PATCH_TEST,
    UNSUPPORTED_PATCHES,
    MockedProject,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def mocked(project: Path) -> MockedProject:
    return MockedProject(project)


def in_force_throughout(project: MockedProject) -> tuple[dict[str, str], dict[str, str]]:
    """Run the project's tests before and after its fixes: what has changed by the safe ones, and by all."""
    project.run_tests()
    project.apply_fixes()
    safe = project.changed_files()
    if safe:
        project.run_tests()
    project.apply_fixes("--unsafe-fixes")
    every = project.changed_files()
    if every != safe:
        project.run_tests()
    return safe, every


@pytest.mark.parametrize("style", PATCH_STYLES)
@pytest.mark.parametrize("maker", ["call", "factory"])
def test_patches_of_a_constructor(maker: str, style: str, mocked: MockedProject) -> None:
    service, name = SERVICES[maker]
    test = PATCH_STYLES[style].format(module="app.service", name=name, set_up=MOCK_SETUP, in_force=ASSERT_MOCKED)
    mocked.write(**{"app/service.py": service, "tests/test_service.py": TEST_HEADER + dedent(test)})
    _, every = in_force_throughout(mocked)
    assert "get_redis_manager()" in every["app/service.py"]
    assert f".{name}" not in every["tests/test_service.py"]


@pytest.mark.parametrize("maker", SERVICES)
def test_patches_of_every_maker(maker: str, mocked: MockedProject) -> None:
    """All the styles that are strings, at once, in several files."""
    service, name = SERVICES[maker]
    styles = {style: text for style, text in PATCH_STYLES.items() if "{module}" in text and style != "autospec"}
    tests = {
        f"tests/test_{style.replace(' ', '_')}.py": TEST_HEADER
        + dedent(text.format(module="app.service", name=name, set_up=MOCK_SETUP, in_force=ASSERT_MOCKED))
        for style, text in styles.items()
    }
    mocked.write(**{"app/service.py": service, **tests})
    safe, _ = in_force_throughout(mocked)
    assert safe.keys() == {"app/service.py", *tests}


@pytest.mark.parametrize("style", [style for style, text in PATCH_STYLES.items() if '"{module}.' in text])
def test_patches_of_an_old_module(style: str, mocked: MockedProject) -> None:
    test = PATCH_STYLES[style].format(
        module="app.legacy.redis_manager", name="get_redis_manager", set_up=MOCK_SETUP, in_force=ASSERT_MOCKED
    )
    mocked.write(**{"app/service.py": LATE_BOUND_READS["name"], "tests/test_service.py": TEST_HEADER + dedent(test)})
    safe, _ = in_force_throughout(mocked)
    assert "legacy" not in safe["app/service.py"] + safe["tests/test_service.py"]


@pytest.mark.parametrize("late", LATE_BOUND_READS)
def test_patches_of_every_late_reader(late: str, mocked: MockedProject) -> None:
    test = PATCH_STYLES["decorator"].format(
        module="app.legacy.redis_manager", name="get_redis_manager", set_up=MOCK_SETUP, in_force=ASSERT_MOCKED
    )
    mocked.write(**{"app/service.py": LATE_BOUND_READS[late], "tests/test_service.py": TEST_HEADER + dedent(test)})
    safe, _ = in_force_throughout(mocked)
    assert "legacy" not in safe["app/service.py"] + safe["tests/test_service.py"]


def test_all_late_readers_at_once(mocked: MockedProject) -> None:
    modules = {f"app/service{number}.py": text for number, text in enumerate(LATE_BOUND_READS.values())}
    names = ", ".join(f"service{number}" for number in range(len(LATE_BOUND_READS)))
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


@pytest.mark.parametrize("case", UNSUPPORTED_PATCHES)
def test_mocks_that_cannot_follow(case: str, mocked: MockedProject) -> None:
    service, patch, set_up = UNSUPPORTED_PATCHES[case]
    test = UNSUPPORTED_PATCH_TEST.format(patch=patch, set_up=set_up)
    if "TARGETS" not in patch:
        test = "".join(line for line in test.splitlines(keepends=True) if not line.startswith("TARGETS"))
    mocked.write(**{"app/service.py": service, "tests/test_service.py": test})
    _, every = in_force_throughout(mocked)
    assert not every


@pytest.mark.parametrize("case", INEFFECTIVE_PATCHES)
def test_safe_fixes_bring_no_mock_into_force(case: str, mocked: MockedProject) -> None:
    service, target, truth = INEFFECTIVE_PATCHES[case]
    test = f"""
        from unittest.mock import patch

        from app import service
        from app.legacy.redis_manager import get_redis_manager  # noqa: F401, RSS001

        @patch("{target}")
        def test_load(mock):
            {truth}
    """
    mocked.write(**{"app/service.py": service, "tests/test_service.py": test})
    mocked.run_tests()
    mocked.apply_fixes()
    mocked.run_tests()
