/** The command that starts the server: `redis-ssot`, or the module in a Python environment. */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { extensions, workspace } from "vscode";

import type { ExtensionSettings } from "./settings";

const run = promisify(execFile);
// The workspace is not searched for modules, as `python -m` would do.
const WITHOUT_WORKSPACE = "import sys; sys.path[:] = [each for each in sys.path if each]";
const START = `${WITHOUT_WORKSPACE}; from flake8_redis_ssot.cli.main import run; run()`;
const PROBE = `${WITHOUT_WORKSPACE}; import flake8_redis_ssot.lsp.features`;
const PROGRAM = "redis-ssot";
const TIMEOUT = 30_000; // milliseconds

export interface Command {
  program: string;
  args: string[];
}

/** The command for some settings. Throws an Error that says what to do if there is none. */
export async function findCommand(settings: ExtensionSettings, log: (line: string) => void): Promise<Command> {
  const serverArgs = ["server", ...settings.args];
  const existing = settings.path.find((each) => fs.existsSync(each));
  if (existing) {
    return { program: existing, args: serverArgs };
  }
  for (const missing of settings.path) {
    log(`redis-ssot.path: ${missing} does not exist`);
  }
  if (settings.importStrategy === "fromEnvironment" && workspace.isTrusted) {
    for (const interpreter of await findInterpreters(settings)) {
      const problem = await explainMissingModule(interpreter);
      if (problem === undefined) {
        return { program: interpreter[0], args: [...interpreter.slice(1), "-c", START, ...serverArgs] };
      }
      log(`${interpreter.join(" ")}: ${problem}`);
    }
  }
  const onPath = findOnPath(PROGRAM);
  if (onPath) {
    return { program: onPath, args: serverArgs };
  }
  throw new Error(
    `\`${PROGRAM}\` was not found. Install it into the project's environment ` +
      "(pip install 'flake8-redis-ssot[server]') and select its interpreter, or set `redis-ssot.path`.",
  );
}

/** The interpreters to try, each with its arguments. */
async function findInterpreters(settings: ExtensionSettings): Promise<string[][]> {
  if (settings.interpreter.length > 0) {
    return [settings.interpreter];
  }
  const selected = await findSelectedInterpreter();
  const others = ["python3", "python"].map(findOnPath);
  return [selected, ...others].filter((each) => each !== undefined).map((each) => [each]);
}

/** The interpreter that the Python extension has selected, if that extension is installed. */
async function findSelectedInterpreter(): Promise<string | undefined> {
  const extension = extensions.getExtension("ms-python.python");
  if (!extension) {
    return undefined;
  }
  const api = extension.isActive ? extension.exports : await extension.activate();
  const resource = workspace.workspaceFolders?.[0]?.uri;
  const environment = await api?.environments?.resolveEnvironment(api.environments.getActiveEnvironmentPath(resource));
  return environment?.executable?.uri?.fsPath;
}

/** Subscribes to changes of the interpreter that the Python extension has selected. */
export async function onInterpreterChanged(listener: () => void): Promise<{ dispose(): void } | undefined> {
  const extension = extensions.getExtension("ms-python.python");
  const api = extension?.isActive ? extension.exports : await extension?.activate();
  return api?.environments?.onDidChangeActiveEnvironmentPath?.(listener);
}

/** Why an interpreter cannot start the server; undefined if it can. */
async function explainMissingModule(interpreter: string[]): Promise<string | undefined> {
  try {
    await run(interpreter[0], [...interpreter.slice(1), "-c", PROBE], { timeout: TIMEOUT });
    return undefined;
  } catch (error) {
    const output = (error as { stderr?: string }).stderr?.trim() || String(error);
    return output.split("\n").pop();
  }
}

function findOnPath(program: string): string | undefined {
  const suffixes = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders
    .flatMap((folder) => suffixes.map((suffix) => path.join(folder, program + suffix)))
    .find((file) => fs.existsSync(file));
}
