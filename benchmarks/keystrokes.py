"""`python -m benchmarks.keystrokes`: how long an editor waits for diagnostics after a keystroke.

The real server is given the messages of a client, as bytes, in this process; what is timed is the whole way from the
bytes of `didChange` to those of `publishDiagnostics`, without the pipe between two processes.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from benchmarks.trees import copy_code
from flake8_redis_ssot.config.loading import OWN_NAMES
from flake8_redis_ssot.lsp.features import make_server

# Statements that are typed character by character.
_STATEMENTS = (
    'user = await load_user(user_id, include=["roles"])',
    'if user is None:\n    raise KeyError(f"no user {user_id}")',
    "results = {each.name: each for each in found if each.is_new}",
    "def helper(value: str, *, times: int = 1) -> dict[str, int]:\n    return {value: times}",
    'logger.info("took %.1f ms", (time.time() - started) * 1000)  # it\'s slow',
    "from collections import OrderedDict, defaultdict",
    '"""Say what this is for."""',
    "with open(path) as file, suppress(OSError):\n    print(file.read())",
)
_STRAY_KEYS = "\"'()[]{}:,.=#@\\\n xyz0"

Edit = tuple[str, int, str]  # the text before, the offset (characters), and the inserted character


class Client:
    """A client with one open document, connected to a server in this process."""

    def __init__(self, file: Path) -> None:
        self.messages: list[Mapping[str, Any]] = []
        self._uri = file.as_uri()
        self._version = 1
        self._protocol = make_server().protocol
        self._protocol.set_writer(self, include_headers=False)
        self._send(types.INITIALIZE, {"processId": None, "rootUri": None, "capabilities": {}}, id=1)
        self._send(types.INITIALIZED, {})
        document = {"uri": self._uri, "languageId": "python", "version": 1, "text": file.read_text(encoding="utf-8")}
        self._send(types.TEXT_DOCUMENT_DID_OPEN, {"textDocument": document})

    def write(self, data: bytes) -> None:
        """Receive a message of the server."""
        self.messages.append(json.loads(data))

    def close(self) -> None:
        """Required of a writer; there is nothing to close."""

    def change(self, text: str, range_: Mapping[str, Any] | None = None) -> float:
        """Replace a range, or the whole document, and return the time until the diagnostics are published, in ms.

        Raises RuntimeError unless diagnostics are published exactly once.
        """
        self._version += 1
        self.messages.clear()
        change = {"text": text} if range_ is None else {"text": text, "range": range_}
        document = {"uri": self._uri, "version": self._version}
        elapsed = self._send(types.TEXT_DOCUMENT_DID_CHANGE, {"textDocument": document, "contentChanges": [change]})
        if [each["version"] for each in self._published()] != [self._version]:
            raise RuntimeError(f"the server did not say once what is found then: {self.messages}")
        return elapsed

    @property
    def finding_count(self) -> int:
        """The number of findings that the server has published last."""
        return sum(len(each["diagnostics"]) for each in self._published())

    def _published(self) -> list[Mapping[str, Any]]:
        method = types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS
        return [each["params"] for each in self.messages if each.get("method") == method]

    def _send(self, method: str, params: object, **rest: object) -> float:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **rest}).encode()
        started = time.perf_counter()
        self._protocol.handle_message(json.loads(body, object_hook=self._protocol.structure_message))
        return (time.perf_counter() - started) * 1000


def type_statements(text: str, chance: random.Random) -> Iterator[Iterator[Edit]]:
    """Yield, without end, the keystrokes that type a statement on a new line before an existing one."""
    lines = text.splitlines(keepends=True)
    rows = sorted({node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)})
    while True:
        row = chance.choice(rows) - 1
        indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        statement = f"\n{chance.choice(_STATEMENTS)}".replace("\n", f"\n{indent}")[1:]
        yield _keystrokes(text, sum(map(len, lines[:row])), statement)


def _keystrokes(text: str, offset: int, statement: str) -> Iterator[Edit]:
    """Insert a line break, and yield the insertions of the statement's characters."""
    text = f"{text[:offset]}\n{text[offset:]}"
    for at, character in enumerate(statement):
        yield text, offset + at, character
        text = f"{text[: offset + at]}{character}{text[offset + at :]}"


def insert_stray_keys(text: str, chance: random.Random) -> Iterator[Iterator[Edit]]:
    """Yield, without end, the insertion of one character at a random offset of the unchanged text."""
    while True:
        yield iter([(text, chance.randrange(len(text) + 1), chance.choice(_STRAY_KEYS))])


_KINDS = {"typing": type_statements, "striking": insert_stray_keys}


def measure(client: Client, runs: Iterable[Iterable[Edit]], number: int) -> list[float]:
    """The times of `number` edits in ms; before each run the text is restored, untimed."""
    times: list[float] = []
    for run in runs:
        for at, (text, offset, character) in enumerate(run):
            if not at:
                client.change(text)
            times.append(client.change(character, _range(text, offset)))
            if len(times) == number:
                return times
    return times


def _range(text: str, offset: int) -> Mapping[str, Any]:
    """The empty range at an offset, with columns in UTF-16 code units, which are the protocol's default."""
    start = text.rfind("\n", 0, offset) + 1
    column = len(text[start:offset].encode("utf-16-le")) // 2
    position = {"line": text.count("\n", 0, offset), "character": column}
    return {"start": position, "end": position}


def _row(kind: str, times: Sequence[float]) -> str:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return f"{kind:9} {statistics.median(times):8.1f} {cuts[94]:8.1f} {max(times):8.1f}  {len(times)} edits"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure both kinds of edits in a copy of the tree, and print a table; returns 0."""
    arguments = _parser().parse_args(argv)
    gc.disable()  # as the command does
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        root = Path(scratch).resolve() / "tree"
        copy_code(arguments.tree, root)
        (root / OWN_NAMES[0]).write_bytes(arguments.config.read_bytes())
        file = root / arguments.file
        text = file.read_text(encoding="utf-8")
        client = Client(file)
        print(f"{text.count(chr(10))} lines, {client.finding_count} findings; ms from didChange to publishDiagnostics")
        print(f"{'':9} {'median':>8} {'95 %':>8} {'most':>8}")
        for kind, edits in _KINDS.items():
            print(_row(kind, measure(client, edits(text, random.Random(arguments.seed)), arguments.edits)), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keystrokes", description=__doc__)
    parser.add_argument("--tree", type=Path, required=True, metavar="PATH", help="somebody's code; it is copied first")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="our configuration for it")
    parser.add_argument("--file", required=True, metavar="PATH", help="the file to type in, from the tree's top")
    parser.add_argument("--edits", type=int, default=200, metavar="N", help="of each kind (default: 200)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another one: other edits (default: 1)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
