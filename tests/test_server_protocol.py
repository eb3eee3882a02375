"""What the language server offers beyond published diagnostics, asked for over the protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lsp_client import Client, apply_edits, run_scenario
from lsprotocol import types

from flake8_redis_ssot.cli.main import main

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
PROJECT = {
    "pyproject.toml": (
        '[tool.redis-ssot.resource.redis]\ncanonical = ["app.rm"]\nconstructors = ["app.rm.Manager"]\n'
        'accessor = "app.rm.get_manager"\n\n[tool.redis-ssot.resource.redis.deprecated]\n"app.old" = "app.rm"\n'
    ),
    "app/__init__.py": "",
    "app/rm.py": (
        "class Manager:\n    def get(self, key):\n        return key\n\n\n_manager = Manager()\n\n\n"
        "def get_manager():\n    return _manager\n"
    ),
    "app/old.py": "from app.rm import Manager, get_manager\n",
    "app/facade.py": "from app.rm import Manager as Client\n",
    "app/use.py": "from app.facade import Client\n\nclient = Client()\n",
    "app/service.py": "from app.old import get_manager\n\nprint(get_manager().get('a'))\n",
}


def write_project(root: Path, files: dict[str, str] = PROJECT) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def make_capabilities(
    *,
    pull: bool = False,
    resolve: bool = False,
    versioned: bool = False,
    progress: bool = False,
    related: bool = False,
    notebooks: bool = False,
) -> types.ClientCapabilities:
    """The capabilities of a client that supports what is asked for."""
    resolve_support = types.ClientCodeActionResolveOptions(["edit"]) if resolve else None
    return types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            diagnostic=types.DiagnosticClientCapabilities() if pull else None,
            code_action=types.CodeActionClientCapabilities(data_support=resolve, resolve_support=resolve_support),
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                related_information=related, code_description_support=related
            ),
        ),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=versioned),
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=pull),
            code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=pull),
        ),
        window=types.WindowClientCapabilities(work_done_progress=progress),
        notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities())
        if notebooks
        else None,
    )


def edits_by_name(edit: types.WorkspaceEdit | None) -> dict[str, Any]:
    """The edits of each document, by file name, with or without versions."""
    assert edit is not None
    if edit.document_changes is None:
        return {uri.rpartition("/")[2]: edits for uri, edits in (edit.changes or {}).items()}
    changes = [each for each in edit.document_changes if isinstance(each, types.TextDocumentEdit)]
    return {each.text_document.uri.rpartition("/")[2]: each.edits for each in changes}


def test_pulled_diagnostics(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        provider = client.server.diagnostic_provider
        assert provider is not None
        assert (provider.inter_file_dependencies, provider.workspace_diagnostics) == (True, True)
        uri = client.send_open(project / "app" / "use.py")
        report = await client.pull(uri)
        assert [each.code for each in report.items] == ["RSS002"]
        assert (await client.pull(uri, report.result_id)).kind == "unchanged"
        client.send_change(uri, "client = None\n", 2)
        assert (await client.pull(uri, report.result_id)).items == ()
        assert client.diagnostics == {}  # nothing is published besides

    run_scenario(scenario, capabilities=make_capabilities(pull=True))


def test_client_is_asked_to_pull_again(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        uri = client.send_open(project / "app" / "use.py")
        await client.pull(uri)
        client.refreshed.clear()
        facade = client.send_open(project / "app" / "facade.py", "Client = list\n")
        await client.wait_until(lambda: len(client.refreshed) == 2)
        assert sorted(client.refreshed) == ["diagnostics", "lenses"]
        assert (await client.pull(uri)).items == ()
        assert (await client.pull(facade)).items == ()

    run_scenario(scenario, capabilities=make_capabilities(pull=True))


def test_workspace_diagnostics_equal_check(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--output-format", "json", "."])
    expected: dict[str, list[tuple[str, int]]] = {}
    for each in json.loads(capsys.readouterr().out):
        expected.setdefault(each["filename"], []).append((each["code"], each["location"]["row"] - 1))

    async def scenario(client: Client) -> None:
        reports = await client.pull_workspace()
        found = {
            unquote(uri).removeprefix("file://"): [(each.code, each.range.start.line) for each in report.items]
            for uri, report in reports.items()
        }
        notebooks = [name for name in found if name.endswith(".ipynb")]
        assert {name: rows for name, rows in found.items() if name not in notebooks} == {
            name: rows for name, rows in expected.items() if not name.endswith(".ipynb")
        }

    run_scenario(scenario, capabilities=make_capabilities(pull=True))


def test_workspace_diagnostics_change(project: Path) -> None:
    write_project(project)
    use, service = (project / "app" / name for name in ("use.py", "service.py"))

    async def scenario(client: Client) -> None:
        reports = await client.pull_workspace()
        assert {uri: len(report.items) for uri, report in reports.items()} == {use.as_uri(): 1, service.as_uri(): 1}
        previous = {uri: report.result_id for uri, report in reports.items()}
        assert {each.kind for each in (await client.pull_workspace(previous)).values()} == {"unchanged"}
        use.write_text("")
        client.send_file_change(use)
        client.send_open(service, "\n\nfrom app import old\n")
        reports = await client.pull_workspace(previous)
        assert reports[use.as_uri()].items == ()
        assert [each.range.start.line for each in reports[service.as_uri()].items] == [2]
        assert reports[service.as_uri()].version == 1

    run_scenario(scenario, capabilities=make_capabilities(pull=True))


def test_diagnostics_of_open_files_only(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        assert await client.pull_workspace() == {}

    run_scenario(scenario, settings={"diagnosticMode": "openFilesOnly"})


def test_configurations_below_the_folder(project: Path) -> None:
    """Each file is reported under the nearest configuration, and once."""
    write_project(project / "one")
    write_project(project / "two")
    ignoring = PROJECT["pyproject.toml"] + '[tool.redis-ssot]\nignore = ["RSS002"]\n'
    write_project(project / "two" / "inner", {**PROJECT, "pyproject.toml": ignoring})

    async def scenario(client: Client) -> None:
        reports = await client.pull_workspace()
        names = sorted(uri.removeprefix(f"{project.as_uri()}/") for uri in reports)
        assert names == [
            "one/app/service.py",
            "one/app/use.py",
            "two/app/service.py",
            "two/app/use.py",
            "two/inner/app/service.py",
        ]

    run_scenario(scenario)


def test_fix_all_is_computed_when_it_is_resolved(project: Path) -> None:
    file = write_project(project) / "app" / "service.py"

    async def scenario(client: Client) -> None:
        provider = client.server.code_action_provider
        assert isinstance(provider, types.CodeActionOptions)
        assert provider.resolve_provider
        uri = await client.open(file)
        (action,) = [each for each in await client.actions(uri, 0) if each.kind == "source.fixAll.redis-ssot"]
        assert action.edit is None
        text = "import os\n" + file.read_text()
        await client.change(uri, text, 7)
        resolved = await client.client.code_action_resolve_async(action)
        (change,) = resolved.edit.document_changes
        assert change.text_document.version == 7
        after = apply_edits(text, change.edits)
        assert after == text.replace("app.old", "app.rm")
        await client.change(uri, after, 8)
        assert (await client.client.code_action_resolve_async(action)).edit is None

    run_scenario(scenario, capabilities=make_capabilities(resolve=True, versioned=True))


def test_edits_name_the_version(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "service.py")
        fix, disable = await client.actions(uri, 0, ["quickfix"])
        for action in (fix, disable):
            assert action.edit is not None
            assert action.edit.changes is None
            (change,) = action.edit.document_changes or ()
            assert isinstance(change, types.TextDocumentEdit)
            assert (change.text_document.uri, change.text_document.version) == (uri, 1)

    run_scenario(scenario, capabilities=make_capabilities(versioned=True))


TWO_FILES = {
    **PROJECT,
    "app/holder.py": "import app.old\n\n\ndef read():\n    return app.old.get_manager().get('a')\n",
    "app/tests/__init__.py": "",
    "app/tests/test_holder.py": (
        "from unittest.mock import patch\n\nfrom app.holder import read\n\n\n"
        "def test_read():\n    with patch('app.old.get_manager') as get:\n        read()\n    assert get.called\n"
    ),
}


def test_fix_all_changes_other_files(project: Path) -> None:
    write_project(project, TWO_FILES)

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "holder.py")
        (action,) = await client.actions(uri, 0, ["source.fixAll"])
        changes = edits_by_name(action.edit)
        assert sorted(changes) == ["holder.py", "test_holder.py"]
        main(["check", "--fix-only", "app/holder.py"])
        for name in ("app/holder.py", "app/tests/test_holder.py"):
            text = TWO_FILES[name]
            assert apply_edits(text, changes[Path(name).name]) == (project / name).read_text() != text

    run_scenario(scenario)


def test_titles_name_other_files(shop: Path) -> None:
    async def scenario(client: Client) -> None:
        uri = await client.open(shop / "services" / "catalogue" / "stock.py")
        (_, line, _) = client.codes(uri)[0]
        fix, *_ = await client.actions(uri, line, ["quickfix"])
        (other,) = set(edits_by_name(fix.edit)) - {"stock.py"}
        assert f", and change services/catalogue/tests/{other}" in fix.title
        (diagnostic,) = fix.diagnostics or ()
        places = {each.location.uri.rpartition("/")[2]: each.message for each in diagnostic.related_information or ()}
        assert places[other] == "changed by the fix"
        hover = await client.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), diagnostic.range.start)
        )
        assert f"- **also changes**: services/catalogue/tests/{other}" in hover.contents.value.splitlines()

    run_scenario(scenario, capabilities=make_capabilities(related=True))


def test_related_information(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "use.py")
        (diagnostic,) = client.diagnostics[uri]
        related = [
            (each.location.uri.rpartition("/")[2], each.location.range.start.line, each.message)
            for each in diagnostic.related_information or ()
        ]
        assert related == [
            ("facade.py", 0, "re-exported by `app.facade`"),
            ("rm.py", 0, "`app.rm.Manager` is defined here"),
            ("rm.py", 8, "use `app.rm.get_manager` instead"),
        ]
        assert diagnostic.code_description is not None
        page = Path(unquote(diagnostic.code_description.href).removeprefix("file://"))
        assert page.name.startswith("rss002")
        assert page.read_text().startswith('"""')

    run_scenario(scenario, capabilities=make_capabilities(related=True))


