/** The extension with the real client library and the real server; see `mock_vscode.ts` for what is not real. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { URI } from "vscode-uri";

import type { Document, Editor, Location } from "./mock_vscode";

const { editor } = require("vscode") as { editor: Editor };
// The bundle that is shipped.
const extension = require(path.join(process.cwd(), "out", "extension.js"));
const PYTHON = process.env.REDIS_SSOT_TEST_PYTHON ?? "python3";
const FILES: Record<string, string> = {
  "pyproject.toml":
    '[tool.redis-ssot.resource.redis]\ncanonical = ["app.rm"]\nconstructors = ["app.rm.Manager"]\n' +
    'accessor = "app.rm.get_manager"\n\n[tool.redis-ssot.resource.redis.deprecated]\n"app.old" = "app.rm"\n',
  "app/__init__.py": "",
  "app/rm.py":
    "class Manager:\n    def get(self, key):\n        return key\n\n\n_manager = Manager()\n\n\n" +
    "def get_manager():\n    return _manager\n",
  "app/old.py": "from app.rm import Manager, get_manager\n",
  "app/use.py": "from app.rm import Manager\n\nclient = Manager()\n",
  "app/service.py": "from app.old import get_manager\n\nprint(get_manager().get('a'))\n",
  "app/explore.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
};
const FIXED_SERVICE = FILES["app/service.py"].replace("app.old", "app.rm");
const TIMEOUT = 60_000;
const options = { timeout: 4 * TIMEOUT };

let root: string;
let subscriptions: { dispose(): unknown }[] = [];

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "redis-ssot-")));
  for (const [name, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  editor.documents = [];
  editor.notebooks = [];
  editor.folders = [{ uri: URI.file(root), name: "project", index: 0 }];
  editor.settings = { "redis-ssot.interpreter": [PYTHON] };
  editor.isTrusted = true;
  editor.extensions = {};
  editor.activeDocument = undefined;
  editor.isLogShown = false;
  for (const list of [editor.messages, editor.log, editor.progress, editor.collections]) {
    list.length = 0;
  }
});

afterEach(async () => {
  await extension.deactivate();
  subscriptions.forEach((each) => each.dispose());
  subscriptions = [];
  fs.rmSync(root, { recursive: true });
});

async function activate(): Promise<void> {
  await extension.activate({ subscriptions });
}

async function waitUntil(what: string, isDone: () => boolean): Promise<void> {
  const end = Date.now() + TIMEOUT;
  while (!isDone()) {
    assert.ok(Date.now() < end, `${what}\n${editor.messages.join("\n")}\n${editor.log.join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const fileUri = (name: string) => URI.file(path.join(root, name));
const open = (name: string) => editor.open(path.join(root, name));
const codes = (uri: URI) => editor.diagnostics(uri).map((each) => [codeOf(each), each.range.start.line]);
const codeOf = (diagnostic: { code: string | { value: string } }) =>
  typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code;
const waitForCode = (uri: URI, code: string) =>
  waitUntil(`${code} in ${uri}`, () => editor.diagnostics(uri).some((each) => codeOf(each) === code));
const run = (name: string, ...args: unknown[]) => editor.commands.get(name)?.(...args) as Promise<unknown>;
const TOKEN = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };

async function codeActions(document: Document, kind?: string) {
  const provider = editor.provider("CodeActions", document);
  const [diagnostic] = editor.diagnostics(document.uri);
  const context = { diagnostics: [diagnostic], triggerKind: 1, only: kind && { value: kind } };
  return { provider, actions: await provider.provideCodeActions(document, diagnostic.range, context, TOKEN) };
}

test("shows the findings of open and of other files", options, async () => {
  await activate();
  const document = await open("app/use.py");
  await waitForCode(document.uri, "RSS002");
  await waitForCode(fileUri("app/service.py"), "RSS001");
  const [diagnostic] = editor.diagnostics(document.uri);
  assert.deepEqual(codes(document.uri), [["RSS002", 2]]);
  assert.match(diagnostic.code.target.path, /rss002_.*\.py$/);
  assert.deepEqual(
    diagnostic.relatedInformation.map((each: { location: Location }) => path.basename(each.location.uri.path)),
    ["rm.py", "rm.py"],
  );
  assert.ok(editor.log.some((line) => line.includes("analysed in")), editor.log.join("\n"));
  assert.deepEqual(editor.messages, []);
});

test("follows unsaved text", options, async () => {
  await activate();
  const document = await open("app/use.py");
  await waitForCode(document.uri, "RSS002");
  const edit = document.getText().indexOf("Manager()");
  assert.ok(edit > 0);
  const { WorkspaceEdit, Range } = require("vscode");
  const change = new WorkspaceEdit();
  change.replace(document.uri, new Range(2, 9, 2, 18), "None");
  await editor.applyEdit(change);
  await waitUntil("no finding", () => codes(document.uri).length === 0);
});

test("applies a quick fix, and fixes the file", options, async () => {
  await activate();
  const document = await open("app/service.py");
  await waitForCode(document.uri, "RSS001");
  const { actions } = await codeActions(document, "quickfix");
  assert.deepEqual(
    actions.map((each: { title: string }) => each.title),
    ["Redis SSOT (RSS001): Import `get_manager` from `app.rm`", "Redis SSOT (RSS001): Disable for this line"],
  );
  await editor.applyEdit(actions[0].edit);
  assert.equal(document.getText(), FIXED_SERVICE);
  await waitUntil("no finding", () => codes(document.uri).length === 0);
});

test("resolves the edit of source.fixAll", options, async () => {
  await activate();
  const document = await open("app/service.py");
  await waitForCode(document.uri, "RSS001");
  const { provider, actions } = await codeActions(document, "source.fixAll");
  assert.deepEqual([actions.length, actions[0].kind.value, actions[0].edit], [1, "source.fixAll.redis-ssot", undefined]);
  const resolved = await provider.resolveCodeAction(actions[0], TOKEN);
  await editor.applyEdit(resolved.edit);
  assert.equal(document.getText(), FIXED_SERVICE);
});

test("fixes the active file and the workspace by command", options, async () => {
  await activate();
  await open("app/rm.py");
  await run("redis-ssot.executeAutofix");
  assert.deepEqual(editor.messages, ["Redis SSOT: no safe fixes in this file"]);
  const document = await open("app/service.py");
  await run("redis-ssot.executeAutofix");
  assert.equal(document.getText(), FIXED_SERVICE);
  await run("redis-ssot.executeFixWorkspace");
  const changed = editor.documents.find((each) => each.uri.path.endsWith("use.py"));
  assert.match(changed?.getText() ?? "", /client = get_manager\(\)/);
  assert.ok(editor.progress.length > 0);
});

test("counts bypasses at the canonical module", options, async () => {
  await activate();
  const document = await open("app/rm.py");
  const provider = editor.provider("CodeLens", document);
  const [lens] = await provider.provideCodeLenses(document, TOKEN);
  const { command } = await provider.resolveCodeLens(lens, TOKEN);
  assert.deepEqual([command.title, command.command], ["2 bypasses", "editor.action.showReferences"]);
  const [uri, position, places] = command.arguments as [URI, { line: number }, Location[]];
  assert.deepEqual([uri.toString(), position.line], [document.uri.toString(), 0]);
  assert.deepEqual(places.map((each) => path.basename(each.uri.fsPath)).sort(), ["service.py", "use.py"]);
});

test("shows findings in the cells of a notebook", options, async () => {
  await activate();
  const notebook = await editor.openNotebook(path.join(root, "app/explore.ipynb"), ["x = 1", "import app.old\nx"]);
  const [first, second] = notebook.getCells();
  await waitForCode(second.document.uri, "RSS001");
  assert.deepEqual(codes(first.document.uri), []);
});

test("stops and starts the server when settings change", options, async () => {
  await activate();
  const document = await open("app/use.py");
  await waitForCode(document.uri, "RSS002");
  await editor.configure({ "redis-ssot.enable": false });
  assert.deepEqual(codes(document.uri), []);
  await run("redis-ssot.executeAutofix");
  assert.deepEqual(editor.messages, ["Redis SSOT: the server is not running; see Redis SSOT: Show log"]);
  await editor.configure({ "redis-ssot.enable": true, "redis-ssot.diagnosticMode": "openFilesOnly" });
  await waitForCode(document.uri, "RSS002");
  await Promise.all([run("redis-ssot.restart"), run("redis-ssot.restart")]);
  await waitForCode(document.uri, "RSS002");
});

test("shows the log and debug information", options, async () => {
  await activate();
  assert.match(String(await run("redis-ssot.debugInformation")), new RegExp(`project: ${root}/pyproject.toml, 6 files`));
  assert.ok(editor.isLogShown);
  editor.isLogShown = false;
  await run("redis-ssot.showLogs");
  assert.ok(editor.isLogShown);
});

test("asks the Python extension for the interpreter", options, async () => {
  editor.settings = {};
  const executable = { uri: URI.file(await findPython()) };
  let changed: (() => unknown) | undefined;
  const environments = {
    getActiveEnvironmentPath: () => "active",
    resolveEnvironment: async (name: string) => (name === "active" ? { executable } : undefined),
    onDidChangeActiveEnvironmentPath: (listener: () => unknown) => {
      changed = listener;
      return { dispose: () => undefined };
    },
  };
  editor.extensions = { "ms-python.python": { isActive: false, activate: async () => ({ environments }) } };
  await activate();
  assert.ok(editor.log.some((line) => line.startsWith(`starting ${executable.uri.fsPath} -c `)), editor.log.join("\n"));
  await changed?.();
  assert.equal(editor.log.filter((line) => line.startsWith("starting ")).length, 2);
});

async function findPython(): Promise<string> {
  const { execFileSync } = await import("node:child_process");
  return execFileSync(PYTHON, ["-c", "import sys; print(sys.executable)"], { encoding: "utf-8" }).trim();
}

test("says what to do if there is no server", options, async () => {
  const searched = process.env.PATH;
  process.env.PATH = root;
  try {
    editor.settings = { "redis-ssot.path": ["${workspaceFolder}/missing"], "redis-ssot.interpreter": [`${root}/python`] };
    await activate();
  } finally {
    process.env.PATH = searched;
  }
  assert.match(editor.messages[0], /^Redis SSOT: `redis-ssot` was not found\. Install it into the project's environment/);
  assert.ok(editor.log.includes(`redis-ssot.path: ${root}/missing does not exist`), editor.log.join("\n"));
});

test("starts nothing of an untrusted workspace", options, async () => {
  const searched = process.env.PATH;
  process.env.PATH = root;
  try {
    editor.isTrusted = false;
    await activate();
  } finally {
    process.env.PATH = searched;
  }
  assert.match(editor.messages[0], /was not found/);
});

test("imports nothing from the workspace to start", options, async () => {
  const marker = path.join(root, "imported");
  const code = `open(${JSON.stringify(marker)}, "w")\n`;
  for (const name of ["lsprotocol.py", "pygls.py", "flake8_redis_ssot.py"]) {
    fs.writeFileSync(path.join(root, name), code);
  }
  const before = process.cwd();
  process.chdir(root);
  try {
    await activate();
    const document = await open("app/use.py");
    await waitForCode(document.uri, "RSS002");
  } finally {
    process.chdir(before);
  }
  assert.ok(!fs.existsSync(marker));
});

test("starts a program by its path, with arguments", options, async () => {
  const program = path.join(root, "server.sh");
  fs.writeFileSync(program, `#!/bin/sh\necho "$@" > ${root}/arguments\nexec ${PYTHON} -m flake8_redis_ssot server\n`);
  fs.chmodSync(program, 0o755);
  process.env.REDIS_SSOT_TEST_NAME = "server";
  editor.settings = { "redis-ssot.path": ["${workspaceFolder}/${env:REDIS_SSOT_TEST_NAME}.sh"], "redis-ssot.args": ["--stdio"] };
  await activate();
  assert.equal(fs.readFileSync(path.join(root, "arguments"), "utf-8").trim(), "server --stdio");
});
