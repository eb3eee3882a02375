"""Discovered and excluded files, and the errors for other paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from flake8_redis_ssot.files.discovery import DEFAULT_EXCLUDES, DiscoveryError, Listing, discover


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def create_files(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()


def write_gitignore(text: str, folder: str = ".") -> None:
    Path(folder, ".gitignore").write_text(text)


def discover_all(*paths: str, exclude: tuple[str, ...] = (), **options: Any) -> Listing:
    return discover(paths or (".",), root=os.getcwd(), exclude=exclude, **options)


def discover_files(*paths: str, exclude: tuple[str, ...] = (), **options: Any) -> tuple[str, ...]:
    found = discover_all(*paths, exclude=exclude, **options)
    assert found.errors == ()
    return found.files


# Files


def test_python_files_and_stubs() -> None:
    create_files("a.py", "b.pyi", "c.txt", "d.pyc", "e.PY", "sub/f.py", "g.py.bak", "sub/deep/.h.py")
    assert discover_files() == ("a.py", "b.pyi", "sub/deep/.h.py", "sub/f.py")


def test_empty_directory() -> None:
    assert discover_files() == ()
    assert discover((), root=".", exclude=()) == Listing((), ())


def test_paths_are_as_named() -> None:
    create_files("pkg/a.py")
    here = os.getcwd()
    assert discover_files("pkg") == discover_files("./pkg/") == discover_files("pkg//") == ("pkg/a.py",)
    assert discover_files(here) == (f"{here}/pkg/a.py",)
    assert discover_files("./pkg/a.py") == ("pkg/a.py",)


def test_path_through_a_parent() -> None:
    create_files("pkg/a.py", "other/b.py")
    assert discover_files("pkg/../other") == ("pkg/../other/b.py",)


def test_duplicates_keep_the_first_spelling() -> None:
    create_files("a.py", "sub/b.py")
    assert discover_files(".", "sub", "sub/b.py", "./a.py") == ("a.py", "sub/b.py")
    assert discover_files(os.path.abspath("a.py"), ".") == (os.path.abspath("a.py"), "sub/b.py")


def test_files_are_sorted_by_bytes() -> None:
    create_files("b.py", "a/z.py", "a.py", "a-b.py", "B.py", "é.py", "a/a.py", "\U0001f40d.py")
    assert discover_files() == ("B.py", "a-b.py", "a.py", "a/a.py", "a/z.py", "b.py", "é.py", "\U0001f40d.py")


def test_undecodable_file_name(tree: Path) -> None:
    try:
        open(os.fsencode(tree) + b"/\xff.py", "wb").close()
    except OSError:
        pytest.skip("this file system has none")
    create_files("a.py", "\U0001f40d.py")
    assert discover_files() == ("a.py", "\U0001f40d.py", "\udcff.py")


def test_directory_named_like_a_file() -> None:
    create_files("pkg.py/a.py")
    assert discover_files() == ("pkg.py/a.py",)
    assert discover_files("pkg.py") == ("pkg.py/a.py",)


def test_deep_tree() -> None:
    deep = "/".join(["d"] * 400)
    create_files(f"{deep}/a.py")
    assert discover_files() == (f"{deep}/a.py",)


# Links


def test_links_to_files_are_discovered() -> None:
    create_files("a.py", "data.txt")
    Path("b.py").symlink_to("a.py")
    Path("c.py").symlink_to("data.txt")
    assert discover_files() == ("a.py", "b.py", "c.py")


def test_links_to_directories_are_not_followed() -> None:
    create_files("pkg/a.py")
    Path("pkg/loop").symlink_to("..")
    Path("other").symlink_to("pkg")
    Path("other.py").symlink_to("pkg")
    assert discover_files() == ("pkg/a.py",)


def test_named_link_to_a_directory_is_followed() -> None:
    create_files("pkg/a.py")
    Path("other").symlink_to("pkg")
    assert discover_files("other") == ("other/a.py",)


def test_dangling_links_and_loops() -> None:
    create_files("a.py")
    Path("b.py").symlink_to("gone.py")
    Path("c.py").symlink_to("c.py")
    Path("d.txt").symlink_to("gone.txt")
    assert discover_all() == Listing(
        ("a.py",),
        (
            DiscoveryError("b.py", "is a dangling link to `gone.py`", False),
            DiscoveryError("c.py", "is a symbolic link loop", False),
        ),
    )


def test_ignored_dangling_link() -> None:
    Path("b.py").symlink_to("gone.py")
    write_gitignore("b.py")
    assert discover_files() == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system")
def test_named_pipe() -> None:
    os.mkfifo("a.py")
    assert discover_all().errors == (DiscoveryError("a.py", "is not a regular file", False),)


# Named paths


def test_named_files_of_any_suffix() -> None:
    create_files("script", "a.txt")
    assert discover_files("script", "a.txt") == ("a.txt", "script")


def test_missing_named_paths() -> None:
    Path("link.py").symlink_to("gone.py")
    Path("loop.py").symlink_to("loop.py")
    create_files("a.py")
    assert discover_all("gone.py", "a.py", "link.py", "loop.py", "a.py/b.py") == Listing(
        ("a.py",),
        (
            DiscoveryError("a.py/b.py", "cannot be read: Not a directory", True),
            DiscoveryError("gone.py", "does not exist", True),
            DiscoveryError("link.py", "is a dangling link to `gone.py`", True),
            DiscoveryError("loop.py", "is a symbolic link loop", True),
        ),
    )


def test_named_paths_override_exclude_and_gitignore() -> None:
    create_files("build/a.py", "build/build/b.py", "old/c.py", "old/sub/d.py", "e.py")
    write_gitignore("old\ne.py\n")
    assert discover_files() == ()
    assert discover_files("build", "old", "e.py") == ("build/a.py", "e.py", "old/c.py", "old/sub/d.py")
    assert discover_files("build/a.py", exclude=("*",)) == ("build/a.py",)


def test_patterns_apply_below_a_named_directory() -> None:
    create_files("old/keep/a.py", "old/keep/gen/b.py", "old/keep/c.py", ".git/HEAD")
    write_gitignore("old/\n/old/keep/c.py\n")
    assert discover_files("old/keep", exclude=("gen/",)) == ("old/keep/a.py",)


# Exclusion


@pytest.mark.parametrize("pattern", DEFAULT_EXCLUDES)
def test_default_excludes(pattern: str) -> None:
    create_files(f"{pattern}a.py", f"sub/{pattern}a.py", "b.py", f"{pattern[:-1]}.py")
    assert discover_files() == tuple(sorted(("b.py", f"{pattern[:-1]}.py")))


def test_exclude_is_relative_to_the_root() -> None:
    create_files("pkg/gen/a.py", "pkg/b.py", "gen/c.py", "pkg/d_pb2.py")
    assert discover_files("pkg", exclude=("/gen", "*_pb2.py")) == ("pkg/b.py", "pkg/gen/a.py")
    assert discover_files("pkg", exclude=("pkg/gen",)) == ("pkg/b.py", "pkg/d_pb2.py")
    assert discover_files(os.path.abspath("pkg"), exclude=("/pkg/*.py",)) == (os.path.abspath("pkg/gen/a.py"),)


def test_default_exclude_can_be_negated() -> None:
    create_files("build/a.py", "dist/b.py")
    assert discover_files(exclude=("!build/",)) == ("build/a.py",)


def test_gitignore_does_not_negate_exclude() -> None:
    create_files("a.py", "b.py")
    write_gitignore("!a.py\nb.py\n")
    assert discover_files(exclude=("a.py", "!b.py")) == ()


def test_force_exclude() -> None:
    create_files("build/a.py", "pkg/gen/b.py", "pkg/c.py", "script")
    options: dict[str, Any] = {"exclude": ("pkg/gen/",), "force_exclude": True}
    named = ("build/a.py", "build", "pkg/gen/b.py", "pkg/gen", "pkg/c.py", "script")
    assert discover_files(*named, **options) == ("pkg/c.py", "script")


def test_force_exclude_reports_missing_paths() -> None:
    found = discover_all("build/gone.py", force_exclude=True)
    assert found.errors == (DiscoveryError("build/gone.py", "does not exist", True),)


def test_force_exclude_does_not_apply_gitignore() -> None:
    create_files("a.py")
    write_gitignore("a.py")
    assert discover_files("a.py", force_exclude=True) == ("a.py",)


def test_patterns_outside_the_root(tree: Path) -> None:
    create_files("../other/build/a.py", "../other/tests/b.py", "../other/c.py")
    options: dict[str, Any] = {"exclude": ("/other/tests", "c.py"), "force_exclude": True}
    assert discover_files("../other", **options) == ("../other/tests/b.py",)
    assert discover_files("../other/build/a.py", "../other/c.py", **options) == ("../other/build/a.py",)


def test_root_behind_a_link(tree: Path) -> None:
    create_files("pkg/gen/a.py", "pkg/b.py")
    link = tree.parent / "link"
    link.symlink_to(tree)
    found = discover(["pkg"], root=str(link), exclude=["/pkg/gen"])
    assert found.files == ("pkg/b.py",)


# .gitignore


def test_gitignore_without_a_repository() -> None:
    create_files("a.py", "sub/b.py", "sub/c.py")
    write_gitignore("a.py\n")
    write_gitignore("/c.py\n", "sub")
    assert discover_files() == ("sub/b.py",)
    assert discover_files(respect_gitignore=False) == ("a.py", "sub/b.py", "sub/c.py")


def test_nearest_gitignore_wins() -> None:
    create_files("a.py", "sub/a.py", "sub/deep/a.py")
    write_gitignore("a.py")
    write_gitignore("!a.py", "sub")
    write_gitignore("/a.py", "sub/deep")
    assert discover_files() == ("sub/a.py",)


def test_parent_gitignore_within_a_repository() -> None:
    create_files("pkg/sub/a.py", "pkg/sub/b.py", "pkg/sub/c.py", ".git/HEAD")
    write_gitignore("/pkg/sub/a.py\n")
    write_gitignore("sub/b.py\n", "pkg")
    assert discover_files("pkg/sub") == ("pkg/sub/c.py",)
    assert discover_files("pkg/sub", respect_gitignore=False) == ("pkg/sub/a.py", "pkg/sub/b.py", "pkg/sub/c.py")


def test_parent_gitignore_without_a_repository() -> None:
    create_files("pkg/a.py")
    write_gitignore("a.py")
    assert discover_files("pkg") == ("pkg/a.py",)


def test_gitignore_above_the_repository() -> None:
    create_files("repo/.git/HEAD", "repo/a.py", "b.py")
    write_gitignore("*.py")
    assert discover_files("repo") == ("repo/a.py",)


def test_nested_repository_ignores_outer_gitignore() -> None:
    create_files("a.py", "vendor/.git/info/exclude", "vendor/a.py", "vendor/b.py", "vendor/sub/a.py", ".git/HEAD")
    write_gitignore("a.py")
    write_gitignore("/sub/", "vendor")
    Path("vendor/.git/info/exclude").write_text("b.py\n")
    assert discover_files() == ("vendor/a.py",)


def test_excludes_of_a_submodule() -> None:
    create_files("sub/a.py", "sub/b.py", ".git/modules/sub/info/exclude")
    Path("sub/.git").write_text("gitdir: ../.git/modules/sub\n")
    Path(".git/modules/sub/info/exclude").write_text("b.py\n")
    assert discover_files() == discover_files("sub") == ("sub/a.py",)


def test_directory_named_gitignore() -> None:
    create_files("a.py", ".gitignore/b.py")
    assert discover_files() == (".gitignore/b.py", "a.py")


def test_undecodable_gitignore(tree: Path) -> None:
    create_files("a.py", "b.py")
    Path(".gitignore").write_bytes(b"\xff\xfe\na.py\n")
    assert discover_files() == ("b.py",)


# Errors


@pytest.fixture
def refuse_to_list_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make listing a directory `locked` fail (by a patch, since root may list any directory)."""
    scandir = os.scandir

    def scandir_except_locked(path: str) -> Any:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scandir_except_locked)


@pytest.mark.usefixtures("refuse_to_list_locked")
def test_unlistable_directory() -> None:
    create_files("a.py", "sub/locked/b.py", "locked/c.py")
    assert discover_all() == Listing(
        ("a.py",),
        (
            DiscoveryError("locked", "cannot be listed: Permission denied", False),
            DiscoveryError("sub/locked", "cannot be listed: Permission denied", False),
        ),
    )
    assert discover_all("locked").errors == (DiscoveryError("locked", "cannot be listed: Permission denied", True),)


def test_error_is_reported_once() -> None:
    create_files("sub/a.py")
    Path("sub/b.py").symlink_to("gone.py")
    assert len(discover_all(".", "sub").errors) == 1