def test_published_diagnostics_name_other_files_of_the_fix(project: Path) -> None:
    """They come a little later, when nobody types; an edit withdraws them until the document is saved."""
    write_project(project, TWO_FILES)

    async def scenario(client: Client) -> None:
        def other_files(uri: str) -> set[str]:
            related = [each for diagnostic in client.diagnostics[uri] for each in diagnostic.related_information or ()]
            return {each.location.uri.rpartition("/")[2] for each in related if each.message == "changed by the fix"}

        path = project / "app" / "holder.py"
        uri = await client.open(path)
        assert other_files(uri) == set()
        await client.wait_until(lambda: other_files(uri) == {"test_holder.py"})
        client.send_change(uri, f"{path.read_text()}\n", 2)
        await client.wait_until(lambda: other_files(uri) == set())
        client.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
        await client.wait_until(lambda: other_files(uri) == {"test_holder.py"})

    run_scenario(scenario, capabilities=make_capabilities(related=True))


def test_no_links_for_clients_without_them(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "use.py")
        (diagnostic,) = client.diagnostics[uri]
        assert diagnostic.related_information is None
        assert diagnostic.code_description is None

    run_scenario(scenario)


def test_progress(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        await client.open(project / "app" / "use.py")
        kinds = [kind for kind, *_ in client.progress]
        assert kinds == ["create", "begin", "end"]
        assert len({token for _, token, *_ in client.progress}) == 1
        assert client.progress[1][2]["message"] == "analysing the project of pyproject.toml"
        params = types.WorkspaceDiagnosticParams([], work_done_token="mine")
        await client.client.workspace_diagnostic_async(params)
        assert [(kind, token) for kind, token, *_ in client.progress[3:]] == [("begin", "mine"), ("end", "mine")]

    run_scenario(scenario, capabilities=make_capabilities(progress=True))


def test_no_progress_for_clients_without_it(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        await client.open(project / "app" / "use.py")
        assert client.progress == []

    run_scenario(scenario)


@pytest.mark.covered(0.4)
@pytest.mark.parametrize(("level", "is_logged"), [("info", True), ("error", False)])
def test_log(project: Path, level: str, is_logged: bool) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        await client.open(project / "app" / "use.py")
        lines = [each.message for each in client.log if each.type == types.MessageType.Info]
        assert any(line.startswith("redis-ssot ") and str(project) in line for line in lines) is is_logged
        assert any("pyproject.toml: analysed in " in line for line in lines) is is_logged

    run_scenario(scenario, settings={"logLevel": level})


@pytest.mark.covered(0.4)
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"nonsense": 1},
            "`nonsense`: unknown setting; expected configuration, fixAll, disableRuleComment, codeLens, "
            "diagnosticMode, logLevel",
        ),
        ({"fixAll": "yes"}, "`fixAll`: expected true or false, not 'yes'"),
        ({"configuration": 1}, "`configuration`: expected a string, not 1"),
        ({"logLevel": "loud"}, "`logLevel`: expected `error` or `warning` or `info` or `debug`, not 'loud'"),
        ([1], "`settings` must be an object, not [1]"),
    ],
)
def test_invalid_settings(project: Path, settings: Any, message: str) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "use.py")
        assert client.messages == [f"redis-ssot: {message}"]
        assert len(client.diagnostics[uri]) == 1

    run_scenario(scenario, settings=settings)


