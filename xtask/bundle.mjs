// Bundles pkg-template's entries, the slim one without the wasm module inside, and those of the
// call centre without telephone calls.
// Called by `cargo xtask build`: node bundle.mjs ROOT SCRATCH_DIR [--dev | --modern]. It takes
// wasm/, small/, cc/ and, without those options, legacy/ of the scratch directory, and fills its pkg/.

import { copyFile, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { ECMA, asScript, byIdentity } from "./legacy.mjs";

const [root, scratch, mode] = process.argv.slice(2);
const minify = mode !== "--dev";
const { build } = createRequire(path.join(root, "tests", "package.json"))("esbuild");

const inEntries = (name) => path.join(root, "pkg-template", "entries", name);

const smallDir = path.join(scratch, "small");
const legacyDir = path.join(scratch, "legacy");
const outDir = path.join(scratch, "pkg");

/**
 * Links wasm-bindgen's glue, and what starts the module, to a module whose imports and exports are called
 * as names.json of this directory says.
 */
const linkedTo = (dir, edit = (glue) => glue) => ({
  name: "wasm-bindgen's glue by the module's names",
  async setup(build) {
    const { imports, exports } = JSON.parse(await readFile(path.join(dir, "names.json"), "utf8"));
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

/** Links the entries to the core in a directory. */
const core = (dir) => ({
  alias: {
    "verto-wasm-bindgen": path.join(dir, "wasm", "verto_bg.js"),
    "verto-wasm-binary": path.join(dir, "small", "module.js"),
  },
  plugins: [linkedTo(path.join(dir, "small"))],
});

/** Puts what makes no calls in the place of what makes them. */
const withoutCalls = {
  name: "without telephone calls",
  setup(build) {
    build.onResolve({ filter: /\/(caller|phone)\.js$/ }, ({ path: file, resolveDir }) => ({
      path: path.join(resolveDir, path.dirname(file), `no-${path.basename(file)}`),
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
  inject: [inEntries("realm.js")],
  ...core(scratch),
};

const callCentre = core(path.join(scratch, "cc"));
callCentre.plugins.push(withoutCalls);

const entries = [
  { entry: "script.js", out: "verto-min.js", format: "iife", minify },
  { entry: "esm.js", out: "index.mjs", format: "esm" },
  // Node finds the named exports of a CommonJS file only as this platform writes them.
  { entry: "esm.js", out: "index.cjs", format: "cjs", platform: "node" },
  { entry: "slim.js", out: "slim.mjs", format: "esm" },
  { entry: "script.js", out: "verto-cc-min.js", format: "iife", minify, ...callCentre },
  { entry: "esm.js", out: "cc.mjs", format: "esm", ...callCentre },
];
if (!mode) {
  entries.push({
    entry: "legacy.js",
    out: "verto-legacy-min.js",
    format: "iife",
    minify,
    ecma: ECMA,
    // What esbuild makes of private methods asks the page for this each time. Taken once, it is the
    // browser's, or what replaced it fails while the script loads and names itself.
    banner: { js: "((WeakSet) => {" },
    footer: { js: "})(WeakSet);" },
    inject: [inEntries("realm.js"), inEntries("weak-ref.js")],
    alias: { "verto-wasm-bindgen": path.join(legacyDir, "verto_bg.js") },
    plugins: [linkedTo(legacyDir, byIdentity), asScript(legacyDir)],
  });
}

// esbuild writes the control characters of a string as they are, and to many tools a file with some
// is no text.
async function escapeControls(file) {
  const text = await readFile(file, "utf8");
  const escape = (character) => `\\x${character.charCodeAt().toString(16).padStart(2, "0")}`;
  await writeFile(file, text.replace(/[\x01-\x08\x0b-\x1f]/g, escape));
}

try {
  for (const { entry, out, ecma = 2022, ...options } of entries) {
    const outfile = path.join(outDir, out);
    await build({
      ...common,
      target: `es${ecma}`,
      minifyWhitespace: minify,
      minifySyntax: minify,
      ...options,
      entryPoints: [inEntries(entry)],
      outfile,
    });
    await escapeControls(outfile);
  }
  await copyFile(path.join(smallDir, "module.wasm"), path.join(outDir, "verto_bg.wasm"));
} catch (error) {
  // esbuild has printed its own messages; anything else is ours.
  if (!error.errors) throw error;
  process.exitCode = 1;
}
