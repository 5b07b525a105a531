// Bundles pkg-template's entries with the wasm module inside them.
// Called by `cargo xtask build`: node bundle.mjs ROOT WASM_DIR OUT_DIR [--dev]

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { encode } from "./printable.mjs";

const [root, wasmDir, outDir, mode] = process.argv.slice(2);
const small = mode !== "--dev";
const { build } = createRequire(path.join(root, "tests", "package.json"))("esbuild");
const template = path.join(root, "pkg-template");

const inlined = {
  name: "wasm as text",
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({
      contents: `export default ${JSON.stringify(encode(await readFile(path)))};`,
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  alias: {
    "verto-wasm-bindgen": path.join(wasmDir, "verto_bg.js"),
    "verto-wasm-binary": path.join(wasmDir, "verto_bg.wasm"),
  },
  plugins: [inlined],
};

const entries = [
  { entry: "entry-script.js", out: "verto-min.js", format: "iife", minify: small },
  { entry: "entry-esm.js", out: "index.mjs", format: "esm" },
  // Node finds the named exports of a CommonJS file only as this platform writes them.
  { entry: "entry-esm.js", out: "index.cjs", format: "cjs", platform: "node" },
];

try {
  for (const { entry, out, ...options } of entries) {
    await build({
      ...common,
      minifyWhitespace: small,
      minifySyntax: small,
      ...options,
      entryPoints: [path.join(template, entry)],
      outfile: path.join(outDir, out),
    });
  }
} catch (error) {
  // esbuild has printed its own messages; anything else is ours.
  if (!error.errors) throw error;
  process.exitCode = 1;
}