def test_settings_of_actions(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "service.py")
        (fix,) = await client.actions(uri, 0, ["quickfix", "source.fixAll"])
        assert "Disable" not in fix.title
        lenses = types.CodeLensParams(types.TextDocumentIdentifier((project / "app" / "rm.py").as_uri()))
        assert await client.client.text_document_code_lens_async(lenses) == ()

    run_scenario(scenario, settings={"fixAll": False, "disableRuleComment": False, "codeLens": False, "logLevel": None})


def test_configuration_setting(project: Path) -> None:
    write_project(project)
    file = project.with_name(f"{project.name}-strict.toml")
    file.write_text('ignore = ["RSS002"]\n' + PROJECT["pyproject.toml"].replace("tool.redis-ssot.", ""))

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "use.py")
        assert client.messages == []
        assert client.diagnostics[uri] == []
        assert list(await client.pull_workspace()) == [(project / "app" / "service.py").as_uri()]

    run_scenario(scenario, settings={"configuration": f"../{file.name}"})


def test_missing_configuration(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        client.send_open(project / "app" / "use.py")
        await client.wait_until(lambda: bool(client.messages))
        assert client.messages == ["redis-ssot: missing.toml: cannot be read: No such file or directory"]

    run_scenario(scenario, settings={"configuration": "missing.toml"})


def test_broken_configuration_in_one_folder(project: Path) -> None:
    good, broken = write_project(project / "good"), write_project(project / "broken")
    settings = broken / "pyproject.toml"
    settings.write_text(PROJECT["pyproject.toml"] + "nonsense =\n")

    async def scenario(client: Client) -> None:
        for _ in range(2):  # also after both were reloaded
            reports = await client.pull_workspace()
            assert sorted(uri.rpartition("/")[2] for uri in reports) == ["service.py", "use.py"]
            assert all("/good/" in uri for uri in reports)
            (message,) = client.messages
            assert message.startswith("redis-ssot: broken/pyproject.toml: malformed TOML: ")
            assert message.removeprefix("redis-ssot: ") in [
                each.message for each in client.log if each.type == types.MessageType.Error
            ]
            uri = await client.open(good / "app" / "use.py")
            assert len(client.diagnostics[uri]) == 1
            client.messages.clear()
            client.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
            client.send_file_change(settings)
        await client.pull_workspace()
        client.messages.clear()
        client.send_file_change(good / "app" / "use.py")
        await client.pull_workspace()
        assert client.messages == []  # known already
        settings.write_text(PROJECT["pyproject.toml"])
        client.send_file_change(settings)
        assert len(await client.pull_workspace()) == 4

    run_scenario(scenario, folders=[project / "good", project / "broken"])


def test_configuration_with_several_mistakes(project: Path) -> None:
    write_project(project)
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.redis-ssot]\nnonsense = 1\nselekt = ["RSS001"]\nignore = 3\n')

    async def scenario(client: Client) -> None:
        client.send_open(project / "app" / "use.py")
        await client.wait_until(lambda: bool(client.messages))
        (message,) = client.messages
        assert message.endswith(" (2 further problems in the log)")
        assert len([each for each in client.log if each.type == types.MessageType.Error]) == 3

    run_scenario(scenario)


