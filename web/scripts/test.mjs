// test.mjs: runs the unit tests in tests/ with node's own runner.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const tests = readdirSync(join(web, "tests")).filter((name) => /\.test\.tsx?$/.test(name));
const folder = mkdtempSync(join(web, "target", "tests-"));
try {
  await build({
    entryPoints: tests.map((name) => join(web, "tests", name)),
    bundle: true, outdir: folder, outExtension: { ".js": ".mjs" }, platform: "node", format: "esm", target: "node18",
    jsx: "automatic", jsxImportSource: "preact", sourcemap: "inline", logLevel: "warning",
  });
  const files = tests.map((name) => join(folder, name.replace(/\.tsx?$/, ".mjs")));
  const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
