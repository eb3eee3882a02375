/** Bundles the extension, with the licences of what is bundled: `node scripts/build.mjs [--minify]`. */

import * as fs from "node:fs";
import * as path from "node:path";
import { build } from "esbuild";

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: process.argv.includes("--minify"),
  sourcemap: true,
  metafile: true,
});

/** The folder of the package that a file belongs to. */
const packageOf = (file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
const packages = [...new Set(Object.keys(metafile.inputs).map(packageOf).filter(Boolean))].sort();
const notices = packages.map((folder) => {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf-8"));
  const file = fs.readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version} (${license})\n\n${file ? fs.readFileSync(path.join(folder, file), "utf-8").trim() : ""}\n`;
});
fs.writeFileSync("out/THIRD_PARTY_LICENSES.txt", notices.join(`\n${"-".repeat(80)}\n\n`));
