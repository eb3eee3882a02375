"""The list of the repositories of a scan: text, CSV, or the JSON of all-repos."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import is_possible_path, to_display_path

PROTOCOLS = ("file", "git", "http", "https", "ssh")
# Those that prove who answers, and the local disk.
DEFAULT_PROTOCOLS = ("file", "https", "ssh")
# https://git-scm.com/docs/git-clone#_git_urls
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://.+", re.DOTALL)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s']+@")
_SCP_LIKE = re.compile(r"(?!-)[^/\\:\s]+:(?!:).+", re.DOTALL)
_URL_COLUMNS = ("url", "repository", "path", "folder")


class Repository(NamedTuple):
    """A repository: its unique name, a git URL or the absolute path of a folder, and its team (or empty)."""

    name: str
    url: str
    team: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder that is scanned where it is, without a clone."""
        return os.path.isabs(self.url)


class RepositoryListError(ValueError):
    """A list that can't be used; the text says what and where."""


def read_repositories(path: str, protocols: Sequence[str] = DEFAULT_PROTOCOLS) -> list[Repository]:
    """The repositories in a list, in order; folders are relative to the folder of the list.

    A `.csv` has a header with `url`, and can have `name` and `team`; a `.json` is an object of names and URLs, as
    all-repos writes it, or an array of URLs; in any other file each line is a URL or a folder, and
    `#` starts a comment.
    Raises RepositoryListError, also for a URL whose protocol is not one of `protocols`.
    """
    place = to_display_path(path)
    try:
        text = read(path).decode("utf-8-sig")
    except OSError as error:
        raise RepositoryListError(f"{place}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise RepositoryListError(f"{place}: is not UTF-8 at byte {error.start}") from None
    folder = os.path.dirname(os.path.abspath(path))
    entries = [entry._replace(url=_resolve(entry.url, folder)) for entry in _check_characters(place, text)]
    for entry in entries:
        _check_url(place, entry.url, protocols)
    if not entries:
        raise RepositoryListError(f"{place}: lists no repository")
    return _name_each(place, entries)


def _check_characters(place: str, text: str) -> list[Repository]:
    """The entries of a list, as they are written; JSON can write characters that no name has."""
    entries = _parse(place, text)
    if not all(map(is_possible_path, (part for entry in entries for part in entry))):
        raise RepositoryListError(f"{place}: holds a NUL character or a lone surrogate, which no URL or folder has")
    return entries


def _parse(place: str, text: str) -> list[Repository]:
    if place.endswith(".json"):
        return list(_parse_json(place, text))
    if place.endswith(".csv"):
        try:
            return list(_parse_csv(place, text))
        except csv.Error as error:
            raise RepositoryListError(f"{place}: malformed CSV: {error}") from None
    lines = (re.sub(r"(?:^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [Repository("", line) for line in lines if line]


def _parse_json(place: str, text: str) -> Iterator[Repository]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RepositoryListError(f"{place}: malformed JSON: {error}") from None
    if not isinstance(document, dict | list):
        raise RepositoryListError(f"{place}: must hold an object of names and URLs, or an array of URLs")
    pairs = document.items() if isinstance(document, dict) else (("", url) for url in document)
    for name, url in pairs:
        if not isinstance(url, str) or not url.strip():
            raise RepositoryListError(f"{place}: `{json.dumps(url)}` is not a URL or a folder")
        yield Repository(name, url.strip())


def _parse_csv(place: str, text: str) -> Iterator[Repository]:
    rows = csv.DictReader(text.splitlines())
    headers = {header.strip().lower(): header for header in rows.fieldnames or ()}
    url_header = next((headers[name] for name in _URL_COLUMNS if name in headers), None)
    if url_header is None:
        raise RepositoryListError(f"{place}: its first line has no column `url`")
    for row in rows:
        url = (row[url_header] or "").strip()
        if not url:
            raise RepositoryListError(f"{place}: line {rows.line_num} has no URL")
        name, team = ((row.get(headers.get(key, "")) or "").strip() for key in ("name", "team"))
        yield Repository(name, url, team)


def _resolve(url: str, folder: str) -> str:
    """A URL as it is, a folder as an absolute path, and a bare repository as its URL."""
    if _URL.fullmatch(url) or (_SCP_LIKE.fullmatch(url) and not os.path.exists(os.path.join(folder, url))):
        return url
    path = os.path.normpath(os.path.join(folder, os.path.expanduser(url)))
    is_bare = os.path.isdir(os.path.join(path, "objects")) and os.path.isfile(os.path.join(path, "HEAD"))
    return f"file://{path}" if is_bare else path


def _check_url(place: str, url: str, protocols: Sequence[str]) -> None:
    if os.path.isabs(url):
        return
    match = _URL.fullmatch(url)
    protocol = match[1].lower() if match else "ssh"
    if protocol not in protocols:
        allowed = ", ".join(protocols)
        raise RepositoryListError(f"{place}: the protocol of `{redact(url)}` is not allowed; allowed: {allowed}")


def _name_each(place: str, entries: Sequence[Repository]) -> list[Repository]:
    """The entries with names: given ones, otherwise the end of the URL, or all of it where that is not unique."""
    twice = _first_repeated(entry.url for entry in entries)
    if twice is not None:
        raise RepositoryListError(f"{place}: `{redact(twice)}` is listed twice")
    short = Counter(entry.name or short_name(entry.url) for entry in entries)
    named = []
    for entry in entries:
        name = entry.name or short_name(entry.url)
        named.append(entry if entry.name else entry._replace(name=name if short[name] == 1 else redact(entry.url)))
    twice = _first_repeated(entry.name for entry in named)
    if twice is not None:
        raise RepositoryListError(f"{place}: two repositories are named `{twice}`")
    return named


def _first_repeated(texts: Iterable[str]) -> str | None:
    return next((text for text, count in Counter(texts).items() if count > 1), None)


def redact(text: str) -> str:
    """A text without the user names, passwords and tokens of URLs."""
    return _CREDENTIALS.sub("", text)


def short_name(url: str) -> str:
    """The last two parts of a URL or path: `https://host/group/project.git` is `group/project`."""
    _, protocol, rest = redact(url).rpartition("://")
    path = rest if protocol or os.path.isabs(url) else rest.replace(":", "/", 1)
    return "/".join([part for part in path.split("/") if part][-2:]).removesuffix(".git")
