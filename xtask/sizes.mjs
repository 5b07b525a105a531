// Writes the hashes of a package's files to its integrity.json, for the `integrity` attribute of pages
// that take a file from a CDN, and prints them and the sizes: node sizes.mjs DIR FILE...

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const row = (name, ...cells) => name.padEnd(20) + cells.map((c) => String(c).padStart(10)).join("");

console.log(row("bytes", "raw", "gzip -9", "brotli"));
const [dir, ...files] = process.argv.slice(2);
const hashes = {};
for (const file of files) {
  const data = readFileSync(path.join(dir, file));
  const gzip = gzipSync(data, { level: 9 }).length;
  const brotli = brotliCompressSync(data).length;
  console.log(row(file, data.length, gzip, brotli));
  hashes[file] = `sha384-${createHash("sha384").update(data).digest("base64")}`;
}
writeFileSync(path.join(dir, "integrity.json"), `${JSON.stringify(hashes, null, 2)}\n`);
for (const [file, hash] of Object.entries(hashes)) console.log(file.padEnd(20), hash);
