"""The VS Code extension: what it promises is what the server knows, and its own tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from flake8_redis_ssot import __version__
from flake8_redis_ssot.lsp.settings import DiagnosticMode, LogLevel, ServerSettings

EXTENSION = Path(__file__).parent.parent / "editors" / "vscode"
pytestmark = pytest.mark.skipif(not EXTENSION.is_dir(), reason="the extension is not part of this distribution")


@pytest.fixture(scope="module")
def manifest() -> Any:
    return json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))


def test_version(manifest: Any) -> None:
    assert manifest["version"] == __version__


def test_settings_have_the_defaults_of_the_server(manifest: Any) -> None:
    settings = manifest["contributes"]["configuration"]["properties"]
    defaults = ServerSettings._field_defaults
    assert (settings["redis-ssot.configuration"]["default"] or "") == defaults["configuration"]
    assert settings["redis-ssot.fixAll"]["default"] == defaults["fix_all"]
    assert settings["redis-ssot.codeLens.enable"]["default"] == defaults["code_lens"]
    assert settings["redis-ssot.codeAction.disableRuleComment"]["default"] == {
        "enable": defaults["disable_rule_comment"]
    }
    for name, field, kind in (
        ("diagnosticMode", "diagnostic_mode", DiagnosticMode),
        ("logLevel", "log_level", LogLevel),
    ):
        setting = settings[f"redis-ssot.{name}"]
        assert (setting["default"], setting["enum"]) == (defaults[field], list(get_args(kind)))


def test_readme_names_every_setting_and_command(manifest: Any) -> None:
    readme = (EXTENSION / "README.md").read_text(encoding="utf-8")
    contributed = manifest["contributes"]
    names = [f"`{name}`" for name in contributed["configuration"]["properties"]]
    names += [f"{each['category']}: {each['title']}" for each in contributed["commands"]]
    assert [name for name in names if f"| {name} |" not in readme] == []


def test_programs_are_restricted_in_untrusted_workspaces(manifest: Any) -> None:
    restricted = set(manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    assert restricted >= {f"redis-ssot.{name}" for name in ("args", "interpreter", "path")}


def test_lock_file_names_no_registry() -> None:
    packages = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.skipif(not (EXTENSION / "node_modules").is_dir(), reason="run `npm ci` in editors/vscode first")
@pytest.mark.skipif(not shutil.which("npm"), reason="there is no npm")
def test_extension() -> None:
    """Its own tests: the bundled extension with the real client library and the real server."""
    paths = filter(None, (str(EXTENSION.parent.parent), os.environ.get("PYTHONPATH")))
    environment = {**os.environ, "REDIS_SSOT_TEST_PYTHON": sys.executable, "PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.run(
        ["npm", "test", "--silent"],
        cwd=EXTENSION,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert process.returncode == 0, process.stdout[-5000:] + process.stderr[-2000:]
    assert "\n# fail 0\n" in process.stdout
