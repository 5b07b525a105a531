// A wasm module as text inside a script: printable ASCII of which gzip makes as little as it
// can. Unlike base64, in which a repeated sequence of bytes looks different each time, a byte is
// one character, a rare one two. And like stands beside like: there is a stream of the opcodes
// of all functions, one of the locals that they name, and so on. After gzip that is a ninth less
// than the module itself, and a third less than its base64. xtask/pack.mjs writes it.

// Not in it: what a string or an inline script could trip over. Those that begin a pair come
// first, then in the order of their frequency in the script around the text, so that the
// Huffman codes of the one suit the other: 0.2 KB.
export const ALPHABET =
  " !etnr,()sioa$.=luc{}fhdgb;:pmw?vy>0_[]z&k+21#A|-ESCjPxD6UW8LOTFMRVI34*5GBq7NHZK/JY9QX@^%~";
/** How many characters begin a pair. */
export const PAIRS = 2;
/** How many bytes are one character. The text begins with them in hex, most frequent first. */
export const SINGLES = ALPHABET.length - PAIRS;

// The streams, in the order that gzip liked best. The first and the last part of the module,
// which are as they were, come last.
export const LOCALS = 0;
export const CODE = 1;
export const BLOCKS = 2;
export const DECLARATIONS = 3;
export const OFFSETS = 5;
export const OTHERS = 7;
export const HEAD = 8;
export const TAIL = 9;
export const STREAMS = 10;
export const END = 0x0b;
/** Instead of a stream: an opcode has no operand. */
export const NONE = TAIL;
/**
 * By the opcode: the stream that its operand is in (4 those of calls, 6 constants), NONE, or
 * `:`, which is STREAMS, where there are other than one: then OTHERS says how many, and has them.
 */
const OPERANDS = "99222929999977:94:9999999999:99900077779555555555555555555555557767::";

/** The stream of each opcode's operand. */
export const operands = () =>
  Uint8Array.from(OPERANDS.padEnd(0xd0, "9").padEnd(256, ":"), (digit) => digit.charCodeAt() - 48);

// It runs once, cold: so, in loops over typed arrays, it takes 4 ms where functions for each
// step take 7.
export function unpack(text) {
  const data = bytes(text);
  const at = [];
  let end = 2 * STREAMS;
  for (let i = 0; i < STREAMS; i++) {
    at.push(end);
    end += data[2 * i] + 256 * data[2 * i + 1];
  }
  const [head, tail] = [HEAD, TAIL].map((stream) => data.subarray(at[stream], at[stream + 1]));
  const streams = operands();
  const codeEnd = at[CODE + 1];
  // No byte of the streams makes more than two of the module.
  const module = new Uint8Array(2 * end);
  module.set(head);
  let length = head.length;
  let code = at[CODE];
  while (code < codeEnd) {
    const start = length;
    length += 2;
    let stream = DECLARATIONS;
    let count = 2 * (module[length++] = data[at[DECLARATIONS]++]);
    for (let depth = 1; depth; ) {
      let from = at[stream];
      for (; count; count--) {
        // A number in LEB128
        do module[length++] = data[from];
        while (data[from++] > 127);
      }
      at[stream] = from;

      const opcode = (module[length++] = data[code++]);
      stream = streams[opcode];
      count = 1;
      if (stream === NONE) {
        count = 0;
        if (opcode === END) depth--;
      } else if (stream === STREAMS) {
        stream = OTHERS;
        count = data[at[OTHERS]++];
      } else if (stream === BLOCKS) {
        depth++;
      } else if (stream === OFFSETS) {
        // The alignment is always 0: a hint, which engines don't need.
        length++;
      }
    }
    const size = length - start - 2;
    module[start] = size | 128;
    module[start + 1] = size >> 7;
  }
  module.set(tail, length);
  return module.subarray(0, length + tail.length);
}

function bytes(text) {
  const table = [];
  for (let i = 0; i < 2 * SINGLES; i += 2) table.push(parseInt(text.slice(i, i + 2), 16));
  for (let byte = 0; byte < 256; byte++) if (!table.includes(byte)) table.push(byte);
  // By the character; then, for each of those that begin a pair, by the second one.
  const values = new Uint8Array(128 * (PAIRS + 1));
  for (let pair = 0; pair <= PAIRS; pair++) {
    for (let i = 0; i < ALPHABET.length; i++) {
      const place = pair * ALPHABET.length + i - PAIRS;
      values[pair * 128 + ALPHABET.charCodeAt(i)] = table[place];
    }
  }
  const data = new TextEncoder().encode(text);
  let length = 0;
  for (let i = 2 * SINGLES; i < data.length; i++) {
    // Those that begin a pair are the first of the alphabet.
    const pair = data[i] - 31;
    data[length++] = values[pair > PAIRS ? data[i] : pair * 128 + data[++i]];
  }
  return data.subarray(0, length);
}
