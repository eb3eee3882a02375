"""The list of repositories: its formats, names, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_redis_ssot.fleet.repositories import (
    PROTOCOLS,
    Repository,
    RepositoryListError,
    read_repositories,
    redact,
    short_name,
)


def write_list(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_text(tmp_path: Path) -> None:
    path = write_list(
        tmp_path,
        "list.txt",
        "# all\n\nhttps://host/group/shop.git  # main\n git@host:group/billing.git\nlocal/one\n/abs\n",
    )
    assert read_repositories(path) == [
        Repository("group/shop", "https://host/group/shop.git"),
        Repository("group/billing", "git@host:group/billing.git"),
        Repository("local/one", str(tmp_path / "local" / "one")),
        Repository("abs", "/abs"),
    ]


def test_fragment_of_a_url_is_no_comment(tmp_path: Path) -> None:
    (repository,) = read_repositories(write_list(tmp_path, "list", "https://host/a/b#c\n"))
    assert repository.url == "https://host/a/b#c"


def test_json_of_all_repos(tmp_path: Path) -> None:
    path = write_list(tmp_path, "repos.json", '{"group/a": "https://host/group/a", "b": "../b"}')
    named = {each.name: each.url for each in read_repositories(path)}
    assert named == {"group/a": "https://host/group/a", "b": str(tmp_path.parent / "b")}
    assert read_repositories(write_list(tmp_path, "array.json", '["ssh://host/x/y.git"]'))[0].name == "x/y"


def test_csv_with_teams(tmp_path: Path) -> None:
    path = write_list(tmp_path, "list.csv", "Team,URL\nred,https://host/a/one\n,https://host/a/two\n")
    assert read_repositories(path) == [
        Repository("a/one", "https://host/a/one", "red"),
        Repository("a/two", "https://host/a/two"),
    ]


def test_bare_repository_is_cloned(tmp_path: Path) -> None:
    bare = tmp_path / "shop.git"
    (bare / "objects").mkdir(parents=True)
    (bare / "HEAD").write_text("ref: refs/heads/main\n")
    (repository,) = read_repositories(write_list(tmp_path, "list", "shop.git"))
    assert (repository.url, repository.is_folder) == (f"file://{bare}", False)


def test_names_that_are_not_unique_are_urls(tmp_path: Path) -> None:
    path = write_list(tmp_path, "list", "https://u:secret@one/a/b\nhttps://two/a/b.git\nhttps://two/a/c\n")
    assert [each.name for each in read_repositories(path)] == ["https://one/a/b", "https://two/a/b.git", "a/c"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host/group/sub/shop.git", "sub/shop"),
        ("git@host:shop.git", "git@host/shop"),
        ("https://host:8443/shop/", "host:8443/shop"),
        ("/srv/git/shop", "git/shop"),
    ],
)
def test_short_names(url: str, name: str) -> None:
    assert short_name(url) == name


@pytest.mark.parametrize("url", ["http://host/a", "git://host/a", "ftp://host/a", "EXT://sh"])
def test_protocols_that_are_not_allowed(tmp_path: Path, url: str) -> None:
    with pytest.raises(RepositoryListError, match="is not allowed; allowed: file, https, ssh"):
        read_repositories(write_list(tmp_path, "list", url))


@pytest.mark.parametrize("word", ["ext::sh://x", "ext::sh -c touch% x", "fd::17/a", "--upload-pack=x"])
def test_other_words_are_folders(tmp_path: Path, word: str) -> None:
    (repository,) = read_repositories(write_list(tmp_path, "list", word))
    assert repository.is_folder  # git never sees it


def test_protocols_that_are_allowed(tmp_path: Path) -> None:
    path = write_list(tmp_path, "list", "http://host/a/b\ngit://host/a/c")
    assert len(read_repositories(path, PROTOCOLS)) == 2


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("list", "# nothing\n", "lists no repository"),
        ("list", "https://host/a\nhttps://host/a\n", "is listed twice"),
        ("list", "a\0b", "holds a NUL character"),
        ("list.json", '["a\\u0000b"]', "holds a NUL character"),
        ("list.json", '["~\\ud800/a"]', "a lone surrogate"),
        ("list.json", '{"\\ud800": "a"}', "a lone surrogate"),
        ("list.json", "{", "malformed JSON"),
        ("list.json", "3", "must hold an object"),
        ("list.json", '{"a": 3}', "`3` is not a URL"),
        ("list.json", '{"a": " "}', "is not a URL"),
        ("list.json", "[" * 100_000, "malformed JSON"),
        ("list.csv", "name,team\na,b\n", "has no column `url`"),
        ("list.csv", "", "has no column `url`"),
        ("list.csv", f"url\n{'x' * 200_000}\n", "malformed CSV"),
        ("list.csv", "url,name\n,a\n", "line 2 has no URL"),
        ("list.csv", "url,name\nhttps://h/a/x,n\nhttps://h/a/y,n\n", "are named `n`"),
    ],
)
def test_lists_that_cannot_be_used(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = write_list(tmp_path, name, text)
    with pytest.raises(RepositoryListError, match=message):
        read_repositories(path)


def test_unreadable_lists(tmp_path: Path) -> None:
    with pytest.raises(RepositoryListError, match="can't be read: No such file"):
        read_repositories(str(tmp_path / "nowhere"))
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    with pytest.raises(RepositoryListError, match="is not UTF-8 at byte 3"):
        read_repositories(str(tmp_path / "latin"))


def test_secrets_are_removed() -> None:
    assert redact("fatal: 'https://user:token@host/a@b' failed") == "fatal: 'https://host/a@b' failed"
    assert redact("git@host:a") == "git@host:a"
