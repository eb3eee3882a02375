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

# What people type, one character after the other.
_TYPED = (
    'user = await load_user(user_id, include=["roles"])',
    'if user is None:\n    raise KeyError(f"no user {user_id}")',
    "results = {each.name: each for each in found if each.is_new}",
    "def helper(value: str, *, times: int = 1) -> dict[str, int]:\n    return {value: times}",
    'logger.info("took %.1f ms", (time.time() - started) * 1000)  # it\'s slow',
    "from collections import OrderedDict, defaultdict",
    '"""Say what this is for."""',
    "with open(path) as file, suppress(OSError):\n    print(file.read())",
)
_STRUCK = "\"'()[]{}:,.=#@\\\n xyz0"

Edit = tuple[str, int, str]  # the good text, and what is put where


class Client:
    """One document that is open in a server, which answers at once."""

    def __init__(self, file: Path) -> None:
        self.heard: list[Mapping[str, Any]] = []
        self._uri = file.as_uri()
        self._version = 1
        self._protocol = make_server().protocol
        self._protocol.set_writer(self, include_headers=False)
        self._send(types.INITIALIZE, {"processId": None, "rootUri": None, "capabilities": {}}, id=1)
        self._send(types.INITIALIZED, {})
        document = {"uri": self._uri, "languageId": "python", "version": 1, "text": file.read_text(encoding="utf-8")}
        self._send(types.TEXT_DOCUMENT_DID_OPEN, {"textDocument": document})

    def write(self, data: bytes) -> None:
        """Take what the server says."""
        self.heard.append(json.loads(data))

    def close(self) -> None:
        """Nothing needs to be closed."""

    def change(self, text: str, where: Mapping[str, Any] | None = None) -> float:
        """Put a text into a range, or in place of all, and wait for what is found then: ms. Raises RuntimeError."""
        self._version += 1
        self.heard.clear()
        change = {"text": text} if where is None else {"text": text, "range": where}
        document = {"uri": self._uri, "version": self._version}
        took = self._send(types.TEXT_DOCUMENT_DID_CHANGE, {"textDocument": document, "contentChanges": [change]})
        if [each["version"] for each in self._published()] != [self._version]:
            raise RuntimeError(f"the server did not say once what is found then: {self.heard}")
        return took

    @property
    def found(self) -> int:
        """How many findings the server told of last."""
        return sum(len(each["diagnostics"]) for each in self._published())

    def _published(self) -> list[Mapping[str, Any]]:
        return [each["params"] for each in self.heard if each.get("method") == types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def _send(self, method: str, params: object, **rest: object) -> float:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **rest}).encode()
        started = time.perf_counter()
        self._protocol.handle_message(json.loads(body, object_hook=self._protocol.structure_message))
        return (time.perf_counter() - started) * 1000


def typing(text: str, chance: random.Random) -> Iterator[Iterator[Edit]]:
    """Statements that come into being at the beginnings of others, for ever; each is a run of single keystrokes."""
    lines = text.splitlines(keepends=True)
    rows = sorted({node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)})
    while True:
        row = chance.choice(rows) - 1
        indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        statement = f"\n{chance.choice(_TYPED)}".replace("\n", f"\n{indent}")[1:]
        yield _keystrokes(text, sum(map(len, lines[:row])), statement)


def _keystrokes(text: str, place: int, statement: str) -> Iterator[Edit]:
    """A new line, and the characters that are put on it."""
    text = f"{text[:place]}\n{text[place:]}"
    for at, character in enumerate(statement):
        yield text, place + at, character
        text = f"{text[: place + at]}{character}{text[place + at :]}"


def striking(text: str, chance: random.Random) -> Iterator[Iterator[Edit]]:
    """One wrong key anywhere in a good text, for ever."""
    while True:
        yield iter([(text, chance.randrange(len(text) + 1), chance.choice(_STRUCK))])


_KINDS = {"typing": typing, "striking": striking}


def measured(client: Client, runs: Iterable[Iterable[Edit]], number: int) -> list[float]:
    """The times of so many edits (ms); between runs the text is put back, untimed."""
    times: list[float] = []
    for run in runs:
        for at, (text, place, character) in enumerate(run):
            if not at:
                client.change(text)
            times.append(client.change(character, _range(text, place)))
            if len(times) == number:
                return times
    return times


def _range(text: str, place: int) -> Mapping[str, Any]:
    """An empty range, as the protocol counts by default: columns in units of UTF-16."""
    start = text.rfind("\n", 0, place) + 1
    column = len(text[start:place].encode("utf-16-le")) // 2
    position = {"line": text.count("\n", 0, place), "character": column}
    return {"start": position, "end": position}


def _row(kind: str, times: Sequence[float]) -> str:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return f"{kind:9} {statistics.median(times):8.1f} {cuts[94]:8.1f} {max(times):8.1f}  {len(times)} edits"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure both kinds of edits in a copy of the tree, and print a table."""
    arguments = _parser().parse_args(argv)
    gc.disable()  # as the command does
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        root = Path(scratch).resolve() / "tree"
        copy_code(arguments.tree, root)
        (root / OWN_NAMES[0]).write_bytes(arguments.config.read_bytes())
        file = root / arguments.file
        text = file.read_text(encoding="utf-8")
        client = Client(file)
        print(f"{text.count(chr(10))} lines, {client.found} findings; ms from didChange to publishDiagnostics")
        print(f"{'':9} {'median':>8} {'95 %':>8} {'most':>8}")
        for kind, edits in _KINDS.items():
            print(_row(kind, measured(client, edits(text, random.Random(arguments.seed)), arguments.edits)), flush=True)
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