def test_crlf_is_kept(project: Path) -> None:
    write_project(project)
    text = "from app.old import get_manager\r\n\r\nprint(get_manager())\r\nprint(1)\r\n"

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "service.py", text)
        fix, disable = await client.actions(uri, 0, ["quickfix"])
        (fix_all,) = await client.actions(uri, 0, ["source.fixAll"])
        assert apply_edits(text, edits_by_name(disable.edit)["service.py"]) == text.replace(
            "manager\r\n", "manager  # noqa: RSS001\r\n", 1
        )
        for action in (fix, fix_all):
            assert apply_edits(text, edits_by_name(action.edit)["service.py"]) == text.replace("app.old", "app.rm")

    run_scenario(scenario)


def test_form_feed_is_no_line_break(project: Path) -> None:
    write_project(project)
    text = "import os\n\x0c\nfrom app.rm import Manager\nx = os\nManager()\n"

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "use.py", text)
        assert client.codes(uri) == [("RSS002", 4, 0)]
        start, end = types.Position(3, 4), types.Position(3, 6)
        change = types.TextDocumentContentChangePartial(types.Range(start, end), "Manager()")
        document = types.VersionedTextDocumentIdentifier(2, uri)
        params = types.DidChangeTextDocumentParams(document, [change])
        await client.wait_for_news(lambda: client.client.text_document_did_change(params), uri)
        assert client.codes(uri) == [("RSS002", 3, 4), ("RSS002", 4, 0)]

    run_scenario(scenario)


