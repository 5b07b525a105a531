// Bytes as printable ASCII, for wasm inside a script: the most frequent bytes are one
// character each and the others two. Unlike base64, in which a repeated sequence of bytes
// looks different each time, gzip makes of it as little as of the bytes themselves (a
// quarter less than of base64), and the script is smaller before that.

// Not in it: what a string or an inline script could trip over.
export const ALPHABET = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((character) => !"\"'\\`<".includes(character))
  .join("");
/** How many characters begin a pair. */
export const PAIRS = 2;
/** How long the table of bytes is, in hex, most frequent first, that the text begins with. */
export const TABLE = 512;

export function decode(text) {
  const table = [];
  for (let i = 0; i < TABLE; i += 2) table.push(parseInt(text.slice(i, i + 2), 16));
  const values = [];
  for (let i = 0; i < ALPHABET.length; i++) values[ALPHABET.charCodeAt(i)] = i;
  const singles = ALPHABET.length - PAIRS;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = TABLE; i < text.length; i++) {
    const value = values[text.charCodeAt(i)];
    const place =
      value < PAIRS
        ? singles + value * ALPHABET.length + values[text.charCodeAt(++i)]
        : value - PAIRS;
    bytes[length++] = table[place];
  }
  return bytes.subarray(0, length);
}
