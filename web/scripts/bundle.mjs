// bundle.mjs [OUT]: makes the page from src/ and target/steeple.wasm: one file that loads nothing.
import { gzipSync } from "node:zlib";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = process.argv[2] ?? join(web, "target", "explorer.html");

/** A script as one text, for this kind of page. */
async function script(entry) {
  const made = await build({
    entryPoints: [join(web, "src", entry)],
    bundle: true, write: false, minify: true, format: "iife", target: "es2022", jsx: "automatic", jsxImportSource: "preact",
    legalComments: "none", charset: "utf8",
  });
  // The end of a script in a page.
  return made.outputFiles[0].text.replaceAll("</script", "<\\/script").trim();
}

const parts = {
  // What the licence of preact asks for.
  NOTICE: readFileSync(join(web, "node_modules", "preact", "LICENSE"), "utf8").replaceAll("--", "- -").trim(),
  STYLE: readFileSync(join(web, "src", "style.css"), "utf8"),
  WORKER: await script("engine/worker.ts"),
  MODULE: gzipSync(readFileSync(join(web, "target", "steeple.wasm")), { level: 9 }).toString("base64"),
  PAGE: await script("main.tsx"),
};
let page = readFileSync(join(web, "src", "page.html"), "utf8");
for (const [name, text] of Object.entries(parts)) {
  const [before, after, ...more] = page.split(`%${name}%`);
  if (after === undefined || more.length > 0) throw new Error(`page.html must name %${name}% once`);
  page = before + text + after;
}
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, page);
// The program carries it like this.
const packed = gzipSync(page, { level: 9 });
writeFileSync(`${out}.gz`, packed);
console.log(`${out}: ${Buffer.byteLength(page)} bytes, ${packed.length} with gzip`);