@pytest.mark.covered(0.4)
@pytest.mark.parametrize(
    ("coding", "word"), [("latin-1", "ä"), ("latin-1", "€"), ("nonsense", "ä"), ("nonsense", "€"), ("utf-8", "€")]
)
def test_declared_encoding(project: Path, coding: str, word: str) -> None:
    """The text of a document is Unicode, whatever its coding line says, and whether that can encode it."""
    write_project(project)
    text = f"# coding: {coding}\nfrom app.rm import Manager\n'{word}{word}'; Manager()\n"

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "use.py", text)
        assert [each for each in client.codes(uri) if each[0] == "RSS002"] == [("RSS002", 2, 6)]
        disable = (await client.actions(uri, 2, ["quickfix"]))[-1]
        (edit,) = edits_by_name(disable.edit)["use.py"]
        assert (edit.range.start.line, edit.new_text) == (2, f"'{word}{word}'; Manager()  # noqa: RSS002\n")

    run_scenario(scenario)


def test_code_lens(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project)
    main(["check", "--output-format", "json", "."])
    expected = {(each["filename"], each["location"]["row"] - 1) for each in json.loads(capsys.readouterr().out)}

    async def scenario(client: Client) -> None:
        uri = (project / "app" / "rm.py").as_uri()
        params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
        (lens,) = await client.client.text_document_code_lens_async(params)
        assert (lens.range.start.line, lens.command) == (0, None)
        resolved = await client.client.code_lens_resolve_async(lens)
        assert resolved.command.title == "2 bypasses"
        _, position, locations = resolved.command.arguments
        assert {(each["uri"].removeprefix("file://"), each["range"]["start"]["line"]) for each in locations} == expected
        await client.run_command(resolved.command.command, uri, position, locations)
        await client.wait_until(lambda: bool(client.messages))
        assert client.messages[0].splitlines() == [
            "redis-ssot: bypasses",
            *(f"{name}:{row + 1}" for name, row in sorted(expected)),
        ]
        other = types.CodeLensParams(types.TextDocumentIdentifier((project / "app" / "use.py").as_uri()))
        assert await client.client.text_document_code_lens_async(other) == ()

    run_scenario(scenario)


