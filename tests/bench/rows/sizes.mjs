// The bytes that a page downloads.
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const { BROTLI_PARAM_QUALITY, BROTLI_MAX_QUALITY } = constants;

const WAYS = {
  raw: (data) => data.length,
  "gzip -9": (data) => gzipSync(data, { level: 9 }).length,
  "brotli 11": (data) =>
    brotliCompressSync(data, { params: { [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY } }).length,
};

export async function* run({ sources: { scripts, modules }, wants }) {
  const own = "of ours, the JavaScript without its wasm, gzip -9";
  if (wants(own)) {
    const text = scripts.ours.replace(/"[^"]{10000,}"/, '""');
    if (text === scripts.ours) throw new Error("the wasm was not found in our script");
    const samples = { ours: [WAYS["gzip -9"](Buffer.from(text))] };
    yield { name: own, unit: "B", clients: ["ours"], base: "ours", samples };
  }
  const kinds = {
    "for a script tag": scripts,
    "in a bundle (esbuild, minified)": modules,
  };
  for (const [kind, files] of Object.entries(kinds)) {
    const clients = Object.keys(files).filter((client) => files[client] !== "");
    for (const [way, size] of Object.entries(WAYS)) {
      const name = `${way}, ${kind}`;
      if (!wants(name)) continue;
      const samples = Object.fromEntries(clients.map((client) => [client, [size(Buffer.from(files[client]))]]));
      const cannot = files["jquery.verto"] === undefined ? { "jquery.verto": "is no module" } : {};
      yield { name, unit: "B", clients, base: clients.find((client) => client !== "ours"), samples, cannot };
    }
  }
}
