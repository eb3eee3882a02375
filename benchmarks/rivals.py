"""The peers as contestants, each with a configuration converted from ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.bans import Bans, write_ast_grep, write_ruff, write_semgrep, write_tidy_imports
from benchmarks.contestants import Contestant
from benchmarks.peers import Found
from benchmarks.trees import Tree


def gather_rivals(tree: Tree, found: Mapping[str, Found], scratch: Path) -> list[Contestant]:
    """The peers that were found, on the whole tree, except flake8-tidy-imports, which checks the service."""
    bans = Bans.from_config(tree.config)
    makers = {
        "ruff": _ruff,
        "ripgrep": _ripgrep,
        "ast-grep": _ast_grep,
        "semgrep": _semgrep,
        "flake8-tidy-imports": _tidy_imports,
    }
    contestants = []
    for name, make in makers.items():
        if name in found:
            contestants += make(found[name].executable, tree, bans, scratch)
    return contestants


def _ruff(executable: str, tree: Tree, bans: Bans, scratch: Path) -> list[Contestant]:
    configuration = _write(scratch / "ruff.toml", write_ruff(bans))
    flags = ("--select", "TID251", "--output-format", "concise", "--config", configuration)
    check = (executable, "check", *flags)
    warm = (*check, "--cache-dir", str(scratch / "ruff"))
    return [
        Contestant("ruff", (*check, "--no-cache", "."), tree.root, ": TID251 "),
        Contestant("ruff-warm", (*warm, "."), tree.root, ": TID251 "),
    ]


def _ripgrep(executable: str, tree: Tree, bans: Bans, scratch: Path) -> list[Contestant]:
    # Hidden directories too, since all others search them.
    globs = [flag for pattern in (".git", *bans.exclude) for flag in ("-g", f"!{pattern}")]
    words = [flag for word in bans.words for flag in ("-e", word)]
    command = (executable, "--no-config", "-l", "-F", "--hidden", "-t", "py", *globs, *words, ".")
    return [Contestant("rg", command, tree.root, r"\.pyi?$")]


def _ast_grep(executable: str, tree: Tree, bans: Bans, scratch: Path) -> list[Contestant]:
    rules = _write(scratch / "ast-grep.yml", write_ast_grep(bans))
    globs = [flag for pattern in bans.exclude for flag in ("--globs", f"!{pattern}")]
    command = (executable, "scan", "--rule", rules, "--report-style", "short", "--no-ignore", "hidden", *globs, ".")
    return [Contestant("ast-grep", command, tree.root, r"warning\[banned")]


def _semgrep(executable: str, tree: Tree, bans: Bans, scratch: Path) -> list[Contestant]:
    rules = _write(scratch / "semgrep-rules.yml", write_semgrep(bans))
    _write(tree.root / ".semgrepignore", "")  # by default, semgrep excludes tests
    globs = [flag for pattern in bans.exclude for flag in ("--exclude", pattern)]
    offline = ("--metrics", "off", "--disable-version-check")
    command = (executable, "scan", *offline, "--quiet", "--emacs", "--config", rules, *globs, ".")
    return [Contestant("semgrep", command, tree.root, r":warning\(")]


def _tidy_imports(executable: str, tree: Tree, bans: Bans, scratch: Path) -> list[Contestant]:
    configuration = _write(scratch / "tidy-imports.cfg", write_tidy_imports(bans))
    command = (executable, "--config", configuration, tree.service)
    return [Contestant("flake8-service-tidy", command, tree.root, ": I251 ")]


def _write(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    return str(file)
