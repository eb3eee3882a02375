/** The client of the language server. */

import { type CodeLens, commands, Location, type LogOutputChannel, Position, Range, Uri } from "vscode";
import { LanguageClient, type LanguageClientOptions, type Middleware } from "vscode-languageclient/node";

import type { Command } from "./command";
import { SECTION, type ServerSettings } from "./settings";

const LIST_BYPASSES = "redis-ssot.listBypasses";
const SHOW_REFERENCES = "editor.action.showReferences";

/** A client that is not started yet. */
export function createClient(command: Command, settings: ServerSettings, channel: LogOutputChannel): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "python" },
      { scheme: "vscode-notebook-cell", language: "python" },
    ],
    outputChannel: channel,
    initializationOptions: { settings },
    middleware: MIDDLEWARE,
  };
  const executable = { command: command.program, args: command.args };
  return new LanguageClient(SECTION, "Redis SSOT", { run: executable, debug: executable }, options);
}

const MIDDLEWARE: Middleware = {
  provideCodeLenses: async (document, token, next) => (await next(document, token))?.map(withReferences),
  resolveCodeLens: async (lens, token, next) => {
    const resolved = await next(lens, token);
    return resolved && withReferences(resolved);
  },
};

interface WirePosition {
  line: number;
  character: number;
}

interface WireLocation {
  uri: string;
  range: { start: WirePosition; end: WirePosition };
}

/** A lens whose command opens VS Code's list of references, instead of the server's message. */
function withReferences(lens: CodeLens): CodeLens {
  if (lens.command?.command === LIST_BYPASSES) {
    const [uri, position, locations] = lens.command.arguments as [string, WirePosition, WireLocation[]];
    const places = locations.map(
      ({ uri, range }) => new Location(Uri.parse(uri), new Range(toPosition(range.start), toPosition(range.end))),
    );
    lens.command = { ...lens.command, command: SHOW_REFERENCES, arguments: [Uri.parse(uri), toPosition(position), places] };
  }
  return lens;
}

function toPosition({ line, character }: WirePosition): Position {
  return new Position(line, character);
}

/** Runs a command of the server; the answer is undefined if the server does not offer it. */
export function runServerCommand<T>(name: string, ...args: unknown[]): Thenable<T | undefined> {
  return commands.executeCommand<T>(name, ...args);
}
