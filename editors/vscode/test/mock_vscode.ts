/**
 * What stands in for VS Code in the tests: the part of the module `vscode` that the extension and the client library use.
 *
 * Both are the real ones, and so is the server; only the editor is not: documents, settings, commands and providers are
 * kept here. Loaded by `node --require`, it also answers `require("vscode")`. Classes that are not listed are empty.
 */

import * as fs from "node:fs";
import Module from "node:module";
import { TextDocument as Text } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";

type Listener<T> = (event: T) => unknown;

export class Disposable {
  constructor(private readonly callback: () => unknown = () => undefined) {}
  dispose(): unknown {
    return this.callback();
  }
  static from(...items: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => items.forEach((each) => each.dispose()));
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>, thisArg?: unknown, disposables?: Disposable[]): Disposable => {
    const bound = thisArg === undefined ? listener : listener.bind(thisArg);
    this.listeners.add(bound);
    const disposable = new Disposable(() => this.listeners.delete(bound));
    disposables?.push(disposable);
    return disposable;
  };
  async fire(event: T): Promise<void> {
    for (const listener of [...this.listeners]) {
      await listener(event);
    }
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Position {
  constructor(readonly line: number, readonly character: number) {}
  isEqual(other: Position): boolean {
    return this.line === other.line && this.character === other.character;
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(...args: [Position, Position] | [number, number, number, number]) {
    const isNumbers = args.length === 4;
    this.start = isNumbers ? new Position(args[0], args[1]) : args[0];
    this.end = isNumbers ? new Position(args[2], args[3]) : args[1];
  }
}

export class Location {
  constructor(readonly uri: URI, readonly range: Range) {}
}

class Diagnostic {
  constructor(readonly range: Range, readonly message: string, readonly severity: number) {}
}

class DiagnosticRelatedInformation {
  constructor(readonly location: Location, readonly message: string) {}
}

class CodeAction {
  constructor(readonly title: string, readonly kind?: unknown) {}
}

class CodeLens {
  constructor(readonly range: Range, public command?: unknown) {}
}

class CodeActionKind {
  constructor(readonly value: string) {}
  append(part: string): CodeActionKind {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
  static readonly Empty = new CodeActionKind("");
  static readonly QuickFix = new CodeActionKind("quickfix");
  static readonly Refactor = new CodeActionKind("refactor");
  static readonly RefactorExtract = new CodeActionKind("refactor.extract");
  static readonly RefactorInline = new CodeActionKind("refactor.inline");
  static readonly RefactorRewrite = new CodeActionKind("refactor.rewrite");
  static readonly Source = new CodeActionKind("source");
  static readonly SourceOrganizeImports = new CodeActionKind("source.organizeImports");
}

export class TextEdit {
  constructor(readonly range: Range, readonly newText: string) {}
}

export class WorkspaceEdit {
  private readonly edits = new Map<string, TextEdit[]>();
  set(uri: URI, edits: (TextEdit | [TextEdit, unknown])[]): void {
    this.edits.set(uri.toString(), edits.map((each) => (Array.isArray(each) ? each[0] : each)));
  }
  replace(uri: URI, range: Range, text: string): void {
    this.edits.set(uri.toString(), [...(this.edits.get(uri.toString()) ?? []), new TextEdit(range, text)]);
  }
  entries(): [URI, TextEdit[]][] {
    return [...this.edits].map(([uri, edits]) => [URI.parse(uri), edits]);
  }
}

class CancellationTokenSource {
  private readonly emitter = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.emitter.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    void this.emitter.fire();
  }
  dispose(): void {
    this.emitter.dispose();
  }
}

/** A document as an extension sees it. */
export class Document {
  isClosed = false;
  notebook?: Notebook;
  private text: Text;
  constructor(readonly uri: URI, readonly languageId: string, content: string) {
    this.text = Text.create(uri.toString(), languageId, 1, content);
  }
  get version(): number {
    return this.text.version;
  }
  get fileName(): string {
    return this.uri.fsPath;
  }
  get lineCount(): number {
    return this.text.lineCount;
  }
  getText(range?: Range): string {
    return this.text.getText(range);
  }
  offsetAt(position: Position): number {
    return this.text.offsetAt(position);
  }
  /** Applies edits that do not overlap, and tells the listeners. */
  async edit(edits: TextEdit[]): Promise<void> {
    const changes = [...edits]
      .sort((one, other) => this.offsetAt(other.range.start) - this.offsetAt(one.range.start))
      .map(({ range, newText }) => {
        const rangeOffset = this.offsetAt(range.start);
        return { range, rangeOffset, rangeLength: this.offsetAt(range.end) - rangeOffset, text: newText };
      });
    Text.update(this.text, changes, this.version + 1);
    await events.onDidChangeTextDocument.fire({ document: this, contentChanges: changes, reason: undefined });
  }
}

export interface Cell {
  kind: number;
  document: Document;
  index: number;
  notebook: Notebook;
  metadata: object;
}

export interface Notebook {
  uri: URI;
  notebookType: string;
  version: number;
  isDirty: boolean;
  metadata: object;
  getCells(): Cell[];
}

const EVENTS = [
  "onDidChangeActiveTextEditor", "onDidChangeConfiguration", "onDidChangeNotebookDocument",
  "onDidChangeTextDocument", "onDidChangeVisibleTextEditors", "onDidChangeWorkspaceFolders",
  "onDidCloseNotebookDocument", "onDidCloseTextDocument", "onDidCreateFiles", "onDidDeleteFiles",
  "onDidGrantWorkspaceTrust", "onDidOpenNotebookDocument", "onDidOpenTextDocument", "onDidRenameFiles",
  "onDidSaveNotebookDocument", "onDidSaveTextDocument", "onWillCreateFiles", "onWillDeleteFiles",
  "onWillRenameFiles", "onWillSaveTextDocument",
] as const;
const events = Object.fromEntries(EVENTS.map((name) => [name, new EventEmitter<unknown>()])) as Record<
  (typeof EVENTS)[number],
  EventEmitter<unknown>
>;
const listen = Object.fromEntries(EVENTS.map((name) => [name, events[name].event]));

interface Filter {
  language?: string;
  scheme?: string;
  notebookType?: string;
}

function matches(selector: string | Filter | (string | Filter)[], document: Document): number {
  const filters = Array.isArray(selector) ? selector : [selector];
  const isMatch = (filter: string | Filter) =>
    typeof filter === "string"
      ? filter === "*" || filter === document.languageId
      : (!filter.language || filter.language === document.languageId) &&
        (!filter.scheme || filter.scheme === document.uri.scheme) &&
        (!filter.notebookType || filter.notebookType === document.notebook?.notebookType);
  return filters.some(isMatch) ? 10 : 0;
}

interface Provider {
  selector: string | Filter | (string | Filter)[];
  // biome-ignore lint: providers of all kinds
  provider: any;
}

/** What a test sees and sets. */
export class Editor {
  documents: Document[] = [];
  notebooks: Notebook[] = [];
  folders: { uri: URI; name: string; index: number }[] = [];
  settings: Record<string, unknown> = {};
  isTrusted = true;
  extensions: Record<string, unknown> = {};
  activeDocument?: Document;
  readonly collections: Map<string, { uri: URI; items: Diagnostic[] }>[] = [];
  readonly messages: string[] = [];
  readonly log: string[] = [];
  readonly progress: string[] = [];
  readonly commands = new Map<string, (...args: unknown[]) => unknown>();
  readonly providers: Record<string, Provider[]> = {};
  isLogShown = false;
  readonly events = events;

  /** The diagnostics of a document in all collections: `code line message`, 0-based. */
  // biome-ignore lint: the diagnostics of the client library have more fields
  diagnostics(uri: URI): any[] {
    return this.collections.flatMap((each) => each.get(uri.toString())?.items ?? []);
  }

  async open(file: string, languageId = "python"): Promise<Document> {
    const document = new Document(URI.file(file), languageId, fs.readFileSync(file, "utf-8"));
    this.documents.push(document);
    this.activeDocument = document;
    await events.onDidOpenTextDocument.fire(document);
    await events.onDidChangeActiveTextEditor.fire({ document });
    return document;
  }

  async openNotebook(file: string, texts: string[]): Promise<Notebook> {
    const cells: Cell[] = [];
    const notebook: Notebook = {
      uri: URI.file(file), notebookType: "jupyter-notebook", version: 1, isDirty: false, metadata: {},
      getCells: () => cells,
    };
    texts.forEach((text, index) => {
      const uri = URI.file(file).with({ scheme: "vscode-notebook-cell", fragment: `W${index}` });
      const document = new Document(uri, "python", text);
      document.notebook = notebook;
      cells.push({ kind: 2, document, index, notebook, metadata: {} });
      this.documents.push(document);
    });
    this.notebooks.push(notebook);
    await events.onDidOpenNotebookDocument.fire(notebook);
    return notebook;
  }

  async close(document: Document): Promise<void> {
    document.isClosed = true;
    this.documents = this.documents.filter((each) => each !== document);
    await events.onDidCloseTextDocument.fire(document);
  }

  async configure(settings: Record<string, unknown>): Promise<void> {
    Object.assign(this.settings, settings);
    await events.onDidChangeConfiguration.fire({ affectsConfiguration: (name: string) => name === "redis-ssot" });
  }

  /** The provider of a kind, such as `CodeActions`, for a document. */
  // biome-ignore lint: providers of all kinds
  provider(kind: string, document: Document): any {
    return this.providers[kind]?.find((each) => matches(each.selector, document))?.provider;
  }

  async applyEdit(edit: WorkspaceEdit): Promise<boolean> {
    for (const [uri, edits] of edit.entries()) {
      const opened = this.documents.find((each) => each.uri.toString() === uri.toString());
      await (opened ?? (await this.open(uri.fsPath))).edit(edits);
    }
    return true;
  }
}

export const editor = new Editor();

function getConfiguration(section = ""): object {
  const get = (key: string, fallback?: unknown) => editor.settings[section ? `${section}.${key}` : key] ?? fallback;
  return { get, has: (key: string) => get(key) !== undefined, inspect: () => undefined, update: async () => undefined };
}

function createDiagnosticCollection(name: string): object {
  const items = new Map<string, { uri: URI; items: Diagnostic[] }>();
  editor.collections.push(items);
  return {
    name,
    set: (uri: URI, found?: Diagnostic[]) => items.set(uri.toString(), { uri, items: found ?? [] }),
    delete: (uri: URI) => items.delete(uri.toString()),
    get: (uri: URI) => items.get(uri.toString())?.items,
    has: (uri: URI) => items.has(uri.toString()),
    clear: () => items.clear(),
    forEach: (callback: (uri: URI, found: Diagnostic[]) => void) => items.forEach((each) => callback(each.uri, each.items)),
    dispose: () => items.clear(),
  };
}

function createOutputChannel(name: string): object {
  const append = (line: string) => editor.log.push(line);
  const levels = Object.fromEntries(["trace", "debug", "info", "warn", "error"].map((level) => [level, append]));
  return {
    name, ...levels, logLevel: 3, onDidChangeLogLevel: new EventEmitter().event, append, appendLine: append,
    show: () => (editor.isLogShown = true), hide: () => undefined, clear: () => undefined, dispose: () => undefined,
  };
}

const showMessage = async (message: string): Promise<undefined> => {
  editor.messages.push(message);
  return undefined;
};

const languages = new Proxy({ createDiagnosticCollection, match: matches } as Record<string, unknown>, {
  get(target, name: string) {
    const kind = /^register(.+)Provider$/.exec(name)?.[1];
    if (!kind) {
      return target[name];
    }
    return (selector: Provider["selector"], provider: unknown) => {
      const entry = { selector, provider };
      editor.providers[kind] = [...(editor.providers[kind] ?? []), entry];
      return new Disposable(() => (editor.providers[kind] = editor.providers[kind].filter((each) => each !== entry)));
    };
  },
});

const workspace = {
  ...listen,
  get textDocuments() { return editor.documents; },
  get notebookDocuments() { return editor.notebooks; },
  get workspaceFolders() { return editor.folders; },
  get isTrusted() { return editor.isTrusted; },
  getConfiguration,
  getWorkspaceFolder: (uri: URI) => editor.folders.find((each) => uri.fsPath.startsWith(each.uri.fsPath)),
  applyEdit: (edit: WorkspaceEdit) => editor.applyEdit(edit),
  createFileSystemWatcher: () => {
    const { event } = new EventEmitter<URI>();
    return { onDidCreate: event, onDidChange: event, onDidDelete: event, dispose: () => undefined };
  },
  registerTextDocumentContentProvider: () => new Disposable(),
  fs: {},
};

const tabGroups = { all: [], activeTabGroup: { tabs: [] }, onDidChangeTabs: new EventEmitter().event, onDidChangeTabGroups: new EventEmitter().event };
const window = {
  ...listen,
  get activeTextEditor() { return editor.activeDocument && { document: editor.activeDocument }; },
  get visibleTextEditors() { return editor.activeDocument ? [{ document: editor.activeDocument }] : []; },
  tabGroups,
  createOutputChannel,
  showErrorMessage: showMessage,
  showInformationMessage: showMessage,
  showWarningMessage: showMessage,
  withProgress: async (options: { title?: string }, task: (...args: unknown[]) => unknown) => {
    editor.progress.push(options.title ?? "");
    const report = (step: { message?: string }) => editor.progress.push(step.message ?? "");
    return task({ report }, new CancellationTokenSource().token);
  },
};

const commands = {
  registerCommand(name: string, run: (...args: unknown[]) => unknown) {
    if (editor.commands.has(name)) {
      throw new Error(`command '${name}' already exists`);
    }
    editor.commands.set(name, run);
    return new Disposable(() => editor.commands.delete(name));
  },
  async executeCommand(name: string, ...args: unknown[]) {
    const run = editor.commands.get(name);
    if (!run) {
      throw new Error(`command '${name}' not found`);
    }
    return run(...args);
  },
};

const enumerated = (...names: string[]) => Object.fromEntries(names.flatMap((name, index) => [[name, index], [index, name]]));
const api: Record<string, unknown> = {
  CancellationTokenSource, CodeAction, CodeActionKind, CodeLens, Diagnostic, DiagnosticRelatedInformation, Disposable,
  EventEmitter, Location, Position, Range, TextEdit, Uri: URI, WorkspaceEdit, commands, languages, window, workspace,
  DiagnosticSeverity: enumerated("Error", "Warning", "Information", "Hint"),
  CodeActionTriggerKind: { Invoke: 1, Automatic: 2 },
  NotebookCellKind: { Markup: 1, Code: 2 },
  LogLevel: enumerated("Off", "Trace", "Debug", "Info", "Warning", "Error"),
  env: { language: "en", appName: "tests", openExternal: async () => true },
  extensions: { getExtension: (name: string) => editor.extensions[name] },
  version: "1.91.0",
  editor,
};

/** Other classes are empty, and the members of other enumerations are 0: the tests use no feature that needs them. */
const OTHERS = `
  CallHierarchyIncomingCall CallHierarchyItem CallHierarchyOutgoingCall CancellationError Color ColorInformation
  ColorPresentation Command CompletionItem CompletionItemKind CompletionItemTag CompletionList CompletionTriggerKind
  DiagnosticTag DocumentHighlight DocumentHighlightKind DocumentLink DocumentSymbol FileType FoldingRange FoldingRangeKind
  Hover InlayHint InlayHintKind InlayHintLabelPart InlineCompletionItem InlineCompletionList InlineCompletionTriggerKind
  InlineValueEvaluatableExpression InlineValueText InlineValueVariableLookup LinkedEditingRanges MarkdownString
  ParameterInformation ProgressLocation RelativePattern SelectionRange SemanticTokens SemanticTokensEdit
  SemanticTokensEdits SignatureHelp SignatureHelpTriggerKind SignatureInformation SnippetString SnippetTextEdit
  SymbolInformation SymbolKind SymbolTag TabInputCustom TabInputNotebook TabInputNotebookDiff TabInputText TabInputTextDiff
  TextDocumentChangeReason TextDocumentSaveReason TypeHierarchyItem
`;
for (const name of OTHERS.trim().split(/\s+/)) {
  const empty = class {};
  api[name] = new Proxy(empty, { get: (target, key) => (key in target ? Reflect.get(target, key) : 0) });
}

const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const load = loader._load;
loader._load = (request, ...rest) => (request === "vscode" ? api : load.call(Module, request, ...rest));
