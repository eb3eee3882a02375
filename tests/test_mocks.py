"""Mocks stay effective: the tests of small projects are run before and after fixes."""

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

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]


@pytest.fixture
def mock_project(project: Path) -> MockedProject:
    return MockedProject(project)


def fix_and_test(project: MockedProject) -> tuple[dict[str, str], dict[str, str]]:
    """Run the project's tests before and after fixes; the files changed by safe and by all fixes."""
    project.run_tests()
    project.apply_fixes()
    safe_changes = project.changed_files()
    if safe_changes:
        project.run_tests()
    project.apply_fixes("--unsafe-fixes")
    all_changes = project.changed_files()
    if all_changes != safe_changes:
        project.run_tests()
    return safe_changes, all_changes


@pytest.mark.parametrize("style", PATCH_STYLES)
@pytest.mark.parametrize("maker", ["call", "factory"])
def test_patch_of_a_constructor(maker: str, style: str, mock_project: MockedProject) -> None:
    service, name = SERVICES[maker]
    test = PATCH_STYLES[style].format(module="app.service", name=name, set_up=MOCK_SETUP, assertion=ASSERT_MOCKED)
    mock_project.write(**{"app/service.py": service, "tests/test_service.py": TEST_HEADER + dedent(test)})
    _, all_changes = fix_and_test(mock_project)
    assert "get_redis_manager()" in all_changes["app/service.py"]
    assert f".{name}" not in all_changes["tests/test_service.py"]


@pytest.mark.parametrize("maker", SERVICES)
def test_patches_of_each_construction(maker: str, mock_project: MockedProject) -> None:
    """All styles with a string target, in one project."""
    service, name = SERVICES[maker]
    styles = {style: text for style, text in PATCH_STYLES.items() if "{module}" in text and style != "autospec"}
    tests = {
        f"tests/test_{style.replace(' ', '_')}.py": TEST_HEADER
        + dedent(text.format(module="app.service", name=name, set_up=MOCK_SETUP, assertion=ASSERT_MOCKED))
        for style, text in styles.items()
    }
    mock_project.write(**{"app/service.py": service, **tests})
    safe_changes, _ = fix_and_test(mock_project)
    assert safe_changes.keys() == {"app/service.py", *tests}


@pytest.mark.parametrize("style", [style for style, text in PATCH_STYLES.items() if '"{module}.' in text])
def test_patch_of_a_deprecated_module(style: str, mock_project: MockedProject) -> None:
    test = PATCH_STYLES[style].format(
        module="app.legacy.redis_manager", name="get_redis_manager", set_up=MOCK_SETUP, assertion=ASSERT_MOCKED
    )
    mock_project.write(
        **{"app/service.py": LATE_BOUND_READS["name"], "tests/test_service.py": TEST_HEADER + dedent(test)}
    )
    safe_changes, _ = fix_and_test(mock_project)
    assert "legacy" not in safe_changes["app/service.py"] + safe_changes["tests/test_service.py"]


@pytest.mark.parametrize("read", LATE_BOUND_READS)
def test_patch_of_each_late_bound_read(read: str, mock_project: MockedProject) -> None:
    test = PATCH_STYLES["decorator"].format(
        module="app.legacy.redis_manager", name="get_redis_manager", set_up=MOCK_SETUP, assertion=ASSERT_MOCKED
    )
    mock_project.write(
        **{"app/service.py": LATE_BOUND_READS[read], "tests/test_service.py": TEST_HEADER + dedent(test)}
    )
    safe_changes, _ = fix_and_test(mock_project)
    assert "legacy" not in safe_changes["app/service.py"] + safe_changes["tests/test_service.py"]


def test_patch_shared_by_late_bound_reads(mock_project: MockedProject) -> None:
    modules = {f"app/service{number}.py": text for number, text in enumerate(LATE_BOUND_READS.values())}
    names = ", ".join(f"service{number}" for number in range(len(LATE_BOUND_READS)))
    loaded = ", ".join(f"service{number}.load('a')" for number in range(len(LATE_BOUND_READS)))
    test = f"""
        from unittest.mock import patch

        from app import {names}

        @patch("app.legacy.redis_manager.get_redis_manager")
        def test_load(mock):
            mock.return_value.get.return_value = "mocked"
            assert {{{loaded}}} == {{"mocked"}}
    """
    mock_project.write(**modules, **{"tests/test_all.py": test})
    safe_changes, _ = fix_and_test(mock_project)
    assert safe_changes.keys() == {*modules, "tests/test_all.py"}


@pytest.mark.parametrize("case", UNSUPPORTED_PATCHES)
def test_unsupported_patches_are_refused(case: str, mock_project: MockedProject) -> None:
    service, patch, set_up = UNSUPPORTED_PATCHES[case]
    test = UNSUPPORTED_PATCH_TEST.format(patch=patch, set_up=set_up)
    if "TARGETS" not in patch:
        test = "".join(line for line in test.splitlines(keepends=True) if not line.startswith("TARGETS"))
    mock_project.write(**{"app/service.py": service, "tests/test_service.py": test})
    _, all_changes = fix_and_test(mock_project)
    assert not all_changes


@pytest.mark.parametrize("case", INEFFECTIVE_PATCHES)
def test_safe_fixes_keep_patches_ineffective(case: str, mock_project: MockedProject) -> None:
    service, target, truth = INEFFECTIVE_PATCHES[case]
    test = f"""
        from unittest.mock import patch

        from app import service
        from app.legacy.redis_manager import get_redis_manager  # noqa: F401, RSS001

        @patch("{target}")
        def test_load(mock):
            {truth}
    """
    mock_project.write(**{"app/service.py": service, "tests/test_service.py": test})
    mock_project.run_tests()
    mock_project.apply_fixes()
    mock_project.run_tests()
