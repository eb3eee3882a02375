"""The language server with real clients: pygls and Neovim."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from lsp_client import Client, apply_edits, run_scenario
from lsprotocol import types

from flake8_redis_ssot.cli.main import main

EXAMPLE = Path(__file__).parent.parent / "examples" / "shop"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_diagnostics_equal_check(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--output-format", "json", "services"])
    found: dict[str, list[tuple[str, int, int]]] = {}
    for each in json.loads(capsys.readouterr().out):
        position = each["location"]
        found.setdefault(Path(each["filename"]).as_uri(), []).append(
            (each["code"], position["row"] - 1, position["column"] - 1)
        )

    async def scenario(client: Client) -> None:
        for uri, expected in list(found.items())[:6]:
            await client.open(Path(uri.removeprefix("file://")))
            assert client.codes(uri) == expected

    run_scenario(scenario)


def test_unsaved_text_affects_other_documents(shop: Path) -> None:
    orders = shop / "services" / "orders"

    async def scenario(client: Client) -> None:
        base = await client.open(orders / "refunds.py")
        user = await client.open(orders / "checkout.py", "from orders.refunds import Mine\nMine()\n")
        assert client.codes(user) == []
        text = "from shopkit.redis_manager import RedisManager\n\n\nclass Mine(RedisManager):\n    pass\n"
        await client.change(base, text)
        while not client.diagnostics[user]:
            await asyncio.sleep(0.05)
        assert client.codes(user) == [("RSS002", 1, 0)]

    run_scenario(scenario)


def test_incomplete_statement_hides_no_other_finding(shop: Path) -> None:
    async def scenario(client: Client) -> None:
        text = "from shopkit.redis_manager import RedisManager\n\nx = (\n\ndef f():\n    return RedisManager()\n"
        uri = await client.open(shop / "services" / "orders" / "refunds.py", text)
        assert ("RSS003", 5, 11) in client.codes(uri)
        assert "RSS900" in {code for code, _, _ in client.codes(uri)}

    run_scenario(scenario)


@pytest.mark.covered(0.4)
@pytest.mark.parametrize(
    ("encoding", "column"),
    [
        (types.PositionEncodingKind.Utf8, 12),
        (types.PositionEncodingKind.Utf16, 9),
        (types.PositionEncodingKind.Utf32, 8),
    ],
)
def test_position_encodings(shop: Path, encoding: types.PositionEncodingKind, column: int) -> None:
    async def scenario(client: Client) -> None:
        assert client.server.position_encoding == encoding
        text = "from shopkit.redis_manager import RedisManager\n'ä😀'; x=RedisManager()\n"
        uri = await client.open(shop / "services" / "orders" / "refunds.py", text)
        assert client.codes(uri) == [("RSS002", 1, column)]

    run_scenario(scenario, encoding)


def test_quick_fix(shop: Path) -> None:
    file = shop / "services" / "orders" / "refunds.py"

    async def scenario(client: Client) -> None:
        uri = await client.open(file)
        ((_, line, _),) = client.codes(uri)
        fixes = await client.actions(uri, line, ["quickfix"])
        assert [fix.title.partition(":")[0] for fix in fixes] == ["Redis SSOT (RSS001)"] * len(fixes)
        assert fixes[0].is_preferred
        assert fixes[-1].title == "Redis SSOT (RSS001): Disable for this line"
        assert fixes[0].edit is not None
        assert fixes[0].edit.changes is not None
        after = apply_edits(file.read_text(), fixes[0].edit.changes[uri])
        await client.change(uri, after)
        assert client.codes(uri) == []
        main(["check", "--fix-only", "services/orders/refunds.py"])
        assert file.read_text() == after

    run_scenario(scenario)


def test_quick_fix_from_another_column(shop: Path) -> None:
    async def scenario(client: Client) -> None:
        uri = await client.open(shop / "services" / "orders" / "sessions.py")
        (diagnostic,) = client.diagnostics[uri]
        assert diagnostic.range.start.character > 0
        line = diagnostic.range.start.line
        assert await client.actions(uri, line, ["quickfix"], [diagnostic]) == await client.actions(
            uri, line, ["quickfix"]
        )
        others = types.Diagnostic(diagnostic.range, "Line too long", code="E501", source="flake8")
        assert await client.actions(uri, line, ["quickfix"], [others]) == []

    run_scenario(scenario)


def test_fix_of_several_files_is_one_workspace_edit(shop: Path) -> None:
    async def scenario(client: Client) -> None:
        uri = await client.open(shop / "services" / "catalogue" / "stock.py")
        (_, line, _) = client.codes(uri)[0]
        fix = (await client.actions(uri, line, ["quickfix"]))[0]
        assert fix.edit is not None
        assert len(fix.edit.changes or ()) == 2

    run_scenario(scenario)


@pytest.mark.parametrize(
    ("name", "row", "doubts"),
    [
        ("orders/refunds.py", 10, ""),
        ("orders/sessions.py", 14, "(not proven safe: `session_store()` is also read in tools/devstack/app.py:22)"),
        ("orders/factories.py", 24, "(to choose: line 25: `prefix` would be set on the shared instance)"),
        (
            "analytics/dashboard.py",
            12,
            "(not proven safe: a `shopkit.legacy_cache.LegacyCache` is constructed here, and what …)",
        ),
    ],
)
def test_title_has_the_reasons(shop: Path, name: str, row: int, doubts: str) -> None:
    async def scenario(client: Client) -> None:
        uri = await client.open(shop / "services" / name)
        fix, *_ = await client.actions(uri, row - 1, ["quickfix"])
        assert fix.title.endswith(doubts or "`shopkit.redis_manager`")
        assert fix.is_preferred == (not doubts)

    run_scenario(scenario)


def test_disable_for_this_line(shop: Path) -> None:
    file = shop / "services" / "orders" / "refunds.py"

    async def scenario(client: Client) -> None:
        uri = await client.open(file)
        ((_, line, _),) = client.codes(uri)
        silence = (await client.actions(uri, line, ["quickfix"]))[-1]
        assert silence.edit is not None
        after = apply_edits(file.read_text(), (silence.edit.changes or {})[uri])
        assert "# noqa: RSS001" in after.splitlines()[line]
        await client.change(uri, after)
        assert client.codes(uri) == []

    run_scenario(scenario)


def test_line_breaks_of_the_document_are_kept(shop: Path) -> None:
    file = shop / "services" / "orders" / "refunds.py"

    async def scenario(client: Client) -> None:
        text = file.read_text().replace("\n", "\r\n")
        uri = await client.open(file, text)
        ((_, line, _),) = client.codes(uri)
        (fix_all,) = await client.actions(uri, 0, ["source.fixAll"])
        for action in (*await client.actions(uri, line, ["quickfix"]), fix_all):
            assert action.edit is not None
            for edit in (action.edit.changes or {})[uri]:
                assert "\n" not in edit.new_text.replace("\r\n", "")

    run_scenario(scenario)


def test_noqa_policy(shop: Path) -> None:
    settings, file = shop / "pyproject.toml", shop / "services" / "orders" / "refunds.py"
    general = settings.read_text()
    policy = '[tool.redis-ssot]\nnoqa = {{ RSS001 = "{}" }}\nselect = ["ALL"]\n'

    async def scenario(client: Client) -> None:
        settings.write_text(general.replace("[tool.redis-ssot]\n", policy.format("forbid")))
        uri = await client.open(file)
        ((_, line, _),) = client.codes(uri)
        titles = [action.title for action in await client.actions(uri, line, ["quickfix"])]
        assert titles
        assert not any("Disable" in title for title in titles)
        settings.write_text(general.replace("[tool.redis-ssot]\n", policy.format("require-reason")))
        event = types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)
        changes = types.DidChangeWatchedFilesParams([event])
        await client.wait_for_news(lambda: client.client.workspace_did_change_watched_files(changes), uri)
        silence = (await client.actions(uri, line, ["quickfix"]))[-1]
        assert silence.title.endswith("Disable for this line; replace the placeholder with a reason `--`")
        assert silence.edit is not None
        after = apply_edits(file.read_text(), (silence.edit.changes or {})[uri])
        assert after.splitlines()[line].endswith("# noqa: RSS001 --")
        await client.change(uri, after)
        ((_, row, _),) = client.codes(uri)
        assert row == line
        assert "without a reason" in client.diagnostics[uri][0].message
        assert not any("Disable" in each.title for each in await client.actions(uri, line, ["quickfix"]))
        await client.change(uri, after.replace("RSS001 --", "RSS001 -- measured here"), 3)
        assert client.codes(uri) == []
        await client.change(uri, after.replace("RSS001 --", "RSS001, RSS005 -- measured here"), 4)
        assert [code for code, _, _ in client.codes(uri)] == ["RSS901"]
        (fix, *_) = await client.actions(uri, line, ["quickfix"])
        assert fix.title == "Redis SSOT (RSS901): Delete `RSS005`, which is unused"

    run_scenario(scenario)


def test_fix_all_of_unsaved_text(shop: Path) -> None:
    file = shop / "services" / "orders" / "refunds.py"

    async def scenario(client: Client) -> None:
        text = "# first\n" + file.read_text() + "# last\n"
        uri = await client.open(file, text)
        for only in (["source.fixAll"], ["source.fixAll.redis-ssot"], ["source"]):
            (action,) = await client.actions(uri, 0, only)
            assert action.kind == "source.fixAll.redis-ssot"
            assert action.edit is not None
            after = apply_edits(text, (action.edit.changes or {})[uri])
            assert after.startswith("# first\n")
            assert after.endswith("# last\n")
        await client.change(uri, after)
        assert client.codes(uri) == []
        assert await client.actions(uri, 0, ["source.fixAll"]) == []
        assert await client.actions(uri, 0, ["refactor"]) == []

    run_scenario(scenario)


def test_fix_all_depends_on_unsaved_text_of_other_documents(shop: Path) -> None:
    """An accessor that returns a new instance in an unsaved buffer makes no safe fix elsewhere."""
    manager = shop / "libs" / "shopkit" / "redis_manager.py"

    async def scenario(client: Client) -> None:
        uri = await client.open(shop / "services" / "catalogue" / "prices.py")
        ((_, line, _),) = client.codes(uri)
        (action,) = await client.actions(uri, line, ["source.fixAll"])
        broken = manager.read_text().replace("    return redis_manager\n", "    return RedisManager()\n")
        accessor = await client.open(manager, broken)
        fix, *_ = await client.actions(uri, line, ["quickfix"])
        assert not fix.is_preferred
        assert await client.actions(uri, line, ["source.fixAll"]) == []
        await client.change(accessor, manager.read_text())
        assert await client.actions(uri, line, ["source.fixAll"]) == [action]

    run_scenario(scenario)


def test_fix_all_is_offered_on_request(shop: Path) -> None:
    async def scenario(client: Client) -> None:
        uri = await client.open(shop / "services" / "orders" / "refunds.py")
        ((_, line, _),) = client.codes(uri)
        assert {action.kind for action in await client.actions(uri, line)} == {"quickfix"}
        assert {action.kind for action in await client.actions(uri, line, ["quickfix", "source"])} == {
            "quickfix",
            "source.fixAll.redis-ssot",
        }

    run_scenario(scenario)


@pytest.mark.covered(0.4)
@pytest.mark.parametrize(
    ("name", "row", "column", "lines"),
    [
        ("orders/refunds.py", 10, 5, ["- **safe fix**: Import `RedisManager` from `shopkit.redis_manager`"]),
        (
            "orders/factories.py",
            24,
            13,
            [
                "- **manual fix**: Call `get_redis_manager()` instead of creating a new instance",
                "- **not applied**: line 25: `prefix` would be set on the shared instance",
            ],
        ),
        ("analytics/dashboard.py", 5, 1, ["- **no fix**: `shopkit.redis_manager` has no `LegacyCache`"]),
    ],
)
def test_hover(shop: Path, name: str, row: int, column: int, lines: list[str]) -> None:
    async def scenario(client: Client) -> None:
        uri = await client.open(shop / "services" / name)
        document = types.TextDocumentIdentifier(uri)
        position = types.HoverParams(document, types.Position(row - 1, column - 1))
        hover = await client.client.text_document_hover_async(position)
        assert hover.range in [each.range for each in client.diagnostics[uri]]
        about, explanation, page = hover.contents.value.split("\n\n---\n\n", 2)
        assert re.search(r": resolves to `shopkit\.(redis_manager\.RedisManager|legacy_cache)`", explanation)
        assert about.splitlines() == lines
        assert re.match(r"\*\*[a-z-]+\*\* \(RSS00\d\)\n\n.+", page)
        assert await client.client.text_document_hover_async(types.HoverParams(document, types.Position(0, 0))) is None

    run_scenario(scenario)


def test_known_findings_are_hints(shop: Path) -> None:
    main(["baseline", "create", "services/orders"])
    settings, file = shop / "pyproject.toml", shop / "services" / "orders" / "refunds.py"
    settings.write_text(
        settings.read_text().replace(
            "[tool.redis-ssot]\n", '[tool.redis-ssot]\nbaseline = "redis-ssot-baseline.jsonl"\n'
        )
    )

    async def scenario(client: Client) -> None:
        text = file.read_text() + "\n\nfrom shopkit.redis_manager import RedisManager\nRedisManager()\n"
        uri = await client.open(file, text)
        severities = [each.severity for each in client.diagnostics[uri]]
        assert severities == [types.DiagnosticSeverity.Hint, types.DiagnosticSeverity.Warning]

    run_scenario(scenario)


def test_changed_settings(shop: Path) -> None:
    settings, file = shop / "pyproject.toml", shop / "services" / "orders" / "refunds.py"
    good = settings.read_text()

    async def scenario(client: Client) -> None:
        uri = await client.open(file)
        change = types.DidChangeWatchedFilesParams([types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)])

        async def write(text: str) -> None:
            settings.write_text(text)
            await client.wait_for_news(lambda: client.client.workspace_did_change_watched_files(change))

        await write(good.replace("[tool.redis-ssot]\n", '[tool.redis-ssot]\nignore = ["RSS001"]\n'))
        assert client.codes(uri) == []
        await write(good.replace("[tool.redis-ssot]\n", "[tool.redis-ssot]\nnonsense = 1\n"))
        while not client.messages:
            await asyncio.sleep(0.05)
        assert "nonsense: unknown key" in client.messages[0]
        await write(good)
        assert len(client.codes(uri)) == 1

    run_scenario(scenario)


def test_new_file(shop: Path) -> None:
    new = shop / "services" / "orders" / "new.py"
    text = "from shopkit.redis_manager import RedisManager\nRedisManager()\n"

    async def scenario(client: Client) -> None:
        uri = await client.open(new, text)
        assert client.codes(uri) == []  # not part of the project yet
        new.write_text(text)
        document = types.TextDocumentIdentifier(uri)
        await client.wait_for_news(
            lambda: client.client.text_document_did_save(types.DidSaveTextDocumentParams(document))
        )
        assert client.codes(uri) == [("RSS002", 1, 0)]
        await client.wait_for_news(
            lambda: client.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
        )
        assert client.codes(uri) == []

    run_scenario(scenario)


@pytest.mark.parametrize(
    "uri",
    [
        *("untitled:Untitled-1", "file:///no/such/place.py"),
        *("{shop}/services/orders/a%00b.py", "{shop}/services/orders/%ED%A0%80.py", "{shop}/a%00b/c.py"),
    ],
)
def test_documents_without_project(shop: Path, uri: str) -> None:
    uri = uri.replace("{shop}", shop.as_uri())

    async def scenario(client: Client) -> None:
        item = types.TextDocumentItem(uri, "python", 1, "import redis\n")
        client.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        assert await client.actions(uri, 0) == []
        real = await client.open(shop / "services" / "orders" / "refunds.py")
        assert client.codes(real)
        assert not client.diagnostics.get(uri)

    run_scenario(scenario)


LUA = """
vim.o.swapfile = false
vim.lsp.start_client_id = vim.lsp.start_client({
  name = "redis-ssot", cmd = { vim.env.PYTHON, "-m", "flake8_redis_ssot", "server" }, root_dir = vim.fn.getcwd(),
})
vim.cmd("edit services/orders/refunds.py")
vim.lsp.buf_attach_client(0, vim.lsp.start_client_id)
local function found() return vim.diagnostic.get(0) end
vim.wait(20000, function() return #found() > 0 end, 50)
local first = found()[1]
print("found " .. first.code .. " line " .. first.lnum)
vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
vim.cmd("normal! 0")
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(), only = { "quickfix" } }
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 20000)
local action = answers[vim.lsp.start_client_id].result[1]
print("action " .. action.title)
vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
vim.wait(20000, function() return #found() == 0 end, 50)
print("left " .. #found())
vim.cmd("edit services/orders/sessions.py")
vim.lsp.buf_attach_client(0, vim.lsp.start_client_id)
vim.wait(20000, function() return #found() > 0 end, 50)
local doubtful = found()[1]
vim.api.nvim_win_set_cursor(0, { doubtful.lnum + 1, doubtful.col })
local place = vim.lsp.util.make_position_params()
local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", place, 20000)[vim.lsp.start_client_id].result
print("hover " .. vim.lsp.util.convert_input_to_markdown_lines(hover.contents)[2])
vim.cmd("edit libs/shopkit/redis_manager.py")
vim.lsp.buf_attach_client(0, vim.lsp.start_client_id)
local function request(method, params)
  return vim.lsp.buf_request_sync(0, method, params, 20000)[vim.lsp.start_client_id].result
end
local lenses = request("textDocument/codeLens", { textDocument = vim.lsp.util.make_text_document_params() })
print("lens " .. request("codeLens/resolve", lenses[1]).command.title)
vim.cmd("buffer refunds.py")
vim.cmd("write")
vim.cmd("qall!")
"""


@pytest.mark.skipif(not shutil.which("nvim"), reason="there is no Neovim")
def test_neovim(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neovim shows a diagnostic and a code lens, and applies a quick fix."""
    (shop / "init.lua").write_text(LUA)
    monkeypatch.setenv("PYTHON", sys.executable)
    command = ["nvim", "--headless", "--clean", "-c", "luafile init.lua"]
    process = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    output = (process.stdout + process.stderr).replace("\r", "").splitlines()
    assert output[0] == "found RSS001 line 9"
    assert output[1].startswith("action Redis SSOT (RSS001): ")
    assert any(line.startswith("left 0") for line in output)
    assert any("**not safe**: `session_store()` is also read in tools/devstack/app.py:22" in line for line in output)
    assert any(re.match(r"lens \d+ bypasses", line) for line in output)
    after = (shop / "services" / "orders" / "refunds.py").read_text()
    shutil.copy(EXAMPLE / "services" / "orders" / "refunds.py", shop / "services" / "orders" / "refunds.py")
    main(["check", "--fix-only", "services/orders/refunds.py"])
    assert (shop / "services" / "orders" / "refunds.py").read_text() == after


@pytest.mark.skipif(not find_spec("pylsp"), reason="there is no python-lsp-server")
def test_plugin_in_python_lsp_server(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """python-lsp-server passes unsaved text to flake8, and flake8 passes it to our plugin."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    file = shop / "services" / "orders" / "refunds.py"

    others = ("pycodestyle", "pyflakes", "mccabe")
    plugins = {"flake8": {"enabled": True, "select": ["RSS"]}, **{name: {"enabled": False} for name in others}}
    text = "\n" + file.read_text()
    document = {"uri": file.as_uri(), "languageId": "python", "version": 1, "text": text}
    process = subprocess.Popen([sys.executable, "-m", "pylsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        send(process, "initialize", {"processId": None, "rootUri": shop.as_uri(), "capabilities": {}}, 1)
        send(process, "workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})
        send(process, "textDocument/didOpen", {"textDocument": document})
        found = next(each for each in receive(process) if each.get("method") == "textDocument/publishDiagnostics")
    finally:
        process.kill()
        process.communicate()
    diagnostics = [
        (each["code"], each["source"], each["range"]["start"]["line"]) for each in found["params"]["diagnostics"]
    ]
    assert diagnostics == [("RSS001", "flake8", 10)]


def send(process: subprocess.Popen[bytes], method: str, params: Any, number: int | None = None) -> None:
    """Send a message; with a `number` it is a request."""
    message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {})
    data = json.dumps(message).encode()
    assert process.stdin is not None
    process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
    process.stdin.flush()


def receive(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """Read the messages of a server."""
    assert process.stdout is not None
    while line := process.stdout.readline():
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
            while process.stdout.readline().strip():
                pass
            yield json.loads(process.stdout.read(length))


@pytest.fixture
def without_pygls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("flake8_redis_ssot.lsp")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)


@pytest.mark.usefixtures("without_pygls")
def test_missing_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["server"]) == 2
    assert "pip install 'flake8-redis-ssot[server]'" in capsys.readouterr().err


def test_invalid_address(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["server", "--tcp", "nowhere"])
    assert "is not HOST:PORT" in capsys.readouterr().err
