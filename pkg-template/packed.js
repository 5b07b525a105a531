// A wasm module as text inside a script: printable ASCII of which gzip makes as little as it
// can. Unlike base64, in which a repeated sequence of bytes looks different each time, a byte is
// one character, a rare one two. And like stands beside like: there is a stream of the opcodes
// of all functions, one of the locals that they name, and so on. After gzip that is a ninth less
// than the module itself, and a third less than its base64. xtask/pack.mjs writes it.

// Not in it: what a string or an inline script could trip over.
export const ALPHABET = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((character) => !"\"'\\`<".includes(character))
  .join("");
/** How many characters begin a pair. */
export const PAIRS = 2;
/** How many bytes are one character. The text begins with them in hex, most frequent first. */
export const SINGLES = ALPHABET.length - PAIRS;

/**
 * The stream that an opcode's operand is in, by the opcode: 0 for none, and `:` (which is
 * STREAMS) where there are other than one; then `OTHERS` says how many. From 0xd0 on it is always
 * `:`, between none.
 */
const OPERANDS = "00888080000066:01:0000000000:00055566660222222222222222222222226636::";
// The streams in their order. The first and the last part of the module are as they were.
export const TAIL = 0;
export const NONE = TAIL;
export const OFFSETS = 2;
export const HEAD = 4;
export const OTHERS = 6;
export const LOCALS = 7;
export const BLOCKS = 8;
export const CODE = 9;
export const STREAMS = 10;
export const END = 0x0b;

/** The stream of each opcode's operand. */
export const operands = () =>
  Uint8Array.from({ length: 256 }, (_, opcode) => OPERANDS.charCodeAt(opcode) - 48).fill(
    STREAMS,
    0xd0,
  );

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
  // No byte of the streams makes more than two of the module.
  const module = new Uint8Array(2 * end);
  module.set(head);
  let length = head.length;
  let code = at[CODE];
  while (code < end) {
    const start = length;
    length += 2;
    let stream = LOCALS;
    let count = 2 * (module[length++] = data[at[LOCALS]++]);
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
