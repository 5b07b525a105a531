// Bundles pkg-template's entries, the slim one without the wasm module inside.
// Called by `cargo xtask build`: node bundle.mjs ROOT SCRATCH_DIR [--dev]. It takes wasm/ and
// legacy/ of the scratch directory and fills its pkg/.

import { createHash } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { ECMA, asScript, byIdentity } from "./legacy.mjs";
import { pack } from "./pack.mjs";

const [root, scratch, mode] = process.argv.slice(2);
const small = mode !== "--dev";
const tools = createRequire(path.join(root, "tests", "package.json"));
const { build } = tools("esbuild");
const { minify } = tools("terser");
const template = path.join(root, "pkg-template");

const wasmDir = path.join(scratch, "wasm");
const legacyDir = path.join(scratch, "legacy");
const outDir = path.join(scratch, "pkg");
const wasm = path.join(wasmDir, "verto_bg.wasm");
const unpacker = path.join(wasmDir, "unpack.wasm");

// How the module's imports and exports are called: [module, name, name in JavaScript] and
// [name in JavaScript, name]. wasm-opt may have given them short names.
async function namesOf(wasm, short) {
  if (short) {
    const { imports, exports } = JSON.parse(await readFile(wasm.replace(/wasm$/, "names.json")));
    return { imports: imports.map(([, long, short]) => ["a", short, long]), exports };
  }
  const module = new WebAssembly.Module(await readFile(wasm));
  return {
    imports: WebAssembly.Module.imports(module).map(({ module, name }) => [module, name, name]),
    exports: WebAssembly.Module.exports(module).map(({ name }) => [name, name]),
  };
}

// What the module imports, and how it is started.
const linkedTo = (wasm, short, edit = (glue) => glue) => ({
  name: "wasm-bindgen's glue by the module's names",
  async setup(build) {
    const { imports, exports } = await namesOf(wasm, short);
    const names = new Map(exports);
    const filter = /verto_bg\.js$/;
    build.onLoad({ filter }, async ({ path }) => ({
      contents: edit(await readFile(path, "utf8")).replace(
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
        export const start = (exports) => exports.${names.get("__wbindgen_start")}?.();
      `,
    }));
  },
});

// What wasm-bindgen writes for browsers that don't run this package anyway, or for callers that it
// doesn't have. Without `FinalizationRegistry` there is no `WeakRef` either, which we need.
const NEEDLESS = [
  // `free()` and `[Symbol.dispose]()` of a class that only the glue sees
  [/^ {4}__destroy_into_raw\(\) \{\n.*?^ {4}\}\n/ms, ""],
  [/^ {4}free\(\) \{\n.*?^ {4}\}\n/ms, ""],
  [/^if \(Symbol\.dispose\) .*$/m, ""],
  [/\(typeof FinalizationRegistry === 'undefined'\)\n.*\n\s*: new/g, "new"],
  // `TextEncoder` has had `encodeInto` longer than browsers have had what the module needs
  [/^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n.*?^\}\n/ms, ""],
  [/^ {4}if \(realloc === undefined\) \{\n.*?^ {4}\}\n/ms, ""],
  // What `byteLength === 0` says of the other views
  [/(cachedDataViewMemory0\.buffer)\.detached .*\) \{/, "$1 !== wasm.memory.buffer) {"],
];

function modern(glue) {
  return NEEDLESS.reduce((text, [pattern, by]) => {
    if (!text.match(pattern)) throw new Error(`wasm-bindgen's glue has nothing like ${pattern}`);
    return text.replace(pattern, by);
  }, glue);
}

// Only a small module can be packed; else it is base64, without pkg-template/packed.js.
const inlined = {
  name: "wasm as text",
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
      const bytes = await readFile(path);
      const packed = small ? pack(bytes, await readFile(unpacker)) : bytes.toString("base64");
      return { contents: `export default ${JSON.stringify(packed)};` };
    });
    if (small) return;
    build.onLoad({ filter: /packed\.js$/ }, () => ({
      contents: "export const unpack = (text) => Uint8Array.from(atob(text), (byte) => byte.charCodeAt());",
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  // The template's package.json speaks of the package's files, not of its own.
  ignoreAnnotations: true,
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  alias: {
    "verto-wasm-bindgen": path.join(wasmDir, "verto_bg.js"),
    "verto-wasm-binary": wasm,
  },
  plugins: [inlined, linkedTo(wasm, small, small ? modern : undefined)],
};

const entries = [
  { entry: "script.js", out: "verto-min.js", format: "iife", minify: small },
  { entry: "esm.js", out: "index.mjs", format: "esm" },
  // Node finds the named exports of a CommonJS file only as this platform writes them.
  { entry: "esm.js", out: "index.cjs", format: "cjs", platform: "node" },
  { entry: "slim.js", out: "slim.mjs", format: "esm" },
];
if (small) {
  entries.push({
    entry: "legacy.js",
    out: "verto-legacy-min.js",
    format: "iife",
    minify: true,
    ecma: ECMA,
    inject: [path.join(template, "entries", "weak-ref.js")],
    alias: { "verto-wasm-bindgen": path.join(legacyDir, "verto_bg.js") },
    plugins: [linkedTo(path.join(legacyDir, "verto_bg.wasm"), false, byIdentity), asScript(legacyDir)],
  });
}

// Terser finds 6 % more than esbuild in the glue.
async function minifyMore(file, ecma) {
  const options = { ecma, compress: { passes: 3 }, format: { ascii_only: true } };
  const { code } = await minify(await readFile(file, "utf8"), options);
  await writeFile(file, code);
}

// esbuild writes the control characters of a string as they are, and to many tools a file with some
// is no text.
async function escapeControls(file) {
  const text = await readFile(file, "utf8");
  const escape = (character) => `\\x${character.charCodeAt().toString(16).padStart(2, "0")}`;
  await writeFile(file, text.replace(/[\x01-\x08\x0b-\x1f]/g, escape));
}

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
  for (const { entry, out, ecma = 2022, ...options } of entries) {
    await build({
      ...common,
      target: `es${ecma}`,
      minifyWhitespace: small,
      minifySyntax: small,
      ...options,
      entryPoints: [path.join(template, "entries", entry)],
      outfile: path.join(outDir, out),
    });
    await (options.minify ? minifyMore : escapeControls)(path.join(outDir, out), ecma);
  }
  await copyFile(wasm, path.join(outDir, "verto_bg.wasm"));
  await writeIntegrity([...entries.map(({ out }) => out), "verto_bg.wasm"]);
} catch (error) {
  // esbuild has printed its own messages; anything else is ours.
  if (!error.errors) throw error;
  process.exitCode = 1;
}
