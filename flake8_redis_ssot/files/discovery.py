"""Which Python files and notebooks there are: the folders named, without what `.gitignore` and `exclude` leave out."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.gitignore import PathPatterns

ENDINGS = (".py", ".pyi", ".ipynb")
# ruff's list, so that both tools see the same tree; besides, folders without sources that change from run to run.
DEFAULT_EXCLUDES = (
    *("__pycache__/", ".redis_ssot_cache/"),
    *(".bzr/", ".direnv/", ".eggs/", ".git/", ".git-rewrite/", ".hg/", ".ipynb_checkpoints/"),
    *(".mypy_cache/", ".nox/", ".pants.d/", ".pyenv/", ".pytest_cache/", ".pytype/", ".ruff_cache/"),
    *(".svn/", ".tox/", ".venv/", ".vscode/", "__pypackages__/", "_build/", "buck-out/", "build/"),
    *("dist/", "node_modules/", "site-packages/", "venv/"),
)


class Trouble(NamedTuple):
    """A path that could not be taken, and why; `named`: it was asked for itself, not found on the way."""

    path: str
    reason: str
    named: bool


class Listing(NamedTuple):
    """The files (as named or joined to what was named; unique; in byte order); the troubles."""

    files: tuple[str, ...]
    problems: tuple[Trouble, ...]


class Trail(NamedTuple):
    """What a listing depends on.

    `folders` were listed; `rules` are the lists of patterns that were looked for, whether they are there or not;
    `taken` are files that were named, or that links lead to.
    """

    folders: list[str]
    rules: list[str]
    taken: list[str]

    @classmethod
    def empty(cls) -> Trail:
        """A trail on which nothing has been noted yet."""
        return cls([], [], [])


def discover(
    paths: Sequence[str],
    *,
    root: str,
    exclude: Sequence[str],
    respect_gitignore: bool = True,
    force_exclude: bool = False,
    trail: Trail | None = None,
    endings: tuple[str, ...] = ENDINGS,
) -> Listing:
    """List the Python files and notebooks, or what has other `endings`, that `paths` (files and folders) stand for.

    A file that is named is taken whatever its ending; so is a named folder that is ignored. `exclude` are
    gitignore-style patterns counted from `root`; they come after DEFAULT_EXCLUDES, so `!build/` takes
    such a folder back in, and with `force_exclude` they hold for the paths named as well.
    Links to folders are not followed, so no folder is met twice. Never raises for what lies on the disk.
    What the listing depends on is noted in `trail`.
    """
    patterns = PathPatterns((*DEFAULT_EXCLUDES, *exclude))
    walk = _Walk(root, patterns, respect_gitignore, force_exclude, trail or Trail.empty(), endings)
    for path in paths:
        walk.take(path)
    files = walk.files if len(paths) == 1 else _without_repeats(walk.files)
    return Listing(tuple(sorted(files, key=os.fsencode)), tuple(sorted(set(walk.troubles))))


class _Level(NamedTuple):
    """One list of patterns and the way from its folder to the path asked about.

    `inside` is the path below the folder named; the first `cut` characters of it lie above the list's
    folder, and `lead` is what lies between the list's folder and the folder named.
    """

    patterns: PathPatterns
    lead: str
    cut: int

    def verdict(self, inside: str, name: str, folder: bool) -> bool | None:
        return self.patterns.verdict(name, f"{self.lead}{inside[self.cut :]}{name}", folder)


class _Folder(NamedTuple):
    path: str  # with its final separator; empty for the working directory
    inside: str
    levels: tuple[_Level, ...]  # nearest first: the first that has something to say is right


def whole_project(
    root: str, roots: Iterable[str], exclude: Sequence[str], *, endings: tuple[str, ...] = ENDINGS
) -> Listing:
    """List what belongs to a project: below its folder (`root`) and its import roots, as `discover` does."""
    return discover(sorted({root, *roots}), root=root, exclude=exclude, endings=endings)


class _Walk:
    """What the paths named so far have brought in."""

    def __init__(
        self,
        root: str,
        exclude: PathPatterns,
        gitignore: bool,
        force_exclude: bool,
        trail: Trail,
        endings: tuple[str, ...],
    ) -> None:
        self.files: list[str] = []
        self.troubles: list[Trouble] = []
        self._root = root
        self._exclude = exclude
        self._gitignore = gitignore
        self._force_exclude = force_exclude
        self._trail = trail
        self._endings = endings

    def take(self, named: str) -> None:
        try:
            folder = stat.S_ISDIR(os.stat(named).st_mode)
        except OSError as error:
            self.troubles.append(Trouble(named, _reason(named, error), True))
            return
        path = _tidy(named)
        place = _below(self._root, path)
        if self._force_exclude and self._exclude.match(place, folder=folder):
            return
        if folder:
            self._walk(path, place)
        else:
            self.files.append(path)
            self._trail.taken.append(path)

    def _walk(self, top: str, place: str) -> None:
        levels = tuple(_levels_above(top, self._trail)) if self._gitignore else ()
        exclude = _Level(self._exclude, f"{place}/" if place else "", 0)
        folders = [_Folder("" if top == "." else os.path.join(top, ""), "", levels)]
        while folders:
            folder = folders.pop()
            try:
                folders += self._scan(folder, exclude)
            except OSError as error:
                path = folder.path.rstrip(os.sep) or top
                reason = f"cannot be listed: {error.strerror}"
                self.troubles.append(Trouble(path, reason, not folder.inside))

    def _scan(self, folder: _Folder, exclude: _Level) -> list[_Folder]:
        self._trail.folders.append(folder.path or ".")
        with os.scandir(folder.path or ".") as listing:
            entries = list(listing)
        if self._gitignore:
            folder = _with_own_patterns(folder, {entry.name for entry in entries}, self._trail)
        judges, inside = ((exclude,), folder.levels), folder.inside
        below: list[_Folder] = []
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if not _ignored(judges, inside, name, True):
                    path = f"{folder.path}{name}"
                    below.append(_Folder(f"{path}{os.sep}", f"{inside}{name}/", folder.levels))
            elif name.endswith(self._endings) and not _ignored(judges, inside, name, False):
                self._take_entry(f"{folder.path}{name}", entry)
        return below

    def _take_entry(self, path: str, entry: os.DirEntry[str]) -> None:
        if entry.is_file(follow_symlinks=False):
            self.files.append(path)
            return
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            self.troubles.append(Trouble(path, _reason(path, error), False))
            return
        if stat.S_ISREG(mode):
            self.files.append(path)
            self._trail.taken.append(path)
        elif not stat.S_ISDIR(mode):  # reading a pipe would wait for ever
            self.troubles.append(Trouble(path, "is no regular file", False))


def _ignored(judges: Iterable[Iterable[_Level]], inside: str, name: str, folder: bool) -> bool:
    for levels in judges:
        for level in levels:
            verdict = level.verdict(inside, name, folder)
            if verdict is not None:
                if verdict:
                    return True
                break
    return False


def _with_own_patterns(folder: _Folder, names: set[str], trail: Trail) -> _Folder:
    """A folder with its `.gitignore`; one that is a repository of its own is free of the rules around it."""
    levels = folder.levels
    if ".git" in names and folder.inside:
        levels = tuple(_own_level(_info_exclude(folder.path, trail), "", len(folder.inside), trail))
    if ".gitignore" in names:
        levels = (*_own_level(f"{folder.path}.gitignore", "", len(folder.inside), trail), *levels)
    return _Folder(folder.path, folder.inside, levels)


def _levels_above(top: str, trail: Trail) -> Iterator[_Level]:
    """The lists above `top`, nearest first, up to the folder that holds `.git`; none where no folder does."""
    place = os.path.realpath(top)
    found: list[_Level] = []
    lead = ""
    while True:
        git = os.path.join(place, ".git")
        trail.rules.append(git)
        if os.path.lexists(git):
            yield from found
            yield from _own_level(_info_exclude(place, trail), lead, 0, trail)
            return
        above, name = os.path.split(place)
        if above == place:
            return
        place, lead = above, f"{name}/{lead}"
        found += _own_level(os.path.join(place, ".gitignore"), lead, 0, trail)


def _own_level(path: str, lead: str, cut: int, trail: Trail) -> Iterator[_Level]:
    trail.rules.append(path)
    try:
        with open(path, "rb") as file:
            text = file.read().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    except OSError:  # as git: a list that is not there or cannot be read says nothing
        return
    yield _Level(PathPatterns(line.removesuffix("\r") for line in text.split("\n")), lead, cut)


def _info_exclude(folder: str, trail: Trail) -> str:
    """The `info/exclude` of the repository in `folder`; worktrees and submodules have theirs elsewhere."""
    git = os.path.join(folder, ".git")
    git = _pointed_to(git, folder, trail) or git
    git = _pointed_to(os.path.join(git, "commondir"), git, trail) or git
    return os.path.join(git, "info", "exclude")


def _pointed_to(pointer: str, folder: str, trail: Trail) -> str | None:
    trail.rules.append(pointer)
    try:
        with open(pointer, "rb") as file:
            return os.path.join(folder, os.fsdecode(file.read()).strip().removeprefix("gitdir: "))
    except OSError:
        return None


def _reason(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself"
    if error.errno == errno.ENOENT:
        return f"is a dangling link to `{os.readlink(path)}`" if os.path.islink(path) else "does not exist"
    return f"cannot be read: {error.strerror}"


def _tidy(path: str) -> str:
    # `a/link/../b` is not `a/b` when the link leads elsewhere.
    return path if ".." in path.split(os.sep) else os.path.normpath(path)


def _below(root: str, path: str) -> str:
    """The way from `root` to `path`, with `/`; empty for the root itself."""
    for to, start in ((path, root), (os.path.realpath(path), os.path.realpath(root))):
        try:
            way = os.path.relpath(to, start).replace(os.sep, "/")
        except ValueError:  # another drive
            continue
        if not way.startswith(".."):
            return "" if way == "." else way
    return f"../{os.path.basename(path)}"  # outside: only patterns that are bare names can mean it


def _without_repeats(files: Iterable[str]) -> Iterable[str]:
    return {os.path.abspath(file): file for file in reversed(list(files))}.values()
