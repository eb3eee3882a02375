"""Starting git, so that the settings of a repository cannot make it run anything. No other module starts git."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache

from flake8_redis_ssot.model import RunError

# A repository's own `.git/config` is input: it may name programs for signatures, diffs, filters, transports and hooks.
# What the keys run: https://git-scm.com/docs/git-config
_FIXED_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.editor": "true",
    "core.askPass": "",
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "",
    "protocol.allow": "never",
    "credential.helper": "",
    "log.showSignature": "false",
    "commit.gpgSign": "false",
    "diff.external": "",
    "diff.relative": "false",
    "diff.noPrefix": "false",
    "log.follow": "false",
    "log.showRoot": "true",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
}
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "true",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
# Settings with a name of the repository's choice in the middle: each one that is set there is emptied for our commands.
_DRIVER_SECTIONS = ("filter.", "diff.", "merge.", "gpg.", "trailer.", "credential.")
_DRIVER_KEYS = ("clean", "smudge", "process", "required", "command", "cmd", "textconv", "driver", "program", "helper")
_LINE_BREAK = "\n"
# Set by the user, for the user's own hosts: a transfer needs what no other command may use.
_TRANSFER_SETTINGS = frozenset({"core.askPass", "core.sshCommand", "core.gitProxy", "credential.helper"})


class GitError(RunError, ValueError):
    """A git command failed; the text is git's own message."""


def run_git(folder: str, *args: str) -> bytes:
    """The output of a git command in a directory (absolute path). Raises GitError."""
    process = complete_git(folder, *args)
    if process.returncode:
        message = (process.stderr or process.stdout).decode("utf-8", "replace").strip()
        raise GitError(f"`git {args[0]}` failed: {message.partition(_LINE_BREAK)[0] or process.returncode}")
    return process.stdout


def complete_git(folder: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    """A git command that has ended, whatever its exit code. Raises GitError if git can't be started."""
    try:
        return subprocess.run(
            git_command(folder, *args),
            env=git_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitError(f"git can't be run: {error.strerror}") from None


def run_git_transfer(folder: str, protocols: Sequence[str], *args: str) -> None:
    """Run a git command that may fetch from other hosts by some `protocols`, with the user's access. Raises GitError.

    Only for a repository whose `.git/config` is our own. Links become files that hold their target, and no filter runs.
    """
    settings = {key: value for key, value in _FIXED_SETTINGS.items() if key not in _TRANSFER_SETTINGS}
    # What the variable does not name is forbidden, whatever settings say.
    fixed = {"GIT_NO_LAZY_FETCH": "0", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_ALLOW_PROTOCOL": ":".join(protocols)}
    settings |= {"core.symlinks": "false", "fetch.recurseSubmodules": "false", "transfer.bundleURI": "false"}
    # Nobody is there to be asked: a host that wants a password is an error.
    variables = {**os.environ, **_ENVIRONMENT, **fixed, "SSH_ASKPASS_REQUIRE": "never", **_settings_variables(settings)}
    try:
        process = subprocess.run(
            git_command(folder, *args), env=variables, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise GitError(f"git can't be run: {error.strerror}") from None
    if process.returncode:
        raise GitError(f"`git {args[0]}` failed: {_select_message(process.stderr) or process.returncode}")


def _select_message(output: bytes) -> str:
    """The line of git's output that says what is wrong."""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")


def git_command(folder: str, *args: str) -> list[str]:
    """The words of a git command in a directory. Raises GitError if there is no git."""
    return [_find_git(), "-C", folder, *args]


def git_environment(folder: str) -> Mapping[str, str]:
    """The environment of a git command in a directory: the user's, with settings that come before those of files."""
    # As variables: with `-c` a name that contains `=` could not be set.
    settings = {**_FIXED_SETTINGS, **dict.fromkeys(_repository_drivers(folder), "")}
    return {**os.environ, **_ENVIRONMENT, **_settings_variables(settings)}


def _settings_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables by which git takes settings, after those that the user gives in the same way."""
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


@cache
def _find_git() -> str:
    # On Windows the working directory is searched first, which may be the analysed tree.
    found = shutil.which("git")
    if found is None or os.path.dirname(os.path.abspath(found)) == os.getcwd():
        raise GitError("git can't be run: it is not installed")
    return os.path.abspath(found)


@cache
def _repository_drivers(folder: str) -> tuple[str, ...]:
    """The settings by which the repository itself names programs, or demands them; not those of user and system."""
    command = git_command(folder, "config", "--show-scope", "--name-only", "--null", "--list")
    try:
        process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return ()
    entries = process.stdout.decode("utf-8", "surrogateescape").split("\0")
    keys = {key for scope, key in zip(entries[::2], entries[1::2]) if scope in ("local", "worktree")}
    return tuple(sorted(key for key in keys if key.startswith(_DRIVER_SECTIONS) and key.endswith(_DRIVER_KEYS)))