def test_code_lens_of_several_resources(project: Path) -> None:
    write_project(project)
    settings = project / "pyproject.toml"
    settings.write_text(
        'tool.redis-ssot.baseline = "known.jsonl"\n'
        + settings.read_text()
        + '[tool.redis-ssot.resource.other]\ncanonical = ["app.rm"]\nconstructors = ["app.other.Thing"]\n'
    )
    (project / "app" / "other.py").write_text("class Thing:\n    pass\n")
    main(["baseline", "create", "app/use.py"])

    async def scenario(client: Client) -> None:
        uri = (project / "app" / "rm.py").as_uri()
        params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
        lenses = await client.client.text_document_code_lens_async(params)
        titles = [(await client.client.code_lens_resolve_async(lens)).command.title for lens in lenses]
        assert titles == ["2 bypasses of `redis`, 1 in the baseline", "0 bypasses of `other`"]

    run_scenario(scenario)


def test_autofix_command(project: Path) -> None:
    file = write_project(project) / "app" / "service.py"

    async def scenario(client: Client) -> None:
        uri = await client.open(file)
        assert await client.run_command("redis-ssot.applyAutofix", {"uri": uri})
        (applied,) = client.applied
        assert apply_edits(file.read_text(), edits_by_name(applied.edit)["service.py"]) == PROJECT[
            "app/service.py"
        ].replace("app.old", "app.rm")
        client.accepts_edits = False
        assert not await client.run_command("redis-ssot.applyAutofix", {"uri": uri})
        errors = [each.message for each in client.log if each.type == types.MessageType.Error]
        assert errors == ["Redis SSOT: fix all auto-fixable problems: not applied: read only"]
        other = await client.open(project / "app" / "rm.py")
        assert not await client.run_command("redis-ssot.applyAutofix", {"uri": other})
        assert len(client.applied) == 2

    run_scenario(scenario)


def test_fix_workspace_command_equals_check_fix(shop: Path) -> None:
    before = {path: path.read_text() for path in shop.rglob("*.py")}

    async def scenario(client: Client) -> None:
        assert await client.run_command("redis-ssot.fixWorkspace")
        (applied,) = client.applied
        changes = {uri.removeprefix("file://"): edits for uri, edits in (applied.edit.changes or {}).items()}
        after = {path: apply_edits(text, changes.get(str(path), [])) for path, text in before.items()}
        main(["check", "--fix-only", "."])
        assert {path: path.read_text() for path in before} == after
        assert len(changes) > 5

    run_scenario(scenario)


def test_fix_workspace_command_of_nested_projects(project: Path) -> None:
    """Files are fixed as their nearest configuration says."""
    write_project(
        project, {"pyproject.toml": PROJECT["pyproject.toml"], "app/__init__.py": "", "app/rm.py": PROJECT["app/rm.py"]}
    )
    write_project(
        project / "inner",
        {
            **PROJECT,
            "redis-ssot.toml": 'ignore = ["ALL"]\n' + PROJECT["pyproject.toml"].replace("tool.redis-ssot.", ""),
        },
    )

    async def scenario(client: Client) -> None:
        assert not await client.run_command("redis-ssot.fixWorkspace")
        assert client.applied == []
        assert [each.message for each in client.log].count("no safe fixes") == 2

    run_scenario(scenario)


def test_debug_information(project: Path) -> None:
    write_project(project)

    async def scenario(client: Client) -> None:
        lines = (await client.run_command("redis-ssot.printDebugInformation")).splitlines()
        assert lines[0].startswith("flake8-redis-ssot ")
        assert lines[-1] == f"project: {project}/pyproject.toml, 6 files"
        assert "log_level: 'info'" in lines

    run_scenario(scenario)


def test_fix_all_while_the_configuration_names_nothing(project: Path) -> None:
    """An unsaved edit can remove what the configuration names."""
    write_project(project)

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "service.py")
        manager = client.send_open(project / "app" / "rm.py", "class Manager:\n    pass\n")
        assert await client.actions(uri, 0, ["source.fixAll"]) == []
        client.send_change(manager, PROJECT["app/rm.py"], 2)
        assert len(await client.actions(uri, 0, ["source.fixAll"])) == 1

    run_scenario(scenario)


