"""Which files discovery takes, which it leaves out, and what it says of paths that it cannot take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from flake8_redis_ssot.files.discovery import DEFAULT_EXCLUDES, DiscoveryError, Listing, discover


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of each test, holding nothing yet."""
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def make(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()


def ignore(text: str, folder: str = ".") -> None:
    Path(folder, ".gitignore").write_text(text)


def listing(*paths: str, exclude: tuple[str, ...] = (), **options: Any) -> Listing:
    return discover(paths or (".",), root=os.getcwd(), exclude=exclude, **options)


def files(*paths: str, exclude: tuple[str, ...] = (), **options: Any) -> tuple[str, ...]:
    found = listing(*paths, exclude=exclude, **options)
    assert found.errors == ()
    return found.files


# What is taken


def test_python_files_and_stubs() -> None:
    make("a.py", "b.pyi", "c.txt", "d.pyc", "e.PY", "sub/f.py", "g.py.bak", "sub/deep/.h.py")
    assert files() == ("a.py", "b.pyi", "sub/deep/.h.py", "sub/f.py")


def test_nothing() -> None:
    assert files() == ()
    assert discover((), root=".", exclude=()) == Listing((), ())


def test_paths_are_as_named() -> None:
    make("pkg/a.py")
    here = os.getcwd()
    assert files("pkg") == files("./pkg/") == files("pkg//") == ("pkg/a.py",)
    assert files(here) == (f"{here}/pkg/a.py",)
    assert files("./pkg/a.py") == ("pkg/a.py",)


def test_a_path_through_a_parent() -> None:
    make("pkg/a.py", "other/b.py")
    assert files("pkg/../other") == ("pkg/../other/b.py",)


def test_each_file_once_as_it_was_named_first() -> None:
    make("a.py", "sub/b.py")
    assert files(".", "sub", "sub/b.py", "./a.py") == ("a.py", "sub/b.py")
    assert files(os.path.abspath("a.py"), ".") == (os.path.abspath("a.py"), "sub/b.py")


def test_the_order_is_that_of_the_bytes() -> None:
    make("b.py", "a/z.py", "a.py", "a-b.py", "B.py", "é.py", "a/a.py", "\U0001f40d.py")
    assert files() == ("B.py", "a-b.py", "a.py", "a/a.py", "a/z.py", "b.py", "é.py", "\U0001f40d.py")


def test_a_name_that_is_no_text(tree: Path) -> None:
    try:
        open(os.fsencode(tree) + b"/\xff.py", "wb").close()
    except OSError:
        pytest.skip("this file system has none")
    make("a.py", "\U0001f40d.py")
    assert files() == ("a.py", "\U0001f40d.py", "\udcff.py")


def test_a_folder_that_is_called_like_a_file() -> None:
    make("pkg.py/a.py")
    assert files() == ("pkg.py/a.py",)
    assert files("pkg.py") == ("pkg.py/a.py",)


def test_a_deep_tree() -> None:
    deep = "/".join(["d"] * 400)
    make(f"{deep}/a.py")
    assert files() == (f"{deep}/a.py",)


# Links


def test_a_link_to_a_file_is_taken() -> None:
    make("a.py", "data.txt")
    Path("b.py").symlink_to("a.py")
    Path("c.py").symlink_to("data.txt")
    assert files() == ("a.py", "b.py", "c.py")


def test_links_to_folders_are_not_followed() -> None:
    make("pkg/a.py")
    Path("pkg/loop").symlink_to("..")
    Path("other").symlink_to("pkg")
    Path("other.py").symlink_to("pkg")
    assert files() == ("pkg/a.py",)


def test_a_link_to_a_folder_is_followed_when_it_is_named() -> None:
    make("pkg/a.py")
    Path("other").symlink_to("pkg")
    assert files("other") == ("other/a.py",)


def test_dangling_links_and_loops() -> None:
    make("a.py")
    Path("b.py").symlink_to("gone.py")
    Path("c.py").symlink_to("c.py")
    Path("d.txt").symlink_to("gone.txt")
    assert listing() == Listing(
        ("a.py",),
        (
            DiscoveryError("b.py", "is a dangling link to `gone.py`", False),
            DiscoveryError("c.py", "is a link that leads back to itself", False),
        ),
    )


def test_an_ignored_link_is_no_trouble() -> None:
    Path("b.py").symlink_to("gone.py")
    ignore("b.py")
    assert files() == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system")
def test_a_pipe_is_not_taken() -> None:
    os.mkfifo("a.py")
    assert listing().errors == (DiscoveryError("a.py", "is no regular file", False),)


# What was named


def test_a_named_file_is_taken_whatever_its_ending() -> None:
    make("script", "a.txt")
    assert files("script", "a.txt") == ("a.txt", "script")


def test_a_named_path_that_does_not_exist() -> None:
    Path("link.py").symlink_to("gone.py")
    Path("loop.py").symlink_to("loop.py")
    make("a.py")
    assert listing("gone.py", "a.py", "link.py", "loop.py", "a.py/b.py") == Listing(
        ("a.py",),
        (
            DiscoveryError("a.py/b.py", "cannot be read: Not a directory", True),
            DiscoveryError("gone.py", "does not exist", True),
            DiscoveryError("link.py", "is a dangling link to `gone.py`", True),
            DiscoveryError("loop.py", "is a link that leads back to itself", True),
        ),
    )


def test_a_named_path_is_taken_although_it_is_excluded_or_ignored() -> None:
    make("build/a.py", "build/build/b.py", "old/c.py", "old/sub/d.py", "e.py")
    ignore("old\ne.py\n")
    assert files() == ()
    assert files("build", "old", "e.py") == ("build/a.py", "e.py", "old/c.py", "old/sub/d.py")
    assert files("build/a.py", exclude=("*",)) == ("build/a.py",)


def test_below_a_named_folder_the_patterns_still_hold() -> None:
    make("old/keep/a.py", "old/keep/gen/b.py", "old/keep/c.py", ".git/HEAD")
    ignore("old/\n/old/keep/c.py\n")
    assert files("old/keep", exclude=("gen/",)) == ("old/keep/a.py",)


# Exclusion


@pytest.mark.parametrize("pattern", DEFAULT_EXCLUDES)
def test_default_excludes(pattern: str) -> None:
    make(f"{pattern}a.py", f"sub/{pattern}a.py", "b.py", f"{pattern[:-1]}.py")
    assert files() == tuple(sorted(("b.py", f"{pattern[:-1]}.py")))


def test_exclude_counts_from_the_root() -> None:
    make("pkg/gen/a.py", "pkg/b.py", "gen/c.py", "pkg/d_pb2.py")
    assert files("pkg", exclude=("/gen", "*_pb2.py")) == ("pkg/b.py", "pkg/gen/a.py")
    assert files("pkg", exclude=("pkg/gen",)) == ("pkg/b.py", "pkg/d_pb2.py")
    assert files(os.path.abspath("pkg"), exclude=("/pkg/*.py",)) == (os.path.abspath("pkg/gen/a.py"),)


def test_a_default_can_be_taken_back() -> None:
    make("build/a.py", "dist/b.py")
    assert files(exclude=("!build/",)) == ("build/a.py",)


def test_exclude_cannot_be_undone_by_gitignore() -> None:
    make("a.py", "b.py")
    ignore("!a.py\nb.py\n")
    assert files(exclude=("a.py", "!b.py")) == ()


def test_force_exclude() -> None:
    make("build/a.py", "pkg/gen/b.py", "pkg/c.py", "script")
    options: dict[str, Any] = {"exclude": ("pkg/gen/",), "force_exclude": True}
    named = ("build/a.py", "build", "pkg/gen/b.py", "pkg/gen", "pkg/c.py", "script")
    assert files(*named, **options) == ("pkg/c.py", "script")


def test_force_exclude_still_tells_of_what_is_not_there() -> None:
    found = listing("build/gone.py", force_exclude=True)
    assert found.errors == (DiscoveryError("build/gone.py", "does not exist", True),)


def test_force_exclude_is_not_about_gitignore() -> None:
    make("a.py")
    ignore("a.py")
    assert files("a.py", force_exclude=True) == ("a.py",)


def test_outside_the_root_only_names_count(tree: Path) -> None:
    make("../other/build/a.py", "../other/tests/b.py", "../other/c.py")
    options: dict[str, Any] = {"exclude": ("/other/tests", "c.py"), "force_exclude": True}
    assert files("../other", **options) == ("../other/tests/b.py",)
    assert files("../other/build/a.py", "../other/c.py", **options) == ("../other/build/a.py",)


def test_a_root_behind_a_link(tree: Path) -> None:
    make("pkg/gen/a.py", "pkg/b.py")
    link = tree.parent / "link"
    link.symlink_to(tree)
    found = discover(["pkg"], root=str(link), exclude=["/pkg/gen"])
    assert found.files == ("pkg/b.py",)


# .gitignore


def test_gitignore_counts_without_a_repository() -> None:
    make("a.py", "sub/b.py", "sub/c.py")
    ignore("a.py\n")
    ignore("/c.py\n", "sub")
    assert files() == ("sub/b.py",)
    assert files(respect_gitignore=False) == ("a.py", "sub/b.py", "sub/c.py")


def test_the_nearest_list_wins() -> None:
    make("a.py", "sub/a.py", "sub/deep/a.py")
    ignore("a.py")
    ignore("!a.py", "sub")
    ignore("/a.py", "sub/deep")
    assert files() == ("sub/a.py",)


def test_lists_above_count_within_a_repository() -> None:
    make("pkg/sub/a.py", "pkg/sub/b.py", "pkg/sub/c.py", ".git/HEAD")
    ignore("/pkg/sub/a.py\n")
    ignore("sub/b.py\n", "pkg")
    assert files("pkg/sub") == ("pkg/sub/c.py",)
    assert files("pkg/sub", respect_gitignore=False) == ("pkg/sub/a.py", "pkg/sub/b.py", "pkg/sub/c.py")


def test_lists_above_do_not_count_without_a_repository() -> None:
    make("pkg/a.py")
    ignore("a.py")
    assert files("pkg") == ("pkg/a.py",)


def test_lists_above_the_repository_do_not_count() -> None:
    make("repo/.git/HEAD", "repo/a.py", "b.py")
    ignore("*.py")
    assert files("repo") == ("repo/a.py",)


def test_a_repository_within_is_free_of_the_lists_around_it() -> None:
    make("a.py", "vendor/.git/info/exclude", "vendor/a.py", "vendor/b.py", "vendor/sub/a.py", ".git/HEAD")
    ignore("a.py")
    ignore("/sub/", "vendor")
    Path("vendor/.git/info/exclude").write_text("b.py\n")
    assert files() == ("vendor/a.py",)


def test_a_submodule_keeps_its_excludes_elsewhere() -> None:
    make("sub/a.py", "sub/b.py", ".git/modules/sub/info/exclude")
    Path("sub/.git").write_text("gitdir: ../.git/modules/sub\n")
    Path(".git/modules/sub/info/exclude").write_text("b.py\n")
    assert files() == files("sub") == ("sub/a.py",)


def test_a_folder_called_gitignore() -> None:
    make("a.py", ".gitignore/b.py")
    assert files() == (".gitignore/b.py", "a.py")


def test_a_list_that_is_no_text(tree: Path) -> None:
    make("a.py", "b.py")
    Path(".gitignore").write_bytes(b"\xff\xfe\na.py\n")
    assert files() == ("b.py",)


# Trouble on the way


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder `locked` that the system lists for nobody (root may list all, so the mode does not do)."""
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)


@pytest.mark.usefixtures("locked")
def test_a_folder_that_cannot_be_listed() -> None:
    make("a.py", "sub/locked/b.py", "locked/c.py")
    assert listing() == Listing(
        ("a.py",),
        (
            DiscoveryError("locked", "cannot be listed: Permission denied", False),
            DiscoveryError("sub/locked", "cannot be listed: Permission denied", False),
        ),
    )
    assert listing("locked").errors == (DiscoveryError("locked", "cannot be listed: Permission denied", True),)


def test_a_trouble_is_told_once() -> None:
    make("sub/a.py")
    Path("sub/b.py").symlink_to("gone.py")
    assert len(listing(".", "sub").errors) == 1
