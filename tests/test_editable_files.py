"""Files that must not be written: encodings that do not give the same bytes back, and links out of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot.cli.main import main

IMPORT = b"from app.legacy.redis_manager import redis_manager\n\nprint(redis_manager)\n"

# Texts that Python reads, and that the same codec writes in another way.
LOSSY = {
    "cp932": b"\x87\x90",
    "big5": b"\xa2\xcc",
    "cp950": b"\xa2\xcc",
    "big5hkscs": b"\xa1\xfe",
    "euc_jp": b"\x8f\xa2\xb7",
    "hz": b"~{VP~}~{ND~}",
    "iso2022_jp": b"\x1b(Jabc\x1b(B",
    "iso2022_kr": b"\x1b$)Cabc",
    "utf-7": b"+AGE-bc",
}
EXACT = {
    "cp932": "一".encode("cp932"),
    "shift_jis": "ソ".encode("shift_jis"),
    "euc_jp": "一".encode("euc_jp"),
    "gbk": "一".encode("gbk"),
    "iso2022_jp": "一".encode("iso2022_jp"),
    "latin-1": b"\xe9",
    "utf-8": "一".encode(),
}


@pytest.fixture
def base(project: Path) -> Path:
    """The base project of the cases."""
    load_cases()[0].write(project)
    (project / "app" / "service.py").unlink(missing_ok=True)
    return project


def _write_service(base: Path, encoding: str, text: bytes) -> Path:
    service = base / "app" / "service.py"
    service.write_bytes(b"# coding: " + encoding.encode() + b"\n# " + text + b"\n" + IMPORT)
    return service


@pytest.mark.parametrize("encoding", LOSSY)
def test_lossy_encoding_is_refused(base: Path, encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    service = _write_service(base, encoding, LOSSY[encoding])
    before = service.read_bytes()
    main(["check", "--fix", "--unsafe-fixes", "app/service.py"])
    assert service.read_bytes() == before
    name = encoding.replace("_", "-")
    reason = f"app/service.py is encoded as {name}, and writing it again would change other bytes"
    output = capsys.readouterr().out
    assert reason in output
    assert output.count("no fix:") == 1
    assert main(["check", "--add-noqa=later", "app/service.py"]) == 2
    assert service.read_bytes() == before
    assert capsys.readouterr().err == f"error: {reason}\n"


@pytest.mark.parametrize("encoding", EXACT)
def test_exact_encoding_is_written(base: Path, encoding: str) -> None:
    service = _write_service(base, encoding, EXACT[encoding])
    before = service.read_bytes()
    main(["check", "--fix", "app/service.py"])
    assert service.read_bytes() == before.replace(b"app.legacy.redis_manager", b"app.redis_manager")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_links_out_of_the_root_are_not_followed(
    base: Path, tmp_path_factory: pytest.TempPathFactory, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    target = elsewhere / "service.py"
    target.write_bytes(IMPORT)
    if kind == "file":
        (base / "app" / "service.py").symlink_to(target)
        path = "app/service.py"
    else:
        (base / "app" / "shared").symlink_to(elsewhere)
        path = "app/shared/service.py"
    main(["check", "--fix", "--unsafe-fixes", path])
    reason = f"{path} leads by a symbolic link to {target}, outside the root of the configuration"
    assert reason in capsys.readouterr().out
    assert main(["check", "--add-noqa=later", path]) == 2
    assert reason in capsys.readouterr().err
    assert target.read_bytes() == IMPORT


def test_links_within_the_root_are_followed(base: Path) -> None:
    target = base / "app" / "inner.py"
    target.write_bytes(IMPORT)
    (base / "app" / "service.py").symlink_to(target)
    main(["check", "--fix", "app/service.py"])
    assert b"app.legacy" not in target.read_bytes()
    assert (base / "app" / "service.py").is_symlink()


def test_root_that_is_a_link(
    base: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / "app" / "service.py").write_bytes(IMPORT)
    link = tmp_path_factory.mktemp("links") / "project"
    link.symlink_to(base)
    monkeypatch.chdir(link)
    main(["check", "--fix", str(link / "app" / "service.py")])
    assert b"app.legacy" not in (base / "app" / "service.py").read_bytes()


def test_hard_linked_file_is_replaced(base: Path) -> None:
    service, other_name = base / "app" / "service.py", base / "other_name.txt"
    service.write_bytes(IMPORT)
    other_name.hardlink_to(service)
    main(["check", "--fix", "app/service.py"])
    assert b"app.legacy" not in service.read_bytes()
    assert other_name.read_bytes() == IMPORT


def test_no_fix_in_a_large_file(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported, but not changed: two trees of it take too much memory."""
    text = IMPORT + b"#" + b"x" * 5_000_000
    (base / "app" / "use.py").write_bytes(text)
    monkeypatch.chdir(base)
    assert main(["check", "--no-cache", "--fix", "--unsafe-fixes", "app/use.py"]) == 1
    assert "app/use.py has 5 MB; files of more than 5 MB are not changed" in capsys.readouterr().out
    assert (base / "app" / "use.py").read_bytes() == text
