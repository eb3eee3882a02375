/** The settings of the extension, with variables replaced. */

import * as os from "node:os";
import * as path from "node:path";
import { workspace, type WorkspaceFolder } from "vscode";

export const SECTION = "redis-ssot";

/** What the server is sent when it starts; see `docs/editors.md`. */
export interface ServerSettings {
  configuration: string;
  diagnosticMode: "workspace" | "openFilesOnly";
  fixAll: boolean;
  disableRuleComment: boolean;
  codeLens: boolean;
  logLevel: "error" | "warning" | "info" | "debug";
}

export interface ExtensionSettings {
  enable: boolean;
  importStrategy: "fromEnvironment" | "fromPath";
  /** Executables, of which the first that exists is used. */
  path: string[];
  /** An interpreter and its arguments; empty if the Python extension decides. */
  interpreter: string[];
  args: string[];
  server: ServerSettings;
}

/** The settings now. In an untrusted workspace, VS Code leaves out those of the workspace that name programs. */
export function readSettings(): ExtensionSettings {
  const folder = workspace.workspaceFolders?.[0];
  const values = workspace.getConfiguration(SECTION, folder?.uri);
  const list = (key: string): string[] =>
    (values.get<string[]>(key) ?? []).map((value) => replaceVariables(value, folder));
  return {
    enable: values.get("enable", true),
    importStrategy: values.get("importStrategy", "fromEnvironment"),
    path: list("path"),
    interpreter: list("interpreter"),
    args: list("args"),
    server: {
      configuration: replaceVariables(values.get<string | null>("configuration") ?? "", folder),
      diagnosticMode: values.get("diagnosticMode", "workspace"),
      fixAll: values.get("fixAll", true),
      disableRuleComment: values.get("codeAction.disableRuleComment", { enable: true }).enable,
      codeLens: values.get("codeLens.enable", true),
      logLevel: values.get("logLevel", "info"),
    },
  };
}

/** A value with `${workspaceFolder}`, `${userHome}`, `${env:NAME}` and a leading `~` replaced. */
export function replaceVariables(value: string, folder: WorkspaceFolder | undefined): string {
  const replaced = value
    .replace(/\$\{workspaceFolder\}/g, () => folder?.uri.fsPath ?? process.cwd())
    .replace(/\$\{userHome\}/g, () => os.homedir())
    .replace(/\$\{env:([^}]+)\}/g, (_, name: string) => process.env[name] ?? "");
  return replaced === "~" || replaced.startsWith("~/") ? path.join(os.homedir(), replaced.slice(1)) : replaced;
}
