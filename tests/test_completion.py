"""Shell completion in real shells: a prefix and a tab are typed in a terminal, and the line is run."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.commands import COMMANDS
from flake8_redis_ssot.cli.commands.generate_shell_completion import SHELLS
from flake8_redis_ssot.cli.main import build_parser, main

Capture = pytest.CaptureFixture[str]
pytest.importorskip("shtab")

# Command, startup file and its text: it loads `completion` and defines a `redis-ssot` that prints its arguments.
STARTS = {
    "bash": (["bash", "--rcfile", "start", "-i"], "start", ". ./completion\nredis-ssot() { echo '<'\"<$*>\"'>'; }\n"),
    "zsh": (
        ["zsh", "-i"],
        ".zshrc",
        "mkdir own; cp completion own/_redis-ssot; fpath=($PWD/own $fpath); autoload -Uz compinit; compinit -u -D\n"
        "redis-ssot() { echo '<'\"<$*>\"'>' }\n",
    ),
    "tcsh": (
        ["tcsh", "-i"],
        ".tcshrc",
        "source completion\nset prompt='> '\nalias redis-ssot 'echo \"<<\\!*>>\"'\n",
    ),
    "fish": (
        ["fish", "--no-config", "--init-command", "source start"],
        "start",
        "source completion\nfunction redis-ssot; echo '<'\"<$argv>\"'>'; end\n",
    ),
}
TYPED = [
    ("mon", "monitor"),
    ("check --output-fo", "check --output-format"),
    ("check --output-format sar", "check --output-format sarif"),
    ("check uniq", "check unique.py"),
    ("check --baseline uniq", "check --baseline unique.py"),
    ("init fold", "init folder"),
    ("export import-", "export import-linter"),
    ("baseline pru", "baseline prune"),
    ("baseline create --for", "baseline create --force"),
    ("generate-shell-completion fi", "generate-shell-completion fish"),
]


# In a separate process, because a process with threads should not fork.
SPAWN = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])"]


class Terminal:
    """A shell in a pseudo-terminal."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._keys, self._screen = process.stdin, process.stdout.fileno()

    def type(self, text: str) -> None:
        self._keys.write(text.encode())
        self._keys.flush()

    def wait_for(self, text: str) -> str:
        """Read the output until it contains `text`; what was read since the last call."""
        output, end = "", time.monotonic() + 120
        while text not in output and time.monotonic() < end:
            if select.select([self._screen], [], [], 0.1)[0]:
                output += os.read(self._screen, 4096).decode("utf-8", "replace")
        assert text in output
        return output


@contextmanager
def open_terminal(command: list[str]) -> Iterator[Terminal]:
    env = {**os.environ, "TERM": "xterm", "HOME": os.getcwd(), "ZDOTDIR": os.getcwd()}
    with subprocess.Popen([*SPAWN, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as process:
        try:
            yield Terminal(process)
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("shell", STARTS)
def test_completion_in_a_real_shell(shell: str, project: Path, capsys: Capture) -> None:
    command, file, text = STARTS[shell]
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    assert main(["generate-shell-completion", shell]) == 0
    (project / "completion").write_text(capsys.readouterr().out)
    (project / file).write_text(f"stty cols 200\n{text}")
    (project / "unique.py").touch()
    (project / "folder").mkdir()
    with open_terminal(command) as screen:
        screen.type("echo rea''dy\n")
        screen.wait_for("ready")
        for prefix, completed in TYPED:
            screen.type(f"redis-ssot {prefix}\t\n")
            (output,) = re.findall("<<(.*)>>", screen.wait_for(">>"))
            assert output.rstrip(" /") == completed  # some shells append these, others remove them on Enter


def test_script_contains_each_command_and_flag(capsys: Capture) -> None:
    names = {word for parser in walk_parsers(build_parser(with_options=True)) for word in parser._option_string_actions}
    assert {"--output-format", "--tcp", "--force"} < names
    for shell in SHELLS:
        assert main(["generate-shell-completion", shell]) == 0
        script = capsys.readouterr().out
        # fish names long flags without their dashes.
        assert not {word for word in {*COMMANDS, *names} if word.lstrip("-") not in script}


def walk_parsers(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for command in action.choices.values():
                yield from walk_parsers(command)


def test_missing_library(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["generate-shell-completion", "bash"]) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert captured.err.count("\n") == 1
    assert "pip install 'flake8-redis-ssot[completion]'" in captured.err


def test_unknown_shell(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["generate-shell-completion", "cmd.exe"])
    assert "invalid choice: 'cmd.exe'" in capsys.readouterr().err
