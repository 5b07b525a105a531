// The browser builds that are measured, from npm and from our package, as text.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const peers = new URL("../node_modules/", import.meta.url);
const { build, transform } = createRequire(new URL("../../package.json", import.meta.url))("esbuild");

const peer = (path) =>
  readFile(new URL(path, peers), "utf8").catch((error) => {
    if (error.code !== "ENOENT") throw error;
    const dir = fileURLToPath(new URL("..", import.meta.url));
    throw new Error(`${path} is missing: \`cargo xtask bench\` installs it, or \`npm ci --ignore-scripts\` in ${dir}`);
  });

/**
 * jquery.verto has no bundle: this is what a page would make of it, with or without its copy of adapter.js, which its
 * calls need in other browsers than Chromium.
 */
async function jqueryVerto(adapter = []) {
  const sources = [...adapter, "jquery.jsonrpcclient.js", "jquery.FSRTC.js", "jquery.verto.js"];
  const verto = await Promise.all(sources.map((name) => peer(`verto/src/${name}`)));
  // It leaves it to the page to bring this method, which jQuery has no longer.
  const joined = ["jQuery.toJSON = JSON.stringify;", ...verto].join("\n;\n");
  const { code } = await transform(joined, { minify: true });
  return `${await peer("jquery/dist/jquery.min.js")}\n;${code}`;
}

/** The scripts for a script tag, by the name of the library. */
export async function scripts(pkg) {
  return {
    nothing: "",
    plain: "",
    ours: await readFile(new URL("verto-min.js", pkg), "utf8"),
    "ours, legacy": await readFile(new URL("verto-legacy-min.js", pkg), "utf8"),
    "ours, cc": await readFile(new URL("verto-cc-min.js", pkg), "utf8"),
    "jquery.verto": await jqueryVerto(),
    "jquery.verto, adapter": await jqueryVerto(["vendor/adapter-latest.js"]),
    signalwire: await peer("@signalwire/js/dist/index.min.js"),
    telnyx: await peer("@telnyx/webrtc/lib/bundle.js"),
    vertojs: await peer("vertojs/dist/index.js"),
  };
}

/** Our package's way in whose wasm is a file of its own, as a bundler would make it. */
export async function slim(pkg) {
  const { code } = await transform(await readFile(new URL("slim.mjs", pkg), "utf8"), { minify: true });
  return { "slim.mjs": code, "verto_bg.wasm": await readFile(new URL("verto_bg.wasm", pkg)) };
}

/** What a bundler makes of an import, by the name of the library; jquery.verto is no module. */
export async function modules(pkg) {
  const imports = {
    nothing: "export {}",
    ours: `export { Verto } from ${JSON.stringify(fileURLToPath(new URL("index.mjs", pkg)))}`,
    signalwire: 'export { Verto } from "@signalwire/js"',
    telnyx: 'export { TelnyxRTC } from "@telnyx/webrtc"',
    vertojs: 'export { Verto } from "vertojs"',
  };
  const made = Object.entries(imports).map(async ([name, contents]) => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
      bundle: true,
      format: "esm",
      minify: true,
      write: false,
      logLevel: "error",
    });
    return [name, outputFiles[0].text];
  });
  return Object.fromEntries(await Promise.all(made));
}
