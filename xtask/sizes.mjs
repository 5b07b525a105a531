// Prints the sizes of files: node sizes.mjs FILE...

import { readFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const row = (name, ...cells) => name.padEnd(16) + cells.map((c) => String(c).padStart(10)).join("");

console.log(row("bytes", "raw", "gzip -9", "brotli"));
for (const file of process.argv.slice(2)) {
  const data = readFileSync(file);
  const gzip = gzipSync(data, { level: 9 }).length;
  const brotli = brotliCompressSync(data).length;
  console.log(row(path.basename(file), data.length, gzip, brotli));
}