def test_fix_all_with_a_broken_baseline(project: Path) -> None:
    write_project(project)
    (project / "known.jsonl").write_text("")
    settings = project / "pyproject.toml"
    settings.write_text('tool.redis-ssot.baseline = "known.jsonl"\n' + settings.read_text())

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "app" / "service.py")
        (project / "known.jsonl").write_text("nonsense\n")  # not reported by the client
        assert await client.actions(uri, 0, ["source.fixAll"]) == []
        assert any("known.jsonl" in each.message for each in client.log if each.type == types.MessageType.Error)

    run_scenario(scenario)


def test_hover_in_a_document_outside_of_the_project(project: Path) -> None:
    write_project(project / "inside")
    write_project(project, {"other.py": "x = 1\n"})

    async def scenario(client: Client) -> None:
        uri = await client.open(project / "other.py")
        document = types.TextDocumentIdentifier(uri)
        hover = types.HoverParams(document, types.Position(0, 0))
        assert await client.client.text_document_hover_async(hover) is None
        assert await client.client.text_document_code_lens_async(types.CodeLensParams(document)) == ()
        assert await client.actions(uri, 0) == []
        assert not await client.run_command("redis-ssot.applyAutofix", {"uri": uri})
        lens = types.CodeLens(types.Range(types.Position(0, 0), types.Position(0, 0)), data={"uri": uri})
        assert (await client.client.code_lens_resolve_async(lens)).command is None

    run_scenario(scenario)


def test_workspace_folders_and_files_come_and_go(project: Path) -> None:
    one, two = write_project(project / "one"), write_project(project / "two")
    use = two / "app" / "use.py"

    async def scenario(client: Client) -> None:
        reports = await client.pull_workspace()
        previous = {uri: report.result_id for uri, report in reports.items()}
        assert all("/one/" in uri for uri in reports)
        folder = types.WorkspaceFolder(two.as_uri(), "two")
        client.client.workspace_did_change_workspace_folders(
            types.DidChangeWorkspaceFoldersParams(types.WorkspaceFoldersChangeEvent([folder], []))
        )
        await client.wait_until(lambda: "diagnostics" in client.refreshed)
        assert len(await client.pull_workspace(previous)) == 4
        use.unlink()
        client.send_file_change(use)
        assert use.as_uri() not in await client.pull_workspace(previous)
        assert (await client.pull_workspace({use.as_uri(): "old"}))[use.as_uri()].items == ()
        use.write_text(PROJECT["app/use.py"])
        client.send_file_change(use)
        assert len((await client.pull_workspace())[use.as_uri()].items) == 1
        client.client.workspace_did_change_workspace_folders(
            types.DidChangeWorkspaceFoldersParams(types.WorkspaceFoldersChangeEvent([], [folder]))
        )
        assert all("/one/" in uri for uri in await client.pull_workspace())

    run_scenario(scenario, folders=[one], capabilities=make_capabilities(pull=True))


def test_uri_is_that_of_the_client(project: Path) -> None:
    """A client may write a URI in another way than the server would."""
    root = write_project(project / "a+b (c)")
    file = root / "app" / "service.py"
    uri = "file://" + str(file).replace("+", "%2B").replace(" ", "%20").replace("(", "%28").replace(")", "%29")

    async def scenario(client: Client) -> None:
        item = types.TextDocumentItem(uri, "python", 3, file.read_text())
        await client.wait_for_news(
            lambda: client.client.text_document_did_open(types.DidOpenTextDocumentParams(item)), uri
        )
        for action in await client.actions(uri, 0, ["quickfix", "source.fixAll"]):
            assert action.edit is not None
            (change,) = action.edit.document_changes or ()
            assert isinstance(change, types.TextDocumentEdit)
            assert (change.text_document.uri, change.text_document.version) == (uri, 3)
        assert uri in await client.pull_workspace()

    run_scenario(scenario, capabilities=make_capabilities(versioned=True))
