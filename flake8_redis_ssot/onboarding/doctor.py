"""Checks of the setup around a valid configuration, each with the line to add."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.baseline.storage import BaselineError, load_entries
from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.ini_files import read_ini_section
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.toml_files import read_toml, strings_in, table_in
from flake8_redis_ssot.files.tracked_files import find_ignored_tracked_files
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.project.canonical_share import canonical_shares
from flake8_redis_ssot.project.modules import ModuleMap

_RUFF_FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")
_FLAKE8_FILES = ("setup.cfg", "tox.ini", ".flake8")
_FLAKE8_TIMEOUT = 60  # seconds
_MAX_SHOWN = 3  # files


class HealthCheck(NamedTuple):
    """The result of one check, and what to do if it fails."""

    is_passing: bool
    title: str
    remedy: str = ""


def run_health_checks(config: Config) -> Iterator[HealthCheck]:
    """Check everything around a loaded configuration."""
    yield from _check_import_roots(config)
    yield from _check_ruff_settings(str(config.root))
    yield from _check_flake8_settings(str(config.root))
    yield from _check_flake8_plugin()
    yield from _check_baseline(config)
    yield from _check_ignored_files(config)


def check_canonical_shares(config: Config, files: Sequence[str]) -> Iterator[HealthCheck]:
    """How much of the project's `files` (absolute paths) each canonical module covers."""
    shares = canonical_shares(config, ModuleMap(config.import_roots, files))
    for share in {share.module: share for share in shares}.values():  # several resources may share a module
        text = f"`{share.module}` covers {share.covered} of {plural(share.total, 'file')} outside tests"
        yield HealthCheck(not share.is_most, f"the canonical module {text} ({share.percentage})")


def _check_import_roots(config: Config) -> Iterator[HealthCheck]:
    """Import roots need Python files."""
    for source, root in zip(config.src, config.import_roots):
        has_python_files = os.path.isdir(root) and any(
            name.endswith(".py") or _is_visible_folder(root, name) for name in os.listdir(root)
        )
        title = f"import root `{source}` contains {'' if has_python_files else 'no '}Python files"
        yield HealthCheck(has_python_files, title, "" if has_python_files else "correct `src`")


def _is_visible_folder(root: str, name: str) -> bool:
    return not name.startswith(".") and os.path.isdir(os.path.join(root, name))


def _check_ruff_settings(root: str) -> Iterator[HealthCheck]:
    """Ruff's RUF102 reports codes that it does not know, and its fix deletes the comments."""
    for name in _RUFF_FILES:
        path = os.path.join(root, name)
        document = read_toml(path)
        table = table_in(document, "tool", "ruff") if name == "pyproject.toml" else document
        if not table:
            continue
        external = [*strings_in(table_in(table, "lint"), "external"), *strings_in(table, "external")]
        is_passing = any(code in ("R", "RS", "RSS") or code.startswith("RSS") for code in external)
        head = "[tool.ruff.lint]" if name == "pyproject.toml" else "[lint]"
        remedy = f'its rule RUF102 removes codes that it does not know; add to the file:\n{head}\nexternal = ["RSS"]'
        title = f"ruff {'keeps' if is_passing else 'removes'} `noqa` comments for RSS codes ({to_display_path(path)})"
        yield HealthCheck(is_passing, title, "" if is_passing else remedy)
        return


def _check_flake8_settings(root: str) -> Iterator[HealthCheck]:
    """A user's `select` turns off every plugin that it does not name."""
    for name in _FLAKE8_FILES:
        path = os.path.join(root, name)
        settings = read_ini_section(path, "flake8")
        if not settings:
            continue
        is_selected = "select" not in settings or _has_our_codes(settings, "select", "extend-select", "extend_select")
        yield HealthCheck(
            is_selected,
            f"flake8 selects our codes ({to_display_path(path)})",
            "" if is_selected else f"add to [flake8] in {to_display_path(path)}:\nextend-select = RSS",
        )
        if _has_our_codes(settings, "ignore", "extend-ignore", "extend_ignore"):
            yield HealthCheck(False, f"flake8 ignores our codes ({to_display_path(path)})", "take RSS out of `ignore`")
        return


def _has_our_codes(settings: Mapping[str, str], *keys: str) -> bool:
    """Whether any of some lists of codes selects one of ours."""
    codes = [code for key in keys for code in settings.get(key, "").replace(",", " ").split()]
    return any(known.startswith(code) for code in codes for known in names_by_code())


def _check_flake8_plugin() -> Iterator[HealthCheck]:
    """The `flake8` on the path may be in another environment."""
    command = shutil.which("flake8")
    if command is None:
        return
    try:
        # `--isolated`, in a folder of its own: the settings of the tree name plugins, which flake8 would load.
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.run(
                [os.path.abspath(command), "--isolated", "--version"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=_FLAKE8_TIMEOUT,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired):
        return
    is_passing = "flake8-redis-ssot" in process.stdout
    remedy = f"install flake8-redis-ssot in the environment of {command}, which has: {process.stdout.strip()}"
    title = f"flake8 {'has' if is_passing else 'does not have'} the RSS plugin ({command})"
    yield HealthCheck(is_passing, title, "" if is_passing else remedy)


def _check_baseline(config: Config) -> Iterator[HealthCheck]:
    if config.baseline:
        path = os.path.join(config.root, config.baseline)
        try:
            entry_count = len(load_entries(path))
        except BaselineError as error:
            yield HealthCheck(False, "the baseline is invalid", str(error))
        else:
            yield HealthCheck(True, f"the baseline is valid ({plural(entry_count, 'known finding')})")


def _check_ignored_files(config: Config) -> Iterator[HealthCheck]:
    """Git keeps track of a committed file also where an ignore file matches it; the check leaves it out."""
    left_out = [to_display_path(path) for path in find_ignored_tracked_files(str(config.root), config.exclude)]
    if left_out:
        shown = ", ".join(left_out[:_MAX_SHOWN]) + (", …" if len(left_out) > _MAX_SHOWN else "")
        title = f"{plural(len(left_out), 'file')} of the repository match .gitignore, and are not checked: {shown}"
        remedy = f"correct the rule that `git check-ignore --no-index -v {left_out[0]}` shows, or exclude the files"
        yield HealthCheck(False, title, remedy)
