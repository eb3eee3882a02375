"""Notebooks in the language server: what is found and fixed in their cells, over the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsp_client import Client, apply_edits, run_scenario
from lsprotocol import types
from notebook_builders import code_cell, markdown_cell, notebook_bytes
from test_server_protocol import edits_by_name, make_capabilities, write_project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
CELLS = ("# Title", "from app.old import get_manager\n", "x = get_manager()", "from app.rm import Manager\nManager()")


class Notebook:
    """An open notebook of a client; the first cell is Markdown."""

    def __init__(self, client: Client, path: Path) -> None:
        self._client = client
        self.uri = path.as_uri()
        self.cells = [f"vscode-notebook-cell:{path}#W{number}" for number in range(len(CELLS))]

    def open(self, texts: tuple[str, ...] = CELLS) -> None:
        kinds = [types.NotebookCellKind.Markup, *[types.NotebookCellKind.Code] * (len(texts) - 1)]
        cells = [types.NotebookCell(kind, uri) for kind, uri in zip(kinds, self.cells)]
        notebook = types.NotebookDocument(self.uri, "jupyter-notebook", 1, cells)
        documents = [
            types.TextDocumentItem(uri, "python" if number else "markdown", 1, text)
            for number, (uri, text) in enumerate(zip(self.cells, texts))
        ]
        self._client.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, documents))

    def change(self, cells: types.NotebookDocumentCellChanges, version: int = 2) -> None:
        document = types.VersionedNotebookDocumentIdentifier(version, self.uri)
        change = types.NotebookDocumentChangeEvent(cells=cells)
        self._client.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(document, change))

    def change_text(self, number: int, text: str, version: int = 2) -> None:
        document = types.VersionedTextDocumentIdentifier(version, self.cells[number])
        changes = [types.TextDocumentContentChangeWholeDocument(text)]
        self.change(
            types.NotebookDocumentCellChanges(
                text_content=[types.NotebookDocumentCellContentChanges(document, changes)]
            ),
            version,
        )

    def codes(self) -> dict[int, list[tuple[str, int, int]]]:
        """Code, line and column of the diagnostics of each cell that has any."""
        shown = {number: uri for number, uri in enumerate(self.cells) if self._client.diagnostics.get(uri)}
        return {number: self._client.codes(uri) for number, uri in shown.items()}

    async def wait_for(self, expected: dict[int, list[tuple[str, int, int]]]) -> None:
        await self._client.wait_until(lambda: self.codes() == expected)


@pytest.fixture
def notebook_file(project: Path) -> Path:
    """A notebook of a project, with other cells on disk than are open."""
    file = write_project(project) / "app" / "explore.ipynb"
    file.write_bytes(notebook_bytes(markdown_cell("# Title"), code_cell("x = 1")))
    return file


def run_with_notebook(file: Path, scenario: Any, **options: Any) -> None:
    async def run(client: Client) -> None:
        await scenario(client, Notebook(client, file))

    run_scenario(run, **{"capabilities": make_capabilities(notebooks=True), **options})


FOUND = {1: [("RSS001", 0, 0)], 3: [("RSS002", 1, 0)]}


def test_diagnostics_of_cells(notebook_file: Path) -> None:
    async def scenario(client: Client, notebook: Notebook) -> None:
        notebook.open()
        await notebook.wait_for(FOUND)
        notebook.change_text(3, "\nfrom app.rm import Manager\n\nManager()", 2)
        await notebook.wait_for({1: FOUND[1], 3: [("RSS002", 3, 0)]})
        client.client.notebook_document_did_save(
            types.DidSaveNotebookDocumentParams(types.NotebookDocumentIdentifier(notebook.uri))
        )
        documents = [types.TextDocumentIdentifier(uri) for uri in notebook.cells]
        client.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(notebook.uri), documents)
        )
        await notebook.wait_for({})

    run_with_notebook(notebook_file, scenario)


def test_cells_are_moved_added_and_deleted(notebook_file: Path) -> None:
    async def scenario(client: Client, notebook: Notebook) -> None:
        notebook.open()
        await notebook.wait_for(FOUND)
        new = f"{notebook.cells[0]}-new"
        structure = types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(1, 1, [types.NotebookCell(types.NotebookCellKind.Code, new)]),
            did_open=[types.TextDocumentItem(new, "python", 1, "import app.old")],
            did_close=[types.TextDocumentIdentifier(notebook.cells[1])],
        )
        notebook.change(types.NotebookDocumentCellChanges(structure=structure))
        await notebook.wait_for({3: FOUND[3]})
        assert client.codes(new) == [("RSS001", 0, 0)]

    run_with_notebook(notebook_file, scenario)


def test_cells_of_other_languages(notebook_file: Path) -> None:
    async def scenario(client: Client, notebook: Notebook) -> None:
        notebook.open(("# Title", "%%bash\nfrom app.old import x", "%time from app.old import x", CELLS[3]))
        await notebook.wait_for({3: FOUND[3]})

    run_with_notebook(notebook_file, scenario)


def test_pulled_diagnostics_of_cells(notebook_file: Path) -> None:
    async def scenario(client: Client, notebook: Notebook) -> None:
        notebook.open()
        reports = [await client.pull(uri) for uri in notebook.cells]
        assert [[each.code for each in report.items] for report in reports] == [[], ["RSS001"], [], ["RSS002"]]
        assert notebook.uri not in await client.pull_workspace()
        assert set(notebook.cells[1::2]) <= set(await client.pull_workspace())

    run_with_notebook(notebook_file, scenario, capabilities=make_capabilities(pull=True, notebooks=True))


def test_workspace_diagnostics_of_a_closed_notebook(notebook_file: Path) -> None:
    """They are where the cell is in the JSON of the file."""
    notebook_file.write_bytes(notebook_bytes(*map(code_cell, CELLS[1:])))

    async def scenario(client: Client, notebook: Notebook) -> None:
        first, _ = (await client.pull_workspace())[notebook.uri].items
        row = first.range.start.line
        assert "from app.old import" in notebook_file.read_text().splitlines()[row]
        assert (await client.pull(notebook.uri)).items == ()

    run_with_notebook(notebook_file, scenario, capabilities=make_capabilities(pull=True, notebooks=True))


@pytest.mark.parametrize(("number", "line"), [(1, 0), (3, 1)])
def test_quick_fixes_of_cells(notebook_file: Path, number: int, line: int) -> None:
    async def scenario(client: Client, notebook: Notebook) -> None:
        notebook.open()
        await notebook.wait_for(FOUND)
        version = 1
        for index, part in ((0, "app.rm" if number == 1 else "get_manager()"), (-1, "# noqa: RSS00")):
            action = (await client.actions(notebook.cells[number], line, ["quickfix"]))[index]
            (change,) = (action.edit.document_changes if action.edit else None) or ()
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version == version
            assert change.text_document.uri == notebook.cells[number]
            after = apply_edits(CELLS[number], change.edits)
            assert part in after
            assert after.endswith("\n") == CELLS[number].endswith("\n")
            notebook.change_text(number, after, version + 1)
            await notebook.wait_for({key: value for key, value in FOUND.items() if key != number})
            version += 2
            notebook.change_text(number, CELLS[number], version)
            await notebook.wait_for(FOUND)

    run_with_notebook(notebook_file, scenario, capabilities=make_capabilities(versioned=True, notebooks=True))


def test_fix_all_of_a_notebook(notebook_file: Path) -> None:
    async def scenario(client: Client, notebook: Notebook) -> None:
        notebook.open(("# Title", *[CELLS[1]] * 2, "print(get_manager())"))
        await notebook.wait_for({1: FOUND[1], 2: FOUND[1]})
        for only in ("source.fixAll", "notebook.source.fixAll"):
            (action,) = await client.actions(notebook.cells[3], 0, [only])
            assert action.kind == f"{only}.redis-ssot"
            changes = edits_by_name(action.edit)
            assert [name.partition("#")[2] for name in changes] == ["W1", "W2"]
            for edits in changes.values():
                assert apply_edits(CELLS[1], edits) == CELLS[1].replace("app.old", "app.rm")

    run_with_notebook(notebook_file, scenario)


def test_new_notebook(notebook_file: Path) -> None:
    """It is part of the project once it was saved."""

    async def scenario(client: Client, notebook: Notebook) -> None:
        new = Notebook(client, notebook_file.with_name("new.ipynb"))
        new.open()
        notebook.open()
        await notebook.wait_for(FOUND)
        assert new.codes() == {}
        notebook_file.with_name("new.ipynb").write_bytes(notebook_file.read_bytes())
        client.client.notebook_document_did_save(
            types.DidSaveNotebookDocumentParams(types.NotebookDocumentIdentifier(new.uri))
        )
        await new.wait_for(FOUND)

    run_with_notebook(notebook_file, scenario)
