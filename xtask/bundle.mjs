// Bundles pkg-template's entries, the slim one without the wasm module inside.
// Called by `cargo xtask build`: node bundle.mjs ROOT WASM_DIR OUT_DIR [--dev]

import { createHash } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { encode } from "./printable.mjs";

const [root, wasmDir, outDir, mode] = process.argv.slice(2);
const small = mode !== "--dev";
const { build } = createRequire(path.join(root, "tests", "package.json"))("esbuild");
const template = path.join(root, "pkg-template");

const wasm = path.join(wasmDir, "verto_bg.wasm");

// How the module's imports and exports are called: [module, name, name in JavaScript] and
// [name in JavaScript, name]. wasm-opt has given them short names, which --dev does without.
async function namesOf(wasm) {
  if (small) {
    const { imports, exports } = JSON.parse(await readFile(wasm.replace(/wasm$/, "names.json")));
    return { imports: imports.map(([, long, short]) => ["a", short, long]), exports };
  }
  const module = new WebAssembly.Module(await readFile(wasm));
  return {
    imports: WebAssembly.Module.imports(module).map(({ module, name }) => [module, name, name]),
    exports: WebAssembly.Module.exports(module).map(({ name }) => [name, name]),
  };
}

const { imports, exports } = await namesOf(wasm);

// What the module imports, and how it is started.
const linked = {
  name: "wasm-bindgen's glue by the module's names",
  setup(build) {
    const names = new Map(exports);
    const filter = /verto_bg\.js$/;
    build.onLoad({ filter }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(
        /\bwasm\.(\w+)/g,
        (all, name) => `wasm.${names.get(name) ?? name}`,
      ),
    }));
    build.onResolve({ filter: /^verto-wasm-link$/ }, ({ path }) => ({ path, namespace: "link" }));
    build.onLoad({ filter: /.*/, namespace: "link" }, () => ({
      resolveDir: root,
      contents: `
        import { ${imports.map(([, , name]) => name)} } from "verto-wasm-bindgen";
        export const imports = { ${JSON.stringify(imports[0][0])}: {
          ${imports.map(([, short, name]) => `${JSON.stringify(short)}: ${name}`)}
        } };
        export const start = (exports) => exports.${names.get("__wbindgen_start")}();
      `,
    }));
  },
};

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
  // The template's package.json speaks of the package's files, not of its own.
  ignoreAnnotations: true,
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  alias: {
    "verto-wasm-bindgen": path.join(wasmDir, "verto_bg.js"),
    "verto-wasm-binary": wasm,
  },
  plugins: [inlined, linked],
};

const entries = [
  { entry: "entry-script.js", out: "verto-min.js", format: "iife", minify: small },
  { entry: "entry-esm.js", out: "index.mjs", format: "esm" },
  // Node finds the named exports of a CommonJS file only as this platform writes them.
  { entry: "entry-esm.js", out: "index.cjs", format: "cjs", platform: "node" },
  { entry: "entry-slim.js", out: "slim.mjs", format: "esm" },
];

// For the `integrity` attribute of pages that take a file from a CDN.
async function writeIntegrity(names) {
  const hashes = {};
  for (const name of names) {
    const hash = createHash("sha384").update(await readFile(path.join(outDir, name)));
    hashes[name] = `sha384-${hash.digest("base64")}`;
  }
  await writeFile(path.join(outDir, "integrity.json"), `${JSON.stringify(hashes, null, 2)}\n`);
}

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
  await copyFile(wasm, path.join(outDir, "verto_bg.wasm"));
  await writeIntegrity(["verto-min.js", "index.mjs", "slim.mjs", "verto_bg.wasm"]);
} catch (error) {
  // esbuild has printed its own messages; anything else is ours.
  if (!error.errors) throw error;
  process.exitCode = 1;
}
