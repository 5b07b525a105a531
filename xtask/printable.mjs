// Writes bytes as pkg-template/printable.js reads them.

import { ALPHABET, PAIRS, TABLE, decode } from "../pkg-template/printable.js";

export function encode(bytes) {
  const count = new Array(TABLE / 2).fill(0);
  for (const byte of bytes) count[byte]++;
  const table = count.map((_, byte) => byte).sort((a, b) => count[b] - count[a] || a - b);
  const singles = ALPHABET.length - PAIRS;
  const text = [];
  table.forEach((byte, place) => {
    const rest = place - singles;
    text[byte] =
      rest < 0
        ? ALPHABET[PAIRS + place]
        : ALPHABET[Math.floor(rest / ALPHABET.length)] + ALPHABET[rest % ALPHABET.length];
  });
  const hex = table.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const encoded = hex + Array.from(bytes, (byte) => text[byte]).join("");
  if (Buffer.compare(Buffer.from(decode(encoded)), Buffer.from(bytes)) !== 0) {
    throw new Error("the encoded wasm does not read back as it was");
  }
  return encoded;
}
