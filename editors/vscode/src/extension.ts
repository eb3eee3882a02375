/** The extension: it starts the server, restarts it when settings change, and offers its commands. */

import { commands, type Disposable, type ExtensionContext, type LogOutputChannel, window, workspace } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { createClient, runServerCommand } from "./client";
import { findCommand, onInterpreterChanged } from "./command";
import { readSettings, SECTION } from "./settings";

let client: LanguageClient | undefined;
let restarting: Promise<void> = Promise.resolve();

/** Starts the server; resolves when it has answered, or when it is known why it cannot start. */
export async function activate(context: ExtensionContext): Promise<void> {
  const channel = window.createOutputChannel("Redis SSOT", { log: true });
  const restart = () => restartServer(channel);
  context.subscriptions.push(channel, ...registerCommands(channel, restart));
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((event) => (event.affectsConfiguration(SECTION) ? restart() : undefined)),
    workspace.onDidGrantWorkspaceTrust(restart),
  );
  const subscription = await onInterpreterChanged(restart).catch(() => undefined);
  if (subscription) {
    context.subscriptions.push(subscription);
  }
  await restart();
}

/** Stops the server. */
export async function deactivate(): Promise<void> {
  await restarting;
  await stopServer();
}

function registerCommands(channel: LogOutputChannel, restart: () => Promise<void>): Disposable[] {
  return [
    commands.registerCommand("redis-ssot.restart", restart),
    commands.registerCommand("redis-ssot.showLogs", () => channel.show()),
    commands.registerCommand("redis-ssot.executeAutofix", () => fixActiveFile()),
    commands.registerCommand("redis-ssot.executeFixWorkspace", () =>
      report("redis-ssot.fixWorkspace", "no safe fixes in the workspace"),
    ),
    commands.registerCommand("redis-ssot.debugInformation", async () => {
      const text = await runServerCommand<string>("redis-ssot.printDebugInformation");
      channel.show();
      return text;
    }),
  ];
}

async function fixActiveFile(): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document) {
    await report("redis-ssot.applyAutofix", "no safe fixes in this file", { uri: document.uri.toString() });
  }
}

/** Runs a command of the server that changes files, and says so if there was nothing to change. */
async function report(name: string, message: string, ...args: unknown[]): Promise<void> {
  if (!client?.isRunning()) {
    window.showErrorMessage("Redis SSOT: the server is not running; see Redis SSOT: Show log");
  } else if (!(await runServerCommand<boolean>(name, ...args))) {
    window.showInformationMessage(`Redis SSOT: ${message}`);
  }
}

/** Restarts the server with the present settings; of calls at the same time, each waits for the one before. */
function restartServer(channel: LogOutputChannel): Promise<void> {
  restarting = restarting.then(async () => {
    try {
      await stopServer();
      await startServer(channel);
    } catch (error) {
      client = undefined;
      const text = error instanceof Error ? error.message : String(error);
      channel.error(text);
      window.showErrorMessage(`Redis SSOT: ${text}`);
    }
  });
  return restarting;
}

async function startServer(channel: LogOutputChannel): Promise<void> {
  const settings = readSettings();
  if (!settings.enable) {
    channel.info("disabled by `redis-ssot.enable`");
    return;
  }
  const command = await findCommand(settings, (line) => channel.info(line));
  channel.info(`starting ${[command.program, ...command.args].join(" ")}`);
  client = createClient(command, settings.server, channel);
  await client.start();
}

async function stopServer(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}
