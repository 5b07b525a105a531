// Prints the sizes and hashes of files of a package: node sizes.mjs DIR FILE...

import { readFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const row = (name, ...cells) => name.padEnd(20) + cells.map((c) => String(c).padStart(10)).join("");

console.log(row("bytes", "raw", "gzip -9", "brotli"));
const [dir, ...files] = process.argv.slice(2);
for (const file of files) {
  const data = readFileSync(path.join(dir, file));
  const gzip = gzipSync(data, { level: 9 }).length;
  const brotli = brotliCompressSync(data).length;
  console.log(row(file, data.length, gzip, brotli));
}

const hashes = JSON.parse(readFileSync(path.join(dir, "integrity.json"), "utf8"));
for (const [file, hash] of Object.entries(hashes)) console.log(file.padEnd(20), hash);
